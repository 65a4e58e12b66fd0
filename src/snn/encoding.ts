/** Poisson encoding: an intensity x in [0, 1] becomes a train of spikes that fires with probability x in each step. */
import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkFunction, checkNumbers, checkOptions, checkTensor, checkWhole } from '../common/checks';
import { MAX_T, type Presentation } from '../common/mnist';
import { MAX_UINT32, Purpose, RandomStream } from '../common/random';
import { firingChance, poissonPart, STEPS_IN_PART } from './poisson-block';

const STEPS_IN_BLOCK = 128;

/**
 * SpikingJelly's PoissonEncoder: each call of `encode` returns one fresh step, in which a pixel fires if a random number is
 * below its intensity x (SpikingJelly: `rand ≤ x`).
 *
 * Its random numbers depend on (seed, split, epoch, image, step) alone. `begin` says which images are shown;
 * without it the encoder draws from the demonstration stream, where a row of the batch stands for an image.
 * @example
 * const encoder = new encoding.PoissonEncoder({ seed: 1 });
 * const spikes = encoder.encode(tf.fill([1, 28, 28], 0.2)); // about one pixel in five fires
 */
export class PoissonEncoder {
  readonly seed: number;
  private purpose: number = Purpose.Demonstration;
  private epoch = 0;
  private indices: Uint32Array | null = null;
  private step = 0;
  /** Which images `chances` are of: a tensor's id, and the id of its data, which change in a variable. */
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
   * @throws RangeError if an intensity lies outside of [0, 1]; Error if the batch has another number of images than
   *   `begin` announced
   */
  encode<T extends tf.Tensor>(images: T): T {
    checkTensor('images', images);
    const batch = images.shape[0] ?? 1;
    if (this.indices && this.indices.length !== batch) {
      throw new Error(`PoissonEncoder: expected ${this.indices.length} images as announced by begin(), found ${batch}`);
    }
    if (images.id !== this.encodedId || images.dataId !== this.encodedData) {
      const intensities = images.dataSync();
      checkIntensities('PoissonEncoder', intensities);
      this.chances = Uint32Array.from(intensities, firingChance);
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

/** Most spikes that are returned at once. */
const MOST_SPIKES = 2 ** 28;

/**
 * The next T steps of an encoder as plain numbers.
 * @param images [batch, …] intensities in [0, 1]
 * @returns spikes, 0 or 1, [T, values of `images`], step by step
 * @throws RangeError for more than 2²⁸ of them, and as `encode`
 */
export function spikeTrain(encoder: Pick<PoissonEncoder, 'encode'>, images: tf.Tensor, T: number): Uint8Array {
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

/** @throws RangeError that names the encoder, unless all of them lie in [0, 1] */
export function checkIntensities(encoder: string, intensities: Float32Array | Int32Array | Uint8Array): void {
  const stray = intensities.find((x) => !(x >= 0 && x <= 1));
  if (stray === undefined) return;
  throw new RangeError(
    `${encoder}: expected intensities from 0 to 1, found ${stray}; divide pixels of 0 to 255 by 255`,
  );
}
