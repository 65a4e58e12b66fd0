// How a program of ours ends.
import { endWithParent, onSignals } from './parent';
import { codeOf } from './processes';
import { printable } from './project';
import { endChildren, Stopped } from './run';

/** What a full disk is called by the system, in an error of ours or in the last lines of npm, pip and the like. */
const FULL = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
const NO_ROOM =
  'expected room on the disk, found none: free some and run it again ' +
  '(set-up needs 3 GB, and 1 GB for temporary files and the caches of npm and pip)';
const NOT_WRITABLE = 'expected a place that can be written, found none: make it writable, or use another folder';

/** What is printed of an error: one line if the user can fix it, the stack if unexpected. */
export function describe(error: unknown) {
  return causeOf(error)?.split('\n').map(printable).join('\n');
}

function causeOf(error: unknown) {
  if (!(error instanceof Error)) return String(error);
  if (FULL.test(error.message)) return `${error.message}${error.message.includes('\n') ? '\n  ' : '; '}${NO_ROOM}`;
  if (error.name === 'UserError') return error.message;
  if (['EACCES', 'EROFS', 'EEXIST', 'EISDIR', 'ENOTDIR'].includes(codeOf(error) ?? ''))
    return `${error.message}; ${NOT_WRITABLE}`;
  return error.stack;
}

/**
 * Does the work of a program. An error ends it with what there is to say of it; a signal, or the end of its caller,
 * ends first what it started by `run`, also when the work is done and it serves something.
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
    if (!(error instanceof Stopped)) await stop(1, describe(error));
    await new Promise(() => {}); // a signal came, whose handler ends the program
  }
  return () => {
    unhandle();
    unwatch();
  };
}
