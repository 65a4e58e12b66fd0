'use strict';
// The words of an interrupt. It is planned, so it leaves one calm line on stdout instead of a stack.

const INTERRUPTED = 'Interrupted.';
exports.INTERRUPTED = INTERRUPTED;

/** The message for a cell that could not be stopped. @param {number} grace the time that it had, in ms */
exports.stillRunning = (grace) =>
  `${INTERRUPTED} The cell did not stop within ${grace / 1000} s and may still be running.`;

const RESTARTED = 'so the kernel was restarted. Its variables are gone: run the cells above again.';

/** The message if only a restart stopped the cell. @param {number} grace the time that it had, in ms */
exports.restarted = (grace) => `${INTERRUPTED} The cell did not stop within ${grace / 1000} s, ${RESTARTED}`;

/** The message where the kernel itself has failed. Whatever a cell throws is its own. */
exports.BROKEN = `A cell has changed what the kernel itself needs, such as Array.prototype, ${RESTARTED}`;

/** The message of an error that aborted work throws; undefined for any other value. @param {unknown} error */
function abortMessage(error) {
  try {
    return error instanceof Error && error.name === 'AbortError' ? String(error.message) : undefined;
  } catch {
    return undefined; // it cannot be looked at
  }
}

/** @param {unknown} error */
exports.isAbort = (error) => abortMessage(error) !== undefined;

/**
 * Work that stopped on request may say how far it came: `Interrupted after 12 of 100 epochs.`
 * @param {unknown} error what the interrupted cell has thrown
 */
exports.interruptText = (error) => {
  const message = abortMessage(error);
  return message?.startsWith('Interrupted ') ? message : INTERRUPTED;
};

/** How an interrupted cell ended, as in Jupyter's reply. @type {(text: string) => import('./errors.cjs').Failure} */
exports.interruption = (text) => ({ ename: 'Interrupted', evalue: text, traceback: [] });
