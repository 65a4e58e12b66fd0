// The losses and their gradients, for the rates and spike counts of the last image.

import { Control } from '../layout';
import {
  BLOCK_ROWS,
  COUNTS,
  DELTAS,
  EXPONENTIALS,
  LABEL,
  LOSS_SUM,
  OUTPUT,
  OUTPUTS,
  RATES,
  ROW_BYTES,
  SPIKE_GRADIENT,
} from './addresses';
import { exp, log } from './exponential';
import { readControl } from './network';
import { spikesOf } from './neuron';
import { clearRow, copyRow } from './rows';

// One number per loss of src/common/engine.ts, under its name in upper case. The host asks for the numbers.
export const MSE: u32 = 0;
export const CROSS_ENTROPY: u32 = 1;
export const CROSS_ENTROPY_COUNTS: u32 = 2;
export const CROSS_ENTROPY_EACH_STEP: u32 = 3;

/**
 * Writes dL/ds, which is the same in every step, to SPIKE_GRADIENT: the gradient of the mean over the batch's images. If
 * potentials are read, it is dL/dh of each step that is read.
 * @returns this image's part of the loss: its sum of (rate - target)^2, or its cross-entropy; losses of single steps are
 *   added up at LOSS_SUM in the backward pass
 */
export function differentiateLoss(scratch: usize, label: usize, divisor: f32): f64 {
  clearRow(scratch + SPIKE_GRADIENT);
  store<u32>(scratch + LABEL, u32(label));
  store<f64>(scratch + LOSS_SUM, 0);
  const kind = readControl(Control.Loss);
  const gradient = scratch + SPIKE_GRADIENT;
  if (kind === MSE) return meanSquaredError(scratch, label, divisor);
  if (kind === CROSS_ENTROPY) return crossEntropy(scratch, scratch + RATES, gradient, label, divisor);
  if (kind === CROSS_ENTROPY_COUNTS) return crossEntropy(scratch, scratch + (OUTPUT + COUNTS), gradient, label, 1);
  if (kind === CROSS_ENTROPY_EACH_STEP) return 0;
  return unreachable();
}

/** (rate - target)^2; the loss is its mean over images and neurons. */
function meanSquaredError(scratch: usize, label: usize, divisor: f32): f64 {
  const batch = readControl(Control.Count);
  let loss: f64 = 0;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) {
    const error = load<f32>(scratch + RATES + 4 * neuron) - f32(neuron === label);
    loss += f64(error * error);
    store<f32>(scratch + SPIKE_GRADIENT + 4 * neuron, (2 * error) / f32(batch * u32(OUTPUTS)) / divisor);
  }
  return loss;
}

/**
 * Cross-entropy of the spikes or potentials in each step of a block: writes dL/ds or dL/dh to DELTAS, a row per step.
 */
export function differentiateSteps(scratch: usize, steps: usize, isFiring: bool): void {
  const T = readControl(Control.T);
  let sum: f64 = 0;
  for (let at: usize = 0; at < steps * ROW_BYTES; at += ROW_BYTES) {
    const h = scratch + (OUTPUT + BLOCK_ROWS) + at;
    const row = scratch + DELTAS + at;
    if (isFiring) spikesOf(scratch + OUTPUT, h, row);
    else copyRow(row, h);
    sum += crossEntropy(scratch, row, row, load<u32>(scratch + LABEL), f32(T));
    // Only ten neurons learn.
    store<u64>(row + 4 * OUTPUTS, 0);
  }
  store<f64>(scratch + LOSS_SUM, load<f64>(scratch + LOSS_SUM) + sum / f64(T));
}

/**
 * -log p[label], where p = exp(z) / sum of exp(z) and z, at `values`, is the sum of a neuron's spikes, divided by
 * `divisor`. Then dL/dz = (p - target) / batch, which goes to `out`.
 */
function crossEntropy(scratch: usize, values: usize, out: usize, label: usize, divisor: f32): f64 {
  const batch = f32(readControl(Control.Count));
  let highest: f32 = -Infinity;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) highest = max<f32>(highest, load<f32>(values + 4 * neuron));
  const exponentials = scratch + EXPONENTIALS;
  for (let q: usize = 0; q < ROW_BYTES; q += 16) {
    v128.store(exponentials + q, exp(f32x4.sub(v128.load(values + q), f32x4.splat(highest))));
  }
  const own = load<f32>(values + 4 * label) - highest;
  let sum: f64 = 0;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) sum += f64(load<f32>(exponentials + 4 * neuron));
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) {
    const p = f32(f64(load<f32>(exponentials + 4 * neuron)) / sum);
    store<f32>(out + 4 * neuron, (p - f32(neuron === label)) / batch / divisor);
  }
  return log(sum) - f64(own);
}
