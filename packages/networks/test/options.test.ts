/**
 * Each option of a neuron and of a layer in whole networks, on both engines: what they show, learn, carry over, resume
 * and save. The options come from the code; `test/support/options.ts` says what each is tried with. A failure names
 * where to look.
 */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { initBackend } from '../../../hosts/node/backend';
import { createEngine } from '../../../hosts/node/engines';
import type { Trace } from '../../../src/common/trace';
import { newHistory } from '../../../src/training/history';
import { computeSmallTensors, LEAVE_NOTHING_OUT, temporaryFolder } from '../../../test/support/data';
import { assertClose } from '../../../test/support/golden';
import { LAYERS_WITH, NEURON_VALUES, OF_HIDDEN_LAYERS, WITH } from '../../../test/support/options';
import { layersModelFiles } from '../../formats/layers-model';
import { readCheckpoint, writeCheckpoint } from '../../runs/node';
import { type EngineOptions, freshState, type LayerOptions, type ReadoutName } from '../options/engine';
import { LAYER_OPTIONS, resolveLayers } from '../options/layers';
import { neuronOptions } from '../options/neuron-options';
import { initialParameters, parameters, splitParameters } from '../options/weights';
import { makeSpikeTrains } from '../spike-trains';
import { layersOf, snn } from '../tfjs/networks';
import { train } from '../train';

computeSmallTensors();

before(async () => {
  await initBackend();
});

type EngineName = 'event' | 'tfjs';
type Network = Pick<EngineOptions, 'readout' | 'neuron'> & { layers: LayerOptions[] };

const [INPUTS, BATCH] = [9, 2];
/** More than the event engine handles at a time: its backward pass computes the first block once more. */
const TWO_BLOCKS = 130;
const FEW = 10;
const FIRST = Uint32Array.of(0, 1);
const SECOND = Uint32Array.of(2, 3);

/** Spikes of two batches in T steps, alike in nothing. */
const spikeTimes = (T: number) =>
  Array.from({ length: 2 * BATCH }, (_, k) => {
    const times = Array.from({ length: 2 * T }, (_, i) => (i * 37 + 11 * k) % T);
    return { units: times.map((t, i) => (t * t + 3 * t + i + k) % INPUTS), times };
  });

function dataOf(T: number, trains = spikeTimes(T)) {
  const split = { trains, labels: trains.map((_, k) => k % 10) };
  return makeSpikeTrains({ units: INPUTS, T, train: split, test: split });
}

/** Each sample of the first batch, and then that of the second in the same place. */
const oneAfterTheOther = (T: number) => {
  const all = spikeTimes(T);
  const joined = all.slice(0, BATCH).map(({ units, times }, k) => ({
    units: [...units, ...all[BATCH + k].units],
    times: [...times, ...all[BATCH + k].times.map((t) => T + t)],
  }));
  return dataOf(2 * T, joined);
};

/** Weights with which neurons fire, and biases that differ; what learns τ, delays and running statistics start as they do. */
function wakeful(layers: LayerOptions[], neuron: EngineOptions['neuron']): Float32Array {
  const all = resolveLayers({ layers, neuron });
  const numbers = initialParameters(2, all, INPUTS);
  splitParameters(numbers, parameters(all, INPUTS)).forEach((part, i) => {
    const { kind } = parameters(all, INPUTS)[i];
    if (/bias/.test(kind)) part.set(part.map((_, j) => 0.2 * Math.cos(j)));
    else if (/weight/.test(kind)) part.set(part.map((value) => 4 * value));
    // Larger ones hold neurons at a rate, and the highest potential is that of several steps.
    else if (/recurrent/.test(kind)) part.set(part.map((value) => -Math.abs(value)));
  });
  return numbers;
}

type Made = Awaited<ReturnType<typeof createEngine>>;

async function withEngine<R>(name: EngineName, options: EngineOptions, use: (engine: Made) => Promise<R>): Promise<R> {
  const engine = await createEngine(name, { batchSize: BATCH, threads: 1, ...options } as EngineOptions);
  try {
    const { layers = [], neuron } = options;
    await engine.restore(freshState(wakeful([...layers], neuron)));
    return await use(engine);
  } finally {
    await engine.close();
  }
}

const shown = (index: number) => ({ split: 'train', epoch: 0, index }) as const;

