/**
 * Short names of a run's options, for the command line, the map and pages. A name stands for an option at a path of the
 * document or shared by all layers; other options are set by path, such as `engine.layers.0.delay.most`.
 */
import { formatValue } from '../../src/common/checks';
import { SURROGATES, type SurrogateName } from '../../src/common/surrogates';
import { ENGINE } from '../networks/options/engine';
import { LAYER, type LayerOptions, MAX_LAYERS, type ResolvedLayer } from '../networks/options/layers';
import { NEURON } from '../networks/options/neuron-options';
import {
  type About,
  expectation,
  type Fields,
  type Has,
  type Infer,
  isSame,
  type Leaf,
  oneOf,
  or,
  toggle,
} from '../networks/options/schema';
import type { DatasetName } from '../networks/spike-trains';
import {
  flatten,
  formatRun,
  isMade,
  isOwn,
  isSameRun,
  layersIn,
  layersOfRun,
  MOST_IMAGES,
  NAMED_DATA,
  obstacleTo,
  type ResolvedRun,
  RUN,
  type RunDocument,
  readRun,
  setPath,
  type Value,
  whyMeaningless,
} from './document';

/** An option with a short name. */
export interface Option<V = unknown> {
  readonly about: About;
  /** Allowed values of words and switches. */
  readonly choices?: readonly V[];
  /** Allowed values, for messages. */
  readonly expected: string;
  /** Placeholder of the value in help; a number by default. */
  readonly placeholder?: string;
  /** Parses a word of the command line or of a form. @throws RangeError that begins with this name */
  readonly read: (text: string, name: string) => V;
}

export interface Shorthand<V = Value, Lacking extends null = null> extends Option<V> {
  /** The value in a run that has the option. */
  readonly get: (run: ResolvedRun) => V | Lacking;
  /** Returns a copy of the document with this value; `readRun` checks the result. */
  readonly set: (run: RunDocument, value: V) => RunDocument;
}

/** Parses a number, true, false or null; other text stays a string. */
export function readWord(text: string): Value {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : text;
}

/** The value at a path of a run. */
const valueAt = (run: object, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], run);

/** An option described by an entry of the tables. */
export const ofEntry = <V>(leaf: Leaf<V>, has = leaf.about.has): Option<V> => ({
  about: { ...leaf.about, has },
  choices: leaf.choices,
  expected: expectation(leaf),
  read: (text: string, name: string) => {
    const value = readWord(text);
    leaf.check(name, value);
    return value as V;
  },
});

/** The option at a path. */
function at<V, L extends null = never>(path: string, leaf: Leaf<V>, has = leaf.about.has): Shorthand<V, L> {
  return {
    ...ofEntry(leaf, has),
    get: (run) => valueAt(run, path) as V,
    set: (run, value) => setPath(run, path, value),
  };
}

type Leaves<F extends Fields> = { [N in keyof F]: F[N] extends Leaf ? N : never }[keyof F];
type Lacks<E> = E extends { about: { has: object } } ? null : never;

/** The options of a group, by their own names. */
function namesIn<F extends Fields, const H extends Has | undefined = undefined>(path: string, fields: F, has?: H) {
  const leaves = Object.entries(fields).flatMap(([name, entry]) =>
    entry.kind === 'leaf'
      ? [[name, at(`${path}.${name}`, entry, (entry.about.has || has) && { ...has, ...entry.about.has })]]
      : [],
  );
  return Object.fromEntries(leaves) as unknown as {
    readonly [N in Leaves<F>]: Shorthand<Infer<F[N]>, H extends object ? null : Lacks<F[N]>>;
  };
}

const SPIKING = { ann: false } as const;

/** The dense hidden layers. */
const isDense = (layer: LayerOptions, i: number, all: readonly LayerOptions[]) => !layer.convolve && i < all.length - 1;

/** Joins numbers of layers: 96, or 100-50; 0 for no layer. */
const joined = (numbers: readonly number[]): number | string =>
  numbers.length > 1 ? numbers.join('-') : (numbers[0] ?? 0);

/** Splits numbers at dashes, except for a minus in an exponent. */
const betweenDashes = (text: string): string[] => text.split(/(?<!e)-/i);

/**
 * An option with one number per layer.
 * @param several describes a list in messages
 * @param none the value for no such layer, if that is possible
 */
