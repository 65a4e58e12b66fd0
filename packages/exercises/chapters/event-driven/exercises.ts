/** What the spikes leave to compute, up to a table of sums. */
import { counted, exercise, mistake as m, type Trial } from '../../engine/exercise';

type Rows = (spikes: number[], row: (pixel: number) => number[]) => number[];
type Pattern = (spikes: number[]) => number;
type Table = (weights: number[], add: (a: number, b: number) => number) => number[];

const WEIGHTS = [
  [1, 2],
  [3, -1],
  [0.5, 0.25],
  [4, 0],
];

/** Rows of weights, two neurons wide, and a list of those that were read. */
const reading = (spikes: number[]) => (): Trial<[number[], (pixel: number) => number[]]> => {
  const read: number[] = [];
  const row = counted((pixel: number) => {
    if (!(pixel in WEIGHTS)) throw new RangeError(`row(${pixel}): the pixels are numbered 0 to ${WEIGHTS.length - 1}`);
    read.push(pixel);
    return [...WEIGHTS[pixel]];
  });
  return { args: [[...spikes], row], seen: () => [...read].sort() };
};

const makeRows =
  (wanted: (spike: number) => boolean): Rows =>
  (spikes, row) => {
    const sums = [0, 0];
    spikes.forEach((spike, pixel) => {
      if (!wanted(spike)) return;
      for (const [k, weight] of row(pixel).entries()) sums[k] += weight * spike;
    });
    return sums;
  };

/** Counts the additions. */
const adding = (weights: number[]) => (): Trial<[number[], (a: number, b: number) => number]> => {
  let additions = 0;
  const add = counted((a: number, b: number) => {
    additions++;
    return a + b;
  });
  return { args: [[...weights], add], seen: () => additions };
};

const table: Table = (weights, add) => {
  const sums = [0];
  for (let pattern = 1; pattern < 16; pattern++) {
    const highest = 31 - Math.clz32(pattern);
    const rest = pattern ^ (1 << highest);
    sums.push(rest === 0 ? weights[highest] : add(sums[rest], weights[highest]));
  }
  return sums;
};

const PATTERNS = Array.from({ length: 16 }, (_, k): [number[]] => [[k & 1, (k >> 1) & 1, (k >> 2) & 1, (k >> 3) & 1]]);

/** The pattern of four spikes as a number: the first sets the lowest bit. */
export const pattern: Pattern = (spikes) => spikes[0] | (spikes[1] << 1) | (spikes[2] << 2) | (spikes[3] << 3);

