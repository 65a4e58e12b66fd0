import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { initialNetwork } from '../../src/common/weights';
import { ann, getWeights, setWeights, splitWeights } from '../../src/snn/networks';
import { accuracy, predict, train, trainStep } from '../../src/training/ann';
import { adam, makeBatch } from '../../src/training/batches';
import { crossEntropy, meanSquaredError } from '../../src/training/losses';
import { smallMnist } from '../support/data';

before(async () => {
  await initBackend();
});

const data = smallMnist(100, 30);

test('trainStep() returns the loss before the step, and the step lowers it', () => {
  const net = ann();
  const optimizer = adam(1e-3);
  const batch = makeBatch(data.train, [0, 1, 2, 3, 4, 5, 6, 7]);
  const step = () => trainStep(net, batch, crossEntropy, optimizer);
  const expected = tf.tidy(() => crossEntropy(batch.labels, net.apply(batch.images) as tf.Tensor2D).dataSync()[0]);
  const first = step();
  const before = tf.memory().numTensors;
  const second = step();
  assert.equal(tf.memory().numTensors, before, 'no tensor is left');
  assert.ok(Math.abs(first - expected) < 1e-6 && second < first, `${expected}, ${first}, ${second}`);
});

test('predict() returns ten probabilities per image, of the images that were asked for', () => {
  const net = ann();
  const before = tf.memory().numTensors;
  const both = predict(net, data.test, [3, 8]);
  assert.equal(tf.memory().numTensors, before);
  assert.equal(both.length, 20);
  // Two products of other sizes may add in another order, by processor: no closer than float32 rounds.
  const alone = predict(net, data.test, [8]);
  assert.equal(alone.length, 10);
  alone.forEach((p, i) => {
    assert.ok(Math.abs(p - both[10 + i]) < 1e-7, `${p}, ${both[10 + i]}`);
  });
  const sum = both.slice(0, 10).reduce((a, b) => a + b);
  assert.ok(Math.abs(sum - 1) < 1e-6, `sum ${sum}`);
  net.dispose();
});

describe('ann.train()', () => {
  test('drops the last incomplete batch, and reports each batch and each epoch', async () => {
    const net = ann();
    const reports: [number, number][] = [];
    const onBatch = (done: number, of: number) => void reports.push([done, of]);
    const accuracies = await train(net, { data, loss: crossEntropy, epochs: 2, batchSize: 32, onBatch });
    assert.deepEqual(
      reports,
      [1, 2, 3, 4, 5, 6].map((done) => [done, 6]),
    );
    assert.equal(accuracies.length, 2);
    assert.equal(accuracies[1], accuracy(net, data));
    net.dispose();
  });

  test('stops after the batch under way when its signal says so', async () => {
    const net = ann();
    const controller = new AbortController();
    let batches = 0;
    const onBatch = () => {
      batches++;
      if (batches === 4) controller.abort();
    };
    const { signal } = controller;
    await train(net, { data, loss: crossEntropy, epochs: 5, batchSize: 32, signal, onBatch });
    assert.equal(batches, 4);
    net.dispose();
  });

  test('leaves no tensor behind', async () => {
    const net = ann();
    const trainOnce = () => train(net, { data, loss: meanSquaredError, epochs: 1, batchSize: 32 });
    await trainOnce();
    const before = tf.memory().numTensors;
    await trainOnce();
    accuracy(net, data);
    assert.equal(tf.memory().numTensors, before);
    net.dispose();
  });
});

test('ann.accuracy() is the share of the test images whose highest probability is the label’s', () => {
  const net = ann();
  // Weights of zero but for one pixel: the images where it is white are 7s to this network, all others tie.
  const weights = new Float32Array(7840);
  weights[400 * 10 + 7] = 1;
  setWeights(net, weights);
  const images = new Uint8Array(8 * 784);
  for (const image of [0, 1, 2]) images[image * 784 + 400] = 255;
  const labels = Uint8Array.of(7, 7, 1, 0, 0, 5, 7, 3);
  const split = { images, labels, count: 8 };
  // Right are the first two; and of the ties, whose answer is the lowest index, the two zeros.
  assert.equal(accuracy(net, { train: split, test: split }), 4 / 8);
  net.dispose();
});

test('an ANN with a hidden layer is softmax(relu(x W1) W2), from the initial weights of the SNN', () => {
  const hidden = 7;
  const net = ann({ hidden, seed: 2 });
  const weights = getWeights(net);
  assert.deepEqual(weights, initialNetwork(2, hidden));
  const [first, second] = splitWeights(weights, hidden);
  const x = Array.from(data.test.images.subarray(784 * 3, 784 * 4), (byte) => byte / 255);
  const sums = (inputs: number[], layer: Float32Array, units: number) =>
    Array.from({ length: units }, (_, j) => inputs.reduce((sum, input, i) => sum + input * layer[i * units + j], 0));
  const powers = sums(
    sums(x, first, hidden).map((z) => Math.max(0, z)),
    second,
    10,
  ).map(Math.exp);
  const total = powers.reduce((a, b) => a + b);
  predict(net, data.test, [3]).forEach((p, i) => {
    assert.ok(Math.abs(p - powers[i] / total) < 1e-6, `${i}: ${p}`);
  });
  net.dispose();
  assert.throws(() => ann({ hidden: 801 }), { name: 'RangeError', message: /^hidden: / });
});
