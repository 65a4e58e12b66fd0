/** Looking into the network. */
import { argmax } from '../../../src/training/metrics';
import { exercise, mistake as m } from '../engine/exercise';
import { sum } from '../engine/values';

type Trust = (matrix: number[][], digit: number) => number;
type Histogram = (rates: number[], bins: number) => number[];
type Silent = (rates: number[], potentials: number[]) => number;

/** A row for each digit, a column for each answer. */
const CONFUSION = [
  [5, 1, 0],
  [2, 7, 1],
  [1, 3, 4],
];

const answered = (matrix: number[][], digit: number) => sum(matrix.map((row) => row[digit]));

/** Counts how many rates fall into each bin; what falls outside is lost. */
const histogram =
  (binOf: (rate: number, bins: number) => number): Histogram =>
  (rates, bins) => {
    const counts = new Array<number>(bins).fill(0);
    for (const rate of rates) {
      const bin = binOf(rate, bins);
      if (bin >= 0 && bin < bins) counts[bin]++;
    }
    return counts;
  };

const fires = (rates: number[]) => rates.some((rate) => rate > 0);
const lastHighest = (values: number[]) => values.lastIndexOf(Math.max(...values));

export const visualization = {
  'see-trust': exercise<Trust>({
    minutes: 5,
    names: ['matrix', 'digit'],
    probes: [
      [CONFUSION, 0],
      [CONFUSION, 1],
      [CONFUSION, 2],
      [
        [
          [3, 1],
          [2, 4],
        ],
        1,
      ],
    ],
    oracle: (matrix, digit) => matrix[digit][digit] / answered(matrix, digit),
    mistakes: {
      'share-found': m(
        'takes the row: the share of the images of this digit that are answered rightly',
        'This is how many images of the digit are found, but the task starts from the answers. Where do all answers of one digit stand?',
        (matrix, digit) => matrix[digit][digit] / sum(matrix[digit]),
      ),
      'of-all-images': m(
        'divides by the number of all images',
        'You divide by all images. On how many of them does the network give this answer?',
        (matrix, digit) => matrix[digit][digit] / sum(matrix.flat()),
      ),
      accuracy: m(
        'computes the accuracy over all digits',
        'This is the accuracy, the same for every digit. Which of these answers does the task ask about?',
        (matrix) => sum(matrix.map((row, i) => row[i])) / sum(matrix.flat()),
      ),
      'wrong-share': m(
        'returns the share of wrong answers',
        'This is the share of wrong answers. Which entry of the column holds the right ones?',
        (matrix, digit) => 1 - matrix[digit][digit] / answered(matrix, digit),
      ),
      'against-the-wrong': m(
        'divides the right answers by the wrong ones',
        'You divide right answers by wrong ones. A share is a part of what?',
        (matrix, digit) => matrix[digit][digit] / (answered(matrix, digit) - matrix[digit][digit]),
      ),
      count: m(
        'returns the number of right answers',
        'This is a number of images. What is it a share of?',
        (matrix, digit) => matrix[digit][digit],
      ),
      answers: m(
        'returns how often the digit is answered',
        'This is how often the network gives this answer. How many of these are right?',
        answered,
      ),
      percent: m(
        'returns per cent',
        'Your numbers are a hundred times as large. Between which two numbers does a share lie?',
        (matrix, digit) => (100 * matrix[digit][digit]) / answered(matrix, digit),
      ),
    },
    forms: [
      (matrix, digit) => {
        let all = 0;
        for (const row of matrix) all += row[digit];
        return matrix[digit][digit] / all;
      },
      (matrix, digit) => {
        const column = matrix.map((row) => row[digit]);
        return column[digit] / column.reduce((a, b) => a + b);
      },
    ],
  }),
  'see-histogram': exercise<Histogram>({
    minutes: 7,
    names: ['rates', 'bins'],
    probes: [
      [[0.25, 0.3, 1, 0.99], 4],
      [[0.62, 0.1, 0.85, 0.55], 5],
      [[1, 0.95, 0.47, 0, 1], 10],
    ],
    oracle: histogram((rate, bins) => Math.min(Math.floor(rate * bins), bins - 1)),
    mistakes: {
      'bin-too-many': m(
        'counts the rate 1 in a bin behind the last one (`counts[bins]++`)',
        'The rate 1 goes into a bin that does not exist, so your list is too long. Which bin does the task name for it?',
        (rates, bins) => {
          const counts = new Array<number>(bins).fill(0);
          for (const rate of rates) counts[Math.floor(rate * bins)]++;
          return counts;
        },
      ),
      stretched: m(
        'rounds to the nearest of the indices from 0 to bins - 1',
        'Your bins are not equally wide: the first and the last are half as wide as the others. Where does the first bin end?',
        histogram((rate, bins) => Math.round(rate * (bins - 1))),
      ),
      'certain-ones-lost': m(
        'loses the rate 1 beyond the last bin',
        'Some rates are in no bin. Which rate do most right answers have, and where does it fall?',
        histogram((rate, bins) => Math.floor(rate * bins)),
      ),
      rounded: m(
        'rounds instead of rounding down',
        'The bins are shifted by half of their width. Which rates belong to the first bin?',
        histogram((rate, bins) => Math.min(Math.round(rate * bins), bins - 1)),
      ),
      'zeros-lost': m(
        'gives each bin its upper end (`Math.ceil(rate * bins) - 1`)',
        'A rate on an edge falls into the lower bin here, and 0 into none. Which bin begins at 0?',
        histogram((rate, bins) => Math.ceil(rate * bins) - 1),
      ),
      'lower-bin': m(
        'puts a rate on an edge into the lower bin, but 0 into the first',
        'A rate on an edge falls into the lower bin here. Which bin begins at that edge?',
        histogram((rate, bins) => Math.max(Math.ceil(rate * bins) - 1, 0)),
      ),
      'last-bin-for-1': m(
        'multiplies by bins - 1 and rounds down',
        'Only the rate 1 reaches your last bin. Where does the last bin begin if all are equally wide?',
        histogram((rate, bins) => Math.floor(rate * (bins - 1))),
      ),
      'up-to-highest': m(
        'divides the range up to the highest rate into bins',
        'Your last bin ends at the highest rate of the list. Where should it end, by the task?',
        (rates, bins) => {
          const highest = Math.max(...rates);
          return histogram((rate) => Math.min(Math.floor((rate * bins) / highest), bins - 1))(rates, bins);
        },
      ),
      shares: m('divides by the number of rates', 'These are shares. How many rates are in each bin?', (rates, bins) =>
        histogram((rate) => Math.min(Math.floor(rate * bins), bins - 1))(rates, bins).map(
          (count) => count / rates.length,
        ),
      ),
    },
    forms: [
      (rates, bins) =>
        Array.from({ length: bins }, (_, bin) => {
          const last = bin === bins - 1;
          return rates.filter((rate) => rate >= bin / bins && (last || rate < (bin + 1) / bins)).length;
        }),
      (rates, bins) => {
        const counts = new Array<number>(bins).fill(0);
        for (const rate of rates) counts[rate === 1 ? bins - 1 : Math.trunc(rate * bins)]++;
        return counts;
      },
    ],
  }),
  'see-silent': exercise<Silent>({
    minutes: 6,
    optional: true,
    names: ['rates', 'potentials'],
    probes: [
      [
        [0, 0, 0],
        [0.4, -2, 0.1],
      ],
      [
        [0, 0, 0],
        [-2, 0.1, 0.4],
      ],
      [
        [0.5, 0, 0],
        [-3, 0.9, 0],
      ],
      [
        [0, 0, 0],
        [-5, -1, -3],
      ],
      [
        [0.2, 0.7, 0],
        [0.1, 0, 0.9],
      ],
      [
        [0.9, 0.1, 0],
        [0, 0.5, 0.3],
      ],
      [
        [0, 0, 0],
        [0.9, -0.2, 0.5],
      ],
      [
        [0, 0, 0],
        [-1, 0.3, 0.3],
      ],
      [
        [0.4, 0, 0.4],
        [-2, -1, -3],
      ],
      [
        [0, 0.5, 0],
        [0.9, 0, 0.1],
      ],
      [
        [0, 0, 0.3],
        [0.9, 0, 0.1],
      ],
      [
        [0, 0.4, 0.4],
        [0.9, 0.1, 0.2],
      ],
    ],
    tolerance: 0,
    oracle: (rates, potentials) => argmax(fires(rates) ? rates : potentials),
    mistakes: {
      never: m(
        'asks the rates alone',
        'Where no neuron fires this always answers the same. What else tells the neurons apart?',
        (rates) => argmax(rates),
      ),
      'always-by-potential': m(
        'asks the potentials alone',
        'The potential decides even where a neuron fires. What does a reset do to the potential of a neuron that fires often?',
        (_rates, potentials) => argmax(potentials),
      ),
      'first-alone': m(
        'asks whether the first neuron fires',
        'Here the first neuron alone tells whether the network is silent. Which rates does that take?',
        (rates, potentials) => argmax(rates[0] ? rates : potentials),
      ),
      'by-size': m(
        'takes the largest absolute value',
        'A potential far below 0 wins here. Is that neuron close to firing?',
        (rates, potentials) => argmax(fires(rates) ? rates : potentials.map(Math.abs)),
      ),
      'value-itself': m(
        'returns the highest value instead of its index',
        'This is the highest rate or potential itself. Which neuron does it belong to?',
        (rates, potentials) => Math.max(...(fires(rates) ? rates : potentials)),
        (rates, potentials) => (fires(rates) ? argmax(rates) : Math.max(...potentials)),
      ),
      'last-of-equals': m(
        '`>=`: the last of equal rates or potentials wins',
        'On a tie the last neuron wins here. Which one should win, by the task?',
        (rates, potentials) => lastHighest(fires(rates) ? rates : potentials),
        (rates, potentials) => (fires(rates) ? lastHighest(rates) : argmax(potentials)),
        (rates, potentials) => (fires(rates) ? argmax(rates) : lastHighest(potentials)),
      ),
      'tie-by-potential': m(
        'lets the potentials decide between equal rates',
        'Where rates are equal the potentials decide here, though neurons fire. What does the task say of a tie?',
        (rates, potentials) => {
          const highest = Math.max(...rates);
          return argmax(potentials.map((v, i) => (rates[i] === highest ? v : Number.NEGATIVE_INFINITY)));
        },
      ),
      'zero-is-silent': m(
        'asks the potentials wherever the rates answer 0',
        'The potentials also decide where neuron 0 has won by its rate. How does a silent network differ from that?',
        (rates, potentials) => (argmax(rates) === 0 ? argmax(potentials) : argmax(rates)),
      ),
      'from-zero': m(
        'starts the search for the highest value at 0',
        'Where all potentials are negative this answers 0. With which value does your search begin?',
        (rates, potentials) => {
          const by = fires(rates) ? rates : potentials;
          return Math.max(...by) > 0 ? argmax(by) : 0;
        },
      ),
      sum: m(
        'adds rate and potential',
        'Rates and potentials are added here. When should the potential be asked at all?',
        (rates, potentials) => argmax(rates.map((rate, i) => rate + potentials[i])),
      ),
      lowest: m(
        'takes the lowest potential',
        'The lowest potential wins here. Which one is closest to the threshold?',
        (rates, potentials) => argmax(fires(rates) ? rates : potentials.map((v) => -v)),
      ),
    },
    forms: [
      (rates, potentials) => {
        const by = Math.max(...rates) > 0 ? rates : potentials;
        return by.indexOf(Math.max(...by));
      },
      (rates, potentials) => {
        const silent = rates.every((rate) => rate === 0);
        let best = 0;
        for (let k = 1; k < rates.length; k++) {
          if (silent ? potentials[k] > potentials[best] : rates[k] > rates[best]) best = k;
        }
        return best;
      },
    ],
  }),
};

