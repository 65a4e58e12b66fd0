// A lock is a file that names the process that owns it. If that process was killed, the next one takes the lock over.
// No library: proper-lockfile waits ten seconds for a dead owner, and takes the lock of a live one that is busy training.
import { linkSync, renameSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder, readFile, unfinishedName, writeFileNew } from './files';
import { bornAt, codeOf, hasEnded, type Process } from './processes';

/** `since` is for people, UTC */
type Owner = Process & { host: string; since: string };

export const LOCK_NAME = 'lif_fc_mnist.lock';
/** Upper bound for a lock file, about 30 times its usual size, in bytes. */
const MAX_BYTES = 4096;
/** Other processes may be faster several times, but not for ever. */
const MAX_TRIES = 100;
/** How often a process that waits for a lock looks at it, in ms. */
const POLL_MS = 250;

/** This process as the owner of a lock. */
function owner(): Owner {
  const since = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { host: hostname(), pid: process.pid, born: bornAt(process.pid), since };
}

/** The owner that a lock names; undefined if the content is not that of a lock. */
export function ownerOf(content: string): Owner | undefined {
  try {
    const found = JSON.parse(content);
    const isOwner = typeof found.host === 'string' && Number.isInteger(found.pid) && found.pid > 0;
    return isOwner ? found : undefined;
  } catch {
    return undefined;
  }
}

/** The content of a lock; undefined if the file does not exist. */
function readLock(file: string) {
  try {
    return readFile(file, MAX_BYTES).toString();
  } catch (error) {
    // Without the folder there is no lock either; creating the folder reports what is in the way.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return undefined;
    const { message } = error as Error;
    throw new Error(`${file}: cannot be read (${message}); if no run made it, remove it`);
  }
}

/** Whether the owner of a lock has ended; undefined if that cannot be known. */
function isAbandoned(content: string) {
  const found = ownerOf(content);
  return found?.host === hostname() ? hasEnded(found) : undefined;
}

/**
 * Removes an abandoned lock, unless another process was faster and the file is now its lock.
 * @param abandoned its content
 */
function breakLock(file: string, abandoned: string) {
  const aside = unfinishedName(file);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    const { message } = error as Error;
    throw new Error(`${file}: cannot be removed, although its owner has ended (${message})`);
  }
  try {
    if (readLock(aside) !== abandoned) linkSync(aside, file);
  } catch {
    // A third process has created its lock meanwhile, and keeps it.
  }
  rmSync(aside, { force: true });
}

/** Creates a lock, or returns the content of the lock of another process that is or may be alive. */
function take(file: string): string | undefined {
  const content = JSON.stringify(owner());
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (writeFileNew(file, content)) return undefined;
    const found = readLock(file);
    if (found === undefined) continue;
    if (!isAbandoned(found)) return found;
    breakLock(file, found);
  }
  throw new Error(`${file}: cannot be made, although there is none; remove what is there`);
}

/** A lock that this process has taken: released by `release`, at the latest when the process ends. */
function heldLock(file: string) {
  const release = () => {
    process.off('exit', release);
    const found = ownerOf(readLock(file) ?? '');
    if (found?.host === hostname() && found.pid === process.pid) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}

/** The error that says which process holds the lock. */
function refusal(file: string, content: string, what: string) {
  const folder = dirname(file);
  const found = ownerOf(content);
  if (found === undefined)
    return new Error(`${folder}: another ${what} may write here; if there is none, remove ${file}`);
  const { host, pid, since } = found;
  if (host !== hostname()) {
    const who = `process ${pid} on the machine ${host}, since ${since}`;
    return new Error(`${folder}: another ${what} writes here (${who}); if it has ended, remove ${file}`);
  }
  const unsure = hasEnded(found) === undefined ? `; if process ${pid} is another program, remove ${file}` : '';
  const advice = 'wait until it has ended, or choose another folder';
  return new Error(`${folder}: another ${what} writes here (process ${pid}, since ${since}); ${advice}${unsure}`);
}

/**
 * Locks a folder, which must exist: only this process may write to it until `release`, or until the process ends.
 * @param what the error's word for the other process: `run`, `hub`
 * @throws Error in one line that says which process writes to the folder, if that process is or may be alive
 */
export function lockFolder(folder: string, what: string = 'run') {
  const file = join(folder, LOCK_NAME);
  const taken = take(file);
  if (taken !== undefined) throw refusal(file, taken, what);
  return heldLock(file);
}

/**
 * Checks whether another process writes to a folder, changing nothing.
 * @throws as `lockFolder`
 */
export function assertUnlocked(folder: string) {
  const file = join(folder, LOCK_NAME);
  const found = readLock(file);
  if (found !== undefined && !isAbandoned(found)) throw refusal(file, found, 'run');
}

/**
 * Takes a lock, and waits while another process of this machine holds it. The lock is released when this process ends.
 * @param onWait called once before it waits; may throw instead of waiting
 * @throws as `lockFolder`, if the owner is on another machine, where it cannot be seen whether it has ended
 */
export async function waitForLock(file: string, what: string, onWait: (pid: number) => void) {
  makeFolder(dirname(file));
  for (let isFirst = true; ; isFirst = false) {
    const taken = take(file);
    if (taken === undefined) return heldLock(file);
    const found = ownerOf(taken);
    // By this name programs print it without a stack.
    if (found?.host !== hostname()) throw Object.assign(refusal(file, taken, what), { name: 'UserError' });
    if (isFirst) onWait(found.pid);
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
}
