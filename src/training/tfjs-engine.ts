/**
 * The readable engine: the tutorial's loop on TensorFlow.js, step by step, with automatic differentiation.
 */

import * as tf from '@tensorflow/tfjs';
import {
  type BatchResult,
  type Engine,
  type EngineState,
  type ImagePresentation,
  type Presentation,
  takeImage,
  takePresentation,
  takeState,
} from '../common/engine';
import { atRest, remembered } from '../common/layers';
import { CLASSES } from '../common/mnist';
import { Queue } from '../common/queue';
import { countInputs, isSpikeTrains } from '../common/spike-trains';
import type { Trace } from '../common/trace';
import { nextTurn } from '../common/turn';
import { parameters, splitParameters } from '../common/weights';
import { type Encoder, GivenSpikes, makeEncoder } from '../snn/encoding';
import { readAll, readStep, resetNet } from '../snn/functional';
import { findNeurons, findRemembering, forward, getWeights, setWeights, snn } from '../snn/networks';
import type { Remembering } from '../snn/remembering';
import { adam, makeBatch, oneHotLabels } from './batches';
import type { Loss } from './losses';
import { countCorrect } from './metrics';
import { checkRoom, resolveTfjsOptions, type TfjsEngineOptions } from './tfjs-options';

export type { TfjsEngineOptions } from './tfjs-options';

/** The current batch: its one-hot labels [batch, 10]; `step()` returns the next time step's input, spikes or images. */
interface Shown {
  labels: tf.Tensor2D;
  count: number;
  step: () => tf.Tensor;
}

