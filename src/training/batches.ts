import * as tf from '@tensorflow/tfjs';
import { checkFunction, checkIndices, checkNumber, checkWhole } from '../common/checks';
import { CLASSES, IMAGE_SIDE, type MnistSplit, pixels } from '../common/mnist';
import { moveImages } from '../common/shift';
import { type Labelled, MAX_CLASSES } from '../common/spike-trains';

/**
 * Images [indices, 28, 28] with intensities in [0, 1], and their labels as one-hot rows [indices, classes].
 * @param shift by how much the image of an index is moved; by default none is
 * @throws RangeError if an index is out of range
 */
export function makeBatch(
  split: MnistSplit,
  indices: ArrayLike<number>,
  shift?: (index: number) => [down: number, right: number],
  classes = CLASSES,
): { images: tf.Tensor3D; labels: tf.Tensor2D } {
  if (shift !== undefined) checkFunction('shift', shift);
  const own = pixels(split, indices);
  const intensities = shift ? moveImages(own, indices, shift) : own;
  return {
    images: tf.tensor3d(intensities, [indices.length, IMAGE_SIDE, IMAGE_SIDE]),
    labels: oneHotLabels(split, indices, classes),
  };
}

/**
 * The labels of the samples with these indices as one-hot rows [indices, classes].
 * @throws RangeError if an index is out of range
 */
export function oneHotLabels(split: Labelled, indices: ArrayLike<number>, classes = CLASSES): tf.Tensor2D {
  checkIndices(indices, split.count, 'sample');
  checkWhole('classes', classes, 2, MAX_CLASSES);
  const labels = Int32Array.from(indices, (index) => split.labels[index]);
  return tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat() as tf.Tensor2D);
}

/** The learning rate of an optimizer's next steps, for which TensorFlow.js has no way. */
export function setRate(optimizer: tf.AdamOptimizer, rate: number): void {
  (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

/** PyTorch's Adam: tfjs's own epsilon would be 1e-7. @throws RangeError unless the learning rate is above 0 */
export function adam(learningRate: number): tf.AdamOptimizer {
  checkNumber('learningRate', learningRate, 0);
  return tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
}
