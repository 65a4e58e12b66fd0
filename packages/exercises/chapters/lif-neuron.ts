/** First half of the chapter: charge and fire; the loop over them is in run.ts. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../src/snn/functional';
import { ATan } from '../../../src/snn/surrogate';
import * as plain from '../../networks/lif';
import { exercise, mistake as m } from '../engine/exercise';
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
} from '../engine/one-neuron';
import { firstNumber, simulate, steps, withNeuron } from '../engine/tensors';
import { mean } from '../engine/values';

type Charge = (v: number, x: number, tau: number, rest: number) => number;
type Fire = (v: number[], x: number[], tau: number) => number[];

/** v after a step of the leaky neuron at rest 0, before it fires. */
const charge = (v: number, x: number, tau: number) => v + (x - v) / tau;

/** Spikes by a rule for the potentials before and after a step and its current. */
const firesBy =
  (rule: (step: { before: number; v: number; x: number; tau: number }) => boolean): Fire =>
  (v, x, tau) =>
    x.map((current, t) => (rule({ before: t === 0 ? 0 : v[t - 1], v: v[t], x: current, tau }) ? 1 : 0));

export const lifNeuron = {
  'lif-charge': exercise<Charge>({
    minutes: 4,
    names: ['v', 'x', 'tau', 'rest'],
    probes: [
      [0, 1, 2, 0],
      [0.5, 0, 2, 0],
      [0.8, 1.4, 5, -0.5],
      [-0.6, 0.3, 20, 0.25],
      [0.9, 3, 2, 0.2],
      [0.2, 0, 4, 0.2],
    ],
    oracle: (v, x, tau, rest) =>
      withNeuron({ tau, vReset: rest }, (neuron) =>
        firstNumber(() => neuron.neuronalCharge(tf.scalar(x), tf.scalar(v))),
      ),
    mistakes: {
      'rest-is-0': m(
        'the charge of the chapter: rest is not used',
        'Without input this potential sinks to 0. Where should it come to rest?',
        (v, x, tau) => v + (x - v) / tau,
      ),
      'rest-turned': m(
        '`v + (x - v - rest) / tau`',
        'Without input this potential goes to -rest. Which gap does the leak close?',
        (v, x, tau, rest) => v + (x - v - rest) / tau,
      ),
      'rest-on-top': m(
        '`rest + v + (x - v) / tau`',
        'At rest and without input this potential does not stay. Is the rest added in every step?',
        (v, x, tau, rest) => rest + v + (x - v) / tau,
      ),
      'no-leak': m(
        '`v + x / tau`: the leak is left out',
        'Without input this potential never falls. Where does the leak pull v?',
        (v, x, tau) => v + x / tau,
      ),
      'input-not-divided': m(
        '`v - (v - rest) / tau + x`: only the leak is divided',
        'The input counts in full here, and only the leak is divided. What is it that each step closes 1/tau of?',
        (v, x, tau, rest) => v - (v - rest) / tau + x,
      ),
      'times-tau': m(
        '`v + (x - (v - rest)) * tau`',
        'A larger tau makes this neuron jump further. Should it make it faster or slower?',
        (v, x, tau, rest) => v + (x - (v - rest)) * tau,
      ),
      'gap-reversed': m(
        '`v + (v - rest - x) / tau`',
        'This potential moves away from the input. Which way does the gap between them point?',
        (v, x, tau, rest) => v + (v - rest - x) / tau,
      ),
      'shares-exchanged': m(
        '`v + (x - (v - rest)) * (1 - 1 / tau)`',
        'With a large tau this potential jumps almost all the way. Which share of the gap does a step close?',
        (v, x, tau, rest) => v + (x - (v - rest)) * (1 - 1 / tau),
      ),
      'potential-lost': m(
        '`x / tau`: forgets v',
        'This forgets the potential of the step before. Where does the neuron start from?',
        (_v, x, tau) => x / tau,
      ),
      'change-only': m(
        '`(x - (v - rest)) / tau`: the change instead of the potential',
        'This is by how much the potential changes. Where does it start from?',
        (v, x, tau, rest) => (x - (v - rest)) / tau,
      ),
      'reset-too-early': m(
        'returns the rest where h reaches the threshold',
        'Where h reaches 1, this is at rest already. Which of the three formulas empties the neuron?',
        (v, x, tau, rest) => (charge(v, x + rest, tau) >= 1 ? rest : charge(v, x + rest, tau)),
        (v, x, tau, rest) => (charge(v, x + rest, tau) >= 1 ? 0 : charge(v, x + rest, tau)),
      ),
    },
    forms: [
      (v, x, tau, rest) => v + (x - (v - rest)) / tau,
      (v, x, tau, rest) => (1 - 1 / tau) * v + (x + rest) / tau,
      (v, x, tau, rest) => ((tau - 1) * v + x + rest) / tau,
    ],
  }),
  'lif-fire': exercise<Fire>({
    minutes: 5,
    optional: true,
    names: ['v', 'x', 'tau'],
    probes: [
      [[0.8, 0, 0, 0.5], [1.6, 1.6, 0, 1], 2],
      [[0, 0, 0], [2, 0, 0], 2], // exactly at the threshold
      [[0.75, 0, -0.5, -0.125], [3, 3, -2, 1], 4],
      [[0.9, 0.45, 0.225, 0], [1.8, 0, 0, 3], 2],
      [[0, 0, 0, 0.25], [3, 3, 3, 0.5], 2],
      [[-1, 0], [-2, 1], 2], // a current of 1 lifts the potential from below 0 just to 0
      [[0.9, 0.95], [1.8, 1], 2], // only what leaks keeps the second step below the threshold
    ],
    oracle: (_v, x, tau) => simulate({ tau }, x).s,
    mistakes: {
      'zero-means-spike': m(
        '`v === 0`',
        'Some of these neurons were at 0 without firing. What else leaves a potential of 0?',
        firesBy(({ v }) => v === 0),
      ),
      'zero-with-input': m(
        'takes a potential of 0 under an input for a spike',
        'Some of these neurons were lifted from below 0 just to 0. Which potential does the threshold see?',
        firesBy(({ v, x }) => v === 0 && x > 0),
        firesBy(({ v, x }) => v === 0 && x >= 1),
      ),
      'after-reset': m(
        '`v >= 1`',
        'No neuron fires here. Is v the potential before firing, or what the reset left?',
        firesBy(({ v }) => v >= 1),
      ),
      falls: m(
        'takes every fall of the potential for a spike',
        'The leak, too, makes a potential fall. And does it fall in a neuron that fires in every step?',
        firesBy(({ before, v }) => v < before),
      ),
      'own-step': m(
        'charges from the v of the same step',
        'This charges from what the step itself left behind. From which potential does step t start?',
        firesBy(({ v, x, tau }) => charge(v, x, tau) >= 1),
      ),
      'potential-forgotten': m(
        '`x / tau >= 1`',
        'Every step starts from 0 here. What was left of the step before?',
        firesBy(({ x, tau }) => x / tau >= 1),
      ),
      'no-leak': m(
        'forgets the leak',
        'The potential of this neuron never leaks. Where does the charge contain v itself?',
        firesBy(({ before, x, tau }) => before + x / tau >= 1),
        firesBy(({ before, x }) => before + x >= 1),
      ),
      'input-reaches-threshold': m(
        '`x >= 1`',
        'This compares the current with the threshold. Which quantity has to reach it?',
        firesBy(({ x }) => x >= 1),
      ),
      'not-at-threshold': m(
        '`h > 1`',
        'A potential that just reaches the threshold stays silent here. What does Θ return at 0?',
        firesBy(({ before, x, tau }) => charge(before, x, tau) > 1),
      ),
    },
    forms: [
      (v, x, tau) =>
        x.map((current, t) => {
          const before = t === 0 ? 0 : v[t - 1];
          return before + (current - before) / tau >= 1 ? 1 : 0;
        }),
      (_v, x, tau) => {
        let v = 0;
        return x.map((current) => {
          v += (current - v) / tau;
          if (v < 1) return 0;
          v = 0;
          return 1;
        });
      },
    ],
  }),
};

