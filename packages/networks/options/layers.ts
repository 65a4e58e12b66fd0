/** A network as a list of layers, the last of which are the outputs. */

import { checkOptions, checkWhole, formatValue, listChoices } from '../../../src/common/checks';
import { CLASSES, IMAGE_SIDE, MAX_CLASSES } from '../../../src/common/mnist';
import { MAX_INPUTS } from '../images';
import { DELAY, type Delay, resolveDelay } from './delay';
import { checkNeuron, NEURON, type NeuronOptions, neuronOptions, resolveNeuronOptions } from './neuron-options';
import { checkNorm, NORM } from './norm';
import {
  type About,
  type Group,
  group,
  type Infer,
  isSame,
  list,
  namesOf,
  number,
  oneOf,
  shortenGroup,
  toggle,
  whole,
} from './schema';

/** The widest hidden layer, in neurons. */
export const MAX_HIDDEN = 800;

/** Most channels of a layer that convolves, and the largest kernel. */
export const MAX_CHANNELS = 96;
const MAX_KERNEL = 15;

/** Most layers of a network. */
export const MAX_LAYERS = 20;

/** Whether a hidden layer may have this many neurons. */
export const isWidth = (hidden: unknown): hidden is number =>
  Number.isInteger(hidden) && Number(hidden) >= 1 && Number(hidden) <= MAX_HIDDEN;

/** What a layer can learn besides its weights: one τ, or one for each neuron. */
export const LEARN_NAMES = ['tau', 'tau of each neuron'] as const;
export type LearnName = (typeof LEARN_NAMES)[number];

/**
 * Of what the mean of 2 × 2 neighbours is taken: the spikes of four neurons, or the currents, so that there is one
 * neuron for four.
 */
export const POOL_NAMES = ['spikes', 'currents'] as const;
export type PoolName = (typeof POOL_NAMES)[number];

/** How many neighbours in each direction a pool takes together. */
export const POOL = 2;

/** The size of a map. */
export type MapShape = readonly [height: number, width: number, channels: number];

/** A convolution as SpikingJelly's `layer.Conv2d`. */
const CONVOLUTION = group(
  { doc: 'neurons of a map, which share a kernel' },
  {
    /** What it makes at each position, 1 to 96. */
    channels: whole(1, MAX_CHANNELS, { doc: 'channels of a convolution', required: true }),
    /** Its height and width, 1 to 15. */
    kernel: whole(1, MAX_KERNEL, { doc: 'height and width of its kernel', required: true }),
    /** Default 1. */
    stride: whole(1, MAX_KERNEL, { doc: 'by how much the kernel moves', default: 1 }),
    /** Rows and columns of zeros around the map, fewer than the kernel has. Default 0. */
    padding: whole(0, MAX_KERNEL - 1, { doc: 'rows and columns of zeros around the map', default: 0 }),
    /** Whether each channel learns a bias, from 0 on, as a current in every step. Default false. */
    bias: toggle({ doc: 'whether each of its channels learns a bias', default: false }),
    /** The shape of the network's inputs, of the first layer alone: by default images [1, 28, 28]. */
    shape: list(3, whole(1, MAX_INPUTS, { doc: 'extents' }), {
      doc: "channels, height and width of the network's inputs",
    }),
  },
);
type Sides = Omit<Infer<typeof CONVOLUTION>, 'bias' | 'shape'>;
export interface Convolution extends Sides {
  bias?: boolean;
  shape?: readonly [channels: number, height: number, width: number];
}

