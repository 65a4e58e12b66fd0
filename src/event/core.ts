/**
 * The event-driven engine on one thread: the kernel of `kernel/` and what it can do.
 * Nothing of Node is used here, so a browser can run it too; `pool.ts` runs one of these on each thread.
 */
import type { EngineState, NeuronOptions, Trace } from '../common/engine';

import {
  BLOCK,
  Control,
  type CoreOptions,
  INPUTS,
  Job,
  layout,
  OUTPUTS,
  RATES_LIMIT,
  RATES_TASK,
  ROW,
  SCRATCH,
  SHARDS,
  SLICES,
} from './memory';

export {
  Control,
  type CoreOptions,
  compileKernel,
  createMemory,
  type Images,
  Job,
  MESSAGE,
  RATES_LIMIT,
  SHARDS,
} from './memory';

/** What given spikes lead to. */
export interface Gradient {
  /** Firing rates [batch, 10]. */
  rates: Float32Array;
  /** mean((rate − one-hot)²). */
  loss: number;
  /** dL/dW [784, 10]. */
  gradient: Float32Array;
}

type Kernel = Record<string, (...values: number[]) => number>;
/** Kernel's globals that change. */
type Count = 'dim' | 'bright' | 'always';

export class EventCore {
  readonly control: Int32Array;
  readonly indices: Uint32Array;
  private readonly kernel: Kernel;
  private readonly at: ReturnType<typeof layout>;
  private readonly scratch: number;
  private readonly bytes: Uint8Array;
  private readonly floats: Float32Array;
  private readonly doubles: Float64Array;
  private readonly of: Record<string, number> = {};

  constructor(
    module: WebAssembly.Module,
    readonly memory: WebAssembly.Memory,
    readonly options: CoreOptions,
    thread = 0,
  ) {
    // Not destructured: it would hide CommonJS's `exports`, by which the compiled file reads its constants.
    const instance = new WebAssembly.Instance(module, { env: { memory } });
    this.kernel = instance.exports as Kernel;
    for (const [name, value] of Object.entries(instance.exports)) {
      if (value instanceof WebAssembly.Global) this.of[name] = value.value;
    }
    if (this.of.SCRATCH_BYTES > SCRATCH) throw new Error(`kernel: expected ${SCRATCH} bytes of scratch to do`);
    const { buffer } = memory;
    this.at = layout(options);
    this.scratch = this.at.scratch + thread * SCRATCH;
    this.control = new Int32Array(buffer, 0, 16);
    this.indices = new Uint32Array(buffer, this.at.indices, Math.max(options.batchSize, RATES_LIMIT));
    this.bytes = new Uint8Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.setNeuron(options.neuron);
  }

  setNeuron(neuron: NeuronOptions): void {
    const { tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset } = neuron;
    this.kernel.setNeuron(
      tau,
      Number(decayInput),
      vThreshold,
      Number(vReset !== null),
      vReset ?? 0,
      Number(surrogate === 'sigmoid'),
      alpha,
      Number(detachReset),
    );
  }

  /** In how many tasks the job that `control` describes is cut. */
  tasks(): number {
    const kind = this.control[Control.Kind];
    if (kind === Job.Gradient) return SHARDS;
    return kind === Job.Update ? SLICES : Math.ceil(this.control[Control.Count] / RATES_TASK);
  }

  /** Does one task of the job that `control` describes. */
  perform(task: number): void {
    const kind = this.control[Control.Kind];
    if (kind === Job.Gradient) this.shard(task);
    else if (kind === Job.Update) this.update(task);
    else this.someRates(task);
  }

  /** The gradient of one run of a batch's images, added up in their order. */
  private shard(shard: number): void {
    const count = this.control[Control.Count];
    const size = Math.ceil(count / SHARDS);
    this.startShard(shard);
    for (let i = shard * size; i < Math.min(count, (shard + 1) * size); i++) {
      const label = this.show(i);
      this.learn(shard, i, label, count);
    }
  }

  private startShard(shard: number): void {
    const { losses, correct, gradients, rows } = this.at;
    this.doubles[losses / 8 + shard] = 0;
    this.doubles[correct / 8 + shard] = 0;
    this.kernel.clear(gradients + shard * rows, rows);
  }

