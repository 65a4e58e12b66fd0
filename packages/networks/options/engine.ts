/** What both engines have in common: their options, what they are asked, and what they answer. */
import {
  checkChoice,
  checkIndices,
  checkObject,
  checkOptions,
  checkWhole,
  formatValue,
  isTyped,
  listChoices,
} from '../../../src/common/checks';
import { CLASSES, checkMnist, MAX_T, type Presentation, type Split } from '../../../src/common/mnist';
import { MAX_UINT32 } from '../../../src/common/random';
import type { Trace } from '../../../src/common/trace';
import type { EngineState, Learner } from '../../../src/training/learner';
import { checkImages } from '../images';
import { checkSpikeTrains, countClasses, countInputs, type Dataset, isImages, isSpikeTrains } from '../spike-trains';
import { checkDelays } from './delay';
import {
  checkMap,
  countRemembered,
  LAYER,
  type LayerShape,
  MAX_LAYERS,
  type MapShape,
  type ResolvedLayer,
  resolveLayers,
  type SomeLayers,
  shortenLayers,
  shortForm,
} from './layers';
import { DEFAULT_NEURON, NEURON, type NeuronOptions } from './neuron-options';
import { RATE_PENALTY, type RatePenalty, resolveRatePenalty } from './rate-penalty';
import {
  defaultsOf,
  type Entry,
  either,
  group,
  type Infer,
  list,
  namesOf,
  number,
  oneOf,
  shortenGroup,
  toggle,
  whole,
} from './schema';
import { checkGain, checkRanges, countNumbers, parameters } from './weights';

export { MAX_T, type Presentation, type Split } from '../../../src/common/mnist';
export type { Trace } from '../../../src/common/trace';
export {
  type BatchResult,
  checkLearner,
  type EngineState,
  freshState,
  type Learner,
} from '../../../src/training/learner';
export type { LayerOptions } from './layers';
export type { NeuronOptions } from './neuron-options';

/**
 * What training minimizes, by name: the mean squared error of the firing rates, or the cross-entropy of a softmax over
 * the firing rates, over the numbers of spikes, which are the rates times T, or over the spikes of each step, of which
 * it is the mean (snnTorch's `ce_rate_loss`). Where a potential is read, it stands for the rates, and those of each
 * step for the spikes. `src/training/losses.ts` has the equations.
 */
export const LOSS_NAMES = ['mse', 'cross-entropy', 'cross-entropy-counts', 'cross-entropy-each-step'] as const;
export type LossName = (typeof LOSS_NAMES)[number];

/** Those of the ANN. */
export const ANN_LOSSES = ['mse', 'cross-entropy'] as const satisfies readonly LossName[];
export type AnnLoss = (typeof ANN_LOSSES)[number];

/**
 * How an image becomes the input of each step: as fresh spikes; as itself, its pixels from 0 to 1 being the same input
 * in every step (direct input, also called direct coding); or as one spike per pixel, the earlier the brighter (a
 * latency code).
 */
export const ENCODER_NAMES = ['poisson', 'direct', 'latency'] as const;
export type EncoderName = (typeof ENCODER_NAMES)[number];

/**
 * What is read of the outputs: their spikes, which make firing rates; or, of neurons that never fire, their
 * potential h after the last step, its mean over the steps, or its highest value in any step (SpikingJelly's
 * `NonSpikingLIFNode` with `last_mem`, `mean-mem` and `max-mem`).
 */
export const READOUT_NAMES = ['spikes', 'last-potential', 'mean-potential', 'highest-potential'] as const;
export type ReadoutName = (typeof READOUT_NAMES)[number];

/** Most pixels that images are moved by. */
export const MAX_SHIFT = 4;

/** Of options that mean nothing for the ANN. */
const SPIKING = { ann: false } as const;

