/** The order of the calls in the training loop, on a network that writes them down. */

import * as tf from '@tensorflow/tfjs';
import { meanSquaredError } from '../../../src/training/losses';
import { argmax } from '../../../src/training/metrics';
import { counted, exercise, mistake as m, type Trial } from '../engine/exercise';
import { firstNumber } from '../engine/tensors';
import { mean, sum, worded } from '../engine/values';

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

type Loop = (net: Net, batches: number[], T: number) => void;

const MANY_CALLS = 12;
/** Spikes have numbers that no batch has, so that a batch is not taken for them. */
const FIRST_SPIKES = 100;

/** What a loop makes the network do, so that two orders that mean the same are the same. */
const watched = (batches: number[], T: number) => (): Trial<[Net, number[], number]> => {
  const done: unknown[] = [];
  const calls: string[] = [];
  const drawn: number[] = [];
  let [sinceReset, sinceUpdate] = [0, 0];
  let startsAtRest = false;
  const shown = new Set<number>();
  const net: Net = {
    encode: counted((batch) => {
      calls.push(`encode(${worded(batch)})`);
      return FIRST_SPIKES + drawn.push(batch) - 1;
    }),
    step: counted((spikes) => {
      const batch = drawn[spikes - FIRST_SPIKES];
      calls.push(batch === undefined ? `step(${worded(spikes)})` : 'step');
      done.push(['step', batch ?? 'no spikes', shown.has(spikes) ? 'again' : 'fresh', ++sinceReset]);
      shown.add(spikes);
      sinceUpdate++;
    }),
    update: counted(() => {
      calls.push('update');
      done.push(['update', sinceUpdate, sinceReset]);
      sinceUpdate = 0;
    }),
    reset: counted(() => {
      calls.push('reset');
      startsAtRest ||= shown.size === 0;
      sinceReset = 0;
    }),
  };
  const description = () => {
    if (calls.length === 0) return 'calls nothing of the net';
    return `calls ${calls.slice(0, MANY_CALLS).join(', ')}${calls.length > MANY_CALLS ? ', …' : ''}`;
  };
  // A reset before the first batch does the same for the next epoch as one after the last batch.
  const next = () => ['next epoch', startsAtRest || sinceReset === 0 ? 'starts at rest' : 'starts from this one'];
  return { args: [net, [...batches], T], seen: () => [...done, next()], description };
};

/** The loop, with each part wherever the options put it. */
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
      if (reset === 'first' && batch === batches[0]) net.reset();
      if (reset === 'between' && batch !== batches.at(-1)) net.reset();
    }
    if (update === 'end') net.update();
    if (reset === 'end') net.reset();
  };

