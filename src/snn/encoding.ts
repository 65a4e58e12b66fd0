/**
 * Poisson encoding: an intensity x in [0, 1] becomes a train of spikes that fires with probability x in each step.
 */

import type { Split } from '../common/engine';
import { Purpose, poissonBlock, RandomStream, threshold } from '../common/random';
import { tf } from '../node/backend';

/** Which images the next steps belong to. */
export interface Presentation {
  split: Split;
  epoch: number;
  /** The images' indices in their split, a row of the batch each. */
  indices: ArrayLike<number>;
}

const STEPS_IN_BLOCK = 128;

/**
 * SpikingJelly's PoissonEncoder: each call of `encode` gives one fresh step, `rand ≤ x`.
 *
 * Its random numbers depend on (seed, split, epoch, image, step) alone. `begin` says which images are shown;
 * without it the encoder draws from the demonstration stream, a row of the batch standing for an image.
 */
export class PoissonEncoder {
  readonly seed: number;
  private purpose: Purpose = Purpose.Demonstration;
  private epoch = 0;
  private indices: ArrayLike<number> | null = null;
  private step = 0;
  private thresholdsOf = -1;
  private thresholds = new Uint32Array();
  /** The spikes of one block of 128 steps, [batch × pixels × 4] words. */
  private words = new Uint32Array();
  private stale = true;

  constructor({ seed = 0 } = {}) {
    this.seed = seed;
  }

  /** Starts the presentation of these images at step 0. */
  begin({ split, epoch, indices }: Presentation): this {
    this.purpose = split === 'train' ? Purpose.TrainSpikes : Purpose.TestSpikes;
    this.epoch = epoch;
    this.indices = indices;
    this.step = 0;
    this.stale = true;
    return this;
  }

  /**
   * The next step of these images.
   * @param images [batch, …] intensities in [0, 1]
   * @returns spikes, 0 or 1, of the images' shape
   * @throws if the batch is not the one that `begin` announced
   */
  encode<T extends tf.Tensor>(images: T): T {
    const batch = images.shape[0] ?? 1;
    if (this.indices && this.indices.length !== batch) {
      throw new Error(`PoissonEncoder: expected ${this.indices.length} images as announced by begin(), found ${batch}`);
    }
    if (images.id !== this.thresholdsOf) {
      this.thresholds = Uint32Array.from(images.dataSync() as Float32Array, threshold);
      this.thresholdsOf = images.id;
      this.stale = true;
    }
    if (this.stale || this.step % STEPS_IN_BLOCK === 0) this.drawBlock(batch);
    const bit = this.step % 32;
    const lane = (this.step % STEPS_IN_BLOCK) >> 5;
    this.step++;
    const spikes = new Float32Array(this.thresholds.length);
    for (let p = 0; p < spikes.length; p++) spikes[p] = (this.words[p * 4 + lane] >>> bit) & 1;
    return tf.tensor(spikes, images.shape) as T;
  }

  private drawBlock(batch: number): void {
    const pixels = this.thresholds.length / batch;
    if (this.words.length !== this.thresholds.length * 4) this.words = new Uint32Array(this.thresholds.length * 4);
    const block = Math.floor(this.step / STEPS_IN_BLOCK);
    for (let i = 0; i < batch; i++) {
      const stream = new RandomStream(this.seed, this.purpose, this.epoch, this.indices?.[i] ?? i, block);
      const row = this.thresholds.subarray(i * pixels, (i + 1) * pixels);
      poissonBlock(row, stream, this.words.subarray(i * pixels * 4, (i + 1) * pixels * 4));
    }
    this.stale = false;
  }
}
