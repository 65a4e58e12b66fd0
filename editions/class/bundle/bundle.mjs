#!/usr/bin/env node
// `npm run setup -- --bundle`: one folder, build/bundle/, with all that set-up downloads, for machines of the same kind
// as this one and without a network. tools/setup/bundle.mjs says what is in it.
// Options after `--`; `--help` lists them.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { command, whole } from '../../../packages/system/options.mjs';
import { runProgram } from '../../../packages/system/program.mjs';
import {
  filesUnder,
  readJson,
  remove,
  root,
  UserError,
  venvPython,
  writeJson,
  writeWhole,
} from '../../../packages/system/project.mjs';
import { pythonEnv } from '../../../packages/system/requirements.cjs';
import { npmCommand, run, runTwice, succeeded } from '../../../packages/system/run.mjs';
import { step } from '../../../packages/system/step.mjs';
import { fits, kindOfBundle, NATIVE, sha256 } from '../../../tools/setup/bundle.mjs';
import { packNative } from '../../../tools/setup/native.mjs';
import { packagesOf, tarballOf } from '../../../tools/setup/registry.mjs';
import { edition } from '../exercises/edition.mjs';
import { readme } from './readme.mjs';
import { serve } from './serve.mjs';

/** Debian 12 has Python 3.11.2, for which one requirement is another one than for later 3.11. */
const PYTHONS = ['3.11.2', '3.11.9', '3.12.9', '3.13.5'];

/** @param {string} text */
function ownAddress(text) {
  if (isIP(text) || text === 'localhost') return text;
  throw new InvalidArgumentError('expected an address of this machine, such as 0.0.0.0 for all of its networks');
}

function readArguments() {
  const program = command('npm run setup -- --bundle', 'bundle')
    .description(
      'One folder with all that set-up downloads, for machines of the same kind as this one without a network.',
    )
    .option('--out <folder>', 'another folder; a kind that is in it already stays', join('build', 'bundle'))
    .option('--serve', 'serve that folder to a room instead, with the browser edition if it is built')
    .option('--host <address>', 'for --serve: where to listen; 0.0.0.0 for the whole network', ownAddress, '127.0.0.1')
    .option('--port <number>', 'for --serve: where to listen; 0 for a free port', whole(0, 65535), 8765);
  const values = program.parse().opts();
  for (const name of ['host', 'port']) {
    if (!values.serve && program.getOptionValueSource(name) === 'cli')
      program.error(`--${name}: expected --serve beside it`);
  }
  if (program.getOptionValueSource('out') === 'default') values.out = join(root, values.out);
  return values;
}

const values = readArguments();
const target = resolve(process.env.INIT_CWD || '.', values.out);
const kind = kindOfBundle();

/**
 * Whether npm would install a package on this machine: a list names systems, or with `!` those that are excluded.
 * @param {{ os?: string[], cpu?: string[], libc?: string[] }} entry of package-lock.json
 */
function isForThisSystem({ os, cpu, libc }) {
  /** @param {string[] | undefined} list @param {string} value */
  const allows = (list, value) =>
    !list || list.includes(value) || (list.every((one) => one.startsWith('!')) && !list.includes(`!${value}`));
  const ownLibc = kind.startsWith('linuxmusl') ? 'musl' : 'glibc';
  const isLinux = process.platform === 'linux';
  return allows(os, process.platform) && allows(cpu, process.arch) && (!isLinux || allows(libc, ownLibc));
}

/**
 * The algorithm and the hash of an entry of package-lock.json.
 * @param {string} integrity
 */
const hashIn = (integrity) => integrity.split(' ')[0].split(/-(.*)/);

/**
 * Where npm's cache keeps a file with this hash.
 * @param {string} cache
 * @param {string} integrity
 */
