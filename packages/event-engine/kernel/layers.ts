// The layers of the network, as the table in memory describes them (see ../layout.ts): columns of neurons.
//
// The spikes of a hidden layer are bits in the format of the input's, so the next layer adds them up as it would add up pixels.

import * as table from '../layout';
import {
  BLOCK_ROWS,
  DELTAS,
  DIM,
  FACTORS,
  LAYER_COUNT,
  OUTGOING,
  OUTPUTS,
  PIXEL_AT,
  READOUT,
  ROW_BYTES,
  SPIKES,
  WIDTH,
} from './addresses';
import { currents, prepareInput } from './current';
import { addGradient } from './gradient';
import { addPixelGradient, pixelCurrents } from './input';
import { back, findFactors, fireInto, useNeuron } from './neuron';
import { backOutputs, fireOutputs, READ_SPIKES } from './readout';
import { clearRow } from './rows';
import { filter, filterBack, keepCurrent } from './synapse';
import { addFactors, addTauGradient, invert } from './tau';

export function countLayers(): usize {
  return <usize>load<u32>(LAYER_COUNT);
}

/** A layer's entry in the table. */
export function layerAt(index: usize): usize {
  return <usize>table.LAYERS + index * table.LAYER_BYTES;
}

export function columnsOf(layer: usize): usize {
  return <usize>load<u32>(layer, table.COLUMNS);
}

export function columnAt(scratch: usize, layer: usize, c: usize): usize {
  return scratch + <usize>load<u32>(layer, table.PLACE) + c * <usize>load<u32>(layer, table.PLACE_STRIDE);
}

function isLast(index: usize): bool {
  return index + 1 === countLayers();
}

/** Where the rows of a column lie in weights, or in a gradient. */
function rowsOf(weights: usize, layer: usize, c: usize): usize {
  return weights + <usize>load<u32>(layer, table.WEIGHTS) + c * <usize>load<u32>(layer, table.WEIGHTS_STRIDE);
}

/** Makes the neurons of hidden layers places of an input, once: neuron j is place j, and dim. */
export function layOut(scratch: usize): void {
  for (let index: usize = 0; !isLast(index); index++) {
    const input = scratch + <usize>load<u32>(layerAt(index), table.MAKES);
    const places = columnsOf(layerAt(index)) * WIDTH;
    memory.fill(input, 0, PIXEL_AT);
    store<u32>(input, u32(places), DIM);
    for (let place: usize = 0; place < places; place++) store<u16>(input + PIXEL_AT + 2 * place, u16(place));
  }
}

/** What depends on the weights alone, once per task: each learnt tau, and what a hidden spike adds to each neuron of the next layer. */
export function prepare(scratch: usize, weights: usize): void {
  for (let index: usize = 0; index < countLayers(); index++) {
    const layer = layerAt(index);
    for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      if (load<u32>(layer, table.LEARNS)) invert(layer, weights, column, c);
      if (isLast(index)) continue;
      const next = layerAt(index + 1);
      const rows = rowsOf(weights, next, 0) + c * WIDTH * ROW_BYTES;
      transpose(column + OUTGOING, rows, <usize>load<u32>(next, table.WEIGHTS_STRIDE), heardBy(index + 1));
    }
  }
}

/** How many neurons of a layer, with those that fill up its columns, hear the layer before. */
function heardBy(index: usize): usize {
  return isLast(index) ? OUTPUTS : columnsOf(layerAt(index)) * WIDTH;
}

/** Twelve rows of weights to `count` neurons, whose columns lie `stride` bytes apart, become a row for each of these neurons. */
function transpose(out: usize, rows: usize, stride: usize, count: usize): void {
  for (let k: usize = 0; k < count; k++, out += ROW_BYTES) {
    const from = rows + (k / WIDTH) * stride + 4 * (k % WIDTH);
    for (let neuron: usize = 0; neuron < WIDTH; neuron++)
      store<f32>(out + 4 * neuron, load<f32>(from + neuron * ROW_BYTES));
  }
}

/** Currents of a layer in a block, to the BLOCK_ROWS of its columns. */
export function layerCurrents(scratch: usize, weights: usize, index: usize, block: usize, steps: usize): void {
  const layer = layerAt(index);
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    const rows = rowsOf(weights, layer, c);
    if (index === 0) pixelCurrents(scratch, column, rows, block, steps);
    else currents(scratch, scratch + <usize>load<u32>(layer, table.READS), rows, column + BLOCK_ROWS, steps);
  }
}

