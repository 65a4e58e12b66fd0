import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { AnnEngine, type AnnLoss } from '../../packages/networks/ann-engine';
import { freshState } from '../../packages/networks/options/engine';
import { initialNetwork } from '../../packages/networks/options/weights';
import { makeSpikeTrains } from '../../packages/networks/spike-trains';
import { ann, getWeights, setWeights, splitWeights } from '../../packages/networks/tfjs/networks';
import { train } from '../../packages/networks/train';
import type { Mnist } from '../../src/common/mnist';
import { accuracy, predict, trainStep, train as trainWithTfjs } from '../../src/training/ann';
import { adam, makeBatch } from '../../src/training/batches';
import { newHistory } from '../../src/training/history';
import { crossEntropy, meanSquaredError } from '../../src/training/losses';
import { smallMnist, wholeMnist } from '../support/data';
import { type AnnFile, annFile, assertClose, assertGradient, kernelOf, pixels300to419 } from '../support/golden';

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
    const accuracies = await trainWithTfjs(net, { data, loss: crossEntropy, epochs: 2, batchSize: 32, onBatch });
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
    await trainWithTfjs(net, { data, loss: crossEntropy, epochs: 5, batchSize: 32, signal, onBatch });
    assert.equal(batches, 4);
    net.dispose();
  });

  test('leaves no tensor behind', async () => {
    const net = ann();
    const trainOnce = () => trainWithTfjs(net, { data, loss: meanSquaredError, epochs: 1, batchSize: 32 });
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

const LOSSES = [
  { loss: 'mse', golden: 'mse', tfjs: meanSquaredError },
  { loss: 'cross-entropy', golden: 'cross_entropy', tfjs: crossEntropy },
] as const;

/** The images of the golden values alone, as training and test images. */
function imagesOf({ image }: AnnFile): Mnist {
  const { images, labels } = wholeMnist().train;
  const split = {
    images: Uint8Array.from(image.flatMap((index) => Array.from(images.subarray(index * 784, (index + 1) * 784)))),
    labels: Uint8Array.from(image, (index) => labels[index]),
    count: image.length,
  };
  return { train: split, test: split };
}

describe('the ANN’s own loop agrees with PyTorch', () => {
  for (const { loss, golden: name } of LOSSES) {
    test(`with ${loss}: probabilities, loss, gradient, and a training of six steps`, async () => {
      const golden = annFile();
      const { lr: learningRate, epochs, [name]: expected } = golden.training;
      const data = imagesOf(golden);
      const indices = Uint32Array.from(golden.image.keys());
      const engine = new AnnEngine({ data, loss, learningRate, batchSize: indices.length });
      await engine.restore(freshState(kernelOf(golden.weight)));
      const probability = await engine.rates({ split: 'test', epoch: 0, indices });
      assertClose(probability, golden.probability, 1e-6, 'probability');
      const first = await engine.trainBatch(0, indices);
      assertClose([first.loss], [golden[name]], 1e-6, 'loss');
      // After one step of Adam its first moment is a tenth of the gradient.
      const gradient = (await engine.state()).m.map((moment) => moment * 10);
      assertGradient(pixels300to419(gradient), golden[`grad_${name}`], 'gradient');

      await engine.restore(freshState(kernelOf(golden.weight)));
      const { testAccs } = await train({ engine, epochs });
      assert.deepEqual(testAccs, expected.accuracy);
      const { weights } = await engine.state();
      assertClose(pixels300to419(weights), expected.weight_pixels_300_419, 1e-6, 'weights');
    });
  }
});

describe('the ANN’s own loop with a hidden layer agrees with TensorFlow.js', () => {
  before(async () => {
    await initBackend();
  });

  const data = smallMnist(1300, 300);
  for (const { loss, tfjs } of LOSSES) {
    test(`with ${loss}: weights and accuracies after two epochs on the same images`, async () => {
      const net = ann({ seed: 3, hidden: 12 });
      const expected = await trainWithTfjs(net, { data, batchSize: 128, seed: 3, epochs: 2, loss: tfjs });
      const engine = new AnnEngine({ data, seed: 3, loss, hidden: 12 });
      const { testAccs, state } = await train({ epochs: 2, engine });
      assert.deepEqual(testAccs, expected);
      // Adam makes a whole step of a gradient that float32 rounds away, so a few weights differ by more.
      const ours = state?.weights as Float32Array;
      const theirs = getWeights(net);
      const apart = ours.filter((weight, i) => Math.abs(weight - theirs[i]) > 1e-4).length;
      assert.ok(apart <= ours.length / 1000, `${apart} of ${ours.length} weights differ by more than 1e-4`);
      net.dispose();
    });
  }
});

describe('the ANN’s engine', () => {
  const data = smallMnist(700, 100);

  for (const hidden of [undefined, 12]) {
    const layers = hidden === undefined ? '' : ', also with a hidden layer';
    test(`that was stopped goes on to the same weights as a run that never was${layers}`, async () => {
      const make = () => new AnnEngine({ data, hidden });
      const whole = await train({ engine: make(), epochs: 2 });
      const history = newHistory();
      for (const stopAt of [2, 5, 7]) {
        const controller = new AbortController();
        const onBatch = ({ trainTimes }: { trainTimes: number }) => {
          if (trainTimes === stopAt) controller.abort();
        };
        await train({ engine: make(), epochs: 2, history, signal: controller.signal, onBatch });
        assert.deepEqual([history.stopped, history.trainAccs.length], [true, stopAt]);
      }
      await train({ engine: make(), epochs: 2, history });
      assert.deepEqual(history.state, whole.state);
      assert.deepEqual(history.losses, whole.losses);
    });
  }

  test('reads of spike trains in how many of the steps each unit fires, as of images how bright a pixel is', async () => {
    // Every unit fires in each step where its pixel is lit, and once more in the first, which counts once.
    const T = 3;
    const ofSplit = ({ images, labels, count }: Mnist['train']) => ({
      labels,
      trains: Array.from({ length: count }, (_, i) => {
        const lit = [...images.subarray(784 * i, 784 * i + 784).keys()].filter(
          (pixel) => images[784 * i + pixel] > 127,
        );
        const steps = [0, 0, 1, 2];
        return { units: steps.flatMap(() => lit), times: steps.flatMap((step) => lit.map(() => step)) };
      }),
    });
    const trains = makeSpikeTrains({ units: 784, T, train: ofSplit(data.train), test: ofSplit(data.test) });
    const black = ({ images, ...split }: Mnist['train']) => {
      return { ...split, images: images.map((byte) => (byte > 127 ? 255 : 0)) };
    };
    const images = { train: black(data.train), test: black(data.test) };
    for (const hidden of [undefined, 12]) {
      const [ofTrains, ofImages] = await Promise.all(
        [trains, images].map((shown) => train({ engine: new AnnEngine({ data: shown, hidden }), epochs: 2 })),
      );
      assert.deepEqual(ofTrains.state, ofImages.state);
      assert.deepEqual(ofTrains.testAccs, ofImages.testAccs);
    }
    // Two units: the first fires in two of three steps. With weights of ln 8 for class 1 alone, 8^(2/3) = 4 stands to 9.
    const one = { trains: [{ units: [0, 0, 1], times: [0, 2, 1] }], labels: [1] };
    const engine = new AnnEngine({ data: makeSpikeTrains({ units: 2, T, train: one, test: one }) });
    const weights = new Float32Array(20);
    weights[1] = Math.log(8);
    await engine.restore(freshState(weights));
    const [, probability] = await engine.rates({ split: 'test', epoch: 0, indices: [0] });
    assertClose([probability], [4 / 13], 1e-6, 'probability');
  });

  test('refuses another loss, and a history of another loss, and names both', async () => {
    assert.throws(() => new AnnEngine({ data, loss: 'cross-entropy-counts' as AnnLoss }), {
      message: "loss: expected 'mse' or 'cross-entropy', found 'cross-entropy-counts'",
    });
    const history = newHistory();
    await train({ engine: new AnnEngine({ data }), epochs: 1, history });
    await assert.rejects(
      train({ engine: new AnnEngine({ data, loss: 'cross-entropy' }), epochs: 2, history }),
      /belongs to a run with engine\.loss = its default, but now engine\.loss = cross-entropy/,
    );
  });
});
