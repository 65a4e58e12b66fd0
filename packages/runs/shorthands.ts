/**
 * The names under which the command line, the map and pages know the options of a run. A name stands for an option at a
 * path of the document, or for what all layers have in common. What has no name is called by its path:
 * `engine.layers.0.delay.most`.
 */
import { formatValue } from '../../src/common/checks';
import { ENGINE } from '../../src/common/engine';
import { LAYER, type LayerOptions, MAX_LAYERS, type ResolvedLayer } from '../../src/common/layers';
import { NEURON } from '../../src/common/neuron-options';
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
} from '../../src/common/schema';
import type { DatasetName } from '../../src/common/spike-trains';
import { SURROGATES, type SurrogateName } from '../../src/common/surrogates';
import {
  entryAt,
  flatten,
  formatRun,
  isSameRun,
  layersIn,
  MOST_IMAGES,
  obstacleTo,
  type ResolvedRun,
  RUN,
  type RunDocument,
  readRun,
  setPath,
  type Value,
} from './document';

export interface Shorthand<V = Value, Lacking extends null = null> {
  readonly about: About;
  /** The values that there are, if they are words or a switch. */
  readonly choices?: readonly V[];
  /** What it may be, for messages. */
  readonly expected: string;
  /** What a word of the command line or of a form means. @throws RangeError that begins with this name */
  readonly read: (text: string, name: string) => V;
  /** Its value in a run that has the option. */
  readonly get: (run: ResolvedRun) => V | Lacking;
  /** A copy of the document with this value; `readRun` checks it with all others. */
  readonly set: (run: RunDocument, value: V) => RunDocument;
  /** Its default in a run. */
  readonly standard: (run: ResolvedRun) => V;
}

/** A number, true, false or null, or else the text itself. */
export function readWord(text: string): Value {
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
  return text === 'true' ? true : text === 'false' ? false : text === 'null' ? null : text;
}

/** What stands at a path of a run. */
const valueAt = (run: object, path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], run);

/** How the value of an entry is written in a word. */
const inWords = <V>(leaf: Leaf<V>, has = leaf.about.has) => ({
  about: { ...leaf.about, has },
  choices: leaf.choices,
  expected: expectation(leaf),
  read: (text: string, name: string) => {
    const value = readWord(text);
    leaf.check(name, value);
    return value as V;
  },
});

function at<V, L extends null = never>(path: string, leaf: Leaf<V>, has = leaf.about.has): Shorthand<V, L> {
  return {
    ...inWords(leaf, has),
    get: (run) => valueAt(run, path) as V,
    set: (run, value) => setPath(run, path, value),
    standard: () => leaf.about.default as V,
  };
}

type Leaves<F extends Fields> = { [N in keyof F]: F[N] extends Leaf ? N : never }[keyof F];
type Lacks<E> = E extends { about: { has: object } } ? null : never;

/** The single options of a group, by their own names. */
function namesIn<F extends Fields, const H extends Has | undefined = undefined>(path: string, fields: F, has?: H) {
  const leaves = Object.entries(fields).flatMap(([name, entry]) =>
    entry.kind === 'leaf' ? [[name, at(`${path}.${name}`, entry, entry.about.has ?? has)]] : [],
  );
  return Object.fromEntries(leaves) as unknown as {
    readonly [N in Leaves<F>]: Shorthand<Infer<F[N]>, H extends object ? null : Lacks<F[N]>>;
  };
}

const SPIKING = { ann: false } as const;

const withLayers = (run: RunDocument, layers: readonly LayerOptions[]): RunDocument =>
  setPath(run, 'engine.layers', layers);

/** The hidden layers that do not convolve, of all. */
const isDense = (layer: LayerOptions, i: number, all: readonly LayerOptions[]) => !layer.convolve && i < all.length - 1;

/** The value of layers that agree, or else all of them with a dash between. */
function agreed<V extends Value>(values: readonly V[], none: V): V | string {
  const different = new Set(values);
  return different.size > 1 ? values.join('-') : (values[0] ?? none);
}

