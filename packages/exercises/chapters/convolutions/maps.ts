/** Spikes that add kernels, pooling, and the gradient of a weight that is shared. */

import { exercise, mistake as m } from '../../engine/exercise';
import { mean, range, sum } from '../../engine/values';

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
