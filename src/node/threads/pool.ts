/** Node's worker threads as helpers of the event engine. */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { EventCore } from '../../event/core';
import { Control, type JobKind } from '../../event/memory';
import {
  type HelperStart,
  offerTasks,
  performTask,
  type TaskRunner,
  Turns,
  takeTask,
  throwFailure,
} from '../../event/tasks';

/** How long a thread that found nothing to do sleeps before the event loop gets its turn, in ms. */
const NAP = 40;

export class Pool implements TaskRunner {
  private readonly workers: Worker[] = [];
  private readonly turns = new Turns();
  private failure: Error | null = null;
  private closed = false;

  /** @param spin how often a thread looks for work before it falls asleep */
  constructor(
    private readonly core: EventCore,
    module: WebAssembly.Module,
    private readonly spin: number,
  ) {
    const { memory, options } = core;
    for (let thread = 1; thread < options.threads; thread++) {
      const worker = startWorker({ module, memory, options, thread, spin });
      worker.on('error', (error) => this.fail(error));
      worker.on('exit', (code) => {
        if (!this.closed)
          this.fail(new Error(`event engine: expected thread ${thread} to run, found it ended (${code})`));
      });
      // The process may end without closing the pool; its threads end with it.
      worker.unref();
      this.workers.push(worker);
    }
  }

  private fail(error: Error): void {
    this.failure ??= error;
  }

  async run(kind: JobKind): Promise<void> {
    if (this.failure) throw this.failure;
    this.core.control[Control.Kind] = kind;
    const tasks = this.core.tasks();
    const generation = offerTasks(this.core, tasks);
    for (let task = takeTask(this.core, generation); task >= 0; task = takeTask(this.core, generation)) {
      performTask(this.core, task);
      if (this.turns.due()) await this.turns.take();
    }
    await this.finish(tasks);
    throwFailure(this.core);
  }

  async ready(): Promise<void> {
    const started = () => Atomics.load(this.core.control, Control.Started) === this.workers.length;
    while (!started() && !this.failure) await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.failure) throw this.failure;
  }

  /** Waits for the tasks that other threads have taken. */
  private async finish(tasks: number): Promise<void> {
    const { control } = this.core;
    for (let left = this.spin; Atomics.load(control, Control.Done) < tasks; left--) {
      if (left > 0) continue;
      const done = Atomics.load(control, Control.Done);
      if (done < tasks) Atomics.wait(control, Control.Done, done, NAP);
      if (this.turns.due()) await this.turns.take();
      if (this.failure) throw this.failure;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Starts worker.js; or, where the sources run through tsx (as in the tests), worker.ts in the same way. */
function startWorker(workerData: HelperStart): Worker {
  const file = join(__dirname, 'worker');
  if (extname(__filename) === '.js') return new Worker(`${file}.js`, { workerData });
  const load = `require(${JSON.stringify(require.resolve('tsx/cjs'))}); require(${JSON.stringify(file)});`;
  return new Worker(load, { eval: true, workerData });
}
