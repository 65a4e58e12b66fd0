// Layers that convolve back in time: the gradients of what `convolution.ts` does.

import * as table from '../layout';
import { BLOCK, BLOCK_ROWS, BOUNDARIES, CARRY, DELTAS, LATER, ROW_BYTES, TAU_GRADIENT, WIDTH } from './addresses';
import { afterReset } from './back';
import { backSome } from './column';
import { EVENT_BYTES, inChannels, inHeight, inputSteps, inWidth, listAt, rowAt } from './events';
import { expand } from './kernels';
import {
  carried,
  columns,
  copyRows,
  endUnder,
  expandedBytes,
  firstUnder,
  gradientOf,
  height,
  kernel,
  kernelHeight,
  mapHeight,
  mapWidth,
  padding,
  place,
  pool,
  rowsAt,
  staysAtRest,
  steps,
  stride,
  strideOf,
  useLayer,
  wide,
} from './maps';
import { columnAt, convolutions, layerAt } from './network';
import { addToRow, clearRow, copyRow, storeRow } from './rows';
import { sendBack } from './send-back';
import { addTauGradient, invert } from './tau';

/** Adds the gradient of that column's weights, dL/dx of each step being its rows. */
export function addDenseGradient(
  scratch: usize,
  layer: usize,
  rows: usize,
  gradient: usize,
  block: usize,
  count: usize,
): void {
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  for (let t: usize = block * BLOCK, end = t + count; t < end; t++, rows += ROW_BYTES) {
    addHeard<u32>(rows, 0, events, t, gradient, 0, 0, 0);
  }
}

/** The way back through all layers that convolve, after `denseBack` of all blocks: adds their gradients. */
export function convolveBack(scratch: usize, weights: usize, gradient: usize): void {
  for (let index = convolutions(); index-- > 0; ) backAll(scratch, weights, gradient, index);
}

/**
 * dL/d(mean) of the last map in a block, in place of the means: what each neuron of the first dense layer sends back.
 */
export function denseBack(scratch: usize, block: usize, count: usize): void {
  const last = convolutions() - 1;
  const layer = layerAt(last + 1);
  useLayer(layer);
  const neurons = <usize>load<u32>(layer, table.NEURONS);
  const means = place(scratch, layerAt(last), table.MEANS);
  const groups = (inChannels + WIDTH - 1) / WIDTH;
  const positions = inHeight * inWidth;
  const backward = place(scratch, layer, table.BACKWARD);
  for (let group: usize = 0; group < groups; group++) {
    for (let position: usize = 0; position < positions; position++) {
      const rows = backward + (group * positions + position) * columns * WIDTH * ROW_BYTES;
      for (let t: usize = 0; t < count; t++) {
        let x = f32x4.splat(0);
        let y = x;
        let z = x;
        for (let k: usize = 0; k < neurons; k++) {
          const from = columnAt(scratch, layer, k / WIDTH) + BLOCK_ROWS + t * ROW_BYTES + 4 * (k % WIDTH);
          const value = v128.load32_splat(from);
          const row = rows + k * ROW_BYTES;
          x = f32x4.add(x, f32x4.mul(value, v128.load(row)));
          y = f32x4.add(y, f32x4.mul(value, v128.load(row, 16)));
          z = f32x4.add(z, f32x4.mul(value, v128.load(row, 32)));
        }
        storeRow(means + (((block * BLOCK + t) * positions + position) * groups + group) * ROW_BYTES, x, y, z);
      }
    }
  }
}

/** From dL/d(mean) of a layer to the gradient of its weights, and dL/d(mean) of the layer before. */
function backAll(scratch: usize, weights: usize, gradient: usize, index: usize): void {
  const layer = layerAt(index);
  useLayer(layer);
  const column = columnAt(scratch, layer, 0);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const means = place(scratch, layer, table.MEANS);
  const before = place(scratch, layer, table.BEFORE);
  const mapRow = columns * ROW_BYTES;
  const learns = load<u32>(layer, table.LEARNS) !== 0;
  if (learns) invert(layer, weights, column, 0);
  clearRow(column + TAU_GRADIENT);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      // Its weights have no gradient, and no neuron comes before it.
      if (index === 0 && !carried && !load<u8>(lit + position) && staysAtRest()) continue;
      const isInMap = oy < mapHeight * pool && ox < mapWidth * pool;
      for (let c: usize = 0; c < columns; c++) {
        const rows = rowsAt(potentials, c, position);
        if (!isInMap) {
          memory.fill(rows, 0, steps * ROW_BYTES);
          continue;
        }
        const mean = means + ((oy / pool) * mapWidth + ox / pool) * mapRow + c * ROW_BYTES;
        const apart = mapHeight * mapWidth * mapRow;
        clearRow(column + CARRY);
        clearRow(column + LATER);
        for (let block = (steps - 1) / BLOCK + 1; block-- > 0; ) {
          const from = block * BLOCK;
          const count = min<usize>(BLOCK, steps - from);
          const state = column + BOUNDARIES + block * ROW_BYTES;
          const first = rows + from * ROW_BYTES;
          if (learns && block === 0) copyRow(state, before + (position * columns + c) * ROW_BYTES);
          else if (learns) afterReset(first - ROW_BYTES, state);
          shareOut(scratch + DELTAS, mean + from * apart, apart, count);
          copyRows(column + BLOCK_ROWS, first, count);
          backSome(scratch, layer, column, scratch + DELTAS, block, 0, count);
          copyRows(first, column + BLOCK_ROWS, count);
        }
      }
    }
  }
  const isMean = load<u32>(layer, table.MEAN_OF) !== 0;
  if (isMean) memory.fill(place(scratch, layer, table.EXPANDED_GRADIENT), 0, columns * expandedBytes());
  addConvolvedGradient(scratch, gradient, index);
  if (isMean) expand(scratch, gradient, layer, true);
  if (learns) addTauGradient(layer, gradient, column, 0);
  if (index > 0) sendBack(scratch, index);
}

