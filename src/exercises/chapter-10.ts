/** Chapter 10: what is in a count, what is in a time, and how far apart two spikes may be. */
import { charge } from '../common/lif';
import { exercise, mistake as m } from './exercise';
import { isTooLong } from './values';

type Counts = (spikes: number[], units: number) => ArrayLike<number>;
type Control = (times: number[], order: number[]) => ArrayLike<number>;
type Gap = (weight: number, tau: number) => number;
type Loss = (counts: number[], label: number) => number;
type Additions = (inputSpikes: number, hiddenSpikes: number, hidden: number) => number;

const toList = (values: ArrayLike<number>) => (isTooLong(values) ? values : Array.from(values));
const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Whole numbers are compared with room for rounding, so that a share is the same mistake however it is added up. */
const ROUNDING = 1e-9;

const countOf = (spikes: number[], unit: number) => spikes.filter((other) => other === unit).length;

/** The widest gap between two spikes of this weight at which the second one makes the package's own neuron fire. */
function widestGap(weight: number, tau: number): number {
  const options = { tau, decayInput: false, vThreshold: 1, vReset: 0 };
  let v = charge(weight, 0, options);
  for (let gap = 1; ; gap++) {
    if (charge(weight, v, options) < 1) return gap - 1;
    v = charge(0, v, options);
  }
}

/** The gap, which is seldom whole, at which the second spike lifts the potential just to 1. */
const exactGap = (weight: number, factor: number) => Math.log((1 - weight) / weight) / Math.log(factor);

/** The same where the leak of the last step takes from the second spike, too. */
const fading =
  (steps: number): Gap =>
  (weight, tau) => {
    const factor = 1 - 1 / tau;
    let gap = 0;
    for (let left = weight * factor ** steps; (left + weight) * factor >= 1; left *= factor) gap++;
    return gap;
  };

const crossEntropy = (values: number[], label: number) =>
  Math.log(sum(values.map((value) => Math.exp(value - values[label]))));

