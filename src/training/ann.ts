/** Training the ANN of chapter 1: one pass per image, no time. */
import * as tf from '@tensorflow/tfjs';
import {
  checkFunction,
  checkNumber,
  checkObject,
  checkOptions,
  checkSignal,
  checkTensor,
  checkWhole,
} from '../common/checks';
import { checkMnist, type Mnist, type MnistSplit } from '../common/mnist';
import { MAX_UINT32, shuffled } from '../common/random';
import { checkNetwork, forward } from '../snn/networks';
import { adam, makeBatch } from './batches';
import type { Loss } from './losses';
import { countCorrect } from './metrics';

export interface AnnOptions {
  data: Mnist;
  loss: Loss;
  /** Default 5. */
  epochs?: number;
  /** Images per training step; default 128. */
  batchSize?: number;
  /** Adam's; default 1e-3. */
  learningRate?: number;
  /** Seed of the shuffle; default 0. */
  seed?: number;
  /** Stops after the batch under way. */
  signal?: AbortSignal;
  onBatch?: (batchesDone: number, batches: number) => void;
}

/** Images [batch, 28, 28] and their labels as one-hot rows [batch, 10], as `makeBatch` makes them. */
export type Batch = ReturnType<typeof makeBatch>;

/**
 * One training step: computes the loss of the batch and its gradient, and lets the optimizer change the weights.
 * @returns the loss before the change
 */
export function trainStep(net: tf.Sequential, batch: Batch, loss: Loss, optimizer: tf.Optimizer): number {
  checkObject('batch', batch, 'one such as training.makeBatch() makes');
  const { images, labels } = batch;
  checkTensor('labels', labels, [null, null]);
  checkFunction('loss', loss, 'one such as training.crossEntropy');
  checkFunction('optimizer', optimizer?.minimize, 'one such as training.adam(1e-3)');
  return tf.tidy(() => {
    const value = optimizer.minimize(() => loss(labels, forward(net, images)), true);
    return (value as tf.Scalar).dataSync()[0];
  });
}

/**
 * Trains a network [batch, 28, 28] → [batch, 10] with Adam.
 * @example
 * const net = networks.ann();
 * const accuracies = await training.ann.train(net, { data, loss: training.crossEntropy });
 * @returns the test accuracy after each epoch
 * @throws RangeError or TypeError that names the option that is wrong
 */
export async function train(net: tf.Sequential, options: AnnOptions): Promise<number[]> {
  checkNetwork(net);
  checkOptions('ann.train', options, [
    'data',
    'loss',
    'epochs',
    'batchSize',
    'learningRate',
    'seed',
    'signal',
    'onBatch',
  ]);
  const { data, loss, epochs = 5, batchSize = 128, learningRate = 1e-3, seed = 0, signal } = options;
  checkMnist(data);
  checkFunction('loss', loss, 'one such as training.crossEntropy');
  if (options.onBatch !== undefined) checkFunction('onBatch', options.onBatch);
  checkSignal(signal);
  checkWhole('epochs', epochs, 0, Number.MAX_SAFE_INTEGER);
  checkWhole('batchSize', batchSize, 1, data.train.count);
  checkNumber('learningRate', learningRate, 0);
  checkWhole('seed', seed, 0, MAX_UINT32);
  const optimizer = adam(learningRate);
  const batches = Math.floor(data.train.count / batchSize);
  const testAccs: number[] = [];
  try {
    for (let epoch = 0; epoch < epochs && !signal?.aborted; epoch++) {
      const order = shuffled(seed, epoch, data.train.count);
      for (let batch = 0; batch < batches && !signal?.aborted; batch++) {
        const part = makeBatch(data.train, order.subarray(batch * batchSize, (batch + 1) * batchSize));
        try {
          trainStep(net, part, loss, optimizer);
        } finally {
          tf.dispose([part.images, part.labels]);
        }
        options.onBatch?.(epoch * batches + batch + 1, epochs * batches);
        if (batch % 20 === 0) await tf.nextFrame();
      }
      testAccs.push(accuracy(net, data));
    }
  } finally {
    optimizer.dispose();
  }
  return testAccs;
}

/**
 * What a network returns for these images, as plain numbers [indices, 10].
 * @throws RangeError if an index is out of range
 */
export function predict(net: tf.Sequential, split: MnistSplit, indices: ArrayLike<number>): Float32Array {
  checkNetwork(net);
  return tf.tidy(() => (net.predict(makeBatch(split, indices).images) as tf.Tensor).dataSync()) as Float32Array;
}

/** The share of the test images that the network answers correctly. */
export function accuracy(net: tf.Sequential, data: Mnist): number {
  checkMnist(data);
  const indices = Uint32Array.from({ length: data.test.count }, (_, i) => i);
  return countCorrect(predict(net, data.test, indices), data.test, indices) / indices.length;
}
