#!/usr/bin/env node
'use strict';
// `npm run doctor`: is this machine ready for a workshop? One line per check (ok, or the cause and what to do), and one line
// at the end to paste. Before set-up it checks what set-up needs, afterwards what was set up as well.
//   --json            prints all of it as JSON instead (`npm run -s doctor -- --json`)
//   --collect FOLDER  lists what is in the files NAME.json of a folder, which learners have made with --json
// This file and collect.cjs, machine.cjs, network.cjs and system.cjs beside it are in the syntax of Node 12 and use its libraries only:
// on a Node that is too old they say so, and what else is missing.
const { resolve } = require('path');
const { collect } = require('./collect.cjs');
const system = require('./system.cjs');
const { machineChecks } = require('./machine.cjs');
const { networkCheck } = require('./network.cjs');

const KNOWN = ['--json', '--help', '-h'];
const HELP = `npm run doctor [-- --json | --collect FOLDER]

Is this machine ready for a workshop? Prints one line per check:
  ok     all is well
  note   it works, but something could be better, and how
  FAULT  what is wrong, and what to do
and at the end one line to paste, which begins with "ready", "ready for set-up" or "not ready".
Exit status 0 if there is no fault, 1 if there is one or set-up is still to do.
With --json it prints all of it as one JSON object. With --collect FOLDER it checks nothing, but prints one line for each file
NAME.json in the folder: the last line of the report that a learner made with \`npm run -s doctor -- --json > NAME.json\`.`;

const LABEL = { ok: 'ok   ', note: 'note ', fault: 'FAULT' };

function lineOf(check) {
  const mend = check.mend ? ` → ${check.mend}` : '';
  return `  ${LABEL[check.status]}  ${check.name}: ${check.found}${mend}`;
}

/** The line to paste, such as `ready · linux-x64 · node 22 · native · 0.4 s per epoch · edition 3f2a`. */
function summary(checks, facts) {
  const faults = checks.filter((check) => check.status === 'fault').map((check) => check.name);
  let state = 'ready';
  if (faults.length > 0) state = `not ready: ${faults.join(', ')}`;
  if (faults.join() === 'set-up') state = 'ready for set-up';
  const parts = [state, system.kind, `node ${facts.node}`];
  if (facts.backend) parts.push(facts.backend);
  if (facts.secondsPerEpoch) parts.push(`${facts.secondsPerEpoch.toFixed(1)} s per epoch`);
  if (facts.edition) parts.push(`edition ${facts.edition}`);
  return parts.join(' · ');
}

function printCollected([, folder, ...more]) {
  try {
    if (folder === undefined || more.length > 0) throw new Error(`found ${more[0] || 'nothing'}`);
    console.log(collect(resolve(process.env.INIT_CWD || '.', folder)).join('\n'));
    return 0;
  } catch (error) {
    console.error(`doctor: --collect: expected one folder of reports (${error.message})`);
    return 2;
  }
}

async function main(args) {
  if (args[0] === '--collect') return printCollected(args);
  const unknown = args.find((arg) => !KNOWN.includes(arg));
  if (unknown !== undefined) {
    console.error(`doctor: unknown option ${unknown}; expected --json, --collect FOLDER or --help`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const json = args.includes('--json');
  const checks = [];
  const facts = { node: process.versions.node.split('.')[0] };
  const terminal = process.stdout.isTTY && !json;

  /** Runs a check, which returns what was found: {status, found, mend} or several, and may add to the facts. */
  async function check(name, work) {
    if (terminal) process.stdout.write(`  …      ${name}`);
    let verdict;
    try {
      verdict = await work(facts);
    } catch (error) {
      const mend = 'this should not happen: tell the authors, with the output of `npm run doctor -- --json`';
      verdict = { status: 'fault', found: `the check itself failed (${error.message})`, mend };
    }
    if (terminal) process.stdout.write('\r\x1b[2K');
    const found = Object.assign({ name }, verdict);
    checks.push(found);
    if (!json) console.log(lineOf(found));
    return found;
  }

  if (!json) console.log(`Checking ${system.root}:`);
  for (const [name, work] of machineChecks(system)) await check(name, work);
  await check('network', networkCheck(system));
  const isWell = (name) => checks.find((one) => one.name === name).status !== 'fault';
  if (isWell('Node')) {
    const { edition } = await import('../exercises/edition.mjs');
    facts.edition = edition();
  }
  // Set-up and the package refuse a wrong setting, so every further check would only repeat it in other words.
  if (isWell('Node') && isWell('settings')) {
    const { installedChecks } = await import('./installed.mjs');
    for (const [name, work] of installedChecks(isWell('write access'))) {
      const found = await check(name, work);
      if (found.status === 'fault' && name === 'set-up') break; // the others need it
    }
  }
  const line = summary(checks, facts);
  const isReady = checks.every((one) => one.status !== 'fault');
  if (json)
    console.log(JSON.stringify(Object.assign({ ready: isReady, line, kind: system.kind }, facts, { checks }), null, 2));
  else console.log(`\n${line}`);
  return isReady ? 0 : 1;
}

if (require.main === module) {
  main(process.argv.slice(2)).then((status) => {
    process.exitCode = status;
  });
}

module.exports = { lineOf, summary };
