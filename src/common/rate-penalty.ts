import { checkNumber, checkOptions, formatValue } from './checks';

/**
 * A term of the loss that holds hidden neurons near a firing rate:
 *
 *     weight · Σ over hidden layers of mean((rate − target)²), over neurons and samples
 *
 * where a rate is the neuron's spikes divided by T, before any pool. It is the firing rate regularization of Bellec et
 * al. (2018, "Long short-term memory and learning-to-learn in networks of spiking neurons"), of each sample. snnTorch's
 * `l1_rate_sparsity` is the sum of the spikes instead.
 */
export interface RatePenalty {
  /** Above 0. */
  weight: number;
  /** The rate that costs nothing, from 0 to 1. Default 0: fewer spikes cost less. */
  target: number;
}

/** @throws RangeError unless the penalty is one, and the network has hidden layers */
export function resolveRatePenalty(some: Partial<RatePenalty> | undefined, layers: number): RatePenalty | undefined {
  if (some === undefined) return undefined;
  checkOptions('ratePenalty', some, ['weight', 'target']);
  const { weight, target = 0 } = some;
  checkNumber('weight of the ratePenalty', weight as number, 0);
  if (!(typeof target === 'number' && target >= 0 && target <= 1))
    throw new RangeError(`target of the ratePenalty: expected a number from 0 to 1, found ${formatValue(target)}`);
  if (layers < 2) throw new RangeError('ratePenalty: expected a network with a hidden layer, found one without');
  return { weight: weight as number, target };
}
