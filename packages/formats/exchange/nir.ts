/**
 * A network as a NIR graph (https://neuroir.org): Input → Linear → LIF (→ Linear → LIF) → Output. SpikingJelly, snnTorch and
 * Norse read it.
 */
import { checkUint8, inOneLine } from '../../../src/common/checks';
import { MAX_HIDDEN } from '../../../src/common/layers';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { checkNeuron, DEFAULT_NEURON, differingOption, type NeuronOptions } from '../../../src/common/neuron-options';
import { dataSetIn, type FoundGroup, groupIn, type Numbers } from '../hdf5/found';
import { Hdf5File, type Limits } from '../hdf5/reader';
import { type Group, hdf5Bytes } from '../hdf5/writer';
import type { SavedNetwork } from '../layers-model';
import { fromTensors, type Tensor, toTensors } from './tensors';

/** Seconds of a time step: NIR's time constants are in seconds. SpikingJelly and snnTorch take this value for granted. */
const DT = 1e-4;

/** Of Python's package `nir`, whose format this is. */
const VERSION = '1.0.8';

/** What NIR stores of neurons: a potential after the reset, and nothing of the gradient. */
type Dynamics = Pick<NeuronOptions, 'tau' | 'decayInput' | 'vThreshold'> & { vReset: number };

/**
 * What NIR stores of these neurons.
 * @throws RangeError that names an option that NIR cannot say, and as `checkNeuron`
 */
export function checkNir(neuron: NeuronOptions): Dynamics {
  checkNeuron(neuron);
  const { tau, decayInput, vThreshold, vReset } = neuron;
  const advice = 'use another format, such as safetensors';
  if (vReset === null) {
    throw new RangeError(`vReset: expected a potential, found null: NIR has no soft reset; ${advice}`);
  }
  const dynamics = { tau, decayInput, vThreshold, vReset };
  const lost = differingOption(neuron, { ...DEFAULT_NEURON, ...dynamics });
  if (lost) {
    throw new RangeError(
      `${lost}: expected ${DEFAULT_NEURON[lost]}, found ${neuron[lost]}, which NIR cannot say; ${advice}`,
    );
  }
  return dynamics;
}

/**
 * The bytes of a NIR file (HDF5). NIR's neuron obeys τ dv/dt = v_leak − v + r I, so `r` is 1 if the input decays with the
 * potential, and τ (in steps) if it does not; its time constant is τ · 1e-4 s, and `metadata/dt` says the step.
 * Norse 1.1.0 does not look at `r`, and computes another network if the input does not decay; snnTorch 1.0.0 refuses a `vReset` other
 * than 0. Outputs whose potential is read are a node LI, which SpikingJelly 2.0.0 refuses; NIR does not say which potential that is, and
 * `fromNir` reads no LI.
 * @throws RangeError as `checkNir` and `toTensors`
 */
export function toNir({ weights, neuron, readout = 'spikes' }: SavedNetwork): Uint8Array {
  const { tau, decayInput, vThreshold, vReset } = checkNir(neuron);
  const layers = Object.values(toTensors(weights));
  const nodes: Group = { input: node('Input', { shape: ints([IMAGE_SIZE]) }) };
  layers.forEach(({ data, shape }, i) => {
    const all = (value: number) => ({ values: new Float64Array(shape[0]).fill(value), shape: [shape[0]] });
    nodes[numbered('fc', i)] = node('Linear', { weight: { values: data, shape } });
    const charge = { tau: all(tau * DT), r: all(decayInput ? 1 : tau), v_leak: all(vReset) };
    const isRead = readout !== 'spikes' && i === layers.length - 1;
    nodes[isRead ? 'li' : numbered('lif', i)] = isRead
      ? node('LI', charge)
      : node('LIF', { ...charge, v_threshold: all(vThreshold), ...(vReset !== 0 && { v_reset: all(vReset) }) });
  });
  nodes.output = node('Output', { shape: ints([CLASSES]) });
  const names = Object.keys(nodes);
  const edges = names.slice(1).flatMap((to, i) => [names[i], to]);
  return hdf5Bytes({
    version: one(VERSION),
    node: node('NIRGraph', {
      nodes,
      edges: { values: edges, shape: [edges.length / 2, 2] },
      metadata: { dt: { values: Float64Array.of(DT) } },
    }),
  });
}

const one = (text: string) => ({ values: [text] });
const ints = (values: readonly number[]) => ({ values: values.map(BigInt), shape: [values.length] });
const node = (type: string, parts: Group): Group => ({ type: one(type), ...parts });
/** `fc`, `fc_1` … */
const numbered = (name: string, i: number) => (i === 0 ? name : `${name}_${i}`);

/** As many values as the widest layer of ours has, and three times their bytes as float64. */
const MOST: Limits = { bytes: 16 * 2 ** 20, values: IMAGE_SIZE * MAX_HIDDEN };

/**
 * The network of a NIR graph: a chain Input → (Flatten →) Linear → LIF (→ Linear → LIF) → Output, or with Affine whose bias
 * is zero. NIR does not say how a neuron resets: snnTorch's default, to subtract the threshold, is written as a reset to
 * zero, too, and is then another network here. Nor does it say whether a neuron fires at its threshold (as here and in
 * SpikingJelly) or above it.
 * @param file its name, for the messages
 * @returns weights and neurons; what the format does not store gets its default
 * @throws Error in one line that names what cannot be expressed here, or what is damaged
 */
export function fromNir(bytes: Uint8Array, file = 'nir'): SavedNetwork {
  return inOneLine(() => readFile(bytes, file));
}

