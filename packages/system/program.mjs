// How a program of ours ends.
import { endWithParent, onSignals } from './parent.mjs';
import { codeOf } from './processes.cjs';
import { printable, ROOM, UserError } from './requirements.cjs';
import { endChildren, Stopped } from './run.mjs';

/** What a full disk is called by the system, in an error of ours or in the last lines of npm, pip and the like. */
const FULL = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
const NO_ROOM =
  `expected room on the disk, found none: free some and run it again ` +
  `(set-up needs ${ROOM.clone / 1e9} GB, and ${ROOM.elsewhere / 1e9} GB for temporary files and the caches of npm and pip)`;
const NOT_WRITABLE = 'expected a place that can be written, found none: make it writable, or use another folder';

/** What is printed of an error: one line if the user can fix it, the stack if unexpected. */
export function describe(/** @type {unknown} */ error) {
  return causeOf(error)?.split('\n').map(printable).join('\n');
}

function causeOf(/** @type {unknown} */ error) {
  if (!(error instanceof Error)) return String(error);
  if (FULL.test(error.message)) return `${error.message}${error.message.includes('\n') ? '\n  ' : '; '}${NO_ROOM}`;
  if (error instanceof UserError) return error.message;
  if (['EACCES', 'EROFS', 'EEXIST', 'EISDIR', 'ENOTDIR'].includes(codeOf(error) ?? ''))
    return `${error.message}; ${NOT_WRITABLE}`;
  return error.stack;
}

/**
 * Does the work of a program. An error ends it with what there is to say of it; a signal, or the end of its caller,
 * ends first what it started by `run`, also when the work is done and it serves something.
 * @param {string} name
 * @param {() => Promise<void>} work
 * @param {object} [options]
 * @param {() => void} [options.tidy] called before it ends early
 * @param {string} [options.interrupted] said when a signal ends it
 * @param {number} [options.status] after an error
 * @returns a function that stops handling signals
 */
export async function runProgram(name, work, { tidy, interrupted, status = 1 } = {}) {
  let stopping = false;
  const stop = async (/** @type {number} */ code, /** @type {string | undefined} */ line) => {
    if (stopping) return; // Ctrl-C comes twice where another program of ours runs this one: from the terminal and from it
    stopping = true;
    if (line) console.error(`${name}: ${line}`);
    await endChildren();
    try {
      tidy?.();
    } catch (error) {
      console.error(`${name}: ${describe(error)}`);
    }
    process.exit(code);
  };
  const unhandle = onSignals((code) => stop(code, interrupted));
  const unwatch = endWithParent();
  try {
    await work();
  } catch (error) {
    // Ctrl-C reaches what this program waits for as well: its own handler, which is still to come, says what happened.
    await new Promise((done) => setTimeout(done, 100));
    if (!(error instanceof Stopped)) await stop(status, describe(error));
    await new Promise(() => {}); // a signal came, whose handler ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}
