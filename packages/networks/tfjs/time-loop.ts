/** The lesson's loop for networks of any layers: other readouts and losses, penalties, and delays that are learnt. */

import * as tf from '@tensorflow/tfjs';
import type { Trace } from '../../../src/common/trace';
import type { Loss } from '../../../src/training/losses';
import { type Batch, TimeLoop } from '../../../src/training/time-loop';
import type { Engine } from '../options/engine';
import type { RatePenalty } from '../options/rate-penalty';
import { findNeurons, holdDelays } from './networks';

export class LayersLoop extends TimeLoop {
  /** Of each step, where the loss is that of each; while it learns. */
  private losses: tf.Scalar[] = [];
  /** The labels of the batch that it learns. */
  private labels?: tf.Tensor2D;
  /** How often hidden neurons fired, layer by layer, if their rates are penalized; while it learns. */
  private counts: tf.Tensor[] = [];

  /** @param stepMode step by step, or all steps in one product of each dense layer */
  constructor(
    network: tf.Sequential,
    private readonly options: Pick<Engine['options'], 'T' | 'readout' | 'loss' | 'ratePenalty'>,
    loss: Loss,
    private readonly stepMode: 'single' | 'multi',
  ) {
    super(network, options.T, loss);
  }

  /** All steps at once: a norm takes the statistics of the whole batch. */
  protected override *steps(batch: Batch, isTraining: boolean): Generator<() => tf.Tensor2D> {
    if (this.stepMode === 'single') return yield* super.steps(batch, isTraining);
    const { T } = this;
    let steps = Array.from({ length: T }, batch.nextInput);
    for (const layer of this.network.layers) {
      const inOneGo = () => tf.split(layer.apply(tf.concat(steps), { training: isTraining }) as tf.Tensor, T);
      steps = layer.stateful ? steps.map((step) => layer.apply(step) as tf.Tensor) : inOneGo();
    }
    for (const step of steps) yield () => step as tf.Tensor2D;
  }

  /**
   * The sum of spikes or potentials, of which the mean is taken, the last potential, or the highest, whose gradient goes
   * to the first step that has it.
   */
  protected override readStep(step: tf.Tensor2D, before?: tf.Tensor2D): tf.Tensor2D {
    if (this.labels && this.options.loss === 'cross-entropy-each-step') this.losses.push(this.loss(this.labels, step));
    if (!before || this.options.readout === 'last-potential') return step;
    return this.options.readout === 'highest-potential' ? tf.maximum(before, step) : super.readStep(step, before);
  }

  protected override readAll(read: tf.Tensor2D): tf.Tensor2D {
    const { readout } = this.options;
    return readout === 'last-potential' || readout === 'highest-potential' ? read : super.readAll(read);
  }

  protected override lossOf(batch: Batch, read: tf.Tensor2D): tf.Scalar {
    const { T, ratePenalty } = this.options;
    const ofSteps = this.losses;
    const loss =
      ofSteps.length > 0 ? (tf.div(tf.addN(ofSteps), ofSteps.length) as tf.Scalar) : super.lossOf(batch, read);
    if (!ratePenalty) return loss;
    return this.counts.reduce<tf.Scalar>(
      (sum, count) => tf.add(sum, penaltyOfRates(tf.div(count, T), ratePenalty)),
      loss,
    );
  }

  override learn(batch: Batch, optimizer: tf.Optimizer): { loss: number; rates: Float32Array } {
    const moveDelays = holdDelays(this.network);
    const endCounting = this.countHidden();
    this.labels = batch.labels;
    try {
      return super.learn(batch, optimizer);
    } finally {
      this.labels = undefined;
      this.losses = [];
      endCounting();
      moveDelays();
    }
  }

  /** From here on the spikes of hidden neurons are counted, if their rates are penalized; until what is returned. */
  private countHidden(): () => void {
    const hidden = this.options.ratePenalty ? findNeurons(this.network).slice(0, -1) : [];
    const kept: tf.Tensor[] = [];
    for (const [i, { neurons }] of hidden.entries()) {
      neurons.neuronalFire = (h) => {
        const spike = Object.getPrototypeOf(neurons).neuronalFire.call(neurons, h) as tf.Tensor;
        const count = this.counts[i];
        // What a layer makes of a step ends with its call.
        this.counts[i] = tf.keep(count ? tf.add(count, spike) : tf.clone(spike));
        kept.push(this.counts[i]);
        return spike;
      };
    }
    return () => {
      for (const { neurons } of hidden) Reflect.deleteProperty(neurons, 'neuronalFire');
      tf.dispose(kept);
      this.counts = [];
    };
  }

  /** Everything that the neurons do in all steps of a batch of one. */
  record(batch: Batch): Trace {
    const layers = findNeurons(this.network);
    const parts = layers.flatMap(({ neurons, synapse = neurons }) => [neurons, synapse]);
    const store = (storeSequences: boolean) => {
      for (const part of parts) part.storeSequences = storeSequences;
    };
    store(true);
    try {
      tf.dispose(tf.tidy(() => this.run(batch)));
      const flat = (steps: Float32Array[]) => Float32Array.from(steps.flatMap((step) => Array.from(step)));
      const traces = layers.map(({ neurons: { sequences }, synapse }): Trace => {
        const { x, h, v, spike } = sequences;
        return { current: flat(synapse?.x ?? x), h: flat(h), v: flat(v), spike: flat(spike) };
      });
      return traces.reduce((hidden, trace) => ({ ...trace, hidden }));
    } finally {
      store(false);
    }
  }
}

/** What the firing rates of a layer of hidden neurons, [batch, …], add to the loss: weight · mean((rate − target)²). */
export const penaltyOfRates = (rates: tf.Tensor, { weight, target }: RatePenalty): tf.Scalar =>
  tf.mul(weight, tf.mean(tf.square(tf.sub(rates, target))));
