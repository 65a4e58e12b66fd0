/** Creates engines on Node: the readable one on native TensorFlow, the fast one on worker threads. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EventEngine } from '../../packages/event-engine/engine';
import { type Helper, Pool } from '../../packages/event-engine/pool';
import type { HelperStart } from '../../packages/event-engine/tasks';
import type { EngineOptions } from '../../packages/networks/options/engine';
import type { TfjsEngine, TfjsEngineOptions } from '../../packages/networks/tfjs/engine';
import { projectPath } from '../../packages/system/files';
import { isEventEngine } from '../contract/contract';

/**
 * Creates an engine; only 'tfjs' loads TensorFlow. Options default to the tutorial's.
 * @example
 * const engine = await createEngine('event', { data: await loadMnist(), neuron: { tau: 3 } });
 * const { loss } = await engine.trainBatch(0, Uint32Array.of(0, 1, 2));
 * await engine.close();
 * @throws RangeError that names the option that is out of range; Error if the kernel has not been built
 */
export function createEngine(name: 'event', options: EngineOptions): Promise<EventEngine>;
export function createEngine(name: 'tfjs', options: TfjsEngineOptions): Promise<TfjsEngine>;
export function createEngine(name: 'event' | 'tfjs', options: TfjsEngineOptions): Promise<EventEngine | TfjsEngine>;
export async function createEngine(name: 'event' | 'tfjs', options: TfjsEngineOptions) {
  if (isEventEngine(name, options)) return createEventEngine(options);
  // Loaded on demand, since TensorFlow takes half a second and 300 MB.
  const { initBackend } = require('./backend') as typeof import('./backend');
  const { TfjsEngine } =
    require('../../packages/networks/tfjs/engine') as typeof import('../../packages/networks/tfjs/engine');
  await initBackend();
  return new TfjsEngine(options);
}

function createEventEngine(options: EngineOptions): Promise<EventEngine> {
  const parallelism = availableParallelism();
  return EventEngine.create(options, {
    kernel: readKernel(),
    threads: defaultThreads(parallelism),
    startThreads: (core, module) => new Pool(core, module, parallelism, startHelper),
  });
}

/** Number of cores, or `LIF_FC_MNIST_THREADS` on machines shared by many people. */
function defaultThreads(parallelism: number): number {
  const wanted = process.env.LIF_FC_MNIST_THREADS;
  if (!wanted) return Math.min(64, parallelism);
  const threads = Number(wanted);
  if (/^\d+$/.test(wanted) && threads >= 1 && threads <= 64) return threads;
  throw new RangeError(`LIF_FC_MNIST_THREADS: expected a whole number from 1 to 64, found ${wanted}`);
}

/** The compiled kernel, built by `npm run setup`; needed even if the sources run directly. */
function readKernel(): Uint8Array {
  const file = projectPath('dist', 'packages', 'event-engine', 'kernel.wasm');
  if (!existsSync(file)) throw new Error(`${file}: expected the compiled kernel, found none; run \`npm run setup\``);
  return readFileSync(file);
}

/** Starts a thread (`StartHelper` in packages/event-engine/pool.ts). */
function startHelper(start: HelperStart, fail: (error: Error) => void): Helper {
  const worker = startWorker(start);
  worker.on('error', fail);
  worker.on('exit', (code) =>
    fail(new Error(`event engine: expected thread ${start.thread} to run, found it ended (${code})`)),
  );
  // Must not keep the process alive if the pool is never closed.
  worker.unref();
  return worker;
}

/** Starts worker.js or, if the sources run through tsx (as in tests), a bundle of worker.ts. */
function startWorker(workerData: HelperStart): Worker {
  const file = join(__dirname, 'worker');
  // Newer versions of Node reserve 0.5 GB per thread for machine code, which counts towards a hub's memory limit.
  const resourceLimits = { codeRangeSizeMb: 16 };
  if (extname(__filename) === '.js') return new Worker(`${file}.js`, { workerData, resourceLimits });
  bundle ??= bundled(`${file}.ts`);
  return new Worker(bundle, { eval: true, execArgv: [], workerData, resourceLimits });
}

/** Bundle of worker.ts; starting tsx in each thread would take 60 ms of a core. */
let bundle: string | undefined;

function bundled(file: string): string {
  const { buildSync } = require('esbuild') as typeof import('esbuild');
  const { outputFiles } = buildSync({ entryPoints: [file], bundle: true, platform: 'node', write: false });
  return outputFiles[0].text;
}
