/** Student's t and what is built on it, against scipy 1.17 (`scipy.stats.t`, `ttest_rel`, `sem`). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { beyondChance, estimate, pairedDifference, tProbability, tQuantile } from '../../map/statistics';

const close = (found: number, expected: number, what: string) =>
  assert.ok(
    Math.abs(found - expected) <= 1e-10 * Math.max(1, Math.abs(expected)),
    `${what}: ${found}, not ${expected}`,
  );

describe("Student's t", () => {
  test('reaches as far as in scipy: t.ppf((1 + confidence) / 2, df)', () => {
    for (const [df, confidence, expected] of [
      [1, 0.95, 12.706204736174694],
      [1, 0.99, 63.656741162871526],
      [2, 0.95, 4.302652729749462],
      [2, 0.99, 9.924843200918287],
      [3, 0.95, 3.1824463052837078],
      [4, 0.95, 2.7764451051977934],
      [9, 0.95, 2.262157162798205],
      [10, 0.99, 3.16927267261695],
      [29, 0.95, 2.045229642132703],
      [99, 0.99, 2.626405457280827],
    ]) {
      close(tQuantile(df, confidence), expected, `df ${df}, ${confidence}`);
    }
  });

  test('lies further from 0 as often as in scipy: 2 * t.sf(|t|, df)', () => {
    for (const [t, df, expected] of [
      [0, 3, 1],
      [0.5, 1, 0.7048327646991335],
      [1.2, 2, 0.3530033607793695],
      [2.776, 4, 0.05002277831997642],
      [-3.1, 9, 0.01272245597820203],
      [12, 5, 7.089492517161522e-5],
      [2, 30, 0.054625044962983094],
      [1.96, 200, 0.051384840845813295],
    ]) {
      close(tProbability(t, df), expected, `t ${t}, df ${df}`);
    }
    assert.equal(tProbability(Number.POSITIVE_INFINITY, 4), 0);
  });

  test('takes a whole number of degrees of freedom and a confidence below 1 alone', () => {
    assert.throws(() => tQuantile(0), { message: 'df: expected a whole number of at least 1, found 0' });
    assert.throws(() => tProbability(1, 2.5), { message: 'df: expected a whole number of at least 1, found 2.5' });
    assert.throws(() => tQuantile(4, 1), /confidence: expected a number between 0 and 1, found 1/);
  });
});

const A = [0.9273, 0.9268, 0.9281, 0.927, 0.9264];
const B = [0.9255, 0.9259, 0.9262, 0.9266, 0.9249];

test('a mean has the interval of scipy: t.interval(0.95, n - 1, loc=mean, scale=sem)', () => {
  const { n, mean, low, high } = estimate(A);
  assert.equal(n, 5);
  close(mean, 0.92712, 'mean');
  close(low, 0.9263278611863031, 'low');
  close(high, 0.927912138813697, 'high');
});

test('one seed has a mean and no interval; none is refused', () => {
  assert.deepEqual(estimate([0.5]), { n: 1, mean: 0.5, low: Number.NaN, high: Number.NaN });
  assert.throws(() => estimate([]), { message: 'values: expected at least one, found none' });
});

test('a paired difference has the p-value and the interval of scipy: ttest_rel', () => {
  const { mean, low, high, p } = pairedDifference(A, B);
  close(mean, 0.0013, 'mean');
  close(low, 0.0005098098702234654, 'low');
  close(high, 0.0020901901297765593, 'high');
  close(p, 0.010278410353586996, 'p');
  assert.ok(Math.abs(pairedDifference(B, A).mean + mean) < 1e-15);
});

test('equal runs differ by chance alone, and a difference without spread does not', () => {
  assert.equal(pairedDifference(A, A).p, 1);
  assert.equal(pairedDifference([3, 4, 5], [2, 3, 4]).p, 0);
  assert.throws(() => pairedDifference([1], [2]), /pairs: expected at least 2 values each, found 1 and 1/);
  assert.throws(() => pairedDifference([1, 2], [2]), /found 2 and 1/);
});

test("of several differences those are marked that pass Holm's test", () => {
  // Holm's procedure as R's p.adjust has it: 0.03, 0.06, 0.06 and 0.02.
  assert.deepEqual(beyondChance([0.01, 0.04, 0.03, 0.005]), [true, false, false, true]);
  assert.deepEqual(beyondChance([0.04]), [true]);
  assert.deepEqual(beyondChance([0.04, 0.04]), [false, false]);
  assert.deepEqual(beyondChance([]), []);
  assert.deepEqual(beyondChance([Number.NaN, 0.001]), [false, true]);
});