function perLayer(
  about: About,
  leaf: Leaf,
  several: string,
  none: number | undefined,
  get: (run: ResolvedRun) => readonly number[],
  set: (run: RunDocument, numbers: readonly number[]) => RunDocument,
): Shorthand<number | string> {
  const expected = `${expectation(leaf)}, or ${several}${none === undefined ? '' : `, or ${none}`}`;
  return {
    about,
    expected,
    read: (text, name) => {
      if (text === String(none)) return Number(text);
      const numbers = (text.includes(',') ? text.split(',') : betweenDashes(text)).map(readWord);
      try {
        for (const number of numbers) leaf.check(name, number);
        if (numbers.length <= MAX_LAYERS) return joined(numbers as number[]);
      } catch {
        // The error below shows the whole list.
      }
      throw new RangeError(`${name}: expected ${expected}, found ${formatValue(text)}`);
    },
    get: (run) => joined(get(run)),
    set: (run, value) => set(run, value === none ? [] : betweenDashes(String(value)).map(Number)),
  };
}

/** An option of every layer; if layers differ, their values are joined by dashes. */
function ofLayers<V extends Value>(
  option: keyof LayerOptions,
  entry: Option<V>,
  get: (layer: ResolvedLayer) => V,
  make: (value: V) => unknown,
  has: typeof isDense = () => true,
): Shorthand<V> {
  return {
    ...entry,
    get: (run) => {
      const layers = layersOfRun(run);
      const [first = get(layers[layers.length - 1]), ...others] = new Set(layers.filter(has).map(get));
      return others.length > 0 ? ([first, ...others].join('-') as V) : first;
    },
    set: (run, value) => {
      const layers = layersIn(run);
      const made = make(value);
      if (made !== undefined && !layers.some(has))
        throw new RangeError(`${option}: expected a hidden layer, found none`);
      const changed = layers.map((layer, i, all) => {
        const { [option]: _, ...others } = layer;
        return !has(layer, i, all) ? layer : made === undefined ? others : { ...others, [option]: made };
      });
      return setPath(run, 'engine.layers', changed);
    },
  };
}

/** Options that a new layer copies from an existing one. */
const inherited = ({ neurons, neuron, convolve, norm, pool, recurrent, ...others }: LayerOptions): LayerOptions =>
  others;

const { name: surrogate, alpha } = NEURON.fields.surrogateFunction.fields;
const LEARNT = { none: undefined, layer: 'tau', neuron: 'tau of each neuron' } as const;
type Learnt = keyof typeof LEARNT;
const LEARNT_NAMES = Object.keys(LEARNT) as Learnt[];

const surrogateOf = (run: RunDocument) => run.engine?.neuron?.surrogateFunction?.name ?? surrogate.about.default;

