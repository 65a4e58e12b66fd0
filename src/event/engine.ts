/**
 * The fast engine: spikes packed into bits, a WebAssembly kernel, threads. It loads no TensorFlow.
 * For one seed its results are the same bytes on every machine and for every number of threads.
 */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { BatchResult, Engine, EngineOptions, EngineState, Split, Trace } from '../common/engine';
import { initialWeights, Purpose } from '../common/random';
import { Pool } from '../node/threads/pool';
import {
  Control,
  type CoreOptions,
  compileKernel,
  createMemory,
  EventCore,
  type Gradient,
  type Images,
  Job,
  RATES_LIMIT,
} from './core';

export type { Gradient } from './core';

const INPUTS = 784;
const OUTPUTS = 10;
/** Looks for work before a thread falls asleep: some 50 µs. */
const SPIN = 20_000;
/** The longest presentation. */
export const MAX_T = 10_000;

const PURPOSE = { train: Purpose.TrainSpikes, test: Purpose.TestSpikes } as const;

/** What images cost, on average over images and steps. */
export interface Statistics {
  /** Input spikes. */
  spikes: number;
  /** Rows of ten weights that a dense product multiplies and adds: 784. */
  dense: number;
  /** Rows that the kernel adds. */
  rows: number;
}

export class EventEngine implements Engine {
  readonly name = 'event';

  private last: Promise<void> = Promise.resolve();
  private jobs = 0;

  private constructor(
    private readonly options: EngineOptions,
    private readonly core: EventCore,
    private readonly pool: Pool,
  ) {}

  /** @throws RangeError if an option is out of range, Error if the kernel has not been built */
  static async create(options: EngineOptions): Promise<EventEngine> {
    check(options);
    const parallelism = availableParallelism();
    const threads = canShare() ? (options.threads ?? parallelism) : 1;
    const { seed, T, batchSize, learningRate, neuron } = options;
    const { train, test } = options.data;
    const data = { [PURPOSE.train]: inShared(train, threads), [PURPOSE.test]: inShared(test, threads) };
    const coreOptions: CoreOptions = { data, seed, T, batchSize, learningRate, neuron, threads };
    const module = await compileKernel(readKernel(), threads);
    const core = new EventCore(module, createMemory(coreOptions), coreOptions);
    const zeros = new Float32Array(INPUTS * OUTPUTS);
    core.restore({ weights: initialWeights(seed, INPUTS, OUTPUTS), m: zeros, v: zeros, step: 0 });
    // With more threads than cores, looking for work would keep others from theirs.
    return new EventEngine(options, core, new Pool(core, module, threads <= parallelism ? SPIN : 0));
  }

  /** Waits until all threads have started. Nothing else need wait for it: who is there does the work. */
  async ready(): Promise<void> {
    await this.pool.ready();
  }

  /** Calls that overlap wait for one another: they share the words that describe a job. */
  private alone<R>(job: () => Promise<R>): Promise<R> {
    this.jobs++;
    const result = this.last.then(job);
    const done = () => {
      this.jobs--;
    };
    this.last = result.then(done, done);
    return result;
  }

  /** What answers at once uses the same memory: it does not wait, but refuses to be called meanwhile. */
  private idle(): EventCore {
    if (this.jobs > 0) throw new Error('the event engine is at work: await the call that is under way first');
    return this.core;
  }

  trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    return this.alone(() => this.trainAlone(epoch, indices));
  }

  private async trainAlone(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    if (indices.length > this.core.indices.length || indices.length === 0) {
      throw new RangeError(`expected a batch of 1 to ${this.core.indices.length} images, found ${indices.length}`);
    }
    this.describe('train', epoch, indices);
    await this.pool.run(Job.Gradient);
    const result = this.core.result();
    this.core.control[Control.Step]++;
    await this.pool.run(Job.Update);
    return result;
  }

  rates(split: Split, epoch: number, indices: Uint32Array): Promise<Float32Array> {
    return this.alone(() => this.ratesAlone(split, epoch, indices));
  }

  private async ratesAlone(split: Split, epoch: number, indices: Uint32Array): Promise<Float32Array> {
    const out = new Float32Array(indices.length * OUTPUTS);
    for (let from = 0; from < indices.length; from += RATES_LIMIT) {
      this.describe(split, epoch, indices.subarray(from, from + RATES_LIMIT));
      await this.pool.run(Job.Rates);
      out.set(this.core.ratesResult(), from * OUTPUTS);
    }
    return out;
  }

  async trace(split: Split, epoch: number, index: number): Promise<Trace> {
    return this.alone(async () => {
      this.describe(split, epoch, [index]);
      return this.core.trace(0);
    });
  }

  /** Input spikes of one image, 0 or 1, [T, 784]. */
  spikes(split: Split, epoch: number, index: number): Uint8Array {
    this.idle();
    this.describe(split, epoch, [index]);
    return this.core.spikes(0);
  }

  /** Input spikes and added rows per image and step: why this engine is fast. */
  statistics(split: Split, epoch: number, indices: ArrayLike<number>): Statistics {
    this.idle();
    const sum = { spikes: 0, dense: 0, rows: 0 };
    for (let i = 0; i < indices.length; i++) {
      this.describe(split, epoch, [indices[i]]);
      const { spikes, dense, rows } = this.core.statistics(0);
      sum.spikes += spikes;
      sum.dense += dense;
      sum.rows += rows;
    }
    const steps = indices.length * this.options.T;
    return { spikes: sum.spikes / steps, dense: sum.dense / steps, rows: sum.rows / steps };
  }

  /**
   * Rates, loss and gradient of a batch whose input spikes are given, as another engine's.
   * @param spikes bits of [T, batch, 784], the least significant first
   * @param labels [batch]
   */
  gradient(spikes: Uint8Array, labels: ArrayLike<number>): Gradient {
    return this.idle().gradient(spikes, labels);
  }

  /** One step of Adam on a batch whose input spikes are given. */
  async trainSpikes(spikes: Uint8Array, labels: ArrayLike<number>): Promise<Gradient> {
    return this.alone(async () => {
      const result = this.core.gradient(spikes, labels);
      this.core.control[Control.Step]++;
      await this.pool.run(Job.Update);
      return result;
    });
  }

  /**
   * The ten neurons under given currents.
   * @param x [T, 10] currents
   * @param spikeGradient turns the ten firing rates into dL/ds, the same in every step
   * @returns h [T, 10], rates [10], dL/dx [T, 10]
   */
  neurons(x: Float32Array, spikeGradient: (rates: Float32Array) => ArrayLike<number>) {
    return this.idle().neurons(x, spikeGradient);
  }

  state(): EngineState {
    return this.idle().state();
  }

  restore(state: EngineState): void {
    this.idle().restore(state);
  }

  /** Size of the kernel's memory, the images aside. It grows with the threads, with T hardly. */
  get memoryBytes(): number {
    return this.core.memory.buffer.byteLength;
  }

  /** Waits for what is under way, and ends the threads. */
  async close(): Promise<void> {
    await this.last;
    await this.pool.close();
  }

  /** Tells all threads which images the next job is about. */
  private describe(split: Split, epoch: number, indices: ArrayLike<number>): void {
    const { control } = this.core;
    const count = this.options.data[split]?.count;
    if (count === undefined) throw new RangeError(`expected the split 'train' or 'test', found ${split}`);
    for (let i = 0; i < indices.length; i++) {
      if (!(Number.isInteger(indices[i]) && indices[i] >= 0 && indices[i] < count)) {
        throw new RangeError(`expected an image from 0 to ${count - 1}, found ${indices[i]}`);
      }
    }
    control[Control.Purpose] = PURPOSE[split];
    control[Control.Epoch] = epoch;
    control[Control.Count] = indices.length;
    this.core.indices.set(indices);
  }
}

function check({ seed, T, batchSize, learningRate, neuron, threads }: EngineOptions): void {
  const whole = (name: string, value: number, from: number, to: number) => {
    if (!Number.isInteger(value) || value < from || value > to) {
      throw new RangeError(`${name}: expected a whole number from ${from} to ${to}, found ${value}`);
    }
  };
  whole('seed', seed, 0, 2 ** 32 - 1);
  whole('T', T, 1, MAX_T);
  whole('batchSize', batchSize, 1, 2 ** 20);
  whole('threads', threads ?? 1, 1, 64);
  const number = (name: string, value: number, above: number) => {
    if (!(Number.isFinite(value) && value > above)) {
      const wanted = Number.isFinite(above) ? `a number above ${above}` : 'a finite number';
      throw new RangeError(`${name}: expected ${wanted}, found ${value}`);
    }
  };
  number('tau', neuron.tau, 1);
  number('alpha', neuron.alpha, 0);
  number('vThreshold', neuron.vThreshold, Number.NEGATIVE_INFINITY);
  if (neuron.vReset !== null) number('vReset', neuron.vReset, Number.NEGATIVE_INFINITY);
  number('learningRate', learningRate, 0);
  if (neuron.surrogate !== 'atan' && neuron.surrogate !== 'sigmoid') {
    throw new RangeError(`surrogate: expected 'atan' or 'sigmoid', found ${neuron.surrogate}`);
  }
}

/** Whether threads can share memory here. */
function canShare(): boolean {
  return typeof SharedArrayBuffer !== 'undefined';
}

/** The images in memory that threads can share. */
function inShared({ images, labels }: Images, threads: number): Images {
  const shared = (bytes: Uint8Array) => {
    if (threads === 1 || bytes.buffer instanceof SharedArrayBuffer) return bytes;
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    return copy;
  };
  return { images: shared(images), labels: shared(labels) };
}

/** The kernel, which `npm run build` makes; the same place from src/event and from dist/event. */
function readKernel(): Uint8Array {
  const file = join(__dirname, '..', '..', 'dist', 'event', 'kernel.wasm');
  if (!existsSync(file)) throw new Error(`${file}: expected the compiled kernel, found none; run \`npm run build\``);
  return readFileSync(file);
}
