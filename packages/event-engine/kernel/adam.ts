// Adam, as PyTorch computes it.

import { ROW_BYTES } from './addresses';

/**
 * One step for the rows from `first` to `last` of the weights, whose gradient is the sum of `shards` arrays,
 * `stride` bytes apart, in this order. `correction1` and `correction2` are 1 - beta^step.
 */
export function adam(
  weights: usize,
  m: usize,
  v: usize,
  gradients: usize,
  shards: usize,
  stride: usize,
  first: usize,
  last: usize,
  learningRate: f64,
  correction1: f64,
  correction2: f64,
): void {
  const stepSize = f32x4.splat(f32(learningRate / correction1));
  const root2 = f32x4.splat(f32(Math.sqrt(correction2)));
  const epsilon = f32x4.splat(1e-8);
  const beta2 = f32x4.splat(0.999);
  const rest1 = f32x4.splat(0.1);
  const rest2 = f32x4.splat(0.001);
  for (let at = first * ROW_BYTES; at < last * ROW_BYTES; at += 16) {
    let g = v128.load(gradients + at);
    for (let shard: usize = 1; shard < shards; shard++) g = f32x4.add(g, v128.load(gradients + at + shard * stride));
    const oldM = v128.load(m + at);
    const newM = f32x4.add(oldM, f32x4.mul(f32x4.sub(g, oldM), rest1));
    const newV = f32x4.add(f32x4.mul(v128.load(v + at), beta2), f32x4.mul(f32x4.mul(g, g), rest2));
    v128.store(m + at, newM);
    v128.store(v + at, newV);
    const denominator = f32x4.add(f32x4.div(f32x4.sqrt(newV), root2), epsilon);
    const change = f32x4.mul(stepSize, f32x4.div(newM, denominator));
    v128.store(weights + at, f32x4.sub(v128.load(weights + at), change));
  }
}
