/**
 * Figures and progress where they are seen: in the cell of a notebook (tslab), in a file, in a terminal.
 * What a finished cell leaves behind depends on its results alone: no times, no random ids.
 */
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import type { LiveFigure, ProgressBar } from '../../host/contract';
import { runInterruptible } from '../../host/interruptible';
import { startLiveFigure } from '../../host/live-figure';
import { startBar } from '../../host/progress-bar';
import { type Figure, PLOTLY_CONFIG } from '../../visualizing/theme';
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

function requireCell(caller: string): WriteOutput {
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
  'application/vnd.plotly.v1+json': { config: PLOTLY_CONFIG, data, layout },
  'text/plain': alt,
});

/** Puts a figure below the cell: `await show(accuracyCurve(…))`. Throws outside of a notebook. */
export async function show(figure: Figure): Promise<void> {
  // Taken before the drawing: the figure belongs to the cell that asked for it.
  const write = requireCell('show');
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

/**
 * Starts a figure that is updated in place; the saved notebook holds its last state alone, interactive and with PNG and SVG.
 * Throws outside of a notebook.
 */
export function liveFigure(): LiveFigure {
  const put = place(requireCell('liveFigure'));
  return startLiveFigure({
    async draw(figure, isEnded) {
      // A picture: JupyterLab's Plotly renderer draws the first interactive figure of an output and ignores later ones.
      const svg = await renderSvg(figure);
      if (!isEnded()) put({ 'image/svg+xml': svg, 'text/plain': figure.alt });
    },
    async keep(figure) {
      const { data, metadata } = await figureBundle(figure);
      put(data, metadata);
    },
  });
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

/** Tells the kernel that a listener of SIGINT ends its cell itself, so the kernel waits for what the cell has to say. */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

/**
 * Runs awaited work that stops on Ctrl-C or Jupyter's interrupt, as `host/interruptible.ts` says.
 * @returns what the work returns; rejects with an `Interruption` if it was interrupted, even if it ended with a part done
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  // tslab starts a cell under Node's breakOnSigint, which resets the handler of the signal when the cell first awaits:
  // a listener added before that would never be called.
  await new Promise<void>((resolve) => setImmediate(resolve));
  return runInterruptible(work, (listener) => {
    const interrupt = Object.assign(() => listener(), { [ENDS_ITS_CELL]: true });
    // Only once, so a second Ctrl-C in a terminal ends the program as usual.
    process.once('SIGINT', interrupt);
    return () => process.removeListener('SIGINT', interrupt);
  });
}
