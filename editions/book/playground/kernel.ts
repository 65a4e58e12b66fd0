/**
 * The event engine in the browser: one `EventCore` on one thread, the same code and kernel as in training. Training
 * only needs firing rates; this class returns every step of one image, input spikes included.
 */

import { EventCore } from '../../../packages/event-engine/core';
import { inputSpikes, traceImage } from '../../../packages/event-engine/explain';
import {
  Control,
  type CoreOptions,
  createMemory,
  INPUTS,
  JobKind,
  ratesLimit,
} from '../../../packages/event-engine/memory';
import { DEFAULT_TRAINING, freshState } from '../../../packages/networks/options/engine';
import { allMaps, resolveLayers } from '../../../packages/networks/options/layers';
import { DEFAULT_NEURON } from '../../../packages/networks/options/neuron-options';
import { Purpose } from '../../../src/common/random';
import type { Trace } from '../../../src/common/trace';
import { LONGEST_T } from './link';

/** Identifies the random stream from which spikes are drawn. */
export interface Stream {
  seed: number;
  purpose: number;
  epoch: number;
  index: number;
}

/** The random stream of a drawing, without the seed. */
export const PAGE_STREAM: Omit<Stream, 'seed'> = { purpose: Purpose.Demonstration, epoch: 0, index: 0 };

/** All steps of the presentation of an image. */
export interface Presentation {
  T: number;
  /** Input spikes [T, 784], 0 or 1. */
  inputs: Uint8Array;
  /** Potentials before firing [T, 10]. */
  h: Float32Array;
  /** Potentials after the reset [T, 10]. */
  v: Float32Array;
  /** Output spikes [T, 10], 0 or 1. */
  fired: Float32Array;
  /** Spikes of the neurons of the first hidden layer [T, hidden], 0 or 1, if any. */
  hidden?: Float32Array;
  /** In convolutional networks instead: the spikes of the convolutional layers. */
  maps?: FeatureMaps[];
}

/** The spikes of a convolutional layer. */
export interface FeatureMaps {
  height: number;
  width: number;
  channels: number;
  /** [T, height, width, channels], 0 or 1. */
  spikes: Uint8Array;
}

export class Kernel {
  /** Images by index. The buffer is kept, since a slider presents the same image many times. */
  private room = new Uint8Array();

  private constructor(private readonly core: EventCore) {}

  /**
   * @param weights of all layers in order, row-major
   * @param how layers and training options, if they differ from those of the page's single layer
   */
  static async create(
    wasm: BufferSource,
    weights: Float32Array,
    how: Partial<Pick<CoreOptions, 'T' | 'layers' | 'encoder' | 'readout'>> = {},
  ): Promise<Kernel> {
    const options: CoreOptions = {
      // Filled by `begin`.
      data: {},
      seed: 0,
      // Reserves memory for the longest presentation; `begin` sets the actual length.
      T: LONGEST_T,
      batchSize: 1,
      layers: resolveLayers({ neuron: DEFAULT_NEURON }),
      ...DEFAULT_TRAINING,
      ...how,
      threads: 1,
    };
    const kernel = new Kernel(new EventCore(await WebAssembly.compile(wasm), createMemory(options), options));
    kernel.restore(weights);
    return kernel;
  }

  /** Replaces the weights. */
  restore(weights: Float32Array): void {
    this.core.restore(freshState(weights));
  }

  /**
   * Prepares the core for images [n, 784], of T steps each; the first has the stream's index. A time constant, if
   * given, replaces those of all neurons.
   */
  private begin(images: Uint8Array, T: number, tau: number | undefined, { seed, purpose, epoch, index }: Stream): void {
    const { core } = this;
    const count = images.length / INPUTS;
    core.setShowing({ T, seed, neuron: tau === undefined ? undefined : { ...DEFAULT_NEURON, tau } });
    const end = (index + count) * INPUTS;
    if (this.room.length < end) this.room = new Uint8Array(end);
    this.room.set(images, index * INPUTS);
    core.options.data[purpose] = { images: this.room, labels: new Uint8Array(index + count) };
    core.begin({ purpose, epoch, indices: Uint32Array.from({ length: count }, (_, i) => index + i) });
  }

  /** Presents an image [784] for T steps and returns every step. */
  show(image: Uint8Array, T: number, tau: number | undefined, stream: Stream): Presentation {
    this.begin(image, T, tau, stream);
    const { h, v, spike, hidden } = traceImage(this.core, 0);
    const traces: Trace[] = [];
    for (let trace = hidden; trace; trace = trace.hidden) traces.unshift(trace);
    const convolved = allMaps(this.core.options.layers).maps;
    const maps = convolved.map(({ neurons: [height, width, channels] }, layer): FeatureMaps => {
      return { height, width, channels, spikes: Uint8Array.from(traces[layer].spike) };
    });
    const layers = maps.length > 0 ? { maps } : { hidden: traces[0]?.spike };
    return { T, inputs: inputSpikes(this.core, 0), h, v, fired: spike, ...layers };
  }

  /** Firing rates [n, 10] of images [n, 784], as in training. */
  rates(images: Uint8Array, T: number, tau: number | undefined, stream: Stream): Float32Array {
    const count = images.length / INPUTS;
    const { outputs } = this.core;
    const most = ratesLimit(outputs);
    const out = new Float32Array(count * outputs);
    for (let from = 0; from < count; from += most) {
      const some = images.subarray(from * INPUTS, (from + most) * INPUTS);
      this.begin(some, T, tau, { ...stream, index: stream.index + from });
      this.core.control[Control.Kind] = JobKind.Rates;
      for (let task = 0; task < this.core.tasks(); task++) this.core.perform(task);
      out.set(this.core.ratesResult(), from * outputs);
    }
    return out;
  }
}
