'use strict';
// A lock is a file that names the process which owns it. One whose owner is gone, a killed process's, is taken over.
const { linkSync, renameSync, rmSync } = require('node:fs');
const { hostname } = require('node:os');
const { join } = require('node:path');
const { readFile, unfinishedName, writeFileNew } = require('./files.cjs');
const { bornAt, codeOf, hasEnded } = require('./processes.cjs');

/**
 * @typedef {{ pid: number, born?: string }} Process
 * @typedef {Process & { host: string, since: string, children: Process[] }} Owner `since` is for people, UTC
 */

const LOCK_NAME = 'lif_fc_mnist.lock';
/** Upper bound for a lock file, about 30 times its usual size, in bytes. */
const MOST_BYTES = 4096;
/** Others may come first several times, but not for ever. */
const MOST_TRIES = 100;

/** This process as the owner of a lock. */
function owner() {
  const since = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  return { host: hostname(), pid: process.pid, born: bornAt(process.pid), since, children: [] };
}

/**
 * Whose lock this is; undefined for what is no lock.
 * @param {string} content
 * @returns {Owner | undefined}
 */
function ownerOf(content) {
  try {
    const found = JSON.parse(content);
    const isOwner = typeof found.host === 'string' && Number.isInteger(found.pid) && found.pid > 0;
    return isOwner ? { ...found, children: Array.isArray(found.children) ? found.children : [] } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What is in a lock; undefined without one.
 * @param {string} file
 */
function readLock(file) {
  try {
    return readFile(file, MOST_BYTES).toString();
  } catch (error) {
    // No folder, no lock; making the folder reports whatever is in its way.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error) ?? '')) return undefined;
    const { message } = /** @type {Error} */ (error);
    throw new Error(`${file}: cannot be read (${message}); if no run made it, remove it`);
  }
}

/**
 * Removes an abandoned lock, unless another process was faster and this is its new one.
 * @param {string} file
 * @param {string} abandoned its content
 * @returns whether this process removed it
 */
function breakLock(file, abandoned) {
  const aside = unfinishedName(file);
  try {
    renameSync(file, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    const { message } = /** @type {Error} */ (error);
    throw new Error(`${file}: cannot be removed, although its owner has ended (${message})`);
  }
  const isBroken = readLock(aside) === abandoned;
  try {
    if (!isBroken) linkSync(aside, file);
  } catch {
    // A third process has made its lock meanwhile; it will not be disturbed.
  }
  rmSync(aside, { force: true });
  return isBroken;
}

/**
 * Removes a lock if this process owns it.
 * @param {string} file
 */
function releaseLock(file) {
  const found = ownerOf(readLock(file) ?? '');
  if (found?.host === hostname() && found.pid === process.pid) rmSync(file, { force: true });
}

/**
 * Throws unless the lock's owner is gone.
 * @param {string} folder
 * @param {string} file
 * @param {string} content
 * @param {string} what
 */
function refuse(folder, file, content, what) {
  const found = ownerOf(content);
  if (found === undefined) {
    throw new Error(`${folder}: another ${what} may write here; if there is none, remove ${file}`);
  }
  const { host, pid, since } = found;
  if (host !== hostname()) {
    const who = `process ${pid} on the machine ${host}, since ${since}`;
    throw new Error(`${folder}: another ${what} writes here (${who}); if it has ended, remove ${file}`);
  }
  const ended = hasEnded(found);
  if (ended) return;
  const unsure = ended === undefined ? `; if process ${pid} is another program, remove ${file}` : '';
  const advice = 'wait until it has ended, or choose another folder';
  throw new Error(`${folder}: another ${what} writes here (process ${pid}, since ${since}); ${advice}${unsure}`);
}

/**
 * Locks a folder, which must be there: only this process may write to it until `release`, or until the process ends.
 * @param {string} folder
 * @param {string} [what] what the error calls the other process: `run`, `hub`
 * @throws Error in one line that says which process writes to the folder, if that process lives or may live
 */
function lockFolder(folder, what = 'run') {
  const file = join(folder, LOCK_NAME);
  const content = JSON.stringify(owner());
  for (let tries = 0; !writeFileNew(file, content); tries++) {
    if (tries === MOST_TRIES) throw new Error(`${file}: cannot be made, although there is none; remove what is there`);
    const found = readLock(file);
    if (found === undefined) continue;
    refuse(folder, file, found, what);
    breakLock(file, found);
  }
  const release = () => {
    process.off('exit', release);
    releaseLock(file);
  };
  process.on('exit', release);
  return { release };
}

/**
 * Checks whether another process writes to a folder, changing nothing.
 * @param {string} folder
 * @throws as `lockFolder`
 */
function assertUnlocked(folder) {
  const file = join(folder, LOCK_NAME);
  const found = readLock(file);
  if (found !== undefined) refuse(folder, file, found, 'run');
}

module.exports = {
  assertUnlocked,
  breakLock,
  LOCK_NAME,
  lockFolder,
  owner,
  ownerOf,
  readLock,
  releaseLock,
};
