import { checkOptions } from '../../../src/common/checks';
import { between, group, type Infer, number } from './schema';

/**
 * A term of the loss that holds hidden neurons near a firing rate:
 *
 *     weight · Σ over hidden layers of mean((rate − target)²), over neurons and samples
 *
 * where a rate is the neuron's spikes divided by T, before any pool. It is the firing rate regularization of Bellec et
 * al. (2018, "Long short-term memory and learning-to-learn in networks of spiking neurons"), of each sample. snnTorch's
 * `l1_rate_sparsity` is the sum of the spikes instead.
 */
export const RATE_PENALTY = group(
  { doc: 'add to the loss how far hidden neurons are from a firing rate', has: { ann: false } },
  {
    /** Above 0. */
    weight: number(
      {
        doc: 'adds to the loss, for each hidden layer, so many times the mean square of firing rate minus target',
        required: true,
        label: 'rate penalty',
      },
      0,
    ),
    /** The rate that costs nothing, from 0 to 1. Default 0: fewer spikes cost less. */
    target: between(0, 1, { doc: 'the firing rate that costs nothing', default: 0, label: 'target rate' }),
  },
);

export interface RatePenalty extends Infer<typeof RATE_PENALTY> {}

/** @throws RangeError unless the penalty is one, and the network has hidden layers */
export function resolveRatePenalty(some: Partial<RatePenalty> | undefined, layers: number): RatePenalty | undefined {
  if (some === undefined) return undefined;
  checkOptions('ratePenalty', some, ['weight', 'target']);
  const { weight, target = 0 } = some;
  RATE_PENALTY.fields.weight.check('weight of the ratePenalty', weight);
  RATE_PENALTY.fields.target.check('target of the ratePenalty', target);
  if (layers < 2) throw new RangeError('ratePenalty: expected a network with a hidden layer, found one without');
  return { weight: weight as number, target };
}
