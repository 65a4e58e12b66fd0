/** Second half of the chapter: the surrogate's slope. */
import * as tf from '@tensorflow/tfjs';
import { ATan, Sigmoid, type SurrogateFunction } from '../../../../src/snn/surrogate';
import { exercise, mistake as m } from '../../engine/exercise';
import { firstNumber } from '../../engine/tensors';

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
