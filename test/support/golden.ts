/** Reference values computed with SpikingJelly; `GOLDEN_DIR` names another folder with the same files. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface LifCase {
  params: {
    tau: number;
    decay_input: boolean;
    v_threshold: number;
    v_reset: number | null;
    surrogate: 'atan' | 'sigmoid';
    alpha: number;
    detach_reset: boolean;
  };
  T: number;
  batch: number;
  units: number;
  x: number[];
  label: number[];
  h: number[];
  v: number[];
  spike: number[];
  firing_rate: number[];
  loss: number;
  grad_x: number[];
}

export interface TrainingStep {
  image: number[];
  label: number[];
  spikes: string;
  firing_rate: number[];
  loss: number;
  grad_weight_pixels_300_419: number[];
  grad_weight_sum: number;
  grad_weight_abs_sum: number;
}

export interface TrainingRun {
  params: {
    tau: number;
    surrogate: 'atan' | 'sigmoid';
    alpha: number;
    lr: number;
    adam_eps: number;
    T: number;
    batch: number;
  };
  weight_initial: string;
  weight_final: string;
  steps: TrainingStep[];
}

export interface AnnFile {
  image: number[];
  label: number[];
  weight: string;
  probability: number[];
  mse: number;
  cross_entropy: number;
  grad_mse: number[];
  grad_cross_entropy: number[];
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(process.env.GOLDEN_DIR ?? join(__dirname, '..', 'golden'), name), 'utf8'));
}

export const lifCases = (): LifCase[] => read<{ cases: LifCase[] }>('lif.json').cases;
export const trainingRuns = (): TrainingRun[] => read<{ runs: TrainingRun[] }>('training.json').runs;
export const annFile = (): AnnFile => read<AnnFile>('ann.json');

/** PyTorch's weight [10, 784] in base64 as tfjs's kernel [784, 10]. */
export function kernelOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  assert.equal(bytes.length, 10 * 784 * 4);
  return Float32Array.from({ length: 7840 }, (_, i) => bytes.readFloatLE(((i % 10) * 784 + Math.floor(i / 10)) * 4));
}

/** Packed spikes [T, batch, 784] as 0 and 1. */
export function unpack(base64: string, length: number): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return Float32Array.from({ length }, (_, i) => (bytes[i >> 3] >> (i & 7)) & 1);
}

/** Gradient of the pixels 300 to 419, [10, 120], out of a gradient [784, 10]. */
export function pixels300to419(gradient: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 1200 }, (_, i) => gradient[(300 + (i % 120)) * 10 + Math.floor(i / 120)]);
}

/** Every value within `tolerance` of the expected one. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: length`);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i] - expected[i]);
    assert.ok(
      difference <= tolerance,
      `${what}[${i}]: expected ${expected[i]} within ${tolerance}, found ${actual[i]}`,
    );
  }
}

/** Gradients agree within 1e-5 of the largest of their array. */
export function assertGradient(actual: ArrayLike<number>, expected: number[], what: string): void {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  assertClose(actual, expected, 1e-5 * largest, what);
}

/** Sums of a whole gradient agree within 1e-6 of its sum of absolutes. */
export function assertSums(gradient: ArrayLike<number>, step: TrainingStep, what: string): void {
  const values = Array.from(gradient);
  const sum = values.reduce((total, value) => total + value, 0);
  const absolute = values.reduce((total, value) => total + Math.abs(value), 0);
  const tolerance = 1e-6 * step.grad_weight_abs_sum;
  assertClose([sum, absolute], [step.grad_weight_sum, step.grad_weight_abs_sum], tolerance, `${what}: sums`);
}
