/** Means with intervals, one row per setting, and differences from a reference. */
import { axis, curveStyle, type Figure, figureLayout, INK, type Spec } from './theme';
import {
  checkFigure,
  enumerated,
  extent,
  gaps,
  items,
  labelsOf,
  list,
  nameOf,
  numbers,
  plural,
  round,
  titled,
  toDigits,
} from './values';

/** A mean and the ends of its interval for each label. Ends that are not finite, as with a single seed, are not drawn. */
export interface Intervals {
  name: string;
  mean: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

export interface IntervalOptions {
  title?: string;
  xlabel?: string;
  /** Decimals of the means next to the dots; default 3. */
  digits?: number;
}

/** Height of a series in a label's row in pixels, for the number above its dot. */
const ROW = 30;
/** Half the width of a number on a phone, as a share of the axis. */
const NEAR = 0.12;
/** Colour of differences within the error bars. */
const GREY = '#777777';

function checked(group: Intervals, labels: number, what: string): Intervals {
  const name = nameOf(group?.name, 'name');
  const part = (key: 'mean' | 'low' | 'high') =>
    numbers(group?.[key], `${what}: ${key} of '${name}'`, '[labels]', labels);
  return { name, mean: part('mean'), low: part('low'), high: part('high') };
}

/** Style of dots, and text and position of their labels. */
interface DotStyle {
  color: string;
  symbol: string;
  showlegend: boolean;
  textOf: (mean: number) => string;
  positionOf?: (mean: number) => string;
}

/** Dots with intervals at heights y. */
function dots({ name, mean, low, high }: Intervals, y: readonly number[], style: DotStyle): Spec {
  const { color, symbol, showlegend, textOf, positionOf } = style;
  const reach = (end: ArrayLike<number>) => list(Array.from(mean, (value, i) => Math.abs(value - end[i]) || 0));
  return {
    type: 'scatter',
    x: list(mean),
    y: [...y],
    error_x: {
      type: 'data',
      symmetric: false,
      array: reach(high),
      arrayminus: reach(low),
      color,
      thickness: 2,
      width: 4,
    },
    cliponaxis: false,
    mode: 'markers+text',
    name,
    showlegend,
    marker: { color, symbol, size: 9 },
    text: Array.from(mean, (value) => (Number.isFinite(value) ? textOf(value) : '')),
    textposition: positionOf ? Array.from(mean, positionOf) : 'top center',
    textfont: { size: 11, color: INK },
    hovertemplate: `%{text}<extra>${name}</extra>`,
  };
}

/** An axis with room for dots, intervals, and the numbers next to them. */
function valueAxis(label: string, groups: readonly Intervals[], zero = false): Spec {
  const ends = extent(...groups.flatMap(({ mean, low, high }) => [mean, low, high]), zero ? [0] : []) ?? [0, 1];
  const span = ends[1] - ends[0] || Math.abs(ends[0]) * 0.1 || 1;
  const range = [round(ends[0] - 0.06 * span), round(ends[1] + (zero ? 0.3 : 0.2) * span)];
  return axis(label, { range, nticks: 6, tickangle: 0 });
}

/** An axis with names of rows, the first on top. */
const labelAxis = (names: readonly string[]): Spec =>
  axis('', {
    range: [names.length - 0.5, -0.8],
    tickmode: 'array',
    tickvals: names.map((_, i) => i),
    ticktext: [...names],
    automargin: true,
  });

/** "92.7 (92.6 to 92.8)" */
const spoken = ({ mean, low, high }: Intervals, i: number, digits: number): string =>
  Number.isFinite(low[i])
    ? `${toDigits(mean[i], digits)} (${toDigits(low[i], digits)} to ${toDigits(high[i], digits)})`
    : toDigits(mean[i], digits);

/** Means as dots with intervals: a row for each label, a colour for each series. */
export function intervals(
  labels: readonly (string | number)[],
  series: readonly Intervals[],
  options: IntervalOptions = {},
): Figure {
  checkFigure('intervals', options, ['title', 'xlabel', 'digits']);
  const { title = '', digits = 3 } = options;
  const names = labelsOf(labels, 'labels');
  const groups = items(series, 'intervals', '{ name, mean, low, high }').map((group) =>
    checked(group, names.length, 'intervals'),
  );
  const data = groups.map((group, i) => {
    const offset = ((i - (groups.length - 1) / 2) * 0.9) / groups.length;
    const heights = names.map((_, row) => Number((row + offset).toFixed(3)));
    const textOf = (value: number) => toDigits(value, digits);
    return dots(group, heights, { ...curveStyle(i), showlegend: groups.length > 1, textOf });
  });
  const rows = names.map(
    (label, row) =>
      `${label} ${groups.map((group) => `${groups.length > 1 ? `${group.name} ` : ''}${spoken(group, row, digits)}`).join(', ')}`,
  );
  return {
    data,
    layout: figureLayout(title, heightOf(names.length, groups.length), {
      margin: { l: 60, r: 24, t: groups.length > 1 ? 86 : 60, b: 58 },
      xaxis: valueAxis(options.xlabel ?? '', groups),
      yaxis: labelAxis(names),
    }),
    alt: titled(title, `${rows.join('; ')}.`) + gaps(...groups.map(({ mean }) => mean)),
  };
}

const heightOf = (labels: number, series: number): number => 130 + labels * series * ROW;

export interface DifferenceOptions extends IntervalOptions {
  /** Name of the reference. */
  reference?: string;
}

/**
 * Mean differences from a reference, a row for each label. Significant ones have a colour, the others are grey.
 * @param marked whether each difference is larger than chance, by a statistical test
 */
export function differences(
  labels: readonly (string | number)[],
  values: Omit<Intervals, 'name'>,
  marked: readonly boolean[],
  options: DifferenceOptions = {},
): Figure {
  checkFigure('differences', options, ['title', 'xlabel', 'digits', 'reference']);
  const { title = '', digits = 3, reference } = options;
  const names = labelsOf(labels, 'labels');
  const group = checked({ ...values, name: 'differences' }, names.length, 'differences');
  if (items(marked, 'marked', 'true or false').length !== names.length) {
    throw new RangeError(`marked: expected ${names.length} values, found ${marked.length}`);
  }
  const { color } = curveStyle(0);
  const xaxis = valueAxis(options.xlabel ?? '', [group], true);
  const [left, right] = xaxis.range as number[];
  const near = NEAR * (right - left);
  // The label of a value near zero must not lie on the zero line.
  const positionOf = (value: number) => {
    if (Math.abs(value) > near) return 'top center';
    return value < 0 ? 'top left' : 'top right';
  };
  const textOf = (value: number) => signed(value, digits);
  const part = (larger: boolean, name: string, paint: string, symbol: string): Spec[] => {
    const rows = names.map((_, i) => i).filter((i) => marked[i] === larger);
    if (rows.length === 0) return [];
    const pick = (from: ArrayLike<number>) => rows.map((i) => from[i]);
    const own = { name, mean: pick(group.mean), low: pick(group.low), high: pick(group.high) };
    return [dots(own, rows, { color: paint, symbol, showlegend: true, textOf, positionOf })];
  };
  const rows = names.map((label, i) => {
    const [mean, low, high] = [group.mean, group.low, group.high].map((values) => signed(values[i], digits));
    return `${label} ${mean}${Number.isFinite(group.low[i]) ? ` (${low} to ${high})` : ''}`;
  });
  const which = describeSignificant(names.filter((_, i) => marked[i]));
  const from = reference === undefined ? '' : `${plural(names.length, 'difference')} from ${reference}: `;
  return {
    data: [
      ...part(true, 'larger than chance', color, 'circle'),
      ...part(false, 'not larger than chance', GREY, 'circle-open'),
    ],
    layout: figureLayout(title, heightOf(names.length, 1) + 26, {
      margin: { l: 60, r: 24, t: 86, b: 58 },
      xaxis: { ...xaxis, zeroline: true, zerolinecolor: INK, zerolinewidth: 1.5 },
      yaxis: labelAxis(names),
    }),
    alt: titled(title, `${from}${rows.join('; ')}; ${which}.`) + gaps(group.mean),
  };
}

const describeSignificant = (labels: readonly string[]): string =>
  labels.length === 0
    ? 'none is larger than chance'
    : `larger than chance ${labels.length === 1 ? 'is' : 'are'} ${enumerated(labels)}`;

/** A number with its sign; the minus is U+2212. */
const signed = (value: number, digits: number): string =>
  Number.isFinite(value) ? `${value > 0 ? '+' : ''}${value.toFixed(digits)}`.replace('-', '−') : '–';