/** Lets a layer fire under its currents; spikes of hidden neurons are prepared for the next layer. */
export function fireLayer(scratch: usize, index: usize, block: usize, steps: usize): void {
  const layer = layerAt(index);
  useNeuron(layer);
  const kept = load<f32>(layer, table.SYNAPSE);
  if (kept) {
    for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
      keepCurrent(columnAt(scratch, layer, c), block);
      filter(columnAt(scratch, layer, c), kept, 0, steps);
    }
  }
  if (isLast(index)) {
    fireOutputs(scratch, block, steps);
    return;
  }
  const input = scratch + <usize>load<u32>(layer, table.MAKES);
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const alive = <usize>load<u32>(layer, table.NEURONS) - c * WIDTH;
    fireInto(columnAt(scratch, layer, c), input + SPIKES + c * WIDTH * 2, alive, block, steps);
  }
  prepareInput(input, steps);
}

/** Adds the gradient of a layer's weights in a block; what its columns left at their BLOCK_ROWS becomes dL/dx. */
export function backLayer(scratch: usize, gradient: usize, index: usize, block: usize, steps: usize): void {
  const layer = layerAt(index);
  useNeuron(layer);
  const kept = load<f32>(layer, table.SYNAPSE);
  const learns = load<u32>(layer, table.LEARNS);
  for (let c: usize = 0, columns = columnsOf(layer); c < columns; c++) {
    const column = columnAt(scratch, layer, c);
    if (learns)
      findFactors(column, scratch + FACTORS, block, 0, steps, !isLast(index) || load<u32>(READOUT) === READ_SPIKES);
    if (isLast(index)) {
      backOutputs(scratch, block, steps);
    } else {
      differentiateSpikes(scratch, column, index + 1, steps);
      back(scratch, column, scratch + DELTAS, ROW_BYTES, steps);
    }
    if (learns) addFactors(column, scratch + FACTORS, 0, steps);
    if (learns && block === 0) addTauGradient(layer, gradient, column, c);
    if (kept) filterBack(column, kept, 0, steps);
    const rows = rowsOf(gradient, layer, c);
    if (index === 0) addPixelGradient(scratch, column, rows, block, steps);
    else addGradient(scratch, scratch + <usize>load<u32>(layer, table.READS), column + BLOCK_ROWS, rows, steps);
  }
}

/** dL/ds of a hidden column, to DELTAS: in each step, the sum over the next layer of dL/dx times the weights to it. */
function differentiateSpikes(scratch: usize, column: usize, next: usize, steps: usize): void {
  const layer = layerAt(next);
  const rows = columnAt(scratch, layer, 0) + BLOCK_ROWS;
  if (isLast(next)) {
    weigh(rows, column + OUTGOING, scratch + DELTAS, steps);
    return;
  }
  for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
    clearRow(scratch + DELTAS + at);
    weighAll(rows + at, layer, column + OUTGOING, scratch + DELTAS + at);
  }
}

/** Adds to a row what a column sends to all neurons of a layer, of whose first column `from` is a row: the sum of its values times weights. */
export function weighAll(from: usize, layer: usize, outgoing: usize, row: usize): void {
  let x = v128.load(row);
  let y = v128.load(row, 16);
  let z = v128.load(row, 32);
  let x1 = f32x4.splat(0);
  let y1 = x1;
  let z1 = x1;
  const stride = <usize>load<u32>(layer, table.PLACE_STRIDE);
  for (let c = columnsOf(layer); c > 0; c--, from += stride) {
    for (let lane: usize = 0; lane < 4 * WIDTH; lane += 8, outgoing += 2 * ROW_BYTES) {
      const even = v128.load32_splat(from + lane);
      const odd = v128.load32_splat(from + lane, 4);
      x = f32x4.add(x, f32x4.mul(even, v128.load(outgoing)));
      y = f32x4.add(y, f32x4.mul(even, v128.load(outgoing, 16)));
      z = f32x4.add(z, f32x4.mul(even, v128.load(outgoing, 32)));
      x1 = f32x4.add(x1, f32x4.mul(odd, v128.load(outgoing, 48)));
      y1 = f32x4.add(y1, f32x4.mul(odd, v128.load(outgoing, 64)));
      z1 = f32x4.add(z1, f32x4.mul(odd, v128.load(outgoing, 80)));
    }
  }
  v128.store(row, f32x4.add(x, x1));
  v128.store(row, f32x4.add(y, y1), 16);
  v128.store(row, f32x4.add(z, z1), 32);
}

/** The same for all steps of the ten outputs, whose dL/dx are `rows`, to `deltas`. */
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
