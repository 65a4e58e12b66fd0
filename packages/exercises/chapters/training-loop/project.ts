/** The small project of the chapter: the first spike answers, and the network may stop there. */
import { exercise, mistake as m } from '../../engine/exercise';
import { mean } from '../../engine/values';

type Times = (spikes: ArrayLike<number>, neurons: number) => ArrayLike<number>;
type Answer = (times: number[], T: number) => number;
type Steps = (times: number[][], T: number) => number;

const FIRST = 'The first spike answers';

/** The step of each neuron's first spike by a search from one end; `never` for one that stays silent. */
const search =
  (last: boolean, never: (T: number) => number): Times =>
  (spikes, neurons) => {
    const T = spikes.length / neurons;
    return Array.from({ length: neurons }, (_, neuron) => {
      const fired = Array.from({ length: T }, (_step, t) => t).filter((t) => spikes[t * neurons + neuron] > 0);
      return (last ? fired.at(-1) : fired[0]) ?? never(T);
    });
  };

/** The place of the first spike in each block of T neighbours, -1 without one. */
const firstOfBlocks = (spikes: ArrayLike<number>, neurons: number) =>
  Array.from({ length: neurons }, (_, block) => {
    const T = spikes.length / neurons;
    return Array.from(spikes)
      .slice(block * T, (block + 1) * T)
      .indexOf(1);
  });

const earliest = (times: number[]) => Math.min(...times);

