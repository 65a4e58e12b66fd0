/** Spike trains in place of images, and potentials that are read of outputs that never fire, on both engines. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import type { Trace } from '../../../src/common/trace';
import { byDay, computeSmallTensors } from '../../../test/support/data';
import {
  assertClose,
  assertGradient,
  classesCases,
  float32,
  layerOptions,
  layersCases,
  neuronOptions,
  readoutCases,
  type TrainsRun,
  trainsFile,
  unpack,
} from '../../../test/support/golden';
import { randman } from '../../formats/datasets';
import {
  type Engine,
  type EngineOptions,
  freshState,
  type ReadoutName,
  resolveEngineOptions,
} from '../../networks/options/engine';
import { foldNorm, splitWeights } from '../../networks/options/weights';
import { makeSpikeTrains, type SpikeTrains } from '../../networks/spike-trains';
import { snn } from '../../networks/tfjs/networks';
import { train } from '../../networks/train';
import { mnist } from './engines';

computeSmallTensors();

const ENGINES = ['event', 'tfjs'] as const;

async function withEngine<R>(name: 'event' | 'tfjs', options: EngineOptions, use: (engine: Engine) => Promise<R>) {
  const engine = await createEngine(name, options);
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const all = (length: number) => Uint32Array.from({ length }, (_, i) => i);
const join = (layers: string[]) => Float32Array.from(layers.flatMap((layer) => Array.from(float32(layer))));

/** The engine's spikes are SpikingJelly's. */
async function assertSpikes(engine: Engine, indices: Uint32Array, run: TrainsRun): Promise<void> {
  const T = engine.options.T;
  for (const [i, index] of indices.entries()) {
    const layers: Float32Array[] = [];
    const trace = await engine.trace({ split: 'train', epoch: 0, index });
    for (let at: Trace | undefined = trace; at; at = at.hidden) layers.unshift(at.spike);
    assert.equal(layers.length, run.spike.length);
    layers.forEach((found, layer) => {
      const units = found.length / T;
      const wanted = unpack(run.spike[layer], indices.length * T * units);
      assert.deepEqual(
        found,
        wanted.slice(i * T * units, (i + 1) * T * units),
        `spikes of layer ${layer}, sample ${i}`,
      );
    });
  }
}

/** The engine's steps of Adam are SpikingJelly's, from the first spike to the last weight. */
async function assertRun(engine: Engine, indices: Uint32Array, run: TrainsRun): Promise<void> {
  await engine.restore(freshState(join(run.weight)));
  await assertSpikes(engine, indices, run);
  // Potentials are sums of all steps, and may be large.
  const exact = engine.options.readout === 'spikes' ? 1e-6 : 1e-5;
  for (const [step, { loss, firing_rate }] of run.steps.entries()) {
    assertClose(await engine.rates({ split: 'train', epoch: 0, indices }), firing_rate, exact, `step ${step}: rates`);
    const result = await engine.trainBatch(0, indices);
    assertClose([result.loss], [loss], exact * Math.max(1, loss), `step ${step}: loss`);
    if (step > 0) continue;
    // Adam's first moment after one step is a tenth of the gradient.
    const { m } = await engine.state();
    const { layers, data } = engine.options;
    const inputs = 'units' in data ? data.units : 784;
    splitWeights(m, layers, inputs).forEach((part, i) => {
      assertGradient(
        part.map((x) => x * 10),
        Array.from(float32(run.gradient[i])),
        `gradient of parameter ${i}`,
      );
    });
  }
  assertClose((await engine.state()).weights, join(run.weight_final), 2e-5, 'weights after the last step');
}