/** How engines train, and what. Those marked so mean nothing for the ANN, or for data that are no images. */
export const ENGINE = group(
  { doc: 'the options of the engine' },
  {
    /** A whole number from 0 to 2³² − 1. */
    seed: whole(0, MAX_UINT32, {
      doc: 'seed of the initial weights, the order of the images and the spikes',
      default: 0,
      label: 'seed',
    }),
    /** Simulated steps per image, 1 to 10,000. Default 100, or the steps of the spike trains. */
    T: whole(1, MAX_T, { doc: 'simulated steps per image', default: 100, has: SPIKING, label: 'T' }),
    /** Images per training step. */
    batchSize: whole(1, 2 ** 20, { doc: 'images per batch', default: 128, label: 'batch' }),
    /** Adam's. */
    learningRate: number({ doc: 'learning rate of Adam', default: 1e-3, label: 'lr', heading: 'learning rate' }, 0),
    /** Of the outputs. */
    neuron: NEURON,
    /** All layers in order, the outputs last. */
    layers: list(MAX_LAYERS, LAYER, { doc: 'all layers in order, the outputs last', has: SPIKING }),
    /** Default 'mse'. */
    loss: oneOf(LOSS_NAMES, {
      doc: 'loss of the firing rates: mse, cross-entropy, cross-entropy-counts, whose softmax takes the numbers of spikes, or cross-entropy-each-step, the mean over the steps',
      default: 'mse',
      words: {
        mse: 'MSE',
        'cross-entropy-counts': 'cross-entropy of counts',
        'cross-entropy-each-step': 'cross-entropy of each step',
      },
    }),
    /** What the rates of hidden neurons add to the loss. None by default. */
    ratePenalty: RATE_PENALTY,
    /**
     * Default 'spikes'. With a potential the outputs never fire, and it is what stands for the firing rates in
     * `rates` and in the loss.
     */
    readout: oneOf(READOUT_NAMES, {
      doc: 'what is read of the outputs: spikes; or, of neurons that never fire, last-potential, mean-potential or highest-potential',
      default: 'spikes',
      has: SPIKING,
      words: {
        'last-potential': 'last potential as the answer',
        'mean-potential': 'mean potential as the answer',
        'highest-potential': 'highest potential as the answer',
      },
    }),
    /** Default 'poisson'; undefined with spike trains, which need none. */
    encoder: oneOf(ENCODER_NAMES, {
      doc: 'input of each step: poisson, which is spikes; direct, which is the pixels from 0 to 1; latency, one spike per pixel',
      default: 'poisson',
      has: { ann: false, images: true },
      words: { poisson: 'Poisson' },
      heading: 'input',
    }),
    /**
     * Whether training resets the neurons between two batches. Default true. Without, the image in each place of a
     * batch finds what the image before left in that place, potentials and what else `EngineState` has; no gradient
     * goes back there. Tests and traces start at rest.
     */
    reset: toggle({
      doc: 'reset the neurons between the batches of the training',
      default: true,
      has: SPIKING,
      words: { true: 'reset', false: 'no reset' },
    }),
    /**
     * By how many pixels, at most, training moves each image, at random in each epoch: 0 to 4. Default 0. Tests,
     * held-back images and traces are not moved.
     */
    shift: whole(0, MAX_SHIFT, {
      doc: 'move each training image by up to so many pixels, at random',
      default: 0,
      has: { ann: false, images: true },
      label: 'shift',
    }),
    /**
     * What the initial weights, PyTorch's, are multiplied by: one number, or one for each layer. Default 1. A deep
     * network whose neurons are silent at the start learns nothing.
     */
    gain: either(
      number({ doc: 'of all layers' }, 0),
      list(MAX_LAYERS, number({ doc: 'of a layer' }, 0), { doc: 'of each layer' }),
      {
        doc: 'what initial weights are multiplied by, or one number for each layer',
        default: 1,
        has: SPIKING,
        label: 'first weights ×',
      },
    ),
  },
);

type Options = Omit<Infer<typeof ENGINE>, 'neuron' | 'layers' | 'loss' | 'ratePenalty' | 'encoder'>;

/** What an engine is made from. */
export interface ResolvedEngineOptions<Loss = LossName> extends Options {
  /** MNIST, other images, or spike trains, whose T and number of inputs the engine takes over. Not to be changed while in use. */
  data: Dataset;
  neuron: NeuronOptions;
  layers: readonly ResolvedLayer[];
  /** Neurons of the hidden layer of a network that has one, equal neurons, and nothing more. */
  hidden?: number;
  loss: Loss;
  ratePenalty?: RatePenalty;
  encoder?: EncoderName;
  /** Threads of the event engine; the result does not depend on it. Default: all cores. */
  threads?: number;
}

/** Engine options. Only `data` is required; the rest has the tutorial's defaults. */
export type EngineOptions = Partial<Omit<ResolvedEngineOptions, 'data' | 'ratePenalty' | keyof SomeLayers>> &
  SomeLayers & { data: Dataset; ratePenalty?: Partial<RatePenalty> };

/** The names of `EngineOptions`. */
export const ENGINE_OPTIONS = ['data', ...namesOf(ENGINE), 'hidden', 'threads'] as const;

/** The tutorial's way to train. Histories leave these out while they are so, and what is undefined. */
const { loss, readout, encoder, reset, shift, gain } = defaultsOf(ENGINE);
export const DEFAULT_TRAINING = { loss, readout, encoder, reset, shift, gain } as const;

