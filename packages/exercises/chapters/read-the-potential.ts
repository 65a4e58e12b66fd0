/** Where counts are equal, what can be read of a potential, a current that lasts, and the loss of each step. */

import { charge } from '../../networks/lif';
import { exercise, mistake as m } from '../engine/exercise';
import { mean, range, sum, toList } from '../engine/values';

type Ties = (counts: number[][]) => number;
type Three = (h: number[]) => ArrayLike<number>;
type Current = (x: number[], tau: number) => ArrayLike<number>;
type EachStep = (h: number[][], label: number) => number;

const share = (row: number[], of: number) => row.filter((value) => value === of).length;
const highest = (row: number[]) => Math.max(...row);

const crossEntropy = (values: number[], label: number) =>
  Math.log(sum(values.map((value) => Math.exp(value - values[label]))));
/** The mean of each neuron over the steps. */
const meansOf = (h: number[][]) => h[0].map((_, neuron) => mean(h.map((step) => step[neuron])));

/** The currents of all steps, by what one step makes of the current before and the input. */
const currents =
  (step: (i: number, x: number, factor: number) => number): Current =>
  (x, tau) => {
    let i = 0;
    return x.map((input) => {
      i = step(i, input, 1 - 1 / tau);
      return i;
    });
  };

export const readPotential = {
  'read-ties': exercise<Ties>({
    minutes: 5,
    names: ['counts'],
    probes: [
      [
        [
          [3, 1, 3, 0],
          [0, 2, 1, 1],
          [0, 0, 0, 0],
          [5, 5, 5, 2],
        ],
      ],
      [
        [
          [1, 0, 0],
          [2, 2, 1],
          [0, 4, 4],
          [0, 0, 3],
          [1, 1, 7],
        ],
      ],
      [
        [
          [0, 1],
          [2, 0],
        ],
      ],
      [
        [
          [9, 10, 9],
          [10, 9, 10],
          [12, 3, 12],
        ],
      ],
    ],
    tolerance: 0,
    oracle: (counts) => counts.filter((row) => share(row, highest(row)) > 1).length,
    mistakes: {
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (counts) =>
          counts.filter((row) => {
            const [one, two] = [...row].sort().reverse();
            return one === two;
          }).length,
      ),
      'any-equals': m(
        'counts samples in which any two neurons are equal',
        'Two losers that are equal make a tie here. Which value do the tied neurons share?',
        (counts) => counts.filter((row) => new Set(row).size < row.length).length,
      ),
      'silence-left-out': m(
        'leaves out samples at which no neuron fires',
        'A sample at which all neurons are silent is no tie here. Which neuron has the highest count there?',
        (counts) => counts.filter((row) => highest(row) > 0 && share(row, highest(row)) > 1).length,
      ),
      'two-alone': m(
        'counts ties of exactly two',
        'A tie of three does not count here. How many neurons may share the highest count?',
        (counts) => counts.filter((row) => share(row, highest(row)) === 2).length,
      ),
      neurons: m(
        'counts the tied neurons',
        'This is how many neurons are tied, over all samples. How many samples have a tie?',
        (counts) => sum(counts.map((row) => (share(row, highest(row)) > 1 ? share(row, highest(row)) : 0))),
        (counts) => sum(counts.map((row) => share(row, highest(row)))),
      ),
      share: m(
        'returns a share',
        'This is a share of all samples. Does the task ask for a share or for a number?',
        (counts) => mean(counts.map((row) => (share(row, highest(row)) > 1 ? 1 : 0))),
      ),
      decided: m(
        'counts the samples without a tie',
        'These are the samples that are decided. Which ones are asked for?',
        (counts) => counts.filter((row) => share(row, highest(row)) === 1).length,
      ),
      neighbours: m(
        'compares the first two neurons alone',
        'You compare two places of the list. Can other neurons share the highest count?',
        (counts) => counts.filter(([first, second]) => first === second).length,
      ),
    },
    forms: [
      (counts) => counts.filter((row) => row.indexOf(Math.max(...row)) !== row.lastIndexOf(Math.max(...row))).length,
      (counts) => {
        let ties = 0;
        for (const row of counts) {
          const [first, second] = [...row].sort((a, b) => b - a);
          if (first === second) ties++;
        }
        return ties;
      },
    ],
  }),
  'read-three': exercise<Three>({
    minutes: 5,
    names: ['h'],
    probes: [[[0.5, 2, -1, 0.25]], [[-3, -0.5, -2]], [[0, 0, 1.5, 1, 0.75]]],
    compared: toList,
    oracle: (h) => [h[h.length - 1], mean(h), highest(h)],
    mistakes: {
      'highest-from-0': m(
        'begins the search for the highest at 0',
        'A neuron that was always below 0 has the highest value 0 here. Which potential does it really have?',
        (h) => [h[h.length - 1], mean(h), Math.max(0, ...h)],
      ),
      'by-size': m(
        'takes the largest size for the highest value',
        'Your third number is the one farthest from 0. Is −3 higher than −0.5?',
        (h) => [h[h.length - 1], mean(h), Math.max(...h.map(Math.abs))],
        (h) => [h[h.length - 1], mean(h), h.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a))],
      ),
      sum: m(
        'adds the steps up without dividing',
        'Your second number grows with the number of steps. What makes a mean of a sum?',
        (h) => [h[h.length - 1], sum(h), highest(h)],
      ),
      first: m(
        'takes the first step for the last',
        'Your first number is the potential after the first step. Where in “h” does the last one stand?',
        (h) => [h[0], mean(h), highest(h)],
      ),
      'where-highest': m(
        'returns the step of the highest potential',
        'Your third number is a step. Which value does the potential have there?',
        (h) => [h[h.length - 1], mean(h), h.indexOf(highest(h))],
      ),
      'other-order': m(
        'returns the three in another order',
        'All three numbers are there, but not in their places. Which one is asked for first?',
        (h) => [mean(h), h[h.length - 1], highest(h)],
        (h) => [highest(h), mean(h), h[h.length - 1]],
        (h) => [h[h.length - 1], highest(h), mean(h)],
      ),
    },
    forms: [
      (h) => [h.at(-1) as number, h.reduce((a, b) => a + b, 0) / h.length, Math.max(...h)],
      (h) => {
        let [total, most] = [0, h[0]];
        for (const value of h) {
          total += value;
          if (value > most) most = value;
        }
        return Float32Array.of(h[h.length - 1], total / h.length, most);
      },
    ],
  }),
  'read-synapse': exercise<Current>({
    minutes: 6,
    names: ['x', 'tau'],
    probes: [
      [[1, 0, 0, 0.5], 4],
      [[0, 2, -1, 0, 0], 2],
      [[0.3, 0.3, 0.3], 10],
    ],
    compared: toList,
    oracle: currents((i, x, factor) => i * factor + x),
    mistakes: {
      'input-decays': m(
        'lets the new input leak, too',
        'A spike has already faded in the step in which it comes. Does the leak take from the new input?',
        currents((i, x, factor) => (i + x) * factor),
      ),
      'input-divided': m(
        'closes 1/tau of the gap, as a neuron with decaying input',
        'Your current never grows above its input. Is x divided by τ in this equation?',
        currents((i, x, factor) => i + (x - i) * (1 - factor)),
      ),
      'leak-as-factor': m(
        'keeps 1/tau of the current',
        'The share 1/τ is what is left here. How much of i survives a step?',
        currents((i, x, factor) => i * (1 - factor) + x),
      ),
      'no-leak': m(
        'adds all inputs up',
        'Your current never fades. What happens to it in a step without input?',
        currents((i, x) => i + x),
      ),
      'no-memory': m(
        'returns the input',
        'These are the inputs themselves. What is left of a spike one step later?',
        (x) => [...x],
        currents((_, x) => x),
      ),
      late: m(
        'writes the current before the input of the step',
        'Your current comes a step late. Does the input of a step count in the same step?',
        (x, tau) => [0, ...Array.from(currents((i, input, factor) => i * factor + input)(x, tau))].slice(0, x.length),
      ),
      exponential: m(
        'takes exp(-1 / tau) for the factor',
        'For a large τ this is close, for a small one it is not. By which factor does one step of our equation multiply i?',
        (x, tau) => currents((i, input) => i * Math.exp(-1 / tau) + input)(x, tau),
      ),
    },
    forms: [
      (x, tau) => {
        const i: number[] = [];
        for (const [t, input] of x.entries()) i.push((i[t - 1] ?? 0) * (1 - 1 / tau) + input);
        return i;
      },
      (x, tau) => x.map((_, t) => sum(range(t + 1).map((k) => x[k] * (1 - 1 / tau) ** (t - k)))),
    ],
  }),
  'read-each-step': exercise<EachStep>({
    minutes: 9,
    names: ['h', 'label'],
    probes: [
      [
        [
          [0, 0],
          [2, 1],
          [3, -1],
        ],
        0,
      ],
      [
        [
          [0.5, 1, -2],
          [1.5, 0, 4],
        ],
        1,
      ],
      [[[1, 2, 3]], 2],
      [
        [
          [0, 0, 0, 0],
          [0, 1, 0, 0],
          [0, 1, 5, 0],
          [0, 1, 6, -2],
        ],
        3,
      ],
    ],
    oracle: (h, label) => mean(h.map((step) => crossEntropy(step, label))),
    mistakes: {
      'of-mean': m(
        'takes the cross-entropy of the mean potentials',
        'You take the mean of the potentials first, and then one loss. How many losses are there in T steps?',
        (h, label) => crossEntropy(meansOf(h), label),
      ),
      'last-step': m(
        'takes the loss of the last step alone',
        'The steps before the last do not count here. Which steps have a loss?',
        (h, label) => crossEntropy(h[h.length - 1], label),
      ),
      sum: m(
        'adds the losses of the steps up',
        'Your loss grows with the number of steps. What makes a mean of a sum?',
        (h, label) => sum(h.map((step) => crossEntropy(step, label))),
      ),
      sign: m(
        'forgets the minus',
        'Your loss falls below 0. What sign does the logarithm of a probability have?',
        (h, label) => -mean(h.map((step) => crossEntropy(step, label))),
      ),
      'mean-probability': m(
        'takes the logarithm of the mean probability',
        'You take the mean of the probabilities first, then the logarithm. Which of the two is done in each step?',
        (h, label) => -Math.log(mean(h.map((step) => Math.exp(-crossEntropy(step, label))))),
      ),
      probability: m(
        'leaves out the logarithm',
        'This is a mean probability. What does the cross-entropy take of it?',
        (h, label) => mean(h.map((step) => Math.exp(-crossEntropy(step, label)))),
      ),
      'other-base': m(
        'takes the logarithm of base 2 or 10',
        'Your loss is wrong by the same factor everywhere. Which logarithm do you take?',
        (h, label) => mean(h.map((step) => crossEntropy(step, label))) / Math.LN2,
        (h, label) => mean(h.map((step) => crossEntropy(step, label))) / Math.LN10,
      ),
      'all-neurons': m(
        'adds up the losses of all neurons',
        'The wrong neurons have a loss of their own here. Which neuron does the cross-entropy ask about?',
        (h) => mean(h.map((step) => sum(step.map((_, neuron) => crossEntropy(step, neuron))))),
      ),
    },
    forms: [
      (h, label) => {
        let total = 0;
        for (const step of h) {
          const powers = step.map((value) => Math.exp(value));
          total -= Math.log(powers[label] / powers.reduce((a, b) => a + b));
        }
        return total / h.length;
      },
      (h, label) => mean(h.map((step) => Math.log(sum(step.map((value) => Math.exp(value)))) - step[label])),
    ],
  }),
};

