/** The paper and the pictures of 28 × 28 pixels. Colours come from playground.css, so light and dark are decided there. */
import { IMAGE_SIDE as SIDE } from '../../src/common/mnist';
import type { Stroke } from './drawing';

const NAMES = ['paper', 'ink', 'spike', 'up', 'down', 'quiet', 'line', 'text', 'shade'] as const;
export type Colours = Record<(typeof NAMES)[number], string>;

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--pg-${name}`).trim()])) as Colours;
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext('2d');
  if (!found) throw new Error('playground: expected a canvas that can be drawn on');
  return found;
}

/** Red, green and blue of #rgb or #rrggbb. */
function rgb(hex: string): number[] {
  const long = hex.length === 4 ? hex.replace(/\w/g, '$&$&') : hex;
  return [1, 3, 5].map((at) => Number.parseInt(long.slice(at, at + 2), 16));
}

const mixed = (from: number[], to: number[], part: number) => from.map((value, i) => value + (to[i] - value) * part);

/** Sets each of the 784 pixels of a canvas to a colour. */
function paintPixels(canvas: HTMLCanvasElement, colourOf: (pixel: number) => number[]): void {
  const image = new ImageData(SIDE, SIDE);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) image.data.set([...colourOf(pixel), 255], 4 * pixel);
  contextOf(canvas).putImageData(image, 0, 0);
}

/** [784] values from 0 to 1 as a picture of 28 × 28 pixels. */
export function paintImage(canvas: HTMLCanvasElement, values: ArrayLike<number>, paper: string, ink: string): void {
  const [from, to] = [rgb(paper), rgb(ink)];
  paintPixels(canvas, (pixel) => mixed(from, to, values[pixel]));
}

/**
 * The weights of one neuron over an image [784] from 0 to 1: strong where the image has ink, pale where it has none.
 * @param weights [784, 10]
 */
export function paintWhy(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  weights: Float32Array,
  neuron: number,
  c: Colours,
): void {
  const own = Float32Array.from({ length: SIDE * SIDE }, (_, pixel) => weights[pixel * 10 + neuron]);
  // The few largest weights would leave the others pale.
  const sizes = own.map(Math.abs).sort();
  const scale = sizes[Math.floor(0.97 * sizes.length)] || 1;
  const [paper, ink, up, down] = [c.paper, c.ink, c.up, c.down].map(rgb);
  paintPixels(canvas, (pixel) => {
    const strength = Math.min(Math.abs(own[pixel]) / scale, 1) ** 0.7;
    const under = mixed(paper, ink, 0.25 * values[pixel]);
    return mixed(under, own[pixel] > 0 ? up : down, strength * (0.13 + 0.87 * values[pixel]));
  });
}

/** The drawing as it was drawn, or a picture of 28 × 28 pixels in its place. */
export function paintPaper(
  canvas: HTMLCanvasElement,
  strokes: Stroke[],
  picture: CanvasImageSource | null,
  c: Colours,
): void {
  const pen = contextOf(canvas);
  const { width } = canvas;
  pen.fillStyle = c.paper;
  pen.fillRect(0, 0, width, width);
  if (picture) {
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, 0, 0, width, width);
  }
  // The box that the drawing will be scaled to.
  pen.strokeStyle = c.line;
  pen.lineWidth = 2;
  pen.setLineDash([6, 10]);
  pen.strokeRect((width * 4) / SIDE, (width * 4) / SIDE, (width * 20) / SIDE, (width * 20) / SIDE);
  pen.setLineDash([]);
  if (picture) return;
  pen.strokeStyle = c.ink;
  pen.lineWidth = width * 0.07;
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  for (const stroke of strokes) {
    pen.beginPath();
    pen.moveTo(stroke[0].x * width, stroke[0].y * width);
    for (const { x, y } of stroke.length > 1 ? stroke.slice(1) : stroke) pen.lineTo(x * width, y * width);
    pen.stroke();
  }
}
