// The layers of the network, as the table in memory describes them (see ../layout.ts): columns of neurons.
//
// A hidden layer's spikes have the same format as the input's, so the next layer adds them up like pixels.

import * as table from '../layout';
import { BLOCK_ROWS, DELTAS, DIM, OUTGOING, PIXEL_AT, ROW_BYTES, SPIKES, WIDTH } from './addresses';
import { backpropagateSteps, backpropagateTen, TEN, transpose } from './backpropagate-dense';
import { backBlock } from './column';
import { currents, prepareInput } from './current';
import { addDelayedGradient, delayedCurrents, differentiateDelayed } from './delays';
import { gatherDenseEvents } from './gather';
import { addGradient } from './gradient';
import { addPixelGradient, pixelCurrents } from './input';
import { prepareConvolutions } from './kernels';
import {
  columnAt,
  columnsOf,
  convolutions,
  countLayers,
  fromNext,
  isLast,
  layerAt,
  recurrentRows,
  rowsOf,
} from './network';
import { fire, useNeuron } from './neuron';
import { addPenalty, isPenalized } from './penalty';
import { differentiateOutputs, fireOutputs } from './readout';
import { addFirst, backRecurrent, fireRecurrent } from './recurrence';
import { filter, keepCurrent } from './state';
import { addTauGradient, invert } from './tau';

/** Makes the neurons of hidden layers places of an input, once: neuron j is place j, and dim. */
export function layOut(scratch: usize): void {
  for (let index = convolutions(); !isLast(index); index++) {
    const input = scratch + <usize>load<u32>(layerAt(index), table.MAKES);
    const places = columnsOf(layerAt(index)) * WIDTH;
    memory.fill(input, 0, PIXEL_AT);
    store<u32>(input, u32(places), DIM);
    for (let place: usize = 0; place < places; place++) store<u16>(input + PIXEL_AT + 2 * place, u16(place));
  }
}

/**
 * Computes once per task what depends on the weights alone: learnt taus, and the weights to the next layer, transposed.
 */
export function prepare(scratch: usize, weights: usize): void {
  const convolved = convolutions();
  prepareConvolutions(scratch, weights);
  for (let index = convolved; index < countLayers(); index++) {
    const layer = layerAt(index);
    for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      if (load<u32>(layer, table.LEARNS)) invert(layer, weights, column, c);
      if (load<u32>(layer, table.RECURRENT)) {
        const own = recurrentRows(weights, layer, 0) + c * WIDTH * ROW_BYTES;
        const stride = <usize>load<u32>(layer, table.RECURRENT_STRIDE);
        transpose(column + <usize>load<u32>(layer, table.FEEDBACK), own, stride, columns * WIDTH);
      }
      if (isLast(index)) continue;
      const next = layerAt(index + 1);
      const rows = rowsOf(weights, next, 0) + c * WIDTH * ROW_BYTES;
      transpose(column + OUTGOING, rows, <usize>load<u32>(next, table.WEIGHTS_STRIDE), columnsOf(next) * WIDTH);
    }
  }
}

/** Writes the currents of a layer in a block to the BLOCK_ROWS of its columns. */
export function layerCurrents(scratch: usize, weights: usize, index: usize, block: usize, steps: usize): void {
  const layer = layerAt(index);
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    const rows = rowsOf(weights, layer, c);
    if (load<u32>(layer, table.IN_CHANNELS))
      gatherDenseEvents<f32>(scratch, layer, column + BLOCK_ROWS, rows, block, steps);
    else if (load<u32>(layer, table.DELAYS)) delayedCurrents(scratch, weights, layer, column, c, block, steps);
    else if (index === 0) pixelCurrents(scratch, column, rows, block, steps);
    else currents(scratch, scratch + <usize>load<u32>(layer, table.READS), rows, column + BLOCK_ROWS, steps);
  }
}

