/** The small project of the chapter: which layer needs the bits? */
import { exercise, mistake as m } from '../../engine/exercise';
import { toList } from '../../engine/values';

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
