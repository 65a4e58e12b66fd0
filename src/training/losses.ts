import * as tf from '@tensorflow/tfjs';

/** A loss of labels and predictions, both [batch, 10], averaged over the batch. */
export type Loss = (labels: tf.Tensor2D, predictions: tf.Tensor2D) => tf.Scalar;

/** −mean(log p of the label). */
export const crossEntropy: Loss = (labels, p) => tf.mean(tf.metrics.categoricalCrossentropy(labels, p));

/** mean((p − one-hot label)²), the loss of the SNN. */
export const meanSquaredError: Loss = (labels, p) => tf.losses.meanSquaredError(labels, p) as tf.Scalar;

/**
 * −mean(log p of the label), where p is the softmax of the firing rates: cross-entropy for a network that has no softmax.
 * Rates lie between 0 and 1, so p stays below e / (e + 9) = 0.23 and the loss above 1.46.
 */
export const softmaxCrossEntropy: Loss = (labels, rates) => tf.losses.softmaxCrossEntropy(labels, rates) as tf.Scalar;
