import { IMAGE_SIZE } from '../../../src/common/mnist';
import { allMaps, type Convolution, type MapShape, POOL, type ResolvedLayer } from '../../networks/options/layers';
import {
  checkNeuron,
  DEFAULT_NEURON,
  differingOption,
  type NeuronOptions,
} from '../../networks/options/neuron-options';
import { foldNorm, tauOf } from '../../networks/options/weights';
import { product } from '../bytes';
import { type DataSet, type Group, hdf5Bytes } from '../hdf5/writer';
import { checkNetworkToSave, type SavedNetwork } from '../layers-model';
import { listTensors, type Tensor } from './tensors';

/**
 * Seconds per time step, since NIR's time constants are in seconds. SpikingJelly and snnTorch assume this value.
 */
export const DT = 1e-4;

/** Version of Python's package `nir` that defines the format. */
const VERSION = '1.0.8';

/** The options of neurons that NIR stores: none of the gradient, and no soft reset. */
type Dynamics = Pick<NeuronOptions, 'tau' | 'decayInput' | 'vThreshold'> & { vReset: number };

/**
 * The options of these neurons that NIR stores.
 * @throws RangeError for an option that NIR cannot express, and as `checkNeuron`
 */
function checkNir(neuron: NeuronOptions): Dynamics {
  checkNeuron(neuron);
  const { tau, decayInput, vThreshold, vReset } = neuron;
  const advice = 'use another format, such as safetensors';
  if (vReset === null) {
    throw new RangeError(`vReset: expected a potential, found null: NIR has no soft reset; ${advice}`);
  }
  const dynamics = { tau, decayInput, vThreshold, vReset };
  const lost = differingOption({ ...DEFAULT_NEURON, ...neuron }, { ...DEFAULT_NEURON, ...dynamics });
  if (lost) {
    throw new RangeError(
      `${lost}: expected ${DEFAULT_NEURON[lost]}, found ${neuron[lost]}, which NIR cannot express; ${advice}`,
    );
  }
  return dynamics;
}

/**
 * @throws RangeError for an option of the layer that NIR, or the programs that read it, cannot express, and as `checkNir`
 */
export function checkNirLayer({ neuron, delay, pool }: Pick<ResolvedLayer, 'neuron' | 'delay' | 'pool'>): void {
  if (delay) {
    throw new RangeError(
      'delay: expected none, found delays of connections, while NIR has delays of neurons; use another format, such as safetensors',
    );
  }
  if (pool === 'currents') {
    throw new RangeError(
      "pool: expected 'spikes', found 'currents', which no other framework is known to read from NIR; use another format, such as safetensors",
    );
  }
  checkNir(neuron);
}

const text = (value: string) => ({ values: [value] });
const ints = (values: readonly number[]) => ({ values: values.map(BigInt), shape: [values.length] });
const int = (value: number) => ({ values: [BigInt(value)] });
const node = (type: string, parts: Group): Group => ({ type: text(type), ...parts });
/** `fc`, `fc_1` … */
const numbered = (name: string, i: number) => (i === 0 ? name : `${name}_${i}`);

/**
 * The bytes of a NIR file (HDF5). NIR's neuron obeys τ dv/dt = v_leak − v + r I, so `r` is 1 if the input decays with
 * the potential, else τ in steps; time constants are τ · 1e-4 s, and `metadata/dt` is the time step. The current of a
 * synapse is not scaled by its τ here, so `w_in` is that τ in steps. A learnt τ has its final value. Outputs whose
 * potential is read become a node LI; NIR does not say which potential, so we add `metadata/readout`. A batch norm is
 * folded into weights and biases (`foldNorm`), since NIR has none.
 *
 * Other programs do not read everything. SpikingJelly 2.0.0 refuses LI, a τ of each neuron, and synapses if the input
 * decays. snnTorch 1.0.0 refuses those synapses, LI, recurrent layers and a `vReset` other than 0, and misreads a τ of
 * each neuron. Norse 1.1.0 ignores a LIF's `r` and drops LI without an error, so it computes a different network, and it
 * stops at AvgPool2d.
 * @throws RangeError as `checkNir` and `listTensors`
 */
