import * as tf from '@tensorflow/tfjs';
import { checkTensor } from '../common/checks';

/**
 * Base class of stateful layers, SpikingJelly's of this name: they keep a tensor from call to call until the reset. Input
 * and output are [batch, units], or [batch, height, width, channels].
 */
export abstract class MemoryModule extends tf.layers.Layer {
  /** What it remembers of the last step, [batch, units]; null before the first. */
  remembered: tf.Tensor | null = null;
  /** What it remembered earlier, which a gradient may still need until the reset. */
  private past: tf.Tensor[] = [];

  override get stateful(): boolean {
    return true;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override apply(
    inputs: tf.Tensor | tf.Tensor[] | tf.SymbolicTensor | tf.SymbolicTensor[],
    kwargs?: Parameters<tf.layers.Layer['apply']>[1],
  ): ReturnType<tf.layers.Layer['apply']> {
    if (Array.isArray(inputs) && inputs.length !== 1) checkTensor('input', inputs);
    return super.apply(inputs, kwargs);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (x?.rank !== 4) checkTensor('input', x, [null, null]);
    return tf.tidy(() => this.advance(x));
  }

  protected abstract advance(x: tf.Tensor): tf.Tensor;

  /** Takes over a tensor and keeps it for the next step; the earlier one until the reset. */
  protected remember(next: tf.Tensor): void {
    if (this.remembered) this.past.push(this.remembered);
    this.remembered = tf.keep(next);
  }

  override resetStates(): void {
    tf.dispose(this.past);
    this.remembered?.dispose();
    this.past = [];
    this.remembered = null;
  }
}

/** x itself, cut off from the gradient (tfjs has no stopGradient). */
export function detach(x: tf.Tensor): tf.Tensor {
  const op = tf.customGrad((input) => ({
    value: tf.clone(input as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return op(x);
}
