/** The options of a layer of LIF neurons, named as SpikingJelly's. */
export interface NeuronOptions {
  /** Membrane time constant, in steps; above 1. */
  tau: number;
  /** Whether the input decays together with the membrane potential. */
  decayInput: boolean;
  /** A neuron fires when h reaches this potential. */
  vThreshold: number;
  /** Potential after a spike (hard reset), or null to subtract the threshold (soft reset). */
  vReset: number | null;
  /** The surrogate gradient of the spike. */
  surrogate: 'atan' | 'sigmoid';
  /** Steepness of the surrogate. */
  alpha: number;
  /** Whether the reset is left out of the gradient. */
  detachReset: boolean;
}

/** The steepness of each surrogate in SpikingJelly, where none is given. */
export const DEFAULT_ALPHA = { atan: 2, sigmoid: 4 } as const;

/** SpikingJelly's defaults, but with ATan(2), as in its example of this tutorial. */
export const DEFAULT_NEURON: NeuronOptions = {
  tau: 2,
  decayInput: true,
  vThreshold: 1,
  vReset: 0,
  surrogate: 'atan',
  alpha: DEFAULT_ALPHA.atan,
  detachReset: false,
};

/** All options of a neuron: what is left out has its default; a surrogate named without `alpha` has SpikingJelly's. */
export function resolveNeuronOptions(some: Partial<NeuronOptions> = {}): NeuronOptions {
  const surrogate = some.surrogate ?? DEFAULT_NEURON.surrogate;
  return { ...DEFAULT_NEURON, alpha: DEFAULT_ALPHA[surrogate] ?? Number.NaN, ...some };
}

/** @throws RangeError that names the first option that is out of range, what is allowed, and what was found */
export function checkNeuron(neuron: NeuronOptions): void {
  if (!Object.hasOwn(DEFAULT_ALPHA, neuron.surrogate)) {
    throw new RangeError(`surrogate: expected 'atan' or 'sigmoid', found ${shown(neuron.surrogate)}`);
  }
  checkNumber('tau', neuron.tau, 1);
  checkNumber('alpha', neuron.alpha, 0);
  checkNumber('vThreshold', neuron.vThreshold);
  if (neuron.vReset !== null) checkNumber('vReset', neuron.vReset);
  for (const name of ['decayInput', 'detachReset'] as const) {
    if (typeof neuron[name] !== 'boolean')
      throw new RangeError(`${name}: expected true or false, found ${shown(neuron[name])}`);
  }
}

/** A value as an error message shows it: a string in quotes, so that '2' is not taken for 2. */
const shown = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value));

/** @throws RangeError unless the value is a finite number above the bound, also when rounded to float32 */
export function checkNumber(name: string, value: number, above = Number.NEGATIVE_INFINITY): void {
  const single = typeof value === 'number' ? Math.fround(value) : Number.NaN;
  if (Number.isFinite(single) && single > above) return;
  const wanted = above === Number.NEGATIVE_INFINITY ? 'a finite number' : `a finite number above ${above}`;
  // 1e300 and 5e-324 are what they are asked to be until the kernel rounds them.
  const rounded = Number.isFinite(value) && value > above ? `, which is ${single} as a 32-bit float` : '';
  throw new RangeError(`${name}: expected ${wanted}, found ${shown(value)}${rounded}`);
}

/** @throws RangeError unless the value is a whole number in this range */
export function checkWhole(name: string, value: number, from: number, to: number): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw new RangeError(`${name}: expected a whole number from ${from} to ${to}, found ${shown(value)}`);
}
