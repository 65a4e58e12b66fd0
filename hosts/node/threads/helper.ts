/** Node's worker threads as helpers of the event engine. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Helper } from '../../../packages/event-engine/pool';
import type { HelperStart } from '../../../packages/event-engine/tasks';

/** Starts a thread (`StartHelper` in packages/event-engine/pool.ts). */
export function startHelper(start: HelperStart, fail: (error: Error) => void): Helper {
  const worker = startWorker(start);
  worker.on('error', fail);
  worker.on('exit', (code) =>
    fail(new Error(`event engine: expected thread ${start.thread} to run, found it ended (${code})`)),
  );
  // The process may end without closing the pool; its threads end with it.
  worker.unref();
  return worker;
}

/** Starts worker.js; or, where the sources run through tsx (as in the tests), worker.ts in the same way. */
function startWorker(workerData: HelperStart): Worker {
  const file = join(__dirname, 'worker');
  // A thread of newer Nodes sets half a gigabyte aside for machine code, which counts where a hub limits memory.
  const resourceLimits = { codeRangeSizeMb: 16 };
  if (extname(__filename) === '.js') return new Worker(`${file}.js`, { workerData, resourceLimits });
  const load = `require(${JSON.stringify(require.resolve('tsx/cjs'))}); require(${JSON.stringify(file)});`;
  return new Worker(load, { eval: true, workerData, resourceLimits });
}
