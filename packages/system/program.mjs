// How a program of ours ends.
import { endWithParent, onSignals } from './parent.mjs';
import { UserError } from './requirements.cjs';
import { endChildren, Stopped } from './run.mjs';

/** What is printed of an error: one line if the user can fix it, the stack if unexpected. */
export function describe(/** @type {unknown} */ error) {
  if (error instanceof UserError) return error.message;
  return error instanceof Error ? error.stack : String(error);
}

/**
 * Does the work of a program. An error ends it with what there is to say of it; a signal, or the end of its caller, ends
 * first what it started by `run`, also when the work is done and it serves something.
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
    tidy?.();
    process.exit(code);
  };
  const unhandle = onSignals((code) => stop(code, interrupted));
  const unwatch = endWithParent();
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Stopped)) await stop(status, describe(error));
    await new Promise(() => {}); // a signal came, whose handler ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}
