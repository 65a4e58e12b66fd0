/** Spike counts, and sentences about the steps shown. */

import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import { argmax } from '../../../src/training/metrics';
import { t } from '../../shared/page/words';
import type { Presentation } from './kernel';

/** Spikes of each unit in steps [from, to). @param spikes [steps, units] */
export function tally(spikes: Uint8Array | Float32Array, units: number, to: number, from = 0): number[] {
  const counts = new Array<number>(units).fill(0);
  for (let i = from * units; i < to * units; i++) counts[i % units] += spikes[i];
  return counts;
}

/** Output spikes in the first `steps` steps. */
export const countsOf = ({ fired }: Presentation, steps: number): number[] => tally(fired, CLASSES, steps);

/** Hidden spikes in the first `steps` steps; empty without a hidden layer. */
export const hiddenCountsOf = ({ hidden = new Float32Array(), T }: Presentation, steps: number): number[] =>
  tally(hidden, hidden.length / T, steps);

/**
 * The hidden neurons that contributed most to a digit (spikes times weight), at most `most` of them.
 * @param counts spikes of each hidden neuron
 * @param weights from each hidden neuron to the digit
 */
export function speakers(counts: readonly number[], weights: ArrayLike<number>, most: number): number[] {
  const contributions = counts.map((count, neuron) => count * weights[neuron]);
  const neurons = [...contributions.keys()].filter((neuron) => contributions[neuron] > 0);
  return neurons.sort((a, b) => contributions[b] - contributions[a]).slice(0, most);
}

/** The neuron that fired most; undefined if none fired. */
export function winnerOf(counts: number[]): number | undefined {
  const first = argmax(counts);
  return counts[first] > 0 ? first : undefined;
}

/** The answer as text: a digit, or ? if no neuron fired. */
export const answerOf = (counts: number[]): string => String(winnerOf(counts) ?? '?');

export function sentenceOf(counts: number[], steps: number): string {
  const of = steps === 1 ? t`1 step` : t`${steps} steps`;
  const first = winnerOf(counts);
  if (first === undefined) return t`No neuron has fired in ${of}.`;
  const second = argmax(counts.map((count, neuron) => (neuron === first ? -1 : count)));
  const rest = counts[second] === 0 ? t`no other did` : t`neuron ${second} in ${counts[second]}`;
  return t`Neuron ${first} fired in ${counts[first]} of ${of}, ${rest}.`;
}

export function spikesIn(presentation: Presentation, steps: number): string {
  const { inputs, fired, maps = [] } = presentation;
  const hidden = hiddenCountsOf(presentation, steps);
  const total = (spikes: Uint8Array | Float32Array, size: number) =>
    tally(spikes, size, steps).reduce((sum, count) => sum + count);
  const input = total(inputs, IMAGE_SIZE);
  const perStep = steps > 0 ? Math.round(input / steps) : 0;
  const between =
    hidden.length === 0
      ? ''
      : t`${hidden.reduce((a, b) => a + b).toLocaleString('en')} hidden spikes (${hidden.filter((count) => count > 0).length} of ${hidden.length} neurons spoke), `;
  const convolved = maps.map((layer, i) => {
    const sum = total(layer.spikes, layer.height * layer.width * layer.channels);
    return t`${sum.toLocaleString('en')} spikes in layer ${i + 1}, `;
  });
  return t`${input.toLocaleString('en')} input spikes (${perStep} of 784 pixels per step), ${convolved.join('')}${between}${total(fired, CLASSES)} output spikes.`;
}
