/**
 * The training loop, the same for both engines. No TensorFlow is loaded unless the tfjs engine is asked for.
 */
import type { Engine, EngineOptions, EngineState, NeuronOptions } from '../common/engine';
import { describeInterruption } from '../common/interruption';
import { CLASSES, type Mnist, type MnistSplit } from '../common/mnist';
import { shuffled } from '../common/random';

/** What was reached, and all that is needed to go on from there. */
export interface History {
  /** The epoch under way or, at the end, the number of epochs done. */
  epoch: number;
  /** Batches of that epoch that are done. */
  batch: number;
  /** Correct images among them. */
  correct: number;
  /** Accuracy of each training batch. */
  trainAccs: number[];
  /** Loss of each training batch, before its step. */
  losses: number[];
  /** Accuracy on the test images after each epoch. */
  testAccs: number[];
  /** The highest of them. It is chosen on test data, as the original does. */
  maxTestAcc: number;
  /** Weights and Adam's moments; null before the first batch. */
  state: EngineState | null;
  /** Whether a signal stopped the run before its last epoch. */
  stopped: boolean;
}

export interface BatchReport {
  epoch: number;
  /** Batches done in this epoch, and how many there will be. */
  batch: number;
  batches: number;
  /** Batches done in all epochs. */
  trainTimes: number;
  loss: number;
  accuracy: number;
}

export interface EpochReport {
  epoch: number;
  trainAcc: number;
  /** NaN without a test. */
  testAcc: number;
  maxTestAcc: number;
  trainTimes: number;
}

export interface TrainOptions extends Partial<Omit<EngineOptions, 'data' | 'neuron'>> {
  /** Default 'event'. */
  engine?: 'event' | 'tfjs' | Engine;
  data: Mnist;
  /** Default 100. */
  epochs?: number;
  /** Train on the first images of each epoch's order only; default all. */
  trainImages?: number;
  /** Test on the first images only; default all; 0 leaves the test out. */
  testImages?: number;
  /** SpikingJelly's defaults, but ATan(2), as its example of this tutorial. */
  neuron?: Partial<NeuronOptions>;
  /** An earlier history to go on from; it is filled further in place. */
  history?: History;
  /** Stops after the batch under way. The history can be gone on from. */
  signal?: AbortSignal;
  onBatch?: (report: BatchReport, history: History) => void | Promise<void>;
  onTest?: (epoch: number) => void;
  /** After every epoch's test; `history.state` is up to date. */
  onEpoch?: (report: EpochReport, history: History) => void | Promise<void>;
}

export const DEFAULT_NEURON: NeuronOptions = {
  tau: 2,
  decayInput: true,
  vThreshold: 1,
  vReset: 0,
  surrogate: 'atan',
  alpha: 2,
  detachReset: false,
};

/** A history of nothing yet. Declare it in a cell before the one that trains: what was reached then survives an interrupt. */
export function newHistory(): History {
  return {
    epoch: 0,
    batch: 0,
    correct: 0,
    trainAccs: [],
    losses: [],
    testAccs: [],
    maxTestAcc: 0,
    state: null,
    stopped: false,
  };
}

/**
 * The options that an engine is made from, the tutorial's defaults filled in. A surrogate that is named without its
 * steepness has SpikingJelly's: 2 for ATan, 4 for Sigmoid.
 */
export function engineOptions(options: TrainOptions): EngineOptions {
  const { data, seed = 0, T = 100, batchSize = 128, learningRate = 1e-3, threads } = options;
  if (!data?.train || !data.test) throw new TypeError('expected `data` as loadMnist() gives it, found none');
  const alpha = options.neuron?.surrogate === 'sigmoid' ? 4 : DEFAULT_NEURON.alpha;
  const neuron = { ...DEFAULT_NEURON, alpha, ...options.neuron };
  return { data, seed, T, batchSize, learningRate, threads, neuron };
}

/** Makes one of the two engines; only 'tfjs' loads TensorFlow. */
export async function createEngine(name: 'event' | 'tfjs', options: EngineOptions): Promise<Engine> {
  if (name === 'tfjs') {
    const { TfjsEngine } = require('./tfjs-engine') as typeof import('./tfjs-engine');
    return TfjsEngine.create(options);
  }
  if (name !== 'event') throw new RangeError(`engine: expected 'event' or 'tfjs', found ${name}`);
  const { EventEngine } = require('../event/engine') as typeof import('../event/engine');
  return EventEngine.create(options);
}

/**
 * Trains for `epochs` epochs, testing after each: the original's loop.
 * The last incomplete batch of an epoch is dropped; in testing it is not.
 * @returns the history; `stopped` if the signal ended it
 */
