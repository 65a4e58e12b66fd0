import * as tf from '@tensorflow/tfjs';
import { MemoryModule } from '../../../../src/snn/memory-module';
import type { LayerKind } from './kind';

/**
 * Neurons that also receive each other's spikes of the step before (SpikingJelly's container of this name has weights
 * for x_in, too, and a bias):
 *
 *     x[t] = x_in[t] + R s[t−1]     with no spikes before the first step
 *
 * `layers` make s of x: the neurons, and before them what changes their currents, such as a `Synapse`.
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
    // What remembers nothing refuses to forget.
    for (const inner of this.layers) if (inner.stateful) inner.resetStates();
  }

  override getConfig(): tf.serialization.ConfigDict {
    const layers = this.layers.map((inner) => ({ className: inner.getClassName(), config: inner.getConfig() }));
    return { ...super.getConfig(), layers };
  }
}

/** Neurons that hear one another. */
export const RECURRENT: LayerKind = {
  around: (parts, { recurrent }) => (recurrent ? [new LinearRecurrentContainer({ layers: parts })] : parts),
  read: (parts, i, found) => {
    if (parts[i] instanceof LinearRecurrentContainer) found[found.length - 1].recurrent = true;
  },
};

// Without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(LinearRecurrentContainer);