/** Numbers of layers as one value: 96, or 100-50; 0 if there are none. */
const joined = (numbers: readonly number[]): number | string =>
  numbers.length > 1 ? numbers.join('-') : (numbers[0] ?? 0);

/** The numbers between dashes, as texts. A minus behind an e belongs to a number. */
const betweenDashes = (text: string): string[] => text.split(/(?<!e)-/i);

/** The numbers that such a value stands for. */
const split = (value: number | string): number[] =>
  String(value) === '0' ? [] : betweenDashes(String(value)).map(Number);

/** A number, or several with commas or dashes between them. @param several what may be in place of one number */
const inList = (leaf: Leaf, several: string, none?: number): Pick<Shorthand<number | string>, 'expected' | 'read'> => {
  const expected = `${expectation(leaf)}, or ${several}${none === undefined ? '' : `, or ${none}`}`;
  const read: Shorthand<number | string>['read'] = (text, name) => {
    if (none !== undefined && text === String(none)) return none;
    const numbers = (text.includes(',') ? text.split(',') : betweenDashes(text)).map(readWord);
    try {
      for (const number of numbers) leaf.check(name, number);
      if (numbers.length <= MAX_LAYERS) return joined(numbers as number[]);
    } catch {
      // What follows says it of the whole list.
    }
    throw new RangeError(`${name}: expected ${expected}, found ${formatValue(text)}`);
  };
  return { expected, read };
};

/** The same entry with 0 for none, and what there is to say of it in all layers. */
const orNone = (leaf: Leaf<number>, about: About) => inWords<number>({ ...or(0, leaf), about });

/** What all layers have, or all hidden ones. */
function ofLayers<V extends Value>(
  name: string,
  words: ReturnType<typeof inWords<V>>,
  none: V,
  get: (layer: ResolvedLayer) => V,
  set: (value: V, layer: LayerOptions) => LayerOptions,
  has: typeof isDense = () => true,
): Shorthand<V> {
  return {
    ...words,
    standard: () => none,
    get: ({ engine }) => (engine.name === 'ann' ? none : (agreed(engine.layers.filter(has).map(get), none) as V)),
    set: (run, value) => {
      const layers = layersIn(run);
      if (value !== none && !layers.some(has)) throw new RangeError(`${name}: expected a hidden layer, found none`);
      return withLayers(
        run,
        layers.map((layer, i, all) => (has(layer, i, all) ? set(value, layer) : layer)),
      );
    },
  };
}

/** The layer without an option, or with a new one. */
const withOption = (layer: LayerOptions, name: keyof LayerOptions, option: unknown): LayerOptions => {
  const { [name]: _, ...others } = layer;
  return option === undefined ? others : { ...others, [name]: option };
};

/** What a new layer has in common with those that are there. */
const alike = ({ synapse, delay, learn }: LayerOptions): LayerOptions => ({
  ...(synapse && { synapse }),
  ...(delay && { delay }),
  ...(learn && { learn }),
});

const { neurons, synapse, delay } = LAYER.fields;
const { channels } = LAYER.fields.convolve.fields;
const { name: surrogate, alpha } = NEURON.fields.surrogateFunction.fields;
const LEARNT = { none: undefined, layer: 'tau', neuron: 'tau of each neuron' } as const;
type Learnt = keyof typeof LEARNT;
const LEARNT_NAMES = Object.keys(LEARNT) as Learnt[];

const surrogateOf = (run: RunDocument) => run.engine?.neuron?.surrogateFunction?.name ?? surrogate.about.default;

