/**
 * The readable engine: the tutorial's loop on TensorFlow.js, step by step, with automatic differentiation.
 */

import type { BatchResult, Engine, EngineOptions, EngineState, Split, Trace } from '../common/engine';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE, type MnistSplit, pixels } from '../common/mnist';
import { initBackend, tf } from '../node/backend';
import { PoissonEncoder } from '../snn/encoding';
import { resetNet } from '../snn/functional';
import { getWeights, lifNode, setWeights, snn } from '../snn/networks';
import { surrogateOf } from '../snn/surrogate';
import { countCorrect } from './train';

export interface TfjsEngineOptions extends EngineOptions {
  /** The network to train, as `networks.snn` makes it; by default a new one from the seed. */
  network?: tf.Sequential;
  /** How the T steps go through the dense layer: one by one (default), or all in one product, as SpikingJelly's step modes. */
  stepMode?: 'single' | 'multi';
}

/** PyTorch's Adam: tfjs's own epsilon would be 1e-7. */
export function adam(learningRate: number): tf.AdamOptimizer {
  return tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
}

/** Images [indices, 28, 28] with intensities in [0, 1], and their labels as one-hot rows [indices, 10]. */
export function batchOf(split: MnistSplit, indices: ArrayLike<number>): { images: tf.Tensor3D; labels: tf.Tensor2D } {
  const labels = Int32Array.from(indices, (index) => split.labels[index]);
  return {
    images: tf.tensor3d(pixels(split, indices), [indices.length, IMAGE_SIDE, IMAGE_SIDE]),
    labels: tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), CLASSES).toFloat() as tf.Tensor2D),
  };
}

export class TfjsEngine implements Engine {
  readonly name = 'tfjs';
  readonly network: tf.Sequential;
  private readonly encoder: PoissonEncoder;
  private optimizer: tf.AdamOptimizer;

  private constructor(private readonly options: TfjsEngineOptions) {
    const { seed, neuron } = options;
    const { surrogate, alpha } = neuron;
    this.network = options.network ?? snn({ seed, ...neuron, surrogateFunction: surrogateOf(surrogate, alpha) });
    this.encoder = new PoissonEncoder({ seed });
    this.optimizer = adam(options.learningRate);
  }

  static async create(options: TfjsEngineOptions): Promise<TfjsEngine> {
    await initBackend();
    return new TfjsEngine(options);
  }

  /** Firing rates [batch, 10] of T steps; differentiable. The network is reset afterwards. */
  private run(images: tf.Tensor3D): tf.Tensor2D {
    const { T, stepMode } = this.options;
    let spikes: tf.Tensor2D | undefined;
    const count = (step: tf.Tensor2D) => {
      spikes = spikes ? tf.add<tf.Tensor2D>(spikes, step) : step;
    };
    if (stepMode === 'multi') {
      const [flatten, dense, neurons] = this.network.layers;
      const steps = Array.from({ length: T }, () => flatten.apply(this.encoder.encode(images)) as tf.Tensor2D);
      const currents = tf.split(dense.apply(tf.concat(steps)) as tf.Tensor2D, T);
      for (const current of currents) count(neurons.apply(current) as tf.Tensor2D);
    } else {
      for (let t = 0; t < T; t++) count(this.network.apply(this.encoder.encode(images)) as tf.Tensor2D);
    }
    return tf.div(spikes as tf.Tensor2D, T) as tf.Tensor2D;
  }

  /** The same rates without a gradient: of a single step nothing is kept but how often each neuron fired. */
  private answer(images: tf.Tensor3D): Float32Array {
    const { T, stepMode } = this.options;
    if (stepMode === 'multi') return tf.tidy(() => this.run(images).dataSync()) as Float32Array;
    const counts = new Float32Array(images.shape[0] * CLASSES);
    for (let t = 0; t < T; t++) {
      const spikes = tf.tidy(() => (this.network.apply(this.encoder.encode(images)) as tf.Tensor2D).dataSync());
      for (let i = 0; i < counts.length; i++) counts[i] += spikes[i];
    }
    return counts.map((count) => count / T);
  }

