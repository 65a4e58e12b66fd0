/** The main thread's part in a job that several threads do; the host starts the others. */
import type { EventCore } from './core';
import { Control, type JobKind } from './memory';
import {
  endTasks,
  type HelperStart,
  offerTasks,
  performTask,
  type TaskRunner,
  Turns,
  takeTask,
  throwFailure,
} from './tasks';

/** Looks for work before a thread falls asleep: some 50 µs. */
const SPIN = 20_000;
/** How long a thread that found nothing to do sleeps before the event loop gets its turn, in ms. */
const NAP = 40;

/** A helping thread; what `terminate` returns resolves when it has ended. */
export interface Helper {
  terminate(): unknown;
}

/** Starts a thread that calls `serveTasks`; `fail` is told of an error outside of a task, and of its end. */
export type StartHelper = (start: HelperStart, fail: (error: Error) => void) => Helper;

export class Pool implements TaskRunner {
  private readonly workers: Helper[] = [];
  private readonly turns = new Turns();
  private readonly spin: number;
  private failure: Error | null = null;
  private closed = false;

  /** @param cores how many threads the machine runs at once */
  constructor(
    private readonly core: EventCore,
    module: WebAssembly.Module,
    cores: number,
    startHelper: StartHelper,
  ) {
    const { memory, options } = core;
    // With more threads than cores, looking for work would keep others from theirs.
    const spin = options.threads <= cores ? SPIN : 0;
    this.spin = spin;
    const fail = (error: Error) => {
      if (!this.closed) this.failure ??= error;
    };
    for (let thread = 1; thread < options.threads; thread++)
      this.workers.push(startHelper({ module, memory, options, thread, spin }, fail));
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
    endTasks(this.core);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