/**
 * Fills in the tutorial's defaults (T = 100, batches of 128, Adam at 1e-3, seed 0) and checks every option. What is
 * returned is frozen, but for the data, which are the caller's.
 * @throws TypeError without data, and for an option of the neuron outside of `neuron`; RangeError that names the option
 *   that is out of range or unknown
 */
export function resolveEngineOptions(some: EngineOptions): ResolvedEngineOptions {
  checkObject('createEngine', some, 'an object of options');
  const misplaced = Object.keys(DEFAULT_NEURON).find((name) => some[name as keyof EngineOptions] !== undefined);
  if (misplaced) {
    throw new TypeError(`${misplaced}: expected inside neuron, as in { neuron: { ${misplaced}: … } }, found beside it`);
  }
  checkOptions('createEngine', some, ENGINE_OPTIONS);
  const { data, threads, ...options } = some;
  if (isSpikeTrains(data)) checkSpikeTrains(data);
  else if (isImages(data)) checkImages(data);
  else checkMnist(data);
  const resolved = resolveOptions(options, {
    inputs: countInputs(data),
    classes: countClasses(data),
    steps: isSpikeTrains(data) ? data.T : undefined,
    map: isImages(data) ? [data.rows, data.columns, data.channels] : undefined,
  });
  if (threads !== undefined) checkWhole('threads', threads, 1, 64);
  return frozen({ data, ...resolved, threads });
}

/** What engines are told that data are shown to. */
export interface Shown {
  /** How many there are in each step. */
  inputs: number;
  /** How many outputs the network has. Default 10. */
  classes?: number;
  /** Steps of spike trains; undefined for images, which an encoder shows for as long as is wanted. */
  steps?: number;
  /** Rows, columns and channels of images of one's own. */
  map?: MapShape;
}

/**
 * The same without the data. Each rule about options that go together is here, and nowhere else.
 * @throws RangeError that names the option that is out of range, or does not go with another
 */
export function resolveOptions(
  some: Omit<EngineOptions, 'data' | 'threads'>,
  { inputs, classes = CLASSES, steps, map }: Shown,
): Omit<ResolvedEngineOptions, 'data' | 'threads'> {
  const given = Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
  const usual = { ...defaultsOf(ENGINE), ...(steps !== undefined && { T: steps, encoder: undefined }) };
  const layers = resolveLayers(some, classes);
  const { gain, ...filled }: typeof usual = { ...usual, ...given };
  const options = {
    ...filled,
    gain: Array.isArray(gain) ? [...gain] : gain,
    neuron: layers[layers.length - 1].neuron,
    layers,
    hidden: shortForm(layers)?.hidden,
    ratePenalty: resolveRatePenalty(some.ratePenalty, layers.length),
  };
  const { T, loss, readout, shift, encoder } = options;
  if (steps !== undefined && T !== steps)
    throw new RangeError(`T: expected ${steps}, the steps of the data, found ${formatValue(T)}`);
  if (steps !== undefined && encoder !== undefined) {
    throw new RangeError(`encoder: expected none, since the data are spikes already, found ${formatValue(encoder)}`);
  }
  for (const name of namesOf(ENGINE)) {
    const entry: Entry = ENGINE.fields[name];
    if (entry.kind === 'leaf' && options[name] !== undefined) entry.check(name, options[name]);
  }
  if (loss === 'cross-entropy-counts' && readout !== 'spikes' && readout !== 'mean-potential') {
    const others = listChoices(LOSS_NAMES.filter((name) => name !== loss).map(formatValue));
    throw new RangeError(
      `loss: expected ${others} with readout '${readout}', found '${loss}', which adds up all steps`,
    );
  }
  if (shift > 0 && steps !== undefined) throw new RangeError('shift: expected images to move, found spike trains');
  checkGain(gain, layers.length);
  checkMap(layers, inputs, map);
  checkDelays(layers, T, encoder);
  return options;
}

/**
 * Options of an engine without what is their default, in the order of the table, as documents and histories have them.
 * What the table has not comes last, as it is.
 */
export function shortenEngine(options: Partial<Omit<ResolvedEngineOptions<string>, 'data'>>): Record<string, unknown> {
  const { layers, neuron, ...others } = options;
  const own = shortenGroup(ENGINE, { ...others, neuron }) ?? {};
  const short: Record<string, unknown> = layers ? { ...own, layers: shortenLayers(layers, neuron) } : own;
  const known = namesOf(ENGINE).filter((name) => short[name] !== undefined);
  const more = Object.entries(others).filter(
    ([name, value]) => value !== undefined && !Object.hasOwn(ENGINE.fields, name),
  );
  return Object.fromEntries([...known.map((name) => [name, short[name]]), ...more]);
}

