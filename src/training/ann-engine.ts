/**
 * The ANN of chapter 1 as an engine: 784 → 10 without bias, softmax, Adam. It adds everything up in a fixed order and in plain
 * numbers, so for one seed its results are the same bytes on every machine and host. It needs no TensorFlow.
 */
import { argmax } from '../common/argmax';
import { checkOptions, formatValue, listChoices } from '../common/checks';
import {
  type BatchResult,
  type EngineOptions,
  type EngineState,
  freshState,
  type Learner,
  type Presentation,
  resolveEngineOptions,
  takePresentation,
  takeState,
} from '../common/engine';
import { exp, log } from '../common/exact';
import { plainLayers } from '../common/layers';
import { CLASSES, checkMnist, IMAGE_SIZE, type Mnist } from '../common/mnist';
import { initialWeights } from '../common/random';
import { nextTurn } from '../common/turn';
import { adamStep } from './adam-step';

/** The losses of the ANN. */
export const ANN_LOSSES = ['mse', 'cross-entropy'] as const;
export type AnnLoss = (typeof ANN_LOSSES)[number];

/** What the ANN is made from; the defaults are those of the engines. */
export type AnnEngineOptions = Pick<EngineOptions, 'seed' | 'batchSize' | 'learningRate'> & {
  data: Mnist;
  /**
   * Of the probabilities p and the one-hot labels y: `mse` = mean((p − y)²), the default, or `cross-entropy` =
   * −mean(ln p of the label).
   */
  loss?: AnnLoss;
};

/** Intensities as float32, by the byte of the pixel. */
const INTENSITIES = Float64Array.from({ length: 256 }, (_, byte) => Math.fround(byte / 255));

export class AnnEngine implements Learner {
  readonly name = 'ann';
  readonly options: Required<AnnEngineOptions>;
  private current: EngineState;
  private readonly gradient = new Float64Array(IMAGE_SIZE * CLASSES);
  /** For the current image: where the rows of its pixels that are not black begin, their intensities, and how many there are. */
  private readonly rows = new Uint16Array(IMAGE_SIZE);
  private readonly intensities = new Float64Array(IMAGE_SIZE);
  private lit = 0;
  /** Its probabilities, and what they are made from. */
  private readonly p = new Float64Array(CLASSES);
  /** dL/dz of its ten sums z. */
  private readonly slope = new Float64Array(CLASSES);

  /**
   * @example
   * const engine = new training.AnnEngine({ data, loss: 'cross-entropy' });
   * const { testAccs } = await training.train({ engine, epochs: 3 });
   * @throws RangeError that names the option that is out of range or unknown
   */
  constructor(options: AnnEngineOptions) {
    const { loss = 'mse', ...some } = options;
    const { data } = some;
    checkMnist(data);
    checkOptions('AnnEngine', options, ['data', 'seed', 'batchSize', 'learningRate', 'loss']);
    const { seed, batchSize, learningRate } = resolveEngineOptions(some);
    if (!ANN_LOSSES.includes(loss)) {
      throw new RangeError(`loss: expected ${listChoices(ANN_LOSSES.map(formatValue))}, found ${formatValue(loss)}`);
    }
    this.options = { data, seed, batchSize, learningRate, loss };
    this.current = freshState(initialWeights(seed, IMAGE_SIZE, CLASSES));
  }

  async trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    const shown = takePresentation(this.options.data, { split: 'train', epoch, indices });
    await nextTurn();
    const { train } = this.options.data;
    const result = { loss: 0, correct: 0 };
    this.gradient.fill(0);
    for (const index of shown.indices) {
      const label = train.labels[index];
      const distance = this.forward(train.images, index, label);
      result.loss += this.findSlope(label, distance, shown.indices.length);
      if (argmax(this.p) === label) result.correct++;
      this.addGradient();
    }
    result.loss /= shown.indices.length;
    adamStep(this.current, this.gradient, this.options.learningRate);
    return result;
  }

  async rates(presentation: Presentation): Promise<Float32Array> {
    const { split, indices } = takePresentation(this.options.data, presentation);
    await nextTurn();
    const out = new Float32Array(indices.length * CLASSES);
    for (let i = 0; i < indices.length; i++) {
      this.forward(this.options.data[split].images, indices[i], 0);
      out.set(this.p, i * CLASSES);
    }
    return out;
  }

  /**
   * The probabilities p of one image: the softmax of z = x W.
   * @returns −ln p of the label
   */
  private forward(images: Uint8Array, index: number, label: number): number {
    const { rows, intensities, p } = this;
    const { weights } = this.current;
    let lit = 0;
    for (let pixel = 0, from = index * rows.length; pixel < rows.length; pixel++) {
      const byte = images[from + pixel];
      if (byte === 0) continue;
      rows[lit] = pixel * p.length;
      intensities[lit++] = INTENSITIES[byte];
    }
    this.lit = lit;
    // In ten variables, which the compiler keeps in registers: three times as fast as sums in an array.
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
    for (let i = 0; i < lit; i++) {
      const row = rows[i];
      const x = intensities[i];
      z0 += x * weights[row];
      z1 += x * weights[row + 1];
      z2 += x * weights[row + 2];
      z3 += x * weights[row + 3];
      z4 += x * weights[row + 4];
      z5 += x * weights[row + 5];
      z6 += x * weights[row + 6];
      z7 += x * weights[row + 7];
      z8 += x * weights[row + 8];
      z9 += x * weights[row + 9];
    }
    p[0] = z0;
    p[1] = z1;
    p[2] = z2;
    p[3] = z3;
    p[4] = z4;
    p[5] = z5;
    p[6] = z6;
    p[7] = z7;
    p[8] = z8;
    p[9] = z9;
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

  /**
   * dL/dz of the image's share of the batch's loss. Cross-entropy: (p − y) / batch. MSE: p (g − Σ p g), where
   * g = dL/dp = 2 (p − y) / (10 batch).
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

  /** dL/dW = x dL/dz, in the rows of the pixels that are not black. */
  private addGradient(): void {
    const { rows, intensities, gradient, lit } = this;
    const [d0, d1, d2, d3, d4, d5, d6, d7, d8, d9] = this.slope;
    for (let i = 0; i < lit; i++) {
      const row = rows[i];
      const x = intensities[i];
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
    const taken = takeState(state, { ...this.options, reset: true, layers: plainLayers() });
    await nextTurn();
    this.current = taken;
  }

  async close(): Promise<void> {}
}
