import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../../hosts/node/backend';
import { spikeTrain } from '../../../src/snn/encoding';
import { trainsFile } from '../../../test/support/golden';
import { DirectEncoder, LatencyEncoder } from '../tfjs/encoders';

before(async () => {
  await initBackend();
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
