/** How much of a gradient arrives some steps earlier, with the reset and without it. */

import * as tf from '@tensorflow/tfjs';
import { ATan } from '../../../src/snn/surrogate';
import { argmax } from '../../../src/training/metrics';
import { counted, exercise, mistake as m, type Trial } from '../engine/exercise';
import { firstNumber, withNeuron } from '../engine/tensors';
import { sum, toList } from '../engine/values';
import { atan } from './lif-neuron-gradient';

type Arrives = (h: number[], tau: number, detachReset: boolean) => number;

/** The factor of one step back, by the package's own layer: from the next potential h to this one. */
const byLayer = (h: number, tau: number, detachReset: boolean): number =>
  withNeuron({ tau, decayInput: false, detachReset, surrogateFunction: new ATan(2) }, (neuron) =>
    firstNumber(() =>
      tf.grad((potential: tf.Tensor) =>
        neuron.neuronalCharge(tf.scalar(0), neuron.neuronalReset(potential, neuron.neuronalFire(potential))),
      )(tf.scalar(h)),
    ),
  );

const spikeAt = (h: number) => (h >= 1 ? 1 : 0);
const slopeAt = (h: number) => atan(h - 1, 2);
const product = (factors: number[]) => factors.reduce((a, b) => a * b, 1);

/** The product of the factors of all steps but the last; parts of a factor may be wrong. */
function arrives(
  part: {
    leak?: (tau: number) => number;
    kept?: (h: number, detachReset: boolean) => number;
    reset?: (h: number, detachReset: boolean) => number;
    from?: number;
    to?: number;
  } = {},
): Arrives {
  const { leak = (tau) => 1 - 1 / tau, kept = (h) => 1 - spikeAt(h), from = 0, to = -1 } = part;
  const { reset = (h, detachReset) => (detachReset ? 0 : h * slopeAt(h)) } = part;
  return (h, tau, detachReset) =>
    product(
      h.slice(from, to || undefined).map((value) => leak(tau) * (kept(value, detachReset) - reset(value, detachReset))),
    );
}

