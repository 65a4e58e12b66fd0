// Backpropagates through time in a column of neurons (`neuron.ts`).

import { ADAPT_CARRY, BLOCK_ROWS, CARRY, DERIVATIVES, INVERSE_TAU, ROW_BYTES } from './addresses';
import {
  adaptKept,
  adapts,
  alpha,
  beta,
  decayInput,
  detachReset,
  hardReset,
  inverseOf,
  inverseTau,
  learnt,
  levelAt,
  resetFrom,
  resetTo,
  surrogate,
  threshold,
} from './neuron';
import { storeRow } from './rows';
import { adaptationOf } from './state';
import { ATAN, atanOf, atanScale, derivatives, RECT, rectEdge, rectOf } from './surrogates';

/**
 * Replaces potentials h in `rows` by dL/dx, from the last step to the first. `spikeGradient` has the rows of dL/ds,
 * `stride` bytes apart (0: the same row in every step).
 *
 * dL/dh = dL/ds s' + dL/dv (kept + jump s'), where s' is the surrogate's derivative, and `kept` and `jump` follow from the
 * reset. Only dL/dv depends on later steps, so the derivatives of all steps are computed first. With the usual options
 * one loop does both, since a processor can divide while it waits for dL/dv.
 */
export function back(
  scratch: usize,
  column: usize,
  rows: usize,
  spikeGradient: usize,
  stride: usize,
  steps: usize,
): void {
  if (adapts) {
    backRising(scratch, column, rows, spikeGradient, stride, steps);
    return;
  }
  const isUsual = !learnt && hardReset && !detachReset;
  if (isUsual && surrogate === ATAN) {
    backAs<f64, f64>(scratch, column, rows, spikeGradient, stride, steps);
    return;
  }
  if (isUsual && surrogate === RECT) {
    backAs<f64, i32>(scratch, column, rows, spikeGradient, stride, steps);
    return;
  }
  derivatives(surrogate, alpha, threshold, rows, scratch + DERIVATIVES, steps);
  if (learnt) backAs<v128, f32>(scratch, column, rows, spikeGradient, stride, steps);
  else backAs<f32, f32>(scratch, column, rows, spikeGradient, stride, steps);
}

/**
 * The same for neurons whose threshold θ rises with a. Through the spike, dL/dθ is -dL/dh; a soft reset also subtracts θ.
 * Then dL/da = (1 - 1/tau_adapt) dL/da' + beta dL/dθ, and dL/ds includes dL/da' of the next step.
 */
function backRising(
  scratch: usize,
  column: usize,
  first: usize,
  spikeGradient: usize,
  stride: usize,
  steps: usize,
): void {
  const slopes = scratch + DERIVATIVES;
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 16)
    v128.store(slopes + at, f32x4.sub(v128.load(first + at), levelAt(column, first + at)));
  derivatives(surrogate, alpha, 0, slopes, slopes, steps);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const x = decayInput ? inverseOf(column, q) : f32x4.splat(1);
    const earlier = f32x4.sub(f32x4.splat(1), inverseOf(column, q));
    const carry = adaptationOf(column) + ADAPT_CARRY + q;
    let gv = v128.load(column + CARRY + q);
    let ga = v128.load(carry);
    for (let t = steps; t-- > 0; ) {
      const row = first + t * ROW_BYTES + q;
      const h = v128.load(row);
      const level = levelAt(column, row);
      const s = f32x4.ge(h, level);
      let gs = f32x4.add(v128.load(spikeGradient + t * stride + q), ga);
      const jump = hardReset ? f32x4.sub(f32x4.splat(resetTo), h) : f32x4.neg(level);
      if (!detachReset) gs = f32x4.add(gs, f32x4.mul(gv, jump));
      const through = f32x4.mul(gs, v128.load(slopes + t * ROW_BYTES + q));
      const gh = f32x4.add(through, hardReset ? v128.andnot(gv, s) : gv);
      const risen = hardReset ? through : f32x4.add(through, v128.and(gv, s));
      ga = f32x4.sub(f32x4.mul(ga, f32x4.splat(adaptKept)), f32x4.mul(risen, f32x4.splat(beta)));
      v128.store(row, f32x4.mul(gh, x));
      gv = f32x4.mul(gh, earlier);
    }
    v128.store(column + CARRY + q, gv);
    v128.store(carry, ga);
  }
}

/**
 * With type Tau f64 the options are the usual ones (see `learnt` in neuron.ts); then type Slope is f64 for ATan, i32 for
 * the rectangle.
 */
