/** What tables of sums cost, and how the gradient uses them. */
import { IMAGE_SIZE } from '../../../../src/common/mnist';
import { counted, exercise, mistake as m, type Trial } from '../../engine/exercise';
import { pattern } from './exercises';

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
