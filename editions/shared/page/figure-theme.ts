/**
 * Adapts a chapter's figure to a page: moves its title and legend into the page, and changes its colours for a dark page
 * and its size for a phone. Used for the pictures, which the build draws, and for live figures.
 */

import { COLORS, type Figure as Drawn, GRID, INK, type Json, PAPER, type Spec } from '../../../packages/figures/theme';

export type { Spec };

/** A figure as a notebook stores it under `application/vnd.plotly.v1+json`. */
export type Figure = Omit<Drawn, 'alt'>;

/** The colours of the figures' theme that change on a dark page. */
export interface Palette {
  ink: string;
  paper: string;
  grid: string;
  /** the seven colours of traces, in the theme's order */
  traces: readonly string[];
}

/** The colours of unchanged figures. */
export const LIGHT: Palette = { ink: INK, paper: PAPER, grid: GRID, traces: COLORS };

/** The same hues, light enough for a dark background. */
export const DARK: Palette = {
  ink: '#d9dbde',
  paper: '#1b1e23',
  grid: '#343941',
  traces: ['#3f9fdc', '#f0843f', '#2fc097', '#dc95bd', '#f0b63e', '#8fd0f5', '#ffffff'],
};

/** Placeholders: a picture is drawn once in these colours, and `paint` replaces them in its SVG. */
export const PLACEHOLDERS: Palette = {
  ink: '#010203',
  paper: '#010204',
  grid: '#010205',
  traces: ['#010206', '#010207', '#010208', '#010209', '#01020a', '#01020b', '#01020c'],
};

export const isSpec = (value: Json | undefined): value is Spec =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const specAt = (parent: Spec, key: string): Spec => (isSpec(parent[key]) ? parent[key] : {});
const numberAt = (parent: Spec, key: string, otherwise: number): number => {
  const value = parent[key];
  return typeof value === 'number' ? value : otherwise;
};

/** A copy of an object with each value changed. */
const mapped = (spec: Spec, change: (value: Json, key: string) => Json): Spec =>
  Object.fromEntries(Object.entries(spec).map(([key, value]) => [key, change(value, key)]));

/** Keys of data, and of colours that encode data. */
const DATA_KEYS = new Set(['x', 'y', 'z', 'text', 'customdata', 'colorscale']);
/** Keys where white means the paper. */
const PAPER_KEYS = new Set(['paper_bgcolor', 'plot_bgcolor', 'bgcolor', 'fillcolor']);

/**
 * A copy with every string and number changed, except data, and lists of colours: those belong to text on coloured cells,
 * which they fit, not the page.
 */
function mapStyles(spec: Spec, change: (value: Json, key: string) => Json): Spec {
  const map = (value: Json, key: string): Json => {
    if (DATA_KEYS.has(key)) return value;
    if (Array.isArray(value)) return key === 'color' ? value : value.map((item) => map(item, key));
    return isSpec(value) ? mapped(value, map) : change(value, key);
  };
  return mapped(spec, map);
}

/** The figure in the colours of `to`; colours that are not from the theme stay. */
export function recolour(figure: Figure, to: Palette): Figure {
  const map = new Map([
    [LIGHT.ink, to.ink],
    [LIGHT.grid, to.grid],
    ...LIGHT.traces.map((color, i): [string, string] => [color.toLowerCase(), to.traces[i]]),
  ]);
  const change = (value: Json, key: string): Json => {
    if (typeof value !== 'string') return value;
    const color = value.toLowerCase();
    if (color === LIGHT.paper) return PAPER_KEYS.has(key) ? to.paper : value;
    return map.get(color) ?? value;
  };
  const data = figure.data.map((trace) => withTicks(mapStyles(trace, change), to));
  const layout = mapStyles(figure.layout, change);
  if (Array.isArray(layout.annotations)) {
    layout.annotations = layout.annotations.map((item) => ({ arrowcolor: to.ink, ...(item as Spec) }));
  }
  return { data, layout };
}

