/**
 * Curves in one panel, alone or with bands for their intervals. To keep notebooks small, a curve with more points than
 * pixels is drawn with the first, lowest, highest and last point in each pixel's width, which looks the same (Jugel et
 * al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014).
 */
import { axis, curveStyle, type Figure, figureLayout, type Labels, type Spec } from './theme';
import { checkFigure, extent, gaps, grouped, items, list, nameOf, numbers, plural, round, titled } from './values';

/** A named curve; x counts from 0 when left out. */
export interface Series {
  name: string;
  x?: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Whether to draw it thin, dashed and grey, as a guide to the eye. */
  guide?: boolean;
  /** Whether to draw points without a line, to compare with another curve. */
  points?: boolean;
}

export interface LineOptions extends Labels {
  logX?: boolean;
  logY?: boolean;
  xrange?: readonly [number, number];
  yrange?: readonly [number, number];
  /** Whether to draw points as well as lines; default: for up to 40 points per curve. */
  markers?: boolean;
  /** Tick labels of the y axis in Plotly's d3 format, such as '.0%'. */
  tickformat?: string;
  height?: number;
  alt?: string;
}

/** Curves in one panel. Long curves have no more points than the pixels show, also when zoomed in. */
export function lines(series: readonly Series[], options: LineOptions = {}): Figure {
  checkFigure('lines', options, [
    'title',
    'xlabel',
    'ylabel',
    'logX',
    'logY',
    'xrange',
    'yrange',
    'markers',
    'tickformat',
    'height',
    'alt',
  ]);
  const curves = items(series, 'lines', '{ name, y }').map(checked);
  const { logX = false, logY = false } = options;
  const xrange = range(options.xrange, 'xrange', logX);
  const yrange = range(options.yrange, 'yrange', logY);
  let drawn = 0;
  const data = curves.map(({ name, x, y, guide, points }): Spec => {
    const trace: Spec = { type: 'scatter', mode: 'lines', name, ...visible(y, x, { log: logX, range: xrange }) };
    if (guide) return { ...trace, line: { color: '#777777', width: 1.3, dash: 'dash' } };
    const { color, dash, symbol } = curveStyle(drawn++);
    const markers = points || (options.markers ?? y.length <= 40);
    return {
      ...trace,
      mode: points ? 'markers' : markers ? 'lines+markers' : 'lines',
      line: { color, width: 2, dash: markers ? 'solid' : dash },
      ...(markers ? { marker: { symbol, size: 7 } } : {}),
    };
  });
  const title = options.title ?? '';
  const xs = curves.map(({ x, y }) => x ?? Array.from(y, (_, i) => i));
  const ys = curves.map(({ y }) => y);
  return {
    data: data.map((trace) => ({ ...trace, showlegend: series.length > 1 })),
    layout: figureLayout(title, options.height ?? 380, {
      margin: { l: 80, r: 30, t: series.length > 1 ? 82 : 56, b: 58 },
      xaxis: axis(options.xlabel ?? '', {
        ...(xs.every((x) => Array.from(x).every(Number.isInteger)) ? wholeTicks(xrange ?? extent(...xs)) : {}),
        ...scaled(logX, xs, xrange),
      }),
      yaxis: axis(options.ylabel ?? '', {
        ...scaled(logY, ys, yrange),
        ...(options.tickformat ? { tickformat: options.tickformat } : {}),
      }),
    }),
    alt: (options.alt ?? sentence(title, curves, options)) + notDrawn(curves, logX, logY),
  };
}

