/**
 * The kernel under given spikes and currents, to compare its results with those of another engine on the same input.
 */
import type { EventCore } from '../../packages/event-engine/core';
import type { EventEngine } from '../../packages/event-engine/engine';
import { BLOCK, Control, INPUTS, JobKind, ROW_FLOATS, SHARDS, SLOTS } from '../../packages/event-engine/memory';

/** The core of an engine, into which only tests look; no other call may be under way. */
export const coreOf = (engine: EventEngine): EventCore => (engine as unknown as { core: EventCore }).core;

/** What given spikes lead to. */
export interface Gradient {
  /** Firing rates [batch, outputs]. */
  rates: Float32Array;
  /** mean((rate − one-hot)²). */
  loss: number;
  /** dL/dW [784, outputs]. */
  gradient: Float32Array;
}

/**
 * One step of Adam on a batch whose input spikes are given, on this thread alone.
 * @param spikes bits of [T, batch, 784], the least significant first
 * @param labels [batch]
 */
export function trainOnSpikes(core: EventCore, spikes: Uint8Array, labels: ArrayLike<number>): Gradient {
  const batch = labels.length;
  const rates = new Float32Array(batch * core.outputs);
  const size = Math.ceil(batch / SHARDS);
  core.control[Control.Count] = batch;
  for (let shard = 0; shard < SHARDS; shard++) {
    core.startShard(shard);
    for (let i = shard * size; i < Math.min(batch, (shard + 1) * size); i++) {
      presentSpikes(core, spikes, i, batch);
      core.accumulate(shard, i, labels[i]);
      rates.set(core.rates, i * core.outputs);
    }
  }
  const result = { rates, loss: core.result().loss, gradient: core.gradientResult() };
  core.control[Control.Step]++;
  core.control[Control.Kind] = JobKind.Update;
  for (let task = 0; task < core.tasks(); task++) core.perform(task);
  return result;
}

function presentSpikes(core: EventCore, spikes: Uint8Array, i: number, batch: number): void {
  const { T } = core;
  const words = new Uint16Array(core.memory.buffer, core.map.given, Math.ceil(T / BLOCK) * 8 * SLOTS).fill(0);
  for (let t = 0; t < T; t++) {
    for (let p = 0; p < INPUTS; p++) {
      const bit = (t * batch + i) * INPUTS + p;
      if ((spikes[bit >> 3] >> (bit & 7)) & 1) words[(t >> 4) * SLOTS + p] |= 1 << (t & 15);
    }
  }
  core.kernel.functions.presentSpikes(core.scratch, core.map.given, INPUTS);
}

/**
 * Simulates the neurons under given currents, forwards and backwards.
 * @param x [T, neurons] currents
 * @param spikeGradient turns the firing rates into dL/ds, the same in every step
 * @returns h [T, neurons], the rates, and dL/dx [T, neurons]
 */
export function simulateWithGradient(
  core: EventCore,
  x: Float32Array,
  spikeGradient: (rates: Float32Array) => ArrayLike<number>,
): { h: Float32Array; rates: Float32Array; gradient: Float32Array } {
  const { scratch, kernel, outputs } = core;
  const { restAll, fireLayer, back } = kernel.functions;
  const T = x.length / outputs;
  const h = new Float32Array(x.length);
  const gradient = new Float32Array(x.length);
  const blocks = Array.from({ length: Math.ceil(T / BLOCK) }, (_, block) => block);
  const stepsOf = (block: number) => Math.min(BLOCK, T - block * BLOCK);
  const { BLOCK_ROWS, COUNTS, CARRY, SPIKE_GRADIENT } = kernel.addresses;
  const output = scratch + core.map.layers[0].place;
  const place = output + BLOCK_ROWS;
  const floats = (start: number, length: number) => new Float32Array(core.memory.buffer, start, length);
  const fillRows = (block: number, source: Float32Array) => {
    const rows = floats(place, BLOCK * ROW_FLOATS).fill(0);
    for (let t = 0; t < stepsOf(block); t++) {
      const from = (block * BLOCK + t) * outputs;
      rows.set(source.subarray(from, from + outputs), t * ROW_FLOATS);
    }
  };
  restAll(scratch);
  for (const block of blocks) {
    fillRows(block, x);
    fireLayer(scratch, core.map.weights, 0, block, stepsOf(block));
    h.set(core.rows(place, stepsOf(block), outputs), block * BLOCK * outputs);
  }
  const rates = floats(output + COUNTS, outputs).map((count) => count / T);
  floats(scratch + SPIKE_GRADIENT, ROW_FLOATS)
    .fill(0)
    .set(spikeGradient(rates));
  floats(output + CARRY, ROW_FLOATS).fill(0);
  for (const block of blocks.reverse()) {
    fillRows(block, h);
    back(scratch, output, place, scratch + SPIKE_GRADIENT, 0, stepsOf(block));
    gradient.set(core.rows(place, stepsOf(block), outputs), block * BLOCK * outputs);
  }
  return { h, rates, gradient };
}
