/** Neurons in closed form: which spikes meet, how a spike moves, another reset, wanted times. */
import { exercise, mistake as m } from '../engine/exercise';
import { sum } from '../engine/values';

type Together = (w: number, gap: number) => boolean;
type Slope = (x: number, heard: number, s: number) => number;
type Back = (rest: number, x: number, dL: number, a: number, b: number, A: number, B: number) => ArrayLike<number>;
type Wanted = (xs: number[], wanted: number[]) => ArrayLike<number>;

/** Whether V reaches 1 after both spikes, by how large A and B are. */
const reaches =
  (of: (w: number, second: number) => [A: number, B: number]): Together =>
  (w, gap) => {
    const [A, B] = of(w, Math.exp(gap / 2));
    return A * A >= 4 * B;
  };

/** Through a spike, by what the reset adds to ∂L/∂x, and what b gets of a. */
const back =
  (onto: (a: number, B: number, rest: number, x: number) => number, onB = (a: number, x: number) => a * x): Back =>
  (rest, x, dL, a, b, A, B) => {
    const q = (dL + onto(a, B, rest, x)) / (2 * B * x - A);
    return [q * x, b + onB(a, x) - q * x * x];
  };

/** The slope of ½ (t − wanted)² for each spike, by what its distance is multiplied by; 0 for the silent. */
const towards =
  (slope: (x: number, distance: number) => number, silent = 0): Wanted =>
  (xs, wanted) =>
    xs.map((x, k) => (x > 0 ? slope(x, -2 * Math.log(x) - wanted[k]) : silent));