/** [4 steps, 3 neurons] and [5 steps, 2 neurons]. */
const A = Float32Array.from([0, 0, 0, 0, 1, 0, 1, 1, 0, 1, 0, 0]);
const B = Float32Array.from([1, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

export const trainingLoopProject = {
  'first-spike-times': exercise<Times>({
    project: FIRST,
    minutes: 8,
    optional: true,
    names: ['spikes', 'neurons'],
    probes: [
      [A, 3],
      [B, 2],
    ],
    tolerance: 0,
    oracle: search(false, (T) => T),
    mistakes: {
      'silent-at-0': m(
        'gives a silent neuron the time 0',
        'A neuron that never fires comes out as the fastest of all. Which time is later than every step?',
        search(false, () => 0),
      ),
      'silent-at-minus-1': m(
        'gives a silent neuron the time -1 (`indexOf`)',
        'A neuron that never fires gets a negative time, and would win. Which time is later than every step?',
        search(false, () => -1),
      ),
      'another-T': m(
        'takes the T = 100 of the chapter above',
        'A silent neuron gets 100 here, the T of the chapter above. How many steps does this record have?',
        search(false, () => 100),
      ),
      'silent-beyond-T': m(
        'takes the length of the whole record for T',
        'A neuron that stays silent gets the length of the whole record. How many steps does the record have?',
        (spikes, neurons) => search(false, () => spikes.length)(spikes, neurons),
      ),
      'counts-from-1': m(
        'counts the steps from 1',
        'The times of the neurons that fire are one too high. Which number does the first step have?',
        (spikes, neurons) => {
          const T = spikes.length / neurons;
          return Array.from(search(false, () => T - 1)(spikes, neurons), (time) => time + 1);
        },
      ),
      'zero-is-false': m(
        'asks `!times[n]` or `times[n] || T`: a first spike in step 0 counts as none',
        'A first spike in step 0 is overlooked here. Is 0 true or false in TypeScript?',
        (spikes, neurons) => {
          const T = spikes.length / neurons;
          return Array.from({ length: neurons }, (_, neuron) => {
            let at = 0;
            for (let t = 0; t < T; t++) if (spikes[t * neurons + neuron] && !at) at = t;
            return at || T;
          });
        },
        (spikes, neurons) => Array.from(search(false, (T) => T)(spikes, neurons), (t) => t || spikes.length / neurons),
      ),
      'place-in-record': m(
        'returns the place in the record',
        'These are places in the record. To which step does a place belong?',
        (spikes, neurons) => {
          const silent = spikes.length / neurons;
          const times = Array.from(search(false, (T) => T)(spikes, neurons));
          return times.map((t, neuron) => (t < silent ? t * neurons + neuron : silent));
        },
        (spikes, neurons) =>
          Array.from({ length: neurons }, (_, neuron) => {
            const place = Array.from(spikes).findIndex((spike, i) => i % neurons === neuron && spike > 0);
            return place < 0 ? spikes.length : place;
          }),
      ),
      'last-spike': m(
        'finds the last spike',
        'These are the last spikes. Which one does the search meet first if it starts at step 0?',
        search(true, (T) => T),
      ),
      'axes-swapped': m(
        'takes blocks of neighbours for neurons',
        'You take neighbours of the record. What stands beside a value: the next step, or the next neuron?',
        (spikes, neurons) => firstOfBlocks(spikes, neurons).map((at) => (at < 0 ? spikes.length / neurons : at)),
        firstOfBlocks,
      ),
    },
    forms: [
      (spikes, neurons) => {
        const T = spikes.length / neurons;
        const times = new Array<number>(neurons).fill(T);
        for (let i = spikes.length - 1; i >= 0; i--) if (spikes[i] === 1) times[i % neurons] = Math.floor(i / neurons);
        return times;
      },
      (spikes, neurons) => {
        const times = new Float32Array(neurons);
        for (let neuron = 0; neuron < neurons; neuron++) {
          let t = 0;
          while (t < spikes.length / neurons && !spikes[t * neurons + neuron]) t++;
          times[neuron] = t;
        }
        return times;
      },
    ],
  }),
  'first-spike-answer': exercise<Answer>({
    project: FIRST,
    minutes: 6,
    optional: true,
    names: ['times', 'T'],
    probes: [
      [[4, 2, 7], 10],
      [[3, 1, 1], 10],
      [[5, 5, 5], 5],
      [[9, 10, 10], 10],
      [[0, 6, 0], 6],
      [[8, 9, 3], 9],
    ],
    tolerance: 0,
    oracle: (times, T) => (earliest(times) < T ? times.indexOf(earliest(times)) : -1),
    mistakes: {
      latest: m(
        'takes the latest neuron',
        'The slowest neuron wins here. Which one is the most certain: the first or the last to fire?',
        (times, T) => (earliest(times) < T ? times.indexOf(Math.max(...times)) : -1),
      ),
      'silence-counts': m(
        'answers where no neuron has fired',
        'This answers even where no neuron has fired. How do you recognize that from the times?',
        (times) => times.indexOf(earliest(times)),
      ),
      'one-silent-is-enough': m(
        'answers -1 where any neuron is silent',
        'A single silent neuron makes this -1. How many of them have to be silent?',
        (times, T) => (times.includes(T) ? -1 : times.indexOf(earliest(times))),
      ),
      'time-itself': m(
        'returns the time',
        'This is the time of the first spike. Whose spike is it?',
        (times, T) => (earliest(times) < T ? earliest(times) : -1),
        (times) => earliest(times),
      ),
      'last-of-equals': m(
        'lets the last of several early neurons win',
        'On a tie the last neuron wins here. Which one should win, by the task?',
        (times, T) => (earliest(times) < T ? times.lastIndexOf(earliest(times)) : -1),
      ),
    },
    forms: [
      (times, T) => {
        let [best, time] = [-1, T];
        times.forEach((at, neuron) => {
          if (at < time) [best, time] = [neuron, at];
        });
        return best;
      },
      (times, T) => times.findIndex((time) => time < T && times.every((other) => time <= other)),
    ],
  }),
  'first-spike-steps': exercise<Steps>({
    project: FIRST,
    minutes: 6,
    optional: true,
    names: ['times', 'T'],
    probes: [
      [
        [
          [0, 4],
          [3, 2],
        ],
        5,
      ],
      [
        [
          [5, 5],
          [0, 5],
          [4, 1],
        ],
        5,
      ],
      [
        [
          [0, 4, 4],
          [4, 3, 1],
          [4, 4, 4],
        ],
        4,
      ],
    ],
    oracle: (times, T) => mean(times.map((row) => Math.min(earliest(row) + 1, T))),
    mistakes: {
      'step-0-is-free': m(
        'takes the time of the first spike for the number of steps',
        'A spike in step 0 costs nothing here. How many steps were simulated until it came?',
        (times) => mean(times.map(earliest)),
      ),
      'beyond-T': m(
        'counts T + 1 steps for a silent image',
        'An image without a spike costs more steps than there are. When does its simulation end?',
        (times) => mean(times.map((row) => earliest(row) + 1)),
      ),
      'silent-left-out': m(
        'leaves images without a spike out',
        'Images without a spike are left out of the mean. Were they not simulated, too?',
        (times, T) =>
          mean(
            times
              .map(earliest)
              .filter((time) => time < T)
              .map((time) => time + 1),
          ),
      ),
      'silent-for-free': m(
        'counts no steps for images without a spike',
        'An image without a spike costs nothing here. For how many steps was it shown?',
        (times, T) => mean(times.map((row) => (earliest(row) < T ? earliest(row) + 1 : 0))),
      ),
      rounded: m(
        'rounds the mean',
        'This is a whole number. Is a mean of whole numbers always one?',
        (times, T) => Math.round(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
        (times, T) => Math.ceil(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
        (times, T) => Math.floor(mean(times.map((row) => Math.min(earliest(row) + 1, T)))),
      ),
      'slowest-neuron': m(
        'waits for the last neuron of each image',
        'This waits until every neuron has fired. Which of them ends the simulation of its image?',
        (times, T) => mean(times.map((row) => Math.min(Math.max(...row) + 1, T))),
        (times) => mean(times.map((row) => Math.max(...row) + 1)),
      ),
      'mean-of-all': m(
        'averages over all neurons',
        'All neurons count here. Which of them ends the simulation of its image?',
        (times, T) => mean(times.flatMap((row) => row.map((time) => Math.min(time + 1, T)))),
      ),
      sum: m('adds the steps up', 'This is the sum over all images. How many steps are there per image?', (times, T) =>
        times.reduce((sum, row) => sum + Math.min(earliest(row) + 1, T), 0),
      ),
    },
    forms: [
      (times, T) =>
        times.map((row) => (row.some((time) => time < T) ? earliest(row) + 1 : T)).reduce((a, b) => a + b) /
        times.length,
      (times, T) => {
        let steps = 0;
        for (const row of times) steps += Math.min(T, 1 + [...row].sort((a, b) => a - b)[0]);
        return steps / times.length;
      },
    ],
  }),
};