/** A layer of neurons, with what leads to them. */
export const LAYER = group(
  { doc: 'a layer of neurons, with what leads to them' },
  {
    /** 1 to 800; the last layer has one for each class. A layer that convolves has one at each position for each channel. */
    neurons: whole(1, MAX_HIDDEN, {
      doc: 'neurons of the layer; the last one has one for each class',
      required: true,
    }),
    /**
     * Neurons of a map [height, width, channels], which share their weights [kernel, kernel, channels read, channels].
     * Layers that convolve come first. None by default.
     */
    convolve: CONVOLUTION,
    /** Batch norm of what a convolution makes (see `BatchNorm2d`), on the readable engine. None by default. */
    norm: NORM,
    /**
     * Of a map, the mean of each 2 × 2 (SpikingJelly's `AvgPool2d`) neurons' spikes, which the next layer gets, or
     * currents, which the neurons get. None by default.
     */
    pool: oneOf(POOL_NAMES, { doc: 'of what the mean of 2 × 2 neighbours of a convolution is taken' }),
    /** The network's own, unless the layer has others. */
    neuron: NEURON,
    /**
     * A current that lasts, with a time constant in steps above 1: i[t] = i[t−1] (1 − 1/τ) + x[t] from i = 0, by which
     * the neurons charge in place of x (snnTorch's `Synaptic`). None by default.
     */
    synapse: group(
      { doc: 'currents that last' },
      { tau: number({ doc: 'time constant in steps of currents that last', required: true }, 1) },
    ),
    /** The delays of what its inputs send, in a network that does not convolve (see delay.ts). None by default. */
    delay: DELAY,
    /**
     * Whether the neurons of a hidden layer also receive each other's last spikes: x[t] = W s_in[t] + R s[t−1], with no
     * spikes before the first step (SpikingJelly's `LinearRecurrentContainer`, without bias). Default false.
     */
    recurrent: toggle({ doc: "give the neurons each other's spikes of the step before", default: false }),
    /**
     * Which τ Adam learns, as w with 1/τ = σ(w), from the neurons' `tau` (SpikingJelly's `ParametricLIFNode`). None by
     * default.
     */
    learn: oneOf(LEARN_NAMES, { doc: 'what is learnt besides the weights: one τ, or one for each neuron' }),
  },
);

export interface ResolvedLayer extends Omit<Infer<typeof LAYER>, 'neuron' | 'convolve' | 'delay'> {
  neuron: NeuronOptions;
  convolve?: Convolution;
  delay?: Delay;
}

/** The names of a layer's options. */
export const LAYER_OPTIONS = namesOf(LAYER);

/** A layer as it is asked for: what is left out has its default, which for `neuron` are the network's own options. */
export type LayerOptions = Partial<Omit<ResolvedLayer, 'neuron' | 'convolve'>> & {
  neuron?: Partial<NeuronOptions>;
  convolve?: Pick<Convolution, 'channels' | 'kernel'> & Partial<Convolution>;
};

/** What the shapes of a layer's parameters, and of what its neurons remember, depend on. */
export type LayerShape = Omit<ResolvedLayer, 'neuron'> & Partial<Pick<ResolvedLayer, 'neuron'>>;

/** The map that images are. */
export const IMAGE_MAP: MapShape = [IMAGE_SIDE, IMAGE_SIDE, 1];

/** What a layer that convolves reads, the map of its neurons, and what it hands on. */
export interface Maps {
  reads: MapShape;
  neurons: MapShape;
  makes: MapShape;
}

/** How many inputs or neurons a map has. */
export const sizeOf = ([height, width, channels]: MapShape) => height * width * channels;

/** The maps of a layer that convolves, of what it reads. */
function mapsOf(reads: MapShape, { channels, kernel, stride, padding }: Convolution, pool?: PoolName): Maps {
  const [height, width] = reads.map((size) => Math.floor((size + 2 * padding - kernel) / stride) + 1);
  const pooled: MapShape = [Math.floor(height / POOL), Math.floor(width / POOL), channels];
  const whole: MapShape = [height, width, channels];
  return { reads, neurons: pool === 'currents' ? pooled : whole, makes: pool ? pooled : whole };
}

/** The map of the inputs of a network whose first layer convolves. */
const inputMap = ({ shape }: Partial<Convolution> = {}): MapShape =>
  shape ? [shape[1], shape[2], shape[0]] : IMAGE_MAP;

/** @throws RangeError unless a first layer that convolves has the map of the data, or one of so many inputs */
export function checkMap([{ convolve }]: readonly LayerShape[], inputs: number, map?: MapShape): void {
  const found = inputMap(convolve);
  if (!convolve || (map ? isSame(map, found) : sizeOf(found) === inputs)) return;
  const asText = ([height, width, channels]: MapShape) => `${channels} × ${height} × ${width}`;
  throw new RangeError(
    `shape: expected the ${map ? asText(map) : inputs} inputs of the data, found ${asText(found)}; say which channels, rows and columns they are`,
  );
}

/** The maps of each layer that convolves, in their order, and how many inputs the first of the others has. */
export function allMaps(layers: readonly LayerShape[], inputs = sizeOf(IMAGE_MAP)): { maps: Maps[]; inputs: number } {
  const maps: Maps[] = [];
  let reads = inputMap(layers[0]?.convolve);
  for (const { convolve, pool } of layers) {
    if (!convolve) break;
    maps.push(mapsOf(reads, convolve, pool));
    reads = maps[maps.length - 1].makes;
  }
  return { maps, inputs: maps.length === 0 ? inputs : sizeOf(reads) };
}

