/**
 * A person stopped work that was under way; a notebook shows the message in place of a stack. Work that knows how far
 * it came says so: `Interrupted after 12 of 100 epochs. Run the cell again to continue.`
 */
export class Interruption extends Error {
  /** As for anything that an AbortSignal ends. */
  override name = 'AbortError';

  /**
   * @param reached such as `after 12 of 100 epochs`
   * @param next a sentence that says how to continue, if that is possible
   */
  constructor(reached = '', next = '') {
    super(`${`Interrupted ${reached}`.trimEnd()}. ${next}`.trimEnd());
  }
}
