/** What the value of an option may be. Each function returns one that reads a text, or says what was expected instead. */

import { listChoices } from '../../../src/common/checks';

/** An argument is wrong: one line on stderr, exit status 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

type Read<V> = (text: string) => V;

/** A whole number in decimal digits. */
export function whole(least: number, most: number): Read<number> {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new UsageError(`expected a whole number from ${least} to ${most}, found ${text}`);
  };
}

/** A decimal number. */
export function decimal(expected: string, isIn: (value: number) => boolean): Read<number> {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && isIn(value)) return value;
    throw new UsageError(`expected ${expected}, found ${text}`);
  };
}

export function oneOf<const V extends string>(...values: V[]): Read<V> {
  return (text) => {
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return value;
    throw new UsageError(`expected ${listChoices(values)}, found ${text}`);
  };
}

export const device: Read<string> = (text) => {
  if (text === 'cpu' || /^cuda(:\d+)?$/.test(text)) return text;
  throw new UsageError(`expected cpu or cuda:0, found ${text}`);
};

const named =
  (what: string): Read<string> =>
  (text) => {
    if (text !== '') return text;
    throw new UsageError(`expected ${what}, found an empty name`);
  };

export const folder = named('a folder');

export const path = named('a file');
