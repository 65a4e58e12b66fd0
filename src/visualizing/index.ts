/**
 * The tutorial's figures, each a pure function from numbers to a Plotly specification; named as SpikingJelly's
 * `visualizing` where it has the same figure. `render` draws them, `display` puts them into a notebook or a file.
 */
import {
  argmax,
  axis,
  bare,
  COLORS,
  colorbar,
  DASHES,
  DIVERGING,
  type Figure,
  fixed,
  INK,
  type Json,
  layout,
  list,
  plural,
  round,
  rows,
  type Spec,
  SYMBOLS,
  transpose,
  WIDTH,
} from './theme';

export { COLORS, type Figure, FONT_FAMILY, type Json } from './theme';

const SIDE = 28;
const CELL = SIDE + 3;

/** 28 × 28 images side by side as one heatmap: one picture in the SVG, and each pixel a square. */
function mosaic(
  images: number[][],
  captions: readonly string[],
  columns: number,
  title: string,
  trace: Spec,
): [Spec[], Spec] {
  const lines = Math.ceil(images.length / columns);
  const captionRows = captions.length > 0 ? 7 : 0;
  const rowHeight = CELL + captionRows;
  const [w, h] = [columns * CELL - 3, lines * rowHeight - 3];
  const z: (number | null)[][] = Array.from({ length: h }, () => new Array(w).fill(null));
  images.forEach((image, i) => {
    const [left, top] = [(i % columns) * CELL, Math.floor(i / columns) * rowHeight + captionRows];
    image.forEach((value, pixel) => {
      z[top + Math.floor(pixel / SIDE)][left + (pixel % SIDE)] = value;
    });
  });
  const at = (i: number): [number, number] => [
    (i % columns) * CELL - 0.5,
    Math.floor(i / columns) * rowHeight + captionRows - 0.5,
  ];
  const shapes = images.map((_, i) => {
    const [x, y] = at(i);
    return { type: 'rect', x0: x, y0: y, x1: x + SIDE, y1: y + SIDE, line: { color: '#888888', width: 1 } };
  });
  const data: Spec[] = [{ type: 'heatmap', z, hoverinfo: 'z', ...trace }];
  if (captions.length > 0) {
    data.push({
      type: 'scatter',
      mode: 'text',
      x: images.map((_, i) => at(i)[0] + SIDE / 2),
      y: images.map((_, i) => at(i)[1] - 3.2),
      text: images.map((_, i) => captions[i] ?? ''),
      hoverinfo: 'skip',
      showlegend: false,
      cliponaxis: false,
    });
  }
  // A column is at most 180 px wide, a lone image 300; what is left over becomes margins.
  const scale = trace.showscale === false ? 0 : 90;
  const inner = Math.min(WIDTH - 40 - scale, columns > 1 ? columns * 180 : 300);
  const side = (WIDTH - inner - scale) / 2;
  const height = Math.round((inner * h) / w) + 52 + 18;
  const margin = { l: side, r: side + scale, t: 52, b: 18, autoexpand: false };
  return [
    data,
    layout(title, height, {
      margin,
      shapes,
      xaxis: { ...bare, range: [-0.6, w - 0.4] },
      yaxis: { ...bare, range: [h - 0.4, -0.6] },
    }),
  ];
}

/**
 * Images of 28 × 28 pixels, bright where the pen was.
 * @param images [n, 784], row-major, 0 to 255 or 0 to 1 (or spikes, 0 and 1)
 */
