import { Interruption } from '../../src/common/interruption';

/**
 * Runs awaited work that an interrupt stops. Work that awaits is not stopped from outside: it must look at the signal,
 * and let the event loop turn now and then (a timer or `nextTurn`, not only resolved promises).
 * @param listen calls the listener at an interrupt, and returns what ends that
 * @returns what the work returns; rejects with an {@link Interruption} if it was interrupted, even if it ended with a
 * part done. The notebook then shows one line: that of the Interruption which the work threw, or else `Interrupted.`
 */
export async function runInterruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  listen: (listener: () => void) => () => void,
): Promise<T> {
  const controller = new AbortController();
  const end = listen(() => controller.abort(new Interruption()));
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    if (error instanceof Interruption || !controller.signal.aborted) throw error;
    // Work that received the signal throws its own error.
    throw error instanceof Error && error.name === 'AbortError' ? controller.signal.reason : error;
  } finally {
    end();
  }
}
