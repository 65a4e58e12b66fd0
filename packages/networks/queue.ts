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
