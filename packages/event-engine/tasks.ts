/**
 * Runs a job's tasks on one thread, or on several that share a memory; the host starts the threads.
 *
 * How a job is split into tasks does not depend on the number of threads. Each free thread, the main thread included,
 * takes the next task, so the first batch need not wait for threads to start, and a slow thread delays no other.
 */
import { nextTurn } from '../networks/queue';
import { EventCore } from './core';
import { Control, type CoreOptions, type JobKind } from './memory';

/** Runs an engine's jobs, one at a time. */
export interface TaskRunner {
  /** Runs the job that `control` describes. @throws Error if a task failed */
  run(kind: JobKind): Promise<void>;
  /** Resolves when all threads have started. Calling it is optional: jobs run on whichever threads are ready. */
  ready(): Promise<void>;
  /** Ends the threads after the last job. */
  close(): Promise<void>;
}

/** Start parameters of a helper thread. */
export interface HelperStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  options: CoreOptions;
  thread: number;
  /** Number of times to poll for work before sleeping. */
  spin: number;
}

/** Maximum time in milliseconds before the event loop (timers, signals, a notebook's messages) gets a turn. */
const TURN = 40;

/** Gives the event loop a turn now and then during a job. */
export class Turns {
  private last = performance.now();

  /** Whether it is time to call `take`. */
  due(): boolean {
    return performance.now() - this.last > TURN;
  }

  async take(): Promise<void> {
    await nextTurn();
    this.last = performance.now();
  }
}

/** Runs all tasks on the calling thread. */
export class OneThread implements TaskRunner {
  private readonly turns = new Turns();

  constructor(private readonly core: EventCore) {}

  async run(kind: JobKind): Promise<void> {
    this.core.control[Control.Kind] = kind;
    const tasks = this.core.tasks();
    try {
      for (let task = 0; task < tasks; task++) {
        this.core.perform(task);
        if (this.turns.due()) await this.turns.take();
      }
    } catch (error) {
      throw new Error(`event engine: ${(error as Error).message}`);
    }
  }

  async ready(): Promise<void> {}

  async close(): Promise<void> {}
}

/** Job number that tells helpers to end. */
const ENDED = -1;

/** The low bits of a ticket count the tasks not yet taken; the high bits are the job's number. */
const TASK_BITS = 12;
const TASK_MASK = (1 << TASK_BITS) - 1;

/** Offers the tasks of a job to all threads that share the core's memory; returns the number of the job. */
export function offerTasks(core: EventCore, tasks: number): number {
  const { control } = core;
  const generation = control[Control.Generation] + 1;
  control[Control.Done] = 0;
  Atomics.store(control, Control.Ticket, (generation << TASK_BITS) | tasks);
  Atomics.store(control, Control.Generation, generation);
  Atomics.notify(control, Control.Generation);
  return generation;
}

/** Makes `serveTasks` return in all helper threads. */
export function endTasks({ control }: EventCore): void {
  Atomics.store(control, Control.Generation, ENDED);
  Atomics.notify(control, Control.Generation);
}

/** Takes a task of this job; −1 if all are taken. */
export function takeTask(core: EventCore, generation: number): number {
  const { control } = core;
  for (;;) {
    // Job number and tasks left share one word, so that no thread can take a task of another job.
    const ticket = Atomics.load(control, Control.Ticket);
    const left = ticket & TASK_MASK;
    if (left === 0 || (ticket ^ (generation << TASK_BITS)) & ~TASK_MASK) return -1;
    if (Atomics.compareExchange(control, Control.Ticket, ticket, ticket - 1) === ticket) return left - 1;
  }
}

/** Performs a task and counts it as done. */
export function performTask(core: EventCore, task: number): void {
  core.perform(task);
  Atomics.add(core.control, Control.Done, 1);
  Atomics.notify(core.control, Control.Done);
}

/** The main loop of a helper thread, until `endTasks`. An error ends it, which the host notices. */
export function serveTasks({ module, memory, options, thread, spin }: HelperStart): void {
  const core = new EventCore(module, memory, options, thread);
  const { control } = core;
  Atomics.add(control, Control.Started, 1);
  // A job may have begun before this thread was ready.
  for (let seen = 0; ; ) {
    for (let left = spin; left > 0 && Atomics.load(control, Control.Generation) === seen; left--);
    Atomics.wait(control, Control.Generation, seen);
    seen = Atomics.load(control, Control.Generation);
    if (seen === ENDED) return;
    for (let task = takeTask(core, seen); task >= 0; task = takeTask(core, seen)) performTask(core, task);
  }
}
