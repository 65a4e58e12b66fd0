/** The words that training needs, on a few numbers. */
import * as tf from '@tensorflow/tfjs';
import { CLASSES } from '../../../src/common/mnist';
import { crossEntropy } from '../../../src/training/losses';
import { exercise, type Mistake, mistake as m } from '../engine/exercise';
import { allNumbers, firstNumber } from '../engine/tensors';

type OneHot = (labels: number[]) => number[];
type Softmax = (sums: number[], sharpness: number) => number[];
type SilentLoss = (classes: number) => number;

const row = (value: (k: number) => number): number[] => Array.from({ length: CLASSES }, (_, k) => value(k));
const rows = (labels: number[], value: (k: number, label: number) => number): number[] =>
  labels.flatMap((label) => row((k) => value(k, label)));
const total = (values: number[]) => values.reduce((sum, x) => sum + x, 0);

const softmax = (sums: number[]) => sums.map((x) => Math.exp(x) / total(sums.map((y) => Math.exp(y))));

/** Mistakes of a softmax without a sharpness, made in one with it. */
const mapMistakes = (
  mistakes: Record<string, Mistake<(sums: number[]) => number[]>>,
  change: (as: (sums: number[]) => number[]) => Softmax,
): Record<string, Mistake<Softmax>> =>
  Object.fromEntries(
    Object.entries(mistakes).map(([name, { as, also, ...text }]) => [
      name,
      { ...text, as: change(as), also: also.map(change) },
    ]),
  );

export const annBaseline = {
  'ann-one-hot': exercise<OneHot>({
    minutes: 4,
    names: ['labels'],
    probes: [[[2, 0]], [[9]], [[3, 3, 7]]],
    oracle: (labels) => allNumbers(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES)),
    mistakes: {
      'one-row': m(
        'makes one row for all labels',
        'Ten numbers, however many labels there are. How many rows does a batch have?',
        (labels) => row((k) => (labels.includes(k) ? 1 : 0)),
      ),
      'digit-by-digit': m(
        'goes through the digits outside and the labels inside',
        'The right numbers in another order. Which ten numbers come first: those of the first label, or of the first digit?',
        (labels) => row((k) => k).flatMap((k) => labels.map((label) => (k === label ? 1 : 0))),
      ),
      'counts-from-1': m(
        'takes the first place for the digit 1',
        'Each 1 stands one place too early. With which digit do the ten places begin?',
        (labels) => rows(labels, (k, label) => (k === label - 1 ? 1 : 0)),
      ),
      'label-itself': m(
        'writes the digit into its place',
        'Only its place says which digit it is. What stands there, whatever the digit?',
        (labels) => rows(labels, (k, label) => (k === label ? label : 0)),
      ),
      thermometer: m(
        'fills all places up to the digit',
        'More than one place of a row is set. How many digits does one image show?',
        (labels) => rows(labels, (k, label) => (k <= label ? 1 : 0)),
      ),
      inverted: m('exchanges 0 and 1', 'Every digit but the label gets a 1. Which one should be hot?', (labels) =>
        rows(labels, (k, label) => (k === label ? 0 : 1)),
      ),
    },
    forms: [
      (labels) => {
        const out = new Array<number>(10 * labels.length).fill(0);
        for (const [i, label] of labels.entries()) out[10 * i + label] = 1;
        return out;
      },
      (labels) => labels.flatMap((label) => [...'0123456789'].map((digit) => Number(digit === `${label}`))),
    ],
  }),
  'ann-softmax': exercise<Softmax>({
    minutes: 5,
    names: ['sums', 'sharpness'],
    probes: [
      [[0, 0, 0, 0], 1],
      [[1, 2, -1], 1],
      [[0.5, 3], 1],
      [[-2, -2, -3], 2],
      [[1, 0.5, 0], 3],
    ],
    oracle: (sums, sharpness) => allNumbers(() => tf.softmax(tf.mul(tf.tensor1d(sums), sharpness))),
    mistakes: {
      'sharpness-lost': m(
        'the softmax of the chapter: the second argument is not used, or only where it cancels',
        'With a sharpness of 1 this is right, but any other gives the same. What should be multiplied, and before which step?',
        (sums) => softmax(sums),
      ),
      'sharpness-outside': m(
        'multiplies the probabilities by the sharpness',
        'The results do not add up to 1. Is it a sum that becomes larger, or its power of e?',
        (sums, sharpness) => softmax(sums).map((p) => sharpness * p),
      ),
      'sharpness-once': m(
        'takes the sharpness above the fraction line only',
        'The results do not add up to 1. Are all of the powers that you add up made of the larger sums?',
        (sums, sharpness) => sums.map((x) => Math.exp(sharpness * x) / total(sums.map((y) => Math.exp(y)))),
      ),
      divided: m(
        'divides the sums by the sharpness',
        'A larger sharpness makes these probabilities more alike. What should it do to the distance between two sums?',
        (sums, sharpness) => softmax(sums.map((x) => x / sharpness)),
      ),
      ...mapMistakes(
        {
          'no-exponential': m(
            'divides the sums themselves by their total',
            'The results are not all between 0 and 1. What turns any number, a negative one too, into a positive one?',
            (sums: number[]) => sums.map((x) => x / total(sums)),
          ),
          'not-divided': m(
            'leaves out the division',
            'The results do not add up to 1. By what must each of them be divided?',
            (sums: number[]) => sums.map(Math.exp),
            (sums: number[]) => sums.map((x) => Math.exp(x - Math.max(...sums))),
          ),
          'power-of-total': m(
            'divides by e to the power of the total',
            'The results do not add up to 1. Do you add up the sums, or their powers of e?',
            (sums: number[]) => sums.map((x) => Math.exp(x) / Math.exp(total(sums))),
          ),
          'first-not-raised': m(
            '`sums.reduce((a, z) => a + Math.exp(z))`, without the 0 to begin with',
            'The total holds the first sum itself instead of its power. What does “reduce” begin with if it is given no value?',
            (sums: number[]) => {
              const wrongTotal = sums.reduce((sum, x) => sum + Math.exp(x));
              return sums.map((x) => Math.exp(x) / wrongTotal);
            },
          ),
          'by-count': m(
            'divides by the number of sums',
            'The results do not add up to 1. Is the number of classes the right divisor?',
            (sums: number[]) => sums.map((x) => Math.exp(x) / sums.length),
          ),
          'each-alone': m(
            'puts each sum through a sigmoid',
            'Each class is judged alone, so the results do not add up to 1. How do the classes compete?',
            (sums: number[]) => sums.map((x) => 1 / (1 + Math.exp(-x))),
          ),
          'winner-only': m(
            'gives all to the highest sum',
            'The highest sum takes everything. What should the close second get?',
            (sums: number[]) => sums.map((_, i) => (i === sums.indexOf(Math.max(...sums)) ? 1 : 0)),
          ),
        },
        (as) => (sums, sharpness) => as(sums.map((x) => x * sharpness)),
      ),
    },
    forms: [
      (sums, sharpness) => {
        const highest = Math.max(...sums);
        const powers = sums.map((x) => Math.exp(sharpness * (x - highest)));
        return powers.map((x) => x / total(powers));
      },
      (sums, sharpness) => sums.map((x) => 1 / sums.reduce((sum, y) => sum + Math.E ** (sharpness * (y - x)), 0)),
    ],
  }),
  'ann-silent-loss': exercise<SilentLoss>({
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
