// Backpropagates through a column of neurons, with all options of its layer.

import * as table from '../layout';
import { BLOCK_ROWS, BOUNDARIES, FACTORS, ROW_BYTES } from './addresses';
import { back, findFactors } from './back';
import { readControl } from './network';
import { backOutputs, READ_SPIKES } from './readout';
import { filterBack } from './state';
import { addFactors } from './tau';

/**
 * Replaces the potentials h of a column in some of the steps of `rows`, from `from` on, by dL/dx of its currents.
 * @param before potentials before the first of the rows
 * @param deltas dL/ds of each step, rows `stride` bytes apart; 0 for outputs, whose gradient depends on the readout
 */
export function backSome(
  scratch: usize,
  layer: usize,
  column: usize,
  rows: usize,
  before: usize,
  deltas: usize,
  stride: usize,
  block: usize,
  from: usize,
  steps: usize,
): void {
  const kept = load<f32>(layer, table.SYNAPSE);
  const learns = load<u32>(layer, table.LEARNS);
  const isFiring = deltas !== 0 || readControl(table.Control.Readout) === READ_SPIKES;
  const first = rows + from * ROW_BYTES;
  if (learns) findFactors(column, rows, scratch + FACTORS, before, from, steps, isFiring);
  if (deltas) back(scratch, column, first, deltas, stride, steps);
  else backOutputs(scratch, layer, column, block, steps);
  if (learns) addFactors(column, first, scratch + FACTORS, steps);
  if (kept) filterBack(column, kept, from, steps);
}

/** The same for rows at BLOCK_ROWS. */
export function backBlock(
  scratch: usize,
  layer: usize,
  column: usize,
  deltas: usize,
  block: usize,
  from: usize,
  steps: usize,
): void {
  const before = column + BOUNDARIES + block * ROW_BYTES;
  backSome(scratch, layer, column, column + BLOCK_ROWS, before, deltas, ROW_BYTES, block, from, steps);
}
