// A column of LIF neurons, up to twelve, forward and back in time, with every option of LIFNode. Each function handles a block of `steps` rows.

import * as table from '../layout';
import {
  BLOCK_ROWS,
  BOUNDARIES,
  CARRY,
  COUNTS,
  CURRENT,
  CURRENT_BOUNDARIES,
  DERIVATIVES,
  FIRED,
  FIRED_BOUNDARIES,
  INVERSE_TAU,
  PART,
  PART_BYTES,
  POTENTIAL,
  ROW_BYTES,
} from './addresses';
import { copyRow } from './rows';
import { ATAN, derivatives } from './surrogates';

let tau: f32 = 2;
let inverseTau: f32 = 0.5;
/** Whether 1/tau is exact, so that a product gives the same bits as the slower division. */
let exact: bool = true;
/** Whether each neuron has a 1/tau of its own, at INVERSE_TAU. */
let learnt: bool = false;
let decayInput: bool = true;
let threshold: f32 = 1;
let hardReset: bool = true;
let resetTo: f32 = 0;
let surrogate: i32 = ATAN;
let alpha: f32 = 2;
let detachReset: bool = false;

/** From here on neurons have the options of this layer. */
export function useNeuron(layer: usize): void {
  tau = load<f32>(layer, table.TAU);
  inverseTau = 1 / tau;
  learnt = load<u32>(layer, table.LEARNS) !== 0;
  exact = learnt || (reinterpret<u32>(tau) & 0x7fffff) === 0;
  decayInput = load<u32>(layer, table.DECAY_INPUT) !== 0;
  threshold = load<f32>(layer, table.THRESHOLD);
  hardReset = load<u32>(layer, table.HARD_RESET) !== 0;
  resetTo = load<f32>(layer, table.RESET_TO);
  surrogate = load<i32>(layer, table.SURROGATE);
  alpha = load<f32>(layer, table.ALPHA);
  detachReset = load<u32>(layer, table.DETACH_RESET) !== 0;
}

/** Neurons at rest, nothing counted. */
export function rest(column: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(column + POTENTIAL + q, f32x4.splat(hardReset ? resetTo : 0));
    v128.store(column + COUNTS + q, f32x4.splat(0));
    v128.store(column + CURRENT + q, f32x4.splat(0));
  }
  store<u16>(column + FIRED, 0);
}

/** Currents x at BLOCK_ROWS become potentials before firing h; the state before the block is kept for the backward pass. */
export function fire(column: usize, block: usize, steps: usize): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const state = column + POTENTIAL;
  const counts = column + COUNTS;
  let v0 = v128.load(state);
  let v1 = v128.load(state, 16);
  let v2 = v128.load(state, 32);
  const i0 = inverse(column, 0);
  const i1 = inverse(column, 16);
  const i2 = inverse(column, 32);
  let n0 = v128.load(counts);
  let n1 = v128.load(counts, 16);
  let n2 = v128.load(counts, 32);
  const level = f32x4.splat(threshold);
  const one = f32x4.splat(1);
  for (let row = column + BLOCK_ROWS, end = row + steps * ROW_BYTES; row < end; row += ROW_BYTES) {
    const h0 = charge(v0, v128.load(row), i0);
    const h1 = charge(v1, v128.load(row, 16), i1);
    const h2 = charge(v2, v128.load(row, 32), i2);
    v128.store(row, h0);
    v128.store(row, h1, 16);
    v128.store(row, h2, 32);
    const s0 = f32x4.ge(h0, level);
    const s1 = f32x4.ge(h1, level);
    const s2 = f32x4.ge(h2, level);
    n0 = f32x4.add(n0, v128.and(s0, one));
    n1 = f32x4.add(n1, v128.and(s1, one));
    n2 = f32x4.add(n2, v128.and(s2, one));
    v0 = v128.bitselect(reset(h0), h0, s0);
    v1 = v128.bitselect(reset(h1), h1, s1);
    v2 = v128.bitselect(reset(h2), h2, s2);
  }
  v128.store(state, v0);
  v128.store(state, v1, 16);
  v128.store(state, v2, 32);
  v128.store(counts, n0);
  v128.store(counts, n1, 16);
  v128.store(counts, n2, 32);
}

