/** Paints the paper and images of 28 × 28 pixels. Colours come from theme.css, which knows light and dark pages. */
import { IMAGE_SIDE as SIDE } from '../../../src/common/mnist';
import { element } from '../../shared/page/dom';
import type { Pad } from './drawing';

/** Colours by use; the values are names in theme.css. */
const NAMES = {
  paper: '--figure-paper',
  ink: '--color-foreground-primary',
  spike: '--spike',
  up: '--figure-1',
  down: '--figure-0',
  quiet: '--color-foreground-border',
  line: '--color-background-border',
  text: '--color-foreground-secondary',
  shade: '--shade',
};
/** Each as `rgb(…)`. */
export type Colours = Record<keyof typeof NAMES, string>;

/** The current colours of a part of the page, light or dark. */
export function coloursOf(place: Element): Colours {
  const probe = place.appendChild(element('i'));
  const colours = Object.entries(NAMES).map(([what, name]) => {
    probe.style.color = `var(${name})`;
    return [what, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(colours);
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext('2d');
  if (!found) throw new Error('canvas: expected one that can be drawn on');
  return found;
}

/** Context of a canvas as wide as its container and `height` CSS pixels high, at the screen's resolution. */
export function sharpPen(canvas: HTMLCanvasElement, height: number): CanvasRenderingContext2D {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  canvas.width = Math.round(canvas.clientWidth * ratio);
  canvas.height = Math.round(height * ratio);
  const pen = contextOf(canvas);
  pen.scale(ratio, ratio);
  return pen;
}

/** Parses `rgb(…)`. */
export const rgb = (colour: string): number[] => (colour.match(/\d+/g) ?? []).map(Number);

export const mixed = (from: number[], to: number[], part: number) =>
  from.map((value, i) => value + (to[i] - value) * part);

/** Sets each pixel of a canvas to a colour. */
export function paintPixels(canvas: HTMLCanvasElement, colourOf: (pixel: number) => number[]): void {
  const { width, height } = canvas;
  const image = new ImageData(width, height);
  for (let pixel = 0; pixel < width * height; pixel++) image.data.set([...colourOf(pixel), 255], 4 * pixel);
  contextOf(canvas).putImageData(image, 0, 0);
}

/** Paints values from 0 to 1, one per pixel. */
export function paintImage(canvas: HTMLCanvasElement, values: ArrayLike<number>, paper: string, ink: string): void {
  const [from, to] = [rgb(paper), rgb(ink)];
  paintPixels(canvas, (pixel) => mixed(from, to, values[pixel]));
}

/** Paints an MNIST image [784], 0 to 255, as ink on paper. */
export function paintDigit(canvas: HTMLCanvasElement, image: Uint8Array, { paper, ink }: Colours): void {
  const values = Float32Array.from(image, (value) => value / 255);
  paintImage(canvas, values, paper, ink);
}

/** The quantile of the weights that has the strongest colour: scaled by the maximum, most weights would look pale. */
const scaleOf = (weights: Float32Array) => weights.map(Math.abs).sort()[Math.floor(0.97 * weights.length)] || 1;

/** Paints weights [784] over an image [784], 0 to 255: strong where the image has ink, pale elsewhere. */
export function paintWhy(canvas: HTMLCanvasElement, image: Uint8Array, weights: Float32Array, c: Colours): void {
  const scale = scaleOf(weights);
  const [paper, ink, up, down] = [c.paper, c.ink, c.up, c.down].map(rgb);
  paintPixels(canvas, (pixel) => {
    const strength = Math.min(Math.abs(weights[pixel]) / scale, 1) ** 0.7;
    const value = image[pixel] / 255;
    const under = mixed(paper, ink, 0.25 * value);
    return mixed(under, weights[pixel] > 0 ? up : down, strength * (0.13 + 0.87 * value));
  });
}

/** Paints weights, one per pixel. */
export function paintWeights(canvas: HTMLCanvasElement, weights: Float32Array, c: Colours): void {
  const scale = scaleOf(weights);
  const [paper, up, down] = [c.paper, c.up, c.down].map(rgb);
  paintPixels(canvas, (pixel) =>
    mixed(paper, weights[pixel] > 0 ? up : down, Math.min(Math.abs(weights[pixel]) / scale, 1)),
  );
}

/**
 * Paints hidden neurons, row by row: in colour those that fire in the last step shown, others darker the more often
 * they have fired.
 * @param spikes [T, neurons]
 */
export function paintHidden(
  canvas: HTMLCanvasElement,
  spikes: ArrayLike<number>,
  counts: readonly number[],
  steps: number,
  c: Colours,
): void {
  const pen = contextOf(canvas);
  const last = (Math.max(steps, 1) - 1) * counts.length;
  // An aspect ratio of 3 : 2, such as 12 × 8 for 96 neurons.
  const columns = Math.ceil(Math.sqrt(1.5 * counts.length));
  const [width, height] = [canvas.width / columns, canvas.height / Math.ceil(counts.length / columns)];
  const gap = Math.min(2, width / 4);
  const [paper, ink] = [c.paper, c.ink].map(rgb);
  pen.fillStyle = c.paper;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  counts.forEach((count, neuron) => {
    const [x, y] = [(neuron % columns) * width, Math.floor(neuron / columns) * height];
    const fires = steps > 0 && spikes[last + neuron] > 0;
    pen.fillStyle = fires ? c.spike : `rgb(${mixed(paper, ink, count / Math.max(steps, 1)).join()})`;
    pen.fillRect(x + gap / 2, y + gap / 2, width - gap, height - gap);
  });
}

/** Paints the drawing, or in its place the sample image or whatever `paint` draws. */
export function paintPad(
  canvas: HTMLCanvasElement,
  { strokes, taken }: Pad,
  c: Colours,
  paint = taken && ((small: HTMLCanvasElement) => paintDigit(small, taken, c)),
): void {
  const pen = contextOf(canvas);
  const { width } = canvas;
  pen.fillStyle = c.paper;
  pen.fillRect(0, 0, width, width);
  if (paint) {
    const small = element('canvas', { width: String(SIDE), height: String(SIDE) });
    paint(small);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, width, width);
  }
  // The box to which the drawing will be scaled.
  pen.strokeStyle = c.line;
  pen.lineWidth = 2;
  pen.setLineDash([6, 10]);
  pen.strokeRect((width * 4) / SIDE, (width * 4) / SIDE, (width * 20) / SIDE, (width * 20) / SIDE);
  pen.setLineDash([]);
  if (paint) return;
  pen.strokeStyle = c.ink;
  pen.lineWidth = width * 0.07;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  for (const stroke of strokes) {
    pen.beginPath();
    // A dot is a line from a point to itself.
    for (const { x, y } of [stroke[0], ...stroke]) pen.lineTo(x * width, y * width);
    pen.stroke();
  }
}
