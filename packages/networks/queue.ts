/**
 * Jobs that share something, such as an engine's memory: each starts when the one before has ended, even if that
 * failed.
 */
export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  /** Resolves or rejects as the job does. */
  run<R>(job: () => R | Promise<R>): Promise<R> {
    const result = this.last.then(job);
    this.last = result.catch(() => undefined);
    return result;
  }
}

/** Lets timers, signals and a notebook's messages through: resolves in a later turn of the event loop. */
export function nextTurn(): Promise<void> {
  // A message is handled after everything that already waits, in Node and in browsers; a timer would cost one to four
  // ms.
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
