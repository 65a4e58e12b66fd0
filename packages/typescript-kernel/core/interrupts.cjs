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

/**
 * The message for what a cell has changed and the kernel has put back. @param {string[]} names such as
 * `Array.prototype.map`
 */
exports.putBack = (names) => {
  const [first, ...more] = names;
  const all =
    more.length > 0
      ? `${first} and ${more.length} more built-in${more.length > 1 ? 's' : ''}, which have`
      : `${first}, which has`;
  return `A cell has changed ${all} been put back: the kernel itself needs ${more.length > 0 ? 'them' : 'it'}.`;
};

/** Where it is not known which it is. */
exports.BUILT_IN = 'a built-in';

/** The message for a cell that broke its kernel. @param {string} name such as `Array.prototype.map` */
exports.lockedOut = (name) => `A cell has changed ${name} so that it cannot be put back, ${RESTARTED}`;

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