export function digits(
  images: ArrayLike<number>,
  options: { captions?: readonly (string | number)[]; columns?: number; title?: string } = {},
): Figure {
  const each = rows(images, SIDE * SIDE, 'images').map((image) => list(image, 3));
  const captions = (options.captions ?? []).map(String);
  const wanted = options.columns ?? (each.length > 6 ? Math.min(8, Math.ceil(each.length / 2)) : each.length);
  const columns = Math.min(wanted, each.length);
  const top = each.flat().reduce((a, b) => Math.max(a, b), 0) > 1 ? 255 : 1;
  const title = options.title ?? (each.length === 1 ? 'Image' : 'Images');
  const trace: Spec = { colorscale: 'Viridis', zmin: 0, zmax: top, showscale: false };
  const [data, frame] = mosaic(each, captions, columns, title, trace);
  const named = captions.length > 0 ? `, captioned ${captions.slice(0, 20).join(', ')}` : '';
  return { data, layout: frame, alt: `${title}: ${plural(each.length, 'image')} of 28 × 28 pixels${named}.` };
}

/**
 * The weights of each neuron as an image: red pixels speak for its digit, blue ones against it.
 * @param weights [784, n], row-major, as of a dense layer
 */
export function weightImages(
  weights: ArrayLike<number>,
  options: { title?: string; captions?: readonly string[] } = {},
): Figure {
  const neurons = weights.length / (SIDE * SIDE);
  const images = transpose(rows(weights, Number.isInteger(neurons) && neurons > 0 ? neurons : 10, 'weights'));
  if (images[0].length !== SIDE * SIDE) {
    throw new RangeError(`weights: expected [784, n], found ${weights.length} values`);
  }
  // The colours end at the 99.5th percentile: a few outliers would leave the rest pale.
  const sizes = images
    .flat()
    .map(Math.abs)
    .sort((a, b) => a - b);
  const limit = round(sizes[Math.floor(sizes.length * 0.995)] || sizes[sizes.length - 1] || 1, 2);
  const title = options.title ?? 'The weights of each neuron, as images';
  const captions = options.captions ?? images.map((_, neuron) => `neuron ${neuron}`);
  const trace: Spec = {
    colorscale: DIVERGING,
    zmin: -limit,
    zmax: limit,
    colorbar: colorbar('weight', { title: { text: 'weight', side: 'top', font: { size: 14 } } }),
  };
  const [data, frame] = mosaic(
    images.map((image) => list(image, 2)),
    captions,
    Math.min(5, images.length),
    title,
    trace,
  );
  const alt = `${title}: ${images.length} images of 28 × 28 weights, colours from blue (−${limit}) over white (0) to red (${limit}, the 99.5th percentile; what is beyond has the end's colour).`;
  return { data, layout: frame, alt };
}

/* ---- what neurons do ---- */

/** Labels of the figures of neurons; defaults as in the tutorial. */
export interface NeuronPlotOptions {
  /** N of an array [T, N]; default 10. */
  neurons?: number;
  title?: string;
  xlabel?: string;
  ylabel?: string;
  /** Label of the colour bar (heatmap), or title of the column of rates (spikes). */
  valueLabel?: string;
}

const neuronAxis = (label: string, count: number, more: Spec = {}, first = 0): Spec => {
  const range = [first + count - 0.5, first - 0.5];
  return axis(label, { range, showgrid: false, ...(count <= 20 ? { dtick: 1 } : {}), ...more });
};

/**
 * A value of each neuron at each step as colours, such as membrane potentials: SpikingJelly's `plot_2d_heatmap`.
 * @param array [T, N], row-major
 */
