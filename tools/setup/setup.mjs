#!/usr/bin/env node
// Set-up: installs and builds all that a clone needs. `npm run setup`; the other commands run it first by themselves.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runInForeground } from '../../packages/system/foreground.mjs';
import { lock, unlock } from '../../packages/system/lock.mjs';
import { runProgram } from '../../packages/system/program.mjs';
import { nodeModules, root, UserError, venv } from '../../packages/system/project.mjs';
import { BACKENDS, checkNode, findPython, lacksRoom, placesOf } from '../../packages/system/requirements.cjs';
import { Offline } from '../../packages/system/run.mjs';
import { seconds, step } from '../../packages/system/step.mjs';
import { build, isBuilt } from './build.mjs';
import { openBundle } from './bundle.mjs';
import { setUpNative } from './native.mjs';
import { installPackages, installPython, pending, writeKernel } from './steps.mjs';

const ABOUT = `npm run setup             installs and builds all that is missing; the other commands do it first by themselves
npm run setup -- --quiet  prints nothing when there is nothing to do
                 --check  only says which Node and Python would be used
                 --retry  retries a native backend that could not be installed before
                 --from B takes everything from a bundle: a folder or an address, as LIF_FC_MNIST_BUNDLE does
                 --bundle makes one, or serves it; \`--bundle --help\` lists its options`;
const KNOWN = ['--quiet', '--check', '--retry', '--from'];
const flags = process.argv.slice(2);
const at = flags.indexOf('--from');
const [, from] = at === -1 ? [undefined, process.env.LIF_FC_MNIST_BUNDLE || undefined] : flags.splice(at, 2);
const retry = flags.includes('--retry');
const quiet = flags.includes('--quiet');
const start = performance.now();

const warn = (/** @type {string | undefined} */ message) => message && console.warn(`warning: ${message}`);

function wantedBackend() {
  const wanted = process.env.LIF_FC_MNIST_BACKEND || undefined;
  if (wanted === undefined || BACKENDS.includes(wanted)) return wanted;
  console.error(`setup: LIF_FC_MNIST_BACKEND: expected native, wasm or cpu, found ${wanted}`);
  process.exit(2);
}

/** @typedef {ReturnType<typeof pending>} Todo */

const isPending = (/** @type {Todo} */ todo) =>
  todo.packages || todo.python || todo.native || todo.build || todo.kernel;

/** Why a step is done again, where something is lost. */
const because = (/** @type {string | undefined} */ reason) => (reason && reason !== 'new' ? `: ${reason}` : '');

/** Where TensorFlow's library comes from. */
const FOUND = {
  present: 'already there',
  bundle: 'from the bundle',
  installer: "by the package's installer",
  wheel: 'libtensorflow from a wheel, addon compiled',
  none: 'unavailable',
};

/**
 * @param {Todo} todo
 * @param {string | undefined} wanted the backend
 * @param {string | undefined} nodeWarning
 */
async function work(todo, wanted, nodeWarning) {
  const python = todo.python ? findPython() : undefined;
  warn(nodeWarning);
  warn(python?.warning);
  const with_ = python ? `, Python ${python.version} from ${python.executable}` : '';
  console.log(`Setting up ${root} (Node ${process.versions.node}${with_}):`);

  /** @type {import('./steps.mjs').Bundle | undefined} */
  let bundle;
  if (from && (todo.packages || todo.python || todo.native)) {
    await step('Bundle', `checking the files of ${from}`, async (onLine) => {
      bundle = await openBundle(from, onLine);
    });
  }

  const packages = todo.packages
    ? step('Node packages', `npm ci, without install scripts${because(todo.packages)}`, (onLine) =>
        installPackages(onLine, bundle),
      )
    : Promise.resolve();
  const environment = python
    ? step('Python packages', `a venv in .venv, pip install -r requirements.txt${because(todo.python)}`, (onLine) =>
        installPython(python, onLine, bundle),
      )
    : Promise.resolve();

  const native = async () => {
    await Promise.all([packages, environment]);
    if (!todo.native) return;
    let reason;
    const what =
      "TensorFlow's library for @tensorflow/tfjs-node, about 230 MB, once (the browser edition does without)";
    await step('Native backend', what, async (onLine) => {
      const state = await setUpNative(onLine, bundle);
      reason = state.outcome === 'none' ? state.reason : undefined;
      return FOUND[state.outcome];
    });
    if (reason === undefined) return;
    const message = `no native backend: ${reason}`;
    if (wanted === 'native') throw new UserError(message);
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
    await step('Kernel', 'tslab for the Jupyter in .venv', async () => writeKernel());
  };
  // In parallel, since npm and pip mostly wait for the disk and the network. A step that fails does not stop the
  // others: the steps that succeed need not be repeated.
  const results = await Promise.allSettled([native(), compile(), kernel()]);
  const errors = [...new Set(results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : [])))];
  const unexpected = errors.find((error) => !(error instanceof UserError));
  if (unexpected) throw unexpected;
  // npm and pip miss the same network: one of them says it.
  const told = errors.filter(
    (error, i) => !(error instanceof Offline) || errors.findIndex((one) => one instanceof Offline) === i,
  );
  if (told.length > 0) throw new UserError(told.map((error) => error.message).join('\nsetup: '));
  console.log(`Set up in ${seconds(start)}.`);
}

/**
 * Sets up, then makes or serves a bundle.
 * @param {string[]} options
 */
async function makeBundle(options) {
  const bundle = join(root, 'editions', 'class', 'bundle', 'bundle.mjs');
  const here = fileURLToPath(import.meta.url);
  const status = await runInForeground(process.execPath, [here, '--quiet']);
  process.exit(status || (await runInForeground(process.execPath, [bundle, ...options])));
}

async function main() {
  if (flags[0] === '--bundle') return makeBundle(flags.slice(1));
  if (flags.includes('--help') || flags.includes('-h')) {
    console.log(ABOUT);
    return;
  }
  const unknown = flags.find((flag) => !KNOWN.includes(flag));
  if (unknown !== undefined) {
    console.error(`setup: unknown option ${unknown}; expected ${KNOWN.join(', ')}`);
    process.exit(2);
  }
  if (at !== -1 && !from) {
    console.error('setup: --from: expected the folder or the address of a bundle, found nothing');
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
  let todo = pending(wanted, retry);
  if (isPending(todo)) {
    // Nothing is started without a suitable Python, nor in a new clone without room for all of it.
    if (todo.python) findPython();
    const lack = existsSync(nodeModules) || existsSync(venv) ? undefined : lacksRoom(placesOf(root));
    if (lack) throw new UserError(`the disk is too full: ${lack.found}; ${lack.fix}`);
    await lock((pid) => console.log(`Another set-up (process ${pid}) is running in this clone; waiting for it.`));
    todo = pending(wanted, retry);
    if (isPending(todo)) return work(todo, wanted, nodeWarning);
  }
  if (quiet) return;
  console.log(`Everything is set up (${seconds(start)}).`);
  if (todo.state?.outcome === 'none') {
    console.log(`There is no native backend: ${todo.state.reason}. Retry with \`npm run setup -- --retry\`.`);
  }
}

await runProgram('setup', main, {
  tidy: unlock,
  interrupted: 'interrupted; run it again to continue with the interrupted step',
});
unlock();
