// Backpropagates from the positions of a map to the map that they read.

import * as table from '../layout';
import { ROW_BYTES, WIDTH } from './addresses';
import { inChannels, inHeight, inWidth } from './events';
import { carried, columns, height, kernel, padding, place, rowsAt, steps, stride, wide } from './maps';
import { layerAt } from './network';
import { surrogate } from './neuron';
import { storeRow } from './rows';
import { RECT } from './surrogates';

/** Bytes of an entry of a list. */
const LISTED: usize = 32;

/**
 * Replaces the means of the layer before by dL/d(sum of spikes): the sum over all positions that read them, four steps at
 * a time.
 */
export function backpropagateMap(scratch: usize, index: usize): void {
  const layer = layerAt(index);
  const before = layerAt(index - 1);
  const means = place(scratch, before, table.MEANS);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const backward = place(scratch, layer, table.BACKWARD);
  const lists = place(scratch, layer, table.SLOPES);
  const groups = (inChannels + WIDTH - 1) / WIDTH;
  const apart = inHeight * inWidth * groups * ROW_BYTES;
  for (let t: usize = 0; t < steps; t += 4) {
    const rows = potentials + t * ROW_BYTES;
    // With surrogates whose slope is 0 for most potentials, few channels have a gradient. This choice affects speed
    // only.
    const isListed = surrogate === RECT;
    if (isListed) listSlopes(rows, lists);
    for (let y: usize = 0; y < inHeight; y++) {
      for (let x: usize = 0; x < inWidth; x++) {
        if (index === 1 && !carried && !isNeeded(scratch, before, y, x)) continue;
        for (let group: usize = 0; group < groups; group++) {
          const mean = means + t * apart + ((y * inWidth + x) * groups + group) * ROW_BYTES;
          const taps = backward + group * kernel * kernel * rowBytes();
          if (isListed) sendBackFour<u32>(mean, apart, lists, taps, y, x, steps - t);
          else sendBackFour<f32>(mean, apart, rows, taps, y, x, steps - t);
        }
      }
    }
  }
}

/** Bytes of the weights from all channels to one input of a position. */
function rowBytes(): usize {
  return columns * WIDTH * ROW_BYTES;
}

/**
 * Lists the channels with a gradient in any of four steps, by rows of the map, and in each row from the last position to
 * the first. An entry has dL/dx in these steps, and the address of the weights without the offset of the input's column.
 * Before the lists is an index of their beginnings, [rows][columns + 1], with that of position x at x + 1.
 */
function listSlopes(rows: usize, lists: usize): void {
  let end = lists + ((4 * height * (wide + 1) + 15) & ~15);
  for (let y: usize = 0; y < height; y++, lists += 4 * (wide + 1)) {
    for (let x = wide; x-- > 0; ) {
      store<u32>(lists + 4 * x, u32(end), 4);
      for (let c: usize = 0; c < columns; c++) {
        const first = rowsAt(rows, c, y * wide + x);
        for (let k: usize = 0; k < WIDTH; k += 4) {
          const at = first + 4 * k;
          const a = v128.load(at);
          const b = v128.load(at, ROW_BYTES);
          const d = v128.load(at, 2 * ROW_BYTES);
          const e = v128.load(at, 3 * ROW_BYTES);
          const any = f32x4.ne(v128.or(v128.or(a, b), v128.or(d, e)), f32x4.splat(0));
          const alive = i32x4.bitmask(any);
          if (!alive) continue;
          const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
          const de = v128.shuffle<f32>(d, e, 0, 4, 1, 5);
          const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
          const de2 = v128.shuffle<f32>(d, e, 2, 6, 3, 7);
          const weights = (c * WIDTH + k) * ROW_BYTES - x * stride * rowBytes();
          end = listSlope(end, weights, v128.shuffle<i64>(ab, de, 0, 2), alive);
          end = listSlope(end, weights + ROW_BYTES, v128.shuffle<i64>(ab, de, 1, 3), alive >> 1);
          end = listSlope(end, weights + 2 * ROW_BYTES, v128.shuffle<i64>(ab2, de2, 0, 2), alive >> 2);
          end = listSlope(end, weights + 3 * ROW_BYTES, v128.shuffle<i64>(ab2, de2, 1, 3), alive >> 3);
        }
      }
    }
    store<u32>(lists, u32(end));
  }
}

