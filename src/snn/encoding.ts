/**
 * How an image is shown step by step. Poisson encoding: an intensity x in [0, 1] becomes a train of spikes that fires
 * with probability x in each step. Direct input: the intensity itself is the input of each step. A latency code: x
 * fires once, the earlier the brighter. Spike trains need no encoder: they are shown as they are.
 */

import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkFunction, checkNumbers, checkOptions, checkTensor, checkWhole } from '../common/checks';
import { type EncoderName, MAX_T, type Presentation } from '../common/engine';
import { firingStep } from '../common/latency';
import { MAX_UINT32, Purpose, RandomStream } from '../common/random';
import type { SpikeTrains } from '../common/spike-trains';
import { firingChance, poissonPart, STEPS_IN_PART } from './poisson-block';

const STEPS_IN_BLOCK = 128;

/** Shows a batch step by step; spike trains need no images for that. */
export interface Encoder {
  /** Starts the presentation of these images, one per row of the batch, at step 0. */
  begin(presentation: Presentation): Encoder;
  /** The next step of these images. */
  encode(images?: tf.Tensor): tf.Tensor;
}

/**
 * SpikingJelly's PoissonEncoder: each call of `encode` returns one fresh step, `rand ≤ x`.
 *
 * Its random numbers depend on (seed, split, epoch, image, step) alone. `begin` says which images are shown;
 * without it the encoder draws from the demonstration stream, where a row of the batch stands for an image.
 * @example
 * const encoder = new encoding.PoissonEncoder({ seed: 1 });
 * const spikes = encoder.encode(tf.fill([1, 28, 28], 0.2)); // about one pixel in five fires
 */
export class PoissonEncoder {
  readonly seed: number;
  private purpose: Purpose = Purpose.Demonstration;
  private epoch = 0;
  private indices: Uint32Array | null = null;
  private step = 0;
  /** The images whose chances these are: a tensor, and its data, which for a variable change. */
  private encodedId = -1;
  private encodedData: object | undefined;
  private chances: Uint32Array = new Uint32Array();
  /** The spikes of one block of 128 steps, [batch × pixels × 4] words, and how many of its parts are drawn. */
  private words = new Uint32Array();
  private drawn = 0;
  /** What the rows of the batch draw their next part from. */
  private streams: RandomStream[] = [];
  private stale = true;

  /** @throws RangeError unless the seed is a whole number from 0 to 2³² − 1 */
  constructor(options: { seed?: number } = {}) {
    checkOptions('PoissonEncoder', options, ['seed']);
    const { seed = 0 } = options;
    checkWhole('seed', seed, 0, MAX_UINT32);
    this.seed = seed;
  }

  /**
   * Starts the presentation of these images, one per row of the batch, at step 0.
   * @throws RangeError for another split, or an epoch or an index that is no whole number
   */
  begin(presentation: Presentation): this {
    checkOptions('presentation', presentation, ['split', 'epoch', 'indices']);
    const { split, epoch, indices } = presentation;
    checkNumbers('indices', indices, '[images]');
    checkChoice('split', split, ['train', 'test']);
    checkWhole('epoch', epoch, 0, MAX_UINT32);
    for (let i = 0; i < indices.length; i++) checkWhole('indices', indices[i], 0, MAX_UINT32);
    this.purpose = split === 'train' ? Purpose.TrainSpikes : Purpose.TestSpikes;
    this.epoch = epoch;
    this.indices = new Uint32Array(indices);
    this.step = 0;
    this.stale = true;
    return this;
  }

  /**
   * The next step of these images.
   * @param images [batch, …] intensities in [0, 1]
   * @returns spikes, 0 or 1, of the images' shape
   * @throws RangeError if an intensity lies outside of [0, 1]; Error if the batch is not the one that `begin` announced
   */
  encode<T extends tf.Tensor>(images: T): T {
    checkTensor('images', images);
    const batch = images.shape[0] ?? 1;
    if (this.indices && this.indices.length !== batch) {
      throw new Error(`PoissonEncoder: expected ${this.indices.length} images as announced by begin(), found ${batch}`);
    }
    if (images.id !== this.encodedId || images.dataId !== this.encodedData) {
      this.chances = firingChances(images.dataSync() as Float32Array);
      this.encodedId = images.id;
      this.encodedData = images.dataId;
      this.stale = true;
    }
    this.draw(batch);
    const bit = this.step % 32;
    const lane = (this.step % STEPS_IN_BLOCK) >> 5;
    this.step++;
    const spikes = new Float32Array(this.chances.length);
    for (let p = 0; p < spikes.length; p++) spikes[p] = (this.words[p * 4 + lane] >>> bit) & 1;
    return tf.tensor(spikes, images.shape) as T;
  }

  /** Draws what the current step needs of its block, and no more: often T is far smaller than a block. */
  private draw(batch: number): void {
    const pixels = this.chances.length / batch;
    if (this.stale || this.step % STEPS_IN_BLOCK === 0) {
      if (this.words.length !== this.chances.length * 4) this.words = new Uint32Array(this.chances.length * 4);
      const block = Math.floor(this.step / STEPS_IN_BLOCK);
      const { seed, purpose, epoch, indices } = this;
      const streamOf = (_: unknown, i: number) => new RandomStream(seed, purpose, epoch, indices?.[i] ?? i, block);
      this.streams = Array.from({ length: batch }, streamOf);
      this.drawn = 0;
      this.stale = false;
    }
    for (; this.drawn * STEPS_IN_PART <= this.step % STEPS_IN_BLOCK; this.drawn++) {
      for (const [i, stream] of this.streams.entries()) {
        const row = this.chances.subarray(i * pixels, (i + 1) * pixels);
        poissonPart(this.drawn, row, stream, this.words.subarray(i * pixels * 4, (i + 1) * pixels * 4));
      }
    }
  }
}