  /** Copies image `i` of the job to the kernel and lets it find the pixels that are not black; gives its label. */
  private show(i: number): number {
    const { images, labels } = this.options.data[this.control[Control.Purpose]];
    const index = this.indices[i];
    this.bytes.set(images.subarray(index * INPUTS, (index + 1) * INPUTS), this.scratch + this.of.IMAGE);
    this.kernel.present(this.scratch);
    return labels[index];
  }

  private forward(i: number): void {
    const { T, seed } = this.options;
    const { control, scratch, at } = this;
    const epoch = control[Control.Epoch];
    this.kernel.forward(scratch, at.weights, T, seed, control[Control.Purpose], epoch, this.indices[i]);
  }

  /** Forward and back for what was presented. */
  private learn(shard: number, i: number, label: number, count: number): void {
    const { T, seed } = this.options;
    const { control, scratch, at } = this;
    this.forward(i);
    const gradient = at.gradients + shard * at.rows;
    const [purpose, epoch] = [control[Control.Purpose], control[Control.Epoch]];
    const loss = this.kernel.backward(
      scratch,
      at.weights,
      gradient,
      T,
      seed,
      purpose,
      epoch,
      this.indices[i],
      label,
      count,
    );
    this.doubles[at.losses / 8 + shard] += loss;
    if (this.answer() === label) this.doubles[at.correct / 8 + shard]++;
  }

  /** The neuron with the highest firing rate; of equals, the first. */
  private answer(): number {
    const rates = (this.scratch + this.of.RATES) / 4;
    let best = 0;
    for (let i = 1; i < OUTPUTS; i++) if (this.floats[rates + i] > this.floats[rates + best]) best = i;
    return best;
  }

  private update(slice: number): void {
    const { weights, m, v, gradients, rows } = this.at;
    const step = this.control[Control.Step];
    const first = (slice * INPUTS) / SLICES;
    const last = first + INPUTS / SLICES;
    const corrections = [1 - power(0.9, step), 1 - power(0.999, step)];
    this.kernel.adam(
      weights,
      m,
      v,
      gradients,
      SHARDS,
      rows,
      first,
      last,
      this.options.learningRate,
      corrections[0],
      corrections[1],
    );
  }

  private someRates(task: number): void {
    const from = task * RATES_TASK;
    const to = Math.min(from + RATES_TASK, this.control[Control.Count]);
    for (let i = from; i < to; i++) {
      this.show(i);
      this.forward(i);
      this.floats.set(this.read(this.of.RATES, OUTPUTS), this.at.rates / 4 + i * OUTPUTS);
    }
  }

  /** What the last job of gradients gave. */
  result(): { loss: number; correct: number } {
    const sum = (at: number) => this.doubles.subarray(at / 8, at / 8 + SHARDS).reduce((a, b) => a + b, 0);
    return {
      loss: sum(this.at.losses) / (this.control[Control.Count] * OUTPUTS),
      correct: sum(this.at.correct),
    };
  }

  /** What the last job of rates gave, [count, 10]. */
  ratesResult(): Float32Array {
    const at = this.at.rates / 4;
    return this.floats.slice(at, at + this.control[Control.Count] * OUTPUTS);
  }

  /** `length` float32 of the scratch memory, in place. */
  private read(offset: number, length: number): Float32Array {
    const at = (this.scratch + offset) / 4;
    return this.floats.subarray(at, at + length);
  }

  /** Input spikes of image `i` of the job, 0 or 1, [T, 784]. */
  spikes(i: number): Uint8Array {
    const { T, seed } = this.options;
    const { kernel, scratch, control } = this;
    const { SLOTS, PIXEL_AT, SPIKES, ALWAYS } = this.of;
    const out = new Uint8Array(T * INPUTS);
    this.show(i);
    const count = (name: Count) => (kernel[name] as unknown as WebAssembly.Global).value as number;
    const [dim, bright, always] = [count('dim'), count('bright'), count('always')];
    const words = (offset: number, length: number) =>
      new Uint16Array(this.memory.buffer, scratch + offset, length).slice();
    const pixelAt = words(PIXEL_AT, SLOTS);
    for (let from = 0; from < T; from += BLOCK) {
      const steps = Math.min(BLOCK, T - from);
      const [block, purpose, epoch] = [from / BLOCK, control[Control.Purpose], control[Control.Epoch]];
      kernel.encode(scratch, seed, purpose, epoch, this.indices[i], block, steps);
      const spikes = words(SPIKES, 8 * SLOTS);
      for (let t = 0; t < steps; t++) {
        const row = (from + t) * INPUTS;
        const fires = (place: number) => (spikes[(t >> 4) * SLOTS + place] >> (t & 15)) & 1;
        for (let place = 0; place < dim; place++) out[row + pixelAt[place]] = fires(place);
        for (let place = SLOTS - bright; place < SLOTS; place++) out[row + pixelAt[place]] = fires(place);
        for (const pixel of words(ALWAYS, always)) out[row + pixel] = 1;
      }
    }
    return out;
  }

