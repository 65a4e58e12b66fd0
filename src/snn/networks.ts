/**
 * The two networks of the tutorial. They differ in one line.
 */

import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkOptions, checkTensor, checkWhole, formatValue, isTyped, typeName } from '../common/checks';
import { READOUT_NAMES, type ReadoutName } from '../common/engine';
import {
  type Convolution,
  MAX_HIDDEN,
  POOL,
  type ResolvedLayer,
  resolveLayers,
  type SomeLayers,
} from '../common/layers';
import { CLASSES, IMAGE_SIDE } from '../common/mnist';
import { DEFAULT_NEURON, neuronOptions } from '../common/neuron-options';
import { MAX_UINT32 } from '../common/random';
import { MAX_UNITS } from '../common/spike-trains';
import {
  checkGain,
  checkRanges,
  countNumbers,
  initialParameters,
  parameters,
  splitParameters,
} from '../common/weights';
import { BatchNorm2d, DelayedDense, LinearRecurrentContainer, ParametricLIFNode, Synapse } from './layer';
import { MemoryModule } from './memory-module';
import { LIFNode, type LIFNodeArgs, NonSpikingLIFNode } from './neuron';
import { ATan, makeSurrogate } from './surrogate';

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
  checkWhole('seed', seed, 0, MAX_UINT32);
  if (hidden !== undefined) checkWhole('hidden', hidden, 1, MAX_HIDDEN);
  const between = hidden === undefined ? [] : [tf.layers.dense({ units: hidden, useBias: false }), tf.layers.reLU()];
  const outputs = [tf.layers.dense({ units: CLASSES, useBias: false }), tf.layers.softmax()];
  return build([flatten(), ...between, ...outputs], seed);
}