export function plot2dHeatmap(array: ArrayLike<number>, options: NeuronPlotOptions = {}): Figure {
  const matrix = transpose(rows(array, options.neurons ?? 10, 'array')).map((row) => list(row, 4));
  const T = matrix[0].length;
  const title = options.title ?? 'Membrane potentials';
  const label = options.valueLabel ?? 'membrane potential (threshold = 1)';
  const extent = matrix.map((row) => [Math.min(...row), Math.max(...row)]);
  const low = Math.min(...extent.map(([a]) => a));
  const high = Math.max(...extent.map(([, b]) => b));
  const top = argmax(extent.map(([, b]) => b));
  return {
    data: [
      {
        type: 'heatmap',
        z: matrix,
        colorscale: 'Viridis',
        colorbar: colorbar(label),
        hovertemplate: 'step %{x}, neuron %{y}: %{z}<extra></extra>',
      },
    ],
    layout: layout(title, 420, {
      xaxis: axis(options.xlabel ?? 'simulation step', { showgrid: false, range: [-0.5, T - 0.5] }),
      yaxis: neuronAxis(options.ylabel ?? 'neuron', matrix.length),
    }),
    alt: `${title}: ${plural(matrix.length, 'neuron')} over ${plural(T, 'step')}, values from ${round(low, 3)} to ${round(high, 3)}; the highest is neuron ${top}'s.`,
  };
}

/** A stroke from y − half to y + half for each spike, all in one line trace with gaps. */
function strokes(steps: number[], y: number, half: number): { x: Json[]; y: Json[] } {
  return { x: steps.flatMap((t) => [t, t, null]), y: steps.flatMap(() => [y - half, y + half, null]) };
}

/**
 * Spikes as strokes, with each neuron's firing rate beside it: SpikingJelly's `plot_1d_spikes`.
 * @param spikes [T, N], row-major, 0 or 1
 * @param options also the number of the `first` neuron (default 0), and `what` it is that fires (default 'neuron')
 */
export function plot1dSpikes(
  spikes: ArrayLike<number>,
  options: NeuronPlotOptions & { first?: number; what?: string } = {},
): Figure {
  const { first = 0, what = 'neuron' } = options;
  const matrix = transpose(rows(spikes, options.neurons ?? 10, 'spikes'));
  const [N, T] = [matrix.length, matrix[0].length];
  const steps = matrix.map((row) => row.flatMap((spike, t) => (spike > 0 ? [t] : [])));
  const rates = steps.map((list) => list.length / T);
  const marks = steps.map((list, neuron) => strokes(list, first + neuron, 0.4));
  const title = options.title ?? `Spikes of each ${what}`;
  const firing = rates.flatMap((rate, neuron) => (rate > 0 ? [`${what} ${first + neuron} ${fixed(rate, 2)}`] : []));
  const others = firing.length < N ? '; all others 0' : '';
  const spoken = firing.length > 0 ? `Firing rates: ${firing.join(', ')}${others}.` : 'None fires.';
  return {
    data: [
      {
        type: 'scatter',
        mode: 'lines',
        x: marks.flatMap((mark) => mark.x),
        y: marks.flatMap((mark) => mark.y),
        line: { color: INK, width: T > 200 ? 0.8 : 1.4 },
        hovertemplate: 'step %{x}<extra></extra>',
        showlegend: false,
      },
      {
        type: 'heatmap',
        z: rates.map((rate) => [round(rate, 4)]),
        y0: first,
        zmin: 0,
        zmax: 1,
        colorscale: 'Viridis',
        showscale: false,
        hoverinfo: 'skip',
        xaxis: 'x2',
        yaxis: 'y2',
      },
      {
        type: 'scatter',
        mode: 'text',
        x: rates.map(() => 0),
        y: rates.map((_, neuron) => first + neuron),
        text: rates.map((rate) => fixed(rate, 2)),
        textfont: { color: rates.map((rate) => (rate > 0.6 ? '#000000' : '#ffffff')) },
        hoverinfo: 'skip',
        showlegend: false,
        xaxis: 'x2',
        yaxis: 'y2',
      },
    ],
    layout: layout(title, 420, {
      xaxis: axis(options.xlabel ?? 'simulation step', {
        showgrid: false,
        range: [-0.75, T - 0.25],
        domain: [0, 0.84],
      }),
      yaxis: neuronAxis(options.ylabel ?? what, N, {}, first),
      xaxis2: {
        ...axis(options.valueLabel ?? 'firing rate', {
          ticks: '',
          showticklabels: false,
          showgrid: false,
          range: [-0.5, 0.5],
        }),
        domain: [0.87, 1],
        fixedrange: true,
      },
      yaxis2: neuronAxis('', N, { anchor: 'x2', ticks: '', showticklabels: false, matches: 'y' }, first),
    }),
    alt: `${title}: ${plural(N, what)} over ${plural(T, 'step')}. ${spoken}`,
  };
}

