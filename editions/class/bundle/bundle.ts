// `npm run setup -- --bundle`: the folder build/bundle/ with everything that set-up downloads, for machines of the same
// kind as this one that have no network. tools/setup/bundle.ts describes its files.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { command, runProgram } from '../../../packages/system/program';
import {
  filesUnder,
  nodeModules,
  readJson,
  remove,
  root,
  UserError,
  venvPython,
  writeJson,
  writeWhole,
} from '../../../packages/system/project';
import { run, step } from '../../../packages/system/run';
import { fingerprintOf, kindOfBundle, lockHashes, npmCommand, pythonEnv, sha256Of } from '../../../tools/machine.mjs';
import { assertSucceeded, nameOf, runWithRetry, tarballOf } from '../../../tools/packages.mjs';
import { sumsOf } from '../../../tools/release/files';
import { NATIVE } from '../../../tools/setup/bundle';
import { packNative } from '../../../tools/setup/native';
import { edition } from '../doctor/trial';

/** 3.11.2, which Debian 12 has, needs another version of one package than later releases of 3.11. */
const PYTHONS = ['3.11.2', '3.11.9', '3.12.9', '3.13.5'];
const DOWNLOAD = [
  '-m',
  'pip',
  'download',
  '--no-deps',
  '--require-hashes',
  '--only-binary=:all:',
  '--progress-bar=off',
];

const cli = command('npm run setup -- --bundle', 'bundle')
  .description(
    'One folder with all that set-up downloads, for machines of the same kind as this one without a network.',
  )
  .option('--out <folder>', 'another folder than build/bundle; a kind that is in it already stays');

const here = join(root, 'editions', 'class', 'bundle');
const kind = kindOfBundle();

/** The packages that npm has installed: those in package-lock.json that this kind of machine needs. */
function installedPackages() {
  const { packages } = readJson(join(nodeModules, '.package-lock.json'));
  const found = Object.entries<Record<'version' | 'integrity', string> & { name?: string }>(packages)
    .filter(([, { integrity }]) => integrity)
    .map(([place, entry]) => ({ ...entry, name: nameOf(place, entry) }));
  return [...new Map(found.map((one) => [tarballOf(one), one])).values()];
}

/** The algorithm and the hash, as base64, of an entry of package-lock.json. */
const hashIn = (integrity: string) => integrity.split(' ')[0].split(/-(.*)/);

