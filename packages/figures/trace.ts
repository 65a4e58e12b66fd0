/** Single neurons over time: current, potential and spikes. */
import { checkWhole } from '../../src/common/checks';
import { CLASSES } from '../../src/common/mnist';
import { thinned } from './curves';
import { type NeuronPlotOptions, namesOf, spikeSteps, strokes } from './neurons';
import { COLORS, type Figure, figureLayout, INK, inPanel, type Panel, type Spec, stacked } from './theme';
import { checkFigure, enumerated, gaps, items, list, numbers, plural, titled, toDigits } from './values';

/** The record of one neuron, [T] each. */
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

/** Default threshold. */
const THRESHOLD = 1;

const PARTS = ['current', 'h', 'v', 'spike'] as const;

function listArrays(record: NeuronRecord): ArrayLike<number>[] {
  return PARTS.map((part) => record[part]).filter((values) => values !== undefined);
}

/** @throws unless the arrays have the same length, a multiple of `neurons` */
function checked(record: NeuronRecord, what: string, neurons = 1): NeuronRecord {
  const shape = neurons === 1 ? '[T]' : `[T, ${neurons}]`;
  const { length } = numbers(record?.v, `${what}: v`, shape);
  for (const part of PARTS) {
    const values = record[part];
    if (values === undefined && (part === 'current' || part === 'h')) continue;
    const found = numbers(values as ArrayLike<number>, `${what}: ${part}`, shape).length;
    if (found !== length) {
      throw new RangeError(`${what}: expected ${part} and v of one length, found ${found} and ${length}`);
    }
  }
  if (length === 0 || length % neurons !== 0) {
    throw new RangeError(`${what}: expected ${shape}, found ${plural(length, 'value')}`);
  }
  return record;
}

/** The record of one neuron from arrays [T, neurons]. */
function selectNeuron(trace: NeuronRecord, neuron: number, neurons: number): NeuronRecord {
  checkWhole('neuron', neuron, 0, neurons - 1);
  const column = (array: ArrayLike<number>) =>
    Float32Array.from({ length: array.length / neurons }, (_, t) => array[t * neurons + neuron]);
  const { current, h, v, spike } = trace;
  return { current: current && column(current), h: h && column(h), v: column(v), spike: column(spike) };
}

const line = (x: ArrayLike<number>, y: ArrayLike<number>, panel: number, color: string, more: Spec = {}): Spec => ({
  type: 'scatter',
  mode: 'lines',
  x: list(x, 7),
  y: list(y),
  ...inPanel(panel),
  showlegend: false,
  ...more,
  line: { color, width: 1.6, ...(more.line as Spec) },
});

/**
 * The potential as one line, which rises to h where the neuron fires and drops to v in the same step. Without h it rises
 * to the threshold, which the neuron must have reached.
 */
function potential(record: NeuronRecord, threshold: number): { x: number[]; y: number[] } {
  const { h, v, spike } = record;
  const [x, y]: number[][] = [[], []];
  for (let t = 0; t < v.length; t++) {
    const points = spike[t] > 0 ? [h ? h[t] : Math.max(threshold, v[t]), v[t]] : [v[t]];
    x.push(...points.map(() => t));
    y.push(...points);
  }
  const kept = thinned(y, x);
  return { x: kept.map((i) => x[i]), y: kept.map((i) => y[i]) };
}

/** The points of a curve to draw, against the step. */
function against(values: ArrayLike<number>): [number[], number[]] {
  const kept = thinned(values);
  return [kept, kept.map((t) => values[t])];
}

const thresholdLine = (T: number, threshold: number, panel: number): Spec =>
  line([-1, T], [threshold, threshold], panel, COLORS[1], {
    name: 'threshold',
    line: { dash: 'dash' },
    showlegend: true,
  });

const spikePanel = (ticks: Spec): Spec => ({ showgrid: false, ticks: '', ...ticks });

export interface NeuronTraceOptions {
  title?: string;
  /** Default 1. */
  vThreshold?: number;
  /** The symbol of the current, for its axis. Default 'x'. */
  currentName?: string;
}

/**
 * Input current, membrane potential with its threshold, and spikes of one neuron: SpikingJelly's `plot_one_neuron_v_s`
 * and the current. Where the neuron fires, the potential rises to its value before firing (h) and drops to its value
 * after the reset (v).
 */
