/**
 * The ANN of chapter 1 as an engine: 784 → 10 without bias, softmax, Adam; or 784 → hidden with ReLU → 10. Data of
 * other classes have other outputs. Of spike
 * trains it reads how often each unit fires. It adds everything up in a fixed order and in plain numbers, so for one seed
 * its results are the same bytes on every machine and host. It needs no TensorFlow.
 */

import { checkChoice, checkOptions } from '../../src/common/checks';
import { argmax } from '../../src/training/metrics';
import { adamStep } from './adam-step';
import { exp, log } from './exact';
import { ImageReader } from './images';
import {
  ANN_LOSSES,
  type AnnLoss,
  type BatchResult,
  type EngineOptions,
  type EngineState,
  freshState,
  frozen,
  type Learner,
  type Presentation,
  resolveEngineOptions,
  takePresentation,
  takeState,
} from './options/engine';
import { plainLayers } from './options/layers';
import { countWeights, initialNetwork } from './options/weights';
import { nextTurn } from './queue';
import { countClasses, countInputs, type Dataset, isImages, isSpikeTrains } from './spike-trains';

export { ANN_LOSSES, type AnnLoss } from './options/engine';

/** What the ANN is made from; the defaults are those of the engines. */
export type AnnEngineOptions = Pick<EngineOptions, 'seed' | 'batchSize' | 'learningRate'> & {
  /** Images; or spike trains, of which each unit is read as the share of steps in which it fires. */
  data: Dataset;
  /** Units of a hidden layer with ReLU, 1 to 800; none by default. */
  hidden?: number;
  /**
   * Of the probabilities p and the one-hot labels y: `mse` = mean((p − y)²), the default, or `cross-entropy` =
   * −mean(ln p of the label).
   */
  loss?: AnnLoss;
};

/** Intensities as float32, by the byte of the pixel. */
const INTENSITIES = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 255));

/** Inputs that are not 0: where the weights of each begin, its value, and how many there are. */
interface Inputs {
  // Signed: the sum of two unsigned ones may need 33 bits, and is then a double.
  rows: Int32Array;
  values: Float64Array;
  count: number;
}

const noInputs = (most: number): Inputs => {
  return { rows: new Int32Array(most), values: new Float64Array(most), count: 0 };
};

/**
 * The sums x W of ten units, from `first` on, to `sums`. In ten variables, which the compiler keeps in registers: three
 * times as fast as in an array. Where there are fewer units, the last sums are of other weights, and fall behind the
 * end of `sums`.
 */
function addTen({ rows, values, count }: Inputs, weights: Float32Array, first: number, sums: Float64Array): void {
  let z0 = 0;
  let z1 = 0;
  let z2 = 0;
  let z3 = 0;
  let z4 = 0;
  let z5 = 0;
  let z6 = 0;
  let z7 = 0;
  let z8 = 0;
  let z9 = 0;
  for (let i = 0; i < count; i++) {
    const at = rows[i] + first;
    const x = values[i];
    z0 += x * weights[at];
    z1 += x * weights[at + 1];
    z2 += x * weights[at + 2];
    z3 += x * weights[at + 3];
    z4 += x * weights[at + 4];
    z5 += x * weights[at + 5];
    z6 += x * weights[at + 6];
    z7 += x * weights[at + 7];
    z8 += x * weights[at + 8];
    z9 += x * weights[at + 9];
  }
  sums[first] = z0;
  sums[first + 1] = z1;
  sums[first + 2] = z2;
  sums[first + 3] = z3;
  sums[first + 4] = z4;
  sums[first + 5] = z5;
  sums[first + 6] = z6;
  sums[first + 7] = z7;
  sums[first + 8] = z8;
  sums[first + 9] = z9;
}

export class AnnEngine implements Learner {
  readonly name = 'ann';
  readonly options: Required<Omit<AnnEngineOptions, 'hidden'>> & Pick<AnnEngineOptions, 'hidden'>;
  private current: EngineState;
  private readonly gradient: Float64Array;
  /** How many inputs there are: pixels, or units of spike trains. */
  private readonly inputs: number;
  private readonly reader: ImageReader;
  /** For the current sample: where the weights of the inputs that are not 0 begin, and their values. */
  private readonly pixels: Inputs;
  /** Of spike trains, which units have fired in which step of the current sample [T × units], and in how many [units]. */
  private readonly fired: Uint8Array;
  private readonly counts: Uint16Array;
  /** The same for what the outputs read: these pixels or, with a hidden layer, its units above 0. */
  private readonly read: Inputs;
  /** The sums of the hidden units; on the way back the slopes dL/dh of those above 0, one after the other. */
  private readonly sums: Float64Array;
  /** Its probabilities, and what they are made from. */
  private readonly p: Float64Array;
  /** dL/dz of its sums z. */
  private readonly slope: Float64Array;

