/** What is wrong with a machine is named, with what to do about it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { transform } from 'esbuild';
import { numbered, root } from '../../../../packages/system/project';
import { temporaryFolder } from '../../../../test/support/data';
import { CHECKS, type Machine, machine, type Verdict } from '../../../../tools/machine.mjs';

const scratch = temporaryFolder();

function doctor(
  clone: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  node: string[] = [],
  start: string[] = [],
) {
  const program = [join(clone, 'tools', 'start.mjs'), ...start, 'editions/class/doctor/doctor.ts'];
  return spawnSync(process.execPath, [...node, ...program, ...args], {
    encoding: 'utf8',
    cwd: scratch,
    env: { ...process.env, ...env },
  });
}

/** What the doctor prints of each check, and in its last line. */
function report(...args: Parameters<typeof doctor>) {
  const { status, stdout, stderr } = doctor(...args);
  assert.equal(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  const found = (name: string) => lines.find((line) => line.slice(9).startsWith(`${name}: `))?.trim() ?? '';
  return { status, found, line: lines.at(-1) ?? '' };
}

/** The project as it was downloaded, before set-up. */
function freshClone(name: string): string {
  const clone = join(scratch, name);
  const paths = [
    'tools',
    'packages',
    'hosts',
    'editions',
    'src',
    'package.json',
    'tsconfig.build.json',
    'package-lock.json',
    '.npmrc',
    'requirements.txt',
    'notebooks',
  ];
  for (const path of paths) {
    cpSync(join(root, path), join(clone, path), {
      recursive: true,
      filter: (from) => !from.endsWith(join('notebooks', 'my')),
    });
  }
  return clone;
}

describe('Before set-up', () => {
  const clone = freshClone('fresh');
  const before = readdirSync(clone);

  test('a Node that is too old is named, and so is what else is missing', () => {
    const old = join(scratch, 'old.cjs');
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '14.21.3' });\n");
    const env = { PYTHON: join(scratch, 'no-python'), LIF_FC_MNIST_BUNDLE: scratch };
    const { status, found, line } = report(clone, [], env, ['--require', old]);
    assert.equal(status, 1);
    assert.match(found('Node'), /^FAULT {2}Node: Node 20, 22, 24 or 26 is needed, found v14\.21\.3.*`nvm install 26`$/);
    assert.match(found('Python'), /^FAULT/);
    assert.match(line, /^not ready: Node, Python · \w+-\w+ · node 14$/);
  });

  test('its first files have no syntax that Node 14 does not know', async () => {
    for (const file of ['packages/system/plain', 'tools/start', 'tools/packages', 'tools/machine']) {
      const text = readFileSync(join(root, `${file}.mjs`), 'utf8');
      // esbuild rewrites newer syntax. What it does not touch was old already.
      const [then, now] = await Promise.all(['node14', 'esnext'].map((target) => transform(text, { target })));
      assert.equal(then?.code, now?.code, file);
    }
  });

  test('what set-up has still to do is no fault, and nothing is written', () => {
    const { status, found, line } = report(clone);
    assert.equal(status, 1);
    assert.equal(found('set-up'), 'note   set-up: still to do → `npm run setup` does it');
    assert.equal(found('trial'), '');
    // Another program may have taken the memory of this machine meanwhile.
    assert.match(line, /^(?:ready for set-up|not ready: [\w, ]+) · \w+-\w+ · node \d+$/);
    assert.deepEqual(readdirSync(clone), before);
  });

  test('with packages alone the same, and the edition is that of the text', () => {
    const clone = freshClone('with packages');
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'), 'junction');
    const before = readdirSync(clone);
    // Those packages are not this clone's own.
    const { status, found, line } = report(clone, [], {}, [], ['--ready']);
    assert.equal(status, 1);
    assert.equal(found('set-up'), 'note   set-up: still to do → `npm run setup` does it');
    assert.equal(found('trial'), '');
    const [, edition] =
      /^(?:ready for set-up|not ready: [\w, ]+) · \w+-\w+ · node \d+ · edition ([0-9a-f]{4})$/.exec(line) ?? [];
    assert.ok(edition, line);
    // Where the translations of our programs are kept.
    assert.deepEqual(
      readdirSync(clone).filter((name) => name !== 'build'),
      before,
    );
    const file = join(clone, 'notebooks', `${numbered('lif-neuron')}.ipynb`);
    writeFileSync(file, readFileSync(file, 'utf8').replace('LIF', 'LIF!'));
    assert.ok(
      !report(clone, [], {}, [], ['--ready']).line.endsWith(edition),
      'another one where a chapter was changed',
    );
  });
});

