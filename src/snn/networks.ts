/**
 * The two networks of the tutorial. They differ in one line.
 */

import * as tf from '@tensorflow/tfjs';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../common/mnist';
import { initialWeights } from '../common/random';
import { LIFNode, type LIFNodeArgs } from './neuron';
import { ATan } from './surrogate';

/** Flatten → Dense(10, no bias) → Softmax; input [batch, 28, 28], output probabilities [batch, 10]. */
export function ann({ seed = 0 } = {}): tf.Sequential {
  return build(tf.layers.softmax(), seed);
}

/**
 * Flatten → Dense(10, no bias) → LIFNode; one call is one time step: input spikes [batch, 28, 28], output spikes [batch, 10].
 * @example
 * const net = networks.snn({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 */
export function snn({ seed = 0, ...neuron }: { seed?: number } & LIFNodeArgs = {}): tf.Sequential {
  return build(new LIFNode({ surrogateFunction: new ATan(), ...neuron }), seed);
}

function build(activation: tf.layers.Layer, seed: number): tf.Sequential {
  const net = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [IMAGE_SIDE, IMAGE_SIDE] }),
      tf.layers.dense({ units: CLASSES, useBias: false }),
      activation,
    ],
  });
  return resetParameters(net, seed);
}

/**
 * One pass through a network that `ann` or `snn` made; of an SNN that is one time step.
 * @param x images, or the spikes of one step, [batch, 28, 28]
 * @returns [batch, 10]; differentiable
 */
export function forward(net: tf.LayersModel, x: tf.Tensor): tf.Tensor2D {
  return net.apply(x) as tf.Tensor2D;
}

/** Gives the network PyTorch's initial weights, U(−1/√784, 1/√784), drawn from our own generator. */
export function resetParameters(net: tf.Sequential, seed = 0): tf.Sequential {
  setWeights(net, initialWeights(seed, IMAGE_SIZE, CLASSES));
  return net;
}

/** Copies weights [784, 10] (of either engine) into a network; RangeError if there are more or fewer. */
export function setWeights(net: tf.LayersModel, weights: Float32Array): void {
  if (weights?.length !== IMAGE_SIZE * CLASSES) {
    throw new RangeError(`weights: expected ${IMAGE_SIZE} x ${CLASSES} numbers, found ${weights?.length ?? 'none'}`);
  }
  tf.tidy(() => net.setWeights([tf.tensor2d(weights, [IMAGE_SIZE, CLASSES])]));
}

/** The network's weights [784, 10], row by row. */
export function getWeights(net: tf.LayersModel): Float32Array {
  return Float32Array.from(net.getWeights()[0].dataSync());
}

/** Finds the network's layer of neurons; Error if there is none. */
export function findLIFNode(net: tf.LayersModel): LIFNode {
  const layer = net.layers.find((candidate) => candidate instanceof LIFNode);
  if (!layer) throw new Error('expected a network with a LIFNode layer, found none');
  return layer as LIFNode;
}
