// A lock is a file that names the process which owns it. One whose owner is gone, a killed process's, is taken over. One
// that is waited for names the children which its owner has started, too, and those are then ended: an orphaned pip would
// keep writing.
// No library: proper-lockfile waits ten seconds for a dead owner, and robs a living one whose loop is busy training.
import { linkSync, lstatSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { makeFolder, readFile, unfinishedName, writeFileAtomic, writeFileNew } from './files';
import { bornAt, codeOf, hasEnded, killGroup, type Process } from './processes';

/** `since` is for people, UTC */
type Owner = Process & { host: string; since: string; children: Process[] };

export const LOCK_NAME = 'lif_fc_mnist.lock';
/** Upper bound for a lock file, about 30 times its usual size, in bytes. */
const MOST_BYTES = 4096;
/** Others may come first several times, but not for ever. */
const MOST_TRIES = 100;
/** How often the owner of a lock that is waited for gives a sign of life, and after how long without it is gone. */
const BEAT_MS = 2000;
const SILENCE_MS = 30_000;

/** This process as the owner of a lock. */
function owner(): Owner {
  const since = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { host: hostname(), pid: process.pid, born: bornAt(process.pid), since, children: [] };
}

/** Whether this can be a child: the group of 1 would be every process, and without `born` it may be another by now. */
const isChild = (found: Partial<Process> | null | undefined) =>
  Number.isInteger(found?.pid) && Number(found?.pid) > 1 && typeof found?.born === 'string';

/** Whose lock this is; undefined for what is no lock. */
export function ownerOf(content: string): Owner | undefined {
  try {
    const found = JSON.parse(content);
    const isOwner = typeof found.host === 'string' && Number.isInteger(found.pid) && found.pid > 0;
    return isOwner ? { ...found, children: [found.children].flat().filter(isChild) } : undefined;
  } catch {
    return undefined;
  }
}

/** What is in a lock; undefined without one. */
function readLock(file: string) {
  try {
    return readFile(file, MOST_BYTES).toString();
  } catch (error) {
    // No folder, no lock; making the folder reports whatever is in its way.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return undefined;
    const { message } = error as Error;
    throw new Error(`${file}: cannot be read (${message}); if no run made it, remove it`);
  }
}

/** Whether the owner of a lock is gone; undefined if that cannot be told. */
function isAbandoned(content: string) {
  const found = ownerOf(content);
  return found?.host === hostname() ? hasEnded(found) : undefined;
}

/**
 * Removes an abandoned lock, unless another process was faster and this is its new one.
 * @param abandoned its content
 * @param endsChildren whether its owner's children are ended, too
 */
function breakLock(file: string, abandoned: string, endsChildren: boolean) {
  const aside = unfinishedName(file);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    const { message } = error as Error;
    throw new Error(`${file}: cannot be removed, although its owner has ended (${message})`);
  }
  const isBroken = readLock(aside) === abandoned;
  try {
    if (!isBroken) linkSync(aside, file);
  } catch {
    // A third process has made its lock meanwhile; it will not be disturbed.
  }
  // Another account could name processes of this one there.
  const isOwn = process.getuid === undefined || lstatSync(aside).uid === process.getuid();
  rmSync(aside, { force: true });
  const found = ownerOf(abandoned);
  if (!endsChildren || !isBroken || !isOwn || found?.host !== hostname()) return;
  for (const child of found.children) if (hasEnded(child) === false) killGroup(child.pid, 'SIGKILL');
}

/**
 * Makes a lock, or returns what is in that of another process which lives or may live.
 * @param endsChildren of an abandoned one. Not of a folder's: it may have come with the folder, from anybody.
 */
function take(file: string, endsChildren = false): string | undefined {
  const content = JSON.stringify(owner());
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (writeFileNew(file, content)) return undefined;
    const found = readLock(file);
    if (found === undefined) continue;
    if (!isAbandoned(found)) return found;
    breakLock(file, found, endsChildren);
  }
  throw new Error(`${file}: cannot be made, although there is none; remove what is there`);
}

/** Removes a lock if this process owns it. */
function releaseLock(file: string) {
  const found = ownerOf(readLock(file) ?? '');
  if (found?.host === hostname() && found.pid === process.pid) rmSync(file, { force: true });
}

/** The error that says which process writes to a folder. */
function refusal(folder: string, content: string, what: string) {
  const file = join(folder, LOCK_NAME);
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
 * Locks a folder, which must be there: only this process may write to it until `release`, or until the process ends.
 * @param what what the error calls the other process: `run`, `hub`
 * @throws Error in one line that says which process writes to the folder, if that process lives or may live
 */
export function lockFolder(folder: string, what: string = 'run') {
  const file = join(folder, LOCK_NAME);
  const taken = take(file);
  if (taken !== undefined) throw refusal(folder, taken, what);
  const release = () => {
    process.off('exit', release);
    releaseLock(file);
  };
  process.on('exit', release);
  return { release };
}

/**
 * Checks whether another process writes to a folder, changing nothing.
 * @throws as `lockFolder`
 */
export function assertUnlocked(folder: string) {
  const found = readLock(join(folder, LOCK_NAME));
  if (found !== undefined && !isAbandoned(found)) throw refusal(folder, found, 'run');
}

/** The lock that this process has waited for. */
let held: { file: string; me: Owner; beat: NodeJS.Timeout } | undefined;

/**
 * Waits until no other process holds the lock; if one does, first calls `onWait`, which may throw instead of waiting.
 * This lock's owner gives a sign of life, and names its children.
 */
export async function lock(onWait: (pid: number | undefined) => void, file: string) {
  makeFolder(dirname(file));
  let [seen, since, told] = ['', 0, false];
  for (let found = take(file, true); found !== undefined; found = take(file, true)) {
    const now = `${statSync(file, { throwIfNoEntry: false })?.mtimeMs} ${found}`;
    if (now !== seen) since = Date.now();
    seen = now;
    // For a process on another machine (or in another container) only the sign of life can be checked.
    if (Date.now() - since > SILENCE_MS) breakLock(file, found, true);
    else {
      if (!told) onWait(ownerOf(found)?.pid);
      told = true;
      await new Promise((done) => setTimeout(done, 250));
    }
  }
  const beat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {}
  }, BEAT_MS);
  beat.unref();
  held = { file, me: owner(), beat };
}

/** Names the children of this process in its lock, if it has one. */
export function nameChildren(children: Process[]) {
  try {
    if (held) writeFileAtomic(held.file, JSON.stringify({ ...held.me, children }));
  } catch {
    // A full disk: the lock as it was still holds, and the child itself will say what it could not write.
  }
}

export function unlock() {
  if (held === undefined) return;
  clearInterval(held.beat);
  releaseLock(held.file);
  held = undefined;
}
