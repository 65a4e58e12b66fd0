/** Networks that are lists of layers: against their equations in float64, and both engines beside each other. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createEngine } from '../../../hosts/node/engines';
import type { Mnist } from '../../../src/common/mnist';
import { SURROGATE_NAMES } from '../../../src/common/surrogates';
import type { Trace } from '../../../src/common/trace';
import { computeSmallTensors, drawnByDay, LEAVE_NOTHING_OUT } from '../../../test/support/data';
import { assertClose } from '../../../test/support/golden';
import {
  ENCODER_NAMES,
  type EngineOptions,
  type EngineState,
  freshState,
  type LayerOptions,
  LOSS_NAMES,
  READOUT_NAMES,
} from '../../networks/options/engine';
import { allMaps, LEARN_NAMES, resolveLayers } from '../../networks/options/layers';
import { initialParameters, parameters, splitParameters } from '../../networks/options/weights';
import { makeSpikeTrains } from '../../networks/spike-trains';
import type { EventEngine } from '../engine';
import { mnist } from './engines';
import { type Dual, forwardMode, handedOn, inOrder, weighed } from './float64';

computeSmallTensors();

const [INPUTS, SAMPLES] = [9, 24];

/** Labels of as many samples, all over the classes. */
const labelsOf = (classes: number) =>
  Array.from({ length: SAMPLES }, (_, k) => (k * Math.ceil(classes / SAMPLES)) % classes);

/** Samples of some spikes per unit, alike in nothing; of many units, spikes of some all over. */
function samples(T: number, inputs = INPUTS, classes = 10) {
  const trains = Array.from({ length: SAMPLES }, (_, k) => {
    const times = Array.from({ length: Math.ceil(0.4 * T) + 2 }, (_, i) => (i * 37 + 11 * k) % T);
    return { units: times.map((t, i) => (Math.ceil(inputs / 99) * (t * t + 3 * t + i + k)) % inputs), times };
  });
  const split = { trains, labels: labelsOf(classes) };
  return { trains, data: makeSpikeTrains({ units: inputs, T, classes, train: split, test: split }) };
}

async function withEngine<R>(
  options: EngineOptions,
  use: (engine: EventEngine) => Promise<R>,
  name: 'event' | 'tfjs' = 'event',
): Promise<R> {
  const engine = (await createEngine(name, options)) as EventEngine;
  try {
    return await use(engine);
  } finally {
    await engine.close();
  }
}

/** Parameters with which neurons fire: weights are larger than at the start, biases differ, w and delays stay as they are. */
function wakeful({ layers, seed }: EventEngine['options'], factor: number, inputs = INPUTS): Float32Array {
  const numbers = initialParameters(seed, layers, inputs);
  const all = parameters(layers, inputs);
  splitParameters(numbers, all).forEach((part, i) => {
    const { kind } = all[i];
    if (kind === 'bias') part.set(part.map((_, j) => 0.2 * Math.cos(j)));
    else if (kind !== 'w' && kind !== 'delay') part.set(part.map((value) => factor * value));
  });
  return numbers;
}