export const exactTimes = {
  'exact-together': exercise<Together>({
    minutes: 6,
    names: ['w', 'gap'],
    probes: [
      [3, 0.5],
      [3, 2],
      [3, 4],
      [2.2, 0.5],
      [2.2, 1.5],
      [1.5, 0],
      [1.5, 3],
      [3.9, 6],
      [2, 0], // only just touches 1
    ],
    oracle: reaches((w, second) => [w * (1 + second), w * (1 + second ** 2)]),
    mistakes: {
      'sum-of-weights': m(
        'asks whether both weights together are enough, whenever they arrive',
        'For this answer it does not matter how far apart the spikes are. What is left of the first when the second arrives?',
        (w) => 2 * w >= 4,
        (w) => 2 * w > 4,
      ),
      'one-alone': m(
        'asks whether one spike alone is enough',
        'Here the first spike does not help the second. What do A and B hold when the second has arrived?',
        (w) => w >= 4,
      ),
      'not-at-1': m(
        'asks for more than 1',
        'Here a potential that only just touches 1 does not reach it. What does the task say of that?',
        (w, gap) => w * (1 + Math.exp(gap / 2)) ** 2 > 4 * (1 + Math.exp(gap)),
        (w, gap) => (w + w / Math.exp(-gap / 2)) ** 2 > 4 * (w + w / Math.exp(-gap / 2) ** 2),
      ),
      'not-squared': m(
        'adds w / x to B, too',
        'B holds the current. By which power of x is a weight divided there?',
        reaches((w, second) => [w * (1 + second), w * (1 + second)]),
      ),
      'gap-not-halved': m(
        'takes e^(−gap) for the clock',
        'The clock runs with the membrane’s time constant, which is 2. What is x after the gap?',
        reaches((w, second) => [w * (1 + second ** 2), w * (1 + second ** 4)]),
      ),
    },
    forms: [
      (w, gap) => {
        const x = Math.exp(-gap / 2);
        return (w + w / x) ** 2 - 4 * (w + w / x ** 2) >= 0;
      },
      (w, gap) => {
        const r = Math.exp(gap / 2);
        return w * (1 + r) ** 2 >= 4 * (1 + r * r);
      },
    ],
  }),
  'exact-time-slope': exercise<Slope>({
    minutes: 6,
    names: ['x', 'heard', 's'],
    probes: [
      [0.5, 0.8, 1.5],
      [0.25, 1, 3],
      [0.6, 0.75, 0.4],
    ],
    oracle: (x, heard, s) => (-2 / x) * ((x / heard - (x / heard) ** 2) / s),
    mistakes: {
      'of-x': m(
        'gives ∂x/∂w',
        'This is the slope of x. How does t change with x?',
        (x, heard, s) => (x / heard - (x / heard) ** 2) / s,
      ),
      later: m(
        'has the other sign',
        'Here a larger weight makes the neuron fire later. Does x grow or fall with time?',
        (x, heard, s) => (2 / x) * ((x / heard - (x / heard) ** 2) / s),
      ),
      'clock-of-1': m(
        'takes t = −ln x for the clock',
        'The clock is x = e^(−t / 2). What is t, then, and its slope?',
        (x, heard, s) => (-1 / x) * ((x / heard - (x / heard) ** 2) / s),
      ),
      'times-s': m(
        'multiplies by how steep V is',
        'Here a steep potential moves its spike far. Which one moves further if V is lifted a little, a flat one or a steep one?',
        (x, heard, s) => (-2 / x) * (x / heard - (x / heard) ** 2) * s,
      ),
      'current-left-out': m(
        'has w / x_i of A alone',
        'A weight changes A and B. Where is what it changes in B?',
        (x, heard, s) => (-2 / x) * (x / heard / s),
      ),
    },
    forms: [
      (x, heard, s) => (-2 * (1 / heard - x / heard ** 2)) / s,
      (x, heard, s) => {
        const dx = (x * (1 / heard) - x * x * (1 / heard ** 2)) / s;
        return (dx * -2) / x;
      },
    ],
  }),
  'exact-rest': exercise<Back>({
    minutes: 9,
    optional: true,
    names: ['rest', 'x', 'dL', 'a', 'b', 'A', 'B'],
    probes: [
      [-0.5, 0.5, 1, 0.25, 2, 1, 4],
      [0.5, 0.25, -2, 1, 0.5, 2, 16],
      [0, 0.5, 0.75, -1, 0, 3, 8],
      [-1, 0.8, 0, 2, -1, 1, 3],
    ],
    oracle: back((a, B, rest, x) => a * (B - rest / x ** 2)),
    mistakes: {
      'reset-to-0': m(
        'keeps the rule of a reset to 0',
        'This is right for a reset to 0. What is A after a reset to “rest”, and how does that change with x?',
        back((a, B) => a * B),
      ),
      'other-sign': m(
        'adds rest / x² instead of taking it away',
        'What is the slope of rest / x with respect to x?',
        back((a, B, rest, x) => a * (B + rest / x ** 2)),
      ),
      'not-squared': m(
        'takes rest / x away',
        'rest / x stands in A itself. Which slope has it with respect to x?',
        back((a, B, rest, x) => a * (B - rest / x)),
      ),
      'reset-detached': m(
        'lets nothing go back through the reset',
        'Here a later spike does not feel that this one moves. Through what does A after the reset depend on x?',
        back(() => 0),
      ),
      'b-forgets': m(
        'does not pass a on to b',
        'Here b comes through the reset as it was. On which of the two constants before the spike does A after it depend?',
        back(
          (a, B, rest, x) => a * (B - rest / x ** 2),
          () => 0,
        ),
      ),
    },
    forms: [
      (rest, x, dL, a, b, A, B) => {
        const total = dL + a * (B - rest / (x * x));
        const steep = Math.sqrt((2 * B * x - A) ** 2);
        const q = total / steep;
        return [q * x, b + a * x - q * x ** 2];
      },
      (rest, x, dL, a, b, A, B) => [
        (x * (dL + a * B - (a * rest) / x ** 2)) / (2 * B * x - A),
        b + a * x - (x * x * (dL + a * B - (a * rest) / x ** 2)) / (2 * B * x - A),
      ],
    ],
  }),
  'exact-wanted': exercise<Wanted>({
    minutes: 6,
    names: ['xs', 'wanted'],
    probes: [
      [
        [0.5, 0.25],
        [1, 3],
      ],
      [
        [0.75, 0, 0.1],
        [2, 1, 4],
      ],
    ],
    oracle: towards((x, distance) => (distance * -2) / x),
    mistakes: {
      'slope-of-t': m(
        'gives ∂L/∂t',
        'This is the slope with respect to the time. How does the time change with x?',
        towards((_, distance) => distance),
        towards((_, distance) => distance, Number.POSITIVE_INFINITY),
      ),
      'other-sign': m(
        'has the other sign',
        'With this sign a spike that is late comes later still. Does x grow or fall with time?',
        towards((x, distance) => (distance * 2) / x),
      ),
      doubled: m(
        'forgets the half',
        'This is twice as much. Which factor stands before the square?',
        towards((x, distance) => (2 * distance * -2) / x),
      ),
      silent: m(
        'divides by the x of a silent output',
        'One output is silent: its x is 0, and it has no time. What can be said of its slope?',
        towards((x, distance) => (distance * -2) / x, Number.NaN),
        towards((x, distance) => (distance * -2) / x, Number.NEGATIVE_INFINITY),
        towards((x, distance) => (distance * -2) / x, Number.POSITIVE_INFINITY),
      ),
    },
    forms: [
      (xs, wanted) => {
        const out = new Array<number>(xs.length).fill(0);
        for (let k = 0; k < xs.length; k++) if (xs[k] !== 0) out[k] = (-2 / xs[k]) * (-2 * Math.log(xs[k]) - wanted[k]);
        return out;
      },
      (xs, wanted) => xs.map((x, k) => (x === 0 ? 0 : (4 * Math.log(x) + 2 * wanted[k]) / x)),
    ],
  }),
};

// Delays: spikes that are to meet, and one delay for all that hear a unit.

type Meet = (times: number[]) => ArrayLike<number>;
type Arrival = { x: number; dx: number };
type Axon = (arrivals: Arrival[][]) => ArrayLike<number>;

