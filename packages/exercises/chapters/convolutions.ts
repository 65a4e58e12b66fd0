/** A map's size, its weights, and how much of the image a neuron sees. */
import { exercise, mistake as m } from '../engine/exercise';
import { mean, range, sum, toList } from '../engine/values';

type Size = (size: number, kernel: number, stride: number, padding: number) => number;
type Weights = (kernel: number, reads: number, makes: number) => number;
type Field = (layers: { kernel: number; pools: boolean }[]) => number;

/**
 * How many pixels wide a neuron's window is, by what a layer adds to it; `apart`: from one neuron's window to the next.
 */
const field =
  (wider: (width: number, apart: number, kernel: number, pool: number) => number): Field =>
  (layers) => {
    let [width, apart] = [1, 1];
    for (const { kernel, pools } of layers) {
      width = wider(width, apart, kernel, pools ? 2 : 1);
      if (pools) apart *= 2;
    }
    return width;
  };

export const convolutions = {
  'conv-size': exercise<Size>({
    minutes: 4,
    names: ['size', 'kernel', 'stride', 'padding'],
    probes: [
      [28, 5, 1, 0],
      [28, 5, 2, 2],
      [12, 3, 2, 1],
      [9, 4, 3, 0],
      [9, 3, 2, 0], // a stride that fits exactly
    ],
    tolerance: 0,
    oracle: (size, kernel, stride, padding) => Math.floor((size + 2 * padding - kernel) / stride) + 1,
    mistakes: {
      'one-less': m(
        'forgets the first position',
        'Here a kernel as large as the map has no place at all. How many positions does it have?',
        (size, kernel, stride, padding) => Math.floor((size + 2 * padding - kernel) / stride),
      ),
      'one-side': m(
        'pads one side alone',
        'Your map has grown on one side only. Where does the padding lie?',
        (size, kernel, stride, padding) => Math.floor((size + padding - kernel) / stride) + 1,
      ),
      'rounds-up': m(
        'rounds up',
        'Your last position reaches beyond the map. What becomes of a step that no longer fits?',
        (size, kernel, stride, padding) => Math.ceil((size + 2 * padding - kernel) / stride) + 1,
      ),
      'no-stride': m(
        'moves by one each time',
        'Here the kernel always moves by one. What does the stride say?',
        (size, kernel, _, padding) => size + 2 * padding - kernel + 1,
      ),
      'not-whole': m(
        'does not round',
        'Your size need not be whole. What becomes of a step that no longer fits?',
        (size, kernel, stride, padding) => (size + 2 * padding - kernel) / stride + 1,
      ),
      'no-kernel': m(
        'leaves the size of the kernel out',
        'Here the kernel may hang over the edge. How far can its upper left corner go?',
        (size, _, stride, padding) => Math.floor((size + 2 * padding) / stride),
        (size, _, stride, padding) => Math.floor((size + 2 * padding - 1) / stride) + 1,
      ),
      'no-padding': m(
        'leaves the padding out',
        'Your size is that of a map without padding. How wide is it with the rows of zeros?',
        (size, kernel, stride) => Math.floor((size - kernel) / stride) + 1,
      ),
    },
    forms: [
      (size, kernel, stride, padding) => {
        let positions = 0;
        for (let at = -padding; at + kernel <= size + padding; at += stride) positions++;
        return positions;
      },
      (size, kernel, stride, padding) => Math.trunc((size + 2 * padding - kernel + stride) / stride),
    ],
  }),
  'conv-weights': exercise<Weights>({
    minutes: 3,
    names: ['kernel', 'reads', 'makes'],
    probes: [
      [5, 1, 12],
      [5, 12, 24],
      [3, 24, 10],
    ],
    tolerance: 0,
    oracle: (kernel, reads, makes) => kernel * kernel * reads * makes,
    mistakes: {
      'one-map-read': m(
        'reads one map alone',
        'Here a kernel looks at one of the maps below. How many of them does a neuron read?',
        (kernel, _, makes) => kernel * kernel * makes,
      ),
      'one-row': m(
        'counts one row of the kernel',
        'This is the number for kernels of one row. How many weights does a square have?',
        (kernel, reads, makes) => kernel * reads * makes,
      ),
      added: m(
        'adds the maps up',
        'Your number grows by one kernel for each map, whether it is read or made. How many pairs of maps are there?',
        (kernel, reads, makes) => kernel * kernel * (reads + makes),
      ),
      'with-bias': m(
        'adds a bias for each map',
        'This is the number with a bias for each map that is made. Do our layers have one?',
        (kernel, reads, makes) => kernel * kernel * reads * makes + makes,
      ),
    },
    forms: [
      (kernel, reads, makes) => makes * (reads * kernel ** 2),
      (kernel, reads, makes) => {
        let all = 0;
        for (let from = 0; from < reads; from++) for (let to = 0; to < makes; to++) all += kernel ** 2;
        return all;
      },
    ],
  }),
  'conv-field': exercise<Field>({
    minutes: 6,
    names: ['layers'],
    probes: [
      [[{ kernel: 5, pools: true }]],
      [
        [
          { kernel: 5, pools: false },
          { kernel: 3, pools: false },
          { kernel: 3, pools: true },
        ],
      ],
      [
        [
          { kernel: 3, pools: true },
          { kernel: 4, pools: true },
          { kernel: 2, pools: false },
        ],
      ],
    ],
    tolerance: 0,
    oracle: field((width, apart, kernel, pool) => width + (kernel - 1) * apart + (pool - 1) * apart),
    mistakes: {
      'apart-by-one': m(
        'takes neighbours to be one pixel apart',
        'Behind a pool your neighbours still see pixels that lie one apart. How far apart are their windows?',
        field((width, _, kernel, pool) => width + kernel - 1 + pool - 1),
      ),
      'pool-sees-nothing': m(
        'lets a pool see no more than one neuron',
        'A mean of four neurons sees what all four see. How much wider is that?',
        field((width, apart, kernel) => width + (kernel - 1) * apart),
      ),
      'added-up': m(
        'adds the kernels up',
        'Your window grows by a whole kernel with each layer. How many pixels does a kernel of 5 add to a window of 1?',
        (layers) => sum(layers.map(({ kernel, pools }) => kernel + (pools ? 2 : 0))),
      ),
      'no-pools': m(
        'leaves the pools out',
        'Your window is that of a network without pools. How far apart are two neighbours behind one?',
        (layers) => 1 + sum(layers.map(({ kernel }) => kernel - 1)),
      ),
      'doubles-the-window': m(
        'doubles the window at a pool',
        'Your window doubles at each pool. By how much do the windows of two neighbours overlap?',
        (layers) => layers.reduce((width, { kernel, pools }) => (width + kernel - 1) * (pools ? 2 : 1), 1),
      ),
      multiplied: m(
        'multiplies the kernels',
        'Your windows lie side by side without an overlap. How far is it from one neuron’s window to the next?',
        (layers) => layers.reduce((width, { kernel, pools }) => width * kernel * (pools ? 2 : 1), 1),
      ),
      'last-alone': m(
        'looks at the last layer alone',
        'This is what the last layer sees of the map below. What does one neuron of that map see?',
        (layers) => layers[layers.length - 1].kernel + (layers[layers.length - 1].pools ? 1 : 0),
      ),
    },
    forms: [
      // From the last layer back: how many neurons of the map below are seen.
      (layers) => layers.reduceRight((seen, { kernel, pools }) => (pools ? 2 * seen : seen) + kernel - 1, 1),
      (layers) => {
        let [last, apart] = [0, 1];
        for (const { kernel, pools } of layers) {
          last += (kernel - 1) * apart;
          if (!pools) continue;
          last += apart;
          apart *= 2;
        }
        return last + 1;
      },
    ],
  }),
};

