// The steps of set-up, and which of them are pending.
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
import { assertSucceeded, runWithRetry, whyOutdated } from '../packages.mjs';
import { isBuilt } from './build';
import { nativeState } from './native';

// Environments of Python ---------------------------------------------------------------------------------------------

/**
 * A Python environment: its folder, and the path of the lock file with its packages. `offline` is the advice without a
 * network, if not to use a bundle; `options` are pip's.
 */
interface Environment {
  folder: string;
  lock: string;
  offline?: string;
  options?: string[];
}

/** The environment of the notebooks, the book and the browser edition. */
const MAIN = { folder: venv, lock: 'requirements.txt' };

const stampIn = (folder: string) => join(folder, '.setup.json');

// Scripts in a venv contain its absolute path, so a clone that was moved or copied needs a new one.
const venvStamp = ({ folder, lock }: Environment) => ({ inputs: hashOf([lock]), path: folder });

/** Why an environment has to be installed; undefined if it matches its lock file. */
export const whyVenvOutdated = (environment: Environment = MAIN) => {
  const { folder } = environment;
  const lack = whyOutdated(stampIn(folder), venvStamp(environment), folder);
  // A link to the system's Python, which may have been removed.
  return lack ?? (existsSync(pythonIn(folder)) ? undefined : `${relative(root, pythonIn(folder))} is missing`);
};

/** Creates an environment and installs the packages of its lock file, from pip's index or a bundle. */
export async function installPython(
  python: { executable: string; version: string },
  onLine: (line: string) => void,
  bundle?: Bundle,
  environment: Environment = MAIN,
) {
  // Compiling every module would double the time; Python compiles modules when they are first imported.
  const { folder, lock, offline: help, options = ['--no-compile'] } = environment;
  remove(stampIn(folder));
  const env = pythonEnv();
  const made = await run(python.executable, ['-m', 'venv', '--clear', folder], { cwd: root, env, onLine });
  assertSucceeded(made, `${python.executable} -m venv ${basename(folder)}`);
  const pip = ['-m', 'pip', 'install', ...options, '--progress-bar', 'off', '--require-hashes'];
  if (bundle) pip.push('--no-index', '--find-links', bundle.wheels);
  const result = await runWithRetry(run, pythonIn(folder), [...pip, '-r', join(root, lock)], {
    cwd: root,
    env,
    onLine,
  });
  assertSucceeded(result, `pip install --require-hashes -r ${lock}`, help);
  const files = filesUnder(folder).filter((name) => !name.endsWith('.pyc'));
  writeJson(stampIn(folder), { ...venvStamp(environment), python: python.version, files });
}

// Kernel -------------------------------------------------------------------------------------------------------------

const kernelFile = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** Like the kernelspec of `tslab install`, but with absolute paths, so that neither node nor tslab has to be on PATH. */
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

/** The values of LIF_FC_MNIST_BACKEND. */
export const BACKENDS = ['native', 'wasm', 'cpu'];

/**
 * The pending steps of set-up after Node's packages are installed: `python` is the reason, as in `whyOutdated`.
 * @param wanted the backend in LIF_FC_MNIST_BACKEND
 * @param retry whether to try the native backend again
 */
export function pending(wanted?: string, retry: boolean = false) {
  const python = whyVenvOutdated();
  const state = nativeState();
  const again = retry || (state?.outcome === 'none' && wanted === 'native');
  const native = wanted !== 'wasm' && wanted !== 'cpu' && (state === undefined || again);
  return { python, native, build: !isBuilt(), kernel: python !== undefined || !kernelDone(), state };
}
