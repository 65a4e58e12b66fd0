/** What time does, to the memory, to the gradient and to the first spike. */
import * as tf from '@tensorflow/tfjs';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { exercise, mistake as m } from '../engine/exercise';
import { firstNumber, simulate, withNeuron } from '../engine/tensors';

type Memory = (batch: number) => number;
type Reach = (tau: number, share: number) => number;
type FirstSpike = (x: number, tau: number, dt: number) => number;
type SlopeOfTau = (v: number, x: number, w: number) => number;

const FLOAT = 4;
/** What automatic differentiation keeps of a step per image: input spikes, and x, h, s, v of each neuron. */
const KEPT = IMAGE_SIZE + 4 * CLASSES;

/** What is left of a gradient after one step back, from the package's own charge. */
const leftAfterStep = (tau: number) =>
  withNeuron({ tau }, (neuron) =>
    firstNumber(() => tf.grad((v: tf.Tensor) => neuron.neuronalCharge(tf.scalar(0), v))(tf.scalar(0))),
  );

const stepsUntil = (factor: number, share: number) => Math.log(share) / Math.log(factor);

/** How many steps it takes to charge from 0 to 1 under a current x, if each closes this share of the gap. */
function stepsToFire(x: number, share: number, fires = (v: number) => v >= 1): number {
  let steps = 0;
  for (let v = 0; !fires(v); steps++) v += (x - v) * share;
  return steps;
}

const sigmoid = (w: number) => 1 / (1 + Math.exp(-w));
const slopeOfSigmoid = (w: number) => sigmoid(w) * (1 - sigmoid(w));

export const whatTimeDoes = {
  'matter-memory': exercise<Memory>({
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
        'A spike could be a bit, and in the event engine it is. What does a tensor of tfjs hold?',
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
    minutes: 8,
    names: ['tau', 'share'],
    probes: [
      [2, 0.01],
      [20, 0.01],
      [5, 0.5],
      [1.25, 0.001],
      [2, 0.25], // exactly two steps, and logarithms of powers of 2, which are exact
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
        'After tau steps up to a third or so is still left. How does it depend on the share that you want?',
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
      (tau, share) => Math.ceil(Math.log(share) / Math.log(1 - 1 / tau)),
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
  'matter-finer': exercise<FirstSpike>({
    minutes: 8,
    optional: true,
    names: ['x', 'tau', 'dt'],
    // Only the last one reaches the threshold exactly: elsewhere rounding would decide.
    probes: [
      [1.2, 2, 1],
      [1.2, 2, 0.25],
      [1.5, 4, 0.5],
      [3, 10, 2],
      [2, 2, 0.125],
      [5, 1.5, 0.5],
      [2, 2, 1],
    ],
    oracle: (x, tau, dt) => dt * (simulate({ tau: tau / dt }, new Array<number>(100).fill(x)).s.indexOf(1) + 1),
    mistakes: {
      'tau-kept': m(
        'closes 1/tau of the gap in every step, however short',
        'A short step closes as much of the gap here as a long one. What does the length of a step change?',
        (x, tau, dt) => dt * stepsToFire(x, 1 / tau),
      ),
      'tau-times-dt': m(
        'multiplies tau by dt',
        'Here a short step closes more of the gap than a long one. How many steps of length dt are as long as tau?',
        (x, tau, dt) => dt * stepsToFire(x, 1 / (tau * dt)),
      ),
      'steps-not-time': m('returns the number of steps', 'This counts steps. How long is each of them?', (x, tau, dt) =>
        stepsToFire(x, dt / tau),
      ),
      'start-of-step': m(
        'returns the start of the step',
        'This is the time at which that step begins. When is the potential there that reaches the threshold?',
        (x, tau, dt) => dt * (stepsToFire(x, dt / tau) - 1),
      ),
      'not-at-threshold': m(
        'waits until the potential is above the threshold',
        'A potential that just reaches 1 stays silent here. What does Θ return at 0?',
        (x, tau, dt) => dt * stepsToFire(x, dt / tau, (v) => v > 1),
      ),
      equation: m(
        '`tau * Math.log(x / (x - 1))`, the solution of the equation',
        'This solves the equation itself, for endlessly short steps. At which times can a neuron fire that is computed in steps of dt?',
        (x, tau) => tau * Math.log(x / (x - 1)),
      ),
      'no-leak': m(
        'leaves the leak out',
        'Here the potential rises by the same amount in every step. What happens to the gap as it closes?',
        (x, tau, dt) => dt * Math.ceil(tau / (x * dt)),
      ),
    },
    forms: [
      (x, tau, dt) => dt * Math.ceil(Math.log(1 - 1 / x) / Math.log1p(-dt / tau)),
      (x, tau, dt) => {
        let [v, time] = [0, 0];
        while (v < 1) {
          v += (dt / tau) * (x - v);
          time += dt;
        }
        return time;
      },
    ],
  }),
  'matter-learned-tau': exercise<SlopeOfTau>({
    minutes: 5,
    optional: true,
    names: ['v', 'x', 'w'],
    probes: [
      [0.5, 2, 0],
      [0.2, -1, 1.5],
      [-0.3, 0.8, -2],
    ],
    oracle: (v, x, w) =>
      firstNumber(() => tf.grad((at: tf.Tensor) => tf.add(v, tf.mul(x - v, tf.sigmoid(at))))(tf.scalar(w))),
    mistakes: {
      'sigmoid-itself': m(
        'takes the sigmoid for its slope',
        'This multiplies by 1/tau itself. How fast does 1/tau change with w?',
        (v, x, w) => (x - v) * sigmoid(w),
      ),
      'gap-alone': m(
        'returns x - v',
        'This is how much h changes with 1/tau. What does the chain rule say about w?',
        (v, x) => x - v,
      ),
      'gap-reversed': m(
        'subtracts the wrong way round',
        'Where x is above v, a larger 1/tau should raise h. From which one do you subtract?',
        (v, x, w) => (v - x) * slopeOfSigmoid(w),
      ),
      'leak-lost': m(
        'forgets the leak',
        'This is the part of the input. Which other part of the charge is divided by tau?',
        (_v, x, w) => x * slopeOfSigmoid(w),
      ),
      'input-lost': m(
        'forgets the input',
        'This is the part of the leak. Which other part of the charge is divided by tau?',
        (v, _x, w) => -v * slopeOfSigmoid(w),
      ),
      'with-respect-to-tau': m(
        'returns the slope with respect to tau',
        'This says how h changes with tau. Which number is learned?',
        (v, x, w) => -(x - v) * sigmoid(w) ** 2,
      ),
      'charge-itself': m(
        'returns h',
        'This is the potential after the charge. By how much does it change if w grows a little?',
        (v, x, w) => v + (x - v) * sigmoid(w),
      ),
    },
    forms: [
      (v, x, w) => ((x - v) * Math.exp(-w)) / (1 + Math.exp(-w)) ** 2,
      (v, x, w) => {
        const tau = 1 + Math.exp(-w);
        return ((x - v) / tau) * (1 - 1 / tau);
      },
    ],
  }),
};
