/**
 * What a few runs say about all runs: a mean with its interval, and whether a difference is larger than chance. A run
 * differs from the next by its seed alone, so n seeds are n values of the same quantity.
 */

import { checkNumbers } from '../../../src/common/checks';
import { atan } from '../../networks/exact';
import type { Value } from '../../networks/options/schema';

/** A mean over seeds. */
export interface Estimate {
  /** How many seeds. */
  n: number;
  mean: number;
  /** Lower and upper end of the interval that holds the true mean in 95 of 100 cases; NaN with one seed. */
  low: number;
  high: number;
}

/** A mean difference over seeds that two settings share. */
export interface Difference extends Estimate {
  /** How often chance alone brings a mean difference that lies as far from 0: the p-value of the paired t-test. */
  p: number;
}

/** The share of the intervals that hold the true value. */
export const CONFIDENCE = 0.95;

/**
 * P(|X| ≤ t) for Student's t with a whole number of degrees of freedom: the finite sums of Abramowitz and Stegun,
 * Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
 * @param t 0 or more
 * @param df a whole number, 1 or more
 */
function insideProbability(t: number, df: number): number {
  const theta = atan(t / Math.sqrt(df));
  const long = Math.sqrt(t * t + df);
  const [sine, cosine] = [t / long, Math.sqrt(df) / long];
  const odd = df % 2;
  if (df === 1) return (2 * theta) / Math.PI;
  let term = odd ? cosine : 1;
  let sum = term;
  for (let k = odd ? 3 : 2; k <= df - 2; k += 2) {
    term *= ((k - 1) / k) * cosine * cosine;
    sum += term;
  }
  return odd ? (2 / Math.PI) * (theta + sine * sum) : sine * sum;
}

/**
 * How often Student's t lies further from 0 than this, on either side.
 * @param df degrees of freedom, a whole number of at least 1
 */
export function tProbability(t: number, df: number): number {
  return Math.min(1, Math.max(0, 1 - insideProbability(Math.min(Math.abs(t), 1e100), df)));
}

/**
 * How far from 0 Student's t lies at most in `confidence` of all cases: 2.776 with 4 degrees of freedom in 95 of 100.
 * @param df degrees of freedom, a whole number of at least 1
 * @param confidence above 0 and below 1
 */
export function tQuantile(df: number, confidence = CONFIDENCE): number {
  let [low, high] = [0, 1];
  while (insideProbability(high, df) < confidence) high *= 2;
  // Halved until no number lies between.
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return high;
    if (insideProbability(middle, df) < confidence) low = middle;
    else high = middle;
  }
}

function spread(values: readonly number[]): { mean: number; error: number } {
  checkNumbers('values', values, '[seeds]');
  const n = values.length;
  if (n === 0) throw new RangeError('values: expected at least one, found none');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, error: n > 1 ? Math.sqrt(squares / (n - 1) / n) : Number.NaN };
}

/**
 * The mean and its interval of 95 %: mean ± t · s / √n, with s the standard deviation over n − 1.
 * @example
 * const { mean, low, high } = estimate([0.925, 0.927, 0.926]);
 * @throws RangeError without a value
 */
export function estimate(values: readonly number[]): Estimate {
  const { mean, error } = spread(values);
  const n = values.length;
  const reach = n > 1 ? tQuantile(n - 1) * error : Number.NaN;
  return { n, mean, low: mean - reach, high: mean + reach };
}

/**
 * The mean of a − b, its interval, and the paired t-test: what both runs of a pair share (first weights, order of the
 * images, spikes) drops out.
 * @param a and `b`: values of the same seeds in the same order, at least two
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): Difference {
  checkNumbers('a', a, '[seeds]');
  checkNumbers('b', b, '[seeds]');
  if (a.length !== b.length || a.length < 2) {
    throw new RangeError(`pairs: expected at least 2 values each, found ${a.length} and ${b.length}`);
  }
  const differences = a.map((value, i) => value - b[i]);
  const { mean, error } = spread(differences);
  // Without any spread, every difference but 0 is beyond chance.
  const t = mean === 0 ? 0 : Math.abs(mean) / error;
  return { ...estimate(differences), p: tProbability(t, a.length - 1) };
}

/** The order that the interval of a difference carries: `>` or `<` if it lies beyond 0, otherwise `≈`. */
export const orderOf = ({ low, high }: { low: number; high: number }) => (low > 0 ? '>' : high < 0 ? '<' : '≈');

/** A comparison of two networks that were tuned alike, as `npm run map -- --compare` computes it. */
export interface Comparison {
  /** Of what it was computed from. */
  sha256: string;
  sides: Record<string, ComparedSide>;
  /** Mean accuracy of the first side less that of the second, and the interval that holds it in 95 of 100 cases. */
  difference: { mean: number; low: number; high: number };
}

export interface ComparedSide {
  trials: number;
  seeds: number;
  /** What was tuned, by place. */
  knobs: Record<string, { tried: Value[]; best: Value }>;
  /** Mean accuracy on test samples. */
  accuracy: number;
  /** The rows that were read on test samples. */
  rows: string[];
}

/**
 * Which of several differences are larger than chance. Of twenty that are not, one has a p below 0.05; so the smallest
 * p is compared with 0.05 / m, the next one with 0.05 / (m − 1), and so on until one is too large (S. Holm, "A Simple
 * Sequentially Rejective Multiple Test Procedure", 1979). The chance of even one wrong mark is then at most 5 %.
 * @param p p-values of all m comparisons
 */
export function beyondChance(p: readonly number[]): boolean[] {
  checkNumbers('p', p, '[comparisons]');
  // NaN: not tested.
  const known = p.map((value) => (Number.isNaN(value) ? 1 : value));
  const order = p.map((_, i) => i).sort((i, j) => known[i] - known[j]);
  const marked = p.map(() => false);
  for (const [rank, i] of order.entries()) {
    if (known[i] > (1 - CONFIDENCE) / (p.length - rank)) break;
    marked[i] = true;
  }
  return marked;
}
