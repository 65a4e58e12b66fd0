/** Figures and progress below the cell of a notebook; also `lif-fc-mnist/display`. */

import type { Figure } from '../../packages/figures';
import { PLOTLY_CONFIG } from '../../packages/figures/theme';
import type { Bundle } from '../../packages/typescript-kernel/core/modules';
import type { LiveFigure, ProgressBar } from '../contract/contract';
import { runInterruptible, startBar, startLiveFigure } from '../contract/display';
import { kernel } from './kernel';

export { liveCurve } from '../../packages/figures';
export { Interruption } from '../contract/interruption';

/** The interactive figure, and the sentence `alt` as text. */
const makeBundle = ({ data, layout, alt }: Figure): Bundle => ({
  data: {
    'application/vnd.plotly.v1+json': { config: PLOTLY_CONFIG, data, layout },
    'text/plain': alt,
  },
});

/** Puts a figure below the cell: `await show(lines(…))`. */
export async function show(figure: Figure): Promise<void> {
  kernel().display(makeBundle(figure));
}

/** An output that is written over in place. */
function place(): (bundle: Bundle) => void {
  const { display, updateDisplay } = kernel();
  const id = Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join('-');
  let written = false;
  return (bundle) => {
    if (written) updateDisplay(bundle, id);
    else display(bundle, id);
    written = true;
  };
}

/** Starts a figure that is updated in place; the saved notebook holds its last state alone. */
export function liveFigure(): LiveFigure {
  const put = place();
  return startLiveFigure({ draw: (figure) => put(makeBundle(figure)), keep: (figure) => put(makeBundle(figure)) });
}

/**
 * Starts a bar with count, rate and time left below the cell.
 * @param total steps to go, at least 1
 */
export function progressBar(total: number, label = ''): ProgressBar {
  const put = place();
  return startBar((text) => put({ data: { 'text/plain': text } }), total, label);
}

/**
 * Runs awaited work that an interrupt stops, as `hosts/contract/display.ts` says.
 * @returns what the work returns; rejects with an `Interruption` if it was interrupted, even if it ended with a part
 *   done
 */
export function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return runInterruptible(work, (listener) => kernel().onInterrupt(listener));
}
