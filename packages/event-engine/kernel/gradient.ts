// The gradient of the weights, dL/dW[place] = sum over steps of s[t, place] dL/dx[t]; a place is a pixel, or a hidden
// neuron.
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
import { addRows, addToRow, subtractRow, sumsOfFour } from './rows';

/**
 * Adds the gradient of a block to `gradient`, a row for each place of the input. dL/dx is `rows`, with room for a
 * multiple of four.
 */
export function addGradient(scratch: usize, input: usize, rows: usize, gradient: usize, steps: usize): void {
  const dim = <usize>load<u32>(input, DIM);
  const groups = (steps + 3) >> 2;
  memory.fill(rows + steps * ROW_BYTES, 0, (4 * groups - steps) * ROW_BYTES);
  for (let group: usize = 0; group < groups; group++) {
    const row = rows + 4 * ROW_BYTES * group;
    sumsOfFour(scratch + TABLES + group * TABLE, row, row + ROW_BYTES, row + 2 * ROW_BYTES, row + 3 * ROW_BYTES);
  }
  for (let place: usize = 0; place < dim; place++) {
    const row = gradient + ROW_BYTES * <usize>load<u16>(input + PIXEL_AT + 2 * place);
    addRows<u16>(row, input + SPIKES + 2 * place, PART_BYTES, scratch + TABLES, groups);
  }
  if (load<u32>(input, BRIGHT_COUNT) + load<u32>(input, ALWAYS_COUNT))
    addBright(scratch, input, rows, gradient, groups);
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
    addToRow(at, x, y, z);
  }
  for (let i: usize = 0; i < silences; i++) {
    const entry = <usize>load<u32>(input + SILENCES + 4 * i);
    const at = gradient + ROW_BYTES * ((entry & 0xffff) >> 3);
    const first = rows + (entry & 7) * PART * ROW_BYTES;
    for (let silent = entry >> 16; silent; silent &= silent - 1) {
      const row = first + ROW_BYTES * ctz(silent);
      subtractRow(at, row);
    }
  }
}