/** What networks are made from. */
export interface SomeLayers {
  /** Neurons of a single hidden layer, 1 to 800: short for `layers: [{ neurons: hidden }, {}]`. None by default. */
  hidden?: number;
  /** All layers in order, the outputs last. */
  layers?: readonly LayerOptions[];
  /** Of all neurons, unless a layer says otherwise. */
  neuron?: Partial<NeuronOptions>;
}

/** The shapes of a network with one hidden layer or none. */
export const plainLayers = (hidden?: number, outputs = CLASSES): LayerShape[] =>
  (hidden === undefined ? [outputs] : [hidden, outputs]).map((neurons) => ({ neurons, recurrent: false }));

/**
 * All layers of a network, with their defaults filled in.
 * @param outputs how many classes the data have; without data the last layer may say it, by default ten
 * @throws RangeError that names the layer and the option that is out of range or unknown
 */
export function resolveLayers({ hidden, layers, neuron }: SomeLayers, outputs?: number): ResolvedLayer[] {
  const base = resolveNeuronOptions(neuron);
  if (hidden !== undefined) checkWhole('hidden', hidden, 1, MAX_HIDDEN);
  checkNeuron(base);
  if (layers === undefined) return plainLayers(hidden, outputs).map((layer) => ({ ...layer, neuron: base }));
  if (!Array.isArray(layers)) throw new RangeError(`layers: expected an array, found ${formatValue(layers)}`);
  checkWhole('layers', layers.length, 1, MAX_LAYERS);
  // A hole is a layer that is not there; map would pass it over.
  let reads: MapShape | undefined = IMAGE_MAP;
  const all = Array.from(layers, (layer, i) => {
    try {
      if (i === 0) reads = mapOfInputs(layer) ?? reads;
      else if (layer?.convolve?.shape !== undefined)
        throw new RangeError('shape: expected in the first layer alone, found here');
      const resolved = resolveLayer(layer, base, i === layers.length - 1, reads, outputs);
      if (resolved.delay && layers[0].convolve)
        throw new RangeError('delay: expected a network that does not convolve, found one that does');
      reads = resolved.convolve && reads && mapsOf(reads, resolved.convolve, resolved.pool).makes;
      return resolved;
    } catch (error) {
      throw new RangeError(`layers[${i}]: ${(error as Error).message}`);
    }
  });
  // What an engine's own options say twice may be said again.
  if (hidden !== undefined && shortForm(all)?.hidden !== hidden) {
    throw new RangeError(
      `hidden: expected hidden or layers, found both; write it as layers: [{ neurons: ${hidden} }, {}]`,
    );
  }
  return all;
}

/** The map of the inputs that a first layer says; undefined if it says none. @throws RangeError unless it is one */
function mapOfInputs(layer: LayerOptions): MapShape | undefined {
  const shape: unknown = layer?.convolve?.shape;
  if (shape === undefined) return undefined;
  if (!(Array.isArray(shape) && shape.length === 3))
    throw new RangeError(`shape: expected [channels, height, width], found ${formatValue(shape)}`);
  for (const [i, name] of ['channels', 'height', 'width'].entries()) checkWhole(`${name} of the shape`, shape[i], 1);
  const map = inputMap({ shape: shape as [number, number, number] });
  checkWhole('inputs of the shape', sizeOf(map), 1, MAX_INPUTS);
  return map;
}

/** @throws RangeError unless a map of this size can be convolved so */
function resolveConvolution(
  some: LayerOptions,
  reads?: MapShape,
): Pick<ResolvedLayer, 'convolve' | 'norm' | 'pool' | 'neurons'> {
  const { convolve, norm, pool, neurons } = some;
  checkOptions('convolve', convolve as Convolution, ['channels', 'kernel', 'stride', 'padding', 'bias', 'shape']);
  const { channels, kernel, stride = 1, padding = 0, bias = false, shape } = convolve as Convolution;
  if (!reads) throw new RangeError('convolve: expected before all layers that do not convolve, found behind one');
  for (const name of ['channels', 'kernel'] as const) CONVOLUTION.fields[name].check(name, convolve?.[name]);
  checkWhole('stride', stride, 1, kernel);
  checkWhole('padding', padding, 0, kernel - 1);
  CONVOLUTION.fields.bias.check('bias', bias);
  if (norm !== undefined) checkNorm(norm);
  if (norm && bias) throw new RangeError('bias: expected none beside norm, which learns one, found true');
  if (pool !== undefined) LAYER.fields.pool.check('pool', pool);
  const [height, width] = reads;
  if (Math.min(height, width) + 2 * padding < kernel) {
    throw new RangeError(
      `kernel: expected at most ${Math.min(height, width) + 2 * padding}, as large as the map, found ${kernel}`,
    );
  }
  // That of images is said by none.
  const own = shape && String(inputMap({ shape })) !== String(IMAGE_MAP) && { shape: [...shape] as const };
  const resolved = { channels, kernel, stride, padding, ...(bias && { bias }), ...own };
  const maps = mapsOf(reads, resolved, pool);
  if (sizeOf(maps.makes) === 0)
    throw new RangeError(
      `pool: expected a map of at least 2 × 2, found ${mapsOf(reads, resolved).neurons.join(' × ')}`,
    );
  if (neurons !== undefined) checkWhole('neurons', neurons, sizeOf(maps.neurons), sizeOf(maps.neurons));
  const others = { ...(norm && { norm: norm === 'batch' ? norm : { ...norm } }), ...(pool && { pool }) };
  return { neurons: sizeOf(maps.neurons), convolve: resolved, ...others };
}

