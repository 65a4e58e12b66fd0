/**
 * The fast engine, made for this host: workers help it. They share its memory, which a browser allows to pages that are
 * isolated from other sites. It loads no TensorFlow, so a page can have it alone.
 */
import { EventEngine } from '../../packages/event-engine/engine';
import { type Helper, Pool, type StartHelper } from '../../packages/event-engine/pool';
import type { EngineOptions } from '../../packages/networks/options/engine';
import { siteFile } from './kernel';

/** Work that is done once for all who ask for it, and again only after it failed. */
export function once<A extends unknown[], T>(work: (...args: A) => Promise<T>): (...args: A) => Promise<T> {
  let done: Promise<T> | undefined;
  return (...args) => {
    done ??= work(...args);
    done.catch(() => {
      done = undefined;
    });
    return done;
  };
}

/** Most threads of an engine: a job has no more tasks than that (`SHARDS`). */
const MOST = 16;

/** Whether threads can share memory here. */
const canShare = (): boolean => globalThis.crossOriginIsolated === true;

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
async function loadHelpers(load: typeof siteFile): Promise<StartHelper> {
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

const loadKernel = once((load: typeof siteFile): Promise<Uint8Array> => load('kernel.wasm'));

/** @param load where the package's files come from */
export async function createEventEngine(
  options: EngineOptions,
  load: typeof siteFile = siteFile,
): Promise<EventEngine> {
  if (!canShare()) return EventEngine.create(options, { kernel: await loadKernel(load) });
  const [kernel, startHelper] = await Promise.all([loadKernel(load), loadHelpers(load)]);
  const cores = navigator.hardwareConcurrency;
  return EventEngine.create(options, {
    kernel,
    threads: Math.min(MOST, cores),
    startThreads: (core, module) => new Pool(core, module, cores, startHelper),
  });
}
