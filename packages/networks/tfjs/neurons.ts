/** The lesson's neurons, and those that extend them: a threshold that rises, a learnt τ, potentials that are read. */
import * as tf from '@tensorflow/tfjs';
import { checkChoice } from '../../../src/common/checks';
import { MemoryModule } from '../../../src/snn/memory-module';
import { LIFNode, type LIFNodeArgs, type LIFOptions } from '../../../src/snn/neuron';
import { LEARN_NAMES, type LearnName } from '../options/layers';
import { DEFAULT_NEURON, NEURON, type NeuronOptions } from '../options/neuron-options';
import { startOfW } from '../options/weights';

export { LIFNode, type LIFNodeArgs, type Sequences, simulate } from '../../../src/snn/neuron';

export interface AdaptiveLIFNodeArgs extends LIFNodeArgs, Partial<Pick<NeuronOptions, 'beta' | 'tauAdapt'>> {}

export interface ParametricLIFNodeArgs extends AdaptiveLIFNodeArgs {
  /** Which τ is learnt: one of the layer (default), or one of each neuron. */
  learn?: LearnName;
}

/** How far neurons have adapted, a: it remembers (1 − 1/tau_adapt) a + s of their spikes s. */
class Adaptation extends MemoryModule {
  static className = 'Adaptation';
  private readonly kept: number;

  constructor(tauAdapt: number) {
    super({});
    this.kept = 1 - 1 / tauAdapt;
  }

  protected advance(spike: tf.Tensor): tf.Tensor {
    this.remember(this.remembered ? tf.add(tf.mul(this.remembered, this.kept), spike) : tf.clone(spike));
    return spike;
  }
}

/**
 * LIF neurons whose spikes raise their threshold, from a = 0 on:
 *
 *     fire     s = Θ(h − θ), θ = v_threshold + beta a
 *     adapt    a = (1 − 1/tau_adapt) a + s
 *
 * A soft reset subtracts θ. With a beta of 0, the default, they are a `LIFNode`, whose name they have in saved models.
 * @example
 * const neurons = new neuron.AdaptiveLIFNode({ tau: 2, beta: 0.1, tauAdapt: 200 });
 */
export class AdaptiveLIFNode extends LIFNode {
  /** The options that it adds to those of a `LIFNode`. */
  static readonly ownNames = ['beta', 'tauAdapt'] as const;
  static override readonly optionNames: readonly string[] = [...LIFNode.optionNames, ...AdaptiveLIFNode.ownNames];

  readonly beta: number;
  readonly tauAdapt: number;
  /** a, if there is a beta. */
  readonly adaptation?: Adaptation;

  constructor(some: AdaptiveLIFNodeArgs = {}) {
    super(some);
    const { beta = DEFAULT_NEURON.beta, tauAdapt = DEFAULT_NEURON.tauAdapt } = some;
    NEURON.fields.beta.check('beta', beta);
    NEURON.fields.tauAdapt.check('tauAdapt', tauAdapt);
    this.beta = beta;
    this.tauAdapt = tauAdapt;
    if (beta > 0) this.adaptation = new Adaptation(tauAdapt);
  }

  protected override threshold(): tf.Tensor | number {
    const a = this.adaptation?.remembered;
    return a ? tf.add(this.vThreshold, tf.mul(this.beta, a)) : this.vThreshold;
  }

  protected override advance(x: tf.Tensor): tf.Tensor {
    const spike = super.advance(x);
    this.adaptation?.apply(spike);
    return spike;
  }

  override resetStates(): void {
    super.resetStates();
    this.adaptation?.resetStates();
  }

  override options(): LIFOptions & Pick<NeuronOptions, 'beta' | 'tauAdapt'> {
    const { beta, tauAdapt } = this;
    return { ...super.options(), beta, tauAdapt };
  }
}

/**
 * LIF neurons that learn their time constant, from `tau` on, as w with 1/τ = σ(w): one for the layer (SpikingJelly's
 * neuron of this name) or, with `learn: 'tau of each neuron'`, one for each.
 */
export class ParametricLIFNode extends AdaptiveLIFNode {
  static override className = 'ParametricLIFNode';
  static override readonly optionNames: readonly string[] = [...AdaptiveLIFNode.optionNames, 'learn'];

  readonly learn?: LearnName;
  private w?: tf.LayerVariable;

  constructor(some: ParametricLIFNodeArgs = {}) {
    super(some);
    const { learn = new.target.learns } = some;
    if (learn !== undefined) checkChoice('learn', learn, LEARN_NAMES);
    this.learn = learn;
  }

  /** What is learnt by default. */
  protected static readonly learns: LearnName | undefined = 'tau';

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    if (this.learn) {
      const units = this.learn === 'tau' ? 1 : (inputShape as tf.Shape)[inputShape.length - 1];
      const start = tf.initializers.constant({ value: startOfW(this.tau) });
      this.w = this.addWeight('w', [1, units], 'float32', start);
    }
    super.build(inputShape);
  }

  protected override dividedByTau(x: tf.Tensor): tf.Tensor {
    return this.w ? tf.mul(x, tf.sigmoid(this.w.read())) : super.dividedByTau(x);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { learn } = this;
    return { ...super.getConfig(), ...(learn && { learn }) };
  }
}

/**
 * LIF neurons that never fire, SpikingJelly's neuron of this name: they charge as a `LIFNode` does, v is h, and each
 * call returns the potentials [batch, units]. Options that only spikes need have no effect; τ is learnt if `learn` asks
 * for it.
 * @example
 * const outputs = new neuron.NonSpikingLIFNode({ tau: 2 });
 * const h = outputs.apply(tf.tensor2d([[0.5, 2.5]])); // [[0.25, 1.25]]
 */
export class NonSpikingLIFNode extends ParametricLIFNode {
  static override className = 'NonSpikingLIFNode';
  protected static override readonly learns = undefined;

  override neuronalFire(h: tf.Tensor): tf.Tensor {
    return tf.zerosLike(h);
  }

  override neuronalReset(h: tf.Tensor): tf.Tensor {
    return tf.clone(h);
  }

  protected override advance(x: tf.Tensor): tf.Tensor {
    super.advance(x);
    return tf.clone(this.v as tf.Tensor);
  }
}