/** What was recorded of each layer, the first one first. */
function traced(last: Trace): Trace[] {
  const { hidden, ...own } = last;
  return [...(hidden ? traced(hidden) : []), own];
}

/** What a network shows and learns of one batch. */
const learnt = (name: EngineName, network: Network, T = TWO_BLOCKS, stepMode?: 'multi') =>
  withEngine(name, { data: dataOf(T), ...network, ...(stepMode && { stepMode }) }, async (engine) => {
    const trace = traced(await engine.trace(shown(1)));
    const { loss } = await engine.trainBatch(0, FIRST);
    return { trace, loss, gradient: (await engine.state()).m.map((m) => 10 * m) };
  });

/** What the outputs' readout makes of steps [steps, 10]. */
function readOf({ h, spike }: Trace, readout: ReadoutName, from: number): number[] {
  const steps = (values: Float32Array, j: number) =>
    Array.from(values).filter((_, i) => i % 10 === j && i >= 10 * from);
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return Array.from({ length: 10 }, (_, j) => {
    if (readout === 'spikes') return mean(steps(spike, j));
    if (readout === 'mean-potential') return mean(steps(h, j));
    return readout === 'last-potential' ? (steps(h, j).at(-1) as number) : Math.max(...steps(h, j));
  });
}

/** Two batches without the reset, whose steps of Adam are too small to change anything. */
const carried = (name: EngineName, network: Network) =>
  withEngine(name, { data: dataOf(FEW), ...network, reset: false, learningRate: 1e-12 }, async (engine) => {
    await engine.trainBatch(0, FIRST);
    const { loss } = await engine.trainBatch(0, SECOND);
    return { loss, potentials: (await engine.state()).potentials ?? assert.fail('the state has no potentials') };
  });

/** The loss of the second batch, if it and the first are one presentation. */
const lossOfBoth = (name: EngineName, network: Network) =>
  withEngine(name, { data: oneAfterTheOther(FEW), ...network }, async (engine) => {
    let sum = 0;
    for (let k = 0; k < BATCH; k++) {
      const last = traced(await engine.trace(shown(k))).at(-1) as Trace;
      const read = readOf(last, network.readout ?? 'spikes', FEW);
      for (const [j, value] of read.entries()) sum += (value - Number(j === BATCH + k)) ** 2 / 10;
    }
    return sum / BATCH;
  });

/**
 * A run of one epoch without the reset, stopped after the first of two batches and resumed from its checkpoint if so
 * asked.
 */
async function run(name: EngineName, network: Network, stop: boolean) {
  const options = { data: dataOf(FEW), ...network, reset: false, learningRate: 0.01 };
  const file = join(temporaryFolder(), 'checkpoint', 'checkpoint.json');
  let history = newHistory();
  const part = (onBatch?: () => void, signal?: AbortSignal) =>
    withEngine(name, options, (engine) => train({ engine, epochs: 1, testImages: 0, history, signal, onBatch }));
  if (stop) {
    const controller = new AbortController();
    await part(() => controller.abort(), controller.signal);
    const events = { file: 'events.out.tfevents.1.x', length: 0 };
    writeCheckpoint(file, { run: {}, digest: '', saveFigures: false, history, events });
    ({ history } = readCheckpoint(file));
  }
  await part();
  return history;
}

/** The network as TensorFlow.js reads it from the files of its layers model. */
async function loaded({ layers, neuron, readout }: Network): Promise<tf.LayersModel> {
  const all = resolveLayers({ layers, neuron });
  const files = layersModelFiles(wakeful(layers, neuron), all[all.length - 1].neuron, INPUTS, readout, all);
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(files['model.json']));
  const [{ weights: weightSpecs }] = weightsManifest;
  const weightData = Uint8Array.from(files['weights.bin']).buffer;
  return tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
}

