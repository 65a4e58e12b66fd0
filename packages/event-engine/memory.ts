/**
 * The memory of the event-driven engine: its layout, and how threads find it.
 */
import type { ImageShape } from '../networks/images';
import type { EncoderName, LossName, ReadoutName } from '../networks/options/engine';
import { allMaps, type ResolvedLayer, remembered } from '../networks/options/layers';
import type { NeuronOptions } from '../networks/options/neuron-options';
import type { RatePenalty } from '../networks/options/rate-penalty';
import { mostOf, type Parameter, parameters } from '../networks/options/weights';
import type { SpikeTrainSplit } from '../networks/spike-trains';
import {
  ADAPT_BYTES,
  BLOCK,
  COLUMN_BYTES,
  Control,
  INPUT_BYTES,
  INPUTS,
  LAYER_BYTES,
  LAYERS,
  MAX_LAYERS,
  ROW_FLOATS,
  SLOTS,
} from './layout';
import { columnsOf, placeConvolutions } from './maps';

export { BLOCK, Control, INPUTS, ROW_FLOATS, SLOTS };

const PAGE = 65536;

/** A batch is cut into this many runs of images, each with its own gradient, whatever the number of threads. */
export const SHARDS = 16;
/** The update of the weights is cut into this many runs of rows. */
export const SLICES = 8;
/** Images of one task when only the rates are wanted. */
export const RATES_TASK = 64;
/** Most images of one job of that kind, for so many outputs. */
export const ratesLimit = (outputs: number) => Math.min(8192, Math.ceil(81920 / outputs));

/** How many neurons of a network are read. */
export const countOutputs = (layers: readonly ResolvedLayer[]) => layers[layers.length - 1].neurons;

/** Kinds of jobs that threads share. */
export const JobKind = { Gradient: 0, Update: 1, Rates: 2 } as const;
export type JobKind = (typeof JobKind)[keyof typeof JobKind];

/** The images that a job is about. */
export interface Images {
  images: Uint8Array;
  labels: Uint8Array | Uint16Array;
}

/** The images, or the spike trains, that a job is about. */
export type Samples = Images | Omit<SpikeTrainSplit, 'count'>;

/** How large the memory is. */
export interface Layout {
  /** The longest presentation, in steps. */
  T: number;
  batchSize: number;
  /** Inputs of the network; by default the pixels of an image. */
  inputs?: number;
  /** All layers, the outputs last. */
  layers: readonly ResolvedLayer[];
  /** How many cores share the memory. */
  threads: number;
  /** Whether each image starts at rest; otherwise there is room for the potentials of a batch. */
  reset: boolean;
}

/** How images are shown; it may change between two jobs. */
export interface Showing {
  seed: number;
  /** Steps of a presentation; at most those of the layout. */
  T: number;
  /** The options of all neurons; by default those of each layer. */
  neuron?: NeuronOptions;
}

/** What a core is made from; each thread gets a copy. */
export interface CoreOptions extends Layout, Showing {
  /** TrainSpikes and TestSpikes of `Purpose`, and whose images or spike trains they are. */
  data: { [purpose: number]: Samples };
  loss: LossName;
  readout: ReadoutName;
  ratePenalty?: RatePenalty;
  /** How images become spikes; undefined with spike trains. */
  encoder?: EncoderName;
  /** The shape of images of one's own. */
  image?: ImageShape;
  /** By how many pixels images are moved at most, in a job of gradients. */
  shift?: number;
}

/** Where things lie in the memory, in bytes from its start. */
export type MemoryMap = ReturnType<typeof memoryMap>;

const ROW_BYTES = 4 * ROW_FLOATS;

/** A matrix in the memory, whose columns of up to twelve values per row lie `stride` bytes apart. */
export interface Matrix {
  /** Where it begins, in bytes from the first of its kind. */
  offset: number;
  rows: number;
  units: number;
  stride: number;
  /**
   * How many units stand in columns of their own, of a layer that convolves the channels of a position; by default all.
   */
  channels?: number;
}

/** A parameter of the network in the memory. */
export interface Part extends Matrix, Pick<Parameter, 'layer' | 'kind'> {}

