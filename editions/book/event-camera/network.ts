/** The network that reads events, on the event engine's own kernel. Shared by training and page. */
import { EventCore } from '../../../packages/event-engine/core';
import { traceImage } from '../../../packages/event-engine/explain';
import { createMemory } from '../../../packages/event-engine/memory';
import { DIRECTIONS, FILM_VIEW } from '../../../packages/formats/datasets/scenes';
import { DEFAULT_TRAINING, freshState } from '../../../packages/networks/options/engine';
import type { ResolvedLayer } from '../../../packages/networks/options/layers';
import type { SpikeTrainSplit } from '../../../packages/networks/spike-trains';
import { Purpose } from '../../../src/common/random';

/** Width and height of the camera, in pixels, and length of the window that the network reads, in pictures. */
export const { width: SIDE, T } = FILM_VIEW;
/** Side of the square of pixels that share a unit, and number of their events in a step that make it fire. */
const { pool: POOL, least: LEAST } = FILM_VIEW;
const CELLS = SIDE / POOL;
/** Units of both polarities; the unit after them is the clock. */
export const UNITS = 2 * CELLS ** 2;
export const INPUTS = UNITS + 1;
/** Options of `datasets.eventTrains`: one step per picture. */
export const CAMERA = { ...FILM_VIEW, classes: DIRECTIONS.length } as const;
/** The readout: potentials of the last step, of which the highest is the answer. */
export const READOUT = { readout: 'last-potential', loss: 'cross-entropy' } as const;

/** Indices, in order, of the units that fire for the events of a picture, as in `datasets.eventTrains`. */
export function unitsOf(events: ArrayLike<number>): number[] {
  const counts = new Uint8Array(UNITS);
  for (let pixel = 0; pixel < SIDE * SIDE; pixel++) {
    if (events[pixel] === 0) continue;
    const [row, column] = [Math.floor(pixel / SIDE / POOL), Math.floor((pixel % SIDE) / POOL)];
    counts[((events[pixel] > 0 ? CELLS : 0) + row) * CELLS + column]++;
  }
  return Array.from(counts.keys()).filter((unit) => counts[unit] >= LEAST);
}

/** The network's reading of a window. */
export interface Reading {
  /** Softmax of the potentials: a share for each of `DIRECTIONS`. */
  shares: number[];
  /** Output potentials in the last step, one for each of `DIRECTIONS`. */
  potentials: Float32Array;
  /** Spikes of the hidden neurons, 0 or 1, [T, hidden]. */
  hidden: Float32Array;
}

/** One `EventCore` on one thread: the same code and kernel as in training. */
export class Reader {
  private constructor(
    private readonly core: EventCore,
    /** The window takes the place of a dataset. */
    private readonly sample: SpikeTrainSplit,
    readonly neurons: number,
  ) {}

  /**
   * @param weights in the engine's order: W of the hidden layer, its delays, W of the output layer
   * @param layers hidden and output layer
   */
  static async create(wasm: BufferSource, weights: Float32Array, layers: readonly ResolvedLayer[]): Promise<Reader> {
    const [units, times] = [new Uint16Array(INPUTS * T), new Uint16Array(INPUTS * T)];
    const sample = { units, times, starts: Uint32Array.of(0, 0), labels: new Uint8Array(1), count: 1 };
    const data = { [Purpose.TestSpikes]: sample };
    const own = { layers, T, inputs: INPUTS, seed: 0, batchSize: 1, threads: 1, data };
    const options = { ...DEFAULT_TRAINING, ...READOUT, ...own };
    const core = new EventCore(await WebAssembly.compile(wasm), createMemory(options), options);
    core.restore(freshState(weights));
    return new Reader(core, sample, layers[0].neurons);
  }

  /** Reads a window from rest, as in training. @param window units that fire in each step, without the clock */
  read(window: readonly (readonly number[])[]): Reading {
    const { units, times, starts } = this.sample;
    let spikes = 0;
    for (const [t, fired] of window.entries()) {
      for (const unit of [...fired, UNITS]) {
        units[spikes] = unit;
        times[spikes++] = t;
      }
    }
    starts[1] = spikes;
    this.core.begin({ purpose: Purpose.TestSpikes, epoch: 0, indices: [0] });
    const { h, hidden } = traceImage(this.core, 0);
    const potentials = h.slice((T - 1) * DIRECTIONS.length);
    const most = Math.max(...potentials);
    const powers = DIRECTIONS.map((_, i) => Math.exp(potentials[i] - most));
    const sum = powers.reduce((a, b) => a + b);
    return { shares: powers.map((power) => power / sum), potentials, hidden: hidden?.spike ?? new Float32Array() };
  }
}