const worthItReset = {
  'time-back': exercise<Arrives>({
    minutes: 10,
    names: ['h', 'tau', 'detachReset'],
    probes: [
      [[0.5, 0.9], 20, false],
      [[0.5, 0.9], 20, true],
      [[0.3, 0.8, 0.6, 0.7], 5, false],
      [[0.3, 0.8, 0.6, 0.7], 5, true],
      [[0.4, 1.3, 0.2, 0.6], 10, false],
      [[0.4, 1.3, 0.2, 0.6], 10, true],
      [[0.4, 1, 0.2, 0.6], 10, false],
      [[0.4, 1, 0.2, 0.6], 10, true],
    ],
    oracle: (h, tau, detachReset) => product(h.slice(0, -1).map((value) => byLayer(value, tau, detachReset))),
    mistakes: {
      'reset-left-out': m(
        'leaves the way through the spike out, also without detaching',
        'Detached or not, your result is the same. Which second way leads from v back to h?',
        arrives({ reset: () => 0 }),
      ),
      'always-through': m(
        'takes the way through the spike also when it is detached',
        'Detached or not, your result is the same. Which way does “detachReset” cut?',
        arrives({ reset: (h) => h * slopeAt(h) }),
      ),
      'exchanged-cases': m(
        'exchanges detached and not detached',
        'Both cases are there, but each has the result of the other. Which way does “detachReset: true” cut?',
        arrives({ reset: (h, detachReset) => (detachReset ? h * slopeAt(h) : 0) }),
      ),
      'wrong-sign': m(
        'adds the way through the spike',
        'Without detaching your gradient grows. Does a spike make the potential after it larger or smaller?',
        arrives({ reset: (h, detachReset) => (detachReset ? 0 : -h * slopeAt(h)) }),
      ),
      'sign-lost': m(
        'takes the size of the result without its sign',
        'The size is right. What does a step at which the neuron fires do to the sign?',
        (h, tau, detachReset) => Math.abs(arrives()(h, tau, detachReset)),
      ),
      'slope-at-0': m(
        'takes the slope at h instead of at h − 1',
        'Your slope is steepest at h = 0. At which potential is the surrogate steepest?',
        arrives({ reset: (h, detachReset) => (detachReset ? 0 : h * atan(h, 2)) }),
      ),
      added: m(
        'adds the factors up',
        'Your result grows with each step that passes something on. What do two steps, one after the other, do to a gradient?',
        (h, tau, detachReset) =>
          h.slice(0, -1).reduce((total, value) => total + arrives()([value, value], tau, detachReset), 0),
      ),
      'h-lost': m(
        'takes the slope alone for the way through the spike',
        'Your way through the spike does not depend on how much the reset takes away. How much is that?',
        arrives({ reset: (h, detachReset) => (detachReset ? 0 : slopeAt(h)) }),
      ),
      'spike-keeps': m(
        'forgets that the direct way ends at a spike',
        'After a spike the direct way still goes on here. What is left of h in v after the neuron fired?',
        arrives({ kept: () => 1 }),
      ),
      'detached-passes': m(
        'takes "detached" for "as if there were no reset"',
        'Detached, a spike stops nothing here. What is left of h in v after the neuron fired?',
        arrives({ kept: (h, detachReset) => (detachReset ? 1 : 1 - spikeAt(h)) }),
      ),
      'above-threshold': m(
        'lets the neuron fire above the threshold only',
        'At h = 1 your neuron stays silent. Does a neuron fire at its threshold, or only above it?',
        arrives({ kept: (h) => (h > 1 ? 0 : 1) }),
      ),
      'leak-lost': m(
        'forgets the leak',
        'Your result does not depend on τ. What happens to v before the next current is added?',
        arrives({ leak: () => 1 }),
      ),
      'leak-as-factor': m(
        'multiplies by 1/tau',
        'This takes 1/τ for what is left. How much of v survives one step?',
        arrives({ leak: (tau) => 1 / tau }),
      ),
      'last-too': m(
        'goes through the last step, too',
        'This is one factor too many. Does the gradient at the last h pass the last reset?',
        arrives({ to: 0 }),
      ),
      'first-left-out': m(
        'leaves the first step out instead of the last',
        'The first step is missing here, and the last one is there. Between which resets does the way lie?',
        arrives({ from: 1, to: 0 }),
      ),
    },
    forms: [
      (h, tau, detachReset) => {
        let left = 1;
        for (let t = h.length - 2; t >= 0; t--) {
          const slope = 1 / (1 + (Math.PI * (h[t] - 1)) ** 2);
          left *= (1 - 1 / tau) * ((h[t] >= 1 ? 0 : 1) - (detachReset ? 0 : h[t] * slope));
        }
        return left;
      },
      (h, tau, detachReset) =>
        (1 - 1 / tau) ** (h.length - 1) *
        h
          .slice(0, -1)
          .map((value) => {
            const direct = value < 1 ? 1 : 0;
            return detachReset ? direct : direct - value / (1 + Math.PI ** 2 * (value - 1) ** 2);
          })
          .reduce((a, b) => a * b, 1),
    ],
  }),
};

// A fair comparison, the way back through the reset, and the loss of a count.

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

// The small project of the chapter: choose tau without looking at the test images.

type Parts = { train: ArrayLike<number>; validation: ArrayLike<number> };
type Split = (count: number, held: number) => Parts;
type Choose = (validation: number[], askTest: (setting: number) => number) => number;
type Certain = (a: boolean[], b: boolean[]) => number;

const CHOOSE = 'Choose tau fairly';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const numbers = ({ train, validation }: Parts) => ({ train: toList(train), validation: toList(validation) });

/** Accuracies on the test images, and a list of the settings that were asked for. */
const asking = (validation: number[], test: number[]) => (): Trial<[number[], (setting: number) => number]> => {
  const asked: number[] = [];
  const askTest = counted((setting: number) => {
    if (!(setting in test))
      throw new RangeError(`askTest(${setting}): the settings are numbered 0 to ${test.length - 1}`);
    asked.push(setting);
    return test[setting];
  });
  const description = () =>
    asked.length === 0 ? 'asks the test images nothing' : `asks for the settings ${asked.join(', ')}`;
  return { args: [[...validation], askTest], seen: () => [...asked].sort(), description };
};

/** Of two networks on the same images: how many images each alone is right about, and how many images there are. */
function compare(a: boolean[], b: boolean[]) {
  const count = (wanted: (i: number) => boolean) => a.filter((_, i) => wanted(i)).length;
  return { onlyA: count((i) => a[i] && !b[i]), onlyB: count((i) => b[i] && !a[i]), images: a.length };
}
type Counts = ReturnType<typeof compare>;
const fromCounts =
  (work: (counts: Counts) => number): Certain =>
  (a, b) =>
    work(compare(a, b));

