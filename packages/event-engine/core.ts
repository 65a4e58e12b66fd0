/**
 * The event-driven engine on one thread: a kernel, whose memory the cores of other threads may share. `control`
 * describes the current job, which is split into tasks; each core performs some of them (see `tasks.ts`).
 */
import { RandomStream } from '../../src/common/random';
import { argmax } from '../../src/training/metrics';
import { pow } from '../networks/exact';
import type { BatchResult, EngineState } from '../networks/options/engine';
import { atRest } from '../networks/options/layers';
import type { NeuronOptions } from '../networks/options/neuron-options';
import { shiftOf } from '../networks/shift';
import { type Address, type Kernel, startKernel } from './kernel-module';
import {
  Control,
  type CoreOptions,
  countOutputs,
  JobKind,
  type Matrix,
  type MemoryMap,
  memoryMap,
  RATES_TASK,
  ROW_FLOATS,
  ratesLimit,
  SHARDS,
  type Showing,
  SLICES,
  usedRows,
} from './memory';
import { SampleLoader } from './samples';
import { writeTable } from './table';

const ROW_BYTES = 4 * ROW_FLOATS;

export class EventCore {
  readonly control: Int32Array;
  /** Indices of the job's images. */
  readonly indices: Uint32Array;
  readonly kernel: Kernel;
  readonly map: MemoryMap;
  /** Byte offset of this thread's scratch memory. */
  readonly scratch: number;
  private readonly floats: Float32Array;
  private readonly doubles: Float64Array;
  private readonly samples: SampleLoader;
  private readonly used: ReturnType<typeof usedRows>;
  /** Neuron options of each layer, the output layer last. */
  neurons: readonly NeuronOptions[] = [];
  /** Identifies the job (number and step) whose weights `prepare` has seen. */
  private prepared = '';
  /** Number of output neurons, and the readout of the last image (a view, not a copy). */
  readonly outputs: number;
  readonly rates: Float32Array;

  constructor(
    module: WebAssembly.Module,
    readonly memory: WebAssembly.Memory,
    readonly options: CoreOptions,
    thread = 0,
  ) {
    this.kernel = startKernel(module, memory);
    const { buffer } = memory;
    this.map = memoryMap(options);
    this.outputs = countOutputs(options.layers);
    this.used = usedRows(this.map);
    const { scratch, scratchBytes } = this.map;
    this.scratch = scratch + thread * scratchBytes;
    this.control = new Int32Array(buffer, 0, 16);
    this.indices = new Uint32Array(buffer, this.map.indices, Math.max(options.batchSize, ratesLimit(this.outputs)));
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.samples = new SampleLoader(this.kernel, buffer, this.scratch, this.map, thread, options);
    this.rates = this.view('RATES', this.outputs);
    // Only the main thread writes to control.
    if (thread === 0) {
      this.control[Control.Loss] = this.kernel.losses[options.loss];
      // Spike trains take the same path as drawn spikes.
      this.control[Control.Encoder] = this.kernel.encoders[options.encoder ?? 'poisson'];
      this.control[Control.Readout] = this.kernel.readouts[options.readout];
      this.setShowing(options);
    }
    this.kernel.functions.layOut(this.scratch);
  }

  /** Sets how images are presented from now on. */
  setShowing({ seed, T, neuron }: Showing): void {
    this.control[Control.Seed] = seed;
    this.control[Control.T] = T;
    this.neurons = this.map.layers.map((layer) => neuron ?? layer.neuron);
    this.control[Control.Layers] = this.map.layers.length;
    writeTable(this.memory.buffer, this.map, this.kernel, this.neurons, this.options.ratePenalty);
  }

  /** Sets the learning rate of the next update. */
  setLearningRate(rate: number): void {
    this.doubles[this.map.learningRate / 8] = rate;
  }

  /** Time steps per image. */
  get T(): number {
    return this.control[Control.T];
  }

  /** Sets the images of the next job and the random numbers that draw their spikes. */
  begin({ purpose, epoch, indices }: { purpose: number; epoch: number; indices: ArrayLike<number> }): void {
    this.control[Control.Purpose] = purpose;
    this.control[Control.Epoch] = epoch;
    this.control[Control.Count] = indices.length;
    this.indices.set(indices);
  }

  /** Number of tasks of the current job. */
  tasks(): number {
    const kind = this.control[Control.Kind];
    if (kind === JobKind.Gradient) return SHARDS;
    return kind === JobKind.Update ? SLICES : Math.ceil(this.control[Control.Count] / RATES_TASK);
  }

