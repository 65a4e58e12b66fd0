import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatRun, isSameRun, type RunDocument, readRun, setPath } from '../document';
import {
  FLAGS,
  flagsOf,
  formatFlags,
  headingOf,
  isStandard,
  NAMES,
  type Name,
  nameValue,
  SHORTHANDS,
  splitFlags,
  tellSetting,
  valueIn,
  whyLacking,
  withValue,
} from '../shorthands';

/** What a name stands for, and two values with the documents that they make. */
const VALUES: { readonly [N in Name]: readonly [unknown, RunDocument] } = {
  dataset: ['rows', { data: 'rows', engine: { T: 28 } }],
  network: ['ann', { engine: { name: 'ann' } }],
  engine: ['tfjs', { engine: { name: 'tfjs' } }],
  hidden: ['100-50', { engine: { layers: [{ neurons: 100 }, { neurons: 50 }, {}] } }],
  loss: ['cross-entropy', { engine: { loss: 'cross-entropy' } }],
  surrogate: ['sigmoid', { engine: { neuron: { surrogateFunction: { name: 'sigmoid' } } } }],
  alpha: [3, { engine: { neuron: { surrogateFunction: { alpha: 3 } } } }],
  detachReset: [true, { engine: { neuron: { detachReset: true } } }],
  decayInput: [false, { engine: { neuron: { decayInput: false } } }],
  softReset: [true, { engine: { neuron: { vReset: null } } }],
  encoder: ['direct', { engine: { encoder: 'direct' } }],
  reset: [false, { engine: { reset: false } }],
  tau: [3, { engine: { neuron: { tau: 3 } } }],
  vThreshold: [0.5, { engine: { neuron: { vThreshold: 0.5 } } }],
  beta: [0.5, { engine: { neuron: { beta: 0.5 } } }],
  tauAdapt: [5, { engine: { neuron: { beta: 0.5, tauAdapt: 5 } } }],
  T: [5, { engine: { T: 5 } }],
  batchSize: [64, { engine: { batchSize: 64 } }],
  learningRate: [0.01, { engine: { learningRate: 0.01 } }],
  trainImages: [500, { train: { images: 500 } }],
  seed: [7, { engine: { seed: 7 } }],
  epochs: [3, { train: { epochs: 3 } }],
  convolve: [
    '3-4',
    {
      engine: {
        layers: [
          { convolve: { channels: 3, kernel: 5 }, pool: 'spikes' },
          { convolve: { channels: 4, kernel: 5 }, pool: 'spikes' },
          {},
        ],
      },
    },
  ],
  gain: [2, { engine: { gain: 2 } }],
  schedule: ['cosine', { train: { schedule: 'cosine' } }],
  shift: [1, { engine: { shift: 1 } }],
  readout: ['last-potential', { engine: { readout: 'last-potential' } }],
  synapseTau: [4, { engine: { layers: [{ neurons: 9, synapse: { tau: 4 } }, { synapse: { tau: 4 } }] } }],
  recurrent: [true, { engine: { layers: [{ neurons: 9, recurrent: true }, {}] } }],
  learnTau: ['layer', { engine: { layers: [{ neurons: 9, learn: 'tau' }, { learn: 'tau' }] } }],
};

/** What the option needs to mean something. */
const WITH: { readonly [N in Name]?: RunDocument } = {
  ...Object.fromEntries(['synapseTau', 'recurrent', 'learnTau'].map((name) => [name, { engine: { hidden: 9 } }])),
  tauAdapt: { engine: { neuron: { beta: 0.5 } } },
};

for (const [name, [value, expected]] of Object.entries(VALUES) as [Name, (typeof VALUES)[Name]][]) {
  test(`${name} stands for a part of the document, which it makes, reads, and takes back`, () => {
    const base = WITH[name] ?? {};
    const standard = valueIn(readRun(base), name);
    const made = withValue(base, name, value as never);
    assert.deepEqual(formatRun(made), expected);
    assert.equal(valueIn(readRun(made), name), value);
    assert.ok(isStandard(readRun(base), name) && !isStandard(readRun(made), name));
    assert.equal(SHORTHANDS[name].read(String(value), name), value);
    assert.ok(nameValue(name, value as never) !== '' && tellSetting(name, value as never) !== '');
    assert.ok(headingOf(name) !== '');
    if (name !== 'dataset') assert.ok(isSameRun(withValue(made, name, standard as never), base));
  });
}

test('each name has its place in the order of figures', () => {
  assert.deepEqual([...NAMES, 'engine'].sort(), Object.keys(VALUES).sort());
});

