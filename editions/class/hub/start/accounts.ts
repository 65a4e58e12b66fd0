// The learners' accounts on this machine, their homes, and the end of what they run.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeModules, readJson, remove, UserError, writeJson } from '../../../../packages/system/project';

/** Accounts of learners are called `ws-NAME`: no login name of the roster can be an account that was there before. */
export const PREFIX = 'ws-';

interface Account {
  uid: number;
  gid: number;
  home: string;
}

const listFile = (state: string) => join(state, 'accounts.json');
const homeOf = (state: string, name: string) => join(state, 'home', name);

/** The accounts that the hub of this state has made: the only ones that it ever ends or removes. */
export const madeAccounts = (state: string): string[] => readJson(listFile(state)) ?? [];

/** An account of this machine; undefined if it does not exist. */
function lookUp(account: string): Account | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${account}:`));
  if (line === undefined) return undefined;
  const [, , uid, gid, , home] = line.split(':');
  return { uid: Number(uid), gid: Number(gid), home };
}

function command(name: string, ...args: string[]) {
  const result = spawnSync(name, args, { encoding: 'utf8' });
  if (result.status === 0) return;
  throw new UserError(`\`${[name, ...args].join(' ')}\` failed: ${result.error?.message ?? result.stderr.trim()}`);
}

function makeAccount(state: string, name: string): Account {
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

/** Makes the folders that all share. Learners can pass through them and see nothing of each other. */
function makeState(state: string) {
  const modes = [
    [state, 0o711],
    [join(state, 'home'), 0o711],
    [join(state, 'progress'), 0o711],
    [join(state, 'hub'), 0o700],
  ] as const;
  for (const [folder, mode] of modes) {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, mode);
  }
  // Above all homes: from there a notebook finds the package, and no learner can remove it.
  const link = join(state, 'home', 'node_modules');
  remove(link);
  symlinkSync(nodeModules, link);
}

/**
 * Makes everyone's account and home, and keeps what is there. The learner's server fills the home (server.sh): root
 * never writes into a folder in which others can place links.
 */
export function makeHomes(state: string, people: { name: string }[]) {
  makeState(state);
  for (const { name } of people) {
    const { uid, gid, home } = makeAccount(state, name);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // A home that was kept when its account was removed may belong to a former number.
    if (statSync(home).uid !== uid) command('chown', '-R', '--no-dereference', `${uid}:${gid}`, home);
    chmodSync(home, 0o700);
  }
}

/**
 * Ends all that runs under the accounts, and returns the processes that are still there after ten seconds. Each account
 * may signal its own processes, and -1 means all that one may signal.
 */
export async function endProcesses(accounts: string[]) {
  const found = accounts.flatMap((account) => lookUp(account) ?? []);
  for (const { uid, gid } of found) spawnSync('sh', ['-c', 'kill -KILL -1'], { uid, gid });
  const uids = new Set(found.map(({ uid }) => uid));
  const isTheirs = (entry: string) =>
    /^\d+$/.test(entry) && uids.has(statSync(`/proc/${entry}`, { throwIfNoEntry: false })?.uid ?? -1);
  const look = () => readdirSync('/proc').filter(isTheirs);
  for (let tries = 0; tries < 100 && look().length > 0; tries++) await sleep(100);
  return look();
}

/** Removes the accounts of a state, and returns them. The homes stay. */
export async function removeAccounts(state: string) {
  const accounts = madeAccounts(state);
  await endProcesses(accounts); // userdel refuses an account that something runs under
  for (const account of accounts) if (lookUp(account)) command('userdel', account);
  remove(listFile(state));
  return accounts;
}
