/** Chapter 7: what the spikes leave to compute. */
import { IMAGE_SIZE } from '../common/mnist';
import { counted, exercise, mistake as m, type Trial } from './exercise';

type Rows = (spikes: number[], row: (pixel: number) => number[]) => number[];
type Pattern = (spikes: number[]) => number;
type Table = (weights: number[], add: (a: number, b: number) => number) => number[];
type EightPixels = () => number;
type Gradient = (spikes: number[], lookUp: (block: number, pattern: number) => number) => number;

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
    read.push(pixel);
    return [...WEIGHTS[pixel]];
  });
  return { args: [[...spikes], row], seen: () => [...read].sort() };
};

const rowsOf =
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

/** Additions and look-ups for tables of n pixels over T steps. */
const cost = (n: number, T: number, additions = 2 ** n - n - 1) => (IMAGE_SIZE / n) * (additions + T);

/** The first T for which eight pixels cost less than four. */
function firstThatPays(costOf: (n: number, T: number) => number): number {
  let T = 1;
  while (costOf(8, T) >= costOf(4, T)) T++;
  return T;
}

/** dL/dx of eight or twelve steps. */
const SLOPES = [0.5, -1, 0.25, 2, 4, 0.125, -0.5, 1, 8, -2, 16, 0.0625];

/** Tables of partial sums of dL/dx over four steps each, and a list of the look-ups. */
const lookingUp = (spikes: number[]) => (): Trial<[number[], (block: number, pattern: number) => number]> => {
  let calls = 0;
  const lookUp = counted((block: number, pattern: number) => {
    calls++;
    return [0, 1, 2, 3].reduce((sum, bit) => sum + (((pattern >> bit) & 1) === 1 ? SLOPES[4 * block + bit] : 0), 0);
  });
  return { args: [[...spikes], lookUp], seen: () => calls };
};

/** One look-up per four steps, by somebody's rule for the pattern. */
const byBlocks =
  (patternOf: (four: number[]) => number, blocks = (steps: number) => steps / 4): Gradient =>
  (spikes, lookUp) => {
    let sum = 0;
    for (let block = 0; block < blocks(spikes.length); block++)
      sum += lookUp(block, patternOf(spikes.slice(4 * block, 4 * block + 4)));
    return sum;
  };

const pattern: Pattern = (spikes) => spikes[0] | (spikes[1] << 1) | (spikes[2] << 2) | (spikes[3] << 3);

export const chapter7 = {
  'event-rows': exercise<Rows>({
    chapter: 7,
    minutes: 5,
    names: ['spikes', 'row'],
    probes: [reading([1, 0, 0, 1]), reading([0, 0, 0, 0]), reading([1, 1, 1, 0])],
    oracle: rowsOf((spike) => spike === 1),
    mistakes: {
      dense: m(
        'reads every row and multiplies by 0 or 1',
        'The sum is right, but you also read rows of silent pixels. Which rows can you leave alone?',
        rowsOf(() => true),
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
          rowsOf((spike) => spike === 1)(
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
    chapter: 7,
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
    chapter: 7,
    minutes: 8,
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
      'other-end': m(
        'takes the first pixel for the highest bit',
        'The entries are in a mirrored order. Which bit does the first pixel set?',
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
  'event-eight-pixels': exercise<EightPixels>({
    chapter: 7,
    minutes: 6,
    names: [],
    probes: [[]],
    tolerance: 0,
    oracle: () => firstThatPays(cost),
    mistakes: {
      'no-cost-of-tables': m(
        'returns 1: counts look-ups only',
        'This counts the look-ups alone. What has to happen before a table of 256 rows can be read?',
        () => 1,
      ),
      'one-too-few': m(
        'returns the T at which both cost the same, or counts an addition for every entry of a table',
        'One step too few: there both cost the same. Or do you count an addition for entries that need none?',
        () => firstThatPays(cost) - 1,
      ),
      'one-table': m(
        'compares one table with one table',
        'This compares one table with one table. How many tables does the image need in each case?',
        () => firstThatPays((n, T) => cost(n, T) / (IMAGE_SIZE / n) + (n === 4 ? T : 0)),
      ),
    },
    forms: [
      () => Math.floor((98 * 247 - 196 * 11) / 98) + 1,
      () => {
        for (let T = 1; ; T++) if (98 * (255 - 8 + T) < 196 * (15 - 4 + T)) return T;
      },
    ],
  }),
  'event-gradient': exercise<Gradient>({
    chapter: 7,
    minutes: 7,
    names: ['spikes', 'lookUp'],
    probes: [
      lookingUp([1, 0, 0, 1, 0, 1, 1, 0]),
      lookingUp([0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]),
      lookingUp([1, 1, 1, 1, 0, 0, 0, 0]),
    ],
    oracle: byBlocks(pattern),
    mistakes: {
      'other-end': m(
        'takes the first of four steps for the highest bit',
        'Your patterns are mirrored. Which bit does the first of four steps set?',
        byBlocks((four) => pattern([...four].reverse())),
      ),
      'first-block': m(
        'looks up the first four steps only',
        'Only the first four steps count here. What happens in the others?',
        byBlocks(pattern, () => 1),
      ),
      'step-by-step': m(
        'looks up every spike alone',
        'The gradient is right, but you look up every step alone. How many steps does one entry cover?',
        (spikes, lookUp) =>
          spikes.reduce((sum, spike, t) => sum + (spike ? lookUp(Math.floor(t / 4), 1 << (t % 4)) : 0), 0),
      ),
      'silent-steps': m(
        'sums over the steps without a spike',
        'You sum over the steps in which the pixel was silent. In which ones does its weight matter?',
        byBlocks((four) => 15 - pattern(four)),
      ),
      'same-block': m(
        'asks the first table every time',
        'All your look-ups go to the same table. Which argument says which four steps it is?',
        (spikes, lookUp) => {
          let sum = 0;
          for (let t = 0; t < spikes.length; t += 4) sum += lookUp(0, pattern(spikes.slice(t, t + 4)));
          return sum;
        },
      ),
    },
    forms: [
      (spikes, lookUp) => {
        let sum = 0;
        for (let t = 0; t < spikes.length; t += 4) {
          sum += lookUp(t / 4, spikes[t] + 2 * spikes[t + 1] + 4 * spikes[t + 2] + 8 * spikes[t + 3]);
        }
        return sum;
      },
      (spikes, lookUp) => {
        const patterns: number[] = [];
        spikes.forEach((spike, t) => {
          patterns[t >> 2] = (patterns[t >> 2] ?? 0) | (spike << (t & 3));
        });
        return patterns.map((four, block) => lookUp(block, four)).reduce((a, b) => a + b);
      },
    ],
  }),
};
