/** The event engine with a hidden layer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import { type EngineOptions, type EngineState, freshState } from '../../../src/common/engine';
import { DEFAULT_NEURON } from '../../../src/common/neuron-options';
import { initialNetwork, splitWeights } from '../../../src/common/weights';
import { hiddenRates } from '../../../src/training/metrics';
import { assertClose } from '../../../test/support/golden';
import { defaults, withEngine } from './engines';

const batch = (b: number, size = 32) => Uint32Array.from({ length: size }, (_, i) => size * b + i);

/** Whether each current [T, units] is the sum of the weights [inputs, units] of the inputs that fire, [T, inputs]. */
function assertSumsOf(
  fired: ArrayLike<number>,
  weights: Float32Array,
  units: number,
  current: Float32Array,
  what: string,
) {
  const inputs = weights.length / units;
  for (let t = 0; t < current.length / units; t++) {
    const sum = new Float64Array(units);
    for (let i = 0; i < inputs; i++) {
      if (fired[t * inputs + i]) for (let j = 0; j < units; j++) sum[j] += weights[i * units + j];
    }
    sum.forEach((x, j) => {
      assert.ok(Math.abs(current[t * units + j] - x) < 1e-5, `${what} current ${j} in step ${t}`);
    });
  }
}

for (const hidden of [1, 12, 13, 96]) {
  test(`currents and potentials of both layers are those of the equations, ${hidden} hidden neurons`, async () => {
    for (const T of [1, 100, 300]) {
      await withEngine({ T, hidden, seed: 3 }, async (engine) => {
        const weights = initialNetwork(3, hidden).map((weight) => 4 * weight);
        await engine.restore({ ...(await engine.state()), weights });
        const [first, second] = splitWeights(weights, hidden);
        const shown = { split: 'train', epoch: 1, index: 17 } as const;
        const pixels = await engine.spikes(shown);
        const { hidden: layer, ...output } = await engine.trace(shown);
        assert.ok(layer);
        assertSumsOf(pixels, first, hidden, layer.current, 'hidden');
        assertSumsOf(layer.spike, second, 10, output.current, 'output');
        for (const { current, h, v, spike } of [layer, output]) {
          const units = h.length / T;
          assert.equal(v.length, T * units);
          h.forEach((potential, i) => {
            const before = i < units ? 0 : v[i - units];
            assert.ok(Math.abs(potential - (before + (current[i] - before) / 2)) < 1e-6);
            assert.equal(spike[i], potential >= 1 ? 1 : 0);
            assert.equal(v[i], spike[i] ? 0 : potential);
          });
        }
        const rates = await engine.rates({ split: 'train', epoch: 1, indices: [17] });
        const count = (j: number) => output.spike.reduce((sum, s, i) => sum + (i % 10 === j ? s : 0), 0);
        assert.deepEqual(
          rates,
          rates.map((_, j) => Math.fround(count(j) / T)),
        );
      });
    }
  });
}

test('what fills up a column of neurons never fires and never learns, whatever the threshold', async () => {
  for (const vThreshold of [-0.5, 0, 1e-3]) {
    const hidden = 13;
    await withEngine({ T: 40, hidden, neuron: { ...DEFAULT_NEURON, vThreshold } }, async (engine) => {
      for (let b = 0; b < 5; b++) await engine.trainBatch(0, batch(b));
      const [, second] = splitWeights((await engine.state()).weights, hidden);
      const { hidden: layer, current } = await engine.trace({ split: 'test', epoch: 0, index: 0 });
      assert.ok(layer);
      assert.ok(layer.spike.includes(1), 'some neurons fire');
      // A neuron more that fires and has learnt would add to the currents.
      assertSumsOf(layer.spike, second, 10, current, 'output');
    });
  }
});

/** Trains some batches; all that comes of it. */
const outcome = (options: Partial<EngineOptions>) =>
  withEngine({ hidden: 30, ...options } as Parameters<typeof withEngine>[0], async (engine) => {
    await engine.ready();
    const losses: number[] = [];
    for (let b = 0; b < 4; b++) losses.push((await engine.trainBatch(0, batch(b))).loss);
    const rates = await engine.rates({ split: 'test', epoch: 0, indices: batch(0, 200) });
    return { state: await engine.state(), losses, rates };
  });

for (const T of [20, 200]) {
  test(`1, 2, 3 and 8 threads give the same bytes with a hidden layer, T = ${T}`, async () => {
    const alone = await outcome({ T, threads: 1 });
    for (const threads of [2, 3, 8]) assert.deepEqual(await outcome({ T, threads }), alone);
  });
}

test('a restored state of a hidden layer continues to the same bytes', async () => {
  const run = (from: number, to: number, state?: EngineState) =>
    withEngine({ T: 20, hidden: 30, threads: state ? 2 : 1 }, async (engine) => {
      if (state) await engine.restore(state);
      for (let b = from; b < to; b++) await engine.trainBatch(0, batch(b));
      return engine.state();
    });
  const half = await run(0, 2);
  assert.equal(half.weights.length, 784 * 30 + 30 * 10);
  assert.deepEqual(await run(2, 4, half), await run(0, 4));
});

test('it learns although every hidden neuron is silent at first', async () => {
  await withEngine({ T: 20, hidden: 96, learningRate: 2e-3, threads: 2 }, async (engine) => {
    const losses: number[] = [];
    for (let b = 0; b < 80; b++) losses.push((await engine.trainBatch(0, batch(b, 128))).loss);
    assert.ok(Math.abs(losses[0] - 0.1) < 1e-7, 'a rate of 0 misses one target of ten by 1');
    assert.ok(losses[79] < 0.05, `loss ${losses[79]} after 80 batches`);
  });
});

