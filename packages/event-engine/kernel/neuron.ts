// A column of up to twelve LIF neurons, with every option of LIFNode; back.ts has the backward pass. Each function handles
// a block of `steps` rows.

import * as table from '../layout';
import {
  ADAPT_CARRY,
  ADAPTATION,
  BLOCK_ROWS,
  BOUNDARIES,
  COUNTS,
  CURRENT,
  FIRED,
  INVERSE_TAU,
  LEVELS,
  PART,
  PART_BYTES,
  POTENTIAL,
  ROW_BYTES,
  WIDTH,
} from './addresses';
import { addToRow, clearRow, copyRow, storeRow } from './rows';
import { adaptationOf, keepState } from './state';
import { ATAN } from './surrogates';

let tau: f32 = 2;
export let inverseTau: f32 = 0.5;
/** Whether 1/tau is exact, so that a product gives the same bits as the slower division. */
let exact: bool = true;
/**
 * Whether each neuron has a 1/tau of its own, at INVERSE_TAU. Of what depends on it three functions are compiled, one
 * for each type Tau of it: v128 for those of four neurons, f32 for the one of all, and f64 where it is exact and the
 * other options are the usual ones, for which a loop need not ask.
 */
export let learnt: bool = false;
export let decayInput: bool = true;
export let threshold: f32 = 1;
export let hardReset: bool = true;
export let resetTo: f32 = 0;
export let surrogate: i32 = ATAN;
export let alpha: f32 = 2;
export let detachReset: bool = false;
/** Increase of the threshold per spike, and its decay factor per step. Neurons with adaptation have loops of their own. */
export let beta: f32 = 0;
export let adaptKept: f32 = 0;
export let adapts: bool = false;

/** Sets the options of this layer's neurons. */
export function useNeuron(layer: usize): void {
  tau = load<f32>(layer, table.TAU);
  inverseTau = 1 / tau;
  learnt = load<u32>(layer, table.LEARNS) !== 0;
  exact = (reinterpret<u32>(tau) & 0x7fffff) === 0;
  decayInput = load<u32>(layer, table.DECAY_INPUT) !== 0;
  threshold = load<f32>(layer, table.THRESHOLD);
  hardReset = load<u32>(layer, table.HARD_RESET) !== 0;
  resetTo = load<f32>(layer, table.RESET_TO);
  surrogate = load<i32>(layer, table.SURROGATE);
  alpha = load<f32>(layer, table.ALPHA);
  detachReset = load<u32>(layer, table.DETACH_RESET) !== 0;
  beta = load<f32>(layer, table.BETA);
  adaptKept = load<f32>(layer, table.ADAPT_KEPT);
  adapts = beta !== 0;
}

/** The thresholds of four neurons of a column at a place of its BLOCK_ROWS. */
export function levelAt(column: usize, place: usize): v128 {
  if (!adapts) return f32x4.splat(threshold);
  return v128.load(adaptationOf(column) + LEVELS + (place - column - BLOCK_ROWS));
}

/** Resets neurons to rest, and counts to 0. */
export function rest(column: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(column + POTENTIAL + q, f32x4.splat(hardReset ? resetTo : 0));
    v128.store(column + COUNTS + q, f32x4.splat(0));
    v128.store(column + CURRENT + q, f32x4.splat(0));
  }
  store<u16>(column + FIRED, 0);
  const adaptation = adaptationOf(column);
  if (adaptation) {
    clearRow(adaptation + ADAPTATION);
    clearRow(adaptation + ADAPT_CARRY);
  }
}

/**
 * Currents x at BLOCK_ROWS become potentials before firing h; the state before the block is kept for the backward pass.
 * Spikes go to `spikes` as an input's, 16 steps of each neuron in 16 bits. Of the column's twelve neurons only the
 * first `alive` ones ever fire: the others fill it up.
 */
export function fire(column: usize, spikes: usize, alive: usize, block: usize, steps: usize): void {
  fireTo<v128>(column, column + BLOCK_ROWS, spikes, alive, block, steps);
}

