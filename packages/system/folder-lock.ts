/**
 * One run at a time in a folder: a file that names the process which writes there. A lock whose owner is gone, a killed
 * run's, is taken over.
 */
import { linkSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readFile } from './files';
import { findStart, isAlive } from './process-identity';

/** A folder that only this process may write to. */
export interface FolderLock {
  /** Lets others in; automatic when the process ends. */
  release(): void;
}

export const LOCK_NAME = 'lif_fc_mnist.lock';

interface Owner {
  host: string;
  pid: number;
  /** As the system tells it: with the process's number it names one process. */
  start: string | undefined;
  /** For people, UTC. */
  since: string;
}

/** Bytes of a lock, thirty times what it has. */
const MOST_BYTES = 4096;

/** A lock that was begun but says nothing is its maker's for so long, in ms; then the maker was killed. */
const EMPTY_FOR = 10_000;
/** Others may come first several times, but not for ever. */
const MOST_TRIES = 100;

/**
 * Locks a folder, which must be there.
 * @param what what the error calls the other process: `run`, `hub`
 * @throws Error in one line that says which process writes to the folder, if that process lives or may live
 */
export function lockFolder(folder: string, what = 'run'): FolderLock {
  const file = join(folder, LOCK_NAME);
  const since = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const owner: Owner = { host: hostname(), pid: process.pid, start: findStart(process.pid), since };
  const mine = JSON.stringify(owner);
  for (let tries = 0; !create(file, mine); tries++) {
    if (tries === MOST_TRIES) throw new Error(`${file}: cannot be made, although there is none; remove what is there`);
    const found = read(file);
    if (found === undefined) continue;
    refuse(folder, file, found, what);
    remove(file, found);
  }
  const release = () => {
    process.off('exit', release);
    if (read(file) === mine) rmSync(file, { force: true });
  };
  process.on('exit', release);
  return { release };
}

/**
 * Checks whether another process writes to a folder, changing nothing.
 * @throws as `lockFolder`
 */
export function assertUnlocked(folder: string): void {
  const file = join(folder, LOCK_NAME);
  const found = read(file);
  if (found !== undefined) refuse(folder, file, found, 'run');
}

/** Throws unless the lock's owner is gone. */
function refuse(folder: string, file: string, content: string, what: string): void {
  const owner = parse(content);
  if (owner === undefined) {
    const since = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (content === '' && Date.now() - since > EMPTY_FOR) return;
    throw new Error(`${folder}: another ${what} may write here; if there is none, remove ${file}`);
  }
  const { host, pid, start, since } = owner;
  if (host !== hostname()) {
    const who = `process ${pid} on the machine ${host}, since ${since}`;
    throw new Error(`${folder}: another ${what} writes here (${who}); if it has ended, remove ${file}`);
  }
  if (!isAlive(pid)) return;
  const now = findStart(pid);
  const sure = now !== undefined && start !== undefined;
  if (sure && now !== start) return;
  const unsure = sure ? '' : `; if process ${pid} is another program, remove ${file}`;
  const advice = 'wait until it has ended, or choose another folder';
  throw new Error(`${folder}: another ${what} writes here (process ${pid}, since ${since}); ${advice}${unsure}`);
}

function parse(content: string): Owner | undefined {
  try {
    const { host, pid, start, since } = JSON.parse(content);
    return typeof host === 'string' && Number.isInteger(pid) && pid > 0 ? { host, pid, start, since } : undefined;
  } catch {
    return undefined;
  }
}

function read(file: string): string | undefined {
  try {
    return readFile(file, MOST_BYTES).toString();
  } catch (error) {
    // No folder, no lock; making the folder reports whatever is in its way.
    if (['ENOENT', 'ENOTDIR'].includes(String((error as NodeJS.ErrnoException).code))) return undefined;
    throw new Error(`${file}: cannot be read (${(error as Error).message}); if no run made it, remove it`);
  }
}

/** Makes the lock; returns false if there is one. */
function create(file: string, content: string): boolean {
  // A link, and not an exclusive open: the lock appears with its whole content or not at all.
  const part = `${file}.${process.pid}.unfinished`;
  try {
    writeFileSync(part, content);
    try {
      linkSync(part, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // A file system without links, such as a memory stick's.
      writeFileSync(file, content, { flag: 'wx' });
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new Error(`${file}: cannot be written (${(error as Error).message})`);
  } finally {
    rmSync(part, { force: true });
  }
}

/** Removes an abandoned lock, unless another process was faster and this is its new one. */
function remove(file: string, abandoned: string): void {
  const aside = `${file}.${process.pid}.unfinished`;
  try {
    renameSync(file, aside);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new Error(`${file}: cannot be removed, although its run has ended (${message})`);
  }
  if (read(aside) !== abandoned) {
    try {
      linkSync(aside, file);
    } catch {
      // A third process has locked the folder meanwhile; it will not be disturbed.
    }
  }
  rmSync(aside, { force: true });
}
