// Backpropagates from dL/dx of a layer to dL/ds of the layer before it, through the weights.

import * as table from '../layout';
import { ROW_BYTES, WIDTH } from './addresses';
import { storeRow } from './rows';

/**
 * Transposes twelve rows of weights to `count` neurons, whose columns lie `stride` bytes apart, to a row for each neuron.
 */
export function transpose(out: usize, rows: usize, stride: usize, count: usize): void {
  for (let k: usize = 0; k < count; k++, out += ROW_BYTES) {
    const from = rows + (k / WIDTH) * stride + 4 * (k % WIDTH);
    for (let neuron: usize = 0; neuron < WIDTH; neuron++)
      store<f32>(out + 4 * neuron, load<f32>(from + neuron * ROW_BYTES));
  }
}

/**
 * Adds to a row the sum of dL/dx times weights over all neurons of a layer, whose first column has its row at `from`.
 * Even and odd neurons are summed separately.
 */
export function backpropagateRow(from: usize, layer: usize, outgoing: usize, row: usize): void {
  let x = v128.load(row);
  let y = v128.load(row, 16);
  let z = v128.load(row, 32);
  let x1 = f32x4.splat(0);
  let y1 = x1;
  let z1 = x1;
  const stride = <usize>load<u32>(layer, table.PLACE_STRIDE);
  for (let left = <isize>load<u32>(layer, table.NEURONS); left > 0; left -= WIDTH, from += stride) {
    for (let at = from, end = at + 4 * min<usize>(WIDTH, left); at < end; at += 8, outgoing += 2 * ROW_BYTES) {
      const pair = v128.load64_splat(at);
      const even = i8x16.shuffle(pair, pair, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3);
      const odd = i8x16.shuffle(pair, pair, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7);
      x = f32x4.add(x, f32x4.mul(even, v128.load(outgoing)));
      y = f32x4.add(y, f32x4.mul(even, v128.load(outgoing, 16)));
      z = f32x4.add(z, f32x4.mul(even, v128.load(outgoing, 32)));
      x1 = f32x4.add(x1, f32x4.mul(odd, v128.load(outgoing, 48)));
      y1 = f32x4.add(y1, f32x4.mul(odd, v128.load(outgoing, 64)));
      z1 = f32x4.add(z1, f32x4.mul(odd, v128.load(outgoing, 80)));
    }
  }
  storeRow(row, f32x4.add(x, x1), f32x4.add(y, y1), f32x4.add(z, z1));
}

/**
 * The same for all steps, to `deltas`: two steps at a time, so that each weight is loaded once for both; even neurons
 * first.
 */
export function backpropagateSteps(from: usize, layer: usize, outgoing: usize, deltas: usize, steps: usize): void {
  const neurons = <usize>load<u32>(layer, table.NEURONS);
  const stride = <usize>load<u32>(layer, table.PLACE_STRIDE);
  // There is a spare row after the last step.
  for (let at: usize = 0; at < steps * ROW_BYTES; at += 2 * ROW_BYTES) {
    weighTwo(from + at, stride, outgoing, neurons, deltas + at, false);
    weighTwo(from + at + 4, stride, outgoing + ROW_BYTES, neurons - 1, deltas + at, true);
  }
}

