// The derivatives of the surrogates, of x = h - threshold.

import { ROW_BYTES } from './addresses';
import { exp } from './exponential';

// One number per surrogate of src/common/surrogates.ts, under its name in upper case. The host asks for the numbers.
export const ATAN: i32 = 0;
export const SIGMOID: i32 = 1;
export const RECT: i32 = 2;

/** Writes the surrogate's derivative at potentials h (`rows`) to `out`. */
export function derivatives(surrogate: i32, alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  if (surrogate === ATAN) atan(alpha, threshold, rows, out, steps);
  else if (surrogate === SIGMOID) sigmoid(alpha, threshold, rows, out, steps);
  else if (surrogate === RECT) rect(alpha, threshold, rows, out, steps);
  else unreachable();
}

function atan(alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  const level = f32x4.splat(threshold);
  const scale = atanScale(alpha);
  const height = f32x4.splat(alpha / 2);
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16) {
    v128.store(out + at, atanOf(v128.load(rows + at), level, scale, height));
  }
}

export function atanScale(alpha: f32): v128 {
  return f32x4.splat(f32(1.5707963267948966 * alpha));
}

/** alpha / 2 / (1 + (pi / 2 alpha x)^2), with x = h - threshold. */
export function atanOf(h: v128, level: v128, scale: v128, height: v128): v128 {
  const u = f32x4.mul(f32x4.sub(h, level), scale);
  return f32x4.div(height, f32x4.add(f32x4.splat(1), f32x4.mul(u, u)));
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

/**
 * alpha where |x| < 0.5 / alpha, else 0. If float32 rounds alpha, the edge may differ from SpikingJelly's in the last bit.
 */
function rect(alpha: f32, threshold: f32, rows: usize, out: usize, steps: usize): void {
  const level = f32x4.splat(threshold);
  const height = f32x4.splat(alpha);
  const edge = f32x4.splat(rectEdge(alpha));
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16) {
    v128.store(out + at, rectOf(v128.load(rows + at), level, edge, height));
  }
}

export function rectEdge(alpha: f32): f32 {
  return 0.5 / alpha;
}

export function rectOf(h: v128, level: v128, edge: v128, height: v128): v128 {
  return v128.and(height, f32x4.lt(f32x4.abs(f32x4.sub(h, level)), edge));
}
