// The learners' accounts on this machine, and their homes.
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { nodeModules, readJson, remove, UserError, writeJson } from '../../../../packages/system/project';

/** Learners' accounts are called `ws-NAME`, so that nobody logs in to an account that existed before. */
export const PREFIX = 'ws-';

interface Account {
  uid: number;
  gid: number;
  home: string;
}

const listFile = (state: string) => join(state, 'accounts.json');
const homeOf = (state: string, name: string) => join(state, 'home', name);

/** The accounts that the hub of this state has made: it kills processes of, and removes, no others. */
export const madeAccounts = (state: string): string[] => readJson(listFile(state)) ?? [];

/** An account of this machine, or undefined. */
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
  // Listed before it is made: an account that is made but not listed could never be removed.
  if (!made.includes(account)) writeJson(listFile(state), [...made, account]);
  // No password and no shell: learners cannot log in to the machine.
  const options = ['--no-create-home', '--home-dir', home, '--user-group', '--shell', '/usr/sbin/nologin'];
  command('useradd', ...options, '--comment', 'workshop learner', account);
  const fresh = lookUp(account);
  if (!fresh) throw new UserError(`\`useradd\` made no account ${account} in /etc/passwd`);
  return fresh;
}

/** Makes the shared folders. Learners can pass through them but not list them. */
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
  // Above the homes, where notebooks find the package and no learner can remove it.
  const link = join(state, 'home', 'node_modules');
  remove(link);
  symlinkSync(nodeModules, link);
}

/**
 * Makes the accounts and homes that are missing. A home is filled by the learner's server (server.sh), because root must
 * not write into a folder where others can place links.
 */
export function makeHomes(state: string, people: { name: string }[]) {
  makeState(state);
  for (const { name } of people) {
    const { uid, gid, home } = makeAccount(state, name);
    mkdirSync(home, { recursive: true, mode: 0o700 });
    // The home of a removed account may still belong to that account's number.
    if (statSync(home).uid !== uid) command('chown', '-R', '--no-dereference', `${uid}:${gid}`, home);
    chmodSync(home, 0o700);
  }
}

/** Kills whatever runs under the accounts. Each may signal its own processes, and -1 means all that one may signal. */
export function killProcesses(accounts: string[]) {
  for (const { uid, gid } of accounts.flatMap((account) => lookUp(account) ?? []))
    spawnSync('sh', ['-c', 'kill -KILL -1'], { uid, gid });
}

/** Removes the accounts of a state, and returns them. The homes stay. */
export function removeAccounts(state: string) {
  const accounts = madeAccounts(state);
  killProcesses(accounts);
  // By force: the killed processes may still be listed for a moment.
  for (const account of accounts) if (lookUp(account)) command('userdel', '--force', account);
  remove(listFile(state));
  return accounts;
}
