/**
 * A run is one document:
 *
 *     { "data": "mnist",
 *       "engine": { "T": 20, "layers": [{ "neurons": 96, "delay": { "most": 8 } }, {}], "neuron": { "tau": 3 } },
 *       "train": { "epochs": 3, "images": 50000 } }
 *
 * The command line reads it; checkpoints, rows of the map and links to a training contain it. Options of the engine are
 * defined in packages/networks/options/, those of the training here.
 */
import { checkObject, formatValue, inOneLine } from '../../src/common/checks';
import { IMAGE_SIDE, IMAGE_SIZE, MAX_CLASSES } from '../../src/common/mnist';
import { MAX_UINT32 } from '../../src/common/random';
import { SURROGATES } from '../../src/common/surrogates';
import { checkImageShape, MAX_INPUTS } from '../networks/images';
import {
  ANN_LOSSES,
  type AnnLoss,
  ENGINE,
  type EngineOptions,
  type ResolvedEngineOptions,
  resolveOptions,
  type Shown,
  shortenEngine,
} from '../networks/options/engine';
import { findMissing, LAYER, type LayerOptions, type ResolvedLayer, resolveLayers } from '../networks/options/layers';
import { DEFAULT_NEURON, NEURON, type NeuronOptions } from '../networks/options/neuron-options';
import {
  type About,
  between,
  check,
  defaultsOf,
  type Entry,
  either,
  expectation,
  type Given,
  type Group,
  group,
  type Has,
  type Infer,
  isSame,
  type Leaf,
  type List,
  list,
  namesOf,
  oneOf,
  shorten,
  text,
  unknownOption,
  whole,
} from '../networks/options/schema';
import { DATASET_NAMES, type DatasetName, MAX_UNITS } from '../networks/spike-trains';
import { SCHEDULE_NAMES, type ScheduleName } from '../networks/train';

/** Names of engines, including the ANN of chapter 1. */
export const ENGINE_NAMES = ['event', 'tfjs', 'ann'] as const;
export type EngineName = (typeof ENGINE_NAMES)[number];

/** Number of MNIST's training images. */
export const MOST_IMAGES = 60_000;

/** Data that have a name. */
export const NAMED_DATA = oneOf(DATASET_NAMES, {
  doc: 'mnist; or rows, its images one row in each of 28 steps, the T of its runs; or randman, the spike trains of the chapter on timing; or yin-yang, the points of the chapter on exact times; or films, the moving things of the chapter on event cameras, in 12 steps; or films-at-once, for an ANN that sees all steps',
  default: 'mnist',
  words: {
    mnist: 'MNIST',
    films: 'Moving Things',
    'films-at-once': 'Moving Things at once',
    randman: 'Randman',
    rows: 'MNIST by rows',
    'yin-yang': 'Yin-Yang',
  } satisfies Record<DatasetName, string>,
  heading: 'data',
});

const PIXELS = 'whose events are in files by class';
/** Data of one's own: where they are, which ones, how they are split, and what of it a network has to know. */
const OWN_DATA = group(
  { doc: "data of one's own" },
  {
    folder: text('a folder', /./s, { doc: 'the folder, as --data names it; the command line fills in the rest' }),
    sha256: text('64 hexadecimal digits', /^[0-9a-f]{64}$/, {
      doc: 'SHA-256 of its files: with other ones the run is refused',
      required: true,
    }),
    shape: list(3, whole(1, MAX_INPUTS, { doc: 'extents' }), {
      doc: 'channels, rows and columns of images, or the units of spike trains',
      required: true,
    }),
    classes: whole(2, MAX_CLASSES, { doc: 'how many classes there are, and so outputs', required: true }),
    test: between(0, 1, {
      doc: 'share of each class that is held out for the test, unless the folder has a split of its own',
      default: 0.2,
    }),
    seed: whole(0, MAX_UINT32, { doc: 'which samples these are', default: 0 }),
    width: whole(1, 256, { doc: `columns of the camera ${PIXELS} (34 if left out)` }),
    height: whole(1, 256, { doc: `rows of the camera ${PIXELS} (34 if left out)` }),
    pool: whole(1, 256, { doc: 'squares of so many pixels a side share a unit (2 if left out)' }),
  },
);
export type OwnData = Readonly<Infer<typeof OWN_DATA>>;

