// The current convolutional layer, or the first dense layer, as the table in memory describes it (see ../layout.ts).

import * as table from '../layout';
import { ROW_BYTES } from './addresses';
import { inChannels, inHeight, inWidth, useMap } from './events';
import { columnsOf, readControl, rowsOf } from './network';
import { resetTo, threshold, useNeuron } from './neuron';
import { addToRow } from './rows';

/** Width of the kernel. A dense layer reads a map like a convolution whose kernel is as large as the map. */
export let kernel: usize = 0;
export let kernelHeight: usize = 0;
export let stride: usize = 0;
export let padding: usize = 0;
export let height: usize = 0;
export let wide: usize = 0;
export let columns: usize = 0;
export let pool: usize = 0;
export let mapHeight: usize = 0;
export let mapWidth: usize = 0;
/**
 * Where the potentials of the next layer to fire come from and go to, and how far those of two columns lie apart; 0
 * without.
 */
export let carried: usize = 0;
export let carriedApart: usize = 0;
/** Steps of a presentation, and rows of a position, a multiple of four. */
export let steps: usize = 0;
export let rowsOfPosition: usize = 0;

/** Sets the current layer. */
export function useLayer(layer: usize): void {
  useMap(
    <usize>load<u32>(layer, table.IN_HEIGHT),
    <usize>load<u32>(layer, table.IN_WIDTH),
    <usize>load<u32>(layer, table.IN_CHANNELS),
  );
  const size = <usize>load<u32>(layer, table.KERNEL);
  kernel = size || inWidth;
  kernelHeight = size || inHeight;
  stride = <usize>load<u32>(layer, table.STRIDE);
  padding = <usize>load<u32>(layer, table.PADDING);
  height = size ? <usize>load<u32>(layer, table.HEIGHT) : 1;
  wide = size ? <usize>load<u32>(layer, table.WIDE) : 1;
  columns = columnsOf(layer);
  pool = <usize>load<u32>(layer, table.POOL);
  mapHeight = <usize>load<u32>(layer, table.MAP_HEIGHT);
  mapWidth = <usize>load<u32>(layer, table.MAP_WIDTH);
  steps = <usize>readControl(table.Control.T);
  rowsOfPosition = (steps + 3) & ~3;
  useNeuron(layer);
}

/** Sets where neurons read and leave their potentials; 0: they start at rest. */
export function carryFrom(rows: usize, apart: usize): void {
  carried = rows;
  carriedApart = apart;
}

/** Address in scratch memory of an entry of the table. */
export function place(scratch: usize, layer: usize, at: usize): usize {
  return scratch + <usize>load<u32>(layer + at);
}

/** Where the first column's rows of weights lie that the events name, and how far those of the next column are. */
export function weightsOf(scratch: usize, weights: usize, layer: usize): usize {
  return load<u32>(layer, table.MEAN_OF) ? place(scratch, layer, table.EXPANDED) : rowsOf(weights, layer, 0);
}

export function gradientOf(scratch: usize, gradient: usize, layer: usize): usize {
  return load<u32>(layer, table.MEAN_OF) ? place(scratch, layer, table.EXPANDED_GRADIENT) : rowsOf(gradient, layer, 0);
}

export function strideOf(layer: usize): usize {
  return load<u32>(layer, table.MEAN_OF) ? expandedBytes() : <usize>load<u32>(layer, table.WEIGHTS_STRIDE);
}

export function expandedBytes(): usize {
  return kernel * kernel * inChannels * ROW_BYTES;
}

/** Address of a position's rows, one for each step. */
export function rowsAt(potentials: usize, c: usize, position: usize): usize {
  return potentials + (c * height * wide + position) * rowsOfPosition * ROW_BYTES;
}

/** Which row or column of what it hands on a position's is part of: a mean is of one neuron, or of two each way. */
export function pooled(at: usize): usize {
  return at >> (pool - 1);
}

/** Whether neurons without input stay at 0. */
export function staysAtRest(): bool {
  return resetTo === 0 && threshold > 0;
}

/** The first and the last column under the kernel that are in the map. */
export function firstUnder(ox: usize): usize {
  return max<usize>(padding, ox * stride) - padding;
}

export function endUnder(ox: usize): usize {
  return min<usize>(inWidth, ox * stride + kernel - padding);
}

// Biases: a current of each channel, the same at all positions and in all steps.

/** Whether the layer has biases. */
export function hasBias(layer: usize): bool {
  return load<u32>(layer, table.BIAS) !== 0;
}

/** Address of the biases of twelve channels. */
export function biasOf(numbers: usize, layer: usize, c: usize): usize {
  return numbers + <usize>load<u32>(layer, table.BIAS) + c * ROW_BYTES;
}

/** Adds dL/dx of a column at a position, in all steps, to their gradient. */
export function addBiasGradient(gradient: usize, layer: usize, c: usize, rows: usize): void {
  const sum = biasOf(gradient, layer, c);
  for (let t: usize = 0; t < steps; t++, rows += ROW_BYTES)
    addToRow(sum, v128.load(rows), v128.load(rows, 16), v128.load(rows, 32));
}
