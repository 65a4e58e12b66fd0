/** The training loop. */
import * as tf from '@tensorflow/tfjs';
import { argmax } from '../../../../src/common/argmax';
import { meanSquaredError } from '../../../../src/training/losses';
import { exercise, mistake as m } from '../../engine/exercise';
import { firstNumber } from '../../engine/tensors';
import { sum } from '../../engine/values';
import { trainLoop } from './loop';

type Loss = (rates: number[][], labels: number[]) => number;
type Answer = (rates: number[]) => number;
type Accuracy = (correct: number[], batchSize: number, images: number) => number;

/** Squared differences of each image, added up by the given rule. */
const squares =
  (of: (rate: number, k: number, label: number) => number, share: (images: number, neurons: number) => number): Loss =>
  (rates, labels) => {
    const errors = rates.map((row, i) => sum(row.map((rate, k) => of(rate, k, labels[i]))));
    return sum(errors) * share(rates.length, rates[0].length);
  };
const toOneHot = (rate: number, k: number, label: number) => (rate - (k === label ? 1 : 0)) ** 2;
const perValue = (images: number, neurons: number) => 1 / (images * neurons);

export const trainingLoop = {
  'train-loss': exercise<Loss>({
    minutes: 7,
    names: ['rates', 'labels'],
    probes: [
      [
        [
          [0, 0.5, 1],
          [1, 0, 0.2],
        ],
        [2, 0],
      ],
      [[[0.1, 0.9, 0]], [0]],
      [
        [
          [0, 0],
          [0.5, 0.25],
          [1, 1],
        ],
        [1, 0, 1],
      ],
    ],
    oracle: (rates, labels) =>
      firstNumber(() => {
        const oneHot = tf.oneHot(tf.tensor1d(labels, 'int32'), rates[0].length);
        return meanSquaredError(tf.cast(oneHot, 'float32') as tf.Tensor2D, tf.tensor2d(rates));
      }),
    mistakes: {
      'label-as-number': m(
        '`(rate - label) ** 2`',
        'This asks every neuron to reach the digit itself. Which rate should neuron 7 have for a 7, and which one the others?',
        squares((rate, _k, label) => (rate - label) ** 2, perValue),
      ),
      'sum-over-neurons': m(
        'divides by the images only',
        'This grows with the number of neurons. Over what else is the mean taken?',
        squares(toOneHot, (images) => 1 / images),
      ),
      'sum-over-images': m(
        'divides by the neurons only',
        'This grows with the size of the batch. Over what else is the mean taken?',
        squares(toOneHot, (_images, neurons) => 1 / neurons),
      ),
      'right-neuron-only': m(
        'looks at the neuron of the label alone',
        'The other neurons may do what they like here. Which rate should they have?',
        squares((rate, k, label) => (k === label ? (rate - 1) ** 2 : 0), perValue),
        squares(
          (rate, k, label) => (k === label ? (rate - 1) ** 2 : 0),
          (images) => 1 / images,
        ),
      ),
      'not-divided': m(
        'adds the squares up and does not divide',
        'This is a sum, which grows with every neuron and every image. By how many numbers is it divided?',
        squares(toOneHot, () => 1),
      ),
      root: m(
        'takes the root of the mean',
        'This takes a root at the end. What do the three letters of MSE stand for?',
        (rates, labels) => Math.sqrt(squares(toOneHot, perValue)(rates, labels)),
      ),
      'always-ten': m(
        'divides by 10 instead of by the number of neurons',
        'This divides by 10, but the check also tries fewer neurons. How many are there in a row of “rates”?',
        squares(toOneHot, (images) => 1 / (10 * images)),
      ),
      'not-squared': m(
        'takes the distance without squaring it',
        'Large errors count no more than small ones here. What does the S in MSE stand for?',
        squares((rate, k, label) => Math.abs(rate - (k === label ? 1 : 0)), perValue),
      ),
    },
    forms: [
      squares(toOneHot, perValue),
      (rates, labels) => {
        let [loss, values] = [0, 0];
        for (const [i, row] of rates.entries()) {
          for (const [k, rate] of row.entries()) {
            loss += k === labels[i] ? 1 - 2 * rate + rate * rate : rate * rate;
            values++;
          }
        }
        return loss / values;
      },
    ],
  }),
  'train-answer': exercise<Answer>({
    minutes: 3,
    names: ['rates'],
    probes: [[[0, 0.4, 0.9]], [[0.5, 0.5, 0.1]], [[0, 0, 0]], [[0.1, 0.7, 0.2]], [[0.2, 0, 0.2]]],
    tolerance: 0,
    oracle: (rates) => argmax(rates),
    mistakes: {
      'last-of-equals': m(
        '`>=`: the last of equal rates wins',
        'On a tie the last neuron wins here. Which one should win, by the task?',
        (rates) => rates.lastIndexOf(Math.max(...rates)),
      ),
      'gives-rate': m('returns the highest rate', 'This is the highest rate. Whose is it?', (rates) =>
        Math.max(...rates),
      ),
      'first-that-fires': m(
        'returns the first neuron that fires at all',
        'The first neuron that fires at all wins here. Does it fire most?',
        (rates) =>
          Math.max(
            0,
            rates.findIndex((rate) => rate > 0),
          ),
      ),
      'silence-is-no-answer': m(
        'starts with -1 and a highest rate of 0: a silent network has no answer',
        'A silent network answers -1 here. Which neuron wins if all rates are equal?',
        (rates) => (Math.max(...rates) > 0 ? argmax(rates) : -1),
      ),
      'counts-from-1': m(
        'counts the neurons from 1',
        'This is one too high. What is the number of the first neuron?',
        (rates) => argmax(rates) + 1,
      ),
    },
    forms: [
      (rates) => rates.indexOf(Math.max(...rates)),
      (rates) => rates.reduce((best, rate, k) => (rate > rates[best] ? k : best), 0),
      (rates) => rates.map((rate, k) => [rate, k]).sort((a, b) => b[0] - a[0] || a[1] - b[1])[0][1],
    ],
  }),
  'train-loop': trainLoop,
  'train-accuracy': exercise<Accuracy>({
    minutes: 4,
    optional: true,
    names: ['correct', 'batchSize', 'images'],
    probes: [
      [[100, 110], 128, 300],
      [[128, 64, 96], 128, 400],
      [[5], 10, 19],
    ],
    oracle: (correct, batchSize) => sum(correct) / (correct.length * batchSize),
    mistakes: {
      'over-all-images': m(
        'divides by all images, also by those that were dropped',
        'This divides by images that were never shown. What happened to the last, incomplete batch?',
        (correct, _batchSize, images) => sum(correct) / images,
        (correct, batchSize, images) => sum(correct) / (Math.ceil(images / batchSize) * batchSize),
      ),
      percent: m(
        'returns per cent',
        'This is in per cent. Between which two numbers does a share lie?',
        (correct, batchSize) => (100 * sum(correct)) / (correct.length * batchSize),
      ),
      'per-batch': m(
        'divides by the number of batches only',
        'This is how many images of a batch are right, on average. How many images does a batch have?',
        (correct, batchSize, images) => sum(correct) / (images / batchSize),
        (correct) => sum(correct) / correct.length,
      ),
      'last-dropped': m(
        'drops the last entry of `correct` as the incomplete batch',
        'This drops the last number of “correct”. Is the incomplete batch in that list at all?',
        (correct, batchSize) => sum(correct.slice(0, -1)) / ((correct.length - 1) * batchSize),
      ),
      'last-batch': m(
        'looks at the last batch only',
        'Only the last batch counts here. What about the others?',
        (correct, batchSize) => (correct.at(-1) as number) / batchSize,
      ),
      'not-divided': m('returns the number of right answers', 'This counts right answers. Of how many?', (correct) =>
        sum(correct),
      ),
    },
    forms: [
      (correct, batchSize) => sum(correct.map((count) => count / batchSize)) / correct.length,
      (correct, batchSize, images) => sum(correct) / (images - (images % batchSize)),
    ],
  }),
};
