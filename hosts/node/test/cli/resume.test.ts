import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { forge } from '../../../../test/support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import {
  assertCurvesWhole,
  contentsOf,
  copyOf,
  hashesOf,
  lifFcMnist,
  lifFcMnistEach,
} from '../../../../test/support/run';

const small = temporaryFolder();
writeSmallMnist(small, 640, 200);
const DATA = ['--dataset-dir', small, '--skip-checksum'];
const SMALL = [...DATA, '-T', '10'];

test('a run that is resumed with another log dir takes the curves of the epochs before with it', () => {
  const run = [...SMALL, '--out-dir', 'out'];
  const { cwd } = lifFcMnist([...run, '-N', '2', '--log-dir', 'first']);
  const resumed = lifFcMnist([...run, '-N', '4', '--log-dir', 'second', '--resume'], cwd);
  assert.equal(resumed.status, 0, resumed.stderr);
  assertCurvesWhole(join(cwd, 'second'), 20, 4);
  // Even with nothing left to train.
  const finished = lifFcMnist([...run, '--log-dir', 'third', '--resume'], cwd);
  assert.equal(finished.status, 0, finished.stderr);
  assertCurvesWhole(join(cwd, 'third'), 20, 4);
});

test('a finished run that is resumed says how to train on, and writes the same results again, and figures if asked for', () => {
  const { cwd } = lifFcMnist([...SMALL, '-N', '2', '--log-dir', 'out']);
  const advice = `all 2 epochs are done; a larger -N, such as \`-N 4\`, trains on`;
  const before = hashesOf(join(cwd, 'out'));
  // As if it had drawn figures, of which two are left.
  const left = ['acc.svg', 'acc.png'].map((name) => join(cwd, 'out', name));
  for (const figures of [[], ['--save-figures']]) {
    if (figures.length > 0) {
      forge(join(cwd, 'out', 'checkpoint', 'checkpoint.json'), { 'options.saveFigures': true });
      for (const file of left) writeFileSync(file, 'former');
    }
    const resumed = lifFcMnist([...DATA, '--log-dir', 'out', '--resume', ...figures], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.equal(
      resumed.stderr.split('\n')[0],
      `Nothing left to train in ${join(cwd, 'out', 'checkpoint', 'checkpoint.json')}: ${advice}`,
    );
    assert.match(resumed.stdout, /^Firing rate: .*\nSHA-256 of the weights: [0-9a-f]{64}\n$/);
    assert.deepEqual(hashesOf(join(cwd, 'out')), before);
  }
  for (const file of left) assert.notEqual(readFileSync(file, 'utf8'), 'former');
  assert.ok(existsSync(join(cwd, 'out', '1d_spikes.svg')));
  const further = lifFcMnist([...DATA, '--log-dir', 'out', '--resume', '-N', '4'], cwd);
  assert.match(further.stderr, /^Resuming from .+: 2 of 4 epochs are done\n/);
  assert.match(further.stdout, /^Epoch 3: train_acc/m);
});

test('a run whose rate has fallen to 0 is not trained on, and what was not compared of other data is said', () => {
  const { cwd } = lifFcMnist([...SMALL, '-N', '1', '--schedule', 'cosine', '--log-dir', 'out']);
  const resume = (...more: string[]) => lifFcMnist([...DATA, '--log-dir', 'out', '--resume', ...more], cwd);
  const { status, stderr } = resume();
  assert.equal(status, 0);
  assert.match(
    stderr,
    /^Nothing left .*: its only epoch is done; its rate has fallen to 0, so a longer run begins anew/,
  );
  assert.match(stderr, /^--skip-checksum: of the images, the first 1000 and all labels are those of the checkpoint/m);
  const further = resume('-N', '2');
  assert.equal(further.status, 2);
  assert.match(
    further.stderr,
    /^lif_fc_mnist: -N\/--epoch: expected 1 as in the checkpoint, where --schedule cosine .*\n$/,
  );
});

describe('options that came later', () => {
  const other = ['--loss', 'cross-entropy', '--encoder', 'direct', '--no-reset'];
  const optionsIn = (cwd: string) =>
    JSON.parse(readFileSync(join(cwd, 'out', 'checkpoint', 'checkpoint.json'), 'utf8')).options;
  const start = (given: string[]) => lifFcMnist([...SMALL, ...given, '-N', '1', '--log-dir', 'out']).cwd;
  const RESUME = [...DATA, '--resume', '-N', '2', '--log-dir', 'out'];
  const resume = (cwd: string, given: string[]) => lifFcMnist([...RESUME, ...given], cwd);
  const otherRun = start(other);

  test('are left out of a checkpoint while they have their defaults, so it is that of before', () => {
    const cwd = start([]);
    assert.deepEqual(Object.keys(optionsIn(cwd)), [
      'dataset',
      ...['batchSize', 'timesteps', 'learningRate', 'tau', 'epoch', 'engine', 'seed', 'surrogate', 'saveFigures'],
    ]);
    const others = [
      [['--loss', 'cross-entropy'], '--loss: expected mse as in the checkpoint, found cross-entropy'],
      [['--encoder', 'direct'], '--encoder: expected poisson as in the checkpoint, found direct'],
      [['--no-reset'], '--no-reset: expected no such switch as in the checkpoint, found it'],
    ] as const;
    const runs = lifFcMnistEach(others.map(([given]) => ({ args: [...RESUME, ...given], cwd })));
    for (const [i, [, message]] of others.entries()) {
      const { status, stderr } = runs[i];
      assert.equal(status, 2);
      assert.equal(stderr, `lif_fc_mnist: ${message}; leave it out, or start a new run in another folder\n`);
    }
    assert.equal(resume(cwd, ['--loss', 'mse', '--encoder', 'poisson']).status, 0);
  });

  test('are taken over from the checkpoint', () => {
    const cwd = copyOf(otherRun);
    const { loss, encoder, reset } = optionsIn(cwd);
    assert.deepEqual([loss, encoder, reset], ['cross-entropy', 'direct', false]);
    const refused = resume(cwd, ['--loss', 'mse']);
    assert.match(refused.stderr, /--loss: expected cross-entropy as in the checkpoint, found mse; /);
    assert.equal(resume(cwd, ['--no-reset']).status, 0);
    const whole = lifFcMnist([...SMALL, ...other, '-N', '2', '--log-dir', 'out']);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(join(whole.cwd, 'out')));
  });

  const forged: [string, Record<string, unknown>, ((bytes: Buffer) => Buffer) | undefined, RegExp][] = [
    [
      'lacks its potentials',
      { 'arrays.potentials': undefined },
      (bytes: Buffer) => bytes.subarray(0, -4 * 1280),
      /checkpoint\.json: expected 1280 potentials, found 0$/m,
    ],
    ['has half a row of potentials', { 'arrays.potentials': 1275 }, undefined, /expected a whole number of potentials/],
    ['has no switch where one belongs', { 'options.reset': 1 }, undefined, /a value that --no-reset takes, found 1$/m],
    ['has another loss', { 'options.loss': 'hinge' }, undefined, /a value that --loss takes, found "hinge"$/m],
    [
      'has potentials and resets its neurons',
      { 'options.reset': true },
      undefined,
      /expected 0 potentials, found 1280$/m,
    ],
  ];
  const refused = lifFcMnistEach(
    forged.map(([, changes, change]) => {
      const cwd = copyOf(otherRun);
      forge(join(cwd, 'out', 'checkpoint', 'checkpoint.json'), changes, change);
      return { args: RESUME, cwd };
    }),
  );
  for (const [i, [name, , , message]] of forged.entries()) {
    test(`a checkpoint that ${name} is refused in one line`, () => {
      const { status, stderr } = refused[i];
      assert.equal(status, 1);
      assert.match(stderr, message);
      assert.match(stderr, /^lif_fc_mnist: [^\n]+\n$/);
    });
  }
});

