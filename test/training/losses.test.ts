import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { LossName } from '../../src/common/engine';
import { initBackend, tf } from '../../src/node/backend';
import { createEngine } from '../../src/node/engines';
import { softmaxCrossEntropy } from '../../src/training/losses';
import { smallMnist } from '../support/data';
import { assertClose } from '../support/golden';

before(async () => {
  await initBackend();
});

test('softmaxCrossEntropy() of ten silent neurons is ln 10, of a perfect answer ln(1 + 9 / e), the least that rates reach', () => {
  const labels = tf.oneHot([3, 5], 10).toFloat() as ReturnType<typeof tf.tensor2d>;
  const silent = softmaxCrossEntropy(labels, tf.zeros([2, 10])).dataSync()[0];
  const perfect = softmaxCrossEntropy(labels, labels).dataSync()[0];
  assertClose([silent, perfect], [Math.log(10), Math.log(1 + 9 / Math.E)], 1e-6, 'loss');
  assert.ok(perfect > 1.46);
});

test('the tfjs engine makes the loss small that it is given', async () => {
  const data = smallMnist(256, 128);
  const indices = Uint32Array.from({ length: 128 }, (_, i) => i);
  const engine = await createEngine('tfjs', { data, T: 4, loss: softmaxCrossEntropy, learningRate: 0.01 });
  const losses = [];
  for (let i = 0; i < 20; i++) losses.push((await engine.trainBatch(0, indices)).loss);
  await engine.close();
  assertClose([losses[0]], [Math.log(10)], 1e-6, 'loss of silent neurons');
  assert.ok(losses[19] < losses[0] - 0.05, `${losses[19]}`);
});

test('a loss that is none, and a loss for the event engine, are refused in one line', async () => {
  const data = smallMnist(10, 10);
  await assert.rejects(
    createEngine('tfjs', { data, loss: 'mean' as LossName }),
    /^RangeError: loss: expected 'mse', 'cross-entropy' or 'cross-entropy-counts', found 'mean'$/,
  );
  await assert.rejects(
    createEngine('event', { data, loss: softmaxCrossEntropy } as never),
    /^TypeError: loss: expected 'mse', 'cross-entropy' or 'cross-entropy-counts', found a function, which the engine 'tfjs' alone takes$/,
  );
});