function resolveLayer(
  some: LayerOptions,
  base: NeuronOptions,
  isLast: boolean,
  reads?: MapShape,
  outputs?: number,
): ResolvedLayer {
  checkOptions('layer', some, LAYER_OPTIONS, ['synapse', 'delay']);
  const { neuron, synapse, delay, recurrent = false, learn } = some;
  const { neurons = isLast ? (outputs ?? CLASSES) : 0, ...convolution } =
    some.convolve === undefined ? { neurons: some.neurons } : resolveConvolution(some, reads);
  if (some.convolve !== undefined) {
    if (isLast) throw new RangeError('convolve: expected a layer before the outputs, found the outputs');
    if (synapse) throw new RangeError('synapse: expected a layer that does not convolve, found one that does');
    if (recurrent) throw new RangeError('recurrent: expected a layer that does not convolve, found one that does');
    if (learn === 'tau of each neuron')
      throw new RangeError(
        "learn: expected 'tau', as neurons that convolve share their weights, found one of each neuron",
      );
  } else if (some.pool !== undefined || some.norm !== undefined)
    throw new RangeError(`${some.pool ? 'pool' : 'norm'}: expected a layer that convolves, found one that does not`);
  else if (isLast) checkWhole('neurons of the last layer', neurons, outputs ?? 2, outputs ?? MAX_CLASSES);
  else LAYER.fields.neurons.check('neurons', neurons);
  const own = resolveNeuronOptions(neuron, base);
  checkNeuron(own);
  if (some.convolve !== undefined && own.beta > 0)
    throw new RangeError(`beta: expected 0 of neurons that convolve, found ${own.beta}`);
  if (synapse !== undefined) {
    if (synapse !== null) checkOptions('synapse', synapse, ['tau']);
    LAYER.fields.synapse.fields.tau.check('tau of the synapse', synapse?.tau);
  }
  LAYER.fields.recurrent.check('recurrent', recurrent);
  if (recurrent && isLast) throw new RangeError('recurrent: expected a hidden layer, found the outputs');
  if (learn !== undefined) LAYER.fields.learn.check('learn', learn);
  return {
    neurons,
    ...convolution,
    neuron: own,
    recurrent,
    ...(synapse && { synapse: { tau: synapse.tau } }),
    ...(delay !== undefined && { delay: resolveDelay(delay) }),
    ...(learn && { learn }),
  };
}

/** Whether two neurons have the same value of an option. */
const agree = (a: NeuronOptions, b: NeuronOptions) => (name: keyof NeuronOptions) =>
  JSON.stringify(a[name]) === JSON.stringify(b[name]);

/** How many hidden neurons a network has that `hidden` can say; undefined for any other. */
export function shortForm(layers: readonly ResolvedLayer[]): { hidden?: number } | undefined {
  const last = layers[layers.length - 1];
  const isPlain = layers.every(
    ({ neuron, synapse, delay, recurrent, learn, convolve }) =>
      neuronOptions().every(agree(neuron, last.neuron)) && !(synapse || delay || recurrent || learn || convolve),
  );
  if (layers.length > 2 || !isPlain) return undefined;
  return layers.length === 1 ? {} : { hidden: layers[0].neurons };
}

/** Whether these layers follow from the number of weights: one hidden layer or none, and ten outputs. */
export const followFromWeights = (layers: readonly ResolvedLayer[]): boolean =>
  layers[layers.length - 1].neurons === CLASSES && shortForm(layers) !== undefined;

/**
 * Layers without what is their default, beside the options of the last layer's neurons; undefined if they are the ten
 * outputs alone.
 */