const outputs: LayerOptions = {};
/** How many classes the data of a network have. */
const classesOf = (layers: readonly LayerOptions[]) => layers[layers.length - 1].neurons ?? 10;
const soft = { vReset: null };
const slow = { tau: 20, decayInput: false, detachReset: true };
/** Networks by what they have. */
const NETWORKS: Record<string, Partial<EngineOptions> & { layers: LayerOptions[] }> = {
  'two classes': { layers: [{ neurons: 2, neuron: { vThreshold: 0.3 } }] },
  'eleven classes, the spikes of each step in the loss': {
    layers: [{ neurons: 14 }, { neurons: 11, neuron: { vThreshold: 0.4 } }],
    loss: 'cross-entropy-each-step',
    reset: false,
  },
  'thirteen classes, the potential of each step in the loss, τ learnt': {
    layers: [{ neurons: 13, synapse: { tau: 3 }, learn: 'tau of each neuron' }],
    readout: 'last-potential',
    loss: 'cross-entropy-each-step',
  },
  'twenty classes behind a recurrent layer, the highest potential read': {
    layers: [
      { neurons: 14, recurrent: true },
      { neurons: 20, synapse: { tau: 2 } },
    ],
    readout: 'highest-potential',
    loss: 'cross-entropy',
    reset: false,
  },
  'a hundred classes, with delays and a penalty on rates': {
    layers: [{ neurons: 14 }, { neurons: 100, delay: { most: 6, learn: true } }],
    ratePenalty: { weight: 2, target: 0.2 },
  },
  'three hundred classes behind a map, the mean potential read': {
    layers: [{ convolve: { channels: 5, kernel: 2, shape: [1, 3, 3] } }, { neurons: 300 }],
    neuron: { vThreshold: 0.3 },
    readout: 'mean-potential',
    loss: 'cross-entropy-counts',
  },
  'two hidden layers, each with its own neurons': {
    layers: [{ neurons: 14, neuron: { ...slow, vThreshold: 0.7 } }, { neurons: 25, neuron: soft }, outputs],
    reset: false,
  },
  'four layers, the potential read': {
    layers: [{ neurons: 5 }, { neurons: 13, neuron: { vReset: -0.25 } }, { neurons: 12 }, outputs],
    neuron: { vThreshold: 0.3 },
    readout: 'mean-potential',
    loss: 'cross-entropy',
  },
  'a synaptic current of the outputs': { layers: [{ synapse: { tau: 5 } }] },
  'synaptic currents of all layers': {
    layers: [
      { neurons: 14, synapse: { tau: 10 }, neuron: slow },
      { neurons: 13, synapse: { tau: 2 } },
      { synapse: { tau: 3 } },
    ],
    readout: 'last-potential',
    loss: 'cross-entropy',
    reset: false,
  },
  'one τ learnt for each layer': {
    layers: [
      { neurons: 14, learn: 'tau', neuron: soft },
      { learn: 'tau', neuron: { tau: 3, vThreshold: 0.4 } },
    ],
    loss: 'cross-entropy-counts',
  },
  'a τ learnt for each neuron, synaptic currents and the potential read': {
    layers: [
      { neurons: 25, learn: 'tau of each neuron', neuron: slow, synapse: { tau: 4 } },
      { learn: 'tau of each neuron', neuron: { vReset: -0.25 } },
    ],
    readout: 'mean-potential',
    loss: 'cross-entropy',
  },
  'the spikes of each step in the loss': {
    layers: [{ neurons: 14 }, { neuron: { vThreshold: 0.4 } }],
    loss: 'cross-entropy-each-step',
  },
  'the potential of each step in the loss, τ learnt': {
    layers: [{ neurons: 14 }, { synapse: { tau: 3 }, learn: 'tau' }],
    readout: 'last-potential',
    loss: 'cross-entropy-each-step',
  },
  'a recurrent layer': { layers: [{ neurons: 14, recurrent: true }, outputs] },
  'two recurrent layers, with synaptic currents and τ that are learnt': {
    layers: [
      { neurons: 14, recurrent: true, learn: 'tau', neuron: { vReset: -0.25 } },
      { neurons: 26, recurrent: true, synapse: { tau: 3 }, learn: 'tau of each neuron', neuron: soft },
      { synapse: { tau: 2 } },
    ],
    neuron: { vThreshold: 0.3 },
    readout: 'highest-potential',
    reset: false,
  },
  'rates of a layer that is recurrent, and of one with delays, kept near 0.3': {
    layers: [
      { neurons: 14, recurrent: true, learn: 'tau' },
      { neurons: 13, delay: { most: 3 }, neuron: soft },
      { neurons: 26, synapse: { tau: 3 } },
      outputs,
    ],
    neuron: { vThreshold: 0.3 },
    ratePenalty: { weight: 8, target: 0.3 },
  },
  'rates of layers that convolve kept low, some of whose neurons no mean has room for': {
    layers: [
      { convolve: { channels: 14, kernel: 2, shape: [1, 3, 3], padding: 1 }, pool: 'spikes' },
      { convolve: { channels: 3, kernel: 2, padding: 1, bias: true }, pool: 'spikes' },
      { neurons: 13, neuron: soft },
      outputs,
    ],
    neuron: { vThreshold: 0.3 },
    loss: 'cross-entropy',
    ratePenalty: { weight: 20, target: 0 },
  },
  'thresholds that rise with each spike, of all layers': {
    layers: [
      { neurons: 14, neuron: { beta: 0.4, tauAdapt: 30, vReset: null } },
      { neurons: 13, recurrent: true, learn: 'tau of each neuron', neuron: { beta: 0.2, detachReset: true } },
      { neurons: 25, learn: 'tau', neuron: { beta: 0.3, tauAdapt: 5, vReset: -0.25 } },
      { neuron: { beta: 0.5, tauAdapt: 3 } },
    ],
    neuron: { vThreshold: 0.3 },
    reset: false,
  },
  'thresholds that rise in the loss of each step': {
    layers: [{ neurons: 14, synapse: { tau: 3 } }, {}],
    neuron: { vThreshold: 0.3, beta: 0.3, tauAdapt: 8 },
    loss: 'cross-entropy-each-step',
  },
  'delays of the only layer, learnt, the highest potential read': {
    layers: [{ delay: { most: 7, learn: true } }],
    readout: 'highest-potential',
    loss: 'cross-entropy',
  },
  'delays of all layers, with all that a layer can have': {
    layers: [
      { neurons: 14, delay: { most: 5 }, recurrent: true, learn: 'tau' },
      { neurons: 13, delay: { most: 30, learn: true }, synapse: { tau: 3 }, neuron: { vReset: -0.25 } },
      { delay: { most: 3, learn: true }, learn: 'tau of each neuron' },
    ],
    neuron: { vThreshold: 0.3 },
    reset: false,
  },
  'two layers that convolve, the means of spikes, and τ that are learnt': {
    layers: [
      {
        convolve: { channels: 14, kernel: 2, padding: 1, shape: [1, 3, 3] },
        pool: 'spikes',
        learn: 'tau',
        neuron: soft,
      },
      {
        convolve: { channels: 5, kernel: 2, padding: 1, stride: 2, bias: true },
        learn: 'tau',
        neuron: { vReset: -0.25 },
      },
      { neurons: 13, recurrent: true },
      outputs,
    ],
    neuron: { vThreshold: 0.1 },
    readout: 'mean-potential',
    loss: 'cross-entropy',
  },
  'a layer that convolves three channels for the outputs, whose potential is read': {
    layers: [
      { convolve: { channels: 12, kernel: 2, shape: [3, 1, 3], padding: 1, bias: true }, pool: 'spikes' },
      { synapse: { tau: 3 } },
    ],
    neuron: { vThreshold: 0.3 },
    readout: 'mean-potential',
    loss: 'cross-entropy-counts',
    reset: false,
  },
};

