/**
 * The two networks of the tutorial. They differ in one line.
 */
import * as tf from '@tensorflow/tfjs';
import { checkOptions, checkTensor, checkWhole, formatValue, isTyped, typeName } from '../common/checks';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../common/mnist';
import { initialWeights, MAX_UINT32 } from '../common/random';
import { LIFNode, type LIFNodeArgs } from './neuron';
import { ATan } from './surrogate';

/**
 * Flatten → Dense(10, no bias) → Softmax; input [batch, 28, 28], output probabilities [batch, 10].
 * @param options `seed` for the initial weights; default 0
 * @throws RangeError that names the option that is out of range
 */
export function ann(options: { seed?: number } = {}): tf.Sequential {
  checkOptions('ann', options, ['seed']);
  return build(options.seed, () => tf.layers.softmax());
}

/** Options of `snn`: those of its neurons, whose surrogate is ATan(2) by default, and a seed as of `ann`. */
export interface SnnOptions extends LIFNodeArgs {
  seed?: number;
}

/**
 * Flatten → Dense(10, no bias) → LIFNode; one call is one time step: input spikes [batch, 28, 28], output spikes
 * [batch, 10].
 * @example
 * const net = networks.snn({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * @throws RangeError that names the option that is out of range
 */
export function snn(options: SnnOptions = {}): tf.Sequential {
  const ofNeurons = LIFNode.optionNames as (keyof LIFNodeArgs)[];
  checkOptions('snn', options, ['seed', ...ofNeurons], ofNeurons);
  const { seed, surrogateFunction = new ATan(), ...neuron } = options;
  return build(seed, () => new LIFNode({ ...neuron, surrogateFunction }));
}

/** Flatten → Dense → the given outputs, with PyTorch's initial weights, U(−1/√784, 1/√784), from our own generator. */
function build(seed = 0, makeOutputs: () => tf.layers.Layer): tf.Sequential {
  checkWhole('seed', seed, 0, MAX_UINT32);
  const net = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [IMAGE_SIDE, IMAGE_SIDE] }),
      tf.layers.dense({ units: CLASSES, useBias: false }),
      makeOutputs(),
    ],
  });
  setWeights(net, initialWeights(seed, IMAGE_SIZE, CLASSES));
  return net;
}

/** @throws TypeError unless this is a network with weights of its own that was not disposed of */
export function checkNetwork(net: tf.LayersModel): void {
  const layers: unknown = net?.layers;
  if (Array.isArray(layers) && layers.some(({ weights }) => weights?.length > 0) && net.inputs) return;
  throw new TypeError(`network: expected one such as networks.snn() makes, found ${formatValue(net)}`);
}

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
 * Of each layer the variables that training changes, then those that it does not, such as a running mean. Potentials are
 * not variables.
 */
const variablesOf = (net: tf.LayersModel) => net.layers.flatMap(({ weights }) => weights);

/** @throws RangeError unless the network has so many weights, and each is finite */
export function checkWeights(net: tf.LayersModel, weights: Float32Array): void {
  checkNetwork(net);
  const shapes = variablesOf(net).map(({ shape }) => shape as number[]);
  const found = isTyped(weights, 'Float32Array') ? weights.length : typeName(weights);
  if (found !== shapes.reduce((sum, shape) => sum + tf.util.sizeFromShape(shape), 0)) {
    const expected = shapes.map((shape) => shape.join(' x ')).join(' + ');
    throw new RangeError(`weights: expected ${expected} numbers, found ${found}`);
  }
  const stray = weights.find((weight) => !Number.isFinite(weight));
  if (stray !== undefined) throw new RangeError(`weights: expected finite numbers, found ${stray}`);
}

/** Copies weights (of either engine) into a network; RangeError if there are more or fewer, or one is not finite. */
export function setWeights(net: tf.LayersModel, weights: Float32Array): void {
  checkWeights(net, weights);
  let start = 0;
  for (const variable of variablesOf(net)) {
    const shape = variable.shape as number[];
    const end = start + tf.util.sizeFromShape(shape);
    tf.tidy(() => void variable.write(tf.tensor(weights.slice(start, end), shape)));
    start = end;
  }
}

/** The network's weights [784, 10], row by row; of more layers, those of all in order. */
export function getWeights(net: tf.LayersModel): Float32Array {
  checkNetwork(net);
  return Float32Array.from(variablesOf(net).flatMap((variable) => Array.from(variable.read().dataSync())));
}
