// The steps of set-up: what each does, and whether it still has to be done.
export type Bundle = Awaited<ReturnType<typeof import('./bundle').openBundle>>;

import { existsSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import {
  filesUnder,
  hashOf,
  nodeModules,
  pythonIn,
  remove,
  root,
  venv,
  writeJson,
  writeWhole,
} from '../../packages/system/project';
import { run } from '../../packages/system/run';
import { pythonEnv } from '../machine.mjs';
import { lackOf, runTwice, succeeded } from '../packages.mjs';
import { isBuilt } from './build';
import { nativeState } from './native';

// Environments of Python ---------------------------------------------------------------------------------------------

/**
 * A folder with its own Python, and the lock file, as a path in the clone, whose packages are in it. `offline` says
 * what helps without a network, if not the bundle; `options` are pip's.
 */
interface Environment {
  folder: string;
  lock: string;
  offline?: string;
  options?: string[];
}

/** What the notebooks, the book and the browser edition need. */
const MAIN = { folder: venv, lock: 'requirements.txt' };

const stampIn = (folder: string) => join(folder, '.setup.json');

// The scripts in a venv contain its absolute path, so a clone that was moved or copied needs a new venv.
const venvStamp = ({ folder, lock }: Environment) => ({ inputs: hashOf([lock]), path: folder });

/** Why an environment has to be made; undefined if it is as its lock file says. */
export const venvLacks = (environment: Environment = MAIN) => {
  const { folder } = environment;
  const lack = lackOf(stampIn(folder), venvStamp(environment), folder);
  // A link to the system's Python, which may have gone.
  return lack ?? (existsSync(pythonIn(folder)) ? undefined : `${relative(root, pythonIn(folder))} is missing`);
};

/** Makes an environment and installs what its lock file names: from pip's index, or from a bundle. */
export async function installPython(
  python: { executable: string; version: string },
  onLine: (line: string) => void,
  bundle?: Bundle,
  environment: Environment = MAIN,
) {
  // Compiling every module would double the time; Python compiles those that are used.
  const { folder, lock, offline: help, options = ['--no-compile'] } = environment;
  remove(stampIn(folder));
  const env = pythonEnv();
  const made = await run(python.executable, ['-m', 'venv', '--clear', folder], { cwd: root, env, onLine });
  succeeded(made, `${python.executable} -m venv ${basename(folder)}`);
  const pip = ['-m', 'pip', 'install', ...options, '--progress-bar', 'off', '--require-hashes'];
  if (bundle) pip.push('--no-index', '--find-links', bundle.wheels);
  const result = await runTwice(run, pythonIn(folder), [...pip, '-r', join(root, lock)], { cwd: root, env, onLine });
  succeeded(result, `pip install --require-hashes -r ${lock}`, help);
  // Python compiles its modules as they are used.
  const files = filesUnder(folder).filter((name) => !name.endsWith('.pyc'));
  writeJson(stampIn(folder), { ...venvStamp(environment), python: python.version, files });
}

// Kernel -------------------------------------------------------------------------------------------------------------

const kernelFile = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** What `tslab install` writes, but with absolute paths, so neither node nor tslab has to be on PATH. */
const kernelText = () => {
  const tslab = join(nodeModules, 'tslab', 'bin', 'tslab');
  const preload = join(root, 'dist', 'packages', 'typescript-kernel', 'tslab', 'preload.js');
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

const kernelDone = () => existsSync(kernelFile) && readFileSync(kernelFile, 'utf8') === kernelText();

// --------------------------------------------------------------------------------------------------------------------

/** What LIF_FC_MNIST_BACKEND may name. */
export const BACKENDS = ['native', 'wasm', 'cpu'];

/**
 * What set-up still has to do once there are Node's packages: for Python's the reason, 'new' if none fit.
 * @param wanted the backend, LIF_FC_MNIST_BACKEND
 * @param retry the native backend counts as not tried
 */
export function pending(wanted?: string, retry: boolean = false) {
  const python = venvLacks();
  const state = nativeState();
  const again = retry || (state?.outcome === 'none' && wanted === 'native');
  const native = wanted !== 'wasm' && wanted !== 'cpu' && (state === undefined || again);
  return { python, native, build: !isBuilt(), kernel: python !== undefined || !kernelDone(), state };
}
