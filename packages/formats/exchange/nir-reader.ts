/** Reads NIR graphs written by `nir.ts`, SpikingJelly, snnTorch and Norse. */
import { checkUint8, inOneLine, listChoices, reworded } from '../../../src/common/checks';
import { MAX_CLASSES } from '../../../src/common/mnist';
import { READOUT_NAMES, type ReadoutName } from '../../networks/options/engine';
import {
  type Convolution,
  followFromWeights,
  MAX_HIDDEN,
  MAX_LAYERS,
  POOL,
  type ResolvedLayer,
  resolveLayers,
} from '../../networks/options/layers';
import { checkNeuron, DEFAULT_NEURON, type NeuronOptions } from '../../networks/options/neuron-options';
import { type Parameter, startOfW } from '../../networks/options/weights';
import { dataSetIn, type FoundGroup, groupIn, Hdf5File, type Limits, type Numbers } from '../hdf5/reader';
import type { SavedNetwork } from '../layers-model';
import { DT } from './nir';
import { fromNamedTensors, fromTensors, type Tensor, tensorName } from './tensors';

/** The values of our widest layer; with float64, a file needs about a third of these bytes. */
const MOST: Limits = { bytes: 16 * 2 ** 20, values: MAX_HIDDEN * MAX_CLASSES };

/**
 * Reads the network of a NIR graph: a chain Input → (Flatten →) Linear → LIF (→ Linear → LIF …) → Output. CubaLIF may
 * replace LIF, an Affine with bias 0 may replace Linear, and neurons may have a recurrent Linear. Layers Conv2d → LIF
 * with square kernels may come first, each with an AvgPool2d or SumPool2d of 2 × 2. Outputs may be LI or CubaLI if
 * `metadata/readout` says which potential is read. If neurons differ in τ, it is read as learnt.
 *
 * NIR does not say how a neuron resets. snnTorch's default, to subtract the threshold, is stored as a reset to 0, so such
 * a network is a different one here. Nor does NIR say whether a neuron fires at its threshold (as here and in
 * SpikingJelly) or above it.
 * @param file its name, for the messages
 * @returns weights and neurons; options that the format does not store have their defaults
 * @throws Error in one line if the file is damaged or its network cannot be expressed here
 */
export function fromNir(bytes: Uint8Array, file = 'nir'): SavedNetwork {
  return inOneLine(() => readFile(bytes, file));
}

