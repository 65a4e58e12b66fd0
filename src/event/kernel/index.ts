// The kernel of the event-driven engine: what the host calls (see ../core.ts).

import { BLOCK, CARRY, COUNTS, INPUT_GRADIENT, POTENTIAL, RATES, ROW_BYTES, SPIKE_GRADIENT, STEPS } from './addresses';
import { addInputGradient, input } from './input';
import { differentiateLoss } from './loss';
import { back, fire, fireAgain, rest } from './neuron';

export { adam } from './adam';
export {
  ALWAYS,
  BLOCK,
  BLOCK_ROWS,
  CARRY,
  COUNT,
  COUNTS,
  ENCODER,
  EPOCH,
  IMAGE,
  LOSS,
  MAX_BLOCKS,
  PART_BYTES,
  PIXEL_AT,
  PIXELS,
  PURPOSE,
  RATES,
  ROW_BYTES,
  SCRATCH_BYTES,
  SEED,
  SLOTS,
  SPIKE_GRADIENT,
  SPIKES,
  STEPS,
} from './addresses';
export { currents } from './current';
export { always, bright, countRows, countSpikes, dim, encode, present, presentSpikes } from './encoder';
export { addGradient } from './gradient';
export { DIRECT, input, POISSON } from './input';
export { CROSS_ENTROPY, CROSS_ENTROPY_COUNTS, MSE } from './loss';
export { back, fire, rest, setNeuron } from './neuron';
export * from './surrogates';

/** Zeros; JavaScript's fill is slow on shared memory. */
export function clear(at: usize, bytes: usize): void {
  memory.fill(at, 0, bytes);
}

/** Steps in a block of a presentation of T steps. */
function stepsIn(block: usize, T: usize): usize {
  return min<usize>(BLOCK, T - block * BLOCK);
}

/**
 * Shows the image that was presented for T steps. The firing rates are left at RATES, the last block at BLOCK_ROWS.
 * `potentials` is where the neurons' potentials come from and go to, a row; if it is 0, they start at rest.
 */
export function forward(scratch: usize, weights: usize, index: u32, potentials: usize): void {
  const T = <usize>load<u32>(STEPS);
  rest(scratch);
  if (potentials) memory.copy(scratch + POTENTIAL, potentials, ROW_BYTES);
  for (let block: usize = 0; block * BLOCK < T; block++) {
    const steps = stepsIn(block, T);
    input(scratch, weights, index, block, steps);
    fire(scratch, block, steps);
  }
  if (potentials) memory.copy(potentials, scratch + POTENTIAL, ROW_BYTES);
  for (let neuron: usize = 0; neuron < 10; neuron++) {
    store<f32>(scratch + RATES + 4 * neuron, load<f32>(scratch + COUNTS + 4 * neuron) / f32(T));
  }
}

/**
 * The backward pass, after `forward`: adds the gradient of the loss to `gradient`. Memory does not grow with T: blocks
 * before the last are drawn and computed once more.
 * @returns what this image adds to the loss, as `differentiateLoss` does
 */
export function backward(scratch: usize, weights: usize, gradient: usize, index: u32, label: usize): f64 {
  const T = <usize>load<u32>(STEPS);
  const spikeGradient = scratch + SPIKE_GRADIENT;
  const loss = differentiateLoss(scratch, label);
  memory.fill(scratch + CARRY, 0, ROW_BYTES);
  memory.fill(scratch + INPUT_GRADIENT, 0, ROW_BYTES);
  const last = (T - 1) / BLOCK;
  for (let block = last + 1; block-- > 0; ) {
    const steps = stepsIn(block, T);
    if (block < last) {
      input(scratch, weights, index, block, steps);
      fireAgain(scratch, block, steps);
    }
    back(scratch, spikeGradient, steps);
    addInputGradient(scratch, gradient, block, steps);
  }
  return loss;
}
