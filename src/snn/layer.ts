/** Layers between weights and neurons: decaying currents and recurrence; and neurons with a learnable τ. */
import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../common/checks';
import { MemoryModule } from './memory-module';
import { LIFNode, type LIFNodeArgs } from './neuron';

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
tf.serialization.registerClass(Synapse);
tf.serialization.registerClass(LinearRecurrentContainer);
tf.serialization.registerClass(ParametricLIFNode);
