// One set-up at a time per clone, and one map per folder. Unlike the lock of a run's folder, this one is waited for,
// its owner gives a sign of life, and it names the children that the owner started. When the owner is gone, the lock is
// broken and those children are ended: an orphaned `npm ci` would keep writing.
import { mkdirSync, statSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { writeFileAtomic, writeFileNew } from './files.cjs';
import { breakLock, owner, ownerOf, readLock, releaseLock } from './lock.cjs';
import { hasEnded, isAlive } from './processes.cjs';
import { root, windows } from './project.mjs';
import { killGroup, watchChildren } from './run.mjs';

const BEAT_MS = 2000;
const SILENCE_MS = 30_000;

/**
 * The lock that this process holds.
 * @type {{ file: string, beat: NodeJS.Timeout } | undefined}
 */
let held;

/**
 * Waits until no other process holds the lock; if one does, first calls `onWait`, which may throw instead of waiting.
 * @param {(pid: number | undefined) => void} onWait
 * @param {string} [file] the lock; that of set-up in this clone by default
 */
export async function lock(onWait, file = join(root, 'build', 'setup.lock')) {
  mkdirSync(dirname(file), { recursive: true });
  const me = owner();
  let seen = '';
  let since = Date.now();
  let told = false;
  while (!writeFileNew(file, JSON.stringify(me))) {
    const content = readLock(file);
    if (content === undefined) continue;
    const now = `${statSync(file, { throwIfNoEntry: false })?.mtimeMs} ${content}`;
    if (now !== seen) since = Date.now();
    seen = now;
    const found = ownerOf(content);
    // For a process on another machine (or in another container) only the sign of life can be checked.
    const isHere = found?.host === hostname();
    if (Date.now() - since > SILENCE_MS || (found && isHere && hasEnded(found))) {
      const children = breakLock(file, content) && isHere ? found.children : [];
      // Windows does not tell when a process was started.
      for (const child of children) {
        if (windows ? isAlive(child.pid) : hasEnded(child) === false) killGroup(child.pid, 'SIGKILL');
      }
      continue;
    }
    if (!told) onWait(found?.pid);
    told = true;
    await new Promise((done) => setTimeout(done, 250));
  }
  watchChildren((children) => {
    try {
      writeFileAtomic(file, JSON.stringify({ ...me, children }));
    } catch {
      // A full disk: the lock as it was still holds, and the child itself will say what it could not write.
    }
  });
  const beat = setInterval(() => {
    try {
      utimesSync(file, new Date(), new Date());
    } catch {}
  }, BEAT_MS);
  beat.unref();
  held = { file, beat };
}

export function unlock() {
  if (held === undefined) return;
  clearInterval(held.beat);
  watchChildren(() => {});
  releaseLock(held.file);
  held = undefined;
}
