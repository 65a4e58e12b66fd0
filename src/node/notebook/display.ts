/**
 * Figures and progress where they are seen: in the cell of a notebook (tslab), in a file, in a terminal.
 * What a finished cell leaves behind depends on its results alone: no times, no random ids.
 */
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import type { Figure } from '../../visualizing/theme';
import { rasterize, renderPng, renderSvg } from '../drawing/render';
import { writeFileAtomic } from '../files';

interface Output {
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
  transient: { display_id?: string };
}

type WriteOutput = (output: Output, update?: boolean) => void;

/** Writes into the cell that runs now; undefined outside of a notebook. */
function cell(): WriteOutput | undefined {
  // The kernel's own copy of tslab knows the running cell; another copy, imported by name, would know none.
  const id = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
  const write: unknown = id === undefined ? undefined : require.cache[id]?.exports?.lastWriteDisplayData;
  return typeof write === 'function' ? (write as WriteOutput) : undefined;
}

/** Whether this program is the kernel of a notebook. */
export function inNotebook(): boolean {
  return cell() !== undefined;
}

function cellOf(caller: string): WriteOutput {
  const write = cell();
  if (write === undefined) {
    throw new Error(`${caller}: expected to run in a tslab notebook, found none; use saveFigure or openWindow instead`);
  }
  return write;
}

/**
 * A figure as a notebook holds it: the interactive one, PNG and SVG where nothing runs, and the sentence `alt` as text.
 */
export async function figureBundle(figure: Figure): Promise<{ data: Output['data']; metadata: Output['metadata'] }> {
  const svg = await renderSvg(figure);
  // One pixel to a CSS pixel: JupyterLab's Plotly renderer shows the PNG at its own size until the mouse is over it.
  const png = await rasterize(svg, 1);
  const { width, height } = figure.layout;
  return {
    data: {
      ...interactive(figure),
      'image/png': Buffer.from(png).toString('base64'),
      'image/svg+xml': svg,
    },
    metadata: { 'image/png': { width, height } },
  };
}

const interactive = ({ data, layout, alt }: Figure): Output['data'] => ({
  'application/vnd.plotly.v1+json': { config: { displaylogo: false }, data, layout },
  'text/plain': alt,
});

/** Puts a figure below the cell: `await show(accuracyCurve(…))`. Throws outside of a notebook. */
export async function show(figure: Figure): Promise<void> {
  // Taken before the drawing: the figure belongs to the cell that asked for it.
  const write = cellOf('show');
  write({ ...(await figureBundle(figure)), transient: {} });
}

/**
 * Saves a figure as `.svg`, `.png` or `.json` (the Plotly specification), by the name of the file.
 * The file is written beside its place and renamed, so that it is never seen half-written.
 */
export async function saveFigure(figure: Figure, file: string): Promise<void> {
  const extension = extname(file).toLowerCase();
  let content: string | Uint8Array;
  if (extension === '.svg') content = await renderSvg(figure);
  else if (extension === '.png') content = await renderPng(figure);
  else if (extension === '.json') content = `${JSON.stringify({ data: figure.data, layout: figure.layout })}\n`;
  else throw new Error(`${file}: expected a name that ends in .svg, .png or .json, found '${extension}'`);
  writeFileAtomic(file, content);
}

/** An output that is written over in place. */
function place(write: WriteOutput): (data: Output['data'], metadata?: Output['metadata']) => void {
  const transient = { display_id: randomBytes(8).toString('hex') };
  let written = false;
  return (data, metadata = {}) => {
    write({ data, metadata, transient }, written);
    written = true;
  };
}

/** A figure that changes while the cell runs. */
export interface LiveFigure {
  /** Draws a newer state; at most two a second are drawn, the rest is left out. */
  update(figure: Figure): void;
  /** Puts the last state (or this one) in place with PNG and SVG; call it in `finally`. */
  done(figure?: Figure): Promise<void>;
}

/** Starts a figure that is updated in place; the saved notebook holds its last state alone. Throws outside of a notebook. */
export function liveFigure(): LiveFigure {
  const put = place(cellOf('liveFigure'));
  let last: Figure | undefined;
  let drawn = Number.NEGATIVE_INFINITY;
  return {
    update(figure) {
      last = figure;
      if (performance.now() - drawn < 500) return;
      put(interactive(figure));
      drawn = performance.now();
    },
    async done(figure = last) {
      if (figure === undefined) return;
      const { data, metadata } = await figureBundle(figure);
      put(data, metadata);
    },
  };
}

/** A bar that fills in place. */
export interface ProgressBar {
  /** `count` steps are done; `note`, such as the last loss, stands behind the bar while it runs. */
  update(count: number, note?: string): void;
  /** Leaves `label: count/total`, and nothing that differs from run to run. */
  finish(): void;
}

const BAR_WIDTH = 24;

/**
 * Starts a bar with count, rate and time left: below the cell in a notebook, on stderr in a terminal, silent elsewhere.
 * @param total steps to go, at least 1
 */
export function progressBar(total: number, label = ''): ProgressBar {
  if (!(total >= 1)) throw new RangeError(`progressBar: expected a total of at least 1, found ${total}`);
  const write = cell();
  const put = write && place(write);
  const terminal = put === undefined && process.stderr.isTTY;
  const started = performance.now();
  const before = label ? `${label}: ` : '';
  let count = 0;
  let drawn = Number.NEGATIVE_INFINITY;
  let ended = false;
  const draw = (text: string, end = '') => {
    if (put) put({ 'text/plain': text });
    // Back to the start of the line, the text, and what is left of a longer one erased.
    else if (terminal)
      process.stderr.write(`\r${text.slice(0, Math.max(20, (process.stderr.columns ?? 80) - 1))}\x1b[K${end}`);
  };
  const bar = (note: string) => {
    const filled = Math.round((BAR_WIDTH * Math.min(count, total)) / total);
    const seconds = (performance.now() - started) / 1000;
    const rate = count / seconds;
    const timing = count > 0 && seconds > 0 ? ` · ${rateText(rate)} · ${clock((total - count) / rate)} left` : '';
    const parts = `${before}▕${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}▏ ${count}/${total}${timing}`;
    draw(note ? `${parts} · ${note}` : parts);
    drawn = performance.now();
  };
  bar('');
  return {
    update(done, note = '') {
      if (ended) return;
      count = done;
      if (performance.now() - drawn >= 200) bar(note);
    },
    finish() {
      if (ended) return;
      ended = true;
      draw(`${before}${count}/${total}`, '\n');
    },
  };
}

const rateText = (rate: number): string => (rate >= 10 ? `${Math.round(rate)}/s` : `${rate.toPrecision(2)}/s`);

function clock(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), String(whole % 60).padStart(2, '0')];
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/**
 * Runs awaited work that stops on Ctrl-C or Jupyter's interrupt. tslab reports the cell as interrupted, but a loop that
 * awaits goes on in the background unless it looks at the signal; it must also let the event loop turn now and then
 * (a timer or `setImmediate`, not only resolved promises).
 * @returns what the work gives; rejects with an AbortError if it was interrupted, even if it ended with a part done
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  // tslab starts a cell under Node's breakOnSigint, which resets the handler of the signal when the cell first awaits:
  // a listener added before that would never be called.
  await new Promise<void>((resolve) => setImmediate(resolve));
  // Once: a second Ctrl-C in a terminal ends the program as usual.
  process.once('SIGINT', interrupt);
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
