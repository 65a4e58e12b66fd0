/** All neurons of a layer over time: potentials as colours, spikes as a raster. */
import { checkWhole } from '../../src/common/checks';
import { CLASSES } from '../../src/common/mnist';
import { PIXELS } from './curves';
import { axis, colorbar, type Figure, figureLayout, INK, inPanel, type Json, type Spec } from './theme';
import {
  checkFigure,
  extent,
  gaps,
  highest,
  items,
  list,
  nameOf,
  numbers,
  plural,
  round,
  rows,
  titled,
  toDigits,
  transpose,
} from './values';

/** Labels of the figures of neurons; defaults as in the tutorial. */
export interface NeuronPlotOptions {
  /** N of an array [T, N]; default: as many as there are names, or 10. */
  neurons?: number;
  /** What the neurons are called, such as the names of classes; default: their numbers. */
  names?: readonly string[];
  title?: string;
}

export interface NeuronHeatmapOptions extends NeuronPlotOptions {
  /** Ends of the colour scale; values beyond have the colour of the end. Default: the lowest and the highest value. */
  zrange?: readonly [number, number];
}

/** Splits an array [T, N] into [N][T]. */
function perNeuron(array: ArrayLike<number>, { neurons, names }: NeuronPlotOptions, what: string): number[][] {
  const columns = checkWhole('neurons', neurons ?? names?.length ?? CLASSES, 1);
  if (names) namesOf(names, columns);
  return transpose(rows(numbers(array, what, '[T, N]'), columns, what));
}

/** @throws RangeError or TypeError unless there is a name for each neuron */
export function namesOf(names: readonly string[], neurons: number): string[] {
  const all = items(names, 'names', 'texts').map((name) => nameOf(name, 'names'));
  if (all.length !== neurons)
    throw new RangeError(`names: expected one for each of ${plural(neurons, 'neuron')}, found ${all.length}`);
  return all;
}

/** The ticks of an axis of neurons that have names. */
const namedTicks = (names: readonly string[] | undefined, first = 0): Spec =>
  names ? { tickmode: 'array', tickvals: names.map((_, i) => first + i), ticktext: [...names] } : {};

const neuronAxis = (label: string, count: number, more: Spec = {}, first = 0): Spec => {
  const range = [first + count - 0.5, first - 0.5];
  return axis(label, { range, showgrid: false, ...(count <= 20 ? { dtick: 1 } : {}), ...more });
};

/**
 * Values of each neuron in each step as colours, such as membrane potentials; SpikingJelly's `plot_2d_heatmap`.
 * @param array [T, N], row-major
 */
export function plot2dHeatmap(array: ArrayLike<number>, options: NeuronHeatmapOptions = {}): Figure {
  checkFigure('plot2dHeatmap', options, ['neurons', 'names', 'title', 'zrange']);
  const matrix = perNeuron(array, options, 'array');
  const T = matrix[0].length;
  const title = options.title ?? 'Membrane potentials';
  const ends = extent(array);
  const top = highest(matrix.map((row) => extent(row)?.[1] ?? Number.NaN));
  const values = ends
    ? `values from ${round(ends[0], 3)} to ${round(ends[1], 3)}; the highest is neuron ${(top !== undefined && options.names?.[top]) || top}'s`
    : 'without a value';
  const { zrange } = options;
  const colours = zrange ? ` The colours end at ${zrange[0]} and ${zrange[1]}.` : '';
  return {
    data: [
      {
        type: 'heatmap',
        z: matrix.map((row) => list(row, 4)),
        ...(zrange ? { zmin: zrange[0], zmax: zrange[1] } : {}),
        colorscale: 'Viridis',
        colorbar: colorbar('membrane potential (threshold = 1)'),
        hovertemplate: 'step %{x}, neuron %{y}: %{z}<extra></extra>',
      },
    ],
    layout: figureLayout(title, 420, {
      xaxis: axis('simulation step', { showgrid: false, range: [-0.5, T - 0.5] }),
      yaxis: neuronAxis('neuron', matrix.length, namedTicks(options.names)),
    }),
    alt: titled(
      title,
      `${plural(matrix.length, 'neuron')} over ${plural(T, 'step')}, ${values}.${colours}${gaps(array)}`,
    ),
  };
}

