/** Where counts are equal, what can be read of a potential, a current that lasts, and the loss of each step. */

import { exercise, mistake as m } from '../../engine/exercise';
import { mean, range, sum, toList } from '../../engine/values';

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
