// The losses and their gradients, for the rates and spike counts of the last image.

import { Control } from '../layout';
import {
  BLOCK_ROWS,
  COUNTS,
  EXPONENTIALS,
  LABEL,
  LOSS_SUM,
  RATES,
  ROW_BYTES,
  SPIKE_GRADIENT,
  WIDTH,
} from './addresses';
import { exp, log } from './exponential';
import { columnAt, columnsOf, countOutputs, fromNext, outputLayer, readControl } from './network';
import { spikesOf } from './neuron';
import { copyRow } from './rows';

// One number per loss of packages/networks/options/engine.ts, under its name in upper case. The host asks for the numbers.
export const MSE: u32 = 0;
export const CROSS_ENTROPY: u32 = 1;
export const CROSS_ENTROPY_COUNTS: u32 = 2;
export const CROSS_ENTROPY_EACH_STEP: u32 = 3;

/**
 * Writes dL/ds of each output, which is the same in every step, to SPIKE_GRADIENT: the gradient of the mean over the
 * batch's images. If potentials are read, it is dL/dh of each step that is read.
 * @returns this image's part of the loss: its sum of (rate - target)^2, or its cross-entropy; losses of single steps are
 *   added up at LOSS_SUM in the backward pass
 */
export function differentiateLoss(scratch: usize, label: usize, divisor: f32): f64 {
  store<u32>(scratch + LABEL, u32(label));
  store<f64>(scratch + LOSS_SUM, 0);
  const kind = readControl(Control.Loss);
  const layer = outputLayer();
  const columns = columnsOf(layer);
  const gradient = scratch + SPIKE_GRADIENT;
  memory.fill(gradient, 0, columns * ROW_BYTES);
  if (kind === MSE) return meanSquaredError(scratch, label, divisor);
  if (kind === CROSS_ENTROPY) return crossEntropy(scratch, scratch + RATES, gradient, label, divisor);
  if (kind === CROSS_ENTROPY_EACH_STEP) return 0;
  if (kind !== CROSS_ENTROPY_COUNTS) return unreachable();
  for (let c: usize = 0; c < columns; c++) copyRow(gradient + c * ROW_BYTES, columnAt(scratch, layer, c) + COUNTS);
  return crossEntropy(scratch, gradient, gradient, label, 1);
}

/** (rate - target)^2; the loss is its mean over images and neurons. */
function meanSquaredError(scratch: usize, label: usize, divisor: f32): f64 {
  const batch = readControl(Control.Count);
  const outputs = countOutputs();
  let loss: f64 = 0;
  for (let neuron: usize = 0; neuron < outputs; neuron++) {
    const error = load<f32>(scratch + RATES + 4 * neuron) - f32(neuron === label);
    loss += f64(error * error);
    store<f32>(scratch + SPIKE_GRADIENT + 4 * neuron, (2 * error) / f32(batch * u32(outputs)) / divisor);
  }
  return loss;
}

/**
 * Cross-entropy of the spikes or potentials in each step of a block: writes dL/ds or dL/dh, a row per step, to each
 * column's `fromNext`.
 */
export function differentiateSteps(scratch: usize, layer: usize, steps: usize, isFiring: bool): void {
  const T = readControl(Control.T);
  const columns = columnsOf(layer);
  const values = scratch + SPIKE_GRADIENT;
  let sum: f64 = 0;
  for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
    for (let c: usize = 0; c < columns; c++) {
      const column = columnAt(scratch, layer, c);
      const row = values + c * ROW_BYTES;
      if (isFiring) spikesOf(column, column + BLOCK_ROWS + at, row);
      else copyRow(row, column + BLOCK_ROWS + at);
    }
    sum += crossEntropy(scratch, values, values, load<u32>(scratch + LABEL), f32(T));
    for (let c: usize = 0; c < columns; c++)
      copyRow(fromNext(layer, columnAt(scratch, layer, c)) + at, values + c * ROW_BYTES);
  }
  store<f64>(scratch + LOSS_SUM, load<f64>(scratch + LOSS_SUM) + sum / f64(T));
}

/**
 * -log p[label], where p = exp(z) / sum of exp(z) and z, at `values`, is the sum of a neuron's spikes, divided by
 * `divisor`. Then dL/dz = (p - target) / batch, which goes to `out`, which may be the same place; what fills up the last
 * column gets none.
 */
function crossEntropy(scratch: usize, values: usize, out: usize, label: usize, divisor: f32): f64 {
  const batch = f32(readControl(Control.Count));
  const outputs = countOutputs();
  let highest: f32 = -Infinity;
  for (let neuron: usize = 0; neuron < outputs; neuron++) highest = max<f32>(highest, load<f32>(values + 4 * neuron));
  const exponentials = scratch + EXPONENTIALS;
  for (let q: usize = 0; q < 4 * outputs; q += 16) {
    v128.store(exponentials + q, exp(f32x4.sub(v128.load(values + q), f32x4.splat(highest))));
  }
  const own = load<f32>(values + 4 * label) - highest;
  let sum: f64 = 0;
  for (let neuron: usize = 0; neuron < outputs; neuron++) sum += f64(load<f32>(exponentials + 4 * neuron));
  for (let neuron: usize = 0; neuron < outputs; neuron++) {
    const p = f32(f64(load<f32>(exponentials + 4 * neuron)) / sum);
    store<f32>(out + 4 * neuron, (p - f32(neuron === label)) / batch / divisor);
  }
  for (let neuron = outputs; neuron % WIDTH; neuron++) store<f32>(out + 4 * neuron, 0);
  return log(sum) - f64(own);
}
