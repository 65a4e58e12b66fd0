/** What a hidden layer can do, and what its neurons are there for. */
import { argmax } from '../../../../src/common/argmax';
import { exercise, mistake as m } from '../../engine/exercise';
import { range, toList } from '../../engine/values';
import { hiddenLayerBack } from './back';

type OneOfTwo = () => { hidden: number[][]; out: number[] };
type Silent = (rates: number[], neurons: number) => ArrayLike<number>;
type Serves = (weights: number[], digits: number) => ArrayLike<number>;

/**
 * Which of the four patterns of two pixels make the output fire: two hidden neurons and one output, one step, tau = 2.
 */
function firesAt({ hidden, out }: ReturnType<OneOfTwo>): unknown {
  const spike = (weights: number[], inputs: number[]) =>
    weights.reduce((sum, weight, i) => sum + weight * inputs[i], 0) / 2 >= 1 ? 1 : 0;
  const fires = [
    [0, 0],
    [1, 0],
    [0, 1],
    [1, 1],
  ].map((pixels) =>
    spike(
      out,
      hidden.map((weights) => spike(weights, pixels)),
    ),
  );
  // Another shape, or a non-number, is not such a network, whatever it fires at.
  const shape = [out.length, ...hidden.map((weights) => weights.length)];
  // Of a network that never fires: whether a single pixel would make it fire if only weights had the other sign.
  const size = (weights: number[]) => weights.map(Math.abs);
  const [hiddenSpikes, withoutSigns] = [hidden, hidden.map(size)].map((layer) =>
    [
      [1, 0],
      [0, 1],
    ].map((pixels) => layer.map((weights) => spike(weights, pixels))),
  );
  const isHeldBack = hiddenSpikes.some((spikes) => spikes.includes(1))
    ? hiddenSpikes.some((spikes) => spike(size(out), spikes) === 1)
    : withoutSigns.some((spikes) => spikes.includes(1));
  return {
    fires,
    isHeldBack: !fires.includes(1) && isHeldBack,
    shape,
    finite: [...hidden.flat(), ...out].every(Number.isFinite),
  };
}

const network = (hidden: number[][], out: number[]) => () => ({ hidden: hidden.map((row) => [...row]), out: [...out] });

/** The neurons that a rule picks by their rates, an image each. */
const pick =
  (rule: (rates: number[]) => boolean): Silent =>
  (rates, neurons) =>
    range(neurons).filter((neuron) => rule(rates.filter((_, i) => i % neurons === neuron)));
const allZero = (rates: number[]) => rates.every((rate) => rate === 0);

/** The rows of a matrix [n, columns]. */
const rowsOf = (values: number[], columns: number) =>
  range(values.length / columns).map((row) => values.slice(row * columns, (row + 1) * columns));
const byRows =
  (of: (row: number[]) => number): Serves =>
  (weights, digits) =>
    rowsOf(weights, digits).map(of);

