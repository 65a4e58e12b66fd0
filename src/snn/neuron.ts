/**
 * The leaky integrate-and-fire neuron as a layer of tfjs.
 * Equations, options and defaults are those of spikingjelly.activation_based.neuron.LIFNode.
 */

import * as tf from '@tensorflow/tfjs';
import { checkNumber, checkNumbers, checkOptions, checkSwitch, checkText, formatValue } from '../common/checks';
import type { Trace } from '../common/trace';
import { detach, MemoryModule } from './memory-module';
import { checkSurrogate, makeSurrogate, Sigmoid, type SurrogateFunction } from './surrogate';

/** The options of a layer of LIF neurons, named as SpikingJelly's, with its defaults. */
export interface LIFNodeArgs {
  /** Membrane time constant, in steps; above 1. Default 2. */
  tau?: number;
  /** Whether the input decays together with the membrane potential. Default true. */
  decayInput?: boolean;
  /** A neuron fires when its charged potential h reaches this. Default 1. */
  vThreshold?: number;
  /** Potential after a spike (hard reset), or null to subtract the threshold (soft reset). Default 0. */
  vReset?: number | null;
  /** The slope that stands in for that of the spike. Default Sigmoid(4). */
  surrogateFunction?: SurrogateFunction;
  /** Whether the spike s counts as a constant in the reset, so that no gradient flows through it there. Default false. */
  detachReset?: boolean;
  /** Keeps x, h, v and spikes of every step in `sequences` until the reset. Default false. */
  storeSequences?: boolean;
  name?: string;
}

/** The options that are plain values. */
export type LIFOptions = Required<Omit<LIFNodeArgs, 'surrogateFunction' | 'storeSequences' | 'name'>>;

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

/**
 * LIF neurons, one for each input; each call is one time step, and the potential v is kept between calls.
 *
 *     charge   h = v + (x − (v − v_reset)) / tau     with decayInput
 *              h = v − (v − v_reset) / tau + x       without
 *     fire     s = Θ(h − v_threshold)
 *     reset    v = s v_reset + (1 − s) h             hard
 *              v = h − s v_threshold                 soft
 *
 * In a charge, v_reset is 0 if it is null. Input and output are [batch, units]. `resetStates` (or `functional.resetNet`)
 * forgets v before other images are shown.
 * @example
 * const neurons = new neuron.LIFNode({ tau: 2, surrogateFunction: new surrogate.ATan(2) });
 * const spikes = neurons.apply(tf.tensor2d([[0.5, 2.5]])); // [[0, 1]]: h is 0.25 and 1.25
 * neurons.resetStates();
 */
export class LIFNode extends MemoryModule {
  static className = 'LIFNode';

  /** The options' names, by which a misspelt one is found. */
  static readonly optionNames: readonly string[] = [
    ...['tau', 'decayInput', 'vThreshold', 'vReset', 'surrogateFunction', 'detachReset'],
    ...['storeSequences', 'name'],
  ];

  readonly tau: number;
  readonly decayInput: boolean;
  readonly vThreshold: number;
  readonly vReset: number | null;
  readonly surrogateFunction: SurrogateFunction;
  readonly detachReset: boolean;
  storeSequences: boolean;
  sequences: Sequences = { x: [], h: [], v: [], spike: [] };

  /** @throws RangeError that names the option that is out of range or unknown */
  constructor(some: LIFNodeArgs = {}) {
    const names = new.target.optionNames as (keyof LIFNodeArgs)[];
    checkOptions(new.target.className, some, names, names); // null is refused below, option by option
    const { tau = 2, decayInput = true, vThreshold = 1, vReset = 0, detachReset = false } = some;
    const { surrogateFunction = new Sigmoid(), storeSequences = false, name } = some;
    if (name !== undefined) checkText('name', name);
    super({ name });
    checkSurrogate(surrogateFunction);
    checkNumber('tau', tau, 1);
    checkNumber('vThreshold', vThreshold);
    if (vReset !== null) checkNumber('vReset', vReset);
    for (const [option, value] of Object.entries({ decayInput, detachReset, storeSequences })) {
      checkSwitch(option, value);
    }
    this.tau = tau;
    this.decayInput = decayInput;
    this.vThreshold = vThreshold;
    this.vReset = vReset;
    this.surrogateFunction = surrogateFunction;
    this.detachReset = detachReset;
    this.storeSequences = storeSequences;
  }

  /** A saved model names the surrogate, and has its alpha beside the other options. */
  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    { surrogate, alpha, ...config }: tf.serialization.ConfigDict,
  ): T {
    const saved = { name: surrogate as SurrogateFunction['name'], alpha: alpha as number };
    // Omits what every tfjs layer has, such as `trainable`.
    const known = (cls as unknown as typeof LIFNode).optionNames;
    const options = Object.fromEntries(Object.entries(config).filter(([name]) => known.includes(name)));
    return new cls({ ...options, ...(surrogate ? { surrogateFunction: makeSurrogate(saved) } : {}) });
  }

  /** Potential after the last step, [batch, units]; null before the first. */
  get v(): tf.Tensor | null {
    return this.remembered;
  }

  /** Potential before firing, h, out of the potential v and the input current x. */
  neuronalCharge(x: tf.Tensor, v: tf.Tensor): tf.Tensor {
    const reset = this.vReset ?? 0;
    const aboveRest = reset === 0 ? v : tf.sub(v, reset);
    return this.decayInput
      ? tf.add(v, this.dividedByTau(tf.sub(x, aboveRest)))
      : tf.add(tf.sub(v, this.dividedByTau(aboveRest)), x);
  }

  protected dividedByTau(x: tf.Tensor): tf.Tensor {
    return tf.div(x, this.tau);
  }

  /** From which potential on neurons fire. */
  protected threshold(): tf.Tensor | number {
    return this.vThreshold;
  }

  /** Spikes: 1 where h reaches the threshold; differentiable through the surrogate. */
  neuronalFire(h: tf.Tensor): tf.Tensor {
    return this.surrogateFunction.apply(tf.sub(h, this.threshold()));
  }

  /** Potential after firing. */
  neuronalReset(h: tf.Tensor, spike: tf.Tensor): tf.Tensor {
    const s = this.detachReset ? detach(spike) : spike;
    if (this.vReset === null) return tf.sub(h, tf.mul(s, this.threshold()));
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
    this.remember(v);
    if (this.storeSequences) this.store({ x, h, v, spike });
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
    this.sequences = { x: [], h: [], v: [], spike: [] };
  }

  /** The options that are plain values. */
  options(): LIFOptions {
    const { tau, decayInput, vThreshold, vReset, detachReset } = this;
    return { tau, decayInput, vThreshold, vReset, detachReset };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { name: surrogate, alpha } = this.surrogateFunction;
    return { ...super.getConfig(), ...this.options(), surrogate, alpha };
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