// The whole loop over steps, with the pause that nerve cells have, and the soft reset.

type Run = (x: number[], tau: number, pause: number) => { v: number[]; s: number[] };
type SoftReset = (h: number, s: number, threshold: number) => number;

const hardReset = (h: number, s: number) => ({ v: s ? 0 : h, from: s ? 0 : h });

/**
 * A loop over steps whose parts may be wrong: `next` returns what is recorded as v and what the next step starts from,
 * `waits` for how many steps a neuron does nothing after a spike.
 */
function loop(
  next: (h: number, s: number) => { v: number; from: number; s?: number },
  chargeStep = charge,
  waits = (pause: number) => pause,
): Run {
  return (x, tau, pause) => {
    const out = { v: [] as number[], s: [] as number[] };
    let [from, left] = [0, 0];
    for (const current of x) {
      if (left > 0) {
        left--;
        out.v.push(0);
        out.s.push(0);
        continue;
      }
      const h = chargeStep(from, current, tau);
      const fired = h >= 1 ? 1 : 0;
      const step = next(h, fired);
      const s = step.s ?? fired;
      out.v.push(step.v);
      out.s.push(s);
      from = step.from;
      if (s === 1) left = waits(pause);
    }
    return out;
  };
}

/** A neuron that goes on gathering while it pauses, and only does not fire. */
const gathering: Run = (x, tau, pause) => {
  const out = { v: [] as number[], s: [] as number[] };
  let [v, left] = [0, 0];
  for (const current of x) {
    v = charge(v, current, tau);
    const s = left === 0 && v >= 1 ? 1 : 0;
    left = s === 1 ? pause : Math.max(0, left - 1);
    if (s === 1) v = 0;
    out.v.push(v);
    out.s.push(s);
  }
  return out;
};

