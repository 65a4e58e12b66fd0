/**
 * The readable engine on TensorFlow.js, with automatic differentiation: `time-loop.ts` is its loop, `options.ts` checks its options, `state.ts` saves and restores it.
 */
import * as tf from '@tensorflow/tfjs';
import { checkNumber } from '../../../src/common/checks';
import type { Mnist, Split } from '../../../src/common/mnist';
import type { Trace } from '../../../src/common/trace';
import { resetNet } from '../../../src/snn/functional';
import { adam, oneHotLabels, setRate } from '../../../src/training/batches';
import { countCorrect } from '../../../src/training/metrics';
import type { Batch } from '../../../src/training/time-loop';
import { ImageReader, type Images } from '../images';
import {
  type BatchResult,
  type Engine,
  type EngineState,
  type ImagePresentation,
  type Presentation,
  takeImage,
  takePresentation,
  takeState,
} from '../options/engine';
import { checkEngineHas } from '../options/layers';
import { nextTurn, Queue } from '../queue';
import { shiftOf } from '../shift';
import { countClasses, countInputs, countOwnInputs, isImages, isSpikeTrains } from '../spike-trains';
import { type Encoder, GivenSpikes, makeEncoder } from './encoders';
import { snn } from './networks';
import { checkBatch, resolveTfjsOptions, type TfjsEngineOptions } from './options';
import { carriedAtRest, carryIn, carryOut, readState, writeState } from './state';
import { LayersLoop } from './time-loop';

export type { TfjsEngineOptions } from './options';

export class TfjsEngine implements Engine {
  readonly name = 'tfjs';
  readonly options: Engine['options'];
  readonly network: tf.Sequential;
  private readonly loop: LayersLoop;
  private readonly ownsNetwork: boolean;
  private readonly encoder: Encoder;
  private readonly classes: number;
  /** What the neurons remember of the last batch where they are not reset, as `EngineState` has it. */
  private potentials: Float32Array;
  private readonly queue = new Queue();
  private optimizer: tf.AdamOptimizer;
  private closed = false;

  /**
   * The host makes a backend ready first: use `createEngine('tfjs', options)`.
   * @throws RangeError that names the option that is out of range
   */
  constructor(all: TfjsEngineOptions) {
    const { options, network, stepMode, loss } = resolveTfjsOptions(all);
    const { data } = options;
    this.classes = countClasses(data);
    this.ownsNetwork = network === undefined;
    checkEngineHas('tfjs', options.layers);
    this.network =
      network ??
      snn({
        seed: options.seed,
        inputs: countOwnInputs(data),
        layers: options.layers,
        readout: options.readout,
        gain: options.gain,
      });
    this.options = options;
    this.loop = new LayersLoop(this.network, options, loss, stepMode);
    this.encoder = isSpikeTrains(data) ? new GivenSpikes(data) : makeEncoder(options.encoder ?? 'poisson', options);
    this.optimizer = adam(options.learningRate);
    this.potentials = carriedAtRest(options);
  }

  async trainBatch(
    epoch: number,
    indices: Uint32Array,
    learningRate = this.options.learningRate,
  ): Promise<BatchResult> {
    const { options, network } = this;
    checkNumber('learningRate', learningRate, 0);
    const presentation = takePresentation(options.data, { split: 'train', epoch, indices });
    const { length } = presentation.indices;
    checkBatch(options, length);
    const train = (batch: Batch) => {
      setRate(this.optimizer, learningRate);
      carryIn(network, this.potentials, options, length);
      const { loss, rates } = this.loop.learn(batch, this.optimizer);
      carryOut(network, this.potentials, options);
      return { loss, correct: countCorrect(rates, options.data.train, presentation.indices, this.classes) };
    };
    return this.withBatch(presentation, train, options.shift);
  }

  async rates(presentation: Presentation): Promise<Float32Array> {
    const { data, batchSize } = this.options;
    const { indices, ...shown } = takePresentation(data, presentation);
    const out = new Float32Array(indices.length * this.classes);
    return this.whileOpen(async () => {
      for (let from = 0; from < indices.length; from += batchSize) {
        const some = { ...shown, indices: indices.subarray(from, from + batchSize) };
        const read = (batch: Batch) => tf.tidy(() => this.loop.run(batch).dataSync());
        out.set(await this.showBatch(some, read), from * this.classes);
      }
      return out;
    });
  }

  async trace(image: ImagePresentation): Promise<Trace> {
    return this.withBatch(takeImage(this.options.data, image), (batch) => this.loop.record(batch));
  }

  /** As `showBatch`, while no other call is under way. */
  private withBatch<R>(presentation: Presentation, work: (batch: Batch) => R, shift = 0): Promise<R> {
    return this.whileOpen(() => this.showBatch(presentation, work, shift));
  }

  /** Works with network and optimizer while no other call is under way. */
  private whileOpen<R>(work: () => Promise<R>): Promise<R> {
    return this.queue.run(() => {
      if (this.closed) throw new Error('tfjs engine: expected an open engine, found a closed one; create a new one');
      return work();
    });
  }

  /** Encodes a batch and does something with it; leaves the network reset and no tensor behind. */
  private async showBatch<R>(presentation: Presentation, work: (batch: Batch) => R, shift = 0): Promise<R> {
    await nextTurn();
    const { split, epoch, indices } = presentation;
    const { data, seed } = this.options;
    const moves = shift > 0 ? (index: number) => shiftOf(seed, epoch, index, shift) : undefined;
    const encoder = this.encoder.begin(presentation);
    const images = isSpikeTrains(data) ? undefined : this.imagesOf(data, split, indices, moves);
    const labels = oneHotLabels(data[split], indices, this.classes);
    try {
      return work({ labels, nextInput: () => encoder.encode(images) });
    } finally {
      resetNet(this.network);
      tf.dispose([images, labels]);
    }
  }

  /** Intensities from 0 to 1 of the shape that the network takes. */
  private imagesOf(
    data: Mnist | Images,
    split: Split,
    indices: ArrayLike<number>,
    moves?: (index: number) => [down: number, right: number],
  ): tf.Tensor {
    const shape = [indices.length, ...(this.network.inputs[0].shape.slice(1) as number[])];
    const reader = new ImageReader(isImages(data) ? data : undefined);
    const intensities = new Float32Array(indices.length * countInputs(data));
    for (let i = 0, at = 0; i < indices.length; i++) {
      const image = reader.read(data[split].images, indices[i], moves?.(indices[i]));
      for (let input = 0; input < image.length; input++) intensities[at++] = image[input] / 255;
    }
    return tf.tensor(intensities, shape);
  }

  state(): Promise<EngineState> {
    return this.whileOpen(async () => {
      const state = await readState(this.network, this.optimizer, this.options);
      return this.options.reset ? state : { ...state, potentials: this.potentials.slice() };
    });
  }

  async restore(state: EngineState): Promise<void> {
    const { options } = this;
    const taken = takeState(state, options);
    return this.whileOpen(async () => {
      const former = this.optimizer;
      this.optimizer = await writeState(this.network, taken, options);
      former.dispose();
      this.potentials = taken.potentials ?? carriedAtRest(options);
    });
  }

  /** Waits for the calls under way. A network that was handed in stays. */
  close(): Promise<void> {
    return this.queue.run(() => {
      if (this.closed) return;
      this.closed = true;
      if (this.ownsNetwork) this.network.dispose();
      this.optimizer.dispose();
    });
  }
}
