/**
 * Figures below the cell of a tslab notebook, and work that an interrupt stops. What a finished cell leaves behind
 * depends on its results alone: no times, no random ids.
 */

import { rasterize, renderSvg } from '../../../packages/figures/node/render';
import { type Figure, PLOTLY_CONFIG } from '../../../packages/figures/theme';
import type { LiveFigure } from '../../contract/contract';
import { runInterruptible, startLiveFigure } from '../../contract/display';
import { type Output, place, requireCell } from './cell';

/**
 * A figure as a notebook holds it: the interactive one, PNG and SVG where nothing runs, and the sentence `alt` as text.
 */
async function figureBundle(figure: Figure): Promise<{ data: Output['data']; metadata: Output['metadata'] }> {
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

/** Puts a figure below the cell: `await show(lines(…))`. Throws outside of a notebook. */
export async function show(figure: Figure): Promise<void> {
  // Taken before the drawing: the figure belongs to the cell that asked for it.
  const write = requireCell('show');
  write({ ...(await figureBundle(figure)), transient: {} });
}

/**
 * Starts a figure that is updated in place; the saved notebook holds its last state alone, interactive and with PNG and
 * SVG. Throws outside of a notebook.
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
 * Tells the kernel that a listener of SIGINT ends its cell itself, so the kernel waits for what the cell has to say.
 */
const ENDS_ITS_CELL = Symbol.for('lif-fc-mnist.ends-its-cell');

/**
 * Runs awaited work that stops on Ctrl-C or Jupyter's interrupt, as `hosts/contract/display.ts` says.
 * @returns what the work returns; rejects with an `Interruption` if it was interrupted, even if it ended with a part
 *   done
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
