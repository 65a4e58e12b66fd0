/** The cell of a tslab notebook that runs now, and what is put below it; a bar in a terminal, too. */
import { randomBytes } from 'node:crypto';
import type { ProgressBar } from '../../contract/contract';
import { startBar } from '../../contract/display';

export interface Output {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

export type WriteOutput = (output: Output, update?: boolean) => void;

/** Writes into the cell that runs now; undefined outside of a notebook. */
export function cell(): WriteOutput | undefined {
  // The kernel's own copy of tslab knows the running cell; another copy, imported by name, would know none.
  const id = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
  const write: unknown = id === undefined ? undefined : require.cache[id]?.exports?.lastWriteDisplayData;
  return typeof write === 'function' ? (write as WriteOutput) : undefined;
}

export function requireCell(caller: string): WriteOutput {
  const write = cell();
  if (write === undefined) {
    throw new Error(
      `${caller}: expected to run in a tslab notebook, found none; use saveFigure or openWindow of lif-fc-mnist/display instead`,
    );
  }
  return write;
}

/** An output that is written over in place. */
export function place(write: WriteOutput): (data: Output['data'], metadata?: Output['metadata']) => void {
  const transient = { display_id: randomBytes(8).toString('hex') };
  let written = false;
  return (data, metadata = {}) => {
    write({ data, metadata, transient }, written);
    written = true;
  };
}

/**
 * Starts a bar with count, rate and time left: below the cell in a notebook, on stderr in a terminal, silent elsewhere.
 * @param total steps to go, at least 1
 */
export function progressBar(total: number, label = ''): ProgressBar {
  const write = cell();
  const put = write && place(write);
  const terminal = put === undefined && process.stderr.isTTY;
  const draw = (text: string, last: boolean) => {
    if (put) put({ 'text/plain': text });
    // Back to the start of the line, the text, and what is left of a longer one erased.
    else if (terminal)
      process.stderr.write(
        `\r${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}\x1b[K${last ? '\n' : ''}`,
      );
  };
  return startBar(draw, total, label);
}