export async function train(options: TrainOptions): Promise<History> {
  const { data, epochs = 100, signal, engine: wanted = 'event' } = options;
  const settings = engineOptions(options);
  const history = options.history ?? newHistory();
  for (const [name, value] of Object.entries({
    epochs,
    trainImages: options.trainImages,
    testImages: options.testImages,
  })) {
    if (value !== undefined && !(Number.isInteger(value) && value >= 0)) {
      throw new RangeError(`${name}: expected a whole number, 0 or more, found ${value}`);
    }
  }
  const count = Math.min(options.trainImages ?? data.train.count, data.train.count);
  const batches = Math.floor(count / settings.batchSize);
  if (batches < 1) {
    throw new RangeError(`expected at least one batch of ${settings.batchSize} training images, found ${count} images`);
  }
  const engine = typeof wanted === 'string' ? await createEngine(wanted, settings) : wanted;
  history.stopped = false;
  let restored = false;
  try {
    if (history.state) await engine.restore(history.state);
    restored = true;
    while (history.epoch < epochs && !history.stopped) {
      const order = shuffled(settings.seed, history.epoch, data.train.count);
      while (history.batch < batches && !signal?.aborted) {
        const indices = order.subarray(history.batch * settings.batchSize, (history.batch + 1) * settings.batchSize);
        const { loss, correct } = await engine.trainBatch(history.epoch, indices);
        const accuracy = correct / indices.length;
        history.batch++;
        history.correct += correct;
        history.trainAccs.push(accuracy);
        history.losses.push(loss);
        const { epoch, batch } = history;
        await options.onBatch?.(
          { epoch, batch, batches, trainTimes: history.trainAccs.length, loss, accuracy },
          history,
        );
      }
      // An epoch whose batches are all done still lacks its test: a resumed run starts there.
      history.stopped = signal?.aborted ?? false;
      if (!history.stopped) history.stopped = !(await endEpoch(engine, options, history, batches * settings.batchSize));
    }
  } finally {
    // Also after an error in a callback: counts and weights stay those of the same batch.
    // But for an engine that never took the history's weights.
    if (restored && history.trainAccs.length > 0) history.state = await engine.state();
    if (engine !== wanted) await engine.close();
  }
  if (history.stopped) {
    // Only a history from outside survives the cell that is interrupted.
    const next = options.history ? 'Run the cell again to continue.' : '';
    describeInterruption(signal, `after ${history.epoch} of ${epochs} epochs`, next);
  }
  return history;
}

/** Tests and reports; gives false if the signal came during the test, which a resumed run then does again. */
async function endEpoch(engine: Engine, options: TrainOptions, history: History, seen: number): Promise<boolean> {
  const { epoch } = history;
  const trainAcc = history.correct / seen;
  let testAcc = Number.NaN;
  if (options.testImages !== 0) {
    options.onTest?.(epoch);
    testAcc = await accuracy(engine, options.data, epoch, options.testImages, options.signal);
    if (options.signal?.aborted) return false;
    history.testAccs.push(testAcc);
    history.maxTestAcc = Math.max(history.maxTestAcc, testAcc);
  }
  history.epoch++;
  history.batch = 0;
  history.correct = 0;
  history.state = await engine.state();
  const { maxTestAcc } = history;
  await options.onEpoch?.({ epoch, trainAcc, testAcc, maxTestAcc, trainTimes: history.trainAccs.length }, history);
  return true;
}

/** Images between two looks at the signal. */
const LOOK = 2048;

/** Share of the first `images` test images whose highest firing rate is the label's; NaN if the signal came meanwhile. */
export async function accuracy(
  engine: Engine,
  data: Mnist,
  epoch = 0,
  images = data.test.count,
  signal?: AbortSignal,
): Promise<number> {
  const indices = Uint32Array.from({ length: Math.min(images, data.test.count) }, (_, i) => i);
  let correct = 0;
  for (let from = 0; from < indices.length; from += LOOK) {
    const part = indices.subarray(from, from + LOOK);
    correct += countCorrect(await engine.rates('test', epoch, part), data.test, part);
    if (signal?.aborted) return Number.NaN;
  }
  return correct / indices.length;
}

/** Index of the largest of each row of ten; of equals, the first. */
export function answers(rates: Float32Array): Uint8Array {
  const out = new Uint8Array(rates.length / CLASSES);
  for (let row = 0; row < out.length; row++) {
    for (let digit = 1; digit < CLASSES; digit++) {
      if (rates[row * CLASSES + digit] > rates[row * CLASSES + out[row]]) out[row] = digit;
    }
  }
  return out;
}

/** How many rows' answers are the images' labels. */
export function countCorrect(rates: Float32Array, split: MnistSplit, indices: ArrayLike<number>): number {
  return answers(rates).reduce((correct, answer, row) => correct + (answer === split.labels[indices[row]] ? 1 : 0), 0);
}
