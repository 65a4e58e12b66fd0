/** What error messages say of a wrong argument; each argument's own test is beside what takes it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatValue, listChoices } from '../../src/common/checks';
import { type MnistSplit, pixels } from '../../src/common/mnist';

test('a choice is listed as English has it', () => {
  assert.equal(listChoices(['atan']), 'atan');
  assert.equal(listChoices(['atan', 'sigmoid']), 'atan or sigmoid');
  assert.equal(listChoices(['atan', 'sigmoid', 'step']), 'atan, sigmoid or step');
});

test('a text that was found stays on one line and tells a terminal nothing', () => {
  assert.equal(formatValue('a\n\u001b[31mb'), "'a\ufffd\ufffd[31mb'");
});

test('pixels are those of images: spike trains, a part of a split or none are refused', () => {
  const images = new Uint8Array(784);
  const splits: unknown[] = [undefined, { units: images, count: 1 }, { images, count: 2 }, { images: [], count: 1 }];
  for (const split of splits) {
    assert.throws(
      () => pixels(split as MnistSplit, [0]),
      /^TypeError: split: expected images of MNIST, .* found none$/,
    );
  }
});