/** The parameters of a network, in their order, one after the other. */
function placeParameters({ layers, inputs }: Layout): { parts: Part[]; rows: number } {
  let rows = 0;
  const padded = (layer: number) => ROW_FLOATS * columnsOf(layers[layer].neurons);
  const { length: convolved } = allMaps(layers, inputs).maps;
  const parts = parameters(layers, inputs).map(({ layer, kind, shape: [count, units] }) => {
    // One row more than there are inputs, of zeros, for places that hold no pixel; those of hidden neurons fill
    // columns. Events name rows themselves.
    const isOfEvents = convolved > 0 && layer <= convolved;
    const places = isOfEvents ? count : layer === 0 ? Math.max(INPUTS, count) + 1 : padded(layer - 1);
    const isOfInputs = kind === 'weight' || kind === 'delay';
    const stride = ROW_BYTES * (isOfInputs ? places : kind === 'recurrent' ? padded(layer) : 1);
    const part = { layer, kind, offset: rows, rows: count, units, stride };
    rows += columnsOf(units) * stride;
    return part;
  });
  return { parts, rows };
}

/** What neurons remember from one batch to the next: of each column, a row of each kind for each place of the batch. */
function placeRemembered({ layers, batchSize, reset }: Layout): { remembers: Matrix[]; bytes: number } {
  let bytes = 0;
  const all = batchSize * ROW_BYTES;
  const remembers = (reset ? [] : layers).flatMap((layer): Matrix[] => {
    const [most, units] = [mostOf(layer), layer.neurons];
    // What arrives late comes first, each of the next steps with columns of its own.
    const late = { offset: bytes, rows: batchSize, units: most * units, stride: all, channels: units };
    bytes += most * columnsOf(units) * all;
    const kinds = remembered([layer]).slice(most > 0 ? 1 : 0);
    const stride = kinds.length * all;
    const { channels } = layer.convolve ?? {};
    const columns = channels ? (layer.neurons / channels) * columnsOf(channels) : columnsOf(layer.neurons);
    const first = bytes;
    bytes += columns * stride;
    const others = kinds.map(({ neurons: units }, kind) => ({
      offset: first + kind * all,
      rows: batchSize,
      units,
      stride,
      channels,
    }));
    return most > 0 ? [late, ...others] : others;
  });
  return { remembers, bytes };
}

/** Bytes rounded up to an odd number of cache lines, so that columns do not compete for the same ones. */
const spread = (bytes: number) => 64 * (Math.ceil(bytes / 64) | 1);

/** Number of the kernel's inputs, of 784 units each, for a network's inputs. */
export const countInputRecords = ({ inputs = INPUTS }: { inputs?: number }) => Math.ceil(inputs / INPUTS);

/**
 * Where what a layer with delays keeps of T steps lies in scratch memory, currents and gradients (see kernel/delays.ts),
 * and how many bytes that are of a neuron: the last steps are those in which something arrives too late.
 */
function placeDelays(layer: ResolvedLayer, T: number, take: (bytes: number) => number) {
  if (!layer.delay) return { delayed: 0, delayedBytes: 0 };
  const delayedBytes = 16 * Math.ceil((T + layer.delay.most + 8) / 4);
  return { delayed: take(16 + 2 * columnsOf(layer.neurons) * ROW_FLOATS * delayedBytes), delayedBytes };
}

