/**
 * Options as data. An entry says what an option may be, its default, and a line about it; the type, the check with its
 * message, the shortest form and the texts of programs follow from the entry.
 */
import {
  checkChoice,
  checkNumber,
  checkObject,
  checkSwitch,
  checkWhole,
  formatValue,
  listChoices,
} from '../../../src/common/checks';

/** Which runs have an option: all of them, unless this says otherwise. */
export interface Has {
  /** Not those of the ANN. */
  ann?: false;
  /** Those of images alone, or of all that is made of MNIST's files. */
  images?: true;
  files?: true;
  /** Those of these engines alone. */
  engines?: readonly string[];
}

/** What an entry says beside the values. */
export interface About {
  /** A line for the help. */
  doc: string;
  /** What it means to leave the option out. An option without one is not there then, unless it is required. */
  default?: unknown;
  required?: true;
  has?: Has;
  /** Of the same group, the option without which this one means nothing. */
  needs?: string;
  /** Of an option that some engines do not have: what to do with those. */
  instead?: string;
  /** Of a group whose options, where they are left out, are those of another one and not their defaults. */
  inherits?: true;
  /** What figures put before a number. */
  label?: string;
  /** How figures write a value; one that is not here stands for itself. */
  words?: Readonly<Record<string, string>>;
  /** Heads its column on the page of the map, if not its label or its name. */
  heading?: string;
}

/** An option with one value. */
export interface Leaf<V = unknown, A extends About = About> {
  readonly kind: 'leaf';
  readonly about: A;
  /** The values that there are, if they are words or a switch. */
  readonly choices?: readonly V[];
  /** @throws RangeError that names the option, unless it may have this value */
  readonly check: (name: string, value: unknown) => void;
}

