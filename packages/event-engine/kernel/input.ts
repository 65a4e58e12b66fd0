// What the neurons receive: spikes drawn from the image, or the image itself in every step (direct input).
//
// Direct input is the same in all steps, so it is added up once: x = sum over pixels of k / 255 W[pixel], and
// dL/dW[pixel] = k / 255 times the sum over steps of dL/dx[t].

import { Control } from '../layout';
import { BLOCK_ROWS, DIRECT_CURRENT, DIRECT_GRADIENT, INPUT, ROW_BYTES } from './addresses';
import { addDim, currents, prepareInput } from './current';
import { encode, image, inputAt, inputs, pixels } from './encoder';
import { addGradient } from './gradient';
import { readControl } from './network';
import { addToRow, copyRow, storeRow } from './rows';

// One number per encoder of packages/networks/options/engine.ts, under its name in upper case. The host asks for the numbers.
export const POISSON: u32 = 0;
export const DIRECT: u32 = 1;
/** One spike per pixel: the host says when (see `presentSpikes`). */
export const LATENCY: u32 = 2;

/** Draws a block of the image that was presented; direct input needs none. */
export function drawInput(scratch: usize, index: u32, block: usize, steps: usize): void {
  if (readControl(Control.Encoder) === DIRECT) return;
  encode(scratch, index, block, steps);
  for (let i: usize = 0; i < inputs; i++) prepareInput(inputAt(scratch, i), steps);
}

/**
 * Currents from the pixels to a column of neurons in a block that was drawn, to its BLOCK_ROWS. The first block is the
 * first to be asked for.
 */
export function pixelCurrents(scratch: usize, column: usize, weights: usize, block: usize, steps: usize): void {
  const rows = column + BLOCK_ROWS;
  if (readControl(Control.Encoder) === DIRECT) {
    if (block === 0) addPixels(weights, column + DIRECT_CURRENT);
    for (let t: usize = 0; t < steps; t++) copyRow(rows + t * ROW_BYTES, column + DIRECT_CURRENT);
  } else {
    currents(scratch, scratch + INPUT, weights, rows, steps);
    for (let i: usize = 1; i < inputs; i++) addDim(scratch, inputAt(scratch, i), weights, rows, steps);
  }
}

/**
 * Adds what a block, whose dL/dx is a column's BLOCK_ROWS, contributes to `gradient`, a row for each input. The first
 * block is the last.
 */
export function addPixelGradient(scratch: usize, column: usize, gradient: usize, block: usize, steps: usize): void {
  const rows = column + BLOCK_ROWS;
  if (readControl(Control.Encoder) === DIRECT) {
    addSteps(rows, column + DIRECT_GRADIENT, steps);
    if (block === 0) addPixelGradients(column + DIRECT_GRADIENT, gradient);
  } else {
    for (let i: usize = 0; i < inputs; i++) addGradient(scratch, inputAt(scratch, i), rows, gradient, steps);
  }
}

/** The image's current, pixels in ascending order, to the row `current`. */
function addPixels(weights: usize, current: usize): void {
  let x = f32x4.splat(0);
  let y = x;
  let z = x;
  for (let from: usize = 0; from < pixels; from += 16) {
    for (let lit = litPixels(from); lit; lit &= lit - 1) {
      const pixel = from + ctz(lit);
      const row = weights + ROW_BYTES * pixel;
      const value = intensity(pixel);
      x = f32x4.add(x, f32x4.mul(value, v128.load(row)));
      y = f32x4.add(y, f32x4.mul(value, v128.load(row, 16)));
      z = f32x4.add(z, f32x4.mul(value, v128.load(row, 32)));
    }
  }
  storeRow(current, x, y, z);
}

/** Adds a block's rows of dL/dx to the row `sum`. */
function addSteps(rows: usize, sum: usize, steps: usize): void {
  let x = v128.load(sum);
  let y = v128.load(sum, 16);
  let z = v128.load(sum, 32);
  for (let t: usize = 0; t < steps; t++) {
    const row = rows + t * ROW_BYTES;
    x = f32x4.add(x, v128.load(row));
    y = f32x4.add(y, v128.load(row, 16));
    z = f32x4.add(z, v128.load(row, 32));
  }
  storeRow(sum, x, y, z);
}

function addPixelGradients(sum: usize, gradient: usize): void {
  const x = v128.load(sum);
  const y = v128.load(sum, 16);
  const z = v128.load(sum, 32);
  for (let from: usize = 0; from < pixels; from += 16) {
    for (let lit = litPixels(from); lit; lit &= lit - 1) {
      const pixel = from + ctz(lit);
      const at = gradient + ROW_BYTES * pixel;
      const value = intensity(pixel);
      addToRow(at, f32x4.mul(value, x), f32x4.mul(value, y), f32x4.mul(value, z));
    }
  }
}

/** Which of 16 pixels are not black, a bit for each. */
function litPixels(from: usize): i32 {
  return i8x16.bitmask(i8x16.ne(v128.load(image + from), i8x16.splat(0)));
}

function intensity(pixel: usize): v128 {
  return f32x4.splat(f32(load<u8>(image + pixel)) / 255);
}
