#!/usr/bin/env node
'use strict';
// `npm run doctor`: is this machine ready for a workshop? One line per check (ok, or the cause and what to do), and one
// line at the end to paste. Before set-up it checks what set-up needs, afterwards what was set up as well.
//   --json            prints all of it as JSON instead (`npm run -s doctor -- --json`)
//   --collect FOLDER  lists what is in the files of a folder: reports that learners have made with --json, and pasted lines
// This file and machine.cjs beside it are in the syntax of Node 12 and use its libraries only: on a Node that is too
// old they say so, and what else is missing.
const { readdirSync, readFileSync, statSync } = require('fs');
const { join, resolve } = require('path');
const { printable } = require('../../../packages/system/requirements.cjs');
const { CHECKS, machine, root } = require('./machine.cjs');

/** @typedef {import('./machine.cjs').Verdict} Verdict */
/** @typedef {Verdict & { name: string }} Check */
/** @typedef {{ node: string, edition?: string, backend?: string, secondsPerEpoch?: number }} Facts */
/** @typedef {Facts & { ready: boolean, line: string, kind: string, checks: Check[] }} Report what --json prints */

const HELP = `npm run doctor [-- --json | --collect FOLDER]

Is this machine ready for a workshop? Prints one line per check:
  ok     all is well
  note   it works, but something could be better, or set-up will do it
  FAULT  what is wrong, and what to do
and at the end one line to paste, which begins with "ready", "ready for set-up" or "not ready".
Exit status 0 if it is ready, 1 if there is a fault or set-up is still to do.
With --json it prints all of it as one JSON object. With --collect FOLDER it checks nothing, but prints one line for each file
in the folder: the last line of the report that a learner made with \`npm run -s doctor -- --json > NAME.json\`, or of what
the doctor printed, in a file NAME.txt.`;

const LABEL = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };

const kind = `${process.platform}-${process.arch}`;

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
  const parts = [faults.length === 0 ? state : `not ready: ${faults.join(', ')}`, kind, `node ${facts.node}`];
  if (facts.backend) parts.push(facts.backend);
  if (facts.secondsPerEpoch) parts.push(`${facts.secondsPerEpoch.toFixed(1)} s per epoch`);
  if (facts.edition) parts.push(`edition ${facts.edition}`);
  return parts.join(' · ');
}

/** The line to paste, as `summary` makes it. */
const PASTED = /^(?:(ready)|ready for set-up|not ready: .+?) · \S+ · node \d.*?(?: · edition ([0-9a-f]{4}))?$/;

/**
 * The report in a file, or the last line to paste in it; undefined without either. Windows PowerShell writes UTF-16
 * where other shells write UTF-8.
 * @param {string} path
 * @returns {Pick<Report, 'ready' | 'line' | 'edition'> | undefined}
 */
function read(path) {
  try {
    const { size } = statSync(path);
    if (size > 1e6) return undefined;
    const bytes = readFileSync(path);
    const text = bytes.toString(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'utf8').replace(/^\ufeff/, '');
    if (/^\s*\{/.test(text)) {
      const report = JSON.parse(text);
      return typeof report.line === 'string' ? report : undefined;
    }
    const found = text
      .split(/[\r\n]+/)
      .map((line) => PASTED.exec(line.trim()))
      .filter(Boolean)
      .pop();
    return found ? { line: found[0], ready: found[1] !== undefined, edition: found[2] } : undefined;
  } catch (_) {
    return undefined;
  }
}

/** A line for each file of a folder, and a last one that counts them. What begins with a point is of a system. */
function collect(/** @type {string} */ folder) {
  const files = readdirSync(folder).filter((file) => !file.startsWith('.'));
  const lines = [];
  let ready = 0;
  const editions = new Set();
  for (const file of files.sort()) {
    const found = read(join(folder, file));
    const { line, ready: isReady, edition } = found || { line: 'no report of the doctor', ready: false, edition: '' };
    lines.push(`${file.replace(found ? /\.\w+$/ : /\.json$/i, '')}: ${line}`);
    if (isReady) ready++;
    if (edition) editions.add(edition);
  }
  const named = Array.from(editions).sort().join(', ') || 'none';
  return lines.concat('', `${ready} of ${files.length} are ready; editions: ${named}`);
}

function printCollected(/** @type {string[]} */ [folder, ...more]) {
  try {
    if (folder === undefined || more.length > 0) throw new Error(`found ${more[0] || 'nothing'}`);
    // Names and lines come from learners.
    console.log(
      collect(resolve(process.env.INIT_CWD || '.', folder))
        .map(printable)
        .join('\n'),
    );
    return 0;
  } catch (error) {
    console.error(`doctor: --collect: expected one folder of reports (${/** @type {Error} */ (error).message})`);
    return 2;
  }
}

/**
 * Checks the machine, and where that is well what was set up.
 * @param {boolean} json
 * @returns {Promise<Report>}
 */
async function examine(json) {
  /** @type {Check[]} */
  const checks = [];
  /** @type {Facts} */
  let facts = { node: process.versions.node.split('.')[0] };
  const note = (/** @type {string} */ name, /** @type {Verdict} */ verdict) => {
    checks.push(Object.assign({ name }, verdict));
    if (json) return;
    const fix = verdict.fix ? ` → ${verdict.fix}` : '';
    console.log(`  ${LABEL[verdict.status]}  ${name}: ${verdict.found}${fix}`);
  };
  for (const [name, check] of Object.entries(CHECKS)) note(name, check(machine));
  const isWell = (/** @type {string} */ one) => checks.some(({ name, status }) => name === one && status !== 'fault');
  // What was set up is in the syntax of the Node that is needed, and is tried in the project's folder.
  if (isWell('Node')) {
    const { edition } = await import('../exercises/edition.mjs');
    const { setUp, trial } = await import('./trial.mjs');
    facts.edition = edition();
    note('set-up', setUp());
    if (isSetUp(checks) && isWell('disk')) {
      const { verdict, found } = await trial();
      facts = Object.assign(facts, found);
      note('trial', verdict);
    }
  }
  const ready = isSetUp(checks) && checks.every((one) => one.status !== 'fault');
  return Object.assign({ ready, line: summary(checks, facts), kind }, facts, { checks });
}

/** @returns {Promise<number>} the exit status */
async function main(/** @type {string[]} */ args) {
  if (args[0] === '--collect') return printCollected(args.slice(1));
  const unknown = args.find((arg) => !['--json', '--help', '-h'].includes(arg));
  if (unknown !== undefined) {
    console.error(`doctor: unknown option ${unknown}; expected --json, --collect FOLDER or --help`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const json = args.includes('--json');
  if (!json) console.log(`Checking ${root}:`);
  const report = await examine(json);
  console.log(json ? JSON.stringify(report, null, 2) : `\n${report.line}`);
  return report.ready ? 0 : 1;
}

main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