describe('a run with options of its own', () => {
  const neuron = ['--surrogate', 'sigmoid', '--alpha', '3', '--detach-reset', '--no-decay-input', '--soft-reset'];
  const cases: [string, string[], string[]][] = [
    ['of the neuron', [...SMALL, ...neuron], ['--alpha', '4']],
    ['of the training', [...SMALL, '--loss', 'cross-entropy', '--encoder', 'direct', '--no-reset'], ['--loss', 'mse']],
    ['that holds images back', [...SMALL, '--train-images', '400'], ['--train-images', '640']],
    ['of the ANN', [...DATA, '--network', 'ann', '--loss', 'cross-entropy'], ['--network', 'snn']],
  ];
  for (const [name, args, other] of cases) {
    test(`${name} goes on with them to the same weights, and refuses others`, () => {
      const whole = lifFcMnist([...args, '-N', '3', '--log-dir', 'out']);
      assert.equal(whole.status, 0, whole.stderr);
      const last = (stdout: string) => /SHA-256 of the weights: [0-9a-f]{64}\n$/.exec(stdout)?.[0];
      const { cwd, stdout } = lifFcMnist([...args, '-N', '1', '--log-dir', 'out']);
      const refused = lifFcMnist([...DATA, '--resume', '-N', '3', '--log-dir', 'out', ...other], cwd);
      assert.match(
        refused.stderr,
        new RegExp(`^lif_fc_mnist: ${other[0]}: expected [^ ]+ as in the checkpoint, found `),
      );
      assert.equal(refused.status, 2);
      const resumed = lifFcMnist([...DATA, '--resume', '-N', '3', '--log-dir', 'out'], cwd);
      assert.equal(resumed.status, 0, resumed.stderr);
      assert.ok(last(whole.stdout));
      assert.equal(last(resumed.stdout), last(whole.stdout));
      assert.notEqual(last(stdout), last(whole.stdout));
      // What the epochs after the first have printed is the same, too.
      assert.ok(whole.stdout.endsWith(resumed.stdout), resumed.stdout);
    });
  }

  test('is not changed by a switch that comes later', () => {
    const { cwd } = lifFcMnist([...SMALL, '-N', '1', '--log-dir', 'out']);
    const switches = ['--detach-reset', '--no-decay-input', '--soft-reset'];
    const runs = lifFcMnistEach(
      switches.map((name) => ({ args: [...DATA, '--resume', '--log-dir', 'out', name], cwd })),
    );
    for (const [i, name] of switches.entries()) {
      const advice = 'leave it out, or start a new run in another folder';
      assert.equal(
        runs[i].stderr,
        `lif_fc_mnist: ${name}: expected no such switch as in the checkpoint, found it; ${advice}\n`,
      );
    }
  });
});

