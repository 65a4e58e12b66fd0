/**
 * The event-driven engine on one thread: a kernel on a memory that it may share with the cores of other threads.
 * A job is described in `control` and cut into tasks; each core performs some of them (see `tasks.ts`).
 */
import { argmax } from '../common/argmax';
import type { BatchResult, EngineState } from '../common/engine';
import type { NeuronOptions } from '../common/neuron-options';
import type { Purpose } from '../common/random';
import { type Address, type Kernel, startKernel } from './kernel-module';
import {
  Control,
  type CoreOptions,
  INPUTS,
  JobKind,
  type MemoryMap,
  memoryMap,
  OUTPUTS,
  RATES_LIMIT,
  RATES_TASK,
  ROW_FLOATS,
  SCRATCH,
  SHARDS,
  type Showing,
  SLICES,
} from './memory';

export class EventCore {
  readonly control: Int32Array;
  /** The images of the job. */
  readonly indices: Uint32Array;
  readonly kernel: Kernel;
  readonly map: MemoryMap;
  /** Where this thread's scratch memory begins. */
  readonly scratch: number;
  private readonly bytes: Uint8Array;
  private readonly floats: Float32Array;
  private readonly doubles: Float64Array;
  /** The options of the ten neurons. */
  neuron: NeuronOptions;
  /** The firing rates of the image shown last, in place. */
  private readonly rates: Float32Array;

  constructor(
    module: WebAssembly.Module,
    readonly memory: WebAssembly.Memory,
    readonly options: CoreOptions,
    thread = 0,
  ) {
    this.kernel = startKernel(module, memory);
    if (this.kernel.addresses.SCRATCH_BYTES > SCRATCH) {
      throw new Error(`kernel: expected ${SCRATCH} bytes of scratch memory to be enough`);
    }
    const { buffer } = memory;
    this.map = memoryMap(options);
    this.scratch = this.map.scratch + thread * SCRATCH;
    this.control = new Int32Array(buffer, 0, 16);
    this.indices = new Uint32Array(buffer, this.map.indices, Math.max(options.batchSize, RATES_LIMIT));
    this.bytes = new Uint8Array(buffer);
    this.floats = new Float32Array(buffer);
    this.doubles = new Float64Array(buffer);
    this.rates = this.view('RATES', OUTPUTS);
    this.neuron = options.neuron;
    // Only the main thread writes to control.
    if (thread === 0) {
      this.control[Control.Loss] = this.kernel.losses[options.loss];
      this.control[Control.Encoder] = this.kernel.encoders[options.encoder];
      this.setShowing(options);
    } else this.setNeuron(options.neuron);
  }

  /** Says how images are shown from here on. */
  setShowing({ seed, T, neuron }: Showing): void {
    this.control[Control.Seed] = seed;
    this.control[Control.T] = T;
    this.setNeuron(neuron);
  }

  /** Steps of a presentation. */
  get T(): number {
    return this.control[Control.T];
  }

  private setNeuron(neuron: NeuronOptions): void {
    this.neuron = neuron;
    const tell = <Name extends keyof NeuronOptions>(name: Name) => ARGUMENTS[name](neuron[name], this.kernel);
    const values = (Object.keys(ARGUMENTS) as (keyof NeuronOptions)[]).flatMap((name) => tell(name));
    const { setNeuron } = this.kernel.functions;
    // WebAssembly itself would drop what is too much, and take 0 for what is missing.
    if (setNeuron.length !== values.length) {
      throw new Error(`kernel: expected setNeuron to take ${values.length} numbers, found ${setNeuron.length}`);
    }
    setNeuron(...values);
  }

  /** Begins a presentation: says which images the next job is about, and which random numbers draw their spikes. */
  begin({ purpose, epoch, indices }: { purpose: Purpose; epoch: number; indices: ArrayLike<number> }): void {
    this.control[Control.Purpose] = purpose;
    this.control[Control.Epoch] = epoch;
    this.control[Control.Count] = indices.length;
    this.indices.set(indices);
  }

  /** Into how many tasks the job that `control` describes is cut. */
  tasks(): number {
    const kind = this.control[Control.Kind];
    if (kind === JobKind.Gradient) return SHARDS;
    return kind === JobKind.Update ? SLICES : Math.ceil(this.control[Control.Count] / RATES_TASK);
  }

  /** Does one task of the job that `control` describes. */
  perform(task: number): void {
    const kind = this.control[Control.Kind];
    if (kind === JobKind.Gradient) this.shard(task);
    else if (kind === JobKind.Update) this.update(task);
    else this.someRates(task);
  }

  /** The gradient of one run of a batch's images, added up in their order. */
  private shard(shard: number): void {
    const count = this.control[Control.Count];
    const size = Math.ceil(count / SHARDS);
    this.startShard(shard);
    for (let i = shard * size; i < Math.min(count, (shard + 1) * size); i++) {
      this.accumulate(shard, i, this.loadImage(i));
    }
  }

  /** Sets a shard's loss, count of correct answers and gradient to zero. */
  startShard(shard: number): void {
    const { losses, correct, gradients, rows } = this.map;
    this.doubles[losses / 8 + shard] = 0;
    this.doubles[correct / 8 + shard] = 0;
    this.kernel.functions.clear(gradients + shard * rows, rows);
  }

  /** Copies image `i` of the job to the kernel, which finds the pixels that are not black; returns its label. */
  loadImage(i: number): number {
    const { images, labels } = this.options.data[this.control[Control.Purpose]];
    const index = this.indices[i];
    this.bytes.set(images.subarray(index * INPUTS, (index + 1) * INPUTS), this.scratch + this.kernel.addresses.IMAGE);
    this.kernel.functions.present(this.scratch);
    return labels[index];
  }

