import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../../../../src/common/checks';
import { NORM_EPSILON, NORM_MOMENTUM, NORM_PARTS } from '../../options/norm';
import type { LayerKind } from './kind';

/**
 * Batch norm of a map [batch, height, width, channels], SpikingJelly's and PyTorch's layer of this name. Each channel
 * becomes
 *
 *     y = weight (x − mean) / √(variance + 1e-5) + bias
 *
 * While an engine trains, mean and variance are those of the batch, of all its images, steps and positions together, as
 * in SpikingJelly's multi-step mode; its single-step mode takes those of each step alone, and so trains another network
 * (its issue 619). They also move the running statistics by a tenth of the way, the variance as PyTorch estimates it,
 * with n − 1. At all other times, and in a loop of one's own, the running statistics are what is used.
 */
export class BatchNorm2d extends tf.layers.Layer {
  static className = 'BatchNorm2d';

  /** Its weights begin with this times the threshold of the neurons: tdBN. */
  readonly scale?: number;

  /** @throws RangeError unless the scale, if there is one, is above 0 */
  constructor({ scale, name }: { scale?: number; name?: string } = {}) {
    super({ name });
    if (scale !== undefined) checkNumber('scale of the norm', scale, 0);
    this.scale = scale;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const channels = (inputShape as tf.Shape).at(-1) as number;
    for (const [kind, name] of NORM_PARTS) {
      const start = /weight|variance/.test(kind) ? tf.initializers.ones() : tf.initializers.zeros();
      this.addWeight(name, [1, channels], 'float32', start, undefined, !kind.startsWith('running'));
    }
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], { training = false }: { training?: boolean } = {}): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const [weight, bias, runningMean, runningVariance] = this.weights;
      const scaled = (mean: tf.Tensor, variance: tf.Tensor) => {
        const factor = tf.div(weight.read(), tf.sqrt(tf.add(variance, NORM_EPSILON)));
        return tf.add(tf.mul(tf.sub(x, mean), factor), bias.read());
      };
      if (!training) return scaled(runningMean.read(), runningVariance.read());
      const channels = x.shape[x.rank - 1];
      const count = x.size / channels;
      if (count < 2) throw new RangeError('BatchNorm2d: expected at least two values of each channel, found one');
      const { mean, variance } = tf.moments(tf.reshape(x, [count, channels]), 0, true);
      const move = (running: tf.LayerVariable, to: tf.Tensor) => {
        const before = running.read();
        running.write(tf.add(before, tf.mul(tf.sub(to, before), NORM_MOMENTUM)));
      };
      move(runningMean, mean);
      move(runningVariance, tf.mul(variance, count / (count - 1)));
      return scaled(mean, variance);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { scale } = this;
    return { ...super.getConfig(), ...(scale !== undefined && { scale }) };
  }
}

/** Batch norm of what a convolution makes. */
export const NORMED: LayerKind = {
  around: (parts, { norm }) => (norm ? [new BatchNorm2d(norm === 'batch' ? {} : norm), ...parts] : parts),
  read: (parts, i, found) => {
    const part = parts[i];
    if (!(part instanceof BatchNorm2d)) return;
    found[found.length - 1].norm = part.scale === undefined ? 'batch' : { scale: part.scale };
  },
};

// Without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(BatchNorm2d);