test('a value is read as people write it, and refused with what is expected', () => {
  const { hidden, gain, convolve, recurrent, synapseTau } = SHORTHANDS;
  assert.equal(hidden.read('100,50', '--hidden'), '100-50');
  assert.equal(gain.read('6,1e-3,1', '--gain'), '6-0.001-1');
  assert.deepEqual(formatRun(withValue({ engine: { hidden: 5 } }, 'gain', '6-0.001')).engine?.gain, [6, 0.001]);
  assert.equal(convolve.read('0', 'x'), 0);
  assert.equal(synapseTau.read('0', 'x'), 0);
  const several =
    /^RangeError: --hidden: expected a whole number from 1 to 800, or several such as 100,50, or 0, found '100,0'$/;
  assert.throws(() => hidden.read('100,0', '--hidden'), several);
  assert.throws(() => recurrent.read('yes', 'x'), /^RangeError: x: expected true or false, found 'yes'$/);
  assert.throws(() => withValue({}, 'recurrent', true), /^RangeError: recurrent: expected a hidden layer, found none$/);
});

test('a name leaves what it does not say', () => {
  const own = { engine: { neuron: { surrogateFunction: { name: 'sigmoid', alpha: 3 } as const } } };
  assert.deepEqual(withValue(own, 'surrogate', 'sigmoid'), own);
  const other = { engine: { neuron: { surrogateFunction: { name: 'rect' } } } };
  assert.deepEqual(withValue(own, 'surrogate', 'rect'), other, 'which has an alpha of its own');
  const layers = [{ convolve: { channels: 4, kernel: 3 }, norm: 'batch' as const }, {}];
  const network: RunDocument = { engine: { name: 'tfjs', layers } };
  const wider = [{ convolve: { channels: 8, kernel: 3 }, norm: 'batch' }, layers[1]];
  assert.deepEqual(withValue(network, 'convolve', '8'), { engine: { name: 'tfjs', layers: wider } });
});

test('adaptive hidden neurons may lead to outputs that are not', () => {
  const run: RunDocument = {
    engine: { neuron: { tauAdapt: 50 }, layers: [{ neurons: 5, neuron: { beta: 0.3 } }, {}] },
  };
  assert.deepEqual(formatRun(run), run);
});

test('a run is the same by the words of the command line', () => {
  const plain: RunDocument[] = [
    {},
    { engine: { name: 'ann', loss: 'cross-entropy' }, train: { epochs: 3, images: 900 } },
  ];
  const cases: [RunDocument, string][] = [
    [{}, ''],
    [{ data: 'rows', engine: { T: 28, hidden: 100 } }, '-T 28 --dataset rows --hidden 100'],
    [{ engine: { reset: false, neuron: { tau: 3 } } }, '--tau 3 --set engine.reset=false'],
    [
      { engine: { layers: [{ neurons: 9, synapse: { tau: 3 } }, { synapse: { tau: 4 } }] } },
      '--hidden 9 --set engine.layers.0.synapse.tau=3 --set engine.layers.1.synapse.tau=4',
    ],
    [
      { engine: { layers: [{ neurons: 9, learn: 'tau of each neuron' }, {}] } },
      "--hidden 9 --set 'engine.layers.0.learn=tau of each neuron'",
    ],
    [{ engine: { gain: [6, 1], hidden: 5 } }, '--hidden 5 --gain 6-1'],
  ];
  for (const [run, words] of cases) assert.equal(formatFlags(run), words);
  for (const run of [...plain, ...cases.map(([run]) => run), ...Object.values(VALUES).map(([, run]) => run)])
    assert.ok(isSameRun(runOf(flagsOf(run)), run), formatFlags(run));
});

/** What the command line makes of such words. */
function runOf(words: string[]): RunDocument {
  let run: RunDocument = {};
  for (let i = 0; i < words.length; i++) {
    if (words[i] === '--set') {
      const [path, ...value] = words[++i].split('=');
      const text = value.join('=');
      let read: unknown = text;
      try {
        read = JSON.parse(text);
      } catch {
        // A text.
      }
      run = setPath(run, path, read);
      continue;
    }
    const name = (Object.keys(FLAGS) as Name[]).find((name) =>
      splitFlags(FLAGS[name] as string).includes(words[i]),
    ) as Name;
    const isSwitch = !FLAGS[name]?.includes('<');
    const value = isSwitch ? !words[i].startsWith('--no-') : SHORTHANDS[name].read(words[++i], name);
    run = withValue(run, name, value as never);
  }
  return run;
}

test('what a run has not has no value, and a reason', () => {
  assert.equal(whyLacking('tau', { engine: { name: 'ann' } }), 'an ANN has none');
  assert.equal(whyLacking('encoder', { data: 'rows' }), 'MNIST by rows has none');
  assert.equal(valueIn(readRun({ data: 'randman' }), 'trainImages'), null);
  assert.equal(valueIn(readRun({ data: 'randman', train: { images: 5000 } }), 'trainImages'), 5000);
  assert.equal(whyLacking('tau', {}), undefined);
  assert.equal(valueIn(readRun({ engine: { name: 'ann' } }), 'tau'), null);
});
