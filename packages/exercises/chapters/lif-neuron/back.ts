/** Second half of the chapter: the backward pass, through one step and through many. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../../src/snn/functional';
import { ATan } from '../../../../src/snn/surrogate';
import { exercise, mistake as m } from '../../engine/exercise';
import { allNumbers, firstNumber, steps, withNeuron } from '../../engine/tensors';
import { atan } from './surrogate';

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
