// The learners' accounts on this machine, their homes, and the end of what they run.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { nodeModules, readJson, remove, SetupError, writeJson } from '../system/project.mjs';

/** Accounts of learners are called `ws-NAME`: no login name of the roster can be an account that was there before. */
export const PREFIX = 'ws-';

const listFile = (state) => join(state, 'accounts.json');
export const homeOf = (state, name) => join(state, 'home', name);

/** The accounts that the hub of this state has made: the only ones that it ever ends or removes. */
export const madeAccounts = (state) => readJson(listFile(state)) ?? [];

/** `{ uid, gid, home }` of an account, or undefined if there is none. */
function lookUp(account) {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${account}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid, , home] = line.split(':');
  return { uid: Number(uid), gid: Number(gid), home };
}

function command(name, ...args) {
  const result = spawnSync(name, args, { encoding: 'utf8' });
  if (result.status === 0) return;
  throw new SetupError(`\`${[name, ...args].join(' ')}\` failed: ${result.error?.message ?? result.stderr.trim()}`);
}

function makeAccount(state, name) {
  const account = PREFIX + name;
  const home = homeOf(state, name);
  const made = madeAccounts(state);
  const found = lookUp(account);
  if (found && (!made.includes(account) || found.home !== home)) {
    throw new SetupError(
      `the account ${account} exists and was not made for ${home}: ` +
        'end the other hub with `npm run hub -- --remove` there, or take another name',
    );
  }
  if (found) return found;
  // First on the list: an account that is on it and does not exist does no harm, the other way round does.
  if (!made.includes(account)) writeJson(listFile(state), [...made, account]);
  // No password and no shell: nobody logs in to the machine as a learner.
  const options = ['--no-create-home', '--home-dir', home, '--user-group', '--shell', '/usr/sbin/nologin'];
  command('useradd', ...options, '--comment', 'workshop learner', account);
  return lookUp(account);
}

const exists = (path) => {
  try {
    lstatSync(path);
    return true;
  } catch {
    return false;
  }
};

/** Makes the folders that all share. Learners can pass through them and see nothing of each other. */
export function makeState(state) {
  for (const [folder, mode] of [
    [state, 0o711],
    [join(state, 'home'), 0o711],
    [join(state, 'progress'), 0o711],
    [join(state, 'hub'), 0o700],
  ]) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, mode);
  }
  // Above all homes: from there a notebook finds the package, and no learner can remove it.
  const link = join(state, 'home', 'node_modules');
  remove(link);
  symlinkSync(nodeModules, link);
}

/** Makes the account and the home of everybody, with copies of the chapters in it; keeps what is there. */
export function makeHomes(state, names, onDone = () => {}) {
  makeState(state);
  const script = fileURLToPath(new URL('home.mjs', import.meta.url));
  for (const [i, name] of names.entries()) {
    const { uid, gid, home } = makeAccount(state, name);
    if (!exists(home)) mkdirSync(home, { mode: 0o700 });
    // A home that was kept when its account was removed may belong to a former number.
    if (statSync(home).uid !== uid) command('chown', '-R', '--no-dereference', `${uid}:${gid}`, home);
    chownSync(home, uid, gid);
    chmodSync(home, 0o700);
    // As the learner: root never writes into a folder in which somebody else can lay links.
    const env = { HOME: home, PATH: '/usr/bin:/bin' };
    const result = spawnSync(process.execPath, [script], { uid, gid, cwd: home, env, encoding: 'utf8' });
    if (result.status !== 0) throw new SetupError(`${home}: ${result.error?.message ?? result.stderr.trim()}`);
    onDone(i + 1);
  }
}

/** Processes that run under the accounts. */
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

/** Ends all processes of the accounts, and returns those that are still there after ten seconds. */
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

/** Removes the accounts of a state. The homes stay. */
export async function removeAccounts(state) {
  const accounts = madeAccounts(state);
  await endProcesses(accounts);
  for (const account of accounts) if (lookUp(account)) command('userdel', account);
  remove(listFile(state));
  return accounts;
}