  /**
   * @example
   * const engine = new training.AnnEngine({ data, loss: 'cross-entropy' });
   * const { testAccs } = await training.train({ engine, epochs: 3 });
   * @throws RangeError that names the option that is out of range or unknown
   */
  constructor(options: AnnEngineOptions) {
    checkOptions('AnnEngine', options, ['data', 'seed', 'batchSize', 'learningRate', 'loss', 'hidden']);
    const { loss = 'mse', ...some } = options;
    const { data } = some;
    const { seed, batchSize, learningRate, hidden } = resolveEngineOptions(some);
    checkChoice('loss', loss, ANN_LOSSES);
    this.options = frozen({ data, seed, batchSize, learningRate, loss, ...(hidden === undefined ? {} : { hidden }) });
    this.inputs = countInputs(data);
    this.reader = new ImageReader(isImages(data) ? data : undefined);
    const classes = countClasses(data);
    this.p = new Float64Array(classes);
    this.slope = new Float64Array(classes);
    this.pixels = noInputs(this.inputs);
    this.fired = new Uint8Array(isSpikeTrains(data) ? data.T * data.units : 0);
    this.counts = new Uint16Array(isSpikeTrains(data) ? data.units : 0);
    this.current = freshState(initialNetwork(seed, hidden, this.inputs, classes));
    this.gradient = new Float64Array(countWeights(hidden, this.inputs, classes));
    this.sums = new Float64Array(hidden ?? 0);
    this.read = hidden === undefined ? this.pixels : noInputs(hidden);
  }

  async trainBatch(
    epoch: number,
    indices: Uint32Array,
    learningRate = this.options.learningRate,
  ): Promise<BatchResult> {
    const shown = takePresentation(this.options.data, { split: 'train', epoch, indices });
    await nextTurn();
    const { labels } = this.options.data.train;
    const result = { loss: 0, correct: 0 };
    this.gradient.fill(0);
    for (const index of shown.indices) {
      const label = labels[index];
      const distance = this.forward('train', index, label);
      result.loss += this.findSlope(label, distance, shown.indices.length);
      if (argmax(this.p) === label) result.correct++;
      this.addGradient();
      if (this.sums.length > 0) this.addHiddenGradient();
    }
    result.loss /= shown.indices.length;
    adamStep(this.current, this.gradient, learningRate);
    return result;
  }

  async rates(presentation: Presentation): Promise<Float32Array> {
    const { split, indices } = takePresentation(this.options.data, presentation);
    await nextTurn();
    const out = new Float32Array(indices.length * this.p.length);
    for (let i = 0; i < indices.length; i++) {
      this.forward(split, indices[i], 0);
      out.set(this.p, i * this.p.length);
    }
    return out;
  }

  /**
   * The probabilities p of one sample: the softmax of z = x W.
   * @returns −ln p of the label
   */
  private forward(split: 'train' | 'test', index: number, label: number): number {
    const { sums, p } = this;
    const { weights } = this.current;
    this.look(split, index);
    if (sums.length > 0) this.activate();
    for (let first = 0; first < p.length; first += 10) addTen(this.read, weights, first, p);
    const most = p[argmax(p)];
    const below = p[label] - most;
    let sum = 0;
    for (let j = 0; j < p.length; j++) {
      p[j] = exp(p[j] - most);
      sum += p[j];
    }
    for (let j = 0; j < p.length; j++) p[j] /= sum;
    return log(sum) - below;
  }

  /** Finds the inputs of one sample that are not 0. */
  private look(split: 'train' | 'test', index: number): void {
    const { pixels, inputs, fired, counts } = this;
    const { data } = this.options;
    const width = this.sums.length || this.p.length;
    pixels.count = 0;
    if (!isSpikeTrains(data)) {
      const image = this.reader.read(data[split].images, index);
      for (let pixel = 0; pixel < inputs; pixel++) {
        const byte = image[pixel];
        if (byte === 0) continue;
        pixels.rows[pixels.count] = pixel * width;
        pixels.values[pixels.count++] = INTENSITIES[byte];
      }
      return;
    }
    const { units, times, starts } = data[split];
    const [from, to] = [starts[index], starts[index + 1]];
    counts.fill(0);
    for (let spike = from; spike < to; spike++) {
      const at = times[spike] * inputs + units[spike];
      // Two spikes of a unit in one step are one.
      counts[units[spike]] += 1 - fired[at];
      fired[at] = 1;
    }
    for (let spike = from; spike < to; spike++) fired[times[spike] * inputs + units[spike]] = 0;
    for (let unit = 0; unit < inputs; unit++) {
      if (counts[unit] === 0) continue;
      pixels.rows[pixels.count] = unit * width;
      pixels.values[pixels.count++] = counts[unit] / data.T;
    }
  }