export const hiddenLayer = {
  'hidden-one-of-two': exercise<OneOfTwo>({
    minutes: 10,
    names: [],
    probes: [[]],
    compared: firesAt,
    tolerance: 0,
    // Of all right answers one that a small change makes wrong: the second hidden neuron just holds the output back.
    oracle: network(
      [
        [2, 2],
        [1, 1],
      ],
      [2, -0.25],
    ),
    mistakes: {
      'or-both': m(
        'fires at one pixel and at both',
        'Your network also fires when both pixels do. Which hidden neuron should be silent then, or which weight should count against it?',
        network(
          [
            [2, 0],
            [0, 2],
          ],
          [2, 2],
        ),
      ),
      'both-only': m(
        'fires only when both pixels do',
        'Your network fires only when both pixels do. Which of its hidden neurons fires at a single pixel?',
        network(
          [
            [1, 1],
            [1, 1],
          ],
          [2, 2],
        ),
      ),
      'too-weak': m(
        'takes a weight of 1 for enough: tau divides the current',
        'Your output never fires. How large is the potential after one step under a current of 1, and how large must it be?',
        network(
          [
            [1, -1],
            [-1, 1],
          ],
          [1, 1],
        ),
        network(
          [
            [2, -2],
            [-2, 2],
          ],
          [1, 1],
        ),
      ),
      'wrong-sign': m(
        'has weights that are large enough, but negative',
        'Your output never fires: a weight that is large enough pulls the potential down. What does the sign of a weight do?',
        network(
          [
            [2, -2],
            [-2, 2],
          ],
          [-2, -2],
        ),
        network(
          [
            [-2, -2],
            [-2, -2],
          ],
          [2, 2],
        ),
      ),
      'first-alone': m(
        'fires at the first pixel alone',
        'Your network fires when the first pixel does so alone. Which hidden neuron is there for the second one?',
        network(
          [
            [2, -2],
            [2, -2],
          ],
          [2, 2],
        ),
      ),
      'second-alone': m(
        'fires at the second pixel alone',
        'Your network fires when the second pixel does so alone. Which hidden neuron is there for the first one?',
        network(
          [
            [-2, 2],
            [-2, 2],
          ],
          [2, 2],
        ),
      ),
      'one-pixel': m(
        'looks at one of the pixels only',
        'Your network listens to one pixel, whatever the other one does. Which weights of a hidden neuron can tell one from both?',
        network(
          [
            [2, 0],
            [2, 0],
          ],
          [2, 2],
        ),
        network(
          [
            [0, 2],
            [0, 2],
          ],
          [2, 2],
        ),
      ),
    },
    forms: [
      () => ({
        hidden: [
          [2, -2],
          [-2, 2],
        ],
        out: [2, 2],
      }),
      () => {
        const [yes, no] = [3, -1.5];
        return {
          hidden: [
            [yes, no],
            [no, yes],
          ],
          out: [yes, yes],
        };
      },
      () => ({
        hidden: [
          [1, 1],
          [2, 2],
        ],
        out: [-4, 2.5],
      }),
    ],
  }),
  ...hiddenLayerBack,
  'hidden-silent': exercise<Silent>({
    minutes: 4,
    names: ['rates', 'neurons'],
    probes: [
      [[0, 0.5, 0, 0, 0, 0.05, 0, 0, 0, 0.9, 0, 0], 4],
      [[0, 0, 1, 0, 0.2, 0], 3],
      [[0.3, 0, 0.1, 0, 0, 0, 0.7, 0.05], 2],
    ],
    compared: toList,
    tolerance: 0,
    oracle: pick(allZero),
    mistakes: {
      'silent-somewhere': m(
        'takes a neuron that misses one image for silent',
        'These neurons are silent at some image. At how many images must a neuron be silent?',
        pick((rates) => rates.includes(0)),
      ),
      'axes-swapped': m(
        'takes a row for a neuron',
        'These are images at which all neurons are silent. What does a row of the record stand for?',
        (rates, neurons) => rowsOf(rates, neurons).flatMap((row, image) => (allZero(row) ? [image] : [])),
      ),
      'ones-that-fire': m(
        'returns the neurons that fire',
        'These are the neurons that do fire. Which ones are asked for?',
        pick((rates) => !allZero(rates)),
      ),
      'first-image': m(
        'looks at the first image only',
        'This looks at the first image only. What do the other rows say?',
        pick(([first]) => first === 0),
      ),
      'nearly-silent': m(
        'takes a low rate for silence',
        'A neuron that fires rarely counts as silent here. Is one spike silence?',
        pick((rates) => rates.every((rate) => rate < 0.1)),
      ),
      'from-1': m(
        'counts the neurons from 1',
        'Your numbers are one too high. What is the number of the first neuron?',
        (rates, neurons) => Array.from(pick(allZero)(rates, neurons), (neuron) => neuron + 1),
      ),
      'blocks-of-neurons': m(
        'cuts the record into a block per neuron',
        'You take neighbours of the record for one neuron. What stands beside a value: the next image, or the next neuron?',
        (rates, neurons) =>
          rowsOf(rates, rates.length / neurons).flatMap((row, neuron) => (allZero(row) ? [neuron] : [])),
      ),
    },
    forms: [
      (rates, neurons) => {
        const sums = new Float64Array(neurons);
        rates.forEach((rate, i) => {
          sums[i % neurons] += rate;
        });
        return range(neurons).filter((neuron) => sums[neuron] === 0);
      },
      (rates, neurons) => {
        const silent = new Set(range(neurons));
        for (let i = 0; i < rates.length; i++) if (rates[i] > 0) silent.delete(i % neurons);
        return Uint32Array.from(silent);
      },
    ],
  }),
  'hidden-serves': exercise<Serves>({
    minutes: 5,
    optional: true,
    names: ['weights', 'digits'],
    probes: [
      [[0.5, -2, 1, 0.3, 0.2, -0.1], 3],
      [[-1, -0.2, -3, 4, 0, 0.5, 2, 2, 1, 0.1, 0.9, 0.2], 3],
      [[0.1, 0.4, -0.6, 0.2, 0.7, 0.3], 2],
    ],
    compared: toList,
    tolerance: 0,
    oracle: byRows((row) => argmax(row)),
    mistakes: {
      'axes-swapped': m(
        'finds the best hidden neuron of each digit',
        'This is a hidden neuron for each digit. What is asked for: a value per digit, or a value per hidden neuron?',
        (weights, digits) => range(digits).map((digit) => argmax(weights.filter((_, i) => i % digits === digit))),
      ),
      'largest-size': m(
        'takes the largest weight without its sign',
        'A large negative weight wins here. Does a spike through it help the digit?',
        byRows((row) => argmax(row.map(Math.abs))),
      ),
      'weight-itself': m(
        'returns the largest weight',
        'This is the largest weight itself. To which digit does it lead?',
        byRows((row) => Math.max(...row)),
      ),
      'last-of-equals': m(
        '`>=`: the last of equal weights wins',
        'On a tie the last digit wins here. Which one should win, by the task?',
        byRows((row) => row.lastIndexOf(Math.max(...row))),
      ),
      'from-zero': m(
        'starts the search for the largest weight at 0',
        'Where all weights of a neuron are negative this goes wrong. With which value does your search begin?',
        byRows((row) => (Math.max(...row) > 0 ? argmax(row) : 0)),
        byRows((row) => (Math.max(...row) > 0 ? argmax(row) : -1)),
      ),
      'counts-from-1': m(
        'counts the digits from 1',
        'Your digits are one too high. What is the number of the first output neuron?',
        byRows((row) => argmax(row) + 1),
      ),
      lowest: m(
        'takes the smallest weight',
        'This is the digit that a spike holds down most. Which one does it push up?',
        byRows((row) => argmax(row.map((weight) => -weight))),
      ),
    },
    forms: [
      (weights, digits) => rowsOf(weights, digits).map((row) => row.indexOf(Math.max(...row))),
      (weights, digits) => {
        const serves = new Uint8Array(weights.length / digits);
        weights.forEach((weight, i) => {
          const neuron = Math.floor(i / digits);
          if (weight > weights[neuron * digits + serves[neuron]]) serves[neuron] = i % digits;
        });
        return serves;
      },
    ],
  }),
};