/** Sets the colour of a colour bar's ticks, which Plotly would draw grey. */
function withTicks(trace: Spec, { ink }: Palette): Spec {
  return isSpec(trace.colorbar) ? { ...trace, colorbar: { tickcolor: ink, ...trace.colorbar } } : trace;
}

/** Replaces the placeholders in an SVG by colours. */
export function paint(svg: string, palette: Palette): string {
  const pairs = [
    [PLACEHOLDERS.ink, palette.ink],
    [PLACEHOLDERS.paper, palette.paper],
    [PLACEHOLDERS.grid, palette.grid],
    ...PLACEHOLDERS.traces.map((color, i) => [color, palette.traces[i]]),
  ];
  const rgb = (hex: string) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
  return pairs.reduce((text, [from, to]) => text.replaceAll(rgb(from), to).replaceAll(from, to), svg);
}

/** An entry of the legend. */
export interface LegendItem {
  label: string;
  /** the traces that it shows and hides */
  traces: number[];
  color: string;
  /** of a line */
  dash?: string;
  /** of points */
  symbol?: string;
}

/** The legend that Plotly would show: none for a single trace or for heatmaps. */
export function legendOf({ data, layout }: Figure): LegendItem[] {
  if (layout.showlegend === false) return [];
  const colorway = Array.isArray(layout.colorway) ? layout.colorway : LIGHT.traces;
  const items: LegendItem[] = [];
  const groups = new Map<string, LegendItem>();
  data.forEach((trace, i) => {
    const group = typeof trace.legendgroup === 'string' && trace.legendgroup !== '' ? trace.legendgroup : undefined;
    const known = group === undefined ? undefined : groups.get(group);
    if (known) {
      known.traces.push(i);
      return;
    }
    if (trace.showlegend === false || trace.type === 'heatmap' || typeof trace.name !== 'string') return;
    const line = specAt(trace, 'line');
    const marker = specAt(trace, 'marker');
    const fallback = String(colorway[i % colorway.length]);
    const mode = typeof trace.mode === 'string' ? trace.mode : 'lines';
    const bars = trace.type === 'bar';
    const color = [bars || !mode.includes('lines') ? marker.color : line.color, line.color, marker.color].find(
      (value) => typeof value === 'string',
    );
    const item: LegendItem = { label: trace.name, traces: [i], color: typeof color === 'string' ? color : fallback };
    if (!bars && mode.includes('lines')) item.dash = typeof line.dash === 'string' ? line.dash : 'solid';
    if (bars) item.symbol = 'square';
    else if (mode.includes('markers')) item.symbol = typeof marker.symbol === 'string' ? marker.symbol : 'circle';
    items.push(item);
    if (group !== undefined) groups.set(group, item);
  });
  return items.length > 1 || layout.showlegend === true ? items : [];
}

/** The title of a figure. */
export function titleOf({ layout }: Figure): string {
  const { title } = layout;
  if (typeof title === 'string') return title;
  const text = specAt(layout, 'title').text;
  return typeof text === 'string' ? text : '';
}

/** Whether a figure is a plate: images without axes, whose pixels must stay square. */
export function isPlate({ layout }: Figure): boolean {
  const axes = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  return axes.length > 0 && axes.every(([, axis]) => isSpec(axis) && axis.visible === false);
}

/** The figure without title and legend, which the page shows above it, and less high by their space. */
export function withoutHeading(figure: Figure): Figure {
  const { layout } = figure;
  const margin = specAt(layout, 'margin');
  const above = Array.isArray(layout.annotations)
    ? layout.annotations.some((item) => isSpec(item) && item.yref === 'paper' && numberAt(item, 'y', 0) >= 1)
    : false;
  const top = isPlate(figure) ? 14 : above ? 36 : 20;
  const shrunk = Math.max(0, numberAt(margin, 't', 56) - top);
  const { title: _, ...rest } = layout;
  return {
    data: figure.data,
    layout: {
      ...rest,
      showlegend: false,
      margin: { ...margin, t: numberAt(margin, 't', 56) - shrunk },
      height: numberAt(layout, 'height', 420) - shrunk,
      width: numberAt(layout, 'width', 760),
    },
  };
}

