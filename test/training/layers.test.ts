/** Networks that are lists of layers: what they are asked for by, and what the readable engine makes of them. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { initBackend } from '../../hosts/node/backend';
import { createEngine } from '../../hosts/node/engines';
import { forwardMode } from '../../packages/event-engine/test/float64';
import { fromNir, fromSafetensors, toNir, toSafetensors } from '../../packages/formats/exchange';
import { decodeNetwork, layersModelFiles } from '../../packages/formats/layers-model';
import { type Engine, type EngineOptions, freshState, resolveEngineOptions } from '../../src/common/engine';
import { type LayerOptions, readLayers, resolveLayers, shortForm, storeLayers } from '../../src/common/layers';
import { DEFAULT_NEURON, readNeuron, storeNeuron } from '../../src/common/neuron-options';
import { makeSpikeTrains } from '../../src/common/spike-trains';
import type { Trace } from '../../src/common/trace';
import {
  foldNorm,
  initialNetwork,
  initialParameters,
  parameters,
  splitParameters,
  splitWeights,
  tauOf,
} from '../../src/common/weights';
import { getWeights, layersOf, setWeights, snn } from '../../src/snn/networks';
import { newHistory } from '../../src/training/history';
import { train } from '../../src/training/train';
import { smallMnist, temporaryFolder } from '../support/data';
import { assertClose } from '../support/golden';
import { LAYERS_WITH, NEURON_VALUES, WITH } from '../support/options';

before(async () => {
  await initBackend();
});

const data = smallMnist(64, 10);
const rich: LayerOptions[] = [
  { neurons: 14, recurrent: true, learn: 'tau' },
  { neurons: 6, synapse: { tau: 3 }, learn: 'tau of each neuron', neuron: { tau: 4, vReset: null } },
  { synapse: { tau: 2 } },
];

describe('A list of layers', () => {
  test('that --hidden can say is what hidden says, and any other has no hidden', () => {
    const { layers, ...long } = resolveEngineOptions({ data, layers: [{ neurons: 96 }, {}], neuron: { tau: 3 } });
    const short = resolveEngineOptions({ data, hidden: 96, neuron: { tau: 3 } });
    assert.deepEqual({ ...long, layers }, short);
    assert.equal(resolveEngineOptions({ data, layers: [{}] }).hidden, undefined);
    const own = resolveEngineOptions({ data, layers: [{ neurons: 96 }, { neuron: { tau: 3 } }] });
    assert.deepEqual([own.hidden, own.neuron.tau, own.layers[0].neuron.tau], [undefined, 3, 2]);
    const shaped = (shape?: readonly [number, number, number]) =>
      resolveEngineOptions({ data, layers: [{ convolve: { channels: 2, kernel: 5, ...(shape && { shape }) } }, {}] });
    assert.deepEqual(shaped([1, 28, 28]), shaped());
    // What was resolved can be resolved again.
    for (const options of [short, own]) assert.deepEqual(resolveEngineOptions(options), options);
  });

  const convolved = (convolve: object, more: object = {}): Partial<EngineOptions> => ({
    layers: [{ convolve: { channels: 3, kernel: 5, ...convolve }, ...more }, {}] as LayerOptions[],
  });
  const wrong: [Partial<EngineOptions>, string][] = [
    [
      { hidden: 50, layers: [{ neurons: 50, recurrent: true }, {}] },
      'hidden: expected hidden or layers, found both; write it as layers: [{ neurons: 50 }, {}]',
    ],
    [{ layers: [] }, 'layers: expected a whole number from 1 to 20, found 0'],
    [{ layers: 5 as never }, 'layers: expected an array, found 5'],
    [{ layers: [{}, {}] }, 'layers[0]: neurons: expected a whole number from 1 to 800, found 0'],
    [
      { layers: [{ neurons: 11 }] },
      'layers[0]: neurons of the last layer: expected a whole number from 10 to 10, found 11',
    ],
    [{ layers: [{ recurrent: true }] }, 'layers[0]: recurrent: expected a hidden layer, found the outputs'],
    [{ layers: [{ synapse: { tau: 1 } }] }, 'layers[0]: tau of the synapse: expected a finite number above 1, found 1'],
    [
      { layers: [{ synapse: null as never }] },
      'layers[0]: tau of the synapse: expected a finite number above 1, found undefined',
    ],
    [
      { layers: [{ delay: { most: 2.5 } }] },
      'layers[0]: most of the delay: expected a whole number from 1 to 100, found 2.5',
    ],
    [
      { layers: [{ delay: null as never }] },
      'layers[0]: most of the delay: expected a whole number from 1 to 100, found undefined',
    ],
    [
      { layers: [{ delay: { most: 3, learn: 1 as never } }] },
      'layers[0]: learn of the delay: expected true or false, found 1',
    ],
    [
      { layers: [{ delay: { most: 3, least: 1 } as never }] },
      "layers[0]: delay: expected most or learn, found the option 'least'",
    ],
    [
      { layers: [{ neurons: 5 }, { delay: { most: 20 } }], T: 20 },
      'layers[1]: most of the delay: expected fewer than T = 20 steps, found 20',
    ],
    [
      { layers: [{ delay: { most: 3 } }], encoder: 'direct' },
      "encoder: expected spikes, which the delays of the first layer need, found 'direct'",
    ],
    [
      { layers: [{ convolve: { channels: 3, kernel: 5 } }, { delay: { most: 3 } }] },
      'layers[1]: delay: expected a network that does not convolve, found one that does',
    ],
    [
      { layers: [{ convolve: { channels: 3, kernel: 5 }, neuron: { beta: 0.3 } }, {}] },
      'layers[0]: beta: expected 0 of neurons that convolve, found 0.3',
    ],
    [{ layers: [{ neuron: { beta: -1 } }] }, 'layers[0]: beta: expected a finite number above 0, found -1'],
    [{ layers: [{ neuron: { tauAdapt: 1 } }] }, 'layers[0]: tauAdapt: expected a finite number above 1, found 1'],
    [{ layers: [{ learn: 'w' as never }] }, "layers[0]: learn: expected 'tau' or 'tau of each neuron', found 'w'"],
    [{ layers: [{ neuron: { tau: 0 } }] }, 'layers[0]: tau: expected a finite number above 1, found 0'],
    [
      { layers: [{ convolve: { channels: 3, kernel: 29 } }, {}] },
      'layers[0]: kernel: expected a whole number from 1 to 15, found 29',
    ],
    [
      { layers: [{ convolve: { channels: 3, kernel: 15 } }, { convolve: { channels: 3, kernel: 15 } }, {}] },
      'layers[1]: kernel: expected at most 14, as large as the map, found 15',
    ],
    [convolved({ stride: 0 }), 'layers[0]: stride: expected a whole number from 1 to 5, found 0'],
    [convolved({ padding: 5 }), 'layers[0]: padding: expected a whole number from 0 to 4, found 5'],
    [convolved({ channels: 1e6 }), 'layers[0]: channels: expected a whole number from 1 to 96, found 1000000'],
    [convolved({ kernel: undefined }), 'layers[0]: kernel: expected a whole number from 1 to 15, found undefined'],
    [
      convolved({ size: 3 }),
      "layers[0]: convolve: expected channels, kernel, stride, padding, bias or shape, found the option 'size'",
    ],
    [
      { layers: [{ convolve: null as never }, {}] },
      'layers[0]: convolve: expected a value, found null; leave it out for its default',
    ],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
    [{ layers: [, {}] as never }, 'layers[0]: layer: expected an object of options, found undefined'],
    [
      convolved({ shape: [2, 14, 14] }),
      'shape: expected the 784 inputs of the data, found 2 × 14 × 14; say which channels, rows and columns they are',
    ],
    [convolved({ shape: [28, 28] }), 'layers[0]: shape: expected [channels, height, width], found an array'],
    [
      // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
      convolved({ shape: [1, , 28] }),
      'layers[0]: height of the shape: expected a whole number of at least 1, found undefined',
    ],
    [
      convolved({ shape: [1e6, 1e6, 1e6] }),
      'layers[0]: inputs of the shape: expected a whole number from 1 to 4096, found 1000000000000000000',
    ],
    [
      { layers: [{ neurons: 5 }, { convolve: { channels: 3, kernel: 5 } }, {}] },
      'layers[1]: convolve: expected before all layers that do not convolve, found behind one',
    ],
    [
      { layers: [{ convolve: { channels: 3, kernel: 1, shape: [784, 1, 1] }, pool: 'spikes' }, {}] },
      'layers[0]: pool: expected a map of at least 2 × 2, found 1 × 1 × 3',
    ],
    [
      { layers: [{ neurons: 5, pool: 'spikes' }, {}] },
      'layers[0]: pool: expected a layer that convolves, found one that does not',
    ],
    [
      { layers: [{ neurons: 5, norm: 'batch' }, {}] },
      'layers[0]: norm: expected a layer that convolves, found one that does not',
    ],
    [convolved({}, { norm: 'layer' as never }), "layers[0]: norm: expected 'batch' or { scale }, found 'layer'"],
    [convolved({}, { norm: { scale: 0 } }), 'layers[0]: scale of the norm: expected a finite number above 0, found 0'],
    [convolved({}, { norm: { alpha: 1 } as never }), "layers[0]: norm: expected scale, found the option 'alpha'"],
    [convolved({ bias: 1 }), 'layers[0]: bias: expected true or false, found 1'],
    [
      convolved({ bias: true }, { norm: 'batch' }),
      'layers[0]: bias: expected none beside norm, which learns one, found true',
    ],
    [convolved({}, { pool: 'sums' as never }), "layers[0]: pool: expected 'spikes' or 'currents', found 'sums'"],
    [
      convolved({}, { recurrent: true }),
      'layers[0]: recurrent: expected a layer that does not convolve, found one that does',
    ],
    [
      convolved({}, { synapse: { tau: 3 } }),
      'layers[0]: synapse: expected a layer that does not convolve, found one that does',
    ],
    [
      convolved({}, { learn: 'tau of each neuron' }),
      "layers[0]: learn: expected 'tau', as neurons that convolve share their weights, found one of each neuron",
    ],
    [{ ...convolved({}), gain: [1] }, 'gain: expected one number, or 2, found 1'],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
    [{ ...convolved({}), gain: [1, ,] as never }, 'gain: expected a finite number above 0, found undefined'],
    [{ gain: 0 }, 'gain: expected a finite number above 0, found 0'],
    [{ shift: 5 }, 'shift: expected a whole number from 0 to 4, found 5'],
    [
      { layers: [{ tau: 2 } as never] },
      "layers[0]: layer: expected neurons, convolve, norm, pool, neuron, synapse, delay, recurrent or learn, found the option 'tau'",
    ],
  ];
  test('is refused in one line that names the layer and what is wrong', () => {
    for (const [options, message] of wrong) {
      assert.throws(() => resolveEngineOptions({ data, ...options }), { name: 'RangeError', message });
    }
  });

  test('has its parameters in one order, and each begins with a stream of its own', () => {
    const { layers } = resolveEngineOptions({ data, layers: rich });
    assert.deepEqual(
      parameters(layers).map(({ name, shape }) => `${name} ${shape.join(' x ')}`),
      [
        ...['dense/kernel 784 x 14', 'recurrent/kernel 14 x 14', 'recurrent/w 1 x 1', 'dense_1/kernel 14 x 6'],
        ...['lif_1/w 1 x 6', 'dense_2/kernel 6 x 10'],
      ],
    );
    const numbers = initialParameters(3, layers);
    const [first, R, w, middle, each, last] = splitParameters(numbers, parameters(layers));
    assert.deepEqual(first, splitParameters(initialNetwork(3, 14), parameters(layers))[0]);
    assert.ok(Math.abs(tauOf(w[0]) - 2) < 1e-6 && each.every((one) => Math.abs(tauOf(one) - 4) < 1e-6));
    for (const [part, inputs] of [
      [R, 14],
      [middle, 14],
      [last, 6],
    ] as const) {
      assert.ok(part.every((weight) => Math.abs(weight) <= 1 / Math.sqrt(inputs)));
    }
    assert.equal(new Set([R, middle, last, first].map((part) => part[0] / Math.max(...part))).size, 4);
  });
});

const NETWORKS: [string, Partial<EngineOptions>][] = [
  ['rich', { layers: rich, neuron: { vThreshold: 0.5 } }],
  [
    'each step',
    {
      layers: [{ neurons: 9, recurrent: true, synapse: { tau: 5 }, learn: 'tau' }, { learn: 'tau' }],
      readout: 'mean-potential',
      loss: 'cross-entropy',
    },
  ],
  [
    'delays',
    {
      layers: [
        { neurons: 12, delay: { most: 6, learn: true } },
        { delay: { most: 3 }, synapse: { tau: 2 } },
      ],
      neuron: { vThreshold: 0.4 },
      loss: 'cross-entropy-counts',
    },
  ],
  [
    'slow',
    {
      layers: [{ neurons: 12, learn: 'tau of each neuron', synapse: { tau: 2 } }, {}],
      neuron: { tau: 10, decayInput: false, detachReset: true },
      loss: 'cross-entropy-counts',
    },
  ],
];
for (const [name, options] of NETWORKS) {
  for (const stepMode of ['single', 'multi'] as const) {
    test(`the readable engine's gradient is that of float64 in forward mode, ${stepMode} step: ${name}`, async () => {
      const [T, inputs] = [30, 9];
      const times = Array.from({ length: 60 }, (_, i) => (i * 37) % T);
      const trains = [{ units: times.map((t, i) => (t * t + i) % inputs), times }];
      const split = { trains, labels: [4] };
      const given = makeSpikeTrains({ units: inputs, T, train: split, test: split });
      const engine = await createEngine('tfjs', { data: given, stepMode, ...options });
      const { layers, readout, loss } = engine.options;
      const all = parameters(layers, inputs);
      const numbers = initialParameters(2, layers, inputs);
      splitParameters(numbers, all).forEach((part, i) => {
        if (all[i].kind !== 'w' && all[i].kind !== 'delay') part.set(part.map((value) => 5 * value));
      });
      await engine.restore(freshState(numbers));
      const result = await engine.trainBatch(0, Uint32Array.of(0));
      const { m } = await engine.state();
      await engine.close();
      const input = new Uint8Array(T * inputs);
      for (const [i, t] of times.entries()) input[t * inputs + trains[0].units[i]] = 1;
      for (const kind of new Set(all.map((each) => each.kind))) {
        const along = numbers.map((_, i) => Math.sin(i + 1));
        splitParameters(along, all).forEach((part, i) => {
          if (all[i].kind !== kind) part.fill(0);
        });
        const exact = forwardMode(input, numbers, along, { T, inputs, layers, readout, loss: loss as 'mse', label: 4 });
        assert.ok(exact.slope !== 0);
        const slope = m.reduce((sum, value, i) => sum + 10 * value * along[i], 0);
        assertClose([result.loss], [exact.loss], 1e-5 * Math.max(1, exact.loss), 'loss');
        assertClose([slope], [exact.slope], 2e-4 * Math.max(1, Math.abs(exact.slope)), kind);
      }
    });
  }
}

test('a readable training of any layers is resumed to the byte, and a network of other layers refuses its state', async () => {
  const options: EngineOptions = { data, layers: rich, T: 4, batchSize: 16, learningRate: 0.01 };
  const run = async (parts: number[]) => {
    const history = newHistory();
    for (const epochs of parts) {
      const engine = await createEngine('tfjs', options);
      await train({ engine, epochs, history });
      await engine.close();
    }
    return history;
  };
  const whole = await run([2]);
  assert.deepEqual(await run([1, 2]), whole);
  assert.equal(
    whole.settings?.layers,
    '[{"neurons":14,"recurrent":true,"learn":"tau"},{"neurons":6,"neuron":{"tau":4,"vReset":null},"synapse":{"tau":3},"learn":"tau of each neuron"},{"neurons":10,"synapse":{"tau":2}}]',
  );
  const other = await createEngine('tfjs', { ...options, layers: [{ neurons: 14 }, {}] });
  await assert.rejects(train({ engine: other, epochs: 3, history: whole }), /belongs to a run with .*layers = /);
  assert.ok(whole.state);
  await assert.rejects(other.restore(whole.state), /weights: expected a Float32Array of 11116 numbers, found \d+/);
});

test('a network that is handed in brings its layers along', async () => {
  const network = snn({ layers: rich, readout: 'last-potential' });
  const engine = await createEngine('tfjs', { data, network, readout: 'last-potential', T: 3 });
  const { layers } = resolveEngineOptions({ data, layers: rich });
  assert.deepEqual(engine.options.layers, layers);
  assert.deepEqual(engine.options.neuron, { ...DEFAULT_NEURON });
  const { hidden } = await engine.trace({ split: 'test', epoch: 0, index: 0 });
  assert.deepEqual([hidden?.h.length, hidden?.hidden?.h.length], [18, 42]);
  await assert.rejects(createEngine('tfjs', { data, network, layers: rich, readout: 'last-potential' }), {
    message: 'layers: expected none, since the network has neurons of its own, found options',
  });
});

describe('A batch norm', () => {
  const convolve = { channels: 5, kernel: 5, stride: 2 };
  const normed: LayerOptions[] = [
    { convolve, norm: 'batch', pool: 'spikes' },
    { convolve: { channels: 6, kernel: 3 }, norm: { scale: 2 }, pool: 'currents', learn: 'tau' },
    {},
  ];
  const options: EngineOptions = {
    data,
    layers: normed,
    T: 4,
    batchSize: 16,
    learningRate: 1e-3,
    encoder: 'direct',
    neuron: { vThreshold: 0.3 },
    gain: [1, 1, 8],
  };
  const batch = (b: number) => Uint32Array.from({ length: 16 }, (_, i) => 16 * b + i);

  test('is folded into weights and biases: each spike of all layers stays as it is, on both engines', async () => {
    const engine = await createEngine('tfjs', options);
    for (let b = 0; b < 24; b++) await engine.trainBatch(0, batch(b % 4));
    const { weights } = await engine.state();
    const folded = foldNorm(weights, engine.options.layers);
    assert.deepEqual(
      folded.layers.map(({ norm, convolve }) => [norm, convolve?.bias]),
      [
        [undefined, true],
        [undefined, true],
        [undefined, undefined],
      ],
    );
    const spikesOf = async (engine: Engine) => {
      const all = [];
      for (let index = 0; index < 10; index++) {
        const trace = await engine.trace({ split: 'test', epoch: 0, index });
        for (let at: Trace | undefined = trace; at; at = at.hidden) all.push(at.spike);
      }
      await engine.close();
      return all;
    };
    const wanted = await spikesOf(engine);
    for (const layer of [0, 1, 2]) {
      const share = wanted
        .filter((_, i) => i % 3 === layer)
        .map((s) => s.reduce((sum, one) => sum + one, 0) / s.length);
      assert.ok(
        share.some((each) => each > 0.01 && each < 0.99),
        `layer ${2 - layer} fires: ${share}`,
      );
    }
    for (const name of ['tfjs', 'event'] as const) {
      const other = await createEngine(name, { ...options, layers: folded.layers });
      await other.restore(freshState(folded.weights));
      assert.deepEqual(await spikesOf(other), wanted, name);
    }
  });

  test('begins with weights of 1, or of its scale times the threshold, and changes nothing else', () => {
    const layers = resolveLayers({ layers: normed, neuron: { vThreshold: 0.25 } });
    const kinds = parameters(layers).map(({ kind, layer }) => `${kind} ${layer}`);
    const found = splitParameters(initialParameters(3, layers), parameters(layers));
    const values = (kind: string) => [...new Set(found[kinds.indexOf(kind)])];
    assert.deepEqual(['norm weight 0', 'norm bias 0', 'running mean 0', 'running variance 0'].map(values), [
      [1],
      [0],
      [0],
      [1],
    ]);
    assert.deepEqual(['norm weight 1', 'norm bias 1', 'running mean 1', 'running variance 1'].map(values), [
      [0.5],
      [0],
      [0],
      [1],
    ]);
    const without = resolveLayers({ layers: normed.map(({ norm, ...layer }) => layer) });
    assert.deepEqual(found[0], splitParameters(initialParameters(3, without), parameters(without))[0]);
  });

  test('is in a model that TensorFlow.js itself saves, with its scale', async () => {
    const network = snn({ layers: normed });
    const folder = join(temporaryFolder(), 'normed');
    await network.save(`file://${folder}`);
    const loaded = await tf.loadLayersModel(`file://${join(folder, 'model.json')}`);
    assert.deepEqual(layersOf(loaded), layersOf(network));
    assert.deepEqual(getWeights(loaded), getWeights(network));
  });

  test('is refused in one line where it cannot train, and with statistics that cannot be', async () => {
    await assert.rejects(createEngine('event', options), {
      name: 'RangeError',
      message:
        "norm: expected none on the engine 'event'; train on 'tfjs', then networks.foldNorm(weights, layers) makes weights and biases of it",
    });
    await assert.rejects(createEngine('tfjs', { ...options, stepMode: 'single' } as EngineOptions), {
      name: 'RangeError',
      message: "stepMode: expected 'multi' with a norm, whose statistics are of all steps, found 'single'",
    });
    const engine = await createEngine('tfjs', options);
    const state = await engine.state();
    const at = parameters(engine.options.layers).findIndex(({ kind }) => kind === 'running variance');
    splitParameters(state.weights, parameters(engine.options.layers))[at][2] = -1;
    const message = 'weights: expected running variances of 0 or more, found -1';
    await assert.rejects(engine.restore(state), { name: 'RangeError', message });
    assert.throws(() => setWeights(snn({ layers: normed }), state.weights), { name: 'RangeError', message });
    await engine.close();
    // A map of one position, one step and one image have no variance.
    const small: EngineOptions = {
      ...options,
      gain: 1,
      T: 1,
      layers: [{ convolve: { channels: 2, kernel: 1, shape: [784, 1, 1] }, norm: 'batch' }, {}],
    };
    const single = await createEngine('tfjs', small);
    await assert.rejects(single.trainBatch(0, Uint32Array.of(0)), {
      name: 'RangeError',
      message: 'BatchNorm2d: expected at least two values of each channel, found one',
    });
    await single.close();
  });
});

test('What the neurons of one layer have is in the text of records, and what all have beside it', () => {
  for (const [name, [value]] of Object.entries(NEURON_VALUES)) {
    const layers = resolveLayers({ layers: [{ neurons: 12, neuron: { [name]: value } }, {}], neuron: WITH[name] });
    assert.equal(shortForm(layers), undefined, `${name}: \`shortForm\` in src/common/layers.ts`);
    const { neuron } = layers[1];
    assert.deepEqual(
      readLayers(storeLayers(layers), neuron),
      layers,
      `${name}: \`storeLayers\` in src/common/layers.ts`,
    );
    const all = layers[0].neuron;
    assert.deepEqual(readNeuron(storeNeuron(all)), all, `${name}: src/common/neuron-options.ts`);
  }
});

for (const [name, tried] of Object.entries(LAYERS_WITH)) {
  const { convolve, ...option }: LayerOptions = tried[tried.length - 1];
  describe(`What a layer has, ${name}, is not forgotten`, () => {
    // Of images, which need no shape.
    const ofImages = convolve && { ...convolve, shape: undefined };
    const some = ofImages ? [{ ...option, convolve: ofImages }, { neurons: 12 }, {}] : [{ neurons: 12, ...option }, {}];
    const layers = resolveLayers({ layers: some });
    const plain = [{ neurons: 12 }, {}];
    const [weights, { neuron }] = [initialParameters(1, layers), layers[layers.length - 1]];
    // Each neuron has learnt another τ, or NIR would have one for all, each channel another bias; delays stay in their range.
    splitParameters(weights, parameters(layers)).forEach((part, i) => {
      const { kind } = parameters(layers)[i];
      if (kind === 'delay') part.set(part.map((_, j) => (j % 30) / 10));
      else if (!/weight|recurrent/.test(kind)) part.set(part.map((w, j) => w + j / 10));
    });
    const saved = { weights, neuron, layers };
    const files = layersModelFiles(weights, neuron, undefined, undefined, layers);

    test('by --hidden, nor by the text of records, nor by what tells weights apart', () => {
      assert.equal(shortForm(layers), undefined);
      assert.deepEqual(readLayers(storeLayers(layers), neuron), layers);
      const shapes = splitWeights(weights, layers).map(({ length }) => length);
      assert.deepEqual(
        shapes,
        parameters(layers).map(({ shape: [rows, columns] }) => rows * columns),
      );
    });

    test('by a network, nor by its model, which TensorFlow.js and `decodeNetwork` read', async () => {
      assert.deepEqual(layersOf(snn({ layers })), layers);
      const model = JSON.parse(new TextDecoder().decode(files['model.json']));
      const weightSpecs = model.weightsManifest[0].weights;
      const [weightData] = [Uint8Array.from(files['weights.bin']).buffer];
      const { modelTopology } = model;
      const read = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology, weightSpecs, weightData }));
      assert.deepEqual(layersOf(read), layers);
      // So does what TensorFlow.js would save by itself.
      const own = await tf.models.modelFromJSON({ modelTopology: read.toJSON(null, false) as never });
      assert.deepEqual(layersOf(own), layers);
      own.dispose();
      assert.deepEqual(
        decodeNetwork(
          (file) => file,
          (file) => files[file],
        ),
        saved,
      );
    });

    test('by safetensors; NIR says it, folds it, or refuses it', () => {
      assert.deepEqual(fromSafetensors(toSafetensors(saved)), saved);
      let bytes: Uint8Array;
      try {
        bytes = toNir(saved);
      } catch (error) {
        assert.match(String(error), new RegExp(`^RangeError: .*${name}`));
        return;
      }
      const folded = foldNorm(weights, layers);
      if (name === 'norm') return assert.deepEqual(fromNir(bytes), { ...folded, neuron });
      assert.deepEqual(
        fromNir(bytes).layers?.[0][name as keyof typeof LAYERS_WITH] ?? 'lost',
        layers[0][name as keyof typeof LAYERS_WITH],
      );
    });

    test('by the readable engine; the fast one does the same, or refuses it', async () => {
      const trained = async (engine: 'event' | 'tfjs', layers: LayerOptions[]) => {
        const made = await createEngine(engine, { data, layers, T: 20, batchSize: 16, neuron: { vThreshold: 0.2 } });
        for (let b = 0; b < 3; b++)
          await made.trainBatch(
            0,
            Uint32Array.from({ length: 16 }, (_, i) => 16 * b + i),
          );
        const state = await made.state();
        await made.close();
        return state.weights;
      };
      const [readable, without] = [await trained('tfjs', layers), await trained('tfjs', plain)];
      assert.notDeepEqual(readable.subarray(0, 784 * 12), without.subarray(0, 784 * 12));
      const fast = await trained('event', layers).catch((error) => {
        assert.match(String(error), new RegExp(`^RangeError: .*${name}`));
      });
      if (fast) assertClose(fast, readable, 1e-3, 'weights');
    });
  });
}