// Who came closest to firing.

type Closest = (v: Float32Array, spike: Float32Array, neurons: number) => number;

/** A record [T, neurons] in which no two values near each other are equal. */
const record = (T: number, neurons: number) =>
  Float32Array.from({ length: T * neurons }, (_, i) => ((i * 7) % 11) / 10);

const column = (v: Float32Array, neuron: number, neurons: number) =>
  Array.from({ length: v.length / neurons }, (_, t) => v[t * neurons + neuron]);

/** A record from its steps, each the values of all neurons. */
const steps = (...rows: number[][]) => Float32Array.from(rows.flat());

const isSilent = (spikes: number[]) => spikes.every((spike) => spike === 0);

/** What each neuron reaches, -Infinity for those that do not count. */
const highestOf = (
  v: Float32Array,
  spike: Float32Array,
  neurons: number,
  counts: (spikes: number[]) => boolean,
  curve = column,
  reach = (values: number[]) => Math.max(...values),
) =>
  Array.from({ length: neurons }, (_, n) =>
    counts(curve(spike, n, neurons)) ? reach(curve(v, n, neurons)) : Number.NEGATIVE_INFINITY,
  );

/** The neuron that reaches most, among those that count. */
const closest =
  (counts: (spikes: number[]) => boolean, curve = column, reach = (values: number[]) => Math.max(...values)): Closest =>
  (v, spike, neurons) =>
    argmax(highestOf(v, spike, neurons, counts, curve, reach));

