import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { forge } from '../../../../test/support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import {
  assertCurvesWhole,
  assertRefused,
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
const RESUME = [...DATA, '--log-dir', 'out', '--resume'];

/** Runs to the end. */
function run(args: string[], cwd?: string) {
  const ended = lifFcMnist(args, cwd);
  assert.equal(ended.status, 0, ended.stderr);
  return ended;
}
const checkpointIn = (cwd: string) => join(cwd, 'out', 'checkpoint', 'checkpoint.json');

/** A run of two epochs, and one with other options of the training. */
const plain = run([...SMALL, '-N', '2', '--log-dir', 'out']).cwd;
const OTHER = [...SMALL, '--loss', 'cross-entropy', '--encoder', 'direct', '--set', 'engine.reset=false'];
const other = run([...OTHER, '-N', '1', '--log-dir', 'out']).cwd;

test('a run that is resumed with another log dir takes the curves of the epochs before with it', () => {
  const args = [...SMALL, '--out-dir', 'out', '--resume'];
  const cwd = copyOf(plain);
  run([...args, '-N', '4', '--log-dir', 'second'], cwd);
  assertCurvesWhole(join(cwd, 'second'), 20, 4);
  // Even with nothing left to train.
  run([...args, '--log-dir', 'third'], cwd);
  assertCurvesWhole(join(cwd, 'third'), 20, 4);
});

test('a finished run that is resumed says how to train on, and writes the same results again, and figures if asked for', () => {
  const cwd = copyOf(plain);
  // As if it had drawn figures, of which two are left.
  forge(checkpointIn(cwd), { saveFigures: true });
  const left = ['acc.svg', 'acc.png'].map((name) => join(cwd, 'out', name));
  for (const file of left) writeFileSync(file, 'former');
  const { stderr, stdout } = run([...RESUME, '--save-figures'], cwd);
  const advice = 'all 2 epochs are done; a larger -N, such as `-N 4`, trains on';
  assert.equal(stderr.split('\n')[0], `Nothing left to train in ${checkpointIn(cwd)}: ${advice}`);
  assert.match(stdout, /^Firing rate: .*\nSHA-256 of the weights: [0-9a-f]{64}\n$/);
  assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(join(plain, 'out')));
  for (const file of left) assert.notEqual(readFileSync(file, 'utf8'), 'former');
  assert.ok(existsSync(join(cwd, 'out', '1d_spikes.svg')));
  const further = run([...RESUME, '-N', '4'], cwd);
  assert.match(further.stderr, /^Resuming from .+: 2 of 4 epochs are done\n/);
  assert.match(further.stdout, /^Epoch 3: train_acc/m);
});

test('a run whose rate has fallen to 0 is not trained on', () => {
  const { cwd } = run([...SMALL, '-N', '1', '--schedule', 'cosine', '--log-dir', 'out']);
  assert.match(
    run(RESUME, cwd).stderr,
    /^Nothing left .*: its only epoch is done; its rate has fallen to 0, so a longer/,
  );
  const further = lifFcMnist([...RESUME, '-N', '2'], cwd);
  assert.equal(further.status, 2);
  assert.match(
    further.stderr,
    /^lif_fc_mnist: train\.epochs: expected 1 as in the checkpoint, where the schedule lets /,
  );
});

test('a checkpoint has the run as a document, in its shortest form', () => {
  const runIn = (cwd: string) => JSON.parse(readFileSync(checkpointIn(cwd), 'utf8')).run;
  assert.deepEqual(runIn(plain), { engine: { T: 10 }, train: { epochs: 2 } });
  const engine = { T: 10, loss: 'cross-entropy', encoder: 'direct', reset: false };
  assert.deepEqual(runIn(other), { engine, train: { epochs: 1 } });
});

describe('a run with options of its own', () => {
  const neuron = ['--surrogate', 'sigmoid', '--alpha', '3', '--detach-reset', '--no-decay-input', '--soft-reset'];
  const cases: [string, string[], string[], string][] = [
    ['of the neuron', [...SMALL, ...neuron], ['--alpha', '5'], 'engine.neuron.surrogateFunction.alpha'],
    ['that holds images back', [...SMALL, '--train-images', '400'], ['--train-images', '640'], 'train.images'],
    ['of the ANN', [...DATA, '--network', 'ann', '--loss', 'cross-entropy'], ['--network', 'snn'], 'engine.name'],
  ];
  for (const [name, args, given, path] of cases) {
    test(`${name} goes on with them to the same weights, and refuses others`, () => {
      const whole = run([...args, '-N', '3', '--log-dir', 'out']);
      const last = (stdout: string) => /SHA-256 of the weights: [0-9a-f]{64}\n$/.exec(stdout)?.[0];
      const { cwd, stdout } = run([...args, '-N', '1', '--log-dir', 'out']);
      const message = new RegExp(`${path}: expected .+ as in the checkpoint, found `);
      assertRefused([[[...RESUME, '-N', '3', ...given], message]], cwd);
      const resumed = run([...RESUME, '-N', '3'], cwd);
      assert.ok(last(whole.stdout));
      assert.equal(last(resumed.stdout), last(whole.stdout));
      assert.notEqual(last(stdout), last(whole.stdout));
      // What the epochs after the first have printed is the same, too.
      assert.ok(whole.stdout.endsWith(resumed.stdout), resumed.stdout);
    });
  }
});

