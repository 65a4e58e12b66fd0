/** The main thread's part in jobs on several threads; the host starts the others. */
import type { EventCore } from './core';
import { Control, type JobKind } from './memory';
import { endTasks, type HelperStart, offerTasks, performTask, type TaskRunner, Turns, takeTask } from './tasks';

/** Number of times to poll for work before a thread sleeps: some 50 µs. */
const SPIN = 20_000;
/** How long an idle main thread sleeps before the event loop gets a turn, in ms. */
const NAP = 40;

/** A helper thread; `terminate` may return a promise that resolves once it has ended. */
export interface Helper {
  terminate(): unknown;
}

/** Starts a thread that calls `serveTasks`; calls `fail` if the thread ends or throws. */
export type StartHelper = (start: HelperStart, fail: (error: Error) => void) => Helper;

/** Ends the helpers of unreachable pools: a cell that runs again drops its previous engine. */
const forgotten = new FinalizationRegistry<() => void>((end) => end());

/** State that a pool shares with its helpers' error handlers. */
interface Health {
  failure: Error | null;
  closed: boolean;
}

/** Starts all helpers. They must not reference the pool, or it would never be collected. */
function startHelpers(
  core: EventCore,
  module: WebAssembly.Module,
  spin: number,
  health: Health,
  startHelper: StartHelper,
): Helper[] {
  const { memory, options } = core;
  const fail = (error: Error) => {
    if (!health.closed) health.failure ??= error;
  };
  const threads = Array.from({ length: options.threads - 1 }, (_, i) => i + 1);
  return threads.map((thread) => startHelper({ module, memory, options, thread, spin }, fail));
}

/** Stops the helpers; resolves once all have ended. */
async function endHelpers(core: EventCore, workers: readonly Helper[], health: Health): Promise<void> {
  health.closed = true;
  endTasks(core);
  await Promise.all(workers.map((worker) => worker.terminate()));
}

export class Pool implements TaskRunner {
  private readonly workers: readonly Helper[];
  private readonly turns = new Turns();
  private readonly spin: number;
  private readonly health: Health = { failure: null, closed: false };

  /** @param cores number of processor cores */
  constructor(
    private readonly core: EventCore,
    module: WebAssembly.Module,
    cores: number,
    startHelper: StartHelper,
  ) {
    // With more threads than cores, polling would take time from threads that have work.
    this.spin = core.options.threads <= cores ? SPIN : 0;
    this.workers = startHelpers(core, module, this.spin, this.health, startHelper);
    forgotten.register(this, endHelpers.bind(undefined, core, this.workers, this.health), this);
  }

  async run(kind: JobKind): Promise<void> {
    if (this.health.failure) throw this.health.failure;
    this.core.control[Control.Kind] = kind;
    const tasks = this.core.tasks();
    const generation = offerTasks(this.core, tasks);
    for (let task = takeTask(this.core, generation); task >= 0; task = takeTask(this.core, generation)) {
      try {
        performTask(this.core, task);
      } catch (error) {
        // Other threads may still be working on this job, so no other can begin.
        this.health.failure = new Error(`event engine: ${(error as Error).message}`);
        throw this.health.failure;
      }
      if (this.turns.due()) await this.turns.take();
    }
    await this.finish(tasks);
  }

  async ready(): Promise<void> {
    const started = () => Atomics.load(this.core.control, Control.Started) === this.workers.length;
    while (!started() && !this.health.failure) await new Promise((resolve) => setTimeout(resolve, 1));
    if (this.health.failure) throw this.health.failure;
  }

  /** Waits until other threads have finished their tasks. */
  private async finish(tasks: number): Promise<void> {
    const { control } = this.core;
    for (let left = this.spin; Atomics.load(control, Control.Done) < tasks; left--) {
      if (left > 0) continue;
      const done = Atomics.load(control, Control.Done);
      if (done < tasks) Atomics.wait(control, Control.Done, done, NAP);
      if (this.turns.due()) await this.turns.take();
      if (this.health.failure) throw this.health.failure;
    }
  }

  close(): Promise<void> {
    forgotten.unregister(this);
    return endHelpers(this.core, this.workers, this.health);
  }
}