/**
 * As `fire`, for hidden neurons: their spikes go to `spikes` as an input's, 16 steps of each neuron in 16 bits, and are not
 * counted. Of the column's twelve neurons only the first `alive` ones ever fire: the others only fill it up.
 */
export function fireInto(column: usize, spikes: usize, alive: usize, block: usize, steps: usize): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const state = column + POTENTIAL;
  let v0 = v128.load(state);
  let v1 = v128.load(state, 16);
  let v2 = v128.load(state, 32);
  const i0 = inverse(column, 0);
  const i1 = inverse(column, 16);
  const i2 = inverse(column, 32);
  const level = f32x4.splat(threshold);
  const all = i32x4.splat(i32(alive));
  const alive0 = i32x4.lt_s(i32x4(0, 1, 2, 3), all);
  const alive1 = i32x4.lt_s(i32x4(4, 5, 6, 7), all);
  const alive2 = i32x4.lt_s(i32x4(8, 9, 10, 11), all);
  let row = column + BLOCK_ROWS;
  for (let start: usize = 0; start < steps; start += PART) {
    let fired0 = i32x4.splat(0);
    let fired1 = fired0;
    let fired2 = fired0;
    let bit = i32x4.splat(1);
    for (let end = row + min<usize>(PART, steps - start) * ROW_BYTES; row < end; row += ROW_BYTES) {
      const h0 = charge(v0, v128.load(row), i0);
      const h1 = charge(v1, v128.load(row, 16), i1);
      const h2 = charge(v2, v128.load(row, 32), i2);
      v128.store(row, h0);
      v128.store(row, h1, 16);
      v128.store(row, h2, 32);
      const s0 = v128.and(f32x4.ge(h0, level), alive0);
      const s1 = v128.and(f32x4.ge(h1, level), alive1);
      const s2 = v128.and(f32x4.ge(h2, level), alive2);
      fired0 = v128.or(fired0, v128.and(s0, bit));
      fired1 = v128.or(fired1, v128.and(s1, bit));
      fired2 = v128.or(fired2, v128.and(s2, bit));
      bit = i32x4.shl(bit, 1);
      v0 = v128.bitselect(reset(h0), h0, s0);
      v1 = v128.bitselect(reset(h1), h1, s1);
      v2 = v128.bitselect(reset(h2), h2, s2);
    }
    v128.store(spikes, i16x8.narrow_i32x4_u(fired0, fired1));
    v128.store64_lane(spikes, i16x8.narrow_i32x4_u(fired2, fired2), 0, 16);
    spikes += PART_BYTES;
  }
  v128.store(state, v0);
  v128.store(state, v1, 16);
  v128.store(state, v2, 32);
}

/** Currents x at BLOCK_ROWS become potentials h of neurons that never fire; the state before the block is kept as `fire` keeps it. */
export function integrate(column: usize, block: usize, steps: usize): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const state = column + POTENTIAL;
  let v0 = v128.load(state);
  let v1 = v128.load(state, 16);
  let v2 = v128.load(state, 32);
  const i0 = inverse(column, 0);
  const i1 = inverse(column, 16);
  const i2 = inverse(column, 32);
  for (let row = column + BLOCK_ROWS, end = row + steps * ROW_BYTES; row < end; row += ROW_BYTES) {
    v0 = charge(v0, v128.load(row), i0);
    v1 = charge(v1, v128.load(row, 16), i1);
    v2 = charge(v2, v128.load(row, 32), i2);
    v128.store(row, v0);
    v128.store(row, v1, 16);
    v128.store(row, v2, 32);
  }
  v128.store(state, v0);
  v128.store(state, v1, 16);
  v128.store(state, v2, 32);
}

