import { Interruption } from '../common/interruption';

/**
 * Runs awaited work that an interrupt stops. Work that awaits is not stopped from outside: it must look at the signal, and
 * let the event loop turn now and then (a timer or `nextTurn`, not only resolved promises).
 * @param listen calls the listener at an interrupt, and returns what ends that
 * @returns what the work returns; rejects with an {@link Interruption} if it was interrupted, even if it ended with a part
 * done. The notebook then shows one line, which `describeInterruption` can fill.
 */
export async function runInterruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  listen: (listener: () => void) => () => void,
): Promise<T> {
  const controller = new AbortController();
  const interruption = new Interruption();
  const end = listen(() => controller.abort(interruption));
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    // What the signal was passed on to has an error of its own for it.
    const isAbort = controller.signal.aborted && error instanceof Error && error.name === 'AbortError';
    throw isAbort ? interruption : error;
  } finally {
    end();
  }
}
