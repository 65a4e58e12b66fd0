import * as tf from '@tensorflow/tfjs';
import { detach, MemoryModule } from '../../../../src/snn/memory-module';
import { type Delay, resolveDelay } from '../../options/delay';
import { type LayerKind, plainLayer, shapeOf } from './kind';

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

/** A product with all inputs, each of which arrives later. */
export const DELAYED: LayerKind = {
  around: (parts, { neurons, delay }, place) =>
    delay ? [new DelayedDense({ units: neurons, ...delay, ...shapeOf(place) }), ...parts] : parts,
  read: (parts, i, found) => {
    const part = parts[i];
    if (part instanceof DelayedDense) found.push({ ...plainLayer(part.units), delay: part.delay });
  },
};

// Without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(DelayedDense);