/** One step of `fireInto`, whose current is `row`; returns which of the neurons fire, a bit for each. The state is not kept. */
export function fireStep(column: usize, row: usize, alive: usize): u32 {
  const level = f32x4.splat(threshold);
  let fired: u32 = 0;
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const state = column + POTENTIAL + q;
    const h = charge(v128.load(state), v128.load(row + q), inverse(column, q));
    v128.store(row + q, h);
    const lives = i32x4.lt_s(i32x4.add(i32x4.splat(i32(q >> 2)), i32x4(0, 1, 2, 3)), i32x4.splat(i32(alive)));
    const s = v128.and(f32x4.ge(h, level), lives);
    v128.store(state, v128.bitselect(reset(h), h, s));
    fired |= u32(i32x4.bitmask(s)) << u32(q >> 2);
  }
  return fired;
}

/** Back to the state before a block, which is computed again in the backward pass. */
export function rewind(column: usize, block: usize): void {
  copyRow(column + POTENTIAL, column + BOUNDARIES + block * ROW_BYTES);
  copyRow(column + CURRENT, column + CURRENT_BOUNDARIES + block * ROW_BYTES);
  store<u16>(column + FIRED, load<u16>(column + FIRED_BOUNDARIES + 2 * block));
}

/** h = v + (x - (v - rest)) / tau, or v - (v - rest) / tau + x where the input does not decay. */
function charge(v: v128, x: v128, i: v128): v128 {
  const above = f32x4.sub(v, f32x4.splat(resetTo));
  return decayInput ? f32x4.add(v, perTau(f32x4.sub(x, above), i)) : f32x4.add(f32x4.sub(v, perTau(above, i)), x);
}

function perTau(x: v128, i: v128): v128 {
  return exact ? f32x4.mul(x, i) : f32x4.div(x, f32x4.splat(tau));
}

/** 1 / tau of four neurons of a column. */
function inverse(column: usize, q: usize): v128 {
  return learnt ? v128.load(column + INVERSE_TAU + q) : f32x4.splat(inverseTau);
}

function reset(h: v128): v128 {
  return hardReset ? f32x4.splat(resetTo) : f32x4.sub(h, f32x4.splat(threshold));
}

/**
 * Potentials h of some steps at BLOCK_ROWS, the first of which is `from`, become dL/dx, from the last step to the first; `spikeGradient` is dL/ds, rows of each step that
 * lie `stride` bytes apart (0: the same row in every step).
 *
 * dL/dh = dL/ds s' + dL/dv (kept + jump s'), where s' is the surrogate's derivative and the reset makes `kept` and `jump`.
 * Only dL/dv depends on later steps: the derivatives are computed for all steps at once, before the steps are gone through backwards.
 */
export function back(
  scratch: usize,
  column: usize,
  spikeGradient: usize,
  stride: usize,
  from: usize,
  steps: usize,
): void {
  const rows = column + BLOCK_ROWS + from * ROW_BYTES;
  derivatives(surrogate, alpha, threshold, rows, scratch + DERIVATIVES, steps);
  const carry = column + CARRY;
  let v0 = v128.load(carry);
  let v1 = v128.load(carry, 16);
  let v2 = v128.load(carry, 32);
  spikeGradient += steps * stride;
  const one = f32x4.splat(1);
  const i0 = inverse(column, 0);
  const i1 = inverse(column, 16);
  const i2 = inverse(column, 32);
  const x0 = decayInput ? i0 : one;
  const x1 = decayInput ? i1 : one;
  const x2 = decayInput ? i2 : one;
  const e0 = f32x4.sub(one, i0);
  const e1 = f32x4.sub(one, i1);
  const e2 = f32x4.sub(one, i2);
  const level = f32x4.splat(threshold);
  for (let at = steps * ROW_BYTES; at > 0; ) {
    at -= ROW_BYTES;
    const h = rows + at;
    const derivative = scratch + DERIVATIVES + at;
    spikeGradient -= stride;
    const s0 = v128.load(spikeGradient);
    const s1 = v128.load(spikeGradient, 16);
    const s2 = v128.load(spikeGradient, 32);
    const h0 = throughSpike(v128.load(h), v128.load(derivative), v0, s0, level);
    const h1 = throughSpike(v128.load(h, 16), v128.load(derivative, 16), v1, s1, level);
    const h2 = throughSpike(v128.load(h, 32), v128.load(derivative, 32), v2, s2, level);
    v128.store(h, f32x4.mul(h0, x0));
    v128.store(h, f32x4.mul(h1, x1), 16);
    v128.store(h, f32x4.mul(h2, x2), 32);
    v0 = f32x4.mul(h0, e0);
    v1 = f32x4.mul(h1, e1);
    v2 = f32x4.mul(h2, e2);
  }
  v128.store(carry, v0);
  v128.store(carry, v1, 16);
  v128.store(carry, v2, 32);
}

