#!/usr/bin/env node
// Starts every program of ours: `node tools/start.mjs tools/test.ts …` (with --ready before it: all is set up, as where
// one of them starts another). Before there are packages it says what is missing of Node and Python, and installs what
// package-lock.json names; then it sets up, and hands over to TypeScript.
// In the syntax of Node 14, with Node's own modules alone.
import { spawn } from 'child_process';
import crypto from 'crypto';
import fs from 'fs';
import Module, { createRequire } from 'module';
import os from 'os';
import path from 'path';
import * as machine from './machine.mjs';

const { root, UserError, windows } = machine;
const SET_UP = 'tools/setup/setup.ts';
const DOCTOR = 'editions/class/doctor/doctor.ts';
/** What looks at a set-up, makes a part of one, or starts it by itself where it needs one. */
const ALONE = [DOCTOR, 'tools/setup/build.ts', 'editions/browser/make/lite.ts'];
const NODE_MODULES = path.join(root, 'node_modules');
const FULL = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const STAMP = path.join('.setup', 'packages.json');
/** What npm says of a package that has come, or was there. */
const ARRIVED = /npm http (cache|fetch [A-Z]+ [23])/;
/** What npm says of a network that is not there. */
const NO_NETWORK = /\b(E(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|AI_AGAIN)|ERR_SOCKET_TIMEOUT|network timeout)\b/;

const require = createRequire(import.meta.url);
/** What npm said last. */
let latest = '';
const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

/** What the packages depend on, as it is kept beside them. */
function wanted() {
  const hash = crypto.createHash('sha256');
  for (const file of ['package-lock.json', '.npmrc'])
    hash.update(`${file}\0`).update(fs.readFileSync(path.join(root, file)));
  return { inputs: hash.digest('hex'), platform: `${process.platform}-${process.arch}` };
}

/** The files of a folder and below, as paths from there; links are not followed. */
const filesUnder = (folder, here = '') =>
  fs.readdirSync(path.join(folder, here), { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(here, entry.name);
    return entry.isDirectory() ? filesUnder(folder, name) : entry.isFile() ? [name] : [];
  });

/** Why the packages have to be installed; undefined if they are as package-lock.json says. */
function packagesLack() {
  try {
    const { files, ...then } = readJson(path.join(NODE_MODULES, STAMP));
    if (JSON.stringify(then) !== JSON.stringify(wanted())) return 'new';
    // On Windows the link is a junction with an absolute path, which is wrong after the clone was moved.
    if (fs.realpathSync(path.join(NODE_MODULES, 'lif-fc-mnist')) !== fs.realpathSync(root))
      return 'the folder was moved';
    const lost = files.find((file) => !fs.existsSync(path.join(NODE_MODULES, file)));
    return lost && `${path.join('node_modules', lost)} is missing`;
  } catch (_error) {
    return 'new';
  }
}

/** package-lock.json, with the place of each package's file in a bundle. npm checks the hashes that it names. */
function lockFor(packages) {
  const lock = readJson(path.join(root, 'package-lock.json'));
  if (packages)
    for (const [place, entry] of Object.entries(lock.packages)) {
      const name = entry.name || place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
      if (entry.integrity) entry.resolved = `${packages}${name.replace('/', '+')}-${entry.version}.tgz`;
    }
  return JSON.stringify(lock);
}

/** What is printed where npm failed: one line without a network, else its own last ones. */
function failure(status, lines) {
  const [cause] = NO_NETWORK.exec(lines.join('\n')) || [];
  const help =
    'connect this machine, or set up from a bundle: see “Without a network, or behind a mirror” in environment.md';
  if (cause) return `no network: npm's registry or pip's index does not answer (${cause}); ${help}`;
  return [
    `\`npm ci\` failed (exit ${status}):`,
    ...lines.filter((line) => !line.startsWith('npm http')).slice(-24),
  ].join('\n    ');
}