/** Does something, and says of what goes wrong in it where to look. */
async function look<R>(where: string, work: () => R | Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

type Numbers = ArrayLike<number>;

function assertNear(a: Numbers, b: Numbers, what: string): void {
  const most = Array.from(b).reduce((largest, value) => Math.max(largest, Math.abs(value)), 1e-3);
  assertClose(a, b, 1e-3 * most, what);
}

function assertSameTraces(a: Trace[], b: Trace[]): void {
  a.forEach((layer, i) => {
    for (const name of ['current', 'h', 'v', 'spike'] as const)
      assertNear(layer[name], b[i][name], `${name} of layer ${i}`);
  });
}

/**
 * What is asked of a network, with the places in which an option is forgotten most easily.
 * @param isWhole whether this is all that is asked of its option
 */
async function examine(network: Network, names: readonly EngineName[], isWhole: boolean) {
  const { layers, neuron, readout } = network;
  const all = resolveLayers({ layers, neuron });
  await look('The network that is built (`KINDS` in tfjs/layers/)', () => {
    assert.deepEqual(layersOf(snn({ inputs: INPUTS, layers: all, readout })), all);
  });
  const results = await look('Learning in two blocks of steps', async () => {
    const found = [];
    for (const name of names) found.push(await learnt(name, network));
    return found;
  });
  const [readable, fast] = results;
  if (fast) {
    await look('A loss (`fire` in kernel/neuron.ts), as on the readable engine', () =>
      assertNear([fast.loss], [readable.loss], 'loss'),
    );
    await look(
      'The gradient of two blocks of steps (`rewind` in kernel/neuron.ts, kernel/back.ts), as on the readable engine',
      () => assertNear(fast.gradient, readable.gradient, 'gradient'),
    );
    await look('A trace (packages/event-engine/explain.ts), as on the readable engine', () =>
      assertSameTraces(fast.trace, readable.trace),
    );
  }
  // With a norm, a batch that is learnt has its own statistics, and no trace of one sample has them.
  const isCarried = !all.some(({ norm }) => norm);
  await look(
    'No reset between batches (`remembered` in packages/networks/options/layers.ts, `carryPotentials` in kernel/index.ts, ' +
      '`carried` in packages/networks/tfjs/state.ts)',
    async () => {
      const after = [];
      for (const name of names) {
        const found = await carried(name, network);
        if (!isCarried) continue;
        const expected = await lossOfBoth(name, network);
        assertNear(
          [found.loss],
          [expected],
          `${name}: the loss of a batch, as if it and the one before were one presentation`,
        );
        after.push(found.potentials);
      }
      if (fast && isCarried) assertNear(after[1], after[0], 'what neurons remember, on both engines');
    },
  );
  if (!isWhole) return results;
  await look('All steps in one product, as step by step (`stepMode`)', async () => {
    const [all, each] = [await learnt('tfjs', network, FEW, 'multi'), await learnt('tfjs', network, FEW)];
    assertNear(all.gradient, each.gradient, 'gradient');
    assertSameTraces(all.trace, each.trace);
  });
  await look(
    'The layers model that is saved (packages/formats/layers-model.ts, `fromConfig`, `getConfig` and `registerClass`)',
    async () => {
      const model = await loaded(network);
      assert.deepEqual(layersOf(model), all);
      // So does what TensorFlow.js saves by itself, of a network that was loaded and of one that is new.
      for (const saved of [model, snn({ inputs: INPUTS, layers: all, readout })]) {
        const own = await tf.models.modelFromJSON({ modelTopology: saved.toJSON(null, false) as never });
        assert.deepEqual(layersOf(own), all);
        own.dispose();
        saved.dispose();
      }
    },
  );
  await look('A run that is resumed (packages/runs/node/checkpoint.ts, `state` and `restore`)', async () => {
    for (const name of names) assert.deepEqual(await run(name, network, true), await run(name, network, false), name);
  });
  return results;
}

/** Layers of a network; the hidden one fills one column of the event engine's and begins another. */
function networkOf(hidden: LayerOptions, own: LayerOptions, onlyHidden: boolean): LayerOptions[] {
  const both = (a: LayerOptions, b: LayerOptions): LayerOptions =>
    a.neuron || b.neuron ? { ...a, ...b, neuron: { ...a.neuron, ...b.neuron } } : { ...a, ...b };
  if (own.convolve) return [own, { ...hidden, neurons: 13 }, {}];
  return [{ ...both(hidden, own), neurons: 13 }, onlyHidden ? {} : own];
}

/** All that a layer can have at once that does not convolve, nor read what does. */
const { convolve: convolves, norm: _norms, pool: pools, delay: _delays, ...others } = LAYERS_WITH;
const EVERYTHING: LayerOptions = Object.assign({}, ...Object.values(others).map((layers) => layers.at(-1)));

/** The same with all of that, behind layers that convolve if it can be, whose neurons have the same options. */
function withAll(own: LayerOptions, onlyHidden: boolean): LayerOptions[] {
  const layers = networkOf(EVERYTHING, own, onlyHidden);
  if (own.convolve || own.delay || own.neuron?.beta) return layers;
  const neuron = { tau: 3, ...own.neuron };
  const { shape, ...second } = convolves[0].convolve ?? assert.fail('no layer that convolves');
  return [{ ...pools[0], learn: 'tau', neuron }, { convolve: second, neuron }, ...layers];
}

const POTENTIALS = ['last-potential', 'mean-potential', 'highest-potential'] as const;
const THRESHOLD = { vThreshold: 0.4 };

interface Case {
  name: string;
  own: LayerOptions;
  /** By day an option is combined with all others in its first value alone. */
  isFirst: boolean;
}

/** @throws Error that names an option that no value is given for */
function casesOf(): Case[] {
  const tried = (name: string, values: readonly unknown[] | undefined) =>
    values ?? assert.fail(`${name}: expected what to try this option with in test/support/options.ts, found nothing`);
  const ofNeurons = neuronOptions().flatMap((name) =>
    tried(name, NEURON_VALUES[name]).map((value, i) => ({
      name,
      own: { neuron: { ...WITH[name], [name]: value } },
      isFirst: i === 0,
    })),
  );
  const ofLayers = LAYER_OPTIONS.filter((name) => name !== 'neurons' && name !== 'neuron').flatMap((name) =>
    tried(name, LAYERS_WITH[name]).map((own, i) => ({ name, own: own as LayerOptions, isFirst: i === 0 })),
  );
  return [...ofNeurons, ...ofLayers];
}

/** The engines that have an option; one that has not refuses it by its name. */
async function enginesWith({ name, own }: Case): Promise<EngineName[]> {
  const layers = networkOf({}, own, OF_HIDDEN_LAYERS.includes(name));
  try {
    await (await createEngine('event', { data: dataOf(FEW), layers })).close();
    return ['tfjs', 'event'];
  } catch (error) {
    assert.match(String(error), new RegExp(`^RangeError: .*${name}`));
    return ['tfjs'];
  }
}

const plainNetworks = new Map<EngineName, ReturnType<typeof learnt>>();

/** What a network without any option does, computed once; of one with a pool or norm, what it does without that. */
function without(engine: EngineName, { pool, norm, ...own }: LayerOptions): ReturnType<typeof learnt> {
  if (pool || norm) return learnt(engine, { layers: networkOf({}, own, true), neuron: THRESHOLD });
  const done = plainNetworks.get(engine) ?? learnt(engine, { layers: [{ neurons: 13 }, {}], neuron: THRESHOLD });
  plainNetworks.set(engine, done);
  return done;
}

for (const [i, each] of casesOf().entries()) {
  const { name, own } = each;
  const onlyHidden = OF_HIDDEN_LAYERS.includes(name);
  const plain: Network = { layers: networkOf({}, own, onlyHidden), neuron: THRESHOLD };

  test(`${JSON.stringify(own)} changes what a network does, the same on both engines`, async () => {
    const names = await enginesWith(each);
    const results = await look(name, () => examine(plain, names, LEAVE_NOTHING_OUT));
    const first = parameters(resolveLayers(plain), INPUTS).slice(0, 1);
    for (const [i, { gradient }] of results.entries()) {
      const ofWeights = (all: Float32Array) => splitParameters(all, first)[0];
      const unlike = ofWeights((await without(names[i], own)).gradient);
      assert.notDeepEqual(
        ofWeights(gradient),
        unlike,
        `${name}: the engine '${names[i]}' ignores it; name those that have it in \`has\` of its entry, or compute it there`,
      );
    }
  });

  if (!each.isFirst && !LEAVE_NOTHING_OUT) continue;
  test(`${JSON.stringify(own)} goes with all that a layer can have, and with potentials that are read`, async () => {
    const names = await enginesWith(each);
    const layers = withAll(own, onlyHidden);
    await look(name, () => examine({ layers, neuron: THRESHOLD, readout: POTENTIALS[i % 3] }, names, true));
  });
}
