// One set-up at a time per clone, and one map per folder. The lock names its owner and the children that the owner started. When the owner is
// gone, the lock is broken and those children are ended: an orphaned `npm ci` would keep writing.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { bornAt, codeOf } from './processes.mjs';
import { root } from './project.mjs';
import { killGroup, watchChildren } from './run.mjs';

/** The lock that this process holds, or waits for: one at a time. */
let path = join(root, 'build', 'setup.lock');
const me = { host: hostname(), pid: process.pid, born: bornAt(process.pid) };
const BEAT_MS = 2000;
const SILENCE_MS = 30_000;

/** @type {NodeJS.Timeout | undefined} */
let beat;

const read = () => {
  try {
    return { text: readFileSync(path, 'utf8'), at: statSync(path).mtimeMs };
  } catch {
    return undefined;
  }
};

function take() {
  mkdirSync(dirname(path), { recursive: true });
  // A link, not an exclusive open: the lock appears with its whole content or not at all.
  const part = `${path}.${process.pid}`;
  writeFileSync(part, JSON.stringify({ ...me, children: [] }));
  try {
    linkSync(part, path);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(part, { force: true });
  }
}

/**
 * @param {string} text
 * @param {number} silentMs
 */
function isAbandoned(text, silentMs) {
  if (silentMs > SILENCE_MS) return true;
  try {
    const owner = JSON.parse(text);
    // For a process on another machine (or in another container) only the heartbeat can be checked.
    return owner.host === me.host && bornAt(owner.pid) !== owner.born;
  } catch {
    return true;
  }
}

function breakLock(/** @type {string} */ text) {
  const aside = `${path}.${process.pid}.broken`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readFileSync(aside, 'utf8') !== text) {
    // Another process broke it first, and this lock belongs to the new owner: put it back.
    try {
      linkSync(aside, path);
    } catch {}
    rmSync(aside, { force: true });
    return;
  }
  rmSync(aside, { force: true });
  try {
    const { host, children } = JSON.parse(text);
    for (const child of children) {
      if (host === me.host && child.born !== undefined && bornAt(child.pid) === child.born) {
        killGroup(child.pid, 'SIGKILL');
      }
    }
  } catch {}
}

/**
 * Waits until no other process holds the lock; if one does, first calls `onWait`, which may throw instead of waiting.
 * @param {(pid: number) => void} onWait
 * @param {string} [file] the lock; that of set-up in this clone by default
 */
export async function lock(onWait, file = path) {
  path = file;
  let seen;
  let since = Date.now();
  let told = false;
  while (!take()) {
    const now = read();
    if (now === undefined) continue;
    if (now.text !== seen?.text || now.at !== seen?.at) {
      seen = now;
      since = Date.now();
    }
    if (isAbandoned(now.text, Date.now() - since)) {
      breakLock(now.text);
      continue;
    }
    if (!told) onWait(JSON.parse(now.text).pid);
    told = true;
    await new Promise((done) => setTimeout(done, 250));
  }
  watchChildren((children) => {
    const part = `${path}.${process.pid}`;
    writeFileSync(part, JSON.stringify({ ...me, children }));
    renameSync(part, path);
  });
  beat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {}
  }, BEAT_MS);
  beat.unref();
}

export function unlock() {
  if (beat === undefined) return;
  clearInterval(beat);
  beat = undefined;
  watchChildren(() => {});
  rmSync(path, { force: true });
}
