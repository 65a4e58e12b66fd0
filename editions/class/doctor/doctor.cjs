#!/usr/bin/env node
'use strict';
// `npm run doctor`: is this machine ready for a workshop? One line per check (ok, or the cause and what to do), and one
// line at the end to paste. Before set-up it checks what set-up needs, afterwards what was set up as well.
//   --collect FOLDER  lists what is in the files of a folder: what the doctor has printed for learners
// This file is in the syntax of Node 14 and needs no package: a Node that is too old says so, and what else is missing.
const fs = require('fs');
const os = require('os');
const path = require('path');
const requirements = require('../../../packages/system/requirements.cjs');

/**
 * @typedef {{ status: 'ok' | 'note' | 'fault', found: string, fix?: string }} Verdict note: it works, but could be
 * better
 */

const GB = 1e9;
const MEMORY = 1 * GB; // a kernel takes 0.65 GB, JupyterLab 0.1 GB, and a browser comes to it
const AFTER_SET_UP = 0.3 * GB; // for runs and executed notebooks

const root = path.resolve(__dirname, '..', '..', '..');
const { gigabytes, printable } = requirements;

/** @returns {Verdict} */
const ok = (/** @type {string} */ found) => ({ status: 'ok', found });

/** What the checks ask of the machine; a test hands in another one. */
const machine = {
  ...requirements,
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
};

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
    return found.warning ? { status: 'note', found: found.warning } : ok(good(found));
  } catch (error) {
    return { status: 'fault', found: /** @type {Error} */ (error).message };
  }
}

const node = (/** @type {Machine} */ { checkNode }) =>
  asked(
    () => ({ warning: checkNode() }),
    () => process.versions.node,
  );

/** @type {(machine: Machine) => Verdict} */
function python({ findPython, isSetUp }) {
  if (isSetUp()) return ok('that of .venv');
  return asked(findPython, ({ version, executable }) => `${version} with venv (${executable})`);
}

/** @type {(machine: Machine) => Verdict} */
function compilerOf({ findCompiler, noCompiler, env, isSetUp, windows }) {
  const compiler = findCompiler();
  if (compiler) return ok(compiler);
  if (windows || isSetUp() || env.LIF_FC_MNIST_BUNDLE) return ok('none, and none is needed');
  const { cause, fix } = noCompiler();
  return { status: 'note', found: cause, fix: `${fix}; without one, the slower WebAssembly backend is used` };
}

/** @type {(machine: Machine) => Verdict} */
function disk({ freeBytes, whyNotWritable, isSetUp, lacksRoom, placesOf }) {
  const [clone, temporary] = placesOf(root);
  const places = isSetUp() ? [{ ...clone, needed: AFTER_SET_UP }] : [clone, temporary];
  for (const place of places) {
    const reason = whyNotWritable(place.folder);
    if (reason) return { status: 'fault', found: `${place.folder} cannot be written to (${reason})`, fix: place.other };
    const lack = lacksRoom([place], freeBytes);
    if (lack) return { status: 'fault', ...lack };
  }
  const free = freeBytes(root);
  return ok(free === undefined ? 'can be written to' : `${gigabytes(free)} free`);
}

/** @type {(machine: Machine) => Verdict} */
function memory({ memory }) {
  const { total, available = total } = memory();
  const found = available === total ? gigabytes(total) : `${gigabytes(available)} of ${gigabytes(total)} free`;
  if (available >= MEMORY) return ok(found);
  const fix = 'close other programs, or use the browser edition';
  return { status: 'fault', found: `${found}, ${gigabytes(MEMORY)} needed`, fix };
}

/** The checks by name, in the order in which they are printed. */
const CHECKS = { Node: node, Python: python, compiler: compilerOf, disk, memory };

/** @typedef {Verdict & { name: string }} Check */
/** @typedef {{ node: string, edition?: string, backend?: string, secondsPerEpoch?: number }} Facts */

const HELP = `npm run doctor [-- --collect FOLDER]

Is this machine ready for a workshop? Prints one line per check:
  ok     all is well
  note   it works, but something could be better, or set-up will do it
  FAULT  what is wrong, and what to do
and at the end one line to paste, which begins with "ready", "ready for set-up" or "not ready".
Exit status 0 if it is ready, 1 if there is a fault or set-up is still to do.
With --collect FOLDER it checks nothing, but prints the last line of each file in the folder: what the doctor printed for a
learner, \`npm run -s doctor > NAME.txt\`, or that line alone.`;

const LABEL = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };

/** Whether nothing is left for set-up to do. */
const isSetUp = (/** @type {Check[]} */ checks) =>
  checks.some(({ name, status }) => name === 'set-up' && status === 'ok');

