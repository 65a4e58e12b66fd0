/** What whole numbers of a few bits can hold, and what they save. */
import { exercise, mistake as m } from '../engine/exercise';
import { toList } from '../engine/values';

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

// What a leak by shifts does to a whole potential.

type TauOf = (first: number, second: number) => number;
type StuckAt = (start: number, shift: number) => number;

/** What is left of 1 after both leaks. */
const left: TauOf = (first, second) => (1 - 2 ** -first) * (1 - 2 ** -second);

/** Leaks until nothing changes any more. */
const settle =
  (leak: (v: number, shift: number) => number): StuckAt =>
  (start, shift) => {
    let v = start;
    for (let n = 0; n < 1000 && leak(v, shift) !== 0; n++) v -= leak(v, shift);
    return v;
  };

export const onAChipLeak = {
  'chip-tau': exercise<TauOf>({
    minutes: 5,
    names: ['first', 'second'],
    probes: [
      [1, 2],
      [2, 3],
      [3, 3],
      [4, 6],
    ],
    oracle: (first, second) => 1 / (1 - left(first, second)),
    mistakes: {
      'adds-leaks': m(
        'lets both shifts leak from the same potential',
        'Both of your leaks take from the full potential. From what does the second one take?',
        (first, second) => 1 / (2 ** -first + 2 ** -second),
      ),
      'multiplies-taus': m(
        'multiplies both time constants',
        'Your potential would leak more slowly than with one shift alone. Does a second leak make it slower?',
        (first, second) => 2 ** (first + second),
      ),
      'adds-taus': m(
        'adds both time constants',
        'Two leaks leave less than one, but your tau is longer than either. Which share is left after both?',
        (first, second) => 2 ** first + 2 ** second,
      ),
      'what-is-left': m(
        'returns the share that is left',
        'This is the share that is left after a step. How is it written with tau?',
        left,
      ),
      'what-leaks': m(
        'returns the share that leaks',
        'This is the share that leaks in a step. What is it the inverse of?',
        (first, second) => 1 - left(first, second),
      ),
      'one-over-left': m(
        'returns 1 / the share that is left',
        'Your tau falls where more is left. Is the share that is left 1 / tau, or 1 - 1 / tau?',
        (first, second) => 1 / left(first, second),
      ),
      'first-alone': m(
        'takes the first shift alone',
        'The second shift makes no difference in your tau. What does it leave of the rest?',
        (first) => 2 ** first,
      ),
    },
    forms: [
      (first, second) => 1 / (2 ** -first + 2 ** -second - 2 ** -(first + second)),
      (first, second) => {
        let v = 1;
        v -= v / 2 ** first;
        v -= v / 2 ** second;
        return 1 / (1 - v);
      },
    ],
  }),

  'chip-stuck': exercise<StuckAt>({
    minutes: 5,
    names: ['start', 'shift'],
    probes: [
      [100, 1],
      [100, 4],
      [7, 4],
      [16, 4],
      [-100, 3],
      [-1, 2],
    ],
    tolerance: 0,
    oracle: settle((v, shift) => v >> shift),
    mistakes: {
      'to-0': m('leaks to 0', 'With a point a potential would get there in the end. What is 1 >> 1?', () => 0),
      'always-the-same': m(
        'returns 2^shift - 1 from every start',
        'Some starts are below the number that you return. Does a potential rise by leaking?',
        (_, shift) => 2 ** shift - 1,
      ),
      'lower-of-two': m(
        'takes the lower of the start and 2^shift - 1',
        'Above 0 this is right. What is -1 >> 2, and what does taking it away do?',
        (start, shift) => Math.min(start, 2 ** shift - 1),
      ),
      'one-too-high': m(
        'stops at 2^shift',
        'From the number where you stop, one more leak is possible. What is 16 >> 4?',
        (start, shift) => (start < 0 ? 0 : Math.min(start, 2 ** shift)),
      ),
      'towards-0': m(
        'rounds the leak toward 0',
        'Your negative potentials stop before 0. In which direction does >> round?',
        settle((v, shift) => Math.trunc(v / 2 ** shift)),
      ),
      'one-leak': m(
        'leaks once',
        'This is what one step leaves. Does the next one take nothing more?',
        (start, shift) => start - (start >> shift),
      ),
    },
    forms: [
      (start, shift) => (start < 0 ? 0 : Math.min(start, (1 << shift) - 1)),
      (start, shift) => {
        let v = start;
        while (Math.floor(v / 2 ** shift) !== 0) v -= Math.floor(v / 2 ** shift);
        return v;
      },
    ],
  }),
};

// The small project of the chapter: which layer needs the bits?

type BytesOf = (shapes: [number, number][], bits: number[]) => number;
type Pack = (weights: number[]) => ArrayLike<number>;
type Cheapest = (accuracies: number[], sizes: number[], loss: number) => number;

const BITS = 'Which layer needs the bits?';

/** Bytes, by what a layer takes. */
const perLayer =
  (bytes: (weights: number, bits: number) => number): BytesOf =>
  (shapes, bits) =>
    shapes.reduce((sum, [inputs, outputs], n) => sum + bytes(inputs * outputs, bits[n]), 0);