export class TfjsEngine implements Engine {
  readonly name = 'tfjs';
  readonly options: Engine['options'];
  readonly network: tf.Sequential;
  private readonly stepMode: 'single' | 'multi';
  private readonly loss: Loss;
  private readonly ownsNetwork: boolean;
  private readonly encoder: Encoder;
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
    this.stepMode = stepMode;
    this.loss = loss;
    this.ownsNetwork = network === undefined;
    this.network =
      network ??
      snn({
        seed: options.seed,
        inputs: isSpikeTrains(data) ? data.units : undefined,
        layers: options.layers,
        readout: options.readout,
      });
    this.options = options;
    this.encoder = isSpikeTrains(data) ? new GivenSpikes(data) : makeEncoder(options.encoder ?? 'poisson', options);
    this.optimizer = adam(options.learningRate);
    this.potentials = this.rest();
  }

  /** What training without the reset begins with. */
  private rest(): Float32Array {
    const { reset, batchSize, layers } = this.options;
    return reset ? new Float32Array() : atRest(layers, batchSize);
  }

  /** The parts of the network with what they remember in all places of a batch, [batchSize, units], in place; none with the reset. */
  private carried(): { part: Remembering; units: number; all: Float32Array }[] {
    const { reset, batchSize, layers } = this.options;
    if (reset) return [];
    const kinds = remembered(layers).map(({ neurons }) => ({ shape: [batchSize, neurons] as [number, number] }));
    const numbers = splitParameters(this.potentials, kinds);
    return findRemembering(this.network).map((part, i) => ({ part, units: kinds[i].shape[1], all: numbers[i] }));
  }

  /**
   * Firing rates, or the potentials that are read, [batch, 10], of T steps; differentiable. The network is reset afterwards.
   * @param look gets the spikes or potentials of each step, of which all is kept for a gradient; without it nothing is kept of a
   * step but what `readStep` makes of it
   */
  private run({ step: nextInput }: Shown, look?: (step: tf.Tensor2D) => void): tf.Tensor2D {
    const { stepMode } = this;
    const { T, readout } = this.options;
    let read: tf.Tensor2D | undefined;
    const take = (makeStep: () => tf.Tensor) => {
      const before = read;
      const next = () => {
        const step = makeStep() as tf.Tensor2D;
        look?.(step);
        return readStep(readout, before, step);
      };
      read = look ? next() : tf.tidy(next);
      if (!look) before?.dispose();
    };
    if (stepMode === 'multi') {
      let steps = Array.from({ length: T }, nextInput);
      for (const layer of this.network.layers) {
        const inOneGo = () => tf.split(layer.apply(tf.concat(steps)) as tf.Tensor, T);
        steps = layer.stateful ? steps.map((step) => layer.apply(step) as tf.Tensor) : inOneGo();
      }
      for (const step of steps) take(() => step);
    } else {
      for (let t = 0; t < T; t++) take(() => forward(this.network, nextInput()));
    }
    return readAll(readout, read as unknown as tf.Tensor2D, T);
  }

  async trainBatch(epoch: number, indices: Uint32Array): Promise<BatchResult> {
    const presentation = this.take({ split: 'train', epoch, indices });
    const { reset, batchSize } = this.options;
    const { length } = presentation.indices;
    checkRoom(this.options, length);
    if (!reset && length > batchSize) {
      throw new RangeError(`indices: expected at most ${batchSize} images, found ${length}`);
    }
    const train = (shown: Shown) => {
      // Plain numbers: no gradient goes back into the batch before.
      for (const { part, units, all } of this.carried()) {
        part.remembered = tf.tensor2d(all.slice(0, length * units), [length, units]);
      }
      let rates = new Float32Array();
      const isOfSteps = this.options.loss === 'cross-entropy-each-step';
      const loss = this.optimizer.minimize(() => {
        const ofSteps: tf.Scalar[] = [];
        const rate = this.run(shown, (step) => {
          if (isOfSteps) ofSteps.push(this.loss(shown.labels, step));
        });
        rates = Float32Array.from(rate.dataSync());
        return isOfSteps ? tf.div(tf.addN(ofSteps), ofSteps.length) : this.loss(shown.labels, rate);
      }, true) as tf.Scalar;
      const result = {
        loss: loss.dataSync()[0],
        correct: countCorrect(rates, this.options.data.train, presentation.indices),
      };
      loss.dispose();
      for (const { part, all } of this.carried()) all.set(part.remembered?.dataSync() ?? []);
      return result;
    };
    return this.use(() => this.present(presentation, train));
  }

  async rates(presentation: Presentation): Promise<Float32Array> {
    const { indices, ...shown } = this.take(presentation);
    const out = new Float32Array(indices.length * CLASSES);
    const { batchSize } = this.options;
    return this.use(async () => {
      for (let from = 0; from < indices.length; from += batchSize) {
        const part = { ...shown, indices: indices.subarray(from, from + batchSize) };
        const read = (batch: Shown) => tf.tidy(() => this.run(batch).dataSync());
        out.set(await this.present(part, read), from * CLASSES);
      }
      return out;
    });
  }

  async trace(image: ImagePresentation): Promise<Trace> {
    const presentation = takeImage(this.options.data, image);
    const record = (shown: Shown) => {
      const layers = findNeurons(this.network);
      const parts = layers.flatMap(({ neurons, synapse = neurons }) => [neurons, synapse]);
      const store = (storeSequences: boolean) => {
        for (const part of parts) part.storeSequences = storeSequences;
      };
      store(true);
      try {
        tf.dispose(tf.tidy(() => this.run(shown)));
        const flat = (steps: Float32Array[]) => Float32Array.from(steps.flatMap((step) => Array.from(step)));
        const traces = layers.map(({ neurons: { sequences }, synapse }): Trace => {
          const { x, h, v, spike } = sequences;
          return { current: flat(synapse?.x ?? x), h: flat(h), v: flat(v), spike: flat(spike) };
        });
        return traces.reduce((hidden, trace) => ({ ...trace, hidden }));
      } finally {
        store(false);
      }
    };
    return this.use(() => this.present(presentation, record));
  }

  private take(presentation: Presentation) {
    return takePresentation(this.options.data, presentation);
  }

  /** Works with network and optimizer while no other call is under way. */
  private use<R>(work: () => Promise<R>): Promise<R> {
    return this.queue.run(() => {
      if (this.closed) throw new Error('tfjs engine: expected an open engine, found a closed one; create a new one');
      return work();
    });
  }

  /** Does something with a batch, and leaves the network reset and no tensor behind. */
  private async present<R>(presentation: Presentation, work: (shown: Shown) => R): Promise<R> {
    await nextTurn();
    const { images, ...shown } = this.makeShown(presentation);
    try {
      return work(shown);
    } finally {
      resetNet(this.network);
      tf.dispose([images, shown.labels]);
    }
  }

  private makeShown(presentation: Presentation): Shown & { images?: tf.Tensor } {
    const { split, indices } = presentation;
    const { data } = this.options;
    const encoder = this.encoder.begin(presentation);
    const { images, labels } = isSpikeTrains(data)
      ? { images: undefined, labels: oneHotLabels(data[split], indices) }
      : makeBatch(data[split], indices);
    return { images, labels, count: indices.length, step: () => encoder.encode(images) };
  }

  state(): Promise<EngineState> {
    return this.use(() => this.readState());
  }

  async restore(state: EngineState): Promise<void> {
    const taken = takeState(state, this.options);
    return this.use(() => this.writeState(taken));
  }

  private async readState(): Promise<EngineState> {
    const weights = getWeights(this.network);
    // For each layer first m, then v; no moments exist before the first step.
    const [step, ...moments] = await this.optimizer.getWeights();
    const layers = moments.length / 2;
    const join = (saved: typeof moments) =>
      saved.length > 0
        ? Float32Array.from(saved.flatMap(({ tensor }) => Array.from(tensor.dataSync())))
        : new Float32Array(weights.length);
    const [m, v] = [join(moments.slice(0, layers)), join(moments.slice(layers))];
    const state = { weights, m, v, step: step.tensor.dataSync()[0] };
    step.tensor.dispose();
    return this.options.reset ? state : { ...state, potentials: this.potentials.slice() };
  }

  private async writeState({ weights, m, v, step, potentials }: EngineState): Promise<void> {
    setWeights(this.network, weights);
    this.potentials = potentials ?? this.rest();
    const all = parameters(this.options.layers, countInputs(this.options.data));
    const moments = (values: Float32Array, suffix: string) =>
      splitParameters(values, all).map((part, i) => ({
        name: `${this.network.trainableWeights[i].name}/${suffix}`,
        tensor: tf.tensor2d(part, all[i].shape),
      }));
    const saved = [{ name: 'iter', tensor: tf.scalar(step, 'int32') }, ...moments(m, 'm'), ...moments(v, 'v')];
    this.optimizer.dispose();
    this.optimizer = adam(this.options.learningRate);
    await this.optimizer.setWeights(saved);
    tf.dispose(saved.map(({ tensor }) => tensor));
    // tfjs restores the powers of beta by pow(), which differs in the last digit from its own product step by step.
    const { accBeta1, accBeta2 } = this.optimizer as unknown as { accBeta1: tf.Variable; accBeta2: tf.Variable };
    for (const [power, beta] of [[accBeta1, 0.9] as const, [accBeta2, 0.999] as const]) {
      let product = Math.fround(beta);
      for (let i = 0; i < step; i++) {
        const next = Math.fround(product * Math.fround(beta));
        // The smallest number of float32 times 0.9 is itself: all further steps leave it there.
        if (next === product) break;
        product = next;
      }
      tf.tidy(() => power.assign(tf.scalar(product)));
    }
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
