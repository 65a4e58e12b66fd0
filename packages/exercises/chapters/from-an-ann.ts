/** From activations to rates: the staircase, the scale of a layer, and what becomes of weights and biases. */
import { exercise, mistake as m } from '../engine/exercise';
import { simulate } from '../engine/tensors';

type Rate = (x: number, T: number) => number;
type Scale = (activations: number[], share: number) => number;
type Weights = (weights: number[], before: number, after: number) => ArrayLike<number>;
type Bias = (bias: number, before: number, after: number) => number;

/** A neuron without a leak, as the package's. */
const IF = { tau: 2 ** 30, decayInput: false, vReset: null };

const inOrder = (activations: number[]) => [...activations].sort((a, b) => a - b);
/** The number at a place of the sorted activations. */
const at =
  (place: (share: number, count: number) => number, order = inOrder): Scale =>
  (activations, share) =>
    order(activations)[place(share, activations.length)];
const scaled =
  (factor: (before: number, after: number) => number): Weights =>
  (weights, before, after) =>
    weights.map((weight) => weight * factor(before, after));
const clipped = (spikes: number, T: number) => Math.min(T, Math.max(0, spikes)) / T;

export const fromAnAnn = {
  'ann-rate': exercise<Rate>({
    minutes: 5,
    names: ['x', 'T'],
    probes: [
      [0.37, 10],
      [0.68, 4],
      [-0.4, 5],
      [1.7, 8],
      [0.05, 10],
      [0.97, 20],
    ],
    oracle: (x, T) => simulate(IF, new Array<number>(T).fill(x)).s.reduce((sum, spike) => sum + spike, 0) / T,
    mistakes: {
      relu: m(
        'returns max(0, x), at most 1',
        'This is what the rate would be after endlessly many steps. How many whole spikes fit into T steps?',
        (x) => Math.min(1, Math.max(0, x)),
      ),
      'not-clipped': m(
        'lets the rate grow above 1',
        'Your neuron fires more than once in a step. How many spikes are there at most in T steps?',
        (x, T) => Math.max(0, Math.floor(T * x)) / T,
      ),
      negative: m(
        'gives a negative rate to a negative current',
        'Your neuron has fewer spikes than none. What does a neuron do whose potential only falls?',
        (x, T) => Math.min(T, Math.floor(T * x)) / T,
        (x, T) => Math.min(T, Math.round(T * x)) / T,
        (x) => Math.min(1, x),
      ),
      'sign-lost': m(
        'lets a negative current count as a positive one',
        'Your neuron fires under a negative current, too. Which way does the potential go there?',
        (x, T) => clipped(Math.floor(T * Math.abs(x)), T),
      ),
      'not-clipped-at-all': m(
        'clips neither below 0 nor above 1',
        'Your rate can be above 1, and below 0. How many spikes are there in T steps at most, and how many at least?',
        (x, T) => Math.floor(T * x) / T,
        (x, T) => Math.round(T * x) / T,
        (x) => x,
      ),
      rounds: m(
        'rounds instead of rounding down',
        'You count a spike that has not come yet: its potential is below the threshold at the end. In which direction must you round?',
        (x, T) => clipped(Math.round(T * x), T),
      ),
      'rounds-up': m(
        'rounds up',
        'You count a spike as soon as the neuron begins to charge. When does it reach the threshold?',
        (x, T) => clipped(Math.ceil(T * x), T),
      ),
      counts: m(
        'returns the number of spikes',
        'This is the number of spikes. What turns it into a rate?',
        (x, T) => T * clipped(Math.floor(T * x), T),
      ),
      'hard-reset': m(
        'lets each spike begin at 0',
        'This throws away what is above the threshold. What does the soft reset do with it?',
        (x, T) => (x <= 0 ? 0 : Math.floor(T / Math.ceil(1 / x)) / T),
      ),
    },
    forms: [
      (x, T) => Math.max(0, Math.min(T, Math.floor(x * T))) / T,
      (x, T) => {
        let [v, spikes] = [0, 0];
        for (let t = 0; t < T; t++) {
          v += x;
          if (v >= 1) {
            v -= 1;
            spikes++;
          }
        }
        return spikes / T;
      },
    ],
  }),

  'ann-scale': exercise<Scale>({
    minutes: 7,
    names: ['activations', 'share'],
    probes: [
      [[3, 0, 11, 7, 0.5, 2, 9, 100, 5, 4], 0.9],
      [[0.2, 30, 4, 0, 1], 0.8],
      [[8, 0, 0, 16], 0.75],
      [[5, 1, 12, 2.5], 0.7],
      [[6, 2, 10, 1, 4, 20], 0.5],
      [[6, 2, 10, 1, 4, 20, 3, 5, 7, 12, 8, 9], 0.85],
    ],
    tolerance: 0,
    // 0.9 * 10 and the like must not miss a whole number by rounding.
    oracle: at((share, count) => Math.ceil(share * count - 1e-9) - 1),
    mistakes: {
      highest: m(
        'takes the highest activation',
        'This is the highest activation, whatever the share is. Which activations may be above the scale?',
        (activations) => Math.max(...activations),
      ),
      'share-of-highest': m(
        'multiplies the highest activation by the share',
        'This is a share of the highest activation, so one outlier still decides. Of what should you take the share?',
        (activations, share) => share * Math.max(...activations),
      ),
      mean: m(
        'takes the mean',
        'This is the mean. How many activations are above it?',
        (activations) => activations.reduce((a, b) => a + b) / activations.length,
      ),
      unsorted: m(
        'does not sort',
        'This takes a number from the list as it stands. In which order must the activations be?',
        at(
          (share, count) => Math.ceil(share * count - 1e-9) - 1,
          (activations) => activations,
        ),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        at(
          (share, count) => Math.ceil(share * count - 1e-9) - 1,
          (activations) => [...activations].sort(),
        ),
      ),
      'next-one': m(
        'takes the next larger one',
        'This is one place too far. Which index has the first number of a list?',
        at((share, count) => Math.min(count - 1, Math.ceil(share * count - 1e-9))),
      ),
      nearest: m(
        'rounds to the nearest place, or down',
        'Your scale is too low for the share. To which side do you round the number of activations?',
        at((share, count) => Math.round(share * count) - 1),
        at((share, count) => Math.floor(share * count + 1e-9) - 1),
      ),
      'from-the-top': m(
        'sorts in descending order',
        'Most activations are above your scale. In which order did you sort?',
        at(
          (share, count) => Math.ceil(share * count - 1e-9) - 1,
          (activations) => inOrder(activations).reverse(),
        ),
      ),
    },
    forms: [
      (activations, share) =>
        inOrder(activations).find(
          (scale) => activations.filter((a) => a <= scale).length >= share * activations.length - 1e-9,
        ) as number,
      (activations, share) => {
        const sorted = Float64Array.from(activations).sort();
        return sorted[Math.ceil(Math.fround(share * sorted.length)) - 1];
      },
    ],
  }),

  'ann-weights': exercise<Weights>({
    minutes: 6,
    names: ['weights', 'before', 'after'],
    probes: [
      [[0.5, -1, 2], 4, 10],
      [[3, 0.25], 1, 5],
      [[-0.75, 6, 1.5, 0], 8, 3],
    ],
    oracle: scaled((before, after) => before / after),
    mistakes: {
      'other-way': m(
        'multiplies by after / before',
        'The rates of your layer grow where its scale does. Which of the two scales should make the weights smaller?',
        scaled((before, after) => after / before),
      ),
      'after-only': m(
        'divides by the scale of this layer only',
        'This is right for the first layer alone. What does a spike of the layer before stand for?',
        scaled((_, after) => 1 / after),
      ),
      'before-only': m(
        'multiplies by the scale of the layer before only',
        'These currents are activations, not rates. By which scale must the sum be divided?',
        scaled((before) => before),
      ),
      'both-divide': m(
        'divides by both scales',
        'You divide by both scales. Is an activation larger or smaller than the rate that stands for it?',
        scaled((before, after) => 1 / (before * after)),
      ),
      unchanged: m(
        'returns the weights as they are',
        'Nothing has changed. Which numbers are rates now?',
        (weights) => weights,
      ),
    },
    forms: [
      (weights, before, after) => weights.map((weight) => (weight * before) / after),
      (weights, before, after) => {
        const out = new Float32Array(weights.length);
        const factor = before / after;
        for (const [i, weight] of weights.entries()) out[i] = factor * weight;
        return out;
      },
    ],
  }),

  'ann-bias': exercise<Bias>({
    minutes: 4,
    optional: true,
    names: ['bias', 'before', 'after'],
    probes: [
      [0.5, 4, 10],
      [-3, 8, 2],
      [1, 1, 5],
    ],
    oracle: (bias, _, after) => bias / after,
    mistakes: {
      'as-a-weight': m(
        'scales it as a weight',
        'A weight is multiplied by a rate of the layer before. By what is a bias multiplied?',
        (bias, before, after) => (bias * before) / after,
      ),
      unchanged: m('leaves it as it is', 'The sum beside the bias has been divided. By what?', (bias) => bias),
      'before-only': m(
        'divides by the scale of the layer before',
        'This is the scale of what comes in. In which unit is the sum to which the bias is added?',
        (bias, before) => bias / before,
      ),
      'times-after': m(
        'multiplies by the scale of this layer',
        'Your bias grows with the scale of its layer. What did the sum beside it do?',
        (bias, _, after) => bias * after,
      ),
    },
    forms: [(bias, _, after) => bias * (1 / after), (bias, _before, after) => -(-bias / after)],
  }),
};

