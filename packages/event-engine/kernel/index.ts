// The kernel of the event-driven engine: what the host calls (see ../core.ts).

import { BLOCK, BLOCK_ROWS, CARRY, DIRECT_GRADIENT, HIDDEN_INPUT, OUTPUT, POTENTIAL, STEPS } from './addresses';
import { currents } from './current';
import { addGradient } from './gradient';
import { backHidden, columnAt, fireHidden, hiddenColumns, outputRows } from './hidden';
import { addPixelGradient, drawInput, pixelCurrents } from './input';
import { differentiateLoss } from './loss';
import { rest, rewind } from './neuron';
import { backOutputs, fireOutputs, readOutputs, startReadout } from './readout';
import { clearRow, copyRow } from './rows';

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
  ENCODER,
  EPOCH,
  HIDDEN,
  HIDDEN_INPUT,
  IMAGE,
  INPUT,
  LOSS,
  MAX_BLOCKS,
  OUTPUT,
  PART_BYTES,
  PIXEL_AT,
  PIXEL_ROWS,
  PIXELS,
  PURPOSE,
  RATES,
  READOUT,
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
export { columnCurrents, fireColumn, fireHidden, layOutHidden, transposeOutgoing } from './hidden';
export { DIRECT, drawInput, LATENCY, POISSON } from './input';
export { CROSS_ENTROPY, CROSS_ENTROPY_COUNTS, MSE } from './loss';
export { back, fire, setNeuron } from './neuron';
export { fireOutputs, READ_HIGHEST_POTENTIAL, READ_LAST_POTENTIAL, READ_MEAN_POTENTIAL, READ_SPIKES } from './readout';
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

/** Currents of the outputs in a block, from the pixels or from the hidden spikes, to their BLOCK_ROWS. */
export function outputCurrents(scratch: usize, weights: usize, block: usize, steps: usize): void {
  const output = scratch + OUTPUT;
  if (hiddenColumns() === 0) pixelCurrents(scratch, output, weights, block, steps);
  else currents(scratch, scratch + HIDDEN_INPUT, outputRows(weights), output + BLOCK_ROWS, steps);
}

/** Draws a block of the image that was presented, and lets all neurons fire. */
function through(scratch: usize, weights: usize, index: u32, block: usize, steps: usize): void {
  drawInput(scratch, index, block, steps);
  fireHidden(scratch, weights, block, steps);
  outputCurrents(scratch, weights, block, steps);
  fireOutputs(scratch, block, steps);
}

/**
 * Shows the image that was presented for T steps. What is read is left at RATES, the last block at BLOCK_ROWS.
 * `potentials` is where the neurons' potentials come from and go to: a row of each column, the outputs' last, `stride` bytes
 * apart. If it is 0, they start at rest.
 */
export function forward(scratch: usize, weights: usize, index: u32, potentials: usize, stride: usize): void {
  const T = <usize>load<u32>(STEPS);
  const columns = hiddenColumns();
  const output = scratch + OUTPUT;
  restAll(scratch);
  startReadout(scratch);
  if (potentials) {
    for (let c: usize = 0; c <= columns; c++) {
      copyRow((c < columns ? columnAt(scratch, c) : output) + POTENTIAL, potentials + c * stride);
    }
  }
  for (let block: usize = 0; block * BLOCK < T; block++) through(scratch, weights, index, block, stepsIn(block, T));
  if (potentials) {
    for (let c: usize = 0; c <= columns; c++) {
      copyRow(potentials + c * stride, (c < columns ? columnAt(scratch, c) : output) + POTENTIAL);
    }
  }
  readOutputs(scratch);
}

/**
 * The backward pass, after `forward`: adds the gradient of the loss to `gradient`. Memory does not grow with T: blocks
 * before the last are drawn and computed once more.
 * @returns what this image adds to the loss, as `differentiateLoss` does
 */
export function backward(scratch: usize, weights: usize, gradient: usize, index: u32, label: usize): f64 {
  const T = <usize>load<u32>(STEPS);
  const loss = differentiateLoss(scratch, label);
  const columns = hiddenColumns();
  const output = scratch + OUTPUT;
  startBack(output);
  for (let c: usize = 0; c < columns; c++) startBack(columnAt(scratch, c));
  const last = (T - 1) / BLOCK;
  for (let block = last + 1; block-- > 0; ) {
    const steps = stepsIn(block, T);
    if (block < last) {
      rewind(output, block);
      for (let c: usize = 0; c < columns; c++) rewind(columnAt(scratch, c), block);
      through(scratch, weights, index, block, steps);
    }
    backOutputs(scratch, block, steps);
    if (columns === 0) {
      addPixelGradient(scratch, output, gradient, block, steps);
    } else {
      addGradient(scratch, scratch + HIDDEN_INPUT, output + BLOCK_ROWS, outputRows(gradient), steps);
      backHidden(scratch, output + BLOCK_ROWS, gradient, block, steps);
    }
  }
  return loss;
}

/** Nothing comes from later steps yet. */
function startBack(column: usize): void {
  clearRow(column + CARRY);
  clearRow(column + DIRECT_GRADIENT);
}
