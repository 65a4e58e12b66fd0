/** Chapter 11: what other frameworks call our neurons, and how theirs differ. */
import { exercise, mistake as m } from './exercise';

type TauOf = (beta: number) => number;
type Late = (currents: number[], beta: number) => ArrayLike<number>;

/** Spikes of a neuron whose parts may be wrong. */
const spikes =
  (
    part: {
      /** What is taken away before the current is compared; `before` is the potential of the step before. */
      cost?: (before: number) => number;
      leak?: (beta: number) => number;
      fires?: (v: number) => boolean;
      /** What is kept for the next step. */
      kept?: (v: number) => number;
      start?: number;
    } = {},
  ): Late =>
  (currents, beta) => {
    const { cost = (before) => (before > 1 ? 1 : 0), leak = (share) => share, fires = (v) => v > 1 } = part;
    const { kept = (v) => v, start = 0 } = part;
    let v = start;
    return currents.map((current) => {
      const charged = leak(beta) * v + current;
      const potential = charged - cost(v);
      v = kept(potential);
      return fires(potential) ? 1 : 0;
    });
  };

export const chapter11 = {
  'out-tau': exercise<TauOf>({
    chapter: 11,
    minutes: 3,
    names: ['beta'],
    probes: [[0.5], [0.9], [0.75], [0.2]],
    oracle: (beta) => 1 / (1 - beta),
    mistakes: {
      'the-other-way': m(
        'returns 1 - 1 / beta',
        'This is the equation for beta with both names exchanged. What comes out if you solve it for tau?',
        (beta) => 1 - 1 / beta,
      ),
      'one-over-beta': m(
        'returns 1 / beta',
        'Your tau falls where more of the potential is left. Which share leaks away?',
        (beta) => 1 / beta,
      ),
      continuous: m(
        'takes beta for exp(-1 / tau)',
        'For a beta near 1 this is close, for a small one it is not. By which factor does one step of our neuron multiply v?',
        (beta) => -1 / Math.log(beta),
      ),
      'share-that-leaks': m(
        'returns 1 - beta',
        'This is the share that leaks away in a step. How is it written with tau?',
        (beta) => 1 - beta,
      ),
    },
    forms: [
      (beta) => (1 - beta) ** -1,
      (beta) => {
        const leak = 1 - beta;
        return 1 / leak;
      },
    ],
  }),

  'out-late': exercise<Late>({
    chapter: 11,
    minutes: 8,
    names: ['currents', 'beta'],
    probes: [
      [[0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9, 0.9], 0.5],
      [[1, 1, 0.5, 1, 0, 3, 0.5, 0, 0], 0.5],
      [[2.5, 0.1, 0.1, 1.2, 0.6, 0.6, 0.6], 0.8],
      [[0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3], 0.9],
      [[1.1, 0.7, 0.7, 0.7, 0.7, 0.7], 0.9],
    ],
    oracle: spikes(),
    mistakes: {
      'soft-at-once': m(
        'takes the threshold away in the step of the spike',
        'Here a spike costs its threshold at once, before anything has leaked. In which step does snnTorch take it away?',
        spikes({ cost: () => 0, kept: (v) => (v > 1 ? v - 1 : v) }),
      ),
      'hard-at-once': m(
        'sets the potential to 0 after a spike',
        'After a spike nothing is left of your potential. What does the task take away?',
        spikes({ cost: () => 0, kept: (v) => (v > 1 ? 0 : v) }),
      ),
      'no-reset': m(
        'takes nothing away',
        'Your neuron does not pay for its spikes. What happens in the step after one?',
        spikes({ cost: () => 0 }),
      ),
      'at-the-threshold': m(
        'fires at the threshold, not above it',
        'A potential of exactly 1 fires here. What does the task say of it?',
        spikes({ fires: (v) => v >= 1, cost: (before) => (before >= 1 ? 1 : 0) }),
      ),
      'leaks-the-rest': m(
        'leaks to 1 - beta times the potential',
        'Your potential keeps what should leak away. Which share does beta stand for?',
        spikes({ leak: (beta) => 1 - beta }),
      ),
      'input-decays': m(
        'lets the input decay with the potential',
        'Your neuron needs more current than that of snnTorch. Is the current multiplied by anything?',
        (currents, beta) =>
          spikes()(
            currents.map((current) => (1 - beta) * current),
            beta,
          ),
      ),
    },
    forms: [
      (currents, beta) => {
        let before = 0;
        return currents.map((current) => {
          const after = before * beta + current - Number(before > 1);
          before = after;
          return after > 1 ? 1 : 0;
        });
      },
      (currents, beta) => {
        const out = new Float32Array(currents.length);
        let v = 0;
        for (const [t, current] of currents.entries()) {
          v = v > 1 ? beta * v + current - 1 : beta * v + current;
          out[t] = Number(v > 1);
        }
        return out;
      },
    ],
  }),
};