/** Options by name. */
export interface Group<F extends Fields = Fields, A extends About = About> {
  readonly kind: 'group';
  readonly about: A;
  readonly fields: F;
  /** What defaults depend on another option of the group. */
  readonly usual?: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

export interface List<N extends Entry = Entry, A extends About = About> {
  readonly kind: 'list';
  readonly about: A;
  readonly of: N;
  /** How many there may be; there is at least one. */
  readonly most: number;
}

/** One value, or else a list or a group. */
export interface Either<L extends Leaf = Leaf, N extends Group | List = Group | List, A extends About = About> {
  readonly kind: 'either';
  readonly about: A;
  readonly leaf: L;
  readonly other: N;
}

export type Entry = Leaf | Group | List | Either;
export type Fields = { readonly [name: string]: Entry };

/** The type of what an entry describes, with its defaults filled in. */
export type Infer<E> =
  E extends Leaf<infer V>
    ? V
    : E extends Group<infer F>
      ? InferFields<F>
      : E extends List<infer N>
        ? readonly Infer<N>[]
        : E extends Either<infer L, infer N>
          ? Infer<L> | Infer<N>
          : never;

/** The names of the options that are always there. */
type Sure<F> = {
  [N in keyof F]: F[N] extends { about: { default: unknown } | { required: true } } ? N : never;
}[keyof F];

type InferFields<F> = { -readonly [N in keyof F as N extends Sure<F> ? N : never]: Infer<F[N]> } & {
  -readonly [N in keyof F as N extends Sure<F> ? never : N]?: Infer<F[N]>;
};

/** What may be given for it: each option may be left out. */
export type Given<E> =
  E extends Leaf<infer V>
    ? V
    : E extends Group<infer F>
      ? { readonly [N in keyof F]?: Given<F[N]> }
      : E extends List<infer N>
        ? readonly Given<N>[]
        : E extends Either<infer L, infer N>
          ? Given<L> | Given<N>
          : never;

const leaf = <V, const A extends About>(about: A, check: Leaf['check'], choices?: readonly V[]): Leaf<V, A> => ({
  kind: 'leaf',
  about,
  check,
  choices,
});

/** A finite number above a bound, in float32. */
export const number = <const A extends About>(about: A, above?: number) =>
  leaf<number, A>(about, (name, value) => checkNumber(name, value as number, above));

/** A number of a range, its ends included. */
export const between = <const A extends About>(from: number, to: number, about: A) =>
  leaf<number, A>(about, (name, value) => {
    if (typeof value === 'number' && value >= from && value <= to) return;
    throw new RangeError(`${name}: expected a number from ${from} to ${to}, found ${formatValue(value)}`);
  });

export const whole = <const A extends About>(from: number, to: number, about: A) =>
  leaf<number, A>(about, (name, value) => void checkWhole(name, value as number, from, to));

export const oneOf = <const V extends string, const A extends About>(choices: readonly V[], about: A) =>
  leaf<V, A>(about, (name, value) => checkChoice(name, value, choices), choices);

/** A text of this form. @param expected what messages call it */
export const text = <const A extends About>(expected: string, form: RegExp, about: A) =>
  leaf<string, A>(about, (name, value) => {
    if (typeof value === 'string' && form.test(value)) return;
    throw new RangeError(`${name}: expected ${expected}, found ${formatValue(value)}`);
  });

export const toggle = <const A extends About>(about: A) =>
  leaf<boolean, A>(about, (name, value) => checkSwitch(name, value as boolean), [false, true]);

/** The same, or one value more. */
export const or = <const W, V, A extends About>(also: W, { about, check, choices }: Leaf<V, A>) =>
  leaf<V | W, A>(
    about,
    (name, value) => {
      if (value === also) return;
      try {
        check(name, value);
      } catch (error) {
        throw new RangeError((error as Error).message.replace(/, found /, `, or ${also}$&`));
      }
    },
    choices,
  );

export const group = <F extends Fields, const A extends About>(
  about: A,
  fields: F,
  usual?: Group['usual'],
): Group<F, A> => {
  return { kind: 'group', about, fields, usual };
};

export const list = <N extends Entry, const A extends About>(most: number, of: N, about: A): List<N, A> => {
  return { kind: 'list', about, of, most };
};

export const either = <L extends Leaf, N extends Group | List, const A extends About>(leaf: L, other: N, about: A) =>
  ({ kind: 'either', about, leaf, other }) as Either<L, N, A>;

/** What a leaf expects, as its message says it: `a whole number from 1 to 64`. */
export function expectation({ check }: Leaf): string {
  try {
    check('', Symbol.iterator);
  } catch (error) {
    return (error as Error).message.replace(/^: expected |, found .*/g, '');
  }
  return 'a value';
}

/** Which of the two forms a value has. */
export const formOf = ({ leaf, other }: Either, value: unknown): Leaf | Group | List =>
  typeof value === 'object' && value !== null ? other : leaf;

/** The names of a group's options. */
export const namesOf = <F extends Fields>({ fields }: Group<F>) => Object.keys(fields) as (keyof F & string)[];

/**
 * Checks all that was given, but not that what is required is there.
 * @param name how messages begin
 * @throws RangeError or TypeError in one line that names the option and its place, what was expected and what was found
 */
export function check(entry: Entry, value: unknown, name: string): void {
  if (entry.kind === 'leaf') entry.check(name, value);
  else if (entry.kind === 'either') check(formOf(entry, value), value, name);
  else if (entry.kind === 'list') {
    if (!Array.isArray(value)) throw new RangeError(`${name}: expected a list, found ${formatValue(value)}`);
    checkWhole(`length of ${name}`, value.length, 1, entry.most);
    // Array.from makes an entry of a hole.
    for (const [i, one] of Array.from(value).entries()) check(entry.of, one, `${name}.${i}`);
  } else {
    checkObject(name, value, 'an object');
    for (const [option, own] of Object.entries(value as object)) {
      const place = name === '' ? option : `${name}.${option}`;
      if (!Object.hasOwn(entry.fields, option)) throw unknownOption(entry, place, option);
      if (own !== undefined) check(entry.fields[option], own, place);
    }
  }
}

/** What is thrown for an option that a group has not. */
export const unknownOption = (entry: Group, place: string, option: string): RangeError =>
  new RangeError(`${place}: expected ${listChoices(namesOf(entry))}, found the option ${formatValue(option)}`);

/** The defaults of a group's options, as far as they do not depend on others. */
export const defaultsOf = <F extends Fields>({ fields }: Group<F>): InferFields<F> =>
  Object.fromEntries(Object.entries(fields).map(([name, { about }]) => [name, about.default])) as InferFields<F>;

/**
 * The shortest form of a value: without what is the default, and its options in the order of their entries; undefined
 * if nothing is left.
 */
export function shorten(entry: Entry, value: unknown, usual = entry.about.default): unknown {
  if (value === undefined || isSame(value, usual)) return undefined;
  const own = entry.kind === 'either' ? formOf(entry, value) : entry;
  if (own.kind === 'group') {
    const inherited = own.about.inherits && (usual as Record<string, unknown> | undefined);
    const short = shortenGroup(own, value as Record<string, unknown>, inherited);
    // A value with its own defaults in place of another one that would be inherited.
    return short ?? (isSame(usual, entry.about.default) ? undefined : {});
  }
  if (own.kind === 'leaf' || own.of.kind === 'leaf') return value;
  return (value as unknown[]).map((one) => shorten(own.of, one) ?? {});
}

/** The same of a group whose defaults are not those of its entries. */
export function shortenGroup(
  { fields, usual }: Group,
  given: Readonly<Record<string, unknown>>,
  defaults = usual?.(given) ?? {},
): Record<string, unknown> | undefined {
  const options = Object.entries(fields).map(([name, field]) => [name, shorten(field, given[name], defaults[name])]);
  const changed = options.filter(([, option]) => option !== undefined);
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}

/** Whether two values are alike, whatever the order of their options. */
export function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b || Object.is(a, b);
  const [one, other] = [a, b].map((value) => Object.entries(value).filter(([, own]) => own !== undefined));
  const known = new Map(other);
  return one.length === other.length && one.every(([name, own]) => known.has(name) && isSame(own, known.get(name)));
}

/** The value of a leaf. */
export type Value = string | number | boolean | null;

/**
 * A value as a flat table: `layers.0.neurons` and so on, each with its leaf. An empty group, such as the last layer
 * mostly is, has the text '{}'.
 */
export function flatten(value: unknown, path = ''): Record<string, Value> {
  if (typeof value !== 'object' || value === null) return value === undefined ? {} : { [path]: value as Value };
  const own = Object.entries(value).filter(([, one]) => one !== undefined);
  if (own.length === 0) return path === '' ? {} : { [path]: '{}' };
  return Object.assign({}, ...own.map(([key, one]) => flatten(one, path === '' ? key : `${path}.${key}`)));
}
