// The penalty on the firing rates of hidden neurons (see packages/networks/options/rate-penalty.ts).

import * as table from '../layout';
import { COUNTS, DELTAS, LOSS_SUM, PART, PART_BYTES, ROW_BYTES, SPIKES, WIDTH } from './addresses';
import { MSE } from './loss';
import { columnAt, columnsOf, convolutions, countOutputs, isLast, layerAt, readControl } from './network';
import { threshold } from './neuron';
import { addToRow, clearRow, copyRow } from './rows';

/** Whether the rates of a layer are penalized. */
export function isPenalized(layer: usize): bool {
  return load<f32>(layer, table.RATE_WEIGHT) !== 0;
}

/** Adds the spikes of a block to the counts of all hidden neurons in rows. */
export function countHidden(scratch: usize, steps: usize): void {
  for (let index = convolutions(); !isLast(index); index++) {
    const layer = layerAt(index);
    if (!isPenalized(layer)) continue;
    const spikes = scratch + <usize>load<u32>(layer, table.MAKES) + SPIKES;
    const end = ((steps + PART - 1) / PART) * PART_BYTES;
    for (let place: usize = 0; place < columnsOf(layer) * WIDTH; place++) {
      let count: u32 = 0;
      for (let part: usize = 0; part < end; part += PART_BYTES)
        count += popcnt(u32(load<u16>(spikes + part + 2 * place)));
      const sum = columnAt(scratch, layer, place / WIDTH) + COUNTS + 4 * (place % WIDTH);
      store<f32>(sum, load<f32>(sum) + f32(count));
    }
  }
}

/** The same of all neurons in rows, after their last step: their counts become dL/ds of each step. */
export function penalizeRows(scratch: usize): void {
  for (let index = convolutions(); !isLast(index); index++) {
    const layer = layerAt(index);
    if (!isPenalized(layer)) continue;
    const neurons = <usize>load<u32>(layer, table.NEURONS);
    for (let c: usize = 0; c < columnsOf(layer); c++)
      penalize(scratch, layer, columnAt(scratch, layer, c), neurons - c * WIDTH);
  }
}

/** The same of a column whose potentials in all steps are `rows`; without any it never fired. */
export function penalizeColumn(
  scratch: usize,
  layer: usize,
  column: usize,
  alive: usize,
  rows: usize,
  steps: usize,
): void {
  const level = f32x4.splat(threshold);
  const one = f32x4.splat(1);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    let count = f32x4.splat(0);
    for (let row = rows + q, end = row + steps * ROW_BYTES; row < end; row += ROW_BYTES)
      count = f32x4.add(count, v128.and(f32x4.ge(v128.load(row), level), one));
    v128.store(column + COUNTS + q, count);
  }
  penalize(scratch, layer, column, alive);
}

/** Counts of a column's first `alive` neurons become dL/ds of each step; the penalty is added to the loss. */
function penalize(scratch: usize, layer: usize, column: usize, alive: usize): void {
  const T = f32(readControl(table.Control.T));
  const weight = load<f32>(layer, table.RATE_WEIGHT);
  const target = load<f32>(layer, table.RATE_TARGET);
  const neurons = f32(load<u32>(layer, table.NEURONS));
  let sum: f64 = 0;
  for (let neuron: usize = 0; neuron < WIDTH; neuron++) {
    const at = column + COUNTS + 4 * neuron;
    const error = neuron < alive ? load<f32>(at) / T - target : 0;
    sum += f64(error * error);
    store<f32>(at, (2 * weight * error) / (T * neurons * f32(readControl(table.Control.Count))));
  }
  // The host divides by the outputs what the mean squared error of these adds up to.
  const terms: f64 = readControl(table.Control.Loss) === MSE ? f64(countOutputs()) : 1;
  store<f64>(scratch + LOSS_SUM, load<f64>(scratch + LOSS_SUM) + (terms * f64(weight) * sum) / f64(neurons));
}

/** Adds to dL/ds of each step, rows at `deltas`, what the penalty adds. */
export function addPenalty(column: usize, deltas: usize, steps: usize): void {
  const x = v128.load(column + COUNTS);
  const y = v128.load(column + COUNTS, 16);
  const z = v128.load(column + COUNTS, 32);
  for (let end = deltas + steps * ROW_BYTES; deltas < end; deltas += ROW_BYTES) addToRow(deltas, x, y, z);
}

/**
 * dL/ds of some steps with what the penalty adds, to DELTAS.
 * @param deltas rows `stride` bytes apart; 0 if nothing else depends on the spikes
 */
export function withPenalty(scratch: usize, column: usize, deltas: usize, stride: usize, steps: usize): void {
  for (let t: usize = 0; t < steps; t++) {
    const row = scratch + DELTAS + t * ROW_BYTES;
    if (deltas) copyRow(row, deltas + t * stride);
    else clearRow(row);
  }
  addPenalty(column, scratch + DELTAS, steps);
}
