// Messages for interrupted cells. The user asked for the interrupt, so it prints one line on stdout instead of a stack.
import type { Failure } from './errors';

export const INTERRUPTED = 'Interrupted.';

/**
 * The message for a cell that could not be stopped.
 * @param grace the time it had to stop, in ms
 */
export const stillRunning = (grace: number) =>
  `${INTERRUPTED} The cell did not stop within ${grace / 1000} s and may still be running.`;

const RESTARTED = 'so the kernel was restarted. Its variables are gone: run the cells above again.';

/**
 * The message if only a restart stopped the cell.
 * @param grace the time it had to stop, in ms
 */
export const restarted = (grace: number) =>
  `${INTERRUPTED} The cell did not stop within ${grace / 1000} s, ${RESTARTED}`;

/** The message if the kernel itself failed, rather than the cell. */
export const BROKEN = `A cell has changed what the kernel itself needs, such as Array.prototype, ${RESTARTED}`;

/** The message of an error that aborted work throws; undefined for any other value. */
function abortMessage(error: unknown) {
  try {
    return error instanceof Error && error.name === 'AbortError' ? String(error.message) : undefined;
  } catch {
    return undefined; // it cannot be inspected
  }
}

export const isAbort = (error: unknown) => abortMessage(error) !== undefined;

/**
 * Work that stopped on request may say how far it came: `Interrupted after 12 of 100 epochs.`
 * @param error what the interrupted cell threw
 */
export function interruptText(error: unknown) {
  const message = abortMessage(error);
  return message?.startsWith('Interrupted ') ? message : INTERRUPTED;
}

/** How an interrupted cell ended, as in Jupyter's reply. */
export const interruption = (text: string): Failure => ({ ename: 'Interrupted', evalue: text, traceback: [] });
