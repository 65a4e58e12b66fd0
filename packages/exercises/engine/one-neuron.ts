/** One neuron with one weight in plain numbers, with options for typical mistakes: the project of *The LIF neuron*. */
import { mean } from './values';

export type Rate = (w: number, inputs: number[], tau: number) => number;
export type Gradient = (w: number, inputs: number[], target: number, tau: number) => number;
export type Lesson = (w: number, inputs: number[], target: number, tau: number, rounds: number) => number[];

/** The firing rate, and the backward pass, whose parts can be left out. */
export function oneNeuron(w: number, inputs: number[], tau: number, fires = (h: number) => h >= 1) {
  const h: number[] = [];
  let v = 0;
  for (const spike of inputs) {
    h.push(v + (w * spike - v) / tau);
    v = fires(h.at(-1) as number) ? 0 : (h.at(-1) as number);
  }
  const s = h.map((potential) => (fires(potential) ? 1 : 0));
  const left = h.map((potential, t) => potential * (1 - s[t]));
  /**
   * The gradient Σ dL/dx · input, from a dL/ds that is the same in every step or a function of the spike.
   * `before: false` uses the potentials after the reset instead of those before it.
   */
  const back = (
    dLds: number | ((spike: number) => number),
    { time = true, input = true, reset = true, share = true, leak = true, before = true } = {},
  ) => {
    let [sum, dv] = [0, 0];
    for (let t = inputs.length - 1; t >= 0; t--) {
      const potential = before ? h[t] : left[t];
      const fired = before ? s[t] : 0;
      const slope = 1 / (1 + (Math.PI * (potential - 1)) ** 2);
      const ds = typeof dLds === 'number' ? dLds : dLds(s[t]);
      const dh = ds * slope + dv * (1 - fired - (reset ? potential * slope : 0));
      sum += (share ? dh / tau : dh) * (input ? inputs[t] : 1);
      dv = time ? dh * (leak ? 1 - 1 / tau : 1) : 0;
    }
    return sum;
  };
  return { rate: mean(s), back };
}

export const gradientBy =
  (
    part: (rate: number, target: number, T: number) => number | ((spike: number) => number),
    missing = {},
    fires?: (h: number) => boolean,
  ): Gradient =>
  (w, inputs, target, tau) => {
    const { rate, back } = oneNeuron(w, inputs, tau, fires);
    return back(part(rate, target, inputs.length), missing);
  };
export const dLossDSpike = (rate: number, target: number, T: number) => (2 * (rate - target)) / T;
export const gradient = gradientBy(dLossDSpike);

export const lesson =
  (step: (w: number, slope: number) => number, from = (w: number, _first: number) => w): Lesson =>
  (first, inputs, target, tau, rounds) => {
    const weights: number[] = [];
    let w = first;
    for (let round = 0; round < rounds; round++) {
      w = step(from(w, first), gradient(w, inputs, target, tau));
      weights.push(w);
    }
    return weights;
  };

/** One step of gradient descent with learning rate 2. */
export const downhill = (w: number, slope: number) => w - 2 * slope;

/** The rate of a neuron that charges, fires or resets differently, or skips steps without input. */
export const rateWith =
  ({
    charge = (v: number, x: number, tau: number) => v + (x - v) / tau,
    fires = (h: number) => h >= 1,
    reset = (_h: number): number => 0,
    asleep = false,
  }): Rate =>
  (w, inputs, tau) => {
    let [v, count] = [0, 0];
    for (const spike of inputs) {
      if (asleep && spike === 0) continue;
      const h = charge(v, w * spike, tau);
      if (fires(h)) count++;
      v = fires(h) ? reset(h) : h;
    }
    return count / inputs.length;
  };