// What is left of the current of each step, where the last potential is read.

type Shares = (T: number, tau: number) => ArrayLike<number>;

/** What the package's own neuron, which never fires, has left of a current of 1 in step t after the last of T steps. */
const shareOf = (t: number, T: number, tau: number) => {
  const options = { tau, decayInput: false, vThreshold: 1, vReset: 0 };
  return range(T).reduce((v, step) => charge(step === t ? 1 : 0, v, options), 0);
};

export const readShares = {
  'read-shares': exercise<Shares>({
    minutes: 7,
    optional: true,
    names: ['T', 'tau'],
    probes: [
      [4, 2],
      [5, 20],
      [1, 3],
      [3, 1.25],
    ],
    compared: toList,
    oracle: (T, tau) => range(T).map((t) => shareOf(t, T, tau)),
    mistakes: {
      reversed: m(
        'gives the first step the most',
        'Here the first step counts most. Which current had the most time to fade?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** t),
      ),
      'one-leak-more': m(
        'lets the last step fade, too',
        'The current of the last step has faded here. How often has the neuron leaked since that step?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - t)),
      ),
      'input-divided': m(
        'divides by tau, as with decaying input',
        'Your shares are all too small by the same factor. With “decayInput: false”, is a current divided by τ?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t) / tau),
      ),
      'leak-as-factor': m(
        'keeps 1/tau in each step',
        'This takes 1/τ for what is left. How much of v survives one step?',
        (T, tau) => range(T).map((t) => (1 / tau) ** (T - 1 - t)),
      ),
      normalized: m(
        'divides so that all shares add up to 1',
        'Your shares add up to 1. What is left of a current of 1 in the last step?',
        (T, tau) => {
          const left = range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t));
          return left.map((value) => value / sum(left));
        },
      ),
      equal: m('gives every step the same', 'Every step counts the same here. Which neuron never forgets?', (T) =>
        range(T).map(() => 1),
      ),
    },
    forms: [
      (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t)),
      (T, tau) => {
        const shares = new Float64Array(T);
        for (let t = T - 1, left = 1; t >= 0; t--, left *= 1 - 1 / tau) shares[t] = left;
        return shares;
      },
    ],
  }),
};

