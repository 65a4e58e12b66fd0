/** A look into the engine: what happened while an image was shown, and what that cost. */
import { afterSpike, fires } from '../../src/common/lif';
import type { Trace } from '../../src/common/trace';
import type { EventCore } from './core';
import { BLOCK, hiddenColumns, INPUTS, OUTPUTS } from './memory';

interface Block {
  block: number;
  /** Its first step. */
  from: number;
  steps: number;
}

/** The blocks of a presentation. */
function listBlocks(T: number): Block[] {
  return Array.from({ length: Math.ceil(T / BLOCK) }, (_, block) => {
    return { block, from: block * BLOCK, steps: Math.min(BLOCK, T - block * BLOCK) };
  });
}

/** Draws the input spikes of one block of image `i`. */
function encode(core: EventCore, i: number, block: number, steps: number): void {
  core.kernel.functions.encode(core.scratch, core.indices[i], block, steps);
}

/** How many pixels of the loaded image are dim, bright and white. */
function countPlaces({ kernel, scratch, memory }: EventCore): number[] {
  const { INPUT, DIM, BRIGHT_COUNT, ALWAYS_COUNT } = kernel.addresses;
  return [DIM, BRIGHT_COUNT, ALWAYS_COUNT].map((at) => new Uint32Array(memory.buffer, scratch + INPUT + at, 1)[0]);
}

/** The input spikes of image or spike train `i` of the job, 0 or 1, [T, inputs]. */
export function inputSpikes(core: EventCore, i: number): Uint8Array {
  const { T } = core;
  const { kernel, scratch } = core;
  const { INPUT, SLOTS, PIXEL_AT, SPIKES, ALWAYS } = kernel.addresses;
  const { inputs = INPUTS } = core.options;
  const out = new Uint8Array(T * inputs);
  core.loadImage(i);
  const input = scratch + INPUT;
  const [dim, bright, always] = countPlaces(core);
  const words = (offset: number, length: number) => new Uint16Array(core.memory.buffer, input + offset, length).slice();
  const pixelAt = words(PIXEL_AT, SLOTS);
  const white = words(ALWAYS, always);
  for (const { block, from, steps } of listBlocks(T)) {
    encode(core, i, block, steps);
    const spikes = words(SPIKES, 8 * SLOTS);
    for (let t = 0; t < steps; t++) {
      const row = (from + t) * inputs;
      const fires = (place: number) => (spikes[(t >> 4) * SLOTS + place] >> (t & 15)) & 1;
      for (let place = 0; place < dim; place++) out[row + pixelAt[place]] = fires(place);
      for (let place = SLOTS - bright; place < SLOTS; place++) out[row + pixelAt[place]] = fires(place);
      for (const pixel of white) out[row + pixel] = 1;
    }
  }
  return out;
}

/** Every step of image `i` of the job. */
export function traceImage(core: EventCore, i: number): Trace {
  const { T, kernel, scratch, map, options } = core;
  const { addresses, functions } = kernel;
  const { hidden = 0 } = options;
  const output = { place: scratch + addresses.OUTPUT + addresses.BLOCK_ROWS, units: OUTPUTS, trace: empty(T, OUTPUTS) };
  const layer = { place: scratch + addresses.COLUMNS + addresses.BLOCK_ROWS, units: hidden, trace: empty(T, hidden) };
  const record = ({ place, units, trace }: typeof output, name: 'current' | 'h', { from, steps }: Block) =>
    trace[name].set(core.rows(place, steps, units, addresses.COLUMN_BYTES), from * units);
  core.loadImage(i);
  functions.restAll(scratch);
  for (const part of listBlocks(T)) {
    const { block, steps } = part;
    functions.drawInput(scratch, core.indices[i], block, steps);
    const columns = Array.from({ length: hiddenColumns(options) }, (_, column) => column);
    for (const column of columns) functions.columnCurrents(scratch, map.weights, column, block, steps);
    record(layer, 'current', part);
    for (const column of columns) functions.fireColumn(scratch, column, block, steps);
    record(layer, 'h', part);
    functions.outputCurrents(scratch, map.weights, block, steps);
    record(output, 'current', part);
    functions.fireOutputs(scratch, block, steps);
    record(output, 'h', part);
  }
  const isSpiking = options.readout === 'spikes';
  const trace = isSpiking ? fired(output.trace, core) : { ...output.trace, v: output.trace.h.slice() };
  return hidden > 0 ? { ...trace, hidden: fired(layer.trace, core) } : trace;
}

const empty = (T: number, units: number): Trace => {
  const array = () => new Float32Array(T * units);
  return { current: array(), h: array(), v: array(), spike: array() };
};

/** Fills in spikes, and potentials after the reset, from those before firing. */
function fired(trace: Trace, { neuron }: EventCore): Trace {
  trace.h.forEach((h, j) => {
    const spike = fires(h, neuron);
    trace.spike[j] = spike ? 1 : 0;
    trace.v[j] = spike ? afterSpike(h, neuron) : h;
  });
  return trace;
}

/** What showing images costs. */
interface Work {
  /** Input spikes in all T steps; none with direct input. */
  spikes: number;
  /** Spikes of the hidden neurons. */
  hiddenSpikes: number;
  /** Rows of weights that a dense product adds. */
  dense: number;
  /**
   * Rows of tables, or of weights, that the kernel adds. Direct input adds rows of weights, those of the pixels that are not
   * black, once for all steps.
   */
  rows: number;
}

/** What showing image `i` of the job costs. */
export function countWork(core: EventCore, i: number): Work {
  const { T, kernel, scratch, map, options } = core;
  const { functions, addresses } = kernel;
  const input = scratch + addresses.INPUT;
  const hiddenInput = scratch + addresses.HIDDEN_INPUT;
  const columns = hiddenColumns(options);
  const isDirect = options.encoder === 'direct';
  const { inputs = INPUTS } = options;
  const work = { spikes: 0, hiddenSpikes: 0, dense: inputs * T, rows: 0 };
  if (columns > 0) work.dense = (inputs * columns + (options.hidden ?? 0)) * T;
  core.loadImage(i);
  functions.restAll(scratch);
  if (isDirect) work.rows += countPlaces(core).reduce((sum, count) => sum + count, 0) * Math.max(columns, 1);
  for (const { block, steps } of listBlocks(T)) {
    functions.drawInput(scratch, core.indices[i], block, steps);
    if (!isDirect) {
      work.spikes += functions.countSpikes(input, steps);
      work.rows += functions.countRows(input, steps) * Math.max(columns, 1);
    }
    if (columns === 0) continue;
    functions.fireHidden(scratch, map.weights, block, steps);
    work.hiddenSpikes += functions.countSpikes(hiddenInput, steps);
    work.rows += functions.countRows(hiddenInput, steps);
  }
  return work;
}