/** Two weights to a byte; the second may be missing. */
const packBy =
  (byte: (low: number, high: number | undefined) => number): Pack =>
  (weights) =>
    Array.from({ length: Math.ceil(weights.length / 2) }, (_, i) => byte(weights[2 * i], weights[2 * i + 1]));

/** The best of the settings that are allowed, by an order in which the better one comes first. */
function first(allowed: number[], order: (a: number, b: number) => number): number {
  return [...allowed].sort((a, b) => order(a, b) || a - b)[0];
}
/** The settings whose accuracy is high enough. */
const allowed = (accuracies: number[], loss: number) =>
  accuracies.flatMap((accuracy, i) => (accuracy >= Math.max(...accuracies) - loss ? [i] : []));

export const onAChipProject = {
  'chip-memory': exercise<BytesOf>({
    project: BITS,
    minutes: 5,
    optional: true,
    names: ['shapes', 'bits'],
    probes: [
      [
        [
          [3, 3],
          [3, 1],
        ],
        [3, 2],
      ],
      [
        [
          [5, 5],
          [5, 3],
        ],
        [2, 5],
      ],
      [[[8, 2]], [4]],
      [
        [
          [2, 2],
          [2, 3],
          [3, 5],
        ],
        [3, 1, 2],
      ],
    ],
    tolerance: 0,
    oracle: perLayer((weights, bits) => Math.ceil((weights * bits) / 8)),
    mistakes: {
      bits: m(
        'counts bits',
        'These are bits. How many of them are in a byte?',
        perLayer((weights, bits) => weights * bits),
      ),
      'a-byte-each': m(
        'takes a whole byte for every weight',
        'Each of your weights fills a byte. How many weights of 4 bits fit into one?',
        perLayer((weights, bits) => weights * Math.ceil(bits / 8)),
      ),
      'no-new-byte': m(
        'lets the next layer begin within a byte',
        'Your layers share a byte. Where does the next layer begin, by the task?',
        (shapes, bits) => Math.ceil(perLayer((weights, width) => (weights * width) / 8)(shapes, bits)),
      ),
      'broken-byte': m(
        'returns parts of a byte',
        'A memory has no part of a byte. What does the last one of a layer cost?',
        perLayer((weights, bits) => (weights * bits) / 8),
      ),
      'rounds-down': m(
        'loses the last byte',
        'The last weights of a layer have no place. In which direction do you round?',
        perLayer((weights, bits) => Math.floor((weights * bits) / 8)),
      ),
      'first-bits': m(
        'takes the bits of the first layer for all',
        'All of your layers have the same bits. Which of the two lists changes with the layer, too?',
        (shapes, bits) => perLayer((weights) => Math.ceil((weights * bits[0]) / 8))(shapes, bits),
      ),
    },
    forms: [
      (shapes, bits) => {
        let bytes = 0;
        shapes.forEach(([inputs, outputs], n) => {
          bytes += Math.floor((inputs * outputs * bits[n] + 7) / 8);
        });
        return bytes;
      },
      (shapes, bits) =>
        shapes
          .map(([inputs, outputs], n) => Math.ceil((inputs * outputs * bits[n]) / 8))
          .reduce((sum, bytes) => sum + bytes, 0),
    ],
  }),

  'chip-pack': exercise<Pack>({
    project: BITS,
    minutes: 8,
    optional: true,
    names: ['weights'],
    probes: [[[1, -2, 7, -8]], [[3]], [[-1, 0, 5]], [[0, 1, -3, 4, 2, -7]]],
    tolerance: 0,
    compared: toList,
    oracle: packBy((low, high = 0) => (low & 15) | ((high & 15) << 4)),
    mistakes: {
      'high-first': m(
        'puts the first weight into the high half',
        'The halves of your bytes are exchanged. Where does the first of two weights go?',
        packBy((low, high = 0) => ((low & 15) << 4) | (high & 15)),
      ),
      spills: m(
        'does not cut a negative weight to four bits',
        'A negative weight fills more than its half. Which bits of it do you need?',
        packBy((low, high = 0) => low | (high << 4)),
        packBy((low, high = 0) => (low | (high << 4)) & 255),
        packBy((low, high = 0) => low + 16 * high),
      ),
      'adds-8': m(
        'adds 8 to make every weight positive',
        'Your numbers are shifted by 8. Which four bits does “-1 & 15” have?',
        packBy((low, high = -8) => (low + 8) | ((high + 8) << 4)),
      ),
      'sign-and-size': m(
        'writes the sign and then the size',
        'Your highest bit is a sign alone. Which four bits does “-1 & 15” have?',
        packBy((low, high = 0) => {
          const half = (weight: number) => (weight < 0 ? 8 : 0) | (Math.abs(weight) & 7);
          return half(low) | (half(high) << 4);
        }),
      ),
      'three-bits': m(
        'keeps three bits of each',
        'The sign is lost. How many bits has half a byte?',
        packBy((low, high = 0) => (low & 7) | ((high & 7) << 4)),
      ),
      'a-byte-each': m(
        'gives each weight a byte',
        'Each weight has a byte of its own here. How many of them should share one?',
        (weights) => weights.map((weight) => weight & 255),
        (weights) => weights.map((weight) => weight & 15),
      ),
      'last-lost': m(
        'loses the last weight of an odd number',
        'With an odd number of weights the last one is missing. What is beside it in its byte?',
        (weights) => packBy((low, high = 0) => (low & 15) | ((high & 15) << 4))(weights.slice(0, weights.length & ~1)),
      ),
    },
    forms: [
      (weights) => {
        const bytes = new Uint8Array(Math.ceil(weights.length / 2));
        weights.forEach((weight, i) => {
          bytes[i >> 1] |= (weight & 15) << (4 * (i & 1));
        });
        return bytes;
      },
      (weights) => {
        const bytes: number[] = [];
        for (let i = 0; i < weights.length; i += 2) {
          const [low, high] = [weights[i], weights[i + 1] ?? 0].map((weight) => (weight + 16) % 16);
          bytes.push(low + 16 * high);
        }
        return bytes;
      },
    ],
  }),

  'chip-cheapest': exercise<Cheapest>({
    project: BITS,
    minutes: 8,
    optional: true,
    names: ['accuracies', 'sizes', 'loss'],
    probes: [
      [[0.5, 0.75, 0.875, 1], [10, 20, 30, 40], 0.125],
      [[1, 0.9375, 0.875, 0.9375, 0.5], [80, 20, 10, 20, 5], 0.0625],
      [[0.875, 0.9375, 1], [20, 20, 60], 0.125],
      [[0.25, 0.5, 0.46875, 0.453125], [8, 9, 6, 5], 0.0390625],
      [[1, 0.5, 0.75], [50, 20, 30], 0.25],
      [[0.9375, 1, 0.9375], [30, 20, 10], 0.125],
      [[0.9375, 0.75, 1, 0.875], [30, 10, 40, 20], 0.125],
    ],
    tolerance: 0,
    oracle: (accuracies, sizes, loss) =>
      first(allowed(accuracies, loss), (a, b) => sizes[a] - sizes[b] || accuracies[b] - accuracies[a]),
    mistakes: {
      'most-accurate': m(
        'chooses the most accurate',
        'You give nothing away for a smaller memory. How much may it cost?',
        (accuracies) => accuracies.indexOf(Math.max(...accuracies)),
      ),
      smallest: m(
        'chooses the smallest',
        'Your setting is small, but reads too badly. Which settings are allowed at all?',
        (_, sizes) => sizes.indexOf(Math.min(...sizes)),
      ),
      'strictly-more': m(
        'refuses a setting that is just good enough',
        'A setting that loses just as much as is allowed is missing. Does "at most" include it?',
        (accuracies, sizes, loss) =>
          first(
            accuracies.flatMap((accuracy, i) => (accuracy > Math.max(...accuracies) - loss ? [i] : [])),
            (a, b) => sizes[a] - sizes[b] || accuracies[b] - accuracies[a],
          ),
      ),
      'share-of-best': m(
        'takes the loss for a share of the best accuracy',
        'You multiply where the task subtracts. Is the loss a share of the best accuracy, or a difference to it?',
        (accuracies, sizes, loss) =>
          first(
            accuracies.flatMap((accuracy, i) => (accuracy >= Math.max(...accuracies) * (1 - loss) ? [i] : [])),
            (a, b) => sizes[a] - sizes[b] || accuracies[b] - accuracies[a],
          ),
      ),
      'first-of-equals': m(
        'takes the first of equally small ones',
        'Two settings are equally small. Which of them should win, by the task?',
        (accuracies, sizes, loss) => first(allowed(accuracies, loss), (a, b) => sizes[a] - sizes[b]),
      ),
      'size-itself': m(
        'returns the size',
        'This is the size of the right setting. What is asked for?',
        (accuracies, sizes, loss) =>
          sizes[first(allowed(accuracies, loss), (a, b) => sizes[a] - sizes[b] || accuracies[b] - accuracies[a])],
      ),
      'largest-allowed': m(
        'chooses the largest of those that are allowed',
        'You choose among the right settings, but the largest. Which one is cheap?',
        (accuracies, sizes, loss) =>
          first(allowed(accuracies, loss), (a, b) => sizes[b] - sizes[a] || accuracies[b] - accuracies[a]),
      ),
    },
    forms: [
      (accuracies, sizes, loss) => {
        const best = Math.max(...accuracies);
        let chosen = accuracies.indexOf(best);
        accuracies.forEach((accuracy, i) => {
          if (accuracy < best - loss) return;
          if (sizes[i] < sizes[chosen] || (sizes[i] === sizes[chosen] && accuracy > accuracies[chosen])) chosen = i;
        });
        return chosen;
      },
      (accuracies, sizes, loss) => {
        const enough = [...accuracies.keys()].filter((i) => accuracies[i] >= Math.max(...accuracies) - loss);
        const size = Math.min(...enough.map((i) => sizes[i]));
        const equal = enough.filter((i) => sizes[i] === size);
        return equal.reduce((a, b) => (accuracies[b] > accuracies[a] ? b : a));
      },
    ],
  }),
};
