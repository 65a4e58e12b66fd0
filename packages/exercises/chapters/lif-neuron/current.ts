/** First half of the chapter: which current is enough for a spike. */
import { exercise, mistake as m } from '../../engine/exercise';
import { simulate } from '../../engine/tensors';

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