  /** Every step of image `i` of the job. */
  trace(i: number): Trace {
    const { T, seed, neuron } = this.options;
    const { kernel, scratch, at, control } = this;
    const size = T * OUTPUTS;
    const trace = {
      current: new Float32Array(size),
      h: new Float32Array(size),
      v: new Float32Array(size),
      spike: new Float32Array(size),
    };
    this.show(i);
    kernel.rest(scratch);
    for (let from = 0; from < T; from += BLOCK) {
      const steps = Math.min(BLOCK, T - from);
      const [block, purpose, epoch] = [from / BLOCK, control[Control.Purpose], control[Control.Epoch]];
      kernel.encode(scratch, seed, purpose, epoch, this.indices[i], block, steps);
      kernel.currents(scratch, at.weights, steps);
      trace.current.set(this.readRows(steps), from * OUTPUTS);
      kernel.fire(scratch, block, steps);
      trace.h.set(this.readRows(steps), from * OUTPUTS);
    }
    const threshold = Math.fround(neuron.vThreshold);
    trace.h.forEach((h, j) => {
      trace.spike[j] = h >= threshold ? 1 : 0;
      trace.v[j] = h >= threshold ? (neuron.vReset ?? h - threshold) : h;
    });
    return trace;
  }

  /** The first ten of each of the block's rows, [steps, 10]. */
  private readRows(steps: number): Float32Array {
    return withoutPadding(this.read(this.of.BLOCK_ROWS, steps * ROW));
  }

  /**
   * Neurons under given currents.
   * @param x [T, 10] currents
   * @param spikeGradient what turns the ten firing rates into dL/ds, the same in every step
   * @returns h [T, 10], the rates [10], and dL/dx [T, 10]
   */
  neurons(x: Float32Array, spikeGradient: (rates: Float32Array) => ArrayLike<number>) {
    const { kernel, scratch } = this;
    const T = x.length / OUTPUTS;
    const h = new Float32Array(x.length);
    const gradient = new Float32Array(x.length);
    const blocks = Array.from({ length: Math.ceil(T / BLOCK) }, (_, block) => block);
    const stepsOf = (block: number) => Math.min(BLOCK, T - block * BLOCK);
    const rowsOf = (block: number, source: Float32Array) => {
      const rows = this.read(this.of.BLOCK_ROWS, BLOCK * ROW).fill(0);
      for (let t = 0; t < stepsOf(block); t++) {
        const from = (block * BLOCK + t) * OUTPUTS;
        rows.set(source.subarray(from, from + OUTPUTS), t * ROW);
      }
    };
    kernel.rest(scratch);
    for (const block of blocks) {
      rowsOf(block, x);
      kernel.fire(scratch, block, stepsOf(block));
      h.set(this.readRows(stepsOf(block)), block * BLOCK * OUTPUTS);
    }
    const rates = this.read(this.of.COUNTS, OUTPUTS).map((count) => count / T);
    this.read(this.of.SPIKE_GRADIENT, ROW).fill(0).set(spikeGradient(rates));
    this.read(this.of.CARRY, ROW).fill(0);
    for (const block of blocks.reverse()) {
      rowsOf(block, h);
      kernel.back(scratch, scratch + this.of.SPIKE_GRADIENT, stepsOf(block));
      gradient.set(this.readRows(stepsOf(block)), block * BLOCK * OUTPUTS);
    }
    return { h, rates, gradient };
  }

