/**
 * Links that contain a drawing and its settings, in the part after #, which never leaves the browser:
 *
 *     #v=1&T=100&tau=2&seed=0&strokes=…     a drawing
 *     #v=1&T=100&tau=2&seed=0&pixels=…      a sample image instead of a drawing
 *     …&at=42                               if not all steps are shown
 *     …&network=hidden                      the network with a hidden layer, or `convolutional`
 *
 * Links are untrusted: `readLink` checks every part before anything is shown.
 */
import { IMAGE_SIZE as PIXELS } from '../../../src/common/mnist';
import { fromAddress, toAddress } from '../../shared/page/base64';
import { t } from '../../shared/page/words';
import type { Stroke } from './drawing';

export const LONGEST_T = 200;
export const MAX_SEED = 2 ** 32 - 1;
/** Range of the time constant. */
export const TAU = { min: 1.1, max: 20 };
/** Points are rounded to this grid, so that a link reproduces a drawing exactly. */
const GRID = 4095;
const MAX_LENGTH = 40_000;

/** The page's own networks. */
export const NETWORK_NAMES = ['single', 'hidden', 'convolutional'] as const;
export type NetworkName = (typeof NETWORK_NAMES)[number];

/** The content of a link. */
export interface Shared {
  /** The single layer by default. */
  network?: NetworkName;
  T: number;
  tau: number;
  seed: number;
  /** Number of steps shown; T by default. */
  at?: number;
  /** A drawing on a paper from 0 to 1 in both directions. */
  strokes?: Stroke[];
  /** A sample image [784] instead of a drawing. */
  pixels?: Uint8Array;
}

/** Rounds a point to the grid of links. */
export const snap = (value: number): number => Math.round(Math.min(Math.max(value, 0), 1) * GRID) / GRID;

/**
 * Encodes the part of a link after #.
 * @throws RangeError in one line if the drawing is too long for a link
 */
export function writeLink({ T, tau, seed, network, at, strokes, pixels }: Shared): string {
  const parts = new URLSearchParams({ v: '1', T: String(T), tau: String(tau), seed: String(seed) });
  if (network !== undefined && network !== 'single') parts.set('network', network);
  if (at !== undefined && at !== T) parts.set('at', String(at));
  if (pixels) parts.set('pixels', toAddress(packPixels(pixels)));
  else if (strokes && strokes.length > 0) parts.set('strokes', toAddress(packStrokes(strokes)));
  const hash = `#${parts}`;
  if (hash.length > MAX_LENGTH) throw new RangeError(t`the drawing is too long for a link`);
  return hash;
}

/** Whether a hash is a drawing rather than a heading of the page. */
export const isLink = (hash: string): boolean => hash.startsWith('#v=');

/** The error of a link that was damaged or not made by this page. */
export const damaged = () =>
  new RangeError(t`expected a link that this page makes, found another one, or a part of it`);

/**
 * Decodes a link of `writeLink`.
 * @throws RangeError in one line if it is anything else
 */
export function readLink(hash: string): Shared {
  const parts = partsOf(hash, ['v', 'T', 'tau', 'seed', 'network', 'at', 'strokes', 'pixels'], MAX_LENGTH);
  const T = whole(parts, 'T', 1, LONGEST_T);
  const tau = Number(parts.get('tau'));
  const isTau = /^\d{1,2}(\.\d)?$/.test(parts.get('tau') ?? '') && tau >= TAU.min && tau <= TAU.max;
  const network = NETWORK_NAMES.find((name) => name === (parts.get('network') ?? 'single'));
  if (parts.get('v') !== '1' || !isTau || !network || (parts.has('strokes') && parts.has('pixels'))) throw damaged();
  const shared: Shared = { T, tau, seed: whole(parts, 'seed', 0, MAX_SEED) };
  if (network !== 'single') shared.network = network;
  if (parts.has('at')) shared.at = whole(parts, 'at', 0, T);
  const [strokes, pixels] = [parts.get('strokes'), parts.get('pixels')];
  if (strokes !== null) shared.strokes = unpackStrokes(fromAddress('strokes', strokes));
  if (pixels !== null) shared.pixels = unpackPixels(fromAddress('pixels', pixels));
  return shared;
}

/**
 * Splits a link into its parts.
 * @param most maximum number of characters
 * @throws RangeError in one line if it is longer, or has unknown or repeated parts
 */
export function partsOf(hash: string, names: readonly string[], most: number): URLSearchParams {
  const parts = new URLSearchParams(hash.slice(1));
  const isKnown = (name: string) => names.includes(name) && parts.getAll(name).length === 1;
  if (hash.length > most || ![...parts.keys()].every(isKnown)) throw damaged();
  return parts;
}

function whole(parts: URLSearchParams, name: string, from: number, to: number): number {
  const text = parts.get(name) ?? '';
  const value = Number(text);
  if (/^\d{1,10}$/.test(text) && value >= from && value <= to) return value;
  throw damaged();
}

// Bytes --------------------------------------------------------------------------------------------------------------

/** Run-length encoding: number of black pixels, number of other pixels, their values, and so on. */
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
  if (at !== PIXELS) throw damaged();
  return pixels;
}

/** For each stroke the number of points in two bytes, then each point in three: 12 bits for x and 12 bits for y. */
function packStrokes(strokes: readonly Stroke[]): number[] {
  const bytes: number[] = [];
  for (const stroke of strokes) {
    bytes.push(stroke.length >> 8, stroke.length & 255);
    for (const { x, y } of stroke) {
      const place = (Math.round(x * GRID) << 12) | Math.round(y * GRID);
      bytes.push(place >> 16, (place >> 8) & 255, place & 255);
    }
  }
  return bytes;
}

function unpackStrokes(bytes: Uint8Array): Stroke[] {
  let at = 0;
  const take = (count: number): number => {
    if (at + count > bytes.length) throw damaged();
    at += count;
    return bytes.subarray(at - count, at).reduce((value, byte) => 256 * value + byte, 0);
  };
  const strokes: Stroke[] = [];
  while (at < bytes.length) {
    const length = take(2);
    if (length === 0) throw damaged();
    const point = () => {
      const place = take(3);
      return { x: (place >> 12) / GRID, y: (place & GRID) / GRID };
    };
    strokes.push(Array.from({ length }, point));
  }
  return strokes;
}
