/** Everything that is drawn on a canvas. Colours come from playground.css, so that light and dark are decided there. */
import type { Stroke } from './drawing';
import type { Presentation } from './kernel';

const SIDE = 28;
const OUTPUTS = 10;

const NAMES = ['paper', 'ink', 'spike', 'leader', 'quiet', 'line', 'text'] as const;
export type Colours = Record<(typeof NAMES)[number], string>;

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element);
  return Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--pg-${name}`).trim()])) as Colours;
}

function context(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const found = canvas.getContext('2d');
  if (!found) throw new Error('playground: expected a canvas that can be drawn on');
  return found;
}

const rgb = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));

/** [784] values from 0 to 1 as a picture of 28 × 28 pixels. */
export function paintImage(canvas: HTMLCanvasElement, values: ArrayLike<number>, paper: string, ink: string): void {
  const image = new ImageData(SIDE, SIDE);
  const [from, to] = [rgb(paper), rgb(ink)];
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    for (let c = 0; c < 3; c++) image.data[4 * pixel + c] = from[c] + (to[c] - from[c]) * values[pixel];
    image.data[4 * pixel + 3] = 255;
  }
  context(canvas).putImageData(image, 0, 0);
}

/** The drawing as it was drawn, or the picture that was taken instead. */
export function paintPaper(
  canvas: HTMLCanvasElement,
  strokes: Stroke[],
  picture: CanvasImageSource | null,
  c: Colours,
) {
  const pen = context(canvas);
  const { width } = canvas;
  pen.fillStyle = c.paper;
  pen.fillRect(0, 0, width, width);
  // The box that the drawing will be scaled to.
  pen.strokeStyle = c.line;
  pen.lineWidth = 2;
  pen.setLineDash([8, 10]);
  pen.strokeRect((width * 4) / SIDE, (width * 4) / SIDE, (width * 20) / SIDE, (width * 20) / SIDE);
  pen.setLineDash([]);
  if (picture) {
    pen.imageSmoothingEnabled = false;
    pen.drawImage(picture, 0, 0, width, width);
  }
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

/** Where a lane's parts lie, in CSS pixels. */
export const LANE = { left: 22, height: 38, ticks: 10, axis: 24 };
export const RACE_HEIGHT = OUTPUTS * LANE.height + LANE.axis;

/** Far below 0 a logarithm, so that a potential of −30 and a threshold of 1 fit in one lane. */
const compress = (v: number) => (v < 0 ? -Math.log1p(-v) : v);

/**
 * A lane for each neuron: ticks where it fired, and below them the curve of its potential with the threshold dashed.
 * @param shown how many steps are shown; the others lie ahead
 */
export function paintRace(
  canvas: HTMLCanvasElement,
  { T, h, v, fired }: Presentation,
  shown: number,
  leader: number,
  c: Colours,
): void {
  const ratio = Math.min(window.devicePixelRatio || 1, 3);
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(RACE_HEIGHT * ratio);
  const pen = context(canvas);
  pen.scale(ratio, ratio);
  pen.clearRect(0, 0, width, RACE_HEIGHT);
  pen.font = '13px system-ui, sans-serif';
  pen.textBaseline = 'middle';

  const x = (t: number) => LANE.left + ((width - LANE.left - 1) * t) / T;
  const low = Math.min(-1, compress(v.reduce((a, b) => Math.min(a, b), 0)));
  for (let neuron = 0; neuron < OUTPUTS; neuron++) {
    const top = neuron * LANE.height;
    const y = (potential: number) => {
      const part = (1 - Math.min(compress(potential), 1)) / (1 - low);
      return top + LANE.ticks + 3 + (LANE.height - LANE.ticks - 6) * part;
    };
    const own = neuron === leader ? c.leader : c.quiet;
    pen.fillStyle = neuron === leader ? c.leader : c.text;
    pen.fillText(String(neuron), 4, top + LANE.height / 2);
    level(pen, x(0), x(T), top + LANE.height - 0.5, c.line, []);
    level(pen, x(0), x(T), y(1), c.line, [3, 3]);

    pen.strokeStyle = own;
    pen.lineWidth = neuron === leader ? 1.8 : 1.3;
    pen.beginPath();
    pen.moveTo(x(0), y(0));
    for (let t = 0; t < shown; t++) {
      pen.lineTo(x(t + 1), y(h[t * OUTPUTS + neuron]));
      if (fired[t * OUTPUTS + neuron]) pen.lineTo(x(t + 1), y(v[t * OUTPUTS + neuron]));
    }
    pen.stroke();

    pen.fillStyle = c.spike;
    const thick = Math.max(1, Math.min(3, (x(1) - x(0)) * 0.6));
    for (let t = 0; t < shown; t++) {
      if (fired[t * OUTPUTS + neuron]) pen.fillRect(x(t + 1) - thick / 2 - 0.5, top + 2, thick, LANE.ticks - 2);
    }
  }
  paintAxis(pen, x, T, width, c);
  if (shown < T) {
    pen.fillStyle = c.leader;
    pen.fillRect(x(shown) - 0.75, 0, 1.5, OUTPUTS * LANE.height);
  }
}

function level(pen: CanvasRenderingContext2D, from: number, to: number, y: number, colour: string, dash: number[]) {
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.setLineDash(dash);
  pen.beginPath();
  pen.moveTo(from, y);
  pen.lineTo(to, y);
  pen.stroke();
  pen.setLineDash([]);
}

function paintAxis(pen: CanvasRenderingContext2D, x: (t: number) => number, T: number, width: number, c: Colours) {
  const wanted = T / Math.max(2, width / 90);
  const step = [1, 2, 5, 10, 20, 50, 100].find((candidate) => candidate >= wanted) ?? 100;
  pen.fillStyle = c.text;
  const y = OUTPUTS * LANE.height + 12;
  for (let t = 0; t <= T; t += step) {
    const label = t === 0 ? 'step 0' : String(t);
    pen.textAlign = t === 0 ? 'left' : x(t) > width - 14 ? 'right' : 'center';
    pen.fillText(label, x(t), y);
  }
  pen.textAlign = 'left';
}
