import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smallMnist } from '../../../test/support/data';
import { randman } from '../../formats/datasets/randman';
import { rows } from '../../formats/datasets/rows';
import { atOnce, films } from '../../formats/datasets/scenes';
import { yinYang } from '../../formats/datasets/yin-yang';
import { countInputs, isSpikeTrains } from '../../networks/spike-trains';
import {
  flatten,
  formatRun,
  isSameRun,
  layersOfRun,
  type RunDocument,
  readRun,
  setPath,
  shownBy,
  unflatten,
} from '../document';

const DELAYED: RunDocument = {
  engine: { T: 20, neuron: { tau: 3 }, layers: [{ neurons: 96, delay: { most: 8, learn: true } }, {}] },
  train: { epochs: 3, images: 50_000, schedule: 'cosine' },
};
const CONVOLVED: RunDocument = {
  engine: {
    name: 'tfjs',
    T: 4,
    batchSize: 64,
    neuron: { vReset: null, surrogateFunction: { name: 'sigmoid' } },
    layers: [
      { convolve: { channels: 12, kernel: 5 }, norm: { scale: 1 }, pool: 'spikes', learn: 'tau' },
      { neurons: 30, neuron: { tau: 5, surrogateFunction: { alpha: 3 } }, recurrent: true },
      { synapse: { tau: 4 } },
    ],
    ratePenalty: { weight: 2 },
    readout: 'mean-potential',
    encoder: 'direct',
    gain: [6, 12, 1],
  },
};
const OWN = { folder: 'leaves', sha256: '0123456789abcdef'.repeat(4), shape: [3, 20, 30], classes: 20 };
const CANONICAL: readonly RunDocument[] = [
  {},
  DELAYED,
  CONVOLVED,
  { data: 'rows', engine: { T: 28, neuron: { beta: 0.3, tauAdapt: 5 } } },
  { data: 'yin-yang', engine: { layers: [{ neurons: 5 }, {}], reset: false } },
  { data: { ...OWN, test: 0.5, seed: 3 }, engine: { layers: [{ neurons: 9 }, { neurons: 20 }], shift: 2 } },
  { data: { ...OWN, shape: [700] }, engine: { T: 20, layers: [{ neurons: 20 }] } },
  { engine: { name: 'ann', loss: 'cross-entropy' }, train: { images: 500 } },
  { data: 'films', engine: { T: 12, layers: [{ neurons: 5, delay: { most: 4 } }, {}] }, train: { images: 1600 } },
  { data: 'films-at-once', engine: { name: 'ann', layers: [{ neurons: 50 }, {}] } },
  // The layer has a surrogate's defaults, and would inherit the other one.
  {
    engine: {
      neuron: { surrogateFunction: { name: 'sigmoid' } },
      layers: [{ neurons: 9, neuron: { surrogateFunction: {} } }, {}],
    },
  },
];

test('a run is read, written in its shortest form, and read as the same again', () => {
  for (const run of CANONICAL) {
    assert.deepEqual(formatRun(run), run);
    const read = readRun(run);
    assert.equal(JSON.stringify(formatRun(read as RunDocument)), JSON.stringify(run));
    assert.deepEqual(readRun(formatRun(run)), read);
  }
});

test('what says the same in other words is the same run', () => {
  const pairs: [RunDocument, RunDocument][] = [
    [{ engine: { hidden: 96 } }, { engine: { layers: [{ neurons: 96 }, {}] } }],
    [{ engine: { name: 'ann', hidden: 96 } }, { engine: { name: 'ann', layers: [{ neurons: 96 }, {}] } }],
    [{ data: 'mnist', engine: { T: 100, layers: [{ neurons: 10 }] }, train: { epochs: 100 } }, {}],
    [{ engine: { neuron: { tau: 9 }, layers: [{ neuron: { tau: 2 } }] } }, {}],
    [
      { engine: { neuron: { surrogateFunction: { name: 'rect', alpha: 1 } } } },
      { engine: { neuron: { surrogateFunction: { name: 'rect' } } } },
    ],
    [{ data: 'rows' }, { data: 'rows', engine: { T: 28 } }],
    [{ train: { images: 60_000 } }, {}],
    [{ engine: { seed: -0, neuron: { vReset: -0 } } }, {}],
  ];
  for (const [one, other] of pairs) assert.ok(isSameRun(one, other), JSON.stringify(one));
  // Potentials would keep the sign of a reset to −0.
  const neuron = { vReset: -0 };
  const read = readRun({ engine: { neuron, layers: [{ neurons: 9, neuron }, {}] } });
  assert.deepEqual(
    layersOfRun(read).map((layer) => layer.neuron.vReset),
    [0, 0],
  );
  assert.ok(!isSameRun({ engine: { neuron: { tau: 2 } } }, { engine: { neuron: { tau: 3 } } }));
});

