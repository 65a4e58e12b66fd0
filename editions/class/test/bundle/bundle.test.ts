/** Set-up from a bundle, in a folder or on a web server, without a network. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root } from '../../../../packages/system/project';
import { ended } from '../../../../test/support/notebooks';
import { PYTHON } from '../../../../test/support/python';
import { smallClone } from '../../../../test/support/small-clone';
import { serve } from '../../../shared/serve';

const scratch = mkdtempSync(join(tmpdir(), 'lif-bundle-'));
const clone = smallClone(join(scratch, 'a clone'));
const bundle = join(scratch, 'a bundle');
after(() => rmSync(scratch, { recursive: true, force: true }));

const sha256 = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
const kind = `${process.platform}-${process.arch}-node${process.versions.node.split('.')[0]}`;
const sums = join(bundle, kind, 'SHA256SUMS');

/**
 * Writes the hashes of a bundle, as `npm run setup -- --bundle` does.
 * @param lock that of the package-lock.json that it is for
 */
function seal(lock = hashOf('package-lock.json')): void {
  const files = ['native.tar.gz', 'npm/@lif+little-1.2.3.tgz'];
  const lines = files.map((file) => `${sha256(readFileSync(join(bundle, kind, file)))}  ${file}\n`);
  writeFileSync(sums, lines.join(''));
  const fits = { 'package-lock.json': lock, 'requirements.txt': hashOf('requirements.txt') };
  const kinds = { [kind]: { SHA256SUMS: sha256(readFileSync(sums)), ...fits } };
  writeFileSync(join(bundle, 'kinds.json'), JSON.stringify(kinds));
}