for (const [what, { layers, ...options }] of Object.entries(NETWORKS)) {
  // More than one block of the event engine's, and of the readable one no more than the longest delay.
  for (const [name, lengths] of [
    ['event', [1, 150]],
    ['tfjs', [35]],
  ] as const) {
    test(`${name}: each step of a trace, loss and gradient are those of float64 in forward mode: ${what}`, async () => {
      const longest = Math.max(...layers.map(({ delay }) => delay?.most ?? 0));
      for (const T of lengths.filter((T) => T > longest)) {
        const { data, trains } = samples(T, INPUTS, classesOf(layers));
        await withEngine(
          { data, layers, ...options, seed: 2 },
          async (engine) => {
            const { loss, readout, ratePenalty } = engine.options;
            const numbers = wakeful(engine.options, 6);
            await engine.restore(freshState(numbers));
            const trace: Trace = await engine.trace({ split: 'train', epoch: 0, index: 4 });
            const result = await engine.trainBatch(0, Uint32Array.of(4));
            const { m } = await engine.state();
            for (let layer = trace.hidden; layer && T > 1; layer = layer.hidden) {
              assert.ok(layer.spike.includes(1), 'each hidden layer fires');
            }
            const input = new Uint8Array(T * INPUTS);
            for (const [i, t] of trains[4].times.entries()) input[t * INPUTS + trains[4].units[i]] = 1;
            const all = parameters(engine.options.layers, INPUTS);
            // Along each kind of parameter alone, so that none hides behind the others.
            for (const kind of new Set(all.map((each) => each.kind))) {
              const along = numbers.map((_, i) => Math.sin(i + 1));
              splitParameters(along, all).forEach((part, i) => {
                if (all[i].kind !== kind) part.fill(0);
              });
              const shown = {
                T,
                inputs: INPUTS,
                layers: engine.options.layers,
                readout,
                loss,
                ratePenalty,
                label: data.train.labels[4],
              };
              const exact = forwardMode(input, numbers, along, shown);
              // Adam's first moment after one step is a tenth of the gradient.
              const slope = m.reduce((sum, value, i) => sum + 10 * value * along[i], 0);
              assertClose([result.loss], [exact.loss], 1e-5 * Math.max(1, exact.loss), `loss, T = ${T}`);
              // Of many weights what is added up goes both ways.
              const size = m.reduce((sum, value, i) => sum + Math.abs(10 * value * along[i]), 0);
              const tolerance = layers[0].convolve ? 1e-5 * size : 2e-4 * Math.max(1, Math.abs(exact.slope));
              assertClose([slope], [exact.slope], tolerance, `${kind}, T = ${T}`);
              let traced: Trace | undefined = trace;
              for (const { current, h } of exact.traces.reverse()) {
                assertClose(traced?.current ?? [], current, 1e-4, `currents, T = ${T}`);
                assertClose(traced?.h ?? [], h, 1e-4, `potentials, T = ${T}`);
                traced = traced?.hidden;
              }
            }
          },
          name,
        );
      }
    });
  }

  test(`threads give the same bytes as one, and so does a run that is resumed: ${what}`, async () => {
    const { data } = samples(150, INPUTS, classesOf(layers));
    const run = (threads: number, from = 0, state?: EngineState) =>
      withEngine({ data, layers, ...options, seed: 2, threads, learningRate: 0.01 }, async (engine) => {
        await engine.ready();
        await engine.restore(state ?? freshState(wakeful(engine.options, 6)));
        for (let b = from; b < 2; b++)
          await engine.trainBatch(
            b,
            Uint32Array.from({ length: SAMPLES }, (_, i) => i),
          );
        const rates = await engine.rates({ split: 'test', epoch: 0, indices: [0, 1, 2, 3] });
        return { state: await engine.state(), rates };
      });
    const alone = await run(1);
    assert.ok(alone.rates.some((rate) => rate !== 0));
    for (const threads of LEAVE_NOTHING_OUT ? [2, 3, 8] : [3]) assert.deepEqual(await run(threads), alone);
    assert.deepEqual(await run(1, 2, alone.state), alone);
  });
}

