/** A network as a list of layers, the last of which are the ten outputs. */
import { checkChoice, checkNumber, checkOptions, checkSwitch, checkWhole, formatValue } from './checks';
import { CLASSES } from './mnist';
import { checkNeuron, type NeuronOptions, neuronOptions, resolveNeuronOptions } from './neuron-options';

/** The widest hidden layer, in neurons. */
export const MAX_HIDDEN = 800;

/** Most layers of a network. */
export const MAX_LAYERS = 20;

/** Whether a hidden layer may have this many neurons. */
export const isWidth = (hidden: unknown): hidden is number =>
  Number.isInteger(hidden) && Number(hidden) >= 1 && Number(hidden) <= MAX_HIDDEN;

/** What a layer can learn besides its weights: one τ, or one for each neuron. */
export const LEARN_NAMES = ['tau', 'tau of each neuron'] as const;
export type LearnName = (typeof LEARN_NAMES)[number];

/** A layer of neurons, with what leads to them. */
export interface ResolvedLayer {
  /** 1 to 800; the last layer has ten. */
  neurons: number;
  neuron: NeuronOptions;
  /**
   * A current that lasts, with a time constant in steps above 1: i[t] = i[t−1] (1 − 1/τ) + x[t] from i = 0, by which
   * the neurons charge in place of x (snnTorch's `Synaptic`). None by default.
   */
  synapse?: { tau: number };
  /**
   * Whether the neurons of a hidden layer also receive each other's last spikes: x[t] = W s_in[t] + R s[t−1], with no
   * spikes before the first step (SpikingJelly's `LinearRecurrentContainer`, without bias). Default false.
   */
  recurrent: boolean;
  /**
   * Which τ Adam learns, as w with 1/τ = σ(w), from the neurons' `tau` (SpikingJelly's `ParametricLIFNode`). None by
   * default.
   */
  learn?: LearnName;
}

/** The names of a layer's options. */
export const LAYER_OPTIONS = [
  'neurons',
  'neuron',
  'synapse',
  'recurrent',
  'learn',
] as const satisfies readonly (keyof ResolvedLayer)[];

/** A layer as it is asked for: what is left out has its default, which for `neuron` are the network's own options. */
export type LayerOptions = Partial<Omit<ResolvedLayer, 'neuron'>> & { neuron?: Partial<NeuronOptions> };

/** What the shapes of a layer's parameters, and of what its neurons remember, depend on. */
export type LayerShape = Omit<ResolvedLayer, 'neuron'> & Partial<Pick<ResolvedLayer, 'neuron'>>;

/** What networks are made from. */
export interface SomeLayers {
  /** Neurons of a single hidden layer, 1 to 800: short for `layers: [{ neurons: hidden }, {}]`. None by default. */
  hidden?: number;
  /** All layers in order, the ten outputs last. */
  layers?: readonly LayerOptions[];
  /** Of all neurons, unless a layer says otherwise. */
  neuron?: Partial<NeuronOptions>;
}

/** The shapes of a network with one hidden layer or none. */
export const plainLayers = (hidden?: number): LayerShape[] =>
  (hidden === undefined ? [CLASSES] : [hidden, CLASSES]).map((neurons) => ({ neurons, recurrent: false }));

/**
 * All layers of a network, with their defaults filled in.
 * @throws RangeError that names the layer and the option that is out of range or unknown
 */
