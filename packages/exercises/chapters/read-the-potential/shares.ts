/** What is left of the current of each step, where the last potential is read. */

import { charge } from '../../../../src/common/lif';
import { exercise, mistake as m } from '../../engine/exercise';
import { range, sum, toList } from '../../engine/values';

type Shares = (T: number, tau: number) => ArrayLike<number>;

/** What the package's own neuron, which never fires, has left of a current of 1 in step t after the last of T steps. */
const shareOf = (t: number, T: number, tau: number) => {
  const options = { tau, decayInput: false, vThreshold: 1, vReset: 0 };
  return range(T).reduce((v, step) => charge(step === t ? 1 : 0, v, options), 0);
};

export const readShares = {
  'read-shares': exercise<Shares>({
    minutes: 7,
    optional: true,
    names: ['T', 'tau'],
    probes: [
      [4, 2],
      [5, 20],
      [1, 3],
      [3, 1.25],
    ],
    compared: toList,
    oracle: (T, tau) => range(T).map((t) => shareOf(t, T, tau)),
    mistakes: {
      reversed: m(
        'gives the first step the most',
        'Here the first step counts most. Which current had the most time to fade?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** t),
      ),
      'one-leak-more': m(
        'lets the last step fade, too',
        'The current of the last step has faded here. How often has the neuron leaked since that step?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - t)),
      ),
      'input-divided': m(
        'divides by tau, as with decaying input',
        'Your shares are all too small by the same factor. With “decayInput: false”, is a current divided by τ?',
        (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t) / tau),
      ),
      'leak-as-factor': m(
        'keeps 1/tau in each step',
        'This takes 1/τ for what is left. How much of v survives one step?',
        (T, tau) => range(T).map((t) => (1 / tau) ** (T - 1 - t)),
      ),
      normalized: m(
        'divides so that all shares add up to 1',
        'Your shares add up to 1. What is left of a current of 1 in the last step?',
        (T, tau) => {
          const left = range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t));
          return left.map((value) => value / sum(left));
        },
      ),
      equal: m('gives every step the same', 'Every step counts the same here. Which neuron never forgets?', (T) =>
        range(T).map(() => 1),
      ),
    },
    forms: [
      (T, tau) => range(T).map((t) => (1 - 1 / tau) ** (T - 1 - t)),
      (T, tau) => {
        const shares = new Float64Array(T);
        for (let t = T - 1, left = 1; t >= 0; t--, left *= 1 - 1 / tau) shares[t] = left;
        return shares;
      },
    ],
  }),
};
