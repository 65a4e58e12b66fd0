import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { readCheckpoint } from '../../../../packages/runs/node';
import { projectPath } from '../../../../packages/system/files';
import { isAlive } from '../../../../packages/system/processes';
import { filesUnder } from '../../../../packages/system/project';
import { RandomStream } from '../../../../src/common/random';
import { temporaryFolder, writeSmallMnist } from '../../../../test/support/data';
import { FROM_SOURCES, PYTHON } from '../../../../test/support/python';
import { assertCurvesWhole, assertRefused, COMMAND, hashesOf, lifFcMnist } from '../../../../test/support/run';

const small = temporaryFolder();
writeSmallMnist(small, 640, 200);
const DATA = ['--dataset-dir', small, '--skip-checksum'];
const UNIX = { skip: process.platform === 'win32' && 'Windows has no signals for other processes' };

/** Never ends on its own, however long a busy machine delays its signal. */
const ENDLESS = [...DATA, '-N', '100000', '--log-dir', 'out'];
const RESUMED = [...DATA, '--log-dir', 'out', '--resume'];
/** An epoch takes long, a batch does not. */
const SLOW = [...ENDLESS, '-T', '10000', '-b', '16'];

const checkpointIn = (cwd: string) => readCheckpoint(join(cwd, 'out', 'checkpoint', 'checkpoint.json'));

interface Started {
  cwd: string;
  child: ChildProcess;
  /** Exit status, the signal that ended it, and what it said on stderr. */
  ended: Promise<{ status: number | null; by: string | null; said: string }>;
}

/** Starts a run, and returns when it has printed this. */
async function started(args: string[], text: string, env: NodeJS.ProcessEnv = {}): Promise<Started> {
  const cwd = temporaryFolder();
  const child = spawn(process.execPath, [COMMAND, ...args], { cwd, env: { ...process.env, ...env } });
  after(() => child.kill('SIGKILL'));
  let said = '';
  child.stderr.on('data', (part) => {
    said += part;
  });
  const ended: Started['ended'] = new Promise((resolve) => {
    child.on('close', (status, by) => resolve({ status, by, said }));
  });
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (part) => {
      printed += part;
      if (printed.includes(text)) resolve();
    });
    child.on('close', () => reject(new Error(`ended before it printed ${text}: ${said}`)));
  });
  return { cwd, child, ended };
}

describe('a run that is asked to stop', () => {
  test('by Ctrl-C saves, and continues to the same bytes as a run that was never stopped', async () => {
    const other = ['--loss', 'cross-entropy-counts', '--encoder', 'direct', '--set', 'engine.reset=false'];
    const args = [...ENDLESS, '-T', '10', '--seed', '3', ...other];
    const { cwd, child, ended } = await started(args, 'Epoch 2:');
    child.kill('SIGINT');
    const { status, said } = await ended;
    assert.equal(status, 130);
    assert.match(said, /\nStopped in epoch \d+ after \d+ batches; continue with --resume\n$/);
    const out = join(cwd, 'out');
    assert.ok(!existsSync(join(out, 'train_accs.npy')));

    const { history } = checkpointIn(cwd);
    const epochs = history.epoch + 2;
    const resumed = lifFcMnist([...RESUMED, '-N', String(epochs)], cwd);
    assert.equal(resumed.status, 0, resumed.stderr);
    const batches = history.batch ? ` and ${history.batch} batches` : '';
    assert.equal(
      resumed.stderr.split('\n')[0],
      `Resuming from ${join(out, 'checkpoint', 'checkpoint.json')}: ${history.epoch} of ${epochs} epochs${batches} are done`,
    );
    const whole = lifFcMnist([...args, '-N', String(epochs)]);
    assert.deepEqual(hashesOf(out), hashesOf(join(whole.cwd, 'out')));
    const fewer = [...RESUMED, '-N', '1'];
    assertRefused(
      [[fewer, new RegExp(`train\\.epochs: expected at least the ${epochs} epochs that are done, found 1`)]],
      cwd,
    );
    assertCurvesWhole(out, 5 * epochs, epochs);
  });

  for (const [signals, status, by] of [
    [['SIGTERM', 'SIGHUP', 'SIGHUP'], null, 'SIGHUP'],
    // The terminal sends Ctrl-C to the run and to npm, which passes it on.
    [['SIGINT', 'SIGINT', 'SIGTERM'], 130, null],
  ] as const) {
    test(`by ${signals.join(' and ')} saves as well, and can be resumed`, UNIX, async () => {
      const { cwd, child, ended } = await started(SLOW, 'Training');
      for (const [i, signal] of signals.entries()) {
        child.kill(signal);
        // Of two signals that wait for a busy process, the system delivers the later one first.
        await setTimeout(signals[i + 1] === 'SIGTERM' ? 600 : 20);
      }
      const { said, ...end } = await ended;
      assert.deepEqual(end, { status, by });
      assert.match(said, /\nStopped in epoch 0 after \d+ batches; continue with --resume\n$/);
      assert.ok(!existsSync(join(cwd, 'out', 'lif_fc_mnist.lock')));
      const { history } = checkpointIn(cwd);
      assert.ok(history.batch > 0 && history.trainAccs.length === history.batch, `${history.batch} batches`);
    });
  }

  test('because the program that started it was killed saves as well', UNIX, async () => {
    const caller = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const { cwd, ended } = await started(SLOW, 'Training', { LIF_FC_MNIST_CALLER: String(caller.pid) });
    caller.kill('SIGKILL');
    assert.equal((await ended).status, 143);
    assert.ok(checkpointIn(cwd).history.batch > 0);
  });
});