/** Adds the part of every other neuron to two rows at `out`. */
function weighTwo(from: usize, stride: usize, weights: usize, neurons: usize, out: usize, second: bool): void {
  let x0 = f32x4.splat(0);
  let y0 = x0;
  let z0 = x0;
  let x1 = x0;
  let y1 = x0;
  let z1 = x0;
  for (let left = <isize>neurons; left > 0; left -= WIDTH, from += stride) {
    for (let at = from, end = at + 4 * min<usize>(WIDTH, left); at < end; at += 8, weights += 2 * ROW_BYTES) {
      const s0 = v128.load32_splat(at);
      const s1 = v128.load32_splat(at, ROW_BYTES);
      const x = v128.load(weights);
      const y = v128.load(weights, 16);
      const z = v128.load(weights, 32);
      x0 = f32x4.add(x0, f32x4.mul(s0, x));
      y0 = f32x4.add(y0, f32x4.mul(s0, y));
      z0 = f32x4.add(z0, f32x4.mul(s0, z));
      x1 = f32x4.add(x1, f32x4.mul(s1, x));
      y1 = f32x4.add(y1, f32x4.mul(s1, y));
      z1 = f32x4.add(z1, f32x4.mul(s1, z));
    }
  }
  if (second) {
    x0 = f32x4.add(v128.load(out), x0);
    y0 = f32x4.add(v128.load(out, 16), y0);
    z0 = f32x4.add(v128.load(out, 32), z0);
    x1 = f32x4.add(v128.load(out, ROW_BYTES), x1);
    y1 = f32x4.add(v128.load(out, ROW_BYTES + 16), y1);
    z1 = f32x4.add(v128.load(out, ROW_BYTES + 32), z1);
  }
  storeRow(out, x0, y0, z0);
  storeRow(out + ROW_BYTES, x1, y1, z1);
}

/** So many outputs have a loop of their own, whose sums differ in their last bits. */
export const TEN: u32 = 10;

/** The same for all steps of ten outputs, whose dL/dx are `rows`, to `deltas`. */
export function backpropagateTen(rows: usize, outgoing: usize, deltas: usize, steps: usize): void {
  // A pass for each vector of a row, so that the ten weights stay in registers.
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const w0 = v128.load(outgoing + q);
    const w1 = v128.load(outgoing + q, ROW_BYTES);
    const w2 = v128.load(outgoing + q, 2 * ROW_BYTES);
    const w3 = v128.load(outgoing + q, 3 * ROW_BYTES);
    const w4 = v128.load(outgoing + q, 4 * ROW_BYTES);
    const w5 = v128.load(outgoing + q, 5 * ROW_BYTES);
    const w6 = v128.load(outgoing + q, 6 * ROW_BYTES);
    const w7 = v128.load(outgoing + q, 7 * ROW_BYTES);
    const w8 = v128.load(outgoing + q, 8 * ROW_BYTES);
    const w9 = v128.load(outgoing + q, 9 * ROW_BYTES);
    for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
      const r0 = v128.load(rows + at);
      const r1 = v128.load(rows + at, 16);
      const r2 = v128.load(rows + at, 32);
      let even = f32x4.mul(v128.shuffle<f32>(r0, r0, 0, 0, 0, 0), w0);
      let odd = f32x4.mul(v128.shuffle<f32>(r0, r0, 1, 1, 1, 1), w1);
      even = f32x4.add(even, f32x4.mul(v128.shuffle<f32>(r0, r0, 2, 2, 2, 2), w2));
      odd = f32x4.add(odd, f32x4.mul(v128.shuffle<f32>(r0, r0, 3, 3, 3, 3), w3));
      even = f32x4.add(even, f32x4.mul(v128.shuffle<f32>(r1, r1, 0, 0, 0, 0), w4));
      odd = f32x4.add(odd, f32x4.mul(v128.shuffle<f32>(r1, r1, 1, 1, 1, 1), w5));
      even = f32x4.add(even, f32x4.mul(v128.shuffle<f32>(r1, r1, 2, 2, 2, 2), w6));
      odd = f32x4.add(odd, f32x4.mul(v128.shuffle<f32>(r1, r1, 3, 3, 3, 3), w7));
      even = f32x4.add(even, f32x4.mul(v128.shuffle<f32>(r2, r2, 0, 0, 0, 0), w8));
      odd = f32x4.add(odd, f32x4.mul(v128.shuffle<f32>(r2, r2, 1, 1, 1, 1), w9));
      v128.store(deltas + at + q, f32x4.add(even, odd));
    }
  }
}
