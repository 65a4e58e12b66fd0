/** A map's size, its weights, and how much of the image a neuron sees. */

import { exercise, mistake as m } from '../../engine/exercise';
import { sum } from '../../engine/values';

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
