/** What whole numbers of a few bits can hold, and what they save. */
import { exercise, mistake as m } from '../../engine/exercise';

type ScaleOf = (largest: number, bits: number) => number;
type BitsFor = (least: number, highest: number) => number;
type SumIn = (bits: number, weights: number[]) => number;
type Additions = (spikes: number[][], weights: number[], outputs: number) => number;

/** The first power of two, 2^n with n from -40, for which this holds. */
function firstPower(holds: (scale: number) => boolean): number {
  let scale = 2 ** -40;
  while (!holds(scale)) scale *= 2;
  return scale;
}
const most = (bits: number) => 2 ** (bits - 1) - 1;
/** Scales by another rule for the largest whole number. */
const scaleFor =
  (largestWhole: (bits: number) => number): ScaleOf =>
  (largest, bits) =>
    firstPower((scale) => largest / scale <= largestWhole(bits));

/** The fewest bits for which this holds. */
function fewest(holds: (half: number) => boolean): number {
  let bits = 1;
  while (!holds(2 ** (bits - 1))) bits++;
  return bits;
}

/** A sum whose parts may be wrong. */
const sumBy =
  (store: (sum: number, half: number) => number, last = (sum: number, _half: number) => sum): SumIn =>
  (bits, weights) =>
    last(
      weights.reduce((sum, weight) => store(sum + weight, 2 ** (bits - 1)), 0),
      2 ** (bits - 1),
    );
const saturated = (sum: number, half: number) => Math.max(-half, Math.min(half - 1, sum));

/** Additions, by what a spike of input i costs. */
const perSpike =
  (cost: (weights: number[], outputs: number, i: number) => number): Additions =>
  (spikes, weights, outputs) =>
    spikes.flat().reduce((sum, i) => sum + cost(weights, outputs, i), 0);
const row = (weights: number[], outputs: number, i: number) => weights.slice(i * outputs, (i + 1) * outputs);
const used = (weights: number[]) => weights.filter((weight) => weight !== 0).length;

