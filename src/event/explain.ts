/** A look into the engine: what happened while an image was shown, and what that cost. */
import { afterSpike, fires } from '../common/lif';
import type { Trace } from '../common/trace';
import type { EventCore } from './core';
import { BLOCK, INPUTS, OUTPUTS } from './memory';

/** The blocks of a presentation: the number of each, its first step and how many steps it has. */
function listBlocks(T: number): { block: number; from: number; steps: number }[] {
  return Array.from({ length: Math.ceil(T / BLOCK) }, (_, block) => {
    return { block, from: block * BLOCK, steps: Math.min(BLOCK, T - block * BLOCK) };
  });
}

/** Draws the input spikes of one block of image `i`. */
function encode(core: EventCore, i: number, block: number, steps: number): void {
  core.kernel.functions.encode(core.scratch, core.indices[i], block, steps);
}

/** The input spikes of image `i` of the job, 0 or 1, [T, 784]. */
export function inputSpikes(core: EventCore, i: number): Uint8Array {
  const { T } = core;
  const { kernel, scratch } = core;
  const { SLOTS, PIXEL_AT, SPIKES, ALWAYS } = kernel.addresses;
  const out = new Uint8Array(T * INPUTS);
  core.loadImage(i);
  const [dim, bright, always] = [kernel.count('dim'), kernel.count('bright'), kernel.count('always')];
  const words = (offset: number, length: number) =>
    new Uint16Array(core.memory.buffer, scratch + offset, length).slice();
  const pixelAt = words(PIXEL_AT, SLOTS);
  const white = words(ALWAYS, always);
  for (const { block, from, steps } of listBlocks(T)) {
    encode(core, i, block, steps);
    const spikes = words(SPIKES, 8 * SLOTS);
    for (let t = 0; t < steps; t++) {
      const row = (from + t) * INPUTS;
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
  const { T, neuron, kernel, scratch, map } = core;
  const array = () => new Float32Array(T * OUTPUTS);
  const trace: Trace = { current: array(), h: array(), v: array(), spike: array() };
  const rows = scratch + kernel.addresses.BLOCK_ROWS;
  core.loadImage(i);
  kernel.functions.rest(scratch);
  for (const { block, from, steps } of listBlocks(T)) {
    kernel.functions.input(scratch, map.weights, core.indices[i], block, steps);
    trace.current.set(core.rows(rows, steps), from * OUTPUTS);
    kernel.functions.fire(scratch, block, steps);
    trace.h.set(core.rows(rows, steps), from * OUTPUTS);
  }
  trace.h.forEach((h, j) => {
    const spike = fires(h, neuron);
    trace.spike[j] = spike ? 1 : 0;
    trace.v[j] = spike ? afterSpike(h, neuron) : h;
  });
  return trace;
}

/**
 * What showing image `i` of the job costs.
 * @returns input spikes in all T steps; rows of weights that a dense product adds; rows of tables that the kernel adds, or
 *   with direct input, which has no spikes, rows of weights: those of the pixels that are not black, once for all steps
 */
export function countWork(core: EventCore, i: number): { spikes: number; dense: number; rows: number } {
  const { T, kernel } = core;
  const { countSpikes, countRows } = kernel.functions;
  core.loadImage(i);
  if (core.options.encoder === 'direct') {
    const lit = kernel.count('dim') + kernel.count('bright') + kernel.count('always');
    return { spikes: 0, dense: INPUTS * T, rows: lit };
  }
  let spikes = 0;
  let rows = 0;
  for (const { block, steps } of listBlocks(T)) {
    encode(core, i, block, steps);
    spikes += countSpikes(core.scratch, steps);
    rows += countRows(core.scratch, steps);
  }
  return { spikes, dense: INPUTS * T, rows };
}
