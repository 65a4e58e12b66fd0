/** Networks of any layers, and what they consist of. */
import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkOptions, checkWhole } from '../../../src/common/checks';
import { CLASSES, IMAGE_SIDE } from '../../../src/common/mnist';
import { MAX_UINT32 } from '../../../src/common/random';
import type { Surrogate } from '../../../src/common/surrogates';
import { MemoryModule } from '../../../src/snn/memory-module';
import * as lesson from '../../../src/snn/networks';
import { ATan, makeSurrogate } from '../../../src/snn/surrogate';
import { MAX_INPUTS } from '../images';
import { READOUT_NAMES, type ReadoutName } from '../options/engine';
import { MAX_HIDDEN, type ResolvedLayer, resolveLayers, type SomeLayers } from '../options/layers';
import { neuronOptions } from '../options/neuron-options';
import { checkGain, checkRanges, initialParameters } from '../options/weights';
import { KINDS } from './layers';
import { DelayedDense } from './layers/delay';
import { LinearRecurrentContainer } from './layers/recurrent';
import { Synapse } from './layers/synapse';
import { makeNeurons, optionsOf } from './make-neurons';
import { AdaptiveLIFNode, type AdaptiveLIFNodeArgs, LIFNode, ParametricLIFNode } from './neurons';

export { forward, getWeights } from '../../../src/snn/networks';
export { foldNorm, splitWeights } from '../options/weights';

/** Options of `ann`. */
export interface AnnOptions {
  /** For the initial weights. Default 0. */
  seed?: number;
  /** Units of a hidden layer with ReLU, 1 to 800; none by default. */
  hidden?: number;
}

/**
 * Flatten → Dense(10, no bias) → Softmax; input [batch, 28, 28], output probabilities [batch, 10]. With a hidden layer:
 * Flatten → Dense(hidden, no bias) → ReLU → Dense(10, no bias) → Softmax, from the initial weights of `snn`.
 * @throws RangeError that names the option that is out of range
 */
export function ann(options: AnnOptions = {}): tf.Sequential {
  checkOptions('ann', options, ['seed', 'hidden']);
  const { seed = 0, hidden } = options;
  if (hidden === undefined) return lesson.ann({ seed });
  checkWhole('seed', seed, 0, MAX_UINT32);
  checkWhole('hidden', hidden, 1, MAX_HIDDEN);
  const dense = (units: number) => tf.layers.dense({ units, useBias: false });
  const layers = [flatten(), dense(hidden), tf.layers.reLU(), dense(CLASSES), tf.layers.softmax()];
  return resetParameters(tf.sequential({ layers }), seed);
}

/** Options of `snn`: those of its neurons, and which layers it has. */
export interface SnnOptions extends AdaptiveLIFNodeArgs, Pick<SomeLayers, 'hidden' | 'layers'> {
  /** For the initial weights. Default 0. */
  seed?: number;
  /** Inputs of other data, 1 to 49,152, in place of an image of MNIST: one call then takes [batch, inputs]. */
  inputs?: number;
  /** What the initial weights are multiplied by: one number, or one for each layer. Default 1. */
  gain?: number | readonly number[];
  /**
   * With a potential the ten neurons are a `NonSpikingLIFNode`, and one call returns their potentials. Default
   * 'spikes'.
   */
  readout?: ReadoutName;
}

/**
 * Flatten → Dense(10, no bias) → LIFNode; one call is one time step: input spikes [batch, 28, 28], output spikes
 * [batch, 10]. With a hidden layer: Flatten → Dense(hidden) → LIFNode → Dense(10) → LIFNode. What else layers may have
 * stands around their neurons (see `layers/`).
 * @example
 * const net = networks.snn({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * @throws RangeError that names the option that is out of range
 */
