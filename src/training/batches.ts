import * as tf from '@tensorflow/tfjs';
import { checkIndices, checkNumber, checkWhole } from '../common/checks';
import { CLASSES, IMAGE_SIDE, type Labelled, MAX_CLASSES, type MnistSplit, pixels } from '../common/mnist';

/**
 * Images [indices, 28, 28] with intensities in [0, 1], and their labels as one-hot rows [indices, classes].
 * @throws RangeError if an index is out of range
 */
export function makeBatch(
  split: MnistSplit,
  indices: ArrayLike<number>,
  classes = CLASSES,
): { images: tf.Tensor3D; labels: tf.Tensor2D } {
  return {
    images: tf.tensor3d(pixels(split, indices), [indices.length, IMAGE_SIDE, IMAGE_SIDE]),
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