/** dL/ds of each step: the part of a neuron in dL/d(mean), of each step one that lies `apart` bytes on. */
function shareOut(deltas: usize, mean: usize, apart: usize, count: usize): void {
  const part = f32x4.splat(1 / f32(pool * pool));
  for (let t: usize = 0; t < count; t++, deltas += ROW_BYTES, mean += apart) {
    storeRow(
      deltas,
      f32x4.mul(v128.load(mean), part),
      f32x4.mul(v128.load(mean, 16), part),
      f32x4.mul(v128.load(mean, 32), part),
    );
  }
}

/** Of each event that a position heard, its value times dL/dx. */
function addConvolvedGradient(scratch: usize, gradient: usize, index: usize): void {
  const layer = layerAt(index);
  const events = place(scratch, layer, table.READS_EVENTS);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const different = index === 0 ? inputSteps() : steps;
  const more = strideOf(layer);
  const apart = rowsAt(0, 1, 0);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      if (!load<u8>(lit + position)) continue;
      for (let c: usize = 0; c < columns; c += 2) {
        const row = rowsAt(potentials, c, position);
        const to = gradientOf(scratch, gradient, layer, c);
        sumUp(row, different);
        if (c + 1 < columns) {
          sumUp(row + apart, different);
          for (let at: usize = 0, t: usize = 0; t < different; t++, at += ROW_BYTES) {
            addHeard<u64>(row + at, row + at + apart, events, t, to, more, oy, ox);
          }
        } else {
          for (let at: usize = 0, t: usize = 0; t < different; t++, at += ROW_BYTES) {
            addHeard<u32>(row + at, 0, events, t, to, 0, oy, ox);
          }
        }
      }
    }
  }
}

/** Direct input is the same in all steps: the sum of dL/dx is what counts. */
function sumUp(rows: usize, different: usize): void {
  for (let t = different; t < steps; t++) {
    const row = rows + t * ROW_BYTES;
    addToRow(rows, v128.load(row), v128.load(row, 16), v128.load(row, 32));
  }
}

/** As `hear`, the other way: adds dL/dx of a position in a step to the gradient of what it heard. */
function addHeard<Two>(
  row: usize,
  second: usize,
  events: usize,
  t: usize,
  gradient: usize,
  more: usize,
  oy: usize,
  ox: usize,
): void {
  const x = v128.load(row);
  const y = v128.load(row, 16);
  const z = v128.load(row, 32);
  let x2 = x;
  let y2 = y;
  let z2 = z;
  let any = v128.or(v128.or(x, y), z);
  if (sizeof<Two>() === 8) {
    x2 = v128.load(second);
    y2 = v128.load(second, 16);
    z2 = v128.load(second, 32);
    any = v128.or(any, v128.or(v128.or(x2, y2), z2));
  }
  if (!v128.any_true(any)) return;
  const list = listAt(events, t);
  const left = <isize>(ox * stride) - <isize>padding;
  const first = firstUnder(ox) << 2;
  const end = endUnder(ox) << 2;
  let from = <isize>(oy * stride) - <isize>padding;
  let under = gradient - ROW_BYTES * <usize>left * inChannels;
  for (let ky: usize = 0; ky < kernelHeight; ky++, from++, under += ROW_BYTES * kernel * inChannels) {
    if (from < 0 || from >= <isize>inHeight) continue;
    const beginnings = rowAt(events, t, <usize>from);
    let event = list + EVENT_BYTES * <usize>load<u32>(beginnings + first);
    const last = list + EVENT_BYTES * <usize>load<u32>(beginnings + end);
    if (event === last) continue;
    do {
      const at = under + <usize>load<u32>(event);
      const value = v128.load32_splat(event, 4);
      event += EVENT_BYTES;
      addToRow(at, f32x4.mul(value, x), f32x4.mul(value, y), f32x4.mul(value, z));
      if (sizeof<Two>() === 8) {
        addToRow(at + more, f32x4.mul(value, x2), f32x4.mul(value, y2), f32x4.mul(value, z2));
      }
    } while (event < last);
  }
}
