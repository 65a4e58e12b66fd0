// The kernel of the event-driven engine: what the host calls (see ../core.ts).

import { BLOCK, CARRY, DIRECT_GRADIENT, LATER, LOSS_SUM, POTENTIAL, STEPS, TAU_GRADIENT } from './addresses';
import { drawInput } from './input';
import { backLayer, fireLayer, layerCurrents } from './layers';
import { differentiateLoss } from './loss';
import { columnAt, columnsOf, countLayers, layerAt } from './network';
import { rest, rewind, useNeuron } from './neuron';
import { readOutputs, readSteps, startReadout } from './readout';
import { clearRow, copyRow } from './rows';

export { adam } from './adam';
export {
  ALWAYS,
  ALWAYS_COUNT,
  BLOCK,
  BLOCK_ROWS,
  BRIGHT_COUNT,
  CARRY,
  COLUMN_END,
  COUNT,
  COUNTS,
  DIM,
  ENCODER,
  EPOCH,
  IMAGE,
  INPUT,
  INPUT_END,
  LAYER_COUNT,
  LOSS,
  MAX_BLOCKS,
  OUTPUT,
  PART_BYTES,
  PIXEL_AT,
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
export { back } from './back';
export { currents, prepareInput } from './current';
export { countRows, countSpikes, encode, present, presentSpikes } from './encoder';
export { addGradient } from './gradient';
export { DIRECT, drawInput, LATENCY, POISSON } from './input';
export { backLayer, fireLayer, layerCurrents, layOut, prepare } from './layers';
export { CROSS_ENTROPY, CROSS_ENTROPY_COUNTS, CROSS_ENTROPY_EACH_STEP, MSE } from './loss';
export { fire } from './neuron';
export { READ_HIGHEST_POTENTIAL, READ_LAST_POTENTIAL, READ_MEAN_POTENTIAL, READ_SPIKES } from './readout';
export * from './surrogates';

/** Zeros; JavaScript's fill is slow on shared memory. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Steps in a block of a presentation of T steps. */
function stepsIn(block: usize, T: usize): usize {
  return min<usize>(BLOCK, T - block * BLOCK);
}

/** Brings all neurons to rest. The last options in use are those of the outputs. */
export function restAll(scratch: usize): void {
  for (let index: usize = 0; index < countLayers(); index++) {
    const layer = layerAt(index);
    useNeuron(layer);
    for (let c: usize = 0; c < columnsOf(layer); c++) rest(columnAt(scratch, layer, c));
  }
}

/** Draws a block of the image that was presented, and lets all neurons fire. */
function through(scratch: usize, weights: usize, index: u32, block: usize, steps: usize): void {
  drawInput(scratch, index, block, steps);
  for (let layer: usize = 0; layer < countLayers(); layer++) {
    layerCurrents(scratch, weights, layer, block, steps);
    fireLayer(scratch, weights, layer, block, steps);
  }
}

/** Copies the potentials of all neurons from `potentials`, or to it: a row of each column, the outputs' last, `stride` bytes apart. */
function carryPotentials(scratch: usize, potentials: usize, stride: usize, take: bool): void {
  for (let index: usize = 0; index < countLayers(); index++) {
    const layer = layerAt(index);
    for (let c: usize = 0; c < columnsOf(layer); c++, potentials += stride) {
      const own = columnAt(scratch, layer, c) + POTENTIAL;
      if (take) copyRow(own, potentials);
      else copyRow(potentials, own);
    }
  }
}

/**
 * Shows the image that was presented for T steps. What is read is left at RATES, the last block at BLOCK_ROWS.
 * `potentials` is where the neurons' potentials come from and go to (see `carryPotentials`). If it is 0, they start at rest.
 */
export function forward(scratch: usize, weights: usize, index: u32, potentials: usize, stride: usize): void {
  const T = <usize>load<u32>(STEPS);
  restAll(scratch);
  startReadout(scratch);
  if (potentials) carryPotentials(scratch, potentials, stride, true);
  for (let block: usize = 0; block * BLOCK < T; block++) through(scratch, weights, index, block, stepsIn(block, T));
  if (potentials) carryPotentials(scratch, potentials, stride, false);
  readOutputs(scratch);
}

/**
 * The backward pass, after `forward`: adds the gradient of the loss to `gradient`. Memory does not grow with T: blocks
 * before the last are drawn and computed once more.
 * @returns what this image adds to the loss, as `differentiateLoss` does
 */
export function backward(scratch: usize, weights: usize, gradient: usize, index: u32, label: usize): f64 {
  const T = <usize>load<u32>(STEPS);
  const loss = differentiateLoss(scratch, label, readSteps());
  const last = (T - 1) / BLOCK;
  for (let block = last + 1; block-- > 0; ) {
    const steps = stepsIn(block, T);
    startBack(scratch, block, block === last);
    if (block < last) through(scratch, weights, index, block, steps);
    for (let layer = countLayers(); layer-- > 0; ) backLayer(scratch, gradient, layer, block, steps);
  }
  return loss + load<f64>(scratch + LOSS_SUM);
}

/** All neurons are as before a block, which is computed again; of the last one nothing comes from later steps. */
function startBack(scratch: usize, block: usize, isLast: bool): void {
  for (let index: usize = 0; index < countLayers(); index++) {
    const layer = layerAt(index);
    for (let c: usize = 0; c < columnsOf(layer); c++) {
      const column = columnAt(scratch, layer, c);
      if (!isLast) rewind(column, block);
      else {
        clearRow(column + CARRY);
        clearRow(column + DIRECT_GRADIENT);
        clearRow(column + LATER);
        clearRow(column + TAU_GRADIENT);
      }
    }
  }
}