/** Runs npm as this Node has it; resolves to its exit status and the lines that it printed. */
function npm(args, cwd) {
  const [command, first] = machine.npmCommand();
  const child = spawn(command, [...first, ...args], {
    cwd,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  // Without a way out, npm by itself waits for many minutes, also after SIGTERM.
  const patience = setTimeout(() => {
    text += '\nnetwork timeout';
    child.kill('SIGKILL');
  }, 40000);
  const onData = (part) => {
    text += part;
    latest = String(part).trim().split('\n').pop().slice(0, 100);
    if (ARRIVED.test(part)) clearTimeout(patience);
  };
  for (const stream of [child.stdout, child.stderr]) stream.on('data', onData);
  process.on('exit', () => child.kill('SIGKILL'));
  const stop = (signal) => process.exit(128 + os.constants.signals[signal]);
  for (const signal of SIGNALS) process.on(signal, stop);
  return new Promise((done, fail) =>
    child.on('error', fail).on('close', (status) => {
      clearTimeout(patience);
      for (const signal of SIGNALS) process.removeListener(signal, stop);
      done({ status, lines: text.trim().split('\n') });
    }),
  );
}

/**
 * Installs the packages of package-lock.json in a folder of their own, which then takes the place of node_modules: one
 * that is killed leaves the packages as they were.
 */
async function install(reason, from) {
  // Nothing is started without a suitable Node and Python, nor without room for all of it. Set-up prints their warnings.
  machine.checkNode();
  machine.findPython();
  const lack = fs.existsSync(NODE_MODULES) ? undefined : machine.lacksRoom(machine.placesOf(root));
  if (lack) throw new UserError(`the disk is too full: ${lack.found}; ${lack.fix}`);
  const begin = Date.now();
  const say = (text) => console.log(`Node packages: ${text}`);
  const seconds = () => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  say(`npm ci, without install scripts${reason === 'new' ? '' : `: ${reason}`}`);
  const aside = path.join(root, 'build', `packages-${process.pid}`);
  const pulse = setInterval(() => say(`${seconds()} … ${latest}`), 10000);
  try {
    fs.mkdirSync(path.join(aside, 'tools'), { recursive: true });
    for (const file of ['package.json', '.npmrc', path.join('tools', 'lif_fc_mnist.cjs')])
      fs.copyFileSync(path.join(root, file), path.join(aside, file));
    const bundled = from ? await machine.packagesIn(from, aside) : '';
    fs.writeFileSync(path.join(aside, 'package-lock.json'), lockFor(bundled));
    const options = ['--ignore-scripts', '--include=dev', '--include=optional', '--prefer-offline', '--loglevel=http'];
    const patience = ['--fetch-retries=1', '--fetch-retry-mintimeout=3000', '--fetch-timeout=40000'];
    if (bundled.startsWith('http')) patience.push(`--noproxy=${new URL(bundled).hostname}`);
    const { status, lines } = await npm(['ci', ...options, ...patience], aside);
    if (status !== 0) throw new UserError(failure(status, lines));
    const [packages, own] = ['.', 'lif-fc-mnist'].map((name) => path.join(aside, 'node_modules', name));
    const stamp = JSON.stringify({ files: filesUnder(packages), ...wanted() });
    fs.mkdirSync(path.join(packages, '.setup'));
    fs.writeFileSync(path.join(packages, STAMP), stamp);
    fs.rmSync(own, { force: true });
    fs.symlinkSync(windows ? root : '..', own, 'junction');
    if (fs.existsSync(NODE_MODULES)) fs.renameSync(NODE_MODULES, path.join(aside, 'former'));
    fs.renameSync(packages, NODE_MODULES);
  } finally {
    clearInterval(pulse);
    fs.rmSync(aside, { recursive: true, force: true });
  }
  say(`done in ${seconds()}`);
}

async function start([first, ...rest]) {
  const isReady = first === '--ready';
  const [program, ...args] = isReady ? rest : [first, ...rest];
  const isSetUp = program === SET_UP;
  const lack = isReady ? undefined : packagesLack();
  if (program === DOCTOR && args.length === 0 && (lack || machine.isUnfit())) return machine.examine(lack);
  if (lack && isSetUp && args.includes('--check')) return machine.check();
  if (lack) {
    const from =
      isSetUp && args.includes('--from') ? args[args.indexOf('--from') + 1] : process.env.LIF_FC_MNIST_BUNDLE;
    await install(lack, from);
  }
  require('./sources.cjs');
  if (!isSetUp && !isReady && !ALONE.includes(program)) await require(path.join(root, SET_UP)).setUp(['--quiet']);
  process.argv.splice(1, process.argv.length, path.join(root, program), ...args);
  // Not Module.runMain, which would take a program below a package.json of ES modules for one.
  Module._load(process.argv[1], null, true);
}

start(process.argv.slice(2)).catch((error) => {
  const full = FULL.test(error.message) ? '; expected room on the disk, found none: free some and run it again' : '';
  console.error(`setup: ${full || error instanceof UserError ? error.message : error.stack}${full}`);
  process.exit(1);
});
