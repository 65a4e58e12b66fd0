/** A τ that is learned, a leak that forgets enough, and how long a network remembers. */
import { exercise, mistake as m } from '../engine/exercise';
import { range } from '../engine/values';

type Slope = (v: number, w: number) => number;
type Left = (share: number, steps: number) => number;

const sigmoid = (w: number) => 1 / (1 + Math.exp(-w));
/** The largest whole τ that leaves at most this share. */
function slowest(share: number, steps: number, forgets = (left: number) => left <= share): number {
  let tau = 2;
  while (forgets((1 - 1 / (tau + 1)) ** steps)) tau++;
  return tau;
}

export const neuronsRemember = {
  'memory-slope-of-w': exercise<Slope>({
    minutes: 7,
    names: ['v', 'w'],
    probes: [
      [1, 0],
      [0.5, -2],
      [-0.75, 1],
    ],
    oracle: (v, w) => -v * sigmoid(w) * (1 - sigmoid(w)),
    mistakes: {
      sign: m(
        'turns the sign round',
        'Here a larger w leaves more of the potential. Is its leak σ(w) larger or smaller then?',
        (v, w) => v * sigmoid(w) * (1 - sigmoid(w)),
      ),
      'chain-rule': m(
        'leaves out the slope of σ',
        'This is how h changes with the leak itself. How does the leak change with w?',
        (v) => -v,
      ),
      'the-leak': m(
        'returns what leaks away',
        'This is what the neuron loses in a step. How does it change if w grows a little?',
        (v, w) => -v * sigmoid(w),
      ),
      'without-v': m(
        'leaves out the potential',
        'Your slope is the same for every potential. How much can a leak take from a neuron at 0?',
        (_, w) => -sigmoid(w) * (1 - sigmoid(w)),
      ),
      'of-tau': m(
        'takes the slope of τ',
        'This is the slope of τ, with v. Which power of τ does the equation have?',
        (v, w) => -v * Math.exp(-w),
      ),
    },
    forms: [
      (v, w) => (-v * Math.exp(-w)) / (1 + Math.exp(-w)) ** 2,
      (v, w) => {
        const step = 1e-4;
        return (v * (1 - sigmoid(w + step)) - v * (1 - sigmoid(w - step))) / (2 * step);
      },
    ],
  }),
  'memory-slowest': exercise<Left>({
    minutes: 6,
    names: ['share', 'steps'],
    probes: [
      [0.1, 100],
      [0.01, 20],
      [0.5, 10],
      [0.25, 2],
      [0.5625, 2], // a τ of 4 leaves exactly this share
      [0.1, 15],
      [0.2, 2], // no τ from 2 on forgets as much
    ],
    tolerance: 0,
    oracle: slowest,
    mistakes: {
      'one-more': m(
        'returns the first τ that is too slow',
        'With this τ more than the share is left. Which one comes before it?',
        (share, steps) => slowest(share, steps) + 1,
        // Right where the equation has a whole τ.
        (share, steps) => Math.ceil(1 / (1 - share ** (1 / steps))),
      ),
      exponential: m(
        'takes e to the power −steps/τ for the leak',
        'This is the τ of a leak without steps. How much does a neuron keep in one step?',
        (share, steps) => Math.floor(-steps / Math.log(share)),
        (share, steps) => Math.max(2, Math.floor(-steps / Math.log(share))),
      ),
      'below-2': m(
        'returns a τ below 2 where nothing forgets enough',
        'Where nothing forgets enough your τ is below 2. What does the task say of the smallest one?',
        (share, steps) => Math.floor(1 / (1 - share ** (1 / steps)) + 1e-9),
      ),
      'less-than-the-share': m(
        'asks for less than the share',
        'A τ that leaves just the share is refused here. Does the task say “at most”?',
        (share, steps) => slowest(share, steps, (left) => left < share),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. Which whole τ is the last that forgets enough?',
        (share, steps) => 1 / (1 - share ** (1 / steps)),
      ),
      fastest: m(
        'returns the shortest memory',
        'With a longer memory as little would be left. Which τ is the largest?',
        () => 2,
      ),
      'share-that-leaks': m(
        'takes the share for what is lost',
        'Here the share has leaked away. Does the task say how much is lost, or how much is left?',
        (share, steps) => Math.floor(1 / (1 - (1 - share) ** (1 / steps))),
      ),
    },
    forms: [
      (share, steps) => Math.max(2, Math.floor(1 / (1 - share ** (1 / steps)) + 1e-9)),
      (share, steps) => {
        let last = 2;
        for (let tau = 2; tau < 10_000; tau++) if ((1 - 1 / tau) ** steps <= share) last = tau;
        return last;
      },
    ],
  }),
};

// The project: how long a network remembers what it was told once.

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

export const neuronsRememberProject = {
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
