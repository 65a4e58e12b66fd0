import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { pixels } from '../../src/common/mnist';
import { DirectEncoder, LatencyEncoder, PoissonEncoder, spikeTrain } from '../../src/snn/encoding';
import { firingChance } from '../../src/snn/poisson-block';
import { wholeMnist } from '../support/data';
import { trainsFile } from '../support/golden';

before(async () => {
  await initBackend();
});

describe('the Poisson encoder', () => {
  test('fires with the probability of each of the 256 intensities', () => {
    const images = tf.tensor2d(
      Float32Array.from({ length: 256 * 40 }, (_, i) => (i % 256) / 255),
      [40, 256],
    );
    const encoder = new PoissonEncoder({ seed: 5 });
    const counts = new Float64Array(256);
    const T = 250;
    for (let t = 0; t < T; t++) {
      tf.tidy(() => encoder.encode(images).dataSync()).forEach((spike, i) => {
        counts[i % 256] += spike;
      });
    }
    assert.equal(counts[0], 0);
    assert.equal(counts[255], 40 * T);
    // z-scores of binomial counts: their squares sum to a chi-square of 254 degrees of freedom (mean 254, deviation 22.5)
    const chi = counts.slice(1, 255).reduce((sum, count, i) => {
      const p = (i + 1) / 255;
      return sum + (count - 40 * T * p) ** 2 / (40 * T * p * (1 - p));
    }, 0);
    assert.ok(Math.abs(chi - 254) < 4 * 22.5, `chi-square ${chi}`);
  });

  test('takes every 8-bit intensity exactly, also when it comes as a float32', () => {
    const levels = Float32Array.from({ length: 256 }, (_, k) => k / 255);
    assert.deepEqual(
      Array.from(levels, firingChance),
      Array.from({ length: 256 }, (_, k) => k * 65793),
    );
  });

  test('gives an image the same spikes in every batch', () => {
    const { test: split } = wholeMnist();
    const steps = (indices: number[]) => {
      const encoder = new PoissonEncoder({ seed: 2 }).begin({ split: 'test', epoch: 4, indices });
      const images = tf.tensor2d(pixels(split, indices), [indices.length, 784]);
      return Array.from({ length: 130 }, () => encoder.encode(images).dataSync());
    };
    const alone = steps([17]);
    const among = steps([3, 17, 99]);
    for (const [t, step] of alone.entries()) assert.deepEqual(step, among[t].slice(784, 2 * 784), `step ${t}`);
  });

  test('shows other images, in whatever step they come, as one that has shown them from the start', () => {
    const [grey, dark] = [tf.fill([2, 50], 0.5), tf.fill([2, 50], 0.1)];
    for (const change of [3, 20, 140]) {
      const [changed, other] = [new PoissonEncoder({ seed: 3 }), new PoissonEncoder({ seed: 3 })];
      for (let t = 0; t < 150; t++) {
        const [step, expected] = [changed.encode(t < change ? grey : dark), other.encode(dark)].map((x) =>
          x.dataSync(),
        );
        if (t >= change) assert.deepEqual(step, expected, `step ${t}, others since ${change}`);
      }
    }
  });

  test('gives fresh spikes in each step, epoch, split and seed', () => {
    const image = tf.fill([1, 784], 0.5);
    const first = (encoder: PoissonEncoder) => Array.from(encoder.encode(image).dataSync()).join('');
    const show = (seed: number, split: 'train' | 'test', epoch: number) =>
      first(new PoissonEncoder({ seed }).begin({ split, epoch, indices: [0] }));
    const demonstration = new PoissonEncoder({ seed: 0 });
    const all = [
      show(0, 'train', 0),
      show(0, 'train', 1),
      show(0, 'test', 0),
      show(1, 'train', 0),
      first(demonstration),
      first(demonstration),
    ];
    assert.equal(new Set(all).size, all.length);
    assert.equal(show(0, 'train', 0), all[0]);
  });

  test('refuses a batch that begin() did not announce', () => {
    const encoder = new PoissonEncoder().begin({ split: 'train', epoch: 0, indices: [1, 2, 3] });
    assert.throws(() => encoder.encode(tf.ones([2, 784])), /expected 3 images as announced by begin\(\), found 2/);
  });

  test('returns the images’ shape and leaks nothing', () => {
    const images = tf.ones([2, 28, 28]);
    const before = tf.memory().numTensors;
    const step = new PoissonEncoder().encode(images);
    assert.deepEqual(step.shape, [2, 28, 28]);
    step.dispose();
    assert.equal(tf.memory().numTensors, before);
  });

  test('returns T steps as plain numbers, without leaving a tensor', () => {
    const image = tf.tensor2d([0, 0.5, 1], [1, 3]);
    const steps = new PoissonEncoder({ seed: 1 });
    const expected = Array.from({ length: 5 }, () => Array.from(tf.tidy(() => steps.encode(image).dataSync())));
    const before = tf.memory().numTensors;
    const spikes = spikeTrain(new PoissonEncoder({ seed: 1 }), image, 5);
    assert.equal(tf.memory().numTensors, before);
    assert.deepEqual(Array.from(spikes), expected.flat());
    assert.throws(() => spikeTrain(steps, image, 0), /T: expected a whole number from 1 to 10000, found 0/);
  });
});

test('the direct encoder gives the image itself in each step, in a tensor of its own', () => {
  const images = tf.tensor2d([0, 0.2, 1], [1, 3]);
  const encoder = new DirectEncoder().begin({ split: 'train', epoch: 1, indices: [7] });
  for (let t = 0; t < 3; t++) {
    const step = encoder.encode(images);
    assert.deepEqual(step.dataSync(), images.dataSync());
    step.dispose();
  }
  assert.ok(!images.isDisposed);
});

describe('the latency encoder', () => {
  const levels = () =>
    tf.tensor2d(
      Float32Array.from({ length: 256 }, (_, k) => k / 255),
      [1, 256],
    );

  const { T: lengths, step: golden } = trainsFile().latency;
  for (const [i, T] of lengths.entries()) {
    test(`fires each of the 256 intensities once, in the step of SpikingJelly's, T ${T}`, () => {
      const images = levels();
      const spikes = spikeTrain(new LatencyEncoder({ T }), images, T);
      const expected = new Uint8Array(T * 256);
      golden[i].forEach((step, k) => {
        expected[step * 256 + k] = 1;
      });
      assert.deepEqual(spikes, expected);
      images.dispose();
    });
  }

  test('starts again after its last step, and with begin()', () => {
    const images = levels();
    const encoder = new LatencyEncoder({ T: 5 });
    const twice = spikeTrain(encoder, images, 10);
    assert.deepEqual(twice.subarray(0, 5 * 256), twice.subarray(5 * 256));
    spikeTrain(encoder, images, 3);
    assert.deepEqual(spikeTrain(encoder.begin(), images, 5), twice.subarray(0, 5 * 256));
    images.dispose();
  });

  test('refuses what is no intensity, and no steps', () => {
    const encoder = new LatencyEncoder({ T: 5 });
    assert.throws(
      () => tf.tidy(() => encoder.encode(tf.tensor1d([0, 255]))),
      /^RangeError: LatencyEncoder: expected intensities from 0 to 1, found 255; divide/,
    );
    assert.throws(
      () => new LatencyEncoder({ T: 0 }),
      /^RangeError: T: expected a whole number from 1 to 10000, found 0$/,
    );
  });
});