export const chapter10 = {
  'time-counts': exercise<Counts>({
    chapter: 10,
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
    chapter: 10,
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
        'You look for the step in `order`, and take the place where it stands. What does `order[t]` itself say?',
        (times, order) => times.map((time) => order.indexOf(time)),
      ),
      'by-place': m(
        'takes the new step by the place in the list, not by the time',
        'Your result does not depend on the times. Which entry of `order` belongs to a spike of step 3?',
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
  'time-gap': exercise<Gap>({
    chapter: 10,
    minutes: 9,
    names: ['weight', 'tau'],
    probes: [
      [0.6, 2],
      [0.6, 20],
      [0.9, 5],
      [0.7, 10],
      [0.55, 2],
      [0.75, 40],
      [0.8, 2], // the second spike lifts the potential to 1 itself, and every factor is a power of 2
    ],
    tolerance: ROUNDING,
    oracle: widestGap,
    mistakes: {
      'one-too-many': m(
        'rounds up',
        'At this gap the neuron stays silent. To which side do you round?',
        (weight, tau) => widestGap(weight, tau) + 1,
        (weight, tau) => Math.ceil(exactGap(weight, 1 - 1 / tau) - ROUNDING),
        (weight, tau) => Math.round(exactGap(weight, 1 - 1 / tau)),
      ),
      'above-threshold': m(
        'lets the neuron fire above the threshold only',
        'Where the sum is exactly 1 your neuron stays silent. Does a neuron fire at its threshold, or only above it?',
        (weight, tau) => Math.ceil(exactGap(weight, 1 - 1 / tau) - ROUNDING) - 1,
      ),
      'second-fades': m(
        'lets the second spike fade, too, before it counts',
        'Your gap is too narrow: the second spike has already faded here. When does a neuron fire, before the leak of the next step or after it?',
        fading(0),
        fading(1),
      ),
      'first-spike-alone': m(
        'asks how long one spike alone takes to fade to half',
        'Your gap does not depend on the weight. What has to be left of the first spike, so that the second one reaches 1?',
        (_, tau) => Math.floor(Math.log(0.5) / Math.log(1 - 1 / tau)),
      ),
      'faded-to-weight': m(
        'asks when the share `weight` of the first spike is left',
        'At this gap the share `weight` of the first spike is left. How much must be left of it, so that the second one reaches 1?',
        (weight, tau) => Math.floor(Math.log(weight) / Math.log(1 - 1 / tau)),
      ),
      'starts-at-1': m(
        'lets the first spike lift the potential to 1',
        'The first spike fades from 1 here. To which potential does it lift the neuron?',
        (weight, tau) => Math.floor(Math.log(1 - weight) / Math.log(1 - 1 / tau)),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. At which whole gap does the neuron still fire?',
        (weight, tau) => exactGap(weight, 1 - 1 / tau),
      ),
      'leak-as-factor': m(
        'multiplies by 1/tau in each step',
        'This takes 1/τ for what is left. How much of v survives one step?',
        (weight, tau) => Math.floor(exactGap(weight, 1 / tau)),
      ),
      exponential: m(
        'takes exp(-gap / tau) for the leak',
        'For a large τ this is close, for a small one it is not. By which factor does one step of our neuron multiply v?',
        (weight, tau) => Math.floor(exactGap(weight, Math.exp(-1 / tau))),
      ),
      tau: m(
        'returns tau',
        'This is τ itself, whatever the weight. With which weight would a spike fire the neuron alone?',
        (_, tau) => tau,
      ),
      'second-forgotten': m(
        'asks when the first spike falls below the threshold that the weight leaves, plus one more step',
        'The steps between both spikes are counted one too many or one too few. How often has v leaked when the second spike arrives?',
        (weight, tau) => Math.floor(exactGap(weight, 1 - 1 / tau)) - 1,
      ),
    },
    forms: [
      (weight, tau) => {
        let [gap, left] = [0, weight];
        while (left * (1 - 1 / tau) + weight >= 1) {
          left *= 1 - 1 / tau;
          gap++;
        }
        return gap;
      },
      (weight, tau) => Math.floor(Math.log((1 - weight) / weight) / Math.log(1 - 1 / tau)),
    ],
  }),
  'time-loss': exercise<Loss>({
    chapter: 10,
    minutes: 7,
    optional: true,
    names: ['counts', 'label'],
    probes: [
      [[0, 3, 1], 1],
      [[2, 2, 2, 2], 0],
      [[5, 0, 4], 2],
      [[0, 0, 1, 0, 0, 0, 0, 0, 0, 6], 9],
    ],
    oracle: crossEntropy,
    mistakes: {
      probability: m(
        'returns the probability of the label',
        'This is the probability of the right answer. What does the cross-entropy take of it?',
        (counts, label) => Math.exp(-crossEntropy(counts, label)),
      ),
      sign: m(
        'forgets the minus',
        'Your loss falls below 0. What sign does the logarithm of a probability have?',
        (counts, label) => -crossEntropy(counts, label),
      ),
      'of-shares': m(
        'divides the counts by their sum instead of the softmax',
        'A neuron without a spike gets the probability 0 here. Which function turns any numbers into probabilities?',
        (counts, label) => -Math.log(counts[label] / sum(counts)),
      ),
      'of-rates': m(
        'takes rates of all spikes for the counts',
        'Your loss hardly moves when the right neuron fires more often. What does the softmax get: counts or rates?',
        (counts, label) =>
          crossEntropy(
            counts.map((count) => count / sum(counts)),
            label,
          ),
      ),
      'other-base': m(
        'takes the logarithm of base 2 or 10',
        'Your loss is wrong by the same factor everywhere. Which logarithm do you take?',
        (counts, label) => crossEntropy(counts, label) / Math.LN2,
        (counts, label) => crossEntropy(counts, label) / Math.LN10,
      ),
      'label-left-out': m(
        'leaves the right neuron out of the sum',
        'Your softmax has the right neuron above the line only. Over which neurons does the sum below the line go?',
        (counts, label) => Math.log(sum(counts.map((count, i) => (i === label ? 0 : Math.exp(count))))) - counts[label],
      ),
      'all-neurons': m(
        'adds up all neurons',
        'The wrong neurons have a loss of their own here. Which neuron does the cross-entropy ask about?',
        (counts) => sum(counts.map((_, neuron) => crossEntropy(counts, neuron))),
      ),
    },
    forms: [
      (counts, label) => {
        const powers = counts.map((count) => Math.exp(count));
        return -Math.log(powers[label] / powers.reduce((a, b) => a + b));
      },
      (counts, label) => Math.log(counts.reduce((total, count) => total + Math.exp(count), 0)) - counts[label],
    ],
  }),
  'time-additions': exercise<Additions>({
    chapter: 10,
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
