// The kernel of the event-driven engine: what the host calls (see ../core.ts).

import {
  BLOCK,
  BLOCK_ROWS,
  CARRY,
  COUNT,
  COUNTS,
  INPUT,
  OUTPUT,
  RATES,
  ROW_BYTES,
  SPIKE_GRADIENT,
  STEPS,
} from './addresses';
import { currents, prepareInput } from './current';
import { encode } from './encoder';
import { addGradient } from './gradient';
import { backHidden, columnAt, fireHidden, hiddenColumns, outputInput, outputRows } from './hidden';
import { back, fire, rest, rewind } from './neuron';

export { adam } from './adam';
export {
  ALWAYS,
  ALWAYS_COUNT,
  BLOCK,
  BLOCK_ROWS,
  BRIGHT_COUNT,
  CARRY,
  COLUMN_BYTES,
  COLUMNS,
  COUNT,
  COUNTS,
  DIM,
  EPOCH,
  HIDDEN,
  HIDDEN_INPUT,
  IMAGE,
  INPUT,
  MAX_BLOCKS,
  OUTPUT,
  PART_BYTES,
  PIXEL_AT,
  PIXEL_ROWS,
  PIXELS,
  PURPOSE,
  RATES,
  ROW_BYTES,
  SCRATCH_BYTES,
  SEED,
  SLOTS,
  SPIKE_GRADIENT,
  SPIKES,
  STEPS,
} from './addresses';
export { currents, prepareInput } from './current';
export { countRows, countSpikes, encode, present, presentSpikes } from './encoder';
export { addGradient } from './gradient';
export { fireColumn, fireHidden, layOutHidden, transposeOutgoing } from './hidden';
export { back, fire, setNeuron } from './neuron';
export * from './surrogates';

/** Zeros; JavaScript's fill is slow on shared memory. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Steps in a block of a presentation of T steps. */
function stepsIn(block: usize, T: usize): usize {
  return min<usize>(BLOCK, T - block * BLOCK);
}

/** Brings all neurons to rest. */
export function restAll(scratch: usize): void {
  rest(scratch + OUTPUT);
  for (let c: usize = 0, columns = hiddenColumns(); c < columns; c++) rest(columnAt(scratch, c));
}

/** Draws a block of the image that was presented, and lets the neurons fire. */
function through(scratch: usize, weights: usize, index: u32, block: usize, steps: usize): void {
  const input = scratch + INPUT;
  const output = scratch + OUTPUT;
  encode(scratch, index, block, steps);
  prepareInput(input, steps);
  fireHidden(scratch, weights, block, steps);
  currents(scratch, outputInput(scratch), outputRows(weights), output + BLOCK_ROWS, steps);
  fire(output, block, steps);
}

/** Shows the image that was presented for T steps. The firing rates are left at RATES, the last block at BLOCK_ROWS. */
export function forward(scratch: usize, weights: usize, index: u32): void {
  const T = <usize>load<u32>(STEPS);
  const output = scratch + OUTPUT;
  restAll(scratch);
  for (let block: usize = 0; block * BLOCK < T; block++) through(scratch, weights, index, block, stepsIn(block, T));
  for (let neuron: usize = 0; neuron < 10; neuron++) {
    store<f32>(scratch + RATES + 4 * neuron, load<f32>(output + COUNTS + 4 * neuron) / f32(T));
  }
}

/**
 * The backward pass, after `forward`: adds to `gradient` the gradient of the mean over the batch's images and ten
 * neurons of (rate - target)^2. Memory does not grow with T: blocks before the last are drawn and computed once more.
 * @returns this image's sum of (rate - target)^2
 */
export function backward(scratch: usize, weights: usize, gradient: usize, index: u32, label: usize): f64 {
  const T = <usize>load<u32>(STEPS);
  const batch = load<u32>(COUNT);
  const output = scratch + OUTPUT;
  const spikeGradient = scratch + SPIKE_GRADIENT;
  let loss: f64 = 0;
  memory.fill(spikeGradient, 0, ROW_BYTES);
  memory.fill(output + CARRY, 0, ROW_BYTES);
  const columns = hiddenColumns();
  for (let c: usize = 0; c < columns; c++) memory.fill(columnAt(scratch, c) + CARRY, 0, ROW_BYTES);
  for (let neuron: usize = 0; neuron < 10; neuron++) {
    const error = load<f32>(scratch + RATES + 4 * neuron) - f32(neuron === label);
    loss += f64(error * error);
    store<f32>(spikeGradient + 4 * neuron, (2 * error) / f32(batch * 10) / f32(T));
  }
  const last = (T - 1) / BLOCK;
  for (let block = last + 1; block-- > 0; ) {
    const steps = stepsIn(block, T);
    if (block < last) {
      rewind(output, block);
      for (let c: usize = 0; c < columns; c++) rewind(columnAt(scratch, c), block);
      through(scratch, weights, index, block, steps);
    }
    back(scratch, output, spikeGradient, 0, steps);
    addGradient(scratch, outputInput(scratch), output + BLOCK_ROWS, outputRows(gradient), steps);
    backHidden(scratch, output + BLOCK_ROWS, gradient, steps);
  }
  return loss;
}
