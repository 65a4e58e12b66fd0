/** The memory layout of the event-driven engine, which all threads share. */
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

/**
 * A batch is split into this many shards, each with its own gradient, so that sums do not depend on the number of
 * threads.
 */
export const SHARDS = 16;
/** The weight update is split into this many ranges of rows. */
export const SLICES = 8;
/** Images per task when only firing rates are computed. */
export const RATES_TASK = 64;
/** Maximum number of images in one job of firing rates. */
export const ratesLimit = (outputs: number) => Math.min(8192, Math.ceil(81920 / outputs));

/** Number of output neurons. */
export const countOutputs = (layers: readonly ResolvedLayer[]) => layers[layers.length - 1].neurons;

/** The kinds of jobs that are split among threads. */
export const JobKind = { Gradient: 0, Update: 1, Rates: 2 } as const;
export type JobKind = (typeof JobKind)[keyof typeof JobKind];

/** Images and their labels. */
export interface Images {
  images: Uint8Array;
  labels: Uint8Array | Uint16Array;
}

/** The images or spike trains of a job. */
export type Samples = Images | Omit<SpikeTrainSplit, 'count'>;

/** What the size of the memory depends on. */
export interface Layout {
  /** Maximum number of time steps. */
  T: number;
  batchSize: number;
  /** Number of inputs of the network; 784 by default. */
  inputs?: number;
  /** All layers, the output layer last. */
  layers: readonly ResolvedLayer[];
  /** Number of threads that share the memory. */
  threads: number;
  /** Whether each image starts at rest. Otherwise potentials are kept from one batch to the next. */
  reset: boolean;
}

/** How images are presented; may change between jobs. */
export interface Showing {
  seed: number;
  /** Time steps, at most `Layout.T`. */
  T: number;
  /** Options for the neurons of all layers, instead of each layer's own. */
  neuron?: NeuronOptions;
}

/** Options of an `EventCore`; each thread gets a copy. */
export interface CoreOptions extends Layout, Showing {
  /** Images or spike trains by `Purpose`: TrainSpikes and TestSpikes. */
  data: { [purpose: number]: Samples };
  loss: LossName;
  readout: ReadoutName;
  ratePenalty?: RatePenalty;
  /** How images become spikes; undefined with spike trains. */
  encoder?: EncoderName;
  /** Shape of the images, if it is not MNIST's. */
  image?: ImageShape;
  /** Maximum random shift of training images, in pixels. */
  shift?: number;
}

/** Byte offsets into the memory. */
export type MemoryMap = ReturnType<typeof memoryMap>;

const ROW_BYTES = 4 * ROW_FLOATS;

/** A matrix in memory, stored in columns of up to twelve values per row, `stride` bytes apart. */
export interface Matrix {
  /** Byte offset from the first matrix of its kind. */
  offset: number;
  rows: number;
  units: number;
  stride: number;
  /** Units that share columns: in a convolutional layer the channels of one position; by default all units. */
  channels?: number;
}

/** A parameter of the network, in memory. */
export interface Part extends Matrix, Pick<Parameter, 'layer' | 'kind'> {}

/** Places the network's parameters one after the other. */
function placeParameters({ layers, inputs }: Layout): { parts: Part[]; rows: number } {
  let rows = 0;
  const padded = (layer: number) => ROW_FLOATS * columnsOf(layers[layer].neurons);
  const { length: convolved } = allMaps(layers, inputs).maps;
  const parts = parameters(layers, inputs).map(({ layer, kind, shape: [count, units] }) => {
    // Slots without a pixel read one extra row of zeros. Rows of hidden neurons fill whole columns; events store the
    // offset of their row, so they need no extra one.
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

/**
 * Places the state that neurons keep between batches: for each column and kind of state a row per image of the batch.
 */
function placeRemembered({ layers, batchSize, reset }: Layout): { remembers: Matrix[]; bytes: number } {
  let bytes = 0;
  const all = batchSize * ROW_BYTES;
  const remembers = (reset ? [] : layers).flatMap((layer): Matrix[] => {
    const [most, units] = [mostOf(layer), layer.neurons];
    // Currents that are still under way come first; each future step has its own columns.
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

/** Rounds up to an odd number of cache lines, so that columns do not map to the same cache sets. */
const spread = (bytes: number) => 64 * (Math.ceil(bytes / 64) | 1);

/** Number of input records, of 784 units each. */
export const countInputRecords = ({ inputs = INPUTS }: { inputs?: number }) => Math.ceil(inputs / INPUTS);

/**
 * Places the currents and gradients that a layer with delays keeps for all steps (see kernel/delays.ts). Each neuron
 * has extra steps after the last one for spikes that arrive too late.
 */
function placeDelays(layer: ResolvedLayer, T: number, take: (bytes: number) => number) {
  if (!layer.delay) return { delayed: 0, delayedBytes: 0 };
  const delayedBytes = 16 * Math.ceil((T + layer.delay.most + 8) / 4);
  return { delayed: take(16 + 2 * columnsOf(layer.neurons) * ROW_FLOATS * delayedBytes), delayedBytes };
}

/** Places each layer's neurons, and its spikes as input of the next layer, in scratch memory. */
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
      // All positions take turns using one column.
      const place = take(COLUMN_BYTES);
      const columns = columnsOf(layer.convolve.channels);
      return { ...layer, columns, makes: 0, place, placeStride: 0, feedback: 0, fromNext: 0, convolved, ...kept };
    }
    const columns = columnsOf(layer.neurons);
    const left = layers.length - 1 - i;
    // A column is followed by its weights to the next layer and, if recurrent, to its own layer, then by dL/ds. The
    // output layer has dL/ds as well, since a loss may have a term for each step.
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
  // Input spikes that are given rather than drawn from an image: 16 steps of each slot at a time.
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
 * The rows of parameters that are in use, counted from the first parameter; the padding between them stays 0. `most` is
 * the longest delay, if delays are learnt.
 */
export function usedRows({ parts, layers }: MemoryMap): { first: number; count: number; most?: number }[] {
  return parts.flatMap(({ offset, rows, units, stride, kind, layer }) => {
    const most = kind === 'delay' && layers[layer].delay?.learn ? mostOf(layers[layer]) : undefined;
    return Array.from({ length: columnsOf(units) }, (_, c) => {
      return { first: (offset + c * stride) / ROW_BYTES, count: rows, most };
    });
  });
}

/** Bytes of scratch memory per thread that precede the layers; at least the kernel's SCRATCH_BYTES. */
export const SCRATCH = 320 * 1024;

/** Maximum number of memory pages of the kernel (see kernel/asconfig.json): 512 MB. */
const MOST_PAGES = 8192;

/** Creates the kernel's memory, shared if there are several threads. */
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
