/** Delays of connections on both engines: closed forms, differences in float64, and how they are learnt. */
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../hosts/node/backend';
import { createEngine } from '../../../hosts/node/engines';
import { assertClose } from '../../../test/support/golden';
import { forwardMode } from '../../event-engine/test/float64';
import { toNir } from '../../formats/exchange';
import { listTensors } from '../../formats/exchange/tensors';
import { type EngineOptions, freshState, type LayerOptions } from '../options/engine';
import { resolveLayers } from '../options/layers';
import { initialParameters, parameters, splitParameters } from '../options/weights';
import { makeSpikeTrains } from '../spike-trains';
import { setWeights, snn } from '../tfjs/networks';

before(async () => {
  await initBackend();
});

const ENGINES = ['tfjs', 'event'] as const;

/** One sample with the label 4. */
function dataOf(T: number, units: number[], times: number[], inputs = Math.max(...units) + 1) {
  const split = { trains: [{ units, times }], labels: [4] };
  return makeSpikeTrains({ units: inputs, T, train: split, test: split });
}

async function withEngine<R>(
  name: (typeof ENGINES)[number],
  options: EngineOptions,
  numbers: ArrayLike<number>,
  use: (engine: Awaited<ReturnType<typeof createEngine>>) => Promise<R>,
): Promise<R> {
  const engine = await createEngine(name, { batchSize: 1, threads: 1, ...options } as EngineOptions);
  try {
    await engine.restore(freshState(Float32Array.from(numbers)));
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const shown = { split: 'test', epoch: 0, index: 0 } as const;

test('a spike arrives in two steps by the share of its delay, and is lost after the last step', async () => {
  const T = 140; // two blocks of the event engine's
  const delays = [0, 0.25, 1, 2.5, 3, 3.75, 4, 4, 0.5, 2];
  const weights = delays.map((_, j) => (j + 1) / 8);
  const times = [1, 125, 126, 137];
  const data = dataOf(T, [0, 0, 0, 0], times);
  const expected = new Float32Array(T * 10);
  delays.forEach((d, j) => {
    for (const t of times) {
      const k = Math.floor(d);
      for (const [at, share] of [
        [t + k, 1 - (d - k)],
        [t + k + 1, d - k],
      ]) {
        if (at < T) expected[10 * at + j] += share * weights[j];
      }
    }
  });
  for (const name of ENGINES) {
    const layers = [{ delay: { most: 4 } }];
    const { current } = await withEngine(name, { data, layers }, [...weights, ...delays], (engine) =>
      engine.trace(shown),
    );
    assertClose(current, expected, 1e-6, name);
  }
});

test('without the reset, what is late arrives in the next presentation, in the same place of a batch', async () => {
  const data = dataOf(10, [0], [8]);
  const layers = [{ delay: { most: 4 }, neuron: { vThreshold: 100 } }];
  const numbers = [...new Array(10).fill(1), ...new Array(10).fill(3.25)];
  for (const name of ENGINES) {
    await withEngine(name, { data, layers, reset: false, learningRate: 1e-12 }, numbers, async (engine) => {
      await engine.trainBatch(0, Uint32Array.of(0));
      const { potentials } = await engine.state();
      // Of each of the next four steps ten currents; then ten potentials.
      assert.deepEqual(Array.from(potentials ?? [], (_, i) => potentials?.[i]).slice(0, 40), [
        ...new Array(10).fill(0),
        ...new Array(10).fill(0.75),
        ...new Array(10).fill(0.25),
        ...new Array(10).fill(0),
      ]);
    });
  }
});

test('the gradient of a delay is the difference to its right where it is a whole number, at its most to its left', async () => {
  const [T, inputs, most] = [20, 3, 4];
  const units = Array.from({ length: 18 }, (_, i) => (i * 5) % inputs);
  const times = units.map((_, i) => (i * 7) % T);
  const data = dataOf(T, units, times, inputs);
  const layers: LayerOptions[] = [{ delay: { most, learn: true }, neuron: { tau: 5 } }];
  const options = { data, layers, readout: 'last-potential', loss: 'cross-entropy' } as const;
  const all = resolveLayers({ layers });
  const numbers = initialParameters(3, all, inputs);
  const [, delays] = splitParameters(numbers, parameters(all, inputs));
  delays.forEach((_, at) => {
    delays[at] = [0, 2, most][Math.floor(at / 10)];
  });
  const input = new Uint8Array(T * inputs);
  for (const [i, t] of times.entries()) input[t * inputs + units[i]] = 1;
  const [first, h] = [numbers.length - delays.length, 2 ** -12];
  const lossAt = (at: number, d: number) => {
    const other = numbers.slice();
    other[first + at] = d;
    const none = new Float32Array(numbers.length);
    return forwardMode(input, other, none, { T, inputs, ...options, layers: all, label: 4 }).loss;
  };
  const expected = Array.from(delays, (d, at) =>
    d === most ? (lossAt(at, d) - lossAt(at, d - h)) / h : (lossAt(at, d + h) - lossAt(at, d)) / h,
  );
  assert.ok(expected.filter((slope) => Math.abs(slope) > 1e-4).length > 20);
  for (const name of ENGINES) {
    const { m } = await withEngine(name, options, numbers, async (engine) => {
      await engine.trainBatch(0, Uint32Array.of(0));
      return engine.state();
    });
    assertClose(
      m.subarray(first).map((value) => 10 * value),
      expected,
      1e-5,
      name,
    );
  }
});

test('Adam moves a delay by its most times the rate, never out of the range, and one that is not learnt never', async () => {
  const [T, most] = [20, 8];
  const times = Array.from({ length: 12 }, (_, i) => (i * 7) % T);
  const data = dataOf(
    T,
    times.map((_, i) => i % 3),
    times,
  );
  for (const learn of [true, false]) {
    const layers: LayerOptions[] = [{ delay: { most, learn }, neuron: { tau: 5 } }];
    const all = resolveLayers({ layers });
    const numbers = initialParameters(3, all, 3);
    const [, delays] = splitParameters(numbers, parameters(all, 3));
    delays.set([0, 0.0125, 7.99, most], 0);
    const first = numbers.length - delays.length;
    const options = { data, layers, readout: 'last-potential', loss: 'cross-entropy' } as const;
    for (const name of ENGINES) {
      const after = await withEngine(name, { ...options, learningRate: 0.01 }, numbers, async (engine) => {
        await engine.trainBatch(0, Uint32Array.of(0));
        return engine.state();
      });
      const found = after.weights.subarray(first);
      if (!learn) {
        assert.deepEqual(found, delays, name);
        assert.ok(after.m.subarray(first).every((m) => m === 0));
        continue;
      }
      const expected = Array.from(delays, (d, at) => {
        const moved = d - 0.01 * most * Math.sign(after.m[first + at]);
        return Math.min(Math.max(moved, 0), most);
      });
      assertClose(found, expected, 1e-5, name);
      assert.ok(found.every((d) => d >= 0 && d <= most) && found.some((d) => d === 0) && found.some((d) => d === most));
    }
  }
});

test('delays begin uniformly from 0 to their most, with a stream for each layer; weights as without', () => {
  const delay = { most: 40 };
  const layers = resolveLayers({ layers: [{ neurons: 800, delay }, { delay }] });
  const [W, first, V, second] = splitParameters(initialParameters(5, layers, 50, 3), parameters(layers, 50));
  assert.ok(first.every((d) => d >= 0 && d < 40));
  const mean = first.reduce((sum, d) => sum + d, 0) / first.length;
  const variance = first.reduce((sum, d) => sum + (d - mean) ** 2, 0) / first.length;
  // Of 40,000 numbers, four standard errors.
  assert.ok(Math.abs(mean - 20) < 4 * Math.sqrt(variance / first.length));
  assert.ok(Math.abs(variance - 1600 / 12) < 3);
  assert.notDeepEqual(first.subarray(0, 9), second.subarray(0, 9));
  const plain = resolveLayers({ layers: [{ neurons: 800 }, {}] });
  assert.deepEqual(splitParameters(initialParameters(5, plain, 50, 3), parameters(plain, 50)), [W, V]);
});

test('a delay out of its range is refused in one line, by both engines and by a network', async () => {
  const data = dataOf(10, [0], [1]);
  for (const wrong of [-0.5, 4.5]) {
    const numbers = new Float32Array(20);
    numbers[13] = wrong;
    for (const name of ENGINES) {
      await assert.rejects(
        withEngine(name, { data, layers: [{ delay: { most: 4 } }] }, numbers, () => Promise.resolve()),
        { name: 'RangeError', message: `weights: expected delays from 0 to 4, found ${wrong}` },
      );
    }
    const net = snn({ inputs: 1, layers: [{ delay: { most: 4 } }] });
    assert.throws(() => setWeights(net, numbers), /^RangeError: weights: expected delays from 0 to 4, found /);
    net.dispose();
  }
});

test('PyTorch gets the delays of a layer under its name, beside the weights', () => {
  const layers = resolveLayers({ layers: [{ neurons: 3, delay: { most: 4 } }, {}] });
  assert.deepEqual(
    listTensors(initialParameters(0, layers), layers).map(({ name, shape }) => [name, shape]),
    [
      ['layer.1.weight', [3, 784]],
      ['layer.1.delay', [3, 784]],
      ['layer.3.weight', [10, 3]],
    ],
  );
});

test('NIR, which cannot say delays, refuses them in one line', () => {
  const layers = resolveLayers({ layers: [{ delay: { most: 4 } }] });
  assert.throws(() => toNir({ weights: initialParameters(0, layers), neuron: layers[0].neuron, layers }), {
    name: 'RangeError',
    message:
      'delay: expected none, found delays of connections, while NIR has delays of neurons; use another format, such as safetensors',
  });
});

test('statistics count two rows for each spike that has delays', async () => {
  const data = dataOf(10, [0, 1, 1, 2], [1, 3, 4, 9]);
  const numbers = new Float32Array(2 * 3 * 10);
  const engine = await createEngine('event', { data, layers: [{ delay: { most: 4 } }] });
  await engine.restore(freshState(numbers));
  assert.deepEqual(await engine.statistics({ split: 'test', epoch: 0, indices: [0] }), {
    spikes: 0.4,
    dense: 3,
    rows: 0.8,
  });
  await engine.close();
});