/** What one neuron did, [T] each; `current` and `h` may be left out. */
export interface NeuronRecord {
  /** Input current. */
  current?: ArrayLike<number>;
  /** Potential before firing. */
  h?: ArrayLike<number>;
  /** Potential after reset. */
  v: ArrayLike<number>;
  /** 1 where it fired. */
  spike: ArrayLike<number>;
}

/** One column of [T, N] arrays, such as an engine's trace: the record of one neuron. */
export function neuronOf(trace: NeuronRecord, neuron: number, neurons = 10): NeuronRecord {
  const column = (array: ArrayLike<number>) =>
    Float32Array.from({ length: array.length / neurons }, (_, t) => array[t * neurons + neuron]);
  const part = (array?: ArrayLike<number>) => (array === undefined ? undefined : column(array));
  return { current: part(trace.current), h: part(trace.h), v: column(trace.v), spike: column(trace.spike) };
}

/** One neuron's input current, membrane potential with its threshold, and spikes, on one time axis. */
export function neuronTrace(record: NeuronRecord, options: { title?: string; vThreshold?: number } = {}): Figure {
  const T = record.v.length;
  if (T === 0 || record.spike.length !== T) {
    throw new RangeError(`neuronTrace: expected v and spike of one length, found ${T} and ${record.spike.length}`);
  }
  const threshold = options.vThreshold ?? 1;
  const title = options.title ?? 'One LIF neuron';
  const t = Array.from({ length: T }, (_, step) => step);
  const spikes = t.filter((step) => record.spike[step] > 0);
  const line = (x: Json, y: Json, name: string, color: string, panel: number, more: Spec = {}): Spec => ({
    type: 'scatter',
    mode: 'lines',
    x,
    y,
    name,
    xaxis: panel === 1 ? 'x' : `x${panel}`,
    yaxis: panel === 1 ? 'y' : `y${panel}`,
    showlegend: panel === 2,
    line: { color, width: 1.6, ...more },
  });
  const mark = strokes(spikes, 0.5, 0.4);
  const data: Spec[] = [
    line(mark.x, mark.y, 'spike', INK, 1),
    line(t, list(record.v), 'v, after reset', COLORS[0], 2),
    ...(record.h ? [line(t, list(record.h), 'h, before firing', COLORS[4], 2, { dash: 'dot' })] : []),
    line([-1, T], [threshold, threshold], 'threshold', COLORS[1], 2, { dash: 'dash' }),
    ...(record.current ? [line(t, list(record.current), 'x', COLORS[2], 3)] : []),
  ];
  const domains = record.current
    ? [
        [0, 0.13],
        [0.19, 0.68],
        [0.74, 1],
      ]
    : [
        [0, 0.17],
        [0.25, 1],
      ];
  const range = [-0.75, T - 0.25];
  const upper: Spec = { showticklabels: false, ticks: '', matches: 'x', range };
  return {
    data,
    layout: layout(title, record.current ? 500 : 400, {
      margin: { l: 80, r: 30, t: 80, b: 58 },
      xaxis: axis('simulation step', { range, anchor: 'y' }),
      yaxis: axis('spikes', {
        domain: domains[0],
        range: [0, 1],
        showticklabels: false,
        ticks: '',
        showgrid: false,
        anchor: 'x',
      }),
      xaxis2: axis('', { ...upper, anchor: 'y2' }),
      yaxis2: axis('potential', { domain: domains[1], anchor: 'x2' }),
      ...(record.current
        ? {
            xaxis3: axis('', { ...upper, anchor: 'y3' }),
            yaxis3: axis('current x', { domain: domains[2], anchor: 'x3' }),
          }
        : {}),
    }),
    alt: `${title}: ${plural(spikes.length, 'spike')} in ${plural(T, 'step')} (firing rate ${fixed(spikes.length / T, 2)}), threshold ${threshold}.`,
  };
}

