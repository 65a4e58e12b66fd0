/** Who came closest to firing. */
import { argmax } from '../../../../src/common/argmax';
import { exercise, mistake as m } from '../../engine/exercise';

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