/** The path in npm's cache of the file with this hash. */
function inCache(cache: string, integrity: string) {
  const [algorithm, hash] = hashIn(integrity);
  const hex = Buffer.from(hash, 'base64').toString('hex');
  return join(cache, '_cacache', 'content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
}

/** Called with each line that a command prints. */
type OnLine = (line: string) => void;

/** Lets npm fetch the packages that its cache lacks, then copies all of them from there. */
async function nodePackages(folder: string, onLine: OnLine) {
  const [command, first] = npmCommand();
  const npm = (...args: string[]) => runWithRetry(run, command, [...first, ...args], { cwd: root, onLine });
  const { lines } = await npm('config', 'get', 'cache');
  const cache = lines.at(-1) ?? '';
  const wanted = installedPackages();
  const missing = wanted.filter(({ integrity }) => !existsSync(inCache(cache, integrity)));
  for (let i = 0; i < missing.length; i += 20) {
    onLine(`fetching ${i + 1} to ${Math.min(i + 20, missing.length)} of ${missing.length}`);
    const names = missing.slice(i, i + 20).map(({ name, version }) => `${name}@${version}`);
    assertSucceeded(await npm('cache', 'add', '--loglevel=http', ...names), `npm cache add ${names.join(' ')}`);
  }
  for (const one of wanted) {
    const file = inCache(cache, one.integrity);
    if (!existsSync(file))
      throw new UserError(`${one.name}@${one.version}: npm fetched another file than package-lock.json names`);
    const [algorithm, hash] = hashIn(one.integrity);
    if (createHash(algorithm).update(readFileSync(file)).digest('base64') !== hash)
      throw new UserError(`${one.name}@${one.version} is damaged in npm's cache: run \`npm cache verify\``);
    copyFileSync(file, join(folder, tarballOf(one)));
  }
  return `${wanted.length} packages`;
}

/** Downloads the wheels in requirements.txt for every supported Python. pip checks their hashes. */
async function pythonPackages(folder: string, onLine: OnLine) {
  const env = pythonEnv();
  const script = join(here, 'wheels.py');
  for (const version of PYTHONS) {
    const selected = await run(venvPython, [script, join(root, 'requirements.txt'), version], { env });
    assertSucceeded(selected, 'wheels.py');
    const list = join(folder, 'requirements.txt');
    writeFileSync(list, `${selected.lines.join('\n')}\n`);
    const args = [...DOWNLOAD, `--python-version=${version}`, '-d', folder, '-r', list];
    const result = await runWithRetry(run, venvPython, args, { env, onLine });
    assertSucceeded(result, `pip download for Python ${version}`);
    remove(list);
  }
  return `${readdirSync(folder).length} wheels, for Python 3.11 to 3.13`;
}

/** Adds an archive of the committed project, if this is a clone. Returns a note about it. */
function archiveProject(target: string) {
  const archive = ['archive', '--format=zip', '--prefix=lif-fc-mnist/', '-o', join(target, 'lif-fc-mnist.zip'), 'HEAD'];
  const { status } = spawnSync('git', archive, { cwd: root, stdio: 'ignore' });
  if (status !== 0) return 'not included: this is no git clone';
  const changes = spawnSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root, encoding: 'utf8' });
  return changes.stdout.trim() === '' ? 'as committed' : 'as committed; your uncommitted changes are not in it';
}

async function make(target: string, work: string) {
  if (!existsSync(venvPython)) throw new UserError('set-up is not complete: run `npm run setup` first');
  remove(work);
  for (const name of ['npm', 'wheels']) mkdirSync(join(work, name), { recursive: true });
  console.log(`Making a bundle for ${kind} in ${target}:`);
  await step('Node packages', 'from the cache of npm', (onLine) => nodePackages(join(work, 'npm'), onLine));
  await step('Python packages', 'pip download', (onLine) => pythonPackages(join(work, 'wheels'), onLine));
  await step('Native backend', 'packing what is installed here', async () =>
    (await packNative(join(work, NATIVE))) ? '' : 'none here, so machines will use the WebAssembly backend',
  );
  await step('Checksums', 'of every file', async () => {
    const files = filesUnder(work);
    const bytes = files.reduce((sum, file) => sum + statSync(join(work, file)).size, 0);
    writeWhole(join(work, 'SHA256SUMS'), await sumsOf(work));
    return `${files.length} files, ${(bytes / 1e6).toFixed(0)} MB`;
  });
  await step('Project', 'git archive', async () => archiveProject(target));
  const kinds = { ...readJson(join(target, 'kinds.json')) };
  kinds[kind] = { edition: edition(), SHA256SUMS: await sha256Of(join(work, 'SHA256SUMS')), ...lockHashes() };
  remove(join(target, kind));
  renameSync(work, join(target, kind));
  writeJson(join(target, 'kinds.json'), kinds);
  copyFileSync(join(here, 'README.txt'), join(target, 'README.txt'));
  console.log(`\nThe bundle is ready: ${target} (README.txt says how to use it).`);
  const fingerprint = fingerprintOf(readFileSync(join(target, 'kinds.json'), 'utf8'));
  console.log(`Serve it to a room: python3 -m http.server --directory ${target} 8765`);
  console.log(`The room then runs: npm run setup -- --from http://YOUR-ADDRESS:8765/#${fingerprint}`);
}

function main() {
  const { out } = cli.parse().opts();
  const target = out ? resolve(process.env.INIT_CWD || '.', out) : join(root, 'build', 'bundle');
  const work = join(target, `.${kind}`);
  return runProgram('bundle', () => make(target, work), { tidy: () => remove(work) });
}

if (require.main === module) main();
