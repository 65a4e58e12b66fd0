import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { before, describe, test } from 'node:test';
import { filesUnder } from '../../../packages/system/project';
import { temporaryFolder } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';
import { smallClone } from '../../../test/support/small-clone';

const root = resolve(__dirname, '..', '..', '..');
const SETUP = 'tools/setup/setup.ts';
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** Runs set-up in a clone, in a home folder that has nothing, without the native backend. */
function setUp(
  clone: string,
  args: string[] = [],
  env: NodeJS.ProcessEnv = {},
  nodeArgs: string[] = [],
  program = SETUP,
) {
  const result = spawnSync(process.execPath, [...nodeArgs, join(clone, 'tools', 'start.mjs'), program, ...args], {
    encoding: 'utf8',
    cwd: tmpdir(),
    env: { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm', ...env },
  });
  const steps = result.stdout.match(/^[\w ]+(?=: done in)/gm) ?? [];
  return { ...result, steps: steps.map((step) => step.trim()).sort() };
}

/** The same beside others: what it printed, and its exit status. */
const concurrently = (clone: string) =>
  new Promise<string>((done) => {
    const child = spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), SETUP], {
      env: { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('close', (code) => done(`${text}exit ${code}`));
  });

test('a walk over a folder lists its files once, and follows no link: to its parent, in a circle, or to nowhere', () => {
  const folder = temporaryFolder('walk');
  mkdirSync(join(folder, 'a', 'b', '.ipynb_checkpoints'), { recursive: true });
  for (const file of [join('a', 'b', 'file'), join('a', 'b', '.ipynb_checkpoints', 'file-checkpoint'), 'z'])
    writeFileSync(join(folder, file), '');
  for (const [from, to] of [
    ['a/b/up', 'a'],
    ['a/root', '.'],
    ['a/here', 'a/b/there'],
    ['a/b/there', 'a/here'],
    ['nowhere', 'missing'],
  ] as const) {
    symlinkSync(join(folder, to), join(folder, from), 'junction');
  }
  assert.deepEqual(filesUnder(folder), [join('a', 'b', 'file'), 'z']);
  assert.deepEqual(filesUnder(join(folder, 'missing')), []);
});

describe('set-up, in a folder with spaces and an accent', () => {
  const scratch = temporaryFolder('setup');
  let clone = join(scratch, 'a b é');
  before(() => {
    smallClone(clone);
  });

  /** Options with which Node believes that it is another version. */
  const pretendNode = (version: string): string[] => {
    const file = join(scratch, `node-${version}.cjs`);
    writeFileSync(file, `Object.defineProperty(process.versions, 'node', { value: '${version}' });\n`);
    return ['--require', file];
  };

  /** The Python of .venv under another name, which says that it is another version when set-up asks. */
  const pretendPython = (minor: number): string => {
    const file = join(scratch, `python3.${minor}`);
    const answer = JSON.stringify([[3, minor, 0], file, '']);
    writeFileSync(file, `#!/bin/sh\n[ "$1" = -c ] && echo '${answer}' && exit\nexec '${PYTHON}' "$@"\n`);
    chmodSync(file, 0o755);
    return file;
  };

  test('begins nothing without a Node or a Python that fits, and says in one line how to get one', () => {
    const oldNode = setUp(clone, [], {}, pretendNode('23.11.1'));
    assert.equal(oldNode.status, 1);
    assert.match(
      oldNode.stderr,
      /^setup: Node 20, 22, 24 or 26 is needed, found v23\.11\.1 \(.*: install one, for example .*\n$/,
    );

    const noPython = setUp(clone, [], { PYTHON: join(scratch, 'no-python') });
    assert.equal(noPython.status, 1);
    assert.match(
      noPython.stderr,
      /^setup: Python 3\.11 to 3\.13 with venv is needed, PYTHON=.+no-python is not a working Python.+\n$/,
    );
    assert.equal(existsSync(join(clone, 'node_modules')), false);
    assert.equal(existsSync(join(clone, '.venv')), false);
  });

  // A Python that is a shell script is nothing that Windows starts.
  test('refuses Python 3.10, and tries 3.14 with a warning', { skip: process.platform === 'win32' }, () => {
    const old = setUp(clone, ['--check'], { PYTHON: pretendPython(10) });
    assert.equal(old.status, 1);
    assert.match(old.stderr, /^setup: Python 3\.11 to 3\.13 with venv is needed, PYTHON=.+ is Python 3\.10\.0: .+\n$/);
    const newer = setUp(clone, ['--check'], { PYTHON: pretendPython(14) });
    assert.equal(newer.status, 0, newer.stderr);
    assert.match(newer.stderr, /^warning: Python 3\.14\.0 \(.+\) is newer than the tested versions; .+\n$/);
  });

  test('refuses options and backends that it does not know with status 2', () => {
    const fast = setUp(clone, ['--fast']);
    assert.equal(fast.status, 2);
    const help = '`npm run setup -- --help` lists the options\n';
    assert.equal(fast.stderr, `setup: unknown option '--fast'; ${help}`);
    const backend = setUp(clone, [], { LIF_FC_MNIST_BACKEND: 'tpu' });
    assert.equal(backend.status, 2);
    assert.match(backend.stderr, /expected native, wasm or cpu, found tpu/);
    const nothing = setUp(clone, ['--from']);
    assert.deepEqual([nothing.status, nothing.stderr], [2, `setup: --from: expected bundle, found nothing; ${help}`]);
  });

  test('killed while it makes .venv, it does that step again', async () => {
    const first = spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), SETUP], {
      env: { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm' },
      stdio: 'ignore',
    });
    const ended = new Promise((done) => first.on('close', done));
    // The venv's own settings are among the first files written; pip follows after seconds.
    while (!existsSync(join(clone, '.venv', 'pyvenv.cfg'))) await new Promise((done) => setTimeout(done, 5));
    first.kill('SIGKILL');
    await ended;

    // With a Node that is newer than those that set-up knows: it says so, and goes through all steps.
    const second = setUp(clone, [], {}, pretendNode('28.1.0'));
    assert.equal(second.status, 0, second.stdout + second.stderr);
    assert.match(
      second.stderr,
      /^warning: Node v28\.1\.0 \(.+\) is newer than the tested versions; .+ use Node 20, 22, 24 or 26\.\n$/,
    );
    assert.ok(second.steps.includes('Python packages'), second.stdout);
    const python = process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'];
    assert.equal(spawnSync(join(clone, '.venv', ...python), ['-m', 'pip', '--version']).status, 0);
    assert.equal(existsSync(join(clone, 'build', 'setup.lock')), false);
  });

  test('a second run does nothing, and with --quiet says nothing', () => {
    const files = ['node_modules/.setup/packages.json', '.venv/.setup.json', 'dist/.build.json'];
    const times = () => files.map((file) => statSync(join(clone, file)).mtimeMs);
    const then = times();
    const second = setUp(clone);
    assert.equal(second.status, 0);
    assert.deepEqual(second.steps, []);
    assert.match(second.stdout, /^Everything is set up \(.+\)\.\n$/);
    for (const node of [[], pretendNode('27.0.0')]) {
      const quiet = setUp(clone, ['--quiet'], {}, node);
      assert.equal(quiet.status, 0);
      assert.equal(quiet.stdout + quiet.stderr, '');
    }
    assert.deepEqual(times(), then);
  });

  test('every other program is started once all is set up, with its own arguments', () => {
    rmSync(join(clone, '.venv', 'share'), { recursive: true });
    writeFileSync(
      join(clone, 'tools', 'hello.ts'),
      'const said: string[] = process.argv.slice(2);\nconsole.log(said);\n',
    );
    const { stdout } = setUp(clone, ['--quiet', 'a b'], {}, [], 'tools/hello.ts');
    assert.match(stdout, /Kernel: done in .*\n.*\n\[ '--quiet', 'a b' \]\n$/);
    // In the folder for temporary files, another account could have put some there first.
    const kept = readdirSync(join(clone, 'build')).filter((name) => name.startsWith('tsx-'));
    assert.equal(kept.length, 1, 'translations are kept in the clone');
  });

  test('does again only the step whose result or input has changed', () => {
    rmSync(join(clone, '.venv', 'share'), { recursive: true });
    assert.deepEqual(setUp(clone).steps, ['Kernel']);

    rmSync(join(clone, 'node_modules', '.setup', 'packages.json'));
    assert.deepEqual(setUp(clone).steps, ['Node packages']);

    writeFileSync(join(clone, 'src', 'index.ts'), 'export const answer: number = 43;\n');
    assert.deepEqual(setUp(clone, ['--quiet']).steps, ['Build']);
    assert.match(readFileSync(join(clone, 'dist', 'index.js'), 'utf8'), /43/);
  });

  test('makes good what was lost or damaged, and says what it was', () => {
    const found = (pattern: RegExp) => filesUnder(clone).find((name) => pattern.test(name)) as string;
    const pip = found(/^\.venv.*[\\/]pip[\\/]__init__\.py$/);
    const damages: [string, (path: string) => void, string][] = [
      [join('node_modules', '.package-lock.json'), rmSync, 'Node packages'],
      [pip, rmSync, 'Python packages'],
      [join('dist', 'index.js'), rmSync, 'Build'],
      [join('dist', 'index.js'), (path) => truncateSync(path, 10), 'Build'],
    ];
    for (const [file, damage, step] of damages) {
      const path = join(clone, file);
      const before = readFileSync(path);
      damage(path);
      const { stdout, steps, status } = setUp(clone, ['--quiet']);
      assert.deepEqual([status, steps], [0, step === 'Python packages' ? ['Kernel', step] : [step]], stdout);
      if (step !== 'Build') assert.ok(stdout.includes(`${file} is missing`), stdout);
      assert.ok(readFileSync(path).equals(before), file);
    }
  });

  test('packages come where their folder cannot be renamed, as one that is mounted', () => {
    const mounted = join(scratch, 'mounted.cjs');
    const refuse = "throw Object.assign(new Error('EBUSY: resource busy'), { code: 'EBUSY' })";
    writeFileSync(
      mounted,
      `const fs = require('node:fs');
const rename = fs.renameSync;
fs.renameSync = (from, to) => { if (/node_modules$/.test(from)) ${refuse}; rename(from, to); };\n`,
    );
    rmSync(join(clone, 'node_modules', '.setup'), { recursive: true });
    writeFileSync(join(clone, 'node_modules', 'left'), '');
    const { status, steps, stderr } = setUp(clone, [], {}, ['--require', mounted]);
    assert.deepEqual([status, steps], [0, ['Node packages']], stderr);
    assert.equal(existsSync(join(clone, 'node_modules', 'left')), false);
    assert.deepEqual(setUp(clone).steps, []);
  });

  test('stopped while npm works, it says so and leaves nothing but what was there', async () => {
    const npm = join(scratch, 'slow', 'npm-cli.js');
    mkdirSync(join(scratch, 'slow'));
    writeFileSync(
      npm,
      "console.log('npm http fetch GET 200 a'); process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);\n",
    );
    const stamp = join(clone, 'node_modules', '.setup', 'packages.json');
    const text = readFileSync(stamp);
    rmSync(stamp);
    const child = spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), SETUP], {
      env: { ...process.env, npm_execpath: npm },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = { stdout: '', stderr: '' };
    const place = () => readdirSync(join(clone, 'build')).filter((name) => name.startsWith('packages'));
    child.stderr.on('data', (part) => {
      said.stderr += part;
    });
    child.stdout.on('data', () => setTimeout(() => child.kill('SIGTERM'), 500));
    const status = await new Promise((done) => child.on('close', done));
    assert.deepEqual(
      [status, said.stderr, place()],
      [143, 'setup: interrupted; run it again to continue with the interrupted step\n', []],
    );
    writeFileSync(stamp, text);
    assert.deepEqual(setUp(clone).steps, []);
  });

  test('two at the same time install the packages once, and both end well', async () => {
    rmSync(join(clone, 'node_modules', '.setup'), { recursive: true });
    const outputs = await Promise.all([1, 2].map(() => concurrently(clone)));
    assert.equal(outputs.filter((text) => text.includes('Node packages: done')).length, 1, outputs.join('\n'));
    assert.equal(outputs.filter((text) => text.endsWith('exit 0')).length, 2, outputs.join('\n'));
  });

  test('a build that fails leaves the former one, names the error, and ends with 1', () => {
    writeFileSync(join(clone, 'src', 'index.ts'), "export const answer: number = 'many';\n");
    const broken = setUp(clone);
    assert.equal(broken.status, 1);
    assert.match(broken.stderr, /tsc failed:\s+src\/index\.ts\(1,14\): error TS2322/);
    assert.match(readFileSync(join(clone, 'dist', 'index.js'), 'utf8'), /43/);
  });

  test('two at the same time do each step once, here the build that failed, and both end well', async () => {
    rmSync(join(clone, 'dist'), { recursive: true });
    writeFileSync(join(clone, 'src', 'index.ts'), 'export const answer: number = 44;\n');
    const outputs = await Promise.all([1, 2].map(() => concurrently(clone)));
    assert.equal(outputs.filter((text) => text.includes('Build: done')).length, 1, outputs.join('\n'));
    assert.equal(outputs.filter((text) => text.endsWith('exit 0')).length, 2, outputs.join('\n'));
    assert.match(readFileSync(join(clone, 'dist', 'index.js'), 'utf8'), /44/);
  });

  test('after a move it rebuilds what contains absolute paths', () => {
    const moved = join(scratch, 'moved é');
    renameSync(clone, moved);
    clone = moved;
    assert.deepEqual(setUp(clone).steps, ['Kernel', 'Python packages']);
    const spec = readFileSync(join(clone, '.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'), 'utf8');
    assert.ok(JSON.parse(spec).argv.some((part: string) => part.startsWith(clone)));
    assert.equal(spec.includes('a b é'), false);
  });
});

