/**
 * Powers, exponentials, logarithms and sines by additions, products and divisions alone: the same bits on every
 * machine, which `Math.pow`, `**`, `Math.exp`, `Math.log` and `Math.sin` do not promise. Chapters have them as `math`.
 */
import { formatValue } from '../../src/common/checks';

/** A text or a bigint would get far into the sums. */
function checkReal(name: string, x: number): void {
  if (typeof x !== 'number') throw new TypeError(`math.${name}: expected a number, found ${formatValue(x)}`);
}

/** base^exponent, for a whole exponent; each of the products rounds once. */
export function pow(base: number, exponent: number): number {
  checkReal('pow', base);
  checkReal('pow', exponent);
  if (!Number.isInteger(exponent)) {
    throw new RangeError(
      `math.pow: expected a whole exponent, found ${exponent}: math.exp(exponent * math.log(base)) takes any`,
    );
  }
  let result = 1;
  for (let square = base, left = Math.abs(exponent); left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  if (exponent >= 0) return result;
  // 10³¹⁰ is infinite, yet 10⁻³¹⁰ is not 0.
  return Math.abs(result) === Number.POSITIVE_INFINITY ? pow(1 / base, -exponent) : 1 / result;
}

// ln 2 in two parts, so that a whole number times the first is exact.
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** 2ⁿ x for a whole n, in two factors: where 2ⁿ itself is too large or too small, too. */
function scaled(x: number, n: number): number {
  const half = Math.trunc(n / 2);
  const two = n < 0 ? 0.5 : 2;
  return x * pow(two, Math.abs(half)) * pow(two, Math.abs(n - half));
}

/** exp(x), to the last digit or two: x = n ln 2 + r, and the Taylor polynomial of r in [−ln 2 / 2, ln 2 / 2]. */
export function exp(x: number): number {
  checkReal('exp', x);
  if (x < -746) return 0;
  if (x > 710) return Number.POSITIVE_INFINITY;
  if (Number.isNaN(x)) return x;
  const n = Math.floor(x * Math.LOG2E + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  let sum = 1;
  for (let k = 14; k > 0; k--) sum = 1 + (sum * r) / k;
  return scaled(sum, n);
}

/** A logarithm of x = 2ⁿ s, from n and ln s; s is in [1/√2, √2], and ln s = 2 artanh((s − 1) / (s + 1)) a series. */
function logarithm(name: string, x: number, join: (n: number, ofS: number) => number): number {
  checkReal(name, x);
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (!(x > 0)) return Number.NaN;
  if (x === Number.POSITIVE_INFINITY) return x;
  let n = 0;
  let s = x;
  for (; s > Math.SQRT2; n++) s /= 2;
  for (; s < Math.SQRT1_2; n--) s *= 2;
  const f = (s - 1) / (s + 1);
  let sum = 0;
  for (let k = 21; k > 0; k -= 2) sum = sum * f * f + 1 / k;
  return join(n, 2 * f * sum);
}

/** ln(x), to the last digit or two. */
export const log = (x: number): number => logarithm('log', x, (n, ofS) => n * LN2_HIGH + (n * LN2_LOW + ofS));

/** The logarithm to base 2, to the last digit or two; a power of two gives a whole number. */
export const log2 = (x: number): number => logarithm('log2', x, (n, ofS) => n + ofS * Math.LOG2E);

/** sin(x) for |x| ≤ π/2, by the Taylor polynomial. */
function sine(x: number): number {
  let sum = 1;
  for (let k = 21; k > 1; k -= 2) sum = 1 - (sum * x * x) / (k * (k - 1));
  return x * sum;
}

/** sin(2π u), to 1e-15: u is brought to [−1/4, 1/4] turns, and then the Taylor polynomial. */
export function sinTurns(u: number): number {
  // From −1/2 to 1/2, exactly.
  const rest = u - Math.floor(u + 0.5);
  const folded = rest > 0.25 ? 0.5 - rest : rest < -0.25 ? -0.5 - rest : rest;
  return sine(2 * Math.PI * folded);
}

/** cos(x) for |x| ≤ π/4: exactly 1 at 0, and nowhere above 1, as a polynomial near π/2 would be. */
function cosine(x: number): number {
  const s = sine(x / 2);
  return 1 - 2 * s * s;
}

// π/2 in three parts, so that a whole number up to 2²⁰ times the first two is exact.
const QUARTER = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487959506e-21];
const MOST_QUARTERS = 2 ** 20;

/** sin(x), with x brought to [−π/2, π/2] around its nearest even quarter of a turn, or odd one for a cosine. */
function turned(name: string, x: number, odd: 0 | 1): number {
  checkReal(name, x);
  const half = Math.floor((x / (Math.PI / 2) - odd) / 2 + 0.5);
  const quarters = 2 * half + odd;
  if (Math.abs(quarters) > MOST_QUARTERS) {
    throw new RangeError(
      `math.${name}: expected an angle from -1600000 to 1600000, found ${x}: take off whole turns first`,
    );
  }
  const rest = QUARTER.reduce((left, part) => left - quarters * part, x);
  const value = Math.abs(rest) < Math.PI / 4 ? sine(rest) : Math.sign(rest) * cosine(Math.PI / 2 - Math.abs(rest));
  return (half % 2 === 0) === (odd === 0) ? value : -value;
}

/** sin(x) of an angle in radians, to the last digit or two. */
export const sin = (x: number): number => turned('sin', x, 0);

/** cos(x) of an angle in radians, to the last digit or two. */
export const cos = (x: number): number => turned('cos', x, 1);

/** atan(x) for x ≥ 0, to 1e-15 of it: the angle is halved three times, and then the series. */
export function atan(x: number): number {
  if (x > 1e100) return Math.PI / 2;
  let small = x;
  for (let k = 0; k < 3; k++) small /= 1 + Math.sqrt(1 + small * small);
  let sum = 0;
  for (let k = 21; k > 0; k -= 2) sum = 1 / k - sum * small * small;
  return 8 * small * sum;
}

/** The angle in radians that has this cosine, to 1e-15. */
export function acos(x: number): number {
  checkReal('acos', x);
  return 2 * atan(Math.sqrt((1 - x) / (1 + x)));
}
