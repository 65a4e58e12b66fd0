/** Chapter 5: looking into the network. */
import { argmax } from '../common/argmax';
import { exercise, mistake as m } from './exercise';

type Neuron = (v: Float32Array, neuron: number, neurons: number) => ArrayLike<number>;
type Confusion = (labels: number[], answers: number[], classes: number) => number[][];
type Histogram = (rates: number[], bins: number) => number[];
type Silent = (rates: number[], potentials: number[]) => number;

/** A record [T, neurons] in which no two values near each other are equal. */
const record = (T: number, neurons: number) =>
  Float32Array.from({ length: T * neurons }, (_, i) => ((i * 7) % 11) / 10);

const column = (v: Float32Array, neuron: number, neurons: number) =>
  Array.from({ length: v.length / neurons }, (_, t) => v[t * neurons + neuron]);

const confusion: Confusion = (labels, answers, classes) => {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of labels.entries()) matrix[label][answers[i]]++;
  return matrix;
};

/** Counts into a matrix of the wrong shape. */
const emptyRows =
  (matrixOf: (classes: number) => number[][]): Confusion =>
  (labels, answers, classes) => {
    const matrix = matrixOf(classes);
    for (const [i, label] of labels.entries()) matrix[label][answers[i]]++;
    return matrix;
  };

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

export const chapter5 = {
  'see-neuron': exercise<Neuron>({
    chapter: 5,
    minutes: 4,
    names: ['v', 'neuron', 'neurons'],
    probes: [
      [record(6, 10), 3, 10],
      [record(4, 5), 0, 5],
      [record(4, 5), 4, 5],
    ],
    oracle: column,
    mistakes: {
      'axes-swapped': m(
        'takes a block of neighbours out of the record',
        'You take neighbours of the record. What stands beside a value: the next step, or the next neuron?',
        (v, neuron, neurons) => {
          const T = v.length / neurons;
          return Array.from(v.slice(neuron * T, (neuron + 1) * T));
        },
      ),
      'next-neuron': m(
        'counts the neurons from 1',
        'This is the curve of a neighbour. What is the number of the first neuron?',
        (v, neuron, neurons) =>
          Array.from({ length: v.length / neurons }, (_, t) => v[(t * neurons + neuron - 1 + v.length) % v.length]),
        (v, neuron, neurons) => Array.from(v).filter((_, i) => i % neurons === neuron + 1),
      ),
      'always-ten': m(
        'steps by ten values, as many as the network has neurons',
        'You take every tenth value, but the check also tries five neurons. How far apart are two values of a neuron then?',
        (v, neuron) => Array.from(v).filter((_, i) => i % 10 === neuron),
      ),
      'one-step': m(
        'takes all neurons of one step',
        'These are all neurons at one step. Which of the two stays fixed along the curve?',
        (v, neuron, neurons) => Array.from(v.slice(neuron * neurons, (neuron + 1) * neurons)),
      ),
    },
    forms: [
      (v, neuron, neurons) => v.filter((_, i) => i % neurons === neuron),
      (v, neuron, neurons) => {
        const curve: number[] = [];
        for (let i = neuron; i < v.length; i += neurons) curve.push(v[i]);
        return curve;
      },
    ],
  }),
  'see-confusion': exercise<Confusion>({
    chapter: 5,
    minutes: 5,
    names: ['labels', 'answers', 'classes'],
    probes: [
      [[0, 1, 2, 2, 1, 2], [0, 2, 2, 1, 2, 2], 3],
      [[1, 1, 0], [1, 0, 1], 2],
    ],
    oracle: confusion,
    mistakes: {
      transposed: m(
        'exchanges rows and columns',
        'Rows and columns are exchanged. What does a row stand for: what the image is, or what the network says?',
        (labels, answers, classes) => confusion(answers, labels, classes),
      ),
      'right-ones-only': m(
        'counts only the right answers',
        'Only right answers are counted. Which entries show what is taken for what?',
        (labels, answers, classes) =>
          confusion(labels, answers, classes).map((row, i) => row.map((count, j) => (i === j ? count : 0))),
      ),
      'wrong-ones-only': m(
        'counts only the wrong answers',
        'The diagonal stays empty: only wrong answers are counted. Where does an image go that is answered rightly?',
        (labels, answers, classes) =>
          confusion(labels, answers, classes).map((row, i) => row.map((count, j) => (i === j ? 0 : count))),
      ),
      'hits-not-counts': m(
        'sets an entry to 1 instead of adding 1',
        'An entry never goes beyond 1. What if the same confusion happens twice?',
        (labels, answers, classes) =>
          confusion(labels, answers, classes).map((row) => row.map((count) => Math.min(1, count))),
      ),
      'one-row': m(
        'fills every row at once (`new Array(n).fill(row)`)',
        'All rows are equal. How many lists did you make, and how many times did you put the same one in?',
        (labels, answers, classes) => {
          const row = new Array<number>(classes).fill(0);
          for (const i of labels.keys()) row[answers[i]]++;
          return Array.from({ length: classes }, () => [...row]);
        },
      ),
      'no-zeros': m(
        'adds 1 to entries that were never set',
        'You add 1 to entries that are not set yet, which makes NaN. With which number does every entry begin?',
        emptyRows((classes) => Array.from({ length: classes }, () => [])),
        emptyRows((classes) => Array.from({ length: classes }, () => new Array(classes))),
      ),
    },
    forms: [
      (labels, answers, classes) => {
        const range = Array.from({ length: classes }, (_, k) => k);
        return range.map((row) =>
          range.map((col) => labels.filter((label, i) => label === row && answers[i] === col).length),
        );
      },
      (labels, answers, classes) => {
        const flat = new Array<number>(classes * classes).fill(0);
        for (let i = 0; i < labels.length; i++) flat[labels[i] * classes + answers[i]] += 1;
        return Array.from({ length: classes }, (_, row) => flat.slice(row * classes, (row + 1) * classes));
      },
    ],
  }),
  'see-histogram': exercise<Histogram>({
    chapter: 5,
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
    chapter: 5,
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
