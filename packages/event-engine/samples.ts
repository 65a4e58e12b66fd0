/** How a sample reaches the kernel: an image as its pixels, from which the kernel draws; known spikes as bits. */

import { firingStep } from '../networks/latency';
import type { EncoderName } from '../networks/options/engine';
import { moveImage } from '../networks/shift';
import type { Kernel } from './kernel-module';
import { BLOCK, countInputRecords, INPUTS, type MemoryMap, type Samples, SLOTS } from './memory';

export class SampleLoader {
  private readonly image: Uint8Array;
  private readonly moved = new Uint8Array(INPUTS);
  /** Spikes that are given to the kernel, [blocks][inputs of 784 units][8 parts][SLOTS] words of 16 bits. */
  private readonly given: Uint16Array;

  constructor(
    private readonly kernel: Kernel,
    buffer: ArrayBufferLike,
    private readonly scratch: number,
    { given, givenBytes }: MemoryMap,
    thread: number,
    private readonly options: { inputs?: number; encoder?: EncoderName },
  ) {
    this.image = new Uint8Array(buffer, scratch + kernel.addresses.IMAGE, INPUTS);
    this.given = new Uint16Array(buffer, given + thread * givenBytes, givenBytes / 2);
  }

  /** Copies a sample to the kernel, which shows it for T steps; returns its label. */
  load(samples: Samples, index: number, T: number, moves?: [down: number, right: number]): number {
    if ('images' in samples) {
      const own = samples.images.subarray(index * INPUTS, (index + 1) * INPUTS);
      if (moves) moveImage(own, moves, this.moved);
      const image = moves ? this.moved : own;
      if (this.options.encoder === 'latency') this.giveLatencies(image, T);
      else {
        this.image.set(image);
        // Finds the pixels that are not black.
        this.kernel.functions.present(this.scratch);
      }
    } else this.giveTrain(samples, index);
    return samples.labels[index];
  }

  private giveLatencies(image: Uint8Array, T: number): void {
    this.forget();
    for (let pixel = 0; pixel < INPUTS; pixel++) this.add(pixel, firingStep(image[pixel] / 255, T));
    this.kernel.functions.presentSpikes(this.scratch, this.given.byteOffset, INPUTS);
  }

  private giveTrain({ units, times, starts }: Exclude<Samples, { images: Uint8Array }>, index: number): void {
    this.forget();
    for (let s = starts[index]; s < starts[index + 1]; s++) this.add(units[s], times[s]);
    this.kernel.functions.presentSpikes(this.scratch, this.given.byteOffset, this.options.inputs ?? INPUTS);
  }

  /** Forgets the spikes that were given last. */
  private forget(): void {
    this.kernel.functions.clear(this.given.byteOffset, this.given.byteLength);
  }

  private add(unit: number, time: number): void {
    const input = Math.floor(time / BLOCK) * countInputRecords(this.options) + Math.floor(unit / INPUTS);
    this.given[(8 * input + ((time % BLOCK) >> 4)) * SLOTS + (unit % INPUTS)] |= 1 << (time & 15);
  }
}
