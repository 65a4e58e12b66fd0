// Learnt time constants: 1 / tau = sigma(w), with one w per layer or per neuron, like SpikingJelly's ParametricLIFNode.

import * as table from '../layout';
import { INVERSE_TAU, ROW_BYTES, TAU_GRADIENT, WIDTH } from './addresses';
import { exp } from './exponential';

/** Value of LEARNS for one tau per layer. */
const ONE: u32 = 1;

/** Computes 1 / tau of a column from its row of w. */
export function invert(layer: usize, weights: usize, column: usize, c: usize): void {
  const isOne = load<u32>(layer, table.LEARNS) === ONE;
  const w = weights + <usize>load<u32>(layer, table.TAUS) + (isOne ? 0 : c * ROW_BYTES);
  const one = f32x4.splat(1);
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    const x = isOne ? v128.load32_splat(w) : v128.load(w + q);
    const e = exp(f32x4.neg(f32x4.abs(x)));
    const isPositive = f32x4.ge(x, f32x4.splat(0));
    v128.store(column + INVERSE_TAU + q, f32x4.div(v128.bitselect(one, e, isPositive), f32x4.add(one, e)));
  }
}

/**
 * Adds up a column's dL/dw after `back`: dL/dx of some steps (`rows`) times the factors from `findFactors`.
 */
export function addFactors(column: usize, rows: usize, factors: usize, steps: usize): void {
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    let sum = v128.load(column + TAU_GRADIENT + q);
    for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
      sum = f32x4.add(sum, f32x4.mul(v128.load(rows + at + q), v128.load(factors + at + q)));
    }
    v128.store(column + TAU_GRADIENT + q, sum);
  }
}

/** Adds a column's dL/dw of an image to a gradient. */
export function addTauGradient(layer: usize, gradient: usize, column: usize, c: usize): void {
  const at = gradient + <usize>load<u32>(layer, table.TAUS);
  for (let neuron: usize = 0; neuron < WIDTH; neuron++) {
    const to = load<u32>(layer, table.LEARNS) === ONE ? at : at + c * ROW_BYTES + 4 * neuron;
    store<f32>(to, load<f32>(to) + load<f32>(column + TAU_GRADIENT + 4 * neuron));
  }
}
