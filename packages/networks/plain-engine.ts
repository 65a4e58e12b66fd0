/**
 * The SNN of the tutorial in plain TypeScript: no tensors, one thread, and the sums of the dense layer made in one of
 * three ways. It trains on the same spikes as both engines, so what a way saves can be measured. The chapter on the
 * event engine does.
 */

import { checkChoice, checkOptions, checkWhole } from '../../src/common/checks';
import { CLASSES, checkMnist, IMAGE_SIZE, type Mnist } from '../../src/common/mnist';
import { initialWeights, Purpose, RandomStream } from '../../src/common/random';
import { poissonBlock } from '../../src/snn/poisson-block';
import { argmax } from '../../src/training/metrics';
import { adamStep } from './adam-step';
import {
  type BatchResult,
  type EngineOptions,
  type EngineState,
  freshState,
  frozen,
  resolveEngineOptions,
  takePresentation,
} from './options/engine';
import { backwardBy, forwardBy, PLAIN_WAYS, type PlainWay } from './plain-sums';
import { nextTurn } from './queue';

export { PLAIN_WAYS, type PlainWay };

/** What the engine is made from; the defaults are those of the engines. */
export type PlainEngineOptions = Pick<EngineOptions, 'seed' | 'T' | 'batchSize' | 'learningRate'> & {
  data: Mnist;
  /** How the sums are made, from all work to little; default 'dense'. */
  way?: PlainWay;
};

/** A block of the encoder. One block is enough here. */
const MAX_STEPS = 128;
/** A chance in units of 2⁻²⁴ by the byte of the pixel: k / 255 is k · 65793. */
const CHANCE = 65793;

/** Neurons with τ = 2, threshold 1, hard reset to 0 and ATan(2), and the mean squared error: the tutorial's. */
export class PlainEngine {
  readonly name = 'plain';
  readonly options: Required<PlainEngineOptions>;
  private readonly current: EngineState;
  private readonly chances = new Uint32Array(IMAGE_SIZE);
  /** Bit i of word 4 p + l: whether pixel p fires in step 32 l + i. */
  private readonly words = new Uint32Array(4 * IMAGE_SIZE);
  /** Of the steps of one image, [T, 10] each: input currents, potentials before firing, dL/dx. */
  private readonly x = new Float64Array(MAX_STEPS * CLASSES);
  private readonly h = new Float64Array(MAX_STEPS * CLASSES);
  private readonly dx = new Float64Array(MAX_STEPS * CLASSES);
  private readonly rates = new Float64Array(CLASSES);
  private readonly gradient = new Float64Array(IMAGE_SIZE * CLASSES);

  /**
   * @example
   * const engine = new training.PlainEngine({ data, way: 'tables' });
   * const { loss } = await engine.trainBatch(0, Uint32Array.of(0, 1, 2));
   * @throws RangeError that names the option that is out of range or unknown
   */
  constructor(options: PlainEngineOptions) {
    checkOptions('PlainEngine', options, ['data', 'seed', 'T', 'batchSize', 'learningRate', 'way']);
    const { way = 'dense', ...some } = options;
    const { data } = some;
    checkMnist(data);
    if (data.classes !== undefined) checkWhole('data.classes', data.classes, CLASSES, CLASSES);
    const { seed, T, batchSize, learningRate } = resolveEngineOptions(some);
    checkChoice('way', way, PLAIN_WAYS);
    if (T > MAX_STEPS) throw new RangeError(`T: expected at most ${MAX_STEPS} steps, found ${T}`);
    this.options = frozen({ data, seed, T, batchSize, learningRate, way });
    this.current = freshState(initialWeights(seed, IMAGE_SIZE, CLASSES));
  }

  /** Trains on images of the training data, as the engines do. */
  async trainBatch(
    epoch: number,
    indices: Uint32Array,
    learningRate = this.options.learningRate,
  ): Promise<BatchResult> {
    const { data, way, T } = this.options;
    const presented = takePresentation(data, { split: 'train', epoch, indices });
    await nextTurn();
    const { chances, words, x, dx, gradient } = this;
    const weights = Float64Array.from(this.current.weights);
    const result = { loss: 0, correct: 0 };
    gradient.fill(0);
    for (const index of presented.indices) {
      const label = data.train.labels[index];
      this.draw(epoch, index);
      forwardBy[way]({ words, chances, T }, weights, x);
      this.fire();
      if (argmax(this.rates) === label) result.correct++;
      result.loss += this.back(label, presented.indices.length);
      backwardBy[way]({ words, chances, T }, dx, gradient);
    }
    result.loss /= presented.indices.length;
    adamStep(this.current, gradient, learningRate);
    return result;
  }

  private draw(epoch: number, index: number): void {
    const { chances, words } = this;
    const { data, seed } = this.options;
    for (let p = 0, from = index * IMAGE_SIZE; p < IMAGE_SIZE; p++) chances[p] = data.train.images[from + p] * CHANCE;
    poissonBlock(chances, new RandomStream(seed, Purpose.TrainSpikes, epoch, index, 0), words);
  }

  /** h = v + (x − v) / 2; where h reaches 1 the neuron fires, and v is 0. */
  private fire(): void {
    const { x, h, rates } = this;
    const { T } = this.options;
    for (let k = 0; k < CLASSES; k++) {
      let v = 0;
      let count = 0;
      for (let at = k; at < T * CLASSES; at += CLASSES) {
        v += (x[at] - v) / 2;
        h[at] = v;
        if (v < 1) continue;
        count++;
        v = 0;
      }
      rates[k] = count / T;
    }
  }

  /**
   * From the last step to the first: dL/dh = dL/ds s' + dL/dv (1 − s − h s'), s' = 1 / (1 + (π (h − 1))²).
   * @returns the image's loss
   */
  private back(label: number, batch: number): number {
    const { h, dx, rates } = this;
    const { T } = this.options;
    let loss = 0;
    for (let k = 0; k < CLASSES; k++) {
      const error = rates[k] - (k === label ? 1 : 0);
      const ofSpike = (2 * error) / (CLASSES * batch * T);
      loss += (error * error) / CLASSES;
      let ofLater = 0;
      for (let at = (T - 1) * CLASSES + k; at >= 0; at -= CLASSES) {
        const far = Math.PI * (h[at] - 1);
        const slope = 1 / (1 + far * far);
        const ofH = ofSpike * slope + ofLater * ((h[at] < 1 ? 1 : 0) - h[at] * slope);
        ofLater = ofH / 2;
        dx[at] = ofLater;
      }
    }
    return loss;
  }

  async close(): Promise<void> {}
}
