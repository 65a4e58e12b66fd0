// The steps of set-up: what each does, and whether it still has to be done.
/** @typedef {Awaited<ReturnType<typeof import('./bundle.mjs').openBundle>>} Bundle */
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  filesUnder,
  hashOf,
  nodeModules,
  pythonIn,
  readJson,
  remove,
  root,
  stamps,
  venv,
  writeJson,
  writeWhole,
} from '../../packages/system/project.mjs';
import { pythonEnv } from '../../packages/system/requirements.cjs';
import { npmCommand, run, runTwice, succeeded } from '../../packages/system/run.mjs';
import { isBuilt } from './build.mjs';
import { nativeState } from './native.mjs';
import { startRegistry } from './registry.mjs';

/**
 * The names of the files in a folder, for its stamp: so a file that is lost later is noticed. Python compiles its
 * modules as they are used.
 */
const namesIn = (/** @type {string} */ folder) => filesUnder(folder).filter((name) => !name.endsWith('.pyc'));

/**
 * The first file of a stamp that is gone; undefined if none is. Files that were added do not matter.
 * @param {string} folder
 * @param {string[]} [files]
 */
const lostIn = (folder, files = []) => files.find((name) => !existsSync(join(folder, name)));

// Node packages ------------------------------------------------------------------------------------------------------

const packagesStamp = () => ({
  inputs: hashOf(['package-lock.json', '.npmrc']),
  platform: `${process.platform}-${process.arch}`,
});

/** Why the Node packages have to be installed; undefined if they are as package-lock.json says. */
function packagesLack() {
  const { files, ...stamp } = readJson(stamps.packages) ?? {};
  if (JSON.stringify(stamp) !== JSON.stringify(packagesStamp())) return 'new';
  try {
    // On Windows the link is a junction with an absolute path, which is wrong after the clone was moved.
    if (realpathSync(join(nodeModules, 'lif-fc-mnist')) !== realpathSync(root)) return 'the folder was moved';
  } catch {
    return 'node_modules/lif-fc-mnist is missing';
  }
  const lost = lostIn(nodeModules, files);
  return lost && `${join('node_modules', lost)} is missing`;
}

/** npm's own environment, but with a registry on this machine that has the packages of the bundle. */
function fromRegistry(/** @type {string} */ address) {
  const cache = join(root, 'build', 'npm-cache');
  const proxies = /^(npm_config_)?(https?_?-?proxy|proxy|noproxy|offline|prefer_offline)$/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !proxies.test(name)));
  return { args: [`--registry=${address}`, `--cache=${cache}`, '--noproxy=127.0.0.1'], env, cache };
}

/**
 * Installs the packages of package-lock.json: from npm's registry, or from a bundle.
 * @param {(line: string) => void} onLine
 * @param {Bundle} [bundle]
 */
