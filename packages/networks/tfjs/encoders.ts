/**
 * What shows a batch step by step besides the lesson's Poisson encoder. Direct input: the intensity itself is the input
 * of each step. A latency code: an intensity fires once, the earlier the brighter. Spike trains need no encoder: they are
 * shown as they are.
 */
import * as tf from '@tensorflow/tfjs';
import { checkOptions, checkTensor, checkWhole } from '../../../src/common/checks';
import { MAX_T, type Presentation } from '../../../src/common/mnist';
import { checkIntensities, PoissonEncoder } from '../../../src/snn/encoding';
import { firingStep } from '../latency';
import type { EncoderName } from '../options/engine';
import type { SpikeTrains } from '../spike-trains';

/** Shows a batch step by step; spike trains need no images for that. */
export interface Encoder {
  /** Starts the presentation of these images, one per row of the batch, at step 0. */
  begin(presentation: Presentation): Encoder;
  /** The next step of these images. */
  encode(images?: tf.Tensor): tf.Tensor;
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
