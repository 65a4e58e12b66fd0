// What the page of the map says of its numbers.

/**
 * @typedef {import('../../../../packages/runs/map/index.js').MapTable} MapTable
 * @typedef {import('../../../../packages/runs/map/index.js').Estimate} Estimate
 */

export const percent = (/** @type {number} */ share) => 100 * share;
export const written = (/** @type {number} */ share, digits = 2) => `${percent(share).toFixed(digits)} %`;
/** A difference of shares in percentage points, with its sign. */
export const signed = (/** @type {number} */ share) => `${share < 0 ? '−' : '+'}${Math.abs(percent(share)).toFixed(1)}`;
export const plural = (/** @type {number} */ count, /** @type {string} */ word) =>
  `${count} ${word}${count === 1 ? '' : 's'}`;

/** How many of the differences are beyond chance. */
export function sayMarked(/** @type {boolean[]} */ marked) {
  const count = marked.filter(Boolean).length;
  if (marked.length === 1) return `The difference is ${count === 1 ? '' : 'not '}larger than chance.`;
  if (count === 0) return `None of the ${marked.length} differences is larger than chance.`;
  return `${count} of ${marked.length} differences ${count === 1 ? 'is' : 'are'} larger than chance.`;
}

const named = (/** @type {{ label: string } & Estimate} */ { label, mean, low, high }) =>
  `${label} with ${written(mean)}${Number.isFinite(low) ? ` (${written(low)} to ${written(Math.min(1, high))})` : ''}`;
export const highest = (/** @type {{ label: string } & Estimate} */ one) => `Highest: ${named(one)}.`;

/** Groups that have no place in a figure, in words. */
export const farBelow = (/** @type {{ label: string, runs: MapTable }[]} */ groups) =>
  groups.length > 0 &&
  `Far below, and not in the first figure: ${groups.map(({ label, runs }) => named({ label, ...runs.mean() })).join('; ')}.`;

/** One after the other; after a Chinese full stop without a blank. */
export const sentences = (/** @type {string[]} */ all) => all.join(' ').replace(/(?<=[。！？]) /g, '');
