/** The gradient through a hidden spike. */

import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../src/snn/functional';
import { LIFNode } from '../../../src/snn/neuron';
import { ATan } from '../../../src/snn/surrogate';
import { argmax } from '../../../src/training/metrics';
import { countWeights } from '../../networks/options/weights';
import { exercise, mistake as m } from '../engine/exercise';
import { mean, range, toList } from '../engine/values';
import { atan } from './lif-neuron-gradient';

type Gradient = (w1: number, w2: number, input: number, y: number, tau: number) => number[];

/** The slope of a spike at the potential h, by ATan(2). */
const slopeAt = (h: number) => atan(h - 1, 2);

/** Both gradients of L = (s2 - y)², for one step from rest; factors of the chain may be wrong. */
function back(
  part: {
    forward?: (h: number) => number;
    slope1?: (h: number, s: number) => number;
    slope2?: (h: number, s: number) => number;
    reaches?: (w2: number, w1: number) => number;
    sent?: (s: number, h: number, slope: number) => number;
    shares?: number;
    two?: number;
    exchanged?: boolean;
  } = {},
): Gradient {
  const { forward = (h) => (h >= 1 ? 1 : 0), slope1 = slopeAt, slope2 = slopeAt, reaches = (w2) => w2 } = part;
  const { sent = (s) => s, shares = 2, two = 2, exchanged = false } = part;
  return (w1, w2, input, y, tau) => {
    const h1 = (w1 * input) / tau;
    const s1 = forward(h1);
    const h2 = (w2 * s1) / tau;
    const s2 = forward(h2);
    const dLdh2 = two * (s2 - y) * slope2(h2, s2);
    const ofFirst = dLdh2 * reaches(w2, w1) * slope1(h1, s1) * input;
    const slopes = [ofFirst / tau ** shares, (dLdh2 * sent(s1, h1, slopeAt(h1))) / tau];
    return exchanged ? slopes.reverse() : slopes;
  };
}

/** The same by the package's own layer and tf.grads. */
const byTensors: Gradient = (w1, w2, input, y, tau) =>
  tf.tidy(() => {
    const neurons = () => new LIFNode({ tau, surrogateFunction: new ATan(2) });
    const loss = (first: tf.Tensor, second: tf.Tensor) => {
      const [hidden, output] = [neurons(), neurons()];
      const s1 = multiStepForward(hidden, tf.reshape(tf.mul(first, input), [1, 1, 1]));
      const s2 = multiStepForward(output, tf.mul(s1, second));
      return tf.sum(tf.square(tf.sub(s2, y)));
    };
    const slopes = tf.grads(loss as (...x: tf.Tensor[]) => tf.Tensor)([tf.scalar(w1), tf.scalar(w2)]);
    return slopes.map((slope) => slope.dataSync()[0]);
  });