/* ---- curves ---- */

/** A named curve; x counts from 0 when left out. */
export interface Series {
  name: string;
  x?: ArrayLike<number>;
  y: ArrayLike<number>;
  /** Drawn thin, dashed and grey: a guide to the eye. */
  guide?: boolean;
  /** Points without a line, to lie on another curve. */
  points?: boolean;
}

export interface LineOptions {
  title?: string;
  xlabel?: string;
  ylabel?: string;
  logX?: boolean;
  logY?: boolean;
  xrange?: readonly [number, number];
  yrange?: readonly [number, number];
  /** Points as well as lines; default: up to 40 points a curve. */
  markers?: boolean;
  /** Tick labels of the y axis in Plotly's d3 format, such as '.0%'. */
  tickformat?: string;
  height?: number;
  alt?: string;
}

/** Curves in one panel: learning curves, errors, times and memory against T. */
export function lines(series: readonly Series[], options: LineOptions = {}): Figure {
  let color = 0;
  const data = series.map(({ name, x, y, guide, points }): Spec => {
    if (x && x.length !== y.length) {
      throw new RangeError(`lines: series '${name}': expected as many x as y, found ${x.length} and ${y.length}`);
    }
    const trace: Spec = {
      type: 'scatter',
      mode: 'lines',
      name,
      x: x ? list(x) : Array.from(y, (_, i) => i),
      y: Array.from(y, (v) => (Number.isFinite(v) ? round(v) : null)),
    };
    if (guide) return { ...trace, line: { color: '#777777', width: 1.3, dash: 'dash' } };
    const i = color++ % COLORS.length;
    const markers = points || (options.markers ?? y.length <= 40);
    return {
      ...trace,
      mode: points ? 'markers' : markers ? 'lines+markers' : 'lines',
      line: { color: COLORS[i], width: 2, dash: markers ? 'solid' : DASHES[i] },
      ...(markers ? { marker: { symbol: SYMBOLS[i], size: 7 } } : {}),
    };
  });
  const title = options.title ?? '';
  const scaled = (range: readonly [number, number] | undefined, log?: boolean): Spec =>
    range ? { range: log ? range.map((v) => Math.log10(v)) : [...range] } : {};
  const kind = (log: boolean | undefined, values: number[]): Spec =>
    log ? { type: 'log', ...logTicks(values.filter((v) => v > 0)) } : {};
  const xs = data.flatMap((trace) => trace.x as number[]);
  const ys = data.flatMap((trace) => trace.y as number[]);
  const few = xs.every(Number.isInteger) && Math.max(...xs) - Math.min(...xs) <= 12;
  const ends = series
    .filter((s) => !s.guide && s.y.length > 0)
    .map(({ name, x, y }) => {
      const at = (i: number) => `${round(y[i], 3)} at ${x ? round(x[i], 4) : i}`;
      return y.length === 1 ? `${name} ${at(0)}` : `${name} from ${at(0)} to ${at(y.length - 1)}`;
    });
  return {
    data: data.map((trace) => ({ ...trace, showlegend: series.length > 1 })),
    layout: layout(title, options.height ?? 380, {
      margin: { l: 80, r: 30, t: series.length > 1 ? 82 : 56, b: 58 },
      xaxis: axis(options.xlabel ?? '', {
        ...(few ? { dtick: 1 } : {}),
        ...kind(options.logX, xs),
        ...scaled(options.xrange, options.logX),
      }),
      yaxis: axis(options.ylabel ?? '', {
        ...kind(options.logY, ys),
        ...scaled(options.yrange, options.logY),
        ...(options.tickformat ? { tickformat: options.tickformat } : {}),
      }),
    }),
    alt: options.alt ?? `${title}: ${options.ylabel ?? 'value'} against ${options.xlabel ?? 'x'}: ${ends.join('; ')}.`,
  };
}

