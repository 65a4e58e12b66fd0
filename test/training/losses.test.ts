import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { createEngine } from '../../hosts/node/engines';
import { type EngineOptions, freshState, type LossName, resolveEngineOptions } from '../../src/common/engine';
import { initialWeights } from '../../src/common/random';
import { collectSettings } from '../../src/training/history';
import { meanSquaredError, softmaxCrossEntropy, softmaxCrossEntropyOfCounts } from '../../src/training/losses';
import type { TfjsEngineOptions } from '../../src/training/tfjs-engine';
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

test('softmaxCrossEntropyOfCounts() of a neuron that alone fires in every step is ln(1 + 9 exp(−T))', () => {
  const labels = tf.oneHot([3, 5], 10).toFloat() as ReturnType<typeof tf.tensor2d>;
  for (const T of [1, 2, 8]) {
    const perfect = softmaxCrossEntropyOfCounts(T)(labels, labels).dataSync()[0];
    assertClose([perfect], [Math.log(1 + 9 * Math.exp(-T))], 1e-6, `T = ${T}`);
  }
});

test('the tfjs engine takes a loss by its name or as its function, and says which it is', async () => {
  const data = smallMnist(64, 64);
  const lossOf = async (loss?: TfjsEngineOptions['loss']) => {
    const engine = await createEngine('tfjs', { data, T: 4, loss, seed: 3 });
    await engine.restore(freshState(initialWeights(3, 784, 10).map((weight) => 5 * weight)));
    const result = await engine.trainBatch(
      0,
      Uint32Array.from({ length: 64 }, (_, i) => i),
    );
    await engine.close();
    return [engine.options.loss, result.loss];
  };
  assert.deepEqual(await lossOf(meanSquaredError), await lossOf());
  assert.deepEqual(await lossOf(softmaxCrossEntropy), await lossOf('cross-entropy'));
  const [name, counts] = await lossOf(softmaxCrossEntropyOfCounts(4));
  assert.deepEqual(['cross-entropy-counts', counts], await lossOf('cross-entropy-counts'));
  assert.equal(name, 'custom');
});

test('a loss that is none, and a loss for the event engine, are refused in one line', async () => {
  const data = smallMnist(10, 10);
  await assert.rejects(
    createEngine('tfjs', { data, loss: 'mean' as LossName }),
    /^RangeError: loss: expected 'mse', 'cross-entropy', 'cross-entropy-counts' or 'cross-entropy-each-step', found 'mean'$/,
  );
  await assert.rejects(
    createEngine('event', { data, loss: softmaxCrossEntropy } as never),
    /^TypeError: loss: expected 'mse', 'cross-entropy', 'cross-entropy-counts' or 'cross-entropy-each-step', found a function, which the engine 'tfjs' alone takes$/,
  );
});

test('hidden neurons that are silent add weight · target² to the loss for each layer, on both engines, and a custom loss too', async () => {
  const data = smallMnist(64, 64);
  const lossOf = async (name: 'tfjs' | 'event', options: Partial<EngineOptions> = {}) => {
    const engine = await createEngine(name, { data, T: 4, layers: [{ neurons: 5 }, { neurons: 13 }, {}], ...options });
    await engine.restore(freshState(new Float32Array(784 * 5 + 5 * 13 + 130)));
    const { loss } = await engine.trainBatch(0, Uint32Array.of(1, 2, 3));
    await engine.close();
    return loss;
  };
  const ratePenalty = { weight: 3, target: 0.5 };
  for (const name of ['tfjs', 'event'] as const) {
    for (const loss of ['mse', 'cross-entropy'] as const)
      assertClose([(await lossOf(name, { loss, ratePenalty })) - (await lossOf(name, { loss }))], [1.5], 1e-6, loss);
    // Without a target any spike costs something, and silence nothing.
    assert.equal(await lossOf(name, { ratePenalty: { weight: 3 } }), await lossOf(name));
  }
  const custom = { loss: softmaxCrossEntropy, ratePenalty } as Partial<TfjsEngineOptions>;
  assertClose([await lossOf('tfjs', custom as never)], [Math.log(10) + 1.5], 1e-6, 'custom');
});

test('a history says which rates were penalized, and a penalty that is none is refused in one line', () => {
  const data = smallMnist(64, 64);
  const settingsWith = (ratePenalty?: EngineOptions['ratePenalty']) =>
    collectSettings({ name: 'event', options: resolveEngineOptions({ data, hidden: 5, ratePenalty }) } as never, 64);
  const without = settingsWith();
  assert.deepEqual(settingsWith({ weight: 3, target: 0.5 }), { ...without, ratePenalty: 3, rateTarget: 0.5 });
  assert.deepEqual(settingsWith({ weight: 3 }), { ...without, ratePenalty: 3 });
  for (const [given, message] of [
    [{}, 'weight of the ratePenalty: expected a finite number above 0, found undefined'],
    [{ weight: 0 }, 'weight of the ratePenalty: expected a finite number above 0, found 0'],
    [{ weight: 1, target: 1.1 }, 'target of the ratePenalty: expected a number from 0 to 1, found 1.1'],
    [{ weight: 1, goal: 0 }, "ratePenalty: expected weight or target, found the option 'goal'"],
    [3, 'ratePenalty: expected an object of options, found 3'],
  ] as const) {
    assert.throws(() => settingsWith(given as never), { message });
  }
  const message = 'ratePenalty: expected a network with a hidden layer, found one without';
  assert.throws(() => resolveEngineOptions({ data, ratePenalty: { weight: 1 } }), { message });
});
