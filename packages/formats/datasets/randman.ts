/** Randman: random smooth curves of spike times, a task in which firing rates carry no information. */

import { checkNumber, checkOptions, checkWhole } from '../../../src/common/checks';
import { CLASSES, MAX_CLASSES, MAX_T } from '../../../src/common/mnist';
import { MAX_UINT32, RandomStream } from '../../../src/common/random';
import { exp, log, sinTurns } from '../../networks/exact';
import { Purpose } from '../../networks/purposes';
import { labelsFrom, MAX_UNITS, type SpikeTrainSplit, type SpikeTrains } from '../../networks/spike-trains';

export interface RandmanOptions {
  /** A whole number from 0 to 2³² − 1. Default 0. */
  seed?: number;
  /** Input units, 1 to 4,096. Default 20. */
  units?: number;
  /** Classes, 2 to 1,000. Default 10. */
  classes?: number;
  /** Steps, 2 to 10,000. Default 100. */
  T?: number;
  /** Hidden variables of a sample, 1 to 10: 1 makes curves, 2 surfaces. Default 1. */
  dimensions?: number;
  /** How smooth the curves are, 1 to 10: the higher, the smoother. Default 3. */
  alpha?: number;
  /** Training samples. Default 8000. */
  train?: number;
  /** Test samples. Default 2000. */
  test?: number;
}

/** Waves weaker than this share of the strongest are dropped, as in the authors' program. */
const PRECISION = 1e-3;
const MOST_WAVES = 1000;
/** Limit for all samples: ten times as many as in SHD. */
const MOST_SPIKES = 2 ** 28;
/** Random streams of a class: for its curves, and for the hidden variables of its samples. */
const STREAM = { curves: 0, samples: 1 } as const;

/**
 * Makes a data set (F. Zenke and T. P. Vogels, "The remarkable robustness of surrogate gradient learning for instilling
 * complex function in spiking neural networks", Neural Computation 33, 2021; their program: github.com/fzenke/randman).
 *
 * Each class is a random smooth curve from a hidden variable x, uniform in [0, 1)ᴰ, to the spike time of each unit i:
 *
 * f_i(x) = Π_d Σ_k a_idk / ((k + 1)^α + 1) · sin(2π (k x_d b_idk + c_idk)), k from 1 to K − 1, K = ⌈1000^(1/α)⌉,
 *
 * with a, b, c uniform in [0, 1). In each class the f_i of all samples are scaled to [0, 1], and
 * t_i = ⌊f_i (T − 1) + ½⌋. Every unit fires exactly once in every sample, so spike counts carry no information about the
 * class. Sample n has the class n mod `classes`. Our own random numbers and exact arithmetic (additions, products,
 * divisions) make the bytes the same on every machine.
 * @example
 * const data = datasets.randman({ units: 20, T: 100 });
 * const engine = await createEngine('event', { data, hidden: 100 });
 * @throws RangeError that names the option that is out of range or unknown
 */
export function randman(options: RandmanOptions = {}): SpikeTrains {
  checkOptions('randman', options, ['seed', 'units', 'classes', 'T', 'dimensions', 'alpha', 'train', 'test']);
  const { seed = 0, units = 20, classes = CLASSES, T = 100, dimensions = 1, alpha = 3 } = options;
  const { train = 8000, test = 2000 } = options;
  checkWhole('seed', seed, 0, MAX_UINT32);
  checkWhole('units', units, 1, MAX_UNITS);
  checkWhole('classes', classes, 2, MAX_CLASSES);
  checkWhole('T', T, 2, MAX_T);
  checkWhole('dimensions', dimensions, 1, 10);
  checkNumber('alpha', alpha);
  if (!(alpha >= 1 && alpha <= 10)) throw new RangeError(`alpha: expected a number from 1 to 10, found ${alpha}`);
  checkWhole('train', train, 1, 1_000_000);
  checkWhole('test', test, 1, 1_000_000);
  const total = train + test;
  if (total * units > MOST_SPIKES)
    throw new RangeError(`train, test: expected at most ${MOST_SPIKES} spikes in all, found ${total * units}`);
  const times = new Uint16Array(total * units);
  const strengths = waveStrengths(alpha);
  for (let label = 0; label < classes; label++) {
    // This class has the samples label, label + classes, …
    const count = Math.max(0, Math.ceil((total - label) / classes));
    const hidden = new RandomStream(seed, Purpose.Randman, STREAM.samples, label);
    const x = Float64Array.from({ length: count * dimensions }, () => hidden.uniform());
    const random = new RandomStream(seed, Purpose.Randman, STREAM.curves, label);
    for (let unit = 0; unit < units; unit++) {
      const curve = new Float64Array(count).fill(1);
      for (let d = 0; d < dimensions; d++) multiplyByWaves(curve, x, d, dimensions, strengths, random);
      scaleToUnit(curve).forEach((share, i) => {
        times[(label + i * classes) * units + unit] = Math.floor(share * (T - 1) + 0.5);
      });
    }
  }
  const cut = (from: number, to: number) => {
    const labels = Array.from({ length: to - from }, (_, i) => (from + i) % classes);
    return oneSpikePerUnit(units, times.slice(from * units, to * units), labelsFrom(labels, classes));
  };
  return { units, T, classes, train: cut(0, train), test: cut(train, total) };
}

/** A split in which every unit fires once in each sample. @param times [samples, units] */
export const oneSpikePerUnit = (
  units: number,
  times: Uint16Array,
  labels: SpikeTrainSplit['labels'],
): SpikeTrainSplit => ({
  units: Uint16Array.from(times, (_, i) => i % units),
  times,
  starts: Uint32Array.from({ length: labels.length + 1 }, (_, i) => units * i),
  labels,
  count: labels.length,
});

/** 1 / ((k + 1)^α + 1) of the waves k = 0, 1, … K − 1; 0 for wave 0, which is constant. */
function waveStrengths(alpha: number): Float64Array {
  const waves = Math.min(MOST_WAVES, countWaves(alpha));
  return Float64Array.from({ length: waves }, (_, k) => {
    const power = exp(-alpha * log(k + 1));
    return k === 0 ? 0 : power / (1 + power);
  });
}

/** ⌈1000^(1/α)⌉: the first K with K^α ≥ 1000, up to rounding errors. */
function countWaves(alpha: number): number {
  let waves = 2;
  while (alpha * log(waves) < log(1 / PRECISION) - 1e-9) waves++;
  return waves;
}

/** Multiplies `curve` by a random function of hidden variable d. */
function multiplyByWaves(
  curve: Float64Array,
  x: Float64Array,
  d: number,
  dimensions: number,
  strengths: Float64Array,
  random: RandomStream,
): void {
  const waves = Array.from(strengths, (strength, k) => {
    const [a, b, c] = [random.uniform(), random.uniform(), random.uniform()];
    return { strength: a * strength, frequency: k * b, phase: c };
  });
  for (let i = 0; i < curve.length; i++) {
    let sum = 0;
    for (const { strength, frequency, phase } of waves) {
      if (strength > 0) sum += strength * sinTurns(frequency * x[i * dimensions + d] + phase);
    }
    curve[i] *= sum;
  }
}

/** Scales the values of all samples to [0, 1]; a constant to 0. */
function scaleToUnit(curve: Float64Array): Float64Array {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of curve) {
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  const range = highest - lowest;
  return curve.map((value) => (range > 0 ? (value - lowest) / range : 0));
}