function inCache(cache, integrity) {
  const [algorithm, hash] = hashIn(integrity);
  const hex = Buffer.from(hash, 'base64').toString('hex');
  return join(cache, '_cacache', 'content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
}

/** @typedef {(line: string) => void} OnLine called with what a command prints */

/**
 * Copies the packages from npm's cache, after npm has fetched the missing ones.
 * @param {string} folder
 * @param {OnLine} onLine
 */
async function nodePackages(folder, onLine) {
  const [command, first] = npmCommand();
  /** @param {string[]} args */
  const npm = (...args) => runTwice(command, [...first, ...args], { cwd: root, onLine });
  const { lines } = await npm('config', 'get', 'cache');
  const cache = lines.at(-1) ?? '';
  const wanted = packagesOf(readJson(join(root, 'package-lock.json'))).filter(isForThisSystem);
  const missing = wanted.filter(({ integrity }) => !existsSync(inCache(cache, integrity)));
  for (let i = 0; i < missing.length; i += 20) {
    onLine(`fetching ${i + 1} to ${Math.min(i + 20, missing.length)} of ${missing.length}`);
    const names = missing.slice(i, i + 20).map(({ name, version }) => `${name}@${version}`);
    succeeded(await npm('cache', 'add', '--loglevel=http', ...names), `npm cache add ${names.join(' ')}`);
  }
  for (const one of wanted) {
    const file = inCache(cache, one.integrity);
    if (!existsSync(file))
      throw new UserError(`${one.name}@${one.version}: npm fetched another file than package-lock.json names`);
    const content = readFileSync(file);
    const [algorithm, hash] = hashIn(one.integrity);
    if (createHash(algorithm).update(content).digest('base64') !== hash) {
      throw new UserError(`${one.name}@${one.version}: damaged in the cache of npm: run \`npm cache verify\``);
    }
    writeFileSync(join(folder, tarballOf(one)), content);
  }
  return `${wanted.length} packages`;
}

/**
 * Downloads the wheels of requirements.txt for every Python that the tutorial runs on. pip checks their hashes.
 * @param {string} folder
 * @param {OnLine} onLine
 */
async function pythonPackages(folder, onLine) {
  const env = pythonEnv();
  for (const version of PYTHONS) {
    const selected = await run(
      venvPython,
      [join(root, 'editions', 'class', 'bundle', 'wheels.py'), join(root, 'requirements.txt'), version],
      { env },
    );
    succeeded(selected, 'wheels.py');
    const list = join(folder, 'requirements.txt');
    writeFileSync(list, `${selected.lines.join('\n')}\n`);
    const download = [
      '-m',
      'pip',
      'download',
      '--no-deps',
      '--require-hashes',
      '--only-binary=:all:',
      '--progress-bar=off',
    ];
    const result = await runTwice(venvPython, [...download, `--python-version=${version}`, '-d', folder, '-r', list], {
      env,
      onLine,
    });
    succeeded(result, `pip download for Python ${version}`);
    remove(list);
  }
  return `${readdirSync(folder).length} wheels, for Python 3.11 to 3.13`;
}

/** The project itself as it was committed, where this is a clone. */
function project() {
  const archive = ['archive', '--format=zip', '--prefix=lif-fc-mnist/', '-o', join(target, 'lif-fc-mnist.zip'), 'HEAD'];
  const { status } = spawnSync('git', archive, { cwd: root, stdio: 'ignore' });
  if (status !== 0) return 'not included: this is no git clone';
  const changes = spawnSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root, encoding: 'utf8' });
  return changes.stdout.trim() === '' ? 'as committed' : 'as committed; your uncommitted changes are not in it';
}

async function make() {
  if (!existsSync(venvPython)) throw new UserError('set-up is not complete: run `npm run setup` first');
  const work = join(target, `.${kind}`);
  remove(work);
  for (const name of ['npm', 'wheels']) mkdirSync(join(work, name), { recursive: true });
  console.log(`Making a bundle for ${kind} in ${target}:`);
  await step('Node packages', 'from the cache of npm', (/** @type {OnLine} */ onLine) =>
    nodePackages(join(work, 'npm'), onLine),
  );
  await step('Python packages', 'pip download', (/** @type {OnLine} */ onLine) =>
    pythonPackages(join(work, 'wheels'), onLine),
  );
  await step('Native backend', 'packing what is installed here', async () =>
    (await packNative(join(work, NATIVE))) ? '' : 'none here, so machines will use the WebAssembly backend',
  );
  writeJson(join(work, 'bundle.json'), { kind, edition: edition(), ...fits() });
  let bytes = 0;
  await step('Checksums', 'of every file', async () => {
    const sums = [];
    for (const file of filesUnder(work).map((name) => name.replaceAll('\\', '/'))) {
      sums.push(`${await sha256(join(work, file))}  ${file}\n`);
      bytes += statSync(join(work, file)).size;
    }
    writeWhole(join(work, 'SHA256SUMS'), sums.join(''));
    return `${sums.length} files, ${(bytes / 1e6).toFixed(0)} MB`;
  });
  await step('Project', 'git archive', async () => project());
  const kinds = { ...readJson(join(target, 'kinds.json')) };
  kinds[kind] = await sha256(join(work, 'SHA256SUMS'));
  remove(join(target, kind));
  renameSync(work, join(target, kind));
  writeJson(join(target, 'kinds.json'), kinds);
  writeWhole(join(target, 'README.txt'), readme(Object.keys(kinds), edition()));
  console.log(`\nThe bundle is ready: ${target} (README.txt says how to use it).`);
  console.log('Serve it to a room: npm run setup -- --bundle --serve --host 0.0.0.0');
}

async function main() {
  if (values.serve) await serve({ folder: target, built: join(root, 'build'), host: values.host, port: values.port });
  else await make();
}

await runProgram('bundle', main, { tidy: () => remove(join(target, `.${kind}`)) });