function backAs<Tau, Slope>(
  scratch: usize,
  column: usize,
  first: usize,
  spikeGradient: usize,
  stride: usize,
  steps: usize,
): void {
  const carry = column + CARRY;
  let v0 = v128.load(carry);
  let v1 = v128.load(carry, 16);
  let v2 = v128.load(carry, 32);
  const x0 = toInput<Tau>(column, 0);
  const x1 = toInput<Tau>(column, 16);
  const x2 = toInput<Tau>(column, 32);
  const e0 = toEarlier<Tau>(column, 0);
  const e1 = toEarlier<Tau>(column, 16);
  const e2 = toEarlier<Tau>(column, 32);
  const level = f32x4.splat(threshold);
  const rest = f32x4.splat(resetTo);
  const scale = isInteger<Slope>() ? f32x4.splat(rectEdge(alpha)) : atanScale(alpha);
  const height = f32x4.splat(isInteger<Slope>() ? alpha : alpha / 2);
  let h = first + steps * ROW_BYTES;
  let derivative = scratch + DERIVATIVES + steps * ROW_BYTES;
  spikeGradient += steps * stride;
  // The test is at the loop's end, since V8 hoists invariants out of such loops only.
  do {
    h -= ROW_BYTES;
    derivative -= ROW_BYTES;
    spikeGradient -= stride;
    const h0 = throughSpike<Tau, Slope>(h, derivative, v0, spikeGradient, level, rest, scale, height);
    v128.store(h, times(h0, x0));
    v0 = times(h0, e0);
    const h1 = throughSpike<Tau, Slope>(h + 16, derivative + 16, v1, spikeGradient + 16, level, rest, scale, height);
    v128.store(h, times(h1, x1), 16);
    v1 = times(h1, e1);
    const h2 = throughSpike<Tau, Slope>(h + 32, derivative + 32, v2, spikeGradient + 32, level, rest, scale, height);
    v128.store(h, times(h2, x2), 32);
    v2 = times(h2, e2);
  } while (h > first);
  storeRow(carry, v0, v1, v2);
}

/** Factors from dL/dh to dL/dx, and to dL/dv of the step before. */
function toInput<Tau>(column: usize, q: usize): Tau {
  if (isVector<Tau>()) return decayInput ? v128.load(column + INVERSE_TAU + q) : f32x4.splat(1);
  return <Tau>(decayInput ? inverseTau : 1);
}

function toEarlier<Tau>(column: usize, q: usize): Tau {
  if (isVector<Tau>()) return f32x4.sub(f32x4.splat(1), v128.load(column + INVERSE_TAU + q));
  const left: f32 = 1 - inverseTau;
  return <Tau>left;
}

function times<Tau>(x: v128, factor: Tau): v128 {
  if (isVector<Tau>()) return f32x4.mul(x, factor);
  return f32x4.mul(x, f32x4.splat(f32(factor)));
}

/**
 * Like `back`, for neurons that never fire: replaces the direct part of dL/dh in each step at BLOCK_ROWS by dL/dx.
 */
export function backPotentials(column: usize, steps: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const x = decayInput ? inverseOf(column, q) : f32x4.splat(1);
    const earlier = f32x4.sub(f32x4.splat(1), inverseOf(column, q));
    const carry = column + CARRY + q;
    let v = v128.load(carry);
    const first = column + BLOCK_ROWS + q;
    for (let row = first + steps * ROW_BYTES; row > first; ) {
      row -= ROW_BYTES;
      const h = f32x4.add(v128.load(row), v);
      v128.store(row, f32x4.mul(h, x));
      v = f32x4.mul(h, earlier);
    }
    v128.store(carry, v);
  }
}

/** dL/dh from dL/dv, where v is the potential after the reset, and dL/ds. */
function throughSpike<Tau, Slope>(
  row: usize,
  derivative: usize,
  gv: v128,
  gs: usize,
  level: v128,
  rest: v128,
  scale: v128,
  height: v128,
): v128 {
  const one = f32x4.splat(1);
  const h = v128.load(row);
  let slope = v128.load(derivative);
  if (isInteger<Slope>()) slope = rectOf(h, level, scale, height);
  else if (sizeof<Slope>() === 8) slope = atanOf(h, level, scale, height);
  let factor = sizeof<Tau>() === 8 || hardReset ? v128.andnot(one, f32x4.ge(h, level)) : one;
  if (sizeof<Tau>() === 8 || !detachReset) {
    const jump = sizeof<Tau>() === 8 || hardReset ? f32x4.sub(rest, h) : f32x4.neg(level);
    factor = f32x4.add(factor, f32x4.mul(jump, slope));
  }
  return f32x4.add(f32x4.mul(v128.load(gs), slope), f32x4.mul(gv, factor));
}

/**
 * Writes the factors from dL/dx to each step's part of dL/dw, where 1/tau = sigma(w), before `back` overwrites the
 * potentials h of the rows at `first`, from step `from` on. The row `before` has the potentials before the first step.
 *
 * dL/dw = dL/dh (x - (v - rest)) sigma'(w), or dL/dh (rest - v) sigma'(w) where the input does not decay; sigma' =
 * (1 - 1/tau) / tau.
 */
export function findFactors(
  column: usize,
  first: usize,
  factors: usize,
  before: usize,
  from: usize,
  steps: usize,
  isFiring: bool,
): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const i = inverseOf(column, q);
    const left = f32x4.sub(f32x4.splat(1), i);
    // Uses dL/dx = dL/dh / tau and h - v = (x - (v - rest)) / tau.
    const scale = decayInput ? f32x4.div(left, i) : f32x4.mul(left, i);
    let row = first + from * ROW_BYTES + q;
    let v = v128.load(before + q);
    if (from) v = after(column, row - ROW_BYTES, isFiring);
    for (let end = row + steps * ROW_BYTES, out = factors + q; row < end; row += ROW_BYTES, out += ROW_BYTES) {
      const h = v128.load(row);
      v128.store(out, f32x4.mul(scale, f32x4.sub(decayInput ? h : f32x4.splat(resetTo), v)));
      v = after(column, row, isFiring);
    }
  }
}

/** Potentials after the reset, from those before it. If the threshold rises, they must be in BLOCK_ROWS. */
function after(column: usize, place: usize, isFiring: bool): v128 {
  const h = v128.load(place);
  if (!isFiring) return h;
  const level = levelAt(column, place);
  return v128.bitselect(resetFrom(h, level), h, f32x4.ge(h, level));
}
