/** What the training loop needs to know of what it trains. */
import { formatValue, isTyped } from '../common/checks';
import type { Labelled, Presentation } from '../common/mnist';

/** Data as the training loop sees them: how many samples there are, and their labels. */
export interface LearnerData {
  readonly train: Labelled;
  readonly test: Labelled;
}

/** What one training step returns. */
export interface BatchResult {
  /** The loss before the step, averaged over the batch; by default mean((firing rate − one-hot label)²). */
  loss: number;
  /** Images whose highest firing rate, or read potential, is that of their label. On a tie, the lower index wins. */
  correct: number;
}

/**
 * All that training changes: weights, [784, 10] of the tutorial's network, Adam's moments of the same shape,
 * Adam's step count and, of an engine that does not reset the neurons, what they remember from batch to batch. `restore`
 * takes neurons at rest where that is missing.
 */
export interface EngineState {
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
  step: number;
  potentials?: Float32Array;
}

/** What the training loop trains: one of both engines, or the ANN. Calls that overlap wait for one another. */
export interface Learner {
  readonly name: string;
  readonly options: { data: LearnerData; seed: number; batchSize: number; learningRate: number };
  /**
   * One step of Adam on the images with these indices.
   * @param learningRate of this step; by default the engine's
   */
  trainBatch(epoch: number, indices: Uint32Array, learningRate?: number): Promise<BatchResult>;
  /**
   * Firing rates, the potentials that are read or, of an ANN, probabilities, [indices, classes]; the highest is the answer.
   */
  rates(presentation: Presentation): Promise<Float32Array>;
  state(): Promise<EngineState>;
  /** @throws RangeError if a part has the wrong size; the engine then keeps its state */
  restore(state: EngineState): Promise<void>;
  close(): Promise<void>;
}

/** @throws TypeError unless this is an engine, or another learner */
export function checkLearner(engine: Learner): void {
  const has = (call: 'trainBatch' | 'rates') => typeof engine?.[call] === 'function';
  if (has('trainBatch') && has('rates') && engine.options?.data) return;
  const found = engine === undefined || engine === null ? 'none' : formatValue(engine);
  throw new TypeError(`engine: expected what createEngine() returns, found ${found}`);
}

/**
 * The state of an engine that has these weights and a fresh Adam: `engine.restore(freshState(getWeights(net)))`.
 * @throws TypeError unless the weights are a Float32Array
 */
export function freshState(weights: Float32Array): EngineState {
  if (!isTyped(weights, 'Float32Array'))
    throw new TypeError(`weights: expected a Float32Array, found ${formatValue(weights)}`);
  return { weights, m: new Float32Array(weights.length), v: new Float32Array(weights.length), step: 0 };
}