export function resolveLayers({ hidden, layers, neuron }: SomeLayers): ResolvedLayer[] {
  const base = resolveNeuronOptions(neuron);
  if (hidden !== undefined) checkWhole('hidden', hidden, 1, MAX_HIDDEN);
  checkNeuron(base);
  if (layers === undefined) return plainLayers(hidden).map((layer) => ({ ...layer, neuron: base }));
  if (!Array.isArray(layers)) throw new RangeError(`layers: expected an array, found ${formatValue(layers)}`);
  checkWhole('layers', layers.length, 1, MAX_LAYERS);
  // A hole is a layer that is not there; map would pass it over.
  const all = Array.from(layers, (layer, i) => {
    try {
      return resolveLayer(layer, base, i === layers.length - 1);
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

function resolveLayer(some: LayerOptions, base: NeuronOptions, isLast: boolean): ResolvedLayer {
  checkOptions('layer', some, LAYER_OPTIONS, ['synapse']);
  const { neurons = isLast ? CLASSES : 0, neuron, synapse, recurrent = false, learn } = some;
  if (isLast) checkWhole('neurons of the last layer', neurons, CLASSES, CLASSES);
  else checkWhole('neurons', neurons, 1, MAX_HIDDEN);
  const own = resolveNeuronOptions(neuron, base);
  checkNeuron(own);
  if (synapse !== undefined) {
    if (synapse !== null) checkOptions('synapse', synapse, ['tau']);
    checkNumber('tau of the synapse', synapse?.tau, 1);
  }
  checkSwitch('recurrent', recurrent);
  if (recurrent && isLast) throw new RangeError('recurrent: expected a hidden layer, found the outputs');
  if (learn !== undefined) checkChoice('learn', learn, LEARN_NAMES);
  return {
    ...{ neurons, neuron: own, recurrent },
    ...(synapse && { synapse: { tau: synapse.tau } }),
    ...(learn && { learn }),
  };
}

/**
 * What neurons remember from step to step, layer by layer: their last spikes if they are recurrent, then their currents
 * if these last, then their potentials; and which value each has at rest.
 */
export const remembered = (layers: readonly LayerShape[]): { neurons: number; rest: number }[] =>
  layers.flatMap(({ neurons, neuron, synapse, recurrent }) => [
    ...(recurrent ? [{ neurons, rest: 0 }] : []),
    ...(synapse ? [{ neurons, rest: 0 }] : []),
    { neurons, rest: neuron?.vReset ?? 0 },
  ]);

/** How many numbers those are. */
export const countRemembered = (layers: readonly LayerShape[]): number =>
  remembered(layers).reduce((sum, { neurons }) => sum + neurons, 0);

/** All that a batch of so many places remembers, [places, neurons] of each part, at rest. */
export const atRest = (layers: readonly LayerShape[], places: number): Float32Array =>
  Float32Array.from(remembered(layers).flatMap(({ neurons, rest }) => new Array(places * neurons).fill(rest)));

/** Whether two neurons have the same value of an option. */
const agree = (a: NeuronOptions, b: NeuronOptions) => (name: keyof NeuronOptions) =>
  JSON.stringify(a[name]) === JSON.stringify(b[name]);

/** How many hidden neurons a network has that `hidden` can say; undefined for any other. */
export function shortForm(layers: readonly ResolvedLayer[]): { hidden?: number } | undefined {
  const last = layers[layers.length - 1];
  const isPlain = layers.every(
    ({ neuron, synapse, recurrent, learn }) =>
      neuronOptions().every(agree(neuron, last.neuron)) && !synapse && !recurrent && !learn,
  );
  if (layers.length > 2 || !isPlain) return undefined;
  return layers.length === 1 ? {} : { hidden: layers[0].neurons };
}

/** Layers as a text for records, beside the options of the last layer's neurons; `readLayers` reads it. */
export function storeLayers(layers: readonly ResolvedLayer[]): string {
  const { neuron: base } = layers[layers.length - 1];
  const stored = layers.map(({ neurons, neuron, synapse, recurrent, learn }) => {
    const others = neuronOptions().filter((name) => !agree(neuron, base)(name));
    const own = Object.fromEntries(others.map((name) => [name, neuron[name]]));
    return {
      ...{ neurons, ...(others.length > 0 && { neuron: own }), ...(synapse && { synapse }) },
      ...{ ...(recurrent && { recurrent }), ...(learn && { learn }) },
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
