/**
 * A link that carries a drawing and the settings, all of it in the part behind #, which never leaves the browser:
 *
 *     #v=1&T=100&tau=2&seed=0&strokes=…     a drawing
 *     #v=1&T=100&tau=2&seed=0&pixels=…      a picture that was taken instead
 *     …&at=42                               where not all steps are shown
 *     …&network=hidden                      where the network with a hidden layer reads, or convolutional
 *
 * A link need not be trusted: `readLink` checks every part before anything is shown.
 */
import { IMAGE_SIZE as PIXELS } from '../../../src/common/mnist';
import { fromAddress, toAddress } from '../../shared/page/base64';
import { t } from '../../shared/page/words';
import type { Stroke } from './drawing';

export const LONGEST_T = 200;
export const MAX_SEED = 2 ** 32 - 1;
/** The range of the time constant. */
export const TAU = { min: 1.1, max: 20 };
/** Places on the paper lie on a grid, so a drawing is the same after its way through a link. */
const GRID = 4095;
/** The longest drawing that fits in a link. */
const MAX_POINTS = 5000;
const MAX_LENGTH = 40_000;

/** The single layer, the network with a hidden layer, and that with layers that convolve. */
export const NETWORK_NAMES = ['single', 'hidden', 'convolutional'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** What a link carries. */
export interface Shared {
  /** The single layer where it is left out. */
  network?: NetworkName;
  T: number;
  tau: number;
  seed: number;
  /** How many steps are shown; T where it is left out. */
  at?: number;
  /** A drawing on a paper from 0 to 1 in both directions. */
  strokes?: Stroke[];
  /** A picture [784] that was taken instead of drawing. */
  pixels?: Uint8Array;
}

/** A place on the paper, moved to the nearest that a link can say. */
export const snap = (value: number): number => Math.round(Math.min(Math.max(value, 0), 1) * GRID) / GRID;

/**
 * The link's part behind #.
 * @throws RangeError in one line if the drawing is too long for a link
 */
export function writeLink({ T, tau, seed, network, at, strokes, pixels }: Shared): string {
  const parts = new URLSearchParams({ v: '1', T: String(T), tau: String(tau), seed: String(seed) });
  if (network !== undefined && network !== 'single') parts.set('network', network);
  if (at !== undefined && at !== T) parts.set('at', String(at));
  if (pixels) parts.set('pixels', toAddress(packPixels(pixels)));
  else if (strokes && strokes.length > 0) parts.set('strokes', toAddress(packStrokes(strokes)));
  return `#${parts}`;
}

/** Whether an address names a drawing, and not a heading of the page. */
export const isLink = (hash: string): boolean => hash.startsWith('#v=');

/**
 * Reads what `writeLink` wrote.
 * @throws RangeError that says in one line what was expected and what was found
 */
export function readLink(hash: string): Shared {
  const parts = partsOf(hash, ['v', 'T', 'tau', 'seed', 'network', 'at', 'strokes', 'pixels'], MAX_LENGTH);
  if (parts.get('v') !== '1') throw new RangeError(t`v: expected 1, found ${shortened(parts.get('v'))}`);
  const T = whole(parts, 'T', 1, LONGEST_T);
  const tau = Number(parts.get('tau'));
  if (!/^\d{1,2}(\.\d)?$/.test(parts.get('tau') ?? '') || tau < TAU.min || tau > TAU.max) {
    throw new RangeError(t`tau: expected a number from ${TAU.min} to ${TAU.max}, found ${shortened(parts.get('tau'))}`);
  }
  const shared: Shared = { T, tau, seed: whole(parts, 'seed', 0, MAX_SEED) };
  const network = parts.get('network');
  if (network === 'hidden' || network === 'convolutional') shared.network = network;
  else if (network !== null)
    throw new RangeError(t`network: expected hidden or convolutional, found ${shortened(network)}`);
  if (parts.has('at')) shared.at = whole(parts, 'at', 0, T);
  const [strokes, pixels] = [parts.get('strokes'), parts.get('pixels')];
  if (strokes !== null && pixels !== null) throw new RangeError(t`expected strokes or pixels, found both`);
  if (strokes !== null) shared.strokes = unpackStrokes(fromAddress('strokes', strokes));
  if (pixels !== null) shared.pixels = unpackPixels(fromAddress('pixels', pixels));
  return shared;
}

/**
 * The parts of a link.
 * @param most characters
 * @throws RangeError in one line if it is longer, or has other parts, or one twice
 */
export function partsOf(hash: string, names: readonly string[], most: number): URLSearchParams {
  if (hash.length > most) throw new RangeError(t`expected up to ${most} characters, found ${hash.length}`);
  const parts = new URLSearchParams(hash.slice(1));
  for (const name of parts.keys()) {
    if (!names.includes(name) || parts.getAll(name).length > 1) {
      throw new RangeError(t`found ${JSON.stringify(name.slice(0, 20))}, which is unknown or there twice`);
    }
  }
  return parts;
}

export const shortened = (text: string | null) => (text === null ? t`nothing` : JSON.stringify(text.slice(0, 20)));

function whole(parts: URLSearchParams, name: string, from: number, to: number): number {
  const text = parts.get(name);
  const value = Number(text);
  if (text !== null && /^\d{1,10}$/.test(text) && value >= from && value <= to) return value;
  throw new RangeError(t`${name}: expected a whole number from ${from} to ${to}, found ${shortened(text)}`);
}

// Bytes --------------------------------------------------------------------------------------------------------------

/** Runs of black pixels and of others: how many are black, how many follow, those. */
function packPixels(pixels: Uint8Array): number[] {
  const bytes: number[] = [];
  for (let i = 0; i < pixels.length; ) {
    let from = i;
    while (from < pixels.length && from - i < 255 && pixels[from] === 0) from++;
    let to = from;
    while (to < pixels.length && to - from < 255 && pixels[to] !== 0) to++;
    bytes.push(from - i, to - from, ...pixels.subarray(from, to));
    i = to;
  }
  return bytes;
}

function unpackPixels(bytes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(PIXELS);
  let at = 0;
  for (let i = 0; i < bytes.length; ) {
    const [black, others] = [bytes[i], bytes[i + 1] ?? 0];
    const values = bytes.subarray(i + 2, i + 2 + others);
    if (values.length < others || at + black + others > PIXELS) at = Number.NaN;
    if (Number.isNaN(at)) break;
    pixels.set(values, at + black);
    at += black + others;
    i += 2 + others;
  }
  if (at !== PIXELS) throw new RangeError(t`pixels: expected ${PIXELS} pixels, found another number`);
  return pixels;
}

/** Numbers of seven bits to a byte, the low ones first; the eighth bit says that more follow. */
function packStrokes(strokes: readonly Stroke[]): number[] {
  const bytes: number[] = [];
  const put = (value: number) => {
    let rest = value;
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
  };
  // Differences are small, of either sign: 0, −1, 1, −2, … become 0, 1, 2, 3, …
  const putDifference = (value: number) => put(value < 0 ? -2 * value - 1 : 2 * value);
  let points = 0;
  put(strokes.length);
  for (const stroke of strokes) {
    const places = stroke.map(({ x, y }) => [Math.round(x * GRID), Math.round(y * GRID)]);
    // A repeated place changes nothing.
    const kept = places.filter(([x, y], i) => i === 0 || x !== places[i - 1][0] || y !== places[i - 1][1]);
    points += kept.length;
    put(kept.length);
    kept.forEach(([x, y], i) => {
      const [x0, y0] = i === 0 ? [0, 0] : kept[i - 1];
      putDifference(x - x0);
      putDifference(y - y0);
    });
  }
  if (points > MAX_POINTS) {
    throw new RangeError(
      t`expected a drawing of up to ${MAX_POINTS} points, found ${points}: it is too long for a link`,
    );
  }
  return bytes;
}

function unpackStrokes(bytes: Uint8Array): Stroke[] {
  const wrong = (what: string) => new RangeError(t`strokes: ${what}`);
  let i = 0;
  const take = (): number => {
    for (let value = 0, shift = 0; shift < 21; shift += 7) {
      if (i >= bytes.length) throw wrong(t`expected more, found the end`);
      const byte = bytes[i++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
    throw wrong(t`expected numbers of up to 21 bits, found a longer one`);
  };
  const takeDifference = () => {
    const value = take();
    return value & 1 ? -(value + 1) / 2 : value / 2;
  };
  const count = take();
  let points = 0;
  const strokes: Stroke[] = [];
  for (let s = 0; s < count; s++) {
    const length = take();
    points += length;
    if (length === 0 || points > MAX_POINTS) throw wrong(t`expected 1 to ${MAX_POINTS} points, found ${points}`);
    let [x, y] = [0, 0];
    const stroke: Stroke = [];
    for (let p = 0; p < length; p++) {
      x += takeDifference();
      y += takeDifference();
      if (x < 0 || y < 0 || x > GRID || y > GRID) throw wrong(t`expected places on the paper, found one beside it`);
      stroke.push({ x: x / GRID, y: y / GRID });
    }
    strokes.push(stroke);
  }
  if (i !== bytes.length) throw wrong(t`expected the end, found more`);
  return strokes;
}
