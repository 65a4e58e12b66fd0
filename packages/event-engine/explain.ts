/** Traces what the engine does with an image, and counts its work. */

import type { Trace } from '../../src/common/trace';
import { adapt, afterSpike, fires } from '../networks/lif';
import type { ResolvedLayer } from '../networks/options/layers';
import type { NeuronOptions } from '../networks/options/neuron-options';
import type { EventCore } from './core';
import type { Statistics } from './engine';
import { INPUT_BYTES } from './layout';
import { BLOCK, countInputRecords, INPUTS, ROW_FLOATS, SLOTS } from './memory';
import { partOf } from './table';

/** Loads image `i` of the job and presents it from rest, block by block. */
function eachBlock(core: EventCore, i: number, work: (block: number, steps: number, from: number) => void): void {
  const { T, kernel, scratch } = core;
  core.loadImage(i);
  core.prepare();
  kernel.functions.restAll(scratch);
  // Convolutional layers read all steps at once.
  if (core.map.layers[0].convolve) kernel.functions.drawMap(scratch, core.indices[i]);
  for (let block = 0, from = 0; from < T; block++, from += BLOCK) {
    const steps = Math.min(BLOCK, T - from);
    kernel.functions.drawInput(scratch, core.indices[i], block, steps);
    work(block, steps, from);
  }
}

/** Scratch addresses of the input records of the loaded image or spike train. */
function inputsOf({ kernel, scratch, map, options }: EventCore): number[] {
  const further = (i: number) => map.moreInputs + (i - 1) * INPUT_BYTES;
  return Array.from(
    { length: countInputRecords(options) },
    (_, i) => scratch + (i === 0 ? kernel.addresses.INPUT : further(i)),
  );
}

/** Number of dim, bright and white pixels of an input. */
function countPlaces({ kernel, memory }: EventCore, input: number): number[] {
  const { DIM, BRIGHT_COUNT, ALWAYS_COUNT } = kernel.addresses;
  return [DIM, BRIGHT_COUNT, ALWAYS_COUNT].map((at) => new Uint32Array(memory.buffer, input + at, 1)[0]);
}

/** Input spikes of image or spike train `i` of the job, 0 or 1, [T, inputs]. */
export function inputSpikes(core: EventCore, i: number): Uint8Array {
  const { T, kernel } = core;
  const { PIXEL_AT, SPIKES, ALWAYS } = kernel.addresses;
  const { inputs = INPUTS } = core.options;
  const out = new Uint8Array(T * inputs);
  const words = (at: number, length: number) => new Uint16Array(core.memory.buffer, at, length).slice();
  eachBlock(core, i, (_, steps, from) => {
    for (const input of inputsOf(core)) {
      const [dim, bright, always] = countPlaces(core, input);
      const pixelAt = words(input + PIXEL_AT, SLOTS);
      const white = words(input + ALWAYS, always);
      const spikes = words(input + SPIKES, 8 * SLOTS);
      for (let t = 0; t < steps; t++) {
        const row = (from + t) * inputs;
        const fires = (place: number) => (spikes[(t >> 4) * SLOTS + place] >> (t & 15)) & 1;
        for (let place = 0; place < dim; place++) out[row + pixelAt[place]] = fires(place);
        for (let place = SLOTS - bright; place < SLOTS; place++) out[row + pixelAt[place]] = fires(place);
        for (const pixel of white) out[row + pixel] = 1;
      }
    }
  });
  return out;
}

/** Currents, potentials and spikes of image `i` of the job, for each step. */
export function traceImage(core: EventCore, i: number): Trace {
  const { T, kernel, scratch, map, options } = core;
  const { addresses, functions } = kernel;
  const traces = map.layers.map(({ neurons }) => empty(T, neurons));
  eachBlock(core, i, (block, steps, from) => {
    map.layers.forEach(({ neurons, place, placeStride, convolve }, layer) => {
      if (convolve) {
        if (block > 0) return;
        functions.currentsOf(scratch, map.weights, layer);
        traces[layer].current.set(ofPositions(core, layer));
        functions.fireAll(scratch, map.weights, layer);
        traces[layer].h.set(ofPositions(core, layer));
        return;
      }
      const rows = scratch + place + addresses.BLOCK_ROWS;
      const record = (name: 'current' | 'h') =>
        traces[layer][name].set(core.rows(rows, steps, neurons, placeStride), from * neurons);
      functions.layerCurrents(scratch, map.weights, layer, block, steps);
      record('current');
      functions.fireLayer(scratch, map.weights, layer, block, steps);
      record('h');
    });
  });
  const done = traces.map((trace, layer) => {
    const isRead = layer === traces.length - 1 && options.readout !== 'spikes';
    return isRead
      ? { ...trace, v: trace.h.slice() }
      : addRecurrentCurrents(fired(trace, core.neurons[layer], map.layers[layer].neurons), core, layer);
  });
  return done.reduce((hidden, trace) => ({ ...trace, hidden }));
}