/** Ticks of a logarithmic axis written out: 1, 2 and 5 of each decade, or every decade where there are many. */
function logTicks(values: number[]): Spec {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(low > 0 && high < Number.POSITIVE_INFINITY)) return {};
  const steps = Math.log10(high / low) < 2.2 ? [1, 2, 5] : [1];
  const ticks: number[] = [];
  for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)) + 1; power++) {
    ticks.push(...steps.map((step) => Number(`${step}e${power}`)));
  }
  return {
    tickmode: 'array',
    tickvals: ticks,
    ticktext: ticks.map((tick) => tick.toLocaleString('en-US', { maximumSignificantDigits: 2, useGrouping: false })),
  };
}

/** Bars side by side, a group for each label, with their values on top. */
export function bars(
  labels: readonly (string | number)[],
  series: readonly { name: string; y: ArrayLike<number> }[],
  options: {
    title?: string;
    xlabel?: string;
    ylabel?: string;
    yrange?: readonly [number, number];
    digits?: number;
    alt?: string;
  } = {},
): Figure {
  const digits = options.digits ?? 3;
  const title = options.title ?? '';
  const names = labels.map(String);
  const data = series.map(({ name, y }, i): Spec => {
    if (y.length !== names.length) {
      throw new RangeError(`bars: series '${name}': expected ${names.length} values, found ${y.length}`);
    }
    return {
      type: 'bar',
      name,
      x: names,
      y: list(y),
      text: Array.from(y, (v) => fixed(v, digits)),
      textposition: 'outside',
      cliponaxis: false,
      textangle: 0,
      showlegend: series.length > 1,
      marker: {
        color: COLORS[i % COLORS.length],
        line: { color: INK, width: 0.5 },
        pattern: {
          shape: ['', '/', 'x', '.'][i % 4],
          fillmode: 'overlay',
          fgcolor: '#ffffff',
          size: 7,
          solidity: 0.25,
        },
      },
    };
  });
  return {
    data,
    layout: layout(title, 360, {
      margin: { l: 80, r: 30, t: series.length > 1 ? 90 : 66, b: 58 },
      xaxis: axis(options.xlabel ?? '', { type: 'category', showgrid: false }),
      yaxis: axis(options.ylabel ?? '', options.yrange ? { range: [...options.yrange] } : { rangemode: 'tozero' }),
    }),
    alt:
      options.alt ??
      `${title}: ${series.map(({ name, y }) => `${name}: ${names.map((label, i) => `${label} ${fixed(y[i], digits)}`).join(', ')}`).join('; ')}.`,
  };
}

/** The best epoch's star and its label (epoch, accuracy). */
function star(values: number[], panel: string): [Spec, Spec] {
  const best = argmax(values);
  const trace: Spec = {
    type: 'scatter',
    mode: 'markers',
    x: [best],
    y: [round(values[best])],
    yaxis: panel,
    xaxis: panel.replace('y', 'x'),
    marker: { symbol: 'star', size: 15, color: COLORS[1], line: { color: INK, width: 0.6 } },
    showlegend: false,
    name: 'best epoch',
  };
  // Above the star nothing else is drawn: it marks the highest point.
  const part = best / Math.max(1, values.length - 1);
  const label: Spec = {
    xref: panel.replace('y', 'x'),
    yref: panel,
    x: best,
    y: round(values[best]),
    text: `(${best}, ${fixed(values[best], 3)})`,
    showarrow: false,
    yshift: 19,
    xanchor: part < 0.06 ? 'left' : part > 0.94 ? 'right' : 'center',
  };
  return [trace, label];
}

