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

/** Starts worker.js; or, where the sources run through tsx (as in the tests), worker.ts as one text. */
function startWorker(workerData: HelperStart): Worker {
  const file = join(__dirname, 'worker');
  // A thread of newer Nodes sets half a gigabyte aside for machine code, which counts where a hub limits memory.
  const resourceLimits = { codeRangeSizeMb: 16 };
  if (extname(__filename) === '.js') return new Worker(`${file}.js`, { workerData, resourceLimits });
  bundle ??= bundled(`${file}.ts`);
  return new Worker(bundle, { eval: true, execArgv: [], workerData, resourceLimits });
}

/** The program of threads that run from the sources: tsx would take each of them 60 ms of a core to start. */
let bundle: string | undefined;

function bundled(file: string): string {
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({ entryPoints: [file], bundle: true, platform: 'node', write: false });
  return outputFiles[0].text;
}
