/** From how many steps on traces that go forward take less memory than the way back. */
import { exercise, mistake as m } from '../../engine/exercise';

type Steps = (inputs: number, neurons: number) => number;

/** The steps, not whole, at which the way back keeps as many numbers as traces, `each` for all weights that count. */
const even = (inputs: number, neurons: number, weights = (inputs + neurons) * neurons, each = 2) =>
  (each * weights) / (inputs + 2 * neurons);

export const aMemoryPays = {
  'memory-pays': exercise<Steps>({
    minutes: 6,
    optional: true,
    names: ['inputs', 'neurons'],
    probes: [
      [28, 100],
      [20, 100],
      [10, 10],
      [100, 50],
    ],
    tolerance: 0,
    oracle: (inputs, neurons) => {
      let T = 1;
      while (T * (inputs + 2 * neurons) <= 2 * (inputs + neurons) * neurons) T++;
      return T;
    },
    mistakes: {
      'one-less': m(
        'returns a T at which both keep as much, or the traces more',
        'With this T the traces do not keep fewer numbers yet. Which T is the first at which they do?',
        (inputs, neurons) => Math.floor(even(inputs, neurons)),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number of steps. Which step is the first?',
        (inputs, neurons) => even(inputs, neurons) + 1,
        (inputs, neurons) => even(inputs, neurons) + 0.5,
      ),
      'one-trace': m(
        'counts one number per weight',
        'Each weight keeps two numbers as it goes forward. How many do you count?',
        (inputs, neurons) => Math.floor(even(inputs, neurons, undefined, 1)) + 1,
      ),
      'without-R': m(
        'leaves out the weights between the neurons',
        'You count the weights from the inputs. Which other weights have traces?',
        (inputs, neurons) => Math.floor(even(inputs, neurons, inputs * neurons)) + 1,
      ),
      'without-inputs': m(
        'leaves out the weights from the inputs',
        'You count the weights between the neurons. Which other weights have traces?',
        (inputs, neurons) => Math.floor(even(inputs, neurons, neurons * neurons)) + 1,
      ),
    },
    forms: [
      (inputs, neurons) => Math.floor(even(inputs, neurons)) + 1,
      (inputs, neurons) => {
        for (let T = 1; ; T++) if (T * inputs + 2 * T * neurons > 2 * neurons * (inputs + neurons)) return T;
      },
    ],
  }),
};