const ALL = {
  ...namesIn('engine.neuron', NEURON.fields, SPIKING),
  ...namesIn('engine', ENGINE.fields),
  ...namesIn('train', RUN.fields.train.fields),
  dataset: at<DatasetName, never>('data', RUN.fields.data),
  network: {
    ...inWords(
      oneOf(['snn', 'ann'], {
        doc: 'snn, or ann: the network of chapter 1, for which options of neurons, spikes and engines mean nothing',
        default: 'snn',
        words: { snn: 'SNN', ann: 'ANN' },
      }),
    ),
    standard: () => 'snn',
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
      if (run.engine?.name !== 'ann') return setPath(run, 'engine.name', value);
      throw new RangeError(
        "engine: expected with a spiking network, found with engine.name 'ann'; leave it out, it means nothing for the ANN",
      );
    },
  } as Shorthand<'event' | 'tfjs'>,
  surrogate: {
    ...at('engine.neuron.surrogateFunction.name', surrogate, SPIKING),
    // Each has an alpha of its own: another one's does not stay.
    set: (run, name) => {
      const path = 'engine.neuron.surrogateFunction';
      return name === surrogateOf(run) ? setPath(run, `${path}.name`, name) : setPath(run, path, { name });
    },
  } as Shorthand<SurrogateName>,
  alpha: {
    ...at('engine.neuron.surrogateFunction.alpha', alpha, SPIKING),
    set: (run, value) => setPath(run, 'engine.neuron.surrogateFunction', { name: surrogateOf(run), alpha: value }),
    standard: (run) => SURROGATES[surrogateOf(run as RunDocument)].alpha,
  } as Shorthand<number>,
  softReset: {
    ...inWords(
      toggle({
        doc: 'subtract the threshold after a spike, and do not set the potential to 0',
        has: SPIKING,
        words: { true: 'soft reset', false: 'hard reset' },
      }),
    ),
    standard: () => false,
    get: ({ engine }) => engine.name !== 'ann' && engine.neuron.vReset === null,
    set: (run, value) => setPath(run, 'engine.neuron.vReset', value ? null : undefined),
  } as Shorthand<boolean>,
  hidden: {
    about: {
      doc: 'neurons of a hidden layer, or of several, from the inputs on, such as 100,50 (default: none)',
      has: SPIKING,
      label: 'hidden',
      words: { 0: 'no hidden layer' },
      heading: 'hidden neurons',
    },
    ...inList(neurons, 'several such as 100,50', 0),
    standard: () => 0,
    get: ({ engine }) =>
      engine.name === 'ann' ? 0 : joined(engine.layers.filter(isDense).map((layer) => layer.neurons)),
    set: (run, value) => {
      const layers = layersIn(run);
      const dense = layers.filter(isDense);
      const convolved = layers.filter((layer) => layer.convolve);
      const last = layers[layers.length - 1];
      const hidden = split(value).map((count, i) => ({ ...(dense[i] ?? dense.at(-1) ?? alike(last)), neurons: count }));
      return withLayers(run, [...convolved, ...hidden, last]);
    },
  } as Shorthand<number | string>,
  convolve: {
    about: {
      doc: 'channels of a layer that convolves, or of several, before the hidden ones, such as 12,24: kernels of 5 × 5, and the mean of the spikes of each 2 × 2 neurons (default: there is none)',
      has: { ann: false, images: true },
      label: 'convolved',
      words: { 0: 'no convolution' },
      heading: 'channels that convolve',
    },
    ...inList(channels, 'several such as 12,24', 0),
    standard: () => 0,
    get: ({ engine }) =>
      engine.name === 'ann' ? 0 : joined(engine.layers.flatMap(({ convolve }) => convolve?.channels ?? [])),
    set: (run, value) => {
      const layers = layersIn(run);
      const others = layers.filter((layer) => !layer.convolve);
      const before = layers.filter((layer) => layer.convolve);
      const convolved = split(value).map((count, i) => {
        // How many neurons there are follows from the channels.
        const { neurons: _, ...layer } = before[i] ?? { pool: 'spikes', ...alike(others[others.length - 1]) };
        return { ...layer, convolve: { kernel: 5, ...layer.convolve, channels: count } };
      });
      return withLayers(run, [...convolved, ...others]);
    },
  } as Shorthand<number | string>,
  gain: {
    about: { ...ENGINE.fields.gain.about },
    ...inList(ENGINE.fields.gain.leaf, 'one for each layer such as 6,12,1'),
    standard: () => 1,
    get: ({ engine }) => {
      if (engine.name === 'ann') return 1;
      return typeof engine.gain === 'number' ? engine.gain : joined(engine.gain);
    },
    set: (run, value) => setPath(run, 'engine.gain', typeof value === 'number' ? value : split(value)),
  } as Shorthand<number | string>,
  trainImages: {
    ...at('train.images', RUN.fields.train.fields.images),
    standard: () => MOST_IMAGES,
    get: ({ train }) => train.images ?? MOST_IMAGES,
  } as Shorthand<number>,
  synapseTau: ofLayers<number>(
    'synapseTau',
    orNone(synapse.fields.tau, {
      doc: 'time constant in steps of currents that last, in all layers (default: they do not)',
      has: SPIKING,
      label: 'currents fade with τ',
      words: { 0: 'currents of one step' },
    }),
    0,
    (layer) => layer.synapse?.tau ?? 0,
    (tau, layer) => withOption(layer, 'synapse', tau ? { tau } : undefined),
  ),
  recurrent: ofLayers<boolean>(
    'recurrent',
    inWords(
      toggle({
        doc: "give the neurons of each hidden layer each other's spikes of the step before",
        has: SPIKING,
        words: { true: 'recurrent', false: 'not recurrent' },
      }),
    ),
    false,
    (layer) => layer.recurrent,
    (value, layer) => withOption(layer, 'recurrent', value || undefined),
    isDense,
  ),
  learnTau: ofLayers<Learnt>(
    'learnTau',
    inWords(
      oneOf(LEARNT_NAMES, {
        doc: "learn the neurons' time constants, from tau on: one for each layer, or for each neuron; or none",
        default: 'none',
        has: SPIKING,
        words: { none: 'τ not learnt', layer: 'τ of each layer learnt', neuron: 'τ of each neuron learnt' },
        heading: 'learnt τ',
      }),
    ),
    'none',
    ({ learn }) => LEARNT_NAMES.find((name) => LEARNT[name] === learn) ?? 'none',
    (value, layer) => withOption(layer, 'learn', LEARNT[value]),
  ),
  delay: ofLayers<number>(
    'delay',
    orNone(delay.fields.most, {
      doc: 'delay what each connection sends, by up to so many steps (default: no delays)',
      has: SPIKING,
      label: 'delays up to',
      words: { 0: 'no delays' },
    }),
    0,
    (layer) => layer.delay?.most ?? 0,
    (most, layer) => withOption(layer, 'delay', most ? { ...layer.delay, most } : undefined),
  ),
  learnDelay: ofLayers<boolean>(
    'learnDelay',
    inWords(
      toggle({
        doc: 'learn the delays, too',
        has: SPIKING,
        words: { true: 'delays learnt', false: 'delays not learnt' },
      }),
    ),
    false,
    (layer) => layer.delay?.learn ?? false,
    (learn, layer) => withOption(layer, 'delay', layer.delay && { most: layer.delay.most, ...(learn && { learn }) }),
  ),
} as const;