  /**
   * dL/dz of the image's share of the batch's loss. Cross-entropy: (p − y) / batch. MSE: p (g − Σ p g), where
   * g = dL/dp = 2 (p − y) / (classes · batch).
   * @returns the image's loss
   */
  private findSlope(label: number, distance: number, batch: number): number {
    const { p, slope } = this;
    for (let j = 0; j < p.length; j++) slope[j] = p[j];
    slope[label] -= 1;
    if (this.options.loss === 'cross-entropy') {
      for (let j = 0; j < p.length; j++) slope[j] /= batch;
      return distance;
    }
    let squares = 0;
    let mean = 0;
    for (let j = 0; j < p.length; j++) {
      squares += slope[j] * slope[j];
      slope[j] *= 2 / (p.length * batch);
      mean += p[j] * slope[j];
    }
    for (let j = 0; j < p.length; j++) slope[j] = p[j] * (slope[j] - mean);
    return squares / p.length;
  }

  /** The hidden units above 0: h = max(0, x W₁), as what the outputs read. */
  private activate(): void {
    const { pixels, read, sums, p } = this;
    for (let first = 0; first < sums.length; first += 10) addTen(pixels, this.current.weights, first, sums);
    read.count = 0;
    for (let j = 0; j < sums.length; j++) {
      if (!(sums[j] > 0)) continue;
      read.rows[read.count] = this.inputs * sums.length + j * p.length;
      read.values[read.count++] = sums[j];
    }
  }

  /** dL/dW₁ = x dL/dh, where dL/dh = W₂ dL/dz for units above 0, and 0 for the others. */
  private addHiddenGradient(): void {
    const { pixels, read, sums, slope, gradient } = this;
    const { weights } = this.current;
    const units = read.rows; // in place: what the outputs read is not needed any more
    for (let i = 0; i < read.count; i++) {
      const row = read.rows[i];
      let sum = 0;
      for (let k = 0; k < slope.length; k++) sum += weights[row + k] * slope[k];
      sums[i] = sum;
      units[i] = (row - this.inputs * sums.length) / slope.length;
    }
    const { rows, values, count } = pixels;
    let j = 0;
    // Eight units at a time, in variables.
    for (; j + 8 <= read.count; j += 8) {
      const [unit0, unit1, unit2, unit3] = [units[j], units[j + 1], units[j + 2], units[j + 3]];
      const [unit4, unit5, unit6, unit7] = [units[j + 4], units[j + 5], units[j + 6], units[j + 7]];
      const [slope0, slope1, slope2, slope3] = [sums[j], sums[j + 1], sums[j + 2], sums[j + 3]];
      const [slope4, slope5, slope6, slope7] = [sums[j + 4], sums[j + 5], sums[j + 6], sums[j + 7]];
      for (let i = 0; i < count; i++) {
        const row = rows[i];
        const x = values[i];
        gradient[row + unit0] += x * slope0;
        gradient[row + unit1] += x * slope1;
        gradient[row + unit2] += x * slope2;
        gradient[row + unit3] += x * slope3;
        gradient[row + unit4] += x * slope4;
        gradient[row + unit5] += x * slope5;
        gradient[row + unit6] += x * slope6;
        gradient[row + unit7] += x * slope7;
      }
    }
    for (; j < read.count; j++) {
      for (let i = 0; i < count; i++) gradient[rows[i] + units[j]] += values[i] * sums[j];
    }
  }

  /** dL/dW = x dL/dz, in the rows of what the outputs read. */
  private addGradient(): void {
    const { gradient, slope } = this;
    const { rows, values, count } = this.read;
    let first = 0;
    for (; first + 10 <= slope.length; first += 10) this.addTenGradients(first);
    for (; first < slope.length; first++) {
      for (let i = 0; i < count; i++) gradient[rows[i] + first] += values[i] * slope[first];
    }
  }

  /** The same of ten outputs, in variables. */
  private addTenGradients(first: number): void {
    const { gradient } = this;
    const { rows, values, count } = this.read;
    const [d0, d1, d2, d3, d4, d5, d6, d7, d8, d9] = this.slope.subarray(first, first + 10);
    for (let i = 0; i < count; i++) {
      const row = rows[i] + first;
      const x = values[i];
      gradient[row] += x * d0;
      gradient[row + 1] += x * d1;
      gradient[row + 2] += x * d2;
      gradient[row + 3] += x * d3;
      gradient[row + 4] += x * d4;
      gradient[row + 5] += x * d5;
      gradient[row + 6] += x * d6;
      gradient[row + 7] += x * d7;
      gradient[row + 8] += x * d8;
      gradient[row + 9] += x * d9;
    }
  }

  async state(): Promise<EngineState> {
    await nextTurn();
    const { weights, m, v, step } = this.current;
    return { weights: weights.slice(), m: m.slice(), v: v.slice(), step };
  }

  async restore(state: EngineState): Promise<void> {
    const taken = takeState(state, {
      ...this.options,
      reset: true,
      layers: plainLayers(this.options.hidden, this.p.length),
    });
    await nextTurn();
    this.current = taken;
  }

  async close(): Promise<void> {}
}