export const onAChip = {
  'chip-scale': exercise<ScaleOf>({
    minutes: 5,
    names: ['largest', 'bits'],
    probes: [
      [2.8, 8],
      [0.9, 4],
      [7, 4],
      [7.5, 4],
      [100, 3],
      [1.2, 2],
    ],
    oracle: scaleFor(most),
    mistakes: {
      'no-power': m(
        'returns largest / (2^(bits - 1) - 1)',
        'Your scale fits, but a chip would need a divider for it. Which scales are only a shift?',
        (largest, bits) => largest / most(bits),
      ),
      'too-small': m(
        'takes the power of two below',
        'With your scale the largest weight no longer fits. Which of its two neighbours lets it fit?',
        (largest, bits) => firstPower((scale) => largest / scale <= most(bits)) / 2,
        (largest, bits) => 2 ** Math.floor(Math.log2(largest / most(bits)) - 1e-9),
      ),
      nearest: m(
        'rounds the exponent to the nearest whole number',
        'Some of your scales are too small for the largest weight. In which direction does the exponent have to be rounded?',
        (largest, bits) => 2 ** Math.round(Math.log2(largest / most(bits))),
      ),
      'one-number-more': m(
        'takes 2^(bits - 1) for the largest whole number',
        'Where the largest weight comes close, it does not fit. How far does a signed number reach above 0?',
        scaleFor((bits) => 2 ** (bits - 1)),
      ),
      unsigned: m(
        'takes 2^bits - 1 for the largest whole number',
        'Your scale leaves no bit for the sign. How far does a signed number reach above 0?',
        scaleFor((bits) => 2 ** bits - 1),
      ),
      'strictly-less': m(
        'wants the largest weight to be less than it may be',
        'A weight that just fits makes you take the next scale. May the largest weight be the largest whole number?',
        (largest, bits) => firstPower((scale) => largest / scale < most(bits)),
      ),
      exponent: m(
        'returns the exponent',
        'This is the exponent of the scale. Which number does a weight of 1 stand for?',
        (largest, bits) => Math.log2(scaleFor(most)(largest, bits)),
      ),
      inverse: m(
        'returns whole numbers per unit of weight',
        'Your number says how many steps there are in 1. What is one step worth?',
        (largest, bits) => 1 / scaleFor(most)(largest, bits),
      ),
    },
    forms: [
      (largest, bits) => 2 ** Math.ceil(Math.log2(largest / (2 ** (bits - 1) - 1))),
      (largest, bits) => {
        let scale = 1024;
        while (largest / (scale / 2) <= 2 ** (bits - 1) - 1) scale /= 2;
        return scale;
      },
    ],
  }),

  'chip-bits': exercise<BitsFor>({
    minutes: 5,
    names: ['least', 'highest'],
    probes: [
      [-9000, 3000],
      [-8, 7],
      [-8, 8],
      [-9, 3],
      [-3, 200],
      [-20, 300],
    ],
    tolerance: 0,
    oracle: (least, highest) => fewest((half) => -half <= least && highest < half),
    mistakes: {
      unsigned: m(
        'counts no bit for the sign',
        'Your register has no place for the sign. How far up does a signed number of so many bits reach?',
        (least, highest) => fewest((half) => -half <= least && highest < half) - 1,
      ),
      symmetric: m(
        'leaves the lowest number out',
        'A signed number reaches one further down than up. Is -8 one of the numbers of four bits?',
        (least, highest) => fewest((half) => -half < least && highest < half),
      ),
      'one-too-high': m(
        'lets the highest be 2^(bits - 1)',
        'Up it reaches one less far than down. What is the highest number of four bits?',
        (least, highest) => fewest((half) => -half <= least && highest <= half),
      ),
      'least-alone': m(
        'looks at the least alone',
        'Some of these potentials are too high for your register. Which of the two ends needs more room?',
        (least) => fewest((half) => -half <= least),
      ),
      'highest-alone': m(
        'looks at the highest alone',
        'Some of these potentials are too low for your register. Which of the two ends needs more room?',
        (_, highest) => fewest((half) => highest < half),
      ),
      span: m(
        'counts the numbers from the least to the highest',
        'So many bits have enough numbers, but half of them are negative. Are the numbers that you need divided like that?',
        (least, highest) => Math.ceil(Math.log2(highest - least + 1)),
      ),
    },
    forms: [
      (least, highest) => Math.ceil(Math.log2(Math.max(-least, highest + 1))) + 1,
      (least, highest) => {
        for (let bits = 1; ; bits++) if (least >= -(2 ** (bits - 1)) && highest <= 2 ** (bits - 1) - 1) return bits;
      },
    ],
  }),

  'chip-order': exercise<SumIn>({
    minutes: 6,
    names: ['bits', 'weights'],
    probes: [
      [4, [5, 5]],
      [4, [5, 5, -5]],
      [4, [-5, 5, 5]],
      [4, [-6, -6, 3, 1]],
      [3, [1, 1, -3]],
      [5, [9, 9, 9, -20, -20, 4]],
      [3, [3, 3, 3, 3, -5]], // beyond a register with one bit more, too
      [3, [5, -2]], // the first weight alone is beyond it
    ],
    tolerance: 0,
    oracle: sumBy(saturated),
    mistakes: {
      'at-the-end': m(
        'saturates the sum at the end',
        'The order of the weights makes no difference in your sum. When does the register lose what does not fit?',
        sumBy((sum) => sum, saturated),
      ),
      'first-not-cut': m(
        '`weights.reduce((sum, weight) => …)`, without the 0 to begin with',
        'The first weight gets in whole, however large. What does “reduce” begin with if it is given no value?',
        (bits, weights) => weights.reduce((sum, weight) => saturated(sum + weight, 2 ** (bits - 1))),
      ),
      'no-limit': m(
        'never saturates',
        'Your register holds any sum, however large. What are the lowest and the highest number of so many bits?',
        sumBy((sum) => sum),
      ),
      wraps: m(
        'wraps around',
        'Your register jumps to the other end. What does one that saturates keep instead?',
        sumBy((sum, half) => ((((sum + half) % (2 * half)) + 2 * half) % (2 * half)) - half),
      ),
      symmetric: m(
        'stops at -(2^(bits - 1) - 1)',
        'Below 0 your register stops one too early. What is its lowest number?',
        sumBy((sum, half) => Math.max(1 - half, Math.min(half - 1, sum))),
      ),
      'only-above': m(
        'stops at the top alone',
        'Your register has no lowest number. What becomes of a sum below it?',
        sumBy((sum, half) => Math.min(half - 1, sum)),
      ),
      'only-below': m(
        'stops at the bottom alone',
        'Your register has no highest number. What becomes of a sum above it?',
        sumBy((sum, half) => Math.max(-half, sum)),
      ),
      'one-bit-more': m(
        'takes all bits for the size, and the sign besides',
        'Your register is twice as wide as it should be. Which of its bits is the sign?',
        sumBy((sum, half) => saturated(sum, 2 * half)),
      ),
      'from-0': m(
        'takes the register for unsigned',
        'Your sums never fall below 0. Which numbers do so many bits hold with a sign?',
        sumBy((sum, half) => Math.max(0, Math.min(2 * half - 1, sum))),
      ),
    },
    forms: [
      (bits, weights) => {
        const [low, high] = [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1];
        let sum = 0;
        for (const weight of weights) {
          sum += weight;
          if (sum > high) sum = high;
          if (sum < low) sum = low;
        }
        return sum;
      },
      (bits, weights) =>
        weights.reduce((sum, weight) => Math.min(2 ** (bits - 1) - 1, Math.max(-(2 ** (bits - 1)), sum + weight)), 0),
    ],
  }),

  'chip-zeros': exercise<Additions>({
    minutes: 7,
    optional: true,
    names: ['spikes', 'weights', 'outputs'],
    probes: [
      [[[0], [0, 1], [2]], [1, 0, 0, -1, 1, 0, 0, 0, 1], 3],
      [[[1], [], [1, 2]], [0, 1, 1, 1, 0, -1], 2],
      [[[2, 3], [2]], [0, 0, 1, -1, 1, 1, 0, 1], 2],
      [[[0, 1, 2], [1]], [0, 1, 1, 1, 0, -1], 2],
    ],
    tolerance: 0,
    oracle: perSpike((weights, outputs, i) => used(row(weights, outputs, i))),
    mistakes: {
      'zeros-too': m(
        'counts every weight of the row',
        'You add zeros as well. Which weights of a row change a potential?',
        perSpike((_, outputs) => outputs),
      ),
      'each-row-once': m(
        'counts the row of an input once',
        'An input that fires twice costs you no more than once. What does a chip do in each step?',
        (spikes, weights, outputs) =>
          [...new Set(spikes.flat())].reduce((sum, i) => sum + used(row(weights, outputs, i)), 0),
      ),
      columns: m(
        'takes a column for a row',
        'You look at the weights that lead to one neuron. Where do the weights of one input stand?',
        perSpike((weights, outputs, i) => used(weights.filter((_, at) => at % outputs === i))),
      ),
      'all-weights': m(
        'counts all weights that are not 0 for every spike',
        'Each of your spikes reaches the weights of all inputs. Which row does a spike of input i select?',
        perSpike((weights) => used(weights)),
      ),
      'sums-weights': m(
        'adds the weights up',
        'This is the sum of the weights. How many additions does it take?',
        perSpike((weights, outputs, i) => row(weights, outputs, i).reduce((sum, weight) => sum + weight, 0)),
      ),
      'each-step-once': m(
        'counts a neuron once in each step',
        'Where two inputs of a step reach the same neuron you count one addition. How many weights are added to its potential?',
        (spikes, weights, outputs) =>
          spikes.reduce((sum, active) => {
            const reached = active.flatMap((i) =>
              row(weights, outputs, i).flatMap((weight, j) => (weight === 0 ? [] : [j])),
            );
            return sum + new Set(reached).size;
          }, 0),
      ),
    },
    forms: [
      (spikes, weights, outputs) => {
        let additions = 0;
        for (const active of spikes)
          for (const i of active) for (let j = 0; j < outputs; j++) if (weights[i * outputs + j] !== 0) additions++;
        return additions;
      },
      (spikes, weights, outputs) =>
        spikes
          .flat()
          .map((i) => weights.slice(outputs * i, outputs * i + outputs).filter(Boolean).length)
          .reduce((a, b) => a + b, 0),
    ],
  }),
};
