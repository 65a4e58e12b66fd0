// The hidden layer: columns of neurons between the pixels and the outputs.
//
// Each column is to its weights what the outputs of a single layer are. Its spikes are bits in the format of the input's, so
// the outputs add them up as they would add up pixels.

import {
  COLUMN_BYTES,
  COLUMNS,
  DELTAS,
  DIM,
  HIDDEN,
  HIDDEN_INPUT,
  OUTGOING,
  OUTPUTS,
  PIXEL_AT,
  PIXEL_ROWS,
  ROW_BYTES,
  SPIKES,
  WIDTH,
} from './addresses';
import { prepareInput } from './current';
import { addPixelGradient, pixelCurrents } from './input';
import { back, fireInto } from './neuron';

/** How many columns the hidden layer has; 0 without one. */
export function hiddenColumns(): usize {
  return (<usize>load<u32>(HIDDEN) + WIDTH - 1) / WIDTH;
}

export function columnAt(scratch: usize, column: usize): usize {
  return scratch + COLUMNS + column * COLUMN_BYTES;
}

/** Where the rows of the outputs begin in weights, or in a gradient: behind the hidden columns. */
export function outputRows(rows: usize): usize {
  return rows + hiddenColumns() * PIXEL_ROWS;
}

/** Makes the hidden neurons places of an input, once: neuron j is place j, and dim. */
export function layOutHidden(scratch: usize): void {
  const input = scratch + HIDDEN_INPUT;
  const places = hiddenColumns() * WIDTH;
  memory.fill(input, 0, PIXEL_AT);
  store<u32>(input, u32(places), DIM);
  for (let place: usize = 0; place < places; place++) store<u16>(input + PIXEL_AT + 2 * place, u16(place));
}

/** Transposes the weights of the outputs, once per shard of a batch: what a hidden spike adds to each output. */
export function transposeOutgoing(scratch: usize, weights: usize): void {
  const rows = outputRows(weights);
  for (let c: usize = 0, columns = hiddenColumns(); c < columns; c++) {
    const outgoing = columnAt(scratch, c) + OUTGOING;
    for (let neuron: usize = 0; neuron < WIDTH; neuron++) {
      const row = rows + (c * WIDTH + neuron) * ROW_BYTES;
      for (let k: usize = 0; k < OUTPUTS; k++)
        store<f32>(outgoing + k * ROW_BYTES + 4 * neuron, load<f32>(row + 4 * k));
    }
  }
}

/** Lets the hidden neurons fire in a block that was drawn. */
export function fireHidden(scratch: usize, weights: usize, block: usize, steps: usize): void {
  for (let c: usize = 0, columns = hiddenColumns(); c < columns; c++) {
    columnCurrents(scratch, weights, c, block, steps);
    fireColumn(scratch, c, block, steps);
  }
}

/** Currents of a hidden column in a block, to its BLOCK_ROWS. */
export function columnCurrents(scratch: usize, weights: usize, c: usize, block: usize, steps: usize): void {
  pixelCurrents(scratch, columnAt(scratch, c), weights + c * PIXEL_ROWS, block, steps);
}

/** Lets a hidden column fire under its currents; after the last one, the spikes of all are prepared for the outputs. */
export function fireColumn(scratch: usize, c: usize, block: usize, steps: usize): void {
  const alive = <usize>load<u32>(HIDDEN) - c * WIDTH;
  fireInto(columnAt(scratch, c), scratch + (HIDDEN_INPUT + SPIKES) + c * WIDTH * 2, alive, block, steps);
  if (c + 1 === hiddenColumns()) prepareInput(scratch + HIDDEN_INPUT, steps);
}

/** Adds the gradient of the hidden weights in a block, from dL/dx of the outputs, which is `rows`. */
export function backHidden(scratch: usize, rows: usize, gradient: usize, block: usize, steps: usize): void {
  for (let c: usize = 0, columns = hiddenColumns(); c < columns; c++) {
    const column = columnAt(scratch, c);
    weigh(rows, column + OUTGOING, scratch + DELTAS, steps);
    back(scratch, column, scratch + DELTAS, ROW_BYTES, steps);
    addPixelGradient(scratch, column, gradient + c * PIXEL_ROWS, block, steps);
  }
}

/** dL/ds of a hidden column: in each step, the sum over the ten outputs of dL/dx times the weights to them. */
function weigh(rows: usize, outgoing: usize, deltas: usize, steps: usize): void {
  // A pass for each vector of a row, so that the ten weights stay in registers.
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const w0 = v128.load(outgoing + q);
    const w1 = v128.load(outgoing + q, ROW_BYTES);
    const w2 = v128.load(outgoing + q, 2 * ROW_BYTES);
    const w3 = v128.load(outgoing + q, 3 * ROW_BYTES);
    const w4 = v128.load(outgoing + q, 4 * ROW_BYTES);
    const w5 = v128.load(outgoing + q, 5 * ROW_BYTES);
    const w6 = v128.load(outgoing + q, 6 * ROW_BYTES);
    const w7 = v128.load(outgoing + q, 7 * ROW_BYTES);
    const w8 = v128.load(outgoing + q, 8 * ROW_BYTES);
    const w9 = v128.load(outgoing + q, 9 * ROW_BYTES);
    for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
      const row = rows + at;
      let even = f32x4.mul(v128.load32_splat(row), w0);
      let odd = f32x4.mul(v128.load32_splat(row, 4), w1);
      even = f32x4.add(even, f32x4.mul(v128.load32_splat(row, 8), w2));
      odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(row, 12), w3));
      even = f32x4.add(even, f32x4.mul(v128.load32_splat(row, 16), w4));
      odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(row, 20), w5));
      even = f32x4.add(even, f32x4.mul(v128.load32_splat(row, 24), w6));
      odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(row, 28), w7));
      even = f32x4.add(even, f32x4.mul(v128.load32_splat(row, 32), w8));
      odd = f32x4.add(odd, f32x4.mul(v128.load32_splat(row, 36), w9));
      v128.store(deltas + at + q, f32x4.add(even, odd));
    }
  }
}
