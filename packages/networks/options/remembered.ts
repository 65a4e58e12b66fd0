/** What lasts from one step of a network to the next. */
import type { LayerShape } from './layers';

/**
 * What neurons remember from step to step, layer by layer: what arrives late, step by step, if there are delays, their
 * last spikes if they are recurrent, then their currents if these last, then how far they have adapted if their threshold
 * rises, then their potentials; and which value each has at rest.
 */
export const remembered = (layers: readonly LayerShape[]): { neurons: number; rest: number }[] =>
  layers.flatMap(({ neurons, neuron, synapse, delay, recurrent }) => [
    ...(delay ? [{ neurons: delay.most * neurons, rest: 0 }] : []),
    ...(recurrent ? [{ neurons, rest: 0 }] : []),
    ...(synapse ? [{ neurons, rest: 0 }] : []),
    ...(neuron?.beta ? [{ neurons, rest: 0 }] : []),
    { neurons, rest: neuron?.vReset ?? 0 },
  ]);

/** How many numbers those are. */
export const countRemembered = (layers: readonly LayerShape[]): number =>
  remembered(layers).reduce((sum, { neurons }) => sum + neurons, 0);

/** All that a batch of so many places remembers, [places, neurons] of each part, at rest. */
export const atRest = (layers: readonly LayerShape[], places: number): Float32Array =>
  Float32Array.from(remembered(layers).flatMap(({ neurons, rest }) => new Array(places * neurons).fill(rest)));