export function neuronTrace(record: NeuronRecord, options: NeuronTraceOptions = {}): Figure {
  checkFigure('neuronTrace', options, ['title', 'vThreshold', 'currentName']);
  const { current, v, spike } = checked(record, 'neuronTrace');
  const { title = 'One LIF neuron', vThreshold = THRESHOLD, currentName = 'x' } = options;
  const T = v.length;
  const curve = potential(record, vThreshold);
  const count = Array.from(spike).filter((value) => value > 0).length;
  const mark = strokes(spikeSteps(spike), 0.5, 0.4);
  const panels: Panel[] = [
    { label: 'potential', share: 6 },
    { label: 'spikes', share: 1.5, yaxis: spikePanel({ range: [0, 1], showticklabels: false }) },
  ];
  const first = current ? 1 : 0;
  if (current) panels.unshift({ label: `current ${currentName}`, share: 3 });
  return {
    data: [
      ...(current ? [line(...against(current), 0, COLORS[2], { name: currentName })] : []),
      line(curve.x, curve.y, first, COLORS[0], { name: 'potential', showlegend: true }),
      thresholdLine(T, vThreshold, first),
      { ...line([], [], first + 1, INK, { name: 'spike' }), ...mark },
    ],
    layout: figureLayout(title, current ? 500 : 400, {
      margin: { l: 80, r: 30, t: 80, b: 58 },
      ...stacked(panels, 'simulation step', { range: [-0.75, T - 0.25] }),
    }),
    alt: titled(
      title,
      `${plural(count, 'spike')} in ${plural(T, 'step')} (firing rate ${toDigits(count / T, 2)}), threshold ${vThreshold}.${gaps(...listArrays(record))}`,
    ),
  };
}

/** The palette without the threshold's colour. */
const RACERS = [0, 2, 3, 4, 5].map((i) => COLORS[i]);

/**
 * Neurons that race for the answer to an image: the potential of each, the spikes of all, and the spike counts so far.
 * @param trace arrays [T, neurons], such as an engine's trace
 * @param racers two to five different neurons
 */
export function neuronRace(trace: NeuronRecord, racers: readonly number[], options: NeuronPlotOptions = {}): Figure {
  checkFigure('neuronRace', options, ['neurons', 'names', 'title']);
  const { title = 'Neurons that race for the answer', neurons = options.names?.length ?? CLASSES } = options;
  checkWhole('neurons', neurons, 2);
  const names = options.names && namesOf(options.names, neurons);
  const called = (neuron: number) => names?.[neuron] ?? String(neuron);
  items(racers, 'racers', 'neurons');
  if (racers.length < 2 || racers.length > 5 || new Set(racers).size < racers.length) {
    throw new RangeError(`racers: expected two to five different neurons, found [${racers.join(', ')}]`);
  }
  checked(trace, 'neuronRace', neurons);
  const records = racers.map((neuron) => selectNeuron(trace, neuron, neurons));
  const T = records[0].v.length;
  const counts = records.map(({ spike }) => {
    let count = 0;
    return Array.from(spike, (value) => (count += value > 0 ? 1 : 0));
  });
  const n = racers.length;
  const panels: Panel[] = [
    ...racers.map((neuron) => ({ label: `potential ${called(neuron)}`, share: 4 })),
    {
      label: 'spikes',
      share: 0.9 * n,
      yaxis: spikePanel({ range: [n - 0.5, -0.5], tickvals: racers.map((_, i) => i), ticktext: racers.map(called) }),
    },
    { label: 'spikes so far', share: 4.5, yaxis: { rangemode: 'tozero' } },
  ];
  const data = records.flatMap((record, i): Spec[] => {
    const curve = potential(record, THRESHOLD);
    const name = `neuron ${called(racers[i])}: ${plural(counts[i][T - 1], 'spike')}`;
    const mark = strokes(spikeSteps(record.spike), i, 0.38);
    return [
      line(curve.x, curve.y, i, RACERS[i], { name, showlegend: true }),
      { ...line([], [], n, RACERS[i], { name }), ...mark },
      line(...against(counts[i]), n + 1, RACERS[i], { name, line: { shape: 'hv', width: 2 } }),
    ];
  });
  const limits = racers.map((_, i) => ({ ...thresholdLine(T, THRESHOLD, i), showlegend: i === 0 }));
  const spoken = racers.map((neuron, i) => {
    const count = counts[i][T - 1];
    return `neuron ${called(neuron)} ${count === 0 ? 'never fires' : `fires ${plural(count, 'time')}`}`;
  });
  return {
    data: [...data, ...limits],
    layout: figureLayout(title, 240 + 150 * n, {
      margin: { l: 80, r: 30, t: 80, b: 58 },
      ...stacked(panels, 'simulation step', { range: [-0.75, T - 0.25] }, 0.035),
    }),
    alt: titled(title, `in ${plural(T, 'step')}, ${enumerated(spoken)}.${gaps(...records.flatMap(listArrays))}`),
  };
}