test('statistics of layers that convolve count their spikes, and the rows of weights under each place of a map', async () => {
  const T = 20;
  const { data } = samples(T);
  const layers = [
    { convolve: { channels: 14, kernel: 2, padding: 1, shape: [1, 3, 3] as const }, pool: 'spikes' as const },
    { convolve: { channels: 5, kernel: 2, padding: 1, stride: 2, bias: true } },
    outputs,
  ];
  await withEngine({ data, layers, neuron: { vThreshold: 0.4 } }, async (engine) => {
    await engine.restore(freshState(wakeful(engine.options, 6)));
    const shown = { split: 'train', epoch: 0 } as const;
    const traces: Trace[] = [];
    for (let at: Trace | undefined = await engine.trace({ ...shown, index: 4 }); at; at = at.hidden) traces.unshift(at);
    const spikes = await engine.spikes({ ...shown, index: 4 });
    const { maps } = allMaps(engine.options.layers, INPUTS);
    let rows = 0;
    for (let t = 0; t < T; t++) {
      let read = inOrder(spikes.subarray(t * INPUTS, (t + 1) * INPUTS), maps[0]);
      for (const [i, layer] of engine.options.layers.entries()) {
        // With weights of 1 a neuron's current is how many of its inputs are not 0.
        const ones = new Float32Array(800 * read.length).fill(1);
        const under = weighed(
          read.map(([s]): Dual => [Number(s !== 0), 0]),
          [ones, ones],
          layer,
          maps[i],
        );
        const units = layer.convolve?.channels ?? layer.neurons;
        rows += (under.reduce((sum, [count]) => sum + count, 0) / units) * Math.ceil(units / 12);
        const own = Array.from(
          traces[i].spike.subarray(t * layer.neurons, (t + 1) * layer.neurons),
          (s): Dual => [s, 0],
        );
        read = handedOn(own, layer, maps[i]);
      }
    }
    const count = (values: ArrayLike<number>) => Array.from(values).reduce((sum, s) => sum + s, 0);
    const hidden = count(traces[0].spike) + count(traces[1].spike);
    const found = await engine.statistics({ ...shown, indices: [4] });
    assert.ok(hidden > 0 && rows < found.dense * T);
    // Each place of both maps, with its rows to two columns and to one; and the outputs.
    const dense = 16 * 4 * 2 + 4 * 56 + 20;
    assert.deepEqual(found, { spikes: count(spikes) / T, hiddenSpikes: hidden / T, rows: rows / T, dense });
  });
});