/** A named curve of means, with a band from low to high. */
export interface Band {
  name: string;
  x: ArrayLike<number>;
  mean: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/** Curves in one panel with bands around them, such as accuracy by epoch with its interval over seeds. */
export function bands(series: readonly Band[], options: LineOptions = {}): Figure {
  const curves = items(series, 'bands', '{ name, x, mean, low, high }');
  const figure = lines(
    curves.map(({ name, x, mean }) => ({ name, x, y: mean })),
    options,
  );
  const around = curves.map(({ name, x, mean, low, high }, i): Spec => {
    for (const [what, values] of Object.entries({ low, high }))
      numbers(values, `bands: ${what} of '${name}'`, '[points]', mean.length);
    const kept = Array.from(mean, (_, at) => at).filter((at) => Number.isFinite(low[at]) && Number.isFinite(high[at]));
    const back = [...kept].reverse();
    const outline = [...kept, ...back].map((at) => x[at]);
    return {
      type: 'scatter',
      mode: 'lines',
      x: list(outline, 7),
      y: list([...kept.map((at) => high[at]), ...back.map((at) => low[at])]),
      fill: 'toself',
      fillcolor: curveStyle(i).color,
      opacity: 0.2,
      line: { width: 0 },
      hoverinfo: 'skip',
      showlegend: false,
      legendgroup: name,
    };
  });
  const means = figure.data.map((trace) => ({ ...trace, legendgroup: trace.name }));
  return { ...figure, data: [...means, ...around] };
}

function checked(curve: Series): Series {
  const name = nameOf(curve?.name, 'name');
  const y = numbers(curve?.y, `lines: y of series '${name}'`, '[points]');
  const x = curve.x === undefined ? undefined : numbers(curve.x, `lines: x of series '${name}'`, '[points]');
  if (x && x.length !== y.length) {
    throw new RangeError(`lines: series '${name}': expected as many x as y, found ${x.length} and ${y.length}`);
  }
  return { ...curve, name, x, y };
}

/** Checks the ends of an axis. */
function range(ends: readonly [number, number] | undefined, what: string, log: boolean): [number, number] | undefined {
  if (ends === undefined) return undefined;
  const [low, high] = items(ends, what, 'two numbers');
  if (!(Number.isFinite(low) && Number.isFinite(high)) || low === high || (log && !(low > 0 && high > 0))) {
    const kind = log ? 'two different numbers above 0 (the axis is logarithmic)' : 'two different numbers';
    throw new RangeError(`${what}: expected ${kind}, found ${low} and ${high}`);
  }
  return [low, high];
}

const scaled = (log: boolean, values: ArrayLike<number>[], ends?: [number, number]): Spec => ({
  ...(log ? { type: 'log', automargin: true, ...logTicks(ends ?? extent(...values.map(positive))) } : {}),
  ...(ends ? { range: log ? ends.map((end) => Math.log10(end)) : ends } : {}),
});

const positive = (values: ArrayLike<number>): number[] => Array.from(values).filter((value) => value > 0);

/** A tick per whole number on a short axis, where Plotly would add ticks between them. */
export const wholeTicks = (ends: readonly [number, number] | undefined): Spec =>
  ends && ends[1] - ends[0] <= 12.5 ? { dtick: 1 } : {};

/** Ticks of a logarithmic axis: 1, 2 and 5 in each decade, or every decade, or on a long axis every few decades. */
function logTicks(ends: readonly [number, number] | undefined): Spec {
  if (ends === undefined) return {};
  const [low, high] = ends.map((end) => Math.log10(end)).sort((a, b) => a - b);
  const steps = high - low < 2.2 ? [1, 2, 5] : [1];
  const every = Math.ceil((high - low) / 12) || 1;
  const ticks: [number, string][] = [];
  for (let power = (Math.floor(low / every) - 1) * every; power <= high + every + 1; power += every) {
    for (const step of steps) ticks.push([Number(`${step}e${power}`), tickText(step, power)]);
  }
  const drawable = ticks.filter(([tick]) => tick > 0 && Number.isFinite(tick));
  return { tickmode: 'array', tickvals: drawable.map(([tick]) => tick), ticktext: drawable.map(([, text]) => text) };
}

/** From 0.000001 to 5000000 in digits, otherwise as a power of ten. */
function tickText(step: number, power: number): string {
  if (power >= -6 && power <= 6) return String(Number(`${step}e${power}`));
  const superscript = String(power)
    .replace('-', '⁻')
    .replace(/\d/g, (digit) => '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]);
  return `${step === 1 ? '' : `${step}·`}10${superscript}`;
}

function sentence(title: string, curves: readonly Series[], { xlabel, ylabel }: LineOptions): string {
  const ends = curves
    .filter(({ guide }) => !guide)
    .flatMap(({ name, x, y }) => {
      const drawn = Array.from(y, (_, i) => i).filter((i) => Number.isFinite(y[i]));
      const [first, last] = [drawn[0], drawn[drawn.length - 1]];
      const at = (i: number) => `${round(y[i], 3)} at ${x ? round(x[i], 4) : i}`;
      if (first === undefined) return [];
      return [first === last ? `${name} ${at(first)}` : `${name} from ${at(first)} to ${at(last)}`];
    });
  const what = `${ylabel ?? 'value'} against ${xlabel ?? 'x'}`;
  return titled(title, `${what}${ends.length > 0 ? `, ${ends.join('; ')}` : ', without a value'}.`);
}

/** A sentence about values that cannot be drawn. */
function notDrawn(curves: readonly Series[], logX: boolean, logY: boolean): string {
  const missing = gaps(...curves.map(({ x, y }) => (x ? Array.from(y, (value, i) => value + 0 * x[i]) : y)));
  const low = curves.flatMap(({ x, y }) => [...(logY ? [y] : []), ...(logX && x ? [x] : [])]);
  const below = low.reduce((sum, values) => sum + Array.from(values).filter((value) => value <= 0).length, 0);
  if (below === 0) return missing;
  const total = low.reduce((sum, { length }) => sum + length, 0);
  return `${missing} ${grouped(below)} of ${plural(total, 'value')} ${below === 1 ? 'is' : 'are'} not above 0, which a logarithmic axis cannot show.`;
}

/** Width of a panel in pixels, or slightly less. */
export const PIXELS = 750;
/** Curves with at most this many points are drawn in full. */
const WHOLE = 6 * PIXELS;

export interface ThinOptions {
  /** Whether the x axis is logarithmic. */
  log?: boolean;
  /** The visible part of the x axis; default: all of it. */
  range?: readonly [number, number];
}

/** The indices of the points to draw, in order. Gaps are kept. */
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

/** The points of a curve to draw, as x and y of a trace. */
export function visible(y: ArrayLike<number>, x?: ArrayLike<number>, options: ThinOptions = {}): Spec {
  const kept = thinned(y, x, options);
  const pick = (values: ArrayLike<number>) => kept.map((i) => values[i]);
  return { x: x ? list(pick(x), 7) : kept, y: list(pick(y)) };
}

/** Returns the pixel of a point: by its x if x is ascending, otherwise by its index. */
function pixelFinder(count: number, x: ArrayLike<number> | undefined, options: ThinOptions): (i: number) => number {
  const place = (i: number) => (x === undefined ? i : options.log ? Math.log10(x[i]) : x[i]);
  const ends = options.range?.map((end) => (options.log ? Math.log10(end) : end)) ?? [place(0), place(count - 1)];
  const width = (ends[1] - ends[0]) / PIXELS;
  let rises = Number.isFinite(width) && width > 0;
  for (let i = 0; rises && i < count; i++) rises = Number.isFinite(place(i)) && (i === 0 || place(i) >= place(i - 1));
  if (!rises) return (i) => Math.floor((i * PIXELS) / count);
  return (i) => Math.min(PIXELS, Math.max(-1, Math.floor((place(i) - ends[0]) / width)));
}