// Spikes that add kernels, pooling, and the gradient of a weight that is shared.

type Grid = number[][];
type Scatter = (spikes: [number, number][], kernel: Grid, size: number) => Grid;
type Pool = (spikes: Grid) => Grid;
type Shared = (slopes: Grid, image: Grid) => Grid;

const grid = (rows: number, columns: number, value: (y: number, x: number) => number): Grid =>
  range(rows).map((y) => range(columns).map((x) => value(y, x)));
const turned = (kernel: Grid): Grid => [...kernel].reverse().map((row) => [...row].reverse());
const transposed = (kernel: Grid): Grid => kernel[0].map((_, x) => kernel.map((row) => row[x]));
/** All products of a window at (y, x), added up; what lies outside of the image is 0. */
const windowAt = (image: Grid, kernel: Grid, y: number, x: number): number =>
  sum(kernel.flatMap((row, dy) => row.map((weight, dx) => weight * (image[y + dy]?.[x + dx] ?? 0))));
const currents = (image: Grid, kernel: Grid): Grid =>
  grid(image.length - kernel.length + 1, image[0].length - kernel[0].length + 1, (y, x) =>
    windowAt(image, kernel, y, x),
  );
/** The map when spikes add, or set, what `weight` says of their distance to a neuron. */
const scattered =
  (weight: (kernel: Grid, dy: number, dx: number) => number | undefined, adds = true): Scatter =>
  (spikes, kernel, size) => {
    const map = grid(size, size, () => 0);
    for (const [row, column] of spikes) {
      for (const y of range(size)) {
        for (const x of range(size)) {
          const own = weight(kernel, row - y, column - x);
          if (own !== undefined) map[y][x] = adds ? map[y][x] + own : own;
        }
      }
    }
    return map;
  };
