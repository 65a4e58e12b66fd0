/** The losses by the names that runs have for them, and what is added to a loss. */
import * as tf from '@tensorflow/tfjs';
import {
  type Loss,
  meanSquaredError,
  softmaxCrossEntropy,
  softmaxCrossEntropyOfCounts,
} from '../../../src/training/losses';
import type { LossName } from '../options/engine';
import type { RatePenalty } from '../options/rate-penalty';

/** What the firing rates of a layer of hidden neurons, [batch, …], add to the loss: weight · mean((rate − target)²). */
export const penaltyOfRates = (rates: tf.Tensor, { weight, target }: RatePenalty): tf.Scalar =>
  tf.mul(weight, tf.mean(tf.square(tf.sub(rates, target))));

/** What the engine option `loss` calls these losses, for a presentation of T steps. */
const LOSSES: Readonly<Record<LossName, (T: number) => Loss>> = {
  mse: () => meanSquaredError,
  'cross-entropy': () => softmaxCrossEntropy,
  'cross-entropy-counts': softmaxCrossEntropyOfCounts,
  // Of the spikes or potentials of one step: the engine takes the mean over the steps.
  'cross-entropy-each-step': () => softmaxCrossEntropy,
};

/** The loss of that name, of labels and the firing rates of T steps. */
export const lossNamed = (name: LossName, T: number): Loss => LOSSES[name](T);

/** The name of a loss; 'custom' if it has none. */
export function nameOfLoss(loss: Loss, T: number): LossName | 'custom' {
  const names = Object.keys(LOSSES) as LossName[];
  return names.find((name) => lossNamed(name, T) === loss) ?? 'custom';
}
