/**
 * Workers as helpers of the event engine. They share its memory, which a browser allows to pages that are isolated from
 * other sites.
 */
import type { Helper, StartHelper } from '../../packages/event-engine/pool';
import type { siteFile } from './kernel';
import { once } from './once';

/** Most threads of an engine: a job has no more tasks than that (`SHARDS`). */
const MOST = 16;

/** Whether threads can share memory here. */
export const canShare = (): boolean => globalThis.crossOriginIsolated === true;

/** How many threads an engine has by default. */
export const countThreads = (): number => (canShare() ? Math.min(MOST, navigator.hardwareConcurrency) : 1);

/**
 * Says how many threads an engine has, and why not more. A training begins with it.
 * @param threads of the engine
 */
export function describeThreads(threads: number): string {
  const count = `Event engine: ${threads} thread${threads === 1 ? '' : 's'}`;
  return canShare() ? `${count}.` : `${count}: this page has no shared memory.`;
}

/** Idle helpers, kept for reuse: browsers start workers slowly, and Firefox hangs after some dozens. */
const free: Worker[] = [];

// From memory: a worker loaded from the site would need its own headers.
const loadScript = once(async (load: typeof siteFile) =>
  URL.createObjectURL(new Blob([await load('thread.js')], { type: 'text/javascript' })),
);

/** Loads what the helpers run, and returns what starts them. */
export async function loadHelpers(load: typeof siteFile): Promise<StartHelper> {
  const url = await loadScript(load);
  return (start, fail) => {
    const worker = free.pop() ?? new Worker(url, { name: 'Thread of the event engine' });
    const isFree = new Promise<void>((resolve) => {
      worker.onmessage = () => {
        free.push(worker);
        resolve();
      };
      worker.onerror = ({ message }) => {
        fail(new Error(`event engine: expected thread ${start.thread} to run, found ${message}`));
        resolve();
      };
    });
    worker.postMessage(start);
    return { terminate: () => isFree } satisfies Helper;
  };
}
