/**
 * The drawing pad: strokes by finger, mouse or pen, keys, and the strokes as an MNIST image: scaled to fit a box of
 * 20 × 20 pixels, smoothed, and shifted by whole pixels until the centre of mass is the centre of 28 × 28.
 */

import { snap } from './link';

export interface Point {
  x: number;
  y: number;
}
/** A line drawn without lifting the pen. */
export type Stroke = Point[];

/** The content of the pad: strokes, or a sample image [784] in place of a drawing. */
export class Pad {
  strokes: Stroke[] = [];
  taken?: Uint8Array;

  get isEmpty(): boolean {
    return this.strokes.length === 0 && !this.taken;
  }

  put(taken?: Uint8Array, strokes: Stroke[] = []): void {
    Object.assign(this, { taken, strokes });
  }

  /** The content as an image [784], 0 to 255. */
  image(): Uint8Array {
    return this.taken?.slice() ?? normalise(this.strokes);
  }
}

const SIDE = 28;
const BOX = 20;
/** Half the width of a stroke in MNIST, in image pixels. */
const PEN = 1.25;
/** Smaller drawings, such as a dot, are not magnified further. In units of the paper, which is 1 wide. */
const SMALLEST = 0.12;

/** Draws strokes, on a paper from 0 to 1 in both directions, as an image [784], 0 to 255. */
function normalise(strokes: readonly Stroke[]): Uint8Array {
  const points = strokes.flat();
  if (points.length === 0) return new Uint8Array(SIDE * SIDE);
  const xs = extent(points.map(({ x }) => x));
  const ys = extent(points.map(({ y }) => y));
  const scale = (BOX - 2 * PEN) / Math.max(xs.length, ys.length, SMALLEST);
  const toImage = ({ x, y }: Point) => ({
    x: SIDE / 2 + (x - xs.centre) * scale,
    y: SIDE / 2 + (y - ys.centre) * scale,
  });
  return centred(ink(strokes.map((stroke) => stroke.map(toImage))));
}

function extent(values: number[]): { centre: number; length: number } {
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return { centre: (low + high) / 2, length: high - low };
}

/** Coverage of each pixel by the pen, from its distance to the strokes. */
function ink(strokes: Stroke[]): Float32Array {
  const image = new Float32Array(SIDE * SIDE);
  const reach = PEN + 0.5;
  const within = (value: number) => Math.min(Math.max(Math.floor(value), 0), SIDE - 1);
  for (const stroke of strokes) {
    stroke.forEach((a, i) => {
      const b = stroke[i + 1] ?? a;
      if (b === a && i > 0) return;
      for (let y = within(Math.min(a.y, b.y) - reach); y <= within(Math.max(a.y, b.y) + reach); y++) {
        for (let x = within(Math.min(a.x, b.x) - reach); x <= within(Math.max(a.x, b.x) + reach); x++) {
          const covered = reach - distance({ x: x + 0.5, y: y + 0.5 }, a, b);
          const at = y * SIDE + x;
          image[at] = Math.max(image[at], Math.min(covered, 1));
        }
      }
    });
  }
  return image;
}

/** Distance of a point from the segment between a and b. */
function distance(point: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((point.x - a.x) * dx + (point.y - a.y) * dy) / square;
  const nearest = Math.min(Math.max(along, 0), 1);
  return Math.hypot(point.x - a.x - nearest * dx, point.y - a.y - nearest * dy);
}

function centred(image: Float32Array): Uint8Array {
  let [mass, mx, my] = [0, 0, 0];
  image.forEach((value, at) => {
    mass += value;
    mx += value * ((at % SIDE) + 0.5);
    my += value * (Math.floor(at / SIDE) + 0.5);
  });
  const dx = Math.round(SIDE / 2 - mx / mass);
  const dy = Math.round(SIDE / 2 - my / mass);
  const out = new Uint8Array(SIDE * SIDE);
  image.forEach((value, at) => {
    const x = (at % SIDE) + dx;
    const y = Math.floor(at / SIDE) + dy;
    if (x >= 0 && x < SIDE && y >= 0 && y < SIDE) out[y * SIDE + x] = Math.round(255 * value);
  });
  return out;
}

/**
 * @param paper the element to draw on
 * @param begin receives each new stroke, which grows while it is drawn
 * @param changed called whenever the stroke has grown
 */
export function listenToPen(paper: HTMLElement, begin: (stroke: Stroke) => void, changed: () => void): void {
  /** Strokes being drawn, by pointer. */
  const drawing = new Map<number, Stroke>();

  function addPoints(event: PointerEvent, stroke: Stroke): void {
    const box = paper.getBoundingClientRect();
    // Browsers deliver one move per frame and keep the ones in between.
    const moves = event.getCoalescedEvents?.() ?? [];
    for (const { clientX, clientY } of moves.length > 0 ? moves : [event]) {
      stroke.push({ x: snap((clientX - box.left) / box.width), y: snap((clientY - box.top) / box.height) });
    }
    changed();
  }

  paper.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    paper.focus({ preventScroll: true });
    paper.setPointerCapture(event.pointerId);
    const stroke: Stroke = [];
    begin(stroke);
    drawing.set(event.pointerId, stroke);
    addPoints(event, stroke);
  });
  paper.addEventListener('pointermove', (event) => {
    const stroke = drawing.get(event.pointerId);
    if (stroke) addPoints(event, stroke);
  });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    paper.addEventListener(end, (event) => {
      const stroke = drawing.get(event.pointerId);
      if (stroke && end === 'pointerup') addPoints(event, stroke);
      drawing.delete(event.pointerId);
    });
  }
}

/** A digit key loads a sample of that digit; `keys` maps other keys to actions. */
export function listenToKeys(
  paper: HTMLElement,
  take: (digit: number) => void,
  keys: Record<string, () => void>,
): void {
  paper.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[0-9]$/.test(event.key)) take(Number(event.key));
    else if (Object.hasOwn(keys, event.key)) keys[event.key]();
    else return;
    event.preventDefault();
    // The arrows would turn the pages of the book.
    event.stopPropagation();
  });
}
