/**
 * Curves of more points than a screen has pixels, drawn with fewer. Of the points that share a pixel's width a line
 * shows the first, the lowest, the highest and the last (Jugel et al., "M4: A Visualization-Oriented Time Series Data
 * Aggregation", VLDB 2014), so the picture is the same, and a notebook stays small.
 */

/** How many pixels wide a panel is, or a little less. */
export const PIXELS = 750;
/** Curves with at most this many points are drawn whole. */
const WHOLE = 6 * PIXELS;

export interface ThinOptions {
  /** Whether x is drawn on a logarithmic axis. */
  log?: boolean;
  /** The part of the x axis that is drawn; default: all of it. */
  range?: readonly [number, number];
}

/** Which points of a curve to draw, in order; a gap stays a gap. */
export function thinned(y: ArrayLike<number>, x?: ArrayLike<number>, options: ThinOptions = {}): number[] {
  const count = y.length;
  if (count <= WHOLE) return Array.from(y, (_, i) => i);
  const pixel = pixelFinder(count, x, options);
  const kept: number[] = [];
  for (let from = 0, to = 0; from < count; from = to) {
    const here = pixel(from);
    let [first, last, low, high, gap] = [-1, -1, -1, -1, -1];
    for (; to < count && pixel(to) === here; to++) {
      if (!Number.isFinite(y[to])) {
        if (gap < 0) gap = to;
        continue;
      }
      if (first < 0) first = to;
      last = to;
      if (low < 0 || y[to] < y[low]) low = to;
      if (high < 0 || y[to] > y[high]) high = to;
    }
    const chosen = [first, low, high, last, gap].filter((i) => i >= 0);
    kept.push(...[...new Set(chosen)].sort((a, b) => a - b));
  }
  return kept;
}

/** The pixel of a point: by x where x rises, else by its place in the array. */
function pixelFinder(count: number, x: ArrayLike<number> | undefined, options: ThinOptions): (i: number) => number {
  const place = (i: number) => (x === undefined ? i : options.log ? Math.log10(x[i]) : x[i]);
  const ends = options.range?.map((end) => (options.log ? Math.log10(end) : end)) ?? [place(0), place(count - 1)];
  const width = (ends[1] - ends[0]) / PIXELS;
  let rises = Number.isFinite(width) && width > 0;
  for (let i = 0; rises && i < count; i++) rises = Number.isFinite(place(i)) && (i === 0 || place(i) >= place(i - 1));
  if (!rises) return (i) => Math.floor((i * PIXELS) / count);
  return (i) => Math.min(PIXELS, Math.max(-1, Math.floor((place(i) - ends[0]) / width)));
}
