import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readCheckpoint } from '../../../src/node/records';
import { forge } from '../../support/checkpoint';
import { temporaryFolder, writeSmallMnist } from '../../support/data';
import { PYTHON } from '../../support/python';
import { COMMAND, contentsOf, hashesOf, lifFcMnist, scalars } from '../../support/run';

const small = temporaryFolder();
writeSmallMnist(small, 640, 200);
const DATA = ['--dataset-dir', small, '--skip-checksum'];
const SMALL = [...DATA, '-T', '10'];

/** TensorBoard's own reader finds every step of every curve, once. */
function assertCurvesWhole(folder: string, batches: number, epochs: number): void {
  const curves = scalars(folder);
  const steps = (name: string) => curves[name].map(([step]) => step);
  assert.deepEqual(steps('train_batch_accuracy'), [...Array(batches).keys()]);
  assert.deepEqual(steps('test_accuracy'), [...Array(epochs).keys()]);
}

describe('a run that is asked to stop', () => {
  // Long enough to be still under way when the signal comes, also on a busy machine.
  const args = [...SMALL, '--seed', '3', '-N', '150', '--log-dir', 'out'];
  const whole = lifFcMnist(args);
  assert.equal(whole.status, 0, whole.stderr);

  /** Starts the run, and stops it in its third epoch. */
  async function stopped(signal: NodeJS.Signals) {
    const cwd = temporaryFolder();
    const child = spawn(process.execPath, [COMMAND, ...args], { cwd });
    let printed = '';
    let said = '';
    child.stdout.on('data', (text) => {
      printed += text;
      if (printed.includes('Epoch 2:') && !child.killed) child.kill(signal);
    });
    child.stderr.on('data', (text) => {
      said += text;
    });
    const [status, by] = await new Promise<[number | null, string | null]>((resolve) => {
      child.on('close', (code, name) => resolve([code, name]));
    });
    return { cwd, out: join(cwd, 'out'), said, status, by };
  }

  test('by Ctrl-C saves, and continues to the same bytes as a run that was never stopped', async () => {
    const { cwd, out, said, status } = await stopped('SIGINT');
    assert.equal(status, 130);
    assert.match(said, /\nStopped in epoch \d+ after \d+ batches; continue with --resume\n$/);
    assert.ok(!existsSync(join(out, 'train_accs.npy')));

    const refused = lifFcMnist([...args, '--resume', '--tau', '3'], cwd);
    assert.equal(refused.status, 2);
    assert.match(refused.stderr, /--tau: expected 2 as in the checkpoint, found 3; leave it out/);

    const { history } = readCheckpoint(join(out, 'checkpoint', 'checkpoint.json'));
    const resumed = lifFcMnist([...DATA, '--log-dir', 'out', '--resume'], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    const batches = history.batch ? ` and ${history.batch} batches` : '';
    assert.equal(
      resumed.stderr.split('\n')[0],
      `Resuming from ${join(out, 'checkpoint', 'checkpoint.json')}: ${history.epoch} of 150 epochs${batches} are done`,
    );
    assert.deepEqual(hashesOf(out), hashesOf(join(whole.cwd, 'out')));
    const fewer = lifFcMnist(['--log-dir', 'out', '--resume', '-N', '3'], cwd);
    assert.equal(fewer.status, 2);
    assert.match(fewer.stderr, /--epoch: expected at least the 150 epochs that are done, found 3/);
    assertCurvesWhole(out, 750, 150);
  });

  for (const [signal, expected] of [
    ['SIGTERM', [143, null]],
    ['SIGHUP', [null, 'SIGHUP']],
  ] as const) {
    test(`by ${signal} saves as well`, {
      skip: process.platform === 'win32' && 'Windows has no signals for other processes',
    }, async () => {
      const { cwd, out, said, status, by } = await stopped(signal);
      assert.deepEqual([status, by], expected);
      assert.match(said, /\nStopped in epoch \d+ after \d+ batches; continue with --resume\n$/);
      assert.ok(!existsSync(join(out, 'lif_fc_mnist.lock')));
      assert.equal(lifFcMnist([...DATA, '--log-dir', 'out', '--resume'], cwd).status, 0);
      assert.deepEqual(hashesOf(out), hashesOf(join(whole.cwd, 'out')));
    });
  }

  test('because its terminal was closed saves the epoch it is in, although nothing can be printed any more', {
    skip: process.platform === 'win32' && 'Python has no pseudo-terminals on Windows',
  }, async () => {
    const cwd = temporaryFolder();
    const program = `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
printed = b''
while b'Training' not in printed: printed += os.read(terminal, 10000)
os.close(terminal)
print(os.waitpid(pid, 0)[1])`;
    const slow = [...DATA, '-T', '10000', '-b', '16', '-N', '150', '--log-dir', 'out'];
    const child = spawn(PYTHON, ['-c', program, process.execPath, COMMAND, ...slow], { cwd });
    let status = '';
    child.stdout.on('data', (text) => {
      status += text;
    });
    await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status.trim(), '1', 'ended by signal 1, SIGHUP');
    const { history } = readCheckpoint(join(cwd, 'out', 'checkpoint', 'checkpoint.json'));
    assert.equal(history.epoch, 0);
    assert.ok(history.batch > 0 && history.trainAccs.length === history.batch, `${history.batch} batches`);
  });

  test('because the program that started it was killed saves as well', async () => {
    const cwd = temporaryFolder();
    const caller = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const slow = [...DATA, '-T', '10000', '-b', '16', '-N', '150', '--log-dir', 'out'];
    const child = spawn(process.execPath, [COMMAND, ...slow], {
      cwd,
      env: { ...process.env, LIF_FC_MNIST_CALLER: String(caller.pid) },
    });
    child.stdout.on('data', () => caller.kill('SIGKILL'));
    const status = await new Promise((resolve) => child.on('close', resolve));
    assert.equal(status, process.platform === 'win32' ? null : 143);
    if (process.platform === 'win32') return; // signals end programs there
    assert.ok(readCheckpoint(join(cwd, 'out', 'checkpoint', 'checkpoint.json')).history.batch > 0);
  });
});