const ALL = {
  ...namesIn('engine.neuron', NEURON.fields, SPIKING),
  ...namesIn('engine', ENGINE.fields),
  ...namesIn('train', RUN.fields.train.fields),
  dataset: {
    ...at('data', NAMED_DATA),
    get: ({ data }) => (isOwn(data) ? null : data),
  } as Shorthand<DatasetName, null>,
  network: {
    ...ofEntry(
      oneOf(['snn', 'ann'], {
        doc: 'snn, or ann: the network of chapter 1, for which options of neurons, spikes and engines mean nothing',
        default: 'snn',
        words: { snn: 'SNN', ann: 'ANN' },
      }),
    ),
    get: ({ engine }) => (engine.name === 'ann' ? 'ann' : 'snn'),
    set: (run, value) => {
      if (value === 'ann') return setPath(run, 'engine.name', 'ann');
      return run.engine?.name === 'ann' ? setPath(run, 'engine.name', undefined) : run;
    },
  } as Shorthand<'snn' | 'ann', never>,
  engine: {
    ...at(
      'engine.name',
      oneOf(['event', 'tfjs'], { doc: 'event (fast) or tfjs (readable)', default: 'event', has: SPIKING }),
    ),
    set: (run, value) => {
      const why = whyMeaningless(SPIKING, { name: run.engine?.name });
      if (why) throw new RangeError(`engine: ${why}`);
      return setPath(run, 'engine.name', value);
    },
  } as Shorthand<'event' | 'tfjs'>,
  surrogate: {
    ...at('engine.neuron.surrogateFunction.name', surrogate, SPIKING),
    // Each surrogate has its own default alpha, so the previous surrogate's is dropped.
    set: (run, name) => (name === surrogateOf(run) ? run : setPath(run, 'engine.neuron.surrogateFunction', { name })),
  } as Shorthand<SurrogateName>,
  alpha: {
    ...at('engine.neuron.surrogateFunction.alpha', alpha, SPIKING),
    set: (run, value) => setPath(run, 'engine.neuron.surrogateFunction', { name: surrogateOf(run), alpha: value }),
  } as Shorthand<number>,
  softReset: {
    ...ofEntry(
      toggle({
        doc: 'subtract the threshold after a spike, and do not set the potential to 0',
        has: SPIKING,
        words: { true: 'soft reset', false: 'hard reset' },
      }),
    ),
    get: (run) => valueAt(run, 'engine.neuron.vReset') === null,
    set: (run, value) => setPath(run, 'engine.neuron.vReset', value ? null : undefined),
  } as Shorthand<boolean>,
  hidden: perLayer(
    {
      doc: 'neurons of a hidden layer, or of several, from the inputs on, such as 100,50 (default: none)',
      has: SPIKING,
      label: 'hidden',
      words: { 0: 'no hidden layer' },
      heading: 'hidden neurons',
    },
    LAYER.fields.neurons,
    'several such as 100,50',
    0,
    (run) =>
      layersOfRun(run)
        .filter(isDense)
        .map((layer) => layer.neurons),
    (run, numbers) => {
      const layers = layersIn(run);
      const last = layers[layers.length - 1];
      const dense = layers.filter(isDense);
      const hidden = numbers.map((count, i) => ({ ...(dense[i] ?? dense.at(-1) ?? inherited(last)), neurons: count }));
      return setPath(run, 'engine.layers', [...layers.filter((layer) => layer.convolve), ...hidden, last]);
    },
  ),
  convolve: perLayer(
    {
      doc: 'channels of a layer that convolves, or of several, before the hidden ones, such as 12,24: kernels of 5 × 5, and the mean of the spikes of each 2 × 2 neurons (default: none)',
      has: { ann: false, images: true },
      label: 'convolved',
      words: { 0: 'no convolution' },
      heading: 'channels that convolve',
    },
    LAYER.fields.convolve.fields.channels,
    'several such as 12,24',
    0,
    (run) => layersOfRun(run).flatMap(({ convolve }) => convolve?.channels ?? []),
    (run, numbers) => {
      const layers = layersIn(run);
      const others = layers.filter((layer) => !layer.convolve);
      const before = layers.filter((layer) => layer.convolve);
      const convolved = numbers.map((channels, i) => {
        // The number of neurons follows from the number of channels.
        const { neurons: _, ...layer } = before[i] ?? { pool: 'spikes', ...inherited(others[others.length - 1]) };
        return { ...layer, convolve: { kernel: 5, ...layer.convolve, channels } };
      });
      return setPath(run, 'engine.layers', [...convolved, ...others]);
    },
  ),
  gain: perLayer(
    ENGINE.fields.gain.about,
    ENGINE.fields.gain.leaf,
    'one for each layer such as 6,12,1',
    undefined,
    (run) => [valueAt(run, 'engine.gain') as number | number[]].flat(),
    (run, numbers) => setPath(run, 'engine.gain', numbers.length === 1 ? numbers[0] : numbers),
  ),
  trainImages: {
    ...at('train.images', RUN.fields.train.fields.images),
    // The number of samples of other data is not part of a run.
    get: ({ data, train }) => train.images ?? (isMade(data) ? null : MOST_IMAGES),
  } as Shorthand<number, null>,
  synapseTau: ofLayers<number>(
    'synapse',
    ofEntry<number>({
      ...or(0, LAYER.fields.synapse.fields.tau),
      about: {
        doc: 'time constant in steps of currents that last, in all layers (default: they do not)',
        has: SPIKING,
        label: 'currents fade with τ',
        words: { 0: 'currents of one step' },
      },
    }),
    (layer) => layer.synapse?.tau ?? 0,
    (tau) => (tau ? { tau } : undefined),
  ),
  recurrent: ofLayers<boolean>(
    'recurrent',
    ofEntry(
      toggle({
        doc: "give the neurons of each hidden layer each other's spikes of the step before",
        has: SPIKING,
        words: { true: 'recurrent', false: 'not recurrent' },
      }),
    ),
    (layer) => layer.recurrent,
    (value) => value || undefined,
    isDense,
  ),
  learnTau: ofLayers<Learnt>(
    'learn',
    ofEntry(
      oneOf(LEARNT_NAMES, {
        doc: "learn the neurons' time constants, from tau on: one for each layer, or for each neuron; or none",
        default: 'none',
        has: SPIKING,
        words: { none: 'τ not learnt', layer: 'τ of each layer learnt', neuron: 'τ of each neuron learnt' },
        heading: 'learnt τ',
      }),
    ),
    ({ learn }) => LEARNT_NAMES.find((name) => LEARNT[name] === learn) ?? 'none',
    (value) => LEARNT[value],
  ),
} as const;