export async function installPackages(onLine, bundle) {
  remove(stamps.packages);
  const [command, first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  args.push('--loglevel=http');
  const registry = bundle && (await startRegistry(bundle.npm, readJson(join(root, 'package-lock.json'))));
  const from = registry ? fromRegistry(registry.address) : { args: [], env: process.env, cache: undefined };
  try {
    const env = { ...from.env, NODE_OPTIONS: '' };
    const offline = bundle ? undefined : ['--offline'];
    const result = await runTwice(command, [...args, ...from.args], { cwd: root, env, onLine, offline });
    succeeded(result, 'npm ci');
  } finally {
    registry?.close();
    if (from.cache) remove(from.cache);
  }
  writeJson(stamps.packages, { ...packagesStamp(), files: namesIn(nodeModules) });
}

// Environments of Python
// -----------------------------------------------------------------------------------------------

/**
 * A folder with its own Python, and the lock file, as a path in the clone, whose packages are in it. `offline` says
 * what helps without a network, if not the bundle; `options` are pip's.
 * @typedef {{ folder: string, lock: string, offline?: string, options?: string[] }} Environment
 */

/** What the notebooks, the book and the browser edition need. */
const MAIN = { folder: venv, lock: 'requirements.txt' };

const stampIn = (/** @type {string} */ folder) => join(folder, '.setup.json');

// The scripts in a venv contain its absolute path, so a clone that was moved or copied needs a new venv.
const venvStamp = (/** @type {Environment} */ { folder, lock }) => ({ inputs: hashOf([lock]), path: folder });

/** Why an environment has to be made; undefined if it is as its lock file says. */
export function venvLacks(/** @type {Environment} */ environment = MAIN) {
  const { folder } = environment;
  const { python, files, ...stamp } = readJson(stampIn(folder)) ?? {};
  if (JSON.stringify(stamp) !== JSON.stringify(venvStamp(environment))) return 'new';
  const executable = pythonIn(folder);
  const lost = existsSync(executable) ? lostIn(folder, files) : relative(folder, executable);
  return lost && `${join(basename(folder), lost)} is missing`;
}

/**
 * Makes an environment and installs what its lock file names: from pip's index, or from a bundle.
 * @param {{ executable: string, version: string }} python
 * @param {(line: string) => void} onLine
 * @param {Bundle} [bundle]
 * @param {Environment} [environment]
 */
export async function installPython(python, onLine, bundle, environment = MAIN) {
  // Compiling every module would double the time; Python compiles those that are used.
  const { folder, lock, offline: help, options = ['--no-compile'] } = environment;
  remove(stampIn(folder));
  const env = pythonEnv();
  const made = await run(python.executable, ['-m', 'venv', '--clear', folder], { cwd: root, env, onLine });
  succeeded(made, `${python.executable} -m venv ${basename(folder)}`);
  const pip = ['-m', 'pip', 'install', ...options, '--progress-bar', 'off', '--require-hashes'];
  if (bundle) pip.push('--no-index', '--find-links', bundle.wheels);
  const result = await runTwice(pythonIn(folder), [...pip, '-r', join(root, lock)], { cwd: root, env, onLine });
  succeeded(result, `pip install --require-hashes -r ${lock}`, help);
  writeJson(stampIn(folder), { ...venvStamp(environment), python: python.version, files: namesIn(folder) });
}

// Kernel -------------------------------------------------------------------------------------------------------------

export const kernelFile = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** What `tslab install` writes, but with absolute paths, so neither node nor tslab has to be on PATH. */
const kernelText = () => {
  const tslab = join(nodeModules, 'tslab', 'bin', 'tslab');
  const preload = join(root, 'packages', 'typescript-kernel', 'tslab', 'preload.cjs');
  const spec = {
    argv: [process.execPath, '--require', preload, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript (tslab)',
    language: 'typescript',
    // Otherwise TensorFlow's start-up lines would appear in the notebooks.
    env: { TF_CPP_MIN_LOG_LEVEL: '3', NODE_NO_WARNINGS: '1' },
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
};

export const writeKernel = () => writeWhole(kernelFile, kernelText());

export const kernelDone = () => existsSync(kernelFile) && readFileSync(kernelFile, 'utf8') === kernelText();

// --------------------------------------------------------------------------------------------------------------------

/**
 * What set-up still has to do: for the packages the reason, 'new' if none fit.
 * @param {string} [wanted] the backend, LIF_FC_MNIST_BACKEND
 * @param {boolean} [retry] the native backend counts as not tried
 */
export function pending(wanted, retry = false) {
  const packages = packagesLack();
  const python = venvLacks();
  const state = packages ? undefined : nativeState();
  const again = retry || (state?.outcome === 'none' && wanted === 'native');
  const native = wanted !== 'wasm' && wanted !== 'cpu' && (state === undefined || again);
  return { packages, python, native, build: !isBuilt(), kernel: python !== undefined || !kernelDone(), state };
}