describe('what set-up installs', () => {
  test('the kernel names Node and the tslab of this clone by absolute paths that exist', () => {
    const spec = JSON.parse(read('.venv', 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json'));
    const paths = spec.argv.filter((part: string) => isAbsolute(part));
    assert.equal(paths[0], spec.argv[0]);
    assert.ok(paths.includes(join(root, 'node_modules', 'tslab', 'bin', 'tslab')), spec.argv.join(' '));
    for (const path of paths) assert.ok(existsSync(path), path);
    assert.deepEqual([spec.language, spec.env.TF_CPP_MIN_LOG_LEVEL], ['typescript', '3']);
  });

  for (const file of ['requirements', 'editions/map/requirements', 'editions/class/hub/requirements']) {
    test(`every Python package of ${file}.txt is pinned with its hashes, and no host is named`, () => {
      const text = read(`${file}.txt`);
      const entries = text.replace(/^\s*#.*\n/gm, '').match(/^\S.*(\n .*)*/gm) ?? [];
      assert.ok(entries.length > 50);
      for (const entry of entries) assert.match(entry, /^[\w.-]+==[\w.]+ .*\\(\n +--hash=sha256:[0-9a-f]{64}( \\)?)+/);
      for (const name of read(`${file}.in`).match(/^[a-z][\w-]*/gm) ?? []) {
        assert.ok(text.includes(`\n${name}==`), name);
      }
      assert.doesNotMatch(text, /:\/\/|--index|--find-links|--extra/);
    });
  }

  for (const folder of ['', 'editions/class/hub/']) {
    test(`every Node package of ${folder}package-lock.json is pinned with its hash, and no host is named`, () => {
      const text = read(`${folder}package-lock.json`);
      const packages = Object.entries<{ link?: boolean; integrity?: string }>(JSON.parse(text).packages);
      assert.ok(packages.length > 5);
      for (const [path, entry] of packages) {
        if (path !== '' && !entry.link) assert.match(entry.integrity ?? '', /^sha(1|256|512)-/, path);
      }
      assert.doesNotMatch(text, /"resolved": "[a-z]+:\/\//);
    });
  }
});

const FULL = resolve(__dirname, '..', '..', '..', 'test', 'support', 'full-disk.cjs');

describe('set-up on a full disk', () => {
  const scratch = temporaryFolder('full');
  const clone = join(scratch, 'clone');
  const full = join(scratch, 'too-full.cjs');
  before(() => {
    smallClone(clone);
    writeFileSync(full, "require('node:fs').statfsSync = () => ({ bavail: 1000, bsize: 2e5 });\n");
  });

  /** Runs set-up where no file that matches takes another byte after some writes. */
  function setUp(places: string, writes: number, more: NodeJS.ProcessEnv = {}, preload = FULL, program = SETUP) {
    const disk = { FULL_DISK: places, FULL_DISK_AFTER: String(writes) };
    return spawnSync(process.execPath, ['--require', preload, join(clone, 'tools', 'start.mjs'), program], {
      encoding: 'utf8',
      cwd: tmpdir(),
      env: { ...process.env, LIF_FC_MNIST_BACKEND: 'wasm', ...disk, ...more },
    });
  }

  test('that has too little room for a new clone begins nothing, and says how much it needs', () => {
    const { status, stdout, stderr } = setUp('none', 0, {}, full);
    assert.equal(status, 1);
    assert.equal(stdout, '');
    assert.match(stderr, /^setup: the disk is too full: 0\.2 GB free in .*clone, 3\.0 GB needed; free some, or .*\n$/);
    assert.equal(existsSync(join(clone, 'build')), false);
  });

  test('and with room but no network: one sentence, and none of what npm says', () => {
    const npm = join(scratch, 'offline', 'npm-cli.js');
    mkdirSync(join(scratch, 'offline'));
    writeFileSync(npm, "console.error('npm error code ECONNREFUSED\\nnpm error network'); process.exitCode = 1;\n");
    const { status, stderr } = setUp('none', 0, { npm_execpath: npm });
    assert.equal(status, 1);
    assert.match(stderr, /^setup: no network: .* \(ECONNREFUSED\); connect this machine, or .*environment\.md\n$/);
  });

  test('that is full once a step is done says so in one line, and leaves no lock and nothing half-written', () => {
    rmSync(join(clone, 'node_modules'), { recursive: true, force: true });
    const { status, stderr } = setUp('packages\\.json', 0);
    assert.equal(status, 1);
    assert.match(stderr, /^setup: ENOSPC: .*; expected room on the disk.*\n$/);
    assert.deepEqual(readdirSync(join(clone, 'build')), []);
  });

  test('that has too little room for the frameworks begins none, and says how much they need', () => {
    assert.equal(setUp('none', 0).status, 0);
    const peers = setUp('none', 0, { PEERS_PYTHON: '' }, full, 'tools/peers/peers.ts');
    assert.match(
      peers.stderr,
      /^peers: the disk is too full: 0\.2 GB free in .*clone, \d\.0 GB needed; free some, or .*\n$/,
    );
    assert.equal(existsSync(join(clone, '.venv-peers')), false);
  });
});
