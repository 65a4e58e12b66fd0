/** Chapter 6: what time does, to the memory and to the gradient. */
import * as tf from '@tensorflow/tfjs';
import { CLASSES, IMAGE_SIZE } from '../common/mnist';
import { exercise, mistake as m } from './exercise';
import { firstNumber, withNeuron } from './tensors';

type Memory = (batch: number) => number;
type Reach = (tau: number, share: number) => number;

const FLOAT = 4;
/** What automatic differentiation keeps of a step per image: input spikes, and x, h, s, v of each neuron. */
const KEPT = IMAGE_SIZE + 4 * CLASSES;

/** What is left of a gradient after one step back, from the package's own charge. */
const leftAfterStep = (tau: number) =>
  withNeuron({ tau }, (neuron) =>
    firstNumber(() => tf.grad((v: tf.Tensor) => neuron.neuronalCharge(tf.scalar(0), v))(tf.scalar(0))),
  );

const stepsUntil = (factor: number, share: number) => Math.log(share) / Math.log(factor);

export const chapter6 = {
  'matter-memory': exercise<Memory>({
    chapter: 6,
    minutes: 4,
    names: ['batch'],
    probes: [[128], [1], [32]],
    tolerance: 0,
    oracle: (batch) => FLOAT * batch * KEPT,
    mistakes: {
      'values-not-bytes': m(
        'counts values instead of bytes',
        'This counts values. How many bytes does a float32 take?',
        (batch) => batch * KEPT,
      ),
      'bits-not-bytes': m(
        'counts bits instead of bytes',
        'This counts bits. How many bytes does a float32 take?',
        (batch) => 32 * batch * KEPT,
      ),
      'eight-bytes': m(
        'takes the 8 bytes of a number in TypeScript',
        'This takes eight bytes per value. How many bits does the name float32 stand for?',
        (batch) => 8 * batch * KEPT,
      ),
      megabytes: m(
        'returns megabytes',
        'This is in megabytes. In which unit does the task ask for it?',
        (batch) => (FLOAT * batch * KEPT) / 1e6,
        (batch) => (FLOAT * batch * KEPT) / 2 ** 20,
      ),
      'one-image': m('forgets the batch', 'This is one image. How many of them are in a step?', () => FLOAT * KEPT),
      'spikes-as-bits': m(
        'counts a spike as one bit',
        'A spike could be a bit, and in chapter 8 it is. What does a tensor of tfjs hold?',
        (batch) => batch * (IMAGE_SIZE / 8 + FLOAT * 4 * CLASSES),
      ),
      'weights-too': m(
        'adds the weights',
        'The weights are in this sum, too. Are they copied for every step?',
        (batch) => FLOAT * (batch * KEPT + IMAGE_SIZE * CLASSES),
      ),
      'input-only': m(
        'forgets the neurons',
        'This holds the input spikes alone. What does the way back need to know about the neurons?',
        (batch) => FLOAT * batch * IMAGE_SIZE,
      ),
      'one-neuron': m(
        'counts the four values of one neuron',
        'The four values of a single neuron are in this sum. How many neurons keep them?',
        (batch) => FLOAT * batch * (IMAGE_SIZE + 4),
      ),
      'spikes-per-neuron': m(
        'counts the input spikes once for each neuron',
        'The input spikes are counted ten times here. Do the neurons see different ones?',
        (batch) => FLOAT * batch * CLASSES * (IMAGE_SIZE + 4),
      ),
      'three-per-neuron': m(
        'counts three of the four values of a neuron',
        'Three values per neuron are in this sum. Which of the four that the task names is missing?',
        (batch) => FLOAT * batch * (IMAGE_SIZE + 3 * CLASSES),
      ),
      'one-per-neuron': m(
        'counts one value per neuron',
        'One value per neuron is too few. Which four does the way back use?',
        (batch) => FLOAT * batch * (IMAGE_SIZE + CLASSES),
      ),
    },
    forms: [
      (batch) => 4 * batch * (784 + 4 * 10),
      (batch) => [784, 10, 10, 10, 10].reduce((bytes, values) => bytes + batch * values * 4, 0),
    ],
  }),
  'matter-reach': exercise<Reach>({
    chapter: 6,
    minutes: 8,
    names: ['tau', 'share'],
    probes: [
      [2, 0.01],
      [20, 0.01],
      [5, 0.5],
      [1.25, 0.001],
      // Exactly two steps and exactly three; in the second case logarithms are a rounding error above it.
      [2, 0.25],
      [4, 0.75 ** 3],
    ],
    tolerance: 0,
    oracle: (tau, share) => {
      const factor = leftAfterStep(tau);
      let steps = 0;
      for (let left = 1; left > share; left *= factor) steps++;
      return steps;
    },
    mistakes: {
      'tau-itself': m(
        'returns tau',
        'After tau steps about a third is still left. How does it depend on the share that you want?',
        (tau) => Math.ceil(tau),
      ),
      'leak-as-factor': m(
        'multiplies by 1/tau in each step',
        'This takes 1/tau for what is left. How much of v survives one step?',
        (tau, share) => Math.ceil(stepsUntil(1 / tau, share)),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. After which step is the share reached?',
        (tau, share) => stepsUntil(1 - 1 / tau, share),
      ),
      floor: m(
        'rounds down',
        'After this many steps there is still a little too much left. To which side do you round?',
        (tau, share) => Math.floor(stepsUntil(1 - 1 / tau, share)),
      ),
      rounded: m(
        'rounds to the nearest',
        'For some tau there is still a little too much left. May you round down as well as up?',
        (tau, share) => Math.round(stepsUntil(1 - 1 / tau, share)),
      ),
      'one-too-many': m(
        'goes on while the share is just reached (`left >= share`)',
        'Where exactly the share is left, this takes one step more. Is that still too much?',
        (tau, share) => Math.floor(stepsUntil(1 - 1 / tau, share)) + 1,
      ),
      'logarithms-rounded': m(
        '`Math.ceil(Math.log(share) / Math.log(1 - 1 / tau))`',
        'Where exactly the share is left, your logarithms may come out a hair too large. How do you count without them?',
        (tau, share) => Math.ceil(stepsUntil(1 - 1 / tau, share)),
      ),
      'share-lost': m(
        'finds when this share is lost instead of left',
        'After this many steps this share is lost. How much of the gradient should be left?',
        (tau, share) => Math.ceil(stepsUntil(1 - 1 / tau, 1 - share)),
      ),
      'smooth-time': m(
        '`tau * ln(1 / share)`, as in continuous time',
        'This is right for a leak that works all the time. By which factor does one whole step multiply?',
        (tau, share) => Math.ceil(tau * Math.log(1 / share)),
      ),
      linear: m(
        'subtracts 1/tau in each step',
        'This takes the same amount away in each step. Is 1/tau a share of the start, or of what is left?',
        (tau, share) => Math.ceil(tau * (1 - share)),
      ),
    },
    forms: [
      (tau, share) => Math.ceil(Math.log(share) / Math.log(1 - 1 / tau) - 1e-9),
      (tau, share) => {
        let steps = 0;
        while ((1 - 1 / tau) ** steps > share) steps++;
        return steps;
      },
      (tau, share) => {
        let steps = 0;
        let left = 1;
        while (left > share) {
          left -= left / tau;
          steps++;
        }
        return steps;
      },
    ],
  }),
};
