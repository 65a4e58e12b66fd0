// The learners' accounts on this machine, their homes, and the end of what they run.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeModules, readJson, remove, UserError, writeJson } from '../../../../packages/system/project.mjs';

/** Accounts of learners are called `ws-NAME`: no login name of the roster can be an account that was there before. */
export const PREFIX = 'ws-';

/** @typedef {{ uid: number, gid: number, home: string }} Account */

/** @param {string} state */
const listFile = (state) => join(state, 'accounts.json');
/** @param {string} state @param {string} name */
export const homeOf = (state, name) => join(state, 'home', name);

/**
 * The accounts that the hub of this state has made: the only ones that it ever ends or removes.
 * @param {string} state
 * @returns {string[]}
 */
export const madeAccounts = (state) => readJson(listFile(state)) ?? [];

/**
 * An account of this machine; undefined if it does not exist.
 * @param {string} account
 * @returns {Account | undefined}
 */
function lookUp(account) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${account}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid, , home] = line.split(':');
  return { uid: Number(uid), gid: Number(gid), home };
}

/** @param {string} name @param {string[]} args */
function command(name, ...args) {
  const result = spawnSync(name, args, { encoding: 'utf8' });
  if (result.status === 0) return;
  throw new UserError(`\`${[name, ...args].join(' ')}\` failed: ${result.error?.message ?? result.stderr.trim()}`);
}

/** @param {string} state @param {string} name @returns {Account} */
function makeAccount(state, name) {
  const account = PREFIX + name;
  const home = homeOf(state, name);
  const made = madeAccounts(state);
  const found = lookUp(account);
  if (found && (!made.includes(account) || found.home !== home)) {
    throw new UserError(
      `the account ${account} exists and was not made for ${home}: ` +
        'end the other hub with `npm run hub -- --remove` there, or take another name',
    );
  }
  if (found) return found;
  // First on the list: an account that is on it and does not exist does no harm, the other way round does.
  if (!made.includes(account)) writeJson(listFile(state), [...made, account]);
  // No password and no shell: learners cannot log in to the machine.
  const options = ['--no-create-home', '--home-dir', home, '--user-group', '--shell', '/usr/sbin/nologin'];
  command('useradd', ...options, '--comment', 'workshop learner', account);
  const fresh = lookUp(account);
  if (!fresh) throw new UserError(`\`useradd\` made no account ${account} in /etc/passwd`);
  return fresh;
}

/** @param {string} path */
const exists = (path) => {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
};

/**
 * Makes the folders that all share. Learners can pass through them and see nothing of each other.
 * @param {string} state
 */
export function makeState(state) {
  const modes = /** @type {const} */ ([
    [state, 0o711],
    [join(state, 'home'), 0o711],
    [join(state, 'progress'), 0o711],
    [join(state, 'hub'), 0o700],
  ]);
  for (const [folder, mode] of modes) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, mode);
  }
  // Above all homes: from there a notebook finds the package, and no learner can remove it.
  const link = join(state, 'home', 'node_modules');
  remove(link);
  symlinkSync(nodeModules, link);
}

/** How long the copies of one learner may take: ten times what they take on a busy machine. */
const SECONDS = 20;

/**
 * Makes everyone's account and home, with copies of the chapters in it; keeps what is there. A home that its learner
 * has made unusable is skipped.
 * @param {string} state
 * @param {string[]} names
 * @param {{ onDone?: (count: number) => void, seconds?: number }} [options] `onDone` is called after each
 * @returns {{ name: string, why: string }[]} whose home was skipped
 */
export function makeHomes(state, names, { onDone = () => {}, seconds = SECONDS } = {}) {
  makeState(state);
  const script = fileURLToPath(new URL('home.mjs', import.meta.url));
  const skipped = [];
  for (const [i, name] of names.entries()) {
    const { uid, gid, home } = makeAccount(state, name);
    if (!exists(home)) mkdirSync(home, { mode: 0o700 });
    // A home that was kept when its account was removed may belong to a former number.
    if (statSync(home).uid !== uid) command('chown', '-R', '--no-dereference', `${uid}:${gid}`, home);
    chownSync(home, uid, gid);
    chmodSync(home, 0o700);
    // As the learner: root never writes into a folder in which others can place links.
    const env = { HOME: home, PATH: '/usr/bin:/bin' };
    const limits = /** @type {const} */ ({ timeout: seconds * 1000, killSignal: 'SIGKILL' });
    const result = spawnSync(process.execPath, [script], { uid, gid, cwd: home, env, encoding: 'utf8', ...limits });
    if (result.status !== 0) {
      const isLate = /** @type {NodeJS.ErrnoException | undefined} */ (result.error)?.code === 'ETIMEDOUT';
      const why = isLate ? `not done after ${seconds} s` : (result.error?.message ?? result.stderr.trim());
      skipped.push({ name, why });
    }
    onDone(i + 1);
  }
  return skipped;
}

/**
 * Processes that run under the accounts.
 * @param {string[]} accounts
 */
export function processesOf(accounts) {
  const uids = new Set(accounts.map((account) => lookUp(account)?.uid).filter((uid) => uid !== undefined));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        return uids.has(statSync(`/proc/${pid}`).uid);
      } catch {
        return false; // it has ended
      }
    });
}

/**
 * Ends all processes of the accounts, and returns those that are still there after ten seconds.
 * @param {string[]} accounts
 */
export async function endProcesses(accounts) {
  for (let waited = 0; waited < 10_000; waited += 100) {
    const left = processesOf(accounts);
    if (left.length === 0) return [];
    for (const pid of left) {
      try {
        process.kill(pid, waited === 0 ? 'SIGTERM' : 'SIGKILL');
      } catch {
        // It has ended.
      }
    }
    await sleep(waited === 0 ? 1000 : 100);
  }
  return processesOf(accounts);
}

/**
 * Removes the accounts of a state, and returns them. The homes stay.
 * @param {string} state
 */
export async function removeAccounts(state) {
  const accounts = madeAccounts(state);
  await endProcesses(accounts);
  for (const account of accounts) if (lookUp(account)) command('userdel', account);
  remove(listFile(state));
  return accounts;
}
