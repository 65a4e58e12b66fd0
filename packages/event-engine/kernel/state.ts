// The state of a column's neurons, and synaptic currents: neurons with a synapse charge by i[t] = kept i[t-1] + x[t]
// instead of x.

import {
  ADAPT_BOUNDARIES,
  ADAPTATION,
  ADAPTS,
  BLOCK_ROWS,
  BOUNDARIES,
  CURRENT,
  CURRENT_BOUNDARIES,
  FIRED,
  FIRED_BOUNDARIES,
  LATER,
  POTENTIAL,
  ROW_BYTES,
} from './addresses';
import { copyRow } from './rows';

/** Address of a column's adaptation; 0 without. */
export function adaptationOf(column: usize): usize {
  return <usize>load<u32>(column, ADAPTS);
}

/** Keeps the state before a block. */
export function keepState(column: usize, block: usize): void {
  copyRow(column + BOUNDARIES + block * ROW_BYTES, column + POTENTIAL);
  const adaptation = adaptationOf(column);
  if (adaptation) copyRow(adaptation + ADAPT_BOUNDARIES + block * ROW_BYTES, adaptation + ADAPTATION);
}

/** Restores the state before a block, for the backward pass. */
export function rewind(column: usize, block: usize): void {
  copyRow(column + POTENTIAL, column + BOUNDARIES + block * ROW_BYTES);
  copyRow(column + CURRENT, column + CURRENT_BOUNDARIES + block * ROW_BYTES);
  store<u16>(column + FIRED, load<u16>(column + FIRED_BOUNDARIES + 2 * block));
  const adaptation = adaptationOf(column);
  if (adaptation) copyRow(adaptation + ADAPTATION, adaptation + ADAPT_BOUNDARIES + block * ROW_BYTES);
}

/** Keeps the state before a block for the backward pass. */
export function keepCurrent(column: usize, block: usize): void {
  copyRow(column + CURRENT_BOUNDARIES + block * ROW_BYTES, column + CURRENT);
}

/** Replaces x by i in some steps at BLOCK_ROWS, from `from` on. */
export function filter(column: usize, kept: f32, from: usize, steps: usize): void {
  const factor = f32x4.splat(kept);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    let i = v128.load(column + CURRENT + q);
    const first = column + BLOCK_ROWS + from * ROW_BYTES + q;
    for (let row = first, end = first + steps * ROW_BYTES; row < end; row += ROW_BYTES) {
      i = f32x4.add(f32x4.mul(i, factor), v128.load(row));
      v128.store(row, i);
    }
    v128.store(column + CURRENT + q, i);
  }
}

/** Replaces dL/di through each step's charge by dL/dx[t] = dL/di[t] + kept dL/dx[t+1]. */
export function filterBack(column: usize, kept: f32, from: usize, steps: usize): void {
  const factor = f32x4.splat(kept);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    let x = v128.load(column + LATER + q);
    const first = column + BLOCK_ROWS + from * ROW_BYTES + q;
    for (let row = first + steps * ROW_BYTES; row > first; ) {
      row -= ROW_BYTES;
      x = f32x4.add(f32x4.mul(x, factor), v128.load(row));
      v128.store(row, x);
    }
    v128.store(column + LATER + q, x);
  }
}