test('a run that is resumed with another log dir takes the curves of the epochs before with it', () => {
  const run = [...SMALL, '--out-dir', 'out'];
  const { cwd } = lifFcMnist([...run, '-N', '2', '--log-dir', 'first']);
  const resumed = lifFcMnist([...run, '-N', '4', '--log-dir', 'second', '--resume'], cwd);
  assert.equal(resumed.status, 0, resumed.stderr);
  assertCurvesWhole(join(cwd, 'second'), 20, 4);
  // Also one that has nothing left to train.
  const finished = lifFcMnist([...run, '--log-dir', 'third', '--resume'], cwd);
  assert.equal(finished.status, 0, finished.stderr);
  assertCurvesWhole(join(cwd, 'third'), 20, 4);
});

test('a finished run that is resumed writes the same results again, and figures if asked for', () => {
  const { cwd } = lifFcMnist([...SMALL, '-N', '2', '--log-dir', 'out']);
  const before = hashesOf(join(cwd, 'out'));
  for (const figures of [[], ['--save-figures'], ['--save-figures']]) {
    const resumed = lifFcMnist([...DATA, '--log-dir', 'out', '--resume', ...figures], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    assert.match(resumed.stderr, /: 2 of 2 epochs are done\n/);
    assert.match(resumed.stdout, /^Firing rate: .*\n$/);
    assert.deepEqual(hashesOf(join(cwd, 'out')), before);
  }
  assert.ok(existsSync(join(cwd, 'out', 'acc.svg')));
});

describe('a checkpoint that somebody sends', () => {
  const sent = lifFcMnist([...SMALL, '-N', '2', '--log-dir', 'out']);
  assert.equal(sent.status, 0, sent.stderr);

  /** A copy of that run, in which other files lie about. */
  function copy(): { cwd: string; file: string } {
    const cwd = temporaryFolder();
    cpSync(sent.cwd, cwd, { recursive: true });
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
    ['has more correct images than images', { 'history.correct': 1 }, /expected 5 batches per epoch/],
    ['is of another version', { version: 7 }, /expected a checkpoint of version 2, found version 7/],
  ];
  for (const [name, changes, message] of cases) {
    test(`and that ${name} is refused in one line, and nothing changes`, () => {
      const { cwd, file } = copy();
      forge(file, changes);
      const before = contentsOf(cwd);
      const run = lifFcMnist([...DATA, '--resume', '-N', '3', '--log-dir', 'out'], cwd);
      assert.match(run.stderr, message);
      assert.match(run.stderr, /^lif_fc_mnist: [^\n]+\n$/);
      assert.ok(run.status === 1 || run.status === 2);
      assert.equal(run.stdout, '');
      assert.deepEqual(contentsOf(cwd), before);
    });
  }

  test('and that is honest is resumed, beside files that are not ours', () => {
    const { cwd, file } = copy();
    forge(file, {});
    const run = lifFcMnist([...DATA, '--resume', '-N', '3', '--log-dir', 'out'], cwd);
    assert.equal(run.status, 0, run.stderr);
    for (const name of ['victim.txt', 'out/notes.unfinished', 'out/v.npy.1.unfinished']) {
      assert.equal(readFileSync(join(cwd, name), 'utf8'), 'precious');
    }
    assert.deepEqual(readdirSync(cwd).sort(), ['out', 'victim.txt']);
  });
});
