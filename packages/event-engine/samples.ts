/**
 * Passes samples to the kernel: pixels, from which the kernel draws spikes, or the spikes themselves as bits, for spike
 * trains, latency encoding and images of more than 784 pixels.
 */
import type { RandomStream } from '../../src/common/random';
import { ALWAYS, poissonPart, STEPS_IN_PART } from '../../src/snn/poisson-block';
import { ImageReader, type ImageShape } from '../networks/images';
import { firingStep } from '../networks/latency';
import type { EncoderName } from '../networks/options/engine';
import type { Kernel } from './kernel-module';
import { BLOCK, countInputRecords, INPUTS, type MemoryMap, type Samples, SLOTS } from './memory';

/** The stream from which a block of the sample's steps is drawn. */
type StreamOf = (block: number) => RandomStream;

/** Probability of a spike per brightness level of a pixel, in units of 2⁻²⁴. */
const CHANCE = ALWAYS / 255;

export class SampleLoader {
  private readonly image: Uint8Array;
  private readonly reader: ImageReader;
  private readonly inputs: number;
  /** Spikes for the kernel: [blocks][records of 784 units][8 parts][SLOTS] words of 16 bits. */
  private readonly given: Uint16Array;
  /** Spike probabilities of a large image, and the spikes of one part of a block. */
  private readonly chances: Uint32Array;
  private readonly words: Uint32Array;

  constructor(
    private readonly kernel: Kernel,
    buffer: ArrayBufferLike,
    private readonly scratch: number,
    { given, givenBytes }: MemoryMap,
    thread: number,
    private readonly options: { inputs?: number; encoder?: EncoderName; image?: ImageShape },
  ) {
    this.image = new Uint8Array(buffer, scratch + kernel.addresses.IMAGE, INPUTS);
    this.given = new Uint16Array(buffer, given + thread * givenBytes, givenBytes / 2);
    this.reader = new ImageReader(options.image);
    this.inputs = options.inputs ?? INPUTS;
    const drawn = this.inputs > INPUTS && options.encoder === 'poisson' ? this.inputs : 0;
    this.chances = new Uint32Array(drawn);
    this.words = new Uint32Array(4 * drawn);
  }

  /** Copies a sample to the kernel, for T steps; returns its label. */
  load(samples: Samples, index: number, T: number, streamOf: StreamOf, moves?: [down: number, right: number]): number {
    if ('images' in samples) this.presentImage(this.reader.read(samples.images, index, moves), T, streamOf);
    else this.giveTrain(samples, index);
    return samples.labels[index];
  }

  private presentImage(image: Uint8Array, T: number, streamOf: StreamOf): void {
    const { functions } = this.kernel;
    if (this.options.encoder === 'latency') this.giveLatencies(image, T);
    else if (image.length <= INPUTS) {
      this.image.set(image);
      // Finds the pixels that are not black. A smaller image is followed by black ones.
      functions.present(this.scratch);
    } else if (this.options.encoder === 'direct') {
      new Uint8Array(this.given.buffer, this.given.byteOffset).set(image);
      functions.presentPixels(this.scratch, this.given.byteOffset, image.length);
    } else this.givePoisson(image, T, streamOf);
  }

  private giveLatencies(image: Uint8Array, T: number): void {
    this.forget();
    for (let pixel = 0; pixel < image.length; pixel++) this.add(pixel, firingStep(image[pixel] / 255, T));
    this.present();
  }

  /** Draws the same spikes as `encoding.PoissonEncoder`. */
  private givePoisson(image: Uint8Array, T: number, streamOf: StreamOf): void {
    const { chances, words, given } = this;
    this.forget();
    for (let pixel = 0; pixel < image.length; pixel++) chances[pixel] = image[pixel] * CHANCE;
    for (let from = 0; from < T; from += BLOCK) {
      const stream = streamOf(from / BLOCK);
      const steps = Math.min(BLOCK, T - from);
      for (let part = 0; part * STEPS_IN_PART < steps; part++) {
        poissonPart(part, chances, stream, words);
        const left = steps - part * STEPS_IN_PART;
        const wanted = left < STEPS_IN_PART ? (1 << left) - 1 : 0xffff;
        for (let pixel = 0; pixel < image.length; pixel++) {
          const bits = words[4 * pixel + (part >> 1)] >>> (STEPS_IN_PART * (part & 1));
          given[this.wordOf(pixel, from + part * STEPS_IN_PART)] = bits & wanted;
        }
      }
    }
    this.present();
  }

  private giveTrain({ units, times, starts }: Exclude<Samples, { images: Uint8Array }>, index: number): void {
    this.forget();
    for (let s = starts[index]; s < starts[index + 1]; s++) this.add(units[s], times[s]);
    this.present();
  }

  private present(): void {
    this.kernel.functions.presentSpikes(this.scratch, this.given.byteOffset, this.inputs);
  }

  /** Clears the spikes of the previous sample. */
  private forget(): void {
    this.kernel.functions.clear(this.given.byteOffset, this.given.byteLength);
  }

  /** Index of the word that holds a unit's spikes of this step. */
  private wordOf(unit: number, time: number): number {
    const input = Math.floor(time / BLOCK) * countInputRecords(this.options) + Math.floor(unit / INPUTS);
    return (8 * input + ((time % BLOCK) >> 4)) * SLOTS + (unit % INPUTS);
  }

  private add(unit: number, time: number): void {
    this.given[this.wordOf(unit, time)] |= 1 << (time & 15);
  }
}
