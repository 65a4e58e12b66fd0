/** What neurons hear of one another, the gradient that comes back that way, and a τ that is learned. */

import { exercise, mistake as m } from '../../engine/exercise';
import { sum, toList } from '../../engine/values';

type Heard = (R: number[][], spikes: number[], arrived: number[]) => ArrayLike<number>;
type WayBack = (slopes: number[], direct: number[], R: number[][], later: number[]) => ArrayLike<number>;
type Slope = (v: number, w: number) => number;
type Left = (share: number, steps: number) => number;

const sigmoid = (w: number) => 1 / (1 + Math.exp(-w));
/** The sum over senders, by what stands between sender i and receiver j. */
const heard =
  (weight: (R: number[][], i: number, j: number) => number): Heard =>
  (R, spikes, arrived) =>
    arrived.map((x, j) => x + sum(spikes.map((spike, i) => spike * weight(R, i, j))));
const wayBack =
  (delta: (slope: number, direct: number, through: number) => number, transposed = false): WayBack =>
  (slopes, direct, R, later) =>
    slopes.map((slope, i) =>
      delta(slope, direct[i], sum(later.map((value, j) => value * (transposed ? R[j][i] : R[i][j])))),
    );
/** The largest whole τ that leaves at most this share. */
function slowest(share: number, steps: number, forgets = (left: number) => left <= share): number {
  let tau = 2;
  while (forgets((1 - 1 / (tau + 1)) ** steps)) tau++;
  return tau;
}

export const aMemory = {
  'memory-heard': exercise<Heard>({
    minutes: 6,
    names: ['R', 'spikes', 'arrived'],
    probes: [
      [
        [
          [0.5, -1],
          [2, 0.25],
        ],
        [1, 0],
        [0.125, 0.75],
      ],
      [
        [
          [0.5, -1, 0],
          [2, 0.25, 4],
          [-3, 1, 0.5],
        ],
        [0, 1, 1],
        [1, -0.5, 0],
      ],
      [
        [
          [1, 2],
          [3, 4],
        ],
        [0, 0],
        [0.5, 0.25],
      ],
      [
        [
          [0, 1],
          [-2, 0.5],
        ],
        [1, 1],
        [0, 0],
      ],
    ],
    compared: toList,
    oracle: heard((R, i, j) => R[i][j]),
    mistakes: {
      transposed: m(
        'exchanges sender and receiver',
        'Here a neuron is reached by the weights of its own row. Whose weights stand in row i?',
        heard((R, i, j) => R[j][i]),
      ),
      'others-alone': m(
        'leaves out what a neuron tells itself',
        'Here no neuron hears its own spike. Does the diagonal of “R” count?',
        heard((R, i, j) => (i === j ? 0 : R[i][j])),
      ),
      'itself-alone': m(
        'lets each neuron hear itself alone',
        'Here only the diagonal of “R” counts. Which neurons does neuron j hear?',
        heard((R, i, j) => (i === j ? R[i][j] : 0)),
      ),
      'all-fire': m(
        'adds all weights, whoever fired',
        'Here silent neurons are heard, too. Which of the rows count?',
        (R, _, arrived) => arrived.map((x, j) => x + sum(R.map((row) => row[j]))),
      ),
      'without-input': m(
        'leaves out what came from below',
        'Here the neurons hear one another alone. What becomes of “arrived”?',
        (R, spikes, arrived) =>
          heard((r, i, j) => r[i][j])(
            R,
            spikes,
            arrived.map(() => 0),
          ),
      ),
    },
    forms: [
      (R, spikes, arrived) =>
        arrived.map((x, j) => R.reduce((total, row, i) => (spikes[i] ? total + row[j] : total), x)),
      (R, spikes, arrived) => {
        const out = [...arrived];
        for (let i = 0; i < spikes.length; i++) {
          if (spikes[i] === 1) for (let j = 0; j < out.length; j++) out[j] += R[i][j];
        }
        return out;
      },
    ],
  }),
  'memory-way-back': exercise<WayBack>({
    minutes: 8,
    names: ['slopes', 'direct', 'R', 'later'],
    probes: [
      [
        [0.5, 0.25],
        [1, -2],
        [
          [0.5, 1],
          [-2, 0.25],
        ],
        [3, 4],
      ],
      [
        [1, 0.125, 0.5],
        [0, 1, -1],
        [
          [1, 0, 2],
          [0.5, -1, 0],
          [0, 3, 1],
        ],
        [0.5, -0.25, 2],
      ],
    ],
    compared: toList,
    oracle: wayBack((slope, direct, through) => slope * (direct + through)),
    mistakes: {
      'no-way-back': m(
        'drops the way through R',
        'This is what is left without the way back through “R”. Who heard the spike one step later?',
        wayBack((slope, direct) => slope * direct),
      ),
      transposed: m(
        'sums over the senders',
        'Your sum takes a column of “R”. To which neurons did neuron i send its spike?',
        wayBack((slope, direct, through) => slope * (direct + through), true),
      ),
      'slope-of-direct-alone': m(
        'lets the way through R pass without the slope',
        'The way through “R” begins at a spike, too. Through which slope does it reach the potential?',
        wayBack((slope, direct, through) => slope * direct + through),
      ),
      'no-slope': m(
        'leaves the slopes out',
        'This is the gradient of the spikes. What leads from a spike to its potential?',
        wayBack((_, direct, through) => direct + through),
      ),
      'through-alone': m(
        'leaves out the direct way',
        'A spike also reaches the outputs in its own step. Which argument says how much that counts?',
        wayBack((slope, _, through) => slope * through),
      ),
    },
    forms: [
      (slopes, direct, R, later) => R.map((row, i) => slopes[i] * row.reduce((a, r, j) => a + r * later[j], direct[i])),
      (slopes, direct, R, later) => {
        const out: number[] = [];
        for (let i = 0; i < slopes.length; i++) {
          let wish = direct[i];
          for (let j = 0; j < later.length; j++) wish += R[i][j] * later[j];
          out.push(slopes[i] * wish);
        }
        return out;
      },
    ],
  }),
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
