/** Second half of the chapter: the surrogate's slope. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../src/snn/functional';
import { ATan, Sigmoid, type SurrogateFunction } from '../../../src/snn/surrogate';
import { exercise, mistake as m } from '../engine/exercise';
import { allNumbers, firstNumber, steps, withNeuron } from '../engine/tensors';

type Slope = (z: number, alpha: number) => number;

/** The gradient that the package's surrogate has at z. */
const makeSlope =
  (make: (alpha: number) => SurrogateFunction): Slope =>
  (z, alpha) =>
    firstNumber(() => tf.grad((at: tf.Tensor) => make(alpha).apply(at))(tf.scalar(z)));

/** The slope of ATan(alpha) at the distance z from the threshold. */
export const atan: Slope = (z, alpha) => alpha / 2 / (1 + ((Math.PI / 2) * alpha * z) ** 2);
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const around = [0, 0.5, -0.5, 0.1, 1.5, -2].flatMap((z): [number, number][] => [
  [z, 2],
  [z, 5],
]);

export const lifSurrogate = {
  'surrogate-atan': exercise<Slope>({
    minutes: 5,
    optional: true,
    names: ['z', 'alpha'],
    probes: around,
    oracle: makeSlope((alpha) => new ATan(alpha)),
    mistakes: {
      'no-pi': m(
        '`(alpha / 2) / (1 + (alpha * z / 2) ** 2)`',
        'At 0 this is right, but it falls too slowly to both sides. Which factor inside the square is missing?',
        (z, alpha) => alpha / 2 / (1 + ((alpha * z) / 2) ** 2),
      ),
      'pi-outside': m(
        '`(alpha / 2) / (1 + (Math.PI / 2) * (alpha * z) ** 2)`',
        'At 0 this is right, but π/2 is not squared. To what does the square belong in 1 + u²?',
        (z, alpha) => alpha / 2 / (1 + (Math.PI / 2) * (alpha * z) ** 2),
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
        'forgets the square, or squares the sum',
        'This is not the same on both sides of 0. What makes the sign of z disappear?',
        (z, alpha) => alpha / 2 / (1 + (Math.PI / 2) * alpha * z),
        (z, alpha) => alpha / 2 / (1 + (Math.PI / 2) * alpha * z) ** 2,
      ),
      'only-z-squared': m(
        '`(Math.PI / 2) * alpha * z ** 2`: the square belongs to z alone',
        'Only z is squared here. To what does the square belong in 1 + u²?',
        (z, alpha) => alpha / 2 / (1 + (Math.PI / 2) * alpha * z ** 2),
      ),
      'no-half': m(
        '`(alpha / 2) / (1 + (Math.PI * alpha * z) ** 2)`',
        'At 0 this is right, but it falls too fast to both sides. Which factor inside the square is missing?',
        (z, alpha) => alpha / 2 / (1 + (Math.PI * alpha * z) ** 2),
      ),
      'twice-as-high': m(
        'puts alpha above the fraction line',
        'The width is right, but the height at 0 is twice what it should be. What is left of π/2 alpha divided by π?',
        (z, alpha) => 2 * atan(z, alpha),
      ),
      'always-alpha-2': m(
        '`1 / (1 + (Math.PI * z) ** 2)`, the slope of ATan(2)',
        'This does not depend on alpha: it is the slope of ATan(2). Where does alpha stand in the curve?',
        (z) => atan(z, 2),
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
    minutes: 5,
    optional: true,
    names: ['z', 'alpha'],
    probes: around,
    oracle: makeSlope((alpha) => new Sigmoid(alpha)),
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
      'alpha-lost': m(
        '`σ(z) (1 - σ(z))`, without any alpha',
        'This does not depend on alpha. Where does alpha stand in the curve?',
        (z) => sigmoid(z) * (1 - sigmoid(z)),
      ),
      'no-sigmoid': m(
        '`alpha * u * (1 - u)` with u = alpha z instead of σ(alpha z)',
        'At 0 this is 0. Is it u or σ(u) that stands in the derivative of σ?',
        (z, alpha) => alpha * (alpha * z) * (1 - alpha * z),
        (z, alpha) => alpha * z * (1 - alpha * z),
      ),
      'threshold-again': m(
        'takes z for the potential, and subtracts 1',
        'This is steepest at z = 1. At which distance from the threshold should it be steepest?',
        (z, alpha) => alpha * sigmoid(alpha * (z - 1)) * (1 - sigmoid(alpha * (z - 1))),
      ),
      downwards: m(
        'has the wrong sign',
        'This slope is negative. Does the smooth curve rise or fall with z?',
        (z, alpha) => -alpha * sigmoid(alpha * z) * (1 - sigmoid(alpha * z)),
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
};

// Second half of the chapter: the backward pass, through one step and through many.

type OneStep = (w: number, input: number, y: number, tau: number) => number;
type ThroughTime = (h: number[], dLds: number[], tau: number) => number[];

/** The slope of a spike at the potential h, by ATan(2). */
const slopeAt = (h: number) => atan(h - 1, 2);

/** dL/dw of L = (s - y)² for one step from rest, whose factors may be wrong. */
function oneStep(
  part: {
    forward?: (h: number) => number;
    slope?: (h: number, tau: number) => number;
    factor?: (input: number, tau: number, w: number) => number;
    two?: number;
  } = {},
): OneStep {
  const { forward = (h) => (h >= 1 ? 1 : 0), slope = slopeAt, factor = (input, tau) => input / tau, two = 2 } = part;
  return (w, input, y, tau) => {
    const h = (w * input) / tau;
    return two * (forward(h) - y) * slope(h, tau) * factor(input, tau, w);
  };
}

/** Which parts of the backward pass are there, and how the others are written. */
interface Parts {
  leak?: boolean;
  upwards?: boolean;
  time?: boolean;
  /** Only what reaches a step through its own spike is passed on. */
  ownPart?: boolean;
  share?: boolean;
  exchanged?: boolean;
  fires?: (h: number) => boolean;
  slope?: (h: number) => number;
  /** dv/dh of one step. */
  reset?: (s: number, h: number, slope: number) => number;
}

/** The backward pass through T steps; parts of it may be missing. */
function back(part: Parts = {}): ThroughTime {
  const { leak = true, upwards = false, time = true, ownPart = false, share = true, exchanged = false } = part;
  const { fires = (h) => h >= 1, slope = slopeAt, reset = (s, h, ds) => 1 - s - h * ds } = part;
  return (h, dLds, tau) => {
    const out = new Array<number>(h.length).fill(0);
    let dv = 0;
    for (let i = 0; i < h.length; i++) {
      const t = upwards ? i : h.length - 1 - i;
      const ds = slope(h[t]);
      const dh = dLds[t] * ds + dv * reset(fires(h[t]) ? 1 : 0, h[t], ds);
      out[t] = share ? dh / tau : dh;
      dv = time ? (ownPart ? dLds[t] * ds : dh) * (exchanged ? 1 / tau : leak ? 1 - 1 / tau : 1) : 0;
    }
    return out;
  };
}

/** Automatic differentiation of the package's neuron, under the currents that lead to these potentials h. */
const throughTime: ThroughTime = (h, dLds, tau) => {
  const before = (t: number) => (t === 0 || h[t - 1] >= 1 ? 0 : h[t - 1]);
  const x = h.map((value, t) => before(t) + tau * (value - before(t)));
  return withNeuron({ tau, surrogateFunction: new ATan(2) }, (neuron) =>
    allNumbers(() => {
      const weights = steps(dLds);
      return tf.grad((currents: tf.Tensor) => tf.sum(tf.mul(multiStepForward(neuron, currents), weights)))(steps(x));
    }),
  );
};

export const lifBack = {
  'surrogate-one-step': exercise<OneStep>({
    minutes: 10,
    names: ['w', 'input', 'y', 'tau'],
    probes: [
      [1.5, 1, 1, 2],
      [2.5, 1, 0, 2],
      [2.5, 1, 1, 2],
      [3, 0, 1, 2],
      [4, 0.5, 1, 5],
      [2, 1, 0, 2], // exactly at the threshold
    ],
    oracle: (w, input, y, tau) =>
      withNeuron({ tau, surrogateFunction: new ATan(2) }, (neuron) =>
        firstNumber(() => {
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
        oneStep({ slope: (h) => atan(h, 2) }),
      ),
      'slope-at-current': m(
        'takes the slope at w · input, before it is divided by tau',
        'The slope is taken at the current w · input. Is it the current or the potential that has to reach the threshold?',
        oneStep({ slope: (h, tau) => slopeAt(h * tau) }),
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
      'slope-lost': m(
        'forgets the slope of the spike',
        'This goes through the spike as if its slope were 1. How much does s change when h does?',
        oneStep({ slope: () => 1 }),
      ),
      'stops-at-s': m(
        'forgets all of the chain but its first link',
        'This is dL/ds. How much does s change when h does, and h when w does?',
        oneStep({ slope: () => 1, factor: () => 1 }),
      ),
      'weight-for-input': m(
        'multiplies by w instead of `input`',
        'This multiplies by the weight. How much does the current change when w does?',
        oneStep({ factor: (_input, tau, w) => w / tau }),
      ),
      'times-tau': m(
        'multiplies by tau',
        'A larger tau makes this gradient larger. Does it make h larger or smaller?',
        oneStep({ factor: (input, tau) => input * tau }),
      ),
      'not-at-threshold': m(
        '`h > 1`',
        'A potential that just reaches 1 stays silent here. What does Θ return at 0?',
        oneStep({ forward: (h) => (h > 1 ? 1 : 0) }),
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
    minutes: 16,
    names: ['h', 'dLds', 'tau'],
    probes: [
      // The first that is wrong is short enough for paper.
      [[0.5, 0.75], [0, 1], 4],
      [[1.2, 0.5], [0, 1], 4],
      [[0.4, 0.8, 1.2, 0.5], [0.1, -0.2, 0.3, 0.4], 2],
      [[1.5, 0.2, 0.9], [1, 1, -1], 5],
      [[1, 0.5], [0, 1], 2], // exactly at the threshold
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
        back({ reset: (s) => 1 - s }),
      ),
      'spike-keeps-potential': m(
        'passes dL/dv on as if no step had fired',
        'A step that fired passes on too much. How much of its h is left in v?',
        back({ reset: (_s, h, ds) => 1 - h * ds }),
        back({ reset: () => 1 }),
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
      'own-part-only': m(
        'passes back only what came through the spike of the step itself',
        'Nothing gets further than one step back here. Which part of dL/dh comes from the steps after it?',
        back({ ownPart: true }),
      ),
      'reset-raises': m(
        '`+ h * slope` instead of `- h * slope`',
        'The reset counts the other way here. What is the derivative of h (1 - s) with respect to s?',
        back({ reset: (s, h, ds) => 1 - s + h * ds }),
      ),
      'soft-reset': m(
        'goes back through the soft reset, v = h - s',
        'This is the way back through the soft reset. What is the derivative of h (1 - s) with respect to s?',
        back({ reset: (_s, _h, ds) => 1 - ds }),
        back({ reset: (s, _h, ds) => 1 - s - ds }),
      ),
      'only-through-spike': m(
        'forgets that a potential without a spike is kept',
        'Here v depends on h only through the spike. What becomes of h in a step without one?',
        back({ reset: (_s, h, ds) => -h * ds }),
      ),
      'reset-without-slope': m(
        'takes -h for what the reset passes on, without the slope of the spike',
        'The reset depends on h through s. Which factor says how much s changes when h does?',
        back({ reset: (s, h) => 1 - s - h }),
      ),
      'threshold-lost': m(
        'takes the slope at h instead of at h - 1',
        'The slope is taken at the wrong place. Where is the surrogate at its steepest?',
        back({ slope: (h) => atan(h, 2) }),
      ),
      'not-at-threshold': m(
        '`h > 1`',
        'A potential that just reaches 1 stays silent here. What does Θ return at 0?',
        back({ fires: (h) => h > 1 }),
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
