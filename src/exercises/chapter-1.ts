/** Chapter 1: the words that training needs, on a few numbers. */
import * as tf from '@tensorflow/tfjs';
import { CLASSES } from '../common/mnist';
import { crossEntropy } from '../training/losses';
import { exercise, mistake as m } from './exercise';
import { allNumbers, firstNumber } from './tensors';

type OneHot = (label: number) => number[];
type Softmax = (sums: number[]) => number[];
type SilentLoss = (classes: number) => number;

const row = (value: (k: number) => number): number[] => Array.from({ length: CLASSES }, (_, k) => value(k));
const total = (values: number[]) => values.reduce((sum, x) => sum + x, 0);

export const chapter1 = {
  'ann-one-hot': exercise<OneHot>({
    chapter: 1,
    minutes: 3,
    names: ['label'],
    probes: [[0], [3], [9]],
    oracle: (label) => allNumbers(() => tf.oneHot(tf.tensor1d([label], 'int32'), CLASSES)),
    mistakes: {
      'counts-from-1': m(
        'takes the first place for the digit 1',
        'The 1 stands one place too early. With which digit do the ten places begin?',
        (label) => row((k) => (k === label - 1 ? 1 : 0)),
      ),
      'label-itself': m(
        'writes the digit into its place',
        'Only its place says which digit it is. What stands there, whatever the digit?',
        (label) => row((k) => (k === label ? label : 0)),
      ),
      thermometer: m(
        'fills all places up to the digit',
        'More than one place is set. How many digits does one image show?',
        (label) => row((k) => (k <= label ? 1 : 0)),
      ),
      inverted: m('exchanges 0 and 1', 'Every digit but the label gets a 1. Which one should be hot?', (label) =>
        row((k) => (k === label ? 0 : 1)),
      ),
    },
    forms: [
      (label) => {
        const out = new Array<number>(10).fill(0);
        out[label] = 1;
        return out;
      },
      (label) => [...'0123456789'].map((digit) => Number(digit === `${label}`)),
    ],
  }),
  'ann-softmax': exercise<Softmax>({
    chapter: 1,
    minutes: 5,
    names: ['sums'],
    probes: [[[0, 0, 0, 0]], [[1, 2, -1]], [[0.5, 3]], [[-2, -2, -3]]],
    oracle: (sums) => allNumbers(() => tf.softmax(tf.tensor1d(sums))),
    mistakes: {
      'no-exponential': m(
        'divides the sums themselves by their total',
        'The results are not all between 0 and 1. What turns any number, a negative one too, into a positive one?',
        (sums) => sums.map((x) => x / total(sums)),
      ),
      'not-divided': m(
        'leaves out the division',
        'The results do not add up to 1. By what must each of them be divided?',
        (sums) => sums.map(Math.exp),
        (sums) => sums.map((x) => Math.exp(x - Math.max(...sums))),
      ),
      'power-of-total': m(
        'divides by e to the power of the total',
        'The results do not add up to 1. Do you add up the sums, or their powers of e?',
        (sums) => sums.map((x) => Math.exp(x) / Math.exp(total(sums))),
      ),
      'first-not-raised': m(
        '`sums.reduce((a, z) => a + Math.exp(z))`, without the 0 to begin with',
        'The total holds the first sum itself instead of its power. What does `reduce` begin with if it is given no value?',
        (sums) => {
          const wrongTotal = sums.reduce((sum, x) => sum + Math.exp(x));
          return sums.map((x) => Math.exp(x) / wrongTotal);
        },
      ),
      'by-count': m(
        'divides by the number of sums',
        'The results do not add up to 1. Is the number of classes the right divisor?',
        (sums) => sums.map((x) => Math.exp(x) / sums.length),
      ),
      'each-alone': m(
        'puts each sum through a sigmoid',
        'Each class is judged alone, so the results do not add up to 1. How do the classes compete?',
        (sums) => sums.map((x) => 1 / (1 + Math.exp(-x))),
      ),
      'winner-only': m(
        'gives all to the highest sum',
        'The highest sum takes everything. What should the close second get?',
        (sums) => sums.map((_, i) => (i === sums.indexOf(Math.max(...sums)) ? 1 : 0)),
      ),
    },
    forms: [
      (sums) => {
        const highest = Math.max(...sums);
        const powers = sums.map((x) => Math.exp(x - highest));
        return powers.map((x) => x / total(powers));
      },
      (sums) => sums.map((x) => 1 / sums.reduce((sum, y) => sum + Math.E ** (y - x), 0)),
    ],
  }),
  'ann-silent-loss': exercise<SilentLoss>({
    chapter: 1,
    minutes: 5,
    names: ['classes'],
    probes: [[10], [2], [100]],
    oracle: (classes) =>
      firstNumber(() => {
        const labels = tf.oneHot(tf.tensor1d([0], 'int32'), classes) as tf.Tensor2D;
        return crossEntropy(tf.cast(labels, 'float32'), tf.fill([1, classes], 1 / classes) as tf.Tensor2D);
      }),
    mistakes: {
      'probability-itself': m(
        'returns the probability of the right class',
        'This is the probability of the right class. What does the cross-entropy do with it?',
        (classes) => 1 / classes,
      ),
      'sign-lost': m(
        'forgets the minus',
        'This loss is negative. Which sign does the logarithm of a number below 1 have?',
        (classes) => Math.log(1 / classes),
      ),
      'log-10': m(
        'takes the logarithm to the base 10',
        'This logarithm has the base 10. Which one does the loss take, so that its slope is simple?',
        (classes) => Math.log10(classes),
      ),
      'log-2': m(
        'takes the logarithm to the base 2',
        'This counts bits. Which logarithm does the loss take?',
        (classes) => Math.log2(classes),
      ),
      'share-wrong': m(
        'returns how often it answers wrongly',
        'This is how often a guess is wrong. The loss asks how probable the right class was: what follows from that?',
        (classes) => 1 - 1 / classes,
      ),
      'always-the-same': m(
        'returns one number: the loss for ten classes or for a hundred, or the guess',
        'This is the same for any number of classes. What is the probability of each if there are only two?',
        () => Math.log(10),
        () => 2.3,
        () => Math.log(100),
        () => 4.6,
        () => 1,
        () => 5,
        () => 10,
      ),
      'sum-over-classes': m(
        'adds the term of every class',
        'All classes count here. For how many of them is the label 1?',
        (classes) => classes * Math.log(classes),
      ),
      'mean-over-classes': m(
        'divides by the number of classes',
        'This divides by the number of classes. For how many of them is the label 1?',
        (classes) => Math.log(classes) / classes,
      ),
    },
    forms: [(classes) => Math.log(classes), (classes) => -Math.log(1 / classes)],
  }),
};
