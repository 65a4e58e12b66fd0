/** Stops and saves a run on Ctrl-C and other signals. */

/** Exit status of a run stopped by a signal. */
export const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof STATUS;
const SIGNALS = Object.keys(STATUS) as Signal[];

/** Signals within this many ms are one Ctrl-C: both the terminal and npm send it. */
const SAME_PRESS = 1000;

/**
 * The first Ctrl-C, SIGTERM or SIGHUP (closed terminal) makes the run stop after the current batch and save. While it
 * saves, further signals are ignored, since both the operating system and the shell report a closed terminal. Only a
 * second Ctrl-C, a second or more after the first, ends the program at once.
 */
export class Stop {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  /** The exit status of a stopped run; 0 until a stop is requested. */
  status = 0;
  /** Whether the terminal has been closed. */
  isTerminalGone = false;
  private pressed = Number.POSITIVE_INFINITY;
  private readonly onSignal = (signal: Signal) => {
    if (signal === 'SIGHUP') this.isTerminalGone = true;
    const now = performance.now();
    if (signal === 'SIGINT' && now - this.pressed >= SAME_PRESS) process.exit(this.status);
    if (signal === 'SIGINT') this.pressed = Math.min(this.pressed, now);
    // Only the first reason counts.
    this.status ||= STATUS[signal];
    this.controller.abort();
  };

  /** Starts handling signals. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
  }

  /** Restores the default: signals end the program. */
  unlisten(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }
}

/** Keeps the run going if its output cannot be written: its reader (`… | head`) or the terminal is gone. */
export function ignoreOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
