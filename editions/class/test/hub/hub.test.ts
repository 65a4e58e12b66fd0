/** The hub of a workshop, as far as it can be seen without root: `npm run test:hub` has real learners on a real hub. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { lockFolder } from '../../../../packages/system/lock.cjs';
import { chapterNames } from '../../../../packages/system/project.mjs';
import { root, temporaryFolder } from '../../../../test/support/notebooks';
import { python } from '../../../../test/support/python';

const temporary = temporaryFolder('hub');

/** A hub's options, without a place: these never start. */
const LEARNERS = { roster: '', memory: 2 ** 31, tasks: 400, threads: 1, kernels: 3, idle: 3600, starting: 1 };

describe('npm run hub', () => {
  const hub = (args: string[], options: object = {}) =>
    spawnSync(process.execPath, [join(root, 'editions', 'class', 'hub', 'start', 'hub.mjs'), ...args], {
      encoding: 'utf8',
      ...options,
    });

  test('refuses what it cannot use in one line', () => {
    for (const [args, message] of [
      [['--roster', 'many'], /^hub: --roster: expected a whole number from 1 to 500, found many; /],
      [['--memory', '100'], /^hub: --memory: expected a size of at least 512M, such as 1500M or 2G, found 100; /],
      [
        ['--idle', '0'],
        /^hub: --idle: expected hours from 0.01 to 48, found 0; `npm run hub -- --help` lists the options$/,
      ],
      [['--cert', 'x.pem'], /^hub: --cert and --key belong together/],
      [['--cert', '/nonexist', '--key', '/nonexist'], /^hub: --cert: expected a file, found none at \/nonexist$/],
      [['--names', '/nonexist'], /^hub: --names: expected a file, found none at \/nonexist$/],
      [['--rostr', '3'], /^hub: unknown option '--rostr' \(Did you mean --roster\?\); `npm run hub -- --help` lists/],
      [['30'], /^hub: too many arguments.*; `npm run hub -- --help` lists the options$/],
    ] as const) {
      const { status, stderr } = hub([...args]);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr.trimEnd(), message);
      assert.equal(stderr.trim().split('\n').length, 1);
    }
  });

  test('refuses a port that is taken, or an address of another machine, before it touches anything', async () => {
    const state = join(temporary, 'state');
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((done) => server.once('listening', done));
    const { port } = server.address() as AddressInfo;
    const taken = `--port: expected a free port, found ${port} taken; end the program that uses it or give another`;
    try {
      const { status, stderr } = hub(['--port', String(port), '--state', state]);
      assert.deepEqual([status, stderr], [2, `hub: ${taken}\n`]);
      // A hub that was asked a moment before the port was taken looks once more.
      const { startHub } = await import('../../hub/start/start.mjs');
      await assert.rejects(startHub({ ...LEARNERS, state, ip: '127.0.0.1', port }), { message: taken });
    } finally {
      server.close();
    }
    for (const args of [[], ['--roster', '3']]) {
      const { status, stderr } = hub([...args, '--ip', '999.9.9.9', '--state', state]);
      assert.equal(status, 2);
      assert.match(
        stderr,
        /^hub: --ip: expected an address of this machine \(127\.0\.0\.1.*\), found 999\.9\.9\.9 \(E\w+\)\n$/,
      );
    }
    assert.equal(existsSync(state), false);
  });

  test('refuses the homes of a hub that runs, also on another port', async () => {
    const state = join(temporary, 'shared-state');
    mkdirSync(join(state, 'hub'), { recursive: true });
    const { startHub } = await import('../../hub/start/start.mjs');
    const lock = lockFolder(join(state, 'hub'), 'hub');
    const message = new RegExp(`^--state: .*hub: another hub writes here \\(process ${process.pid}, since `);
    await assert.rejects(startHub({ ...LEARNERS, state, ip: '127.0.0.1', port: 0 }), { message });
    lock.release();
  });

  test('has defaults in its help as people write them', () => {
    const help = hub(['--help']).stdout.replace(/\s+/g, ' ');
    for (const text of [
      'memory per learner (default: 2G)',
      'longest break (default: 4)',
      '(default: one more than cores)',
    ])
      assert.ok(help.includes(text), text);
  });

  test('says that root is needed, and why', { skip: process.getuid?.() !== 0 && 'not root' }, (t) => {
    const { status, stderr, error } = hub([], { uid: 65534, gid: 65534 });
    if (error || /EACCES|Cannot find module/.test(stderr)) return t.skip('nobody cannot read this clone');
    assert.equal(status, 2);
    assert.match(stderr, /^hub: root is needed: each learner has an account/);
  });
});

describe('A kernel of the hub', { skip: process.platform === 'win32' }, () => {
  test('answers on Unix sockets, and reads only the types that it needs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'k-'));
    try {
      const printed = python(`
import os, subprocess
from jupyter_client.manager import KernelManager
manager = KernelManager(kernel_name="tslab", transport="ipc", connection_file=${JSON.stringify(join(folder, 'kernel.json'))})
manager.start_kernel(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
try:
    client = manager.client()
    client.start_channels()
    client.wait_for_ready(timeout=120)
    def run(cell):
        client.execute_interactive(cell, timeout=120, output_hook=lambda m: print(m["content"].get("text", ""), end=""))
    run("console.log(6 * 7)")
    run("console.log(process.argv.length > 1);")
    run("let canvas: OffscreenCanvas;")
    print(sorted(name for name in os.listdir(${JSON.stringify(folder)}) if "ipc" in name))
finally:
    manager.shutdown_kernel(now=True)`);
      const lines = printed.split('\n');
      assert.deepEqual(lines.slice(0, 2), ['42', 'true']);
      assert.match(printed, /Cannot find name 'OffscreenCanvas'/, 'types of @types that no cell imports are not read');
      assert.equal(lines.at(-1), "['kernel-ipc-1', 'kernel-ipc-2', 'kernel-ipc-3', 'kernel-ipc-4', 'kernel-ipc-5']");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("A learner's home", { skip: process.platform !== 'linux' && 'a hub needs Linux' }, () => {
  test('is filled at once, whatever named pipe the learner has put in the place of a copy', () => {
    const home = join(temporary, 'home');
    const copies = join(home, 'notebooks', 'my');
    mkdirSync(copies, { recursive: true });
    assert.equal(spawnSync('mkfifo', [join(copies, chapterNames()[0])]).status, 0);
    const script = join(root, 'editions', 'class', 'hub', 'start', 'home.mjs');
    const { status, signal } = spawnSync(process.execPath, [script], { cwd: home, timeout: 30_000 });
    assert.deepEqual([status, signal], [0, null]);
    assert.equal(existsSync(join(copies, chapterNames()[1])), true);
  });
});
