/**
 * Figures and progress where they are seen: in the cell of a notebook (tslab), in a file, in a terminal.
 * What a finished cell leaves behind depends on its results alone: no times, no random ids.
 */
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { Interruption } from '../../common/interruption';
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
  /**
   * Takes a newer state and returns at once. The newest state is drawn soon after, at most twice per second and in at most
   * a twentieth of the time; the states between are left out.
   */
  update(figure: Figure): void;
  /**
   * Puts the last state (or this one) in place, interactive and with PNG and SVG; call it in `finally`. Nothing is drawn
   * over it. Rejects if a state could not be drawn.
   */
  done(figure?: Figure): Promise<void>;
}

/** Milliseconds between two states of a live figure: at least, and at most however long drawing takes. */
const FRAME_PAUSE = { least: 500, most: 2000 };
/** A pause is at least this many times as long as the drawing before it, so that the work goes on at its speed. */
const FRAME_REST = 19;

/** Starts a figure that is updated in place; the saved notebook holds its last state alone. Throws outside of a notebook. */
export function liveFigure(): LiveFigure {
  const put = place(cellOf('liveFigure'));
  let last: Figure | undefined;
  let waiting: Figure | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawing = false;
  let next = 0;
  let ended = false;
  let failure: unknown;

  const schedule = () => {
    if (drawing || ended || timer || !waiting) return;
    timer = setTimeout(draw, Math.max(0, next - performance.now()));
  };
  const draw = async () => {
    timer = undefined;
    const figure = waiting as Figure;
    waiting = undefined;
    drawing = true;
    const started = performance.now();
    try {
      // A picture: JupyterLab's Plotly renderer draws the first interactive figure of an output and ignores later ones.
      const svg = await renderSvg(figure);
      if (!ended) put({ 'image/svg+xml': svg, 'text/plain': figure.alt });
    } catch (error) {
      failure ??= error;
    }
    const now = performance.now();
    next = now + Math.min(FRAME_PAUSE.most, Math.max(FRAME_PAUSE.least, FRAME_REST * (now - started)));
    drawing = false;
    schedule();
  };

  return {
    update(figure) {
      if (ended) return;
      last = figure;
      waiting = figure;
      schedule();
    },
    async done(figure = last) {
      // From here on a state that is still being drawn is not put, so the last one stays.
      ended = true;
      clearTimeout(timer);
      if (figure) {
        const { data, metadata } = await figureBundle(figure);
        put(data, metadata);
      }
      if (failure) throw failure;
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
  /** Where the rate is counted from: the start or, of work that is resumed, the first update. */
  let origin = { count: 0, time: performance.now() };
  const before = label ? `${label}: ` : '';
  let count = 0;
  let updates = 0;
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
    const seconds = (performance.now() - origin.time) / 1000;
    const steps = count - origin.count;
    const rate = steps / seconds;
    const timing = steps > 0 && seconds > 0 ? ` · ${rateText(rate)} · ${clock((total - count) / rate)} left` : '';
    const parts = `${before}▕${'█'.repeat(filled)}${'░'.repeat(BAR_WIDTH - filled)}▏ ${count}/${total}${timing}`;
    draw(note ? `${parts} · ${note}` : parts);
    drawn = performance.now();
  };
  bar('');
  return {
    update(done, note = '') {
      if (ended) return;
      count = done;
      if (updates++ === 0 && done > 1) origin = { count: done, time: performance.now() };
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

/** Tells the kernel that a listener of SIGINT ends its cell itself, so that it waits for what the cell has to say. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

/**
 * Runs awaited work that stops on Ctrl-C or Jupyter's interrupt. Work that awaits is not stopped from outside: it must look
 * at the signal, and let the event loop turn now and then (a timer or `setImmediate`, not only resolved promises).
 * @returns what the work returns; rejects with an {@link Interruption} if it was interrupted, even if it ended with a part
 * done. The notebook then shows one line, which `describeInterruption` can fill.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interruption = new Interruption();
  const interrupt = Object.assign(() => controller.abort(interruption), { [ENDS_ITS_CELL]: true });
  // tslab starts a cell under Node's breakOnSigint, which resets the handler of the signal when the cell first awaits:
  // a listener added before that would never be called.
  await new Promise<void>((resolve) => setImmediate(resolve));
  // Once: a second Ctrl-C in a terminal ends the program as usual.
  process.once('SIGINT', interrupt);
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    // What the signal was passed on to has an error of its own for it.
    const isAbort = controller.signal.aborted && error instanceof Error && error.name === 'AbortError';
    throw isAbort ? interruption : error;
  } finally {
    process.removeListener('SIGINT', interrupt);
  }
}
