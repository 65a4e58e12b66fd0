/** The small project of the chapter: one neuron with one weight learns a rate, from forward pass to training. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../../src/snn/functional';
import { ATan } from '../../../../src/snn/surrogate';
import { exercise, mistake as m } from '../../engine/exercise';
import {
  dLossDSpike,
  downhill,
  type Gradient,
  gradient,
  gradientBy,
  type Lesson,
  lesson,
  oneNeuron,
  type Rate,
  rateWith,
} from '../../engine/one-neuron';
import { firstNumber, simulate, steps, withNeuron } from '../../engine/tensors';
import { mean } from '../../engine/values';

/** Input spikes of 16 steps. */
const INPUTS = [1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1, 0, 1];

const TEACH = 'Teach one neuron';

export const lifProject = {
  'teach-rate': exercise<Rate>({
    project: TEACH,
    minutes: 6,
    optional: true,
    names: ['w', 'inputs', 'tau'],
    probes: [
      // The first that is wrong is short enough for paper.
      [2, [1, 1, 0, 1], 2],
      [1.5, [1, 0, 1], 2],
      [1.1, [1, 1, 0, 1, 1], 2],
      [1.5, INPUTS, 2],
      [2.6, INPUTS, 2],
      [3.5, INPUTS.slice(0, 7), 4],
    ],
    oracle: (w, inputs, tau) =>
      mean(
        simulate(
          { tau },
          inputs.map((spike) => w * spike),
        ).s,
      ),
    mistakes: {
      count: m(
        'counts the spikes',
        'This is a count, which grows with the number of steps. What turns it into a rate?',
        (w, inputs, tau) => oneNeuron(w, inputs, tau).rate * inputs.length,
      ),
      'weight-lost': m(
        'feeds the input spikes without the weight',
        'This neuron does not feel its weight. What is its input current?',
        (_w, inputs, tau) => oneNeuron(1, inputs, tau).rate,
      ),
      'per-input-spike': m(
        'divides by the number of input spikes',
        'This divides by the input spikes. In how many steps could the neuron have fired?',
        (w, inputs, tau) =>
          (oneNeuron(w, inputs, tau).rate * inputs.length) / inputs.filter((spike) => spike > 0).length,
      ),
      'no-reset': m(
        'leaves the reset out',
        'After a spike the potential stays high here. What brings it back?',
        rateWith({ reset: (h) => h }),
      ),
      'soft-reset': m(
        'subtracts the threshold',
        'This is the soft reset: something is left after a spike. What does the hard reset leave?',
        rateWith({ reset: (h) => h - 1 }),
      ),
      'silent-steps-skipped': m(
        'does nothing in a step without an input spike',
        'Steps without an input spike are skipped here. What does the leak do in them?',
        rateWith({ asleep: true }),
      ),
      'over-the-threshold': m(
        'fires above the threshold only (`>`)',
        'In some steps the potential is exactly 1. Does the neuron fire there?',
        rateWith({ fires: (h) => h > 1 }),
      ),
      'no-leak': m(
        'forgets the leak',
        'The potential of this neuron never leaks. Where does the charge contain v itself?',
        rateWith({ charge: (v, x, tau) => v + x / tau }),
      ),
      'no-memory': m(
        'starts every step from 0',
        'Every step starts from 0 here. What does the neuron remember of the step before?',
        (w, inputs, tau) => mean(inputs.map((spike) => ((w * spike) / tau >= 1 ? 1 : 0))),
      ),
      'input-not-divided': m(
        '`v - v / tau + x`: only v is divided',
        'The input counts in full here, and only the leak is divided. What is it that each step closes 1/tau of?',
        rateWith({ charge: (v, x, tau) => v - v / tau + x }),
      ),
    },
    forms: [
      (w, inputs, tau) => oneNeuron(w, inputs, tau).rate,
      (w, inputs, tau) => {
        let [v, fired] = [0, 0];
        inputs.forEach((spike) => {
          v += (w * spike - v) / tau;
          if (v < 1) return;
          fired++;
          v = 0;
        });
        return fired / inputs.length;
      },
    ],
  }),
  'teach-gradient': exercise<Gradient>({
    project: TEACH,
    minutes: 15,
    optional: true,
    names: ['w', 'inputs', 'target', 'tau'],
    probes: [
      [2, [1, 0], 0.5, 4], // also short
      [2.4, [1, 1, 0], 1, 2],
      [1.5, INPUTS, 0.5, 2],
      [2.6, INPUTS, 0.25, 2],
      [3.5, INPUTS.slice(0, 7), 0.1, 4],
      [2, [1, 0, 1], 0.5, 2], // exactly at the threshold
    ],
    oracle: (w, inputs, target, tau) =>
      withNeuron({ tau, surrogateFunction: new ATan(2) }, (neuron) =>
        firstNumber(() => {
          const spikes = (weight: tf.Tensor) => multiStepForward(neuron, tf.mul(steps(inputs), weight));
          return tf.grad((weight: tf.Tensor) => tf.square(tf.sub(tf.mean(spikes(weight)), target)))(tf.scalar(w));
        }),
      ),
    mistakes: {
      'mean-lost': m(
        'forgets that the rate is divided by T',
        'This is too large by a factor that grows with the number of steps. How much does one spike change the rate?',
        gradientBy((rate, target) => 2 * (rate - target)),
      ),
      'each-step-with-target': m(
        'compares each spike with the target, in place of the rate',
        'Every step has a difference of its own here. Which one number does the loss compare with the target?',
        gradientBy((_rate, target, T) => (spike) => (2 * (spike - target)) / T),
      ),
      'reset-left-out': m(
        'forgets that the spike also acts through the reset (`detachReset: true`)',
        'The spike touches more than the rate. Which formula of the forward step uses s a second time?',
        gradientBy(dLossDSpike, { reset: false }),
      ),
      'tau-lost': m(
        'takes dL/dh for dL/dx',
        'Your gradient is too large by the same factor everywhere. Which share of its input does h take up in a step?',
        gradientBy(dLossDSpike, { share: false }),
      ),
      'leak-left-out': m(
        'hands the gradient to the step before without the leak',
        'The gradient goes back to the step before undiminished. Which share of v is left after a step?',
        gradientBy(dLossDSpike, { leak: false }),
      ),
      'true-derivative': m(
        'returns 0, or tries the loss at two neighbouring weights',
        'A tiny change of w moves no spike, so this is 0. What stands in for the slope of a spike on the way back?',
        () => 0,
      ),
      'two-lost': m(
        'forgets the 2 of the square',
        'A constant factor is missing. What is the derivative of a square?',
        gradientBy((rate, target, T) => (rate - target) / T),
      ),
      'input-lost': m(
        'adds dL/dx without the input spikes',
        'Steps without an input spike count here as well. What does x depend on besides w?',
        gradientBy(dLossDSpike, { input: false }),
      ),
      'no-time': m(
        'takes each step alone',
        'Each step is alone here. What does v carry from one step to the next?',
        gradientBy(dLossDSpike, { time: false }),
      ),
      'sign-turned': m(
        'uses target - rate',
        'Following this gradient would make the loss grow. In which order does the difference stand?',
        gradientBy((rate, target, T) => -dLossDSpike(rate, target, T)),
      ),
      'potential-after-reset': m(
        'goes back with the v that the neuron leaves behind, in place of h',
        'This goes back with the potentials after the reset. Which potential decides whether a step fires?',
        gradientBy(dLossDSpike, { before: false }),
      ),
      'not-at-threshold': m(
        '`h > 1`',
        'A potential that just reaches 1 stays silent here. What does Θ return at 0?',
        gradientBy(dLossDSpike, {}, (h) => h > 1),
      ),
      'weight-counted': m(
        'multiplies by the weight as well',
        'This multiplies by the weight as well. How much does the current change when w does?',
        (w, inputs, target, tau) => w * gradient(w, inputs, target, tau),
      ),
    },
    forms: [
      gradient,
      (w, inputs, target, tau) => {
        // Forwards: dh/dw along with h.
        let [v, dv, fired, dfired] = [0, 0, 0, 0];
        for (const spike of inputs) {
          const h = v + (w * spike - v) / tau;
          const dh = dv + (spike - dv) / tau;
          const s = h >= 1 ? 1 : 0;
          const ds = dh / (1 + (Math.PI * (h - 1)) ** 2);
          fired += s;
          dfired += ds;
          v = h * (1 - s);
          dv = dh * (1 - s) - h * ds;
        }
        return (2 * (fired / inputs.length - target) * dfired) / inputs.length;
      },
    ],
  }),
  'teach-loop': exercise<Lesson>({
    project: TEACH,
    minutes: 6,
    optional: true,
    names: ['w', 'inputs', 'target', 'tau', 'rounds'],
    probes: [
      [3.1, [1, 1], 0.4, 2, 2],
      [1.5, INPUTS, 0.5, 2, 4],
      [3.1, INPUTS, 0.25, 3, 3],
    ],
    tolerance: 1e-4,
    oracle: lesson(downhill),
    mistakes: {
      uphill: m(
        'adds the gradient',
        'Your weight goes the other way. Does the gradient point to a larger or to a smaller loss?',
        lesson((w, slope) => w + 2 * slope),
      ),
      'from-the-start': m(
        'changes the first weight in every round',
        'Every round begins with the first weight again. Which weight does the second round start from?',
        lesson(downhill, (_w, first) => first),
        (w, inputs, target, tau, rounds) => {
          const slope = gradient(w, inputs, target, tau);
          return Array.from({ length: rounds }, () => downhill(w, slope));
        },
      ),
      'no-learning-rate': m(
        'forgets the learning rate',
        'The steps go the right way, but have another length. By what is the gradient multiplied?',
        lesson((w, slope) => w - slope),
      ),
      'with-the-start': m(
        'begins the list with the weight before the first round',
        'Your list begins with a weight that no round has changed yet. Which weights does the task ask for?',
        (w, inputs, target, tau, rounds) => [w, ...lesson(downhill)(w, inputs, target, tau, rounds)],
      ),
      'one-behind': m(
        'records the weight before each round',
        'Your list lags by one round. Is the weight recorded before or after it changes?',
        (w, inputs, target, tau, rounds) => [w, ...lesson(downhill)(w, inputs, target, tau, rounds - 1)],
      ),
      'gradient-once': m(
        'computes the gradient before the loop, once',
        'Every round takes the same step here. On what does the gradient depend that changes from round to round?',
        (w, inputs, target, tau, rounds) => {
          const slope = gradient(w, inputs, target, tau);
          return Array.from({ length: rounds }, (_, round) => w - 2 * slope * (round + 1));
        },
      ),
      rates: m(
        'returns the firing rates, as the picture shows them',
        'These are firing rates, as in the picture. What does the task ask for after each round?',
        (w, inputs, target, tau, rounds) =>
          lesson(downhill)(w, inputs, target, tau, rounds).map((after) => oneNeuron(after, inputs, tau).rate),
      ),
      'difference-for-gradient': m(
        'follows rate - target instead of the gradient',
        'You follow the difference of the rates. What did milestone 2 make of it?',
        (first, inputs, target, tau, rounds) => {
          let w = first;
          return Array.from({ length: rounds }, () => (w -= 2 * (oneNeuron(w, inputs, tau).rate - target)));
        },
      ),
      'steps-only': m(
        'returns the changes instead of the weights',
        'These are the changes. What is the weight after each of them?',
        (w, inputs, target, tau, rounds) => {
          const weights = lesson(downhill)(w, inputs, target, tau, rounds);
          return weights.map((after, i) => after - (i === 0 ? w : weights[i - 1]));
        },
      ),
    },
    forms: [
      (w, inputs, target, tau, rounds) => {
        const weights = [w];
        for (let i = 0; i < rounds; i++) weights.push(weights[i] - 2 * gradient(weights[i], inputs, target, tau));
        return weights.slice(1);
      },
      (w, inputs, target, tau, rounds) => {
        let weight = w;
        return Array.from({ length: rounds }, () => (weight -= 2 * gradient(weight, inputs, target, tau)));
      },
    ],
  }),
};
