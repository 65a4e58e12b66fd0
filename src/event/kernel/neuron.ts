// Ten LIF neurons, forward and back in time, with every option of LIFNode. Each function handles a block of `steps` rows.

import { BLOCK_ROWS, BOUNDARIES, CARRY, COUNTS, POTENTIAL, ROW } from './layout';

let tau: f32 = 2;
let inverseTau: f32 = 0.5;
/** Whether 1/tau is exact, so that a product gives the same bits as the slower division. */
let exact: bool = true;
let decayInput: bool = true;
let threshold: f32 = 1;
let hardReset: bool = true;
let resetTo: f32 = 0;
let sigmoid: bool = false;
let alpha: f32 = 2;
let detachReset: bool = false;

/** Sets the options of the neurons; `resetTo` is 0 with a soft reset. */
export function setNeuron(
  newTau: f32,
  newDecayInput: bool,
  newThreshold: f32,
  newHardReset: bool,
  newResetTo: f32,
  newSigmoid: bool,
  newAlpha: f32,
  newDetachReset: bool,
): void {
  tau = newTau;
  inverseTau = 1 / newTau;
  exact = (reinterpret<u32>(newTau) & 0x7fffff) === 0;
  decayInput = newDecayInput;
  threshold = newThreshold;
  hardReset = newHardReset;
  resetTo = newResetTo;
  sigmoid = newSigmoid;
  alpha = newAlpha;
  detachReset = newDetachReset;
}

/** Neurons at rest, nothing counted. */
export function rest(scratch: usize): void {
  for (let q: usize = 0; q < ROW; q += 16) {
    v128.store(scratch + POTENTIAL + q, f32x4.splat(hardReset ? resetTo : 0));
    v128.store(scratch + COUNTS + q, f32x4.splat(0));
  }
}

/** Currents x at BLOCK_ROWS become potentials before firing h; the state before the block is kept for the way back. */
export function fire(scratch: usize, block: usize, steps: usize): void {
  memory.copy(scratch + BOUNDARIES + block * ROW, scratch + POTENTIAL, ROW);
  const state = scratch + POTENTIAL;
  const counts = scratch + COUNTS;
  let v0 = v128.load(state);
  let v1 = v128.load(state, 16);
  let v2 = v128.load(state, 32);
  let n0 = v128.load(counts);
  let n1 = v128.load(counts, 16);
  let n2 = v128.load(counts, 32);
  const level = f32x4.splat(threshold);
  const one = f32x4.splat(1);
  for (let row = scratch + BLOCK_ROWS, end = row + steps * ROW; row < end; row += ROW) {
    const h0 = charge(v0, v128.load(row));
    const h1 = charge(v1, v128.load(row, 16));
    const h2 = charge(v2, v128.load(row, 32));
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

/** Computes a block again, on the way back, from the state before it. */
export function fireAgain(scratch: usize, block: usize, steps: usize): void {
  memory.copy(scratch + POTENTIAL, scratch + BOUNDARIES + block * ROW, ROW);
  fire(scratch, block, steps);
}

/** h = v + (x - (v - rest)) / tau, or v - (v - rest) / tau + x where the input does not decay. */
function charge(v: v128, x: v128): v128 {
  const above = f32x4.sub(v, f32x4.splat(resetTo));
  return decayInput ? f32x4.add(v, perTau(f32x4.sub(x, above))) : f32x4.add(f32x4.sub(v, perTau(above)), x);
}

function perTau(x: v128): v128 {
  return exact ? f32x4.mul(x, f32x4.splat(inverseTau)) : f32x4.div(x, f32x4.splat(tau));
}

function reset(h: v128): v128 {
  return hardReset ? f32x4.splat(resetTo) : f32x4.sub(h, f32x4.splat(threshold));
}

/** Potentials h at BLOCK_ROWS become dL/dx, from the last step to the first; `spikeGradient` is dL/ds, a row. */
export function back(scratch: usize, spikeGradient: usize, steps: usize): void {
  const carry = scratch + CARRY;
  let g0 = v128.load(carry);
  let g1 = v128.load(carry, 16);
  let g2 = v128.load(carry, 32);
  const s0 = v128.load(spikeGradient);
  const s1 = v128.load(spikeGradient, 16);
  const s2 = v128.load(spikeGradient, 32);
  const toInput = f32x4.splat(decayInput ? inverseTau : 1);
  const toEarlier = f32x4.splat(1 - inverseTau);
  const start = scratch + BLOCK_ROWS;
  for (let row = start + (steps - 1) * ROW; row >= start; row -= ROW) {
    const h0 = throughSpike(v128.load(row), g0, s0);
    const h1 = throughSpike(v128.load(row, 16), g1, s1);
    const h2 = throughSpike(v128.load(row, 32), g2, s2);
    v128.store(row, f32x4.mul(h0, toInput));
    v128.store(row, f32x4.mul(h1, toInput), 16);
    v128.store(row, f32x4.mul(h2, toInput), 32);
    g0 = f32x4.mul(h0, toEarlier);
    g1 = f32x4.mul(h1, toEarlier);
    g2 = f32x4.mul(h2, toEarlier);
  }
  v128.store(carry, g0);
  v128.store(carry, g1, 16);
  v128.store(carry, g2, 32);
}

/** dL/dh from dL/dv (after reset) and dL/ds. */
function throughSpike(h: v128, gv: v128, gs: v128): v128 {
  const level = f32x4.splat(threshold);
  const above = f32x4.sub(h, level);
  const surrogate = sigmoid ? sigmoidGradient(above) : atanGradient(above);
  const kept = hardReset ? v128.andnot(gv, f32x4.ge(h, level)) : gv;
  if (detachReset) return f32x4.add(f32x4.mul(gs, surrogate), kept);
  // dv/ds of the reset: rest - h, or -threshold
  const jump = hardReset ? f32x4.sub(f32x4.splat(resetTo), h) : f32x4.splat(-threshold);
  // In this order, the product with gv is all that the step before must wait for.
  return f32x4.add(f32x4.mul(gs, surrogate), f32x4.add(f32x4.mul(gv, f32x4.mul(jump, surrogate)), kept));
}

/** alpha / 2 / (1 + (pi / 2 alpha x)^2) */
function atanGradient(x: v128): v128 {
  const u = f32x4.mul(x, f32x4.splat(f32(1.5707963267948966 * alpha)));
  return f32x4.div(f32x4.splat(alpha / 2), f32x4.add(f32x4.splat(1), f32x4.mul(u, u)));
}

/** alpha s (1 - s) with s = 1 / (1 + exp(-alpha x)), as alpha e / (1 + e)^2 with e = exp(-|alpha x|). */
function sigmoidGradient(x: v128): v128 {
  const e = exp(f32x4.neg(f32x4.abs(f32x4.mul(x, f32x4.splat(alpha)))));
  const d = f32x4.add(f32x4.splat(1), e);
  return f32x4.div(f32x4.mul(f32x4.splat(alpha), e), f32x4.mul(d, d));
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
