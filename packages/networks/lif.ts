/**
 * LIF neurons on plain numbers: the equations of `snn/neuron.ts` for code that has no tensors. Every operation is
 * rounded to 32 bits, so the values are those of the layer and of the kernel.
 */

import type { Trace } from '../../src/common/trace';
import { DEFAULT_NEURON, type NeuronOptions } from './options/neuron-options';

/** Options of a neuron that decide about its potentials and spikes. */
export type LifOptions = Pick<NeuronOptions, 'tau' | 'decayInput' | 'vThreshold' | 'vReset'> & Adapting;

/** Those of a threshold that spikes raise. */
type Adapting = Partial<Pick<NeuronOptions, 'beta' | 'tauAdapt'>>;

const f32 = Math.fround;

/**
 * Potential before firing.
 *
 *     h = v + (x − (v − v_reset)) / tau     with decayInput
 *     h = v − (v − v_reset) / tau + x       without
 *
 * @param x input current
 * @param v potential after the step before; v_reset at the start
 */
export function charge(x: number, v: number, { tau, decayInput, vReset }: LifOptions): number {
  const above = f32(v - f32(vReset ?? 0));
  return decayInput ? f32(v + f32(f32(f32(x) - above) / f32(tau))) : f32(f32(v - f32(above / f32(tau))) + f32(x));
}

/** The threshold of a neuron that its spikes have raised: v_threshold + beta a. */
function threshold({ vThreshold, beta = 0 }: Pick<LifOptions, 'vThreshold' | 'beta'>, a: number): number {
  return f32(f32(vThreshold) + f32(f32(beta) * a));
}

/** a after a step: (1 − 1/tau_adapt) a + s. */
export function adapt(a: number, spike: boolean, { beta, tauAdapt = DEFAULT_NEURON.tauAdapt }: Adapting): number {
  return beta ? f32(f32(f32(1 - 1 / tauAdapt) * a) + Number(spike)) : 0;
}

/**
 * Whether a neuron fires: s = Θ(h − v_threshold − beta a).
 * @param a how far it has adapted
 */
export function fires(h: number, options: Pick<LifOptions, 'vThreshold' | 'beta'>, a = 0): boolean {
  return h >= threshold(options, a);
}

/** Potential after a spike: v_reset (hard reset), or h less the threshold where v_reset is null (soft reset). */
export function afterSpike(h: number, options: Pick<LifOptions, 'vThreshold' | 'vReset' | 'beta'>, a = 0): number {
  return f32(options.vReset ?? h - threshold(options, a));
}

/**
 * Simulates one neuron from rest.
 * @param currents the input x of each step, [T]
 * @returns its trace, each array [T]
 */
export function simulate(options: LifOptions, currents: ArrayLike<number>): Trace {
  const array = () => new Float32Array(currents.length);
  const trace: Trace = { current: Float32Array.from(currents), h: array(), v: array(), spike: array() };
  let v = f32(options.vReset ?? 0);
  let a = 0;
  for (let t = 0; t < currents.length; t++) {
    const h = charge(trace.current[t], v, options);
    const spike = fires(h, options, a);
    v = spike ? afterSpike(h, options, a) : h;
    a = adapt(a, spike, options);
    trace.h[t] = h;
    trace.spike[t] = spike ? 1 : 0;
    trace.v[t] = v;
  }
  return trace;
}
