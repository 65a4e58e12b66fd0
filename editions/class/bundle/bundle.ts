// `npm run setup -- --bundle`: one folder, build/bundle/, with all that set-up downloads, for machines of the same kind
// as this one and without a network. tools/setup/bundle.ts says what is in it.
// Options after `--`; `--help` lists them.
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
import { command, runProgram, whole } from '../../../packages/system/program';
import {
  filesUnder,
  nodeModules,
  readJson,
  readText,
  remove,
  root,
  UserError,
  venvPython,
  writeJson,
  writeWhole,
} from '../../../packages/system/project';
import { run, step } from '../../../packages/system/run';
import { fingerprintOf, fits, kindOfBundle, npmCommand, pythonEnv, sha256Of } from '../../../tools/machine.mjs';
import { nameOf, runTwice, succeeded, tarballOf } from '../../../tools/packages.mjs';
import { sumsOf } from '../../../tools/release/files';
import { NATIVE } from '../../../tools/setup/bundle';
import { packNative } from '../../../tools/setup/native';
import { escapeHtml } from '../../shared/html';
import { serve as serveFolder } from '../../shared/serve';
import { edition } from '../doctor/trial';
import { networkAddresses } from '../listening';

/** Debian 12 has Python 3.11.2, for which one requirement is another one than for later 3.11. */
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

function readArguments() {
  const program = command('npm run setup -- --bundle', 'bundle')
    .description(
      'One folder with all that set-up downloads, for machines of the same kind as this one without a network.',
    )
    .option('--out <folder>', 'another folder than build/bundle; a kind that is in it already stays')
    .option('--serve', 'serve that folder to a room instead, with the browser edition if it is built')
    .option('--host <address>', 'serve it there; 0.0.0.0 for the whole network', '127.0.0.1')
    .option('--port <number>', 'serve it there; 0 for a free port', whole(0, 65535), 8765);
  const { out, host, port } = program.parse().opts();
  const isServing = ['serve', 'host', 'port'].some((name) => program.getOptionValueSource(name) === 'cli');
  return { out, host, port, isServing };
}

const kind = kindOfBundle();

/** The packages that npm installed here, as it lists them itself: those of package-lock.json for this kind of machine. */
function installedPackages() {
  const { packages } = readJson(join(nodeModules, '.package-lock.json'));
  const found = Object.entries<Record<'version' | 'integrity', string> & { name?: string }>(packages)
    .filter(([, { integrity }]) => integrity)
    .map(([place, entry]) => ({ ...entry, name: nameOf(place, entry) }));
  return [...new Map(found.map((one) => [tarballOf(one), one])).values()];
}

/** The algorithm and the hash, as base64, of an entry of package-lock.json. */
const hashIn = (integrity: string) => integrity.split(' ')[0].split(/-(.*)/);

/** Where npm's cache keeps a file with this hash of package-lock.json. */
function inCache(cache: string, integrity: string) {
  const [algorithm, hash] = hashIn(integrity);
  const hex = Buffer.from(hash, 'base64').toString('hex');
  return join(cache, '_cacache', 'content-v2', algorithm, hex.slice(0, 2), hex.slice(2, 4), hex.slice(4));
}

/** Called with what a command prints. */
type OnLine = (line: string) => void;

/** Copies the packages from npm's cache, after npm has fetched the missing ones. */
async function nodePackages(folder: string, onLine: OnLine) {
  const [command, first] = npmCommand();
  const npm = (...args: string[]) => runTwice(run, command, [...first, ...args], { cwd: root, onLine });
  const { lines } = await npm('config', 'get', 'cache');
  const cache = lines.at(-1) ?? '';
  const wanted = installedPackages();
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
    const [algorithm, hash] = hashIn(one.integrity);
    if (createHash(algorithm).update(readFileSync(file)).digest('base64') !== hash)
      throw new UserError(`${one.name}@${one.version} is damaged in npm's cache: run \`npm cache verify\``);
    copyFileSync(file, join(folder, tarballOf(one)));
  }
  return `${wanted.length} packages`;
}

/** Downloads the wheels of requirements.txt for every Python that the tutorial runs on. pip checks their hashes. */
async function pythonPackages(folder: string, onLine: OnLine) {
  const env = pythonEnv();
  const script = join(root, 'editions', 'class', 'bundle', 'wheels.py');
  for (const version of PYTHONS) {
    const selected = await run(venvPython, [script, join(root, 'requirements.txt'), version], { env });
    succeeded(selected, 'wheels.py');
    const list = join(folder, 'requirements.txt');
    writeFileSync(list, `${selected.lines.join('\n')}\n`);
    const args = [...DOWNLOAD, `--python-version=${version}`, '-d', folder, '-r', list];
    const result = await runTwice(run, venvPython, args, { env, onLine });
    succeeded(result, `pip download for Python ${version}`);
    remove(list);
  }
  return `${readdirSync(folder).length} wheels, for Python 3.11 to 3.13`;
}

/** The project itself as it was committed, where this is a clone. */
function project(target: string) {
  const archive = ['archive', '--format=zip', '--prefix=lif-fc-mnist/', '-o', join(target, 'lif-fc-mnist.zip'), 'HEAD'];
  const { status } = spawnSync('git', archive, { cwd: root, stdio: 'ignore' });
  if (status !== 0) return 'not included: this is no git clone';
  const changes = spawnSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root, encoding: 'utf8' });
  return changes.stdout.trim() === '' ? 'as committed' : 'as committed; your uncommitted changes are not in it';
}