type All = typeof ALL;
/** `trainImages` and `softReset` stand for `images` and `vReset`. */
export type Name = Exclude<keyof All, 'images' | 'vReset'>;
export type ValueOf<N extends Name> = N extends Name
  ? All[N] extends Shorthand<infer V, infer L>
    ? V | L
    : never
  : never;
export type SettingName = Exclude<Name, 'engine'>;

/** The values of a run by name; null for an option that does not apply. */
export type Settings = { readonly [N in SettingName]: ValueOf<N> };

/** The switches of the neurons. */
const SWITCHES = (Object.keys(NEURON.fields) as (keyof typeof NEURON.fields)[])
  .filter((name) => typeof NEURON.fields[name].about.default === 'boolean')
  .reverse() as Extract<Name, keyof typeof NEURON.fields>[];

/** Options that figures, pages and tables name first, in this order. */
const FIRST: readonly Name[] = [
  ...(['dataset', 'network', 'hidden', 'loss', 'surrogate', 'alpha', ...SWITCHES, 'softReset'] as const),
  ...(['encoder', 'reset', 'tau', 'T', 'batchSize', 'learningRate', 'trainImages', 'seed', 'epochs'] as const),
  ...(['convolve', 'gain', 'schedule', 'shift', 'readout', 'synapseTau', 'recurrent', 'learnTau'] as const),
];

const ORIGINAL_FLAGS: { readonly [N in Name]?: string } = {
  batchSize: '-b, --batch-size <B>',
  T: '-T, --timesteps <T>',
  learningRate: '--lr, --learning-rate <LR>',
  tau: '--tau <TAU>',
  epochs: '-N, --epoch <N>',
};

/** `--train-images <N>` or `--loss <NAME>`; `--soft-reset` or `--no-decay-input` for a switch. */
export function flagOf(name: string, { about, choices, placeholder = choices ? 'NAME' : 'N' }: Option): string {
  const kebab = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const isSwitch = choices?.some((choice) => typeof choice === 'boolean');
  return isSwitch ? `--${about.default ? 'no-' : ''}${kebab}` : `--${kebab} <${placeholder}>`;
}

export const SHORTHANDS: { readonly [N in Name]: Shorthand<ValueOf<N>> } = ALL as never;

/** The options of the command line that have a name: the original's, and those that chapters use. */
export const FLAGS: { readonly [N in Name]?: string } = {
  ...ORIGINAL_FLAGS,
  ...Object.fromEntries(
    [...FIRST, 'engine' as const]
      .filter((name) => name !== 'reset' && !(name in ORIGINAL_FLAGS))
      .map((name) => [name, flagOf(name, SHORTHANDS[name] as Option)]),
  ),
};

const HIDDEN_NAMES: readonly string[] = ['images', 'vReset', 'engine'];

/** All names except `engine`, which has no effect on results. */
export const NAMES = [...new Set([...FIRST, ...(Object.keys(ALL) as Name[])])].filter(
  (name) => !HIDDEN_NAMES.includes(name),
) as SettingName[];

/** Why an option does not apply to a run; undefined if it does. */
export function whyLacking(name: Name, { data, engine }: RunDocument): string | undefined {
  const kind = obstacleTo(SHORTHANDS[name].about.has, { data, name: engine?.name });
  return kind && `${kind === 'ann' ? 'an ANN' : RUN.fields.data.about.words[kind]} has none`;
}

