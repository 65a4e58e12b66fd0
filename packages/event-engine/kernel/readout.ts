// The readout: firing rates, or a potential of outputs that never fire.

import { Control } from '../layout';
import {
  BLOCK,
  BLOCK_ROWS,
  COUNTS,
  DELTAS,
  OUTPUT,
  OUTPUTS,
  POTENTIAL,
  RATES,
  READ_AT,
  ROW_BYTES,
  SPIKE_GRADIENT,
} from './addresses';
import { back, backPotentials } from './back';
import { CROSS_ENTROPY_EACH_STEP, differentiateSteps } from './loss';
import { readControl } from './network';
import { fireLast } from './neuron';
import { copyRow } from './rows';

// One number per readout of src/common/engine.ts, under READ_ and its name in upper case. The host asks for the
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
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(scratch + READ_AT + q, at);
    if (readout === READ_HIGHEST_POTENTIAL) v128.store(scratch + (OUTPUT + COUNTS) + q, f32x4.splat(-Infinity));
  }
}

/** Replaces the outputs' currents in a block by potentials; they fire unless potentials are read. */
export function fireOutputs(scratch: usize, block: usize, steps: usize): void {
  const readout = readControl(Control.Readout);
  fireLast(scratch + OUTPUT, readout === READ_SPIKES, block, steps);
  if (readout === READ_MEAN_POTENTIAL || readout === READ_HIGHEST_POTENTIAL) {
    gather(scratch, block, steps, readout === READ_MEAN_POTENTIAL);
  }
}

/** Adds potentials of a block to their sum, or finds the highest, and the first step that has it. */
function gather(scratch: usize, block: usize, steps: usize, mean: bool): void {
  const one = i32x4.splat(1);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const found = scratch + (OUTPUT + COUNTS) + q;
    let value = v128.load(found);
    let at = v128.load(scratch + READ_AT + q);
    let t = i32x4.splat(i32(block * BLOCK));
    for (let row = scratch + (OUTPUT + BLOCK_ROWS) + q, end = row + steps * ROW_BYTES; row < end; row += ROW_BYTES) {
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
    v128.store(scratch + READ_AT + q, at);
  }
}

/** Writes the result to RATES after the last block. */
export function readOutputs(scratch: usize): void {
  const from = scratch + (readControl(Control.Readout) === READ_LAST_POTENTIAL ? OUTPUT + POTENTIAL : OUTPUT + COUNTS);
  const divisor = readSteps();
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) {
    store<f32>(scratch + RATES + 4 * neuron, load<f32>(from + 4 * neuron) / divisor);
  }
}

/** Replaces the potentials of the outputs in a block by dL/dx. */
export function backOutputs(scratch: usize, block: usize, steps: usize): void {
  const readout = readControl(Control.Readout);
  const output = scratch + OUTPUT;
  const isEachStep = readControl(Control.Loss) === CROSS_ENTROPY_EACH_STEP;
  if (isEachStep) differentiateSteps(scratch, steps, readout === READ_SPIKES);
  if (readout === READ_SPIKES) {
    const deltas = scratch + (isEachStep ? DELTAS : SPIKE_GRADIENT);
    back(scratch, output, output + BLOCK_ROWS, deltas, isEachStep ? ROW_BYTES : 0, steps);
    return;
  }
  if (isEachStep) {
    for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES)
      copyRow(output + BLOCK_ROWS + at, scratch + DELTAS + at);
    backPotentials(output, steps);
    return;
  }
  const always = i32x4.splat(readout === READ_MEAN_POTENTIAL ? -1 : 0);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const gradient = v128.load(scratch + SPIKE_GRADIENT + q);
    const at = v128.load(scratch + READ_AT + q);
    for (let t: usize = 0; t < steps; t++) {
      const isRead = v128.or(always, i32x4.eq(at, i32x4.splat(i32(block * BLOCK + t))));
      v128.store(output + BLOCK_ROWS + t * ROW_BYTES + q, v128.and(gradient, isRead));
    }
  }
  backPotentials(output, steps);
}