/** The range of an axis with room for the label above the star. */
function headroom(...curves: number[][]): Spec {
  const all = curves.flat();
  if (all.length === 0) return { range: [0, 1] };
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const span = high - low || Math.abs(high) * 0.1 || 1;
  return { range: [round(low - 0.07 * span), round(high + 0.3 * span)] };
}

/** The mean over the batches of each epoch. */
export function perEpoch(trainAccs: ArrayLike<number>, epochs: number): number[] {
  if (epochs === 0 || trainAccs.length === 0 || trainAccs.length % epochs !== 0) {
    throw new RangeError(
      `accuracyCurve: expected a multiple of ${epochs} training accuracies (batches of whole epochs), found ${trainAccs.length}`,
    );
  }
  return rows(trainAccs, trainAccs.length / epochs, 'trainAccs').map(
    (batches) => batches.reduce((a, b) => a + b, 0) / batches.length,
  );
}

/**
 * Training accuracy above, test accuracy below, against the epoch; the best epoch starred.
 * @param trainAccs a value per batch, of whole epochs; each epoch is drawn as the mean over its batches
 * @param testAccs a value per epoch
 */
export function accuracyCurve(
  trainAccs: ArrayLike<number>,
  testAccs: ArrayLike<number>,
  options: { title?: string } = {},
): Figure {
  const test = Array.from(testAccs);
  const train = perEpoch(trainAccs, test.length);
  const title = options.title ?? 'Accuracy against the epoch';
  const [trainStar, trainLabel] = star(train, 'y');
  const [testStar, testLabel] = star(test, 'y2');
  const epochs = test.map((_, epoch) => epoch);
  const mode = test.length <= 40 ? 'lines+markers' : 'lines';
  const curve = (y: number[], panel: string, color: string, name: string): Spec => ({
    type: 'scatter',
    mode,
    x: epochs,
    y: list(y),
    xaxis: panel.replace('y', 'x'),
    yaxis: panel,
    name,
    line: { color, width: 2 },
    marker: { size: 5 },
    showlegend: false,
  });
  const whole: Spec = test.length <= 10 ? { dtick: 1 } : {};
  const space = Math.max(0.5, test.length * 0.03);
  const range = [-space, test.length - 1 + space];
  return {
    data: [curve(train, 'y', COLORS[0], 'train'), curve(test, 'y2', COLORS[2], 'test'), trainStar, testStar],
    layout: layout(title, 500, {
      margin: { l: 84, r: 30, t: 56, b: 58 },
      annotations: [trainLabel, testLabel],
      xaxis: axis('', { anchor: 'y', domain: [0, 1], range, showticklabels: false, matches: 'x2', ...whole }),
      yaxis: axis('train accuracy', { domain: [0.54, 1], ...headroom(train) }),
      xaxis2: axis('epoch', { anchor: 'y2', domain: [0, 1], range, ...whole }),
      yaxis2: axis('test accuracy', { domain: [0, 0.46], ...headroom(test) }),
    }),
    alt: `${title}: best on training data ${fixed(train[argmax(train)], 3)} in epoch ${argmax(train)}, best on test data ${fixed(test[argmax(test)], 3)} in epoch ${argmax(test)}, last test accuracy ${fixed(test[test.length - 1], 3)}, of ${plural(test.length, 'epoch')}.`,
  };
}

/**
 * The curve of a training run that is still going: one panel, and an axis that spans all its epochs from the start.
 * @param train a value per epoch so far
 * @param test a value per epoch so far
 */
