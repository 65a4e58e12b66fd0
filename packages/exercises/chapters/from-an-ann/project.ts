/** The small project of the chapter: as few spikes as possible, chosen on images that are held back. */
import { exercise, mistake as m } from '../../engine/exercise';

type Half = (x: number, T: number) => number;
export interface Setting {
  steps: number;
  accuracy: number;
  spikes: number;
}
type Choose = (settings: Setting[], ann: number, allowed: number) => number;

const PROJECT = 'As few spikes as possible';

const clipped = (spikes: number, T: number) => Math.min(T, Math.max(0, spikes));
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
        clipped(Math.floor(T * x), T),
      ),
      'half-each-step': m(
        'adds a half in each step',
        'You add the half again in each step. How often is the potential set at the start?',
        (x, T) => clipped(Math.floor(T * (x + 0.5)), T),
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
        (x, T) => clipped(Math.ceil(T * x + 0.5), T),
      ),
      rate: m(
        'returns the rate',
        'This is the rate. How many spikes are that?',
        (x, T) => clipped(Math.floor(T * x + 0.5), T) / T,
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