/** The value of an option; null if it does not apply. */
export function valueIn<N extends Name>(run: ResolvedRun, name: N): ValueOf<N> {
  return (whyLacking(name, run as RunDocument) ? null : SHORTHANDS[name].get(run)) as ValueOf<N>;
}

/** All values of a run. */
export const settingsOf = (run: ResolvedRun): Settings =>
  Object.fromEntries(NAMES.map((name) => [name, valueIn(run, name)])) as unknown as Settings;

/** Returns a copy of a document with an option set; `readRun` checks the value. */
export const withValue = (run: RunDocument, name: Name, value: Value): RunDocument =>
  SHORTHANDS[name].set(run, value as never);

const STANDARD = readRun({});

/** Whether an option has its default or does not apply. */
export function isStandard(run: ResolvedRun, name: Name): boolean {
  const value = valueIn(run, name);
  const standard = name === 'alpha' ? SURROGATES[surrogateOf(run as RunDocument)].alpha : valueIn(STANDARD, name);
  return value === null || value === standard;
}

/** Whether a value is a number or a list such as 6-12-1, which needs a label. */
const isNumeric = (value: Value) => typeof value !== 'string' || /^[\d.e]+(-[\d.e]+)+$/i.test(value);

/**
 * A short label of a value for figures: 'τ 2', 'cross-entropy', 'no reset'.
 * @returns '' for an option that does not apply
 */
export function nameValue(name: Name, value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  const { words = {}, label = name } = SHORTHANDS[name].about;
  return words[String(value)] ?? (isNumeric(value) ? `${label} ${value}` : String(value));
}

/** Column heading of an option. */
export function headingOf(name: Name): string {
  const { heading, label, words } = SHORTHANDS[name].about;
  return heading ?? label ?? words?.true ?? name;
}

/** Describes a setting within a sentence: numbers follow their label, other values are words. */
export function tellSetting(name: Name, value: Value): string {
  const isCounted = value !== null && typeof value !== 'boolean' && isNumeric(value);
  const inWords = SHORTHANDS[name].about.words?.[String(value)];
  return isCounted && !inWords ? `${headingOf(name)} ${value}` : nameValue(name, value);
}

/** `-N` and `--epoch` of `-N, --epoch <N>` */
export const splitFlags = (flags: string): string[] => flags.replace(/ <.*/, '').split(', ');

/**
 * The shortest command-line arguments for a run: options where possible, `--set` for the rest.
 * @example
 * flagsOf(readRun({ engine: { neuron: { tau: 3 }, reset: false } })); // ['--tau', '3', '--set', 'engine.reset=false']
 */
export function flagsOf(run: RunDocument): string[] {
  const resolved = readRun(run);
  let named: RunDocument = {};
  const options = (Object.entries(FLAGS) as [Name, string][]).flatMap(([name, flags]) => {
    const value = valueIn(resolved, name) as Value;
    if (isStandard(resolved, name)) return [];
    try {
      SHORTHANDS[name].read(String(value), name);
      named = withValue(named, name, value);
    } catch {
      // Layers differ, so --set is needed.
      return [];
    }
    const [flag] = splitFlags(flags);
    return flags.includes('<') ? [flag, String(value)] : [flag];
  });
  const rest = changesBetween(named, formatRun(run)).flatMap(([path, value]) => [
    '--set',
    `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  return [...options, ...rest];
}

/** The paths and values that turn one run into another; whole groups if single paths are not enough. */
function changesBetween(from: RunDocument, to: RunDocument): [path: string, value: unknown][] {
  const before = flatten(from);
  const changed = Object.entries(flatten(to)).filter(([path, value]) => before[path] !== value && value !== '{}');
  try {
    const reached = changed.reduce((run, [path, value]) => setPath(run, path, value), from);
    if (isSameRun(reached, to)) return changed;
  } catch {
    // A path is missing in one run, or intermediate values are invalid.
  }
  const parts = (['data', 'engine', 'train'] as const).filter((part) => !isSame(from[part], to[part]));
  return parts.map((part) => [part, to[part] ?? {}]);
}

/** The same as text for a shell: `--tau 3 -T 50 -N 10`. */
export const formatFlags = (run: RunDocument): string =>
  flagsOf(run)
    .map((word) => (/^[\w.,=:/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