test('a network that needs more memory than the kernel has, of weights or in so many steps, is refused in one line', async () => {
  const dense = [...Array.from({ length: 8 }, () => ({ neurons: 800, recurrent: true })), outputs];
  const convolve = { channels: 96, kernel: 3 };
  for (const [T, inputs, layers] of [
    [1, INPUTS, dense],
    [10_000, 784, [{ convolve }, { convolve }, outputs]],
  ] as const) {
    const message = new RegExp(
      `^RangeError: layers: .* at most 512 MB, found \\d+ MB with batchSize 128, T ${T} and threads 1; take fewer`,
    );
    const { data } = samples(T, inputs);
    await assert.rejects(createEngine('event', { data, layers, threads: 1 }), message);
  }
  const { data } = samples(1);
  for (const [hidden, threads] of [
    [1, 16],
    [2, 4],
  ]) {
    await withEngine({ data, layers: [...dense.slice(0, hidden), outputs], threads }, async (engine) => {
      await engine.trainBatch(0, Uint32Array.of(0));
    });
  }
});

let random = 0;
const draw = <R>(...choices: readonly R[]): R => {
  random = (random * 48271) % 2147483647;
  return choices[random % choices.length];
};
const drawWhole = (least: number, most: number) =>
  draw(...Array.from({ length: most - least + 1 }, (_, i) => least + i));
const drawNeuron = () => ({
  tau: draw(1.5, 2, 20),
  decayInput: draw(true, false),
  vThreshold: draw(0.5, 1),
  vReset: draw(0, -0.25, null),
  detachReset: draw(true, false),
  surrogateFunction: { name: draw(...SURROGATE_NAMES), alpha: 2 },
});
const drawLayer = (neurons?: number): LayerOptions => ({
  neurons,
  neuron: drawNeuron(),
  synapse: draw(undefined, { tau: draw(2, 10) }),
  recurrent: neurons !== undefined && draw(true, false),
  learn: draw(undefined, ...LEARN_NAMES),
});
/** The same with a threshold that rises. */
const drawAdapting = (): LayerOptions[] =>
  drawDense().map(({ neuron, ...layer }) => ({
    ...layer,
    neuron: { ...neuron, beta: draw(0, 0.1, 0.5), tauAdapt: draw(2, 20) },
  }));
const drawDense = (): LayerOptions[] => [
  ...Array.from({ length: draw(0, 1, 2) }, () => drawLayer(draw(1, 5, 12, 13, 24))),
  drawLayer(),
];