/** The package's neuron, and what it does not have, a pause. */
const pausing: Run = (x, tau, pause) => {
  const options = { tau, decayInput: true, vThreshold: 1, vReset: 0 };
  const out = { v: [] as number[], s: [] as number[] };
  let [v, left] = [0, 0];
  for (const current of x) {
    const h = left > 0 ? 0 : plain.charge(current, v, options);
    const fired = plain.fires(h, options);
    v = fired ? plain.afterSpike(h, options) : h;
    left = fired ? pause : Math.max(0, left - 1);
    out.v.push(v);
    out.s.push(fired ? 1 : 0);
  }
  return out;
};

const repeat = (value: number, T: number) => new Array<number>(T).fill(value);

export const lifRun = {
  'lif-run': exercise<Run>({
    minutes: 10,
    names: ['x', 'tau', 'pause'],
    probes: [
      [repeat(1.4, 8), 2, 0],
      [[2, 2, 0, 0, 3, 3, 0], 2, 0],
      [repeat(2.5, 12), 5, 0],
      [repeat(0.45, 6), 2, 0],
      [repeat(3, 8), 2, 2],
      [[1.5, 1.5, 1.5, 2.5, 1.5, 0, 1.5, 1.5], 2, 1],
      // No input while there is a potential to lose, and currents that drive it below 0 and below -1.
      [[0.8, 0, 0, 1.2, -1.5, -3, 0.5, 2.9], 2, 0],
    ],
    oracle: pausing,
    mistakes: {
      'no-pause': m(
        'the loop of the chapter: pause is not used',
        'After a spike this neuron does not wait. What happens to the input of the steps of its pause?',
        loop(hardReset, charge, () => 0),
      ),
      'pause-too-long': m(
        'waits a step too long',
        'This neuron waits one step too long. Does the step that fired belong to the pause?',
        loop(hardReset, charge, (pause) => pause + 1),
      ),
      'pause-too-short': m(
        'counts the step that fired as the first of the pause',
        'This neuron wakes one step too early. Is the step that fired the first of its pause?',
        loop(hardReset, charge, (pause) => Math.max(0, pause - 1)),
      ),
      'gathers-while-pausing': m(
        'goes on charging in the pause, and only does not fire',
        'In its pause this potential rises. What does the task say of it there?',
        gathering,
      ),
      'reset-late': m(
        'records h and resets at the start of the next step',
        'Your potentials still show h in the steps that fired. When does the reset happen, in this step or in the next?',
        loop((h, s) => ({ v: h, from: s ? 0 : h })),
      ),
      'no-reset': m(
        'leaves the reset out',
        'After a spike the potential stays high here. What brings it back?',
        loop((h) => ({ v: h, from: h })),
      ),
      'not-at-threshold': m(
        '`h > 1`',
        'A potential that just reaches 1 stays silent here. What does Θ return at 0?',
        loop((h) => ({ v: h > 1 ? 0 : h, from: h > 1 ? 0 : h, s: h > 1 ? 1 : 0 })),
      ),
      'reset-before-fire': m(
        'resets first and asks then whether it fires',
        'This neuron never fires. What is left of h when you ask whether it reaches the threshold?',
        loop((h, s) => ({ ...hardReset(h, s), s: 0 })),
      ),
      'no-time': m(
        'starts every step from 0',
        'Every step starts from 0 here. Which variable has to live across the steps?',
        loop((h, s) => ({ v: s ? 0 : h, from: 0 })),
      ),
      'soft-reset': m(
        'subtracts the threshold',
        'This is the soft reset: something is left after a spike. What does the hard reset leave?',
        loop((h, s) => ({ v: h - s, from: h - s })),
      ),
      'one-behind': m(
        'records the potential before each step',
        'Your potentials lag by one step. Do you record v before or after the step has changed it?',
        (x, tau, pause) => {
          const { v, s } = loop(hardReset)(x, tau, pause);
          return { v: [0, ...v.slice(0, -1)], s };
        },
      ),
      'no-leak': m(
        'leaves the leak out of the charge',
        'Without input your v never falls. Where does the leak pull it?',
        loop(hardReset, (v, x, tau) => v + x / tau),
        loop(hardReset, (v, x) => v + x),
      ),
      'leak-twice': m(
        'takes the leak off twice, such as `v * (1 - 1 / tau) + (x - v) / tau`',
        'The leak counts twice in your charge. How often should v shrink in one step?',
        loop(hardReset, (v, x, tau) => v * (1 - 1 / tau) + (x - v) / tau),
        loop(hardReset, (v, x, tau) => charge(v * (1 - 1 / tau), x, tau)),
        loop(hardReset, (v, x, tau) => charge(v, x, tau) * (1 - 1 / tau)),
      ),
      'input-not-divided': m(
        '`v - v / tau + x`: only v is divided',
        'The input counts in full in your charge, and only the leak is divided. What is it that each step closes 1/tau of?',
        loop(hardReset, (v, x, tau) => v - v / tau + x),
      ),
      'asleep-without-input': m(
        'changes nothing in a step without input',
        'Where x is 0, your potential stays as it is. What does the leak do in such a step?',
        loop(hardReset, (v, x, tau) => (x === 0 ? v : charge(v, x, tau))),
      ),
      'forgets-without-input': m(
        'empties the neuron in a step without input',
        'Where x is 0, your neuron forgets everything at once. How much does one step of the leak take?',
        loop(hardReset, (v, x, tau) => (x === 0 ? 0 : charge(v, x, tau))),
      ),
      'never-below-0': m(
        '`Math.max(0, h)`',
        'A potential below 0 is raised to 0 here. Which of the three formulas forbids it to be negative?',
        loop(hardReset, (v, x, tau) => Math.max(0, charge(v, x, tau))),
      ),
      'sign-lost': m(
        '`Math.abs(h)`',
        'Your potential loses its sign. Where does a negative current drive it?',
        loop(hardReset, (v, x, tau) => Math.abs(charge(v, x, tau))),
      ),
      'negative-input-lost': m(
        'takes a negative current for none, or for a positive one',
        'A negative current does not lower the potential here. What does the charge do with one?',
        loop(hardReset, (v, x, tau) => charge(v, Math.max(0, x), tau)),
        loop(hardReset, (v, x, tau) => charge(v, Math.abs(x), tau)),
      ),
      'fires-below-minus-1': m(
        '`Math.abs(h) >= 1`',
        'A potential far below 0 fires here. On which side of 0 is the threshold?',
        loop((h) => (Math.abs(h) >= 1 ? { v: 0, from: 0, s: 1 } : { v: h, from: h, s: 0 })),
      ),
    },
    forms: [
      (x, tau, pause) => {
        const [v, s]: [number[], number[]] = [[], []];
        for (let t = 0; t < x.length; t++) {
          const waits = s.slice(Math.max(0, t - pause)).includes(1);
          const before = t === 0 ? 0 : v[t - 1];
          const h = waits ? 0 : before * (1 - 1 / tau) + x[t] / tau;
          s.push(Number(h >= 1));
          v.push(h * (1 - s[t]));
        }
        return { v, s };
      },
      (x, tau, pause) => {
        let [v, awake] = [0, 0];
        const both = x.map((current, t) => {
          if (t < awake) return { v: 0, s: 0 };
          v += (current - v) / tau;
          const fired = v >= 1;
          if (fired) [v, awake] = [0, t + 1 + pause];
          return { v, s: fired ? 1 : 0 };
        });
        return { s: both.map((step) => step.s), v: both.map((step) => step.v) };
      },
    ],
  }),
  'lif-soft-reset': exercise<SoftReset>({
    minutes: 3,
    optional: true,
    names: ['h', 's', 'threshold'],
    probes: [
      [1.7, 1, 1],
      [0.4, 0, 1],
      [1.7, 1, 1.5],
      [0.9, 1, 0.5],
      // More than two thresholds, and a potential below 0.
      [2.6, 1, 1],
      [-0.4, 0, 1],
    ],
    oracle: (h, s, vThreshold) =>
      withNeuron({ vThreshold, vReset: null }, (neuron) =>
        firstNumber(() => neuron.neuronalReset(tf.scalar(h), tf.scalar(s))),
      ),
    mistakes: {
      'hard-reset': m(
        '`h * (1 - s)`',
        'This throws away what exceeds the threshold: it is the hard reset. What does the soft one keep?',
        (h, s) => h * (1 - s),
      ),
      'subtracts-1': m(
        '`h - s`',
        'This subtracts 1 from every potential that fired. What does a spike cost if the threshold is not 1?',
        (h, s) => h - s,
      ),
      'without-spike': m(
        '`h - threshold`',
        'This also lowers a potential that did not fire. What tells you whether there is anything to reset?',
        (h, _s, threshold) => h - threshold,
      ),
      'to-threshold': m(
        'sets the potential to the threshold',
        'After this reset the neuron stands at the threshold and fires again. What should a spike cost it?',
        (h, s, threshold) => (s ? threshold : h),
      ),
      remainder: m(
        '`h % threshold`',
        'However high h was, less than one threshold is left here. How many thresholds does one spike cost?',
        (h, _s, threshold) => h % threshold,
      ),
      'never-below-0': m(
        '`Math.max(0, h - s * threshold)`',
        'A potential below 0 is raised to 0 here. What does the reset change in a step without a spike?',
        (h, s, threshold) => Math.max(0, h - s * threshold),
      ),
      'emptied-without-spike': m(
        '`s * (h - threshold)`',
        'Without a spike this is 0. What does the reset change in a step without a spike?',
        (h, s, threshold) => s * (h - threshold),
      ),
    },
    forms: [
      (h, s, threshold) => h - s * threshold,
      (h, s, threshold) => (s === 1 ? h - threshold : h),
      (h, s, threshold) => (1 - s) * h + s * (h - threshold),
    ],
  }),
};

