/**
 * Layers besides those of TensorFlow.js: batch norm, delays, decaying currents and recurrence; and neurons with a
 * learnable τ.
 */
import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../common/checks';
import { type Delay, resolveDelay } from '../common/delay';
import { NORM_EPSILON, NORM_MOMENTUM, NORM_PARTS } from '../common/norm';
import { detach, MemoryModule } from './memory-module';
import { LIFNode, type LIFNodeArgs } from './neuron';

/**
 * A dense layer without bias whose connections have delays (see `Delay`): input [batch, inputs], output [batch, units].
 * Of each step it computes what its inputs send to this step and to the next ones, and it remembers what arrives later.
 * @example
 * const dense = new layer.DelayedDense({ units: 10, most: 5, learn: true, inputShape: [20] });
 */
export class DelayedDense extends MemoryModule {
  static className = 'DelayedDense';

  readonly units: number;
  readonly delay: Delay;
  private kernel?: tf.LayerVariable;
  private delays?: tf.LayerVariable;
  /** The weights by the step in which they arrive, from now on: [inputs, (most + 1) × units]. */
  private arrivals?: tf.Tensor2D;

  constructor({
    units,
    most,
    learn,
    ...args
  }: { units: number } & Delay & ConstructorParameters<typeof MemoryModule>[0]) {
    super(args);
    this.units = units;
    this.delay = resolveDelay({ most, learn });
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const shape = [(inputShape as tf.Shape).at(-1) as number, this.units];
    this.kernel = this.addWeight('kernel', shape, 'float32', tf.initializers.glorotNormal({}));
    this.delays = this.addWeight('delay', shape, 'float32', tf.initializers.zeros());
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return [...(inputShape as tf.Shape).slice(0, -1), this.units];
  }

  /** W (1 − f) in the step that is k steps on, and W f in the next. */
  private weigh(): tf.Tensor2D {
    const { most, learn } = this.delay;
    const [w, d] = [this.kernel, this.delays].map((all) => tf.expandDims(all?.read() as tf.Tensor, 1));
    // 1 in the step k, else 0; neither has a gradient. What is not learnt has one of zeros, and Adam its moments.
    const k = tf.clipByValue(tf.floor(d), 0, most - 1);
    const f = tf.sub(learn ? d : detach(d), k);
    const step = tf.reshape(tf.range(0, most + 1), [1, -1, 1]);
    const [first, second] = [k, tf.add(k, 1)].map((at) => tf.relu(tf.sub(1, tf.abs(tf.sub(step, at)))));
    const shares = tf.add(tf.mul(tf.sub(1, f), first), tf.mul(f, second));
    return tf.reshape(tf.mul(w, shares), [-1, (most + 1) * this.units]);
  }

  protected advance(x: tf.Tensor): tf.Tensor {
    const { units, remembered } = this;
    this.arrivals ??= tf.keep(this.weigh());
    const sent = tf.matMul(x, this.arrivals);
    const line = remembered
      ? tf.add(
          sent,
          tf.pad(remembered, [
            [0, 0],
            [0, units],
          ]),
        )
      : sent;
    this.remember(tf.slice(line, [0, units]));
    return tf.slice(line, [0, 0], [-1, units]);
  }

  /**
   * Before a step of Adam; what is returned is to be called after it: the delays then move by `most` times as much, and
   * stay in their range.
   */
  hold(): () => void {
    const { most } = this.delay;
    const before = tf.clone(this.delays?.read() as tf.Tensor);
    return () => {
      tf.tidy(() => {
        const after = this.delays?.read() as tf.Tensor;
        this.delays?.write(tf.clipByValue(tf.add(before, tf.mul(tf.sub(after, before), most)), 0, most));
      });
      before.dispose();
    };
  }

  override resetStates(): void {
    super.resetStates();
    this.arrivals?.dispose();
    this.arrivals = undefined;
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), units: this.units, ...this.delay };
  }
}

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
tf.serialization.registerClass(DelayedDense);
tf.serialization.registerClass(Synapse);
tf.serialization.registerClass(LinearRecurrentContainer);
tf.serialization.registerClass(ParametricLIFNode);
