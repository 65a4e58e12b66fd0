/**
 * The leaky integrate-and-fire neuron as a layer of tfjs.
 * Equations, options and defaults are those of spikingjelly.activation_based.neuron.LIFNode.
 */

import * as tf from '@tensorflow/tfjs';
import { checkChoice, checkNumbers, checkOptions, checkSwitch, checkText, formatValue } from '../common/checks';
import { LEARN_NAMES, type LearnName } from '../common/layers';
import { checkDynamics, DEFAULT_NEURON, type NeuronOptions, neuronOptions } from '../common/neuron-options';
import type { Trace } from '../common/trace';
import { startOfW } from '../common/weights';
import { detach, MemoryModule } from './memory-module';
import { checkSurrogate, makeSurrogate, Sigmoid, type SurrogateFunction } from './surrogate';

export interface LIFNodeArgs extends Partial<Omit<NeuronOptions, 'surrogateFunction'>> {
  /** Default Sigmoid(4). */
  surrogateFunction?: SurrogateFunction;
  /** Keeps x, h, v and spikes of every step in `sequences` until the reset. Default false. */
  storeSequences?: boolean;
  /** Which τ is learnt, if one is; as in `ParametricLIFNode` of `layer.ts`. */
  learn?: LearnName;
  name?: string;
}