// The small project of the chapter: a chip that sends spikes alone tells its potentials by a ramp.

type Step = (h: number, ramp: number, threshold: number) => number;
type Answer = (h: number[], ramp: number, threshold: number) => number;
type Wait = (steps: number[][], T: number) => number;

const RAMP = 'A potential told by a spike';

/** In which step a neuron fires that begins at h, does not leak, and gets the same current in each step. */
function firing(h: number, ramp: number, threshold: number): number {
  let [v, step] = [h, 0];
  while (v < threshold) {
    v += ramp;
    step++;
  }
  return step;
}
const first = (values: number[]) => values.indexOf(Math.min(...values));
const stepsOf = (h: number[], ramp: number, threshold: number) => h.map((value) => firing(value, ramp, threshold));
const decided = (steps: number[], T: number) => {
  const least = Math.min(...steps);
  return least <= T && steps.filter((step) => step === least).length === 1;
};

export const readPotentialProject = {
  'ramp-step': exercise<Step>({
    project: RAMP,
    minutes: 6,
    optional: true,
    names: ['h', 'ramp', 'threshold'],
    // Powers of 2, so that no sum is rounded.
    probes: [
      [0.5, 0.25, 2],
      [0.625, 0.25, 2],
      [-1, 0.5, 1],
      [3, 0.25, 2],
      [2, 0.5, 2],
      [-0.25, 1, 4],
    ],
    tolerance: 0,
    oracle: firing,
    mistakes: {
      floor: m(
        'rounds down',
        'In this step the potential is still below the threshold. To which side do you round?',
        (h, ramp, threshold) => Math.max(0, Math.floor((threshold - h) / ramp)),
      ),
      'above-threshold': m(
        'lets the neuron fire above the threshold only',
        'Where the potential is exactly at the threshold your neuron waits. Does a neuron fire at its threshold, or only above it?',
        (h, ramp, threshold) => Math.max(0, Math.floor((threshold - h) / ramp) + 1),
      ),
      negative: m(
        'fires before the ramp begins',
        'This step lies before the ramp. When does a neuron fire that is above the threshold from the start?',
        (h, ramp, threshold) => Math.ceil((threshold - h) / ramp),
      ),
      'from-0': m(
        'lets every neuron begin at 0',
        'Your step does not depend on the potential. Where does the ramp begin?',
        (_, ramp, threshold) => Math.ceil(threshold / ramp),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. In which whole step is the threshold reached?',
        (h, ramp, threshold) => Math.max(0, (threshold - h) / ramp),
      ),
      'threshold-is-1': m(
        'takes 1 for the threshold',
        'Your neuron fires at 1. Which threshold is it given?',
        (h, ramp) => Math.max(0, Math.ceil((1 - h) / ramp)),
      ),
      'wrong-way': m(
        'adds the potential to the way that is left',
        'The higher the potential, the later your neuron fires. How far is it to the threshold?',
        (h, ramp, threshold) => Math.max(0, Math.ceil((threshold + h) / ramp)),
      ),
    },
    forms: [
      (h, ramp, threshold) => Math.max(0, Math.ceil((threshold - h) / ramp)),
      (h, ramp, threshold) => {
        let step = 0;
        for (let v = h; v < threshold; v += ramp) step++;
        return step;
      },
    ],
  }),
  'ramp-answer': exercise<Answer>({
    project: RAMP,
    minutes: 6,
    optional: true,
    names: ['h', 'ramp', 'threshold'],
    probes: [
      [[0.5, 1.5, -1, 1], 0.25, 2],
      [[-2, -0.5, -0.5, -3], 0.5, 1],
      [[0.5, 0.625, 0.125], 0.5, 2],
      [[3, 0, 4], 0.25, 2],
      [[-4, -1, 0, 1.875], 0.125, 2],
      [[0.65625, 0.75], 0.25, 1],
      [[0.5, 0.8125], 0.25, 1],
      [[0.8125, 1.25], 0.25, 1],
      [[1.125, 2.5], 0.25, 1],
      [[0.5, 0.75], 0.5, 1],
      [[0.5, 0.625], 0.25, 1.125],
    ],
    tolerance: 0,
    oracle: (h, ramp, threshold) => first(stepsOf(h, ramp, threshold)),
    mistakes: {
      'highest-potential': m(
        'answers by the potential itself',
        'You compare potentials that the chip does not send. Which neurons fire in the same step?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, (threshold - value) / ramp))),
        (h) => h.indexOf(Math.max(...h)),
      ),
      'last-spike': m(
        'takes the neuron that fires last',
        'This neuron fires last. When does the highest potential reach the threshold?',
        (h, ramp, threshold) => stepsOf(h, ramp, threshold).indexOf(Math.max(...stepsOf(h, ramp, threshold))),
      ),
      'last-of-equals': m(
        'lets the higher index win a tie',
        'Two neurons fire in the same step, and you take the later one of the list. Which one does the task want?',
        (h, ramp, threshold) => {
          const steps = stepsOf(h, ramp, threshold);
          return steps.lastIndexOf(Math.min(...steps));
        },
      ),
      'gives-step': m(
        'returns the step of the first spike',
        'This is a step. Which neuron fired in it?',
        (h, ramp, threshold) => Math.min(...stepsOf(h, ramp, threshold)),
      ),
      nearest: m(
        'rounds to the nearest step, or down',
        'Here a neuron may fire while it is still below the threshold. To which side do you round the steps?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, Math.round((threshold - value) / ramp)))),
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, Math.floor((threshold - value) / ramp)))),
      ),
      'ramp-lost': m(
        'lifts by 1 in each step',
        'Here every step lifts the potentials by 1. By how much does the ramp lift them?',
        (h, _, threshold) => first(h.map((value) => Math.max(0, Math.ceil(threshold - value)))),
      ),
      'never-at-once': m(
        'lets nothing fire in step 0',
        'Here a neuron that begins above the threshold waits a step. In which one does it fire?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(1, Math.ceil((threshold - value) / ramp)))),
      ),
      'before-ramp': m(
        'lets neurons above the threshold fire before the ramp',
        'Neurons that begin above the threshold are ordered here. In which step does each of them fire?',
        (h, ramp, threshold) => first(h.map((value) => Math.ceil((threshold - value) / ramp))),
      ),
    },
    forms: [
      (h, ramp, threshold) => {
        const steps = h.map((value) => Math.max(0, Math.ceil((threshold - value) / ramp)));
        return steps.indexOf(Math.min(...steps));
      },
      (h, ramp, threshold) => {
        for (let lift = 0; ; lift += ramp) {
          const fires = h.findIndex((value) => value + lift >= threshold);
          if (fires >= 0) return fires;
        }
      },
    ],
  }),
  'ramp-decided': exercise<Wait>({
    project: RAMP,
    minutes: 8,
    optional: true,
    names: ['steps', 'T'],
    probes: [
      [
        [
          [3, 5, 5],
          [2, 2, 4],
          [9, 12, 10],
          [4, 4, 1],
        ],
        8,
      ],
      [
        [
          [6, 7],
          [2, 9],
          [0, 3],
          [6, 6],
          [9, 7],
          [1, 1],
        ],
        6,
      ],
      [
        [
          [5, 5, 5],
          [5, 6, 7],
        ],
        5,
      ],
      [
        [
          [3, 5],
          [4, 4],
          [7, 2],
        ],
        2,
      ],
      [
        [
          [9, 10, 9],
          [10, 12, 10],
          [11, 2, 2],
        ],
        12,
      ],
    ],
    oracle: (steps, T) => steps.filter((row) => decided(row, T)).length / steps.length,
    mistakes: {
      'ties-decided': m(
        'takes a tie for decided',
        'Two neurons that fire first together count as an answer here. Which of them would it be?',
        (steps, T) => steps.filter((row) => Math.min(...row) <= T).length / steps.length,
      ),
      'any-tie': m(
        'refuses a sample in which any two are equal',
        'Two later spikes in one step undo an answer here. Which spikes decide?',
        (steps, T) =>
          steps.filter((row) => Math.min(...row) <= T && new Set(row).size === row.length).length / steps.length,
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (steps, T) =>
          steps.filter((row) => {
            const [one, two] = [...row].sort();
            return one <= T && one !== two;
          }).length / steps.length,
      ),
      'without-end': m(
        'forgets that the ramp ends',
        'A spike after the end of the ramp counts here. Until which step does the chip wait?',
        (steps) => steps.filter((row) => decided(row, Number.POSITIVE_INFINITY)).length / steps.length,
      ),
      'all-fire': m(
        'waits for all neurons',
        'Every neuron has to fire here. How many spikes does an answer need?',
        (steps, T) => steps.filter((row) => decided(row, T) && Math.max(...row) <= T).length / steps.length,
      ),
      'before-end': m(
        'leaves out the last step',
        'A first spike in the last step does not count here. Does the ramp have that step?',
        (steps, T) => steps.filter((row) => decided(row, T - 1)).length / steps.length,
      ),
      number: m(
        'returns a number of samples',
        'This is a number of samples. What makes a share of it?',
        (steps, T) => steps.filter((row) => decided(row, T)).length,
      ),
    },
    forms: [
      (steps, T) => {
        let right = 0;
        for (const row of steps) {
          const [one, two] = [...row].sort((a, b) => a - b);
          if (one <= T && one < two) right++;
        }
        return right / steps.length;
      },
      (steps, T) =>
        steps
          .map((row) => row.filter((step) => step === Math.min(...row) && step <= T).length)
          .filter((number) => number === 1).length / steps.length,
    ],
  }),
};