/** All options of a run. */
export const RUN = group(
  { doc: 'a run' },
  {
    data: either(NAMED_DATA, OWN_DATA, {
      doc: `${NAMED_DATA.about.doc}; or a folder of one's own`,
      default: NAMED_DATA.about.default,
      words: { ...NAMED_DATA.about.words, own: "data of one's own" },
    }),
    engine: group(
      { doc: 'what is trained' },
      {
        name: oneOf(ENGINE_NAMES, {
          doc: 'event (fast) or tfjs (readable); or ann, the network of chapter 1, for which options of neurons, spikes and steps mean nothing',
          default: 'event',
        }),
        ...ENGINE.fields,
      },
    ),
    train: group(
      { doc: 'how long, and on what' },
      {
        epochs: whole(1, 100_000, { doc: 'training epochs', default: 100, label: 'epochs' }),
        images: whole(1, MOST_IMAGES, {
          doc: 'train on the first N images or samples; the others are held back, and the accuracy on them is shown (default: all)',
          label: 'images',
          heading: 'training images',
        }),
        schedule: oneOf(SCHEDULE_NAMES, {
          doc: 'how the learning rate changes: constant, or cosine, which falls to 0 at the last epoch',
          default: 'constant',
          words: { constant: 'constant learning rate', cosine: 'falling learning rate' },
        }),
      },
    ),
  },
);

export { flatten, type Value } from '../networks/options/schema';

type Fields = typeof RUN.fields;

/** A run with defaults left out. */
export interface RunDocument {
  readonly data?: DatasetName | Partial<OwnData>;
  readonly engine?: Given<Fields['engine']> & {
    /** Short for a single hidden layer; `readRun` replaces it by `layers`. */
    readonly hidden?: number;
  };
  readonly train?: Given<Fields['train']>;
}

/** The engine of a spiking network. */
export type SpikingEngine = { readonly name: Exclude<EngineName, 'ann'> } & Readonly<
  Omit<ResolvedEngineOptions, 'data' | 'threads' | 'hidden' | 'shift'>
> & { readonly shift?: number };

/** The options of the ANN. */
export type AnnOfRun = { readonly name: 'ann'; readonly loss: AnnLoss; readonly hidden?: number } & Readonly<
  Pick<ResolvedEngineOptions, 'seed' | 'batchSize' | 'learningRate'>
>;

/** A run with all defaults filled in; it is a valid document as well. */
export interface ResolvedRun {
  readonly data: DatasetName | OwnData;
  readonly engine: SpikingEngine | AnnOfRun;
  readonly train: { readonly epochs: number; readonly images?: number; readonly schedule: ScheduleName };
}

/** Determines which options a run has. */
export interface Kind {
  data?: unknown;
  name?: unknown;
}

/** Whether these are spike trains, as far as a document says it. */
const areTrains = (data: unknown) => (isOwn(data) ? data.shape?.length === 1 : isMade(data));

/** Whether a run has data of one's own. */
export const isOwn = (data: unknown): data is Partial<OwnData> => typeof data === 'object';

/** The network or data to which an option does not apply; undefined if it applies. */
export function obstacleTo(
  has: Has | undefined,
  { data, name }: Kind,
): 'ann' | 'own' | Exclude<DatasetName, 'mnist'> | undefined {
  if (has?.ann === false && name === 'ann') return 'ann';
  if (has?.images && data === 'rows') return 'rows';
  const isObstacle = (has?.images && areTrains(data)) || (has?.files && (isMade(data) || isOwn(data)));
  if (!isObstacle) return undefined;
  return isOwn(data) ? 'own' : (data as Exclude<DatasetName, 'mnist'>);
}

/** Whether data are made by a program, and not of MNIST's files. */
export const isMade = (data: unknown): data is Exclude<DatasetName, 'mnist' | 'rows'> =>
  typeof data === 'string' && data !== 'mnist' && data !== 'rows';

/** The same as the end of a message. */
export function whyMeaningless(has: Has | undefined, kind: Kind): string | undefined {
  const obstacle = obstacleTo(has, kind);
  if (obstacle === 'ann')
    return "expected with a spiking network, found with engine.name 'ann'; leave it out, it means nothing for the ANN";
  if (obstacle === undefined) return undefined;
  const found = obstacle === 'own' ? "of one's own" : `'${obstacle}'`;
  const of = has?.files ? "MNIST's files" : 'images';
  return `expected with data 'mnist', found with data ${found}; leave it out, it is for ${of} alone`;
}

