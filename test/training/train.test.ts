import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend, tf } from '../../hosts/node/backend';
import { createEngine } from '../../hosts/node/engines';
import { AnnEngine } from '../../packages/networks/ann-engine';
import {
  ENGINE_OPTIONS,
  type EngineOptions,
  freshState,
  type Learner,
  resolveEngineOptions,
} from '../../packages/networks/options/engine';
import { PLAIN_WAYS, PlainEngine } from '../../packages/networks/plain-engine';
import { moveImage, shiftOf } from '../../packages/networks/shift';
import type { TfjsEngineOptions } from '../../packages/networks/tfjs/engine';
import {
  checkBelongs,
  collectSettings,
  rateAt,
  type TrainOptions,
  train as trainEngine,
} from '../../packages/networks/train';
import type { Mnist } from '../../src/common/mnist';
import { initialWeights } from '../../src/common/random';
import { Sigmoid } from '../../src/snn/surrogate';
import { newHistory, type RunSettings, type TrainingHistory } from '../../src/training/history';
import { meanSquaredError, softmaxCrossEntropy, softmaxCrossEntropyOfCounts } from '../../src/training/losses';
import { smallMnist } from '../support/data';
import { assertClose } from '../support/golden';

before(async () => {
  await initBackend();
});

const data = smallMnist(1100, 300);

/** Trains an engine that is made for it and closed afterwards. */
async function train(options: EngineOptions & Omit<TrainOptions, 'engine'> & { engine?: 'event' | 'tfjs' }) {
  const part = (isOf: boolean) =>
    Object.fromEntries(
      Object.entries(options).filter(([name]) => (ENGINE_OPTIONS as readonly string[]).includes(name) === isOf),
    );
  const engine = await createEngine(options.engine ?? 'event', part(true) as EngineOptions);
  try {
    return await trainEngine({ ...part(false), engine });
  } finally {
    await engine.close();
  }
}

for (const engine of ['tfjs', 'event'] as const) {
  describe(`training on the ${engine} engine`, () => {
    const options = { engine, data, T: 8, batchSize: 128, epochs: 2, seed: 1 };

    test('drops the last incomplete batch, and tests on all test images', async () => {
      const epochs: number[] = [];
      const history = await train({ ...options, onEpoch: ({ trainTimes }) => void epochs.push(trainTimes) });
      assert.deepEqual(epochs, [8, 16]);
      assert.equal(history.trainAccs.length, 16);
      assert.equal(history.testAccs.length, 2);
      for (const accuracy of history.testAccs) {
        assert.ok(Math.abs(accuracy * 300 - Math.round(accuracy * 300)) < 1e-9, `${accuracy} is a count out of 300`);
      }
      assert.equal(history.state?.step, 16);
    });

    test('that was stopped goes on to the same weights as a run that never was', async () => {
      const whole = await train(options);
      const history = newHistory();
      for (const stopAt of [3, 8, 11]) {
        const controller = new AbortController();
        await train({
          ...options,
          history,
          signal: controller.signal,
          onBatch: ({ trainTimes }) => trainTimes === stopAt && controller.abort(),
        } as Parameters<typeof train>[0]);
        assert.deepEqual([history.stopped, history.trainAccs.length], [true, stopAt]);
      }
      await train({ ...options, history });
      assert.deepEqual(history, whole);
    });

    test('moves images in training alone, as if they had been moved before', async () => {
      const indices = Uint32Array.from({ length: 128 }, (_, i) => i);
      const images = data.train.images.slice();
      for (const i of indices) {
        const image = images.slice(784 * i, 784 * (i + 1));
        moveImage(image, shiftOf(1, 3, i, 2), images.subarray(784 * i, 784 * (i + 1)));
      }
      const moved = { ...data, train: { ...data.train, images } };
      const trained = async (made: EngineOptions) => {
        const one = await createEngine(engine, { T: 8, batchSize: 128, seed: 1, readout: 'mean-potential', ...made });
        const rates = await one.rates({ split: 'train', epoch: 3, indices: [0, 1, 2] });
        const result = await one.trainBatch(3, indices);
        const state = await one.state();
        await one.close();
        return { rates, result, state };
      };
      for (const encoder of ['direct', 'poisson', 'latency'] as const) {
        const { rates, ...shifted } = await trained({ data, shift: 2, encoder });
        const { rates: others, ...before } = await trained({ data: moved, encoder });
        assert.deepEqual(shifted, before);
        assert.deepEqual(rates, (await trained({ data, encoder })).rates);
        assert.notDeepEqual(rates, others);
      }
    });

    test('keeps counts and weights together when a callback throws', async () => {
      const history = newHistory();
      const broken = train({
        ...options,
        history,
        onBatch: ({ batch }) => {
          if (batch === 5) throw new Error('no more');
        },
      });
      await assert.rejects(broken, /no more/);
      assert.deepEqual([history.state?.step, history.trainAccs.length], [5, 5]);
    });
  });
}