const hiddenLayerBack = {
  'hidden-gradient': exercise<Gradient>({
    minutes: 12,
    names: ['w1', 'w2', 'input', 'y', 'tau'],
    probes: [
      [1.2, 0.8, 1, 1, 2],
      [3, 0.9, 1, 1, 2],
      [2, 2.5, 1, 0, 2],
      [0.6, -0.7, 1, 1, 2],
      [7, 1.5, 1, 1, 5],
      [2.4, 1.1, 2, 1, 3],
      [3, 2, 1, 1, 2], // the output exactly at the threshold
    ],
    oracle: byTensors,
    mistakes: {
      'hidden-slope-lost': m(
        'passes the hidden neuron without a slope',
        'The gradient passes the hidden neuron as if a spike grew like its potential. Which slope does a spike have?',
        back({ slope1: () => 1 }),
      ),
      'output-slope-lost': m(
        'leaves out the slope of the output',
        'One slope is there, the other is missing. Through how many spikes does the gradient pass?',
        back({ slope2: () => 1 }),
      ),
      'spike-for-slope': m(
        'multiplies by the hidden spike instead of its slope',
        'A silent hidden neuron passes nothing back here. Which number takes the place of the true slope on the way back?',
        back({ slope1: (_h, s) => s }),
      ),
      'silent-hidden': m(
        'lets the gradient through only where the hidden neuron fired',
        'Where the hidden neuron is silent, the first weight gets no gradient. What is the slope of the surrogate below the threshold?',
        back({ slope1: (h, s) => s * slopeAt(h) }),
      ),
      'true-derivative': m(
        'takes the true slope of the hidden spike, which is 0',
        'Nothing reaches the first weight. What does the way back take in place of a slope that is 0?',
        back({ slope1: () => 0 }),
      ),
      'potential-for-spike': m(
        "takes the hidden neuron's potential for what it sends",
        'Your second number grows with the potential of the hidden neuron. What does that neuron send to the output?',
        back({ sent: (_s, h) => h }),
        back({ sent: (_s, h, slope) => h * slope }),
      ),
      'weight-lost': m(
        'leaves out the weight between both neurons',
        'The first number does not depend on the weight between the neurons. By how much does the output change if the hidden spike does?',
        back({ reaches: () => 1 }),
      ),
      'first-weight': m(
        'goes back through the first weight',
        'The way back passes the first weight here. Which weight lies between the two spikes?',
        back({ reaches: (_w2, w1) => w1 }),
      ),
      'tau-once': m(
        'divides by tau once',
        'The first weight acts through two neurons. How often does τ divide on that way?',
        back({ shares: 1 }),
      ),
      'two-lost': m(
        'forgets the 2 of the square',
        'Both numbers are half as large as they should be. What is the slope of a square?',
        back({ two: 1 }),
      ),
      exchanged: m(
        'exchanges both results',
        'Both numbers are there, but the first belongs to the second weight. Which one is asked for first?',
        back({ exchanged: true }),
      ),
      'smooth-forward': m(
        'lets the smooth curve fire on the way forward',
        'On the way forward your spikes are smooth. What can a spike be, forward?',
        back({ forward: (h) => Math.atan(Math.PI * (h - 1)) / Math.PI + 0.5 }),
      ),
    },
    forms: [
      back(),
      (w1, w2, input, y, tau) => {
        const h1 = (w1 * input) / tau;
        const s1 = Number(h1 >= 1);
        const h2 = (w2 * s1) / tau;
        const dLdx2 = (2 * (Number(h2 >= 1) - y)) / (1 + (Math.PI * (h2 - 1)) ** 2) / tau;
        const dLdx1 = (dLdx2 * w2) / (1 + (Math.PI * (h1 - 1)) ** 2) / tau;
        return [dLdx1 * input, dLdx2 * s1];
      },
    ],
  }),
};

// What a hidden layer can do, and what its neurons are there for.

type OneOfTwo = () => { hidden: number[][]; out: number[] };
type Silent = (rates: number[], neurons: number) => ArrayLike<number>;
type Serves = (weights: number[], digits: number) => ArrayLike<number>;

/**
 * Which of the four patterns of two pixels make the output fire: two hidden neurons and one output, one step, tau = 2.
 */
function firesAt({ hidden, out }: ReturnType<OneOfTwo>): unknown {
  const spike = (weights: number[], inputs: number[]) =>
    weights.reduce((sum, weight, i) => sum + weight * inputs[i], 0) / 2 >= 1 ? 1 : 0;
  const fires = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ].map((pixels) =>
    spike(
      out,
      hidden.map((weights) => spike(weights, pixels)),
    ),
  );
  // Another shape, or a non-number, is not such a network, whatever it fires at.
  const shape = [out.length, ...hidden.map((weights) => weights.length)];
  // Of a network that never fires: whether a single pixel would make it fire if only weights had the other sign.
  const size = (weights: number[]) => weights.map(Math.abs);
  const [hiddenSpikes, withoutSigns] = [hidden, hidden.map(size)].map((layer) =>
    [
      [1, 0],
      [0, 1],
    ].map((pixels) => layer.map((weights) => spike(weights, pixels))),
  );
  const isHeldBack = hiddenSpikes.some((spikes) => spikes.includes(1))
    ? hiddenSpikes.some((spikes) => spike(size(out), spikes) === 1)
    : withoutSigns.some((spikes) => spikes.includes(1));
  return {
    fires,
    isHeldBack: !fires.includes(1) && isHeldBack,
    shape,
    finite: [...hidden.flat(), ...out].every(Number.isFinite),
  };
}

const network = (hidden: number[][], out: number[]) => () => ({ hidden: hidden.map((row) => [...row]), out: [...out] });