export const eventDriven = {
  'event-rows': exercise<Rows>({
    minutes: 5,
    names: ['spikes', 'row'],
    probes: [reading([1, 0, 0, 1]), reading([0, 0, 0, 0]), reading([1, 1, 1, 0])],
    oracle: makeRows((spike) => spike === 1),
    mistakes: {
      dense: m(
        'reads every row and multiplies by 0 or 1',
        'The sum is right, but you also read rows of silent pixels. Which rows can you leave alone?',
        makeRows(() => true),
      ),
      'row-twice': m(
        'calls `row` once for each of the two weights',
        'The sum is right, but you read each row twice. How do you get two weights out of one call?',
        (spikes, row) => {
          const sums = [0, 0];
          spikes.forEach((spike, pixel) => {
            for (const k of [0, 1]) if (spike === 1) sums[k] += row(pixel)[k];
          });
          return sums;
        },
      ),
      'one-sum': m(
        'adds the weights of both neurons into one sum',
        'Both neurons get the same current. To which of them does each weight of a row lead?',
        (spikes, row) => {
          const [a, b] = makeRows((spike) => spike === 1)(spikes, row);
          return [a + b, a + b];
        },
      ),
      renumbered: m(
        'takes the place in a filtered list for the number of the pixel',
        'You read the first rows, whichever pixels fire. Does a pixel keep its number in a filtered list?',
        (spikes, row) =>
          makeRows((spike) => spike === 1)(
            spikes.filter((spike) => spike === 1),
            row,
          ),
      ),
      'spike-for-pixel': m(
        'hands the spike to `row` instead of the number of its pixel',
        'You ask for the row of a spike, which is 1 for every pixel that fires. Which number says which pixel it is?',
        (spikes, row) => makeRows((spike) => spike === 1)(spikes, (pixel) => row(spikes[pixel])),
      ),
      'starts-with-row-0': m(
        'starts the sum with the row of pixel 0',
        'Your sum starts with the row of pixel 0, whether it fires or not. With what does a sum start?',
        (spikes, row) => makeRows((spike) => spike === 1)([1, ...spikes.slice(1)], row),
      ),
      'not-added': m(
        'reads the rows and adds nothing',
        'You read the right rows, but the sum stays at 0. What do you do with the weights in them?',
        (spikes, row) => {
          for (const [pixel, spike] of spikes.entries()) if (spike === 1) row(pixel);
          return [0, 0];
        },
      ),
      'last-row': m(
        'keeps the last row instead of adding',
        'Only the last row is left. Is a row put in the place of the sum, or added to it?',
        (spikes, row) => {
          let sums = [0, 0];
          spikes.forEach((spike, pixel) => {
            if (spike === 1) sums = row(pixel);
          });
          return sums;
        },
      ),
      'silent-ones': m(
        'adds the rows of the silent pixels',
        'You add the rows of silent pixels. By what would a dense product multiply them?',
        (spikes, row) =>
          makeRows((spike) => spike === 1)(
            spikes.map((spike) => 1 - spike),
            row,
          ),
      ),
    },
    forms: [
      (spikes, row) => {
        const sums = [0, 0];
        for (let pixel = 0; pixel < spikes.length; pixel++) {
          if (!spikes[pixel]) continue;
          const [a, b] = row(pixel);
          sums[0] += a;
          sums[1] += b;
        }
        return sums;
      },
      (spikes, row) =>
        spikes
          .flatMap((spike, pixel) => (spike > 0 ? [row(pixel)] : []))
          .reduce((sums, weights) => sums.map((sum, k) => sum + weights[k]), [0, 0]),
    ],
  }),
  'event-pattern': exercise<Pattern>({
    minutes: 3,
    names: ['spikes'],
    probes: PATTERNS,
    tolerance: 0,
    oracle: pattern,
    mistakes: {
      'other-end': m(
        'takes the first pixel for the highest bit',
        'Your pattern is mirrored. Which bit does the first pixel set?',
        (spikes) => pattern([...spikes].reverse()),
      ),
      decimal: m(
        'reads the spikes as decimal digits',
        'These are powers of ten. In which system are the spikes digits?',
        (spikes) => Number(`${spikes[3]}${spikes[2]}${spikes[1]}${spikes[0]}`),
      ),
      count: m(
        'counts the spikes',
        'Two different patterns get the same number here. Does it matter which pixels fire, or only how many?',
        (spikes) => spikes.reduce((sum, spike) => sum + spike, 0),
      ),
      'worth-its-place': m(
        'gives the four pixels the values 1, 2, 3 and 4',
        'The third pixel alone gets the number of the first two together. What is its bit worth?',
        (spikes) => spikes.reduce((sum, spike, pixel) => sum + spike * (pixel + 1), 0),
      ),
      'from-1': m(
        'gives the first pixel the bit of value 2',
        'Every pattern is twice as high as it could be. What is the value of the lowest bit?',
        (spikes) => 2 * pattern(spikes),
      ),
    },
    forms: [
      (spikes) => spikes[0] + 2 * spikes[1] + 4 * spikes[2] + 8 * spikes[3],
      (spikes) => Number.parseInt([...spikes].reverse().join(''), 2),
      (spikes) => spikes.reduceRight((sum, spike) => 2 * sum + spike, 0),
    ],
  }),
  'event-table': exercise<Table>({
    minutes: 12,
    optional: true,
    names: ['weights', 'add'],
    probes: [adding([1, 2, 4, 8]), adding([0.5, -1, 3, 0.25])],
    oracle: table,
    mistakes: {
      'each-from-scratch': m(
        'adds up every entry from 0, with 32 additions',
        'The table is right, but it took 32 additions. Which entry is all but one of the weights of this one?',
        (weights, add) =>
          Array.from({ length: 16 }, (_, k) =>
            [0, 1, 2, 3].reduce((sum, bit) => ((k >> bit) & 1 ? add(sum, weights[bit]) : sum), 0),
          ),
      ),
      'each-from-first-row': m(
        'adds up every entry from its first weight, with 17 additions',
        'The table is right, but it took 17 additions. Which sums in it did you add more than once?',
        (weights, add) =>
          Array.from({ length: 16 }, (_, k) => {
            const parts = weights.filter((_w, bit) => (k >> bit) & 1);
            return parts.length === 0 ? 0 : parts.slice(1).reduce((sum, weight) => add(sum, weight), parts[0]);
          }),
      ),
      'adds-to-zero': m(
        'adds single weights to the empty sum, with 15 additions',
        'The table is right, but some additions only add to 0. Which entries need none?',
        (weights, add) => {
          const sums = [0];
          for (let k = 1; k < 16; k++) {
            const bit = 31 - Math.clz32(k);
            sums.push(add(sums[k ^ (1 << bit)], weights[bit]));
          }
          return sums;
        },
      ),
      'by-size': m(
        'sorts the entries by how many weights they add',
        'The entries are sorted by how many weights they add. Which weights belong to entry 3 = 1 + 2?',
        (weights, add) => {
          const sums = table(weights, add);
          const sizeOf = (k: number) => PATTERNS[k][0].filter((bit) => bit === 1).length;
          return [...sums.keys()].sort((a, b) => sizeOf(a) - sizeOf(b)).map((k) => sums[k]);
        },
      ),
      'not-counted': m(
        'adds with `+`',
        'The table is right, but “add” was never called. Which function should do the additions?',
        (weights) => table(weights, (a, b) => a + b),
      ),
      'other-end': m(
        'takes the first pixel for the highest bit',
        'The entries are in a mirrored order. Which bit does the first weight stand for?',
        (weights, add) => table([...weights].reverse(), add),
      ),
    },
    forms: [
      (weights, add) => {
        const sums = [0];
        for (const weight of weights) {
          const before = [...sums];
          sums.push(...before.map((sum, i) => (i === 0 ? weight : add(sum, weight))));
        }
        return sums;
      },
      (weights, add) => {
        const sums = new Array<number>(16).fill(0);
        for (let k = 1; k < 16; k++) {
          const lowest = Math.log2(k & -k);
          const rest = k & (k - 1);
          sums[k] = rest === 0 ? weights[lowest] : add(weights[lowest], sums[rest]);
        }
        return sums;
      },
    ],
  }),
};
