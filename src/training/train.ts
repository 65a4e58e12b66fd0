/** The loop over epochs and batches, the same for every `Learner`. It needs no TensorFlow. */
import { checkFunction, checkOptions, checkSignal, checkWhole } from '../common/checks';
import { shuffled } from '../common/random';
import { checkHistory, newHistory, type RunSettings, type TrainingHistory } from './history';
import { checkLearner, type Learner } from './learner';
import { accuracy, accuracyOn } from './metrics';

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
  /** Accuracy on the images that are held back; NaN without them. */
  heldBackAcc: number;
  trainTimes: number;
}

export interface TrainOptions {
  /** What `createEngine` returns, or an `AnnEngine`. Its options are those of the run. */
  engine: Learner;
  /** Default 100. */
  epochs?: number;
  /**
   * Trains on the first so many images alone, the same ones in every epoch. Default, and for a larger number: all that
   * are not held back.
   */
  trainImages?: number;
  /**
   * How many training images to hold back, the last ones of the data: no epoch trains on them, and the accuracy on them
   * is measured after each. Default 0.
   */
  heldBack?: number;
  /** How many test images to test on, from the first; default all. 0 leaves the test out. */
  testImages?: number;
  /** An earlier history to resume; it is extended in place. */
  history?: TrainingHistory;
  /** Stops after the batch under way. The history can be resumed. */
  signal?: AbortSignal;
  onBatch?: (report: BatchReport, history: TrainingHistory) => void | Promise<void>;
  onTest?: (epoch: number) => void;
  /** After every epoch's test; `history.state` is up to date. */
  onEpoch?: (report: EpochReport, history: TrainingHistory) => void | Promise<void>;
}

/** Which images a run is trained on. */
export type TrainedImages = Pick<RunSettings, 'trainImages' | 'heldBack' | 'firstImages'>;

/** What may differ from run to run beside the options; the lesson needs none of it. */
export interface RunRules {
  /** The learning rate when this share of all batches is done. */
  rateAt?: (done: number) => number;
  /**
   * What the results depend on, which the history keeps.
   * @throws RangeError if the history belongs to other settings
   */
  settings?: (history: TrainingHistory, images: TrainedImages) => RunSettings;
}

/** The names of `TrainOptions`. */
export const TRAIN_OPTIONS = [
  'engine',
  'epochs',
  'trainImages',
  'heldBack',
  'testImages',
  'history',
  'signal',
  'onBatch',
  'onTest',
  'onEpoch',
] as const satisfies readonly (keyof TrainOptions)[];

/**
 * Trains until `epochs` epochs are done, testing after each: the loop of SpikingJelly's example.
 * An incomplete last batch is dropped in training, but not in testing.
 * @example
 * const engine = await createEngine('event', { data });
 * const { testAccs } = await training.train({ engine, epochs: 3 });
 * @returns the history; `stopped` if the signal ended it
 * @throws RangeError if an option is out of range, if the history belongs to other options, or if nothing is left to
 *   do; Error if the weights are no longer finite, or if another call is extending the history
 */