/**
 * As `fire`, of all steps, to `rows`, from the row `currents` and those that lie `every` bytes on (0: the same in every
 * step, which may be the last of `rows`). Each spike adds `part` to the mean of its step, rows that lie `apart` bytes
 * apart.
 */
export function fireMeans(
  column: usize,
  rows: usize,
  currents: usize,
  every: usize,
  means: usize,
  alive: usize,
  steps: usize,
  apart: usize,
  part: f32,
): void {
  fireTo<f64>(column, rows, means, alive, 0, steps, currents, every, apart, part);
}

function isUsual(): bool {
  return exact && decayInput && hardReset && reinterpret<u32>(resetTo) === 0;
}

/** Like `fire`, for outputs: counts their spikes, or reads their potentials. */
export function fireLast(column: usize, isFiring: bool, block: usize, steps: usize): void {
  if (isFiring) fireTo<i32>(column, column + BLOCK_ROWS, 0, WIDTH, block, steps);
  else fireTo<f32>(column, column + BLOCK_ROWS, 0, WIDTH, block, steps);
}

function fireTo<Spikes>(
  column: usize,
  rows: usize,
  spikes: usize,
  alive: usize,
  block: usize,
  steps: usize,
  currents: usize = 0,
  every: usize = 0,
  apart: usize = 0,
  part: f32 = 0,
): void {
  // Neurons whose potentials are read never fire.
  if (adapts && !(isFloat<Spikes>() && sizeof<Spikes>() === 4))
    fireRising<Spikes>(column, rows, spikes, alive, block, steps);
  else if (learnt) fireAs<v128, Spikes>(column, rows, spikes, alive, block, steps, currents, every, apart, part);
  else if (isUsual()) fireAs<f64, Spikes>(column, rows, spikes, alive, block, steps, currents, every, apart, part);
  else fireAs<f32, Spikes>(column, rows, spikes, alive, block, steps, currents, every, apart, part);
}

/**
 * `Spikes` is v128 where they go into bits, f64 where they are parts of means, i32 where they are counted, and f32
 * where there are none, nor what they need.
 */