/** One number per unit, of what all neurons hear of it. */
const perUnit =
  (of: (arrivals: Arrival[]) => number): Axon =>
  (arrivals) =>
    arrivals[0].map((_, unit) => of(arrivals.map((row) => row[unit])));

export const exactTimesDelays = {
  'delay-meet': exercise<Meet>({
    minutes: 5,
    names: ['times'],
    probes: [[[1, 4, 2.5]], [[3, 0]], [[2, 2, 2, 5]], [[9, 12, 10]]],
    oracle: (times) => times.map((t) => Math.max(...times) - t),
    mistakes: {
      'wrong-input': m(
        'delays the late ones',
        'Here the spike that comes last is held up longest. Which of them has to wait?',
        (times) => times.map((t) => t - Math.min(...times)),
      ),
      negative: m(
        'meets in the middle',
        'One of these delays is below 0: its spike would arrive before it is sent. Where can all meet at the earliest?',
        (times) => times.map((t) => times.reduce((a, b) => a + b) / times.length - t),
        (times) => times.map((t) => Math.min(...times) - t),
      ),
      'too-late': m(
        'meets later than it must',
        'They do meet, but could do so earlier. Which spike needs no delay at all?',
        (times) => times.map((t) => times.reduce((a, b) => a + b) - t),
        (times) => times.map((t) => Math.max(...times) + 1 - t),
      ),
      turned: m(
        'takes the time of the last spike from its own',
        'No delay is above 0 here. Which of the two times is the later one?',
        (times) => times.map((t) => t - Math.max(...times)),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (times) => times.map((t) => [...times].sort()[times.length - 1] - t),
      ),
      'arrival-times': m(
        'gives the time of the meeting',
        'This is when they arrive. How long does each have to wait until then?',
        (times) => times.map(() => Math.max(...times)),
      ),
    },
    forms: [
      (times) => {
        const last = [...times].sort((a, b) => b - a)[0];
        return times.map((t) => last - t);
      },
      (times) => {
        let latest = 0;
        for (const t of times) if (t > latest) latest = t;
        return Array.from(times, (t) => latest - t);
      },
    ],
  }),
  'delay-axon': exercise<Axon>({
    minutes: 6,
    optional: true,
    names: ['arrivals'],
    probes: [
      [
        [
          [
            { x: 0.5, dx: 2 },
            { x: 0.25, dx: -1 },
          ],
          [
            { x: 0.75, dx: 1 },
            { x: 0.5, dx: 3 },
          ],
        ],
      ],
      [
        [
          [
            { x: 1, dx: 0.5 },
            { x: 0.2, dx: 4 },
            { x: 0.4, dx: 0 },
          ],
          [
            { x: 0.9, dx: -0.5 },
            { x: 0.1, dx: 2 },
            { x: 0.3, dx: 1 },
          ],
        ],
      ],
      [[[{ x: 0.5, dx: -2 }]]],
      [[[{ x: 0.5, dx: 1 }], [{ x: 0.25, dx: 2 }], [{ x: 1, dx: 4 }]]],
    ],
    oracle: perUnit((all) => sum(all.map(({ x, dx }) => (-dx * x) / 2))),
    mistakes: {
      mean: m(
        'takes the mean of the neurons',
        'One delay moves the arrivals at all neurons. Do their slopes add up, or are they averaged?',
        perUnit((all) => sum(all.map(({ x, dx }) => (-dx * x) / 2)) / all.length),
      ),
      'per-neuron': m(
        'adds up what each neuron hears',
        'This has a number for each neuron. To whom does a delay belong here?',
        (arrivals) => arrivals.map((row) => sum(row.map(({ x, dx }) => (-dx * x) / 2))),
      ),
      'other-sign': m(
        'has the other sign',
        'Does x grow or fall if a spike arrives later?',
        perUnit((all) => sum(all.map(({ x, dx }) => (dx * x) / 2))),
      ),
      'clock-of-1': m(
        'forgets the half of the clock',
        'This is twice as much. The clock is e^(−t / 2): what is its slope?',
        perUnit((all) => sum(all.map(({ x, dx }) => -dx * x))),
      ),
      'of-x': m(
        'adds up ∂L/∂x',
        'A delay changes t, not x. How does x change with t?',
        perUnit((all) => sum(all.map(({ dx }) => dx))),
        perUnit((all) => sum(all.map(({ dx }) => -dx))),
      ),
    },
    forms: [
      (arrivals) => {
        const out = new Array<number>(arrivals[0].length).fill(0);
        for (const row of arrivals)
          row.forEach(({ x, dx }, unit) => {
            out[unit] -= (dx * x) / 2;
          });
        return out;
      },
      (arrivals) =>
        arrivals[0].map((_, unit) => -0.5 * arrivals.reduce((all, row) => all + row[unit].x * row[unit].dx, 0)),
    ],
  }),
};
