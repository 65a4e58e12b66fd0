/** Checks of arguments: one wording for what was expected and found. */

/** `a`, `a or b`, `a, b or c` */
export const listChoices = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`;

/** A value as an error message shows it: strings are quoted, so '2' is not mistaken for 2. */
export function formatValue(value: unknown): string {
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'string') return asOneLine(`'${value}'`);
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return 'dataSync' in value ? 'a tensor (pass its dataSync())' : 'an object';
}

/** The longest message about a file, in characters. */
const LONGEST = 1000;

/** Truncates to one line and replaces control characters. */
export function asOneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line;
}

/** Reads a file; error messages are kept `asOneLine`, whatever names the file contains. */
export function inOneLine<R>(read: () => R): R {
  try {
    return read();
  } catch (error) {
    const { message } = error as Error;
    const short = asOneLine(message);
    if (short === message) throw error;
    // Same error class, new message.
    throw new ((error as Error).constructor as ErrorConstructor)(short);
  }
}

/**
 * Rejects unknown options: a misspelt one would otherwise silently get its default.
 * @param name what takes the options
 * @throws RangeError if an option is unknown
 */
export function checkOptions<O extends object>(name: string, options: O, known: readonly (keyof O & string)[]): void {
  const names: readonly string[] = known;
  // Undefined counts as left out.
  const [stray] =
    Object.entries(options).find(([option, value]) => value !== undefined && !names.includes(option)) ?? [];
  if (stray === undefined) return;
  throw new RangeError(`${name}: expected ${listChoices(names)}, found the option ${formatValue(stray)}`);
}

/** @throws RangeError unless all indices are from 0 to `count` - 1 */
export function checkIndices(indices: ArrayLike<number>, count: number, sample = 'image'): void {
  for (let i = 0; i < indices.length; i++) {
    if (Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < count) continue;
    throw new RangeError(`indices: expected ${sample}s from 0 to ${count - 1}, found ${indices[i]}`);
  }
}

/** @throws RangeError unless the value is one of these */
export function checkChoice(name: string, value: unknown, choices: readonly string[]): void {
  if (choices.includes(value as string)) return;
  throw new RangeError(`${name}: expected ${listChoices(choices.map(formatValue))}, found ${formatValue(value)}`);
}

/** @throws RangeError unless the value is true or false */
export function checkSwitch(name: string, value: boolean): void {
  if (typeof value !== 'boolean') throw new RangeError(`${name}: expected true or false, found ${formatValue(value)}`);
}

/** @throws RangeError unless the value is a finite number above the bound, also when rounded to float32 */
export function checkNumber(name: string, value: number, above = Number.NEGATIVE_INFINITY): void {
  const single = typeof value === 'number' ? Math.fround(value) : Number.NaN;
  if (Number.isFinite(single) && single > above) return;
  const wanted = above === Number.NEGATIVE_INFINITY ? 'a finite number' : `a finite number above ${above}`;
  // 1e300 and 5e-324 become Infinity and 0 in float32.
  const rounded = Number.isFinite(value) && value > above ? `, which is ${single} as a 32-bit float` : '';
  throw new RangeError(`${name}: expected ${wanted}, found ${formatValue(value)}${rounded}`);
}

/** @throws RangeError unless the value, which is returned, is a whole number in this range */
export function checkWhole(name: string, value: number, from: number, to = Number.MAX_SAFE_INTEGER): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  const range = to === Number.MAX_SAFE_INTEGER ? `of at least ${from}` : `from ${from} to ${to}`;
  throw new RangeError(`${name}: expected a whole number ${range}, found ${formatValue(value)}`);
}

/** @throws RangeError unless these are bytes, possibly from another realm */
export function checkUint8(name: string, bytes: Uint8Array): void {
  if (isTyped(bytes, 'Uint8Array')) return;
  throw new RangeError(`${name}: expected bytes in a Uint8Array, found ${typeName(bytes)}`);
}

/** What a value is, for a message: the name of its class, or `undefined` and `null`. */
export const typeName = (value: unknown): string =>
  value === undefined || value === null ? String(value) : (Object(value).constructor?.name ?? typeof value);

/** Whether a value is a typed array of this kind, even from another realm, such as a notebook's cell. */
export const isTyped = (
  value: unknown,
  kind: `${'Uint8' | 'Uint16' | 'Uint32' | 'Float32' | 'Float64'}Array`,
): boolean => Object.prototype.toString.call(value) === `[object ${kind}]`;