export function toNir(network: SavedNetwork): Uint8Array {
  const { neuron, readout, ...given } = checkNetworkToSave(network);
  const { weights, layers = undefined } = given.layers ? foldNorm(given.weights, given.layers) : given;
  const tensors = listTensors(weights, layers);
  const all = layers ?? tensors.map((): Partial<ResolvedLayer> & { neuron: NeuronOptions } => ({ neuron }));
  const { maps } = allMaps(layers ?? []);
  const nodes: Group = { input: node('Input', { shape: ints(maps[0] ? toShape(maps[0].reads) : [IMAGE_SIZE]) }) };
  const back: string[] = [];
  all.forEach((layer, i) => {
    checkNirLayer(layer);
    const { neuron: own, synapse, convolve, pool } = layer;
    const part = (kind: string) => tensors.find((tensor) => tensor.layer === i && tensor.kind === kind);
    const { data: values, shape } = part('weight') as Tensor;
    if (convolve) nodes[numbered('conv', i)] = convNode({ values, shape }, maps[i].reads, convolve, part('bias')?.data);
    // The last three axes; the ones before are steps and batches.
    if (!convolve && i > 0 && i === maps.length)
      nodes.flatten = node('Flatten', {
        input_type: ints(toShape(maps[i - 1].makes)),
        start_dim: int(-3),
        end_dim: int(-1),
      });
    if (!convolve) nodes[numbered('fc', i)] = node('Linear', { weight: { values, shape } });
    const isRead = readout !== 'spikes' && i === all.length - 1;
    const name = isRead ? 'li' : numbered('lif', i);
    const neurons = convolve ? toShape(maps[i].neurons) : [shape[0]];
    nodes[name] = neuronNode({ own, synapse, isRead, neurons, w: part('w')?.data });
    if (pool) nodes[numbered('pool', i)] = node('AvgPool2d', POOLED);
    const recurrent = part('recurrent');
    if (recurrent) back.push(name, numbered('rec', i), numbered('rec', i), name);
  });
  const [outputs] = tensors.filter(({ kind }) => kind === 'weight')[all.length - 1].shape;
  nodes.output = node('Output', { shape: ints([outputs]) });
  const names = Object.keys(nodes);
  // Norse takes the last edge as the one to the output.
  const edges = [...back, ...names.slice(1).flatMap((to, i) => [names[i], to])];
  for (const { kind, layer, data: values, shape } of tensors) {
    if (kind === 'recurrent') nodes[numbered('rec', layer)] = node('Linear', { weight: { values, shape } });
  }
  return hdf5Bytes({
    version: text(VERSION),
    node: node('NIRGraph', {
      nodes,
      edges: { values: edges, shape: [edges.length / 2, 2] },
      metadata: { dt: { values: Float64Array.of(DT) }, ...(readout !== 'spikes' && { readout: text(readout) }) },
    }),
  });
}

interface Neurons {
  own: NeuronOptions;
  synapse?: { tau: number };
  /** Whether their potential is read instead of spikes. */
  isRead: boolean;
  /** Their shape. */
  neurons: readonly number[];
  /** The parameters of a learnt τ. */
  w?: Float32Array;
}

/** PyTorch's [channels, height, width] of our map. */
const toShape = ([height, width, channels]: readonly number[]) => [channels, height, width];

/** The same size in both directions. */
const square = (size: number) => ints([size, size]);
const POOLED = { kernel_size: square(POOL), stride: square(POOL), padding: square(0) };

function convNode(
  weight: DataSet,
  [height, width]: MapShape,
  { stride, padding, channels }: Convolution,
  bias: Float32Array = new Float32Array(channels),
): Group {
  return node('Conv2d', {
    input_shape: ints([height, width]),
    weight,
    stride: square(stride),
    padding: square(padding),
    dilation: square(1),
    groups: int(1),
    bias: { values: bias, shape: [channels] },
  });
}

function neuronNode({ own, synapse, isRead, neurons, w }: Neurons): Group {
  const { tau, decayInput, vThreshold, vReset } = checkNir(own);
  const count = product(neurons);
  const taus = Float64Array.from({ length: count }, (_, j) => (w ? tauOf(w[w.length > 1 ? j : 0]) : tau));
  const all = (value: number) => ({ values: new Float64Array(count).fill(value), shape: neurons });
  const each = (values: Float64Array) => ({ values, shape: neurons });
  return node(`${synapse ? 'Cuba' : ''}${isRead ? 'LI' : 'LIF'}`, {
    ...(synapse && { tau_syn: all(synapse.tau * DT) }),
    [synapse ? 'tau_mem' : 'tau']: each(taus.map((value) => value * DT)),
    r: decayInput ? all(1) : each(taus),
    v_leak: all(vReset),
    ...(!isRead && { v_threshold: all(vThreshold), ...(vReset !== 0 && { v_reset: all(vReset) }) }),
    ...(synapse && { w_in: all(synapse.tau) }),
  });
}