/** The neurons that a rule picks by their rates, an image each. */
const pick =
  (rule: (rates: number[]) => boolean): Silent =>
  (rates, neurons) =>
    range(neurons).filter((neuron) => rule(rates.filter((_, i) => i % neurons === neuron)));
const allZero = (rates: number[]) => rates.every((rate) => rate === 0);

/** The rows of a matrix [n, columns]. */
const rowsOf = (values: number[], columns: number) =>
  range(values.length / columns).map((row) => values.slice(row * columns, (row + 1) * columns));
const byRows =
  (of: (row: number[]) => number): Serves =>
  (weights, digits) =>
    rowsOf(weights, digits).map(of);

export const hiddenLayer = {
  'hidden-one-of-two': exercise<OneOfTwo>({
    minutes: 10,
    names: [],
    probes: [[]],
    compared: firesAt,
    tolerance: 0,
    // Of all right answers one that a small change makes wrong: the second hidden neuron just holds the output back.
    oracle: network(
      [
        [2, 2],
        [1, 1],
      ],
      [2, -0.25],
    ),
    mistakes: {
      'or-both': m(
        'fires at one pixel and at both',
        'Your network also fires when both pixels do. Which hidden neuron should be silent then, or which weight should count against it?',
        network(
          [
            [2, 0],
            [0, 2],
          ],
          [2, 2],
        ),
      ),
      'both-only': m(
        'fires only when both pixels do',
        'Your network fires only when both pixels do. Which of its hidden neurons fires at a single pixel?',
        network(
          [
            [1, 1],
            [1, 1],
          ],
          [2, 2],
        ),
      ),
      'too-weak': m(
        'takes a weight of 1 for enough: tau divides the current',
        'Your output never fires. How large is the potential after one step under a current of 1, and how large must it be?',
        network(
          [
            [1, -1],
            [-1, 1],
          ],
          [1, 1],
        ),
        network(
          [
            [2, -2],
            [-2, 2],
          ],
          [1, 1],
        ),
      ),
      'wrong-sign': m(
        'has weights that are large enough, but negative',
        'Your output never fires: a weight that is large enough pulls the potential down. What does the sign of a weight do?',
        network(
          [
            [2, -2],
            [-2, 2],
          ],
          [-2, -2],
        ),
        network(
          [
            [-2, -2],
            [-2, -2],
          ],
          [2, 2],
        ),
      ),
      'first-alone': m(
        'fires at the first pixel alone',
        'Your network fires when the first pixel does so alone. Which hidden neuron is there for the second one?',
        network(
          [
            [2, -2],
            [2, -2],
          ],
          [2, 2],
        ),
      ),
      'second-alone': m(
        'fires at the second pixel alone',
        'Your network fires when the second pixel does so alone. Which hidden neuron is there for the first one?',
        network(
          [
            [-2, 2],
            [-2, 2],
          ],
          [2, 2],
        ),
      ),
      'one-pixel': m(
        'looks at one of the pixels only',
        'Your network listens to one pixel, whatever the other one does. Which weights of a hidden neuron can tell one from both?',
        network(
          [
            [2, 0],
            [2, 0],
          ],
          [2, 2],
        ),
        network(
          [
            [0, 2],
            [0, 2],
          ],
          [2, 2],
        ),
      ),
    },
    forms: [
      () => ({
        hidden: [
          [2, -2],
          [-2, 2],
        ],
        out: [2, 2],
      }),
      () => {
        const [yes, no] = [3, -1.5];
        return {
          hidden: [
            [yes, no],
            [no, yes],
          ],
          out: [yes, yes],
        };
      },
      () => ({
        hidden: [
          [1, 1],
          [2, 2],
        ],
        out: [-4, 2.5],
      }),
    ],
  }),
  ...hiddenLayerBack,
  'hidden-silent': exercise<Silent>({
    minutes: 4,
    names: ['rates', 'neurons'],
    probes: [
      [[0, 0.5, 0, 0, 0, 0.05, 0, 0, 0, 0.9, 0, 0], 4],
      [[0, 0, 1, 0, 0.2, 0], 3],
      [[0.3, 0, 0.1, 0, 0, 0, 0.7, 0.05], 2],
    ],
    compared: toList,
    tolerance: 0,
    oracle: pick(allZero),
    mistakes: {
      'silent-somewhere': m(
        'takes a neuron that misses one image for silent',
        'These neurons are silent at some image. At how many images must a neuron be silent?',
        pick((rates) => rates.includes(0)),
      ),
      'axes-swapped': m(
        'takes a row for a neuron',
        'These are images at which all neurons are silent. What does a row of the record stand for?',
        (rates, neurons) => rowsOf(rates, neurons).flatMap((row, image) => (allZero(row) ? [image] : [])),
      ),
      'ones-that-fire': m(
        'returns the neurons that fire',
        'These are the neurons that do fire. Which ones are asked for?',
        pick((rates) => !allZero(rates)),
      ),
      'first-image': m(
        'looks at the first image only',
        'This looks at the first image only. What do the other rows say?',
        pick(([first]) => first === 0),
      ),
      'nearly-silent': m(
        'takes a low rate for silence',
        'A neuron that fires rarely counts as silent here. Is one spike silence?',
        pick((rates) => rates.every((rate) => rate < 0.1)),
      ),
      'from-1': m(
        'counts the neurons from 1',
        'Your numbers are one too high. What is the number of the first neuron?',
        (rates, neurons) => Array.from(pick(allZero)(rates, neurons), (neuron) => neuron + 1),
      ),
      'blocks-of-neurons': m(
        'cuts the record into a block per neuron',
        'You take neighbours of the record for one neuron. What stands beside a value: the next image, or the next neuron?',
        (rates, neurons) =>
          rowsOf(rates, rates.length / neurons).flatMap((row, neuron) => (allZero(row) ? [neuron] : [])),
      ),
    },
    forms: [
      (rates, neurons) => {
        const sums = new Float64Array(neurons);
        rates.forEach((rate, i) => {
          sums[i % neurons] += rate;
        });
        return range(neurons).filter((neuron) => sums[neuron] === 0);
      },
      (rates, neurons) => {
        const silent = new Set(range(neurons));
        for (let i = 0; i < rates.length; i++) if (rates[i] > 0) silent.delete(i % neurons);
        return Uint32Array.from(silent);
      },
    ],
  }),
  'hidden-serves': exercise<Serves>({
    minutes: 5,
    optional: true,
    names: ['weights', 'digits'],
    probes: [
      [[0.5, -2, 1, 0.3, 0.2, -0.1], 3],
      [[-1, -0.2, -3, 4, 0, 0.5, 2, 2, 1, 0.1, 0.9, 0.2], 3],
      [[0.1, 0.4, -0.6, 0.2, 0.7, 0.3], 2],
    ],
    compared: toList,
    tolerance: 0,
    oracle: byRows((row) => argmax(row)),
    mistakes: {
      'axes-swapped': m(
        'finds the best hidden neuron of each digit',
        'This is a hidden neuron for each digit. What is asked for: a value per digit, or a value per hidden neuron?',
        (weights, digits) => range(digits).map((digit) => argmax(weights.filter((_, i) => i % digits === digit))),
      ),
      'largest-size': m(
        'takes the largest weight without its sign',
        'A large negative weight wins here. Does a spike through it help the digit?',
        byRows((row) => argmax(row.map(Math.abs))),
      ),
      'weight-itself': m(
        'returns the largest weight',
        'This is the largest weight itself. To which digit does it lead?',
        byRows((row) => Math.max(...row)),
      ),
      'last-of-equals': m(
        '`>=`: the last of equal weights wins',
        'On a tie the last digit wins here. Which one should win, by the task?',
        byRows((row) => row.lastIndexOf(Math.max(...row))),
      ),
      'from-zero': m(
        'starts the search for the largest weight at 0',
        'Where all weights of a neuron are negative this goes wrong. With which value does your search begin?',
        byRows((row) => (Math.max(...row) > 0 ? argmax(row) : 0)),
        byRows((row) => (Math.max(...row) > 0 ? argmax(row) : -1)),
      ),
      'counts-from-1': m(
        'counts the digits from 1',
        'Your digits are one too high. What is the number of the first output neuron?',
        byRows((row) => argmax(row) + 1),
      ),
      lowest: m(
        'takes the smallest weight',
        'This is the digit that a spike holds down most. Which one does it push up?',
        byRows((row) => argmax(row.map((weight) => -weight))),
      ),
    },
    forms: [
      (weights, digits) => rowsOf(weights, digits).map((row) => row.indexOf(Math.max(...row))),
      (weights, digits) => {
        const serves = new Uint8Array(weights.length / digits);
        weights.forEach((weight, i) => {
          const neuron = Math.floor(i / digits);
          if (weight > weights[neuron * digits + serves[neuron]]) serves[neuron] = i % digits;
        });
        return serves;
      },
    ],
  }),
};

