/** MNIST row by row. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveEngineOptions } from '../../../../src/common/engine';
import { wholeMnist } from '../../../../test/support/data';
import { rows } from '../../datasets';

test('each bright pixel is a spike of its column in the step of its row, and nothing else is', () => {
  const mnist = wholeMnist();
  const data = rows(mnist);
  assert.deepEqual([data.units, data.T, data.train.count, data.test.count], [28, 28, 60000, 10000]);
  const { starts, units, times, labels } = data.test;
  // The chapter on memory shows the first: 71 spikes.
  assert.equal(starts[1], 71);
  assert.deepEqual(labels, mnist.test.labels);
  for (const index of [0, 1, 9999]) {
    const image = new Uint8Array(784);
    for (let k = starts[index]; k < starts[index + 1]; k++) image[28 * times[k] + units[k]]++;
    const pixels = mnist.test.images.subarray(index * 784, (index + 1) * 784);
    assert.deepEqual(
      image,
      pixels.map((pixel) => (pixel >= 128 ? 1 : 0)),
    );
  }
  assert.equal(starts[10000], units.length);
  assert.equal(resolveEngineOptions({ data }).T, 28);
});
