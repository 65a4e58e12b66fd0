/** Networks that are lists of layers: what they are asked for by, and what the readable engine makes of them. */

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { initBackend } from '../../../hosts/node/backend';
import { createEngine } from '../../../hosts/node/engines';
import { newHistory } from '../../../src/training/history';
import { smallMnist } from '../../../test/support/data';
import { LAYERS_WITH, NEURON_VALUES, WITH } from '../../../test/support/options';
import { fromNir, fromSafetensors, toNir, toSafetensors } from '../../formats/exchange';
import { decodeNetwork, layersModelFiles } from '../../formats/layers-model';
import { readRun } from '../../runs/document';
import { type EngineOptions, resolveEngineOptions } from '../options/engine';
import { type LayerOptions, readLayers, resolveLayers, shortForm, storeLayers } from '../options/layers';
import { DEFAULT_NEURON, NEURON, readNeuron, storeNeuron } from '../options/neuron-options';
import type { About } from '../options/schema';
import {
  foldNorm,
  initialNetwork,
  initialParameters,
  parameters,
  splitParameters,
  splitWeights,
  tauOf,
} from '../options/weights';
import { setWeights, snn } from '../tfjs/networks';
import { train } from '../train';

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

  const convolved = (convolve: object, more: object = {}) => ({
    layers: [{ convolve: { channels: 3, kernel: 5, ...convolve }, ...more }, {}],
  });
  const delayed = (delay: object) => ({ layers: [{ delay }] });
  const behind = (...layers: object[]) => ({ layers: [...layers, {}] });
  const kernel15 = { convolve: { channels: 3, kernel: 15 } };
  /** Options, the layer and the option that the message names, and what it found. */
  const wrong: [object, string, unknown][] = [
    [
      { hidden: 50, ...behind({ neurons: 50, recurrent: true }) },
      'hidden',
      'both; write it as layers: [{ neurons: 50 }, {}]',
    ],
    [{ layers: [] }, 'layers', 0],
    [{ layers: [{}, {}] }, 'layers[0]: neurons', 0],
    [{ layers: [{ neurons: 11 }] }, 'layers[0]: neurons of the last layer', 11],
    [{ layers: [{ recurrent: true }] }, 'layers[0]: recurrent', 'the outputs'],
    [{ layers: [{ synapse: { tau: 1 } }] }, 'layers[0]: tau of the synapse', 1],
    [delayed({ most: 2.5 }), 'layers[0]: most of the delay', 2.5],
    [{ layers: [{ neurons: 5 }, { delay: { most: 20 } }], T: 20 }, 'layers[1]: most of the delay', 20],
    [{ ...delayed({ most: 3 }), encoder: 'direct' }, 'encoder', "'direct'"],
    [{ layers: [kernel15, { delay: { most: 3 } }] }, 'layers[1]: delay', 'one that does'],
    [convolved({}, { neuron: { beta: 0.3 } }), 'layers[0]: beta', 0.3],
    [{ layers: [{ neuron: { beta: -1 } }] }, 'layers[0]: beta', -1],
    [{ layers: [{ learn: 'w' }] }, 'layers[0]: learn', "'w'"],
    [{ layers: [{ tau: 2 }] }, 'layers[0]: layer', "the option 'tau'"],
    // biome-ignore lint/suspicious/noSparseArray: a hole is what is tried
    [{ layers: [, {}] }, 'layers[0]: layer', undefined],
    [convolved({ kernel: 29 }), 'layers[0]: kernel', 29],
    [behind(kernel15, kernel15), 'layers[1]: kernel', 15],
    [convolved({ padding: 5 }), 'layers[0]: padding', 5],
    [behind({ convolve: null }), 'layers[0]: convolve', 'null; leave it out for its default'],
    [convolved({ shape: [2, 14, 14] }), 'shape', '2 × 14 × 14; say which channels, rows and columns they are'],
    [convolved({ shape: [1e6, 1e6, 1e6] }), 'layers[0]: inputs of the shape', 1e18],
    [behind({ neurons: 5 }, kernel15), 'layers[1]: convolve', 'behind one'],
    [convolved({ kernel: 1, shape: [784, 1, 1] }, { pool: 'spikes' }), 'layers[0]: pool', '1 × 1 × 3'],
    [behind({ neurons: 5, pool: 'spikes' }), 'layers[0]: pool', 'one that does not'],
    [behind({ neurons: 5, norm: 'batch' }), 'layers[0]: norm', 'one that does not'],
    [convolved({}, { norm: { scale: 0 } }), 'layers[0]: scale of the norm', 0],
    [convolved({ bias: 1 }), 'layers[0]: bias', 1],
    [convolved({ bias: true }, { norm: 'batch' }), 'layers[0]: bias', true],
    [convolved({}, { recurrent: true }), 'layers[0]: recurrent', 'one that does'],
    [convolved({}, { synapse: { tau: 3 } }), 'layers[0]: synapse', 'one that does'],
    [convolved({}, { learn: 'tau of each neuron' }), 'layers[0]: learn', 'one of each neuron'],
    [{ gain: 0 }, 'gain', 0],
    [{ shift: 5 }, 'shift', 5],
  ];
  test('is refused in one line that names the layer, the option and what is wrong', () => {
    for (const [options, where, found] of wrong) {
      assert.throws(
        () => resolveEngineOptions({ data, ...options } as EngineOptions),
        ({ name, message }: Error) =>
          name === 'RangeError' &&
          !message.includes('\n') &&
          message.startsWith(`${where}: expected `) &&
          message.endsWith(`, found ${found}`),
        `${where}, ${found}`,
      );
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

test('a history names layers, and a network of other layers refuses its state', async () => {
  const history = newHistory();
  const options: EngineOptions = { data, layers: rich, T: 2, batchSize: 32 };
  const engine = await createEngine('tfjs', options);
  await train({ engine, epochs: 1, history });
  await engine.close();
  assert.deepEqual(history.settings?.engine.layers, [
    { neurons: 14, recurrent: true, learn: 'tau' },
    { neurons: 6, neuron: { tau: 4, vReset: null }, synapse: { tau: 3 }, learn: 'tau of each neuron' },
    { synapse: { tau: 2 } },
  ]);
  const other = await createEngine('tfjs', { ...options, layers: [{ neurons: 14 }, {}] });
  await assert.rejects(
    train({ engine: other, epochs: 3, history }),
    /belongs to a run with .*engine\.layers\.0\.recurrent = true/,
  );
  assert.ok(history.state);
  await assert.rejects(other.restore(history.state), /weights: expected a Float32Array of 11116 numbers, found \d+/);
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
    assert.equal(shortForm(layers), undefined, `${name}: \`shortForm\` in packages/networks/options/layers.ts`);
    const { neuron } = layers[1];
    assert.deepEqual(
      readLayers(storeLayers(layers), neuron),
      layers,
      `${name}: \`storeLayers\` in packages/networks/options/layers.ts`,
    );
    const all = layers[0].neuron;
    assert.deepEqual(readNeuron(storeNeuron(all)), all, `${name}: packages/networks/options/neuron-options.ts`);
  }
});

for (const [name, tried] of Object.entries(LAYERS_WITH)) {
  const { convolve, ...option }: LayerOptions = tried[tried.length - 1];
  describe(`What a layer has, ${name}, is not forgotten`, () => {
    // Of images, which need no shape.
    const ofImages = convolve && { ...convolve, shape: undefined };
    const some = ofImages ? [{ ...option, convolve: ofImages }, { neurons: 12 }, {}] : [{ neurons: 12, ...option }, {}];
    const layers = resolveLayers({ layers: some });
    const [weights, { neuron }] = [initialParameters(1, layers), layers[layers.length - 1]];
    // Each neuron has learnt another τ, or NIR would have one for all, each channel another bias; delays stay in their range.
    splitParameters(weights, parameters(layers)).forEach((part, i) => {
      const { kind } = parameters(layers)[i];
      if (kind === 'delay') part.set(part.map((_, j) => (j % 30) / 10));
      else if (!/weight|recurrent/.test(kind)) part.set(part.map((w, j) => w + j / 10));
    });
    const saved = { weights, neuron, layers };

    test('by --hidden, nor by the text of records, nor by what tells weights apart', () => {
      assert.equal(shortForm(layers), undefined);
      assert.deepEqual(readLayers(storeLayers(layers), neuron), layers);
      const shapes = splitWeights(weights, layers).map(({ length }) => length);
      assert.deepEqual(
        shapes,
        parameters(layers).map(({ shape: [rows, columns] }) => rows * columns),
      );
    });

    test('by the checks of what it may be', () => {
      const [own] = tried as readonly Record<string, unknown>[];
      const value = Object(own[name]) === own[name] ? (own[name] as object) : undefined;
      for (const part of value ? Object.keys(value) : [name]) {
        const wrong = { ...own, [name]: value ? { ...value, [part]: 'wrong' } : 'wrong' };
        const asked = { layers: [own.convolve ? wrong : { neurons: 5, ...wrong }, {}] as LayerOptions[] };
        assert.throws(
          () => resolveLayers(asked),
          new RegExp(`^RangeError: layers\\[0\\]: ${part}.*: expected .*, found 'wrong'$`),
        );
      }
    });

    test('by a model and by safetensors; NIR says it, folds it, or refuses it', () => {
      const files = layersModelFiles(weights, neuron, undefined, undefined, layers);
      const network = decodeNetwork(
        (file) => file,
        (file) => files[file],
      );
      assert.deepEqual(network, saved);
      assert.deepEqual(fromSafetensors(toSafetensors(saved)), saved);
      let bytes: Uint8Array;
      try {
        bytes = toNir(saved);
      } catch (error) {
        assert.match(String(error), new RegExp(`^RangeError: .*${name}`));
        return;
      }
      if (name === 'norm') return assert.deepEqual(fromNir(bytes), { ...foldNorm(weights, layers), neuron });
      const kept = fromNir(bytes).layers?.[0][name as keyof typeof LAYERS_WITH];
      assert.deepEqual(kept ?? 'lost', layers[0][name as keyof typeof LAYERS_WITH]);
    });
  });
}

test('an option of neurons that one engine alone has is refused by the other, by its name, and by a run of it', async () => {
  // As the entry of such an option says it.
  const about: About = NEURON.fields.beta.about;
  const neuron = { beta: 0.3 };
  const layers = [{ neurons: 5, neuron }, {}];
  about.has = { engines: ['tfjs'] };
  try {
    await assert.rejects(createEngine('event', { data, layers }), {
      name: 'RangeError',
      message: "beta: expected 0 on the engine 'event'; use 'tfjs'",
    });
    for (const [engine, place] of [
      [{ neuron }, 'engine.neuron'],
      [{ layers }, 'engine.layers.0.neuron'],
    ] as const) {
      const message = `${place}.beta: expected engine.name 'tfjs' with it, found 'event'`;
      assert.throws(() => readRun({ engine }), { name: 'RangeError', message });
      readRun({ engine: { ...engine, name: 'tfjs' } });
    }
  } finally {
    delete about.has;
  }
});