function fireAs<Tau, Spikes>(
  column: usize,
  row: usize,
  spikes: usize,
  alive: usize,
  block: usize,
  steps: usize,
  currents: usize,
  every: usize,
  apart: usize,
  part: f32,
): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const state = column + POTENTIAL;
  let v0 = v128.load(state);
  let v1 = v128.load(state, 16);
  let v2 = v128.load(state, 32);
  const i0 = inverse<Tau>(column, 0);
  const i1 = inverse<Tau>(column, 16);
  const i2 = inverse<Tau>(column, 32);
  // Neurons that pad a column have an infinite threshold.
  const all = i32x4.splat(i32(alive));
  const infinite = f32x4.splat(Infinity);
  const level0 = v128.bitselect(f32x4.splat(threshold), infinite, i32x4.lt_s(i32x4(0, 1, 2, 3), all));
  const level1 = v128.bitselect(f32x4.splat(threshold), infinite, i32x4.lt_s(i32x4(4, 5, 6, 7), all));
  const level2 = v128.bitselect(f32x4.splat(threshold), infinite, i32x4.lt_s(i32x4(8, 9, 10, 11), all));
  const parts = f32x4.splat(part);
  for (let start: usize = 0; start < steps; start += PART) {
    let fired0 = i32x4.splat(0);
    let fired1 = fired0;
    let fired2 = fired0;
    let bit = i32x4.splat(1);
    // The test is at the loop's end, since V8 hoists invariants out of such loops only.
    const end = row + min<usize>(PART, steps - start) * ROW_BYTES;
    do {
      const isMean = isFloat<Spikes>() && sizeof<Spikes>() === 8;
      const x = isMean ? currents : row;
      const h0 = charge(v0, v128.load(x), i0);
      v128.store(row, h0);
      const h1 = charge(v1, v128.load(x, 16), i1);
      v128.store(row, h1, 16);
      const h2 = charge(v2, v128.load(x, 32), i2);
      v128.store(row, h2, 32);
      if (isMean) currents += every;
      row += ROW_BYTES;
      v0 = h0;
      v1 = h1;
      v2 = h2;
      if (isFloat<Spikes>() && sizeof<Spikes>() === 4) continue;
      const s0 = f32x4.ge(h0, level0);
      const s1 = f32x4.ge(h1, level1);
      const s2 = f32x4.ge(h2, level2);
      if (isVector<Spikes>()) {
        fired0 = v128.or(fired0, v128.and(s0, bit));
        fired1 = v128.or(fired1, v128.and(s1, bit));
        fired2 = v128.or(fired2, v128.and(s2, bit));
        bit = i32x4.shl(bit, 1);
      } else if (isMean) {
        addToRow(spikes, v128.and(s0, parts), v128.and(s1, parts), v128.and(s2, parts));
        spikes += apart;
      } else {
        fired0 = i32x4.sub(fired0, s0);
        fired1 = i32x4.sub(fired1, s1);
        fired2 = i32x4.sub(fired2, s2);
      }
      v0 = unlessFired<Tau>(h0, s0);
      v1 = unlessFired<Tau>(h1, s1);
      v2 = unlessFired<Tau>(h2, s2);
    } while (row < end);
    if (isVector<Spikes>()) {
      v128.store(spikes, i16x8.narrow_i32x4_u(fired0, fired1));
      v128.store64_lane(spikes, i16x8.narrow_i32x4_u(fired2, fired2), 0, 16);
      spikes += PART_BYTES;
    } else if (isInteger<Spikes>()) {
      addCounts(column + COUNTS, fired0);
      addCounts(column + COUNTS + 16, fired1);
      addCounts(column + COUNTS + 32, fired2);
    }
  }
  storeRow(state, v0, v1, v2);
}

function addCounts(at: usize, fired: v128): void {
  v128.store(at, f32x4.add(v128.load(at), f32x4.convert_i32x4_s(fired)));
}

/** Like `fireAs`, for neurons whose threshold rises. */
function fireRising<Spikes>(column: usize, row: usize, spikes: usize, alive: usize, block: usize, steps: usize): void {
  keepState(column, block);
  for (let t: usize = 0; t < steps; t++, row += ROW_BYTES) {
    const part = spikes + (t / PART) * PART_BYTES;
    if (isVector<Spikes>() && t % PART === 0) memory.fill(part, 0, 2 * WIDTH);
    fireRisingStep<Spikes>(column, row, part, alive, 1 << i32(t % PART));
  }
}

/**
 * One step of `fire`, whose current is `row`: in the 16 bits of each neuron that fires `bit` is set, and at FIRED the
 * column's neurons have a bit each. The state is not kept.
 */
export function fireStep(column: usize, row: usize, spikes: usize, alive: usize, bit: i32): void {
  if (adapts) fireRisingStep<v128>(column, row, spikes, alive, bit);
  else if (learnt) fireStepAs<v128, v128, f32>(column, row, spikes, alive, bit);
  else fireStepAs<f32, v128, f32>(column, row, spikes, alive, bit);
}

function fireRisingStep<Spikes>(column: usize, row: usize, spikes: usize, alive: usize, bit: i32): void {
  if (learnt) fireStepAs<v128, Spikes, v128>(column, row, spikes, alive, bit);
  else fireStepAs<f32, Spikes, v128>(column, row, spikes, alive, bit);
}

/**
 * Spikes are set as bits where `Spikes` is v128, and counted where it is i32. `Rising` is v128 where they raise the
 * threshold, else f32.
 */