/** Layers that convolve: as many as were drawn and fit into the map that is left. */
function drawConvolved(shape: [number, number, number]): LayerOptions[] {
  const layers: LayerOptions[] = [];
  for (let left = draw(1, 2, 3); left > 0; left--) {
    const kernel = draw(1, 2, 3);
    const size = {
      stride: draw(1, 1 + (kernel % 2) * (kernel - 1)),
      padding: draw(0, kernel - 1),
      bias: draw(false, true),
    };
    const convolve = { channels: draw(1, 5, 12, 13, 25), kernel, ...size, ...(layers.length === 0 && { shape }) };
    const next = {
      convolve,
      neuron: drawNeuron(),
      pool: draw(undefined, 'spikes' as const, 'currents' as const),
      learn: draw(undefined, 'tau' as const),
    };
    try {
      resolveLayers({ layers: [...layers, next, {}] });
    } catch {
      continue;
    }
    layers.push(next);
  }
  return layers;
}

/** The same with delays; there are more steps than the longest of them. */
const drawDelayed = (): LayerOptions[] =>
  drawDense().map((layer) => ({
    ...layer,
    delay: draw(undefined, { most: draw(1, 3, 16), learn: draw(true, false) }),
  }));

const drawShape = () => draw([1, 6, 6], [2, 5, 4], [13, 3, 4], [1, 3, 9]) as [number, number, number];

/**
 * Both engines, on two batches with weights that stay as they are: the second shows what the first leaves behind
 * without the reset.
 * @param more options that are not drawn here, such as other data
 * @param threads numbers of threads with which the event engine has to find the same bytes
 */
async function compareEngines(
  i: number,
  drawLayers: () => LayerOptions[],
  inputs = INPUTS,
  T = draw(1, 2, 5, 17),
  more: Partial<EngineOptions> = {},
  threads: readonly number[] = [],
) {
  const { data } = samples(T, inputs);
  const readout = draw(...READOUT_NAMES);
  const layers = drawLayers();
  const options: EngineOptions = {
    data,
    seed: i,
    readout,
    layers,
    threads: 1,
    learningRate: 1e-12,
    batchSize: 3,
    reset: i % 2 === 0,
    ...(layers.length > 1 && i % 3 === 0 && { ratePenalty: { weight: 5, target: 0.1 * (i % 4) } }),
    loss: readout === 'spikes' ? draw(...LOSS_NAMES) : draw('mse', 'cross-entropy', 'cross-entropy-each-step'),
    ...more,
  };
  const run = async (name: 'event' | 'tfjs', changed: Partial<EngineOptions> = {}) => {
    const engine = await createEngine(name, { ...options, ...changed });
    await engine.restore(freshState(wakeful(engine.options as EventEngine['options'], 4, inputs)));
    await engine.trainBatch(0, Uint32Array.of(2, 4, 6));
    const result = await engine.trainBatch(0, Uint32Array.of(1, 5, 8));
    const { m, potentials = new Float32Array() } = await engine.state();
    const rates = await engine.rates({ split: 'test', epoch: 0, indices: [0, 1, 2, 3] });
    await engine.close();
    return { loss: [result.loss], m, rates, potentials };
  };
  const [event, tfjs] = [await run('event'), await run('tfjs')];
  for (const name of ['loss', 'm', 'rates', 'potentials'] as const) {
    const most = Array.from(event[name]).reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3);
    assertClose(tfjs[name], event[name], 1e-3 * most, `${name} of network ${i}, ${JSON.stringify(options.layers)}`);
  }
  for (const count of threads)
    assert.deepEqual(await run('event', { threads: count }), event, `network ${i} on ${count} threads`);
}

/** Images of some classes, of which data have at most 256. */
function imagesOf(classes: number): Mnist {
  const images = mnist.train.images.slice(0, SAMPLES * 784);
  const split = { images, labels: Uint8Array.from(labelsOf(classes)), count: SAMPLES };
  return { train: split, test: split, classes };
}