  /**
   * The gradient of a batch whose input spikes are given.
   * @param spikes bits of [T, batch, 784], the least significant first
   * @param labels [batch]
   */
  gradient(spikes: Uint8Array, labels: ArrayLike<number>): Gradient {
    const { T } = this.options;
    const batch = labels.length;
    const expected = Math.ceil((T * batch * INPUTS) / 8);
    if (spikes.length !== expected) {
      throw new RangeError(
        `spikes: expected ${expected} bytes for T = ${T} and ${batch} images, found ${spikes.length}`,
      );
    }
    const stray = Array.from(labels).find((label) => !(Number.isInteger(label) && label >= 0 && label < OUTPUTS));
    if (stray !== undefined) throw new RangeError(`labels: expected whole numbers from 0 to 9, found ${stray}`);
    const rates = new Float32Array(batch * OUTPUTS);
    const size = Math.ceil(batch / SHARDS);
    this.control[Control.Count] = batch;
    for (let shard = 0; shard < SHARDS; shard++) {
      this.startShard(shard);
      for (let i = shard * size; i < Math.min(batch, (shard + 1) * size); i++) {
        this.giveSpikes(spikes, i, batch);
        this.learn(shard, i, labels[i], batch);
        rates.set(this.read(this.of.RATES, OUTPUTS), i * OUTPUTS);
      }
    }
    const gradient = new Float32Array(INPUTS * OUTPUTS);
    for (let shard = 0; shard < SHARDS; shard++) {
      const part = withoutPadding(this.floats.subarray(...this.range(this.at.gradients + shard * this.at.rows)));
      for (let j = 0; j < part.length; j++) gradient[j] += part[j];
    }
    return { rates, loss: this.result().loss, gradient };
  }

  /** Presents image `i` of given spikes. */
  private giveSpikes(spikes: Uint8Array, i: number, batch: number): void {
    const { T } = this.options;
    const words = new Uint16Array(this.memory.buffer, this.at.given, Math.ceil(T / BLOCK) * 8 * this.of.SLOTS).fill(0);
    for (let t = 0; t < T; t++) {
      for (let p = 0; p < INPUTS; p++) {
        const bit = (t * batch + i) * INPUTS + p;
        if ((spikes[bit >> 3] >> (bit & 7)) & 1) words[(t >> 4) * this.of.SLOTS + p] |= 1 << (t & 15);
      }
    }
    this.kernel.presentSpikes(this.scratch, this.at.given);
  }

  /**
   * What showing image `i` of the job costs.
   * @returns input spikes in all T steps; rows of weights that a dense product adds; rows of tables that the kernel adds
   */
  statistics(i: number): { spikes: number; dense: number; rows: number } {
    const { T, seed } = this.options;
    const { kernel, scratch, control } = this;
    this.show(i);
    let spikes = 0;
    let rows = 0;
    for (let from = 0; from < T; from += BLOCK) {
      const steps = Math.min(BLOCK, T - from);
      const [purpose, epoch] = [control[Control.Purpose], control[Control.Epoch]];
      kernel.encode(scratch, seed, purpose, epoch, this.indices[i], from / BLOCK, steps);
      spikes += kernel.countSpikes(scratch, steps);
      rows += kernel.countRows(scratch, steps);
    }
    return { spikes, dense: INPUTS * T, rows };
  }

  private range(at: number): [number, number] {
    return [at / 4, at / 4 + INPUTS * ROW];
  }

  state(): EngineState {
    const { weights, m, v } = this.at;
    const get = (at: number) => withoutPadding(this.floats.subarray(...this.range(at)));
    return { weights: get(weights), m: get(m), v: get(v), step: this.control[Control.Step] };
  }

  restore(state: EngineState): void {
    const set = (name: 'weights' | 'm' | 'v', at: number) => {
      const values = state[name];
      if (values.length !== INPUTS * OUTPUTS) {
        throw new RangeError(`${name}: expected ${INPUTS} x ${OUTPUTS} numbers, found ${values.length}`);
      }
      for (let p = 0; p < INPUTS; p++) {
        this.floats.set(values.subarray(p * OUTPUTS, (p + 1) * OUTPUTS), at / 4 + p * ROW);
      }
    };
    set('weights', this.at.weights);
    set('m', this.at.m);
    set('v', this.at.v);
    this.control[Control.Step] = state.step;
  }
}

/** [n, 10] out of [n, 12]. */
function withoutPadding(rows: Float32Array): Float32Array {
  const out = new Float32Array((rows.length / ROW) * OUTPUTS);
  for (let from = 0, to = 0; from < rows.length; from += ROW, to += OUTPUTS) {
    out.set(rows.subarray(from, from + OUTPUTS), to);
  }
  return out;
}

/** base^exponent by products alone: the same bits on every machine, which Math.pow does not promise. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}
