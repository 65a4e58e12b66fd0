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
  private reached = 0;
  private pressed = Number.POSITIVE_INFINITY;
  private hungUp = false;
  private readonly onSignal = (signal: Signal) => {
    if (signal === 'SIGHUP') this.hungUp = true;
    const now = performance.now();
    if (signal === 'SIGINT' && now - this.pressed >= SAME_PRESS) process.exit(this.reached);
    if (signal === 'SIGINT') this.pressed = Math.min(this.pressed, now);
    this.request(STATUS[signal]);
  };

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The exit status of a stopped run; 0 until a stop is requested. */
  get status(): number {
    return this.reached;
  }

  /** Whether the terminal was closed. */
  get isTerminalGone(): boolean {
    return this.hungUp;
  }

  /** From here on signals stop the run. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.onSignal);
  }

  /** From here on signals end the program, as they usually do. */
  unlisten(): void {
    for (const signal of SIGNALS) process.off(signal, this.onSignal);
  }

  /** Stops the run; later reasons to stop change nothing. */
  request(status: number): void {
    this.reached ||= status;
    this.controller.abort();
  }
}

/** Stops the run, with all saved and one line, if its output can no longer be written. */
export function watchOutput(stop: Stop): void {
  let failed = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // The reader (`… | head`) or the terminal is gone: the run itself continues, or saves as SIGHUP asked.
      if (error.code === 'EPIPE' || error.code === 'EIO' || failed) return;
      failed = true;
      // A full disk under `> file`, say.
      process.exitCode = 1;
      console.error(`lif_fc_mnist: the output cannot be written (${error.message})`);
      stop.request(1);
    });
  }
}
