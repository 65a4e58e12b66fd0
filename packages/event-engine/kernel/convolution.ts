// Layers that convolve: neurons at each position of a map, which share their weights, and the mean of the spikes of
// neighbours. A row of weights leads from one input under the kernel, [kernel][kernel][channels that are read], to
// twelve channels.
//
// Only events are added up. The neurons of a position and of twelve channels are a column as any other's: while they
// fire, and on the way back, their rows stand in one that all of them share.

import * as table from '../layout';
import { BLOCK, BLOCK_ROWS, POTENTIAL, ROW_BYTES, TABLES, WIDTH } from './addresses';
import { encode } from './encoder';
import { EVENT_BYTES, inChannels, inHeight, inputSteps, listAt, listInput, listMeans, rowAt, useMap } from './events';
import { DIRECT } from './input';
import {
  carried,
  carriedApart,
  carryFrom,
  columns,
  copyRows,
  endUnder,
  firstUnder,
  height,
  kernel,
  kernelHeight,
  mapHeight,
  mapWidth,
  padding,
  place,
  pool,
  rowsAt,
  rowsOfPosition,
  staysAtRest,
  steps,
  stride,
  strideOf,
  useLayer,
  weightsOf,
  wide,
} from './maps';
import { columnAt, columnsOf, convolutions, layerAt, readControl } from './network';
import { fire, rest, threshold } from './neuron';
import { clearRow, copyRow, storeRow } from './rows';
import { invert } from './tau';

/** Draws all steps of the image that was presented, and lists what the first layer reads. */
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
 * Lets all layers that convolve fire; the last leaves its events.
 * @param rows where their potentials come from and go to, as for `forward`; 0 if they start at rest
 */
export function convolve(scratch: usize, weights: usize, image: u32, rows: usize, apart: usize): void {
  drawMap(scratch, image);
  carryFrom(rows, apart);
  for (let index: usize = 0, count = convolutions(); index < count; index++) {
    currentsOf(scratch, weights, index);
    fireAll(scratch, weights, index);
    if (carried) carryFrom(carried + apart * height * wide * columns, apart);
  }
  carryFrom(rows, apart);
}

/** How many rows these potentials are. */
export function countCarried(): usize {
  let count: usize = 0;
  for (let index: usize = 0, end = convolutions(); index < end; index++) {
    const layer = layerAt(index);
    count += <usize>load<u32>(layer, table.HEIGHT) * <usize>load<u32>(layer, table.WIDE) * columnsOf(layer);
  }
  return count;
}

/** Currents of one of them, to the rows of its positions. */
export function currentsOf(scratch: usize, weights: usize, index: usize): void {
  const layer = layerAt(index);
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const different = index === 0 ? inputSteps() : steps;
  const more = strideOf(layer);
  const apart = rowsAt(0, 1, 0);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      let heard = false;
      for (let c: usize = 0; c < columns; c += 2) {
        const row = rowsAt(potentials, c, position);
        const from = weightsOf(scratch, weights, layer, c);
        if (c + 1 < columns) {
          for (let at: usize = 0, t: usize = 0; t < different; t++, at += ROW_BYTES) {
            if (hear<u64>(row + at, row + at + apart, events, t, from, more, oy, ox)) heard = true;
          }
          repeat(row + apart, different);
        } else {
          for (let at: usize = 0, t: usize = 0; t < different; t++, at += ROW_BYTES) {
            if (hear<u32>(row + at, 0, events, t, from, 0, oy, ox)) heard = true;
          }
        }
        repeat(row, different);
      }
      store<u8>(lit + position, u8(heard));
    }
  }
}

/** Direct input is the same in all steps; behind the last one of a position there are zeros. */
function repeat(rows: usize, different: usize): void {
  for (let t = different; t < steps; t++) copyRow(rows + t * ROW_BYTES, rows);
  for (let t = steps; t < rowsOfPosition; t++) clearRow(rows + t * ROW_BYTES);
}

/**
 * The sum of the events under the kernel in a step, to a row and, for twice as many channels, to another one, whose
 * weights lie `more` bytes on; whether there are any.
 */
