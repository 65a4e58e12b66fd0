/**
 * What the value of a setting may be. Each function returns one that reads a text, or says what was expected instead.
 */
import { listChoices } from '../../src/common/checks';
import { MAX_CHANNELS, MAX_HIDDEN, MAX_LAYERS } from '../../src/common/layers';

export interface Read<V> {
  (text: string): V;
  /** The values that there are, if they are words. */
  readonly choices?: readonly V[];
}

export type Value = string | number | boolean;

/** An option of the command line. */
export interface Option {
  flags: string;
  /** Its line in the help. */
  help: string;
  /** Reads and checks a value; missing for a switch, which is off, or on if its flag begins with `--no-`. */
  read?: Read<string | number>;
  /** What is read where the option is not given, as the help shows it. */
  default?: string;
  /** It means nothing for the ANN. */
  spiking?: true;
  /** It is for images alone, and the networks that read them; or for all that is made of MNIST's files. */
  images?: true;
  files?: true;
  /**
   * A checkpoint has it even while it has its default; the others are left out then.
   */
  always?: true;
}

/** An option that is a setting of the run: what comes out depends on it, unless it is said here that it does not. */
export interface Setting extends Option {
  /** A resumed run may have another. */
  changeable?: true;
  /** The map has no column for it. */
  column?: false;
  /** What checkpoints call it, if not by its name. */
  record?: string;
  /** What the map says of a run without the option, if it has no default. */
  without?: number;
  /** What figures put before a number. */
  label?: string;
  /** How figures write a value; a value that is not here stands for itself. */
  words?: Readonly<Record<string, string>>;
  /** Heads its column on the page of the map, if not its label, the word for `true`, or its name. */
  heading?: string;
}

/** `-N` and `--epoch` of `-N, --epoch <N>` */
export function splitFlags(flags: string): string[] {
  return flags.replace(/ <.*/, '').split(', ');
}

/** A whole number in decimal digits. */
export function whole(least: number, most: number): Read<number> {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?\d+$/.test(text) && value >= least && value <= most) return value;
    throw new RangeError(`expected a whole number from ${least} to ${most}, found ${text}`);
  };
}

/** A decimal number. */
export function decimal(expected: string, isIn: (value: number) => boolean): Read<number> {
  return (text) => {
    const value = Number(text);
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && isIn(value)) return value;
    throw new RangeError(`expected ${expected}, found ${text}`);
  };
}

// float32 knows no smaller step that would change a weight, and no larger one.
export const learningRate = decimal('a number from 1e-9 to 1e38', (value) => value >= 1e-9 && value <= 1e38);
// In float32. A larger time constant keeps every neuron silent in the longest presentation.
export const tau = decimal('a number above 1, at most 1000000', (value) => Math.fround(value) > 1 && value <= 1e6);
// Such that float32 also knows the derivative at the threshold, and its square.
export const alpha = decimal('a number from 1e-6 to 1e6', (value) => value >= 1e-6 && value <= 1e6);

export const rate = decimal('a number from 0 to 1', (value) => value >= 0 && value <= 1);

export function oneOf<const V extends string>(...values: V[]): Read<V> {
  const read = (text: string) => {
    const value = values.find((candidate) => candidate === text);
    if (value !== undefined) return value;
    throw new RangeError(`expected ${listChoices(values)}, found ${text}`);
  };
  return Object.assign(read, { choices: values });
}

/** A value, or several of layers, as a text such as 12_24, which fits into a table. */
export const listOf =
  (one: Read<number>, expected: string): Read<number | string> =>
  (text) => {
    const all = text.split(',').length > 1 ? text.split(',') : text.split('_');
    const values = all.map((value) => tryRead(one, value));
    if (values.every((value) => value !== undefined) && values.length <= MAX_LAYERS)
      return values.length > 1 ? values.join('_') : (values[0] as number);
    throw new RangeError(`expected ${expected}, found ${text}`);
  };

/** What a reader expects, in its own words: `a whole number from 1 to 64`. */
export function expectation(read: Read<unknown>): string {
  try {
    read('');
  } catch (error) {
    return (error as Error).message.replace(/^expected |, found .*/g, '');
  }
  return 'a value';
}

/** What a reader makes of a text; undefined if it refuses it. */
export function tryRead<V>(read: Read<V>, text: string): V | undefined {
  try {
    return read(text);
  } catch {
    return undefined;
  }
}

/** The widths of hidden layers: a number, or several as a text such as 100-50, which fits into a table. */
export const widths: Read<number | string> = (text) => {
  const all = text.split(/[,-]/).map((width) => tryRead(whole(1, MAX_HIDDEN), width));
  if (all.every((width) => width !== undefined) && all.length < MAX_LAYERS)
    return all.length > 1 ? all.join('-') : all[0];
  throw new RangeError(`expected a whole number from 1 to ${MAX_HIDDEN}, or several such as 100,50, found ${text}`);
};

export const channels = listOf(
  whole(1, MAX_CHANNELS),
  `a whole number from 1 to ${MAX_CHANNELS}, or several such as 12,24`,
);
export const gains = listOf(alpha, 'a number from 1e-6 to 1e6, or one for each layer such as 6,12,1');