test('what is not a run is refused in one line that names the path', () => {
  const cases: [unknown, RegExp][] = [
    [null, /^run: expected an object, found null$/],
    [[], /^run: expected an object, found an array$/],
    [{ dat: 'mnist' }, /^dat: expected data, engine or train, found the option 'dat'$/],
    [{ data: { folder: 'leaves' } }, /^data\.sha256: expected what the command line finds in the folder, found none$/],
    [{ data: { ...OWN, sha256: 'x' } }, /^data\.sha256: expected 64 hexadecimal digits, found 'x'$/],
    [{ data: { ...OWN, shape: [20, 30] } }, /^data\.shape: expected \[channels, rows, columns\] or \[units\], found /],
    [
      { data: { ...OWN, shape: [2, 20, 30] } },
      /^data\.shape: channels: expected 1 \(grey\) or 3 \(colours\), found 2$/,
    ],
    [{ data: { ...OWN, shape: [5000] } }, /^data\.shape\.0: expected a whole number from 1 to 4096, found 5000$/],
    [
      { data: { ...OWN, shape: [700] }, engine: { name: 'ann' } },
      /^data: expected 'mnist' or 'films' or 'films-at-once' with engine\.name 'ann', or images of one's own, found spike trains$/,
    ],
    [
      { data: { ...OWN, shape: [700] }, engine: { shift: 1 } },
      /^engine\.shift: .* found with data of one's own; leave /,
    ],
    [
      { data: 'cifar' },
      /^data: expected 'mnist', 'films', 'films-at-once', 'randman', 'rows' or 'yin-yang', found 'cifar'$/,
    ],
    [JSON.parse('{ "__proto__": 1 }'), /^__proto__: expected data, engine or train, /],
    [{ engine: 'fast' }, /^engine: expected an object, found 'fast'$/],
    [{ engine: { T: '10' } }, /^engine\.T: expected a whole number from 1 to 10000, found '10'$/],
    [{ engine: { T: null } }, /^engine\.T: expected a whole number from 1 to 10000, found null$/],
    [{ engine: { neuron: { tau: 1 } } }, /^engine\.neuron\.tau: expected a finite number above 1, found 1$/],
    [{ engine: { neuron: { tua: 3 } } }, /^engine\.neuron\.tua: expected tau, .*, found the option 'tua'$/],
    [{ engine: { threads: 2 } }, /^engine\.threads: expected name, seed, /],
    [{ engine: { layers: [] } }, /^length of engine\.layers: expected a whole number from 1 to 20, found 0$/],
    [
      { engine: { layers: [{ neurons: 5 }] } },
      /^engine\.layers\.0\.neurons: expected a whole number from 10 to 10, found 5$/,
    ],
    [{ engine: { layers: [{}, {}] } }, /^engine\.layers\.0\.neurons: expected a whole number from 1 to 800, found 0$/],
    [
      { engine: { layers: [{ delay: { most: 'x' } }] } },
      /^engine\.layers\.0\.delay\.most: expected a whole number from 1 to 100, found 'x'$/,
    ],
    [{ engine: { layers: [{ delay: {} }] } }, /^engine\.layers\.0\.delay\.most: expected a whole number /],
    [
      { engine: { T: 8, layers: [{ delay: { most: 8 } }] } },
      /^engine\.layers\.0\.delay\.most: expected fewer than T = 8 steps, found 8$/,
    ],
    [
      { engine: { layers: [{ synapse: {} }] } },
      /^engine\.layers\.0\.synapse\.tau: expected a finite number above 1, found undefined$/,
    ],
    [
      { engine: { layers: [{ recurrent: true }] } },
      /^engine\.layers\.0\.recurrent: expected a hidden layer, found the outputs$/,
    ],
    [
      { engine: { layers: [{ convolve: { channels: 2, kernel: 5 }, norm: 'batch' }, {}] } },
      /^engine\.layers\.0\.norm: expected engine\.name 'tfjs' with it, found 'event'$/,
    ],
    [
      { engine: { layers: [{ convolve: { channels: 2, kernel: 5, stride: 6 } }, {}] } },
      /^engine\.layers\.0\.convolve\.stride: expected /,
    ],
    [
      { engine: { layers: [{ convolve: { channels: 2, kernel: 5 }, neurons: 7 }, {}] } },
      /^engine\.layers\.0\.neurons: expected /,
    ],
    [
      { data: 'rows', engine: { layers: [{ convolve: { channels: 2, kernel: 5 } }, {}] } },
      /^engine\.layers\.0\.convolve\.shape: expected the 28 inputs/,
    ],
    [{ engine: { hidden: 0 } }, /^engine\.hidden: expected a whole number from 1 to 800, found 0$/],
    [{ engine: { hidden: 5, layers: [{}] } }, /^engine\.hidden: expected hidden or layers, found both$/],
    [{ engine: { gain: [1, 2] } }, /^engine\.gain: expected one number, or 1, found 2$/],
    [{ engine: { gain: [0] } }, /^engine\.gain\.0: expected a finite number above 0, found 0$/],
    [{ engine: { ratePenalty: { weight: 1 } } }, /^engine\.ratePenalty: expected a network with a hidden layer/],
    [
      { engine: { ratePenalty: { target: 1 } } },
      /^engine\.ratePenalty\.weight: expected a finite number above 0, found undefined/,
    ],
    [
      { engine: { readout: 'last-potential', loss: 'cross-entropy-counts' } },
      /^engine\.loss: expected 'mse', 'cross-entropy' or 'cross-entropy-each-step' with readout 'last-potential'/,
    ],
    [{ engine: { neuron: { tauAdapt: 5 } } }, /^engine\.neuron\.tauAdapt: expected beta with it/],
    [
      { engine: { layers: [{ neurons: 5, neuron: { tauAdapt: 5 } }, {}] } },
      /^engine\.layers\.0\.neuron\.tauAdapt: expected beta with it, found 5 without$/,
    ],
    [
      { engine: { name: 'tfjs', layers: [{ convolve: { channels: 2, kernel: 5 }, norm: {} }, {}] } },
      /^engine\.layers\.0\.norm\.scale: expected a finite number above 0, found undefined$/,
    ],
    [
      { engine: { layers: [{ convolve: { channels: 2, kernel: 5, shape: [1, 4000, 4000] } }, {}] } },
      /^engine\.layers\.0\.convolve\.shape: expected a whole number .*, found 16000000 inputs$/,
    ],
    [{ engine: { neuron: { vReset: 'x' } } }, /^engine\.neuron\.vReset: expected a finite number, or null, found 'x'$/],
    [
      { engine: { batchSize: 128 }, train: { images: 100 } },
      /^engine\.batchSize: expected at most the 100 training images, found 128$/,
    ],
    [
      { data: 'randman', engine: { encoder: 'direct' } },
      /^engine\.encoder: expected with data 'mnist', found with data 'randman'; leave it out/,
    ],
    [
      { data: 'randman', train: { images: 5 } },
      /^engine\.batchSize: expected at most the 5 training images, found 128$/,
    ],
    [{ data: 'randman', engine: { T: 1 } }, /^engine\.T: expected at least 2 with data 'randman', found 1$/],
    [{ data: 'rows', engine: { T: 10 } }, /^engine\.T: expected 28, the steps of the data, found 10$/],
    [
      { data: 'rows', engine: { name: 'ann' } },
      /^data: expected 'mnist' or 'films' or 'films-at-once' with engine\.name 'ann', or images of one's own, found 'rows'$/,
    ],
    [
      { data: 'films-at-once' },
      /^engine\.name: expected 'ann' with data 'films-at-once', whose time is gone, found 'event'$/,
    ],
    [
      { engine: { name: 'ann', layers: [{ neurons: 5, recurrent: true }, {}] } },
      /^engine\.layers: expected with a spiking network/,
    ],
    [
      { engine: { name: 'ann', T: 10 } },
      /^engine\.T: expected with a spiking network, found with engine\.name 'ann'; leave it out/,
    ],
    [{ engine: { name: 'ann', neuron: {} } }, /^engine\.neuron: expected with a spiking network/],
    [
      { engine: { name: 'ann', loss: 'cross-entropy-counts' } },
      /^engine\.loss: expected 'mse' or 'cross-entropy' with engine\.name 'ann'/,
    ],
    [{ train: { epochs: 0 } }, /^train\.epochs: expected a whole number from 1 to 100000, found 0$/],
  ];
  for (const [run, message] of cases) {
    assert.throws(
      () => readRun(run),
      (error: Error) => {
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
      JSON.stringify(run),
    );
  }
  assert.throws(() => readRun({ engine: { T: 0 } }, 'a.json'), /^RangeError: a\.json: engine\.T: expected /);
});

test('a flat table of a run is read as the run', () => {
  assert.deepEqual(flatten(DELAYED), {
    'engine.T': 20,
    'engine.neuron.tau': 3,
    'engine.layers.0.neurons': 96,
    'engine.layers.0.delay.most': 8,
    'engine.layers.0.delay.learn': true,
    'engine.layers.1': '{}',
    'train.epochs': 3,
    'train.images': 50_000,
    'train.schedule': 'cosine',
  });
  for (const run of CANONICAL) assert.deepEqual(unflatten(flatten(run)), run);
  assert.throws(() => unflatten({ 'engine.layers.1.neurons': 3 }), /^RangeError: engine\.layers\.1: expected /);
  assert.throws(
    () => unflatten({ '__proto__.data': 'rows' }),
    /^RangeError: __proto__: expected data, engine or train/,
  );
});

describe('an option is set by its path', () => {
  test('in a copy', () => {
    const before = structuredClone(DELAYED);
    const after = setPath(DELAYED, 'engine.layers.0.delay.most', 9);
    assert.equal(flatten(after)['engine.layers.0.delay.most'], 9);
    assert.deepEqual(DELAYED, before);
    assert.deepEqual(setPath({}, 'engine.layers.0.synapse.tau', 3), { engine: { layers: [{ synapse: { tau: 3 } }] } });
    assert.deepEqual(setPath({ engine: { hidden: 7 } }, 'engine.layers.1.learn', 'tau').engine?.layers, [
      { neurons: 7 },
      { learn: 'tau' },
    ]);
  });

  test('and refused where there is no such place', () => {
    const cases: [string, RegExp][] = [
      ['engine.layers.2.neurons', /^RangeError: engine\.layers\.2: expected an entry from 0 to 1, found 2$/],
      ['engine.layers.x', /^RangeError: engine\.layers\.x: expected a whole number, found 'x'$/],
      ['engine.T.x', /^RangeError: engine\.T\.x: expected a path that ends before 'x', found more$/],
      ['engine.neuron.tua', /^RangeError: engine\.neuron\.tua: expected tau, .*, found the option 'tua'$/],
      ['', /^RangeError: : expected data, engine or train/],
      ['engine.gain.0', /^RangeError: engine\.gain\.0: expected no such entry, found 0$/],
    ];
    for (const [path, message] of cases) assert.throws(() => setPath(DELAYED, path, 1), message);
  });
});

test('what a run knows of the data is what they are', () => {
  const images = smallMnist(20, 10);
  const moving = films();
  const all = {
    ...{ mnist: images, rows: rows(images), randman: randman({ T: 30 }), 'yin-yang': yinYang({ T: 30 }) },
    ...{ films: moving, 'films-at-once': atOnce(moving) },
  };
  for (const [name, data] of Object.entries(all)) {
    const steps = isSpikeTrains(data) ? { steps: data.T } : {};
    assert.deepEqual(shownBy(name as keyof typeof all, 30), { inputs: countInputs(data), ...steps });
  }
});
