/** What other frameworks call our neurons, and how theirs differ. */
import type { NeuronOptions } from '../../networks/options/neuron-options';
import { exercise, mistake as m } from '../engine/exercise';
import { simulate } from '../engine/tensors';

type TauOf = (beta: number) => number;
type OptionsOf = (
  beta: number,
  threshold: number,
) => Pick<NeuronOptions, 'tau' | 'decayInput' | 'vThreshold' | 'vReset'>;
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

/** Currents that tell neurons apart: none brings a potential of the probes near its threshold. */
const CURRENTS = [
  0.35, 0.9, 0.15, 2.2, 0, 1.3, 0.65, 0.45, 3.1, 0.25, 0.05, 1.9, 0.75, 0.55, 1.1, 0.2, 0.85, 2.6, 0.1, 0.7,
];

/** A neuron is what it fires: half the input and half the threshold are the same neuron. */
const spikesOf = (options: ReturnType<OptionsOf>) => simulate(options, CURRENTS).s;

export const outAndIn = {
  'out-tau': exercise<TauOf>({
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

  'out-options': exercise<OptionsOf>({
    minutes: 5,
    names: ['beta', 'threshold'],
    probes: [
      [0.5, 1],
      [0.75, 1.5],
      [0.875, 0.6],
      [0.4, 0.8],
    ],
    compared: spikesOf,
    oracle: (beta, threshold) => ({ tau: 1 / (1 - beta), decayInput: false, vThreshold: threshold, vReset: 0 }),
    mistakes: {
      'input-decays': m(
        'leaves the input to decay',
        'Your neuron gets less from the same input. By what does snnTorch divide it?',
        (beta, threshold) => ({ tau: 1 / (1 - beta), decayInput: true, vThreshold: threshold, vReset: 0 }),
      ),
      'threshold-of-ours': m(
        'keeps our threshold of 1',
        'Your neuron does not heed the threshold. Which option holds it?',
        (beta) => ({ tau: 1 / (1 - beta), decayInput: false, vThreshold: 1, vReset: 0 }),
      ),
      'soft-reset': m(
        'takes null for the reset to zero',
        'With vReset: null a spike takes the threshold away. What does "zero" say is left?',
        (beta, threshold) => ({ tau: 1 / (1 - beta), decayInput: false, vThreshold: threshold, vReset: null }),
      ),
      'resets-to-threshold': m(
        'resets to the threshold',
        'Your neuron is at its threshold after a spike, so it fires again at once. To which potential does "zero" reset?',
        (beta, threshold) => ({ tau: 1 / (1 - beta), decayInput: false, vThreshold: threshold, vReset: threshold }),
      ),
      continuous: m(
        'takes beta for exp(-1 / tau)',
        'Your tau is that of the exact solution. By which factor does one step of our neuron multiply v?',
        (beta, threshold) => ({ tau: -1 / Math.log(beta), decayInput: false, vThreshold: threshold, vReset: 0 }),
      ),
    },
    forms: [
      (beta, threshold) => {
        const tau = 1 / (1 - beta);
        return { tau, decayInput: true, vThreshold: threshold / tau, vReset: 0 };
      },
      (beta, threshold) => ({ vReset: 0, vThreshold: threshold, tau: (1 - beta) ** -1, decayInput: false }),
    ],
  }),

  'out-late': exercise<Late>({
    minutes: 8,
    optional: true,
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
        'Here a spike costs its threshold before anything has leaked. Is 1 taken away before the leak or after it?',
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
