/**
 * The two networks of the tutorial. They differ in one line.
 */

import * as tf from '@tensorflow/tfjs';
import { checkOptions, checkWhole } from '../common/checks';
import type { ReadoutName } from '../common/engine';
import { MAX_HIDDEN } from '../common/layers';
import { CLASSES, IMAGE_SIDE } from '../common/mnist';
import { neuronOptions } from '../common/neuron-options';
import { MAX_UNITS } from '../common/spike-trains';
import { countWeights, initialNetwork, splitWeights, weightShapes } from '../common/weights';
import { LIFNode, type LIFNodeArgs, NonSpikingLIFNode } from './neuron';
import { ATan } from './surrogate';

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
  const { seed = 0, hidden } = options;
  checkOptions('ann', options, ['seed', 'hidden']);
  checkWhole('hidden', hidden ?? 1, 1, MAX_HIDDEN);
  const between = hidden === undefined ? [] : [tf.layers.dense({ units: hidden, useBias: false }), tf.layers.reLU()];
  const outputs = [tf.layers.dense({ units: CLASSES, useBias: false }), tf.layers.softmax()];
  return build([flatten(), ...between, ...outputs], seed);
}

/** Options of `snn`: those of its neurons, and whether it has hidden ones. */
export interface SnnOptions extends LIFNodeArgs {
  /** For the initial weights. Default 0. */
  seed?: number;
  /** Inputs of spike trains, 1 to 784, in place of an image: one call then takes [batch, inputs]. */
  inputs?: number;
  /** Neurons of a hidden layer, 1 to 800, with the same options as the ten; none by default. */
  hidden?: number;
  /** With a potential the ten neurons are a `NonSpikingLIFNode`, and one call returns their potentials. Default 'spikes'. */
  readout?: ReadoutName;
}

/**
 * Flatten → Dense(10, no bias) → LIFNode; one call is one time step: input spikes [batch, 28, 28], output spikes [batch, 10].
 * With a hidden layer: Flatten → Dense(hidden) → LIFNode → Dense(10) → LIFNode.
 * @example
 * const net = networks.snn({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * @throws RangeError that names the option that is out of range
 */
export function snn(options: SnnOptions = {}): tf.Sequential {
  const { seed = 0, inputs, hidden, readout = 'spikes', ...neuron } = options;
  checkOptions('snn', options, ['seed', 'inputs', 'hidden', 'readout', ...neuronOptions(), 'storeSequences', 'name']);
  const neurons = (last: boolean) => {
    const Kind = last && readout !== 'spikes' ? NonSpikingLIFNode : LIFNode;
    return new Kind({ surrogateFunction: new ATan(), ...neuron });
  };
  checkWhole('inputs', inputs ?? 1, 1, MAX_UNITS);
  checkWhole('hidden', hidden ?? 1, 1, MAX_HIDDEN);
  const widths = hidden === undefined ? [CLASSES] : [hidden, CLASSES];
  const layers = widths.flatMap((units, i) => {
    const inputShape = i === 0 && inputs !== undefined ? { inputShape: [inputs] } : {};
    return [tf.layers.dense({ units, useBias: false, ...inputShape }), neurons(i === widths.length - 1)];
  });
  return build(inputs === undefined ? [flatten(), ...layers] : layers, seed);
}

const flatten = () => tf.layers.flatten({ inputShape: [IMAGE_SIDE, IMAGE_SIDE] });

const build = (layers: tf.layers.Layer[], seed: number): tf.Sequential =>
  resetParameters(tf.sequential({ layers }), seed);

/**
 * One pass through a network that `ann` or `snn` made; of an SNN that is one time step.
 * @param x images, or the spikes of one step, [batch, 28, 28]
 * @returns [batch, 10]; differentiable
 */
export function forward(net: tf.LayersModel, x: tf.Tensor): tf.Tensor2D {
  return net.apply(x) as tf.Tensor2D;
}

/** Gives the network PyTorch's initial weights, U(−1/√inputs, 1/√inputs) in each layer, drawn from our own generator. */
export function resetParameters(net: tf.Sequential, seed = 0): tf.Sequential {
  setWeights(net, initialNetwork(seed, countHidden(net), countNetworkInputs(net)));
  return net;
}

/** How many neurons, or units, the network's hidden layer has; undefined without one. */
export function countHidden(net: tf.LayersModel): number | undefined {
  const [first, ...more] = net.getWeights().map(({ shape }) => shape);
  return more.length > 0 ? (first[1] as number) : undefined;
}

/** How many inputs the network's first weights have. */
export function countNetworkInputs(net: tf.LayersModel): number {
  return net.getWeights()[0].shape[0] as number;
}

/** Copies weights (of either engine) into a network; RangeError if there are more or fewer, or one is not finite. */
export function setWeights(net: tf.LayersModel, weights: Float32Array): void {
  const hidden = countHidden(net);
  const inputs = countNetworkInputs(net);
  const shapes = weightShapes(hidden, inputs);
  if (weights?.length !== countWeights(hidden, inputs)) {
    const expected = shapes.map(([inputs, outputs]) => `${inputs} x ${outputs}`).join(' + ');
    throw new RangeError(`weights: expected ${expected} numbers, found ${weights?.length ?? 'none'}`);
  }
  const stray = weights.find((weight) => !Number.isFinite(weight));
  if (stray !== undefined) throw new RangeError(`weights: expected finite numbers, found ${stray}`);
  tf.tidy(() => net.setWeights(splitWeights(weights, hidden, inputs).map((layer, i) => tf.tensor2d(layer, shapes[i]))));
}

/** The network's weights [784, 10], row by row; with a hidden layer [784, hidden], and then [hidden, 10]. */
export function getWeights(net: tf.LayersModel): Float32Array {
  return Float32Array.from(net.getWeights().flatMap((layer) => Array.from(layer.dataSync())));
}

export { splitWeights } from '../common/weights';

/** Finds the network's layers of neurons: the hidden one, if there is one, and the outputs'. */
export function findLIFNodes(net: tf.LayersModel): LIFNode[] {
  return net.layers.filter((layer): layer is LIFNode => layer instanceof LIFNode);
}

/** Finds the network's ten neurons; Error if it has none. */
export function findLIFNode(net: tf.LayersModel): LIFNode {
  const layer = findLIFNodes(net).at(-1);
  if (!layer) throw new Error('expected a network with a LIFNode layer, found none');
  return layer;
}
