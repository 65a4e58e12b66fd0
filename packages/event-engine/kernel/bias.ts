// Biases of layers that convolve: a current of each channel, the same at all positions and in all steps.

import * as table from '../layout';
import { ROW_BYTES } from './addresses';
import { steps } from './maps';
import { addToRow } from './rows';

/** Whether the layer has biases. */
export function hasBias(layer: usize): bool {
  return load<u32>(layer, table.BIAS) !== 0;
}

/** Where those of twelve channels lie. */
export function biasOf(numbers: usize, layer: usize, c: usize): usize {
  return numbers + <usize>load<u32>(layer, table.BIAS) + c * ROW_BYTES;
}

/** Adds dL/dx of a column at a position, in all steps, to their gradient. */
export function addBiasGradient(gradient: usize, layer: usize, c: usize, rows: usize): void {
  const sum = biasOf(gradient, layer, c);
  for (let t: usize = 0; t < steps; t++, rows += ROW_BYTES)
    addToRow(sum, v128.load(rows), v128.load(rows, 16), v128.load(rows, 32));
}
