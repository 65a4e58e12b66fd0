/** The whole loop over steps, with the pause that nerve cells have, and the soft reset. */
import * as tf from '@tensorflow/tfjs';
import * as plain from '../../../../src/common/lif';
import { exercise, mistake as m } from '../../engine/exercise';
import { firstNumber, withNeuron } from '../../engine/tensors';
import { charge } from './neuron';

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
