/**
 * What training changes in the readable engine, as plain numbers: weights and Adam's state, and what neurons carry to
 * the next batch.
 */
import * as tf from '@tensorflow/tfjs';
import type { MemoryModule } from '../../../src/snn/memory-module';
import { getWeights } from '../../../src/snn/networks';
import { adam } from '../../../src/training/batches';
import type { EngineState, ResolvedEngineOptions } from '../options/engine';
import { allMaps, atRest, remembered } from '../options/layers';
import { isLearnt, type Parameter, parameters, splitParameters } from '../options/weights';
import { countInputs } from '../spike-trains';
import { findMemoryModules, setWeights } from './networks';

type Options = Pick<ResolvedEngineOptions, 'data' | 'layers' | 'learningRate' | 'reset' | 'batchSize'>;

/** The numbers of what Adam learns, in place; it has no moments of the others. */
const learntParts = (values: Float32Array, all: readonly Parameter[]) =>
  splitParameters(values, all).filter((_, i) => isLearnt(all[i]));

/** Weights, Adam's moments and its step count. */
export async function readState(
  network: tf.Sequential,
  optimizer: tf.AdamOptimizer,
  { data, layers }: Options,
): Promise<EngineState> {
  const weights = getWeights(network);
  // For each layer first m, then v; no moments exist before the first step.
  const [step, ...moments] = await optimizer.getWeights();
  const half = moments.length / 2;
  const join = (saved: typeof moments) => {
    const joined = new Float32Array(weights.length);
    const parts = learntParts(joined, parameters(layers, countInputs(data)));
    for (const [i, { tensor }] of saved.entries()) parts[i].set(tensor.dataSync());
    return joined;
  };
  const [m, v] = [join(moments.slice(0, half)), join(moments.slice(half))];
  const state = { weights, m, v, step: step.tensor.dataSync()[0] };
  step.tensor.dispose();
  return state;
}

/** Gives the network its weights; returns an Adam that goes on from its moments and its step. */
export async function writeState(
  network: tf.Sequential,
  { weights, m, v, step }: EngineState,
  { data, layers, learningRate }: Options,
): Promise<tf.AdamOptimizer> {
  setWeights(network, weights);
  const all = parameters(layers, countInputs(data));
  const moments = (values: Float32Array, suffix: string) =>
    learntParts(values, all).map((part, i) => ({
      name: `${network.trainableWeights[i].name}/${suffix}`,
      tensor: tf.tensor(part, network.trainableWeights[i].shape as number[]),
    }));
  const saved = [{ name: 'iter', tensor: tf.scalar(step, 'int32') }, ...moments(m, 'm'), ...moments(v, 'v')];
  const optimizer = adam(learningRate);
  await optimizer.setWeights(saved);
  tf.dispose(saved.map(({ tensor }) => tensor));
  restorePowers(optimizer, step);
  return optimizer;
}

/**
 * TensorFlow.js restores the powers of beta by pow(), which differs in the last digit from its own product step by
 * step.
 */
function restorePowers(optimizer: tf.AdamOptimizer, step: number): void {
  const { accBeta1, accBeta2 } = optimizer as unknown as { accBeta1: tf.Variable; accBeta2: tf.Variable };
  for (const [power, beta] of [[accBeta1, 0.9] as const, [accBeta2, 0.999] as const]) {
    let product = Math.fround(beta);
    for (let i = 0; i < step; i++) {
      const next = Math.fround(product * Math.fround(beta));
      // The smallest number of float32 times 0.9 is itself: all further steps leave it there.
      if (next === product) break;
      product = next;
    }
    tf.tidy(() => power.assign(tf.scalar(product)));
  }
}

/** What the neurons carry from batch to batch where they are not reset, at rest; as `EngineState` has it. */
export const carriedAtRest = ({ reset, batchSize, layers }: Options): Float32Array =>
  reset ? new Float32Array() : atRest(layers, batchSize);

/**
 * Each stateful layer with what it carries in all places of a batch, [batchSize, …its shape], in place; none with the
 * reset.
 */
function carried(network: tf.Sequential, potentials: Float32Array, { reset, batchSize, layers }: Options) {
  if (reset) return [];
  const kinds = remembered(layers).map(({ neurons }) => ({ shape: [batchSize, neurons] as [number, number] }));
  const numbers = splitParameters(potentials, kinds);
  // Neurons of a map, which remember one thing, are not in a row.
  const { maps } = allMaps(layers);
  return findMemoryModules(network).map((module, i): [MemoryModule, shape: readonly number[], all: Float32Array] => {
    return [module, maps[i]?.neurons ?? [kinds[i].shape[1]], numbers[i]];
  });
}

/** The neurons of the first `places` of a batch find what the last batch left. */
export function carryIn(network: tf.Sequential, potentials: Float32Array, options: Options, places: number): void {
  // Plain numbers: no gradient goes back into the batch before.
  for (const [module, shape, all] of carried(network, potentials, options)) {
    const units = all.length / options.batchSize;
    module.remembered = tf.tensor(all.slice(0, places * units), [places, ...shape]);
  }
}

/** Keeps what this batch leaves, in place. */
export function carryOut(network: tf.Sequential, potentials: Float32Array, options: Options): void {
  for (const [module, , all] of carried(network, potentials, options)) all.set(module.remembered?.dataSync() ?? []);
}
