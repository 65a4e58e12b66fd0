#!/usr/bin/env node
// Set-up: brings a clone to the state in which everything runs. `npm run setup`, and by itself before the other commands.
//   --quiet  prints nothing when there is nothing to do
//   --check  only says which Node and Python would be used
//   --retry  tries again to get a native backend that could not be had the last time
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
  windows,
  writeJson,
  writeWhole,
} from './project.mjs';
import { findPython, pythonEnv } from './python.mjs';
import { endChildren, run, runTwice, Stopped } from './run.mjs';

const KNOWN = ['--quiet', '--check', '--retry'];
const flags = process.argv.slice(2);
const quiet = flags.includes('--quiet');
const start = performance.now();
const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step: a line when it begins, a line at most every ten seconds while it works, a line when it is done. */
async function step(name, doing, work) {
  const begin = performance.now();
  let last = '';
  console.log(`  ${name}: ${doing}`);
  const pulse = setInterval(() => {
    console.log(`  ${name}: ${seconds(begin)} …${last === '' ? '' : ` ${last.slice(0, 100)}`}`);
  }, 10_000);
  try {
    const note = await work((line) => {
      last = line.trim();
    });
    console.log(`  ${name}: done in ${seconds(begin)}${note ? ` (${note})` : ''}`);
  } catch (error) {
    if (!(error instanceof Stopped)) console.log(`  ${name}: failed after ${seconds(begin)}`);
    throw error;
  } finally {
    clearInterval(pulse);
  }
}

/** Throws with the beginning and the end of what the failed command printed: npm tells the cause first, pip last. */
function succeeded({ code, lines }, command) {
  if (code === 0) return;
  lines = lines.filter((line) => !/^Ignoring .*: markers /.test(line));
  const shown = lines.length <= 24 ? lines : [...lines.slice(0, 12), '…', ...lines.slice(-12)];
  throw new SetupError(`\`${command}\` failed (exit ${code}):\n${shown.map((line) => `    ${line}`).join('\n')}`);
}

function checkNode() {
  const majors = readJson(join(root, 'package.json')).engines.node.split('||').map(Number);
  if (majors.includes(nodeMajor)) return;
  const allowed = `${majors.slice(0, -1).join(', ')} or ${majors.at(-1)}`;
  throw new SetupError(
    `Node ${allowed} is needed, found ${process.version} (${process.execPath}): install one, for example with \`nvm install ${majors.at(-1)}\``,
  );
}

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

/** The folders that must be there, whatever the platform: a package removed by hand is noticed. */
const packageFolders = () =>
  Object.entries(readJson(join(root, 'package-lock.json')).packages)
    .filter(([path, entry]) => path !== '' && !entry.link && !entry.optional && !entry.os)
    .map(([path]) => path);

function packagesDone() {
  const stamp = readJson(stamps.packages);
  if (JSON.stringify(stamp) !== JSON.stringify(packagesStamp())) return false;
  try {
    // On Windows the link is a junction, which holds an absolute path: after a move it names the old place.
    if (realpathSync(join(nodeModules, 'lif-fc-mnist')) !== realpathSync(root)) return false;
  } catch {
    return false;
  }
  return packageFolders().every((path) => existsSync(join(root, path, 'package.json')));
}

