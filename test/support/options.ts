/**
 * What each option of a neuron and of a layer is tried with. Of a new one the compiler asks for it here, and so does a
 * test.
 */
import type { NeuronOptions } from '../../packages/networks/options/engine';
import { type LayerOptions, LEARN_NAMES, POOL_NAMES, type ResolvedLayer } from '../../packages/networks/options/layers';
import { SURROGATE_NAMES } from '../../src/common/surrogates';

/** Values that are not the default. */
export const NEURON_VALUES: { readonly [Name in keyof NeuronOptions]: readonly NeuronOptions[Name][] } = {
  tau: [3],
  decayInput: [false],
  vThreshold: [0.7],
  vReset: [-0.25, null],
  beta: [0.3],
  tauAdapt: [4],
  surrogateFunction: SURROGATE_NAMES.map((name) => ({ name, alpha: 3 })),
  detachReset: [true],
};

/** Options without which another one means nothing. */
export const WITH: { readonly [name: string]: Partial<NeuronOptions> } = { tauAdapt: { beta: 0.3 } };

/** Layers that have the option. */
export const LAYERS_WITH: {
  readonly [Name in Exclude<keyof ResolvedLayer, 'neurons' | 'neuron'>]: readonly (LayerOptions & {
    [Own in Name]-?: ResolvedLayer[Own];
  })[];
} = {
  synapse: [{ synapse: { tau: 3 } }],
  delay: [{ delay: { most: 4, learn: true } }, { delay: { most: 3 } }],
  recurrent: [{ recurrent: true }],
  learn: LEARN_NAMES.map((learn) => ({ learn, neuron: { tau: 3 } })),
  convolve: [
    { convolve: { channels: 13, kernel: 2, stride: 2, padding: 1, shape: [1, 3, 3] } },
    { convolve: { channels: 13, kernel: 2, stride: 1, padding: 1, bias: true, shape: [1, 3, 3] } },
  ],
  norm: (['batch', { scale: 0.5 }] as const).map((norm) => ({
    norm,
    convolve: { channels: 3, kernel: 2, stride: 1, padding: 1, shape: [1, 3, 3] as const },
  })),
  pool: POOL_NAMES.map((pool) => ({
    pool,
    convolve: { channels: 3, kernel: 2, stride: 1, padding: 1, shape: [1, 3, 3] },
  })),
};

/** The options that only hidden layers have. */
export const OF_HIDDEN_LAYERS: readonly string[] = ['recurrent', 'convolve', 'norm', 'pool'];
