// Installs the Node packages of package-lock.json. In the syntax of Node 14, with Node's own modules only, since
// `tools/start.mjs` uses it before packages are installed.
import { spawn } from 'child_process';
import fs from 'fs';
import os from 'os';
import path from 'path';
import { createInterface } from 'readline';
import { filesUnder, hashOf, remove, root, UserError, windows } from '../packages/system/plain.mjs';
import * as machine from './machine.mjs';

const NODE_MODULES = path.join(root, 'node_modules');
const STAMP = path.join(NODE_MODULES, '.setup', 'packages.json');
const BUILD = path.join(root, 'build');
const LOCK = path.join(BUILD, 'packages.lock');
/** Lines of npm (with `--loglevel=http`) and pip about something that has arrived, or was already there. */
const ARRIVED =
  /^npm http (cache|fetch [A-Z]+ [23])|^ *(Downloading|Using cached|Processing|Requirement already satisfied|Saved) /;
const OFFLINE =
  /ECONN|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ERR_SOCKET|timed? ?out|Connection|IncompleteRead|network|HTTP error 5/i;
/** The cause of a network failure in a line of npm or pip. */
const CAUSE =
  /\b(E(?:CONN[A-Z]+|TIMEDOUT|NOTFOUND|AI_AGAIN)|connection refused|timed out|name or service not known|name resolution|nodename nor servname|getaddrinfo failed|cannot connect to proxy)\b/i;
const HELP =
  'connect this machine, or set up from a bundle: see “Without a network, or behind a mirror” in environment.md';

const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Runs npm or pip, and tries once more if it failed and its output mentions the network. Ends it if nothing arrives for
 * `silence` seconds: npm by itself tries for minutes.
 * @param run starts a command: `run` below, or that of packages/system/run.ts
 */
export async function runWithRetry(run, command, args, { silence = 40, ...options } = {}) {
  for (let isFirst = true; ; isFirst = false) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort('timed out'), silence * 1000);
    const onLine = (line) => {
      if (ARRIVED.test(line)) clearTimeout(timer);
      if (options.onLine) options.onLine(line);
    };
    const result = await run(command, args, { ...options, onLine, abort: giveUp.signal });
    clearTimeout(timer);
    const isOffline = result.lines.some((line) => !ARRIVED.test(line) && OFFLINE.test(line));
    if (result.code === 0 || !isFirst || !isOffline || giveUp.signal.aborted) return result;
    await sleep(3000);
  }
}

/**
 * Throws if a command failed: with one line if the network is missing, else with the first and last lines of its output,
 * since npm prints the cause first, pip last.
 * @param command as one would type it
 * @param help what to do without a network; '' for a command that does not need one
 */
export function assertSucceeded({ code, lines }, command, help = HELP) {
  if (code === 0) return;
  const output = lines.filter((line) => !/^Ignoring .*: markers |^npm http /.test(line));
  const [cause] = output.map((line) => (CAUSE.exec(line) || [])[1]).filter(Boolean);
  if (cause && help)
    throw new UserError(`no network: npm's registry or pip's index does not answer (${cause}); ${help}`);
  const shown = output.length <= 24 ? output : [...output.slice(0, 12), '…', ...output.slice(-12)];
  throw new UserError([`\`${command}\` failed (exit ${code}):`, ...shown].join('\n    '));
}

/** The inputs of the installation, which its stamp records. */
const wanted = () => ({
  inputs: hashOf(['package-lock.json', '.npmrc']),
  platform: `${process.platform}-${process.arch}`,
});

/**
 * Why the files of a folder have to be installed again: 'new' if the stamp has other inputs, or a line about the first
 * missing file. Added files do not matter.
 * @returns undefined if the folder is up to date
 */
export function whyOutdated(stamp, made, folder) {
  let found;
  try {
    found = readJson(stamp);
  } catch (_error) {
    return 'new';
  }
  const { files, python: _, ...then } = found; // the version of Python is informative
  if (JSON.stringify(then) !== JSON.stringify(made)) return 'new';
  const lost = files.find((file) => !fs.existsSync(path.join(folder, file)));
  return lost && `${path.join(path.basename(folder), lost)} is missing`;
}

/** Why the packages have to be installed, as `whyOutdated`; undefined if they match package-lock.json. */
export function whyPackagesOutdated() {
  const lack = whyOutdated(STAMP, wanted(), NODE_MODULES);
  if (lack) return lack;
  try {
    // On Windows the link is a junction with an absolute path, which is wrong after the clone was moved.
    if (fs.realpathSync(path.join(NODE_MODULES, 'lif-fc-mnist')) !== fs.realpathSync(root))
      return 'the folder was moved';
  } catch (_error) {
    return 'node_modules/lif-fc-mnist is missing';
  }
  return undefined;
}

/** The name of a package in package-lock.json: in its entry, or the last part of its path. */
export const nameOf = (place, entry) =>
  entry.name || place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** The name of a package's file in a bundle. */
export const tarballOf = ({ name, version }) => `${name.replace('/', '+')}-${version}.tgz`;

/** package-lock.json with the addresses of a bundle's files, whose hashes npm checks. */
function lockFor(packages) {
  const lock = readJson(path.join(root, 'package-lock.json'));
  if (packages)
    for (const [place, entry] of Object.entries(lock.packages)) {
      const { version, integrity } = entry;
      if (integrity) entry.resolved = `${packages}${tarballOf({ name: nameOf(place, entry), version })}`;
    }
  return JSON.stringify(lock);
}

/** npm, while it runs. */
let child;