// First half of the chapter: which current is enough for a spike.

type LeastCurrent = (tau: number, T: number) => number;

const closedForm = (tau: number, T: number) => 1 / (1 - (1 - 1 / tau) ** T);

/**
 * 1 / the potential that a current of 1 reaches in T steps without a threshold: below it, the potential follows in
 * proportion.
 */
const leastCurrent: LeastCurrent = (tau, T) =>
  1 / (simulate({ tau, vThreshold: 1e6 }, new Array<number>(T).fill(1)).v.at(-1) as number);

export const lifCurrent = {
  'lif-least-current': exercise<LeastCurrent>({
    minutes: 8,
    optional: true,
    names: ['tau', 'T'],
    probes: [
      [20, 50],
      [2, 1],
      [5, 10],
      [20, 1],
    ],
    oracle: leastCurrent,
    tolerance: 1e-3,
    mistakes: {
      'threshold-itself': m(
        'returns 1',
        'Under this current the potential comes closer and closer to the threshold. After how many steps does it arrive?',
        () => 1,
      ),
      'one-step-less': m(
        'uses the power T - 1',
        'With T = 1 this has no finite result. How much of the gap is left after the very first step?',
        (tau, T) => 1 / (1 - (1 - 1 / tau) ** (T - 1)),
      ),
      'one-step-more': m(
        'uses the power T + 1',
        'This current fires one step too late. How many times has the gap shrunk after T steps?',
        (tau, T) => closedForm(tau, T + 1),
      ),
      'one-step-only': m(
        'returns tau, which fires at once',
        'This current fires in the very first step. What changes if there are T steps to gather?',
        (tau) => tau,
      ),
      'gap-itself': m(
        'returns what is reached under a current of 1',
        'This is the potential that a current of 1 reaches. Which current reaches the threshold instead?',
        (tau, T) => 1 - (1 - 1 / tau) ** T,
      ),
      'continuous-time': m(
        '`1 / (1 - exp(-T / tau))`, the solution in continuous time',
        'Here the leak works all the time. By which factor does the gap shrink in one whole step?',
        (tau, T) => 1 / (1 - Math.exp(-T / tau)),
      ),
      'gap-left': m(
        '`1 / (1 - 1 / tau) ** T`',
        'This divides by the share of the gap that is left after T steps. Which share of it has been closed?',
        (tau, T) => 1 / (1 - 1 / tau) ** T,
      ),
      'shares-exchanged': m(
        '`1 / (1 - (1 / tau) ** T)`',
        'Here only 1/tau of the gap is left after each step. Which share does a step close, and which does it leave?',
        (tau, T) => 1 / (1 - (1 / tau) ** T),
      ),
      'no-leak': m(
        'returns tau / T: the leak is left out',
        'This would be enough if nothing leaked. How much of the gap is left after one step, and after T?',
        (tau, T) => tau / T,
      ),
    },
    forms: [
      closedForm,
      (tau, T) => {
        let reached = 0;
        for (let t = 0; t < T; t++) reached += (1 - reached) / tau;
        return 1 / reached;
      },
      (tau, T) => {
        let [low, high] = [0, 1e3];
        for (let i = 0; i < 60; i++) {
          const x = (low + high) / 2;
          let v = 0;
          for (let t = 0; t < T; t++) v += (x - v) / tau;
          if (v >= 1) high = x;
          else low = x;
        }
        return high;
      },
    ],
  }),
};

// The small project of the chapter: one neuron with one weight learns a rate, from forward pass to training.

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