  /** @param potentials where those of the neurons come from and go to; by default they start at rest */
  private forward(i: number, potentials = 0): void {
    this.kernel.functions.forward(this.scratch, this.map.weights, this.indices[i], potentials);
  }

  /** Forward and backward pass of the loaded image, which is image `i` of the batch; adds to the gradient of its shard. */
  accumulate(shard: number, i: number, label: number): void {
    const { scratch, map } = this;
    this.forward(i, this.options.reset ? 0 : map.potentials + i * ROW_FLOATS * 4);
    const gradient = map.gradients + shard * map.rows;
    const loss = this.kernel.functions.backward(scratch, map.weights, gradient, this.indices[i], label);
    this.doubles[map.losses / 8 + shard] += loss;
    if (argmax(this.rates) === label) this.doubles[map.correct / 8 + shard]++;
  }

  private update(slice: number): void {
    const { weights, m, v, gradients, rows } = this.map;
    const step = this.control[Control.Step];
    const first = (slice * INPUTS) / SLICES;
    const last = first + INPUTS / SLICES;
    const [correction1, correction2] = [1 - power(0.9, step), 1 - power(0.999, step)];
    const { learningRate } = this.options;
    const { adam } = this.kernel.functions;
    adam(weights, m, v, gradients, SHARDS, rows, first, last, learningRate, correction1, correction2);
  }

  private someRates(task: number): void {
    const from = task * RATES_TASK;
    const to = Math.min(from + RATES_TASK, this.control[Control.Count]);
    for (let i = from; i < to; i++) {
      this.loadImage(i);
      this.forward(i);
      this.floats.set(this.rates, this.map.rates / 4 + i * OUTPUTS);
    }
  }

  /** The results of the last job of gradients. */
  result(): BatchResult {
    const sum = (from: number) => this.doubles.subarray(from / 8, from / 8 + SHARDS).reduce((a, b) => a + b, 0);
    const terms = this.options.loss === 'mse' ? OUTPUTS : 1;
    return {
      loss: sum(this.map.losses) / (this.control[Control.Count] * terms),
      correct: sum(this.map.correct),
    };
  }

  /** The rates of the last job of that kind, [count, 10]. */
  ratesResult(): Float32Array {
    const from = this.map.rates / 4;
    return this.floats.slice(from, from + this.control[Control.Count] * OUTPUTS);
  }

  /** The gradient of the last job, added up over its shards, [784, 10]. */
  gradientResult(): Float32Array {
    const gradient = new Float32Array(INPUTS * OUTPUTS);
    for (let shard = 0; shard < SHARDS; shard++) {
      const part = this.rows(this.map.gradients + shard * this.map.rows, INPUTS);
      for (let j = 0; j < part.length; j++) gradient[j] += part[j];
    }
    return gradient;
  }

  /** `length` float32 of this thread's scratch memory, in place. */
  view(address: Address, length: number): Float32Array {
    const from = (this.scratch + this.kernel.addresses[address]) / 4;
    return this.floats.subarray(from, from + length);
  }

  /** A copy of `count` rows of ten from a place in the memory, without what fills them up to twelve: [count, 10]. */
  rows(place: number, count: number): Float32Array {
    const out = new Float32Array(count * OUTPUTS);
    for (let row = 0; row < count; row++) {
      const from = place / 4 + row * ROW_FLOATS;
      for (let j = 0; j < OUTPUTS; j++) {
        const value = this.floats[from + j];
        // Which of the many NaNs a sum of infinities is depends on the processor; ours is always the same.
        out[row * OUTPUTS + j] = Number.isNaN(value) ? Number.NaN : value;
      }
    }
    return out;
  }

  state(): EngineState {
    const { weights, m, v } = this.map;
    const part = (place: number) => this.rows(place, INPUTS);
    const state = { weights: part(weights), m: part(m), v: part(v), step: this.control[Control.Step] };
    const { reset, batchSize } = this.options;
    return reset ? state : { ...state, potentials: this.rows(this.map.potentials, batchSize) };
  }

  /** @param state as `takeState` returns it */
  restore(state: EngineState): void {
    for (const name of ['weights', 'm', 'v'] as const) {
      this.setRows(this.map[name], state[name]);
    }
    this.control[Control.Step] = state.step;
    const { reset, batchSize } = this.options;
    if (reset) return;
    const atRest = () => new Float32Array(batchSize * OUTPUTS).fill(this.neuron.vReset ?? 0);
    this.setRows(this.map.potentials, state.potentials ?? atRest());
  }

  /** The opposite of `rows`. */
  private setRows(place: number, values: Float32Array): void {
    for (let row = 0; row * OUTPUTS < values.length; row++) {
      this.floats.set(values.subarray(row * OUTPUTS, (row + 1) * OUTPUTS), place / 4 + row * ROW_FLOATS);
    }
  }
}

/** base^exponent by products alone: the same bits on every machine, which Math.pow does not promise. */
function power(base: number, exponent: number): number {
  let result = 1;
  for (let square = base, left = exponent; left > 0; left = Math.floor(left / 2), square *= square) {
    if (left % 2 === 1) result *= square;
  }
  return result;
}
/** What the kernel's `setNeuron` is told of each option, in the order of its arguments in `kernel/neuron.ts`. */
const ARGUMENTS: { [Name in keyof NeuronOptions]: (value: NeuronOptions[Name], kernel: Kernel) => number[] } = {
  tau: (tau) => [tau],
  decayInput: (decayInput) => [Number(decayInput)],
  vThreshold: (vThreshold) => [vThreshold],
  vReset: (vReset) => [Number(vReset !== null), vReset ?? 0],
  surrogateFunction: ({ name, alpha }, { surrogates }) => [surrogates[name], alpha],
  detachReset: (detachReset) => [Number(detachReset)],
};