function npmCommand() {
  const beside = dirname(process.execPath);
  const candidates = [
    process.env.npm_execpath,
    join(beside, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    join(beside, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ];
  const cli = candidates.find((path) => path && /npm-cli\.c?js$/.test(path) && existsSync(path));
  if (cli) return [process.execPath, [cli]];
  if (windows) throw new SetupError(`npm was not found beside ${process.execPath}: run set-up as \`npm run setup\``);
  return ['npm', []];
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

// The scripts in a venv hold its absolute path: a clone that was moved or copied needs a new one.
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
  // Compiling every module would take half of the time; Python does it for those that are used.
  const pip = ['-m', 'pip', 'install', '--no-compile', '--progress-bar', 'off', '--require-hashes'];
  const result = await runTwice(venvPython, [...pip, '-r', join(root, 'requirements.txt')], { cwd: root, env, onLine });
  succeeded(result, 'pip install --require-hashes -r requirements.txt');
  writeJson(stamps.python, { ...venvStamp(), python: python.version });
}

// Kernel -------------------------------------------------------------------------------------------------------------

const kernelFile = join(venv, 'share', 'jupyter', 'kernels', 'tslab', 'kernel.json');

/** What `tslab install` writes, but with absolute paths, so that neither node nor tslab need be on PATH. */
const kernelText = () => {
  const tslab = join(nodeModules, 'tslab', 'bin', 'tslab');
  const preload = join(root, 'tools', 'notebooks', 'kernel', 'preload.cjs');
  const spec = {
    argv: [process.execPath, '--require', preload, tslab, 'kernel', '--config-path', '{connection_file}'],
    display_name: 'TypeScript (tslab)',
    language: 'typescript',
    // TensorFlow's start-up lines would stand in the notebooks.
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

async function work(todo, wanted) {
  const python = todo.python ? findPython() : undefined;
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
        present: 'it was there',
        installer: "by the package's installer",
        wheel: 'libtensorflow from a wheel, addon compiled',
        none: 'not to be had',
      }[state.outcome];
    });
    if (state.outcome !== 'none') return;
    const message = `no native backend: ${state.reason}`;
    if (wanted === 'native') throw new SetupError(message);
    console.warn(
      `  warning: ${message}. The tutorial runs on the WebAssembly backend, more slowly; see environment.md.`,
    );
  };
  const compile = async () => {
    await packages;
    // Asked again, since the compiler's version counts and npm may just have brought it.
    if (!isBuilt()) await step('Build', 'src to dist', async () => build());
  };
  const kernel = async () => {
    await environment;
    if (!todo.kernel) return;
    await step('Kernel', 'tslab for the Jupyter in .venv', async () => writeWhole(kernelFile, kernelText()));
  };
  // Side by side, since npm and pip mostly wait for the disk and the network. A step that fails does not stop the
  // others: what they finish need not be done again.
  const results = await Promise.allSettled([native(), compile(), kernel()]);
  const errors = [...new Set(results.flatMap(({ reason }) => reason ?? []))];
  const stranger = errors.find((error) => !(error instanceof SetupError));
  if (stranger) throw stranger;
  if (errors.length > 0) throw new SetupError(errors.map((error) => error.message).join('\nsetup: '));
  console.log(`Set up in ${seconds(start)}.`);
}

async function main() {
  const unknown = flags.find((flag) => !KNOWN.includes(flag));
  if (unknown !== undefined) {
    console.error(`setup: unknown option ${unknown}; there are ${KNOWN.join(', ')}`);
    process.exit(2);
  }
  checkNode();
  if (flags.includes('--check')) {
    const python = findPython();
    console.log(`Node ${process.versions.node} (${process.execPath}), Python ${python.version} (${python.executable})`);
    return;
  }
  const wanted = wantedBackend();
  let todo = pending(wanted);
  if (isPending(todo)) {
    // Without a Python nothing is begun.
    if (todo.python) findPython();
    await lock((pid) => console.log(`Another set-up (process ${pid}) works in this clone; waiting for it.`));
    todo = pending(wanted);
    if (isPending(todo)) return work(todo, wanted);
  }
  if (quiet) return;
  console.log(`Everything is set up (${seconds(start)}).`);
  if (todo.state?.outcome === 'none') {
    console.log(`There is no native backend: ${todo.state.reason}. \`npm run setup -- --retry\` tries again.`);
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
  process.on(signal, () =>
    stop(status, 'setup: interrupted; run it again, and it goes on with the step that was cut off'),
  );
}
endWithParent();

main().then(unlock, (error) => {
  // Stopped: the signal's own handler speaks and ends the process.
  if (!(error instanceof Stopped)) stop(1, `setup: ${error instanceof SetupError ? error.message : error.stack}`);
});
