/** What the spikes leave to compute, up to a table of sums. */

import { IMAGE_SIZE } from '../../../src/common/mnist';
import { counted, exercise, mistake as m, type Trial } from '../engine/exercise';

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
const pattern: Pattern = (spikes) => spikes[0] | (spikes[1] << 1) | (spikes[2] << 2) | (spikes[3] << 3);

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

// What tables of sums cost, and how the gradient uses them.

type EightPixels = () => ArrayLike<number>;
type Gradient = (spikes: number[], lookUp: (block: number, pattern: number) => number) => number;

/** Additions and look-ups for tables of n pixels over T steps. */
const cost = (n: number, T: number, additions = 2 ** n - n - 1) => (IMAGE_SIZE / n) * (additions + T);

/**
 * The first T for which eight pixels cost less than four, `off` steps more, and what eight cost there. The cost is asked
 * for since other ways to count a table's additions lead to the same T.
 */
function firstThatPays(costOf: (n: number, T: number) => number, off = 0): number[] {
  let T = 1;
  while (costOf(8, T) >= costOf(4, T)) T++;
  return [T + off, costOf(8, T + off)];
}

/** dL/dx of eight or twelve steps. */
const SLOPES = [0.5, -1, 0.25, 2, 4, 0.125, -0.5, 1, 8, -2, 16, 0.0625];

/** Tables of partial sums of dL/dx over four steps each, and whether the look-ups are more than one per block. */
const lookingUp = (spikes: number[]) => (): Trial<[number[], (block: number, pattern: number) => number]> => {
  const blocks: number[] = [];
  const lookUp = counted((block: number, pattern: number) => {
    blocks.push(block);
    if (pattern !== (pattern & 15)) return Number.NaN; // no table has such an entry
    return [0, 1, 2, 3].reduce((sum, bit) => sum + (((pattern >> bit) & 1) === 1 ? SLOPES[4 * block + bit] : 0), 0);
  });
  // Where a block has no spike, no look-up is right as well.
  const seen = () => ({
    twice: new Set(blocks).size < blocks.length,
    beyond: blocks.some((block) => 4 * block >= spikes.length),
  });
  return { args: [[...spikes], lookUp], seen };
};

/** One look-up per four steps, by the given rule for the pattern. */
const byBlocks =
  (patternOf: (four: number[]) => number, blocks = (steps: number) => steps / 4): Gradient =>
  (spikes, lookUp) => {
    let sum = 0;
    for (let block = 0; block < blocks(spikes.length); block++)
      sum += lookUp(block, patternOf(spikes.slice(4 * block, 4 * block + 4)));
    return sum;
  };