/** Runs set-up where no registry answers. */
function setUp(...args: string[]) {
  const nowhere = 'http://127.0.0.1:9/';
  const child = spawn(process.execPath, [join(clone, 'tools', 'start.mjs'), 'tools/setup/setup.ts', ...args], {
    env: {
      ...process.env,
      LIF_FC_MNIST_BACKEND: 'wasm',
      INIT_CWD: scratch,
      npm_config_registry: nowhere,
      npm_config_cache: join(scratch, 'cache'),
      http_proxy: nowhere,
      https_proxy: nowhere,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return ended(child);
}

before(() => {
  // A package that no registry has, made by npm itself.
  const little = join(scratch, 'little');
  mkdirSync(little);
  writeFileSync(join(little, 'package.json'), JSON.stringify({ name: '@lif/little', version: '1.2.3' }));
  writeFileSync(join(little, 'index.js'), 'module.exports = 42;\n');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const packed = execFileSync(npm, ['pack', '--json', '--pack-destination', scratch], {
    cwd: little,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [{ filename, integrity }] = Object.values(JSON.parse(packed)) as { filename: string; integrity: string }[];
  for (const name of ['npm', 'wheels']) mkdirSync(join(bundle, kind, name), { recursive: true });
  renameSync(join(scratch, filename), join(bundle, kind, 'npm', '@lif+little-1.2.3.tgz'));
  writeFileSync(join(bundle, kind, 'native.tar.gz'), 'a program');

  const lockFile = join(clone, 'package-lock.json');
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  lock.packages[''].dependencies['@lif/little'] = '1.2.3';
  lock.packages['node_modules/@lif/little'] = { version: '1.2.3', integrity };
  writeFileSync(lockFile, JSON.stringify(lock));
  const manifest = JSON.parse(readFileSync(join(clone, 'package.json'), 'utf8'));
  manifest.dependencies['@lif/little'] = '1.2.3';
  writeFileSync(join(clone, 'package.json'), JSON.stringify(manifest));
});

const installed = () => join(clone, 'node_modules', '@lif', 'little', 'index.js');

/** The hash of one file of the clone, as set-up makes it. */
const hashOf = (file: string) => sha256(Buffer.concat([Buffer.from(`${file}\0`), readFileSync(join(clone, file))]));

describe('A bundle', () => {
  before(() => seal());

  test('that is damaged, or of another edition or kind, is refused in one line, and nothing is installed', async () => {
    const file = join(bundle, kind, 'npm', '@lif+little-1.2.3.tgz');
    const whole = readFileSync(file);
    const cases: [() => void, RegExp][] = [
      [() => writeFileSync(file, 'x'), /little-1\.2\.3\.tgz: is damaged: copy the bundle again$/],
      [() => writeFileSync(sums, `${readFileSync(sums, 'utf8')}x`), /SHA256SUMS is damaged: copy the bundle again$/],
      [
        () => seal('another'),
        /its package-lock\.json is another one than this project's: make the bundle again with this edition$/,
      ],
      [
        () => writeFileSync(join(bundle, 'kinds.json'), JSON.stringify({ [kind]: 'the hash of a former bundle' })),
        /is a bundle of another form: make the bundle again with this edition$/,
      ],
      [
        () => writeFileSync(join(bundle, 'kinds.json'), '{"plan9-mips-node20":"0"}'),
        /expected a bundle for \S+, found plan9-mips-node20: make one on a machine like this one with `npm run setup -- --bundle`$/,
      ],
    ];
    for (const [damage, message] of cases) {
      damage();
      const { status, lines } = await setUp('--from', 'a bundle');
      const said = lines.filter((line) => line.startsWith('setup: '));
      assert.equal(said.length, 1, lines.join('\n'));
      assert.match(said[0] as string, message);
      assert.equal(status, 1);
      assert.equal(existsSync(installed()), false);
      writeFileSync(file, whole);
      seal();
    }
  });

  test('gives set-up all of its packages, without a network and behind a proxy that is not there', async () => {
    const { status, lines } = await setUp('--from', 'a bundle');
    assert.equal(status, 0, lines.join('\n'));
    assert.equal(require(installed()), 42);
    assert.equal(existsSync(join(clone, 'build', 'npm-cache')), false);
    const again = await setUp('--from', 'a bundle');
    assert.match(again.lines.join('\n'), /^Everything is set up/);
    const nowhere = await setUp('--from', 'a clone');
    assert.match(nowhere.lines.join('\n'), /^setup: .*a clone.*: expected a bundle \(kinds\.json\), found none/);
    assert.equal(nowhere.status, 1);
  });

  test('that is served gives the same to another machine, and is refused if it is not the one in the address', async () => {
    const { port, close } = await serve(bundle);
    after(close);
    const address = `http://127.0.0.1:${port}/`;
    const from = `${address}#${sha256(readFileSync(join(bundle, 'kinds.json'))).slice(0, 16)}`;

    const forget = () => {
      for (const made of ['node_modules', '.venv']) rmSync(join(clone, made), { recursive: true });
    };
    forget();
    const other = await setUp('--from', `${address}#0123456789abcdef`);
    assert.equal(other.status, 1);
    assert.match(
      other.lines.at(-1) as string,
      /expected the bundle 0123456789abcdef, found \w{16}: ask for the address/,
    );
    assert.equal(existsSync(installed()), false);

    const copied = join(clone, 'build', 'bundle-copy', kind);
    const bare = await setUp('--from', address);
    assert.equal(bare.status, 0, bare.lines.join('\n'));
    // Over http a program could be anyone's. The packages are checked against the lock files.
    assert.equal(existsSync(join(copied, 'native.tar.gz')), false);

    forget();
    const { status, lines: said } = await setUp('--from', from);
    assert.equal(status, 0, said.join('\n'));
    assert.equal(require(installed()), 42);
    assert.equal(readFileSync(join(copied, 'native.tar.gz'), 'utf8'), 'a program');
  });
});

test('The requirements of another Python are those whose marker applies to it', () => {
  const script = join(root, 'editions', 'class', 'bundle', 'wheels.py');
  const linesFor = (version: string) =>
    execFileSync(PYTHON, [script, join(root, 'requirements.txt'), version], { encoding: 'utf8' })
      .trim()
      .split('\n');
  const [then, now] = ['3.11.9', '3.13.5'].map(linesFor) as [string[], string[]];
  const numpy = [then, now].map((lines) => lines.find((line) => line.startsWith('numpy==')));
  assert.notEqual(numpy[0], numpy[1]);
  for (const line of [...then, ...now]) assert.match(line, /^[\w.-]+==\S+( --hash=sha256:[0-9a-f]{64})+$/);
});