/** Networks of any kind with 2 to 300 outputs; as many have fewer than fourteen, which fill no more than two columns. */
function compareClasses(i: number) {
  const classes = draw(drawWhole(2, 13), drawWhole(14, 300));
  const T = draw(17, 20, 33);
  const compare = (drawLayers: () => LayerOptions[], inputs: number, options: Partial<EngineOptions>) =>
    compareEngines(i, drawLayers, inputs, T, options, [2, 3, 8]);
  if (classes <= 256 && draw(true, false, false)) {
    return compare(drawDense, 784, { data: imagesOf(classes), T, encoder: draw(...ENCODER_NAMES) });
  }
  const shape = drawShape();
  const [inputs, drawLayers] = draw(
    [INPUTS, drawDense],
    [INPUTS, drawDelayed],
    [INPUTS, drawAdapting],
    [shape[0] * shape[1] * shape[2], () => [...drawConvolved(shape), ...drawDense()]],
  );
  return compare(drawLayers, inputs, { data: samples(T, inputs, classes).data });
}

for (const [what, seed, all, byDay, compare] of [
  ['', 7, 200, 20, (i: number) => compareEngines(i, drawDense)],
  [
    ' of images',
    5,
    40,
    8,
    (i: number) => {
      const T = draw(1, 7, 33);
      return compareEngines(i, drawDense, 784, T, { data: mnist, T, encoder: draw(...ENCODER_NAMES) });
    },
  ],
  [' with delays', 13, 100, 15, (i: number) => compareEngines(i, drawDelayed, INPUTS, draw(17, 20))],
  [' whose thresholds rise', 17, 100, 15, (i: number) => compareEngines(i, drawAdapting)],
  [
    ' that convolve',
    11,
    100,
    25,
    (i: number) => {
      const shape = drawShape();
      return compareEngines(i, () => [...drawConvolved(shape), ...drawDense()], shape[0] * shape[1] * shape[2]);
    },
  ],
  [' of 2 to 300 classes, on any number of threads,', 23, 200, 12, compareClasses],
] as const) {
  test(`both engines learn the same with networks${what} drawn at random`, async () => {
    random = seed;
    for (let i = 0; i < drawnByDay(all, byDay); i++) await compare(i);
  });
}

test('both engines learn the same with as many as 4,096 inputs, dense, delayed and convolved', async () => {
  random = 13;
  const shapes = [
    [1, 5, 157],
    [1, 64, 64],
    [2, 28, 28],
    [2, 32, 32],
  ] as const;
  for (const [i, shape] of shapes.slice(0, drawnByDay(4, 2)).entries()) {
    const [inputs, convolve] = [shape[0] * shape[1] * shape[2], { channels: 5, kernel: 5, stride: 2, shape }];
    await compareEngines(i, drawDense, inputs);
    await compareEngines(i, () => [{ convolve, neuron: drawNeuron() }, ...drawDense()], inputs);
    await compareEngines(i, () => [{ delay: { most: 3, learn: true }, neuron: drawNeuron() }], inputs, 5);
  }
});

test('of 4,096 inputs each spike is shown and counted, and threads and batches make no difference', async () => {
  const T = 150;
  const { trains, data } = samples(T, 4096);
  const run = (threads: number) =>
    withEngine({ data, hidden: 14, threads, learningRate: 0.01 }, async (engine) => {
      await engine.restore(freshState(wakeful(engine.options, 6, 4096)));
      for (let epoch = 0; epoch < 2; epoch++) await engine.trainBatch(epoch, Uint32Array.of(2, 4, 6, 8, 10));
      const shown = { split: 'train', epoch: 0 } as const;
      const spikes = await engine.spikes({ ...shown, index: 4 });
      const wanted = new Uint8Array(T * 4096);
      for (const [j, t] of trains[4].times.entries()) wanted[t * 4096 + trains[4].units[j]] = 1;
      assert.deepEqual(spikes, wanted);
      const found = await engine.statistics({ ...shown, indices: [4] });
      assert.equal(found.spikes, wanted.reduce((a, b) => a + b) / T);
      return engine.state();
    });
  assert.deepEqual(await run(3), await run(1));
});