// The small project of the chapter: choose the width of the hidden layer without looking at the test images.

type Weights = (hidden: number) => number;
type Means = (accuracies: number[][]) => ArrayLike<number>;
type Choose = (widths: number[], means: number[], images: number) => number;

const WIDTH = 'Choose the width fairly';

const perRow =
  (of: (row: number[]) => number): Means =>
  (accuracies) =>
    accuracies.map(of);

/** The smallest width whose mean is at most so much below the highest. */
const within =
  (allowed: (best: number, images: number) => number): Choose =>
  (widths, means, images) => {
    const best = Math.max(...means);
    return Math.min(...widths.filter((_, i) => means[i] >= best - allowed(best, images)));
  };
const standardError = (p: number, images: number) => Math.sqrt((p * (1 - p)) / images);

export const hiddenLayerProject = {
  'width-weights': exercise<Weights>({
    project: WIDTH,
    minutes: 4,
    optional: true,
    names: ['hidden'],
    probes: [[96], [1], [10], [300]],
    tolerance: 0,
    oracle: (hidden) => countWeights(hidden),
    mistakes: {
      'all-multiplied': m(
        'multiplies all three sizes',
        'This grows far too fast. Is there a weight for each pixel, hidden neuron and digit together, or are there two layers of weights?',
        (hidden) => 784 * hidden * 10,
      ),
      'first-layer-only': m(
        'counts the first layer only',
        'These are the weights from the pixels to the hidden neurons. Which others are there?',
        (hidden) => 784 * hidden,
      ),
      'second-layer-only': m(
        'counts the second layer only',
        'These are the weights from the hidden neurons to the ten. Which others are there?',
        (hidden) => 10 * hidden,
      ),
      neurons: m(
        'adds up the neurons and pixels',
        'This counts pixels and neurons. Between which of them is there a weight?',
        (hidden) => 784 + hidden + 10,
        (hidden) => hidden + 10,
      ),
      'one-layer': m(
        'adds the weights of the single layer',
        'Weights from the pixels straight to the ten are counted, too. Which of them are still there?',
        (hidden) => 7840 + 784 * hidden,
        (hidden) => 7840 + 784 * hidden + 10 * hidden,
      ),
      biases: m(
        'counts a bias per neuron',
        'This counts one number per neuron in addition. Which option of “dense” do our networks set to “false”?',
        (hidden) => 784 * hidden + hidden + 10 * hidden + 10,
      ),
    },
    forms: [(hidden) => 794 * hidden, (hidden) => 784 * hidden + hidden * 10],
  }),
  'width-means': exercise<Means>({
    project: WIDTH,
    minutes: 5,
    optional: true,
    names: ['accuracies'],
    probes: [
      [
        [
          [0.9, 0.94],
          [0.95, 0.93],
          [0.96, 0.9],
        ],
      ],
      [
        [
          [0.5, 0.75, 0.25],
          [0.6, 0.9, 0.9],
        ],
      ],
    ],
    compared: toList,
    oracle: perRow(mean),
    mistakes: {
      'best-seed': m(
        'takes the best seed of each width',
        'This takes the luckiest seed of each width. What would a width gain from being tried more often?',
        perRow((row) => Math.max(...row)),
      ),
      'per-seed': m(
        'takes the mean of each seed',
        'These are means over the widths, one per seed. What does a row stand for?',
        (accuracies) => accuracies[0].map((_, seed) => mean(accuracies.map((row) => row[seed]))),
      ),
      'not-divided': m(
        'adds the accuracies up and does not divide',
        'These are sums. Can an accuracy be more than 1?',
        perRow((row) => row.reduce((a, b) => a + b)),
      ),
      'always-two': m(
        'divides by 2',
        'This divides by 2, but the check also tries three seeds. How many are in a row?',
        perRow((row) => row.reduce((a, b) => a + b) / 2),
      ),
      'first-seed': m(
        'takes the first seed only',
        'This is the first seed alone. What do the others say?',
        perRow(([first]) => first),
      ),
      'last-seed': m(
        'takes the last seed only',
        'This is the last seed alone. What do the others say?',
        perRow((row) => row.at(-1) as number),
      ),
      'worst-seed': m(
        'takes the worst seed of each width',
        'This takes the unluckiest seed of each width. What do the others say?',
        perRow((row) => Math.min(...row)),
      ),
    },
    forms: [
      (accuracies) => accuracies.map((row) => row.reduce((sum, accuracy) => sum + accuracy, 0) / row.length),
      (accuracies) => {
        const means = new Float64Array(accuracies.length);
        for (const [width, row] of accuracies.entries()) {
          for (const accuracy of row) means[width] += accuracy / row.length;
        }
        return means;
      },
    ],
  }),
  'width-choose': exercise<Choose>({
    project: WIDTH,
    minutes: 11,
    optional: true,
    names: ['widths', 'means', 'images'],
    probes: [
      [[12, 24, 48, 96], [0.9, 0.934, 0.948, 0.95], 10_000],
      [[96, 48, 24], [0.96, 0.9585, 0.95], 10_000],
      [[10, 20, 40, 80], [0.86, 0.882, 0.9, 0.895], 400],
      [[30, 60, 15], [0.8, 0.9, 0.7], 2_500],
      [[8, 16, 32], [0.46, 0.4985, 0.5], 100],
      [[16, 32, 64], [0.5, 0.98, 0.985], 1_000],
      [[5, 20, 40], [0.42, 0.4375, 0.5], 64], // the second is exactly one standard error below the best
    ],
    tolerance: 0,
    oracle: within(standardError),
    mistakes: {
      highest: m(
        'takes the width with the highest mean',
        'This takes the highest mean, however small its lead is. Is a smaller width within one standard error of it?',
        (widths, means) => widths[means.indexOf(Math.max(...means))],
      ),
      'index-itself': m('returns the index', 'This is an index. Which width stands there?', (widths, means, images) =>
        widths.indexOf(within(standardError)(widths, means, images)),
      ),
      variance: m(
        'forgets the root',
        'The distance that you allow is far too small. The error is the root of which number?',
        within((p, images) => (p * (1 - p)) / images),
      ),
      'images-lost': m(
        'forgets the number of images',
        'The distance that you allow does not shrink with the number of images. Where does “images” belong?',
        within((p) => Math.sqrt(p * (1 - p))),
      ),
      'first-in-list': m(
        'takes the first of the list that is good enough',
        'This takes the first width of the list that is good enough. Is it always the smallest?',
        (widths, means, images) => {
          const best = Math.max(...means);
          return widths[means.findIndex((p) => p >= best - standardError(best, images))];
        },
      ),
      'largest-of-them': m(
        'takes the largest width that is good enough',
        'Among those that are good enough this takes the largest. Which one is the cheapest?',
        (widths, means, images) => {
          const best = Math.max(...means);
          return Math.max(...widths.filter((_, i) => means[i] >= best - standardError(best, images)));
        },
      ),
      smallest: m(
        'takes the smallest width of all',
        'This takes the smallest width, however bad it is. How far below the best may it be?',
        (widths) => Math.min(...widths),
      ),
      'two-errors': m(
        'allows two standard errors',
        'This allows twice as much as the task does. How many standard errors below the best may a width be?',
        within((p, images) => 2 * standardError(p, images)),
      ),
      'accuracy-itself': m(
        'returns the accuracy',
        'This is an accuracy. Which width reached it?',
        (widths, means, images) => means[widths.indexOf(within(standardError)(widths, means, images))],
      ),
    },
    forms: [
      (widths, means, images) => {
        const best = Math.max(...means);
        const least = best - Math.sqrt((best * (1 - best)) / images);
        let chosen = Number.POSITIVE_INFINITY;
        for (const [i, width] of widths.entries()) if (means[i] >= least && width < chosen) chosen = width;
        return chosen;
      },
      (widths, means, images) => {
        const pairs = widths.map((width, i) => ({ width, p: means[i] })).sort((a, b) => a.width - b.width);
        const best = means.reduce((highest, p) => Math.max(highest, p));
        const found = pairs.find(({ p }) => best - p <= ((best * (1 - best)) / images) ** 0.5);
        return found?.width ?? 0;
      },
    ],
  }),
};
