'use strict';
// What set-up and the notebooks need of the machine itself. In the syntax of Node 12, as doctor.cjs says.
const fs = require('fs');
const os = require('os');
const path = require('path');
const requirements = require('../../../packages/system/requirements.cjs');

/**
 * @typedef {{ status: 'ok' | 'note' | 'fault', found: string, fix?: string }} Verdict note: it works, but could be
 * better
 */

const GB = 1e9;
/** A kernel takes 0.65 GB, JupyterLab 0.1 GB, a browser 0.5 GB. */
const MEMORY = { needed: 1 * GB, comfortable: 2 * GB };
const AFTER_SET_UP = 0.3 * GB; // for runs and executed notebooks

const root = path.resolve(__dirname, '..', '..', '..');
const { gigabytes } = requirements;

/** @returns {Verdict} */
const ok = (/** @type {string} */ found) => ({ status: 'ok', found });

/** What an error or a warning of set-up says: it ends with what to do, after a colon or a dot. */
function splitMend(/** @type {string} */ message) {
  const [, found, fix] = /^(.*?)(?:; trying it\. |: (?=[^:]*$))(.*)$/.exec(message) || [];
  return fix ? { found, fix } : { found: message, fix: 'run `npm run setup`' };
}

/** What the checks ask of the machine; a test hands in another one. */
const machine = Object.assign({}, requirements, {
  env: process.env,
  /**
   * Bytes of memory: all, and those that a new program could have (on a Mac unknown). A container may have less than
   * its machine.
   */
  memory() {
    const total = os.totalmem();
    const { constrainedMemory, availableMemory } = /** @type {Record<string, any>} */ (process);
    const limit = constrainedMemory ? constrainedMemory() : 0; // 0: no limit

    const available = availableMemory ? availableMemory() : os.freemem();
    return { total: Math.min(total, limit || total), available: process.platform === 'darwin' ? undefined : available };
  },
  /** Why a folder cannot be written to; '' if it can. */
  whyNotWritable(/** @type {string} */ folder) {
    try {
      fs.rmdirSync(fs.mkdtempSync(path.join(folder, '.doctor-')));
      return '';
    } catch (error) {
      return String(/** @type {NodeJS.ErrnoException} */ (error).code);
    }
  },
  /** Whether set-up has made .venv, after which it needs no other Python, and almost no disk. */
  isSetUp: () => fs.existsSync(path.join(root, '.venv', '.setup.json')),
});

/** @typedef {typeof machine} Machine */

/**
 * What a part of set-up says of the machine: the text of `good`, its warning, or the error that it throws.
 * @template {{ warning?: string }} Found
 * @param {() => Found} ask
 * @param {(found: Found) => string} good
 * @returns {Verdict}
 */
function asked(ask, good) {
  try {
    const found = ask();
    return found.warning
      ? Object.assign({ status: /** @type {const} */ ('note') }, splitMend(found.warning))
      : ok(good(found));
  } catch (error) {
    return Object.assign({ status: /** @type {const} */ ('fault') }, splitMend(/** @type {Error} */ (error).message));
  }
}

const node = (/** @type {Machine} */ { checkNode }) =>
  asked(
    () => ({ warning: checkNode() }),
    () => process.versions.node,
  );

/** @type {(machine: Machine) => Verdict} */
function python({ findPython, isSetUp }) {
  const verdict = asked(findPython, ({ version, executable }) => `${version} with venv (${executable})`);
  if (verdict.status !== 'fault' || !isSetUp()) return verdict;
  return {
    status: 'note',
    found: `${verdict.found}; .venv has its own`,
    fix: `before the next set-up: ${verdict.fix}`,
  };
}

/** @type {(machine: Machine) => Verdict} */
function compiler({ findCompiler, noCompiler, env, isSetUp, windows }) {
  const wanted = env.LIF_FC_MNIST_BACKEND;
  const path = findCompiler();
  if (path) return ok(path);
  const needsNone = windows || isSetUp() || env.LIF_FC_MNIST_BUNDLE || wanted === 'wasm' || wanted === 'cpu';
  if (needsNone) return ok('none, and none is needed');
  const { cause, fix } = noCompiler();
  if (wanted === 'native') return { status: 'fault', found: cause, fix: `${fix}, or leave LIF_FC_MNIST_BACKEND unset` };
  return { status: 'note', found: cause, fix: `${fix}; without one, the slower WebAssembly backend is used` };
}

/** @type {(machine: Machine) => Verdict} */
function disk({ freeBytes, whyNotWritable, isSetUp, lacksRoom, placesOf }) {
  const [clone, temporary] = placesOf(root);
  const places = isSetUp() ? [Object.assign(clone, { needed: AFTER_SET_UP })] : [clone, temporary];
  for (const place of places) {
    const reason = whyNotWritable(place.folder);
    if (reason) return { status: 'fault', found: `${place.folder} cannot be written to (${reason})`, fix: place.other };
    const lack = lacksRoom([place], freeBytes);
    if (lack) return Object.assign({ status: /** @type {const} */ ('fault') }, lack);
  }
  const free = freeBytes(root);
  return ok(free === undefined ? 'can be written to' : `${gigabytes(free)} free`);
}

/** @type {(machine: Machine) => Verdict} */
function memory({ memory }) {
  const { total, available = total } = memory();
  const found = available === total ? gigabytes(total) : `${gigabytes(available)} of ${gigabytes(total)} free`;
  const other = 'use the browser edition';
  if (available < MEMORY.needed) {
    return {
      status: 'fault',
      found: `${found}, ${gigabytes(MEMORY.needed)} needed`,
      fix: `close other programs, or ${other}`,
    };
  }
  if (available >= MEMORY.comfortable) return ok(found);
  return { status: 'note', found, fix: `close other programs while you work; if it gets slow, ${other}` };
}

/** The checks by name, in the order in which they are printed. */
const CHECKS = { Node: node, Python: python, compiler, disk, memory };

module.exports = { CHECKS, machine, root };
