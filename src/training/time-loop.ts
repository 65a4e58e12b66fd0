/**
 * The tutorial's loop: T steps through the network, the loss of what its outputs did, and the gradient back through all
 * steps.
 */
import * as tf from '@tensorflow/tfjs';
import { forward } from '../snn/networks';
import type { Loss } from './losses';

/** A batch as the network sees it. */
export interface Batch {
  /** One-hot labels [batch, 10]. */
  labels: tf.Tensor2D;
  /** The next time step's input: spikes, or images. */
  nextInput: () => tf.Tensor;
}

export class TimeLoop {
  constructor(
    readonly network: tf.Sequential,
    readonly T: number,
    readonly loss: Loss,
  ) {}

  /**
   * Firing rates [batch, 10] of T steps; differentiable. The caller resets the network afterwards.
   * @param isTraining whether there will be a gradient, for which all of each step is kept
   */
  run(batch: Batch, isTraining = false): tf.Tensor2D {
    let count: tf.Tensor2D | undefined;
    for (const makeStep of this.steps(batch, isTraining)) {
      const before = count;
      const next = () => this.readStep(makeStep(), before);
      count = isTraining ? next() : tf.tidy(next);
      if (!isTraining) before?.dispose();
    }
    return this.readAll(count as unknown as tf.Tensor2D);
  }

  /**
   * One step of the optimizer on a batch.
   * @returns the loss before it, and the firing rates [batch, 10]
   */
  learn(batch: Batch, optimizer: tf.Optimizer): { loss: number; rates: Float32Array } {
    let rates = new Float32Array();
    // All T steps run inside of `minimize`, which records them: the gradient goes back through the spikes and potentials of
    // every step (backpropagation through time).
    const loss = optimizer.minimize(() => {
      const read = this.run(batch, true);
      rates = Float32Array.from(read.dataSync());
      return this.lossOf(batch, read);
    }, true) as tf.Scalar;
    const [value] = loss.dataSync();
    loss.dispose();
    return { loss: value, rates };
  }

  /** The outputs of each step, spikes [batch, 10], as they are asked for. */
  protected *steps({ nextInput }: Batch, _isTraining: boolean): Generator<() => tf.Tensor2D> {
    for (let t = 0; t < this.T; t++) yield () => forward(this.network, nextInput());
  }

  /** Adds the spikes of a step to the count of those before. */
  protected readStep(step: tf.Tensor2D, before?: tf.Tensor2D): tf.Tensor2D {
    return before ? tf.add(before, step) : step;
  }

  /** Firing rates, from the count of spikes after T steps. */
  protected readAll(count: tf.Tensor2D): tf.Tensor2D {
    return tf.div(count, this.T);
  }

  protected lossOf({ labels }: Batch, rates: tf.Tensor2D): tf.Scalar {
    return this.loss(labels, rates);
  }
}