/** Runs npm; resolves to its exit status, null if it was killed, and the lines that it printed. */
function run(command, args, { cwd, onLine, abort }) {
  const env = { ...process.env, NODE_OPTIONS: '' };
  child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines = [];
  abort.addEventListener('abort', () => {
    lines.push(abort.reason);
    child.kill('SIGKILL'); // npm survives SIGTERM
  });
  for (const input of [child.stdout, child.stderr])
    createInterface({ input }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
  return new Promise((done, fail) =>
    child.on('error', fail).on('close', (code) => {
      child = undefined;
      done({ code, lines });
    }),
  );
}

/** Replaces the former packages by new ones; if that fails, the former ones are kept. */
function replace(packages, former) {
  try {
    if (fs.existsSync(NODE_MODULES)) fs.renameSync(NODE_MODULES, former);
    fs.renameSync(packages, NODE_MODULES);
  } catch (error) {
    if (fs.existsSync(former) && !fs.existsSync(NODE_MODULES)) fs.renameSync(former, NODE_MODULES);
    // A mounted folder, one of a container image, or on Windows one in use cannot be renamed: replace its content.
    if (!['EBUSY', 'EXDEV', 'EPERM'].includes(error.code)) throw error;
    for (const name of fs.readdirSync(NODE_MODULES)) remove(path.join(NODE_MODULES, name));
    fs.cpSync(packages, NODE_MODULES, { recursive: true, verbatimSymlinks: true });
  }
}

/** Whether a process with this number is running, also one of another user. */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Waits until no other process installs in this clone, and takes the lock. */
async function lock() {
  for (let waited = 0; ; waited++) {
    try {
      return fs.writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let pid;
    try {
      pid = Number(fs.readFileSync(LOCK, 'utf8'));
    } catch (_error) {
      continue; // It has just been removed.
    }
    // An empty file is just being written, or was left by a full disk.
    if (pid > 0 ? !isAlive(pid) : waited > 20) remove(LOCK);
    else if (waited === 1) console.log(`Another set-up (process ${pid}) is running in this clone; waiting for it.`);
    await sleep(250);
  }
}

/**
 * Installs the packages in a separate folder, which then replaces node_modules, so that a killed set-up keeps the former
 * packages.
 * @param from a bundle: a folder or an address
 */
export async function install(from) {
  const isFirst = !machine.machine.isSetUp();
  if (isFirst) machine.findPython(); // Fail before anything is installed, also if space is missing.
  const [whole] = machine.spaceNeededBy(root);
  const hasFormer = fs.existsSync(NODE_MODULES);
  const lack = machine.findMissingSpace(
    hasFormer || !isFirst ? [{ ...whole, needed: 1e9 }] : machine.spaceNeededBy(root),
  );
  if (lack) throw new UserError(`the disk is too full: ${lack.found}; ${lack.fix}`);

  const aside = path.join(BUILD, `packages-${process.pid}`);
  fs.mkdirSync(BUILD, { recursive: true });
  await lock();
  const tidy = () => {
    if (child) child.kill('SIGKILL');
    remove(aside);
    remove(LOCK);
  };
  const stop = (signal) => {
    console.error('setup: interrupted; run it again to continue with the interrupted step');
    process.exit(128 + os.constants.signals[signal]);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const parent = process.ppid;
  const isWatched = process.env.npm_lifecycle_event !== undefined || process.env.LIF_FC_MNIST_CALLER !== undefined;
  const watch = setInterval(() => isWatched && process.ppid !== parent && stop('SIGTERM'), 1000);
  process.on('exit', tidy);
  for (const signal of signals) process.on(signal, stop);
  const begin = Date.now();
  const say = (text) => console.log(`Node packages: ${text}`);
  const seconds = () => `${((Date.now() - begin) / 1000).toFixed(1)} s`;
  let latest = '';
  const pulse = setInterval(() => say(`${seconds()} … ${latest}`), 10000);
  try {
    const reason = whyPackagesOutdated();
    if (reason === undefined) return; // Another process has installed them meanwhile.
    say(`npm ci, without install scripts${reason === 'new' ? '' : `: ${reason}`}`);
    for (const name of fs.readdirSync(BUILD)) if (/^packages-\d+$/.test(name)) remove(path.join(BUILD, name));
    fs.mkdirSync(path.join(aside, 'tools'), { recursive: true });
    for (const file of ['package.json', '.npmrc', path.join('tools', 'lif_fc_mnist.cjs')])
      fs.copyFileSync(path.join(root, file), path.join(aside, file));
    const bundled = from ? await machine.packagesIn(from, aside) : '';
    fs.writeFileSync(path.join(aside, 'package-lock.json'), lockFor(bundled));
    const [command, args] = machine.npmCommand();
    args.push('ci', '--ignore-scripts', '--include=dev', '--include=optional', '--loglevel=http');
    args.push('--prefer-offline', '--fetch-retries=1', '--fetch-retry-mintimeout=3000');
    if (bundled) args.push('--offline=false');
    if (bundled.startsWith('http')) args.push(`--noproxy=${new URL(bundled).hostname}`);
    const onLine = (line) => {
      latest = line.trim().slice(0, 100);
    };
    assertSucceeded(await runWithRetry(run, command, args, { cwd: aside, onLine }), 'npm ci');
    const packages = path.join(aside, 'node_modules');
    const own = path.join(packages, 'lif-fc-mnist');
    remove(own);
    fs.symlinkSync(windows ? root : '..', own, 'junction');
    const stamp = JSON.stringify({ files: filesUnder(packages), ...wanted() });
    replace(packages, path.join(aside, 'former'));
    fs.mkdirSync(path.dirname(STAMP), { recursive: true });
    fs.writeFileSync(STAMP, stamp);
    say(`done in ${seconds()}`);
  } finally {
    for (const timer of [pulse, watch]) clearInterval(timer);
    for (const signal of signals) process.removeListener(signal, stop);
    process.removeListener('exit', tidy);
    tidy();
  }
}
