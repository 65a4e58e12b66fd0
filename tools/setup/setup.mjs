#!/usr/bin/env node
// Set-up: installs and builds all that a clone needs. `npm run setup`; the other commands run it first by themselves.
//   --quiet  prints nothing when there is nothing to do
//   --check  only says which Node and Python would be used
//   --retry  retries a native backend that could not be installed before
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { endWithParent } from '../parent.mjs';
import { build, isBuilt } from './build.mjs';
import { lock, unlock } from './lock.mjs';
import { nativeState, setUpNative } from './native.mjs';
import {
  hashOf,
  nodeMajor,
  nodeModules,
  readJson,
  remove,
  root,
  SetupError,
  stamps,
  venv,
  venvPython,
  writeJson,
  writeWhole,
} from './project.mjs';
import { findPython, pythonEnv } from './python.mjs';
import { endChildren, run, runTwice, Stopped } from './run.mjs';
import { seconds, step } from './step.mjs';
import { npmCommand, succeeded } from './steps.mjs';

const KNOWN = ['--quiet', '--check', '--retry'];
const flags = process.argv.slice(2);
const quiet = flags.includes('--quiet');
const start = performance.now();

/** Refuses a Node that is too old, or odd and no longer maintained; returns a warning for one newer than those tested. */
function checkNode() {
  const majors = readJson(join(root, 'package.json')).engines.node.split('||').map(Number);
  if (majors.includes(nodeMajor)) return undefined;
  const tested = `${majors.slice(0, -1).join(', ')} or ${majors.at(-1)}`;
  const found = `v${process.versions.node} (${process.execPath})`;
  if (nodeMajor > Math.max(...majors)) {
    return `Node ${found} is newer than the tested versions; trying it. If something fails, use Node ${tested}.`;
  }
  throw new SetupError(
    `Node ${tested} is needed, found ${found}: install one, for example with \`nvm install ${majors.at(-1)}\``,
  );
}

const warn = (message) => message && console.warn(`warning: ${message}`);

function wantedBackend() {
  const wanted = process.env.LIF_FC_MNIST_BACKEND || undefined;
  if (wanted === undefined || ['native', 'wasm', 'cpu'].includes(wanted)) return wanted;
  console.error(`setup: LIF_FC_MNIST_BACKEND: expected native, wasm or cpu, found ${wanted}`);
  process.exit(2);
}

// Node packages ------------------------------------------------------------------------------------------------------

const packagesStamp = () => ({
  inputs: hashOf(['package-lock.json', '.npmrc']),
  platform: `${process.platform}-${process.arch}`,
});

/** The folders that must exist on every platform, so that a package removed by hand is noticed. */
const packageFolders = () =>
  Object.entries(readJson(join(root, 'package-lock.json')).packages)
    .filter(([path, entry]) => path !== '' && !entry.link && !entry.optional && !entry.os)
    .map(([path]) => path);

function packagesDone() {
  const stamp = readJson(stamps.packages);
  if (JSON.stringify(stamp) !== JSON.stringify(packagesStamp())) return false;
  try {
    // On Windows the link is a junction with an absolute path, which is wrong after the clone was moved.
    if (realpathSync(join(nodeModules, 'lif-fc-mnist')) !== realpathSync(root)) return false;
  } catch {
    return false;
  }
  return packageFolders().every((path) => existsSync(join(root, path, 'package.json')));
}