for (const name of ENGINES) {
  const cases = [...trainsFile().cases, ...readoutCases(), ...classesCases()];
  for (const golden of name === 'event' ? cases : byDay(cases, ({ params }) => params.readout)) {
    const { T, units, classes, hidden = null, loss, lr, params, trains, label } = golden;
    test(`${name}: spike trains do and teach what they do in SpikingJelly, T ${T}, ${units} units, ${hidden ?? 'no'} hidden neurons, ${classes ?? 10} classes, ${loss}${params.readout ? ` of the ${params.readout}` : ''}`, async () => {
      const split = { trains, labels: label };
      const data = makeSpikeTrains({ units, T, classes, train: split, test: split });
      const neuron = neuronOptions(params);
      const options = { data, hidden: hidden ?? undefined, loss, readout: params.readout, learningRate: lr, neuron };
      await withEngine(name, options, (engine) => assertRun(engine, all(trains.length), golden));
    });
  }

  const ofLayers = layersCases();
  // With more steps there is but one of τ of each neuron, of which layers.test.ts has both engines learn the same.
  for (const golden of name === 'event' ? ofLayers : byDay(ofLayers, () => null, 150)) {
    const { T, units, by, loss, readout, lr, layers, trains, label, ...run } = golden;
    const what = layers.map(({ convolve, norm, pool, recurrent, synapse, learn }) =>
      [
        convolve && 'convolve',
        convolve?.bias && 'bias',
        norm && 'norm',
        pool && 'pool',
        recurrent && 'recurrent',
        synapse && 'synapse',
        learn,
      ]
        .filter(Boolean)
        .join(' and '),
    );
    test(`${name}: layers do and learn what they do in ${by}: ${what.join(', then ')}; T ${T}, ${loss} of the ${readout}`, async () => {
      const split = { trains, labels: label };
      const data = makeSpikeTrains({ units, T, train: split, test: split });
      const options: EngineOptions = { data, layers: layers.map(layerOptions), loss, readout, learningRate: lr };
      if (name === 'event' && layers.some(({ norm }) => norm)) {
        // It does not train them, and shows them folded.
        const folded = foldNorm(join(run.weight), resolveEngineOptions(options).layers);
        await withEngine(name, { ...options, layers: folded.layers }, async (engine) => {
          await engine.restore(freshState(folded.weights));
          const indices = all(trains.length);
          await assertSpikes(engine, indices, { ...run, T, lr, label });
          const rates = await engine.rates({ split: 'train', epoch: 0, indices });
          assertClose(rates, run.steps[0].firing_rate, 1e-6, 'rates');
        });
        return;
      }
      const modes = layers.some(({ norm }) => norm) ? ['multi'] : ['single', 'multi'];
      for (const more of name === 'tfjs' && T < 100 ? modes.map((stepMode) => ({ stepMode })) : [{}]) {
        await withEngine(name, { ...options, ...more } as EngineOptions, (engine) =>
          assertRun(engine, all(trains.length), { ...run, T, lr, label }),
        );
      }
    });
  }

  test(`${name}: a latency code of images does what SpikingJelly's does`, async () => {
    const { run } = trainsFile().latency;
    const options: EngineOptions = { data: mnist, T: run.T, encoder: 'latency', learningRate: run.lr };
    await withEngine(name, options, (engine) => assertRun(engine, Uint32Array.from(run.image), run));
  });
}

const small = randman({ seed: 5, units: 11, T: 200, train: 96, test: 20 });
const timing = { loss: 'cross-entropy-counts', learningRate: 5e-3, batchSize: 32 } as const;

test('a network of spike trains starts from U(±1/√units), and its spikes are shown as they are', async () => {
  const data = makeSpikeTrains({
    units: 4,
    T: 130,
    train: { trains: [{ units: [3, 0, 0], times: [129, 17, 17] }], labels: [2] },
    test: { trains: [{ units: [1], times: [0] }], labels: [0] },
  });
  const engine = await createEngine('event', { data });
  const { weights } = await engine.state();
  assert.equal(weights.length, 40);
  assert.ok(weights.every((weight) => Math.abs(weight) <= 1 / 2) && weights.some((weight) => Math.abs(weight) > 1 / 4));
  assert.equal(engine.options.T, 130);
  const spikes = await engine.spikes({ split: 'train', epoch: 7, index: 0 });
  assert.equal(spikes.length, 130 * 4);
  assert.deepEqual(
    Array.from(spikes.keys()).filter((i) => spikes[i]),
    [17 * 4, 129 * 4 + 3],
  );
  const found = await engine.statistics({ split: 'train', epoch: 0, indices: [0] });
  assert.equal(found.spikes, 2 / 130);
  assert.equal(found.dense, 4);
  await engine.close();
});

test('a history of other spike trains is refused, although their labels are the same', async () => {
  const run = (data: SpikeTrains, history?: Awaited<ReturnType<typeof train>>) =>
    withEngine('event', { data, ...timing }, (engine) => train({ engine, epochs: history ? 2 : 1, history }));
  const other = randman({ seed: 6, units: 11, T: 200, train: 96, test: 20 });
  const history = await run(small);
  await assert.rejects(
    run(other, history),
    /^RangeError: train: this history belongs to a run with data = \d+, but now/,
  );
});

