/** Draws pictures, events and spikes. Colours come from playground.css. */
import { type Colours, contextOf, mixed, paintPixels, rgb } from '../playground/paint';
import { SIDE, UNITS } from './network';
import type { Grey } from './sources';

/** Factor by which an event fades per picture. */
const FADES = 0.75;
/** Number of pictures whose spikes are shown, and of rows between inputs and hidden neurons. */
export const COLUMNS = 90;
const GAP = 6;

/** Draws pictures as the network receives them. */
export function drawGrey(canvas: HTMLCanvasElement, grey: Grey): void {
  paintPixels(canvas, (pixel) => [grey[pixel], grey[pixel], grey[pixel]]);
}

/** Draws fading events: orange where a pixel got brighter, blue where it got darker. */
export class Trail {
  private readonly faded = new Float32Array(SIDE * SIDE);

  clear(): void {
    this.faded.fill(0);
  }

  draw(canvas: HTMLCanvasElement, events: ArrayLike<number>, { paper, up, down }: Colours): void {
    const { faded } = this;
    for (let pixel = 0; pixel < faded.length; pixel++)
      faded[pixel] = events[pixel] === 0 ? faded[pixel] * FADES : Math.sign(events[pixel]);
    const [from, brighter, darker] = [paper, up, down].map(rgb);
    paintPixels(canvas, (pixel) => mixed(from, faded[pixel] > 0 ? brighter : darker, Math.abs(faded[pixel])));
  }
}

/** Spikes of one picture: indices of input units, and 0 or 1 for each hidden neuron. */
export interface Fired {
  units: readonly number[];
  hidden: ArrayLike<number>;
}

export const rasterHeight = (neurons: number): number => UNITS + GAP + neurons;

/** Draws the spikes of the last pictures, the newest on the right; the window that the network reads is shaded. */
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
      // The upper half of the units reports darker pixels.
      pen.fillStyle = unit < UNITS / 2 ? down : up;
      pen.fillRect(x, unit, 1, 1);
    }
    pen.fillStyle = ink;
    for (let neuron = 0; neuron < hidden.length; neuron++)
      if (hidden[neuron]) pen.fillRect(x, UNITS + GAP + neuron, 1, 1);
  }
}