function readFile(bytes: Uint8Array, file: string): SavedNetwork {
  checkUint8(file, bytes);
  const graph = reworded(
    () => readGraph(new Hdf5File(bytes, MOST).root()),
    (why) => `${file}: expected a NIR graph in an HDF5 file, found ${why}`,
  );
  const chain = graph.chain.filter(({ type }) => !['Input', 'Flatten', 'Output'].includes(type));
  const types = chain.map(({ type }) => type).join(' → ');
  const linears = chain.filter(({ type }) => /^(Linear|Affine|Conv2d)$/.test(type));
  const known =
    /^(Conv2d → LIF → ((Avg|Sum)Pool2d → )?)*((Linear|Affine) → (Cuba)?LIF → )*(Linear|Affine) → (Cuba)?LIF?$/;
  if (linears.length > MAX_LAYERS || !known.test(types))
    throw new Error(
      `${file}: expected layers of Linear → LIF or CubaLIF, the last perhaps LI or CubaLI, behind any of Conv2d → LIF → AvgPool2d, found ${types || 'none'}`,
    );
  const inNode = <R>(name: string, read: () => R): R => reworded(read, (why) => `${file}: ${name}: expected ${why}`);
  const isBiased = ([, bias]: [string, Tensor][]) => bias?.[1].data.some((value) => value !== 0) ?? false;
  const stages = linears.map((linear, i) => {
    const [node, next] = chain.slice(chain.indexOf(linear) + 1);
    const pool = next?.type.endsWith('Pool2d') ? next : undefined;
    const weights = inNode(linear.name, () => readWeights(linear));
    const input = i === 0 ? graph.chain[0] : undefined;
    const read = () => readConvolution(linear, input, isBiased(weights));
    const convolve = linear.type === 'Conv2d' ? inNode(linear.name, read) : undefined;
    if (pool) inNode(pool.name, () => checkFixed(pool.parts, { kernel_size: POOL, stride: POOL, padding: 0 }));
    const recurrence = graph.loops.get(node.name);
    const recurrent = recurrence && inNode(node.name, () => readWeights(recurrence));
    return { node, pool, weights, convolve, recurrent, ...inNode(node.name, () => readLif(node)) };
  });
  const end = stages[stages.length - 1];
  const isRead = !end.node.type.endsWith('F');
  const readout = isRead ? inNode(end.node.name, () => checkReadout(graph.readout)) : undefined;
  // Outputs that are read have no threshold; the one of the other neurons makes all options equal.
  if (isRead && stages.length > 1) end.neuron.vThreshold = stages[stages.length - 2].neuron.vThreshold;
  const layers = stages.map(({ neuron, synapse, weights, convolve, pool, taus, recurrent }) => ({
    neuron,
    ...(synapse && { synapse }),
    ...(convolve ? { convolve, ...(pool && { pool: 'spikes' as const }) } : { neurons: weights[0][1].shape[0] }),
    ...(taus && { learn: 'tau of each neuron' as const }),
    recurrent: recurrent !== undefined,
  }));
  const { neuron } = end;
  if (followFromWeights(layers as readonly ResolvedLayer[])) {
    const { weights } = fromTensors(file, Object.fromEntries(stages.flatMap(({ weights }) => weights)));
    return { weights, neuron, ...(readout && { readout }) };
  }
  const all = inNode('layers', () => resolveLayers({ layers }));
  const found: Record<string, Tensor> = {};
  const take = (kind: Parameter['kind'], layer: number, [[, tensor], bias]: [string, Tensor][]) => {
    if (bias && all[layer].convolve?.bias) take('bias', layer, [bias]);
    else if (bias?.[1].data.some((value) => value !== 0))
      throw new Error(`${file}: ${bias[0]}: expected zeros, found others`);
    // Our layers take the mean of four spikes, a quarter of their sum.
    const isOfSums = kind === 'weight' && stages[layer - 1]?.pool?.type === 'SumPool2d';
    found[tensorName({ kind, layer }, all)] = isOfSums ? { ...tensor, data: tensor.data.map((w) => 4 * w) } : tensor;
  };
  stages.forEach(({ weights, recurrent, taus }, i) => {
    take('weight', i, weights);
    if (recurrent) take('recurrent', i, recurrent);
    if (taus) take('w', i, [['', { data: Float32Array.from(taus, startOfW), shape: [taus.length] }]]);
  });
  const weights = fromNamedTensors(file, found, all);
  return { weights, neuron, ...(readout && { readout }), layers: all };
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

/** @throws Error unless this names a potential to read */
function checkReadout(readout: string | undefined): ReadoutName {
  const potentials = READOUT_NAMES.filter((name) => name !== 'spikes');
  const found = potentials.find((name) => name === readout);
  if (found) return found;
  throw new Error(`${listChoices(potentials)} in metadata/readout, found ${readout ?? 'none'}`);
}

/** The nodes of a graph, and the metadata that we read. */
interface Graph {
  /** In the order of the chain. */
  chain: Node[];
  /** The recurrent Linear of each recurrent layer, by the name of its neurons. */
  loops: ReadonlyMap<string, Node>;
  readout?: string;
}

function readGraph(root: FoundGroup): Graph {
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
  const edges = Array.from({ length: Math.floor(texts.length / 2) }, (_, i) => [texts[2 * i], texts[2 * i + 1]]);
  const edgeCounts = new Map<string, number>();
  for (const name of texts) edgeCounts.set(name, (edgeCounts.get(name) ?? 0) + 1);
  const edgeSet = new Set(edges.map((edge) => edge.join('\n')));
  const loops = new Map<string, Node>();
  for (const [from, to] of edges) {
    // A recurrent Linear has two edges only: from the neurons and back.
    if (edgeCounts.get(to) !== 2 || from === to || !edgeSet.has(`${to}\n${from}`)) continue;
    const node = readNode(to, groupIn(nodes, to));
    if (['Linear', 'Affine'].includes(node.type)) loops.set(from, node);
  }
  const inLoops = new Set([...loops.values()].map(({ name }) => name));
  const next = new Map<string, string>();
  for (const [from, to] of edges) {
    if (inLoops.has(from) || inLoops.has(to)) continue;
    if (next.has(from)) throw new Error(`two edges out of ${from}, where a chain is read`);
    next.set(from, to);
  }
  const ends = [...next.values()];
  let name = [...next.keys()].find((start) => !ends.includes(start));
  const chain: Node[] = [];
  // A longer chain would be a cycle.
  for (; name !== undefined && chain.length <= nodes.size; name = next.get(name))
    chain.push(readNode(name, groupIn(nodes, name)));
  if (
    chain.length + loops.size !== nodes.size ||
    chain.length !== next.size + 1 ||
    edges.length !== next.size + 2 * loops.size
  )
    throw new Error(`${nodes.size} nodes and ${edges.length} edges that are no chain`);
  return { chain, loops, readout: metadata?.has('readout') ? dataSetIn(metadata, 'readout').texts()[0] : undefined };
}

/**
 * @param input the graph's Input, for the first layer
 * @param bias whether the layer has a bias
 * @throws Error for a convolution that cannot be expressed here
 */
function readConvolution({ parts }: Node, input: Node | undefined, bias: boolean): Convolution {
  const { shape } = numbersOf(parts, 'weight');
  const [channels, , kernel, width] = shape;
  if (shape.length !== 4 || kernel !== width) throw new Error(`a square kernel, found weights [${shape.join(', ')}]`);
  checkFixed(parts, { dilation: 1, groups: 1 });
  const only = (name: string) => sharedValue(parts, name, 'both directions').value;
  const map = input?.parts.has('shape') ? Array.from(numbersOf(input.parts, 'shape').values) : [];
  const own = { channels, kernel, stride: only('stride'), padding: only('padding'), ...(bias && { bias }) };
  return map.length === 3 ? { ...own, shape: map as [number, number, number] } : own;
}

/** @throws Error unless the parameters have these values in both directions */
function checkFixed(parts: FoundGroup, values: Readonly<Record<string, number>>): void {
  for (const [name, expected] of Object.entries(values)) {
    const { value } = sharedValue(parts, name, 'both directions');
    if (value !== expected) throw new Error(`${name} of ${expected}, found ${value}`);
  }
}

function readWeights({ name, type, parts }: Node): [string, Tensor][] {
  return (type === 'Linear' ? ['weight'] : ['weight', 'bias']).map((part) => {
    const { values, shape } = numbersOf(parts, part);
    return [`${name}/${part}`, { shape, data: Float32Array.from(values) }];
  });
}

const numbersOf = (parts: FoundGroup, name: string): Numbers =>
  reworded(
    () => dataSetIn(parts, name).numbers(),
    (why) => `numbers, found ${why} (${name})`,
  );

/** A parameter that has to be the same for all neurons, or in both directions of a map. */
function sharedValue(parts: FoundGroup, name: string, all = 'all neurons'): { value: number; float32: boolean } {
  const { values, float32 } = numbersOf(parts, name);
  const [value] = values;
  const other = values.find((each) => each !== value);
  if (other !== undefined) throw new Error(`one ${name} for ${all}, found ${value} and ${other}`);
  if (!Number.isFinite(value)) throw new Error(`a finite ${name}, found ${value}`);
  return { value, float32 };
}

/** @throws Error for neurons that cannot be expressed here */
function readLif({ type, parts }: Node): { neuron: NeuronOptions; synapse?: { tau: number }; taus?: Float64Array } {
  // Rounding gives whole steps: 2e-4 / 1e-4 is exactly 2 in float64, but snnTorch writes float32 with seven digits.
  const inSteps = (seconds: number, float32: boolean) => Number((seconds / DT).toPrecision(float32 ? 6 : 14));
  const isCuba = type.startsWith('Cuba');
  const { values, float32 } = numbersOf(parts, isCuba ? 'tau_mem' : 'tau');
  const taus = Float64Array.from(values, (seconds) => inSteps(seconds, float32));
  const [tau] = taus;
  if (tau === undefined) throw new Error('a finite tau, found undefined');
  const rs = numbersOf(parts, 'r').values;
  const decayInput = rs.every((r) => r === 1);
  const odd = rs.findIndex((r, j) => !(Math.abs(r / taus[j] - 1) <= 1e-5));
  if (!decayInput && odd >= 0) throw new Error(`r of 1, or of tau in steps (${taus[odd]}), found ${rs[odd]}`);
  const leak = sharedValue(parts, 'v_leak').value;
  const isRead = !type.endsWith('F');
  const vThreshold = isRead ? DEFAULT_NEURON.vThreshold : sharedValue(parts, 'v_threshold').value;
  const vReset = isRead ? leak : parts.has('v_reset') ? sharedValue(parts, 'v_reset').value : 0;
  if (leak !== vReset)
    throw new Error(`neurons that leak to where they reset to, found v_leak ${leak} and v_reset ${vReset}`);
  const synapse = isCuba ? sharedValue(parts, 'tau_syn') : undefined;
  const lasting = synapse && inSteps(synapse.value, synapse.float32);
  const gain = isCuba ? sharedValue(parts, 'w_in').value : undefined;
  if (lasting && Math.abs(Number(gain) / lasting - 1) > 1e-5)
    throw new Error(`w_in of tau_syn in steps (${lasting}), found ${gain}`);
  const neuron = { ...DEFAULT_NEURON, tau, decayInput, vThreshold, vReset };
  reworded(
    () => {
      for (const each of taus) checkNeuron({ ...neuron, tau: each });
    },
    (why) => `neurons of ours, with a time step of ${DT} s (${why})`,
  );
  return { neuron, ...(lasting && { synapse: { tau: lasting } }), ...(taus.some((each) => each !== tau) && { taus }) };
}
