/**
 * Why a signal stopped work that a person can continue. `interruptible` aborts with it, and a notebook shows its message
 * in place of a stack.
 */
export class Interruption extends Error {
  /** As of everything that an AbortSignal ends. */
  override name = 'AbortError';

  constructor() {
    super('Interrupted.');
  }
}

/**
 * Work that a signal has stopped says how far it came: `Interrupted after 12 of 100 epochs. Run the cell again to
 * continue.` Does nothing if the signal was aborted for another reason than an {@link Interruption}, or not at all.
 * @param reached such as `after 12 of 100 epochs`
 * @param next a sentence that says how to continue, if that is possible
 */
export function describeInterruption(signal: AbortSignal | undefined, reached: string, next = ''): void {
  if (signal?.reason instanceof Interruption) signal.reason.message = `Interrupted ${reached}. ${next}`.trimEnd();
}
