/** How much of a gradient arrives some steps earlier, with the reset and without it. */
import * as tf from '@tensorflow/tfjs';
import { ATan } from '../../../../src/snn/surrogate';
import { exercise, mistake as m } from '../../engine/exercise';
import { firstNumber, withNeuron } from '../../engine/tensors';
import { atan } from '../lif-neuron/surrogate';

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

export const worthItReset = {
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
