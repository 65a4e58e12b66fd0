/**
 * Powers, exponentials, logarithms and sines by additions, products and divisions alone: the same bits on every
 * machine, which `Math.pow`, `Math.exp`, `Math.log` and `Math.sin` do not promise.
 */

/** base^exponent, for a whole exponent of 0 or more. */
export function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}

// ln 2 in two parts, so that a whole number times the first is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * exp(x) for x ≤ 0, to the last digit or two: x = n ln 2 + r, and the Taylor polynomial of r in [−ln 2 / 2, ln 2 / 2].
 */
export function exp(x: number): number {
  if (x < -700) return 0;
  const n = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1;
  for (let k = 14; k > 0; k--) sum = 1 + (sum * r) / k;
  return sum * power(0.5, -n);
}

/** ln(x) for x ≥ 1, to the last digit or two: x = 2ⁿ s, and ln s = 2 artanh((s − 1) / (s + 1)) as a series. */
export function log(x: number): number {
  let n = 0;
  let s = x;
  for (; s > Math.SQRT2 && n < 1024; n++) s /= 2;
  const f = (s - 1) / (s + 1);
  let sum = 0;
  for (let k = 21; k > 0; k -= 2) sum = sum * f * f + 1 / k;
  return n * LN2_HIGH + (n * LN2_LOW + 2 * f * sum);
}

/** sin(2π u), to 1e-15: u is brought to [−1/4, 1/4] turns, and then the Taylor polynomial. */
export function sinTurns(u: number): number {
  // From −1/2 to 1/2, exactly.
  const rest = u - Math.floor(u + 0.5);
  const folded = rest > 0.25 ? 0.5 - rest : rest < -0.25 ? -0.5 - rest : rest;
  const x = 2 * Math.PI * folded;
  let sum = 1;
  for (let k = 21; k > 1; k -= 2) sum = 1 - (sum * x * x) / (k * (k - 1));
  return x * sum;
}
