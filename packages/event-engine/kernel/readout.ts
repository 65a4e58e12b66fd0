// The readout: firing rates, or a potential of outputs that never fire.

import * as table from '../layout';
import { Control } from '../layout';
import { BLOCK, BLOCK_ROWS, COUNTS, POTENTIAL, RATES, READ_AT, ROW_BYTES, SPIKE_GRADIENT, WIDTH } from './addresses';
import { back, backPotentials } from './back';
import { CROSS_ENTROPY_EACH_STEP, differentiateSteps } from './loss';
import { columnAt, columnsOf, countOutputs, fromNext, outputLayer, readControl } from './network';
import { fireLast } from './neuron';
import { copyRow } from './rows';

// One number per readout of packages/networks/options/engine.ts, under READ_ and its name in upper case. The host asks for the
// numbers.
export const READ_SPIKES: u32 = 0;
export const READ_LAST_POTENTIAL: u32 = 1;
export const READ_MEAN_POTENTIAL: u32 = 2;
export const READ_HIGHEST_POTENTIAL: u32 = 3;

/** Number of steps in the mean that is read: all, or one for a single potential. */
export function readSteps(): f32 {
  const readout = readControl(Control.Readout);
  return readout === READ_LAST_POTENTIAL || readout === READ_HIGHEST_POTENTIAL ? 1 : f32(readControl(Control.T));
}

/** Begins an image whose outputs are at rest. */
export function startReadout(scratch: usize): void {
  const readout = readControl(Control.Readout);
  if (readout === READ_SPIKES) return;
  const at = i32x4.splat(i32(readControl(Control.T)) - 1);
  const layer = outputLayer();
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    for (let q: usize = 0; q < ROW_BYTES; q += 16) {
      v128.store(scratch + READ_AT + c * ROW_BYTES + q, at);
      if (readout === READ_HIGHEST_POTENTIAL) v128.store(column + COUNTS + q, f32x4.splat(-Infinity));
    }
  }
}

/** Replaces the currents of a column of outputs in a block by potentials; they fire unless potentials are read. */
export function fireOutputs(scratch: usize, column: usize, c: usize, block: usize, steps: usize): void {
  const readout = readControl(Control.Readout);
  fireLast(column, readout === READ_SPIKES, block, steps);
  if (readout === READ_MEAN_POTENTIAL || readout === READ_HIGHEST_POTENTIAL) {
    gather(column, scratch + READ_AT + c * ROW_BYTES, block, steps, readout === READ_MEAN_POTENTIAL);
  }
}

/** Adds potentials of a block to their sum, or finds the highest, and the first step that has it. */
function gather(column: usize, readAt: usize, block: usize, steps: usize, mean: bool): void {
  const one = i32x4.splat(1);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const found = column + COUNTS + q;
    let value = v128.load(found);
    let at = v128.load(readAt + q);
    let t = i32x4.splat(i32(block * BLOCK));
    for (let row = column + BLOCK_ROWS + q, end = row + steps * ROW_BYTES; row < end; row += ROW_BYTES) {
      const h = v128.load(row);
      if (mean) {
        value = f32x4.add(value, h);
      } else {
        const higher = f32x4.gt(h, value);
        value = v128.bitselect(h, value, higher);
        at = v128.bitselect(t, at, higher);
        t = i32x4.add(t, one);
      }
    }
    v128.store(found, value);
    v128.store(readAt + q, at);
  }
}

/** Writes the result to RATES after the last block. */
export function readOutputs(scratch: usize): void {
  const place = readControl(Control.Readout) === READ_LAST_POTENTIAL ? POTENTIAL : COUNTS;
  const divisor = readSteps();
  const layer = outputLayer();
  for (let neuron: usize = 0, outputs = countOutputs(); neuron < outputs; neuron++) {
    const from = columnAt(scratch, layer, neuron / WIDTH) + place + 4 * (neuron % WIDTH);
    store<f32>(scratch + RATES + 4 * neuron, load<f32>(from) / divisor);
  }
}

function isEachStep(): bool {
  return readControl(Control.Loss) === CROSS_ENTROPY_EACH_STEP;
}

/** Computes the gradient of the loss of each step, if it has one: of all columns, before any of them goes back. */
export function differentiateOutputs(scratch: usize, layer: usize, steps: usize): void {
  if (isEachStep()) differentiateSteps(scratch, layer, steps, readControl(Control.Readout) === READ_SPIKES);
}

/** Replaces the potentials of a column of outputs in a block by dL/dx. */
export function backOutputs(scratch: usize, layer: usize, output: usize, block: usize, steps: usize): void {
  const readout = readControl(Control.Readout);
  const c = (output - columnAt(scratch, layer, 0)) / <usize>load<u32>(layer, table.PLACE_STRIDE);
  const spikeGradient = scratch + SPIKE_GRADIENT + c * ROW_BYTES;
  const deltas = fromNext(layer, output);
  if (readout === READ_SPIKES) {
    const isEach = isEachStep();
    back(scratch, output, output + BLOCK_ROWS, isEach ? deltas : spikeGradient, isEach ? ROW_BYTES : 0, steps);
    return;
  }
  if (isEachStep()) {
    for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) copyRow(output + BLOCK_ROWS + at, deltas + at);
    backPotentials(output, steps);
    return;
  }
  const readAt = scratch + READ_AT + c * ROW_BYTES;
  const always = i32x4.splat(readout === READ_MEAN_POTENTIAL ? -1 : 0);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const gradient = v128.load(spikeGradient + q);
    const at = v128.load(readAt + q);
    for (let t: usize = 0; t < steps; t++) {
      const isRead = v128.or(always, i32x4.eq(at, i32x4.splat(i32(block * BLOCK + t))));
      v128.store(output + BLOCK_ROWS + t * ROW_BYTES + q, v128.and(gradient, isRead));
    }
  }
  backPotentials(output, steps);
}
