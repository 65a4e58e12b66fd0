import type { Mnist } from './mnist';

/** The options of a layer of LIF neurons, named as SpikingJelly's. */
export interface NeuronOptions {
  /** Membrane time constant, in steps; above 1. */
  tau: number;
  /** Whether the input decays together with the membrane potential. */
  decayInput: boolean;
  /** A neuron fires when h reaches this potential. */
  vThreshold: number;
  /** Potential after a spike (hard reset), or null to subtract the threshold (soft reset). */
  vReset: number | null;
  /** The surrogate gradient of the spike. */
  surrogate: 'atan' | 'sigmoid';
  /** Steepness of the surrogate. */
  alpha: number;
  /** Whether the reset is left out of the gradient. */
  detachReset: boolean;
}

/** What an engine is made from. */
export interface EngineOptions {
  data: Mnist;
  /** A whole number from 0 to 2³² − 1. */
  seed: number;
  /** Simulated steps for each image. */
  T: number;
  batchSize: number;
  learningRate: number;
  neuron: NeuronOptions;
  /** Threads of the event engine; the result does not depend on it. */
  threads?: number;
}

/** What one training step gives. */
export interface BatchResult {
  /** mean((firing rate − one-hot label)²) before the step. */
  loss: number;
  /** Images whose highest firing rate (the first, of equals) is the label's. */
  correct: number;
}

/** All that training changes: weights [784, 10], Adam's moments of the same shape, and Adam's step count. */
export interface EngineState {
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
  step: number;
}

/** What the ten neurons did while one image was shown; each array is [T, 10]. */
export interface Trace {
  /** Input current x. */
  current: Float32Array;
  /** Potential before firing. */
  h: Float32Array;
  /** Potential after reset. */
  v: Float32Array;
  /** 1 where the neuron fired. */
  spike: Float32Array;
}

export type Split = 'train' | 'test';

/** Something that trains the tutorial's network: 784 inputs, 10 LIF neurons, Adam on the MSE of the firing rates. */
export interface Engine {
  readonly name: 'event' | 'tfjs';
  /** One step of Adam on the images with these indices. */
  trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult>;
  /** Firing rates [indices, 10]. */
  rates(split: Split, epoch: number, indices: Uint32Array): Promise<Float32Array>;
  /** Every step of one image. */
  trace(split: Split, epoch: number, index: number): Promise<Trace>;
  state(): EngineState | Promise<EngineState>;
  restore(state: EngineState): void | Promise<void>;
  close(): Promise<void>;
}

/** The state of an engine that has these weights [784, 10] and a fresh Adam: `engine.restore(stateOf(getWeights(net)))`. */
export function stateOf(weights: Float32Array): EngineState {
  return { weights, m: new Float32Array(weights.length), v: new Float32Array(weights.length), step: 0 };
}