/** The rows of a convolutional layer as [T, neurons], where neurons are ordered by row, column and channel. */
function ofPositions(core: EventCore, layer: number): Float32Array {
  const { T, map, scratch } = core;
  const { convolved, convolve, neurons } = map.layers[layer];
  const { channels } = convolve as { channels: number };
  const { potentials } = convolved as { potentials: number };
  const positions = neurons / channels;
  const rows = 4 * Math.ceil(T / 4);
  const out = new Float32Array(T * neurons);
  for (let position = 0; position < positions; position++) {
    const place = scratch + potentials + position * rows * 4 * ROW_FLOATS;
    const found = core.rows(place, T, channels, positions * rows * 4 * ROW_FLOATS);
    for (let t = 0; t < T; t++) {
      out.set(found.subarray(t * channels, (t + 1) * channels), t * neurons + position * channels);
    }
  }
  return out;
}

const empty = (T: number, units: number): Trace => {
  const array = () => new Float32Array(T * units);
  return { current: array(), h: array(), v: array(), spike: array() };
};

/** Computes spikes and the potentials after the reset from the potentials before firing. */
function fired(trace: Trace, neuron: NeuronOptions, neurons: number): Trace {
  const adaptation = new Float32Array(neurons);
  trace.h.forEach((h, j) => {
    const a = adaptation[j % neurons];
    const spike = fires(h, neuron, a);
    trace.spike[j] = spike ? 1 : 0;
    trace.v[j] = spike ? afterSpike(h, neuron, a) : h;
    adaptation[j % neurons] = adapt(a, spike, neuron);
  });
  return trace;
}

/** Adds the recurrent currents R s[t - 1] of a layer, in the same order as the kernel. */
function addRecurrentCurrents(trace: Trace, core: EventCore, layer: number): Trace {
  const part = partOf(core.map, layer, 'recurrent');
  if (!part) return trace;
  const { offset, rows, units, stride } = part;
  const weights = core.rows(core.map.weights + offset, rows, units, stride);
  trace.spike.subarray(0, -units).forEach((spike, i) => {
    if (!spike) return;
    const step = trace.current.subarray(units * (Math.floor(i / units) + 1)).subarray(0, units);
    const row = weights.subarray((i % units) * units);
    for (let k = 0; k < units; k++) step[k] += row[k];
  });
  return trace;
}

type MadeLayer = EventCore['map']['layers'][number];

/** Number of neurons that share a row of weights. */
const positionsOf = ({ neurons, convolve }: ResolvedLayer) => (convolve ? neurons / convolve.channels : 1);

/** Number of rows that a block of an input adds to a layer; with delays each spike adds two, to successive steps. */
const rowsOf = ({ kernel: { functions } }: EventCore, { columns, delay }: MadeLayer, input: number, steps: number) =>
  columns * (delay ? 2 * functions.countSpikes(input, steps) : functions.countRows(input, steps));

/** Counts spikes and added rows of image `i` of the job, summed over all steps. */
export function countWork(core: EventCore, i: number): Required<Statistics> {
  const { T, kernel, scratch, map, options } = core;
  const { functions } = kernel;
  const inputs = inputsOf(core);
  const sum = (of: (input: number) => number) => inputs.reduce((all, input) => all + of(input), 0);
  const isDirect = options.encoder === 'direct';
  const { layers } = map;
  const [first] = layers;
  const work = { spikes: 0, hiddenSpikes: 0, dense: 0, rows: 0 };
  for (const { layer, kind, rows } of map.parts) {
    const times = isDirect && layer === 0 && kind === 'weight' ? 1 : T;
    if (kind === 'weight' || kind === 'recurrent')
      work.dense += layers[layer].columns * rows * times * positionsOf(layers[layer]);
  }
  const convolved = layers.filter(({ convolve }) => convolve).length;
  eachBlock(core, i, (block, steps) => {
    for (let layer = 0; layer < convolved && block === 0; layer++) {
      functions.currentsOf(scratch, map.weights, layer);
      work.rows += functions.countEventRows(scratch, layer);
      functions.fireAll(scratch, map.weights, layer);
      work.hiddenSpikes += ofPositions(core, layer).filter((h) => fires(h, core.neurons[layer])).length;
    }
    if (!isDirect) work.spikes += sum((input) => functions.countSpikes(input, steps));
    if (convolved > 0) work.rows += block === 0 ? functions.countEventRows(scratch, convolved) : 0;
    else if (isDirect) {
      if (block === 0) work.rows += countPlaces(core, inputs[0]).reduce((a, b) => a + b) * first.columns;
    } else work.rows += sum((input) => rowsOf(core, first, input, steps));
    layers.slice(convolved + 1).forEach((next, i) => {
      const layer = convolved + i;
      functions.layerCurrents(scratch, map.weights, layer, block, steps);
      functions.fireLayer(scratch, map.weights, layer, block, steps);
      const made = scratch + layers[layer].makes;
      work.hiddenSpikes += functions.countSpikes(made, steps);
      work.rows += rowsOf(core, next, made, steps);
      // A recurrent spike adds one row to each column of its own layer.
      if (layers[layer].recurrent) work.rows += functions.countSpikes(made, steps) * layers[layer].columns;
    });
  });
  return work;
}
