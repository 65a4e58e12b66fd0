import type { ProgressBar } from '../contract/contract';
import { startBar } from '../contract/progress-bar';
import { cell, place } from './notebook/cell';

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
