/** First half of the chapter: charge and fire; the loop over them is in run.ts. */
import * as tf from '@tensorflow/tfjs';
import { exercise, mistake as m } from '../../engine/exercise';
import { firstNumber, simulate, withNeuron } from '../../engine/tensors';

type Charge = (v: number, x: number, tau: number, rest: number) => number;
type Fire = (v: number[], x: number[], tau: number) => number[];

/** v after a step of the leaky neuron at rest 0, before it fires. */
export const charge = (v: number, x: number, tau: number) => v + (x - v) / tau;

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