describe('After set-up', () => {
  test('a machine that is ready says so in a line to paste', () => {
    const { status, found, line } = report(root);
    assert.match(found('set-up'), /complete$/);
    assert.match(found('trial'), /^ok/);
    // Another program may have taken the memory of this machine meanwhile.
    const [, state] =
      /^(.+) · \w+-\w+ · node \d+ · (?:native|wasm) · \d+\.\d s per epoch · edition [0-9a-f]{4}$/.exec(line) ?? [];
    assert.equal(state, status === 0 ? 'ready' : 'not ready: memory', line);
    const left = readdirSync(join(root, 'build')).filter((name) => name.startsWith('doctor-'));
    assert.deepEqual(left, []);
  });

  test('a kernel that dies is named with its own words, and what to do', () => {
    const dying = join(scratch, 'dying.cjs');
    writeFileSync(dying, "if (process.argv[1]?.includes('tslab')) throw new Error('out of order');\n");
    const { status, found, line } = report(root, [], { NODE_OPTIONS: `--require ${JSON.stringify(dying)}` });
    assert.equal(status, 1);
    assert.match(found('trial'), /^FAULT .*out of order.* → remove the folders .* and run `npm run setup`$/);
    assert.match(line, /^not ready: [\w, ]*trial · .+ · edition [0-9a-f]{4}$/);
  });

  test('a backend that there is none of is named, and nothing is tried with it', () => {
    const { status, found } = report(root, [], { LIF_FC_MNIST_BACKEND: 'foo' });
    assert.equal(status, 1);
    assert.match(found('set-up'), /^FAULT .*LIF_FC_MNIST_BACKEND=foo names no backend → unset LIF_FC_MNIST_BACKEND/);
    assert.equal(found('trial'), '');
  });
});

test('An unknown option of the doctor is refused in one line', () => {
  const { status, stderr } = doctor(root, ['--json'], {});
  assert.equal(status, 2);
  assert.equal(stderr, "doctor: unknown option '--json'; `npm run doctor -- --help` lists the options\n");
});

describe('A fault of the machine is named, with what to do', () => {
  const GB = 1e9;
  /** A machine that lacks nothing, whatever this one lacks. */
  const WELL: Machine = {
    ...machine,
    env: {},
    windows: false,
    checkNode: () => undefined,
    findPython: () => ({ version: '3.13.5', executable: '/usr/bin/python3.13' }),
    findCompiler: () => '/usr/bin/c++',
    freeBytes: () => 40 * GB,
    memory: () => ({ total: 16 * GB, available: 9 * GB }),
    whyNotWritable: () => '',
    isSetUp: () => false,
  };
  const verdict = (name: keyof typeof CHECKS, differences: Partial<Machine>) =>
    CHECKS[name]({ ...WELL, ...differences });
  const isSetUp = () => true;
  const findCompiler = () => undefined;
  const findPython = () => {
    throw new Error('Python 3.11 to 3.13 with venv is needed, none found: set PYTHON to one');
  };
  const checkNode = () => 'Node v27 is newer than the tested versions; trying it. If something fails, use Node 26.';
  const little = () => ({ total: 4 * GB, available: 0.6 * GB });
  const smallTemporary = (folder: string) => (folder === tmpdir() ? 0.4 : 40) * GB;
  const cases: [string, keyof typeof CHECKS, Partial<Machine>, Verdict['status'], RegExp][] = [
    [
      'a full disk before set-up',
      'disk',
      { freeBytes: () => GB },
      'fault',
      /1\.0 GB free.+3\.0 GB needed.*another disk/,
    ],
    ['a full disk after set-up', 'disk', { isSetUp, freeBytes: () => 0.1 * GB }, 'fault', /0\.3 GB needed.*free some/],
    ['a small disk for temporary files', 'disk', { freeBytes: smallTemporary }, 'fault', /1\.0 GB needed.*TMPDIR/],
    ['a read-only folder', 'disk', { whyNotWritable: () => 'EROFS' }, 'fault', /written to \(EROFS\).*another disk/],
    ['too little memory', 'memory', { memory: little }, 'fault', /0\.6 GB of 4\.0 GB free.*the browser edition/],
    ['no compiler', 'compiler', { findCompiler }, 'note', /no C\+\+ compiler.*the slower WebAssembly/],
    ['no Python', 'Python', { findPython }, 'fault', /none found: set PYTHON to one/],
    ['a Node newer than those tested', 'Node', { checkNode }, 'note', /newer than the tested versions.*use Node 26/],
  ];
  for (const [title, name, differences, status, says] of cases) {
    test(title, () => {
      const it = verdict(name, differences);
      assert.equal(it.status, status);
      assert.match(`${it.found} ${it.fix}`, says);
    });
  }

  test('and where nothing is wrong, every check says ok', () => {
    for (const name of Object.keys(CHECKS) as (keyof typeof CHECKS)[])
      assert.deepEqual([name, verdict(name, {}).status], [name, 'ok']);
    assert.equal(verdict('compiler', { findCompiler, isSetUp }).status, 'ok');
    assert.equal(verdict('Python', { findPython, isSetUp }).status, 'ok');
  });
});