test(
  'a second Ctrl-C ends a run at once that takes its time to save, and a press that is told twice does not',
  UNIX,
  async () => {
    const source = join(__dirname, '..', '..', '..', '..', 'hosts', 'node', 'cli', 'stop.ts');
    const program = `const { Stop } = require(${JSON.stringify(source)});
new Stop().listen();
setInterval(() => {}, 1000);
console.log('listening');`;
    const child = spawn(process.execPath, [...FROM_SOURCES, '-e', program]);
    after(() => child.kill('SIGKILL'));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.kill('SIGINT');
    await setTimeout(100);
    for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) child.kill(signal);
    await setTimeout(1500);
    assert.equal(child.exitCode, null, 'still there to save');
    child.kill('SIGINT');
    assert.equal(await ended, 130);
  },
);

/** Types a command into an interactive shell, and closes its window while the run trains. */
const TERMINAL = `import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0: os.execvp('bash', ['bash', '--norc', '-i'])
printed = b''
def read_for(seconds, text):
    global printed
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and text not in printed:
        if select.select([terminal], [], [], left)[0]: printed += os.read(terminal, 10000)
os.write(terminal, sys.argv[1].encode() + b'\\n')
read_for(60, b'Training...')
read_for(0.3, b'Testing...')
os.close(terminal)
os.waitpid(pid, 0)`;

// The kernel signals the run, so does the shell, and npm ends meanwhile, in any order.
test('a run whose terminal is closed saves the epoch it is in', UNIX, async () => {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_|HIST)/.test(name)));
  const cwd = temporaryFolder();
  const args = [...SLOW, '--log-dir', join(cwd, 'out')].map((word) => `'${word}'`).join(' ');
  const child = spawn(PYTHON, ['-c', TERMINAL, `npm run train -- ${args}`], { cwd: projectPath(), env });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  await new Promise((resolve) => child.on('close', resolve));
  assert.equal(said, '');
  // The lock names the run, which lives on while it saves.
  const lock = join(cwd, 'out', 'lif_fc_mnist.lock');
  const run = existsSync(lock) ? JSON.parse(readFileSync(lock, 'utf8')).pid : undefined;
  while (run !== undefined && isAlive(run)) await setTimeout(50);
  const { history } = checkpointIn(cwd);
  assert.equal(history.epoch, 0);
  assert.ok(history.batch > 0 && history.trainAccs.length === history.batch, `${history.batch} batches`);
});

/** One kill in five comes while it starts. */
const KILLS = 10;

test(`a run killed at ${KILLS} random moments and resumed ends with the bytes of one that was never cut`, async () => {
  const root = temporaryFolder();
  const data = join(root, 'data');
  writeSmallMnist(data, 2048, 256);
  const run = ['--dataset-dir', data, '--skip-checksum', '-T', '20', '--seed', '7'];
  const [cut, whole] = [join(root, 'cut'), join(root, 'whole')];
  const checkpoint = join(cut, 'checkpoint', 'checkpoint.json');
  const resume = () => (existsSync(checkpoint) ? ['--resume'] : []);
  const chance = new RandomStream(11, 4);
  let early = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    // Never done before it is killed, even on the fastest machine.
    const args = [COMMAND, ...run, '-N', '100000', '--log-dir', cut, ...resume()];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    // Mostly while it trains, tests and saves, an epoch taking some 20 ms; sometimes while it starts.
    if (kill % 5 < 4) await Promise.race([new Promise((resolve) => child.stdout.once('data', resolve)), ended]);
    // On a busy machine all others may come before the first checkpoint.
    if (kill === KILLS / 2) while (!existsSync(checkpoint) && child.exitCode === null) await setTimeout(20);
    await setTimeout(100 * chance.uniform());
    child.kill('SIGKILL');
    assert.equal(await ended, null, 'killed, and not ended by itself');
    if (!existsSync(checkpoint)) early++;
  }
  const { epoch } = readCheckpoint(checkpoint).history;
  assert.ok(epoch > 0, `${epoch} epochs`);
  const epochs = ['-N', String(epoch + 2)];
  for (const args of [
    [...epochs, '--log-dir', cut, ...resume()],
    [...epochs, '--log-dir', whole],
  ]) {
    const { status, stderr } = lifFcMnist([...run, ...args]);
    assert.equal(status, 0, stderr);
  }
  assert.deepEqual(hashesOf(cut), hashesOf(whole));
  assert.deepEqual(
    filesUnder(cut).filter((name) => name.includes('unfinished')),
    [],
  );
  // One that was killed between its first events and its first checkpoint leaves a file that no other run continues.
  const events = filesUnder(cut).filter((name) => name.includes('tfevents')).length;
  assert.ok(events >= 1 && events <= 1 + early, `${events} files of events after ${early} kills before a checkpoint`);
});