function readFile(bytes: Uint8Array, file: string): SavedNetwork {
  checkUint8(file, bytes);
  let nodes: Node[];
  try {
    nodes = readGraph(new Hdf5File(bytes, MOST).root());
  } catch (error) {
    throw new Error(`${file}: expected a NIR graph in an HDF5 file, found ${(error as Error).message}`);
  }
  const layers = nodes.filter(({ type }) => !['Input', 'Flatten', 'Output'].includes(type));
  const types = layers.map(({ type }) => type);
  const isOne = (type: string, i: number) => (i % 2 ? type === 'LIF' : type === 'Linear' || type === 'Affine');
  if (![2, 4].includes(types.length) || !types.every(isOne))
    throw new Error(`${file}: expected one or two layers of Linear → LIF, found ${types.join(' → ') || 'none'}`);
  const named = <R>(name: string, read: () => R): R => {
    try {
      return read();
    } catch (error) {
      throw new Error(`${file}: ${name}: expected ${(error as Error).message}`);
    }
  };
  const linears = layers.filter((_, i) => i % 2 === 0);
  const tensors = linears.flatMap((linear) => named(linear.name, () => readLinear(linear)));
  const weights = fromTensors(file, Object.fromEntries(tensors));
  const lifs = layers.filter((_, i) => i % 2 === 1);
  const [first, second = first] = lifs.map(({ name, parts }) => named(name, () => readLif(parts)));
  const differs = differingOption(first, second);
  if (differs)
    throw new Error(
      `${file}: ${differs}: expected one value for both layers, found ${first[differs]} and ${second[differs]}`,
    );
  return { weights, neuron: first };
}

/** A node of the graph, and its parameters. */
interface Node {
  name: string;
  type: string;
  parts: FoundGroup;
}

const readNode = (name: string, parts: FoundGroup): Node => ({
  name,
  type: String(dataSetIn(parts, 'type').texts()[0]),
  parts,
});

/** The nodes in the order of the chain. */
function readGraph(root: FoundGroup): Node[] {
  const { type, parts: graph } = readNode('graph', groupIn(root, 'node'));
  if (type !== 'NIRGraph') throw new Error(`a single ${type}`);
  const metadata = graph.has('metadata') ? groupIn(graph, 'metadata') : undefined;
  if (metadata?.has('dt')) {
    const [dt] = dataSetIn(metadata, 'dt').numbers().values;
    if (!(Math.abs(dt / DT - 1) < 1e-6))
      throw new Error(
        `a time step (dt) of ${dt} s in place of ${DT} s, which SpikingJelly and snnTorch take for granted`,
      );
  }
  const nodes = groupIn(graph, 'nodes');
  const texts = dataSetIn(graph, 'edges').texts();
  const next = new Map<string, string>();
  for (let i = 0; i + 1 < texts.length; i += 2) {
    if (next.has(texts[i])) throw new Error(`two edges out of ${texts[i]}, where a chain is read`);
    next.set(texts[i], texts[i + 1]);
  }
  const ends = [...next.values()];
  let name = [...next.keys()].find((start) => !ends.includes(start));
  const chain: Node[] = [];
  // A chain of more nodes than there are goes round in a circle.
  for (; name !== undefined && chain.length <= nodes.size; name = next.get(name))
    chain.push(readNode(name, groupIn(nodes, name)));
  if (chain.length !== nodes.size || chain.length !== next.size + 1)
    throw new Error(`${nodes.size} nodes and ${next.size} edges that are no chain`);
  return chain;
}

function readLinear({ name, type, parts }: Node): [string, Tensor][] {
  return (type === 'Affine' ? ['weight', 'bias'] : ['weight']).map((part) => {
    const { values, shape } = numbersOf(parts, part);
    return [`${name}/${part}`, { shape, data: Float32Array.from(values) }];
  });
}

function numbersOf(parts: FoundGroup, name: string): Numbers {
  try {
    return dataSetIn(parts, name).numbers();
  } catch (error) {
    throw new Error(`numbers, found ${(error as Error).message} (${name})`);
  }
}

/** A neuron's parameter, which must be the same for all. */
function oneOf(parts: FoundGroup, name: string): { value: number; float32: boolean } {
  const { values, float32 } = numbersOf(parts, name);
  const [value] = values;
  const other = values.find((each) => each !== value);
  if (other !== undefined) throw new Error(`one ${name} for all neurons, found ${value} and ${other}`);
  if (!Number.isFinite(value)) throw new Error(`a finite ${name}, found ${value}`);
  return { value, float32 };
}

/** @throws Error that says what was expected of neurons, and found */
function readLif(parts: FoundGroup): NeuronOptions {
  const { value: seconds, float32 } = oneOf(parts, 'tau');
  // 2e-4 / 1e-4 is exactly 2 in float64. Float32, as snnTorch writes it, has seven digits.
  const tau = Number((seconds / DT).toPrecision(float32 ? 6 : 14));
  const [r, vThreshold, leak] = ['r', 'v_threshold', 'v_leak'].map((name) => oneOf(parts, name).value);
  const vReset = parts.has('v_reset') ? oneOf(parts, 'v_reset').value : 0;
  if (leak !== vReset)
    throw new Error(`neurons that leak to where they reset to, found v_leak ${leak} and v_reset ${vReset}`);
  const decayInput = r === 1;
  if (!decayInput && Math.abs(r / tau - 1) > 1e-5) throw new Error(`r of 1, or of tau in steps (${tau}), found ${r}`);
  const neuron = { ...DEFAULT_NEURON, tau, decayInput, vThreshold, vReset };
  try {
    checkNeuron(neuron);
  } catch (error) {
    throw new Error(`neurons of ours, with a time step of ${DT} s (${(error as Error).message})`);
  }
  return neuron;
}