test('a surrogate of the package is an option of an engine, as plain values', () => {
  const { neuron } = resolveEngineOptions({ data, neuron: { surrogateFunction: new Sigmoid() } });
  assert.deepEqual(neuron.surrogateFunction, { name: 'sigmoid', alpha: 4 });
  assert.deepEqual(resolveEngineOptions({ data }).neuron.surrogateFunction, { name: 'atan', alpha: 2 });
});

test('an engine that cannot take a history’s weights leaves them as they are', async () => {
  const history = await train({ data, T: 4, epochs: 1, testImages: 0 });
  const before = structuredClone(history.state);
  const engine = await createEngine('event', { data, T: 4 });
  engine.restore = () => {
    throw new Error('other shape');
  };
  await assert.rejects(trainEngine({ engine, epochs: 2, testImages: 0, history }), /other shape/);
  assert.deepEqual(history.state, before);
  await engine.close();
});

test("a learning rate falls as half a cosine from batch to batch, PyTorch's, and a resumed run goes on with it", async () => {
  for (const done of Array.from({ length: 1001 }, (_, i) => i / 1000)) {
    const exact = 0.5 * 0.02 * (1 + Math.cos(Math.PI * done));
    assert.ok(Math.abs(rateAt(0.02, 'cosine', done) - exact) < 1e-12, `${done}`);
    assert.equal(rateAt(0.02, 'constant', done), 0.02);
  }
  const engine = await createEngine('event', { data, T: 2, learningRate: 0.02, threads: 1 });
  const rates: (number | undefined)[] = [];
  const learner = new Proxy(engine, {
    get: (made, name) => {
      if (name !== 'trainBatch') return Reflect.get(made, name).bind?.(made) ?? Reflect.get(made, name);
      return (epoch: number, indices: Uint32Array, rate?: number) => {
        rates.push(rate);
        return made.trainBatch(epoch, indices, rate);
      };
    },
  });
  const controller = new AbortController();
  const options = { engine: learner, epochs: 2, testImages: 0, schedule: 'cosine' } as const;
  const stop = { signal: controller.signal, onBatch: () => (rates.length === 5 ? controller.abort() : undefined) };
  const history = await trainEngine({ ...options, ...stop });
  await trainEngine({ ...options, history });
  assert.equal(rates.length, 16);
  const expected = rates.map((_, i) => 0.01 * (1 + Math.cos((Math.PI * i) / 16)));
  assertClose(rates as number[], expected, 1e-12, 'rates');
  await engine.close();
});

test('trainImages trains on the first images alone, the same in every epoch: as if the data had no others', async () => {
  const first = { images: data.train.images.subarray(0, 300 * 784), labels: data.train.labels.subarray(0, 300) };
  const cut = { ...data, train: { ...first, count: 300 } };
  const learners = [
    ...(['event', 'tfjs'] as const).map((name) => (of: Mnist) => createEngine(name, { data: of, T: 4, seed: 1 })),
    async (of: Mnist) => new AnnEngine({ data: of, seed: 1 }),
  ];
  for (const learner of learners) {
    const trained = async (of: Mnist, more: Partial<TrainOptions>) => {
      const engine = await learner(of);
      const { settings, ...results } = await trainEngine({ engine, epochs: 3, testImages: 100, ...more });
      await engine.close();
      return { settings, results };
    };
    const { settings, results } = await trained(data, { trainImages: 300 });
    assert.deepEqual(results, (await trained(cut, {})).results);
    assert.deepEqual([settings?.trainImages, settings?.firstImages, results.trainAccs.length], [256, 300, 6]);
    // The images in between are neither trained on nor read.
    const apart = await trained(data, { trainImages: 300, heldBack: 200 });
    const { heldBackAccs, ...others } = apart.results;
    assert.deepEqual({ ...others, heldBackAccs: [] }, results);
    assert.deepEqual([apart.settings?.heldBack, heldBackAccs.length], [200, 3]);
  }
});

