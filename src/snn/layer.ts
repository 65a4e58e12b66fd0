/** Layers between weights and neurons: batch norm, decaying currents and recurrence; and neurons with a learnable τ. */
import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../common/checks';
import { NORM_EPSILON, NORM_MOMENTUM, NORM_PARTS } from '../common/norm';
import { MemoryModule } from './memory-module';
import { LIFNode, type LIFNodeArgs } from './neuron';

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

/**
 * The current i that the neurons get in place of x lasts for some steps (the first equation of snnTorch's `Synaptic`):
 *
 *     i[t] = i[t−1] (1 − 1/τ) + x[t]     from i = 0
 *
 * @example
 * const synapse = new layer.Synapse({ tau: 4 });
 * synapse.apply(tf.tensor2d([[1]])); // [[1]], and with 0 in the next step [[0.75]]
 */
export class Synapse extends MemoryModule {
  static className = 'Synapse';

  readonly tau: number;
  /** Keeps x of every step in `x` until the reset. Default false. */
  storeSequences = false;
  /** What reached the synapse, [batch × units] for each step. */
  x: Float32Array[] = [];

  /** @throws RangeError unless τ, in steps, is above 1 */
  constructor({ tau, name }: { tau: number; name?: string }) {
    super({ name });
    checkNumber('tau of the synapse', tau, 1);
    this.tau = tau;
  }

  protected advance(x: tf.Tensor): tf.Tensor {
    if (this.storeSequences) this.x.push(Float32Array.from(x.dataSync()));
    const current = this.remembered ? tf.add(tf.mul(this.remembered, 1 - 1 / this.tau), x) : x;
    this.remember(tf.clone(current));
    return current;
  }

  override resetStates(): void {
    super.resetStates();
    this.x = [];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), tau: this.tau };
  }
}

/**
 * Neurons that also receive each other's spikes of the step before (SpikingJelly's container of this name has weights
 * for x_in, too, and a bias):
 *
 *     x[t] = x_in[t] + R s[t−1]     with no spikes before the first step
 *
 * `layers` make s of x: the neurons, and before them a `Synapse`, if there is one.
 */
export class LinearRecurrentContainer extends MemoryModule {
  static className = 'LinearRecurrentContainer';

  readonly layers: readonly tf.layers.Layer[];
  private kernel?: tf.LayerVariable;

  constructor({ layers, name }: { layers: readonly tf.layers.Layer[]; name?: string }) {
    super({ name });
    this.layers = layers;
  }

  /** Inner layers as they were saved become layers again. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { layers, name }: tf.serialization.ConfigDict,
  ): T {
    const { classNameMap } = tf.serialization.SerializationMap.getMap();
    const inner = (layers as { className: string; config: tf.serialization.ConfigDict }[]).map(
      ({ className, config }) => {
        const [Kind, fromConfig] = classNameMap[className];
        return fromConfig(Kind, config);
      },
    );
    return new cls({ layers: inner as unknown as tf.serialization.ConfigDictArray, name });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const units = (inputShape as tf.Shape).at(-1) as number;
    this.kernel = this.addWeight('kernel', [units, units], 'float32', tf.initializers.zeros());
    for (const inner of this.layers) {
      inner.build(inputShape);
      this._trainableWeights.push(...inner.trainableWeights);
    }
    super.build(inputShape);
  }

  protected advance(x: tf.Tensor): tf.Tensor {
    // Also in the first step: R has a gradient then, of zeros, and Adam its moments.
    const before = this.remembered ?? tf.zerosLike(x);
    const heard = tf.add(x, tf.matMul(before, this.kernel?.read() as tf.Tensor));
    const spikes = this.layers.reduce((out, inner) => inner.call(out, {}) as tf.Tensor, heard);
    this.remember(tf.clone(spikes));
    return spikes;
  }

  override resetStates(): void {
    super.resetStates();
    for (const inner of this.layers) inner.resetStates();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const layers = this.layers.map((inner) => ({ className: inner.getClassName(), config: inner.getConfig() }));
    return { ...super.getConfig(), layers };
  }
}

/**
 * LIF neurons that learn their time constant, from `tau` on, as w with 1/τ = σ(w): one for the layer (SpikingJelly's
 * neuron of this name) or, with `learn: 'tau of each neuron'`, one for each.
 */
export class ParametricLIFNode extends LIFNode {
  static override className = 'ParametricLIFNode';

  constructor(some: LIFNodeArgs = {}) {
    super({ ...some, learn: some.learn ?? 'tau' });
  }
}

// As for the neurons: without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(BatchNorm2d);
tf.serialization.registerClass(Synapse);
tf.serialization.registerClass(LinearRecurrentContainer);
tf.serialization.registerClass(ParametricLIFNode);