/** Answers as 1 for right and 0 for wrong. */
const answers = (bits: string) => [...bits].map((bit) => bit === '1');
const share = (right: boolean[]) => right.filter(Boolean).length / right.length;
const variance = (p: number) => p * (1 - p);

export const worthItProject = {
  'choose-split': exercise<Split>({
    project: CHOOSE,
    minutes: 7,
    optional: true,
    names: ['count', 'held'],
    probes: [
      [10, 3],
      [6, 1],
      [5, 4],
    ],
    compared: (parts) => numbers(parts),
    tolerance: 0,
    oracle: (count, held) => ({ train: range(0, count - held), validation: range(count - held, count) }),
    mistakes: {
      overlap: m(
        'trains on all images',
        'The images that you hold back are also trained on. What would a good accuracy on them prove?',
        (count, held) => ({ train: range(0, count), validation: range(count - held, count) }),
      ),
      'one-missing': m(
        'loses the image at the border',
        'One image is in neither part. Where does the second part begin?',
        (count, held) => ({ train: range(0, count - held - 1), validation: range(count - held, count) }),
      ),
      exchanged: m(
        'exchanges the parts',
        'You train on the few images and hold back the many. Which part is which?',
        (count, held) => ({ train: range(count - held, count), validation: range(0, count - held) }),
      ),
      'one-more': m(
        'trains on the first image that should be held back',
        'You train on one image too many. Which number does the last training image have?',
        (count, held) => ({ train: range(0, count - held + 1), validation: range(count - held + 1, count) }),
      ),
      'trains-on-few': m(
        'cuts at `held` instead of `count - held`',
        'You train on as many images as should be held back. Where do the last ones begin?',
        (count, held) => ({ train: range(0, held), validation: range(held, count) }),
      ),
      'from-1': m(
        'numbers the images from 1',
        'Your numbers are one too high. Which number does the first image have?',
        (count, held) => ({ train: range(1, count - held + 1), validation: range(count - held + 1, count + 1) }),
      ),
      'held-first': m(
        'holds back the first images',
        'The parts do not overlap, but the first images are held back. Which ones does the task name?',
        (count, held) => ({ train: range(held, count), validation: range(0, held) }),
      ),
    },
    forms: [
      (count, held) => {
        const all = [...new Array(count).keys()];
        return { train: all.slice(0, -held), validation: all.slice(-held) };
      },
      (count, held) => {
        const train = Uint32Array.from({ length: count - held }, (_, i) => i);
        return { train, validation: Uint32Array.from({ length: held }, (_, i) => train.length + i) };
      },
    ],
  }),
  'choose-best': exercise<Choose>({
    project: CHOOSE,
    minutes: 8,
    optional: true,
    names: ['validation', 'askTest'],
    probes: [
      asking([0.88, 0.91, 0.9, 0.85], [0.89, 0.9, 0.92, 0.86]),
      asking([0.7, 0.9, 0.9], [0.95, 0.6, 0.8]),
      asking([0.8, 0.85, 0.82, 0.95], [0.9, 0.7, 0.75, 0.8]),
    ],
    tolerance: 0,
    oracle: (validation, askTest) => askTest(argmax(validation)),
    mistakes: {
      'best-test': m(
        'asks for every setting and reports the best',
        'You ask the test images about every setting, so they choose. Which images may choose?',
        (validation, askTest) => Math.max(...validation.map((_, i) => askTest(i))),
      ),
      'asks-all': m(
        'asks for every setting, and then reports the right one',
        'You report the right number, but you asked the test images about every setting. About which one alone do you need to ask?',
        (validation, askTest) => validation.map((_, i) => askTest(i))[argmax(validation)],
      ),
      'both-choose': m(
        'chooses by both accuracies together',
        'The test images help to choose here. Which images may choose?',
        (validation, askTest) => {
          const test = validation.map((_, i) => askTest(i));
          return test[argmax(validation.map((share, i) => share + test[i]))];
        },
      ),
      'validation-reported': m(
        'reports the accuracy that chose',
        'The images that chose this setting make it look better than it is. Which images has nobody asked yet?',
        (validation, askTest) => {
          askTest(argmax(validation));
          return Math.max(...validation);
        },
        (validation) => Math.max(...validation),
      ),
      'index-itself': m(
        'returns the number of the setting',
        'This is the number of the setting that was chosen. How accurate is it on images that did not choose it?',
        (validation) => argmax(validation),
      ),
      'last-of-equals': m(
        'lets the last of equal accuracies win',
        'On a tie the last setting wins here. Which one should win, by the task?',
        (validation, askTest) => askTest(validation.lastIndexOf(Math.max(...validation))),
      ),
      'worst-chosen': m(
        'chooses the lowest accuracy',
        'You choose the setting with the lowest accuracy. Which one is the best?',
        (validation, askTest) => askTest(validation.indexOf(Math.min(...validation))),
      ),
    },
    forms: [
      (validation, askTest) => askTest(validation.indexOf(Math.max(...validation))),
      (validation, askTest) => {
        let best = 0;
        for (let i = 1; i < validation.length; i++) if (validation[i] > validation[best]) best = i;
        return askTest(best);
      },
    ],
  }),
  'choose-certain': exercise<Certain>({
    project: CHOOSE,
    minutes: 9,
    optional: true,
    names: ['a', 'b'],
    probes: [
      [answers('111100110000'), answers('111111101111')],
      [answers('1111111110'), answers('1110001011')],
      [answers('10110'), answers('11010')],
      [answers('0110100'), answers('1001011')],
    ],
    oracle: fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyA + onlyB)),
    mistakes: {
      independent: m(
        'treats the two accuracies as independent',
        'This adds two variances, as if each network had seen images of its own. Which images can tell the two apart, and which cannot?',
        (a, b) => (share(b) - share(a)) / Math.sqrt((variance(share(a)) + variance(share(b))) / a.length),
      ),
      'all-images': m(
        'takes the error of a coin for every image',
        'Your error counts all images. Which of them are a toss between the two?',
        fromCounts(({ onlyA, onlyB, images }) => (onlyB - onlyA) / Math.sqrt(images)),
      ),
      'difference-only': m(
        'returns the difference, of the counts or of the accuracies',
        'This is the difference alone. How large is the error of such a difference?',
        fromCounts(({ onlyA, onlyB }) => onlyB - onlyA),
        fromCounts(({ onlyA, onlyB, images }) => (onlyB - onlyA) / images),
      ),
      'no-root': m(
        'divides by the variance',
        'This divides by a variance. Of what is the error the root?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / (onlyA + onlyB)),
      ),
      squared: m(
        "squares the difference: McNemar's chi-squared",
        'This is the square of what the task asks for. What does a square no longer tell?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) ** 2 / (onlyA + onlyB)),
      ),
      'half-way': m(
        'takes the error of the number of heads for that of the difference',
        'By how much does the difference change when a single coin falls the other way?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / (Math.sqrt(onlyA + onlyB) / 2)),
        fromCounts(({ onlyA, onlyB }) => (onlyB - (onlyA + onlyB) / 2) / Math.sqrt(onlyA + onlyB)),
      ),
      corrected: m(
        'subtracts 1 from the distance first',
        'You correct the distance by 1, which the task does not ask for. What is the plain number of standard errors?',
        fromCounts(
          ({ onlyA, onlyB }) =>
            (Math.sign(onlyB - onlyA) * Math.max(0, Math.abs(onlyB - onlyA) - 1)) / Math.sqrt(onlyA + onlyB),
        ),
      ),
      'one-count': m(
        'takes the root of one of the two counts',
        'Only the images that one of the two networks is right about are coins here. Which other images are?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyB)),
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyA)),
      ),
      reversed: m(
        'subtracts the wrong way round',
        'The sign says that the other network is ahead. From which one do you subtract?',
        fromCounts(({ onlyA, onlyB }) => (onlyA - onlyB) / Math.sqrt(onlyA + onlyB)),
      ),
      'sign-lost': m(
        'returns the distance without its sign',
        'This does not say which of the two is ahead. What tells you that?',
        fromCounts(({ onlyA, onlyB }) => Math.abs(onlyB - onlyA) / Math.sqrt(onlyA + onlyB)),
      ),
    },
    forms: [
      (a, b) => {
        let [ahead, differ] = [0, 0];
        for (const [i, right] of a.entries()) {
          if (right === b[i]) continue;
          differ++;
          ahead += b[i] ? 1 : -1;
        }
        return ahead / Math.sqrt(differ);
      },
      (a, b) => {
        const toss = a.map((right, i) => Number(b[i]) - Number(right));
        return toss.reduce((x, y) => x + y, 0) / Math.hypot(...toss);
      },
    ],
  }),
};