export function liveCurve(
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  options: { epochs?: number; title?: string; ylabel?: string } = {},
): Figure {
  const epochs = Math.max(options.epochs ?? 0, train.length, test.length, 2);
  const title = options.title ?? 'Accuracy while training';
  const series = [
    { name: 'train', y: train },
    { name: 'test', y: test },
  ];
  const figure = lines(series, {
    title,
    xlabel: 'epoch',
    ylabel: options.ylabel ?? 'accuracy',
    markers: epochs <= 40,
    xrange: [-0.02 * epochs, epochs * 1.02 - 1],
  });
  const room = headroom(Array.from(train), Array.from(test));
  figure.layout.yaxis = { ...(figure.layout.yaxis as Spec), ...room };
  if (test.length > 0) {
    const [mark, label] = star(Array.from(test), 'y');
    figure.data.push(mark);
    figure.layout.annotations = [{ ...label, bgcolor: 'rgba(255,255,255,0.75)' }];
    figure.alt = `${title}: after ${test.length} of ${plural(epochs, 'epoch')} test accuracy ${fixed(test[test.length - 1], 3)}, best ${fixed(test[argmax(test)], 3)} in epoch ${argmax(test)}.`;
  } else figure.alt = `${title}: no epoch has ended yet.`;
  return figure;
}

/**
 * How often the digit of each row was answered by the digit of each column.
 * @param matrix [n, n] counts, row-major: rows are the true digits
 */
export function confusionMatrix(matrix: ArrayLike<number>, options: { title?: string } = {}): Figure {
  const n = Math.round(Math.sqrt(matrix.length));
  if (n * n !== matrix.length) throw new RangeError(`confusionMatrix: expected n × n counts, found ${matrix.length}`);
  const counts = rows(matrix, n, 'matrix');
  const share = counts.map((row) =>
    row.map(
      (count) =>
        count /
        Math.max(
          1,
          row.reduce((a, b) => a + b, 0),
        ),
    ),
  );
  const title = options.title ?? 'Confusion matrix';
  const cells = counts.flatMap((row, truth) =>
    row.map((count, answer) => ({ count, truth, answer, share: share[truth][answer] })),
  );
  const shown = cells.filter(({ count }) => count > 0);
  const right = cells.filter(({ truth, answer }) => truth === answer).reduce((sum, { count }) => sum + count, 0);
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const worst = cells
    .filter(({ truth, answer }) => truth !== answer)
    .reduce((a, b) => (b.count > a.count ? b : a), { count: 0, truth: 0, answer: 0, share: 0 });
  const ticks: Spec = { dtick: 1, showgrid: false };
  return {
    data: [
      // The root of the share: mistakes of one in a hundred must show beside a diagonal of nine in ten.
      {
        type: 'heatmap',
        z: share.map((row) => row.map((s) => round(Math.sqrt(s), 3))),
        zmin: 0,
        zmax: 1,
        colorscale: [
          [0, '#ffffff'],
          [0.5, '#6baed6'],
          [1, '#08306b'],
        ],
        colorbar: colorbar('share of the true digit', {
          tickvals: [0, 0.01, 0.1, 0.25, 0.5, 1].map(Math.sqrt),
          ticktext: ['0', '1 %', '10 %', '25 %', '50 %', '100 %'],
        }),
        hovertemplate: 'a %{y} answered as %{x}<extra></extra>',
      },
      {
        type: 'scatter',
        mode: 'text',
        x: shown.map((c) => c.answer),
        y: shown.map((c) => c.truth),
        text: shown.map((c) => String(c.count)),
        hoverinfo: 'skip',
        showlegend: false,
        textfont: { size: 12, color: shown.map((c) => (c.share > 0.3 ? '#ffffff' : INK)) },
      },
    ],
    layout: layout(title, 560, {
      margin: { l: 90, r: 110, t: 56, b: 58 },
      xaxis: axis('answer', { ...ticks, range: [-0.5, n - 0.5] }),
      yaxis: axis('true digit', { ...ticks, range: [n - 0.5, -0.5] }),
    }),
    alt: `${title}: ${right} of ${total} right; the most frequent mistake is a ${worst.truth} answered as ${worst.answer} (${worst.count} times).`,
  };
}
