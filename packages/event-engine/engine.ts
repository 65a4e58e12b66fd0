/**
 * The fast engine: spikes packed into bits, and a WebAssembly kernel that adds up only what they select. It loads no
 * TensorFlow. For one seed its results are the same bytes on every machine and for every number of threads.
 */
import { checkNumber } from '../../src/common/checks';
import { Purpose } from '../../src/common/random';
import type { Trace } from '../../src/common/trace';
import {
  type BatchResult,
  type Engine,
  type EngineOptions,
  type EngineState,
  freshState,
  frozen,
  type ImagePresentation,
  type Presentation,
  type ResolvedEngineOptions,
  resolveEngineOptions,
  takeImage,
  takePresentation,
  takeState,
} from '../networks/options/engine';
import { checkEngineHas } from '../networks/options/layers';
import { initialParameters } from '../networks/options/weights';
import { Queue } from '../networks/queue';
import { countInputs, type Dataset, isImages } from '../networks/spike-trains';
import { EventCore } from './core';
import { countWork, inputSpikes, traceImage } from './explain';
import { compileKernel } from './kernel-module';
import { Control, type CoreOptions, createMemory, JobKind, ratesLimit } from './memory';
import { OneThread, type TaskRunner } from './tasks';

const PURPOSE = { train: Purpose.TrainSpikes, test: Purpose.TestSpikes } as const;

/** What the host (Node or a page) provides. */
export interface EventHost {
  /** The compiled kernel, `dist/packages/event-engine/kernel.wasm`. */
  kernel: Uint8Array;
  /** Number of threads if the options do not say; 1 by default. */
  threads?: number;
  /** Starts the threads beyond the first; without it the engine runs on one. */
  startThreads?: (core: EventCore, module: WebAssembly.Module) => TaskRunner;
}

/** The work per step, averaged over images and steps. */
export interface Statistics {
  /** Input spikes; 0 with direct input. */
  spikes: number;
  /** Spikes of the hidden neurons, if any. */
  hiddenSpikes?: number;
  /**
   * Rows of up to twelve weights that a dense product multiplies and adds: the inputs', or one for each input of each
   * column. With direct input those of the first layer count once per image, as its current is the same in each step.
   */
  dense: number;
  /**
   * Rows that the kernel adds, sixteen for each table filled; with direct input those of the pixels that are not black,
   * once per image.
   */
  rows: number;
}

