/** Delays: spikes that are to meet, and one delay for all that hear a unit. */
import { exercise, mistake as m } from '../../engine/exercise';
import { sum } from '../../engine/values';

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
