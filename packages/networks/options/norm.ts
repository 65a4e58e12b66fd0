/** Batch norm of layers that convolve: by what it is asked for, and its constants, which are PyTorch's. */
import { checkOptions, formatValue } from '../../../src/common/checks';
import { either, group, number, oneOf } from './schema';

/**
 * 'batch': initial weights of 1. With a scale, scale times the neurons' threshold: threshold-dependent batch norm
 * (tdBN, SpikingJelly's `ThresholdDependentBatchNorm2d`, which calls it alpha).
 */
export type Norm = 'batch' | { readonly scale: number };

export const NORM = either(
  oneOf(['batch'], { doc: 'initial weights of 1' }),
  group(
    { doc: 'initial weights by the threshold' },
    { scale: number({ doc: 'initial weights of the norm, as a multiple of the threshold', required: true }, 0) },
  ),
  {
    doc: 'batch norm of what a convolution makes, of the engine tfjs',
    has: { engines: ['tfjs'] },
    instead: "train on 'tfjs', then networks.foldNorm(weights, layers) makes weights and biases of it",
  },
);

/** Is added to a variance. */
export const NORM_EPSILON = 1e-5;

/** How far a batch moves the running statistics towards its own. */
export const NORM_MOMENTUM = 0.1;

/** The parameters of a batch norm, and their names in PyTorch. Adam learns the first two. */
export const NORM_PARTS = [
  ['norm weight', 'weight'],
  ['norm bias', 'bias'],
  ['running mean', 'running_mean'],
  ['running variance', 'running_var'],
] as const;

/** @throws RangeError unless it is one */
export function checkNorm(norm: unknown): asserts norm is Norm {
  if (norm === 'batch') return;
  if (typeof norm !== 'object') throw new RangeError(`norm: expected 'batch' or { scale }, found ${formatValue(norm)}`);
  checkOptions('norm', norm as { scale: number }, ['scale']);
  NORM.other.fields.scale.check('scale of the norm', (norm as { scale: number }).scale);
}

/** What all weights of a batch norm begin with. */
export const startOfNorm = (norm: Norm, threshold: number): number => (norm === 'batch' ? 1 : norm.scale * threshold);
