/**
 * A latency code: an intensity x from 0 to 1 fires exactly once, the earlier the brighter.
 */

/**
 * The step in which x fires, of T: round((T − 1)(1 − x)), a half to the even number, in float32. This is SpikingJelly's
 * `LatencyEncoder` with `enc_function='linear'`. A black pixel fires, too, in the last step.
 */
export function firingStep(x: number, T: number): number {
  const step = Math.fround(Math.fround(T - 1) * Math.fround(1 - Math.fround(x)));
  const lower = Math.floor(step);
  const isUp = step - lower > 0.5 || (step - lower === 0.5 && lower % 2 === 1);
  return lower + Number(isUp);
}
