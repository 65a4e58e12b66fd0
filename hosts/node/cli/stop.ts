/** How a run is asked to stop and to save what it has. */

/** Exit status of a run that a signal stopped. */
export const STATUS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Signal = keyof typeof STATUS;
const SIGNALS = Object.keys(STATUS) as Signal[];

/** A Ctrl-C that comes sooner after another is the same one, in ms: the terminal sends it, and npm passes it on. */
const SAME_PRESS = 1000;

/**
 * The first Ctrl-C, SIGTERM or SIGHUP (the terminal was closed) asks the run to stop after the batch under way and to
 * save. While it saves, further signals are ignored: of a closed terminal, the kernel and the shell both tell. Only a
 * second Ctrl-C, a second or more after the first, ends the program at once.
 */
export class Stop {
  private readonly controller = new AbortController();
  readonly signal = this.controller.signal;
  /** The exit status of a stopped run; 0 until a stop is requested. */
  status = 0;
  /** Whether the terminal was closed. */
  isTerminalGone = false;
  private pressed = Number.POSITIVE_INFINITY;
  private readonly onSignal = (signal: Signal) => {
    if (signal === 'SIGHUP') this.isTerminalGone = true;
    const now = performance.now();
    if (signal === 'SIGINT' && now - this.pressed >= SAME_PRESS) process.exit(this.status);
    if (signal === 'SIGINT') this.pressed = Math.min(this.pressed, now);
    // Later reasons to stop change nothing.
    this.status ||= STATUS[signal];
    this.controller.abort();
  };

  /** From here on signals stop the run. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
  }

  /** From here on signals end the program, as they usually do. */
  unlisten(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }
}

/** Lets the run go on where its output cannot be written: its reader (`… | head`) or the terminal is gone. */
export function ignoreOutput(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}
