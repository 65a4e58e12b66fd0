// Recurrent layers, whose neurons also receive each other's last spikes: x[t] = W s_in[t] + R s[t-1]. W s_in is computed
// for a whole block first; R s is added step by step for all columns.

import * as table from '../layout';
import {
  BLOCK_ROWS,
  FIRED,
  FIRED_BOUNDARIES,
  LATER,
  LIST,
  PART,
  PART_BYTES,
  ROW_BYTES,
  SPIKES,
  WIDTH,
} from './addresses';
import { backpropagateRow } from './backpropagate-dense';
import { backBlock } from './column';
import { columnAt, columnsOf, fromNext, recurrentRows } from './network';
import { fireStep } from './neuron';
import { copyRow, storeRow } from './rows';
import { filter, keepState } from './state';

/**
 * Lists the rows of R of all neurons that fired in the last step, as offsets (u32) from the first; returns the list's end.
 */
function listFired(scratch: usize, layer: usize): usize {
  const columns = columnsOf(layer);
  let end = scratch + LIST;
  for (let c: usize = 0; c < columns; ) {
    // Five columns in one word make one loop of unpredictable length instead of five.
    const first = c * WIDTH;
    let fired: u64 = 0;
    for (let shift: u64 = 0; shift < 5 * WIDTH && c < columns; shift += WIDTH, c++) {
      fired |= (<u64>load<u16>(columnAt(scratch, layer, c) + FIRED)) << shift;
    }
    for (; fired; fired &= fired - 1, end += 4) store<u32>(end, u32(ROW_BYTES * (first + <usize>ctz(fired))));
  }
  return end;
}

/** Adds the listed rows of R to a row, in this order. */
function hear(row: usize, rows: usize, list: usize, end: usize): void {
  let x = v128.load(row);
  let y = v128.load(row, 16);
  let z = v128.load(row, 32);
  for (; list < end; list += 4) {
    const source = rows + <usize>load<u32>(list);
    x = f32x4.add(x, v128.load(source));
    y = f32x4.add(y, v128.load(source, 16));
    z = f32x4.add(z, v128.load(source, 32));
  }
  storeRow(row, x, y, z);
}

/** Like `fireLayer`, for a recurrent layer. */
export function fireRecurrent(scratch: usize, weights: usize, layer: usize, block: usize, steps: usize): void {
  const columns = columnsOf(layer);
  const kept = load<f32>(layer, table.SYNAPSE);
  const neurons = <usize>load<u32>(layer, table.NEURONS);
  const spikes = scratch + <usize>load<u32>(layer, table.MAKES) + SPIKES;
  for (let c: usize = 0; c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    keepState(column, block);
    store<u16>(column + FIRED_BOUNDARIES + 2 * block, load<u16>(column + FIRED));
  }
  for (let t: usize = 0; t < steps; t++) {
    const part = spikes + (t / PART) * PART_BYTES;
    if (t % PART === 0) memory.fill(part, 0, 2 * WIDTH * columns);
    const end = listFired(scratch, layer);
    for (let c: usize = 0; c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      const row = column + BLOCK_ROWS + t * ROW_BYTES;
      hear(row, recurrentRows(weights, layer, c), scratch + LIST, end);
      if (kept) filter(column, kept, t, 1);
      fireStep(column, row, part + 2 * WIDTH * c, neurons - c * WIDTH, 1 << i32(t % PART));
    }
  }
}

/** Copies a column's last spikes, 0 or 1, from or to a row. */
export function carryFired(column: usize, row: usize, take: bool): void {
  let fired: u32 = take ? 0 : load<u16>(column + FIRED);
  for (let neuron: u32 = 0; neuron < u32(WIDTH); neuron++) {
    const at = row + 4 * neuron;
    if (take) fired |= u32(load<f32>(at) > 0) << neuron;
    else store<f32>(at, f32((fired >> neuron) & 1));
  }
  store<u16>(column + FIRED, fired);
}

/**
 * Replaces the potentials h of all columns by dL/dx, step by step. dL/ds[t] is the part through the next layer plus
 * R^T dL/dx[t+1].
 */
export function backRecurrent(scratch: usize, layer: usize, block: usize, steps: usize): void {
  const columns = columnsOf(layer);
  const later = columnAt(scratch, layer, 0) + LATER;
  for (let t = steps; t-- > 0; ) {
    for (let c: usize = 0; c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      backpropagateRow(
        later,
        layer,
        column + <usize>load<u32>(layer, table.FEEDBACK),
        fromNext(layer, column) + t * ROW_BYTES,
      );
    }
    for (let c: usize = 0; c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      backBlock(scratch, layer, column, fromNext(layer, column) + t * ROW_BYTES, block, t, 1);
      copyRow(column + LATER, column + BLOCK_ROWS + t * ROW_BYTES);
    }
  }
}

/**
 * Adds the part of a block's first step, whose dL/dx is a column's first row, and of the spikes before it to the gradient
 * of R.
 */
export function addFirst(scratch: usize, layer: usize, column: usize, rows: usize, block: usize): void {
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    let fired: u32 = load<u16>(columnAt(scratch, layer, c) + FIRED_BOUNDARIES + 2 * block);
    for (; fired; fired &= fired - 1) {
      const row = rows + ROW_BYTES * (c * WIDTH + ctz(fired));
      for (let q: usize = 0; q < ROW_BYTES; q += 16) {
        v128.store(row + q, f32x4.add(v128.load(row + q), v128.load(column + BLOCK_ROWS + q)));
      }
    }
  }
}
