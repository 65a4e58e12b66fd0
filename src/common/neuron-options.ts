import { checkChoice, checkNumber, checkObject, checkOptions, checkSwitch } from './checks';
import { defaultSurrogate, SURROGATE_NAMES, type Surrogate, type SurrogateName } from './surrogates';

/** The options of a layer of LIF neurons, named as SpikingJelly's. */
export interface NeuronOptions {
  /** Membrane time constant, in steps; above 1. Default 2. */
  tau: number;
  /** Whether the input decays together with the membrane potential. Default true. */
  decayInput: boolean;
  /** A neuron fires when h reaches this potential. Default 1. */
  vThreshold: number;
  /** Potential after a spike (hard reset), or null to subtract the threshold (soft reset). Default 0. */
  vReset: number | null;
  /**
   * By how much each spike raises the threshold, 0 or above: it is v_threshold + beta a, where a ← (1 − 1/tau_adapt) a +
   * s after each step, from 0 on (Bellec et al. 2018 and 2020; Norse's `lsnn`, whose beta is this one divided by 1 −
   * 1/tau_adapt; snnTorch's beta is another number, the leak). Default 0.
   */
  beta: number;
  /** In how many steps the threshold comes back down; above 1. Default 20. */
  tauAdapt: number;
  /** The slope that stands in for that of the spike, such as `new surrogate.ATan(2)`. */
  surrogateFunction: Surrogate;
  /** Whether the reset is left out of the gradient. Default false. */
  detachReset: boolean;
}

/** SpikingJelly's defaults, except ATan(2), as in its example of this tutorial. */
export const DEFAULT_NEURON: NeuronOptions = {
  tau: 2,
  decayInput: true,
  vThreshold: 1,
  vReset: 0,
  beta: 0,
  tauAdapt: 20,
  surrogateFunction: defaultSurrogate('atan'),
  detachReset: false,
};

/** Their names. */
export const neuronOptions = () => Object.keys(DEFAULT_NEURON) as (keyof NeuronOptions)[];

/**
 * All options of a neuron, as plain values: omitted ones get their defaults, or those of `base`.
 * @throws TypeError or RangeError as `checkOptions`
 */
export function resolveNeuronOptions(some: Partial<NeuronOptions> = {}, base = DEFAULT_NEURON): NeuronOptions {
  checkOptions('neuron', some, neuronOptions(), neuronOptions());
  const given = Object.fromEntries(Object.entries(some).filter(([, value]) => value !== undefined));
  const all = { ...base, ...given };
  // Only the data of an object such as `new surrogate.ATan(2)` can be sent to a thread.
  const { name, alpha } = all.surrogateFunction ?? {};
  return { ...all, surrogateFunction: { name, alpha } };
}

/** @throws RangeError that names the first option that is out of range, what is allowed, and what was found */
export function checkNeuron(neuron: NeuronOptions): void {
  checkObject('neuron', neuron, 'the options of neurons');
  const { surrogateFunction, ...dynamics } = neuron;
  checkChoice('surrogateFunction', surrogateFunction?.name, SURROGATE_NAMES);
  checkNumber('alpha', surrogateFunction.alpha, 0);
  checkDynamics(dynamics);
}

type Dynamics = Omit<NeuronOptions, 'surrogateFunction'>;

const CHECKS: { readonly [Name in keyof Dynamics]: (value: Dynamics[Name]) => void } = {
  tau: (tau) => checkNumber('tau', tau, 1),
  vThreshold: (vThreshold) => checkNumber('vThreshold', vThreshold),
  vReset: (vReset) => vReset === null || checkNumber('vReset', vReset),
  // Objects of all options were written before there were these two.
  beta: (beta = DEFAULT_NEURON.beta) => beta === 0 || checkNumber('beta', beta, 0),
  tauAdapt: (tauAdapt = DEFAULT_NEURON.tauAdapt) => checkNumber('tauAdapt', tauAdapt, 1),
  decayInput: (decayInput) => checkSwitch('decayInput', decayInput),
  detachReset: (detachReset) => checkSwitch('detachReset', detachReset),
};

/** @throws RangeError that names the first option beside the surrogate that is out of range or unknown */
export function checkDynamics(options: Dynamics): void {
  checkOptions<NeuronOptions>('neuron', options as NeuronOptions, neuronOptions(), neuronOptions());
  const check = <Name extends keyof Dynamics>(name: Name) => CHECKS[name](options[name]);
  for (const name of Object.keys(CHECKS) as (keyof Dynamics)[]) check(name);
}

/** The options that shape the gradient alone: no potential and no spike depends on them. */
const OF_GRADIENT = ['surrogateFunction', 'detachReset'] as const;

/** The first option by which neurons differ in their potentials and spikes; undefined if they do not. */
export const differingOption = (a: NeuronOptions, b: NeuronOptions) =>
  neuronOptions()
    .filter((name) => !(OF_GRADIENT as readonly string[]).includes(name))
    .find((name) => a[name] !== b[name]) as Exclude<keyof NeuronOptions, (typeof OF_GRADIENT)[number]> | undefined;

/**
 * A neuron's options as files hold them, the surrogate's as values like the others; missing ones get their defaults.
 */
export type StoredNeuron = Omit<Partial<NeuronOptions>, 'surrogateFunction'> & {
  surrogate: SurrogateName;
  alpha: number;
};

/**
 * Options for a file; `readNeuron` reads them. Those named here are in every file, in this order. Each later one is
 * left out while it has its default, so that the files of a run without it keep their bytes.
 */
export function storeNeuron(neuron: NeuronOptions): StoredNeuron {
  const { tau, decayInput, vThreshold, vReset, surrogateFunction, detachReset, ...later } = neuron;
  const { name: surrogate, alpha } = surrogateFunction;
  const defaults = new Map<string, unknown>(Object.entries(DEFAULT_NEURON));
  const changed = Object.entries(later).filter(([name, value]) => value !== defaults.get(name));
  return { tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset, ...Object.fromEntries(changed) };
}

/**
 * The options from a file, which may hold more. Missing ones get their defaults, as in `tf.loadLayersModel`, so that
 * older files can be read; except the surrogate, whose default differs in the layer.
 * @throws RangeError as `checkNeuron`
 */
export function readNeuron(content: StoredNeuron): NeuronOptions {
  const { surrogate, alpha, ...stored } = content ?? {};
  const known = Object.entries(stored).filter(([name]) => Object.hasOwn(DEFAULT_NEURON, name));
  const surrogateFunction = { name: surrogate, alpha };
  const neuron = resolveNeuronOptions({ ...Object.fromEntries(known), surrogateFunction });
  checkNeuron(neuron);
  return neuron;
}