test('wrong options of a training are refused in one line', async () => {
  for (const [options, message] of [
    [{ data: undefined }, /data: expected what loadMnist\(\) returns, found none/],
    [{ engine: 'gpu' }, /engine: expected 'event' or 'tfjs', found gpu/],
    [{ epochs: -1 }, /epochs: expected a whole number of at least 0, found -1/],
    [{ testImages: 2.5 }, /testImages: expected a whole number of at least 0, found 2.5/],
    [{ signal: 5 }, /^\w+: signal: /],
    [{ onBatch: 5 }, /^TypeError: onBatch: expected a function, found 5$/],
  ] as [object, RegExp][]) {
    await assert.rejects(train({ data, T: 4, epochs: 1, ...options } as Parameters<typeof train>[0]), message);
  }
});

test('a history that training cannot have left is refused in one line, and nothing is trained', async () => {
  const engine = await createEngine('event', { data, T: 4 });
  const wrong = [Number.NaN, -1, '1'].map((epoch): [object, RegExp] => [
    { epoch },
    /^RangeError: history\.epoch: expected a whole number/,
  ]);
  for (const [change, message] of [
    ...wrong,
    [{ batch: 1e6 }, /^RangeError: history\.batch: expected a whole number from 0 to \d+, found/],
    [{ trainAccs: [0.5] }, /^RangeError: history\.trainAccs: expected 0, found 1$/],
    [{ losses: undefined }, /^TypeError: history\.losses: expected an array of numbers/],
  ] as [object, RegExp][]) {
    const history = { ...newHistory(), ...change } as TrainingHistory;
    await assert.rejects(trainEngine({ engine, epochs: 1, history }), message);
  }
  await assert.rejects(
    trainEngine({ engine, epochs: 1, history: null as never }),
    /^RangeError: history: expected a value, found null/,
  );
  assert.equal((await engine.state()).step, 0);
  await engine.close();
});

describe('the tfjs engine', () => {
  test('leaves no tensor behind', async () => {
    for (const options of [{}, { loss: 'cross-entropy-counts', encoder: 'direct', reset: false } as const]) {
      const engine = await createEngine('tfjs', { data, T: 3, ...options });
      const indices = Uint32Array.from({ length: 128 }, (_, i) => i);
      await engine.trainBatch(0, indices);
      const before = tf.memory().numTensors;
      await engine.trainBatch(0, indices);
      await engine.rates({ split: 'test', epoch: 0, indices });
      await engine.trace({ split: 'test', epoch: 0, index: 0 });
      await engine.restore(await engine.state());
      assert.equal(tf.memory().numTensors, before);
      await engine.close();
    }
  });

  test('keeps of a step without a gradient the potentials alone, so that T may be large', async () => {
    const engine = await createEngine('tfjs', { data, T: 200 });
    const { network } = engine;
    const bytes: number[] = [];
    const apply = network.apply.bind(network);
    network.apply = (...args) => {
      bytes.push(tf.memory().numBytes);
      return apply(...args);
    };
    await engine.rates({ split: 'test', epoch: 0, indices: Uint32Array.from({ length: 128 }, (_, i) => i) });
    const potentials = 128 * 10 * 4;
    assert.equal(bytes.length, 200);
    assert.equal(bytes[199] - bytes[1], 198 * potentials);
    await engine.close();
  });
});

const engine = { name: 'event', T: 8, neuron: { vReset: null } };
const recorded: RunSettings = { engine, trainImages: 128, data: 1 };
const check = (former: RunSettings | null, now: RunSettings) =>
  checkBelongs({ ...newHistory(), settings: former }, now);

test('a history goes on with the settings it belongs to, an empty one with any', () => {
  check({ ...recorded }, recorded);
  check(null, recorded);
});