const pooled =
  (of: (four: number[]) => number, step = 2): Pool =>
  (spikes) =>
    grid(Math.floor((spikes.length - 2) / step) + 1, Math.floor((spikes[0].length - 2) / step) + 1, (y, x) =>
      of([0, 1].flatMap((dy) => [0, 1].map((dx) => spikes[step * y + dy][step * x + dx]))),
    );
const shared =
  (of: (products: number[]) => number): Shared =>
  (slopes, image) =>
    grid(image.length - slopes.length + 1, image[0].length - slopes[0].length + 1, (dy, dx) =>
      of(slopes.flatMap((row, y) => row.map((slope, x) => slope * image[y + dy][x + dx]))),
    );

const CORNER = [
  [1, 2, 0],
  [0, 4, -1],
  [8, 0, 0.5],
];
export const convolutionsMaps = {
  'conv-scatter': exercise<Scatter>({
    minutes: 7,
    names: ['spikes', 'kernel', 'size'],
    probes: [
      [
        [
          [2, 2],
          [3, 2],
        ],
        CORNER,
        3,
      ],
      [
        [
          [0, 0],
          [4, 3],
        ],
        CORNER,
        3,
      ],
      [
        [[1, 2]],
        [
          [1, 2],
          [4, 8],
        ],
        3,
      ],
      [
        [
          [0, 3],
          [2, 1],
          [3, 3],
        ],
        CORNER,
        4,
      ],
    ],
    oracle: scattered((kernel, dy, dx) => kernel[dy]?.[dx]),
    mistakes: {
      upright: m(
        'adds the kernel as it stands',
        'The neuron above a spike sees it low in its window. Which way round does the kernel come to lie?',
        scattered((kernel, dy, dx) => turned(kernel)[dy]?.[dx]),
      ),
      below: m(
        'reaches the neurons below and to the right',
        'Your spike reaches neurons below it and to its right. Where does a window begin that has the spike in it?',
        scattered((kernel, dy, dx) => kernel[-dy]?.[-dx]),
      ),
      'one-list': m(
        'makes one list of all rows',
        'All rows of your map are equal. How many lists does fill make out of one?',
        (spikes, kernel, size) => {
          const map = scattered((k, dy, dx) => k[dy]?.[dx])(spikes, kernel, size);
          return map.map(() => range(size).map((x) => sum(map.map((row) => row[x]))));
        },
      ),
      'last-wins': m(
        'lets the last spike overwrite the others',
        'Where two kernels overlap, only the last one is left. What does a second spike do to a current?',
        scattered((kernel, dy, dx) => kernel[dy]?.[dx], false),
      ),
      transposed: m(
        'exchanges row and column of a spike',
        'Rows and columns are exchanged here. Which number of a spike is its row?',
        scattered((kernel, dy, dx) => transposed(kernel)[dy]?.[dx]),
        (spikes, kernel, size) => transposed(scattered((k, dy, dx) => k[dy]?.[dx])(spikes, transposed(kernel), size)),
      ),
    },
    forms: [
      (spikes, kernel, size) => {
        const map = grid(size, size, () => 0);
        for (const [row, column] of spikes) {
          for (let dy = 0; dy < kernel.length; dy++) {
            for (let dx = 0; dx < kernel[0].length; dx++) {
              const [y, x] = [row - dy, column - dx];
              if (y >= 0 && y < size && x >= 0 && x < size) map[y][x] += kernel[dy][dx];
            }
          }
        }
        return map;
      },
      (spikes, kernel, size) => {
        const side = size + kernel.length - 1;
        const image = grid(side, side, (y, x) => spikes.filter(([row, column]) => row === y && column === x).length);
        return currents(image, kernel);
      },
    ],
  }),
  'conv-pool': exercise<Pool>({
    minutes: 4,
    names: ['spikes'],
    probes: [
      [
        [
          [1, 0, 1, 1],
          [0, 0, 1, 1],
          [0, 1, 0, 0],
          [1, 1, 0, 0],
        ],
      ],
      [
        [
          [1, 1, 0],
          [0, 1, 1],
          [1, 0, 1],
        ],
      ],
      // Not square, and the neurons of each square differ from one another.
      [
        [
          [0, 1, 0, 1, 1, 0, 0],
          [0, 0, 0, 1, 1, 1, 0],
        ],
      ],
    ],
    oracle: pooled(mean),
    mistakes: {
      most: m(
        'takes the highest of four',
        'Here one spike of four counts as much as all four. What is their mean?',
        pooled((four) => Math.max(...four)),
      ),
      added: m('adds the four up', 'Your values reach 4. By what is a sum divided to make a mean?', pooled(sum)),
      overlapping: m(
        'moves the square by one',
        'Your squares overlap. How far is it from one square to the next?',
        pooled(mean, 1),
      ),
      'first-of-four': m(
        'keeps one neuron of four',
        'Your answer looks at one neuron of each square. What became of the other three?',
        pooled((four) => four[0]),
      ),
    },
    forms: [
      (spikes) =>
        range(Math.floor(spikes.length / 2)).map((y) =>
          range(Math.floor(spikes[0].length / 2)).map(
            (x) =>
              (spikes[2 * y][2 * x] +
                spikes[2 * y][2 * x + 1] +
                spikes[2 * y + 1][2 * x] +
                spikes[2 * y + 1][2 * x + 1]) /
              4,
          ),
        ),
      (spikes) => {
        const out: Grid = [];
        for (let y = 0; y + 1 < spikes.length; y += 2) {
          const row: number[] = [];
          for (let x = 0; x + 1 < spikes[0].length; x += 2) {
            let all = 0;
            for (const dy of [0, 1]) for (const dx of [0, 1]) all += 0.25 * spikes[y + dy][x + dx];
            row.push(all);
          }
          out.push(row);
        }
        return out;
      },
    ],
  }),
  'conv-shared': exercise<Shared>({
    minutes: 8,
    optional: true,
    names: ['slopes', 'image'],
    probes: [
      [
        [
          [1, -2],
          [0.5, 4],
        ],
        [
          [1, 2, 0],
          [0, 1, 3],
          [1, 0, -1],
        ],
      ],
      [
        [
          [0, 3, 0],
          [1, 0, 0],
        ],
        [
          [1, 0, 0, 2],
          [0, 5, 0, 0],
          [4, 0, 1, 0],
        ],
      ],
      [[[1, -2]], [[1, 2, 0, 4]]],
    ],
    oracle: shared(sum),
    mistakes: {
      mean: m(
        'takes the mean of all positions',
        'Your gradient is divided by the number of neurons. How much does the loss change if all of them change?',
        shared(mean),
      ),
      'one-neuron': m(
        'asks the first neuron alone',
        'This is what the first neuron says. Who else has this weight?',
        shared((products) => products[0]),
      ),
      'no-image': m(
        'leaves the image out',
        'Your gradient is the same for each weight of the kernel. By what is a weight multiplied on the way to a potential?',
        (slopes, image) =>
          grid(image.length - slopes.length + 1, image[0].length - slopes[0].length + 1, () => sum(slopes.flat())),
      ),
      exchanged: m(
        'exchanges the rows and columns of the kernel',
        'Rows and columns of your kernel are exchanged. Which of its weights meets the pixel to the right of the first?',
        (slopes, image) => transposed(shared(sum)(slopes, image)),
      ),
      turned: m(
        'turns the kernel round',
        'Your gradient is turned by half a circle. Which pixel does the weight at (0, 0) meet?',
        (slopes, image) => turned(shared(sum)(slopes, image)),
      ),
    },
    forms: [
      (slopes, image) => currents(image, slopes),
      (slopes, image) => {
        const out = grid(image.length - slopes.length + 1, image[0].length - slopes[0].length + 1, () => 0);
        for (let y = 0; y < slopes.length; y++) {
          for (let x = 0; x < slopes[0].length; x++) {
            for (let dy = 0; dy < out.length; dy++) {
              for (let dx = 0; dx < out[0].length; dx++) out[dy][dx] += slopes[y][x] * image[y + dy][x + dx];
            }
          }
        }
        return out;
      },
    ],
  }),
};

