// exp and log by sums and products alone, so they are the same bits on every machine.

/** exp(x) for x <= 0, to about 1e-7: x = n ln 2 + r, and a Taylor polynomial of r in [-ln 2 / 2, ln 2 / 2]. */
export function exp(x: v128): v128 {
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

/**
 * log(x) for x from 1 to 10, to about 1e-16: x = 2^n y, and log y = 2 artanh(s) with s = (y - 1) / (y + 1) in
 * [-0.18, 0.18].
 */
export function log(x: f64): f64 {
  let n: f64 = 0;
  for (; x > Math.SQRT2; x /= 2) n++;
  const s = (x - 1) / (x + 1);
  const square = s * s;
  let sum: f64 = 0;
  for (let power: i32 = 21; power > 0; power -= 2) sum = sum * square + 2 / f64(power);
  return n * Math.LN2 + s * sum;
}
