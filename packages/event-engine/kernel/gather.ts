// Gathers the events under the kernel of each position. One loop adds up currents in the forward pass, and gradients in
// the backward pass.

import * as table from '../layout';
import { BLOCK, ROW_BYTES } from './addresses';
import { EVENT_BYTES, inChannels, inHeight, inWidth, listAt, rowAt } from './events';
import {
  columns,
  endUnder,
  firstUnder,
  height,
  kernel,
  kernelHeight,
  padding,
  place,
  rowsAt,
  rowsOfPosition,
  steps,
  stride,
  strideOf,
  useLayer,
  wide,
} from './maps';
import { addToRow, clearRow, storeRow } from './rows';

/**
 * Adds events times the weights at `own` to the rows of a layer or, with type Back f64, events times these rows to a
 * gradient. The loop over single events adds in the same order; it is for inputs with so few events that runs of them
 * cost more than they save.
 */
export function gatherEvents<Back>(scratch: usize, layer: usize, own: usize, different: usize, each: bool): void {
  const events = place(scratch, layer, table.READS_EVENTS);
  const lit = place(scratch, layer, table.LIT);
  const potentials = place(scratch, layer, table.POTENTIALS);
  const more = strideOf(layer);
  for (let c: usize = 0; c < columns; c += 2, own += 2 * more) {
    const rows = rowsAt(potentials, c, 0) + (steps - different) * ROW_BYTES;
    for (let y: usize = 0; y < inHeight; y++) {
      // The lowest of the rows of positions that read this row does so with the kernel's first row.
      let ky = (y + padding) % stride;
      let oy = <isize>((y + padding) / stride);
      for (; oy >= <isize>height; oy--) ky += stride;
      if (each) {
        alongEvents<Back>(rows, events, different, own, y, ky, oy, lit);
        if (c + 1 < columns) {
          alongEvents<Back>(rows + rowsAt(0, 1, 0), events, different, own + more, y, ky, oy, lit);
        }
        continue;
      }
      for (let ox: usize = 0; ox < wide; ox++) {
        for (let t: usize = 0; t < different; t++) {
          if (c + 1 < columns) alongRun<u64, Back>(rows, events, t, own, more, y, ox, ky, oy, lit);
          else alongRun<u32, Back>(rows, events, t, own, more, y, ox, ky, oy, lit);
        }
      }
    }
  }
}

/**
 * Adds the events of a row of the map under the kernel's columns at `ox` to the positions `oy` and above, which read them
 * with the kernel's rows `ky` and below; or adds to the gradients of these weights. Processors predict the end of runs of
 * equal length. With type Two u64, two columns at once.
 */
function alongRun<Two, Back>(
  rows: usize,
  events: usize,
  t: usize,
  own: usize,
  more: usize,
  y: usize,
  ox: usize,
  ky: usize,
  oy: isize,
  lit: usize,
): void {
  const beginnings = rowAt(events, t, y);
  const list = listAt(events, t);
  const first = list + EVENT_BYTES * <usize>load<u32>(beginnings + (firstUnder(ox) << 2));
  const last = list + EVENT_BYTES * <usize>load<u32>(beginnings + (endUnder(ox) << 2));
  if (first === last) return;
  const apart = rowsAt(0, 1, 0);
  // Address of an input's row of weights without the offset of its column in the map.
  let under = own + ROW_BYTES * (ky * kernel + padding - ox * stride) * inChannels;
  for (; ky < kernelHeight && oy >= 0; ky += stride, oy--, under += ROW_BYTES * stride * kernel * inChannels) {
    const position = <usize>oy * wide + ox;
    const row = rowsAt(rows, 0, position) + t * ROW_BYTES;
    let x = v128.load(row);
    let y = v128.load(row, 16);
    let z = v128.load(row, 32);
    let x2 = x;
    let y2 = y;
    let z2 = z;
    if (sizeof<Two>() === 8) {
      x2 = v128.load(row + apart);
      y2 = v128.load(row + apart, 16);
      z2 = v128.load(row + apart, 32);
    }
    if (sizeof<Back>() === 8) {
      const any = v128.or(v128.or(x, y), z);
      if (!v128.any_true(v128.or(any, v128.or(v128.or(x2, y2), z2)))) continue;
    }
    let event = first;
    // The test is at the loop's end, since V8 hoists invariants out of such loops only.
    do {
      const at = under + <usize>load<u32>(event);
      const value = v128.load32_splat(event, 4);
      event += EVENT_BYTES;
      if (sizeof<Back>() === 8) {
        addToRow(at, f32x4.mul(value, x), f32x4.mul(value, y), f32x4.mul(value, z));
        if (sizeof<Two>() === 4) continue;
        addToRow(at + more, f32x4.mul(value, x2), f32x4.mul(value, y2), f32x4.mul(value, z2));
        continue;
      }
      x = f32x4.add(x, f32x4.mul(value, v128.load(at)));
      y = f32x4.add(y, f32x4.mul(value, v128.load(at, 16)));
      z = f32x4.add(z, f32x4.mul(value, v128.load(at, 32)));
      if (sizeof<Two>() === 4) continue;
      x2 = f32x4.add(x2, f32x4.mul(value, v128.load(at + more)));
      y2 = f32x4.add(y2, f32x4.mul(value, v128.load(at + more, 16)));
      z2 = f32x4.add(z2, f32x4.mul(value, v128.load(at + more, 32)));
    } while (event < last);
    if (sizeof<Back>() === 8) continue;
    store<u8>(lit + position, 1);
    storeRow(row, x, y, z);
    if (sizeof<Two>() === 8) storeRow(row + apart, x2, y2, z2);
  }
}