export const eventDrivenTables = {
  'event-eight-pixels': exercise<EightPixels>({
    minutes: 10,
    optional: true,
    names: [],
    probes: [[]],
    tolerance: 0,
    oracle: () => firstThatPays(cost),
    mistakes: {
      'no-cost-of-tables': m(
        'returns 1: counts look-ups only, or turns the comparison round',
        'At T = 1 tables of eight still cost far more. Do you count what fills them, and which way round do you compare?',
        () => [1, cost(8, 1)],
        () => firstThatPays((n, T) => cost(n, T, 0)),
      ),
      'one-too-few': m(
        'returns the T at which both cost the same',
        'At your T tables of eight pixels are not cheaper. Which of the two costs less there?',
        () => firstThatPays(cost, -1),
      ),
      'every-entry': m(
        'counts an addition for entries that need none',
        'Here some entries cost an addition that need none. Which sums does a table have before anything is added?',
        () => firstThatPays((n, T) => cost(n, T, 2 ** n)),
        () => firstThatPays((n, T) => cost(n, T, 2 ** n - 1)),
        () => firstThatPays((n, T) => cost(n, T, 2 ** n - n)),
      ),
      'cost-of-four': m(
        'returns what tables of four pixels cost',
        'Your T may be right, but this is what the other tables cost. Whose cost does the task ask for?',
        () => [firstThatPays(cost)[0], cost(4, firstThatPays(cost)[0])],
      ),
      'whole-batch': m(
        'lets one table serve all 128 images of a batch',
        'This is the cost of a whole batch. For how many images does the task count?',
        () => firstThatPays((n, T) => cost(n, 128 * T)),
      ),
      'one-table-filled': m(
        'fills one table of each kind, and looks up in all of them',
        'You count all look-ups, but fill a single table of each kind. How many tables does the image need in each case?',
        () => firstThatPays((n, T) => 2 ** n - n - 1 + (IMAGE_SIZE / n) * T),
      ),
      'one-table': m(
        'compares one table with one table',
        'This compares one table with one table. How many tables does the image need in each case?',
        () => firstThatPays((n, T) => cost(n, T) / (IMAGE_SIZE / n) + (n === 4 ? T : 0)),
      ),
    },
    forms: [
      () => {
        const T = Math.floor((98 * 247 - 196 * 11) / 98) + 1;
        return [T, 98 * 247 + 98 * T];
      },
      () => {
        for (let T = 1; ; T++) if (98 * (255 - 8 + T) < 196 * (15 - 4 + T)) return [T, 98 * (255 - 8 + T)];
      },
    ],
  }),
  'event-gradient': exercise<Gradient>({
    minutes: 7,
    names: ['spikes', 'lookUp'],
    probes: [
      lookingUp([1, 0, 0, 1, 0, 1, 1, 0]),
      lookingUp([0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 0]),
      lookingUp([1, 1, 1, 1, 0, 0, 0, 0]),
      lookingUp([1, 1, 0, 0]),
      lookingUp([0, 1, 0, 1]),
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
      'two-blocks': m(
        'looks up the first eight steps only',
        'Only the first eight steps count here. How many blocks does a longer list have?',
        byBlocks(pattern, () => 2),
        byBlocks(pattern, (steps) => Math.min(2, steps / 4)),
      ),
      'last-block': m(
        'keeps the last sum instead of adding',
        'Only the last four steps count here. Is a sum put in the place of the others, or added to them?',
        (spikes, lookUp) => {
          let sum = 0;
          for (let t = 0; t < spikes.length; t += 4) sum = lookUp(t / 4, pattern(spikes.slice(t, t + 4)));
          return sum;
        },
      ),
      overlap: m(
        'begins each block one step after the one before',
        'Your patterns overlap: each begins one step after the one before. At which step does block 1 begin?',
        (spikes, lookUp) => {
          let sum = 0;
          for (let block = 0; block < spikes.length / 4; block++)
            sum += lookUp(block, pattern(spikes.slice(block, block + 4)));
          return sum;
        },
      ),
      'step-by-step': m(
        'looks up every spike alone',
        'The gradient is right, but you look up every step alone. How many steps does one entry cover?',
        (spikes, lookUp) =>
          spikes.reduce((sum, spike, t) => sum + (spike ? lookUp(Math.floor(t / 4), 1 << (t % 4)) : 0), 0),
      ),
      'once-per-step': m(
        'adds the sum of a block once for each of its steps',
        'Each block is added four times. How many look-ups does it take to cover four steps?',
        (spikes, lookUp) => {
          const ofItsBlock = (t: number) => pattern(spikes.slice(t - (t % 4), t - (t % 4) + 4));
          return spikes.reduce((sum, _spike, t) => sum + lookUp(Math.floor(t / 4), ofItsBlock(t)), 0);
        },
      ),
      'too-many-blocks': m(
        'looks up a fixed number of blocks',
        'The gradient is right, but you look up more blocks than there are. How many steps do you have?',
        byBlocks(pattern, () => 4),
      ),
      'step-for-block': m(
        'hands over the first step of a block instead of its number',
        'You ask for blocks that do not exist, which makes NaN. Which number does the block have that begins at step 4?',
        (spikes, lookUp) => {
          let sum = 0;
          for (let t = 0; t < spikes.length; t += 4) sum += lookUp(t, pattern(spikes.slice(t, t + 4)));
          return sum;
        },
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
      (spikes, lookUp) => {
        let sum = 0;
        for (let t = 0; t < spikes.length; t += 4) {
          const four = pattern(spikes.slice(t, t + 4));
          if (four !== 0) sum += lookUp(t / 4, four);
        }
        return sum;
      },
    ],
  }),
};