type All = typeof ALL;
/** `images` and `vReset` are said by `trainImages` and `softReset`. */
export type Name = Exclude<keyof All, 'images' | 'vReset'>;
export type ValueOf<N extends Name> = All[N] extends Shorthand<infer V, infer L> ? V | L : never;

/** The values of a run by name; null where it has not the option. */
export type Settings = { readonly [N in Exclude<Name, 'engine'>]: ValueOf<N> };

/** The options of the command line that have a name: the original's, and those that chapters use. */
export const FLAGS: { readonly [N in Name]?: string } = {
  batchSize: '-b, --batch-size <B>',
  T: '-T, --timesteps <T>',
  learningRate: '--lr, --learning-rate <LR>',
  tau: '--tau <TAU>',
  epochs: '-N, --epoch <N>',
  dataset: '--dataset <NAME>',
  network: '--network <NETWORK>',
  engine: '--engine <ENGINE>',
  convolve: '--convolve <C>',
  hidden: '--hidden <N>',
  gain: '--gain <G>',
  schedule: '--schedule <NAME>',
  shift: '--shift <N>',
  seed: '--seed <SEED>',
  trainImages: '--train-images <N>',
  surrogate: '--surrogate <NAME>',
  alpha: '--alpha <ALPHA>',
  detachReset: '--detach-reset',
  decayInput: '--no-decay-input',
  softReset: '--soft-reset',
  loss: '--loss <NAME>',
  encoder: '--encoder <NAME>',
  readout: '--readout <NAME>',
  synapseTau: '--synapse-tau <TAU>',
  recurrent: '--recurrent',
  learnTau: '--learn-tau <WHICH>',
};