test('a run is not changed by an option that comes later', () => {
  const ends = '; leave it out, or start a new run in another folder$';
  assertRefused(
    [
      ['--loss cross-entropy', 'engine.loss: expected mse as in the checkpoint, found cross-entropy'],
      ['--hidden 13', 'engine.layers.0.neurons: expected none as in the checkpoint, found 13'],
      ['--set engine.reset=false', 'engine.reset: expected true as in the checkpoint, found false'],
      ['--soft-reset', 'engine.neuron.vReset: expected 0 as in the checkpoint, found null'],
      ['--tau 5 --print-run', 'engine.neuron.tau: expected 2 as in the checkpoint, found 5'],
    ].map(([args, message]) => [[...RESUME, ...args.split(' ')], new RegExp(`${message}${ends}`)] as const),
    plain,
  );
});

describe('a checkpoint that somebody sends', () => {
  const LYING = ['victim.txt', 'out/notes.unfinished', 'out/v.npy.1.unfinished'];
  /** A copy of a run, in which other files lie about. */
  function copy(of: string): string {
    const cwd = copyOf(of);
    for (const name of LYING) writeFileSync(join(cwd, name), 'precious');
    return cwd;
  }
  const ARGS = [...RESUME, '-N', '3'];

  test('and that is not what the command line writes is refused in one line, and nothing changes', () => {
    const UNFIT = /checkpoint\.json: expected a checkpoint that fits what it says of itself, found one that/;
    const cutOff = (bytes: Buffer) => bytes.subarray(0, -4 * 1280);
    const cases: [Record<string, unknown>, RegExp, string?, ((bytes: Buffer) => Buffer)?][] = [
      [{ 'events.file': '../victim.txt', 'events.length': 3 }, UNFIT],
      [{ 'run.engine.outDir': 'elsewhere' }, UNFIT],
      [{ 'run.engine.name': 'ann' }, UNFIT],
      [{ 'run.engine.T': '10' }, UNFIT],
      [{ 'run.engine.T': 1e9 }, UNFIT],
      [{ 'run.train.epochs': null }, UNFIT],
      [{ 'run.engine': { T: 10, softReset: 'yes' } }, UNFIT],
      [{ digest: undefined }, UNFIT],
      [{ digest: '0' }, /--dataset-dir: expected the data of the checkpoint/],
      [{ 'run.engine': { T: 10, batchSize: 64 } }, UNFIT],
      [{ 'history.correct': 1 }, UNFIT],
      [{ version: 7 }, /expected a checkpoint of version 4, found version 7/],
      [{ 'arrays.potentials': 0 }, UNFIT, other, cutOff],
      [{ 'run.engine.loss': 'hinge' }, UNFIT, other],
    ];
    const copies = cases.map(([changes, , of = plain, change]) => {
      const cwd = copy(of);
      forge(checkpointIn(cwd), changes, change);
      return { cwd, before: contentsOf(cwd) };
    });
    const runs = lifFcMnistEach(copies.map(({ cwd }) => ({ args: ARGS, cwd })));
    for (const [i, [, message]] of cases.entries()) {
      assert.match(runs[i].stderr, message);
      assert.match(runs[i].stderr, /^lif_fc_mnist: [^\n]+\n$/);
      assert.ok(runs[i].status === 1 || runs[i].status === 2);
      assert.deepEqual(contentsOf(runs[i].cwd), copies[i].before);
    }
  });

  test('and that is honest is resumed, beside files that are not ours', () => {
    const cwd = copy(plain);
    forge(checkpointIn(cwd), {});
    run(ARGS, cwd);
    for (const name of LYING) assert.equal(readFileSync(join(cwd, name), 'utf8'), 'precious');
    assert.deepEqual(readdirSync(cwd).sort(), ['out', 'victim.txt']);
  });
});