/** Always written, but kept only if needed, since a branch would be mispredicted. */
function listSlope(end: usize, weights: usize, four: v128, isAlive: i32): usize {
  v128.store(end, four);
  store<u32>(end, u32(weights), 16);
  return end + LISTED * (isAlive & 1);
}

/** Whether a neuron in a mean of the first layer received events; otherwise its gradient is not needed. */
function isNeeded(scratch: usize, layer: usize, y: usize, x: usize): bool {
  const lit = place(scratch, layer, table.LIT);
  const size = <usize>load<u32>(layer, table.POOL);
  const row = <usize>load<u32>(layer, table.WIDE);
  for (let dy: usize = 0; dy < size; dy++) {
    for (let dx: usize = 0; dx < size; dx++) if (load<u8>(lit + (y * size + dy) * row + x * size + dx)) return true;
  }
  return false;
}

/**
 * Up to four steps of `backpropagateMap` for one input and a group of twelve channels, so that weights are loaded once. Type Rows
 * is f32 if `rows` has dL/dx, u32 if it has lists.
 */
function sendBackFour<Rows>(
  mean: usize,
  apart: usize,
  rows: usize,
  taps: usize,
  y: usize,
  x: usize,
  left: usize,
): void {
  let a0 = f32x4.splat(0);
  let a1 = a0;
  let a2 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let c0 = a0;
  let c1 = a0;
  let c2 = a0;
  let d0 = a0;
  let d1 = a0;
  let d2 = a0;
  const isListed = isInteger<Rows>();
  // The lowest and rightmost of the positions that read this input do so with the kernel's first rows and columns.
  let oy = <isize>((y + padding) / stride);
  const from: usize = x + padding < kernel ? 0 : (x + padding - kernel) / stride + 1;
  const end = min<usize>(wide, (x + padding) / stride + 1);
  for (let ky = (y + padding) % stride; ky < kernel && oy >= 0; ky += stride, oy--) {
    if (oy >= <isize>height || from >= end) continue;
    const row = taps + (ky * kernel + x + padding) * rowBytes();
    const list = rows + 4 * <usize>oy * (wide + 1);
    // The lists have the channels of all columns and positions.
    for (let ox = end, next: usize = 0; ox > from; ox = next) {
      next = isListed ? from : ox - 1;
      for (let c: usize = isListed ? columns - 1 : 0; c < columns; c++) {
        let d = isListed ? <usize>load<u32>(list + 4 * ox) : rowsAt(rows, c, <usize>oy * wide + next);
        const last = isListed ? <usize>load<u32>(list + 4 * next) : d + ROW_BYTES;
        let w = isListed ? row : row + c * WIDTH * ROW_BYTES - next * stride * rowBytes();
        while (d < last) {
          const at = isListed ? row + <usize>load<u32>(d, 16) : w;
          const w0 = v128.load(at);
          const w1 = v128.load(at, 16);
          const w2 = v128.load(at, 32);
          let s = v128.load32_splat(d);
          a0 = f32x4.add(a0, f32x4.mul(s, w0));
          a1 = f32x4.add(a1, f32x4.mul(s, w1));
          a2 = f32x4.add(a2, f32x4.mul(s, w2));
          s = isListed ? v128.load32_splat(d, 4) : v128.load32_splat(d, ROW_BYTES);
          b0 = f32x4.add(b0, f32x4.mul(s, w0));
          b1 = f32x4.add(b1, f32x4.mul(s, w1));
          b2 = f32x4.add(b2, f32x4.mul(s, w2));
          s = isListed ? v128.load32_splat(d, 8) : v128.load32_splat(d, 2 * ROW_BYTES);
          c0 = f32x4.add(c0, f32x4.mul(s, w0));
          c1 = f32x4.add(c1, f32x4.mul(s, w1));
          c2 = f32x4.add(c2, f32x4.mul(s, w2));
          s = isListed ? v128.load32_splat(d, 12) : v128.load32_splat(d, 3 * ROW_BYTES);
          d0 = f32x4.add(d0, f32x4.mul(s, w0));
          d1 = f32x4.add(d1, f32x4.mul(s, w1));
          d2 = f32x4.add(d2, f32x4.mul(s, w2));
          d += isListed ? LISTED : 4;
          w += ROW_BYTES;
        }
      }
    }
  }
  storeRow(mean, a0, a1, a2);
  if (left > 1) storeRow(mean + apart, b0, b1, b2);
  if (left > 2) storeRow(mean + 2 * apart, c0, c1, c2);
  if (left > 3) storeRow(mean + 3 * apart, d0, d1, d2);
}