export async function train(options: TrainOptions, rules: RunRules = {}): Promise<TrainingHistory> {
  checkOptions('train', options, TRAIN_OPTIONS, ['engine']);
  const { engine, epochs = 100, heldBack = 0, signal } = options;
  checkLearner(engine);
  checkSignal(signal);
  for (const name of ['onBatch', 'onTest', 'onEpoch'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  checkCounts(options);
  const { data, batchSize, seed } = engine.options;
  const most = data.train.count - heldBack;
  const drawn = Math.min(options.trainImages ?? most, most);
  const batches = Math.floor(drawn / batchSize);
  if (batches < 1) {
    throw new RangeError(`trainImages: expected at least one batch of ${batchSize} images, found ${drawn} images`);
  }
  const { history = newHistory() } = options;
  checkHistory(history, batches);
  const images = { trainImages: batches * batchSize, heldBack, firstImages: drawn < most ? drawn : undefined };
  const settings = rules.settings?.(history, images) ?? null;
  if (history.epoch >= epochs && epochs > 0) {
    throw new RangeError(
      `train: nothing to do, ${history.epoch} of ${epochs} epochs are done. Start with a newHistory(), or ask for more epochs`,
    );
  }
  if (inUse.has(history)) {
    throw new Error('train: expected a history that no other call of train is extending; await that call first');
  }
  inUse.add(history);
  let restored = false;
  try {
    if (history.state) await engine.restore(history.state);
    restored = true;
    Object.assign(history, { settings, epochs, stopped: false });
    while (history.epoch < epochs && !history.stopped) {
      const order = shuffled(seed, history.epoch, drawn);
      while (history.batch < batches && !signal?.aborted) {
        const indices = order.subarray(history.batch * batchSize, (history.batch + 1) * batchSize);
        const rate = rules.rateAt?.((history.epoch * batches + history.batch) / (epochs * batches));
        const { loss, correct } = await engine.trainBatch(history.epoch, indices, rate);
        const accuracy = correct / indices.length;
        history.batch++;
        history.correct += correct;
        history.trainAccs.push(accuracy);
        history.losses.push(loss);
        const { epoch, batch } = history;
        const trainTimes = history.trainAccs.length;
        await options.onBatch?.({ epoch, batch, batches, trainTimes, loss, accuracy }, history);
      }
      // An epoch whose batches are all done still lacks its test: a resumed run starts there.
      history.stopped = signal?.aborted ?? false;
      if (!history.stopped) history.stopped = !(await endEpoch(options, history, batches * batchSize));
    }
  } finally {
    // Also after an error in a callback, so counts and weights belong to the same batch. But not if the engine never
    // took the history's weights.
    try {
      if (restored && history.trainAccs.length > 0) history.state = await engine.state();
    } finally {
      inUse.delete(history);
    }
  }
  return history;
}

/** The histories that a call of `train` is extending. */
const inUse = new WeakSet<TrainingHistory>();

function checkCounts({ engine, epochs, trainImages, heldBack, testImages }: TrainOptions): void {
  for (const [name, value] of Object.entries({ epochs, trainImages, heldBack, testImages })) {
    if (value !== undefined) checkWhole(name, value, 0);
  }
  if (testImages !== undefined) checkWhole('testImages', testImages, 0, engine.options.data.test.count);
}

/** Tests and reports; returns false if the signal came during the test, which a resumed run then repeats. */
async function endEpoch(options: TrainOptions, history: TrainingHistory, seen: number): Promise<boolean> {
  const { engine, heldBack = 0, signal } = options;
  const { epoch } = history;
  const state = await engine.state();
  if (!state.weights.every(Number.isFinite)) {
    const { learningRate } = engine.options;
    throw new Error(
      `train: the weights are no longer finite after epoch ${epoch}. Lower the learning rate, which is ${learningRate}`,
    );
  }
  const trainAcc = history.correct / seen;
  let testAcc = Number.NaN;
  if (options.testImages !== 0) {
    options.onTest?.(epoch);
    testAcc = await accuracy(engine, epoch, options.testImages, signal);
    if (signal?.aborted) return false;
  }
  let heldBackAcc = Number.NaN;
  if (heldBack > 0) {
    const { count } = engine.options.data.train;
    heldBackAcc = await accuracyOn(engine, { split: 'train', epoch, from: count - heldBack, to: count }, signal);
    if (signal?.aborted) return false;
    history.heldBackAccs.push(heldBackAcc);
  }
  if (options.testImages !== 0) {
    history.testAccs.push(testAcc);
    history.maxTestAcc = Math.max(history.maxTestAcc, testAcc);
  }
  history.epoch++;
  history.batch = 0;
  history.correct = 0;
  history.state = state;
  const { maxTestAcc } = history;
  const trainTimes = history.trainAccs.length;
  await options.onEpoch?.({ epoch, trainAcc, testAcc, maxTestAcc, heldBackAcc, trainTimes }, history);
  return true;
}
