// The derivatives of the surrogates, of x = h - threshold.

import { ROW_BYTES } from './addresses';

// One number per surrogate of src/common/surrogates.ts, under its name in upper case. The host asks for the numbers.
export const ATAN: i32 = 0;
export const SIGMOID: i32 = 1;
export const RECT: i32 = 2;

/** The surrogate's derivative at the potentials h, which are `rows`, to as many rows at `out`. */
export function derivatives(surrogate: i32, alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  if (surrogate === ATAN) atan(alpha, threshold, rows, out, steps);
  else if (surrogate === SIGMOID) sigmoid(alpha, threshold, rows, out, steps);
  else if (surrogate === RECT) rect(alpha, threshold, rows, out, steps);
  else unreachable();
}

/** alpha / 2 / (1 + (pi / 2 alpha x)^2), x being what h is above the threshold. */
function atan(alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  const level = f32x4.splat(threshold);
  const scale = f32x4.splat(f32(1.5707963267948966 * alpha));
  const one = f32x4.splat(1);
  const height = f32x4.splat(alpha / 2);
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16) {
    const u = f32x4.mul(f32x4.sub(v128.load(rows + at), level), scale);
    v128.store(out + at, f32x4.div(height, f32x4.add(one, f32x4.mul(u, u))));
  }
}

/** alpha s (1 - s) with s = 1 / (1 + exp(-alpha x)), as alpha e / (1 + e)^2 with e = exp(-|alpha x|). */
function sigmoid(alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  const level = f32x4.splat(threshold);
  const slope = f32x4.splat(alpha);
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16) {
    const x = f32x4.sub(v128.load(rows + at), level);
    const e = exp(f32x4.neg(f32x4.abs(f32x4.mul(x, slope))));
    const d = f32x4.add(f32x4.splat(1), e);
    v128.store(out + at, f32x4.div(f32x4.mul(slope, e), f32x4.mul(d, d)));
  }
}

/** alpha where |x| < 0.5 / alpha, else 0. Of an alpha that float32 rounds, the edge may be SpikingJelly's float32 neighbour. */
function rect(alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  const level = f32x4.splat(threshold);
  const height = f32x4.splat(alpha);
  const edge = f32x4.splat(0.5 / alpha);
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16) {
    const x = f32x4.sub(v128.load(rows + at), level);
    v128.store(out + at, v128.and(height, f32x4.lt(f32x4.abs(x), edge)));
  }
}

/** exp(x) for x <= 0, to about 1e-7: x = n ln 2 + r, and a Taylor polynomial of r in [-ln 2 / 2, ln 2 / 2]. */
function exp(x: v128): v128 {
  const bounded = f32x4.max(x, f32x4.splat(-87));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(f32(Math.LOG2E))));
  // ln 2 in two parts, so that n times the first is exact
  const nearly = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  const r = f32x4.add(nearly, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let sum = f32x4.splat(1 / 5040);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1 / 720));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1 / 120));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1 / 24));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1 / 6));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1 / 2));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  // 2^n, made of its exponent's bits
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(sum, power);
}
