import * as tf from '@tensorflow/tfjs';
import { checkTensor } from '../common/checks';

/** A loss of labels and predictions, both [batch, classes], averaged over the batch (the squared error over the classes, too). */
export type Loss = (labels: tf.Tensor2D, predictions: tf.Tensor2D) => tf.Scalar;

/** A loss that says in a line which tensor is none, or has the wrong shape. */
const checked =
  (loss: (labels: tf.Tensor2D, predictions: tf.Tensor2D) => tf.Tensor): Loss =>
  (labels, predictions) => {
    checkTensor('labels', labels, [null, null]);
    checkTensor('predictions', predictions, labels.shape);
    return loss(labels, predictions) as tf.Scalar;
  };

/** −mean(log p of the label). */
export const crossEntropy = checked((labels, p) => tf.mean(tf.metrics.categoricalCrossentropy(labels, p)));

/** mean((p − one-hot label)²), the loss of the SNN. */
export const meanSquaredError = checked((labels, p) => tf.losses.meanSquaredError(labels, p));

/**
 * −mean(log p of the label), where p is the softmax of the firing rates: cross-entropy for a network that has no
 * softmax. Rates lie between 0 and 1, so of ten classes p stays below e / (e + 9) = 0.23 and the loss above 1.46.
 */
export const softmaxCrossEntropy = checked((labels, rates) => tf.losses.softmaxCrossEntropy(labels, rates));

/**
 * −mean(log p of the label), where p is the softmax of the numbers of spikes in T steps, T times the firing rates: p
 * comes as near to 1 as the spikes allow.
 */
export const softmaxCrossEntropyOfCounts =
  (T: number): Loss =>
  (labels, rates) =>
    softmaxCrossEntropy(labels, tf.mul(rates, T));
