/**
 * The memory of the event-driven engine: its layout, and how threads find it.
 */
import type { EncoderName, LossName, ReadoutName } from '../../src/common/engine';
import type { NeuronOptions } from '../../src/common/neuron-options';
import type { SpikeTrainSplit } from '../../src/common/spike-trains';
import { BLOCK, INPUTS, OUTPUTS, ROW_FLOATS, SLOTS } from './layout';

export { BLOCK, INPUTS, OUTPUTS, ROW_FLOATS, SLOTS };

const PAGE = 65536;

/** A batch is cut into this many runs of images, each with its own gradient, whatever the number of threads. */
export const SHARDS = 16;
/** The update of the weights is cut into this many runs of rows. */
export const SLICES = 8;
/** Images of one task when only the rates are wanted. */
export const RATES_TASK = 64;
/** Most images of one job of that kind. */
export const RATES_LIMIT = 8192;

/** Words at the start of the memory: what all threads are doing. The first five belong to the pool. */
export const Control = {
  Generation: 0,
  Ticket: 1,
  Done: 2,
  Failed: 3,
  Started: 4,
  Kind: 5,
  Purpose: 6,
  Epoch: 7,
  Count: 8,
  Step: 9,
  Seed: 10,
  T: 11,
  Loss: 12,
  Encoder: 13,
  Hidden: 14,
  Readout: 15,
} as const;
/** Bytes where a thread leaves its error's message. */
export const MESSAGE = { start: 64, bytes: 960 };

/** What can be done in tasks by many threads at once. */
export const JobKind = { Gradient: 0, Update: 1, Rates: 2 } as const;
export type JobKind = (typeof JobKind)[keyof typeof JobKind];

/** The images that a job is about. */
export interface Images {
  images: Uint8Array;
  labels: Uint8Array;
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
  /** Neurons of the hidden layer, if there is one. */
  hidden?: number;
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
  neuron: NeuronOptions;
}

/** What a core is made from; each thread gets a copy. */
export interface CoreOptions extends Layout, Showing {
  /** TrainSpikes and TestSpikes of `Purpose`, and whose images or spike trains they are. */
  data: { [purpose: number]: Samples };
  learningRate: number;
  loss: LossName;
  readout: ReadoutName;
  /** How images become spikes; undefined with spike trains. */
  encoder?: EncoderName;
}

/** Where things lie in the memory, in bytes from its start. */
export type MemoryMap = ReturnType<typeof memoryMap>;

export function memoryMap(options: Layout) {
  let end = 1024;
  const place = (bytes: number) => {
    const start = end;
    end += Math.ceil(bytes / 64) * 64;
    return start;
  };
  const columns = hiddenColumns(options);
  const scratchBytes = SCRATCH + (columns > 0 ? HIDDEN_SCRATCH + columns * COLUMN : 0);
  // One row more than there are pixels, of zeros, for places that hold no pixel.
  const pixelRows = (INPUTS + 1) * ROW_FLOATS * 4;
  // Behind the hidden columns come the rows of the outputs, one for each hidden neuron.
  const outputRows = columns * pixelRows;
  const rows = columns > 0 ? outputRows + columns * ROW_FLOATS * ROW_FLOATS * 4 : pixelRows;
  // Of the potentials of a batch: a row for each of its places, and as many for each hidden column before the outputs'.
  const potentialRows = options.reset ? 0 : options.batchSize * ROW_FLOATS * 4;
  // The spikes of a sample, where they are given and not drawn: 16 steps of each place, part by part.
  const givenBytes = Math.ceil(options.T / BLOCK) * 8 * 2 * SLOTS;
  const map = {
    indices: place(4 * Math.max(options.batchSize, RATES_LIMIT)),
    rates: place(4 * OUTPUTS * RATES_LIMIT),
    losses: place(8 * SHARDS),
    correct: place(8 * SHARDS),
    weights: place(rows),
    m: place(rows),
    v: place(rows),
    gradients: place(rows * SHARDS),
    given: place(givenBytes * options.threads),
    givenBytes,
    potentials: place((columns + 1) * potentialRows),
    scratch: place(0),
    scratchBytes,
    pixelRows,
    outputRows,
    rows,
    potentialRows,
  };
  return { ...map, outputPotentials: map.potentials + columns * potentialRows };
}

/**
 * The rows of a network that lead from a unit: `first` counts rows of its memory. There is room for 784 inputs; with fewer, the
 * rows between are never anything but zeros, and need no work.
 */
export function usedRows(options: Layout): { first: number; count: number }[] {
  const { inputs = INPUTS } = options;
  const columns = hiddenColumns(options);
  const { pixelRows, outputRows } = memoryMap(options);
  const bytes = 4 * ROW_FLOATS;
  if (columns === 0) return [{ first: 0, count: inputs }];
  const hidden = Array.from({ length: columns }, (_, c) => ({ first: (c * pixelRows) / bytes, count: inputs }));
  return [...hidden, { first: outputRows / bytes, count: columns * ROW_FLOATS }];
}

/** How many columns of neurons the hidden layer has; 0 without one. */
export const hiddenColumns = ({ hidden = 0 }: Pick<Layout, 'hidden'>): number => Math.ceil(hidden / ROW_FLOATS);

/** Bytes of scratch memory per thread; checked against the kernel's SCRATCH_BYTES. */
export const SCRATCH = 320 * 1024;
/** With a hidden layer so many more, and again for each of its columns; checked against the kernel's COLUMNS and COLUMN_BYTES. */
const HIDDEN_SCRATCH = 64 * 1024;
const COLUMN = 11 * 1024;

/** Most pages that the kernel accepts (see kernel/asconfig.json): 256 MB. */
const MOST_PAGES = 4096;

/** A memory for the kernel, shared if several threads use it. */
export function createMemory(options: Layout): WebAssembly.Memory {
  const { batchSize, hidden, threads } = options;
  const { scratch, scratchBytes } = memoryMap(options);
  const pages = Math.ceil((scratch + scratchBytes * threads) / PAGE);
  if (pages > MOST_PAGES) {
    const which = `batchSize ${batchSize}, threads ${threads}${hidden === undefined ? '' : `, hidden ${hidden}`}`;
    throw new RangeError(`${which}: expected to need at most 256 MB, found ${Math.ceil((pages * PAGE) / 2 ** 20)} MB`);
  }
  return new WebAssembly.Memory({ initial: pages, maximum: pages, shared: threads > 1 });
}