export function snn(options: SnnOptions = {}): tf.Sequential {
  const ofLayers = ['inputs', 'hidden', 'layers', 'readout', 'gain', ...AdaptiveLIFNode.ownNames] as const;
  const known = ['seed', ...ofLayers, ...neuronOptions(), 'storeSequences', 'name'] as const;
  checkOptions('snn', options, known, neuronOptions());
  if (ofLayers.every((name) => options[name] === undefined)) return lesson.snn(options);
  const { seed = 0, inputs, hidden, layers, readout = 'spikes', gain, ...neuron } = options;
  checkWhole('seed', seed, 0, MAX_UINT32);
  if (inputs !== undefined) checkWhole('inputs', inputs, 1, MAX_INPUTS);
  checkChoice('readout', readout, READOUT_NAMES);
  // A surrogate without a gradient has no name among the options of a neuron.
  const { surrogateFunction = new ATan(), storeSequences, name, ...dynamics } = neuron;
  const all = resolveLayers({ hidden, layers, neuron: dynamics });
  if (gain !== undefined) checkGain(gain, all.length);
  const last = all.length - 1;
  const parts = all.flatMap((layer, i) => {
    const own = layers?.[i]?.neuron?.surrogateFunction;
    const args = {
      ...layer.neuron,
      surrogateFunction: own ? makeSurrogate(own) : surrogateFunction,
      learn: layer.learn,
      storeSequences,
      name: name === undefined || i === last ? name : `${name}_${i}`,
    };
    const neurons = makeNeurons(args, i === last && readout !== 'spikes');
    const place = { before: all[i - 1], inputs: i === 0 ? inputs : undefined };
    return KINDS.reduce<tf.layers.Layer[]>((some, kind) => kind.around(some, layer, place), [neurons]);
  });
  const takesImages = inputs === undefined && !all[0].convolve;
  const net = tf.sequential({ layers: takesImages ? [flatten(), ...parts] : parts });
  setWeights(net, initialParameters(seed, all, inputs, gain));
  return net;
}

const flatten = () => tf.layers.flatten({ inputShape: [IMAGE_SIDE, IMAGE_SIDE] });

/**
 * Gives the network PyTorch's initial weights, U(−1/√inputs, 1/√inputs) in each layer, drawn from our own generator,
 * and what learns τ its start.
 */
export function resetParameters(net: tf.Sequential, seed = 0): tf.Sequential {
  lesson.checkNetwork(net);
  setWeights(net, initialParameters(seed, layersOf(net), countNetworkInputs(net)));
  return net;
}

/** Copies weights (of either engine) into a network; RangeError if there are more or fewer, or one is out of range. */
export function setWeights(net: tf.LayersModel, weights: Float32Array): void {
  lesson.checkWeights(net, weights);
  checkRanges(weights, layersOf(net), countNetworkInputs(net));
  lesson.setWeights(net, weights);
}

/** The network's layers one by one, those in a container, too. */
const partsOf = (net: tf.LayersModel): tf.layers.Layer[] =>
  net.layers.flatMap((layer) => (layer instanceof LinearRecurrentContainer ? [layer, ...layer.layers] : [layer]));

/**
 * The network as a list of layers.
 * @param surrogate what stands for a surrogate that no option of a neuron can name, such as `Step`
 */
export function layersOf(net: tf.LayersModel, surrogate?: Surrogate): ResolvedLayer[] {
  const found: ResolvedLayer[] = [];
  const parts = partsOf(net);
  for (const [i, part] of parts.entries()) {
    for (const kind of KINDS) kind.read(parts, i, found);
    if (!(part instanceof LIFNode)) continue;
    const layer = found[found.length - 1];
    layer.neuron = optionsOf(part, surrogate);
    if (part instanceof ParametricLIFNode && part.learn) layer.learn = part.learn;
  }
  return found;
}

/** How many inputs the network's first weights have. */
export function countNetworkInputs(net: tf.LayersModel): number {
  const [, ...shape] = net.inputs[0].shape as number[];
  return shape.reduce((product, n) => product * n, 1);
}

/**
 * Finds the network's layers of neurons, hidden ones, if there are any, and the outputs', with the current before them
 * that lasts.
 */
export function findNeurons(net: tf.LayersModel): { neurons: LIFNode; synapse?: Synapse }[] {
  return partsOf(net).flatMap((part, i, parts) => {
    if (!(part instanceof LIFNode)) return [];
    const before = parts[i - 1];
    return [{ neurons: part, synapse: before instanceof Synapse ? before : undefined }];
  });
}

/** Finds the stateful layers, in the order of `remembered`. */
export const findMemoryModules = (net: tf.LayersModel): MemoryModule[] =>
  partsOf(net).flatMap((part) => {
    const adaptation = part instanceof AdaptiveLIFNode && part.adaptation ? [part.adaptation] : [];
    return part instanceof MemoryModule ? [...adaptation, part] : [];
  });

/** Finds the network's ten neurons; Error if it has none. */
export function findLIFNode(net: tf.LayersModel): LIFNode {
  lesson.checkNetwork(net);
  const layer = findNeurons(net).at(-1)?.neurons;
  if (!layer) throw new Error('expected a network with a LIFNode layer, found none');
  return layer;
}

/** Before a step of Adam; what is returned is to be called after it: learnt delays stay in their range (see `Delay`). */
export function holdDelays(net: tf.LayersModel): () => void {
  const moves = partsOf(net).flatMap((part) => (part instanceof DelayedDense && part.delay.learn ? [part.hold()] : []));
  return () => {
    for (const move of moves) move();
  };
}
