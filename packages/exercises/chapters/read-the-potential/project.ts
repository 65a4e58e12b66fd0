/** The small project of the chapter: a chip that sends spikes alone tells its potentials by a ramp. */
import { exercise, mistake as m } from '../../engine/exercise';

type Step = (h: number, ramp: number, threshold: number) => number;
type Answer = (h: number[], ramp: number, threshold: number) => number;
type Wait = (steps: number[][], T: number) => number;

const RAMP = 'A potential told by a spike';

/** In which step a neuron fires that begins at h, does not leak, and gets the same current in each step. */
function firing(h: number, ramp: number, threshold: number): number {
  let [v, step] = [h, 0];
  while (v < threshold) {
    v += ramp;
    step++;
  }
  return step;
}
const first = (values: number[]) => values.indexOf(Math.min(...values));
const stepsOf = (h: number[], ramp: number, threshold: number) => h.map((value) => firing(value, ramp, threshold));
const decided = (steps: number[], T: number) => {
  const least = Math.min(...steps);
  return least <= T && steps.filter((step) => step === least).length === 1;
};

export const readPotentialProject = {
  'ramp-step': exercise<Step>({
    project: RAMP,
    minutes: 6,
    optional: true,
    names: ['h', 'ramp', 'threshold'],
    // Powers of 2, so that no sum is rounded.
    probes: [
      [0.5, 0.25, 2],
      [0.625, 0.25, 2],
      [-1, 0.5, 1],
      [3, 0.25, 2],
      [2, 0.5, 2],
      [-0.25, 1, 4],
    ],
    tolerance: 0,
    oracle: firing,
    mistakes: {
      floor: m(
        'rounds down',
        'In this step the potential is still below the threshold. To which side do you round?',
        (h, ramp, threshold) => Math.max(0, Math.floor((threshold - h) / ramp)),
      ),
      'above-threshold': m(
        'lets the neuron fire above the threshold only',
        'Where the potential is exactly at the threshold your neuron waits. Does a neuron fire at its threshold, or only above it?',
        (h, ramp, threshold) => Math.max(0, Math.floor((threshold - h) / ramp) + 1),
      ),
      negative: m(
        'fires before the ramp begins',
        'This step lies before the ramp. When does a neuron fire that is above the threshold from the start?',
        (h, ramp, threshold) => Math.ceil((threshold - h) / ramp),
      ),
      'from-0': m(
        'lets every neuron begin at 0',
        'Your step does not depend on the potential. Where does the ramp begin?',
        (_, ramp, threshold) => Math.ceil(threshold / ramp),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. In which whole step is the threshold reached?',
        (h, ramp, threshold) => Math.max(0, (threshold - h) / ramp),
      ),
      'threshold-is-1': m(
        'takes 1 for the threshold',
        'Your neuron fires at 1. Which threshold is it given?',
        (h, ramp) => Math.max(0, Math.ceil((1 - h) / ramp)),
      ),
      'wrong-way': m(
        'adds the potential to the way that is left',
        'The higher the potential, the later your neuron fires. How far is it to the threshold?',
        (h, ramp, threshold) => Math.max(0, Math.ceil((threshold + h) / ramp)),
      ),
    },
    forms: [
      (h, ramp, threshold) => Math.max(0, Math.ceil((threshold - h) / ramp)),
      (h, ramp, threshold) => {
        let step = 0;
        for (let v = h; v < threshold; v += ramp) step++;
        return step;
      },
    ],
  }),
  'ramp-answer': exercise<Answer>({
    project: RAMP,
    minutes: 6,
    optional: true,
    names: ['h', 'ramp', 'threshold'],
    probes: [
      [[0.5, 1.5, -1, 1], 0.25, 2],
      [[-2, -0.5, -0.5, -3], 0.5, 1],
      [[0.5, 0.625, 0.125], 0.5, 2],
      [[3, 0, 4], 0.25, 2],
      [[-4, -1, 0, 1.875], 0.125, 2],
      [[0.65625, 0.75], 0.25, 1],
      [[0.5, 0.8125], 0.25, 1],
      [[0.8125, 1.25], 0.25, 1],
      [[1.125, 2.5], 0.25, 1],
      [[0.5, 0.75], 0.5, 1],
      [[0.5, 0.625], 0.25, 1.125],
    ],
    tolerance: 0,
    oracle: (h, ramp, threshold) => first(stepsOf(h, ramp, threshold)),
    mistakes: {
      'highest-potential': m(
        'answers by the potential itself',
        'You compare potentials that the chip does not send. Which neurons fire in the same step?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, (threshold - value) / ramp))),
        (h) => h.indexOf(Math.max(...h)),
      ),
      'last-spike': m(
        'takes the neuron that fires last',
        'This neuron fires last. When does the highest potential reach the threshold?',
        (h, ramp, threshold) => stepsOf(h, ramp, threshold).indexOf(Math.max(...stepsOf(h, ramp, threshold))),
      ),
      'last-of-equals': m(
        'lets the higher index win a tie',
        'Two neurons fire in the same step, and you take the later one of the list. Which one does the task want?',
        (h, ramp, threshold) => {
          const steps = stepsOf(h, ramp, threshold);
          return steps.lastIndexOf(Math.min(...steps));
        },
      ),
      'gives-step': m(
        'returns the step of the first spike',
        'This is a step. Which neuron fired in it?',
        (h, ramp, threshold) => Math.min(...stepsOf(h, ramp, threshold)),
      ),
      nearest: m(
        'rounds to the nearest step, or down',
        'Here a neuron may fire while it is still below the threshold. To which side do you round the steps?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, Math.round((threshold - value) / ramp)))),
        (h, ramp, threshold) => first(h.map((value) => Math.max(0, Math.floor((threshold - value) / ramp)))),
      ),
      'ramp-lost': m(
        'lifts by 1 in each step',
        'Here every step lifts the potentials by 1. By how much does the ramp lift them?',
        (h, _, threshold) => first(h.map((value) => Math.max(0, Math.ceil(threshold - value)))),
      ),
      'never-at-once': m(
        'lets nothing fire in step 0',
        'Here a neuron that begins above the threshold waits a step. In which one does it fire?',
        (h, ramp, threshold) => first(h.map((value) => Math.max(1, Math.ceil((threshold - value) / ramp)))),
      ),
      'before-ramp': m(
        'lets neurons above the threshold fire before the ramp',
        'Neurons that begin above the threshold are ordered here. In which step does each of them fire?',
        (h, ramp, threshold) => first(h.map((value) => Math.ceil((threshold - value) / ramp))),
      ),
    },
    forms: [
      (h, ramp, threshold) => {
        const steps = h.map((value) => Math.max(0, Math.ceil((threshold - value) / ramp)));
        return steps.indexOf(Math.min(...steps));
      },
      (h, ramp, threshold) => {
        for (let lift = 0; ; lift += ramp) {
          const fires = h.findIndex((value) => value + lift >= threshold);
          if (fires >= 0) return fires;
        }
      },
    ],
  }),
  'ramp-decided': exercise<Wait>({
    project: RAMP,
    minutes: 8,
    optional: true,
    names: ['steps', 'T'],
    probes: [
      [
        [
          [3, 5, 5],
          [2, 2, 4],
          [9, 12, 10],
          [4, 4, 1],
        ],
        8,
      ],
      [
        [
          [6, 7],
          [2, 9],
          [0, 3],
          [6, 6],
          [9, 7],
          [1, 1],
        ],
        6,
      ],
      [
        [
          [5, 5, 5],
          [5, 6, 7],
        ],
        5,
      ],
      [
        [
          [3, 5],
          [4, 4],
          [7, 2],
        ],
        2,
      ],
      [
        [
          [9, 10, 9],
          [10, 12, 10],
          [11, 2, 2],
        ],
        12,
      ],
    ],
    oracle: (steps, T) => steps.filter((row) => decided(row, T)).length / steps.length,
    mistakes: {
      'ties-decided': m(
        'takes a tie for decided',
        'Two neurons that fire first together count as an answer here. Which of them would it be?',
        (steps, T) => steps.filter((row) => Math.min(...row) <= T).length / steps.length,
      ),
      'any-tie': m(
        'refuses a sample in which any two are equal',
        'Two later spikes in one step undo an answer here. Which spikes decide?',
        (steps, T) =>
          steps.filter((row) => Math.min(...row) <= T && new Set(row).size === row.length).length / steps.length,
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (steps, T) =>
          steps.filter((row) => {
            const [one, two] = [...row].sort();
            return one <= T && one !== two;
          }).length / steps.length,
      ),
      'without-end': m(
        'forgets that the ramp ends',
        'A spike after the end of the ramp counts here. Until which step does the chip wait?',
        (steps) => steps.filter((row) => decided(row, Number.POSITIVE_INFINITY)).length / steps.length,
      ),
      'all-fire': m(
        'waits for all neurons',
        'Every neuron has to fire here. How many spikes does an answer need?',
        (steps, T) => steps.filter((row) => decided(row, T) && Math.max(...row) <= T).length / steps.length,
      ),
      'before-end': m(
        'leaves out the last step',
        'A first spike in the last step does not count here. Does the ramp have that step?',
        (steps, T) => steps.filter((row) => decided(row, T - 1)).length / steps.length,
      ),
      number: m(
        'returns a number of samples',
        'This is a number of samples. What makes a share of it?',
        (steps, T) => steps.filter((row) => decided(row, T)).length,
      ),
    },
    forms: [
      (steps, T) => {
        let right = 0;
        for (const row of steps) {
          const [one, two] = [...row].sort((a, b) => a - b);
          if (one <= T && one < two) right++;
        }
        return right / steps.length;
      },
      (steps, T) =>
        steps
          .map((row) => row.filter((step) => step === Math.min(...row) && step <= T).length)
          .filter((number) => number === 1).length / steps.length,
    ],
  }),
};
