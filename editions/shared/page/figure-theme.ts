/**
 * A chapter's figure, fitted to a page: its title and legend become the page's own, its colours those of a light or a
 * dark page, its margins those of a phone. The build draws the pictures with it, the page the live figures.
 */

import { COLORS, type Figure as Drawn, GRID, INK, type Json, PAPER, type Spec } from '../../../packages/figures/theme';

export type { Spec };

/** What a notebook holds of a figure under `application/vnd.plotly.v1+json`. */
export type Figure = Omit<Drawn, 'alt'>;

/** The colours of the figures' theme that stand for something else on a dark page. */
export interface Palette {
  ink: string;
  paper: string;
  grid: string;
  /** The seven colours of traces, in the theme's order. */
  traces: readonly string[];
}

/** The palette of unchanged figures. */
export const LIGHT: Palette = { ink: INK, paper: PAPER, grid: GRID, traces: COLORS };

/** The same hues, light enough to be seen on a dark panel. */
export const DARK: Palette = {
  ink: '#d9dbde',
  paper: '#1b1e23',
  grid: '#343941',
  traces: ['#3f9fdc', '#f0843f', '#2fc097', '#dc95bd', '#f0b63e', '#8fd0f5', '#ffffff'],
};

/** Marks in place of colours: a picture is drawn once with these, and they are replaced in its SVG. */
export const MARKS: Palette = {
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

/** What holds numbers, or colours that belong to the data: it stays. */
const DATA_KEYS = new Set(['x', 'y', 'z', 'text', 'customdata', 'colorscale']);
/** Where white is the paper, not a colour. */
const PAPER_KEYS = new Set(['paper_bgcolor', 'plot_bgcolor', 'bgcolor', 'fillcolor']);

/** The figure in the colours of `to`. Colours that it does not have from the theme stay. */
export function recolour(figure: Figure, to: Palette): Figure {
  const map = new Map([
    [LIGHT.ink, to.ink],
    [LIGHT.grid, to.grid],
    ...LIGHT.traces.map((color, i): [string, string] => [color.toLowerCase(), to.traces[i]]),
  ]);
  const walk = (value: Json, key: string): Json => {
    if (DATA_KEYS.has(key)) return value;
    // Text that lies on coloured cells has a colour for each of them, which fits the cells and not the page.
    if (Array.isArray(value)) return key === 'color' ? value : value.map((item) => walk(item, key));
    if (isSpec(value)) return mapped(value, walk);
    if (typeof value !== 'string') return value;
    const color = value.toLowerCase();
    if (color === LIGHT.paper) return PAPER_KEYS.has(key) ? to.paper : value;
    return map.get(color) ?? value;
  };
  const data = figure.data.map((trace) => withInk(walk(trace, '') as Spec, to));
  const layout = walk(figure.layout, '') as Spec;
  if (Array.isArray(layout.annotations)) {
    layout.annotations = layout.annotations.map((item) => ({ arrowcolor: to.ink, ...(item as Spec) }));
  }
  return { data, layout };
}

/** Plotly draws the ticks of a colour bar in its own grey. */
function withInk(trace: Spec, { ink }: Palette): Spec {
  return isSpec(trace.colorbar) ? { ...trace, colorbar: { tickcolor: ink, ...trace.colorbar } } : trace;
}

/** Replaces the marks of a drawn SVG by colours. */
export function paint(svg: string, palette: Palette): string {
  const pairs = [
    [MARKS.ink, palette.ink],
    [MARKS.paper, palette.paper],
    [MARKS.grid, palette.grid],
    ...MARKS.traces.map((mark, i) => [mark, palette.traces[i]]),
  ];
  const rgb = (hex: string) => `rgb(${[1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join(', ')})`;
  return pairs.reduce((text, [mark, color]) => text.replaceAll(rgb(mark), color).replaceAll(mark, color), svg);
}

/** An entry of the legend, and the traces that it shows and hides. */
export interface LegendItem {
  label: string;
  traces: number[];
  color: string;
  /** A line with this dash, if it is drawn as a line. */
  dash?: string;
  /** A symbol of this name, if it is drawn as points. */
  symbol?: string;
}

/** The legend that Plotly would show: nothing for a single trace, nothing for heatmaps. */
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

/** Whether a figure is a plate of images, without axes: their pixels have to stay squares. */
export function isPlate({ layout }: Figure): boolean {
  const axes = Object.entries(layout).filter(([key]) => /^[xy]axis\d*$/.test(key));
  return axes.length > 0 && axes.every(([, axis]) => isSpec(axis) && axis.visible === false);
}

/** The figure without what the page shows above it: title and legend. Its height shrinks by what they took. */
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

/** Below this width a figure is drawn with a phone's margins and letters. */
export const NARROW = 520;

/**
 * The figure for a column of `width` pixels: smaller letters and margins, and lower, in proportion where it must be.
 */
export function narrow(figure: Figure, width: number): Figure {
  const { layout } = figure;
  const margin = specAt(layout, 'margin');
  const was = { l: numberAt(margin, 'l', 70), r: numberAt(margin, 'r', 30) };
  const side = (value: number) => Math.round(value * (value > 100 ? 0.65 : 0.68));
  const plate = isPlate(figure);
  const hasBarBelow = plate && figure.data.some((trace) => isSpec(trace.colorbar));
  // Captions and the last label of an axis are wider than what they stand below.
  const least = plate ? 18 : 26;
  const [l, r] = plate
    ? [hasNames(layout) ? Math.max(least, side(was.l)) : least, least]
    : [side(was.l), Math.max(least, side(was.r))];
  const [t, b] = [numberAt(margin, 't', 20), numberAt(margin, 'b', 58)];
  const columns = brokenColumns(figure, width - l - r);
  const below = Math.round(b * 0.8) + 13 * (columns?.more ?? 0) + (hasBarBelow ? BAR_BELOW : 0);
  const inner = numberAt(layout, 'height', 400) - t - b;
  const ratio = (width - l - r) / (numberAt(layout, 'width', 760) - was.l - was.r);
  const rows = labelledRows(layout)?.map((label) => broken(label, 20));
  const lower = rows ? roomForLines(rows, inner) : Math.max(ratio, 0.78);
  const height = Math.round(t + below + (plate ? inner * ratio : Math.max(rows ? 0 : 190, inner * lower)));
  const small = (value: Json, key: string): Json => {
    if (DATA_KEYS.has(key)) return value;
    if (Array.isArray(value)) return value.map((item) => small(item, key));
    if (isSpec(value)) return mapped(value, small);
    return key === 'size' && typeof value === 'number' && value >= 12 ? Math.max(10, Math.round(value * 0.8)) : value;
  };
  const shrunk = small(layout, '') as Spec;
  if (rows) shrunk.yaxis = { ...specAt(shrunk, 'yaxis'), ticktext: rows };
  if (columns) shrunk.xaxis = { ...specAt(shrunk, 'xaxis'), ...columns.ticks };
  const fitted: Figure = {
    data: figure.data.map((trace) => thinBar(small(trace, '') as Spec, hasBarBelow)),
    layout: { ...shrunk, width, height, margin: { ...margin, l, r, b: below } },
  };
  return plate ? brokenCaptions(fitted, width - l - r) : fitted;
}

/** The labels of a figure that has a row for each text; their spacing is kept. */
function labelledRows({ yaxis }: Spec): string[] | undefined {
  const texts = isSpec(yaxis) && yaxis.automargin === true ? yaxis.ticktext : undefined;
  return Array.isArray(texts) ? texts.map(String) : undefined;
}

/** By how much rows have to be higher, so that the longest of their labels does not cover the next. */
function roomForLines(labels: string[], height: number): number {
  const lines = Math.max(...labels.map((label) => label.split('<br>').length));
  return Math.max(1, (lines * LINE * labels.length) / height);
}

/** Height of a line of small letters. */
const LINE = 13;

/** Pixels of a small letter, on average. */
const LETTER = 6;

/**
 * The labels below bars, in lines that fit into the place of each, where Plotly would turn them and cut them off.
 * @returns what changes on the axis, and how many lines it gains; undefined if the labels already fit
 */
function brokenColumns({ data, layout }: Figure, room: number): { ticks: Spec; more: number } | undefined {
  const bars = specAt(layout, 'xaxis').type === 'category' ? data.find(({ type }) => type === 'bar')?.x : undefined;
  const labels = Array.isArray(bars) ? bars.map(String) : [];
  const letters = Math.floor(room / labels.length / LETTER);
  const longest = (texts: string[]) =>
    Math.max(0, ...texts.flatMap((text) => text.split('<br>')).map((line) => line.length));
  if (longest(labels) <= letters) return undefined;
  const ticktext = labels.map((label) =>
    label
      .split('<br>')
      .map((line) => broken(line, letters))
      .join('<br>'),
  );
  const lines = (texts: string[]) => Math.max(...texts.map((text) => text.split('<br>').length));
  const small: Spec = longest(ticktext) > letters ? { tickfont: { size: 9 } } : {};
  return {
    ticks: { tickmode: 'array', tickvals: labels.map((_, i) => i), ticktext, tickangle: 0, ...small },
    more: lines(ticktext) - lines(labels),
  };
}

/** From one image of a plate to the next, in pixels of the images. */
const PITCH = 31;

/** A plate whose captions are wider than their images: in several lines, with room for them above each row of images. */
function brokenCaptions(figure: Figure, room: number): Figure {
  const { data, layout } = figure;
  const captions = data.find(({ text, y }) => Array.isArray(text) && Array.isArray(y));
  const [x, y] = [specAt(layout, 'xaxis').range, specAt(layout, 'yaxis').range] as [number[], number[]];
  const scale = room / (x[1] - x[0]);
  const text = (captions?.text as string[] | undefined)?.map((one) => broken(one, Math.floor((scale * PITCH) / 5.2)));
  const more = Math.max(0, ...(text ?? []).map((one) => one.split('<br>').length - 1));
  if (more === 0) return figure;
  const places = captions?.y as number[];
  const rows = [...new Set(places)];
  const added = Math.ceil((more * LINE) / scale);
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
      if (trace === captions) return { ...trace, text: text as string[], y: places.map((at) => moved(at) + added / 2) };
      return trace.type === 'heatmap' ? { ...trace, z: spread(trace.z as Json[][]) } : trace;
    }),
    layout: {
      ...layout,
      shapes: movedAll(layout.shapes),
      ...(hasNames(layout) ? { annotations: movedAll(layout.annotations) } : {}),
      yaxis: { ...specAt(layout, 'yaxis'), range: [y[0] + added * rows.length, y[1]] },
      height: Math.round(numberAt(layout, 'height', 400) + added * rows.length * scale),
    },
  };
}