  async trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    await nextTurn();
    const { images, labels } = batchOf(this.options.data.train, indices);
    this.encoder.begin({ split: 'train', epoch, indices });
    let rates = new Float32Array();
    const loss = this.optimizer.minimize(() => {
      const rate = this.run(images);
      rates = Float32Array.from(rate.dataSync());
      return tf.losses.meanSquaredError(labels, rate);
    }, true) as tf.Scalar;
    resetNet(this.network);
    const result = { loss: loss.dataSync()[0], correct: countCorrect(rates, this.options.data.train, indices) };
    tf.dispose([images, labels, loss]);
    return result;
  }

  async rates(split: Split, epoch: number, indices: Uint32Array): Promise<Float32Array> {
    const out = new Float32Array(indices.length * CLASSES);
    const { batchSize, data } = this.options;
    for (let from = 0; from < indices.length; from += batchSize) {
      await nextTurn();
      const part = indices.subarray(from, from + batchSize);
      const { images, labels } = batchOf(data[split], part);
      this.encoder.begin({ split, epoch, indices: part });
      out.set(this.answer(images), from * CLASSES);
      resetNet(this.network);
      tf.dispose([images, labels]);
    }
    return out;
  }

  async trace(split: Split, epoch: number, index: number): Promise<Trace> {
    const neurons = lifNode(this.network);
    const { images, labels } = batchOf(this.options.data[split], [index]);
    this.encoder.begin({ split, epoch, indices: [index] });
    neurons.storeSequences = true;
    tf.dispose(tf.tidy(() => this.run(images)));
    const { x, h, v, spike } = neurons.sequences;
    neurons.storeSequences = false;
    resetNet(this.network);
    tf.dispose([images, labels]);
    const flat = (steps: Float32Array[]) => Float32Array.from(steps.flatMap((step) => Array.from(step)));
    return { current: flat(x), h: flat(h), v: flat(v), spike: flat(spike) };
  }

  async state(): Promise<EngineState> {
    const weights = getWeights(this.network);
    const [step, m, v] = await this.optimizer.getWeights();
    const moment = (saved?: { tensor: tf.Tensor }) =>
      saved ? Float32Array.from(saved.tensor.dataSync()) : new Float32Array(weights.length);
    const state = { weights, m: moment(m), v: moment(v), step: step.tensor.dataSync()[0] };
    step.tensor.dispose();
    return state;
  }

  async restore({ weights, m, v, step }: EngineState): Promise<void> {
    setWeights(this.network, weights);
    const { name } = this.network.trainableWeights[0];
    const moment = (values: Float32Array, suffix: string) => ({
      name: `${name}/${suffix}`,
      tensor: tf.tensor2d(values, [IMAGE_SIZE, CLASSES]),
    });
    const saved = [{ name: 'iter', tensor: tf.scalar(step, 'int32') }, moment(m, 'm'), moment(v, 'v')];
    this.optimizer.dispose();
    this.optimizer = adam(this.options.learningRate);
    await this.optimizer.setWeights(saved);
    tf.dispose(saved.map(({ tensor }) => tensor));
    // tfjs restores the powers of beta by pow(), which differs in the last digit from its own product step by step.
    const powers = this.optimizer as unknown as { accBeta1: tf.Variable; accBeta2: tf.Variable };
    for (const [power, beta] of [
      [powers.accBeta1, 0.9],
      [powers.accBeta2, 0.999],
    ] as const) {
      let product = Math.fround(beta);
      for (let i = 0; i < step; i++) product = Math.fround(product * Math.fround(beta));
      tf.tidy(() => power.assign(tf.scalar(product)));
    }
  }

  async close(): Promise<void> {
    if (!this.options.network) this.network.dispose();
    this.optimizer.dispose();
  }
}

/** Lets timers, signals and the notebook's messages through between two batches. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