function fireStepAs<Tau, Spikes, Rising>(column: usize, row: usize, spikes: usize, alive: usize, bit: i32): void {
  const fixed = f32x4.splat(threshold);
  const adaptation = adaptationOf(column);
  const levels = adaptation + LEVELS + (row - column - BLOCK_ROWS);
  let fired: u32 = 0;
  for (let q: usize = 0; q < ROW_BYTES; q += 16, spikes += 8) {
    const state = column + POTENTIAL + q;
    const h = charge(v128.load(state), v128.load(row + q), inverse<Tau>(column, q));
    v128.store(row + q, h);
    const lives = i32x4.lt_s(i32x4.add(i32x4.splat(i32(q >> 2)), i32x4(0, 1, 2, 3)), i32x4.splat(i32(alive)));
    const a = isVector<Rising>() ? v128.load(adaptation + ADAPTATION + q) : fixed;
    const level = isVector<Rising>() ? f32x4.add(fixed, f32x4.mul(f32x4.splat(beta), a)) : fixed;
    const s = v128.and(f32x4.ge(h, level), lives);
    v128.store(state, v128.bitselect(resetFrom(h, level), h, s));
    if (isVector<Rising>()) {
      v128.store(levels + q, level);
      const spiked = v128.and(s, f32x4.splat(1));
      v128.store(adaptation + ADAPTATION + q, f32x4.add(f32x4.mul(a, f32x4.splat(adaptKept)), spiked));
    }
    if (isInteger<Spikes>()) {
      const counts = column + COUNTS + q;
      v128.store(counts, f32x4.add(v128.load(counts), v128.and(s, f32x4.splat(1))));
      continue;
    }
    const bits = v128.and(s, i32x4.splat(bit));
    v128.store64_lane(spikes, v128.or(v128.load64_zero(spikes), i16x8.narrow_i32x4_u(bits, bits)), 0);
    fired |= u32(i32x4.bitmask(s)) << u32(q >> 2);
  }
  store<u16>(column + FIRED, fired);
}

/** h = v + (x - (v - rest)) / tau, or v - (v - rest) / tau + x where the input does not decay. */
function charge<Tau>(v: v128, x: v128, i: Tau): v128 {
  if (sizeof<Tau>() === 8) return f32x4.add(v, perTau(f32x4.sub(x, v), i));
  const above = f32x4.sub(v, f32x4.splat(resetTo));
  return decayInput ? f32x4.add(v, perTau(f32x4.sub(x, above), i)) : f32x4.add(f32x4.sub(v, perTau(above, i)), x);
}

function perTau<Tau>(x: v128, i: Tau): v128 {
  if (isVector<Tau>()) return f32x4.mul(x, i);
  if (sizeof<Tau>() === 8) return f32x4.mul(x, f32x4.splat(f32(i)));
  return exact ? f32x4.mul(x, f32x4.splat(inverseTau)) : f32x4.div(x, f32x4.splat(tau));
}

/** 1 / tau of four neurons of a column. */
function inverse<Tau>(column: usize, q: usize): Tau {
  if (isVector<Tau>()) return v128.load(column + INVERSE_TAU + q);
  return inverseTau;
}

/** The same as a vector, learnt or not. */
export function inverseOf(column: usize, q: usize): v128 {
  return learnt ? inverse<v128>(column, q) : f32x4.splat(inverseTau);
}

/** Potentials after a step in which those of `s` fired. */
function unlessFired<Tau>(h: v128, s: v128): v128 {
  return sizeof<Tau>() === 8 ? v128.andnot(h, s) : v128.bitselect(reset(h), h, s);
}

function reset(h: v128): v128 {
  return resetFrom(h, f32x4.splat(threshold));
}

/** Potentials after a spike at these thresholds. */
export function resetFrom(h: v128, level: v128): v128 {
  return hardReset ? f32x4.splat(resetTo) : f32x4.sub(h, level);
}

/** 1 where neurons of a column with these potentials, of its BLOCK_ROWS, fire, else 0: a row. */
export function spikesOf(column: usize, h: usize, out: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(out + q, v128.and(f32x4.ge(v128.load(h + q), levelAt(column, h + q)), f32x4.splat(1)));
  }
}