/** A stroke from y − half to y + half for each spike, in a single trace of lines with gaps. */
export function strokes(steps: number[], y: number, half: number): { x: Json[]; y: Json[] } {
  return { x: steps.flatMap((t) => [t, t, null]), y: steps.flatMap(() => [y - half, y + half, null]) };
}

/** The steps in which a neuron fired; only the first of those within a pixel's width. */
export function spikeSteps(spike: ArrayLike<number>): number[] {
  const width = spike.length > 2 * PIXELS ? spike.length / PIXELS : 0;
  const steps: number[] = [];
  for (let t = 0, last = -1; t < spike.length; t++) {
    if (!(spike[t] > 0) || (width > 0 && Math.floor(t / width) === last)) continue;
    if (width > 0) last = Math.floor(t / width);
    steps.push(t);
  }
  return steps;
}

/** The share of steps with a spike; NaN if a step is a gap. */
function firingRate(spike: ArrayLike<number>): number {
  let count = 0;
  for (let t = 0; t < spike.length; t++) count += Number.isFinite(spike[t]) ? Number(spike[t] > 0) : Number.NaN;
  return count / spike.length;
}

export interface SpikePlotOptions extends NeuronPlotOptions {
  /** Number of the first neuron; default 0. */
  first?: number;
  /** What a row is called; default 'neuron'. */
  what?: string;
  /** Default: `what`. */
  ylabel?: string;
}

/**
 * A raster of spikes with each neuron's firing rate beside it; SpikingJelly's `plot_1d_spikes`. If there are more steps
 * than pixels, a stroke stands for all spikes within a pixel's width.
 * @param spikes [T, N], row-major, 0 or 1
 */
export function plot1dSpikes(spikes: ArrayLike<number>, options: SpikePlotOptions = {}): Figure {
  checkFigure('plot1dSpikes', options, ['neurons', 'names', 'title', 'ylabel', 'first', 'what']);
  const { what = 'neuron' } = options;
  const first = checkWhole('first', options.first ?? 0, 0);
  const matrix = perNeuron(spikes, options, 'spikes');
  const [N, T] = [matrix.length, matrix[0].length];
  const rates = matrix.map(firingRate);
  const marks = matrix.map((row, neuron) => strokes(spikeSteps(row), first + neuron, 0.4));
  const title = options.title ?? `Spikes of each ${what}`;
  const spoken = describeRates(rates, what, (i) => options.names?.[i] ?? String(first + i));
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
        ...inPanel(1),
      },
      {
        type: 'scatter',
        mode: 'text',
        x: rates.map(() => 0),
        y: rates.map((_, neuron) => first + neuron),
        text: rates.map((rate) => toDigits(rate, 2)),
        textfont: { color: rates.map((rate) => (rate <= 0.6 ? '#ffffff' : '#000000')) },
        hoverinfo: 'skip',
        showlegend: false,
        ...inPanel(1),
      },
    ],
    layout: figureLayout(title, 420, {
      xaxis: axis('simulation step', { showgrid: false, range: [-0.75, T - 0.25], domain: [0, 0.84] }),
      yaxis: neuronAxis(options.ylabel ?? what, N, namedTicks(options.names, first), first),
      xaxis2: axis('firing rate', {
        ticks: '',
        showticklabels: false,
        showgrid: false,
        range: [-0.5, 0.5],
        domain: [0.87, 1],
        fixedrange: true,
      }),
      yaxis2: neuronAxis('', N, { anchor: 'x2', ticks: '', showticklabels: false, matches: 'y' }, first),
    }),
    alt: titled(title, `${plural(N, what)} over ${plural(T, 'step')}. ${spoken}${gaps(spikes)}`),
  };
}

/** A sentence about the neurons that fire. */
function describeRates(rates: readonly number[], what: string, nameAt: (i: number) => string): string {
  const firing = rates.flatMap((rate, i) => (rate === 0 ? [] : [`${what} ${nameAt(i)} ${toDigits(rate, 2)}`]));
  const others = firing.length < rates.length ? '; all others 0' : '';
  return firing.length > 0 ? `Firing rates: ${firing.join(', ')}${others}.` : `No ${what} fires.`;
}
