/** Copies, compares, inspects and describes arguments and results of an answer. */
import { GENERAL } from './general';

export const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** A typed array counts as a list of numbers. */
const plain = (value: unknown): unknown =>
  ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float32Array) : value;

/** Also recognizes an object from a cell, whose `Object` may be another one. */
function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (!isObject(value)) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Copies arrays and plain objects deeply; functions and other objects are shared. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return (value as unknown as Float32Array).slice() as T;
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)])) as T;
}

/** Removes the parts that the right value does not have, since returning more than the task asks for is not wrong. */
export function withoutExtras(found: unknown, right: unknown): unknown {
  if (!isPlainObject(found) || !isPlainObject(right)) return found;
  const named = Object.entries(found).filter(([key]) => Object.hasOwn(right, key));
  return Object.fromEntries(named.map(([key, inner]) => [key, withoutExtras(inner, right[key])]));
}

/** Whether two values are equal; numbers may differ by the tolerance, relative to the smaller one if it is above 1. */
export function same(left: unknown, right: unknown, tolerance: number): boolean {
  const [a, b] = [plain(left), plain(right)];
  if (typeof a === 'number' && typeof b === 'number') {
    if (a === b || Object.is(a, b)) return true;
    return Math.abs(a - b) <= tolerance * Math.max(1, Math.min(Math.abs(a), Math.abs(b)));
  }
  // Functions are compared by their source, since an answer makes a new one in each call.
  if (typeof a === 'function' && typeof b === 'function') return String(a) === String(b);
  if (!isObject(a) || !isObject(b)) return a === b;
  if (Array.isArray(a) !== Array.isArray(b)) return false; // a Set has no keys, like an empty list
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key], tolerance));
}

export const isPromise = (value: unknown): value is PromiseLike<unknown> => isObject(value) && 'then' in value;

const nameKind = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(plain(value))) return 'a list';
  const kinds: Record<string, string> = { object: 'an object', undefined: 'nothing', boolean: 'true or false' };
  return kinds[typeof value] ?? `a ${typeof value}`;
};

export interface Flaw {
  name: keyof typeof GENERAL;
  diagnosis: string;
}

/** @param seen what the check found, which precedes the question */
export const flaw = (name: keyof typeof GENERAL, seen: string): Flaw => ({
  name,
  diagnosis: `${seen} ${GENERAL[name].question}`,
});

const GAP = flaw('gap', 'A value of your result is undefined.');

/**
 * Finds a flaw of a result before its numbers are compared, by its type and size; undefined without a flaw.
 * @param where the case in words, "for x = 1"
 * @param part the part of the result in words: "your list", "your list “v”", "row 0 of your list"
 * @param place the part as code: "", "v", "[0]"
 */
export function findFlaw(found: unknown, right: unknown, where = '', part = 'your list', place = ''): Flaw | undefined {
  if (right === undefined && !isPromise(found)) return undefined; // what counts is what this answer does
  const [value, like] = [plain(found), plain(right)];
  const here = where && ` ${where}`;
  if (value === undefined) return flaw('nothing', `Your function returns nothing${here}.`);
  if (isPromise(value)) return flaw('promise', 'Your function returns a promise.');
  if (nameKind(value) !== nameKind(like)) {
    return flaw('kind', `Your function returns ${nameKind(value)}${place ? ` at ${place}` : here}.`);
  }
  if (typeof value === 'number' && !Number.isFinite(value) && Number.isFinite(like)) {
    return flaw(Number.isNaN(value) ? 'nan' : 'infinite', `Your function returns ${value}${here}.`);
  }
  if (isObject(value) && isObject(like)) {
    if (Array.isArray(value) && value.length !== (like as unknown as unknown[]).length) {
      const values = `${value.length} value${value.length === 1 ? '' : 's'}`;
      return flaw('length', `${part[0].toUpperCase()}${part.slice(1)} has ${values}${here}.`);
    }
    if (Array.isArray(value) && Object.keys(value).length < value.length) return GAP;
    for (const key of Object.keys(like)) {
      if (!(key in value)) return flaw('missing', `Your result has no “${key}”.`);
      const list = Array.isArray(value) ? `row ${key} of ${part}` : `${part} “${key}”`;
      const inside = Array.isArray(value) ? `${place}[${key}]` : `${place}${place && '.'}${key}`;
      const inner = findFlaw(value[key], like[key], where, list, inside);
      if (inner) return inner.name === 'nothing' ? GAP : inner;
    }
  }
  return undefined;
}

/** Lists up to this length are shown in full, so that a case can be worked out on paper. */
const LONG = 16;
const BEGINNING = 8;
const PLACES = 4;

/**
 * The places where a list, or an object of lists, is wrong: "[2]", "v[0]". Empty if it is wrong everywhere, or for a
 * number.
 */
export function findPlaces(found: unknown, right: unknown, tolerance: number): string[] {
  const values = (value: unknown, name = ''): [string, unknown][] => {
    const it = plain(value);
    if (Array.isArray(it)) return it.flatMap((inner, i) => values(inner, `${name}[${i}]`));
    if (isObject(it))
      return Object.keys(it)
        .sort()
        .flatMap((key) => values(it[key], `${name}${key}`));
    return [[name, it]];
  };
  const [all, like] = [values(found), new Map(values(right))];
  const places = all.filter(([name, value]) => !same(value, like.get(name), tolerance)).map(([name]) => name);
  if (places.length === all.length) return [];
  return places.length > PLACES ? [...places.slice(0, PLACES), '…'] : places;
}

/** A value for a message: numbers with six digits, long lists shortened. */
export function worded(value: unknown): string {
  const it = plain(value);
  if (typeof it === 'number') return String(Number(it.toPrecision(6)));
  if (typeof it === 'string') return `'${it}'`;
  if (Array.isArray(it)) {
    const [shown, rest] = it.length > LONG ? [it.slice(0, BEGINNING), ', …'] : [it, ''];
    return `[${shown.map(worded).join(', ')}${rest}]`;
  }
  if (isObject(it))
    return `{ ${Object.entries(it)
      .map(([key, inner]) => `${key}: ${worded(inner)}`)
      .join(', ')} }`;
  return String(it);
}

/** "for v = 0, x = 1 and tau = 2 ", without functions; empty without other arguments. */
export function wordedArguments(names: readonly string[], args: readonly unknown[]): string {
  const parts = args.flatMap((value, i) => {
    const functions =
      typeof value === 'function' ||
      (isObject(value) && Object.values(value).some((part) => typeof part === 'function'));
    return functions ? [] : [`${names[i]} = ${worded(value)}`];
  });
  if (parts.length < 2) return parts.length === 0 ? '' : `for ${parts[0]} `;
  return `for ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)} `;
}

/** A list of numbers as a new array. Anything else, such as a Set, is returned as it is, to be refused. */
export const toList = (values: ArrayLike<number>) => (Array.isArray(plain(values)) ? Array.from(values) : values);

/** 0, 1, … count − 1 */
export const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

export const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
