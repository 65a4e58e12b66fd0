/**
 * The fast engine: spikes packed into bits, and a WebAssembly kernel that adds up only what they select. It loads no
 * TensorFlow. For one seed its results are the same bytes on every machine and for every number of threads.
 */
import {
  type BatchResult,
  checkPresentation,
  type Engine,
  type EngineOptions,
  type EngineState,
  type ImagePresentation,
  type Presentation,
  type ResolvedEngineOptions,
  resolveEngineOptions,
} from '../common/engine';
import { Queue } from '../common/queue';
import { initialWeights, Purpose } from '../common/random';
import type { Trace } from '../common/trace';
import { EventCore } from './core';
import { countWork, inputSpikes, traceImage } from './explain';
import { compileKernel } from './kernel-module';
import { Control, type CoreOptions, createMemory, type Images, INPUTS, JobKind, OUTPUTS, RATES_LIMIT } from './memory';
import { OneThread, type TaskRunner } from './tasks';

const PURPOSE = { train: Purpose.TrainSpikes, test: Purpose.TestSpikes } as const;

/** What the engine needs of its host. */
export interface EventHost {
  /** The compiled kernel, `dist/event/kernel.wasm`. */
  kernel: Uint8Array;
  /** How many threads to use where the options do not say; default 1. */
  threads?: number;
  /** Starts the threads beyond the first; without it there is one. */
  startThreads?: (core: EventCore, module: WebAssembly.Module) => TaskRunner;
}

/** The cost of images, on average over images and steps. */
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
  private readonly queue = new Queue();

  private constructor(
    readonly options: ResolvedEngineOptions,
    private readonly core: EventCore,
    private readonly runner: TaskRunner,
  ) {}

  /**
   * Use `createEngine('event', options)`, which knows the host.
   * @throws RangeError that names the option that is out of range
   */
  static async create(some: EngineOptions, host: EventHost): Promise<EventEngine> {
    const options = resolveEngineOptions(some);
    const canShare = host.startThreads !== undefined && typeof SharedArrayBuffer !== 'undefined';
    const threads = canShare ? (options.threads ?? host.threads ?? 1) : 1;
    const { seed, T, batchSize, learningRate, neuron } = options;
    const { train, test } = options.data;
    const data = { [PURPOSE.train]: inShared(train, threads), [PURPOSE.test]: inShared(test, threads) };
    const coreOptions: CoreOptions = { data, seed, T, batchSize, learningRate, neuron, threads };
    const module = await compileKernel(host.kernel, threads);
    const core = new EventCore(module, createMemory(coreOptions), coreOptions);
    const zeros = new Float32Array(INPUTS * OUTPUTS);
    core.restore({ weights: initialWeights(seed, INPUTS, OUTPUTS), m: zeros, v: zeros, step: 0 });
    const runner = threads > 1 && host.startThreads ? host.startThreads(core, module) : new OneThread(core);
    return new EventEngine(options, core, runner);
  }

  /** How many threads do the work. */
  get threads(): number {
    return this.core.options.threads;
  }

  /** Resolves when all threads have started. Calling it is optional: jobs run on whichever threads are ready. */
  ready(): Promise<void> {
    return this.runner.ready();
  }

  /** Works with the core while no other call is under way. */
  private use<R>(work: (core: EventCore) => R | Promise<R>): Promise<R> {
    return this.queue.run(() => work(this.core));
  }

  trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    return this.use(async (core) => {
      if (indices.length > core.indices.length) {
        throw new RangeError(`indices: expected at most ${core.indices.length} images, found ${indices.length}`);
      }
      this.begin({ split: 'train', epoch, indices });
      await this.runner.run(JobKind.Gradient);
      const result = core.result();
      core.control[Control.Step]++;
      await this.runner.run(JobKind.Update);
      return result;
    });
  }

  rates({ split, epoch, indices }: Presentation): Promise<Float32Array> {
    return this.use(async (core) => {
      checkPresentation(this.options.data, { split, epoch, indices });
      const all = Uint32Array.from(indices);
      const out = new Float32Array(all.length * OUTPUTS);
      for (let from = 0; from < all.length; from += RATES_LIMIT) {
        this.begin({ split, epoch, indices: all.subarray(from, from + RATES_LIMIT) });
        await this.runner.run(JobKind.Rates);
        out.set(core.ratesResult(), from * OUTPUTS);
      }
      return out;
    });
  }

  trace(presentation: ImagePresentation): Promise<Trace> {
    return this.use((core) => {
      this.beginImage(presentation);
      return traceImage(core, 0);
    });
  }

  /** Input spikes of one image, 0 or 1, [T, 784]. */
  spikes(presentation: ImagePresentation): Promise<Uint8Array> {
    return this.use((core) => {
      this.beginImage(presentation);
      return inputSpikes(core, 0);
    });
  }

  /** Input spikes and added rows per image and step: why this engine is fast. */
  statistics({ split, epoch, indices }: Presentation): Promise<Statistics> {
    return this.use((core) => {
      const sum = { spikes: 0, dense: 0, rows: 0 };
      for (let i = 0; i < indices.length; i++) {
        this.beginImage({ split, epoch, index: indices[i] });
        const { spikes, dense, rows } = countWork(core, 0);
        sum.spikes += spikes;
        sum.dense += dense;
        sum.rows += rows;
      }
      const steps = indices.length * this.options.T;
      return { spikes: sum.spikes / steps, dense: sum.dense / steps, rows: sum.rows / steps };
    });
  }

  state(): Promise<EngineState> {
    return this.use((core) => core.state());
  }

  restore(state: EngineState): Promise<void> {
    return this.use((core) => core.restore(state));
  }

  /** Size of the kernel's memory in bytes, the images aside. It grows with the threads, and hardly with T. */
  get memoryBytes(): number {
    return this.core.memory.buffer.byteLength;
  }

  /** Waits for the calls under way, and ends the threads. */
  close(): Promise<void> {
    return this.queue.run(() => this.runner.close());
  }

  /** Tells all threads which images the next job is about. */
  private begin(presentation: Presentation): void {
    checkPresentation(this.options.data, presentation);
    const { split, epoch, indices } = presentation;
    this.core.begin({ purpose: PURPOSE[split], epoch, indices });
  }

  private beginImage({ index, ...presentation }: ImagePresentation): void {
    this.begin({ ...presentation, indices: [index] });
  }
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
