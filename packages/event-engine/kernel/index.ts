// The kernel of the event-driven engine: what the host calls (see ../core.ts).

import * as table from '../layout';
import {
  ADAPT_CARRY,
  ADAPTATION,
  ADAPTS,
  BLOCK,
  CARRY,
  CURRENT,
  DIRECT_GRADIENT,
  LATER,
  LOSS_SUM,
  POTENTIAL,
  TAU_GRADIENT,
} from './addresses';
import { convolve, countCarried } from './convolution';
import { convolveBack, denseBack } from './convolution-back';
import { carryDelayed, startDelays } from './delays';
import { drawInput } from './input';
import { backLayer, fireLayer, layerCurrents } from './layers';
import { differentiateLoss } from './loss';
import { columnAt, columnsOf, convolutions, countLayers, layerAt, readControl } from './network';
import { rest, useNeuron } from './neuron';
import { countHidden, penalizeRows } from './penalty';
import { readOutputs, readSteps, startReadout } from './readout';
import { carryFired } from './recurrence';
import { clearRow, copyRow } from './rows';
import { adaptationOf, rewind } from './state';

export { adam } from './adam';
export * from './addresses';
export { back } from './back';
export { countEventRows, currentsOf, drawMap, fireAll } from './convolution';
export { limit } from './delays';
export { countRows, countSpikes, present, presentPixels, presentSpikes } from './encoder';
export { DIRECT, drawInput, LATENCY, POISSON } from './input';
export { fireLayer, layerCurrents, layOut, prepare } from './layers';
export { CROSS_ENTROPY, CROSS_ENTROPY_COUNTS, CROSS_ENTROPY_EACH_STEP, MSE } from './loss';
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
  for (let index = convolutions(); index < countLayers(); index++) {
    const layer = layerAt(index);
    useNeuron(layer);
    if (load<u32>(layer, table.DELAYS)) startDelays(scratch, layer);
    const adapted = <usize>load<u32>(layer, table.ADAPTED);
    for (let c: usize = 0; c < columnsOf(layer); c++) {
      const column = columnAt(scratch, layer, c);
      store<u32>(column + ADAPTS, adapted ? u32(scratch + adapted + c * <usize>table.ADAPT_BYTES) : 0);
      rest(column);
    }
  }
}

/** Draws a block of the presented image and computes all layers. */
function through(scratch: usize, weights: usize, index: u32, block: usize, steps: usize): void {
  const convolved = convolutions();
  if (!convolved) drawInput(scratch, index, block, steps);
  for (let layer = convolved; layer < countLayers(); layer++) {
    layerCurrents(scratch, weights, layer, block, steps);
    fireLayer(scratch, weights, layer, block, steps);
  }
}

/**
 * Copies what neurons remember from `potentials`, or to it: what arrives late, then a row for each column's last
 * spikes, if the layer is recurrent, for its current, if it lasts, for its adaptation, if its threshold rises, and for
 * its potentials, `stride` bytes apart.
 */
function carryPotentials(scratch: usize, potentials: usize, stride: usize, take: bool): void {
  for (let index = convolutions(); index < countLayers(); index++) {
    const layer = layerAt(index);
    if (load<u32>(layer, table.DELAYS)) potentials = carryDelayed(scratch, layer, potentials, stride, take);
    for (let c: usize = 0; c < columnsOf(layer); c++, potentials += stride) {
      const column = columnAt(scratch, layer, c);
      if (load<u32>(layer, table.RECURRENT)) {
        carryFired(column, potentials, take);
        potentials += stride;
      }
      if (load<f32>(layer, table.SYNAPSE)) {
        carryRow(column + CURRENT, potentials, take);
        potentials += stride;
      }
      if (adaptationOf(column)) {
        carryRow(adaptationOf(column) + ADAPTATION, potentials, take);
        potentials += stride;
      }
      carryRow(column + POTENTIAL, potentials, take);
    }
  }
}

function carryRow(own: usize, other: usize, take: bool): void {
  copyRow(take ? own : other, take ? other : own);
}

/**
 * The forward pass of the presented image for T steps. Leaves the readout at RATES, and the last block at BLOCK_ROWS.
 * `potentials` is the address of the neurons' potentials (see `carryPotentials`); if it is 0, they start at rest.
 */
export function forward(scratch: usize, weights: usize, index: u32, potentials: usize, stride: usize): void {
  const T = <usize>readControl(table.Control.T);
  restAll(scratch);
  startReadout(scratch);
  if (convolutions()) {
    convolve(scratch, weights, index, potentials, stride);
    if (potentials) potentials += countCarried() * stride;
  }
  if (potentials) carryPotentials(scratch, potentials, stride, true);
  for (let block: usize = 0; block * BLOCK < T; block++) {
    through(scratch, weights, index, block, stepsIn(block, T));
    countHidden(scratch, stepsIn(block, T));
  }
  if (potentials) carryPotentials(scratch, potentials, stride, false);
  readOutputs(scratch);
}

/**
 * The backward pass, after `forward`: adds the gradient of the loss to `gradient`. Memory does not grow with T, since
 * blocks before the last are drawn and computed again.
 * @returns this image's part of the loss, like `differentiateLoss`
 */
export function backward(scratch: usize, weights: usize, gradient: usize, index: u32, label: usize): f64 {
  const T = <usize>readControl(table.Control.T);
  const loss = differentiateLoss(scratch, label, readSteps());
  penalizeRows(scratch);
  const last = (T - 1) / BLOCK;
  const convolved = convolutions();
  for (let block = last + 1; block-- > 0; ) {
    const steps = stepsIn(block, T);
    startBack(scratch, block, block === last);
    if (block < last) through(scratch, weights, index, block, steps);
    for (let layer = countLayers(); layer-- > convolved; ) backLayer(scratch, weights, gradient, layer, block, steps);
    if (convolved) denseBack(scratch, block, steps);
  }
  if (convolved) convolveBack(scratch, weights, gradient);
  return loss + load<f64>(scratch + LOSS_SUM);
}

/**
 * Restores all neurons to the start of a block, which is computed again; the last block gets no gradient from later
 * steps.
 */
function startBack(scratch: usize, block: usize, isLast: bool): void {
  for (let index = convolutions(); index < countLayers(); index++) {
    const layer = layerAt(index);
    for (let c: usize = 0; c < columnsOf(layer); c++) {
      const column = columnAt(scratch, layer, c);
      if (!isLast) rewind(column, block);
      else {
        clearRow(column + CARRY);
        if (adaptationOf(column)) clearRow(adaptationOf(column) + ADAPT_CARRY);
        clearRow(column + DIRECT_GRADIENT);
        clearRow(column + LATER);
        clearRow(column + TAU_GRADIENT);
      }
    }
  }
}
