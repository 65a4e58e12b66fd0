/** What neurons hear of one another, the gradient that comes back that way, and a τ that is learned. */
import { exercise, mistake as m } from '../engine/exercise';
import { range, sum, toList } from '../engine/values';

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

// Traces that go forward, and from how many steps on they take less memory than the way back.

type Trace = (before: number[], own: number[], tau: number) => ArrayLike<number>;
type Steps = (inputs: number, neurons: number) => number;

/** The trace after each step, by what a step makes of it. */
const traces =
  (step: (trace: number, arrived: number, fired: number, keep: number) => number, lag = 1): Trace =>
  (before, own, tau) => {
    let trace = 0;
    return before.map((arrived, t) => {
      trace = step(trace, arrived, own[t - lag] ?? 0, 1 - 1 / tau);
      return trace;
    });
  };

/** The steps, not whole, at which the way back keeps as many numbers as traces, `each` for all weights that count. */
const even = (inputs: number, neurons: number, weights = (inputs + neurons) * neurons, each = 2) =>
  (each * weights) / (inputs + 2 * neurons);

export const aMemoryPays = {
  'memory-trace': exercise<Trace>({
    minutes: 8,
    names: ['before', 'own', 'tau'],
    probes: [
      [[1, 0, 0, 1, 0], [0, 0, 1, 0, 0], 2],
      [[1, 1, 0, 1, 1, 0], [0, 1, 0, 1, 0, 1], 4],
      [[0, 1, 1, 1], [0, 0, 0, 0], 2],
    ],
    compared: toList,
    oracle: traces((trace, arrived, fired, keep) => (fired ? 0 : keep * trace) + arrived),
    mistakes: {
      'no-reset': m(
        'keeps the trace through a spike',
        'Your trace lives on where the neuron fired. What is left of a potential after a spike?',
        traces((trace, arrived, _, keep) => keep * trace + arrived),
      ),
      'reset-at-once': m(
        'empties the trace in the step of the spike',
        'Your trace is empty in the very step in which the neuron fires. Does the reset come before the spike, or after it?',
        traces((trace, arrived, fired, keep) => (fired ? 0 : keep * trace) + arrived, 0),
        traces((trace, arrived, fired, keep) => (fired ? 0 : keep * trace + arrived), 0),
      ),
      'no-leak': m(
        'forgets nothing',
        'Your trace never fades. How much of a potential is left after one step?',
        traces((trace, arrived, fired) => (fired ? 0 : trace) + arrived),
      ),
      'arrival-lost': m(
        'also loses what arrives after the spike',
        'In the step after a spike nothing reaches your trace. Is the neuron deaf then?',
        traces((trace, arrived, fired, keep) => (fired ? 0 : keep * trace + arrived)),
      ),
      'leaks-first': m(
        'lets what arrives leak in its own step',
        'A spike begins with less than 1 here. When does it leak for the first time?',
        traces((trace, arrived, fired, keep) => keep * ((fired ? 0 : trace) + arrived)),
      ),
    },
    forms: [
      (before, own, tau) =>
        before.map((_, t) =>
          sum(
            range(t + 1).map((from) =>
              own.slice(from, t).includes(1) ? 0 : before[from] * (1 - 1 / tau) ** (t - from),
            ),
          ),
        ),
      (before, own, tau) => {
        const out: number[] = [];
        for (let t = 0; t < before.length; t++) {
          const kept = t === 0 || own[t - 1] === 1 ? 0 : out[t - 1] * (1 - 1 / tau);
          out.push(kept + before[t]);
        }
        return out;
      },
    ],
  }),
  'memory-pays': exercise<Steps>({
    minutes: 6,
    optional: true,
    names: ['inputs', 'neurons'],
    probes: [
      [28, 100],
      [20, 100],
      [10, 10],
      [100, 50],
      [40, 100],
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

// The small project of the chapter: how long a network remembers what it was told once.

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