/**
 * Checks a run and fills in defaults.
 * @param where prefix of messages, such as a file name
 * @throws RangeError or TypeError in one line that names the path of the option, what was expected and what was found
 */
export function readRun(document: unknown, where = ''): ResolvedRun {
  if (where === '') return inOneLine(() => read(document));
  try {
    return readRun(document);
  } catch (error) {
    throw new RangeError(`${where}: ${(error as Error).message}`);
  }
}

function read(document: unknown): ResolvedRun {
  const given = withLayers(document);
  const { engine = {}, train = {} } = given;
  const data = readData(given.data);
  const name = engine.name ?? 'event';
  // An ANN has at most the layers for which a number of hidden units stands.
  const hidden = name === 'ann' ? engine.layers?.[0].neurons : undefined;
  const isPlain = hidden !== undefined && isSame(engine.layers, [{ neurons: hidden }, {}]);
  const own = isPlain ? { ...engine, layers: undefined } : engine;
  refuseMeaningless('engine', RUN.fields.engine, own, { data, name });
  refuseMeaningless('train', RUN.fields.train, train, { data, name });
  const { batchSize = defaultsOf(ENGINE).batchSize } = engine;
  // The number of spike trains is only known once they are loaded.
  const images = train.images ?? (isMade(data) ? batchSize : MOST_IMAGES);
  if (batchSize > images)
    throw new RangeError(`engine.batchSize: expected at most the ${images} training images, found ${batchSize}`);
  return {
    data,
    engine:
      name === 'ann'
        ? { ...readAnn(data, engine), ...(hidden !== undefined && { hidden }) }
        : readSpiking(data, name, engine),
    train: { ...defaultsOf(RUN.fields.train), ...present({ ...train, images: firstOf(train.images) }) },
  };
}

/** @throws RangeError unless it is known what data of one's own show a network */
function readData(given: RunDocument['data'] = 'mnist'): ResolvedRun['data'] {
  if (!isOwn(given)) return given;
  for (const name of ['folder', 'sha256', 'shape', 'classes'] as const)
    if (given[name] === undefined)
      throw new RangeError(`data.${name}: expected what the command line finds in the folder, found none`);
  const data = { ...defaultsOf(OWN_DATA), ...given } as OwnData;
  const [channels, rows, columns] = data.shape;
  if (data.shape.length === 2)
    throw new RangeError(`data.shape: expected [channels, rows, columns] or [units], found ${formatValue(data.shape)}`);
  if (data.shape.length === 1) whole(1, MAX_UNITS, { doc: '' }).check('data.shape.0', channels);
  else checkImageShape('data.shape: ', { channels, rows, columns });
  return data;
}

/** By default all images of MNIST are used for training. */
const firstOf = (images: number | undefined) => (images === MOST_IMAGES ? undefined : images);

/** Replaces `hidden` by the list of layers and checks each option. */
function withLayers(document: unknown): Omit<RunDocument, 'engine'> & { engine?: Given<Fields['engine']> } {
  checkObject('run', document);
  const { engine, ...others } = document as RunDocument;
  if (engine !== undefined) checkObject('engine', engine);
  const { hidden, ...own } = engine ?? {};
  if (hidden !== undefined) {
    LAYER.fields.neurons.check('engine.hidden', hidden);
    if (own.layers !== undefined) throw new RangeError('engine.hidden: expected hidden or layers, found both');
  }
  const layers = hidden === undefined ? own.layers : [{ neurons: hidden }, {}];
  const all = { ...others, ...(engine !== undefined && { engine: { ...own, ...(layers && { layers }) } }) };
  // The number of neurons of a convolutional layer follows from its channels; the engine checks it.
  const alone = (layer: unknown) => (Object(layer).convolve ? { ...Object(layer), neurons: undefined } : layer);
  const checked = Array.isArray(layers) ? Array.from(layers, alone) : layers;
  check(RUN, withEngine(all, checked), '');
  return all as ReturnType<typeof withLayers>;
}

const withEngine = (all: { engine?: object }, layers: unknown) =>
  all.engine === undefined ? all : { ...all, engine: { ...all.engine, ...(layers !== undefined && { layers }) } };

/** Drops undefined properties. */
const present = <O extends object>(options: O): O =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;

function refuseMeaningless(where: string, { fields }: Group, given: object, kind: Kind): void {
  for (const name of Object.keys(present(given))) {
    const why = whyMeaningless(fields[name].about.has, kind);
    if (why) throw new RangeError(`${where}.${name}: ${why}`);
  }
}

