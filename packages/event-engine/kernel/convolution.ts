// Convolutional layers: neurons at each position of a map share weights; pooling takes the mean of neighbours' spikes. A
// row of weights leads from one input under the kernel, [kernel][kernel][input channels], to twelve channels.
//
// Only events are added up. The neurons of a position and twelve channels form a column like any other; in the forward
// and the backward pass all of them use the same column in memory, one after the other.

import * as table from '../layout';
import { BLOCK, DELTAS, LATER, POTENTIAL, ROW_BYTES, WIDTH } from './addresses';
import { encode } from './encoder';
import { inHeight, inputSteps, listInput, listMeans, rowAt, useMap } from './events';
import { gatherEvents } from './gather';
import { DIRECT } from './input';
import {
  biasOf,
  carried,
  carriedApart,
  carryFrom,
  columns,
  endUnder,
  firstUnder,
  hasBias,
  height,
  kernelHeight,
  mapHeight,
  mapWidth,
  padding,
  place,
  pool,
  pooled,
  rowsAt,
  rowsOfPosition,
  staysAtRest,
  steps,
  stride,
  useLayer,
  weightsOf,
  wide,
} from './maps';
import { columnAt, columnsOf, convolutions, layerAt, readControl } from './network';
import { fireMeans, rest } from './neuron';
import { clearRow, copyRow } from './rows';
import { invert } from './tau';

/** Draws all steps of the presented image, and lists the events for the first layer. */
export function drawMap(scratch: usize, image: u32): void {
  const layer = layerAt(0);
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  for (let from: usize = 0, block: usize = 0; from < steps; from += BLOCK, block++) {
    const count = min<usize>(BLOCK, steps - from);
    if (readControl(table.Control.Encoder) !== DIRECT) encode(scratch, image, block, count);
    listInput(scratch, events, place(scratch, layer, table.UNITS), from, count);
  }
}

/**
 * The forward pass of all convolutional layers; the last leaves its events.
 * @param rows address of their potentials, read before and written after, as for `forward`; 0 to start at rest
 */
export function convolve(scratch: usize, weights: usize, image: u32, rows: usize, apart: usize): void {
  drawMap(scratch, image);
  carryFrom(rows, apart);
  for (let index: usize = 0, count = convolutions(); index < count; index++) {
    addUp(scratch, weights, index);
    fireAll(scratch, weights, index);
    if (carried) carryFrom(carried + apart * height * wide * columns, apart);
  }
  carryFrom(rows, apart);
}

/** Number of rows of these potentials. */
export function countCarried(): usize {
  let count: usize = 0;
  for (let index: usize = 0, end = convolutions(); index < end; index++) {
    const layer = layerAt(index);
    count += <usize>load<u32>(layer, table.HEIGHT) * <usize>load<u32>(layer, table.WIDE) * columnsOf(layer);
  }
  return count;
}

/** Currents of a layer, in the rows of its positions: for each step, or in the last row if all are the same. */
function addUp(scratch: usize, weights: usize, index: usize): void {
  const layer = layerAt(index);
  useLayer(layer);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const isBiased = hasBias(layer);
  memory.fill(place(scratch, layer, table.LIT), u8(isBiased), height * wide);
  const beginning = steps - inputSteps(index);
  for (let c: usize = 0, rows = potentials; c < columns; c++) {
    const bias = biasOf(weights, layer, c);
    for (const end = rowsAt(potentials, c + 1, 0); rows < end; rows += rowsOfPosition * ROW_BYTES) {
      for (let t = beginning; t < steps && isBiased; t++) copyRow(rows + t * ROW_BYTES, bias);
      // Also clears the rows that pad the steps to a multiple of four.
      for (let t = isBiased ? steps : beginning; t < rowsOfPosition; t++) clearRow(rows + t * ROW_BYTES);
    }
  }
  gatherEvents<f32>(scratch, layer, weightsOf(scratch, weights, layer), inputSteps(index), index === 0);
}