/**
 * Direct input, also called direct coding: each step is the image itself, so the first layer gets the same current in
 * each. Then a spike is what the neurons make of it, and no chance is involved. (SpikingJelly has no class for it:
 * there the image goes into the network in every step.)
 * @example
 * const encoder = new encoding.DirectEncoder();
 * const step = encoder.encode(tf.fill([1, 28, 28], 0.2)); // 0.2 in each pixel, in each step
 */
export class DirectEncoder {
  /** As `PoissonEncoder.begin`; every presentation of an image is the same. */
  begin(_presentation: Presentation): this {
    return this;
  }

  /**
   * The next step of these images.
   * @returns a tensor of the images' values
   */
  encode<T extends tf.Tensor>(images: T): T {
    return tf.clone(images) as T;
  }
}

/**
 * SpikingJelly's LatencyEncoder, linear: each value x fires in step round((T − 1)(1 − x)) of T and in no other, the
 * earlier the brighter; black fires last. Each call of `encode` returns the next step, after the last of them the first
 * again.
 * @example
 * const encoder = new encoding.LatencyEncoder({ T: 10 });
 * const spikes = encoding.spikeTrain(encoder, tf.tensor2d([[0, 0.5, 1]]), 10); // in the steps 9, 4 and 0
 */
export class LatencyEncoder {
  readonly T: number;
  private step = 0;

  /** @param T how many steps the code has, 1 to 10,000 */
  constructor(options: { T: number }) {
    checkOptions('LatencyEncoder', options, ['T']);
    const { T } = options;
    checkWhole('T', T, 1, MAX_T);
    this.T = T;
  }

  /** Starts again at step 0; the code of an image is the same in every presentation. */
  begin(_presentation?: Presentation): this {
    this.step = 0;
    return this;
  }

  /**
   * The next step of these images.
   * @param images [batch, …] intensities in [0, 1]
   * @returns spikes, 0 or 1, of the images' shape
   * @throws RangeError if an intensity lies outside of [0, 1]
   */
  encode<T extends tf.Tensor>(images: T): T {
    checkTensor('images', images);
    const intensities = images.dataSync();
    checkIntensities('LatencyEncoder', intensities);
    const { step, T } = this;
    this.step = (step + 1) % T;
    const spikes = Float32Array.from(intensities, (x) => Number(firingStep(x, T) === step));
    return tf.tensor(spikes, images.shape) as T;
  }
}

/** The encoder that the engine option `encoder` names. */
export function makeEncoder(name: EncoderName, { seed, T }: { seed: number; T: number }): Encoder {
  if (name === 'direct') return new DirectEncoder();
  return name === 'latency' ? new LatencyEncoder({ T }) : new PoissonEncoder({ seed });
}

/** Spike trains step by step, in place of an encoder. */
export class GivenSpikes {
  /** Of each step, where in [batch, units] there are spikes. */
  private steps: number[][] = [];
  private step = 0;
  private batch = 0;

  constructor(private readonly data: SpikeTrains) {}

  /** Starts the presentation of these trains, one per row of the batch, at step 0. */
  begin({ split, indices }: Presentation): this {
    const { units, times, starts } = this.data[split];
    this.steps = Array.from({ length: this.data.T }, () => []);
    this.batch = indices.length;
    this.step = 0;
    for (let row = 0; row < indices.length; row++) {
      for (let s = starts[indices[row]]; s < starts[indices[row] + 1]; s++) {
        this.steps[times[s]].push(row * this.data.units + units[s]);
      }
    }
    return this;
  }

  /** The next step of these trains: spikes, 0 or 1, [batch, units]. */
  encode(): tf.Tensor2D {
    const { units } = this.data;
    const spikes = new Float32Array(this.batch * units);
    for (const at of this.steps[this.step++]) spikes[at] = 1;
    return tf.tensor2d(spikes, [this.batch, units]);
  }
}

/** Most spikes that are returned at once. */
const MOST_SPIKES = 2 ** 28;

/**
 * The next T steps of an encoder as plain numbers.
 * @param images [batch, …] intensities in [0, 1]
 * @returns spikes, 0 or 1, [T, values of `images`], step by step
 * @throws RangeError for more than 2²⁸ of them, and as `encode`
 */
export function spikeTrain(encoder: PoissonEncoder | LatencyEncoder, images: tf.Tensor, T: number): Uint8Array {
  checkFunction('encoder', encoder?.encode, 'an encoder, such as new encoding.PoissonEncoder()');
  checkTensor('images', images);
  checkWhole('T', T, 1, Math.min(MAX_T, Math.floor(MOST_SPIKES / images.size)));
  const spikes = new Uint8Array(T * images.size);
  for (let t = 0; t < T; t++) {
    spikes.set(
      tf.tidy(() => encoder.encode(images).dataSync()),
      t * images.size,
    );
  }
  return spikes;
}

function firingChances(intensities: Float32Array): Uint32Array {
  checkIntensities('PoissonEncoder', intensities);
  return Uint32Array.from(intensities, firingChance);
}

function checkIntensities(encoder: string, intensities: Float32Array | Int32Array | Uint8Array): void {
  const stray = intensities.find((x) => !(x >= 0 && x <= 1));
  if (stray === undefined) return;
  throw new RangeError(
    `${encoder}: expected intensities from 0 to 1, found ${stray}; divide pixels of 0 to 255 by 255`,
  );
}