  /** Performs one task of the current job. */
  perform(task: number): void {
    const kind = this.control[Control.Kind];
    if (kind === JobKind.Gradient) this.computeShard(task);
    else if (kind === JobKind.Update) this.update(task);
    else this.computeRates(task);
  }

  /** Computes the gradient of one shard, adding up its images in order. */
  private computeShard(shard: number): void {
    const count = this.control[Control.Count];
    const size = Math.ceil(count / SHARDS);
    this.startShard(shard);
    for (let i = shard * size; i < Math.min(count, (shard + 1) * size); i++) {
      this.accumulate(shard, i, this.loadImage(i, true));
    }
  }

  /** Clears a shard's loss, number of correct answers and gradient. */
  startShard(shard: number): void {
    const { losses, correct, gradients, rows } = this.map;
    this.doubles[losses / 8 + shard] = 0;
    this.doubles[correct / 8 + shard] = 0;
    for (const { first, count } of this.used) {
      this.kernel.functions.clear(gradients + shard * rows + first * ROW_BYTES, count * ROW_BYTES);
    }
    const { control } = this;
    const job = `${control[Control.Generation]} ${control[Control.Step]}`;
    if (job !== this.prepared) this.prepare();
    this.prepared = job;
  }

  /** Precomputes what depends on the weights alone; call it before presenting images with new weights. */
  prepare(): void {
    this.kernel.functions.prepare(this.scratch, this.map.weights);
  }

  /**
   * Loads image or spike train `i` of the job, shifted at random for training if the options say so; returns its label.
   */
  loadImage(i: number, isLearnt = false): number {
    const { shift = 0 } = this.options;
    const { control } = this;
    const index = this.indices[i];
    const isMoved = isLearnt && shift > 0;
    const moves = isMoved
      ? shiftOf(control[Control.Seed] >>> 0, control[Control.Epoch] >>> 0, index, shift)
      : undefined;
    const purpose = control[Control.Purpose];
    const streamOf = (block: number) =>
      new RandomStream(control[Control.Seed] >>> 0, purpose, control[Control.Epoch] >>> 0, index, block);
    return this.samples.load(this.options.data[purpose], index, this.T, streamOf, moves);
  }

  /** @param potentials byte offset of the neurons' potentials, read before and written after; 0 to start at rest */
  private forward(i: number, potentials = 0): void {
    const stride = this.options.batchSize * ROW_BYTES;
    this.kernel.functions.forward(this.scratch, this.map.weights, this.indices[i], potentials, stride);
  }

  /** Runs the loaded image, image `i` of the batch, forward and backward, and adds to the gradient of its shard. */
  accumulate(shard: number, i: number, label: number): void {
    const { scratch, map } = this;
    this.forward(i, this.options.reset ? 0 : map.potentials + i * ROW_BYTES);
    const gradient = map.gradients + shard * map.rows;
    const loss = this.kernel.functions.backward(scratch, map.weights, gradient, this.indices[i], label);
    this.doubles[map.losses / 8 + shard] += loss;
    if (argmax(this.rates) === label) this.doubles[map.correct / 8 + shard]++;
  }

  private update(slice: number): void {
    const { weights, m, v, gradients, rows } = this.map;
    const step = this.control[Control.Step];
    const learningRate = this.doubles[this.map.learningRate / 8];
    const { adam, limit } = this.kernel.functions;
    const [correction1, correction2] = [1 - pow(0.9, step), 1 - pow(0.999, step)];
    const all = this.used.reduce((sum, { count }) => sum + count, 0);
    const [begin, end] = [slice, slice + 1].map((cut) => Math.floor((cut * all) / SLICES));
    let before = 0;
    for (const { first, count, most } of this.used) {
      const [from, to] = [first + Math.max(begin - before, 0), first + Math.min(end - before, count)];
      if (from < to) {
        const rate = learningRate * (most ?? 1);
        adam(weights, m, v, gradients, SHARDS, rows, from, to, rate, correction1, correction2);
        if (most !== undefined) limit(weights, from, to, most);
      }
      before += count;
    }
  }

  private computeRates(task: number): void {
    const from = task * RATES_TASK;
    const to = Math.min(from + RATES_TASK, this.control[Control.Count]);
    this.prepare();
    for (let i = from; i < to; i++) {
      this.loadImage(i);
      this.forward(i);
      this.floats.set(this.rates, this.map.rates / 4 + i * this.outputs);
    }
  }