/** Where the neurons of each layer lie in scratch memory, with the input that their spikes are. */
function placeNeurons(layout: Layout) {
  const { layers } = layout;
  let scratchBytes = SCRATCH;
  const take = (bytes: number) => {
    const start = scratchBytes;
    scratchBytes += 64 * Math.ceil(bytes / 64);
    return start;
  };
  const moreInputs = take((countInputRecords(layout) - 1) * INPUT_BYTES);
  const convolutions = placeConvolutions(layout, take);
  const placed = layers.map((layer, i) => {
    const convolved = convolutions[i];
    const delayed = placeDelays(layer, layout.T, take);
    const adapted = take(layer.neuron.beta > 0 ? columnsOf(layer.neurons) * ADAPT_BYTES : 0);
    const kept = { ...delayed, adapted: layer.neuron.beta > 0 ? adapted : 0 };
    if (layer.convolve) {
      // A single column, which all positions use in turn.
      const place = take(COLUMN_BYTES);
      const columns = columnsOf(layer.convolve.channels);
      return { ...layer, columns, makes: 0, place, placeStride: 0, feedback: 0, fromNext: 0, convolved, ...kept };
    }
    const columns = columnsOf(layer.neurons);
    const left = layers.length - 1 - i;
    // Behind a column lie its weights to each neuron of the next layer; of a recurrent one those to each of its own,
    // and dL/ds; outputs have it, too, since their loss may be one of each step.
    const receivers = left === 0 ? 0 : ROW_FLOATS * columnsOf(layers[i + 1].neurons);
    const feedback = COLUMN_BYTES + receivers * ROW_BYTES;
    const fromNext = feedback + (layer.recurrent ? columns * ROW_FLOATS * ROW_BYTES : 0);
    const placeStride = spread(layer.recurrent || left === 0 ? fromNext + BLOCK * ROW_BYTES : feedback);
    const makes = take(left > 0 ? INPUT_BYTES : 0);
    const place = take(columns * placeStride);
    return { ...layer, columns, makes, place, placeStride, feedback, fromNext, convolved, ...kept };
  });
  return { layers: placed, scratchBytes, moreInputs };
}

export function memoryMap(options: Layout) {
  let end = LAYERS + MAX_LAYERS * LAYER_BYTES;
  const place = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const outputs = countOutputs(options.layers);
  const { parts, rows } = placeParameters(options);
  const { layers, scratchBytes, moreInputs } = placeNeurons(options);
  const { remembers, bytes } = placeRemembered(options);
  // The spikes of a sample, where they are given and not drawn: 16 steps of each place, part by part.
  const givenBytes = Math.ceil(options.T / BLOCK) * countInputRecords(options) * 8 * 2 * SLOTS;
  return {
    learningRate: place(8),
    indices: place(4 * Math.max(options.batchSize, ratesLimit(outputs))),
    rates: place(4 * outputs * ratesLimit(outputs)),
    losses: place(8 * SHARDS),
    correct: place(8 * SHARDS),
    weights: place(rows),
    m: place(rows),
    v: place(rows),
    gradients: place(rows * SHARDS),
    given: place(givenBytes * options.threads),
    givenBytes,
    potentials: place(bytes),
    scratch: place(0),
    scratchBytes,
    moreInputs,
    rows,
    layers,
    parts,
    remembers,
  };
}

/**
 * The rows of a network that are in use: `first` counts rows of its memory. There is room for at least 784 inputs and
 * for whole columns; with fewer, the rows between are never anything but zeros, and need no work. Of delays that are
 * learnt `most` is the longest.
 */
export function usedRows({ parts, layers }: MemoryMap): { first: number; count: number; most?: number }[] {
  return parts.flatMap(({ offset, rows, units, stride, kind, layer }) => {
    const most = kind === 'delay' && layers[layer].delay?.learn ? mostOf(layers[layer]) : undefined;
    return Array.from({ length: columnsOf(units) }, (_, c) => {
      return { first: (offset + c * stride) / ROW_BYTES, count: rows, most };
    });
  });
}

/** Bytes of scratch memory per thread before those of hidden layers, at least the kernel's SCRATCH_BYTES. */
export const SCRATCH = 320 * 1024;

/** Most pages that the kernel accepts (see kernel/asconfig.json): 512 MB. */
const MOST_PAGES = 8192;

/** A memory for the kernel, shared if several threads use it. */
export function createMemory(options: Layout): WebAssembly.Memory {
  const { T, batchSize, threads } = options;
  const { scratch, scratchBytes } = memoryMap(options);
  const pages = Math.ceil((scratch + scratchBytes * threads) / PAGE);
  if (pages > MOST_PAGES) {
    const found = `${Math.ceil((pages * PAGE) / 2 ** 20)} MB`;
    throw new RangeError(
      `layers: expected to need at most 512 MB, found ${found} with batchSize ${batchSize}, T ${T} and threads ${threads}; take fewer neurons, images, steps or threads`,
    );
  }
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
}
