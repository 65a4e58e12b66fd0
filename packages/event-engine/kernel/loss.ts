// The losses, each with its gradient. Rates and counts of spikes are those of the image that was shown last.

import { COUNT, COUNTS, LOSS, OUTPUT, OUTPUTS, RATES, SPIKE_GRADIENT } from './addresses';
import { exp, log } from './exponential';
import { readSteps } from './readout';
import { clearRow } from './rows';

// One number per loss of src/common/engine.ts, under its name in upper case. The host asks for the numbers.
export const MSE: u32 = 0;
export const CROSS_ENTROPY: u32 = 1;
export const CROSS_ENTROPY_COUNTS: u32 = 2;

/**
 * Writes dL/ds, which is the same in every step, to SPIKE_GRADIENT: the gradient of the mean over the batch's images. Where
 * potentials are read, it is dL/dh of each step that is read.
 * @returns what this image adds to the loss: its sum of (rate - target)^2, or its cross-entropy
 */
export function differentiateLoss(scratch: usize, label: usize): f64 {
  clearRow(scratch + SPIKE_GRADIENT);
  const kind = load<u32>(LOSS);
  const divisor = readSteps();
  if (kind === MSE) return meanSquaredError(scratch, label, divisor);
  if (kind === CROSS_ENTROPY) return crossEntropy(scratch, scratch + RATES, label, divisor);
  if (kind === CROSS_ENTROPY_COUNTS) return crossEntropy(scratch, scratch + (OUTPUT + COUNTS), label, 1);
  return unreachable();
}

/** (rate - target)^2, of which the loss is the mean over images and neurons. */
function meanSquaredError(scratch: usize, label: usize, divisor: f32): f64 {
  const batch = load<u32>(COUNT);
  let loss: f64 = 0;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) {
    const error = load<f32>(scratch + RATES + 4 * neuron) - f32(neuron === label);
    loss += f64(error * error);
    store<f32>(scratch + SPIKE_GRADIENT + 4 * neuron, (2 * error) / f32(batch * u32(OUTPUTS)) / divisor);
  }
  return loss;
}

/**
 * -log p[label], where p = exp(z) / sum of exp(z) and z, at `values`, is the sum of a neuron's spikes, divided by `divisor`.
 * Then dL/dz = (p - target) / batch.
 */
function crossEntropy(scratch: usize, values: usize, label: usize, divisor: f32): f64 {
  const batch = f32(load<u32>(COUNT));
  let highest: f32 = -Infinity;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) highest = max<f32>(highest, load<f32>(values + 4 * neuron));
  let sum: f64 = 0;
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) sum += exponential(values, neuron, highest);
  for (let neuron: usize = 0; neuron < OUTPUTS; neuron++) {
    const p = f32(exponential(values, neuron, highest) / sum);
    store<f32>(scratch + SPIKE_GRADIENT + 4 * neuron, (p - f32(neuron === label)) / batch / divisor);
  }
  return log(sum) - f64(load<f32>(values + 4 * label) - highest);
}

function exponential(values: usize, neuron: usize, highest: f32): f64 {
  return f64(f32x4.extract_lane(exp(f32x4.splat(load<f32>(values + 4 * neuron) - highest)), 0));
}