/** Replaces a layer's currents by potentials and spikes, and prepares spikes for the next layer. */
export function fireLayer(scratch: usize, weights: usize, index: usize, block: usize, steps: usize): void {
  const layer = layerAt(index);
  const kept = load<f32>(layer, table.SYNAPSE);
  const isRecurrent = load<u32>(layer, table.RECURRENT) !== 0;
  const input = scratch + <usize>load<u32>(layer, table.MAKES);
  useNeuron(layer);
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    if (kept) {
      keepCurrent(column, block);
      if (!isRecurrent) filter(column, kept, 0, steps);
    }
    const alive = <usize>load<u32>(layer, table.NEURONS) - c * WIDTH;
    if (isLast(index)) fireOutputs(scratch, column, c, block, steps);
    else if (!isRecurrent) fire(column, input + SPIKES + c * WIDTH * 2, alive, block, steps);
  }
  if (isRecurrent) fireRecurrent(scratch, weights, layer, block, steps);
  if (!isLast(index)) prepareInput(input, steps);
}

/** Adds the gradient of a layer's weights in a block; what its columns left at their BLOCK_ROWS becomes dL/dx. */
export function backLayer(
  scratch: usize,
  weights: usize,
  gradient: usize,
  index: usize,
  block: usize,
  steps: usize,
): void {
  const layer = layerAt(index);
  const columns = columnsOf(layer);
  const isRecurrent = load<u32>(layer, table.RECURRENT) !== 0;
  useNeuron(layer);
  if (isRecurrent) {
    for (let c: usize = 0; c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      differentiateSpikes(scratch, weights, column, c, index + 1, block, steps, fromNext(layer, column));
    }
    backRecurrent(scratch, layer, block, steps);
  }
  if (isLast(index)) differentiateOutputs(scratch, layer, steps);
  for (let c: usize = 0; c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    if (!isRecurrent) {
      if (!isLast(index)) differentiateSpikes(scratch, weights, column, c, index + 1, block, steps, scratch + DELTAS);
      backBlock(scratch, layer, column, isLast(index) ? 0 : scratch + DELTAS, block, 0, steps);
    }
    addWeightGradient(scratch, weights, gradient, index, column, c, block, steps);
  }
}

/** Adds the gradient of a column's parameters in a block. The first block is the last. */
function addWeightGradient(
  scratch: usize,
  weights: usize,
  gradient: usize,
  index: usize,
  column: usize,
  c: usize,
  block: usize,
  steps: usize,
): void {
  const layer = layerAt(index);
  const dx = column + BLOCK_ROWS;
  const rows = rowsOf(gradient, layer, c);
  if (load<u32>(layer, table.IN_CHANNELS)) gatherDenseEvents<f64>(scratch, layer, dx, rows, block, steps);
  else if (load<u32>(layer, table.DELAYS))
    addDelayedGradient(scratch, weights, gradient, layer, column, c, block, steps);
  else if (index === 0) addPixelGradient(scratch, column, rows, block, steps);
  else addGradient(scratch, scratch + <usize>load<u32>(layer, table.READS), dx, rows, steps);
  if (load<u32>(layer, table.RECURRENT)) {
    // Recurrent spikes arrive in the next step.
    const own = recurrentRows(gradient, layer, c);
    addFirst(scratch, layer, column, own, block);
    addGradient(scratch, scratch + <usize>load<u32>(layer, table.MAKES), dx + ROW_BYTES, own, steps - 1);
  }
  if (load<u32>(layer, table.LEARNS) && block === 0) addTauGradient(layer, gradient, column, c);
}

/**
 * Writes dL/ds of a hidden column to `deltas`: in each step the sum of dL/dx times weights over the next layer, plus the
 * gradient of a rate penalty.
 */
function differentiateSpikes(
  scratch: usize,
  weights: usize,
  column: usize,
  c: usize,
  next: usize,
  block: usize,
  steps: usize,
  deltas: usize,
): void {
  const layer = layerAt(next);
  const rows = columnAt(scratch, layer, 0) + BLOCK_ROWS;
  if (load<u32>(layer, table.DELAYS)) differentiateDelayed(scratch, weights, layer, c, block, steps, deltas);
  else if (isLast(next) && load<u32>(layer, table.NEURONS) === TEN)
    backpropagateTen(rows, column + OUTGOING, deltas, steps);
  else backpropagateSteps(rows, layer, column + OUTGOING, deltas, steps);
  if (isPenalized(layerAt(next - 1))) addPenalty(column, deltas, steps);
}
