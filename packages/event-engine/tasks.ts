/**
 * The tasks of a job are done by one thread, or by several that share a memory. Here is what all of them do; the host
 * starts the threads.
 *
 * A job is cut into tasks that do not depend on the number of threads. A free thread takes the next one, the main
 * thread too, so the first batch need not wait for the threads to start, and a slow thread delays no other.
 */
import { nextTurn } from '../networks/queue';
import { EventCore } from './core';
import { Control, type CoreOptions, type JobKind } from './memory';

/** Does jobs, one after the other, on behalf of an engine. */
export interface TaskRunner {
  /** Does the job whose words in `control` are set. @throws Error if a task failed */
  run(kind: JobKind): Promise<void>;
  /** Resolves when all threads have started. Calling it is optional: jobs run on whichever threads are ready. */
  ready(): Promise<void>;
  /** Ends the threads, after the last job. */
  close(): Promise<void>;
}

/** What a helping thread is started with. */
export interface HelperStart {
  module: WebAssembly.Module;
  memory: WebAssembly.Memory;
  options: CoreOptions;
  thread: number;
  /** How often to look for work before falling asleep. */
  spin: number;
}

/** The event loop (timers, signals, a notebook's messages) gets its turn after this many milliseconds. */
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

/** All tasks on the thread that asks for them. */
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

/** Value instead of a job's number: no more jobs. */
const ENDED = -1;

/** The lower bits of a ticket count the tasks not yet taken; those above say which job it is. */
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

/** Tells the helping threads that there will be no other job: `serveTasks` returns. */
export function endTasks({ control }: EventCore): void {
  Atomics.store(control, Control.Generation, ENDED);
  Atomics.notify(control, Control.Generation);
}

/** Takes a task of this job; −1 if all are taken. */
export function takeTask(core: EventCore, generation: number): number {
  const { control } = core;
  for (;;) {
    // One word says which job it is and how many of its tasks are left, so no thread takes a task of another job.
    const ticket = Atomics.load(control, Control.Ticket);
    const left = ticket & TASK_MASK;
    if (left === 0 || (ticket ^ (generation << TASK_BITS)) & ~TASK_MASK) return -1;
    if (Atomics.compareExchange(control, Control.Ticket, ticket, ticket - 1) === ticket) return left - 1;
  }
}

/** Does a task. */
export function performTask(core: EventCore, task: number): void {
  core.perform(task);
  Atomics.add(core.control, Control.Done, 1);
  Atomics.notify(core.control, Control.Done);
}

/** The loop of a helping thread until `endTasks`. An error ends it, which the host notices. */
export function serveTasks({ module, memory, options, thread, spin }: HelperStart): void {
  const core = new EventCore(module, memory, options, thread);
  const { control } = core;
  Atomics.add(control, Control.Started, 1);
  // A job may be under way already.
  for (let seen = 0; ; ) {
    for (let left = spin; left > 0 && Atomics.load(control, Control.Generation) === seen; left--);
    Atomics.wait(control, Control.Generation, seen);
    seen = Atomics.load(control, Control.Generation);
    if (seen === ENDED) return;
    for (let task = takeTask(core, seen); task >= 0; task = takeTask(core, seen)) performTask(core, task);
  }
}