/**
 * The README of a bundle: ten lines for the person who has it on a stick.
 * @param kinds of machines
 */
const readme = (
  kinds: string[],
  edition: string,
) => `lif-fc-mnist ${edition}, to be set up without a network. For: ${kinds.join(', ')}.
1. Install Node (20, 22, 24 or 26) and Python (3.11 to 3.13, with venv); these two are not in here.
2. Copy this whole folder to the machine, and unpack lif-fc-mnist.zip there, or use a clone of the same edition.
3. In the folder of the project (Linux, macOS):   npm run setup -- --from /path/to/this/folder
   or for all of its commands:                    export LIF_FC_MNIST_BUNDLE=/path/to/this/folder
   Windows (PowerShell):                          $env:LIF_FC_MNIST_BUNDLE = 'D:\\path\\to\\this\\folder'; npm run setup
4. npm run doctor    says whether all is well, in one line to paste. npm run lab    opens the notebooks.
Every file is checked against SHA256SUMS before it is used. To check the copy yourself: cd KIND; sha256sum -c SHA256SUMS
To add another kind of machine, run \`npm run setup -- --bundle\` there, and copy its build/bundle/KIND and its entry in kinds.json here.
To serve all of it to a room: npm run setup -- --bundle --serve --host 0.0.0.0
`;

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
  await step('Project', 'git archive', async () => project(target));
  const kinds = { ...readJson(join(target, 'kinds.json')) };
  kinds[kind] = { edition: edition(), SHA256SUMS: await sha256Of(join(work, 'SHA256SUMS')), ...fits() };
  remove(join(target, kind));
  renameSync(work, join(target, kind));
  writeJson(join(target, 'kinds.json'), kinds);
  writeWhole(join(target, 'README.txt'), readme(Object.keys(kinds), edition()));
  console.log(`\nThe bundle is ready: ${target} (README.txt says how to use it).`);
  console.log('Serve it to a room: npm run setup -- --bundle --serve --host 0.0.0.0');
}

/** The addresses under which others reach this machine. */
function addresses(host: string, port: number) {
  const all = host === '0.0.0.0' || host === '::';
  const names = all ? networkAddresses() : [host.includes(':') ? `[${host}]` : host];
  return (names.length > 0 ? names : ['127.0.0.1']).map((name) => `http://${name}:${port}/`);
}

/**
 * @param setUp the line that learners type
 * @param kinds of machines
 */
const page = (setUp: string, kinds: string[], hasProject: boolean, hasLite: boolean) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>lif-fc-mnist</title><h1>lif-fc-mnist</h1><ul>
${hasLite ? '<li><a href="lite/">The browser edition</a>: nothing to install.</li>' : ''}
${hasProject ? '<li><a href="lif-fc-mnist.zip">The project</a>, to unpack.</li>' : ''}
<li>Then, in its folder: <pre>${escapeHtml(setUp)}</pre>For ${escapeHtml(kinds.join(', '))}.</li>
<li><a href="README.txt">README.txt</a> says more.</li></ul></html>
`;

/**
 * Serves until the process ends.
 * @param folder the bundle, at /
 * @param built where the browser edition and the book are, served at /lite/ and /book/ if they are there
 */
async function serve(folder: string, built: string, host: string, port: number) {
  const kinds = readText(join(folder, 'kinds.json'));
  if (kinds === undefined) {
    throw new UserError(`${folder}: expected a bundle, found none; make one with \`npm run setup -- --bundle\``);
  }
  const pages: Record<string, string> = {};
  const options = { host, instead: pages, next: folder, only: ['lite', 'book'] };
  const server = await serveFolder(built, port, '', options).catch((error) => {
    const what = error.code === 'EADDRINUSE' ? 'choose another --port' : 'choose another --host';
    throw new UserError(`cannot serve at ${host}:${port} (${error.code}): ${what}`);
  });
  const own = addresses(host, server.port);
  const setUp = `npm run setup -- --from ${own[0]}#${fingerprintOf(kinds)}`;
  const hasLite = existsSync(join(built, 'lite', 'index.html'));
  const hasProject = existsSync(join(folder, 'lif-fc-mnist.zip'));
  pages['/'] = page(setUp, Object.keys(JSON.parse(kinds)), hasProject, hasLite);
  console.log(`Serving ${folder} at ${own.join(' and ')}`);
  if (hasLite) console.log(`The browser edition: ${own[0]}lite/`);
  else console.log('The browser edition is not built (`npm run lite`), so it is not served.');
  console.log(`For the room:        ${setUp}`);
  if (host === '127.0.0.1')
    console.log('Only this machine reaches it. For others: --host 0.0.0.0, or the address of this machine.');
  console.log('Ctrl-C ends it.');
}

function main() {
  const { out, isServing, host, port } = readArguments();
  const target = out ? resolve(process.env.INIT_CWD || '.', out) : join(root, 'build', 'bundle');
  const work = join(target, `.${kind}`);
  return runProgram('bundle', () => (isServing ? serve(target, join(root, 'build'), host, port) : make(target, work)), {
    tidy: () => remove(work),
  });
}

if (require.main === module) main();
