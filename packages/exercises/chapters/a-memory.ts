/** What neurons hear of one another, and the gradient that comes back that way or goes forward. */
import { exercise, mistake as m } from '../engine/exercise';
import { range, sum, toList } from '../engine/values';

type Heard = (R: number[][], spikes: number[], arrived: number[]) => ArrayLike<number>;
type WayBack = (slopes: number[], direct: number[], R: number[][], later: number[]) => ArrayLike<number>;

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
