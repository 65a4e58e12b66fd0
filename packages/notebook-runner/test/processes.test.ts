/** However the runner ends, no kernel and nothing that a kernel started keeps running. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  canary,
  canaryIn,
  ended,
  RUNNER,
  root,
  start,
  temporaryFolder,
  writeNotebook,
} from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

const temporary = temporaryFolder('processes');

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // A zombie that was not yet waited for is not running.
    return !/^\d+ \(.*\) Z/.test(existsSync('/proc') ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '');
  } catch {
    return false;
  }
};

/** The kernel starts a process, writes the ids of both to a file, and never ends. */
const CHILDREN = writeNotebook(
  join(temporary, 'children.ipynb'),
  `import { spawn } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);`,
  `const pids = process.env.CANARY_PIDS as string;
writeFileSync(\`\${pids}.part\`, \`\${process.pid} \${child.pid}\`);
renameSync(\`\${pids}.part\`, pids);
// An endless loop that leaves the machine to other tests.
const never = new Int32Array(new SharedArrayBuffer(4));
for (;;) Atomics.wait(never, 0, 0, 100);`,
);

/** How the runner is called: its wrapper, Python alone, or npm as a person types it. */
const callers: Record<string, (args: string[], env: Record<string, string>) => ChildProcess> = {
  wrapper: start,
  python: (args, env) =>
    spawn(PYTHON, ['-I', '-B', RUNNER, ...args], { cwd: root, env: { ...process.env, INIT_CWD: root, ...env } }),
  npm: (args, env) =>
    spawn('npm', ['run', 'notebooks', '--', ...args], { cwd: root, env: { ...process.env, INIT_CWD: root, ...env } }),
};

/** Runs the canary with children, ends the caller with a signal once they are there, and waits for their end. */
async function interrupted(signal: NodeJS.Signals, caller: keyof typeof callers) {
  const name = `${signal} ${caller}`;
  const pidFile = join(temporary, `pids ${name}`);
  const output = join(temporary, `output ${name}`);
  const args = ['--out', output, '--cell-timeout', '60', CHILDREN, canary('throw')];
  const runner = (callers[caller] as (typeof callers)[string])(args, { CANARY_PIDS: pidFile });
  const end = ended(runner);
  while (!existsSync(pidFile) && runner.exitCode === null) await sleep(50);
  const pids = readFileSync(pidFile, 'utf8').split(' ').map(Number);
  assert.deepEqual(pids.map(alive), [true, true]);
  runner.kill(signal);
  // "close" comes when no process holds the output open: then the wrapper and the runner have ended, too.
  const { status, lines } = await end;
  for (let i = 0; i < 200 && pids.some(alive); i++) await sleep(50);
  return { status, lines, running: pids.filter(alive), output };
}

describe('No kernel and nothing that it started stays behind', { concurrency: 2 }, () => {
  test('after Ctrl-C, which ends the runner with 130, and the notebooks that follow are not executed', async () => {
    const { status, lines, running, output } = await interrupted('SIGINT', 'wrapper');
    assert.deepEqual(running, []);
    assert.equal(status, 130);
    assert.deepEqual(lines, ['interrupted; the kernel was stopped']);
    assert.ok(existsSync(join(output, 'children.ipynb')), 'what was executed is kept');
    assert.ok(!existsSync(canaryIn(output, 'throw')));
  });

  test('after the wrapper was killed', async () => {
    assert.deepEqual((await interrupted('SIGKILL', 'wrapper')).running, []);
  });

  test('after the runner itself was killed, though the cell is in an endless loop', async () => {
    assert.deepEqual((await interrupted('SIGKILL', 'python')).running, []);
  });

  test('after npm was ended, as `kill` and `timeout` do, although npm does not pass that on', async () => {
    const { running, lines } = await interrupted('SIGTERM', 'npm');
    assert.deepEqual(running, []);
    assert.ok(lines.includes('interrupted; the kernel was stopped'), lines.join('\n'));
  });
});

test('Ctrl-C is heard while a cell prints as much as it can', async () => {
  const file = writeNotebook(
    join(temporary, 'endless.ipynb'),
    "import { writeFileSync } from 'node:fs';\nwriteFileSync('begun', '');",
    "for (;;) {\n  for (let i = 0; i < 1000; i++) console.log('x');\n  await new Promise(setImmediate);\n}",
  );
  const runner = start(['--out', join(temporary, 'endless'), file]);
  const end = ended(runner);
  while (!existsSync(join(temporary, 'begun')) && runner.exitCode === null) await sleep(50);
  await sleep(500);
  const sent = performance.now();
  runner.kill('SIGTERM');
  const { status, lines } = await end;
  assert.deepEqual([status, lines], [130, ['interrupted; the kernel was stopped']]);
  const seconds = (performance.now() - sent) / 1000;
  assert.ok(seconds < 15, `it took ${seconds.toFixed(1)} s to end`);
});