/** Below this width, in pixels, figures are drawn for a phone. */
export const NARROW = 520;

/**
 * The figure for a phone's column: smaller letters and margins, wrapped labels, and lower, in proportion where needed.
 * @param width of the column, in pixels
 */
export function narrow(figure: Figure, width: number): Figure {
  const { layout } = figure;
  const margin = specAt(layout, 'margin');
  const was = { l: numberAt(margin, 'l', 70), r: numberAt(margin, 'r', 30) };
  const side = (value: number) => Math.round(value * (value > 100 ? 0.65 : 0.68));
  const plate = isPlate(figure);
  const hasBarBelow = plate && figure.data.some((trace) => isSpec(trace.colorbar));
  // Captions, and the last label of an axis, are wider than what they belong to.
  const least = plate ? 18 : 26;
  const [l, r] = plate
    ? [hasRowNames(layout) ? Math.max(least, side(was.l)) : least, least]
    : [side(was.l), Math.max(least, side(was.r))];
  const [t, b] = [numberAt(margin, 't', 20), numberAt(margin, 'b', 58)];
  const columns = wrapColumnLabels(figure, width - l - r);
  const below = Math.round(b * 0.8) + 13 * (columns?.addedLines ?? 0) + (hasBarBelow ? BAR_BELOW : 0);
  const inner = numberAt(layout, 'height', 400) - t - b;
  const ratio = (width - l - r) / (numberAt(layout, 'width', 760) - was.l - was.r);
  const rows = rowLabels(layout)?.map((label) => wrap(label, 20));
  const stretch = rows ? Math.max(1, (mostLines(rows) * LINE * rows.length) / inner) : Math.max(ratio, 0.78);
  const height = Math.round(t + below + (plate ? inner * ratio : Math.max(rows ? 0 : 190, inner * stretch)));
  const smaller = (value: Json, key: string): Json =>
    key === 'size' && typeof value === 'number' && value >= 12 ? Math.max(10, Math.round(value * 0.8)) : value;
  const shrunk = mapStyles(layout, smaller);
  if (rows) shrunk.yaxis = { ...specAt(shrunk, 'yaxis'), ticktext: rows };
  if (columns) shrunk.xaxis = { ...specAt(shrunk, 'xaxis'), ...columns.ticks };
  const fitted: Figure = {
    data: figure.data.map((trace) => withThinBar(mapStyles(trace, smaller), hasBarBelow)),
    layout: { ...shrunk, width, height, margin: { ...margin, l, r, b: below } },
  };
  return plate ? wrapCaptions(fitted, width - l - r) : fitted;
}

/** Pixels of a line of small letters, and of one such letter on average. */
const LINE = 13;
const LETTER = 6;

const mostLines = (labels: string[]) => Math.max(...labels.map((label) => label.split('<br>').length));

/** The labels of a figure that has a labelled row for each item, which keep their distance. */
function rowLabels({ yaxis }: Spec): string[] | undefined {
  const texts = isSpec(yaxis) && yaxis.automargin === true ? yaxis.ticktext : undefined;
  return Array.isArray(texts) ? texts.map(String) : undefined;
}

/**
 * Wraps the labels below bars, which Plotly would rotate and cut off.
 * @returns what changes on the axis, and by how many lines it grows; undefined if the labels fit
 */