/** A label in lines of at most so many letters, broken between words. */
function broken(label: string, letters: number): string {
  const lines = [''];
  for (const word of label.split(' ')) {
    const line = lines[lines.length - 1];
    if (line !== '' && line.length + 1 + word.length > letters) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('<br>');
}

/** Pixels for a colour bar below its images: its labels, and what they measure. */
const BAR_BELOW = 44;

/** Whether a plate of images has names at the left of its rows. */
const hasNames = ({ annotations }: Spec): boolean => Array.isArray(annotations) && annotations.length > 0;

/**
 * A thinner colour bar, nearer to the figure: its labels have less room. Beside a row of small images it would be too
 * short for them, so there it lies below.
 */
function thinBar(trace: Spec, isBelow: boolean): Spec {
  if (!isSpec(trace.colorbar)) return trace;
  const { colorbar } = trace;
  if (!isBelow) return { ...trace, colorbar: { ...colorbar, thickness: 10, xpad: 4 } };
  const title = specAt(colorbar, 'title');
  const text = String(title.text ?? '').replaceAll('<br>', ' ');
  const place = { orientation: 'h', x: 0.5, xanchor: 'center', y: 0, yanchor: 'top', len: 0.8, thickness: 10, ypad: 8 };
  return { ...trace, colorbar: { ...colorbar, ...place, title: { ...title, text, side: 'bottom' } } };
}
