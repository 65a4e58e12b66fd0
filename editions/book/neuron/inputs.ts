/** What the neuron is given: a current for each step. */
import { Purpose, RandomStream } from '../../../src/common/random';

export const T = 100;
export const INPUTS = ['constant', 'pulse', 'sine', 'noise', 'small-big', 'big-small'] as const;
export type Input = (typeof INPUTS)[number];

/** A pulse lasts from this step to before that one. */
const PULSE = { from: 20, to: 60 };
const PERIOD = 50;
/** Two short pulses, of so many steps each and so many apart; the small one has half the current of the big one. */
const PAIR = { from: 20, length: 5, apart: 2 };

/** The share of the current in each step of two short pulses of these heights. */
const pairOf =
  (first: number, second: number) =>
  (t: number): number => {
    const since = t - PAIR.from;
    if (since >= 0 && since < PAIR.length) return first;
    const sinceSecond = since - PAIR.length - PAIR.apart;
    return sinceSecond >= 0 && sinceSecond < PAIR.length ? second : 0;
  };
const smallFirst = pairOf(0.5, 1);
const bigFirst = pairOf(1, 0.5);

/**
 * A current that lasts, i[t] = i[t−1] (1 − 1/τ) + x[t] from i = 0, [T]: in 32 bits, as `layer.Synapse` and the kernel
 * compute it.
 * @param tau up to 1 it does not last: i is x
 */
export function lasting(x: Float32Array, tau: number): Float32Array {
  if (tau <= 1) return x;
  const kept = Math.fround(1 - 1 / tau);
  let i = 0;
  return x.map((now) => {
    i = Math.fround(Math.fround(i * kept) + now);
    return i;
  });
}

/** The inputs [T]. A constant, a sine and noise have `current` as their mean. */
export function currentsOf(input: Input, current: number): Float32Array {
  const random = new RandomStream(0, Purpose.Demonstration);
  const at: Record<Input, (t: number) => number> = {
    constant: () => current,
    pulse: (t) => (t >= PULSE.from && t < PULSE.to ? current : 0),
    sine: (t) => current * (1 - Math.cos((2 * Math.PI * t) / PERIOD)),
    noise: () => 2 * current * random.uniform(),
    'small-big': (t) => current * smallFirst(t),
    'big-small': (t) => current * bigFirst(t),
  };
  return Float32Array.from({ length: T }, (_, t) => at[input](t));
}
