/** The small project of the chapter: how long a network remembers what it was told once. */
import { exercise, mistake as m } from '../../engine/exercise';
import { range } from '../../engine/values';

type Told = { units: number[]; times: number[] };
type Tell = (label: number, wait: number) => Told;
type Beyond = (accuracy: number) => number;
type Bridged = (waits: number[], shares: number[]) => number;

const PROJECT = 'How long does it last?';

const told =
  (first: (label: number) => number, steps: (wait: number) => number[], clock = 10): Tell =>
  (label, wait) => ({
    units: [first(label), ...steps(wait).map(() => clock)],
    times: [0, ...steps(wait)],
  });
const ticks = (wait: number) => range(wait).map((t) => t + 1);
/** The spikes in the order of their steps, so that an answer may list them in any. */
const inOrder = ({ units, times }: Told) =>
  Array.isArray(units) && Array.isArray(times) && units.length === times.length
    ? units.map((unit, i) => 1000 * times[i] + unit).sort((a, b) => a - b)
    : { units, times };

/** The last wait before the first that fails, by what "fails" means. */
const before =
  (fails: (share: number) => boolean): Bridged =>
  (waits, shares) => {
    const first = shares.findIndex(fails);
    return first === -1 ? waits[waits.length - 1] : (waits[first - 1] ?? 0);
  };

export const aMemoryProject = {
  'lasting-told': exercise<Tell>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['label', 'wait'],
    probes: [
      [3, 4],
      [0, 1],
      [9, 2],
    ],
    compared: inOrder,
    oracle: told((label) => label, ticks),
    mistakes: {
      'clock-from-0': m(
        'lets the clock begin in step 0',
        'Your clock ticks in step 0, too. In which step does the wait begin?',
        told(
          (label) => label,
          (wait) => range(wait),
        ),
        told(
          (label) => label,
          (wait) => range(wait + 1),
        ),
      ),
      'one-tick-less': m(
        'waits one step less',
        'A tick is missing at the end. How many ticks does a wait have?',
        told(
          (label) => label,
          (wait) => range(wait - 1).map((t) => t + 1),
        ),
      ),
      'clock-is-9': m(
        'takes unit 9 for the clock',
        'Your clock is the unit of class 9. Which number has the eleventh unit?',
        told((label) => label, ticks, 9),
      ),
      'told-to-the-end': m(
        'tells the class in each step',
        'Your network need not remember anything. How often is the class told?',
        (label, wait) => ({ units: range(wait + 1).map(() => label), times: range(wait + 1) }),
      ),
      'no-clock': m(
        'leaves the clock out',
        'Your sample ends with its first step. Which unit fires while the network waits?',
        (label) => ({ units: [label], times: [0] }),
      ),
    },
    forms: [
      (label, wait) => {
        const units = [label];
        const times = [0];
        for (let t = 1; t <= wait; t++) {
          units.push(10);
          times.push(t);
        }
        return { units, times };
      },
      (label, wait) => ({ units: [...Array(wait).fill(10), label], times: [...ticks(wait), 0] }),
    ],
  }),
  'lasting-beyond': exercise<Beyond>({
    project: PROJECT,
    minutes: 6,
    optional: true,
    names: ['accuracy'],
    probes: [[1], [0.1], [0.55], [0.05]],
    oracle: (accuracy) => (accuracy - 0.1) / 0.9,
    mistakes: {
      'not-stretched': m(
        'only takes chance away',
        'A perfect network does not reach 1 here. By what do you divide what is left above chance?',
        (accuracy) => accuracy - 0.1,
      ),
      'by-chance': m(
        'divides by the accuracy of chance',
        'This is how many times better than chance it is. How far can an accuracy lie above chance?',
        (accuracy) => accuracy / 0.1,
        (accuracy) => (accuracy - 0.1) / 0.1,
      ),
      'never-below': m(
        'cuts off what is below chance',
        'A network may read less than chance does. What is the answer then?',
        (accuracy) => Math.max(0, (accuracy - 0.1) / 0.9),
      ),
      accuracy: m(
        'returns the accuracy itself',
        'Guessing has more than 0 here. How many of ten classes does a guess find?',
        (accuracy) => accuracy,
      ),
    },
    forms: [(accuracy) => (10 * accuracy - 1) / 9, (accuracy) => 1 - (1 - accuracy) / 0.9],
  }),
  'lasting-longest': exercise<Bridged>({
    project: PROJECT,
    minutes: 7,
    optional: true,
    names: ['waits', 'shares'],
    probes: [
      [
        [2, 5, 10, 20],
        [1, 0.9, 0.5, 0.1],
      ],
      [
        [2, 5, 10],
        [0.2, 0.1, 0],
      ],
      [
        [1, 2, 4, 8],
        [1, 0.25, 0.75, 0],
      ],
      [
        [3, 6],
        [1, 0.75],
      ],
      [
        [1, 2, 4],
        [1, 0.75, 0.5],
      ],
    ],
    tolerance: 0,
    oracle: before((share) => share < 0.5),
    mistakes: {
      'last-that-holds': m(
        'takes the last wait that is bridged, after a gap, too',
        'Here a shorter wait is not bridged. Does a later one count then?',
        (waits, shares) => waits.filter((_, i) => shares[i] >= 0.5).at(-1) ?? 0,
      ),
      'first-that-fails': m(
        'returns the first wait that is not bridged',
        'This wait is too long already. Which one comes before it?',
        (waits, shares) => waits[shares.findIndex((share) => share < 0.5)] ?? waits[waits.length - 1],
      ),
      'above-half': m(
        'asks for more than half',
        'A share of exactly one half does not count here. Does the task say "at least"?',
        before((share) => share <= 0.5),
      ),
      'how-many': m('counts the waits', 'This is a number of waits. How long is the longest of them?', (_, shares) => {
        const first = shares.findIndex((share) => share < 0.5);
        return first === -1 ? shares.length : first;
      }),
    },
    forms: [
      (waits, shares) => {
        let longest = 0;
        for (let i = 0; i < waits.length; i++) {
          if (shares[i] < 0.5) break;
          longest = waits[i];
        }
        return longest;
      },
      (waits, shares) => Math.max(0, ...waits.filter((_, i) => shares.slice(0, i + 1).every((share) => share >= 0.5))),
    ],
  }),
};