  /** Loss and number of correct answers of the last gradient job. */
  result(): BatchResult {
    const sum = (from: number) => this.doubles.subarray(from / 8, from / 8 + SHARDS).reduce((a, b) => a + b, 0);
    const terms = this.options.loss === 'mse' ? this.outputs : 1;
    return {
      loss: sum(this.map.losses) / (this.control[Control.Count] * terms),
      correct: sum(this.map.correct),
    };
  }

  /** Firing rates of the last rates job, [count, outputs]. */
  ratesResult(): Float32Array {
    const from = this.map.rates / 4;
    return this.floats.slice(from, from + this.control[Control.Count] * this.outputs);
  }

  /** Gradient of the last gradient job, summed over shards, in the order of the weights. */
  gradientResult(): Float32Array {
    const { gradients, rows, parts } = this.map;
    const ofShards = Array.from({ length: SHARDS }, (_, shard) => this.read(gradients + shard * rows, parts));
    return ofShards.reduce((sum, part) => sum.map((value, j) => value + part[j]));
  }

  /** A view of `length` float32 values of this thread's scratch memory. */
  view(address: Address, length: number): Float32Array {
    const from = (this.scratch + this.kernel.addresses[address]) / 4;
    return this.floats.subarray(from, from + length);
  }

  /**
   * Copies `count` rows from a byte offset, without the padding to twelve values: [count, units].
   * @param units values per row; those beyond twelve lie in further columns
   * @param stride bytes from one column to the next
   * @param channels number of units after which a new column begins; all by default
   */
  rows(place: number, count: number, units: number, stride = 0, channels = units): Float32Array {
    const { floats } = this;
    const out = new Float32Array(count * units);
    for (const { first, end, column } of columnsOf(units, channels)) {
      for (let row = 0; row < count; row++) {
        const from = (place + column * stride) / 4 + row * ROW_FLOATS - first;
        for (let j = first; j < end; j++) {
          const value = floats[from + j];
          // Processors differ in the bits of the NaN that a sum of infinities gives.
          out[row * units + j] = Number.isNaN(value) ? Number.NaN : value;
        }
      }
    }
    return out;
  }

  /** Writes what `rows` reads. */
  private setRows(place: number, values: Float32Array, { units, stride, channels = units }: Matrix): void {
    const { floats } = this;
    for (const { first, end, column } of columnsOf(units, channels)) {
      for (let row = 0; row < values.length / units; row++) {
        const to = (place + column * stride) / 4 + row * ROW_FLOATS - first;
        for (let j = first; j < end; j++) floats[to + j] = values[row * units + j];
      }
    }
  }

  /** Copies matrices from memory, one after the other. */
  private read(place: number, matrices: readonly Matrix[]): Float32Array {
    const out = new Float32Array(matrices.reduce((sum, { rows, units }) => sum + rows * units, 0));
    let end = 0;
    for (const { offset, rows, units, stride, channels } of matrices) {
      out.set(this.rows(place + offset, rows, units, stride, channels), end);
      end += rows * units;
    }
    return out;
  }

  /** Writes what `read` reads. */
  private write(place: number, matrices: readonly Matrix[], values: Float32Array): void {
    let end = 0;
    for (const matrix of matrices) {
      const { offset, rows, units } = matrix;
      this.setRows(place + offset, values.subarray(end, end + rows * units), matrix);
      end += rows * units;
    }
  }

  state(): EngineState {
    const { weights, m, v, potentials, parts, remembers } = this.map;
    const step = this.control[Control.Step];
    const state = { weights: this.read(weights, parts), m: this.read(m, parts), v: this.read(v, parts), step };
    return this.options.reset ? state : { ...state, potentials: this.read(potentials, remembers) };
  }

  /** @param state as `takeState` returns it */
  restore(state: EngineState): void {
    const { map } = this;
    for (const name of ['weights', 'm', 'v'] as const) this.write(map[name], map.parts, state[name]);
    this.control[Control.Step] = state.step;
    this.prepared = '';
    if (this.options.reset) return;
    this.write(map.potentials, map.remembers, state.potentials ?? atRest(map.layers, this.options.batchSize));
  }
}

/** Splits a row into columns of up to twelve values; every `channels` values, a new column begins. */
function* columnsOf(units: number, channels: number): Generator<{ first: number; end: number; column: number }> {
  let column = 0;
  for (let group = 0; group < units; group += channels) {
    const all = Math.min(units, group + channels);
    for (let first = group; first < all; first += ROW_FLOATS, column++) {
      yield { first, end: Math.min(all, first + ROW_FLOATS), column };
    }
  }
}
