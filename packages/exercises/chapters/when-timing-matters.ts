/** How far apart two spikes may be. */

import { firingStep } from '../../networks/latency';
import { charge } from '../../networks/lif';
import { exercise, mistake as m } from '../engine/exercise';
import { range, sum, toList } from '../engine/values';

type Gap = (weight: number, tau: number) => number;

/** Whole numbers are compared with room for rounding, so that a share is the same mistake however it is added up. */
const ROUNDING = 1e-9;

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

const timeGap = exercise<Gap>({
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
    'input-decays': m(
      'lets the input decay, as without `decayInput: false`',
      'Your neuron never fires, however close both spikes are. With “decayInput: false”, is a weight divided by τ?',
      (weight, tau) => Math.floor(exactGap(weight / tau, 1 - 1 / tau) + ROUNDING),
      (weight, tau) => Math.floor(Math.max(0, exactGap(weight / tau, 1 - 1 / tau)) + ROUNDING),
    ),
    'first-spike-alone': m(
      'asks how long one spike alone takes to fade to half',
      'Your gap does not depend on the weight. What has to be left of the first spike, so that the second one reaches 1?',
      (_, tau) => Math.floor(Math.log(0.5) / Math.log(1 - 1 / tau)),
    ),
    'faded-to-weight': m(
      'asks when the share `weight` of the first spike is left',
      'At this gap the share “weight” of the first spike is left. How much must be left of it, so that the second one reaches 1?',
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
});

// What is in a count, what is in a time, how far apart two spikes may be, and what a sample costs.

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

// The small project of the chapter: a latency code for MNIST beside the Poisson code, by accuracy and by spikes.

type Step = (x: number, T: number) => number;
type Spikes = (pixels: number[], T: number, code: 'poisson' | 'latency') => number;
type Front = (accuracies: number[], spikes: number[]) => ArrayLike<number>;

const LATENCY = 'A latency code for MNIST';

const inked = (pixels: number[]) => pixels.filter((x) => x > 0).length;

/** The settings that no other one beats, by what "beats" means. */
const unbeaten =
  (beats: (other: { accuracy: number; spikes: number }, own: { accuracy: number; spikes: number }) => boolean): Front =>
  (accuracies, spikes) => {
    const all = accuracies.map((accuracy, i) => ({ accuracy, spikes: spikes[i], i }));
    return all.filter((own) => !all.some((other) => other.i !== own.i && beats(other, own))).map(({ i }) => i);
  };
const beats = (other: { accuracy: number; spikes: number }, own: { accuracy: number; spikes: number }) =>
  other.accuracy >= own.accuracy &&
  other.spikes <= own.spikes &&
  (other.accuracy > own.accuracy || other.spikes < own.spikes);

export const timingProject = {
  'latency-step': exercise<Step>({
    project: LATENCY,
    minutes: 6,
    optional: true,
    names: ['x', 'T'],
    probes: [
      [1, 8],
      [0, 8],
      [0.7, 8],
      [0.2, 16],
      [0.9, 4],
      [0.35, 100],
      [0.6, 8],
    ],
    tolerance: 0,
    oracle: firingStep,
    mistakes: {
      'bright-late': m(
        'lets bright pixels fire late',
        'A white pixel fires last here. Which pixel should be the first?',
        (x, T) => Math.round((T - 1) * x),
      ),
      'one-step-too-many': m(
        'multiplies by T instead of T − 1',
        'A black pixel fires in step T, after the end. What is the number of the last step?',
        (x, T) => Math.round(T * (1 - x)),
      ),
      floor: m(
        'rounds down',
        'Some pixels fire a step too early here. To which whole number does the task round?',
        (x, T) => Math.floor((T - 1) * (1 - x)),
        (x, T) => Math.trunc((T - 1) * (1 - x)),
      ),
      ceil: m(
        'rounds up',
        'Some pixels fire a step too late here. To which whole number does the task round?',
        (x, T) => Math.ceil((T - 1) * (1 - x)),
      ),
      'from-1': m(
        'counts the steps from 1',
        'A white pixel fires in step 1 here. What is the number of the first step?',
        (x, T) => Math.round((T - 1) * (1 - x)) + 1,
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. Can a spike lie between two steps?',
        (x, T) => (T - 1) * (1 - x),
      ),
      count: m(
        'returns how many spikes a rate code has',
        'This grows with T and with the intensity, like a number of spikes. How many spikes does a latency code have?',
        (x, T) => Math.round(T * x),
        (x, T) => T * x,
      ),
    },
    forms: [(x, T) => Math.round((1 - x) * (T - 1)), (x, T) => T - 1 - Math.round((T - 1) * x)],
  }),
  'latency-spikes': exercise<Spikes>({
    project: LATENCY,
    minutes: 6,
    optional: true,
    names: ['pixels', 'T', 'code'],
    probes: [
      [[0, 0.5, 1, 0.25], 8, 'poisson'],
      [[0, 0.5, 1, 0.25], 8, 'latency'],
      [[0, 0, 0.75, 0, 0.5], 4, 'poisson'],
      [[0, 0, 0.75, 0, 0.5], 4, 'latency'],
      [[0.3, 0.5], 3, 'poisson'],
    ],
    oracle: (pixels, T, code) => (code === 'latency' ? pixels.length : T * sum(pixels)),
    mistakes: {
      'black-silent': m(
        'leaves black pixels out of the latency code',
        'Black pixels are silent in your latency code. In which step does the code of milestone 1 let them fire?',
        (pixels, T, code) => (code === 'latency' ? inked(pixels) : T * sum(pixels)),
      ),
      'latency-each-step': m(
        'lets each pixel fire in every step of the latency code',
        'Your latency code has more spikes the longer it is. How often does a pixel fire in it?',
        (pixels, T, code) => T * (code === 'latency' ? pixels.length : sum(pixels)),
      ),
      'poisson-one-step': m(
        'forgets the steps of the Poisson code',
        'Your Poisson code has the spikes of one step. How many steps are there?',
        (pixels, _, code) => (code === 'latency' ? pixels.length : sum(pixels)),
      ),
      'poisson-all-inked': m(
        'lets each pixel with ink fire in every step of the Poisson code',
        'A grey pixel fires in every step here. With which probability does it fire in one?',
        (pixels, T, code) => (code === 'latency' ? pixels.length : T * inked(pixels)),
      ),
      rounded: m(
        'rounds the mean',
        'This is a whole number. Must a mean over many images be one?',
        (pixels, T, code) => (code === 'latency' ? pixels.length : Math.round(T * sum(pixels))),
        (pixels, T, code) => (code === 'latency' ? pixels.length : Math.floor(T * sum(pixels))),
      ),
      'same-for-both': m(
        'takes one formula for both codes',
        'Both codes have the same number here. Which one depends on how bright the pixels are?',
        (pixels, T) => T * sum(pixels),
        (pixels) => pixels.length,
      ),
      exchanged: m(
        'exchanges the codes',
        'Each code has the number of the other one. Which code fires once per pixel?',
        (pixels, T, code) => (code === 'poisson' ? pixels.length : T * sum(pixels)),
      ),
    },
    forms: [
      (pixels, T, code) => pixels.reduce((total, x) => total + (code === 'latency' ? 1 : T * x), 0),
      (pixels, T, code) => {
        if (code === 'latency') return pixels.length;
        return T * pixels.reduce((a, b) => a + b, 0);
      },
    ],
  }),
  'latency-front': exercise<Front>({
    project: LATENCY,
    minutes: 10,
    optional: true,
    names: ['accuracies', 'spikes'],
    probes: [
      [
        [0.9, 0.8, 0.85, 0.95],
        [400, 100, 500, 800],
      ],
      [
        [0.7, 0.9, 0.9, 0.6],
        [300, 300, 500, 200],
      ],
      [
        [0.5, 0.4, 0.3],
        [10, 20, 30],
      ],
      [
        [0.9, 0.6, 0.9],
        [300, 100, 300],
      ],
      // More than ten settings, and one that is as cheap as another and less accurate.
      [
        [0.9, 0.4, 0.8, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.6],
        [400, 100, 300, 300, 300, 300, 300, 300, 300, 300, 200, 200],
      ],
    ],
    compared: toList,
    tolerance: 0,
    oracle: unbeaten(beats),
    mistakes: {
      'best-only': m(
        'returns the most accurate setting alone',
        'Only the most accurate setting is left. Is one with fewer spikes beaten by it?',
        (accuracies) => [accuracies.indexOf(Math.max(...accuracies))],
      ),
      'cheapest-only': m(
        'returns the setting with the fewest spikes alone',
        'Only the cheapest setting is left. Is a more accurate one beaten by it?',
        (_, spikes) => [spikes.indexOf(Math.min(...spikes))],
      ),
      'beaten-by-one': m(
        'takes a setting out that is worse in one of both',
        'A setting is out here as soon as another one is better in one of both. What does "beaten" mean in the task?',
        unbeaten((other, own) => other.accuracy > own.accuracy || other.spikes < own.spikes),
      ),
      'equals-stay': m(
        'asks that the other one is better in both',
        'A setting stays although another one is as accurate with fewer spikes, or better with as many. When is it beaten?',
        unbeaten((other, own) => other.accuracy > own.accuracy && other.spikes < own.spikes),
        unbeaten((other, own) => other.accuracy > own.accuracy && other.spikes <= own.spikes),
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes < own.spikes),
      ),
      'beats-itself': m(
        'lets each setting beat itself',
        'Nothing is left here, since each setting is as good as itself. What does a setting that beats another one need besides?',
        () => [],
      ),
      'twins-gone': m(
        'lets two settings that are alike beat each other',
        'Two settings that are equal in both are missing here. Is one of them better than the other in anything?',
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes <= own.spikes),
        (accuracies, spikes) => {
          const good = Array.from(unbeaten(beats)(accuracies, spikes));
          const isNew = (i: number, place: number) =>
            !good.slice(0, place).some((j) => accuracies[j] === accuracies[i] && spikes[j] === spikes[i]);
          return good.filter(isNew);
        },
      ),
      'from-1': m(
        'counts the settings from 1',
        'Your numbers begin with 1. Which number does the first setting have?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes), (i) => i + 1),
      ),
      'by-spikes': m(
        'sorts by the spikes',
        'These are the right settings. In which order does the task ask for their numbers?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes)).sort((a, b) => spikes[a] - spikes[b]),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes)).sort(),
      ),
      'more-is-better': m(
        'takes many spikes for good',
        'Settings with many spikes win here. Which of two equally accurate ones is cheaper?',
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes > own.spikes),
        unbeaten((other, own) => beats({ ...other, spikes: -other.spikes }, { ...own, spikes: -own.spikes })),
      ),
      'the-beaten': m(
        'returns the settings that are beaten',
        'These are the settings that another one beats. Which are asked for?',
        (accuracies, spikes) => {
          const good = toList(unbeaten(beats)(accuracies, spikes)) as number[];
          return accuracies.map((_, i) => i).filter((i) => !good.includes(i));
        },
      ),
    },
    forms: [
      (accuracies, spikes) =>
        accuracies
          .map((_, i) => i)
          .filter(
            (i) =>
              !accuracies.some(
                (accuracy, other) =>
                  accuracy >= accuracies[i] &&
                  spikes[other] <= spikes[i] &&
                  (accuracy > accuracies[i] || spikes[other] < spikes[i]),
              ),
          ),
      (accuracies, spikes) => {
        const order = accuracies
          .map((_, i) => i)
          .sort((a, b) => spikes[a] - spikes[b] || accuracies[b] - accuracies[a]);
        const front: number[] = [];
        for (const i of order) {
          const best = front[front.length - 1];
          const isTwin = accuracies[i] === accuracies[best] && spikes[i] === spikes[best];
          if (front.length === 0 || accuracies[i] > accuracies[best] || isTwin) front.push(i);
        }
        return front.sort((a, b) => a - b);
      },
    ],
  }),
};
