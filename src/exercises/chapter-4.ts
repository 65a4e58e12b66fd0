/** Chapter 4: the training loop. */
import * as tf from '@tensorflow/tfjs';
import { argmax } from '../common/argmax';
import { meanSquaredError } from '../training/losses';
import { counted, exercise, mistake as m, type Trial } from './exercise';
import { numberOf } from './tensors';

/** A network that writes down what is done to it. */
export interface Net {
  /** Draws the spikes of one step of this batch. */
  encode(batch: number): number;
  /** Shows these spikes to the network for one step. */
  step(spikes: number): void;
  /** One step of the optimizer, on the rates over all steps since the last one. */
  update(): void;
  /** Forgets all potentials. */
  reset(): void;
}

type Loss = (rates: number[][], labels: number[]) => number;
type Answer = (rates: number[]) => number;
type Loop = (net: Net, batches: number[], T: number) => void;
type Accuracy = (correct: number[], batchSize: number, images: number) => number;

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

/** Squared differences of each image, added by somebody's rule. */
const squares =
  (of: (rate: number, k: number, label: number) => number, share: (images: number, neurons: number) => number): Loss =>
  (rates, labels) => {
    const errors = rates.map((row, i) => sum(row.map((rate, k) => of(rate, k, labels[i]))));
    return sum(errors) * share(rates.length, rates[0].length);
  };
const toOneHot = (rate: number, k: number, label: number) => (rate - (k === label ? 1 : 0)) ** 2;
const perValue = (images: number, neurons: number) => 1 / (images * neurons);

/** What a loop makes the network do, so that two orders that mean the same are the same. */
const watched = (batches: number[], T: number) => (): Trial<[Net, number[], number]> => {
  const done: unknown[] = [];
  const drawn: number[] = [];
  let [sinceReset, sinceUpdate] = [0, 0];
  const shown = new Set<number>();
  const net: Net = {
    encode: counted((batch) => drawn.push(batch) - 1),
    step: counted((spikes) => {
      done.push(['step', drawn[spikes] ?? 'no spikes', shown.has(spikes) ? 'again' : 'fresh', ++sinceReset]);
      shown.add(spikes);
      sinceUpdate++;
    }),
    update: counted(() => {
      done.push(['update', sinceUpdate, sinceReset]);
      sinceUpdate = 0;
    }),
    reset: counted(() => {
      sinceReset = 0;
    }),
  };
  return { args: [net, [...batches], T], seen: () => done };
};

/** The loop with its parts in places of somebody's choice. */
const loop =
  ({ reset = 'batch', update = 'batch', encode = 'step' } = {}): Loop =>
  (net, batches, T) => {
    for (const batch of batches) {
      let spikes = encode === 'batch' ? net.encode(batch) : batch + 1000;
      for (let t = 0; t < T; t++) {
        if (encode === 'step') spikes = net.encode(batch);
        net.step(spikes);
        if (update === 'step') net.update();
        if (reset === 'step') net.reset();
      }
      if (reset === 'before') net.reset();
      if (update === 'batch') net.update();
      if (reset === 'batch') net.reset();
    }
    if (update === 'end') net.update();
  };

export const chapter4 = {
  'train-loss': exercise<Loss>({
    chapter: 4,
    minutes: 5,
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
      numberOf(() => {
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
    chapter: 4,
    minutes: 3,
    names: ['rates'],
    probes: [[[0, 0.4, 0.9]], [[0.5, 0.5, 0.1]], [[0, 0, 0]], [[0.1, 0.7, 0.2]], [[0.2, 0, 0.2]]],
    tolerance: 0,
    oracle: (rates) => argmax(rates),
    mistakes: {
      'last-of-equals': m(
        '`>=`: the last of equal rates wins',
        'On a tie the last neuron wins here. Which one wins in the package?',
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
  'train-loop': exercise<Loop>({
    chapter: 4,
    minutes: 8,
    names: ['net', 'batches', 'T'],
    probes: [watched([0, 1], 3), watched([4], 2)],
    oracle: loop(),
    mistakes: {
      'no-reset': m(
        'forgets the reset',
        'The second batch starts from the potentials of the first. What is missing between them?',
        loop({ reset: 'never' }),
      ),
      'reset-each-step': m(
        'resets after every step',
        'Your neurons forget after every step, so they cannot gather current. When should they forget?',
        loop({ reset: 'step' }),
      ),
      'update-each-step': m(
        'updates after every step',
        'You update after every step. Over how many steps is the rate in the loss taken?',
        loop({ update: 'step' }),
      ),
      'encode-once': m(
        'encodes once per batch',
        'The same spikes are shown in every step, so chance never averages out. How often should you encode?',
        loop({ encode: 'batch' }),
      ),
      'reset-before-update': m(
        'resets before the update',
        'The potentials are gone when you update. What does the gradient still need them for?',
        loop({ reset: 'before' }),
      ),
      'no-encode': m(
        'shows the batch itself',
        'The network is shown something that you did not encode. Where do its spikes come from?',
        loop({ encode: 'never' }),
      ),
      'one-update': m(
        'updates once at the very end',
        'There is a single update for all batches. When has one batch been shown completely?',
        loop({ update: 'end' }),
      ),
    },
    forms: [
      (net, batches, T) => {
        for (const batch of batches) {
          net.reset(); // before each batch does the same as after it
          for (let t = 0; t < T; t++) net.step(net.encode(batch));
          net.update();
        }
      },
      (net, batches, T) => {
        for (const batch of batches) {
          const steps = Array.from({ length: T }, () => net.encode(batch));
          for (const spikes of steps) net.step(spikes);
          net.update();
          net.reset();
        }
      },
    ],
  }),
  'train-accuracy': exercise<Accuracy>({
    chapter: 4,
    minutes: 4,
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
      ),
      percent: m(
        'returns per cent',
        'This is in per cent. Between which two numbers does a share lie?',
        (correct, batchSize) => (100 * sum(correct)) / (correct.length * batchSize),
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