describe('a checkpoint that somebody sends', () => {
  const sent = lifFcMnist([...SMALL, '-N', '2', '--log-dir', 'out']);
  assert.equal(sent.status, 0, sent.stderr);

  /** A copy of that run, in which other files lie about. */
  function copy(): { cwd: string; file: string } {
    const cwd = copyOf(sent.cwd);
    for (const name of ['victim.txt', 'out/notes.unfinished', 'out/v.npy.1.unfinished']) {
      writeFileSync(join(cwd, name), 'precious');
    }
    return { cwd, file: join(cwd, 'out', 'checkpoint', 'checkpoint.json') };
  }

  const cases: [string, Record<string, unknown>, RegExp][] = [
    [
      'names an event file elsewhere',
      { 'events.file': '../victim.txt', 'events.length': 3 },
      /the bare name of an events/,
    ],
    [
      'names an array as event file',
      { 'events.file': 'v_t_array.npy', 'events.length': 3 },
      /the bare name of an events/,
    ],
    [
      'sets the out dir',
      { 'options.outDir': 'elsewhere' },
      /expected only options that a run cannot change, found outDir/,
    ],
    ['opens a window', { 'options.show': true }, /expected only options that a run cannot change, found show/],
    ['has an option that nobody knows', { 'options.x': 1 }, /expected only options .*, found x/],
    ['has no time steps', { 'options.timesteps': undefined }, /a value that -T\/--timesteps takes, found none/],
    ['has time steps as text', { 'options.timesteps': '10' }, /a value that -T\/--timesteps takes, found "10"/],
    ['has too many time steps', { 'options.timesteps': 1e9 }, /a value that -T\/--timesteps takes, found 1000000000/],
    ['has no number of epochs', { 'options.epoch': null }, /a value that -N\/--epoch takes, found null/],
    ['has an engine of its own', { 'options.engine': '../../x' }, /a value that --engine takes, found "\.\.\/\.\.\/x"/],
    ['has no checksum of the data', { 'options.dataset': undefined }, /expected the checksum of the data, found none/],
    ['is for other data', { 'options.dataset': '0' }, /--dataset-dir: expected the data of the checkpoint/],
    ['has another batch size', { 'options.batchSize': 64 }, /expected 10 batches per epoch, found 10 batches after 2/],
    ['has an alpha that is none', { 'options.alpha': 0 }, /a value that --alpha takes, found 0/],
    ['has a switch that is text', { 'options.softReset': 'yes' }, /a value that --soft-reset takes, found "yes"/],
    ['is of the ANN, but has a time constant', { 'options.network': 'ann' }, /expected only options .*, found /],
    ['has other held-back images', { 'arrays.heldBack': 1 }, /held-back images after each epoch, or none .*, found 1/],
    ['has more correct images than images', { 'history.correct': 1 }, /expected 5 batches per epoch/],
    ['is of another version', { version: 7 }, /expected a checkpoint of version 2, found version 7/],
  ];
  const copies = cases.map(([, changes]) => {
    const { cwd, file } = copy();
    forge(file, changes);
    return { cwd, before: contentsOf(cwd) };
  });
  const args = [...DATA, '--resume', '-N', '3', '--log-dir', 'out'];
  const runs = lifFcMnistEach(copies.map(({ cwd }) => ({ args, cwd })));
  for (const [i, [name, , message]] of cases.entries()) {
    test(`and that ${name} is refused in one line, and nothing changes`, () => {
      const run = runs[i];
      assert.match(run.stderr, message);
      assert.match(run.stderr, /^lif_fc_mnist: [^\n]+\n$/);
      assert.ok(run.status === 1 || run.status === 2);
      assert.equal(run.stdout, '');
      assert.deepEqual(contentsOf(run.cwd), copies[i].before);
    });
  }

  test('and that is honest is resumed, beside files that are not ours', () => {
    const { cwd, file } = copy();
    forge(file, {});
    const run = lifFcMnist(args, cwd);
    assert.equal(run.status, 0, run.stderr);
    for (const name of ['victim.txt', 'out/notes.unfinished', 'out/v.npy.1.unfinished']) {
      assert.equal(readFileSync(join(cwd, name), 'utf8'), 'precious');
    }
    assert.deepEqual(readdirSync(cwd).sort(), ['out', 'victim.txt']);
  });
});
