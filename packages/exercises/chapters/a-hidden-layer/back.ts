/** The gradient through a hidden spike. */
import * as tf from '@tensorflow/tfjs';
import { multiStepForward } from '../../../../src/snn/functional';
import { LIFNode } from '../../../../src/snn/neuron';
import { ATan } from '../../../../src/snn/surrogate';
import { exercise, mistake as m } from '../../engine/exercise';
import { atan } from '../lif-neuron/surrogate';

type Gradient = (w1: number, w2: number, input: number, y: number, tau: number) => number[];

/** The slope of a spike at the potential h, by ATan(2). */
const slopeAt = (h: number) => atan(h - 1, 2);

/** Both gradients of L = (s2 - y)², for one step from rest; factors of the chain may be wrong. */
function back(
  part: {
    forward?: (h: number) => number;
    slope1?: (h: number, s: number) => number;
    slope2?: (h: number, s: number) => number;
    reaches?: (w2: number, w1: number) => number;
    sent?: (s: number, h: number, slope: number) => number;
    shares?: number;
    two?: number;
    exchanged?: boolean;
  } = {},
): Gradient {
  const { forward = (h) => (h >= 1 ? 1 : 0), slope1 = slopeAt, slope2 = slopeAt, reaches = (w2) => w2 } = part;
  const { sent = (s) => s, shares = 2, two = 2, exchanged = false } = part;
  return (w1, w2, input, y, tau) => {
    const h1 = (w1 * input) / tau;
    const s1 = forward(h1);
    const h2 = (w2 * s1) / tau;
    const s2 = forward(h2);
    const dLdh2 = two * (s2 - y) * slope2(h2, s2);
    const ofFirst = dLdh2 * reaches(w2, w1) * slope1(h1, s1) * input;
    const slopes = [ofFirst / tau ** shares, (dLdh2 * sent(s1, h1, slopeAt(h1))) / tau];
    return exchanged ? slopes.reverse() : slopes;
  };
}

/** The same by the package's own layer and tf.grads. */
const byTensors: Gradient = (w1, w2, input, y, tau) =>
  tf.tidy(() => {
    const neurons = () => new LIFNode({ tau, surrogateFunction: new ATan(2) });
    const loss = (first: tf.Tensor, second: tf.Tensor) => {
      const [hidden, output] = [neurons(), neurons()];
      const s1 = multiStepForward(hidden, tf.reshape(tf.mul(first, input), [1, 1, 1]));
      const s2 = multiStepForward(output, tf.mul(s1, second));
      return tf.sum(tf.square(tf.sub(s2, y)));
    };
    const slopes = tf.grads(loss as (...x: tf.Tensor[]) => tf.Tensor)([tf.scalar(w1), tf.scalar(w2)]);
    return slopes.map((slope) => slope.dataSync()[0]);
  });

export const hiddenLayerBack = {
  'hidden-gradient': exercise<Gradient>({
    minutes: 12,
    names: ['w1', 'w2', 'input', 'y', 'tau'],
    probes: [
      [1.2, 0.8, 1, 1, 2],
      [3, 0.9, 1, 1, 2],
      [2, 2.5, 1, 0, 2],
      [0.6, -0.7, 1, 1, 2],
      [7, 1.5, 1, 1, 5],
      [2.4, 1.1, 2, 1, 3],
      [3, 2, 1, 1, 2], // the output exactly at the threshold
    ],
    oracle: byTensors,
    mistakes: {
      'hidden-slope-lost': m(
        'passes the hidden neuron without a slope',
        'The gradient passes the hidden neuron as if a spike grew like its potential. Which slope does a spike have?',
        back({ slope1: () => 1 }),
      ),
      'output-slope-lost': m(
        'leaves out the slope of the output',
        'One slope is there, the other is missing. Through how many spikes does the gradient pass?',
        back({ slope2: () => 1 }),
      ),
      'spike-for-slope': m(
        'multiplies by the hidden spike instead of its slope',
        'A silent hidden neuron passes nothing back here. Which number takes the place of the true slope on the way back?',
        back({ slope1: (_h, s) => s }),
      ),
      'silent-hidden': m(
        'lets the gradient through only where the hidden neuron fired',
        'Where the hidden neuron is silent, the first weight gets no gradient. What is the slope of the surrogate below the threshold?',
        back({ slope1: (h, s) => s * slopeAt(h) }),
      ),
      'true-derivative': m(
        'takes the true slope of the hidden spike, which is 0',
        'Nothing reaches the first weight. What does the way back take in place of a slope that is 0?',
        back({ slope1: () => 0 }),
      ),
      'potential-for-spike': m(
        "takes the hidden neuron's potential for what it sends",
        'Your second number grows with the potential of the hidden neuron. What does that neuron send to the output?',
        back({ sent: (_s, h) => h }),
        back({ sent: (_s, h, slope) => h * slope }),
      ),
      'weight-lost': m(
        'leaves out the weight between both neurons',
        'The first number does not depend on the weight between the neurons. By how much does the output change if the hidden spike does?',
        back({ reaches: () => 1 }),
      ),
      'first-weight': m(
        'goes back through the first weight',
        'The way back passes the first weight here. Which weight lies between the two spikes?',
        back({ reaches: (_w2, w1) => w1 }),
      ),
      'tau-once': m(
        'divides by tau once',
        'The first weight acts through two neurons. How often does τ divide on that way?',
        back({ shares: 1 }),
      ),
      'two-lost': m(
        'forgets the 2 of the square',
        'Both numbers are half as large as they should be. What is the slope of a square?',
        back({ two: 1 }),
      ),
      exchanged: m(
        'exchanges both results',
        'Both numbers are there, but the first belongs to the second weight. Which one is asked for first?',
        back({ exchanged: true }),
      ),
      'smooth-forward': m(
        'lets the smooth curve fire on the way forward',
        'On the way forward your spikes are smooth. What can a spike be, forward?',
        back({ forward: (h) => Math.atan(Math.PI * (h - 1)) / Math.PI + 0.5 }),
      ),
    },
    forms: [
      back(),
      (w1, w2, input, y, tau) => {
        const h1 = (w1 * input) / tau;
        const s1 = Number(h1 >= 1);
        const h2 = (w2 * s1) / tau;
        const dLdx2 = (2 * (Number(h2 >= 1) - y)) / (1 + (Math.PI * (h2 - 1)) ** 2) / tau;
        const dLdx1 = (dLdx2 * w2) / (1 + (Math.PI * (h1 - 1)) ** 2) / tau;
        return [dLdx1 * input, dLdx2 * s1];
      },
    ],
  }),
};