const trainLoop = exercise<Loop>({
  minutes: 8,
  names: ['net', 'batches', 'T'],
  probes: [watched([0, 1], 3), watched([4, 2, 9], 2)],
  oracle: loop(),
  mistakes: {
    'no-reset': m(
      'forgets the reset',
      'The second batch starts from the potentials of the first. What is missing between them?',
      loop({ reset: 'never' }),
    ),
    'reset-once': m(
      'resets only after the first batch, or only at the very end',
      'There is one reset for all batches. From which potentials does each batch start?',
      loop({ reset: 'first' }),
      loop({ reset: 'end' }),
    ),
    'last-not-reset': m(
      'resets between two batches, and not after the last',
      'The potentials of your last batch stay. From which does the next epoch start?',
      loop({ reset: 'between' }),
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
      loop({ update: 'step', reset: 'step' }),
    ),
    'no-update': m(
      'forgets the update',
      'No weight changes here. Which of the four calls makes the network learn?',
      loop({ update: 'never' }),
      loop({ update: 'never', reset: 'never' }),
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
      (net, batches, T) => {
        for (const batch of batches) {
          for (let t = 0; t < T; t++) {
            net.encode(batch);
            net.step(batch);
          }
          net.update();
          net.reset();
        }
      },
    ),
    'steps-outside': m(
      'goes through the steps outside and through the batches inside',
      'You show every batch for one step before any gets a second one. Which of the two loops belongs inside?',
      (net, batches, T) => {
        for (let t = 0; t < T; t++) {
          for (const batch of batches) net.step(net.encode(batch));
          net.update();
          net.reset();
        }
      },
      (net, batches, T) => {
        for (let t = 0; t < T; t++) {
          for (const batch of batches) {
            net.step(net.encode(batch));
            net.update();
            net.reset();
          }
        }
      },
      (net, batches, T) => {
        for (let t = 0; t < T; t++) for (const batch of batches) net.step(net.encode(batch));
        net.update();
        net.reset();
      },
    ),
    'one-update': m(
      'updates once at the very end',
      'There is a single update for all batches. When has one batch been shown completely?',
      loop({ update: 'end' }),
      loop({ update: 'end', reset: 'end' }),
      loop({ update: 'end', reset: 'never' }),
    ),
    'place-in-list': m(
      'encodes the place in the list instead of the batch that stands there',
      'You encode places in the list. Which batch stands at such a place?',
      (net, batches, T) => {
        for (const place of batches.keys()) loop()(net, [place], T);
      },
      (net, batches, T) => {
        for (const place of Object.keys(batches)) loop()(net, [place as never], T); // as for … in does
      },
    ),
  },
  forms: [
    (net, batches, T) => {
      for (const batch of batches) {
        net.reset(); // a reset before each batch does the same as one after it
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
});

// The training loop.

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

// The small project of the chapter: the first spike answers, and the network may stop there.

type Times = (spikes: ArrayLike<number>, neurons: number) => ArrayLike<number>;
type ProjectAnswer = (times: number[], T: number) => number;
type Steps = (times: number[][], T: number) => number;

const FIRST = 'The first spike answers';

/** The step of each neuron's first spike by a search from one end; `never` for one that stays silent. */
const search =
  (last: boolean, never: (T: number) => number): Times =>
  (spikes, neurons) => {
    const T = spikes.length / neurons;
    return Array.from({ length: neurons }, (_, neuron) => {
      const fired = Array.from({ length: T }, (_step, t) => t).filter((t) => spikes[t * neurons + neuron] > 0);
      return (last ? fired.at(-1) : fired[0]) ?? never(T);
    });
  };

/** The place of the first spike in each block of T neighbours, -1 without one. */
const firstOfBlocks = (spikes: ArrayLike<number>, neurons: number) =>
  Array.from({ length: neurons }, (_, block) => {
    const T = spikes.length / neurons;
    return Array.from(spikes)
      .slice(block * T, (block + 1) * T)
      .indexOf(1);
  });

const earliest = (times: number[]) => Math.min(...times);

/** [4 steps, 3 neurons] and [5 steps, 2 neurons]. */
const A = Float32Array.from([0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0]);
const B = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

export const trainingLoopProject = {
  'first-spike-times': exercise<Times>({
    project: FIRST,
    minutes: 8,
    optional: true,
    names: ['spikes', 'neurons'],
    probes: [
      [A, 3],
      [B, 2],
    ],
    tolerance: 0,
    oracle: search(false, (T) => T),
    mistakes: {
      'silent-at-0': m(
        'gives a silent neuron the time 0',
        'A neuron that never fires comes out as the fastest of all. Which time is later than every step?',
        search(false, () => 0),
      ),
      'silent-at-minus-1': m(
        'gives a silent neuron the time -1 (`indexOf`)',
        'A neuron that never fires gets a negative time, and would win. Which time is later than every step?',
        search(false, () => -1),
      ),
      'another-T': m(
        'takes the T = 100 of the chapter above',
        'A silent neuron gets 100 here, the T of the chapter above. How many steps does this record have?',
        search(false, () => 100),
      ),
      'silent-beyond-T': m(
        'takes the length of the whole record for T',
        'A neuron that stays silent gets the length of the whole record. How many steps does the record have?',
        (spikes, neurons) => search(false, () => spikes.length)(spikes, neurons),
      ),
      'counts-from-1': m(
        'counts the steps from 1',
        'The times of the neurons that fire are one too high. Which number does the first step have?',
        (spikes, neurons) => {
          const T = spikes.length / neurons;
          return Array.from(search(false, () => T - 1)(spikes, neurons), (time) => time + 1);
        },
      ),
      'zero-is-false': m(
        'asks `!times[n]` or `times[n] || T`: a first spike in step 0 counts as none',
        'A first spike in step 0 is overlooked here. Is 0 true or false in TypeScript?',
        (spikes, neurons) => {
          const T = spikes.length / neurons;
          return Array.from({ length: neurons }, (_, neuron) => {
            let at = 0;
            for (let t = 0; t < T; t++) if (spikes[t * neurons + neuron] && !at) at = t;
            return at || T;
          });
        },
        (spikes, neurons) => Array.from(search(false, (T) => T)(spikes, neurons), (t) => t || spikes.length / neurons),
      ),
      'place-in-record': m(
        'returns the place in the record',
        'These are places in the record. To which step does a place belong?',
        (spikes, neurons) => {
          const silent = spikes.length / neurons;
          const times = Array.from(search(false, (T) => T)(spikes, neurons));
          return times.map((t, neuron) => (t < silent ? t * neurons + neuron : silent));
        },
        (spikes, neurons) =>
          Array.from({ length: neurons }, (_, neuron) => {
            const place = Array.from(spikes).findIndex((spike, i) => i % neurons === neuron && spike > 0);
            return place < 0 ? spikes.length : place;
          }),
      ),
      'last-spike': m(
        'finds the last spike',
        'These are the last spikes. Which one does the search meet first if it starts at step 0?',
        search(true, (T) => T),
      ),
      'axes-swapped': m(
        'takes blocks of neighbours for neurons',
        'You take neighbours of the record. What stands beside a value: the next step, or the next neuron?',
        (spikes, neurons) => firstOfBlocks(spikes, neurons).map((at) => (at < 0 ? spikes.length / neurons : at)),
        firstOfBlocks,
      ),
    },
    forms: [
      (spikes, neurons) => {
        const T = spikes.length / neurons;
        const times = new Array<number>(neurons).fill(T);
        for (let i = spikes.length - 1; i >= 0; i--) if (spikes[i] === 1) times[i % neurons] = Math.floor(i / neurons);
        return times;
      },
      (spikes, neurons) => {
        const times = new Float32Array(neurons);
        for (let neuron = 0; neuron < neurons; neuron++) {
          let t = 0;
          while (t < spikes.length / neurons && !spikes[t * neurons + neuron]) t++;
          times[neuron] = t;
        }
        return times;
      },
    ],
  }),
  'first-spike-answer': exercise<ProjectAnswer>({
    project: FIRST,
    minutes: 6,
    optional: true,
    names: ['times', 'T'],
    probes: [
      [[4, 2, 7], 10],
      [[3, 1, 1], 10],
      [[5, 5, 5], 5],
      [[9, 10, 10], 10],
      [[0, 6, 0], 6],
      [[8, 9, 3], 9],
    ],
    tolerance: 0,
    oracle: (times, T) => (earliest(times) < T ? times.indexOf(earliest(times)) : -1),
    mistakes: {
      latest: m(
        'takes the latest neuron',
        'The slowest neuron wins here. Which one is the most certain: the first or the last to fire?',
        (times, T) => (earliest(times) < T ? times.indexOf(Math.max(...times)) : -1),
      ),
      'silence-counts': m(
        'answers where no neuron has fired',
        'This answers even where no neuron has fired. How do you recognize that from the times?',
        (times) => times.indexOf(earliest(times)),
      ),
      'one-silent-is-enough': m(
        'answers -1 where any neuron is silent',
        'A single silent neuron makes this -1. How many of them have to be silent?',
        (times, T) => (times.includes(T) ? -1 : times.indexOf(earliest(times))),
      ),
      'time-itself': m(
        'returns the time',
        'This is the time of the first spike. Whose spike is it?',
        (times, T) => (earliest(times) < T ? earliest(times) : -1),
        (times) => earliest(times),
      ),
      'last-of-equals': m(
        'lets the last of several early neurons win',
        'On a tie the last neuron wins here. Which one should win, by the task?',
        (times, T) => (earliest(times) < T ? times.lastIndexOf(earliest(times)) : -1),
      ),
    },
    forms: [
      (times, T) => {
        let [best, time] = [-1, T];
        times.forEach((at, neuron) => {
          if (at < time) [best, time] = [neuron, at];
        });
        return best;
      },
      (times, T) => times.findIndex((time) => time < T && times.every((other) => time <= other)),
    ],
  }),
  'first-spike-steps': exercise<Steps>({
    project: FIRST,
    minutes: 6,
    optional: true,
    names: ['times', 'T'],
    probes: [
      [
        [
          [0, 4],
          [3, 2],
        ],
        5,
      ],
      [
        [
          [5, 5],
          [0, 5],
          [4, 1],
        ],
        5,
      ],
      [
        [
          [0, 4, 4],
          [4, 3, 1],
          [4, 4, 4],
        ],
        4,
      ],
    ],
    oracle: (times, T) => mean(times.map((row) => Math.min(earliest(row) + 1, T))),
    mistakes: {
      'step-0-is-free': m(
        'takes the time of the first spike for the number of steps',
        'A spike in step 0 costs nothing here. How many steps were simulated until it came?',
        (times) => mean(times.map(earliest)),
      ),
      'beyond-T': m(
        'counts T + 1 steps for a silent image',
        'An image without a spike costs more steps than there are. When does its simulation end?',
        (times) => mean(times.map((row) => earliest(row) + 1)),
      ),
      'silent-left-out': m(
        'leaves images without a spike out',
        'Images without a spike are left out of the mean. Were they not simulated, too?',
        (times, T) =>
          mean(
            times
              .map(earliest)
              .filter((time) => time < T)
              .map((time) => time + 1),
          ),
      ),
      'silent-for-free': m(
        'counts no steps for images without a spike',
        'An image without a spike costs nothing here. For how many steps was it shown?',
        (times, T) => mean(times.map((row) => (earliest(row) < T ? earliest(row) + 1 : 0))),
      ),
      rounded: m(
        'rounds the mean',
        'This is a whole number. Is a mean of whole numbers always one?',
        (times, T) => Math.round(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
        (times, T) => Math.ceil(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
        (times, T) => Math.floor(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
      ),
      'slowest-neuron': m(
        'waits for the last neuron of each image',
        'This waits until every neuron has fired. Which of them ends the simulation of its image?',
        (times, T) => mean(times.map((row) => Math.min(Math.max(...row) + 1, T))),
        (times) => mean(times.map((row) => Math.max(...row) + 1)),
      ),
      'mean-of-all': m(
        'averages over all neurons',
        'All neurons count here. Which of them ends the simulation of its image?',
        (times, T) => mean(times.flatMap((row) => row.map((time) => Math.min(time + 1, T)))),
      ),
      sum: m('adds the steps up', 'This is the sum over all images. How many steps are there per image?', (times, T) =>
        times.reduce((sum, row) => sum + Math.min(earliest(row) + 1, T), 0),
      ),
    },
    forms: [
      (times, T) =>
        times.map((row) => (row.some((time) => time < T) ? earliest(row) + 1 : T)).reduce((a, b) => a + b) /
        times.length,
      (times, T) => {
        let steps = 0;
        for (const row of times) steps += Math.min(T, 1 + [...row].sort((a, b) => a - b)[0]);
        return steps / times.length;
      },
    ],
  }),
};