/** Freezes what a call returns as its own, and all in it but the data. */
export function frozen<O extends object>(options: O): O {
  for (const [name, value] of Object.entries(options)) {
    if (name !== 'data' && typeof value === 'object' && value !== null) frozen(value);
  }
  return Object.freeze(options);
}

/** Which image is shown. In each epoch it gets new spikes. */
export interface ImagePresentation {
  split: Split;
  epoch: number;
  /** The image's index in its split. */
  index: number;
}

/**
 * Something that trains the tutorial's network: 784 inputs or the units of spike trains, hidden layers or none, a LIF
 * neuron for each class, Adam on a loss of what is read of them.
 */
export interface Engine extends Learner {
  readonly name: 'event' | 'tfjs';
  /** The loss is 'custom' if it was given as a function. */
  readonly options: ResolvedEngineOptions<LossName | 'custom'>;
  /**
   * Every step of one image, arrays [T, classes], and of hidden neurons [T, neurons]. Outputs whose potential is read have
   * no spikes.
   */
  trace(presentation: ImagePresentation): Promise<Trace>;
}

/** Adam's step count is kept as an int32, in which a state that is restored leaves room for as many steps again. */
export const MAX_STEP = 2 ** 30;

/**
 * Of weights and of Adam's first moment; the second one is a square. Of larger ones a few sums are no longer finite.
 */
const LARGEST = 1e12;

/**
 * A copy of a state: its owner's later changes have no effect. Potentials are left out where they are reset.
 * @throws RangeError unless weights and moments have this many numbers, from -1e12 to 1e12 (the second moment
 *   from 0 to 1e24), the step is a whole number, and potentials are absent or there, from -1e24 to 1e24, for each place
 *   of a batch
 */
export function takeState(
  state: EngineState,
  options: Pick<Engine['options'], 'data' | 'reset' | 'batchSize'> & { layers: readonly LayerShape[] },
): EngineState {
  checkOptions('state', state, ['weights', 'm', 'v', 'step', 'potentials']);
  const { data, reset, batchSize, layers } = options;
  const size = countNumbers(parameters(layers, countInputs(data)));
  const take = (name: 'weights' | 'm' | 'v' | 'potentials', most: number, least = -most, count = size) => {
    const values = state[name];
    if (!(values && isTyped(values, 'Float32Array') && values.length === count)) {
      throw new RangeError(
        `${name}: expected a Float32Array of ${count} numbers, found ${isTyped(values, 'Float32Array') ? values?.length : formatValue(values)}`,
      );
    }
    let i = 0; // a loop: `find` takes several times as long, and chapters restore a state for each batch
    while (i < count && values[i] >= least && values[i] <= most) i++;
    if (i === count) return values.slice();
    const from = least === 0 ? '0' : least.toExponential();
    throw new RangeError(`${name}: expected numbers from ${from} to ${most.toExponential()}, found ${values[i]}`);
  };
  const taken = {
    weights: take('weights', LARGEST),
    m: take('m', LARGEST),
    v: take('v', LARGEST * LARGEST, 0),
    step: state.step,
  };
  checkRanges(taken.weights, layers, countInputs(data));
  checkWhole('step', taken.step, 0, MAX_STEP);
  if (reset || state.potentials === undefined) return taken;
  const count = batchSize * countRemembered(layers);
  return { ...taken, potentials: take('potentials', LARGEST * LARGEST, -LARGEST * LARGEST, count) };
}

/**
 * A copy of a presentation: its owner's later changes to the indices have no effect.
 * @throws RangeError unless the split is there and holds all these images, and there is at least one
 */
export function takePresentation(data: Dataset, presentation: Presentation): Presentation & { indices: Uint32Array } {
  checkOptions('presentation', presentation, ['split', 'epoch', 'indices']);
  const { split, epoch, indices } = presentation;
  checkChoice('split', split, ['train', 'test']);
  const sample = isSpikeTrains(data) ? 'spike train' : 'image';
  if (!(indices?.length > 0)) {
    const found = indices?.length === 0 ? 0 : ((indices as object | undefined)?.constructor?.name ?? 'none');
    throw new RangeError(`indices: expected at least one ${sample}, found ${found}`);
  }
  checkIndices(indices, data[split].count, sample);
  checkWhole('epoch', epoch, 0, MAX_UINT32);
  return { split, epoch, indices: new Uint32Array(indices) };
}

/** As `takePresentation`, of one image. */
export function takeImage(data: Dataset, image: ImagePresentation): ReturnType<typeof takePresentation> {
  checkOptions('image', image, ['split', 'epoch', 'index']);
  const { index, ...shown } = image;
  return takePresentation(data, { ...shown, indices: [index] });
}