test('a history that belongs to a run with other settings is refused, and told what differs', () => {
  const former = { ...recorded, engine: { name: 'event', T: 100 } };
  const message =
    /^train: this history belongs to a run with engine\.T = 100, engine\.neuron\.vReset = its default, but now engine\.T = 8, engine\.neuron\.vReset = null\. Start/;
  assert.throws(() => check(former, recorded), { name: 'RangeError', message });
  const more = { ...recorded, heldBack: 5 };
  assert.throws(
    () => check(more, recorded),
    /belongs to a run with heldBack = 5, but now heldBack = its default\. Start/,
  );
});

test('a history names an option while it has not its default, and one of another learner always', () => {
  const data = { train: { count: 2, images: new Uint8Array(1568), labels: new Uint8Array(2) } } as unknown as Mnist;
  const first = { seed: 3, T: 8, batchSize: 2, learningRate: 0.1 };
  const collect = (later: object) =>
    collectSettings({ name: 'event', options: { data, ...first, threads: 2, ...later } } as unknown as Learner, {
      trainImages: 2,
      heldBack: 0,
    });
  const written = { engine: { name: 'event', ...first }, trainImages: 2, data: 292984781 };
  assert.deepEqual(collect({ loss: 'mse', encoder: 'poisson', reset: true, hidden: undefined }), written);
  const changed = { loss: 'cross-entropy', reset: false, hidden: 5, later: 1 };
  assert.deepEqual(collect(changed), { ...written, engine: { ...written.engine, ...changed } });
});

for (const way of PLAIN_WAYS) {
  for (const T of [100, 33]) {
    test(`the plain engine (${way}) trains as the event engine does, with T = ${T}`, async () => {
      const few = smallMnist(256, 16);
      const options = { data: few, T, seed: 3, learningRate: 0.01 };
      const plain = new PlainEngine({ ...options, way });
      const event = await createEngine('event', { ...options, threads: 1 });
      for (let batch = 0; batch < 8; batch++) {
        const indices = Uint32Array.from({ length: 32 }, (_, i) => 32 * batch + i);
        const [found, expected] = [await plain.trainBatch(1, indices), await event.trainBatch(1, indices)];
        // Sums in another order: rarely a potential lies so close to the threshold that this decides about a spike.
        assertClose([found.loss], [expected.loss], 2e-4, `loss of batch ${batch}`);
        if (batch === 7) assert.ok(Math.abs(expected.loss - 0.1) > 1e-3, 'the network is not silent');
      }
      await event.close();
    });
  }
}

test('the plain engine refuses a way that it does not know, and more steps than a block has', () => {
  assert.throws(
    () => new PlainEngine({ data, way: 'sparse' as never }),
    /^RangeError: way: expected 'dense', 'spikes' or 'tables', found 'sparse'$/,
  );
  assert.throws(() => new PlainEngine({ data, T: 129 }), /^RangeError: T: expected at most 128 steps, found 129$/);
});

before(async () => {
  await initBackend();
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

test('a loss that is a function is refused by the event engine in one line', async () => {
  const data = smallMnist(10, 10);
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
    collectSettings({ name: 'event', options: resolveEngineOptions({ data, hidden: 5, ratePenalty }) } as never, {
      trainImages: 64,
    }).engine;
  const without = settingsWith();
  assert.deepEqual(settingsWith({ weight: 3, target: 0.5 }), { ...without, ratePenalty: { weight: 3, target: 0.5 } });
  assert.deepEqual(settingsWith({ weight: 3 }), { ...without, ratePenalty: { weight: 3 } });
  for (const [given, message] of [
    [{}, 'weight of the ratePenalty: expected a finite number above 0, found undefined'],
    [{ weight: 1, target: 1.1 }, 'target of the ratePenalty: expected a number from 0 to 1, found 1.1'],
    [{ weight: 1, goal: 0 }, "ratePenalty: expected weight or target, found the option 'goal'"],
  ] as const) {
    assert.throws(() => settingsWith(given as never), { message });
  }
  const message = 'ratePenalty: expected a network with a hidden layer, found one without';
  assert.throws(() => resolveEngineOptions({ data, ratePenalty: { weight: 1 } }), { message });
});