async function installPackages(onLine) {
  remove(stamps.packages);
  const [command, first] = npmCommand();
  const args = [...first, 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const result = await runTwice(command, args, { cwd: root, env: { ...process.env, NODE_OPTIONS: '' }, onLine });
  succeeded(result, 'npm ci');
  writeJson(stamps.packages, packagesStamp());
}

// .venv --------------------------------------------------------------------------------------------------------------

// The scripts in a venv contain its absolute path, so a clone that was moved or copied needs a new venv.
const venvStamp = () => ({ inputs: hashOf(['requirements.txt']), path: venv });

function venvDone() {
  const { python, ...stamp } = readJson(stamps.python) ?? {};
  return JSON.stringify(stamp) === JSON.stringify(venvStamp()) && existsSync(venvPython);
}

async function installPython(python, onLine) {
  remove(stamps.python);
  const env = pythonEnv();
  const made = await run(python.executable, ['-m', 'venv', '--clear', venv], { cwd: root, env, onLine });
  succeeded(made, `${python.executable} -m venv .venv`);
  // Compiling every module would double the time; Python compiles those that are used.
  const pip = ['-m', 'pip', 'install', '--no-compile', '--progress-bar', 'off', '--require-hashes'];
  const result = await runTwice(venvPython, [...pip, '-r', join(root, 'requirements.txt')], { cwd: root, env, onLine });
  succeeded(result, 'pip install --require-hashes -r requirements.txt');
  writeJson(stamps.python, { ...venvStamp(), python: python.version });
}

// Kernel -------------------------------------------------------------------------------------------------------------

const kernelFile = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** What `tslab install` writes, but with absolute paths, so neither node nor tslab has to be on PATH. */
const kernelText = () => {
  const tslab = join(nodeModules, 'tslab', 'bin', 'tslab');
  const preload = join(root, 'tools', 'notebooks', 'kernel', 'preload.cjs');
  const spec = {
    argv: [process.execPath, '--require', preload, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript (tslab)',
    language: 'typescript',
    // Otherwise TensorFlow's start-up lines would appear in the notebooks.
    env: { TF_CPP_MIN_LOG_LEVEL: '3', NODE_NO_WARNINGS: '1' },
  };
  return `${JSON.stringify(spec, null, 2)}\n`;
};

const kernelDone = () => existsSync(kernelFile) && readFileSync(kernelFile, 'utf8') === kernelText();

// --------------------------------------------------------------------------------------------------------------------

function pending(wanted) {
  const packages = !packagesDone();
  const python = !venvDone();
  const state = packages ? undefined : nativeState();
  const again = state?.outcome === 'none' && (wanted === 'native' || flags.includes('--retry'));
  const native = wanted !== 'wasm' && wanted !== 'cpu' && (state === undefined || again);
  return { packages, python, native, build: !isBuilt(), kernel: python || !kernelDone(), state };
}

const isPending = (todo) => todo.packages || todo.python || todo.native || todo.build || todo.kernel;

async function work(todo, wanted, nodeWarning) {
  const python = todo.python ? findPython() : undefined;
  warn(nodeWarning);
  warn(python?.warning);
  const with_ = python ? `, Python ${python.version} from ${python.executable}` : '';
  console.log(`Setting up ${root} (Node ${process.versions.node}${with_}):`);

  const packages = todo.packages
    ? step('Node packages', 'npm ci, without install scripts', installPackages)
    : Promise.resolve();
  const environment = todo.python
    ? step('Python packages', 'a venv in .venv, pip install -r requirements.txt', (onLine) =>
        installPython(python, onLine),
      )
    : Promise.resolve();

  const native = async () => {
    await Promise.all([packages, environment]);
    if (!todo.native) return;
    let state;
    await step('Native backend', "TensorFlow's library for @tensorflow/tfjs-node", async (onLine) => {
      state = await setUpNative(onLine);
      return {
        present: 'already there',
        installer: "by the package's installer",
        wheel: 'libtensorflow from a wheel, addon compiled',
        none: 'unavailable',
      }[state.outcome];
    });
    if (state.outcome !== 'none') return;
    const message = `no native backend: ${state.reason}`;
    if (wanted === 'native') throw new SetupError(message);
    warn(`${message}. The tutorial uses the slower WebAssembly backend instead; see environment.md.`);
  };
  const compile = async () => {
    await packages;
    // Checked again: the result depends on the compiler's version, and npm may just have installed it.
    if (!isBuilt()) await step('Build', 'src to dist', async () => build());
  };
  const kernel = async () => {
    await environment;
    if (!todo.kernel) return;
    await step('Kernel', 'tslab for the Jupyter in .venv', async () => writeWhole(kernelFile, kernelText()));
  };
  // In parallel, since npm and pip mostly wait for the disk and the network. A step that fails does not stop the
  // others: the steps that succeed need not be repeated.
  const results = await Promise.allSettled([native(), compile(), kernel()]);
  const errors = [...new Set(results.flatMap(({ reason }) => reason ?? []))];
  const unexpected = errors.find((error) => !(error instanceof SetupError));
  if (unexpected) throw unexpected;
  if (errors.length > 0) throw new SetupError(errors.map((error) => error.message).join('\nsetup: '));
  console.log(`Set up in ${seconds(start)}.`);
}

async function main() {
  const unknown = flags.find((flag) => !KNOWN.includes(flag));
  if (unknown !== undefined) {
    console.error(`setup: unknown option ${unknown}; expected ${KNOWN.join(', ')}`);
    process.exit(2);
  }
  const nodeWarning = checkNode();
  if (flags.includes('--check')) {
    const python = findPython();
    warn(nodeWarning);
    warn(python.warning);
    console.log(`Node ${process.versions.node} (${process.execPath}), Python ${python.version} (${python.executable})`);
    return;
  }
  const wanted = wantedBackend();
  let todo = pending(wanted);
  if (isPending(todo)) {
    // Nothing is started without a suitable Python.
    if (todo.python) findPython();
    await lock((pid) => console.log(`Another set-up (process ${pid}) is running in this clone; waiting for it.`));
    todo = pending(wanted);
    if (isPending(todo)) return work(todo, wanted, nodeWarning);
  }
  if (quiet) return;
  console.log(`Everything is set up (${seconds(start)}).`);
  if (todo.state?.outcome === 'none') {
    console.log(`There is no native backend: ${todo.state.reason}. Retry with \`npm run setup -- --retry\`.`);
  }
}

let stopping = false;

async function stop(status, message) {
  if (stopping) return; // Ctrl-C comes twice where another program of ours runs set-up: from the terminal and from it
  stopping = true;
  if (message) console.error(message);
  await endChildren();
  unlock();
  process.exit(status);
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
]) {
  process.on(signal, () => stop(status, 'setup: interrupted; run it again to continue with the interrupted step'));
}
endWithParent();

main().then(unlock, (error) => {
  // Stopped: the signal's own handler prints the message and ends the process.
  if (!(error instanceof Stopped)) stop(1, `setup: ${error instanceof SetupError ? error.message : error.stack}`);
});