/** What a layer of neurons did, a typed array of [batch × units] for each step. */
export interface Sequences {
  /** Input current. */
  x: Float32Array[];
  /** Potential before firing. */
  h: Float32Array[];
  /** Potential after the reset. */
  v: Float32Array[];
  /** 1 where a neuron fired. */
  spike: Float32Array[];
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
 * LIF neurons, one for each input; each call is one time step, and the potential v is kept between calls.
 *
 *     charge   h = v + (x − (v − v_reset)) / tau     with decayInput
 *              h = v − (v − v_reset) / tau + x       without
 *     fire     s = Θ(h − θ), θ = v_threshold, or v_threshold + beta a where spikes raise it
 *     reset    v = s v_reset + (1 − s) h             hard
 *              v = h − s θ                           soft
 *     adapt    a = (1 − 1/tau_adapt) a + s           with a beta above 0, from a = 0 on
 *
 * Input and output are [batch, units]. `resetStates` (or `functional.resetNet`) forgets v between images.
 * @example
 * const neurons = new neuron.LIFNode({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * const spikes = neurons.apply(tf.tensor2d([[0.5, 2.5]])); // [[0, 1]]: h is 0.25 and 1.25
 * neurons.resetStates();
 */
export class LIFNode extends MemoryModule {
  static className = 'LIFNode';

  readonly tau: number;
  readonly decayInput: boolean;
  readonly vThreshold: number;
  readonly vReset: number | null;
  readonly beta: number;
  readonly tauAdapt: number;
  /** a, if there is a beta. */
  readonly adaptation?: Adaptation;
  readonly surrogateFunction: SurrogateFunction;
  readonly detachReset: boolean;
  storeSequences: boolean;
  sequences: Sequences = { x: [], h: [], v: [], spike: [] };
  /** Gets the spikes of each step, from which a gradient can come back. */
  onSpikes?: (spike: tf.Tensor) => void;
  readonly learn?: LearnName;
  /** w of a τ that is learnt: 1/τ = σ(w). So private that a class of one's own may have a `w`, too. */
  #w?: tf.LayerVariable;

  /** @throws RangeError that names the option that is out of range or unknown */
  constructor(some: LIFNodeArgs = {}) {
    checkOptions('LIFNode', some, [...neuronOptions(), 'storeSequences', 'learn', 'name'], neuronOptions());
    const {
      tau = DEFAULT_NEURON.tau,
      decayInput = DEFAULT_NEURON.decayInput,
      vThreshold = DEFAULT_NEURON.vThreshold,
      vReset = DEFAULT_NEURON.vReset,
      beta = DEFAULT_NEURON.beta,
      tauAdapt = DEFAULT_NEURON.tauAdapt,
      surrogateFunction = new Sigmoid(),
      detachReset = DEFAULT_NEURON.detachReset,
      storeSequences = false,
      learn,
      name,
    } = some;
    if (name !== undefined) checkText('name', name);
    super({ name });
    checkSurrogate(surrogateFunction);
    if (learn !== undefined) checkChoice('learn', learn, LEARN_NAMES);
    checkDynamics({ tau, decayInput, vThreshold, vReset, beta, tauAdapt, detachReset });
    checkSwitch('storeSequences', storeSequences);
    this.tau = tau;
    this.decayInput = decayInput;
    this.vThreshold = vThreshold;
    this.vReset = vReset;
    this.beta = beta;
    this.tauAdapt = tauAdapt;
    if (beta > 0) this.adaptation = new Adaptation(tauAdapt);
    this.surrogateFunction = surrogateFunction;
    this.detachReset = detachReset;
    this.storeSequences = storeSequences;
    this.learn = learn;
  }

  /** A saved model names the surrogate, and has its alpha beside the other options. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { surrogate, alpha, ...config }: tf.serialization.ConfigDict,
  ): T {
    const saved = { name: surrogate as SurrogateFunction['name'], alpha: alpha as number };
    // Omits what every tfjs layer has, such as `trainable`.
    const options = Object.fromEntries(
      Object.entries(config).filter(
        ([name]) => ['name', 'learn'].includes(name) || Object.hasOwn(DEFAULT_NEURON, name),
      ),
    );
    return new cls({ ...options, ...(surrogate ? { surrogateFunction: makeSurrogate(saved) } : {}) });
  }

  /** Potential after the last step, [batch, units]; null before the first. */
  get v(): tf.Tensor | null {
    return this.remembered;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    if (this.learn) {
      const units = this.learn === 'tau' ? 1 : (inputShape as tf.Shape)[inputShape.length - 1];
      const start = tf.initializers.constant({ value: startOfW(this.tau) });
      this.#w = this.addWeight('w', [1, units], 'float32', start);
    }
    super.build(inputShape);
  }

  /** Potential before firing, h, out of the potential v and the input current x. */
  neuronalCharge(x: tf.Tensor, v: tf.Tensor): tf.Tensor {
    const reset = this.vReset ?? 0;
    const above = reset === 0 ? v : tf.sub(v, reset);
    const share = (of: tf.Tensor) => (this.#w ? tf.mul(of, tf.sigmoid(this.#w.read())) : tf.div(of, this.tau));
    return this.decayInput ? tf.add(v, share(tf.sub(x, above))) : tf.add(tf.sub(v, share(above)), x);
  }

  /** θ, by how far the neurons have adapted. */
  #threshold(): tf.Tensor | number {
    const a = this.adaptation?.remembered;
    return a ? tf.add(this.vThreshold, tf.mul(this.beta, a)) : this.vThreshold;
  }

  /** Spikes: 1 where h reaches the threshold; differentiable through the surrogate. */
  neuronalFire(h: tf.Tensor): tf.Tensor {
    return this.surrogateFunction.apply(tf.sub(h, this.#threshold()));
  }

  /** Potential after firing. */
  neuronalReset(h: tf.Tensor, spike: tf.Tensor): tf.Tensor {
    const s = this.detachReset ? detach(spike) : spike;
    if (this.vReset === null) return tf.sub(h, tf.mul(s, this.#threshold()));
    const kept = tf.mul(h, tf.sub(1, s));
    return this.vReset === 0 ? kept : tf.add(kept, tf.mul(s, this.vReset));
  }

  protected advance(x: tf.Tensor): tf.Tensor {
    const before = this.v ?? tf.fill(x.shape, this.vReset ?? 0);
    if (!tf.util.arraysEqual(before.shape, x.shape)) {
      throw new Error(
        `LIFNode: expected an input of shape [${before.shape}] as in the step before, found [${x.shape}]; call resetStates() between batches`,
      );
    }
    const h = this.neuronalCharge(x, before);
    const spike = this.neuronalFire(h);
    const v = this.neuronalReset(h, spike);
    this.adaptation?.apply(spike);
    this.remember(v);
    this.onSpikes?.(spike);
    if (this.storeSequences) this.store({ x, h, v, spike });
    return this.returned(spike, h);
  }

  /** What the next layer gets. */
  protected returned(spike: tf.Tensor, _h: tf.Tensor): tf.Tensor {
    return spike;
  }

  private store(step: Record<keyof Sequences, tf.Tensor>): void {
    for (const name of ['x', 'h', 'v', 'spike'] as const) {
      this.sequences[name].push(Float32Array.from(step[name].dataSync()));
    }
  }

  /** Forgets the potential, and the sequences. The next step starts from v_reset. */
  override resetStates(): void {
    super.resetStates();
    this.adaptation?.resetStates();
    this.sequences = { x: [], h: [], v: [], spike: [] };
  }

  /**
   * The options as plain values, as the event engine takes them.
   * @throws Error if the surrogate is `Step`, which has no gradient
   */
  options(): NeuronOptions {
    const { name, alpha } = this.surrogateFunction;
    if (name === 'step') throw new Error('LIFNode: expected a surrogate with a gradient, found none (Step)');
    return { ...this.dynamics(), surrogateFunction: { name, alpha } };
  }

  /** The options beside the surrogate. */
  dynamics(): Omit<NeuronOptions, 'surrogateFunction'> {
    const { tau, decayInput, vThreshold, vReset, beta, tauAdapt, detachReset } = this;
    return { tau, decayInput, vThreshold, vReset, beta, tauAdapt, detachReset };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { name: surrogate, alpha } = this.surrogateFunction;
    const { learn } = this;
    return { ...super.getConfig(), ...this.dynamics(), surrogate, alpha, ...(learn && { learn }) };
  }
}

/**
 * LIF neurons that never fire, SpikingJelly's neuron of this name: they charge as a `LIFNode` does, v is h, and each
 * call returns the potentials [batch, units]. Options that only spikes need have no effect.
 * @example
 * const outputs = new neuron.NonSpikingLIFNode({ tau: 2 });
 * const h = outputs.apply(tf.tensor2d([[0.5, 2.5]])); // [[0.25, 1.25]]
 */
export class NonSpikingLIFNode extends LIFNode {
  static override className = 'NonSpikingLIFNode';

  override neuronalFire(h: tf.Tensor): tf.Tensor {
    return tf.zerosLike(h);
  }

  override neuronalReset(h: tf.Tensor): tf.Tensor {
    return tf.clone(h);
  }

  protected override returned(_spike: tf.Tensor, h: tf.Tensor): tf.Tensor {
    return h;
  }
}

/**
 * Simulates a single neuron from rest under these input currents, one per step, and leaves it at rest.
 * @example
 * const { spike } = neuron.simulate(new neuron.LIFNode({ tau: 10 }), new Array(50).fill(1.5));
 * @returns what it did, arrays [T]
 */
export function simulate(neuron: LIFNode, currents: ArrayLike<number>): Trace {
  if (!(neuron instanceof LIFNode))
    throw new TypeError(`neuron: expected one such as new neuron.LIFNode(), found ${formatValue(neuron)}`);
  checkNumbers('currents', currents, '[T]');
  const { storeSequences } = neuron;
  neuron.resetStates();
  neuron.storeSequences = true;
  try {
    for (const current of Array.from(currents)) {
      tf.tidy(() => void neuron.apply(tf.tensor2d([current], [1, 1])));
    }
    const { x, h, v, spike } = neuron.sequences;
    const joined = (steps: Float32Array[]) => Float32Array.from(steps, ([value]) => value);
    return { current: joined(x), h: joined(h), v: joined(v), spike: joined(spike) };
  } finally {
    neuron.storeSequences = storeSequences;
    neuron.resetStates();
  }
}

// The only side effect of an import: without it no saved model with such a layer could be loaded.
tf.serialization.registerClass(LIFNode);
tf.serialization.registerClass(NonSpikingLIFNode);
