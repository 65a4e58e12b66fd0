import * as tf from '@tensorflow/tfjs';
import { checkFunction, checkTensor } from '../common/checks';

/** Resets every neuron of the network before other images are shown (SpikingJelly's `functional.reset_net`). */
export function resetNet(net: tf.LayersModel): void {
  checkFunction('network', net?.resetStates, 'a network, such as networks.snn()');
  net.resetStates();
}

/**
 * Gives a layer or network its input step by step (SpikingJelly's `functional.multi_step_forward`).
 * @param x [T, …], one slice for each step
 * @returns [T, …] of the layer's outputs; the layer keeps its state, so a later call continues from there
 */
export function multiStepForward(layer: tf.layers.Layer | tf.LayersModel, x: tf.Tensor): tf.Tensor {
  checkFunction('layer', layer?.apply, 'a layer or a network, such as new neuron.LIFNode()');
  checkTensor('x', x);
  if (!(x.rank > 1 && x.size > 0)) throw new RangeError(`x: expected steps [T, …], found [${x.shape.join(', ')}]`);
  return tf.tidy(() => tf.stack(splitSteps(x).map((step) => layer.apply(step) as tf.Tensor)));
}

/** The slices of each step. TensorFlow.js has no gradient of `unstack` where it gives a single one. */
const splitSteps = (x: tf.Tensor): tf.Tensor[] => (x.shape[0] === 1 ? [tf.squeeze(x, [0])] : tf.unstack(x));