export class EventEngine implements Engine {
  readonly name = 'event';
  private readonly queue = new Queue();
  private closed = false;

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
    checkEngineHas('event', options.layers);
    const canShare = host.startThreads !== undefined && typeof SharedArrayBuffer !== 'undefined';
    const threads = canShare ? (options.threads ?? host.threads ?? 1) : 1;
    // Copies even for one thread: whether changes of the caller's arrays are seen must not depend on the number of
    // threads.
    const data = canShare ? shareData(options.data) : options.data;
    const inputs = countInputs(data);
    // Each layer has its own neuron options, so there are none for all layers.
    const { neuron, hidden, ...others } = options;
    const coreOptions: CoreOptions = {
      ...others,
      data: { [PURPOSE.train]: data.train, [PURPOSE.test]: data.test },
      inputs,
      image: isImages(data) ? { rows: data.rows, columns: data.columns, channels: data.channels } : undefined,
      threads,
    };
    const module = await compileKernel(host.kernel, threads);
    const core = new EventCore(module, createMemory(coreOptions), coreOptions);
    core.restore(freshState(initialParameters(options.seed, options.layers, inputs, options.gain)));
    core.setLearningRate(options.learningRate);
    const runner = threads > 1 && host.startThreads ? host.startThreads(core, module) : new OneThread(core);
    return new EventEngine(frozen({ ...options, data }), core, runner);
  }

  /** Number of threads. */
  get threads(): number {
    return this.core.options.threads;
  }

  /** Resolves when all threads have started. Calling it is optional: jobs run on whichever threads are ready. */
  ready(): Promise<void> {
    return this.runner.ready();
  }

  /** Runs `work` once all earlier calls have finished. */
  private use<R>(work: (core: EventCore) => R | Promise<R>): Promise<R> {
    return this.queue.run(() => {
      if (this.closed) throw new Error('event engine: expected an open engine, found a closed one; create a new one');
      return work(this.core);
    });
  }

  async trainBatch(
    epoch: number,
    indices: Uint32Array,
    learningRate = this.options.learningRate,
  ): Promise<BatchResult> {
    const presentation = this.take({ split: 'train', epoch, indices });
    checkNumber('learningRate', learningRate, 0);
    return this.use(async (core) => {
      const { length } = presentation.indices;
      const { reset, batchSize } = this.options;
      const most = reset ? core.indices.length : batchSize;
      if (length > most) throw new RangeError(`indices: expected at most ${most} images, found ${length}`);
      this.begin(presentation);
      await this.runner.run(JobKind.Gradient);
      const result = core.result();
      core.control[Control.Step]++;
      core.setLearningRate(learningRate);
      await this.runner.run(JobKind.Update);
      return result;
    });
  }

  async rates(presentation: Presentation): Promise<Float32Array> {
    const { indices, ...shown } = this.take(presentation);
    return this.use(async (core) => {
      const { outputs } = core;
      const most = ratesLimit(outputs);
      const out = new Float32Array(indices.length * outputs);
      for (let from = 0; from < indices.length; from += most) {
        this.begin({ ...shown, indices: indices.subarray(from, from + most) });
        await this.runner.run(JobKind.Rates);
        out.set(core.ratesResult(), from * outputs);
      }
      return out;
    });
  }

  async trace(image: ImagePresentation): Promise<Trace> {
    const presentation = takeImage(this.options.data, image);
    return this.use((core) => {
      this.begin(presentation);
      return traceImage(core, 0);
    });
  }

  /**
   * Input spikes of one image, 0 or 1, [T, 784], or of one spike train, [T, units].
   * @throws Error with direct input, which has none
   */
  async spikes(image: ImagePresentation): Promise<Uint8Array> {
    const { encoder } = this.options;
    if (encoder === 'direct')
      throw new Error(`spikes: expected encoder 'poisson', found '${encoder}', which makes none`);
    const presentation = takeImage(this.options.data, image);
    return this.use((core) => {
      this.begin(presentation);
      return inputSpikes(core, 0);
    });
  }

  /** Input spikes and added rows per image and step: why this engine is fast. */
  async statistics(presentation: Presentation): Promise<Statistics> {
    const { indices, ...shown } = this.take(presentation);
    return this.use((core) => {
      const works = Array.from(indices, (index) => {
        this.begin({ ...shown, indices: [index] });
        return countWork(core, 0);
      });
      const { T, layers } = this.options;
      const mean = (of: keyof Statistics) => works.reduce((sum, work) => sum + work[of], 0) / (works.length * T);
      return {
        spikes: mean('spikes'),
        dense: mean('dense'),
        rows: mean('rows'),
        ...(layers.length > 1 && { hiddenSpikes: mean('hiddenSpikes') }),
      };
    });
  }

  state(): Promise<EngineState> {
    return this.use((core) => core.state());
  }

  async restore(state: EngineState): Promise<void> {
    const taken = takeState(state, this.options);
    return this.use((core) => core.restore(taken));
  }

  /** Size of the kernel's memory in bytes, without the images. It grows with the number of threads, hardly with T. */
  get memoryBytes(): number {
    return this.core.memory.buffer.byteLength;
  }

  /** Waits for pending calls, then ends the threads. */
  close(): Promise<void> {
    return this.queue.run(() => {
      this.closed = true;
      return this.runner.close();
    });
  }

  private take(presentation: Presentation) {
    return takePresentation(this.options.data, presentation);
  }

  /** Sets the images of the next job for all threads. */
  private begin({ split, epoch, indices }: Presentation): void {
    this.core.begin({ purpose: PURPOSE[split], epoch, indices });
  }
}

/** Copies data to memory that threads can share. */
function shareData(data: Dataset): Dataset {
  const share = <S extends object>(split: S) =>
    Object.fromEntries(Object.entries(split).map(([name, value]) => [name, shared(value)])) as S;
  return { ...data, train: share(data.train), test: share(data.test) } as Dataset;
}

/** Copies an array to shared memory; returns numbers and arrays that are already shared unchanged. */
function shared<A extends Uint8Array | Uint16Array | Uint32Array>(array: A): A {
  if (!ArrayBuffer.isView(array) || array.buffer instanceof SharedArrayBuffer) return array;
  const Kind = array.constructor as new (buffer: SharedArrayBuffer) => A;
  const copy = new Kind(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}
