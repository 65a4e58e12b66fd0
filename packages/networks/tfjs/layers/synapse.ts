import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../../../../src/common/checks';
import { MemoryModule } from '../../../../src/snn/memory-module';
import type { LayerKind } from './kind';

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

/** Currents that last. */
export const LASTING: LayerKind = {
  around: (parts, { synapse }) => (synapse ? [new Synapse(synapse), ...parts] : parts),
  read: (parts, i, found) => {
    const part = parts[i];
    if (part instanceof Synapse) found[found.length - 1].synapse = { tau: part.tau };
  },
};

// Without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(Synapse);