/** As `back`, for neurons that never fire: dL/dh of each step at BLOCK_ROWS, as far as later steps do not matter, becomes dL/dx. */
export function backPotentials(column: usize, steps: usize): void {
  const one = f32x4.splat(1);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const toInput = decayInput ? inverse(column, q) : one;
    const toEarlier = f32x4.sub(one, inverse(column, q));
    const carry = column + CARRY + q;
    let v = v128.load(carry);
    const first = column + BLOCK_ROWS + q;
    for (let row = first + steps * ROW_BYTES; row > first; ) {
      row -= ROW_BYTES;
      const h = f32x4.add(v128.load(row), v);
      v128.store(row, f32x4.mul(h, toInput));
      v = f32x4.mul(h, toEarlier);
    }
    v128.store(carry, v);
  }
}

/** dL/dh from dL/dv, v being the potential after the reset, and dL/ds. */
function throughSpike(h: v128, derivative: v128, gv: v128, gs: v128, level: v128): v128 {
  const one = f32x4.splat(1);
  let factor = hardReset ? v128.andnot(one, f32x4.ge(h, level)) : one;
  if (!detachReset) {
    const jump = hardReset ? f32x4.sub(f32x4.splat(resetTo), h) : f32x4.neg(level);
    factor = f32x4.add(factor, f32x4.mul(jump, derivative));
  }
  return f32x4.add(f32x4.mul(gs, derivative), f32x4.mul(gv, factor));
}

/**
 * Before `back`, where tau is learnt: potentials h of some steps at BLOCK_ROWS, the first of which is `from`, become what dL/dx
 * is multiplied by to be the step's part of dL/dw, where 1/tau = sigma(w), to `factors`.
 *
 * dL/dw = dL/dh (x - (v - rest)) sigma'(w), or dL/dh (rest - v) sigma'(w) where the input does not decay; sigma' = (1 - 1/tau) / tau.
 */
export function findFactors(
  column: usize,
  factors: usize,
  block: usize,
  from: usize,
  steps: usize,
  isFiring: bool,
): void {
  const level = f32x4.splat(threshold);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const i = inverse(column, q);
    const left = f32x4.sub(f32x4.splat(1), i);
    // Of dL/dx, which is dL/dh / tau, and h - v, which is (x - (v - rest)) / tau.
    const scale = decayInput ? f32x4.div(left, i) : f32x4.mul(left, i);
    let row = column + BLOCK_ROWS + from * ROW_BYTES + q;
    let v = v128.load(column + BOUNDARIES + block * ROW_BYTES + q);
    if (from) v = after(v128.load(row - ROW_BYTES), level, isFiring);
    for (let end = row + steps * ROW_BYTES, out = factors + q; row < end; row += ROW_BYTES, out += ROW_BYTES) {
      const h = v128.load(row);
      v128.store(out, f32x4.mul(scale, f32x4.sub(decayInput ? h : f32x4.splat(resetTo), v)));
      v = after(h, level, isFiring);
    }
  }
}

/** Potentials after the reset. */
function after(h: v128, level: v128, isFiring: bool): v128 {
  return isFiring ? v128.bitselect(reset(h), h, f32x4.ge(h, level)) : h;
}

/** 1 where neurons of these potentials fire, else 0: a row. */
export function spikesOf(h: usize, out: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(out + q, v128.and(f32x4.ge(v128.load(h + q), f32x4.splat(threshold)), f32x4.splat(1)));
  }
}