/** Images, the counts of each unit, and all steps of it. */
const ANN_DATA: readonly DatasetName[] = ['mnist', 'films', 'films-at-once'];

function readAnn(data: ResolvedRun['data'], engine: Given<Fields['engine']>): AnnOfRun {
  if (isOwn(data) ? areTrains(data) : !ANN_DATA.includes(data)) {
    const expected = ANN_DATA.map(formatValue).join(' or ');
    const found = isOwn(data) ? 'spike trains' : `'${data}'`;
    throw new RangeError(`data: expected ${expected} with engine.name 'ann', or images of one's own, found ${found}`);
  }
  const standard = defaultsOf(ENGINE);
  const { seed = standard.seed, batchSize = standard.batchSize, learningRate = standard.learningRate } = engine;
  const loss = ANN_LOSSES.find((name) => name === (engine.loss ?? standard.loss));
  if (!loss) {
    const expected = ANN_LOSSES.map(formatValue).join(' or ');
    throw new RangeError(`engine.loss: expected ${expected} with engine.name 'ann', found '${engine.loss}'`);
  }
  return { name: 'ann', seed, batchSize, learningRate, loss };
}

/** Number of inputs and steps of the data; a test compares them with the loaded data. */
export function shownBy(data: ResolvedRun['data'], T = defaultsOf(ENGINE).T): Shown {
  if (isOwn(data)) {
    const { shape, classes } = data;
    const [inputs, rows = 1, columns = 1] = shape;
    if (areTrains(data)) return { inputs, classes, steps: T };
    return { inputs: inputs * rows * columns, classes, map: [rows, columns, inputs] };
  }
  if (data === 'mnist') return { inputs: IMAGE_SIZE };
  if (data === 'rows') return { inputs: IMAGE_SIDE, steps: IMAGE_SIDE };
  if (data === 'films') return { inputs: 129, steps: 12 };
  if (data === 'films-at-once') return { inputs: 129 * 12, steps: 1 };
  return { inputs: data === 'randman' ? 20 : 4, steps: T };
}

function readSpiking(
  data: ResolvedRun['data'],
  name: SpikingEngine['name'],
  given: Given<Fields['engine']>,
): SpikingEngine {
  const { name: _, ...options } = given;
  if (data === 'films-at-once')
    throw new RangeError(`engine.name: expected 'ann' with data '${data}', whose time is gone, found '${name}'`);
  if ((data === 'randman' || data === 'yin-yang') && options.T === 1)
    throw new RangeError(`engine.T: expected at least 2 with data '${data}', found 1`);
  let resolved: ReturnType<typeof resolveOptions>;
  try {
    resolved = resolveOptions(withSurrogates(options), shownBy(data, options.T));
  } catch (error) {
    throw new RangeError(inDocument((error as Error).message));
  }
  const { hidden: _short, ...own } = { ...resolved, ...((areTrains(data) || data === 'rows') && { shift: undefined }) };
  refuseMissing(own.layers, given, name);
  refuseIdle(own.layers, given);
  return { name, ...own };
}

/** Path of a neuron option of a layer: in the layer, or for all layers. */
function placeOf(option: string, i: number, given: Given<Fields['engine']>): string {
  const own: object = given.layers?.[i].neuron ?? {};
  return `${Object.hasOwn(own, option) ? `engine.layers.${i}.neuron` : 'engine.neuron'}.${option}`;
}

/** @throws RangeError for an option that the engine lacks */
function refuseMissing(layers: readonly ResolvedLayer[], given: Given<Fields['engine']>, engine: string): void {
  const missing = findMissing(layers, engine);
  if (missing === undefined) return;
  const { layer, of, name, about } = missing;
  const place = of === 'neuron' ? placeOf(name, layer, given) : `engine.layers.${layer}.${name}`;
  const expected = (about.has?.engines ?? []).map(formatValue).join(' or ');
  throw new RangeError(`${place}: expected engine.name ${expected} with it, found '${engine}'`);
}

/** @throws RangeError for an option without effect because a related option has its default in all layers */
function refuseIdle(layers: readonly ResolvedLayer[], given: Given<Fields['engine']>): void {
  const setIn = (name: keyof NeuronOptions) =>
    layers.findIndex(({ neuron }) => !isSame(neuron[name], DEFAULT_NEURON[name]));
  for (const option of namesOf(NEURON)) {
    const { needs } = NEURON.fields[option].about as About;
    const i = setIn(option);
    if (needs === undefined || i < 0 || setIn(needs as keyof NeuronOptions) >= 0) continue;
    const found = String(layers[i].neuron[option]);
    throw new RangeError(`${placeOf(option, i, given)}: expected ${needs} with it, found ${found} without`);
  }
}

