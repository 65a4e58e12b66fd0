import { checkObject, checkOptions, listChoices } from '../../../src/common/checks';
import { defaultSurrogate, SURROGATE_NAMES, SURROGATES, type SurrogateName } from '../../../src/common/surrogates';
import { defaultsOf, group, type Infer, number, oneOf, or, toggle } from './schema';

/** The slope that stands in for that of the spike. */
const SURROGATE = group(
  { doc: 'the slope that stands in for that of the spike', default: defaultSurrogate('atan') },
  {
    /** Its name: SpikingJelly's in lower case. */
    name: oneOf(SURROGATE_NAMES, {
      doc: `surrogate gradient: ${listChoices(SURROGATE_NAMES.map((name) => `${name} (alpha ${SURROGATES[name].alpha})`))}`,
      default: 'atan',
      words: { atan: 'ATan', sigmoid: 'sigmoid', rect: 'rectangle' } satisfies Record<SurrogateName, string>,
      heading: 'surrogate',
    }),
    /** SpikingJelly's: the larger, the narrower and the higher the slope. By default the surrogate's own. */
    alpha: number(
      {
        doc: "the surrogate's alpha: the larger, the narrower and the higher its slope (default: its own)",
        label: 'α',
        required: true,
      },
      0,
    ),
  },
  ({ name = 'atan' }) => ({ alpha: SURROGATES[name as SurrogateName].alpha }),
);

/** The options of a layer of LIF neurons, named as SpikingJelly's. */
export const NEURON = group(
  { doc: 'the options of the neurons', has: { ann: false }, inherits: true },
  {
    /** Membrane time constant, in steps; above 1. Default 2. */
    tau: number({ doc: 'membrane time constant of the LIF neurons, in steps', default: 2, label: 'τ' }, 1),
    /** Whether the input decays together with the membrane potential. Default true. */
    decayInput: toggle({
      doc: 'whether the input decays together with the potential; if not, only what was there decays',
      default: true,
      words: { true: 'input divided by τ', false: 'input not divided by τ' },
    }),
    /** A neuron fires when h reaches this potential. Default 1. */
    vThreshold: number({ doc: 'a neuron fires when its potential reaches this one', default: 1, label: 'threshold' }),
    /** Potential after a spike (hard reset), or null to subtract the threshold (soft reset). Default 0. */
    vReset: or(
      null,
      number({
        doc: 'potential after a spike, or null to subtract the threshold instead',
        default: 0,
        label: 'reset to',
      }),
    ),
    /**
     * By how much each spike raises the threshold, 0 or above: it is v_threshold + beta a, where a ← (1 − 1/tau_adapt) a
     * + s after each step, from 0 on (Bellec et al. 2018 and 2020; Norse's `lsnn`, whose beta is this one divided by 1 −
     * 1/tau_adapt; snnTorch's beta is another number, the leak). Default 0.
     */
    beta: or(
      0,
      number(
        {
          doc: 'by how much each spike raises the threshold of its neuron',
          default: 0,
          label: 'β',
          words: { 0: 'fixed threshold' },
        },
        0,
      ),
    ),
    /** In how many steps the threshold comes back down; above 1. Default 20. */
    tauAdapt: number(
      {
        doc: 'in how many steps a threshold that beta raises falls again',
        default: 20,
        needs: 'beta',
        label: 'thresholds fall with τ',
      },
      1,
    ),
    /** The slope that stands in for that of the spike, such as `new surrogate.ATan(2)`. */
    surrogateFunction: SURROGATE,
    /** Whether the reset is left out of the gradient. Default false. */
    detachReset: toggle({
      doc: 'leave the reset out of the gradient',
      default: false,
      words: { true: 'no gradient through the reset', false: 'gradient through the reset' },
      heading: 'gradient through the reset',
    }),
  },
);

/** The options of a layer of LIF neurons. */
export interface NeuronOptions extends Infer<typeof NEURON> {}

/** SpikingJelly's defaults, except ATan(2), as in its example of this tutorial. */
export const DEFAULT_NEURON: NeuronOptions = defaultsOf(NEURON);

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
  // JSON has no −0, whose sign potentials would keep: the same document would make other bytes.
  const vReset = all.vReset === 0 ? 0 : all.vReset;
  return { ...all, vReset, surrogateFunction: { name, alpha } };
}

/** @throws RangeError that names the first option that is out of range, what is allowed, and what was found */
export function checkNeuron(neuron: NeuronOptions): void {
  checkObject('neuron', neuron, 'the options of neurons');
  const { surrogateFunction, ...dynamics } = neuron;
  const { name, alpha } = SURROGATE.fields;
  name.check('surrogateFunction', surrogateFunction?.name);
  alpha.check('alpha', surrogateFunction.alpha);
  checkDynamics(dynamics);
}

type Dynamics = Omit<NeuronOptions, 'surrogateFunction'>;

/** @throws RangeError that names the first option beside the surrogate that is out of range or unknown */
export function checkDynamics(options: Dynamics): void {
  checkOptions<NeuronOptions>('neuron', options as NeuronOptions, neuronOptions(), neuronOptions());
  const { surrogateFunction, ...fields } = NEURON.fields;
  for (const name of Object.keys(fields) as (keyof Dynamics)[]) {
    // Objects of all options were written before there were the later ones.
    const given =
      options[name] === undefined && !(FIRST as readonly string[]).includes(name) ? DEFAULT_NEURON : options;
    fields[name].check(name, given[name]);
  }
}

/** The options that there were from the start, beside the surrogate: every file has them. */
const FIRST = ['tau', 'decayInput', 'vThreshold', 'vReset', 'detachReset'] as const;

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