function wrapColumnLabels({ data, layout }: Figure, width: number): { ticks: Spec; addedLines: number } | undefined {
  const bars = specAt(layout, 'xaxis').type === 'category' ? data.find(({ type }) => type === 'bar')?.x : undefined;
  const labels = Array.isArray(bars) ? bars.map(String) : [];
  const letters = Math.floor(width / labels.length / LETTER);
  const longest = (texts: string[]) =>
    Math.max(0, ...texts.flatMap((text) => text.split('<br>')).map((line) => line.length));
  if (longest(labels) <= letters) return undefined;
  const wrapLines = (label: string) => label.split('<br>').map((line) => wrap(line, letters));
  const ticktext = labels.map((label) => wrapLines(label).join('<br>'));
  const small: Spec = longest(ticktext) > letters ? { tickfont: { size: 9 } } : {};
  return {
    ticks: { tickmode: 'array', tickvals: labels.map((_, i) => i), ticktext, tickangle: 0, ...small },
    addedLines: mostLines(ticktext) - mostLines(labels),
  };
}

/** The distance from one image of a plate to the next, in pixels of the images. */
const PITCH = 31;

/** Wraps the captions of a plate that are wider than their images, and makes space for them above each row of images. */
function wrapCaptions(figure: Figure, width: number): Figure {
  const { data, layout } = figure;
  const captions = data.find(({ text, y }) => Array.isArray(text) && Array.isArray(y));
  const [x, y] = [specAt(layout, 'xaxis').range, specAt(layout, 'yaxis').range] as [number[], number[]];
  const scale = width / (x[1] - x[0]);
  const text = (captions?.text as string[] | undefined)?.map((one) => wrap(one, Math.floor((scale * PITCH) / 5.2)));
  const addedLines = text ? mostLines(text) - 1 : 0;
  if (addedLines <= 0) return figure;
  const positions = captions?.y as number[];
  const rows = [...new Set(positions)];
  const added = Math.ceil((addedLines * LINE) / scale);
  const moved = (at: number) => at + added * rows.filter((row) => row < at).length;
  const movedAll = (shapes: Json) =>
    (shapes as Spec[]).map((shape) =>
      mapped(shape, (value, key) => (/^y[01]?$/.test(key) ? moved(value as number) : value)),
    );
  const spread = (z: Json[][]) => {
    const empty = Array.from({ length: added }, () => z[0].map(() => null));
    return z.flatMap((line, at) => (rows.some((row) => Math.round(row) === at) ? [...empty, line] : [line]));
  };
  return {
    data: data.map((trace) => {
      if (trace === captions)
        return { ...trace, text: text as string[], y: positions.map((at) => moved(at) + added / 2) };
      return trace.type === 'heatmap' ? { ...trace, z: spread(trace.z as Json[][]) } : trace;
    }),
    layout: {
      ...layout,
      shapes: movedAll(layout.shapes),
      ...(hasRowNames(layout) ? { annotations: movedAll(layout.annotations) } : {}),
      yaxis: { ...specAt(layout, 'yaxis'), range: [y[0] + added * rows.length, y[1]] },
      height: Math.round(numberAt(layout, 'height', 400) + added * rows.length * scale),
    },
  };
}

/** Breaks a label between words into lines of at most so many letters. */
function wrap(label: string, letters: number): string {
  const lines = [''];
  for (const word of label.split(' ')) {
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('<br>');
}

/** Pixels for a colour bar below its images, with labels and title. */
const BAR_BELOW = 44;

/** Whether a plate has names at the left of its rows. */
const hasRowNames = ({ annotations }: Spec): boolean => Array.isArray(annotations) && annotations.length > 0;

/**
 * Makes a colour bar thinner and moves it closer to the figure. Beside a row of small images it would be too short for its
 * labels, so there it lies below.
 */
function withThinBar(trace: Spec, isBelow: boolean): Spec {
  if (!isSpec(trace.colorbar)) return trace;
  const { colorbar } = trace;
  if (!isBelow) return { ...trace, colorbar: { ...colorbar, thickness: 10, xpad: 4 } };
  const title = specAt(colorbar, 'title');
  const text = String(title.text ?? '').replaceAll('<br>', ' ');
  const place = { orientation: 'h', x: 0.5, xanchor: 'center', y: 0, yanchor: 'top', len: 0.8, thickness: 10, ypad: 8 };
  return { ...trace, colorbar: { ...colorbar, ...place, title: { ...title, text, side: 'bottom' } } };
}
