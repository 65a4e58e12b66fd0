/**
 * What all figures share: the specification's type and the theme. 760 px wide, black on opaque white (so that a figure
 * reads alike on a light and a dark page, and in print), Okabe and Ito's colours, which colour-blind readers tell apart,
 * and Viridis, which also survives a grey printer.
 */

/** A value of a Plotly specification: plain JSON. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** A Plotly specification: what https://plotly.com/javascript/reference calls data and layout. */
export interface Figure {
  data: { [key: string]: Json }[];
  layout: { [key: string]: Json };
  /** What there is to see, in a sentence: the text alternative. */
  alt: string;
}

/** The font that comes with the package; in a browser without it the next best. */
export const FONT_FAMILY = 'DejaVu Sans';

/** Okabe and Ito's palette: blue, vermilion, green, purple, orange, sky, black. */
export const COLORS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#000000'];

export const DASHES = ['solid', 'dash', 'dot', 'dashdot', 'longdash', 'solid', 'dash'];
export const SYMBOLS = ['circle', 'square', 'diamond', 'triangle-up', 'x', 'cross', 'star'];
export const INK = '#222222';
export const GRID = '#e6e6e6';
export const WIDTH = 760;

/** Blue below 0, white at 0, red above (ColorBrewer's RdBu, turned round). */
export const DIVERGING: Json = [
  [0, '#053061'],
  [0.25, '#4393c3'],
  [0.5, '#ffffff'],
  [0.75, '#d6604d'],
  [1, '#67001f'],
];

export type Spec = { [key: string]: Json };

/** Numbers are for drawing: a few digits keep notebooks small. */
export const round = (value: number, digits = 5): number =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)) : 0;
export const list = (values: ArrayLike<number>, digits = 5): number[] =>
  Array.from(values, (value) => round(value, digits));

export function layout(title: string, height: number, more: Spec = {}): Spec {
  return {
    width: WIDTH,
    height,
    title: {
      text: title,
      x: 0.5,
      xanchor: 'center',
      y: 1,
      yanchor: 'top',
      yref: 'container',
      pad: { t: 16 },
      font: { size: 17 },
    },
    font: { family: `${FONT_FAMILY}, Verdana, sans-serif`, size: 13, color: INK },
    paper_bgcolor: '#ffffff',
    plot_bgcolor: '#ffffff',
    colorway: COLORS,
    margin: { l: 70, r: 30, t: 56, b: 58 },
    legend: { orientation: 'h', x: 1, xanchor: 'right', y: 1.01, yanchor: 'bottom', bgcolor: 'rgba(255,255,255,0)' },
    hoverlabel: { font: { family: `${FONT_FAMILY}, Verdana, sans-serif` } },
    ...more,
  };
}

export function axis(label: string, more: Spec = {}): Spec {
  return {
    title: { text: label, standoff: 10, font: { size: 14 } },
    showline: true,
    linecolor: INK,
    ticks: 'outside',
    tickcolor: INK,
    gridcolor: GRID,
    zeroline: false,
    mirror: true,
    ...more,
  };
}

export const bare: Spec = { visible: false, fixedrange: true };

export function colorbar(label: string, more: Spec = {}): Spec {
  return {
    title: { text: label, side: 'right', font: { size: 14 } },
    outlinewidth: 0,
    ticks: 'outside',
    thickness: 16,
    ...more,
  };
}

/** Splits a row-major array into its rows. */
export function rows(array: ArrayLike<number>, columns: number, what: string): number[][] {
  if (array.length === 0 || array.length % columns !== 0) {
    throw new RangeError(
      `${what}: expected a multiple of ${columns} values, found ${array.length}; is it [n, ${columns}]?`,
    );
  }
  const values = Array.from(array);
  return Array.from({ length: values.length / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

export const transpose = (matrix: number[][]): number[][] =>
  matrix[0].map((_, column) => matrix.map((row) => row[column]));

/** The index of the highest value; the first of equals. */
export function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i] > values[best]) best = i;
  return best;
}

export const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;
