/** Numbers for figures: checked, rounded, split, and put into the figure's sentence. */
import { argmax } from '../../src/common/argmax';
import { formatValue } from '../../src/common/checks';

/**
 * The values, if they are an array of numbers, NaN and infinities among them.
 * @param shape what is expected, such as '[T, N]'
 * @throws TypeError
 */
export function numbers(values: ArrayLike<number>, what: string, shape: string): ArrayLike<number> {
  const expected = `${what}: expected an array of numbers ${shape}`;
  if (typeof values !== 'object' || typeof values?.length !== 'number') {
    throw new TypeError(`${expected}, found ${formatValue(values)}`);
  }
  for (let i = 0; i < values.length; i++) {
    if (typeof values[i] !== 'number') throw new TypeError(`${expected}, found ${formatValue(values[i])} at ${i}`);
  }
  return values;
}

/** The items, if they are an array. */
export function items<T>(values: readonly T[], what: string, of: string): readonly T[] {
  if (!Array.isArray(values)) throw new TypeError(`${what}: expected an array of ${of}, found ${formatValue(values)}`);
  return values;
}

/** Splits a row-major array into its rows. */
export function rows(array: ArrayLike<number>, columns: number, what: string): number[][] {
  const values = Array.from(numbers(array, what, `[n, ${columns}]`));
  if (values.length === 0 || values.length % columns !== 0) {
    throw new RangeError(
      `${what}: expected a multiple of ${columns} values, found ${values.length}; is it [n, ${columns}]?`,
    );
  }
  return Array.from({ length: values.length / columns }, (_, row) => values.slice(row * columns, (row + 1) * columns));
}

export const transpose = (matrix: number[][]): number[][] =>
  matrix[0].map((_, column) => matrix.map((row) => row[column]));

/** Numbers are for drawing: a few digits keep notebooks small. A value that is not a finite number is a gap. */
export const round = (value: number, digits = 5): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;

export const list = (values: ArrayLike<number>, digits = 5): (number | null)[] =>
  Array.from(values, (value) => round(value, digits));

/** Lowest and highest of the finite values; undefined without any. */
export function extent(...arrays: ArrayLike<number>[]): [number, number] | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      if (!Number.isFinite(values[i])) continue;
      if (values[i] < low) low = values[i];
      if (values[i] > high) high = values[i];
    }
  }
  return low <= high ? [low, high] : undefined;
}

/** The index of the highest finite value; undefined without one. */
export function highest(values: ArrayLike<number>): number | undefined {
  const best = argmax(Array.from(values, (value) => (Number.isFinite(value) ? value : Number.NEGATIVE_INFINITY)));
  return Number.isFinite(values[best]) ? best : undefined;
}

export const toDigits = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

/** 1,234 for 1234. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

export const plural = (count: number, word: string): string => `${grouped(count)} ${word}${count === 1 ? '' : 's'}`;

/** 'a', 'a and b', 'a, b and c' */
export const enumerated = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;

/** How many values are gaps, as a sentence to put behind another; empty if none is. */
export function gaps(...arrays: ArrayLike<number>[]): string {
  let [missing, total] = [0, 0];
  for (const values of arrays) {
    total += values.length;
    for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) missing++;
  }
  if (missing === 0) return '';
  const kind = missing === 1 ? 'is not a finite number (a gap)' : 'are not finite numbers (gaps)';
  return ` ${grouped(missing)} of ${plural(total, 'value')} ${kind}.`;
}

/** A title and what follows it; a figure without a title begins with the rest. */
export const titled = (title: string, text: string): string => (title === '' ? text : `${title}: ${text}`);