/** Fills in each surrogate's own default alpha. */
export function withSurrogates(options: Omit<Given<Fields['engine']>, 'name'>): Omit<EngineOptions, 'data'> {
  type Some = Given<Fields['engine']['fields']['neuron']>;
  const filled = (neuron: Some): Some => {
    if (neuron.surrogateFunction === undefined) return neuron;
    const { name = 'atan', alpha = SURROGATES[name].alpha } = neuron.surrogateFunction;
    return { ...neuron, surrogateFunction: { name, alpha } };
  };
  const { neuron, layers } = options;
  return {
    ...options,
    ...(neuron && { neuron: filled(neuron) }),
    ...(layers && { layers: layers.map((one) => (one.neuron ? { ...one, neuron: filled(one.neuron) } : one)) }),
  } as Omit<EngineOptions, 'data'>;
}

/**
 * Rewrites an engine's message with the option's path: `layers[1]: most of the delay: …` as `layers.1.delay.most: …`.
 */
function inDocument(message: string): string {
  const [, layer, name, of = '', rest] =
    /^(?:layers\[(\d+)\]: )?(\w+)(?: of the ([\w ]+))?(: .*)$/s.exec(message) ?? [];
  if (name === undefined) return `engine.${message}`;
  const isOfInputs = name === 'shape' && layer === undefined;
  const { fields }: Group = layer === undefined && !isOfInputs ? ENGINE : LAYER;
  const groups = Object.keys(fields).filter((option) => inside(fields[option]).kind === 'group');
  const groupOf = (option: string) =>
    groups.find((one) => Object.hasOwn((inside(fields[one]) as Group).fields, option));
  const begin = ['engine', ...(fields === ENGINE.fields ? [] : ['layers', layer ?? '0'])];
  // A product, such as the number of inputs of a shape, has the path of its factors.
  const product = !groups.includes(of) && groupOf(of);
  if (product) return `${[...begin, product, of].join('.')}${rest} ${name}`;
  const around = groups.includes(of) ? of : groupOf(name);
  const place = Object.hasOwn(fields, name) && !groups.includes(of) ? [name] : [...(around ? [around] : []), name];
  return [...begin, ...place].join('.') + rest;
}

/**
 * The canonical, shortest form of a run: defaults left out, keys in the order of the tables. `readRun` reads it as the
 * same run.
 * @throws RangeError as `readRun`
 */
export function formatRun(run: RunDocument): RunDocument {
  const { data, engine, train } = readRun(run);
  const { name, ...options } = engine;
  const short = shorten(RUN.fields.engine.fields.name, name);
  const { hidden, ...others } = { hidden: undefined, ...options };
  const layers = hidden && { layers: resolveLayers({ hidden }) };
  const own = { ...(short !== undefined && { name: short }), ...shortenEngine({ ...others, ...layers }) };
  const whole = {
    data: shorten(RUN.fields.data, data),
    engine: Object.keys(own).length > 0 ? own : undefined,
    train: shorten(RUN.fields.train, train),
  };
  return present(whole) as RunDocument;
}

/** Documentation of an option. */
export interface OptionLine {
  /** N stands for the index of a layer. */
  path: string;
  doc: string;
  /** Allowed values. */
  expected: string;
  /** Empty if there is no default. */
  standard: string;
}

/** All options of a run, in the order of the tables. */
export function listOptions(entry: Entry = RUN, path = '', seen = new Set<Entry>()): OptionLine[] {
  const { default: usual } = entry.about;
  const standard = usual === undefined || (typeof usual === 'object' && usual !== null) ? '' : String(usual);
  const own = { path, doc: entry.about.doc, standard };
  if (entry.kind === 'leaf') return [{ ...own, expected: expectation(entry) }];
  if (entry.kind === 'either') {
    const line = {
      ...own,
      expected: `${expectation(entry.leaf)}, or ${entry.other.kind === 'list' ? 'a list' : 'an object'}`,
    };
    return [line, ...(entry.other.kind === 'group' ? listOptions(entry.other, path, seen) : [])];
  }
  if (entry.kind === 'list') {
    const inner = entry.of.kind === 'group' ? listOptions(entry.of, `${path}.N`, seen) : [];
    return [{ ...own, expected: 'a list' }, ...inner];
  }
  // A layer's neurons have the same options as the network's, which are listed first.
  if (seen.has(entry)) return [{ ...own, expected: 'an object' }];
  seen.add(entry);
  return Object.entries(entry.fields).flatMap(([name, field]) =>
    listOptions(field, path === '' ? name : `${path}.${name}`, seen),
  );
}

