// Input currents of a block, x[t] = sum over places of s[t, place] W[place]; a place is a pixel, or a hidden neuron.
//
// Dim pixels: four of them together cost one row of a table per step, whichever of them fire.
// Bright pixels: all their weights once, less a row for each silence.

import {
  ALWAYS,
  ALWAYS_COUNT,
  BLOCK,
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
  STEPWISE,
  TABLE,
  TABLES,
} from './addresses';
import { addRows, entryIf, storeRow, subtractRow, sumsOfFour } from './rows';

/** What all columns need of an input's block: once it is drawn, and before `currents`. */
export function prepareInput(input: usize, steps: usize): void {
  listSilences(input, steps);
  transpose(input, (<usize>load<u32>(input, DIM) + 15) >> 4, steps);
}

/** Computes x[steps], which are `rows`, of the column of neurons that has these weights. */
export function currents(scratch: usize, input: usize, weights: usize, rows: usize, steps: usize): void {
  startFromBright(input, weights, rows, steps);
  addDim(scratch, input, weights, rows, steps);
}

/** What dim pixels, or spikes that are given, add to x. */
export function addDim(scratch: usize, input: usize, weights: usize, rows: usize, steps: usize): void {
  const groups = (<usize>load<u32>(input, DIM) + 3) >> 2;
  for (let group: usize = 0; group < groups; group++) {
    const pixels = input + PIXEL_AT + 8 * group;
    const row0 = weights + ROW_BYTES * <usize>load<u16>(pixels);
    const row1 = weights + ROW_BYTES * <usize>load<u16>(pixels, 2);
    const row2 = weights + ROW_BYTES * <usize>load<u16>(pixels, 4);
    const row3 = weights + ROW_BYTES * <usize>load<u16>(pixels, 6);
    sumsOfFour(scratch + TABLES + group * TABLE, row0, row1, row2, row3);
  }
  const spikes = input + STEPWISE;
  for (let t: usize = 0; t < steps; t++)
    addRows<u32>(rows + t * ROW_BYTES, spikes + 2 * t, 2 * BLOCK, scratch + TABLES, groups);
}

/** Lists where bright pixels were silent. */
function listSilences(input: usize, steps: usize): void {
  const list = input + SILENCES;
  const first = SLOTS - <usize>load<u32>(input, BRIGHT_COUNT);
  let end = list;
  for (let start: usize = 0; start < steps; start += PART) {
    const part = start / PART;
    const left = steps - start;
    const keep: u32 = left < PART ? (1 << u32(left)) - 1 : 0xffff;
    const spikes = input + SPIKES + part * PART_BYTES;
    for (let place = first; place < SLOTS; place++) {
      const silent = <u32>load<u16>(spikes + 2 * place) ^ keep;
      store<u32>(end, ((<u32>load<u16>(input + PIXEL_AT + 2 * place)) << 3) | u32(part) | (silent << 16));
      end += entryIf(silent);
    }
  }
  store<u32>(input, u32((end - list) >> 2), SILENCE_COUNT);
}

function startFromBright(input: usize, weights: usize, rows: usize, steps: usize): void {
  const bright = <usize>load<u32>(input, BRIGHT_COUNT);
  const always = <usize>load<u32>(input, ALWAYS_COUNT);
  const silences = <usize>load<u32>(input, SILENCE_COUNT);
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  for (let i: usize = 0; i < bright + always; i++) {
    const pixel = i < bright ? input + PIXEL_AT + 2 * (SLOTS - bright + i) : input + ALWAYS + 2 * (i - bright);
    const row = weights + ROW_BYTES * <usize>load<u16>(pixel);
    x = f32x4.add(x, v128.load(row));
    y = f32x4.add(y, v128.load(row, 16));
    z = f32x4.add(z, v128.load(row, 32));
  }
  for (let t: usize = 0; t < steps; t++) {
    const row = rows + t * ROW_BYTES;
    storeRow(row, x, y, z);
  }
  for (let i: usize = 0; i < silences; i++) {
    const entry = <usize>load<u32>(input + SILENCES + 4 * i);
    const row = weights + ROW_BYTES * ((entry & 0xffff) >> 3);
    const first = rows + (entry & 7) * PART * ROW_BYTES;
    for (let silent = entry >> 16; silent; silent &= silent - 1) {
      const at = first + ROW_BYTES * ctz(silent);
      subtractRow(at, row);
    }
  }
}

/** Transposes bits: 16 steps of each pixel become 16 pixels of each step. */
function transpose(input: usize, chunks: usize, steps: usize): void {
  for (let start: usize = 0; start < steps; start += PART) {
    const part = input + SPIKES + (start / PART) * PART_BYTES;
    for (let chunk: usize = 0; chunk < chunks; chunk++) {
      const first = v128.load(part + 32 * chunk);
      const second = v128.load(part + 32 * chunk, 16);
      const even = i8x16.shuffle(first, second, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
      const odd = i8x16.shuffle(first, second, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
      const out = input + STEPWISE + 256 * chunk + 2 * start;
      eightSteps(out, even);
      eightSteps(out + 16, odd);
    }
  }
}

function eightSteps(out: usize, bytes: v128): void {
  // `bitmask` gathers the top bit of each byte.
  for (let i: isize = 14; i >= 0; i -= 2) {
    store<u16>(out + i, i8x16.bitmask(bytes));
    bytes = i8x16.add(bytes, bytes);
  }
}
