/** A fair comparison, the way back through the reset, and the loss of a count. */
import { exercise, mistake as m } from '../../engine/exercise';
import { sum } from '../../engine/values';
import { worthItReset } from './reset';

type Fair = (a: number[], b: number[]) => number;
type Loss = (counts: number[], label: number) => number;

const crossEntropy = (values: number[], label: number) =>
  Math.log(sum(values.map((value) => Math.exp(value - values[label]))));

export const worthIt = {
  'matter-fair': exercise<Fair>({
    minutes: 5,
    names: ['a', 'b'],
    probes: [
      [
        [0.8, 0.9, 0.88],
        [0.7, 0.84, 0.89, 0.91, 0.9],
      ],
      [
        [0.5, 0.92, 0.75, 0.9],
        [0.85, 0.6],
      ],
    ],
    oracle: (a, b) => {
      const last = Math.min(a.length, b.length) - 1;
      return b[last] - a[last];
    },
    mistakes: {
      'best-of-each': m(
        'compares the best epochs',
        'This compares the best epoch of each, and the test images chose it. Which epoch could you have named before the run?',
        (a, b) => Math.max(...b) - Math.max(...a),
        (a, b) => {
          const epochs = Math.min(a.length, b.length);
          return Math.max(...b.slice(0, epochs)) - Math.max(...a.slice(0, epochs));
        },
      ),
      'last-of-each': m(
        'compares the last epochs, of which one is later',
        'One of the two was trained for longer. Up to which epoch do you know both?',
        (a, b) => (b.at(-1) as number) - (a.at(-1) as number),
      ),
      reversed: m(
        'subtracts the wrong way round',
        'The sign says that the other setting is ahead. From which one do you subtract?',
        (a, b) => {
          const last = Math.min(a.length, b.length) - 1;
          return a[last] - b[last];
        },
      ),
      'sign-lost': m(
        'returns the distance without its sign',
        'This does not say which of the two is ahead. What tells you that?',
        (a, b) => {
          const last = Math.min(a.length, b.length) - 1;
          return Math.abs(b[last] - a[last]);
        },
      ),
      'past-the-end': m(
        'takes the number of epochs for the index of the last one',
        'You read past the end of a list, which makes NaN. What is the index of the last of three values?',
        () => Number.NaN,
      ),
      'first-epoch': m(
        'compares the first epochs',
        'This compares the first epoch. Which is the latest that both have reached?',
        (a, b) => b[0] - a[0],
      ),
      means: m(
        'compares the means of all epochs',
        'The first epochs, in which nothing was learned yet, count here as well. At which single moment can you compare?',
        (a, b) => b.reduce((x, y) => x + y, 0) / b.length - a.reduce((x, y) => x + y, 0) / a.length,
      ),
    },
    forms: [
      (a, b) => {
        const epochs = Math.min(a.length, b.length);
        return (b.slice(0, epochs).at(-1) as number) - (a.slice(0, epochs).at(-1) as number);
      },
      (a, b) => {
        let difference = 0;
        for (let epoch = 0; epoch < a.length && epoch < b.length; epoch++) difference = b[epoch] - a[epoch];
        return difference;
      },
    ],
  }),
  ...worthItReset,

  'time-loss': exercise<Loss>({
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
};