// The small project of the chapter: a third layer that convolves, and learns.

type Layer = { kernel: number; pools: boolean };
type Shapes = (size: number, layers: Layer[]) => number[];
type Silent = (spikes: number[], channels: number) => ArrayLike<number>;
type Choose = (gains: number[], silent: number[][]) => number;

const PROJECT = 'A third layer that learns';

const shapes =
  (after: (size: number, layer: Layer) => number): Shapes =>
  (size, layers) => {
    let side = size;
    return layers.map((layer) => {
      side = after(side, layer);
      return side;
    });
  };
/** The channels of which this holds. */
const silent =
  (holds: (spikes: number[], channels: number, c: number) => boolean): Silent =>
  (spikes, channels) =>
    range(channels).filter((c) => holds(spikes, channels, c));
const chosen =
  (holds: (row: number[]) => boolean): Choose =>
  (gains, silent) =>
    gains[silent.findIndex(holds)] ?? gains[gains.length - 1];

export const convolutionsProject = {
  'third-shapes': exercise<Shapes>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['size', 'layers'],
    probes: [
      [
        28,
        [
          { kernel: 5, pools: true },
          { kernel: 5, pools: true },
          { kernel: 3, pools: false },
        ],
      ],
      [
        17,
        [
          { kernel: 3, pools: true },
          { kernel: 2, pools: true },
        ],
      ],
    ],
    tolerance: 0,
    oracle: shapes((size, { kernel, pools }) => Math.floor((size - kernel + 1) / (pools ? 2 : 1))),
    mistakes: {
      'always-pools': m(
        'pools in every layer',
        'Here every layer halves its map. Which ones do?',
        shapes((size, { kernel }) => Math.floor((size - kernel + 1) / 2)),
      ),
      'never-pools': m(
        'leaves pooling out',
        'Your maps shrink by their kernels alone. What does a pool make of a map?',
        shapes((size, { kernel }) => size - kernel + 1),
      ),
      'from-the-image': m(
        'begins each layer at the first map',
        'Each of your layers reads the first map. What does the second layer read?',
        (size, layers) => layers.map(({ kernel, pools }) => Math.floor((size - kernel + 1) / (pools ? 2 : 1))),
      ),
      'keeps-size': m(
        'takes a map to be as large as what it reads',
        'Here a kernel may reach beyond the edge. At how many places does all of it fit?',
        shapes((size, { pools }) => Math.floor(size / (pools ? 2 : 1))),
      ),
      'one-less': m(
        'forgets a position',
        'A kernel as large as the map has no place here. How many does it have?',
        shapes((size, { kernel, pools }) => Math.floor((size - kernel) / (pools ? 2 : 1))),
      ),
      'not-whole': m(
        'keeps halves of neurons',
        'Your maps have sizes that are not whole. What becomes of a last row without a partner?',
        shapes((size, { kernel, pools }) => (size - kernel + 1) / (pools ? 2 : 1)),
      ),
    },
    forms: [
      (size, layers) => {
        const out: number[] = [];
        let side = size;
        for (const { kernel, pools } of layers) {
          side = side - kernel + 1;
          if (pools) side = (side - (side % 2)) / 2;
          out.push(side);
        }
        return out;
      },
      (size, layers) =>
        layers.map((_, i) =>
          layers
            .slice(0, i + 1)
            .reduce((side, { kernel, pools }) => Math.trunc((side + 1 - kernel) * (pools ? 0.5 : 1)), size),
        ),
    ],
  }),
  'third-silent': exercise<Silent>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['spikes', 'channels'],
    probes: [
      [[0, 2, 0, 0, 0, 0, 1, 0, 0, 3, 0, 0], 3],
      [[0, 0, 0, 4, 0, 0, 0, 1], 4],
      [[1, 1, 0, 1], 2],
      [[0, 0, 0, 1], 2],
      [[1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0, 1], 12],
    ],
    compared: toList,
    oracle: silent((spikes, channels, c) => spikes.every((count, i) => i % channels !== c || count === 0)),
    mistakes: {
      'map-by-map': m(
        'takes the map of a channel to stand in one piece',
        'Here a channel is a piece of the list. Which numbers stand next to one another, those of one position or of one channel?',
        silent((spikes, channels, c) => {
          const positions = spikes.length / channels;
          return spikes.slice(c * positions, (c + 1) * positions).every((count) => count === 0);
        }),
      ),
      'silent-somewhere': m(
        'takes one silent neuron for a silent channel',
        'Here one neuron without a spike is enough. What if its channel fires elsewhere?',
        silent((spikes, channels, c) => spikes.some((count, i) => i % channels === c && count === 0)),
      ),
      'those-that-fire': m(
        'lists the channels that fire',
        'These channels do fire. Which ones are asked for?',
        silent((spikes, channels, c) => spikes.some((count, i) => i % channels === c && count > 0)),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (spikes, channels) =>
          Array.from(
            silent((counts, of, c) => counts.every((count, i) => i % of !== c || count === 0))(spikes, channels),
          ).sort(),
      ),
      'first-position': m(
        'looks at the first position alone',
        'Your answer looks at the corner of the map alone. Where else can a channel fire?',
        silent((spikes, _, c) => spikes[c] === 0),
      ),
    },
    forms: [
      (spikes, channels) => {
        const totals = new Array<number>(channels).fill(0);
        for (let i = 0; i < spikes.length; i++) totals[i % channels] += spikes[i];
        return totals.flatMap((total, c) => (total === 0 ? [c] : []));
      },
      (spikes, channels) => {
        const awake = new Set(spikes.flatMap((count, i) => (count > 0 ? [i % channels] : [])));
        return range(channels).filter((c) => !awake.has(c));
      },
    ],
  }),
  'third-gain': exercise<Choose>({
    project: PROJECT,
    minutes: 6,
    optional: true,
    names: ['gains', 'silent'],
    // As in a network: behind a layer that is silent as a whole, all are.
    probes: [
      [
        [1, 3, 6, 12, 24],
        [
          [1, 1, 1],
          [0.25, 0.75, 1],
          [0.25, 0.5, 0.75],
          [0.125, 0.25, 0.5],
          [0, 0, 0.25],
        ],
      ],
      [
        [2, 4, 8, 16],
        [
          [0.75, 0.875],
          [0.5, 0.5],
          [0, 0],
          [0, 0],
        ],
      ],
      [
        [3, 5, 7],
        [
          [0.75, 1, 1],
          [0.5, 0.25, 1],
          [0.75, 0.875, 0.75],
        ],
      ],
      [
        [5, 10],
        [
          [1, 1],
          [0.75, 1],
        ],
      ],
      [
        [1, 2, 4],
        [
          [1, 1],
          [0.75, 1],
          [0.5, 1],
        ],
      ],
      [
        [1, 2],
        [
          [0.75, 0, 0],
          [0, 0, 0],
        ],
      ],
      [
        [1, 2, 4, 8],
        [
          [1, 1],
          [0.25, 0.25],
          [0.25, 0.5],
          [0.5, 1],
        ],
      ],
    ],
    tolerance: 0,
    oracle: chosen((row) => row.every((share) => share < 1)),
    mistakes: {
      'half-of-each': m(
        'asks for half of each layer',
        'Here at most half of a layer may be silent. Through how many of its channels does a spike have to get?',
        chosen((row) => row.every((share) => share <= 0.5)),
      ),
      'all-awake': m(
        'asks for every channel',
        'Here every channel has to fire. Is one of a layer not enough?',
        chosen((row) => row.every((share) => share === 0)),
      ),
      'any-layer': m(
        'asks for one layer that is awake',
        'Here one layer that is awake is enough. Through how many layers does a spike have to get?',
        chosen((row) => row.some((share) => share < 1)),
      ),
      'largest-that-wakes': m(
        'takes the largest gain that is enough',
        'This gain is enough, but so is another one. Which of them does the task ask for?',
        (gains, silent) => gains[silent.findLastIndex((row) => row.every((share) => share < 1))] ?? gains.at(-1) ?? 0,
      ),
      'smallest-if-none': m(
        'takes the smallest gain if none is enough',
        'Where no gain is enough you take the smallest. Which one does the task ask for?',
        (gains, silent) =>
          gains[
            Math.max(
              0,
              silent.findIndex((row) => row.every((share) => share < 1)),
            )
          ],
      ),
      place: m(
        'returns the place in the list',
        'This is the place in the list. Which gain stands there?',
        (gains, silent) => {
          const found = silent.findIndex((row) => row.every((share) => share < 1));
          return found < 0 ? gains.length - 1 : found;
        },
      ),
      smallest: m(
        'takes the smallest gain',
        'This is the smallest of all gains. What if a layer is silent as a whole with it?',
        (gains) => gains[0],
      ),
      largest: m(
        'takes the largest gain',
        'This is the largest of all gains. Which is the first with which every layer is awake?',
        (gains) => gains[gains.length - 1],
      ),
    },
    forms: [
      (gains, silent) => {
        for (let i = 0; i < gains.length; i++) if (Math.max(...silent[i]) < 1) return gains[i];
        return gains[gains.length - 1];
      },
      (gains, silent) => gains.find((_, i) => !silent[i].includes(1)) ?? gains.at(-1) ?? 0,
      // What reaches the last layer went through all.
      (gains, silent) => gains.find((_, i) => silent[i][silent[i].length - 1] < 1) ?? gains[gains.length - 1],
    ],
  }),
};
