import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { after, describe, test } from 'node:test';
import { readCheckpoint, readNpy } from '../../../../packages/runs/node';
import { projectPath } from '../../../../packages/system/files';
import { accuracy } from '../../../../src/training/ann';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { python } from '../../../../test/support/python';
import { assertCurvesWhole, COMMAND, hashesOf, lifFcMnist, scalars, sha256Of } from '../../../../test/support/run';
import { initBackend, tf } from '../../backend';
import { describeFailure } from '../../cli/failures';
import { readMnist } from '../../data';

const small = join(temporaryFolder(), 'a b é');
writeSmallMnist(small, 640, 200);
const FULL_DISK = join(__dirname, '..', '..', '..', '..', 'test', 'support', 'full-disk.cjs');
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '10'];

for (const engine of ['event', 'tfjs']) {
  test(`a run on the ${engine} engine prints the original's lines and writes its files`, () => {
    const run = lifFcMnist([...SMALL, '--engine', engine, '-N', '2']);
    assert.equal(run.status, 0, run.stderr);
    const number = '[0-9.]+';
    const epoch = (n: number, times: number) =>
      `Epoch ${n}:\nTraining...\nTesting...\nEpoch ${n}: train_acc = ${number}, test_acc = ${number}, max_test_acc = ${number}, train_times = ${times}\n`;
    const logs = join(run.cwd, 'logs');
    const [, , , , weights] = hashesOf(logs);
    const last = `Firing rate: \\[\\[(${number} *){10}\\]\\]\nSHA-256 of the weights: ${weights}\n`;
    assert.match(run.stdout, new RegExp(`^${epoch(0, 5)}${epoch(1, 10)}${last}$`));
    const arrays = python(
      `import numpy as np
for n in ['v_t_array', 's_t_array', 'train_accs', 'test_accs']:
    a = np.load(n + '.npy'); print(n, a.dtype, a.shape)`,
      logs,
    );
    assert.equal(
      arrays,
      'v_t_array float32 (10, 10)\ns_t_array float32 (10, 10)\ntrain_accs float64 (10,)\ntest_accs float64 (2,)',
    );
    assert.ok(existsSync(join(logs, 'lif_snn_mnist', 'model.json')));
    assert.ok(existsSync(join(logs, 'checkpoint', 'checkpoint.json')));
    assert.ok(readdirSync(logs).some((name) => name.startsWith('events.out.tfevents.')));
    assert.deepEqual(readdirSync(run.cwd), ['logs']);
    assert.deepEqual(
      readdirSync(logs).filter((name) => /lock|unfinished/.test(name)),
      [],
    );
  });
}

test('a run of the ANN prints the same lines but for the firing rate, and writes no arrays of neurons, but a model that TensorFlow.js reads', async () => {
  const data = ['--dataset-dir', small, '--skip-checksum'];
  const places = ['--log-dir', 'curves', '--out-dir', 'logs'];
  const run = lifFcMnist([...data, '--network', 'ann', '-N', '2', '--save-figures', ...places]);
  assert.equal(run.status, 0, run.stderr);
  const logs = join(run.cwd, 'logs');
  const [weights] = sha256Of(logs, ['ann_mnist/weights.bin']);
  const lines = run.stdout.split('\n').filter((line) => !/^(Epoch \d:|Training\.\.\.|Testing\.\.\.)$/.test(line));
  assert.match(lines[0], /^Epoch 0: train_acc = [0-9.]+, test_acc = [0-9.]+, max_test_acc = [0-9.]+, train_times = 5$/);
  assert.deepEqual(lines.slice(2), [`SHA-256 of the weights: ${weights}`, '']);
  assert.match(run.stderr, /Wrote train_accs\.npy, test_accs\.npy, ann_mnist\/, the figures to /);
  const figures = ['acc.png', 'acc.svg', 'input.png', 'input.svg'];
  assert.deepEqual(
    readdirSync(logs).sort(),
    [...figures, 'ann_mnist', 'checkpoint', 'test_accs.npy', 'train_accs.npy'].sort(),
  );
  assertCurvesWhole(join(run.cwd, 'curves'), 10, 2);
  await initBackend();
  const net = (await tf.loadLayersModel(`file://${logs}/ann_mnist/model.json`)) as tf.Sequential;
  const classes = net.layers.map((layer) => layer.getClassName());
  assert.deepEqual(classes, ['Flatten', 'Dense', 'Softmax']);
  const { data: testAccs } = readNpy(join(logs, 'test_accs.npy'));
  assert.equal(accuracy(net, readMnist({ directory: small, skipChecksum: true })), testAccs[1]);
  net.dispose();
});

test('a run with --train-images shows and keeps the accuracy on the others', () => {
  const run = lifFcMnist([...SMALL, '-N', '2', '--train-images', '400']);
  assert.equal(run.status, 0, run.stderr);
  assert.match(run.stderr, /test_accs\.npy, held_back_accs\.npy, /);
  const shown = Array.from(run.stdout.matchAll(/^Epoch \d: held_back_acc = ([0-9.]+)$/gm), ([, share]) => +share);
  const logs = join(run.cwd, 'logs');
  const { data, shape } = readNpy(join(logs, 'held_back_accs.npy'));
  assert.deepEqual([shape, Array.from(data)], [[2], shown]);
  for (const share of shown) assert.ok(Number.isInteger(Math.round(share * 240 * 1e9) / 1e9), 'of 240 images');
  assert.match(run.stdout, /train_times = 6\n/, 'three batches per epoch');
  assert.deepEqual(
    scalars(logs).held_back_accuracy,
    shown.map((share, epoch) => [epoch, Math.fround(share)]),
  );
});

