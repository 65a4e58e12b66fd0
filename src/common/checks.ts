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
  if ('dataSync' in value) return 'a tensor (pass its dataSync())';
  const kind = kindOf(value);
  if (kind === 'Promise') return 'a promise (await it)';
  return kind === 'Object' ? 'an object' : `${/^[AEIO]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

/**
 * `Object` for what `{}` or a class makes, `Map`, `Float32Array` and so on for others, even from another realm such as
 * a notebook's cell.
 */
const kindOf = (value: unknown): string => asOneLine(Object.prototype.toString.call(value).slice(8, -1));

/** The longest message about a file, in characters. */
const LONGEST = 1000;

/** Replaces line breaks and control characters, and cuts what is longer than a line. */
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

/** Does what may fail, and says why in a message of its own. @throws Error */
export function reworded<R>(work: () => R, say: (why: string) => string): R {
  try {
    return work();
  } catch (error) {
    throw new Error(say((error as Error).message));
  }
}

/** @throws TypeError unless the value is an object, and no array, function, map or the like */
export function checkObject(name: string, value: unknown, expected = 'an object'): void {
  if (typeof value === 'object' && value !== null && kindOf(value) === 'Object') return;
  throw new TypeError(`${name}: expected ${expected}, found ${formatValue(value)}`);
}

/** @throws TypeError unless the value is a function */
export function checkFunction(name: string, value: unknown, expected = 'a function'): void {
  if (typeof value !== 'function') throw new TypeError(`${name}: expected ${expected}, found ${formatValue(value)}`);
}

/** @throws TypeError unless the value is a text */
export function checkText(name: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`${name}: expected a text, found ${formatValue(value)}`);
}

/** @throws TypeError unless the values, which are returned, are an array without holes */
export function checkArray<T>(name: string, values: readonly T[], of: string): readonly T[] {
  const hole = Array.isArray(values) ? Array.prototype.findIndex.call(values, (_, i) => !(i in values)) : 0;
  if (Array.isArray(values) && hole < 0) return values;
  const found = Array.isArray(values) ? `a hole at ${hole}` : formatValue(values);
  throw new TypeError(`${name}: expected an array of ${of}, found ${found}`);
}

/**
 * @param shape what is expected, such as '[T, N]'
 * @throws TypeError unless the values, which are returned, are an array of numbers, NaN and infinities among them
 */
export function checkNumbers(name: string, values: ArrayLike<number>, shape: string): ArrayLike<number> {
  const expected = `${name}: expected an array of numbers ${shape}`;
  const isView = ArrayBuffer.isView(values) && kindOf(values) !== 'DataView';
  if (!isView && !Array.isArray(values)) throw new TypeError(`${expected}, found ${formatValue(values)}`);
  // Of a typed array the first number says what all are.
  const count = isView ? Math.min(1, values.length) : values.length;
  for (let i = 0; i < count; i++) {
    if (typeof values[i] !== 'number') throw new TypeError(`${expected}, found ${formatValue(values[i])} at ${i}`);
  }
  return values;
}

/**
 * @param shape what each extent is; null for any. Without it any shape will do
 * @throws TypeError unless the value is a tensor of numbers that still exists, RangeError if it has another shape
 */
export function checkTensor(name: string, value: unknown, shape?: readonly (number | null)[]): void {
  const tensor = value as {
    shape?: readonly number[];
    dtype?: string;
    isDisposed?: boolean;
    dataSync?: unknown;
  } | null;
  if (typeof tensor !== 'object' || typeof tensor?.dataSync !== 'function' || !Array.isArray(tensor.shape))
    throw new TypeError(`${name}: expected a tensor, found ${formatValue(value)}`);
  if (tensor.isDisposed) throw new TypeError(`${name}: expected a tensor that is kept, found one that was disposed of`);
  const { dtype, shape: found } = tensor;
  if (dtype === 'string' || dtype === 'complex64')
    throw new TypeError(`${name}: expected a tensor of numbers, found ${dtype}`);
  if (!shape || (found.length === shape.length && shape.every((extent, i) => extent === null || extent === found[i])))
    return;
  const wanted = shape.map((extent) => extent ?? 'any').join(', ');
  throw new RangeError(`${name}: expected a tensor of shape [${wanted}], found [${found.join(', ')}]`);
}

/** @throws TypeError unless this is the signal of an AbortController, or left out */
export function checkSignal(signal: unknown): void {
  if (signal === undefined || typeof (signal as AbortSignal | null)?.aborted === 'boolean') return;
  throw new TypeError(`signal: expected that of an AbortController, found ${formatValue(signal)}`);
}

/**
 * Rejects what is no object, unknown options, since a misspelt one would otherwise silently get its default, and null:
 * only what is undefined counts as left out.
 * @param name what takes the options
 * @param judged of these a check of their own says whether they may be null
 * @throws TypeError unless the options are an object, RangeError if one is unknown or null
 */
export function checkOptions<O extends object>(
  name: string,
  options: O,
  known: readonly (keyof O & string)[],
  judged: readonly string[] = [],
): void {
  checkObject(name, options, 'an object of options');
  const names: readonly string[] = known;
  // Undefined counts as left out.
  const [stray] =
    Object.entries(options).find(([option, value]) => value !== undefined && !names.includes(option)) ?? [];
  if (stray !== undefined)
    throw new RangeError(`${name}: expected ${listChoices(names)}, found the option ${formatValue(stray)}`);
  const empty = known.find((option) => options[option] === null && !judged.includes(option));
  if (empty === undefined) return;
  throw new RangeError(`${empty}: expected a value, found null; leave it out for its default`);
}

/** @throws TypeError or RangeError unless all indices are from 0 to `count` - 1 */
export function checkIndices(indices: ArrayLike<number>, count: number, sample = 'image'): void {
  checkNumbers('indices', indices, `[${sample}s]`);
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
  checkText('name of the file', name);
  if (isTyped(bytes, 'Uint8Array')) return;
  throw new RangeError(`${name}: expected bytes in a Uint8Array, found ${typeName(bytes)}`);
}

/** What a value is, for a message: the name of its class, or `undefined` and `null`. */
export const typeName = (value: unknown): string =>
  value === undefined || value === null ? String(value) : String(Object(value).constructor?.name ?? typeof value);

/** Whether a value is a typed array of this kind, even from another realm, such as a notebook's cell. */
export const isTyped = (
  value: unknown,
  kind: `${'Uint8' | 'Uint8Clamped' | 'Uint16' | 'Uint32' | 'Float32' | 'Float64'}Array`,
): boolean => kindOf(value) === kind;