export const visualizationClosest = {
  'see-closest': exercise<Closest>({
    minutes: 6,
    optional: true,
    names: ['v', 'spike', 'neurons'],
    probes: [
      [steps([0.2, -1, 0.9], [0, -0.5, 0.3], [0.4, -2, 0]), steps([0, 0, 0], [0, 0, 0], [0, 0, 1]), 3],
      [
        steps([0.1, 0.7, 0, 0.2], [-6, 0.1, 0.5, 0.4], [0.3, -2, 0, 0.45]),
        steps([0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 1, 0]),
        4,
      ],
      [
        steps([0, -3, -0.5, -2, -9], [0.9, -0.2, -0.4, -2, -9], [0, -4, -0.6, -2, -0.3]),
        steps([1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 0, 0, 0]),
        5,
      ],
      [
        steps([-1, 0.6, 0.3, 0.6], [-1, 0.2, 0.3, -0.7], [-1, 0.1, 0, 0.5]),
        steps([0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0]),
        4,
      ],
      // Of two that are equal, the one with the higher index gets there first.
      [steps([0.9, 0.1, 0.5], [0.3, 0.5, 0.2], [0, 0.2, 0.1]), steps([0, 0, 0], [0, 0, 0], [1, 0, 0]), 3],
      [
        record(4, 10),
        steps(new Array<number>(20).fill(0), [1, 0, 0, 1, 0, 0, 0, 1, 0, 0], new Array<number>(10).fill(0)),
        10,
      ],
    ],
    tolerance: 0,
    oracle: closest(isSilent),
    mistakes: {
      'all-neurons': m(
        'does not ask which neurons are silent',
        'A neuron that fires has won here. How do you tell the silent ones from the others?',
        closest(() => true),
      ),
      'firing-ones': m(
        'looks at the neurons that fire instead of the silent ones',
        'This neuron does fire. Which ones does the task ask about?',
        closest((spikes) => !isSilent(spikes)),
      ),
      'silent-at-the-end': m(
        'takes a neuron for silent that does not fire in the last step',
        'This neuron fires before the last step. In how many steps must a silent neuron not fire?',
        closest((spikes) => spikes[spikes.length - 1] === 0),
      ),
      'axes-swapped': m(
        'takes neighbours in the record for the steps of one neuron',
        'You take neighbours of the record. What stands beside a value: the next step, or the next neuron?',
        closest(isSilent, (values, neuron, neurons) => {
          const T = values.length / neurons;
          return Array.from(values.slice(neuron * T, (neuron + 1) * T));
        }),
      ),
      'last-step': m(
        'compares the potentials of the last step alone',
        'You look at the last step. In which step can a neuron come closest?',
        closest(isSilent, column, (values) => values[values.length - 1]),
      ),
      'by-mean': m(
        'compares mean potentials',
        'You compare means. Is a neuron that is once just below the threshold close to firing?',
        closest(isSilent, column, (values) => values.reduce((sum, value) => sum + value, 0) / values.length),
      ),
      'by-size': m(
        'takes the largest absolute value',
        'A potential far below 0 wins here. Is that neuron close to firing?',
        closest(isSilent, column, (values) => Math.max(...values.map(Math.abs))),
      ),
      'from-zero': m(
        'starts the search for the highest value at 0',
        'Where all silent neurons stay below 0 you find none of them. With which value does your search begin?',
        (v, spike, neurons) => {
          const found = closest(isSilent)(v, spike, neurons);
          return Math.max(...column(v, found, neurons)) > 0 ? found : 0;
        },
        (v, spike, neurons) => {
          const found = closest(isSilent)(v, spike, neurons);
          return Math.max(...column(v, found, neurons)) > 0 ? found : -1;
        },
      ),
      'value-itself': m(
        'returns the highest potential instead of the neuron',
        'This is the highest potential itself. Which neuron does it belong to?',
        (v, spike, neurons) => Math.max(...column(v, closest(isSilent)(v, spike, neurons), neurons)),
      ),
      'place-in-the-record': m(
        'returns the place of the potential in the record',
        'This is a place in the record. Which neuron stands there?',
        (v, spike, neurons) => {
          const found = closest(isSilent)(v, spike, neurons);
          return v.indexOf(Math.max(...column(v, found, neurons)));
        },
      ),
      'last-of-equals': m(
        '`>=`: the last of equal potentials wins',
        'On a tie the last neuron wins here. Which one should win, by the task?',
        (v, spike, neurons) => {
          const highest = highestOf(v, spike, neurons, isSilent);
          return highest.lastIndexOf(Math.max(...highest));
        },
      ),
      'first-to-get-there': m(
        'goes through the steps, so that the one that gets there first wins a tie',
        'On a tie the neuron wins here that gets there first. Which one should win, by the task?',
        (v, spike, neurons) => {
          const highest = highestOf(v, spike, neurons, isSilent);
          const most = Math.max(...highest);
          return v.findIndex((value, i) => value === most && highest[i % neurons] === most) % neurons;
        },
      ),
    },
    forms: [
      (v, spike, neurons) => {
        let best = -1;
        let most = Number.NEGATIVE_INFINITY;
        for (let n = 0; n < neurons; n++) {
          let fired = false;
          let highest = Number.NEGATIVE_INFINITY;
          for (let i = n; i < v.length; i += neurons) {
            if (spike[i] > 0) fired = true;
            highest = Math.max(highest, v[i]);
          }
          if (!fired && highest > most) [best, most] = [n, highest];
        }
        return best;
      },
      (v, spike, neurons) => {
        const fired = new Set<number>();
        for (const [i, s] of spike.entries()) if (s === 1) fired.add(i % neurons);
        const left = Array.from(v, (value, i) => ({ value, n: i % neurons })).filter(({ n }) => !fired.has(n));
        return left.sort((a, b) => b.value - a.value || a.n - b.n)[0].n;
      },
    ],
  }),
};
