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
  /** With a title, and titles of the axes. */
  small: () => Figure;
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
    small: () => bands([{ name: 'a', x: [1, 2], mean: [1, 2], low: [0, 1], high: [2, 3] }], titles),
    withValue: (value) => {
      const mean = [1, value, value, 2];
      return bands([{ name: 'a', x: [1, 2, 3, 4], mean, low: [0, 0, 0, 0], high: [3, 3, 3, 3] }]);
    },
    long: 'a point per epoch that the table has',
  },
  bars: {
    small: () => bars(['a'], [{ name: 'b', y: [1] }], titles),
    withValue: (value) => bars(['a', 'b', 'c'], [{ name: 'a', y: [1, value, value] }]),
    long: 'a bar per value',
  },
  compareWeights: {
    small: () => compareWeights([{ name: 'a', weights: image() }]),
    withValue: (value) => compareWeights([{ name: 'a', weights: image(value) }]),
    long: 'an image per neuron',
  },
  confusionMatrix: {
    small: () => confusionMatrix([1, 0, 0, 1]),
    withValue: 'counts are whole numbers',
    long: 'a cell per pair of digits',
  },
  differences: {
    small: () => differences(['a'], { mean: [1], low: [0], high: [2] }, [true], title),
    withValue: (value) => {
      const mean = [1, value, value];
      return differences(['a', 'b', 'c'], { mean, low: [0, 0, 0], high: [2, 2, 2] }, [true, false, false]);
    },
    long: 'a row per setting',
  },
  decisionMap: {
    small: () => decisionMap([0, 1, 1, 2], titles),
    withValue: (value) => decisionMap([0, 1, 1, 2, value, value, 0, 0, 0], titles),
    long: 'an answer per cell',
  },
  digits: {
    small: () => digits(new Uint8Array(784)),
    withValue: (value) => digits(image(value)),
    long: 'a picture per image',
  },
  heatmap: {
    small: () => heatmap([1, 2], ['a'], [0.5, 0.6], titles),
    withValue: (value) => heatmap([1, 2], [3, 4], [1, value, value, 2]),
    long: 'a cell per pair of settings',
  },
  hiddenWeights: {
    small: () => hiddenWeights(new Float32Array(3 * 794)),
    withValue: (value) => {
      // Each of ten neurons serves its own digit, so each is drawn once.
      const weights = new Float32Array(10 * 794);
      for (let neuron = 0; neuron < 10; neuron++) weights[7840 + 11 * neuron] = 1;
      for (const pixel of [3, 4]) weights[10 * pixel] = value;
      return hiddenWeights(weights, { each: 1 });
    },
    long: 'an image per digit and place',
  },
  intervals: {
    small: () => intervals(['a'], [{ name: 'b', mean: [1], low: [0], high: [2] }], title),
    withValue: (value) => {
      return intervals(['a', 'b', 'c'], [{ name: 'b', mean: [1, value, value], low: [0, 0, 0], high: [2, 2, 2] }]);
    },
    long: 'a row per setting',
  },
  lines: {
    small: () => lines([{ name: 'a', y: [Number.NaN, 1] }], titles),
    withValue: (value) => lines([{ name: 'a', y: [1, value, value, 2] }]),
    long: () => lines([{ name: 'a', y: manyByTen, x: manyByTen.map((_, i) => i) }], { logX: true, logY: true }),
  },
  liveCurve: {
    small: () => liveCurve([], []),
    withValue: (value) => liveCurve([0.5, 0.5, 0.5], [0.5, value, value]),
    long: () => liveCurve(many, many),
  },
  lossAndAccuracy: {
    small: () => lossAndAccuracy([1, 0], [0, 1]),
    withValue: (value) => lossAndAccuracy([value, value, 1], [1, 1, 1]),
    long: () => lossAndAccuracy(many, many),
  },
  neuronRace: {
    small: () => neuronRace({ v: ten(), spike: ten() }, [1, 2]),
    withValue: (value) => neuronRace({ v: ten(value), spike: ten() }, [3, 4]),
    long: () => neuronRace({ h: manyByTen, v: manyByTen, spike: manyByTen }, [1, 2]),
  },
  neuronTrace: {
    small: () => neuronTrace({ v: [0, 1], spike: [0, 1] }),
    withValue: (value) => neuronTrace({ v: [0, value, value, 0], spike: [0, 0, 0, 0] }),
    long: () => neuronTrace({ current: many, h: many, v: many, spike: many }),
  },
  plot1dSpikes: {
    small: () => plot1dSpikes(ten()),
    withValue: 'a spike that is no number is no stroke; its rate is tested in neurons.test.ts',
    long: () => plot1dSpikes(manyByTen),
  },
  plot2dHeatmap: {
    small: () => plot2dHeatmap(ten()),
    withValue: (value) => plot2dHeatmap(ten(value)),
    long: () => plot2dHeatmap(manyByTen),
  },
  weightImages: {
    small: () => weightImages(image()),
    withValue: (value) => weightImages(image(value), { scale: value === 0 ? 'all' : 'each' }),
    long: 'an image per neuron',
  },
};

/** Name and examples of each. */
export const everyFigure = Object.entries(FIGURES) as [FigureName, Examples][];
