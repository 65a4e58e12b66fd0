/** Compiles the kernel for one or several threads, and describes its functions and addresses. */

import { SURROGATE_NAMES, type SurrogateName } from '../../src/common/surrogates';
import {
  ENCODER_NAMES,
  type EncoderName,
  LOSS_NAMES,
  type LossName,
  READOUT_NAMES,
  type ReadoutName,
} from '../networks/options/engine';

/**
 * Compiles the kernel. @param bytes the output of asc, whose imported memory is not shared
 */
export function compileKernel(bytes: Uint8Array, threads: number): Promise<WebAssembly.Module> {
  const module = Uint8Array.from(bytes);
  if (threads > 1) {
    // The kernel has no atomic operations, so for shared memory only this flag of the import differs.
    const name = [...'\x03env\x06memory\x02'].map((letter) => letter.charCodeAt(0));
    const flags = module.findIndex((_, at) => name.every((byte, i) => module[at - name.length + i] === byte));
    if (module[flags] !== 1) throw new Error('kernel: expected the import of a memory with a maximum, found none');
    module[flags] |= 2;
  }
  return WebAssembly.compile(module);
}

/**
 * The functions that `kernel/index.ts` exports. Pointers are byte offsets into the memory; seed, split, epoch and T are
 * read from the words of `Control`.
 */
export interface KernelFunctions {
  clear(at: number, bytes: number): void;
  present(scratch: number): void;
  presentPixels(scratch: number, bytes: number, count: number): void;
  presentSpikes(scratch: number, given: number, units: number): void;
  /** Draws a block of spikes of the presented image. */
  drawInput(scratch: number, index: number, block: number, steps: number): void;
  /** Brings all neurons to rest. */
  restAll(scratch: number): void;
  /** Prepares the hidden layers, once per engine. */
  layOut(scratch: number): void;
  /** Precomputes what depends on the weights alone, once per task. */
  prepare(scratch: number, weights: number): void;
  /** Computes the currents of a layer in a block; `fireLayer` then charges its neurons and lets them fire. */
  layerCurrents(scratch: number, weights: number, layer: number, block: number, steps: number): void;
  fireLayer(scratch: number, weights: number, layer: number, block: number, steps: number): void;
  /** Draws all steps of the presented image, for convolutional networks. */
  drawMap(scratch: number, index: number): void;
  /** The same for all positions and steps of a convolutional layer. */
  currentsOf(scratch: number, weights: number, layer: number): void;
  fireAll(scratch: number, weights: number, layer: number): void;
  /** Number of rows of weights that events add to the currents of a layer. */
  countEventRows(scratch: number, layer: number): number;
  back(scratch: number, column: number, rows: number, spikeGradient: number, stride: number, steps: number): void;
  /** With `potentials` 0 the neurons start at rest. */
  forward(scratch: number, weights: number, index: number, potentials: number, stride: number): void;
  backward(scratch: number, weights: number, gradient: number, index: number, label: number): number;
  adam(
    weights: number,
    m: number,
    v: number,
    gradients: number,
    shards: number,
    stride: number,
    first: number,
    last: number,
    learningRate: number,
    correction1: number,
    correction2: number,
  ): void;
  /** Brings delays from the row `first` to `last` into their range, from 0 to `most`. */
  limit(weights: number, first: number, last: number, most: number): void;
  countSpikes(input: number, steps: number): number;
  countRows(input: number, steps: number): number;
}

/**
 * Where the kernel keeps things in a thread's scratch memory, in an input or in a column of neurons, in bytes, and how
 * much it counts with (`kernel/addresses.ts`).
 */
const ADDRESSES = [
  'ALWAYS',
  'ALWAYS_COUNT',
  'BLOCK_ROWS',
  'BRIGHT_COUNT',
  'CARRY',
  'COLUMN_END',
  'COUNTS',
  'DIM',
  'IMAGE',
  'INPUT',
  'INPUT_END',
  'MAX_BLOCKS',
  'PIXEL_AT',
  'RATES',
  'SCRATCH_BYTES',
  'SPIKE_GRADIENT',
  'SPIKES',
] as const;

export type Address = (typeof ADDRESSES)[number];

export interface Kernel {
  functions: KernelFunctions;
  addresses: Readonly<Record<Address, number>>;
  /** The number of each surrogate (`kernel/surrogates.ts`). */
  surrogates: Readonly<Record<SurrogateName, number>>;
  /** The number of each loss (`kernel/loss.ts`) and of each encoder (`kernel/input.ts`). */
  losses: Readonly<Record<LossName, number>>;
  encoders: Readonly<Record<EncoderName, number>>;
  /** The number of each readout (`kernel/readout.ts`). */
  readouts: Readonly<Record<ReadoutName, number>>;
}

/**
 * Starts a kernel on a memory.
 * @throws Error if it lacks one of the surrogates, losses, encoders or readouts
 */
export function startKernel(module: WebAssembly.Module, memory: WebAssembly.Memory): Kernel {
  const instance = new WebAssembly.Instance(module, { env: { memory } });
  const globals = instance.exports as unknown as Record<string, WebAssembly.Global>;
  const addresses = Object.fromEntries(ADDRESSES.map((name) => [name, globals[name].value as number]));
  const numbers = <Name extends string>(names: readonly Name[], file: string, before = '') => {
    const entries = names.map((name) => {
      const constant = (before + name).toUpperCase().replaceAll('-', '_');
      if (!globals[constant]) throw new Error(`kernel: expected ${constant} in kernel/${file}, found none`);
      return [name, globals[constant].value as number];
    });
    return Object.fromEntries(entries) as Record<Name, number>;
  };
  return {
    functions: instance.exports as unknown as KernelFunctions,
    addresses: addresses as Record<Address, number>,
    surrogates: numbers(SURROGATE_NAMES, 'surrogates.ts'),
    losses: numbers(LOSS_NAMES, 'loss.ts'),
    encoders: numbers(ENCODER_NAMES, 'input.ts'),
    readouts: numbers(READOUT_NAMES, 'readout.ts', 'read-'),
  };
}
