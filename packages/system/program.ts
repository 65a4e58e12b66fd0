// How a program of ours ends.
import { endWithParent, onSignals } from './parent';
import { causeOf } from './plain.mjs';
import { printable } from './project';
import { endChildren, Stopped } from './run';

/** What is printed of an error: one line if the user can fix it, the stack if unexpected. */
export function describe(error: unknown) {
  return causeOf(error)?.split('\n').map(printable).join('\n');
}

/**
 * Does the work of a program. An error ends it with what there is to say of it, and with its `exitStatus` or 1; a
 * signal, or the end of its caller, ends first what it started by `run`, also when the work is done and it serves
 * something.
 * @returns a function that stops handling signals
 */
export async function runProgram(
  name: string,
  work: () => Promise<void>,
  {
    tidy,
    interrupted,
  }: {
    /** called before it ends early */
    tidy?: () => void;
    /** said when a signal ends it */
    interrupted?: string;
  } = {},
) {
  let stopping = false;
  const stop = async (code: number, line: string | undefined) => {
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
    const { exitStatus = 1 } = Object(error) as { exitStatus?: number };
    if (!(error instanceof Stopped)) await stop(exitStatus, describe(error));
    await new Promise(() => {}); // a signal came, whose handler ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}
