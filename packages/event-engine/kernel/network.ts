// The network as the table in memory describes it (see ../layout.ts): layers of columns of neurons, and their weights.

import * as table from '../layout';

/** Reads a word of the control block, in which the host says what is shown, and how. */
export function readControl(word: table.Control): u32 {
  return load<u32>(4 * <usize>word);
}

export function countLayers(): usize {
  return <usize>readControl(table.Control.Layers);
}

/** A layer's entry in the table. */
export function layerAt(index: usize): usize {
  return <usize>table.LAYERS + index * table.LAYER_BYTES;
}

/** How many layers convolve; they come first. */
export function convolutions(): usize {
  let count: usize = 0;
  while (load<u32>(layerAt(count), table.KERNEL)) count++;
  return count;
}

export function columnsOf(layer: usize): usize {
  return <usize>load<u32>(layer, table.COLUMNS);
}

export function columnAt(scratch: usize, layer: usize, c: usize): usize {
  return scratch + <usize>load<u32>(layer, table.PLACE) + c * <usize>load<u32>(layer, table.PLACE_STRIDE);
}

/** The layer that is read. */
export function outputLayer(): usize {
  return layerAt(countLayers() - 1);
}

/** How many outputs there are. */
export function countOutputs(): usize {
  return <usize>load<u32>(outputLayer(), table.NEURONS);
}

/** Where dL/ds, or dL/dh, of a column in each step of a block lies, a row for each. */
export function fromNext(layer: usize, column: usize): usize {
  return column + <usize>load<u32>(layer, table.FROM_NEXT);
}

export function isLast(index: usize): bool {
  return index + 1 === countLayers();
}

/** Where the rows of a column lie in weights, or in a gradient. */
export function rowsOf(weights: usize, layer: usize, c: usize): usize {
  return weights + <usize>load<u32>(layer, table.WEIGHTS) + c * <usize>load<u32>(layer, table.WEIGHTS_STRIDE);
}

/** Where the rows of R of a column lie in weights, or in a gradient. */
export function recurrentRows(weights: usize, layer: usize, c: usize): usize {
  return weights + <usize>load<u32>(layer, table.RECURRENT) + c * <usize>load<u32>(layer, table.RECURRENT_STRIDE);
}