// The small project of the chapter: as few spikes as possible, chosen on images that are held back.

type Half = (x: number, T: number) => number;
export interface Setting {
  steps: number;
  accuracy: number;
  spikes: number;
}
type Choose = (settings: Setting[], ann: number, allowed: number) => number;

const PROJECT = 'As few spikes as possible';

const spikesWithin = (spikes: number, T: number) => Math.min(T, Math.max(0, spikes));
/** The index of the setting that is best in a way, among those that are good enough. */
const bestBy =
  (cost: (setting: Setting) => number, isGood: (setting: Setting, ann: number, allowed: number) => boolean): Choose =>
  (settings, ann, allowed) => {
    const good = settings.filter((setting) => isGood(setting, ann, allowed));
    return settings.indexOf(good.reduce((best, setting) => (cost(setting) < cost(best) ? setting : best), good[0]));
  };
const enough = ({ accuracy }: Setting, ann: number, allowed: number) => accuracy >= ann - allowed;

export const fromAnAnnProject = {
  'ann-half': exercise<Half>({
    project: PROJECT,
    minutes: 8,
    optional: true,
    names: ['x', 'T'],
    probes: [
      [0.37, 10],
      [0.68, 4],
      [-0.4, 5],
      [1.7, 8],
      [0.04, 10],
      [0.62, 1],
      [0.97, 20],
    ],
    // The recursion itself; the answer is its closed form.
    oracle: (x, T) => {
      let [v, spikes] = [0.5, 0];
      for (let t = 0; t < T; t++) {
        v += x;
        const fires = v >= 1 ? 1 : 0;
        v -= fires;
        spikes += fires;
      }
      return spikes;
    },
    mistakes: {
      'from-zero': m('begins at 0', 'Your neuron begins empty. How much is there already at the start?', (x, T) =>
        spikesWithin(Math.floor(T * x), T),
      ),
      'half-each-step': m(
        'adds a half in each step',
        'You add the half again in each step. How often is the potential set at the start?',
        (x, T) => spikesWithin(Math.floor(T * (x + 0.5)), T),
      ),
      'not-clipped': m(
        'lets it fire more than once in a step',
        'There are more spikes than steps. How many are possible?',
        (x, T) => Math.max(0, Math.floor(T * x + 0.5)),
      ),
      negative: m(
        'counts fewer spikes than none',
        'A negative number of spikes is impossible. What does a negative current do?',
        (x, T) => Math.min(T, Math.floor(T * x + 0.5)),
      ),
      'rounds-up': m(
        'rounds up',
        'You count one spike too many. What must the sum of start and current reach?',
        (x, T) => spikesWithin(Math.ceil(T * x + 0.5), T),
      ),
      rate: m(
        'returns the rate',
        'This is the rate. How many spikes are that?',
        (x, T) => spikesWithin(Math.floor(T * x + 0.5), T) / T,
      ),
    },
    forms: [
      (x, T) => Math.min(T, Math.max(0, Math.round(T * x))),
      (x, T) => Math.max(0, Math.min(T, Math.floor(0.5 + T * x))),
    ],
  }),

  'ann-choose': exercise<Choose>({
    project: PROJECT,
    minutes: 12,
    optional: true,
    names: ['settings', 'ann', 'allowed'],
    probes: [
      [
        [
          { steps: 1, accuracy: 0.9, spikes: 20 },
          { steps: 2, accuracy: 0.965, spikes: 60 },
          { steps: 3, accuracy: 0.967, spikes: 50 },
          { steps: 5, accuracy: 0.971, spikes: 110 },
          { steps: 10, accuracy: 0.972, spikes: 210 },
        ],
        0.971,
        0.0075,
      ],
      [
        [
          { steps: 20, accuracy: 0.75, spikes: 400 },
          { steps: 5, accuracy: 0.5, spikes: 90 },
          { steps: 10, accuracy: 0.625, spikes: 100 },
          { steps: 8, accuracy: 0.625, spikes: 160 },
        ],
        0.75,
        0.125,
      ],
      // One that is not good enough has as few spikes, and comes first.
      [
        [
          { steps: 4, accuracy: 0.5, spikes: 100 },
          { steps: 20, accuracy: 0.875, spikes: 300 },
          { steps: 16, accuracy: 0.8125, spikes: 200 },
          { steps: 10, accuracy: 0.75, spikes: 100 },
        ],
        0.875,
        0.125,
      ],
      // The one with the fewest spikes is better than the ANN, by more than it might be worse.
      [
        [
          { steps: 4, accuracy: 0.75, spikes: 100 },
          { steps: 20, accuracy: 0.5, spikes: 300 },
          { steps: 16, accuracy: 0.4375, spikes: 200 },
        ],
        0.5,
        0.125,
      ],
    ],
    tolerance: 0,
    oracle: bestBy(({ spikes }) => spikes, enough),
    mistakes: {
      'most-accurate': m(
        'takes the highest accuracy',
        'This is the most accurate setting. Is a cheaper one good enough?',
        bestBy(({ accuracy }) => -accuracy, enough),
      ),
      'fewest-steps': m(
        'takes the fewest steps',
        'This has the fewest steps of those that are good enough. Does it also have the fewest spikes?',
        bestBy(({ steps }) => steps, enough),
      ),
      'cheapest-of-all': m(
        'takes the fewest spikes, however bad',
        'This has the fewest spikes of all. Is it good enough?',
        bestBy(
          ({ spikes }) => spikes,
          () => true,
        ),
      ),
      'above-the-ann': m(
        'allows nothing below the ANN',
        'This asks for all of the accuracy of the ANN. How much less is allowed?',
        bestBy(
          ({ spikes }) => spikes,
          ({ accuracy }, ann) => accuracy >= ann,
        ),
      ),
      'better-refused': m(
        'asks for a small distance to the ANN, to either side',
        'A setting that is much better than the ANN is refused here. Is it below it?',
        bestBy(
          ({ spikes }) => spikes,
          ({ accuracy }, ann, allowed) => Math.abs(accuracy - ann) <= allowed,
        ),
      ),
      'just-enough-refused': m(
        'refuses what is exactly as far below as is allowed',
        'One of the settings is exactly as good as it must be. Is it good enough?',
        bestBy(
          ({ spikes }) => spikes,
          ({ accuracy }, ann, allowed) => accuracy > ann - allowed,
        ),
      ),
      'spikes-itself': m(
        'returns the number of spikes',
        'This is a number of spikes. Which place in the list has that setting?',
        (settings, ann, allowed) =>
          Math.min(...settings.filter((one) => enough(one, ann, allowed)).map(({ spikes }) => spikes)),
      ),
    },
    forms: [
      (settings, ann, allowed) => {
        let best = -1;
        for (const [i, { accuracy, spikes }] of settings.entries()) {
          if (accuracy >= ann - allowed && (best < 0 || spikes < settings[best].spikes)) best = i;
        }
        return best;
      },
      (settings, ann, allowed) => {
        const good = settings.map((one, i) => ({ ...one, i })).filter(({ accuracy }) => accuracy + allowed >= ann);
        return good.sort((a, b) => a.spikes - b.spikes)[0].i;
      },
    ],
  }),
};
