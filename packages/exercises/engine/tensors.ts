/** How an oracle asks the package's own layers: numbers become tensors and come back, and no tensor is left behind. */
import * as tf from '@tensorflow/tfjs';
import { LIFNode, type LIFNodeArgs, simulate as simulateLayer } from '../../../src/snn/neuron';

/** The first number of a tensor. */
export const firstNumber = (work: () => tf.Tensor): number => tf.tidy(() => work().dataSync()[0]);

/** All numbers of a tensor. */
export const allNumbers = (work: () => tf.Tensor): number[] => tf.tidy(() => Array.from(work().dataSync()));

/** Does something with a separate neuron, named so that a chapter's layers keep their names. */
export function withNeuron<R>(options: LIFNodeArgs, work: (neuron: LIFNode) => R): R {
  const neuron = new LIFNode({ name: 'of_an_exercise', ...options });
  try {
    return work(neuron);
  } finally {
    neuron.resetStates();
  }
}

/** The currents [T] of one neuron, as a layer takes them step by step. */
export const steps = (x: readonly number[]): tf.Tensor3D => tf.tensor3d([...x], [x.length, 1, 1]);

/** Simulates a neuron under the currents x; returns potentials after the reset, and spikes. */
export function simulate(options: LIFNodeArgs, x: readonly number[]): { v: number[]; s: number[] } {
  const { v, spike } = withNeuron(options, (neuron) => simulateLayer(neuron, x));
  return { v: Array.from(v), s: Array.from(spike) };
}