/** The order in which figures, pages and tables name options; others follow. */
const FIRST: readonly Name[] = [
  ...([
    'dataset',
    'network',
    'hidden',
    'loss',
    'surrogate',
    'alpha',
    'detachReset',
    'decayInput',
    'softReset',
  ] as const),
  ...(['encoder', 'reset', 'tau', 'T', 'batchSize', 'learningRate', 'trainImages', 'seed', 'epochs'] as const),
  ...(['convolve', 'gain', 'schedule', 'shift', 'readout', 'synapseTau', 'recurrent', 'learnTau'] as const),
];
const HIDDEN_NAMES: readonly string[] = ['images', 'vReset', 'engine'];

/** All names but `engine`, which changes no figure. */
export const NAMES = [...new Set([...FIRST, ...(Object.keys(ALL) as Name[])])].filter(
  (name) => !HIDDEN_NAMES.includes(name),
) as Exclude<Name, 'engine'>[];

export const SHORTHANDS: { readonly [N in Name]: Shorthand<ValueOf<N>> } = ALL as never;

const known = (name: string): Shorthand | undefined =>
  Object.hasOwn(ALL, name) ? (SHORTHANDS[name as Name] as unknown as Shorthand) : undefined;

/** What is said of an option, by its name or its path. @throws RangeError if there is none */
export const aboutOf = (name: string): About => known(name)?.about ?? entryAt(name).about;

/** Why a run of this kind has not the option, in words; undefined if it has. */
export function whyLacking(name: string, { data, engine }: RunDocument): string | undefined {
  const kind = obstacleTo(aboutOf(name).has, { data, name: engine?.name });
  return kind && `${kind === 'ann' ? 'an ANN' : RUN.fields.data.about.words[kind]} has none`;
}

/** The value of an option, by its name or its path; null if the run has not the option. */
export function valueIn<N extends Name>(run: ResolvedRun, name: N): ValueOf<N>;
export function valueIn(run: ResolvedRun, name: string): Value;
export function valueIn(run: ResolvedRun, name: string): Value {
  if (whyLacking(name, run as RunDocument)) return null;
  const shorthand = known(name);
  if (shorthand) return shorthand.get(run);
  const value = flatten(formatRun(run as RunDocument))[name];
  return value === undefined ? ((entryAt(name).about.default as Value | undefined) ?? null) : value;
}

/** All values of a run. */
export const settingsOf = (run: ResolvedRun): Settings =>
  Object.fromEntries(NAMES.map((name) => [name, valueIn(run, name)])) as unknown as Settings;

/** A copy of a document in which an option, by its name or its path, has this value. `readRun` checks it. */
export function withValue<N extends Name>(run: RunDocument, name: N, value: ValueOf<N>): RunDocument;
export function withValue(run: RunDocument, name: string, value: unknown): RunDocument;
export function withValue(run: RunDocument, name: string, value: unknown): RunDocument {
  const shorthand = known(name);
  return shorthand ? shorthand.set(run, value as Value) : setPath(run, name, value);
}