export function shortenLayers(
  layers: readonly ResolvedLayer[],
  { ...neuron } = layers[layers.length - 1].neuron,
): Record<string, unknown>[] | undefined {
  const all = layers.map(({ neurons, ...others }, i) => {
    // A convolution says how many neurons there are, and ten outputs are the default.
    const isSaid = others.convolve !== undefined || (i === layers.length - 1 && neurons === CLASSES);
    return shortenGroup(LAYER, isSaid ? others : { neurons, ...others }, { neuron }) ?? {};
  });
  return all.length === 1 && Object.keys(all[0]).length === 0 ? undefined : all;
}

/** An option that is set although an engine does not have it. */
export interface Missing {
  /** The number of the layer, from 0 on. */
  layer: number;
  of: 'layer' | 'neuron';
  name: string;
  value: unknown;
  about: About;
}

/** The first option of layers, or of their neurons, that is set and that the engine does not have, as its entry says. */
export function findMissing(layers: readonly ResolvedLayer[], engine: string): Missing | undefined {
  const missingOf = (layer: number, of: Missing['of'], { fields }: Group, options: object): Missing[] =>
    Object.entries(options).flatMap(([name, value]) => {
      const { about } = fields[name];
      const isThere = about.has?.engines?.includes(engine) ?? true;
      return isThere || value === undefined || isSame(value, about.default) ? [] : [{ layer, of, name, value, about }];
    });
  return layers.flatMap((each, i) => [
    ...missingOf(i, 'layer', LAYER, each),
    ...missingOf(i, 'neuron', NEURON, each.neuron),
  ])[0];
}

/** @throws RangeError for an option that the engine does not have */
export function checkEngineHas(engine: string, layers: readonly ResolvedLayer[]): void {
  const missing = findMissing(layers, engine);
  if (missing === undefined) return;
  const { default: standard, has, instead } = missing.about;
  const expected = standard === undefined ? 'none' : formatValue(standard);
  const advice = instead ?? `use ${listChoices((has?.engines ?? []).map(formatValue))}`;
  throw new RangeError(`${missing.name}: expected ${expected} on the engine '${engine}'; ${advice}`);
}

/** Layers as a text for records, beside the options of the last layer's neurons; `readLayers` reads it. */
export function storeLayers(layers: readonly ResolvedLayer[]): string {
  const { neuron: base } = layers[layers.length - 1];
  const stored = layers.map(({ neurons, neuron, synapse, delay, recurrent, learn, convolve, norm, pool }) => {
    const others = neuronOptions().filter((name) => !agree(neuron, base)(name));
    const own = Object.fromEntries(others.map((name) => [name, neuron[name]]));
    return {
      ...(convolve ? { convolve, ...(norm && { norm }), ...(pool && { pool }) } : { neurons }),
      ...(others.length > 0 && { neuron: own }),
      ...(synapse && { synapse }),
      ...(delay && { delay }),
      ...(recurrent && { recurrent }),
      ...(learn && { learn }),
    };
  });
  return JSON.stringify(stored);
}

/**
 * The layers of such a text.
 * @param neuron the options of the last layer's neurons
 * @throws RangeError unless `storeLayers` can have written it
 */
export function readLayers(text: unknown, neuron?: Partial<NeuronOptions>): ResolvedLayer[] {
  let layers: LayerOptions[];
  try {
    layers = JSON.parse(String(text));
  } catch {
    throw new RangeError(`layers: expected a list of layers as JSON, found ${formatValue(text)}`);
  }
  return resolveLayers({ layers, neuron });
}

/**
 * What neurons remember from step to step, layer by layer: what arrives late, step by step, if there are delays, their
 * last spikes if they are recurrent, then their currents if these last, then how far they have adapted if their threshold
 * rises, then their potentials; and which value each has at rest.
 */
export const remembered = (layers: readonly LayerShape[]): { neurons: number; rest: number }[] =>
  layers.flatMap(({ neurons, neuron, synapse, delay, recurrent }) => [
    ...(delay ? [{ neurons: delay.most * neurons, rest: 0 }] : []),
    ...(recurrent ? [{ neurons, rest: 0 }] : []),
    ...(synapse ? [{ neurons, rest: 0 }] : []),
    ...(neuron?.beta ? [{ neurons, rest: 0 }] : []),
    { neurons, rest: neuron?.vReset ?? 0 },
  ]);

/** How many numbers those are. */
export const countRemembered = (layers: readonly LayerShape[]): number =>
  remembered(layers).reduce((sum, { neurons }) => sum + neurons, 0);

/** All that a batch of so many places remembers, [places, neurons] of each part, at rest. */
export const atRest = (layers: readonly LayerShape[], places: number): Float32Array =>
  Float32Array.from(remembered(layers).flatMap(({ neurons, rest }) => new Array(places * neurons).fill(rest)));
