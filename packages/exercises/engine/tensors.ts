/** Runs the package's own layers on plain numbers for oracles, and disposes of all tensors. */
import * as tf from '@tensorflow/tfjs';
import { LIFNode, type LIFNodeArgs, simulate as simulateLayer } from '../../../src/snn/neuron';

/** The first number of a tensor. */
export const firstNumber = (work: () => tf.Tensor): number => tf.tidy(() => work().dataSync()[0]);

/** All numbers of a tensor. */
export const allNumbers = (work: () => tf.Tensor): number[] => tf.tidy(() => Array.from(work().dataSync()));

/** Runs work with a neuron of its own, named so that a chapter's layers keep their names. */
export function withNeuron<R>(options: LIFNodeArgs, work: (neuron: LIFNode) => R): R {
  const neuron = new LIFNode({ name: 'of_an_exercise', ...options });
  try {
    return work(neuron);
  } finally {
    neuron.resetStates();
  }
}

/** Currents [T] of one neuron as a tensor [T, 1, 1]. */
export const steps = (x: readonly number[]): tf.Tensor3D => tf.tensor3d([...x], [x.length, 1, 1]);

/** Simulates a neuron with currents x; returns potentials after the reset, and spikes. */
export function simulate(options: LIFNodeArgs, x: readonly number[]): { v: number[]; s: number[] } {
  const { v, spike } = withNeuron(options, (neuron) => simulateLayer(neuron, x));
  return { v: Array.from(v), s: Array.from(spike) };
}
