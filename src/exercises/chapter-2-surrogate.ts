/** Chapter 2, second half: the surrogate gradient. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../snn/functional';
import { ATan, Sigmoid, type SurrogateFunction } from '../snn/surrogate';
import { exercise, mistake as m } from './exercise';
import { numberOf, numbersOf, steps, withNeuron } from './tensors';

type Slope = (z: number, alpha: number) => number;
type OneStep = (w: number, input: number, y: number, tau: number) => number;
type ThroughTime = (h: number[], dLds: number[], tau: number) => number[];

/** The gradient that the package's surrogate has at z. */
const slopeOf =
  (make: (alpha: number) => SurrogateFunction): Slope =>
  (z, alpha) =>
    numberOf(() => tf.grad((at: tf.Tensor) => make(alpha).apply(at))(tf.scalar(z)));

const atan: Slope = (z, alpha) => alpha / 2 / (1 + ((Math.PI / 2) * alpha * z) ** 2);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const around = [0, 0.5, -0.5, 0.1, 1.5, -2].flatMap((z): [number, number][] => [
  [z, 2],
  [z, 5],
]);

/** dL/dw of L = (s - y)² for one step from rest, whose factors may be wrong. */
function oneStep(
  part: {
    forward?: (h: number) => number;
    centre?: number;
    factor?: (input: number, tau: number) => number;
    two?: number;
  } = {},
): OneStep {
  const { forward = (h) => (h >= 1 ? 1 : 0), centre = 1, factor = (input, tau) => input / tau, two = 2 } = part;
  return (w, input, y, tau) => {
    const h = (w * input) / tau;
    return two * (forward(h) - y) * atan(h - centre, 2) * factor(input, tau);
  };
}

/** Which parts of the way back are there. */
type Parts = { [name in 'reset' | 'spike' | 'leak' | 'upwards' | 'time' | 'share' | 'exchanged']?: boolean };

/** The way back through T steps, of which parts may be missing. */
function back(part: Parts = {}): ThroughTime {
  const { reset = true, spike = true, leak = true, upwards = false, time = true } = part;
  const { share = true, exchanged = false } = part;
  return (h, dLds, tau) => {
    const out = new Array<number>(h.length).fill(0);
    let dv = 0;
    for (let i = 0; i < h.length; i++) {
      const t = upwards ? i : h.length - 1 - i;
      const s = h[t] >= 1 ? 1 : 0;
      const slope = atan(h[t] - 1, 2);
      const dh = dLds[t] * slope + dv * ((spike ? 1 - s : 1) - (reset ? h[t] * slope : 0));
      out[t] = share ? dh / tau : dh;
      dv = time ? dh * (exchanged ? 1 / tau : leak ? 1 - 1 / tau : 1) : 0;
    }
    return out;
  };
}

/** Automatic differentiation of the package's neuron, under the currents that lead to these potentials h. */
const throughTime: ThroughTime = (h, dLds, tau) => {
  const before = (t: number) => (t === 0 || h[t - 1] >= 1 ? 0 : h[t - 1]);
  const x = h.map((value, t) => before(t) + tau * (value - before(t)));
  return withNeuron({ tau, surrogateFunction: new ATan(2) }, (neuron) =>
    numbersOf(() => {
      const weights = steps(dLds);
      return tf.grad((currents: tf.Tensor) => tf.sum(tf.mul(multiStepForward(neuron, currents), weights)))(steps(x));
    }),
  );
};

