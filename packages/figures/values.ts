/** Checks, rounds and splits the numbers of figures, and words them for the alternative text. */

import {
  checkArray,
  checkNumber,
  checkNumbers,
  checkOptions,
  checkSwitch,
  checkText,
  checkWhole,
  formatValue,
} from '../../src/common/checks';
import { argmax } from '../../src/training/metrics';

/** Checks of options that several figures have, by name. */
const KINDS: Readonly<Record<string, (name: string, value: never) => unknown>> = {
  title: checkText,
  xlabel: checkText,
  ylabel: checkText,
  valueLabel: checkText,
  alt: checkText,
  tickformat: checkText,
  what: checkText,
  reference: checkText,
  currentName: checkText,
  logX: checkSwitch,
  logY: checkSwitch,
  markers: checkSwitch,
  xrange: checkRange,
  yrange: checkRange,
  zrange: checkRange,
  vThreshold: checkNumber,
  digits: (name, value) => checkWhole(name, value, 0, 20),
  height: (name, value) => checkWhole(name, value, 1, 20_000),
};

function checkRange(name: string, ends: readonly number[]): void {
  checkNumbers(name, checkArray(name, ends, 'two numbers'), '[low, high]');
  if (ends.length !== 2) throw new RangeError(`${name}: expected two numbers, found ${ends.length}`);
}

/** @throws TypeError or RangeError as `checkOptions`, and for an option of the wrong type or out of range */
export function checkFigure<O extends object>(name: string, options: O, known: readonly (keyof O & string)[]): void {
  checkOptions(name, options, known);
  for (const option of known) if (options[option] !== undefined) KINDS[option]?.(option, options[option] as never);
}

/**
 * Returns the values if they are an array of numbers; NaN and infinities are allowed.
 * @param shape for the message, such as '[T, N]'
 * @param count expected number of values
 * @throws TypeError or RangeError
 */
export function numbers(values: ArrayLike<number>, what: string, shape: string, count?: number): ArrayLike<number> {
  const { length } = checkNumbers(what, values, shape);
  if (count !== undefined && length !== count)
    throw new RangeError(`${what}: expected ${count} values, found ${length}`);
  return values;
}

/** Returns the items if they are an array. */
export const items = <T>(values: readonly T[], what: string, of: string): readonly T[] => checkArray(what, values, of);

/** Labels as texts. @throws TypeError unless they are texts or numbers */
export const labelsOf = (labels: readonly (string | number)[], what: string): string[] =>
  items(labels, what, 'texts or numbers').map((label) => nameOf(label, what));

/** A name as a text; '' for undefined. */
export function nameOf(name: unknown, what: string): string {
  if (typeof name === 'string' || typeof name === 'number') return String(name);
  if (name === undefined) return '';
  throw new TypeError(`${what}: expected a text or a number, found ${formatValue(name)}`);
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

/** Rounds to a few digits, which keeps notebooks small; null, a gap, for a value that is not finite. */
export const round = (value: number, digits = 5): number | null =>
  Number.isFinite(value) ? Number(value.toPrecision(digits)) : null;

export const list = (values: ArrayLike<number>, digits = 5): (number | null)[] =>
  Array.from(values, (value) => round(value, digits));

/** Lowest and highest finite value; undefined without finite values. */
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

/** The index of the highest finite value; undefined without finite values. */
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

/** A sentence with the number of gaps, to append to another; empty without gaps. */
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

/** 'title: text', or the text without a title. */
export const titled = (title: string, text: string): string => (title === '' ? text : `${title}: ${text}`);