/** The same, always for each step. */
export function currentsOf(scratch: usize, weights: usize, index: usize): void {
  addUp(scratch, weights, index);
  const potentials = place(scratch, layerAt(index), table.POTENTIALS);
  for (let rows = potentials, end = rowsAt(rows, columns, 0); rows < end; rows += rowsOfPosition * ROW_BYTES) {
    const last = rows + (steps - 1) * ROW_BYTES;
    for (let t = inputSteps(index); t < steps; t++) copyRow(last - t * ROW_BYTES, last);
  }
}

/**
 * Number of rows of weights that events add to a layer's currents; call after `currentsOf` of the first layer.
 */
export function countEventRows(scratch: usize, index: usize): usize {
  const layer = layerAt(index);
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  const different = inputSteps(index);
  let count: usize = 0;
  for (let t: usize = 0; t < different; t++) {
    for (let oy: usize = 0; oy < height; oy++) {
      for (let ox: usize = 0; ox < wide; ox++) {
        const from = max<usize>(padding, oy * stride) - padding;
        const end = min<usize>(inHeight, oy * stride + kernelHeight - padding);
        count += runOf(events, t, from, firstUnder(ox), endUnder(ox), end);
      }
    }
  }
  return count * columns;
}

/** Number of events in some columns of some rows. */
function runOf(events: usize, t: usize, from: usize, first: usize, end: usize, to: usize): usize {
  let count: usize = 0;
  for (let y = from; y < to; y++) {
    const beginnings = rowAt(events, t, y);
    count += <usize>load<u32>(beginnings + (end << 2)) - <usize>load<u32>(beginnings + (first << 2));
  }
  return count;
}

/** Replaces currents by potentials before firing, and lists the means of the spikes. */
export function fireAll(scratch: usize, weights: usize, index: usize): void {
  const layer = layerAt(index);
  useLayer(layer);
  const column = columnAt(scratch, layer, 0);
  const learns = load<u32>(layer, table.LEARNS) !== 0;
  if (learns) invert(layer, weights, column, 0);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const means = place(scratch, layer, table.MEANS);
  const channels = <usize>load<u32>(layer, table.CHANNELS);
  const mapRow = columns * ROW_BYTES;
  const apart = mapHeight * mapWidth * mapRow;
  const part: f32 = 1 / f32(pool * pool);
  const different = inputSteps(index);
  const every: usize = different < steps ? 0 : ROW_BYTES;
  const before = place(scratch, layer, table.BEFORE);
  memory.fill(means, 0, steps * apart);
  rest(column);
  copyRow(column + LATER, column + POTENTIAL);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      if (!carried && !load<u8>(lit + position) && staysAtRest()) continue;
      const isInMap = oy < mapHeight * pool && ox < mapWidth * pool;
      const mean = means + (pooled(oy) * mapWidth + pooled(ox)) * mapRow;
      for (let c: usize = 0; c < columns; c++) {
        const from = carried + (position * columns + c) * carriedApart;
        copyRow(column + POTENTIAL, carried ? from : column + LATER);
        if (learns) copyRow(before + (position * columns + c) * ROW_BYTES, column + POTENTIAL);
        const rows = rowsAt(potentials, c, position);
        const x = rows + (steps - different) * ROW_BYTES;
        const alive = channels - c * WIDTH;
        // Neurons at an odd edge are part of no mean; their spikes go to an unused row.
        if (isInMap) fireMeans(column, rows, x, every, mean + c * ROW_BYTES, alive, steps, apart, part);
        else fireMeans(column, rows, x, every, scratch + DELTAS, alive, steps, 0, 0);
        if (carried) copyRow(from, column + POTENTIAL);
      }
    }
  }
  useMap(mapHeight, mapWidth, channels);
  listMeans(place(scratch, layer, table.MAKES_EVENTS), means, columns);
}
