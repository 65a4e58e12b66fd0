/** What the page shows of pictures, events and spikes. Colours are those of playground.css. */
import { type Colours, contextOf, mixed, paintPixels, rgb } from '../playground/paint';
import { SIDE, UNITS } from './network';
import type { Grey } from './sources';

/** How much of an event is still seen in the next picture. */
const FADES = 0.75;
/** How many pictures back the spikes are shown, and how many rows are between inputs and hidden neurons. */
export const COLUMNS = 90;
const GAP = 6;

/** The pictures, as the network gets them. */
export function drawGrey(canvas: HTMLCanvasElement, grey: Grey): void {
  paintPixels(canvas, (pixel) => [grey[pixel], grey[pixel], grey[pixel]]);
}

/** Events that fade: orange where it got brighter, blue where it got darker. */
export class Trail {
  private readonly seen = new Float32Array(SIDE * SIDE);

  clear(): void {
    this.seen.fill(0);
  }

  draw(canvas: HTMLCanvasElement, events: ArrayLike<number>, { paper, up, down }: Colours): void {
    const { seen } = this;
    for (let pixel = 0; pixel < seen.length; pixel++)
      seen[pixel] = events[pixel] === 0 ? seen[pixel] * FADES : Math.sign(events[pixel]);
    const [from, brighter, darker] = [paper, up, down].map(rgb);
    paintPixels(canvas, (pixel) => mixed(from, seen[pixel] > 0 ? brighter : darker, Math.abs(seen[pixel])));
  }
}

/** What fired in a picture: units of the input, hidden neurons 0 or 1. */
export interface Fired {
  units: readonly number[];
  hidden: ArrayLike<number>;
}

export const rasterHeight = (neurons: number): number => UNITS + GAP + neurons;

/** The spikes of the last pictures, the newest on the right; shaded is what is being read. */
export function drawRaster(
  canvas: HTMLCanvasElement,
  spikes: readonly Fired[],
  window: number,
  { up, down, ink, shade }: Colours,
): void {
  const pen = contextOf(canvas);
  const { width, height } = canvas;
  pen.clearRect(0, 0, width, height);
  pen.fillStyle = shade;
  pen.fillRect(width - window, 0, window, height);
  for (const [i, { units, hidden }] of spikes.entries()) {
    const x = width - spikes.length + i;
    for (const unit of units) {
      // The upper half got darker.
      pen.fillStyle = unit < UNITS / 2 ? down : up;
      pen.fillRect(x, unit, 1, 1);
    }
    pen.fillStyle = ink;
    for (let neuron = 0; neuron < hidden.length; neuron++)
      if (hidden[neuron]) pen.fillRect(x, UNITS + GAP + neuron, 1, 1);
  }
}