/**
 * The line to paste, such as `ready · linux-x64 · node 22 · native · 0.4 s per epoch · edition 3f2a`.
 * @param {Check[]} checks
 * @param {Facts} facts
 */
function summary(checks, facts) {
  const faults = checks.filter((check) => check.status === 'fault').map((check) => check.name);
  const state = isSetUp(checks) ? 'ready' : 'ready for set-up';
  const kind = `${process.platform}-${process.arch}`;
  const parts = [faults.length === 0 ? state : `not ready: ${faults.join(', ')}`, kind, `node ${facts.node}`];
  if (facts.backend) parts.push(facts.backend);
  if (facts.secondsPerEpoch) parts.push(`${facts.secondsPerEpoch.toFixed(1)} s per epoch`);
  if (facts.edition) parts.push(`edition ${facts.edition}`);
  return parts.join(' · ');
}

/** The line to paste, as `summary` makes it, wherever in a text it stands. */
const PASTED =
  /(?:(ready)|ready for set-up|not ready: .+?) · \S+ · node \d[^\r\n]*?(?: · edition ([0-9a-f]{4})|(?=[\r\n]|$))/g;

/**
 * The last line to paste in a file; undefined without one. Windows PowerShell writes UTF-16 where other shells write
 * UTF-8.
 */
function pastedIn(/** @type {string} */ file) {
  let bytes;
  try {
    bytes = fs.readFileSync(file);
  } catch {
    return undefined; // a folder, a link that leads nowhere, a file of somebody else's
  }
  const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8');
  return Array.from(text.matchAll(PASTED)).pop();
}

/** A line for each file of a folder, and a last one that counts them. What begins with a point is of a system. */
function collect(/** @type {string} */ folder) {
  const files = fs.readdirSync(folder).filter((file) => !file.startsWith('.'));
  const editions = new Set();
  let ready = 0;
  const lines = files.sort().map((file) => {
    const found = pastedIn(path.join(folder, file));
    if (!found) return `${file}: no line of the doctor`;
    if (found[1]) ready++;
    if (found[2]) editions.add(found[2]);
    return `${file.replace(/\.\w+$/, '')}: ${found[0]}`;
  });
  const named = [...editions].sort().join(', ') || 'none';
  return [...lines, '', `${ready} of ${files.length} are ready; editions: ${named}`];
}

function printCollected(/** @type {string[]} */ [folder, ...more]) {
  try {
    if (folder === undefined || more.length > 0) throw new Error(`found ${more[0] ?? 'nothing'}`);
    // Names and lines come from learners.
    console.log(
      collect(path.resolve(process.env.INIT_CWD ?? '.', folder))
        .map(printable)
        .join('\n'),
    );
    return 0;
  } catch (error) {
    console.error(`doctor: --collect: expected one folder (${/** @type {Error} */ (error).message})`);
    return 2;
  }
}

/** Checks the machine, and where that is well what was set up. @returns {Promise<number>} the exit status */
async function examine() {
  /** @type {Check[]} */
  const checks = [];
  /** @type {Facts} */
  let facts = { node: process.versions.node.split('.')[0] };
  const note = (/** @type {string} */ name, /** @type {Verdict} */ verdict) => {
    checks.push({ name, ...verdict });
    const fix = verdict.fix ? ` → ${verdict.fix}` : '';
    console.log(`  ${LABEL[verdict.status]}  ${name}: ${verdict.found}${fix}`);
  };
  for (const [name, check] of Object.entries(CHECKS)) note(name, check(machine));
  const isWell = (/** @type {string} */ one) => checks.some(({ name, status }) => name === one && status !== 'fault');
  // What was set up is in the syntax of the Node that is needed, and is tried in the project's folder.
  if (isWell('Node')) {
    const { edition, setUp, trial } = await import('./trial.mjs');
    facts.edition = edition();
    note('set-up', setUp());
    if (isSetUp(checks) && isWell('disk')) {
      const { verdict, found } = await trial();
      facts = { ...facts, ...found };
      note('trial', verdict);
    }
  }
  console.log(`\n${summary(checks, facts)}`);
  return isSetUp(checks) && checks.every((one) => one.status !== 'fault') ? 0 : 1;
}

/** @returns {Promise<number>} the exit status */
async function main(/** @type {string[]} */ args) {
  if (args[0] === '--collect') return printCollected(args.slice(1));
  if (args.length === 0) {
    console.log(`Checking ${root}:`);
    return examine();
  }
  if (args[0] !== '--help' && args[0] !== '-h') {
    console.error(`doctor: unknown option ${args[0]}; expected --collect FOLDER or --help`);
    return 2;
  }
  console.log(HELP);
  return 0;
}

if (require.main === module) {
  main(process.argv.slice(2)).then((status) => {
    process.exitCode = status;
  });
}

module.exports = { CHECKS, machine };