/** Whether an option has its default, or the run has it not. */
export function isStandard(run: ResolvedRun, name: string): boolean {
  const value = valueIn(run, name);
  const shorthand = known(name);
  return value === null || value === (shorthand ? shorthand.standard(run) : (entryAt(name).about.default ?? null));
}

/** Whether a value is a number, or a list such as 6-12-1: neither says of what. */
const isNumeric = (value: Value) => typeof value !== 'string' || /^[\d.e]+(-[\d.e]+)+$/i.test(value);

/**
 * A value in a few words, as figures name it: 'τ 2', 'cross-entropy', 'no reset'.
 * @returns '' for an option that the run does not have
 */
export function nameValue(name: string, value: Value | undefined): string {
  if (value === null || value === undefined) return '';
  const { words = {}, label = name } = aboutOf(name);
  return words[String(value)] ?? (isNumeric(value) ? `${label} ${value}` : String(value));
}

/** What heads a column of these values. */
export function headingOf(name: string): string {
  const { heading, label, words } = aboutOf(name);
  return heading ?? label ?? words?.true ?? name;
}

/** A setting in a sentence: a number after what it counts, all else in words that say it alone. */
export function tellSetting(name: string, value: Value): string {
  const isCounted = value !== null && typeof value !== 'boolean' && isNumeric(value);
  return isCounted && !aboutOf(name).words?.[String(value)] ? `${headingOf(name)} ${value}` : nameValue(name, value);
}

/** `-N` and `--epoch` of `-N, --epoch <N>` */
export const splitFlags = (flags: string): string[] => flags.replace(/ <.*/, '').split(', ');

/**
 * The shortest words of the command line for a run: options where there are, `--set` for all else.
 * @example
 * flagsOf(readRun({ engine: { neuron: { tau: 3 }, reset: false } })); // ['--tau', '3', '--set', 'engine.reset=false']
 */
export function flagsOf(run: RunDocument): string[] {
  const resolved = readRun(run);
  let known: RunDocument = {};
  const words = (Object.keys(FLAGS) as Name[]).flatMap((name) => {
    const flags = FLAGS[name] as string;
    const value = valueIn(resolved, name) as Value;
    if (value === null || isStandard(resolved, name)) return [];
    try {
      SHORTHANDS[name].read(String(value), name);
      known = withValue(known, name, value as never);
    } catch {
      // Layers that differ: `--set` says how.
      return [];
    }
    const [flag] = splitFlags(flags);
    return flags.includes('<') ? [flag, String(value)] : [flag];
  });
  for (const [path, value] of remaining(known, run)) {
    known = setPath(known, path, value);
    words.push('--set', `${path}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  }
  return words;
}

/** Which paths make of one run the other, from the first differing on; whole lists where their lengths differ. */
function remaining(from: RunDocument, to: RunDocument): [string, unknown][] {
  const wanted = formatRun(to);
  let now: RunDocument;
  try {
    now = formatRun(from);
  } catch {
    now = {};
  }
  const [a, b] = [flatten(now), flatten(wanted)];
  const changed = Object.entries(b).filter(([path, value]) => a[path] !== value && value !== '{}');
  try {
    const reached = changed.reduce((run, [path, value]) => setPath(run, path, value), from);
    if (isSameRun(reached, to)) return changed;
  } catch {
    // There is no such place in the one run, or what is there does not go together.
  }
  const parts = (['engine', 'train'] as const).filter((part) => !isSame(now[part], wanted[part]));
  return parts.map((part) => [part, wanted[part] ?? {}]);
}

/** The same as one text for a shell: `--tau 3 -T 50 -N 10`. */
export const formatFlags = (run: RunDocument): string =>
  flagsOf(run)
    .map((word) => (/^[\w.,=:/+-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`))
    .join(' ');