function hear<Two>(
  row: usize,
  second: usize,
  events: usize,
  t: usize,
  weights: usize,
  more: usize,
  oy: usize,
  ox: usize,
): bool {
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  let x2 = x;
  let y2 = x;
  let z2 = x;
  const list = listAt(events, t);
  const left = <isize>(ox * stride) - <isize>padding;
  const first = firstUnder(ox) << 2;
  const end = endUnder(ox) << 2;
  let heard = false;
  let from = <isize>(oy * stride) - <isize>padding;
  // Where an input's row of weights lies, less what its column in the map adds.
  let under = weights - ROW_BYTES * <usize>left * inChannels;
  for (let ky: usize = 0; ky < kernelHeight; ky++, from++, under += ROW_BYTES * kernel * inChannels) {
    if (from < 0 || from >= <isize>inHeight) continue;
    const beginnings = rowAt(events, t, <usize>from);
    let event = list + EVENT_BYTES * <usize>load<u32>(beginnings + first);
    const last = list + EVENT_BYTES * <usize>load<u32>(beginnings + end);
    if (event === last) continue;
    heard = true;
    // With the test at its end: out of other loops V8 moves nothing that stays the same.
    do {
      const at = under + <usize>load<u32>(event);
      const value = v128.load32_splat(event, 4);
      event += EVENT_BYTES;
      x = f32x4.add(x, f32x4.mul(value, v128.load(at)));
      y = f32x4.add(y, f32x4.mul(value, v128.load(at, 16)));
      z = f32x4.add(z, f32x4.mul(value, v128.load(at, 32)));
      if (sizeof<Two>() === 8) {
        x2 = f32x4.add(x2, f32x4.mul(value, v128.load(at + more)));
        y2 = f32x4.add(y2, f32x4.mul(value, v128.load(at + more, 16)));
        z2 = f32x4.add(z2, f32x4.mul(value, v128.load(at + more, 32)));
      }
    } while (event < last);
  }
  storeRow(row, x, y, z);
  if (sizeof<Two>() === 8) storeRow(second, x2, y2, z2);
  return heard;
}

/**
 * How many rows of weights the events add to the currents of a layer that reads them, after `currentsOf` of the first.
 */
export function countHeard(scratch: usize, index: usize): usize {
  const layer = layerAt(index);
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  const different = index === 0 ? inputSteps() : steps;
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

/** The events of some columns of some rows. */
function runOf(events: usize, t: usize, from: usize, first: usize, end: usize, to: usize): usize {
  let count: usize = 0;
  for (let y = from; y < to; y++) {
    const beginnings = rowAt(events, t, y);
    count += <usize>load<u32>(beginnings + (end << 2)) - <usize>load<u32>(beginnings + (first << 2));
  }
  return count;
}

/** Currents become potentials before firing; the means of the spikes are listed. */
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
  const before = place(scratch, layer, table.BEFORE);
  memory.fill(means, 0, steps * mapHeight * mapWidth * mapRow);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      if (!carried && !load<u8>(lit + position) && staysAtRest()) continue;
      const isInMap = oy < mapHeight * pool && ox < mapWidth * pool;
      for (let c: usize = 0; c < columns; c++) {
        const rows = rowsAt(potentials, c, position);
        const from = carried + (position * columns + c) * carriedApart;
        rest(column);
        if (carried) copyRow(column + POTENTIAL, from);
        if (learns) copyRow(before + (position * columns + c) * ROW_BYTES, column + POTENTIAL);
        for (let t: usize = 0, block: usize = 0; t < steps; t += BLOCK, block++) {
          const count = min<usize>(BLOCK, steps - t);
          copyRows(column + BLOCK_ROWS, rows + t * ROW_BYTES, count);
          // What it says of spikes is not used: they are told from potentials.
          fire(column, scratch + TABLES, WIDTH, block, count);
          copyRows(rows + t * ROW_BYTES, column + BLOCK_ROWS, count);
        }
        if (carried) copyRow(from, column + POTENTIAL);
        if (!isInMap) continue;
        const mean = means + ((oy / pool) * mapWidth + ox / pool) * mapRow + c * ROW_BYTES;
        addMeans(mean, mapHeight * mapWidth * mapRow, rows, channels - c * WIDTH);
      }
    }
  }
  useMap(mapHeight, mapWidth, channels);
  listMeans(place(scratch, layer, table.MAKES_EVENTS), means, columns);
}

/** Adds the spikes of a column's first `alive` neurons to means, of each step one that lies `apart` bytes on. */
function addMeans(mean: usize, apart: usize, rows: usize, alive: usize): void {
  const level = f32x4.splat(threshold);
  const part = f32x4.splat(1 / f32(pool * pool));
  for (let t: usize = 0; t < steps; t++, mean += apart, rows += ROW_BYTES) {
    for (let q: usize = 0; q < WIDTH; q += 4) {
      const lives = i32x4.lt_s(i32x4.add(i32x4.splat(i32(q)), i32x4(0, 1, 2, 3)), i32x4.splat(i32(alive)));
      const s = v128.and(f32x4.ge(v128.load(rows + 4 * q), level), lives);
      v128.store(mean + 4 * q, f32x4.add(v128.load(mean + 4 * q), v128.and(s, part)));
    }
  }
}

/** Currents of a column of the first dense layer, of the events of the last map, to its rows. */
export function denseCurrents(
  scratch: usize,
  layer: usize,
  rows: usize,
  weights: usize,
  block: usize,
  count: usize,
): void {
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  for (let t: usize = block * BLOCK, end = t + count; t < end; t++, rows += ROW_BYTES) {
    hear<u32>(rows, 0, events, t, weights, 0, 0, 0);
  }
}
