import { allMaps, type Convolution, type MapShape, POOL, type ResolvedLayer } from '../../../src/common/layers';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { checkNeuron, DEFAULT_NEURON, differingOption, type NeuronOptions } from '../../../src/common/neuron-options';
import { foldNorm, tauOf } from '../../../src/common/weights';
import { product } from '../bytes';
import { type DataSet, type Group, hdf5Bytes } from '../hdf5/writer';
import { checkNetworkToSave, type SavedNetwork } from '../layers-model';
import { listTensors, type Tensor } from './tensors';

/**
 * Seconds of a time step: NIR's time constants are in seconds. SpikingJelly and snnTorch take this value for granted.
 */
export const DT = 1e-4;

/** Of Python's package `nir`, whose format this is. */
const VERSION = '1.0.8';

/** What NIR stores of neurons: a potential after the reset, and nothing of the gradient. */
type Dynamics = Pick<NeuronOptions, 'tau' | 'decayInput' | 'vThreshold'> & { vReset: number };

/**
 * What NIR stores of these neurons.
 * @throws RangeError that names an option that NIR cannot say, and as `checkNeuron`
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
      `${lost}: expected ${DEFAULT_NEURON[lost]}, found ${neuron[lost]}, which NIR cannot say; ${advice}`,
    );
  }
  return dynamics;
}

/**
 * @throws RangeError that names an option of the layer that NIR, or those that read it, cannot say, and as `checkNir`
 */
export function checkNirLayer({ neuron, delay, pool }: Pick<ResolvedLayer, 'neuron' | 'delay' | 'pool'>): void {
  if (delay) {
    throw new RangeError(
      'delay: expected none, found those of each connection, while NIR has one for each neuron; use another format, such as safetensors',
    );
  }
  if (pool === 'currents') {
    throw new RangeError(
      "pool: expected 'spikes', found 'currents', which no other framework is known to read from NIR; use another format, such as safetensors",
    );
  }
  checkNir(neuron);
}

const one = (text: string) => ({ values: [text] });
const ints = (values: readonly number[]) => ({ values: values.map(BigInt), shape: [values.length] });
const int = (value: number) => ({ values: [BigInt(value)] });
const node = (type: string, parts: Group): Group => ({ type: one(type), ...parts });
/** `fc`, `fc_1` … */
const numbered = (name: string, i: number) => (i === 0 ? name : `${name}_${i}`);

/**
 * The bytes of a NIR file (HDF5). NIR's neuron obeys τ dv/dt = v_leak − v + r I, so `r` is 1 if the input decays with
 * the potential, and τ (in steps) if it does not; its time constant is τ · 1e-4 s, and `metadata/dt` says the step.
 * Norse 1.1.0 does not look at a LIF's `r`, and computes another network if the input does not decay; snnTorch 1.0.0
 * refuses a `vReset` other than 0. Outputs whose potential is read are a node LI, which SpikingJelly 2.0.0 and snnTorch
 * refuse, and Norse leaves out without a word; NIR does not say which potential that is, so `metadata/readout` does, a
 * word of ours. A τ that was learnt is what it was in the end, which SpikingJelly refuses if it is one of each neuron,
 * and snnTorch takes for another. A current that lasts is not scaled by its τ here, so that `w_in` is that τ in steps;
 * SpikingJelly and snnTorch refuse it if the input decays with the potential. snnTorch cannot read neurons that hear
 * one another. Norse has no AvgPool2d, and stops at it. A batch norm, which NIR does not have, is folded into weights
 * and biases (`foldNorm`).
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
    // From the last axis but two on: whatever the axes before are, of steps and batches.
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
  nodes.output = node('Output', { shape: ints([CLASSES]) });
  const names = Object.keys(nodes);
  // Norse takes the last edge for the way to the output.
  const edges = [...back, ...names.slice(1).flatMap((to, i) => [names[i], to])];
  for (const { kind, layer, data: values, shape } of tensors) {
    if (kind === 'recurrent') nodes[numbered('rec', layer)] = node('Linear', { weight: { values, shape } });
  }
  return hdf5Bytes({
    version: one(VERSION),
    node: node('NIRGraph', {
      nodes,
      edges: { values: edges, shape: [edges.length / 2, 2] },
      metadata: { dt: { values: Float64Array.of(DT) }, ...(readout !== 'spikes' && { readout: one(readout) }) },
    }),
  });
}

interface Neurons {
  own: NeuronOptions;
  synapse?: { tau: number };
  /** Whether their potential is read, so that they do not fire. */
  isRead: boolean;
  /** Their shape. */
  neurons: readonly number[];
  /** Of a τ that was learnt. */
  w?: Float32Array;
}

/** [channels, height, width] of a map of ours, as PyTorch orders it. */
const toShape = ([height, width, channels]: readonly number[]) => [channels, height, width];

/** The size of a Conv2d's kernel, stride and padding in both directions. */
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