test('the first weights are drawn like a single layer’s, the second from a stream of their own', () => {
  const [first, second] = splitWeights(initialNetwork(5, 10), 10);
  assert.deepEqual(first, initialNetwork(5));
  const bound = 1 / Math.sqrt(10);
  assert.ok(
    second.every((weight) => Math.abs(weight) <= bound) && second.some((weight) => Math.abs(weight) > bound / 2),
  );
  assert.notEqual(second[0] / bound, first[0] / (1 / 28));
});

test('statistics count what both layers cost', async () => {
  await withEngine({ hidden: 96, T: 150 }, async (engine) => {
    await engine.restore({ ...(await engine.state()), weights: initialNetwork(0, 96).map((weight) => 4 * weight) });
    const shown = { split: 'train', epoch: 0 } as const;
    const found = await engine.statistics({ ...shown, indices: [3] });
    const { hidden } = await engine.trace({ ...shown, index: 3 });
    const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);
    assert.equal(found.hiddenSpikes, sum(hidden?.spike ?? []) / 150);
    assert.equal(found.spikes, sum(await engine.spikes({ ...shown, index: 3 })) / 150);
    assert.equal(found.dense, 8 * 784 + 96);
    assert.ok(found.rows > 8 * 5 && found.rows < found.dense / 10, `${found.rows} rows a step`);
  });
});

test('hiddenRates() are the spikes of the hidden neurons in a trace, divided by T', async () => {
  await withEngine({ hidden: 13, T: 40 }, async (engine) => {
    await engine.restore(freshState(initialNetwork(0, 13).map((weight) => 6 * weight)));
    const shown = { split: 'test', epoch: 2 } as const;
    const rates = await hiddenRates(engine, { ...shown, indices: [4, 1] });
    assert.equal(rates.length, 2 * 13);
    const { hidden } = await engine.trace({ ...shown, index: 1 });
    for (let neuron = 0; neuron < 13; neuron++) {
      const spikes = Array.from(hidden?.spike ?? []).filter((spike, i) => i % 13 === neuron && spike > 0).length;
      assert.equal(rates[13 + neuron], Math.fround(spikes / 40));
    }
    assert.ok(rates.some((rate) => rate > 0 && rate < 1));
  });
  await withEngine({ T: 5 }, (engine) =>
    assert.rejects(hiddenRates(engine, { split: 'test', epoch: 0, indices: [0] }), {
      message: 'hiddenRates: expected an engine with a hidden layer, as in createEngine(…, { hidden: 96 }), found none',
    }),
  );
});

test('memory with a hidden layer does not grow with T', async () => {
  const bytes = (T: number) => withEngine({ T, hidden: 96 }, async (engine) => engine.memoryBytes);
  // Given spikes, which only tests show, take 1 MB.
  assert.ok((await bytes(10_000)) < 1.2 * (await bytes(100)));
});

test('the widest hidden layer fits with many threads', async () => {
  await withEngine({ T: 5, hidden: 800, threads: 16 }, async (engine) => {
    await engine.trainBatch(0, batch(0, 4));
  });
});

for (const options of [
  { loss: 'cross-entropy' },
  { loss: 'cross-entropy-counts', neuron: { vReset: null } },
  { encoder: 'direct' },
  { reset: false },
  { encoder: 'direct', reset: false, T: 150 },
] as const) {
  test(`both engines learn the same with a hidden layer and ${JSON.stringify(options)}`, async () => {
    const [hidden, T] = [13, 20];
    const learn = async (name: 'event' | 'tfjs') => {
      const engine = await createEngine(name, { ...defaults, hidden, T, batchSize: 8, ...options });
      await engine.restore(freshState(initialNetwork(0, hidden).map((weight) => 4 * weight)));
      const losses: number[] = [];
      for (let b = 0; b < 3; b++) losses.push((await engine.trainBatch(0, batch(b, 8))).loss);
      const { weights, potentials } = await engine.state();
      await engine.close();
      return { losses, weights, potentials };
    };
    const [fast, readable] = [await learn('event'), await learn('tfjs')];
    assertClose(fast.losses, readable.losses, 1e-5, 'loss');
    assertClose(fast.weights, readable.weights, 1e-4, 'weights');
    assert.equal(fast.potentials?.length, 'reset' in options ? 8 * (hidden + 10) : undefined);
    assertClose(fast.potentials ?? [], readable.potentials ?? [], 1e-3, 'potentials');
  });
}

test('potentials that are carried on come with the state', async () => {
  const carrying = { T: 20, hidden: 13, reset: false, batchSize: 32 };
  const run = (from: number, to: number, state?: EngineState) =>
    withEngine(carrying, async (engine) => {
      if (state) await engine.restore(state);
      for (let b = from; b < to; b++) await engine.trainBatch(0, batch(b));
      return engine.state();
    });
  assert.deepEqual(await run(2, 4, await run(0, 2)), await run(0, 4));
});

test('another width is refused in one line', async () => {
  const create = (hidden: number) => createEngine('event', { ...defaults, hidden });
  for (const hidden of [0, 801, 1.5, Number.NaN]) {
    await assert.rejects(create(hidden), /^RangeError: hidden: expected a whole number from 1 to 800, found [\w.]+$/);
  }
  await withEngine({ hidden: 30 }, async (engine) => {
    const state = await withEngine({ hidden: 12 }, (other) => other.state());
    await assert.rejects(
      engine.restore(state),
      /^RangeError: weights: expected a Float32Array of 23820 numbers, found 9528$/,
    );
    assert.deepEqual((await engine.state()).weights, initialNetwork(0, 30), 'it keeps its weights');
  });
});
