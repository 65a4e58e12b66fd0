/**
 * Training the ANN of chapter 1: one pass per image, no time.
 */

import type { Mnist } from '../common/mnist';
import { shuffled } from '../common/random';
import { tf } from '../node/backend';
import { adam, batchOf } from './tfjs-engine';
import { countCorrect } from './train';

/** A loss of labels and predictions, both [batch, 10], averaged over the batch. */
export type Loss = (labels: tf.Tensor2D, predictions: tf.Tensor2D) => tf.Scalar;

/** −mean(log p of the label). */
export const crossEntropy: Loss = (labels, p) => tf.mean(tf.metrics.categoricalCrossentropy(labels, p));

/** mean((p − one-hot label)²), the loss of the SNN. */
export const meanSquaredError: Loss = (labels, p) => tf.losses.meanSquaredError(labels, p) as tf.Scalar;

export interface AnnOptions {
  data: Mnist;
  loss: Loss;
  /** Default 5. */
  epochs?: number;
  batchSize?: number;
  learningRate?: number;
  seed?: number;
  /** Stops after the batch under way. */
  signal?: AbortSignal;
  onBatch?: (batchesDone: number, batches: number) => void;
}

/**
 * Trains a network [batch, 28, 28] → [batch, 10] with Adam.
 * @returns the test accuracy after each epoch
 */
export async function trainAnn(net: tf.Sequential, options: AnnOptions): Promise<number[]> {
  const { data, loss, epochs = 5, batchSize = 128, learningRate = 1e-3, seed = 0, signal } = options;
  const optimizer = adam(learningRate);
  const batches = Math.floor(data.train.count / batchSize);
  const testAccs: number[] = [];
  for (let epoch = 0; epoch < epochs && !signal?.aborted; epoch++) {
    const order = shuffled(seed, epoch, data.train.count);
    for (let batch = 0; batch < batches && !signal?.aborted; batch++) {
      const { images, labels } = batchOf(data.train, order.subarray(batch * batchSize, (batch + 1) * batchSize));
      optimizer.minimize(() => loss(labels, net.apply(images) as tf.Tensor2D));
      tf.dispose([images, labels]);
      options.onBatch?.(epoch * batches + batch + 1, epochs * batches);
      if (batch % 20 === 0) await tf.nextFrame();
    }
    testAccs.push(annAccuracy(net, data));
  }
  optimizer.dispose();
  return testAccs;
}

/** Share of the test images that the network gets right. */
export function annAccuracy(net: tf.Sequential, data: Mnist): number {
  const indices = Uint32Array.from({ length: data.test.count }, (_, i) => i);
  const predictions = tf.tidy(() => {
    const { images } = batchOf(data.test, indices);
    return (net.predict(images) as tf.Tensor).dataSync() as Float32Array;
  });
  return countCorrect(predictions, data.test, indices) / indices.length;
}
