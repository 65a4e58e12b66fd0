// The gradient of the weights, dL/dW[place] = sum over steps of s[t, place] dL/dx[t]; a place is a pixel, or a hidden neuron.
//
// The same idea as in current.ts, with the roles of steps and pixels exchanged: four steps of a pixel together
// cost one row of a table of partial sums of dL/dx.

import {
  ALWAYS,
  ALWAYS_COUNT,
  BRIGHT_COUNT,
  DIM,
  PART,
  PART_BYTES,
  PIXEL_AT,
  ROW_BYTES,
  SILENCE_COUNT,
  SILENCES,
  SLOTS,
  SPIKES,
  TABLE,
  TABLES,
} from './addresses';
import { sumsOfFour } from './sums';

/**
 * Adds the gradient of a block to `gradient`, a row for each place of the input. dL/dx is `rows`, with room for a multiple
 * of four.
 */
export function addGradient(scratch: usize, input: usize, rows: usize, gradient: usize, steps: usize): void {
  const dim = <usize>load<u32>(input, DIM);
  const groups = (steps + 3) >> 2;
  memory.fill(rows + steps * ROW_BYTES, 0, (4 * groups - steps) * ROW_BYTES);
  for (let group: usize = 0; group < groups; group++) {
    const row = rows + 4 * ROW_BYTES * group;
    sumsOfFour(scratch + TABLES + group * TABLE, row, row + ROW_BYTES, row + 2 * ROW_BYTES, row + 3 * ROW_BYTES);
  }
  for (let place: usize = 0; place < dim; place++) addDim(scratch, input, gradient, place, groups);
  if (load<u32>(input, BRIGHT_COUNT) + load<u32>(input, ALWAYS_COUNT))
    addBright(scratch, input, rows, gradient, groups);
}

function addDim(scratch: usize, input: usize, gradient: usize, place: usize, groups: usize): void {
  const at = gradient + ROW_BYTES * <usize>load<u16>(input + PIXEL_AT + 2 * place);
  let x = v128.load(at);
  let y = v128.load(at, 16);
  let z = v128.load(at, 32);
  let x1 = f32x4.splat(0);
  let y1 = x1;
  let z1 = x1;
  let spikes = input + SPIKES + 2 * place;
  let table = scratch + TABLES;
  for (; groups >= 4; groups -= 4, spikes += PART_BYTES, table += 4 * TABLE) {
    const bits = <usize>load<u16>(spikes);
    // Sixteen silent steps add nothing: most are, where each unit fires once.
    if (!bits) continue;
    const row0 = table + ((bits << 6) & 0x3c0);
    const row1 = table + ((bits << 2) & 0x3c0);
    const row2 = table + ((bits >> 2) & 0x3c0);
    const row3 = table + ((bits >> 6) & 0x3c0);
    x = f32x4.add(x, v128.load(row0));
    y = f32x4.add(y, v128.load(row0, 16));
    z = f32x4.add(z, v128.load(row0, 32));
    x1 = f32x4.add(x1, v128.load(row1, TABLE));
    y1 = f32x4.add(y1, v128.load(row1, TABLE + 16));
    z1 = f32x4.add(z1, v128.load(row1, TABLE + 32));
    x = f32x4.add(x, v128.load(row2, 2 * TABLE));
    y = f32x4.add(y, v128.load(row2, 2 * TABLE + 16));
    z = f32x4.add(z, v128.load(row2, 2 * TABLE + 32));
    x1 = f32x4.add(x1, v128.load(row3, 3 * TABLE));
    y1 = f32x4.add(y1, v128.load(row3, 3 * TABLE + 16));
    z1 = f32x4.add(z1, v128.load(row3, 3 * TABLE + 32));
  }
  let rest = groups ? <usize>load<u16>(spikes) : 0;
  for (; groups > 0; groups--) {
    const row = table + ((rest << 6) & 0x3c0);
    x = f32x4.add(x, v128.load(row));
    y = f32x4.add(y, v128.load(row, 16));
    z = f32x4.add(z, v128.load(row, 32));
    rest >>= 4;
    table += TABLE;
  }
  v128.store(at, f32x4.add(x, x1));
  v128.store(at, f32x4.add(y, y1), 16);
  v128.store(at, f32x4.add(z, z1), 32);
}

/** Pixels that are nearly always on: the sum over all steps, less the steps where they were silent. */
function addBright(scratch: usize, input: usize, rows: usize, gradient: usize, groups: usize): void {
  const bright = <usize>load<u32>(input, BRIGHT_COUNT);
  const always = <usize>load<u32>(input, ALWAYS_COUNT);
  const silences = <usize>load<u32>(input, SILENCE_COUNT);
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  for (let group: usize = 0; group < groups; group++) {
    const all = scratch + TABLES + group * TABLE;
    x = f32x4.add(x, v128.load(all, 15 * 64));
    y = f32x4.add(y, v128.load(all, 15 * 64 + 16));
    z = f32x4.add(z, v128.load(all, 15 * 64 + 32));
  }
  for (let i: usize = 0; i < bright + always; i++) {
    const pixel = i < bright ? input + PIXEL_AT + 2 * (SLOTS - bright + i) : input + ALWAYS + 2 * (i - bright);
    const at = gradient + ROW_BYTES * <usize>load<u16>(pixel);
    v128.store(at, f32x4.add(v128.load(at), x));
    v128.store(at, f32x4.add(v128.load(at, 16), y), 16);
    v128.store(at, f32x4.add(v128.load(at, 32), z), 32);
  }
  for (let i: usize = 0; i < silences; i++) {
    const entry = <usize>load<u32>(input + SILENCES + 4 * i);
    const at = gradient + ROW_BYTES * ((entry & 0xffff) >> 3);
    const first = rows + (entry & 7) * PART * ROW_BYTES;
    for (let silent = entry >> 16; silent; silent &= silent - 1) {
      const row = first + ROW_BYTES * ctz(silent);
      v128.store(at, f32x4.sub(v128.load(at), v128.load(row)));
      v128.store(at, f32x4.sub(v128.load(at, 16), v128.load(row, 16)), 16);
      v128.store(at, f32x4.sub(v128.load(at, 32), v128.load(row, 32)), 32);
    }
  }
}
