/** Poisson encoding. */
import { counted, exercise, mistake as m, type Trial } from '../engine/exercise';

type Step = (intensities: number[], die: () => number) => number[];
type Rate = (spikes: number[][]) => number[];
type StepsNeeded = (p: number, error: number) => number;
type Rhythm = (p: number, T: number) => number[];

/** A die whose throws are known. */
const throwing = (intensities: number[], throws: number[]) => (): Trial<[number[], () => number]> => {
  let next = 0;
  return { args: [[...intensities], counted(() => throws[next++ % throws.length])] };
};

const counts: Rate = (spikes) => spikes[0].map((_, pixel) => spikes.reduce((sum, step) => sum + step[pixel], 0));

/** Adds p in each step and fires where the sum reaches 1; `left` says how much of the sum remains. */
const rhythm =
  (left: (sum: number) => number): Rhythm =>
  (p, T) => {
    let sum = 0;
    return Array.from({ length: T }, () => {
      sum += p;
      if (sum < 1) return 0;
      sum = left(sum);
      return 1;
    });
  };

export const poissonEncoding = {
  'poisson-step': exercise<Step>({
    minutes: 5,
    names: ['intensities', 'die'],
    probes: [
      throwing([0.2, 0.9, 0.5, 0.7], [0.6, 0.3, 0.5, 1]),
      throwing([0.6, 0.1, 0.4, 0.99], [0.5, 0.2, 0.9, 0]),
      throwing([0.35, 0.8, 0.6, 0.05], [0.4, 0.7, 0.6, 0.3]),
      // An answer that throws no die for black or white pixels shifts the throws of the pixels after them.
      throwing([1, 0, 0.4, 0.4], [0.45, 0.3, 0.5, 0.6]),
    ],
    oracle: (intensities, die) => intensities.map((x) => (die() <= x ? 1 : 0)),
    mistakes: {
      'one-die': m(
        'rolls once for all pixels',
        'All pixels share one roll, so they fire together. How many rolls does a step need?',
        (intensities, die) => {
          const thrown = die();
          return intensities.map((x) => (thrown <= x ? 1 : 0));
        },
      ),
      inverted: m(
        '`die() > x`',
        'Dark pixels fire here and bright ones rest. Which rolls should make a pixel of intensity 0.9 fire?',
        (intensities, die) => intensities.map((x) => (die() > x ? 1 : 0)),
        (intensities, die) => intensities.map((x) => (die() >= x ? 1 : 0)),
      ),
      'no-chance': m(
        'rounds the intensity',
        'The same image always makes the same spikes here. Where do you use the die?',
        (intensities) => intensities.map((x) => (x >= 0.5 ? 1 : 0)),
      ),
      strict: m(
        '`die() < x`',
        'A roll equal to the intensity stays silent here. What does "at most" in the task say about it?',
        (intensities, die) => intensities.map((x) => (die() < x ? 1 : 0)),
      ),
      'throws-only-for-grey': m(
        'rolls no die for black and white pixels',
        'White and black pixels use no roll here, so the later pixels get other ones. How many rolls does the rule take per pixel?',
        (intensities, die) => intensities.map((x) => (x === 0 ? 0 : x === 1 ? 1 : die() <= x ? 1 : 0)),
        (intensities, die) => intensities.map((x) => (x > 0 && die() <= x ? 1 : 0)),
      ),
      'gives-intensity': m(
        'returns x where the pixel fires',
        'A spike here is as strong as its pixel is bright. What does a spike say besides that it happened?',
        (intensities, die) => intensities.map((x) => (die() <= x ? x : 0)),
      ),
    },
    forms: [
      (intensities, die) => {
        const spikes: number[] = [];
        for (const x of intensities) spikes.push(Number(die() <= x));
        return spikes;
      },
      (intensities, die) => {
        const throws = intensities.map(() => die());
        return intensities.map((x, i) => (throws[i] > x ? 0 : 1));
      },
    ],
  }),
  'poisson-rate': exercise<Rate>({
    minutes: 3,
    names: ['spikes'],
    probes: [
      [
        [
          [1, 0, 1],
          [1, 0, 0],
          [1, 1, 0],
          [1, 0, 1],
        ],
      ],
      [
        [
          [0, 1],
          [1, 1],
          [1, 1],
          [1, 0],
        ],
      ],
      [[[1, 0]]],
      // Another number of steps.
      [
        [
          [1, 0],
          [0, 0],
          [1, 1],
          [1, 0],
          [1, 0],
        ],
      ],
    ],
    oracle: (spikes) => counts(spikes).map((count) => count / spikes.length),
    mistakes: {
      counts: m('returns the counts', 'These are counts, which grow with T. What turns a count into a rate?', counts),
      'by-pixels': m(
        'divides by the number of pixels',
        'This divides by the number of pixels. How often could one pixel have fired?',
        (spikes) => counts(spikes).map((count) => count / spikes[0].length),
      ),
      'one-step-less': m(
        'divides by T - 1',
        'This divides by one step less than there are. In how many steps could one pixel have fired?',
        (spikes) => counts(spikes).map((count) => count / (spikes.length - 1)),
      ),
      'share-of-all': m(
        'divides by the number of all spikes',
        'These are shares of all spikes, which add up to 1. How often could one pixel have fired?',
        (spikes) => {
          const all = counts(spikes).reduce((sum, count) => sum + count, 0);
          return counts(spikes).map((count) => count / all);
        },
      ),
      'last-step': m(
        'returns the last step',
        'Only the last step counts here. What became of the earlier ones?',
        (spikes) => [...(spikes.at(-1) as number[])],
      ),
      'rate-of-steps': m(
        'averages over the pixels of each step',
        'This is one number per step. Which should the result have one number for: steps or pixels?',
        (spikes) => spikes.map((step) => step.reduce((sum, x) => sum + x, 0) / step.length),
      ),
    },
    forms: [
      (spikes) => {
        const rates = new Array<number>(spikes[0].length).fill(0);
        for (const step of spikes) for (const [pixel, spike] of step.entries()) rates[pixel] += spike / spikes.length;
        return rates;
      },
      (spikes) => spikes[0].map((_, pixel) => spikes.filter((step) => step[pixel] === 1).length / spikes.length),
    ],
  }),
  'poisson-steps-needed': exercise<StepsNeeded>({
    minutes: 6,
    names: ['p', 'error'],
    probes: [
      [0.5, 0.03],
      [0.1, 0.011],
      [0.9, 0.031],
      [0.25, 0.1],
      [0.5, 0.06],
      [0.5, 0.125], // exactly 16 steps, without rounding
    ],
    tolerance: 0,
    oracle: (p, error) => {
      let T = 1;
      while (Math.sqrt((p * (1 - p)) / T) > error) T++;
      return T;
    },
    mistakes: {
      variance: m(
        '`p (1 - p) / error`',
        'This divides the variance by the error. Of what is the error the root?',
        (p, error) => Math.ceil((p * (1 - p)) / error),
      ),
      'not-squared': m(
        '`√(p (1 - p)) / error`',
        'This grows with 1/error. By how much must T grow for half the error?',
        (p, error) => Math.ceil(Math.sqrt(p * (1 - p)) / error),
      ),
      nearest: m(
        'rounds to the nearest whole number',
        'For some p and error this is one step too few. Which way of rounding never makes the error too large?',
        (p, error) => Math.round((p * (1 - p)) / error ** 2),
      ),
      floor: m(
        'rounds down',
        'With this many steps the error is still a little too large. To which side do you round?',
        (p, error) => Math.floor((p * (1 - p)) / error ** 2),
      ),
      'one-too-many': m(
        '`Math.floor(…) + 1`',
        'Where the error is reached exactly, this takes one step more. Is the error then still too large?',
        (p, error) => Math.floor((p * (1 - p)) / error ** 2) + 1,
      ),
      'poisson-variance': m(
        '`p / error ** 2`',
        'This takes p for the variance of one step. What is the variance of something that is 1 with probability p and otherwise 0?',
        (p, error) => Math.ceil(p / error ** 2),
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. How many steps can you simulate?',
        (p, error) => (p * (1 - p)) / error ** 2,
      ),
      'without-p': m(
        '`1 / error ** 2`',
        'This does not depend on p. Is a grey pixel as uncertain as a black one?',
        (_p, error) => Math.ceil(1 / error ** 2),
      ),
      'always-half': m(
        '`0.25 / error ** 2`: always for an intensity of 0.5',
        'This takes every pixel for one of intensity 0.5. Where does p enter?',
        (_p, error) => Math.ceil(0.25 / error ** 2),
      ),
    },
    forms: [(p, error) => Math.ceil((p * (1 - p)) / error ** 2), (p, error) => Math.ceil((p - p * p) / error / error)],
  }),
  'poisson-rhythm': exercise<Rhythm>({
    minutes: 8,
    optional: true,
    names: ['p', 'T'],
    // Multiples of 1/8: their sums are exact.
    probes: [
      [0.5, 8],
      [0.75, 9],
      [0.375, 16],
      [1, 4],
      [0, 4],
    ],
    oracle: rhythm((sum) => sum - 1),
    mistakes: {
      'rounded-period': m(
        'fires every `Math.round(1 / p)` steps',
        'This fires after a fixed number of steps. What if 1/p is not a whole number?',
        (p, T) => {
          const period = Math.round(1 / p);
          return Array.from({ length: T }, (_, t) => (p > 0 && (t + 1) % period === 0 ? 1 : 0));
        },
      ),
      'never-taken-away': m(
        'takes nothing away after a spike',
        'Once the sum has reached 1, this fires in every step. What does a spike take away?',
        rhythm((sum) => sum),
      ),
      'rest-thrown-away': m(
        'sets the sum to 0 after a spike',
        'After a spike this starts from 0. What happens to the rest above 1?',
        rhythm(() => 0),
      ),
      'fires-first': m(
        'fires in the first step instead of when the sum is full',
        'The spikes have the right distance, but come too early. What is the sum before the first step?',
        (p, T) => {
          let sum = 1 - p;
          return Array.from({ length: T }, () => {
            sum += p;
            if (sum < 1) return 0;
            sum -= 1;
            return p > 0 ? 1 : 0;
          });
        },
      ),
      'fires-late': m(
        'asks first and adds then',
        'The spikes have the right distance, but come one step late. What does a step do first: add, or ask?',
        (p, T) => {
          let sum = 0;
          return Array.from({ length: T }, () => {
            const fires = sum >= 1 ? 1 : 0;
            sum += p - fires;
            return fires;
          });
        },
      ),
      'no-memory': m(
        'begins every step with a sum of 0',
        'Every step starts from 0 here. Which variable has to live across the steps?',
        (p, T) => new Array<number>(T).fill(p >= 1 ? 1 : 0),
      ),
      'taken-away-first': m(
        'takes 1 away first and asks then whether it fires',
        'This never fires. What is left of the sum when you ask whether it has reached 1?',
        (_p, T) => new Array<number>(T).fill(0),
      ),
      'above-only': m(
        'fires only where the sum is above 1',
        'A sum of exactly 1 does not fire here. What does the task say about it?',
        (p, T) => {
          let sum = 0;
          return Array.from({ length: T }, () => {
            sum += p;
            if (!(sum > 1)) return 0;
            sum -= 1;
            return 1;
          });
        },
      ),
    },
    forms: [
      (p, T) => Array.from({ length: T }, (_, t) => Math.floor((t + 1) * p) - Math.floor(t * p)),
      (p, T) => {
        const out = new Array<number>(T).fill(0);
        let rest = 0;
        for (let t = 0; t < T; t++) {
          rest += p;
          out[t] = Math.trunc(rest);
          rest %= 1;
        }
        return out;
      },
    ],
  }),
};