describe('where a run writes', () => {
  test('is said before and after it, on stderr', () => {
    const run = lifFcMnist([...SMALL, '-N', '1', '--log-dir', 'curves', '--out-dir', 'out']);
    const [curves, out] = ['curves', 'out'].map((name) => join(run.cwd, name));
    assert.deepEqual(run.stderr.trimEnd().split('\n'), [
      `Writing to ${out}, the TensorBoard logs to ${curves}`,
      `Wrote v_t_array.npy, s_t_array.npy, train_accs.npy, test_accs.npy, lif_snn_mnist/ to ${out}`,
    ]);
    assert.deepEqual(readdirSync(curves).length, 1);
    assert.ok(existsSync(join(out, 'v_t_array.npy')));
  });

  test('is relative to where `npm run train` was typed', () => {
    mkdirSync(projectPath('build'), { recursive: true });
    const typedIn = mkdtempSync(projectPath('build', 'typed-'));
    after(() => rmSync(typedIn, { recursive: true }));
    const args = ['run', '-s', 'train', '--', ...SMALL, '-N', '1', '--log-dir', 'here'];
    args[args.indexOf(small)] = relative(typedIn, small);
    const run = spawnSync('npm', args, { cwd: typedIn, encoding: 'utf8', shell: process.platform === 'win32' });
    assert.equal(run.status, 0, run.stderr);
    assert.ok(existsSync(join(typedIn, 'here', 'v_t_array.npy')), run.stderr);
    assert.ok(run.stderr.includes(`Writing to ${join(typedIn, 'here')}`), basename(typedIn));
  });
});

describe('a training that diverges', () => {
  // One batch per epoch: after the second, the weights are beyond float32.
  const diverging = [...SMALL, '--lr', '1e37', '-b', '640', '--log-dir', 'out'];

  test('stops in one line, without results, and its last good checkpoint stays', () => {
    const run = lifFcMnist([...diverging, '-N', '50']);
    assert.equal(run.status, 1);
    const lines = run.stderr.trimEnd().split('\n');
    assert.equal(lines.length, 2, run.stderr);
    assert.match(
      lines[1],
      /^lif_fc_mnist: the weights are no longer finite .*: lower --lr \(it was 1e\+37\); the last checkpoint stays$/,
    );
    const out = join(run.cwd, 'out');
    const files = readdirSync(out).map((name) => (name.startsWith('events') ? 'events' : name));
    assert.deepEqual(files.sort(), ['checkpoint', 'events']);
    const { history } = readCheckpoint(join(out, 'checkpoint', 'checkpoint.json'));
    assert.ok(history.epoch >= 1 && history.epoch < 10, `${history.epoch} epochs`);
    const early = lifFcMnist([...diverging, '-b', '320']);
    assert.match(early.stderr, /lower --lr \(it was 1e\+37\); nothing was saved\n$/, 'in its first epoch');
  });
});

describe('an engine that cannot start', () => {
  // Node 24 and later reserve no addresses where they start with a limit, and can do without. So the limit comes after
  // the start.
  const limit = join(temporaryFolder(), 'limit.cjs');
  writeFileSync(
    limit,
    "require('node:child_process').execFileSync('prlimit', ['--as=4000000000', '--pid', String(process.pid)]);\n",
  );
  test('for want of memory says why and what to do, and leaves nothing behind', {
    skip: process.platform !== 'linux' && 'prlimit is a program of Linux',
  }, () => {
    const { status, stderr, cwd } = lifFcMnist(SMALL, undefined, ['--require', limit]);
    assert.equal(status, 1);
    assert.match(stderr, /^lif_fc_mnist: .*could not get its memory: .* raise the limit .* or use --engine tfjs.*\n$/);
    assert.deepEqual(readdirSync(cwd), []);
  });

  test('for another reason is described by that reason, in one line', () => {
    assert.equal(describeFailure(new Error('a reason\n  at a place')), 'a reason');
  });
});

if (existsSync('/dev/full')) {
  test('a run whose output cannot be written goes on, and leaves its results', () => {
    const cwd = temporaryFolder();
    const full = openSync('/dev/full', 'w');
    const args = [COMMAND, ...SMALL, '-N', '1'];
    const run = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    assert.match(run.stderr, /\nWrote .*\n$/);
    assert.equal(run.status, 0);
  });
}

test('a full disk that takes no more of a checkpoint ends a run in one line, which says what to do', () => {
  const env = { FULL_DISK: 'checkpoint\\.json', FULL_DISK_AFTER: '1' };
  const args = [...SMALL, '-N', '3', '--log-dir', 'out'];
  const { status, stderr, cwd } = lifFcMnist(args, temporaryFolder(), ['--require', FULL_DISK], env);
  assert.equal(status, 1);
  assert.match(stderr, /\nlif_fc_mnist: expected room on the disk to save the run, found none: .* \(ENOSPC: .*\)\)\n$/);
  assert.equal(readCheckpoint(join(cwd, 'out', 'checkpoint', 'checkpoint.json')).history.epoch, 1);
  const resumed = lifFcMnist([...args, '--resume'], cwd);
  assert.equal(resumed.status, 0, resumed.stderr);
  assertCurvesWhole(join(cwd, 'out'), 15, 3);
});
