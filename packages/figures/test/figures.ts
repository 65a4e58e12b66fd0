/** An example of each figure. The compiler asks for one of every function of `visualizing` that returns a figure. */
import * as visualizing from '..';

const {
  accuracyCurve,
  bands,
  bars,
  compareWeights,
  confusionMatrix,
  decisionMap,
  differences,
  digits,
  heatmap,
  hiddenWeights,
  intervals,
  lines,
  liveCurve,
  lossAndAccuracy,
  neuronRace,
  neuronTrace,
  plot1dSpikes,
  plot2dHeatmap,
  weightImages,
} = visualizing;

type Figure = visualizing.Figure;
type Module = typeof visualizing;

export type FigureName = {
  [Name in keyof Module]: Module[Name] extends (...values: never[]) => Figure ? Name : never;
}[keyof Module];

interface Examples {
  /** With a title, titles of the axes, and more options. */
  small: (more?: object) => Figure;
  /** With twice this value among its numbers; or why it takes none but finite numbers. */
  withValue: ((value: number) => Figure) | string;
  /** Of a long run; or what it grows with. */
  long: (() => Figure) | string;
}

const LONG = 200_000;
const title = { title: 't', xlabel: 'x' };
const titles = { ...title, ylabel: 'y' };
const ten = (value = 0) => new Float32Array(20).fill(value, 3, 5);
const image = (value = 0) => new Float32Array(7840).fill(value, 3, 5);
/** Spikes [LONG, 10], each seventh of them 1. */
const manyByTen = Float32Array.from({ length: 10 * LONG }, (_, i) => (i % 7 === 0 ? 1 : 0));
const many = manyByTen.slice(0, LONG);

export const FIGURES: Record<FigureName, Examples> = {
  accuracyCurve: {
    small: () => accuracyCurve([1, 0], [1]),
    withValue: (value) => accuracyCurve([0.5, 0.5, 0.5], [0.5, value, value]),
    long: () => accuracyCurve(manyByTen, many),
  },
  bands: {
    small: (more) => bands([{ name: 'a', x: [1, 2], mean: [1, 2], low: [0, 1], high: [2, 3] }], { ...titles, ...more }),
    withValue: (value) => {
      const mean = [1, value, value, 2];
      return bands([{ name: 'a', x: [1, 2, 3, 4], mean, low: [0, 0, 0, 0], high: [3, 3, 3, 3] }]);
    },
    long: 'a point per epoch that the table has',
  },
  bars: {
    small: (more) => bars(['a'], [{ name: 'b', y: [1] }], { ...titles, ...more }),
    withValue: (value) => bars(['a', 'b', 'c'], [{ name: 'a', y: [1, value, value] }]),
    long: 'a bar per value',
  },
  compareWeights: {
    small: (more) => compareWeights([{ name: 'a', weights: image() }], more),
    withValue: (value) => compareWeights([{ name: 'a', weights: image(value) }]),
    long: 'an image per neuron',
  },
  confusionMatrix: {
    small: (more) => confusionMatrix([1, 0, 0, 1], more),
    withValue: 'counts are whole numbers',
    long: 'a cell per pair of digits',
  },
  differences: {
    small: (more) => differences(['a'], { mean: [1], low: [0], high: [2] }, [true], { ...title, ...more }),
    withValue: (value) => {
      const mean = [1, value, value];
      return differences(['a', 'b', 'c'], { mean, low: [0, 0, 0], high: [2, 2, 2] }, [true, false, false]);
    },
    long: 'a row per setting',
  },
  decisionMap: {
    small: (more) => decisionMap([0, 1, 1, 2], { title: 't', ...more }),
    withValue: (value) => decisionMap([0, 1, 1, 2, value, value, 0, 0, 0]),
    long: 'an answer per cell',
  },
  digits: {
    small: (more) => digits(new Uint8Array(784), more),
    withValue: (value) => digits(image(value)),
    long: 'a picture per image',
  },
  heatmap: {
    small: (more) => heatmap([1, 2], ['a'], [0.5, 0.6], { ...titles, ...more }),
    withValue: (value) => heatmap([1, 2], [3, 4], [1, value, value, 2]),
    long: 'a cell per pair of settings',
  },
  hiddenWeights: {
    small: (more) => hiddenWeights(new Float32Array(3 * 794), more),
    withValue: (value) => {
      // Each of thirty neurons is one of the three that serve its digit, so each is drawn once.
      const weights = new Float32Array(30 * 794);
      for (let neuron = 0; neuron < 30; neuron++) weights[30 * 784 + 10 * neuron + (neuron % 10)] = 1;
      for (const pixel of [3, 4]) weights[30 * pixel] = value;
      return hiddenWeights(weights);
    },
    long: 'an image per digit and place',
  },
  intervals: {
    small: (more) => intervals(['a'], [{ name: 'b', mean: [1], low: [0], high: [2] }], { ...title, ...more }),
    withValue: (value) => {
      return intervals(['a', 'b', 'c'], [{ name: 'b', mean: [1, value, value], low: [0, 0, 0], high: [2, 2, 2] }]);
    },
    long: 'a row per setting',
  },
  lines: {
    small: (more) => lines([{ name: 'a', y: [Number.NaN, 1] }], { ...titles, ...more }),
    withValue: (value) => lines([{ name: 'a', y: [1, value, value, 2] }]),
    long: () => lines([{ name: 'a', y: manyByTen, x: manyByTen.map((_, i) => i) }], { logX: true, logY: true }),
  },
  liveCurve: {
    small: (more) => liveCurve([], [], more),
    withValue: (value) => liveCurve([0.5, 0.5, 0.5], [0.5, value, value]),
    long: () => liveCurve(many, many),
  },
  lossAndAccuracy: {
    small: (more) => lossAndAccuracy([1, 0], [0, 1], more),
    withValue: (value) => lossAndAccuracy([value, value, 1], [1, 1, 1]),
    long: () => lossAndAccuracy(many, many),
  },
  neuronRace: {
    small: (more) => neuronRace({ v: ten(), spike: ten() }, [1, 2], more),
    withValue: (value) => neuronRace({ v: ten(value), spike: ten() }, [3, 4]),
    long: () => neuronRace({ h: manyByTen, v: manyByTen, spike: manyByTen }, [1, 2]),
  },
  neuronTrace: {
    small: (more) => neuronTrace({ v: [0, 1], spike: [0, 1] }, more),
    withValue: (value) => neuronTrace({ v: [0, value, value, 0], spike: [0, 0, 0, 0] }),
    long: () => neuronTrace({ current: many, h: many, v: many, spike: many }),
  },
  plot1dSpikes: {
    small: (more) => plot1dSpikes(ten(), more),
    withValue: 'a spike that is no number is no stroke; its rate is tested in trace.test.ts',
    long: () => plot1dSpikes(manyByTen),
  },
  plot2dHeatmap: {
    small: (more) => plot2dHeatmap(ten(), more),
    withValue: (value) => plot2dHeatmap(ten(value)),
    long: 'a column per step, of which there are at most 10,000',
  },
  weightImages: {
    small: (more) => weightImages(image(), more),
    withValue: (value) => weightImages(image(value), { scale: value === 0 ? 'all' : 'each' }),
    long: 'an image per neuron',
  },
};

/** Name and examples of each. */
export const everyFigure = Object.entries(FIGURES) as [FigureName, Examples][];