/** The layers of a document, without defaults. @throws RangeError for an unknown option */
export const layersIn = (run: RunDocument): readonly LayerOptions[] =>
  (withLayers(run).engine?.layers ?? [{}]) as readonly LayerOptions[];

/** Whether two documents describe the same run. */
export const isSameRun = (a: RunDocument, b: RunDocument): boolean =>
  JSON.stringify(formatRun(a)) === JSON.stringify(formatRun(b));

/**
 * Options of `createEngine` for a run, without the data.
 * @throws RangeError for an ANN, which has its own engine
 */
export function engineOptions({ engine }: ResolvedRun): Omit<EngineOptions, 'data'> {
  if (engine.name === 'ann') throw new RangeError("engine.name: expected a spiking network, found 'ann'");
  const { name, ...options } = engine;
  return present(options);
}

/** All layers of a run's network. @throws RangeError for an ANN */
export const layersOfRun = (run: ResolvedRun): readonly ResolvedLayer[] =>
  engineOptions(run).layers as readonly ResolvedLayer[];

/** The entries of an option that may be a single value or a group. */
const inside = (entry: Entry): Leaf | Group | List => (entry.kind === 'either' ? entry.other : entry);

/** The entry at a path. @throws RangeError that lists the valid names if there is none at this path */
export function entryAt(path: string): Entry {
  let entry: Entry = RUN;
  const places = path.split('.').map((key, i, all) => [key, all.slice(0, i + 1).join('.')]);
  for (const [key, place] of places) {
    const own = inside(entry);
    if (own.kind === 'leaf') throw new RangeError(`${place}: expected a path that ends before '${key}', found more`);
    if (own.kind === 'group') {
      if (!Object.hasOwn(own.fields, key)) throw unknownOption(own, place, key);
      entry = own.fields[key];
    } else {
      if (!/^(0|[1-9]\d{0,2})$/.test(key)) throw new RangeError(`${place}: expected a whole number, found '${key}'`);
      entry = own.of;
    }
  }
  return entry;
}

/**
 * Builds a document from values by path; `readRun` checks the values.
 * @throws RangeError that names an unknown path, or one that skips an index of a list
 */
export function unflatten(columns: Readonly<Record<string, unknown>>): RunDocument {
  const whole = {};
  for (const [path, value] of Object.entries(columns)) {
    if (path !== 'engine.hidden') entryAt(path);
    put(whole, path, value === '{}' ? {} : structuredClone(value), true);
  }
  return whole;
}

/**
 * Returns a copy of a document with the option at a path set to a value.
 * @throws RangeError that lists the valid names if there is no such option or list entry
 */
export function setPath(document: RunDocument, path: string, value: unknown): RunDocument {
  if (path === 'engine.hidden') return { ...document, engine: { ...document.engine, hidden: value as number } };
  entryAt(path);
  const copy = structuredClone(withLayers(document));
  const whole = /^engine\.layers\./.test(path) ? { ...copy, engine: { layers: [{}], ...copy.engine } } : copy;
  put(whole, path, value, false);
  return whole;
}

/** Sets the value at a valid path. @param grows whether a list may grow by one entry */
function put(whole: object, path: string, value: unknown, grows: boolean): void {
  const keys = path.split('.');
  let at = whole as Record<string, unknown>;
  keys.forEach((key, i) => {
    const place = keys.slice(0, i + 1).join('.');
    const most = Array.isArray(at) ? at.length - (grows ? 0 : 1) : Number.POSITIVE_INFINITY;
    if (Number(key) > most)
      throw new RangeError(
        `${place}: expected ${most < 0 ? 'no such entry' : `an entry from 0 to ${most}`}, found ${key}`,
      );
    if (i === keys.length - 1) {
      at[key] = value;
      return;
    }
    if (typeof at[key] !== 'object' || at[key] === null) at[key] = inside(entryAt(place)).kind === 'list' ? [] : {};
    at = at[key] as Record<string, unknown>;
  });
}
