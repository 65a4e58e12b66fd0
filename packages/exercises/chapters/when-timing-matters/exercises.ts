/** What is in a count, what is in a time, how far apart two spikes may be, and what a sample costs. */

import { exercise, mistake as m } from '../../engine/exercise';
import { range, toList } from '../../engine/values';
import { ROUNDING, timeGap } from './gap';

type Counts = (spikes: number[], units: number) => ArrayLike<number>;
type Control = (times: number[], order: number[]) => ArrayLike<number>;
type Additions = (inputSpikes: number, hiddenSpikes: number, hidden: number) => number;

const countOf = (spikes: number[], unit: number) => spikes.filter((other) => other === unit).length;

export const timing = {
  'time-counts': exercise<Counts>({
    minutes: 4,
    names: ['spikes', 'units'],
    probes: [
      [[0, 1, 2], 3],
      [[2, 0, 2, 2, 5], 7],
      [[3, 1, 1, 0], 4],
    ],
    compared: toList,
    tolerance: ROUNDING,
    oracle: (spikes, units) => range(units).map((unit) => countOf(spikes, unit)),
    mistakes: {
      'fired-at-all': m(
        'writes 1 for a unit that fires, however often',
        'A unit that fires several times has a 1 here. How often does unit 2 stand in [2, 0, 2, 2, 5]?',
        (spikes, units) => range(units).map((unit) => (spikes.includes(unit) ? 1 : 0)),
      ),
      rates: m(
        'divides by the number of spikes',
        'These are shares of all spikes. What does the task ask for?',
        (spikes, units) => range(units).map((unit) => countOf(spikes, unit) / spikes.length),
      ),
      'from-1': m(
        'counts the units from 1',
        'Your first value belongs to unit 1. What is the number of the first unit?',
        (spikes, units) => range(units).map((unit) => countOf(spikes, unit + 1)),
      ),
      'firing-only': m(
        'leaves silent units out',
        'A unit without a spike has no place in your list. How many units are there?',
        (spikes) => [...new Set(spikes)].sort((a, b) => a - b).map((unit) => countOf(spikes, unit)),
        (spikes) => [...new Set(spikes)].map((unit) => countOf(spikes, unit)),
        (spikes) => range(Math.max(...spikes) + 1).map((unit) => countOf(spikes, unit)),
      ),
      'adds-numbers': m(
        'adds the numbers of the units up',
        'The larger the number of a unit, the larger its value here. What does a single spike add?',
        (spikes, units) => range(units).map((unit) => unit * countOf(spikes, unit)),
      ),
    },
    forms: [
      (spikes, units) => {
        const counts = new Array<number>(units).fill(0);
        for (const unit of spikes) counts[unit]++;
        return counts;
      },
      (spikes, units) => {
        const counts = new Uint16Array(units);
        spikes.forEach((unit) => {
          counts[unit] += 1;
        });
        return counts;
      },
    ],
  }),
  'time-control': exercise<Control>({
    minutes: 6,
    names: ['times', 'order'],
    probes: [
      [
        [0, 3, 3, 1],
        [2, 0, 3, 1],
      ],
      [
        [4, 0, 2],
        [1, 2, 3, 4, 0],
      ],
    ],
    compared: toList,
    tolerance: 0,
    oracle: (times, order) => times.map((time) => order[time]),
    mistakes: {
      inverse: m(
        'looks for the step from which each spike would come',
        'You look for the step in “order”, and take the place where it stands. What does “order[t]” itself say?',
        (times, order) => times.map((time) => order.indexOf(time)),
      ),
      'by-place': m(
        'takes the new step by the place in the list, not by the time',
        'Your result does not depend on the times. Which entry of “order” belongs to a spike of step 3?',
        (times, order) => times.map((_, i) => order[i]),
      ),
      'spikes-exchanged': m(
        'puts the spikes of the list in another order',
        'The same times stand here in another order. Should the spike of a unit change its step, or its unit?',
        (times, order) => times.map((_, i) => times[order[i] % times.length]),
      ),
      sorted: m('sorts the new times', 'These are sorted. Does each unit still have its own spike?', (times, order) =>
        times.map((time) => order[time]).sort((a, b) => a - b),
      ),
      'all-steps': m(
        'returns a value per step',
        'This has a value for each step. How many spikes does the sample have?',
        (times, order) => order.map((step) => times[step] ?? 0),
        (_, order) => [...order],
      ),
    },
    forms: [
      (times, order) => {
        const moved: number[] = [];
        for (const time of times) moved.push(order[time]);
        return moved;
      },
      (times, order) => Uint16Array.from(times, (time) => order[time]),
    ],
  }),
  'time-gap': timeGap,
  'time-additions': exercise<Additions>({
    minutes: 4,
    optional: true,
    names: ['inputSpikes', 'hiddenSpikes', 'hidden'],
    probes: [
      [20, 60, 100],
      [5, 7, 30],
      [100, 0, 12],
    ],
    tolerance: 0,
    oracle: (inputSpikes, hiddenSpikes, hidden) => inputSpikes * hidden + hiddenSpikes * 10,
    mistakes: {
      'hidden-by-hidden': m(
        'multiplies the hidden spikes by the width, too',
        'A hidden spike adds too many weights here. To how many neurons does it lead?',
        (inputSpikes, hiddenSpikes, hidden) => (inputSpikes + hiddenSpikes) * hidden,
      ),
      exchanged: m(
        'exchanges the two layers',
        'Input spikes add ten weights here, and hidden ones many. Which layer stands behind which spike?',
        (inputSpikes, hiddenSpikes, hidden) => inputSpikes * 10 + hiddenSpikes * hidden,
      ),
      'first-layer-only': m(
        'forgets the hidden spikes',
        'These are the additions of the input spikes. What does a hidden spike do?',
        (inputSpikes, _, hidden) => inputSpikes * hidden,
      ),
      'one-output': m(
        'adds one weight per hidden spike',
        'A hidden spike adds a single weight here. To how many outputs does it lead?',
        (inputSpikes, hiddenSpikes, hidden) => inputSpikes * hidden + hiddenSpikes,
      ),
      spikes: m(
        'counts spikes',
        'This counts the spikes. How many weights does each of them add?',
        (inputSpikes, hiddenSpikes) => inputSpikes + hiddenSpikes,
      ),
      multiplied: m(
        'multiplies both layers',
        'This grows far too fast. Does each input spike meet each hidden spike?',
        (inputSpikes, hiddenSpikes, hidden) => inputSpikes * hidden * hiddenSpikes * 10,
      ),
    },
    forms: [
      (inputSpikes, hiddenSpikes, hidden) => hidden * inputSpikes + 10 * hiddenSpikes,
      (inputSpikes, hiddenSpikes, hidden) =>
        [
          [inputSpikes, hidden],
          [hiddenSpikes, 10],
        ].reduce((total, [spikes, weights]) => total + spikes * weights, 0),
    ],
  }),
};
