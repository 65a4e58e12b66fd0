/** What the neuron is given: a current for each step. */
import { Purpose, RandomStream } from '../../src/common/random';

export const T = 100;
export const INPUTS = ['constant', 'pulse', 'sine', 'noise'] as const;
export type Input = (typeof INPUTS)[number];

/** A pulse lasts from this step to before that one. */
const PULSE = { from: 20, to: 60 };
const PERIOD = 50;

/** The currents [T]. All but the pulse have `current` as their mean. */
export function currentsOf(input: Input, current: number): Float32Array {
  const random = new RandomStream(0, Purpose.Demonstration);
  const at: Record<Input, (t: number) => number> = {
    constant: () => current,
    pulse: (t) => (t >= PULSE.from && t < PULSE.to ? current : 0),
    sine: (t) => current * (1 - Math.cos((2 * Math.PI * t) / PERIOD)),
    noise: () => 2 * current * random.uniform(),
  };
  return Float32Array.from({ length: T }, (_, t) => at[input](t));
}
