/**
 * `lif_fc_mnist --hidden`: what a run with a hidden layer leaves, and what its checkpoint continues; on Randman, too.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import * as datasets from '../../../../packages/formats/datasets';
import { fromFile } from '../../../../packages/formats/exchange';
import { readCheckpoint, readLayersModel, readNpy } from '../../../../packages/runs/node';
import { getWeights } from '../../../../src/snn/networks';
import { train } from '../../../../src/training/train';
import { forge } from '../../../../test/support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { assertCurvesWhole, copyOf, hashesOf, lifFcMnist, lifFcMnistEach } from '../../../../test/support/run';
import { initBackend, tf } from '../../backend';
import { createEngine } from '../../engines';

const small = temporaryFolder();
writeSmallMnist(small, 640, 200);
const DATA = ['--dataset-dir', small, '--skip-checksum', '--log-dir', 'out'];
const HIDDEN = [...DATA, '-T', '10', '--hidden', '13', '--lr', '2e-3'];

before(async () => {
  await initBackend();
});

function finished(args: string[], cwd?: string): string {
  const run = lifFcMnist(args, cwd);
  assert.equal(run.status, 0, run.stderr);
  return run.cwd;
}

const checkpointIn = (cwd: string) => join(cwd, 'out', 'checkpoint', 'checkpoint.json');

describe('a run with a hidden layer', () => {
  const cwd = finished([...HIDDEN, '-N', '2']);
  const out = join(cwd, 'out');

  test('leaves potentials and spikes of both layers, and the curves', () => {
    for (const [name, neurons] of [
      ['', 10],
      ['hidden_', 13],
    ] as const) {
      const v = readNpy(join(out, `${name}v_t_array.npy`));
      const spikes = readNpy(join(out, `${name}s_t_array.npy`));
      assert.deepEqual(
        [v.shape, spikes.shape],
        [
          [10, neurons],
          [10, neurons],
        ],
      );
      assert.ok(spikes.data.every((spike, i) => spike === 0 || (spike === 1 && v.data[i] === 0)));
    }
    assertCurvesWhole(out, 10, 2);
  });

  test('leaves a model that tf.loadLayersModel reads: flatten, dense, LIFNode, dense, LIFNode', async () => {
    const model = await tf.loadLayersModel(`file://${join(out, 'lif_snn_mnist', 'model.json')}`);
    const { weights } = readLayersModel(join(out, 'lif_snn_mnist'));
    assert.deepEqual(
      model.layers.map((layer) => layer.getClassName()),
      ['Flatten', 'Dense', 'LIFNode', 'Dense', 'LIFNode'],
    );
    assert.deepEqual(getWeights(model), weights);
    assert.deepEqual(readCheckpoint(checkpointIn(cwd)).history.state?.weights, weights);
    assert.deepEqual((model.apply(tf.zeros([1, 28, 28])) as tf.Tensor).shape, [1, 10]);
  });
});

for (const more of [
  ['--delay', '5', '--learn-delay', '--no-reset'],
  ['--rate-penalty', '2', '--rate-target', '0.1'],
  ['--beta', '0.3', '--tau-adapt', '30', '--no-reset'],
  ['--loss', 'cross-entropy', '--encoder', 'direct', '--readout', 'highest-potential', '--no-reset'],
  [
    '--hidden',
    '13,7',
    '--recurrent',
    '--synapse-tau',
    '3',
    '--learn-tau',
    'neuron',
    '--loss',
    'cross-entropy-each-step',
    '--no-reset',
  ],
]) {
  test(`a run with a hidden layer that is resumed ends in the same bytes ${more.join(' ')}`, () => {
    const whole = finished([...HIDDEN, ...more, '-N', '3', '--threads', '1']);
    const cwd = finished([...HIDDEN, ...more, '-N', '1', '--threads', '2']);
    finished([...DATA, '-N', '3', '--threads', '3', '--resume'], cwd);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(join(whole, 'out')));
    assert.equal(hashesOf(join(cwd, 'out')).length, 7);
  });
}

test('a run with several layers leaves them in its model and in what it exports, from which another run starts', async () => {
  const options = ['--hidden', '13,7', '--recurrent', '--synapse-tau', '3', '--learn-tau', 'layer'];
  const files = ['--save-nir', 'net.nir', '--save-safetensors', 'net.safetensors'];
  const cwd = finished([...DATA, '-T', '10', '-N', '1', ...options, ...files]);
  const { weights, layers } = readLayersModel(join(cwd, 'out', 'lif_snn_mnist'));
  assert.deepEqual(
    layers?.map(({ neurons, synapse, recurrent, learn }) => ({ neurons, synapse, recurrent, learn })),
    [13, 7, 10].map((neurons) => ({ neurons, synapse: { tau: 3 }, recurrent: neurons !== 10, learn: 'tau' })),
  );
  assert.deepEqual(readNpy(join(cwd, 'out', 'hidden_v_t_array.npy')).shape, [10, 7]);
  const read = (name: string) => fromFile(readFileSync(join(cwd, name)), name);
  assert.deepEqual(read('net.safetensors').weights, weights);
  assert.deepEqual(
    read('net.nir').layers?.map(({ neurons, recurrent }) => [neurons, recurrent]),
    [
      [13, true],
      [7, true],
      [10, false],
    ],
  );
  const again = [...DATA.slice(0, 3), '-T', '10', '-N', '1', '--log-dir', 'again', '--weights', 'net.safetensors'];
  finished([...again, ...options], cwd);
  const refused = lifFcMnist([...again, ...options.slice(0, 2), '--log-dir', 'third'], cwd);
  assert.equal(refused.status, 2);
  assert.match(
    refused.stderr,
    /^lif_fc_mnist: --weights: .*: expected the layers \[.*\], found \[.*\]; give the options [^\n]+\n$/,
  );
});

test('a run with delays leaves them in its model and in safetensors, from which another run with such delays starts', () => {
  const options = [...DATA, '-T', '10', '-N', '1', '--delay', '4', '--learn-delay'];
  const cwd = finished([...options, '--save-safetensors', 'net.safetensors']);
  const { weights, layers } = readLayersModel(join(cwd, 'out', 'lif_snn_mnist'));
  assert.deepEqual(layers?.[0].delay, { most: 4, learn: true });
  assert.deepEqual(fromFile(readFileSync(join(cwd, 'net.safetensors')), 'net.safetensors').weights, weights);
  const again = [...options, '--log-dir', 'again', '--weights', 'net.safetensors'];
  finished(again, cwd);
  const { status, stderr } = lifFcMnist([...again.map((word) => (word === '4' ? '3' : word)), '--overwrite'], cwd);
  assert.equal(status, 2);
  assert.match(
    stderr,
    /expected the layers \[.*"delay":\{"most":3.*\], found \[.*"delay":\{"most":4.*\]; give the options/,
  );
});

test('what a network cannot have together is refused in one line', () => {
  const cases = [
    [['--recurrent'], '--recurrent: expected a hidden layer, found none'],
    [['--hidden', '100,0'], '--hidden: expected a whole number from 1 to 800, or several such as 100,50, found 100,0'],
    [['--learn-tau', 'all'], '--learn-tau: expected none, layer or neuron, found all'],
  ] as const;
  const runs = lifFcMnistEach(cases.map(([args]) => ({ args: [...DATA, ...args] })));
  for (const [i, { status, stderr }] of runs.entries()) {
    assert.deepEqual([status, stderr], [2, `lif_fc_mnist: ${cases[i][1]}\n`]);
  }
});

describe('a run on Randman', () => {
  const options = [
    '--hidden',
    '13',
    '--tau',
    '20',
    '--no-decay-input',
    '--loss',
    'cross-entropy-counts',
    '--lr',
    '0.02',
  ];
  const randman = ['--dataset', 'randman', '-T', '20', ...options, '--log-dir', 'out'];
  const whole = finished([...randman, '-N', '2', '--save-figures']);
  const out = join(whole, 'out');

  test('leaves the files of one on MNIST, and the weights of the same training in a notebook', async () => {
    const data = datasets.randman({ T: 20 });
    const neuron = { tau: 20, decayInput: false };
    const engine = await createEngine('event', {
      data,
      hidden: 13,
      loss: 'cross-entropy-counts',
      learningRate: 0.02,
      neuron,
    });
    const { state, testAccs } = await train({ engine, epochs: 2 });
    await engine.close();
    assert.ok(testAccs[1] > 0.3, `${testAccs[1]} where chance is 0.1`);
    assert.deepEqual(readCheckpoint(checkpointIn(whole)).history.state?.weights, state?.weights);
    assert.deepEqual(Array.from(readNpy(join(out, 'test_accs.npy')).data), testAccs);
    assert.deepEqual(readNpy(join(out, 'hidden_s_t_array.npy')).shape, [20, 13]);
    assertCurvesWhole(out, 124, 2);
  });

  test('leaves a model that tf.loadLayersModel reads, without a layer that flattens images', async () => {
    const model = await tf.loadLayersModel(`file://${join(out, 'lif_snn_mnist', 'model.json')}`);
    assert.deepEqual(
      model.layers.map((layer) => layer.getClassName()),
      ['Dense', 'LIFNode', 'Dense', 'LIFNode'],
    );
    assert.deepEqual(getWeights(model), readCheckpoint(checkpointIn(whole)).history.state?.weights);
    assert.deepEqual((model.apply(tf.zeros([1, 20])) as tf.Tensor).shape, [1, 10]);
  });

  test('draws the figures, with the spikes of the first test sample where MNIST has its first image', () => {
    assert.ok(existsSync(join(out, '1d_spikes.png')));
    assert.match(readFileSync(join(out, 'input.svg'), 'utf8'), /The first test sample/);
  });

  test('that is resumed ends in the same bytes, and on other data in one line', () => {
    const cwd = finished([...randman, '-N', '1', '--threads', '1']);
    const resume = ['--resume', '-N', '2', '--log-dir', 'out'];
    const refused = lifFcMnist([...resume, '--dataset', 'mnist'], cwd);
    assert.match(
      refused.stderr,
      /^lif_fc_mnist: --dataset: expected randman as in the checkpoint, found mnist; [^\n]+\n$/,
    );
    const images = lifFcMnist([...resume, '--train-images', '100'], cwd);
    assert.match(images.stderr, /^lif_fc_mnist: --train-images: expected with --dataset mnist, found with [^\n]+\n$/);
    finished(resume, cwd);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(out));
  });

  test('on the tfjs engine is one, too', () => {
    const cwd = finished([...randman, '-N', '1', '-b', '2000', '--engine', 'tfjs']);
    assert.equal(readCheckpoint(checkpointIn(cwd)).history.state?.weights.length, 20 * 13 + 130);
  });
});

test('the tfjs engine trains a hidden layer and resumes, too', () => {
  const cwd = finished([...HIDDEN, '-N', '1', '-b', '64', '--engine', 'tfjs']);
  finished([...DATA, '-N', '2', '--resume'], cwd);
  assert.equal(readLayersModel(join(cwd, 'out', 'lif_snn_mnist')).weights.length, 784 * 13 + 130);
});

describe('a checkpoint of another width is refused in one line', () => {
  const single = finished([...DATA, '-T', '10', '-N', '1']);
  const wide = finished([...HIDDEN, '-N', '1']);
  const cases: [string, string, string[], RegExp][] = [
    [
      'without a hidden layer',
      single,
      ['--hidden', '13'],
      /--hidden: expected none as in the checkpoint, found 13; leave/,
    ],
    ['of 13 hidden neurons', wide, ['--hidden', '30'], /--hidden: expected 13 as in the checkpoint, found 30; leave/],
  ];
  const runs = lifFcMnistEach(cases.map(([, cwd, args]) => ({ args: [...DATA, '-N', '2', '--resume', ...args], cwd })));
  for (const [i, [what, , args, message]] of cases.entries()) {
    test(`${what}, with ${args.join(' ')}`, () => {
      const { status, stderr } = runs[i];
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1);
    });
  }

  test('that claims another one than its weights have', () => {
    for (const [hidden, message] of [
      [30, /expected 23820 weights after 5 batches in the checkpoint, found 10322/],
      [0.5, /expected a hidden layer of 1 to 800 neurons, or none in the checkpoint, found 0.5/],
    ] as const) {
      const cwd = copyOf(wide);
      forge(checkpointIn(cwd), { 'history.settings.hidden': hidden });
      assert.throws(() => readCheckpoint(checkpointIn(cwd)), message);
    }
    const cwd = copyOf(wide);
    for (const [layers, message] of [
      ['[{"neurons":13,"recurrent":true},{}]', /expected 10491 weights after 5 batches in the checkpoint, found 10322/],
      // What `hidden` says, a text that is no list, and a list of no layers.
      ['[{"neurons":13},{}]', /expected layers that a network can have, or none in the checkpoint, found '\[\{/],
      ['[', /expected layers that a network can have, or none in the checkpoint, found '\['/],
      ['[{"neurons":0},{}]', /expected layers that a network can have, or none in the checkpoint/],
    ] as const) {
      forge(checkpointIn(cwd), { 'history.settings.hidden': undefined, 'history.settings.layers': layers });
      assert.throws(() => readCheckpoint(checkpointIn(cwd)), message);
    }
  });
});
