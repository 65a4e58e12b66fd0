/**
 * Threads that share one memory and do the tasks of one job after the other.
 *
 * A job is cut into tasks that do not depend on the number of threads. Whoever is free takes the next one, the main
 * thread too; so the first batch need not wait for the threads to start, and a slow thread holds nobody up.
 */
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Control, type CoreOptions, type EventCore, type Job, MESSAGE } from '../../event/core';

/** What a helping thread is started with. */
export interface Helper {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  options: CoreOptions;
  thread: number;
  /** How often to look for work before falling asleep. */
  spin: number;
}

/** The lower bits of a ticket count the tasks that nobody has taken yet; those above say which job it is. */
const TASK_BITS = 12;
const TASK_MASK = (1 << TASK_BITS) - 1;
/** The event loop (timers, signals, a notebook's messages) is let in after so many milliseconds. */
const TURN = 40;

export class Pool {
  private readonly workers: Worker[] = [];
  private failure: Error | null = null;
  private lastTurn = performance.now();
  private closed = false;

  constructor(
    private readonly core: EventCore,
    module: WebAssembly.Module,
    private readonly spin: number,
  ) {
    const { memory, options } = core;
    for (let thread = 1; thread < options.threads; thread++) {
      const workerData: Helper = { module, memory, options, thread, spin };
      const worker = startWorker(workerData);
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

  /** Does a job, whose words in `control` are set, with all threads. */
  async run(kind: Job): Promise<void> {
    const { control } = this.core;
    if (this.closed) throw new Error('event engine: expected an open engine, found a closed one; create a new one');
    if (this.failure) throw this.failure;
    control[Control.Kind] = kind;
    const tasks = this.core.tasks();
    const generation = control[Control.Generation] + 1;
    control[Control.Done] = 0;
    Atomics.store(control, Control.Ticket, (generation << TASK_BITS) | tasks);
    Atomics.store(control, Control.Generation, generation);
    if (this.workers.length > 0) Atomics.notify(control, Control.Generation);
    for (let task = claim(this.core, generation); task >= 0; task = claim(this.core, generation)) {
      attempt(this.core, task);
      if (performance.now() - this.lastTurn > TURN) await this.turn();
    }
    await this.finish(tasks);
    if (control[Control.Failed]) {
      control[Control.Failed] = 0;
      throw new Error(`event engine: ${readMessage(this.core)}`);
    }
  }

  /** Waits until all threads have started. Jobs need not. */
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
      if (done < tasks) Atomics.wait(control, Control.Done, done, TURN);
      if (performance.now() - this.lastTurn > TURN) await this.turn();
      if (this.failure) throw this.failure;
    }
  }

  private async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.lastTurn = performance.now();
  }

  /** Ends the threads. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}

/** Starts worker.js; or, where the sources run through tsx (as in the tests), worker.ts in the same way. */
function startWorker(workerData: Helper): Worker {
  const file = join(__dirname, 'worker');
  if (extname(__filename) === '.js') return new Worker(`${file}.js`, { workerData });
  const load = `require(${JSON.stringify(require.resolve('tsx/cjs'))}); require(${JSON.stringify(file)});`;
  return new Worker(load, { eval: true, workerData });
}

/** What a helping thread does for as long as it lives. */
export function help(core: EventCore, spin: number): never {
  const { control } = core;
  Atomics.add(control, Control.Started, 1);
  // A job may be under way already.
  for (let seen = 0; ; ) {
    for (let left = spin; left > 0 && Atomics.load(control, Control.Generation) === seen; left--);
    Atomics.wait(control, Control.Generation, seen);
    seen = Atomics.load(control, Control.Generation);
    for (let task = claim(core, seen); task >= 0; task = claim(core, seen)) attempt(core, task);
  }
}

/** Takes a task of this job, or gives −1 if all are taken. */
function claim(core: EventCore, generation: number): number {
  const { control } = core;
  for (;;) {
    // One word says which job it is and how many of its tasks are left, so that no thread takes a task of another job.
    const ticket = Atomics.load(control, Control.Ticket);
    const left = ticket & TASK_MASK;
    if (left === 0 || (ticket ^ (generation << TASK_BITS)) & ~TASK_MASK) return -1;
    if (Atomics.compareExchange(control, Control.Ticket, ticket, ticket - 1) === ticket) return left - 1;
  }
}

/** Does a task; an error is left for the main thread. */
function attempt(core: EventCore, task: number): void {
  const { control } = core;
  try {
    core.perform(task);
  } catch (error) {
    if (Atomics.exchange(control, Control.Failed, 1) === 0) writeMessage(core, (error as Error).message);
  }
  Atomics.add(control, Control.Done, 1);
  Atomics.notify(control, Control.Done);
}

function messageBytes(core: EventCore): Uint8Array {
  return new Uint8Array(core.memory.buffer, MESSAGE.at, MESSAGE.bytes);
}

function writeMessage(core: EventCore, text: string): void {
  messageBytes(core).fill(0).set(new TextEncoder().encode(text).subarray(0, MESSAGE.bytes));
}

function readMessage(core: EventCore): string {
  const bytes = messageBytes(core).slice();
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end));
}