export const chapter2Surrogate = {
  'surrogate-atan': exercise<Slope>({
    chapter: 2,
    minutes: 5,
    names: ['z', 'alpha'],
    probes: around,
    oracle: slopeOf((alpha) => new ATan(alpha)),
    mistakes: {
      'no-pi': m(
        '`(alpha / 2) / (1 + (alpha * z / 2) ** 2)`',
        'At 0 this is right, but it falls too slowly to both sides. Which factor inside the square is missing?',
        (z, alpha) => alpha / 2 / (1 + ((alpha * z) / 2) ** 2),
      ),
      'peak-1': m(
        'puts 1 above the fraction line',
        'The width is right, but the height at 0 does not depend on alpha. How steep is the curve there?',
        (z, alpha) => 1 / (1 + ((Math.PI / 2) * alpha * z) ** 2),
      ),
      'the-curve': m(
        'returns the smooth curve itself',
        'This is the smooth curve. What is its slope?',
        (z, alpha) => Math.atan((Math.PI / 2) * alpha * z) / Math.PI + 0.5,
      ),
      'true-derivative': m(
        'returns 0',
        'This is the derivative of the step itself, wherever it exists. What could a network learn from it?',
        () => 0,
      ),
      'times-pi': m(
        'differentiates arctan without its 1/π',
        'The shape is right, but all of it is too high. By what was the arctan divided?',
        (z, alpha) => Math.PI * atan(z, alpha),
      ),
      'inner-derivative-lost': m(
        'differentiates arctan and forgets the chain rule',
        'At 0 this does not get steeper with alpha. What does the chain rule bring out of arctan(π/2 alpha z)?',
        (z, alpha) => atan(z, alpha) / ((Math.PI / 2) * alpha),
      ),
      'threshold-again': m(
        'takes z for the potential, and subtracts 1',
        'This is steepest at z = 1. At which distance from the threshold should it be steepest?',
        (z, alpha) => atan(z - 1, alpha),
      ),
      'not-squared': m(
        'forgets the square',
        'This is not the same on both sides of 0. What makes the sign of z disappear?',
        (z, alpha) => alpha / 2 / (1 + (Math.PI / 2) * alpha * z),
      ),
    },
    forms: [
      (z, alpha) => (2 * alpha) / (4 + (Math.PI * alpha * z) ** 2),
      (z, alpha) => {
        const curve = (at: number) => Math.atan((Math.PI / 2) * alpha * at) / Math.PI;
        return (curve(z + 1e-4) - curve(z - 1e-4)) / 2e-4;
      },
    ],
    tolerance: 1e-5,
  }),
  'surrogate-sigmoid': exercise<Slope>({
    chapter: 2,
    minutes: 5,
    names: ['z', 'alpha'],
    probes: around,
    oracle: slopeOf((alpha) => new Sigmoid(alpha)),
    mistakes: {
      'chain-rule': m(
        '`σ (1 - σ)` without alpha before it',
        'This does not get steeper with alpha. What does the chain rule bring out of σ(alpha z)?',
        (z, alpha) => sigmoid(alpha * z) * (1 - sigmoid(alpha * z)),
      ),
      'alpha-outside-only': m(
        'leaves alpha out of the sigmoid',
        'This grows higher with alpha, but not narrower. Where else does alpha stand?',
        (z, alpha) => alpha * sigmoid(z) * (1 - sigmoid(z)),
      ),
      'the-curve': m('returns the smooth curve itself', 'This is the smooth curve. What is its slope?', (z, alpha) =>
        sigmoid(alpha * z),
      ),
      'true-derivative': m(
        'returns 0',
        'This is the derivative of the step itself, wherever it exists. What could a network learn from it?',
        () => 0,
      ),
    },
    forms: [
      (z, alpha) => (alpha * Math.exp(-alpha * z)) / (1 + Math.exp(-alpha * z)) ** 2,
      (z, alpha) => alpha / (2 + Math.exp(alpha * z) + Math.exp(-alpha * z)),
    ],
  }),
  'surrogate-one-step': exercise<OneStep>({
    chapter: 2,
    minutes: 10,
    names: ['w', 'input', 'y', 'tau'],
    probes: [
      [1.5, 1, 1, 2],
      [2.5, 1, 0, 2],
      [2.5, 1, 1, 2],
      [3, 0, 1, 2],
      [4, 0.5, 1, 5],
    ],
    oracle: (w, input, y, tau) =>
      withNeuron({ tau, surrogateFunction: new ATan(2) }, (neuron) =>
        numberOf(() => {
          const loss = (weight: tf.Tensor) => tf.square(tf.sub(neuron.apply(tf.mul(weight, input)) as tf.Tensor, y));
          return tf.grad(loss)(tf.tensor2d([[w]]));
        }),
      ),
    mistakes: {
      'smooth-forward': m(
        'uses the smooth curve on the way forward, too',
        'Here the neuron fires a little. On the way forward, what does it do instead?',
        oneStep({ forward: (h) => Math.atan(Math.PI * (h - 1)) / Math.PI + 0.5 }),
      ),
      'potential-in-loss': m(
        'compares h with y',
        'The potential h is compared with y here. Which quantity does the loss compare with it?',
        oneStep({ forward: (h) => h }),
      ),
      'stops-at-h': m(
        'forgets the last link of the chain, from h to w',
        'This is dL/dh. How much does h change when w does?',
        oneStep({ factor: () => 1 }),
      ),
      'tau-lost': m(
        'forgets that the current is divided by tau',
        'This treats the current as if it reached h in full. By what is it divided on the way?',
        oneStep({ factor: (input) => input }),
      ),
      'input-lost': m(
        'forgets the factor `input`',
        'A pixel without a spike would change its weight here. How does h depend on w?',
        oneStep({ factor: (_input, tau) => 1 / tau }),
      ),
      'threshold-lost': m(
        'takes the slope at h instead of at h - 1',
        'The slope is taken at the wrong place. Where is the surrogate at its steepest?',
        oneStep({ centre: 0 }),
      ),
      'true-derivative': m(
        'returns 0',
        'This is the true gradient of a step: it is flat. What stands in for its slope on the way back?',
        () => 0,
      ),
      'two-lost': m(
        'forgets the 2 of the square',
        'A constant factor is missing. What is the derivative of a square?',
        oneStep({ two: 1 }),
      ),
      'sign-turned': m(
        'uses y - s',
        'Following this gradient would make the loss grow. In which order does the difference stand?',
        oneStep({ two: -2 }),
      ),
    },
    forms: [
      (w, input, y, tau) => {
        const h = (w * input) / tau;
        const ds = 2 * (Number(h >= 1) - y);
        const dh = ds / (1 + (Math.PI * (h - 1)) ** 2);
        return (dh * input) / tau;
      },
      oneStep(),
    ],
  }),
  'surrogate-through-time': exercise<ThroughTime>({
    chapter: 2,
    minutes: 18,
    names: ['h', 'dLds', 'tau'],
    probes: [
      // The first that is wrong is short enough for paper.
      [[0.5, 0.75], [0, 1], 4],
      [[1.2, 0.5], [0, 1], 4],
      [[0.4, 0.8, 1.2, 0.5], [0.1, -0.2, 0.3, 0.4], 2],
      [[1.5, 0.2, 0.9], [1, 1, -1], 5],
    ],
    oracle: throughTime,
    mistakes: {
      forwards: m(
        'goes from the first step to the last',
        'Your loop begins with the first step. Which step does a later one send its gradient to?',
        back({ upwards: true }),
      ),
      'reset-left-out': m(
        'forgets that the spike also acts through the reset (`detachReset: true`)',
        'The spike touches more than the loss. Which formula of the forward step uses s a second time?',
        back({ reset: false }),
      ),
      'spike-keeps-potential': m(
        'passes dL/dv on as if no step had fired',
        'A step that fired passes on too much. How much of its h is left in v?',
        back({ spike: false }),
        back({ spike: false, reset: false }),
      ),
      'stops-at-h': m(
        'returns dL/dh: forgets that h takes a share of 1/tau of the current',
        'This is dL/dh. How much does h change when the current x of this step does?',
        back({ share: false }),
      ),
      'leak-lost': m(
        'forgets the factor 1 - 1/tau',
        'The gradient comes back in full from step to step. What does the leak do to it?',
        back({ leak: false }),
      ),
      'shares-exchanged': m(
        'passes on 1/tau of the gradient',
        'Here v gets the share of the current. How much does h change when v does?',
        back({ exchanged: true }),
      ),
      'last-first': m(
        'pushes the results in the order of the loop',
        'Your list begins with the last step. Where does the result of step t belong?',
        (h, dLds, tau) => back()(h, dLds, tau).reverse(),
      ),
      'no-time': m(
        'takes each step alone',
        'Each step is alone here. What does v carry from one step to the next?',
        back({ time: false }),
      ),
    },
    forms: [
      back(),
      (h, dLds, tau) => {
        const at = (t: number): number => {
          if (t >= h.length) return 0;
          const fired = h[t] >= 1 ? 1 : 0;
          const slope = 1 / (1 + (Math.PI * (h[t] - 1)) ** 2);
          return slope * dLds[t] + (1 - 1 / tau) * at(t + 1) * (1 - fired - slope * h[t]);
        };
        return h.map((_, t) => at(t) / tau);
      },
    ],
  }),
};