/** The same for each event of a row of the map in all steps, in one column. */
function alongEvents<Back>(
  rows: usize,
  events: usize,
  different: usize,
  own: usize,
  y: usize,
  first: usize,
  down: isize,
  lit: usize,
): void {
  const apart = rowsOfPosition * ROW_BYTES;
  const by = stride * inChannels * ROW_BYTES;
  for (let x: usize = 0; x < inWidth; x++) {
    for (let t: usize = 0; t < different; t++) {
      const beginning = rowAt(events, t, y) + 4 * x;
      let event = listAt(events, t) + EVENT_BYTES * <usize>load<u32>(beginning);
      const last = listAt(events, t) + EVENT_BYTES * <usize>load<u32>(beginning, 4);
      if (event === last) continue;
      let left = (x + padding) % stride;
      let right = (x + padding) / stride;
      for (; right >= wide; right--) left += stride;
      if (left >= kernel) continue;
      const count = min<usize>(right + 1, (kernel - left + stride - 1) / stride);
      for (; event < last; event += EVENT_BYTES) {
        const value = v128.load32_splat(event, 4);
        let at = own + <usize>load<u32>(event) + (first * kernel + left - x) * inChannels * ROW_BYTES;
        for (let ky = first, oy = down; ky < kernelHeight && oy >= 0; ky += stride, oy--, at += (kernel - count) * by) {
          let received = lit + <usize>oy * wide + right;
          let row = rows + (received - lit) * apart + t * ROW_BYTES;
          for (const end = at + count * by; at < end; at += by, row -= apart, received--) {
            const from = sizeof<Back>() === 8 ? row : at;
            const x = f32x4.mul(value, v128.load(from));
            const y = f32x4.mul(value, v128.load(from, 16));
            const z = f32x4.mul(value, v128.load(from, 32));
            addToRow(sizeof<Back>() === 8 ? at : row, x, y, z);
            if (sizeof<Back>() === 4) store<u8>(received, 1);
          }
        }
      }
    }
  }
}

/** The same for a block of a column of the first dense layer. */
export function gatherDenseEvents<Back>(
  scratch: usize,
  layer: usize,
  rows: usize,
  own: usize,
  block: usize,
  count: usize,
): void {
  useLayer(layer);
  const events = place(scratch, layer, table.READS_EVENTS);
  const lit = place(scratch, layer, table.LIT);
  rows -= block * BLOCK * ROW_BYTES;
  for (let t = block * BLOCK, end = t + count; t < end; t++) {
    if (sizeof<Back>() === 4) clearRow(rows + t * ROW_BYTES);
    for (let y: usize = 0; y < inHeight; y++) alongRun<u32, Back>(rows, events, t, own, 0, y, 0, y, 0, lit);
  }
}