const one = { trains: [{ units: [0, 1], times: [3, 4] }], labels: [0] };
const shape = { units: 2, T: 10 };

test('spike trains that do not fit are refused by what they lack', () => {
  const make = (train: object, changed = {}) =>
    makeSpikeTrains({ ...shape, ...changed, train: { ...one, ...train }, test: one });
  const trains = (units: number[], times: number[]) => ({ trains: [{ units, times }] });
  for (const [fault, message] of [
    [trains([0], [10]), 'data.train: train 0: time: expected a whole number from 0 to 9, found 10'],
    [trains([], []), 'data.train: expected at least one spike, found none'],
    [{ labels: [0, 1] }, 'data.train: expected 1 labels, one for each train, found 2'],
    [{ labels: [1000] }, 'data.train: expected labels from 0 to 999, found 1000 of train 0'],
  ] as const) {
    assert.throws(() => make(fault), { name: 'RangeError', message });
  }
  assert.throws(() => make({ labels: [3] }, { classes: 3 }), {
    name: 'RangeError',
    message: 'data.train: expected labels from 0 to 2, found 3 of train 0',
  });
  assert.throws(() => make({}, { classes: 1 }), /^RangeError: data\.classes: expected .* from 2 to 1000, found 1$/);
  assert.deepEqual([make({}).classes, make({ labels: [10] }).classes, make({}, { classes: 2 }).classes], [10, 11, 2]);
  assert.throws(() => make({}, { units: 4097 }), /^RangeError: data\.units: expected .* from 1 to 4096, found 4097$/);
});

test('both engines check spike trains that nobody has checked', async () => {
  const good = makeSpikeTrains({ ...shape, train: one, test: one });
  const broken = (part: object) => ({ ...good, test: { ...good.test, ...part } });
  const faults: [object, RegExp][] = [
    [broken({ times: Uint16Array.of(3, 10) }), /^data\.test: train 0: time: expected .* from 0 to 9, found 10$/],
    [broken({ labels: Uint8Array.of(0, 0) }), /^data\.test: expected 1 labels, one for each train, found 2$/],
    [broken({ starts: Uint32Array.of(0, 1) }), /^data\.test: expected 2 starts from 0 to the number of spikes/],
    [
      broken({ starts: Uint32Array.of(0, 2, 1, 2), count: 3, labels: Uint8Array.of(0, 0, 0) }),
      /train 1: expected to end after its start 2, found 1$/,
    ],
    [{ ...good, units: 4097 }, /^data\.units: expected a whole number from 1 to 4096, found 4097$/],
    [broken({ times: [3, 4] }), /^data\.test\.times: expected a Uint16Array, .* found Array$/],
  ];
  for (const name of ENGINES) {
    for (const [data, message] of faults)
      await assert.rejects(createEngine(name, { data } as EngineOptions), { message });
    const refused = (options: object, message: RegExp) =>
      assert.rejects(createEngine(name, { data: good, ...options }), message);
    await refused({ T: 20 }, /^RangeError: T: expected 10, the steps of the data, found 20$/);
    await refused({ encoder: 'direct' }, /^RangeError: encoder: expected none, .* found 'direct'$/);
    await withEngine(name, { data: good }, async (engine) => {
      await assert.rejects(
        engine.trainBatch(0, Uint32Array.of(1)),
        /indices: expected spike trains from 0 to 0, found 1$/,
      );
    });
  }
});

test('a readout that is unknown, that the loss does not fit, or that the network lacks is refused in one line', async () => {
  const create = (options: object, name: 'event' | 'tfjs' = 'event') => createEngine(name, { data: mnist, ...options });
  await assert.rejects(create({ readout: 'potential' }), {
    message: `readout: expected 'spikes', 'last-potential', 'mean-potential' or 'highest-potential', found 'potential'`,
  });
  const readout: ReadoutName = 'mean-potential';
  await assert.rejects(create({ readout: 'last-potential', loss: 'cross-entropy-counts' }), {
    message: `loss: expected 'mse', 'cross-entropy' or 'cross-entropy-each-step' with readout 'last-potential', found 'cross-entropy-counts', which adds up all steps`,
  });
  await assert.rejects(create({ readout, network: snn() }, 'tfjs'), {
    message: `network: expected a NonSpikingLIFNode at its end for readout 'mean-potential', found another`,
  });
  await assert.rejects(create({ network: snn({ readout }) }, 'tfjs'), {
    message: `network: expected a LIFNode at its end for readout 'spikes', found another`,
  });
});
