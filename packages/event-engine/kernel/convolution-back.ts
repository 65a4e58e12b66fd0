// Backpropagates through convolutional layers (`convolution.ts`).

import * as table from '../layout';
import { BLOCK, BLOCK_ROWS, CARRY, DELTAS, ROW_BYTES, TAU_GRADIENT, WIDTH } from './addresses';
import { backpropagateMap } from './backpropagate-map';
import { backSome } from './column';
import { inChannels, inHeight, inputSteps, inWidth } from './events';
import { gatherEvents } from './gather';
import { expand } from './kernels';
import {
  addBiasGradient,
  carried,
  columns,
  expandedBytes,
  gradientOf,
  hasBias,
  height,
  mapHeight,
  mapWidth,
  place,
  pool,
  pooled,
  rowsAt,
  staysAtRest,
  steps,
  useLayer,
  wide,
} from './maps';
import { columnAt, convolutions, layerAt } from './network';
import { isPenalized, penalizeColumn, withPenalty } from './penalty';
import { clearRow, storeRow } from './rows';
import { addTauGradient, invert } from './tau';

/** Adds the gradients of all convolutional layers, after `denseBack` of all blocks. */
export function convolveBack(scratch: usize, weights: usize, gradient: usize): void {
  for (let index = convolutions(); index-- > 0; ) backAll(scratch, weights, gradient, index);
}

/**
 * Replaces the means of the last map in a block by dL/d(mean), from the neurons of the first dense layer.
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

/** From dL/d(sum of spikes) of a layer, computes the gradient of its weights and dL/d(sum) of the layer before. */
function backAll(scratch: usize, weights: usize, gradient: usize, index: usize): void {
  const layer = layerAt(index);
  useLayer(layer);
  const column = columnAt(scratch, layer, 0);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const sums = place(scratch, layer, table.MEANS);
  const before = place(scratch, layer, table.BEFORE);
  const mapRow = columns * ROW_BYTES;
  const apart = mapHeight * mapWidth * mapRow;
  const learns = load<u32>(layer, table.LEARNS) !== 0;
  if (learns) invert(layer, weights, column, 0);
  clearRow(column + TAU_GRADIENT);
  const isHeld = isPenalized(layer);
  const channels = <usize>load<u32>(layer, table.CHANNELS);
  const different = inputSteps(index);
  for (let oy: usize = 0, position: usize = 0; oy < height; oy++) {
    for (let ox: usize = 0; ox < wide; ox++, position++) {
      // Its weights have no gradient, and no neuron comes before it.
      const isIdle = index === 0 && !carried && !load<u8>(lit + position) && staysAtRest();
      if (isIdle && !isHeld) continue;
      const isInMap = oy < mapHeight * pool && ox < mapWidth * pool;
      const sum = sums + (pooled(oy) * mapWidth + pooled(ox)) * mapRow;
      for (let c: usize = 0; c < columns; c++) {
        const rows = rowsAt(potentials, c, position);
        if (isHeld) penalizeColumn(scratch, layer, column, channels - c * WIDTH, rows, isIdle ? 0 : steps);
        if (isIdle) continue;
        if (!isInMap && !isHeld) {
          memory.fill(rows, 0, steps * ROW_BYTES);
          continue;
        }
        const first = before + (position * columns + c) * ROW_BYTES;
        clearRow(column + CARRY);
        for (let block = (steps - 1) / BLOCK + 1; block-- > 0; ) {
          const from = block * BLOCK;
          const count = min<usize>(BLOCK, steps - from);
          let deltas = sum + c * ROW_BYTES + from * apart;
          if (isHeld) {
            withPenalty(scratch, column, isInMap ? deltas : 0, apart, count);
            deltas = scratch + DELTAS;
          }
          backSome(scratch, layer, column, rows, first, deltas, isHeld ? ROW_BYTES : apart, 0, from, count);
        }
        if (hasBias(layer)) addBiasGradient(gradient, layer, c, rows);
        // Direct input is the same in all steps, so only the sum of dL/dx matters.
        if (different < steps) addUpSteps(rows);
      }
    }
  }
  const isMean = load<u32>(layer, table.MEAN_OF) !== 0;
  if (isMean) memory.fill(place(scratch, layer, table.EXPANDED_GRADIENT), 0, columns * expandedBytes());
  gatherEvents<f64>(scratch, layer, gradientOf(scratch, gradient, layer), different, index === 0);
  if (isMean) expand(scratch, gradient, layer, true);
  if (learns) addTauGradient(layer, gradient, column, 0);
  if (index > 0) backpropagateMap(scratch, index);
}

/** Adds up the rows of a position into the last one. */
function addUpSteps(rows: usize): void {
  const last = rows + (steps - 1) * ROW_BYTES;
  let x = v128.load(rows);
  let y = v128.load(rows, 16);
  let z = v128.load(rows, 32);
  while (rows < last) {
    rows += ROW_BYTES;
    x = f32x4.add(x, v128.load(rows));
    y = f32x4.add(y, v128.load(rows, 16));
    z = f32x4.add(z, v128.load(rows, 32));
  }
  storeRow(last, x, y, z);
}