/** Options of `snn`: those of its neurons, and which layers it has. */
export interface SnnOptions extends Omit<LIFNodeArgs, 'learn'>, Pick<SomeLayers, 'hidden' | 'layers'> {
  /** For the initial weights. Default 0. */
  seed?: number;
  /** Inputs of spike trains, 1 to 4,096, in place of an image: one call then takes [batch, inputs]. */
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
 * [batch, 10]. With a hidden layer: Flatten → Dense(hidden) → LIFNode → Dense(10) → LIFNode. A layer with delays has a
 * `DelayedDense` in place of Dense, one with a current that lasts a `Synapse` before its neurons, a recurrent one both
 * neurons and `Synapse` in a `LinearRecurrentContainer`, and one that learns τ a `ParametricLIFNode`. Behind a
 * convolution with a norm stands a `BatchNorm2d`.
 * @example
 * const net = networks.snn({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * @throws RangeError that names the option that is out of range
 */
export function snn(options: SnnOptions = {}): tf.Sequential {
  const known = [
    'seed',
    'inputs',
    'hidden',
    'layers',
    'readout',
    'gain',
    ...neuronOptions(),
    'storeSequences',
    'name',
  ] as const;
  checkOptions('snn', options, known, neuronOptions());
  const { seed = 0, inputs, hidden, layers, readout = 'spikes', gain, ...neuron } = options;
  checkWhole('seed', seed, 0, MAX_UINT32);
  if (inputs !== undefined) checkWhole('inputs', inputs, 1, MAX_UNITS);
  checkChoice('readout', readout, READOUT_NAMES);
  // A surrogate without a gradient has no name among the options of a neuron.
  const { surrogateFunction = new ATan(), storeSequences, name, ...dynamics } = neuron;
  const all = resolveLayers({ hidden, layers, neuron: dynamics });
  if (gain !== undefined) checkGain(gain, all.length);
  const named = (i: number) => (name === undefined || i === all.length - 1 ? name : `${name}_${i}`);
  const parts = all.flatMap(({ neurons, convolve, norm, pool, neuron, synapse, delay, recurrent, learn }, i) => {
    const inputShape = i === 0 && inputs !== undefined ? { inputShape: [inputs] } : {};
    const isRead = i === all.length - 1 && readout !== 'spikes';
    const Kind = isRead ? NonSpikingLIFNode : learn ? ParametricLIFNode : LIFNode;
    const own = layers?.[i]?.neuron?.surrogateFunction;
    const surrogate = own ? makeSurrogate(own) : surrogateFunction;
    const nodes = [
      ...(synapse ? [new Synapse(synapse)] : []),
      new Kind({ ...neuron, surrogateFunction: surrogate, storeSequences, learn, name: named(i) }),
    ];
    if (convolve) {
      const mean = tf.layers.averagePooling2d({ poolSize: POOL, strides: POOL });
      return [
        ...convolution(convolve),
        ...(norm ? [new BatchNorm2d(norm === 'batch' ? {} : norm)] : []),
        ...(pool === 'currents' ? [mean] : []),
        ...nodes,
        ...(pool === 'spikes' ? [mean] : []),
      ];
    }
    const dense = delay
      ? new DelayedDense({ units: neurons, ...delay, ...inputShape })
      : tf.layers.dense({ units: neurons, useBias: false, ...inputShape });
    const flat = all[i - 1]?.convolve ? [tf.layers.flatten()] : [];
    return [...flat, dense, ...(recurrent ? [new LinearRecurrentContainer({ layers: nodes })] : nodes)];
  });
  const net = tf.sequential({ layers: [...inputLayers(all[0].convolve, inputs), ...parts] });
  setWeights(net, initialParameters(seed, all, inputs, gain));
  return net;
}

/** @throws TypeError unless this is a network with weights of its own that was not disposed of */
export function checkNetwork(net: tf.LayersModel): void {
  const layers: unknown = net?.layers;
  if (Array.isArray(layers) && layers.some(({ weights }) => weights?.length > 0) && net.inputs) return;
  throw new TypeError(`network: expected one such as networks.snn() makes, found ${formatValue(net)}`);
}

const flatten = () => tf.layers.flatten({ inputShape: [IMAGE_SIDE, IMAGE_SIDE] });

/**
 * What makes of images or spikes what the first weights take: a map with its channels last, as TensorFlow.js has it, or
 * a row.
 */
function inputLayers(convolve?: Convolution, inputs?: number): tf.layers.Layer[] {
  if (!convolve) return inputs === undefined ? [flatten()] : [];
  const targetShape = [...(convolve.shape ?? [1, IMAGE_SIDE, IMAGE_SIDE])];
  const inputShape = inputs === undefined ? [IMAGE_SIDE, IMAGE_SIDE] : [inputs];
  return [tf.layers.reshape({ inputShape, targetShape }), tf.layers.permute({ dims: [2, 3, 1] })];
}

/** The zeros around the map, if there are any, and the convolution. */
function convolution({ channels, kernel, stride, padding, bias = false }: Convolution): tf.layers.Layer[] {
  const zeros = tf.layers.zeroPadding2d({ padding: [padding, padding] });
  const conv = tf.layers.conv2d({
    filters: channels,
    kernelSize: kernel,
    strides: stride,
    padding: 'valid',
    useBias: bias,
  });
  return padding > 0 ? [zeros, conv] : [conv];
}

const build = (layers: tf.layers.Layer[], seed: number): tf.Sequential =>
  resetParameters(tf.sequential({ layers }), seed);

/**
 * One pass through a network that `ann` or `snn` made; of an SNN that is one time step.
 * @param x images, or the spikes of one step, [batch, 28, 28]
 * @returns [batch, 10]; differentiable
 */
export function forward(net: tf.LayersModel, x: tf.Tensor): tf.Tensor2D {
  checkNetwork(net);
  checkTensor('x', x, net.inputs[0].shape);
  return net.apply(x) as tf.Tensor2D;
}

/**
 * Gives the network PyTorch's initial weights, U(−1/√inputs, 1/√inputs) in each layer, drawn from our own generator,
 * and what learns τ its start.
 */
export function resetParameters(net: tf.Sequential, seed = 0): tf.Sequential {
  checkNetwork(net);
  setWeights(net, initialParameters(seed, layersOf(net), countNetworkInputs(net)));
  return net;
}

/** The network's layers one by one, those in a container, too. */
const partsOf = (net: tf.LayersModel): tf.layers.Layer[] =>
  net.layers.flatMap((layer) => (layer instanceof LinearRecurrentContainer ? [layer, ...layer.layers] : [layer]));

/**
 * The network as a list of layers.
 * @param surrogate what stands for a surrogate that no option of a neuron can name, such as `Step`
 */
export function layersOf(net: tf.LayersModel, surrogate = DEFAULT_NEURON.surrogateFunction): ResolvedLayer[] {
  const found: ResolvedLayer[] = [];
  let padding = 0;
  let isFired = false;
  let shape: Convolution['shape'];
  for (const part of partsOf(net)) {
    const kind = part.getClassName();
    if (kind === 'Reshape') shape = part.getConfig().targetShape as [number, number, number];
    if (kind === 'ZeroPadding2D') padding = (part.getConfig().padding as [number[]])[0][0];
    if (kind === 'Conv2D') {
      const {
        filters: channels,
        kernelSize,
        strides,
        useBias: bias,
      } = part.getConfig() as unknown as {
        filters: number;
        kernelSize: number[];
        strides: number[];
        useBias: boolean;
      };
      const neurons = (part.outputShape as number[]).slice(1).reduce((product, n) => product * n, 1);
      const isImage = shape?.join() === `1,${IMAGE_SIDE},${IMAGE_SIDE}`;
      const own = { channels, kernel: kernelSize[0], stride: strides[0], padding, ...(bias && { bias }) };
      const convolve = { ...own, ...(found.length === 0 && shape && !isImage && { shape }) };
      found.push({ neurons, convolve, neuron: DEFAULT_NEURON, recurrent: false });
      padding = 0;
    }
    if (part instanceof BatchNorm2d) {
      const { scale } = part;
      found[found.length - 1].norm = scale === undefined ? 'batch' : { scale };
    }
    if (kind === 'AveragePooling2D') {
      const pooled = found[found.length - 1];
      pooled.pool = isFired ? 'spikes' : 'currents';
      if (!isFired) pooled.neurons = (part.outputShape as number[]).slice(1).reduce((product, n) => product * n, 1);
    }
    isFired = part instanceof LIFNode;
    const units = kind === 'Dense' && (part.getWeights()[0].shape[1] as number);
    if (units) found.push({ neurons: units, neuron: DEFAULT_NEURON, recurrent: false });
    if (part instanceof DelayedDense)
      found.push({ neurons: part.units, delay: part.delay, neuron: DEFAULT_NEURON, recurrent: false });
    const last = found[found.length - 1];
    if (part instanceof LinearRecurrentContainer) last.recurrent = true;
    if (part instanceof Synapse) last.synapse = { tau: part.tau };
    if (!(part instanceof LIFNode)) continue;
    const { name, alpha } = part.surrogateFunction;
    last.neuron = { ...part.dynamics(), surrogateFunction: name === 'step' ? surrogate : { name, alpha } };
    if (part.learn) last.learn = part.learn;
  }
  return found;
}

/** What `parameters` lists, in that order: TensorFlow.js has what it does not learn behind all else. */
const variablesOf = (net: tf.LayersModel) => net.layers.flatMap(({ weights }) => weights);

/** How many inputs the network's first weights have. */
export function countNetworkInputs(net: tf.LayersModel): number {
  const [, ...shape] = net.inputs[0].shape as number[];
  return shape.reduce((product, n) => product * n, 1);
}

/** Copies weights (of either engine) into a network; RangeError if there are more or fewer, or one is not finite. */
export function setWeights(net: tf.LayersModel, weights: Float32Array): void {
  checkNetwork(net);
  const all = parameters(layersOf(net), countNetworkInputs(net));
  const found = isTyped(weights, 'Float32Array') ? weights.length : typeName(weights);
  if (found !== countNumbers(all)) {
    const expected = all.map(({ shape: [rows, columns] }) => `${rows} x ${columns}`).join(' + ');
    throw new RangeError(`weights: expected ${expected} numbers, found ${found}`);
  }
  const stray = weights.find((weight) => !Number.isFinite(weight));
  if (stray !== undefined) throw new RangeError(`weights: expected finite numbers, found ${stray}`);
  checkRanges(weights, layersOf(net), countNetworkInputs(net));
  const parts = splitParameters(weights, all);
  tf.tidy(() => {
    for (const [i, variable] of variablesOf(net).entries())
      variable.write(tf.tensor(parts[i], variable.shape as number[]));
  });
}

/**
 * The network's weights [784, 10], row by row; of more layers, or of what else is learnt, the numbers `splitWeights`
 * tells apart.
 */
export function getWeights(net: tf.LayersModel): Float32Array {
  checkNetwork(net);
  return Float32Array.from(variablesOf(net).flatMap((variable) => Array.from(variable.read().dataSync())));
}

export { foldNorm, splitWeights } from '../common/weights';

/**
 * Finds the network's layers of neurons, hidden ones, if there are any, and the outputs', with the current before them
 * that lasts.
 */
export function findNeurons(net: tf.LayersModel): { neurons: LIFNode; synapse?: Synapse }[] {
  let synapse: Synapse | undefined;
  return partsOf(net).flatMap((part) => {
    if (part instanceof Synapse) synapse = part;
    if (!(part instanceof LIFNode)) return [];
    const found = { neurons: part, synapse };
    synapse = undefined;
    return [found];
  });
}

/** Finds the stateful layers, in the order of `remembered`. */
export const findMemoryModules = (net: tf.LayersModel): MemoryModule[] =>
  partsOf(net).flatMap((part) => {
    const adaptation = part instanceof LIFNode && part.adaptation ? [part.adaptation] : [];
    return part instanceof MemoryModule ? [...adaptation, part] : [];
  });

/** Finds the network's ten neurons; Error if it has none. */
export function findLIFNode(net: tf.LayersModel): LIFNode {
  checkNetwork(net);
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
