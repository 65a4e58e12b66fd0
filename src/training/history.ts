import { checkArray, checkNumbers, checkObject, checkSwitch, checkWhole } from '../common/checks';
import type { EngineState } from './learner';

/** What the results of a run depend on. */
export interface RunSettings {
  /** The engine's options, but for those that have their default, its threads and its data. */
  engine: { name: string } & Readonly<Record<string, unknown>>;
  /** How many images an epoch's whole batches have. */
  trainImages: number;
  /** How many images are held back, if any. */
  heldBack?: number;
  /** How many images are trained on, the first ones, if not all that are not held back. */
  firstImages?: number;
  /** Over how many epochs the learning rate falls, if it does. */
  cosineEpochs?: number;
  /** How many inputs the network has, if they are not those of an image. */
  inputs?: number;
  /** How many outputs the network has, if not ten. */
  classes?: number;
  /** A checksum of the data, which tells data sets apart. */
  data: number;
}

/** The results so far, and everything needed to resume. */
export interface TrainingHistory {
  /** The epoch under way or, at the end, the number of epochs done. */
  epoch: number;
  /** How many epochs the last call of `train` was asked for. */
  epochs: number;
  /** Batches of the epoch under way that are done. */
  batch: number;
  /** Correct images among them. */
  correct: number;
  /** Accuracy of each training batch. */
  trainAccs: number[];
  /** Loss of each training batch, before its step. */
  losses: number[];
  /** Accuracy on the test images after each epoch. */
  testAccs: number[];
  /** The highest of them. It is chosen on test data, as in SpikingJelly's example. */
  maxTestAcc: number;
  /** Accuracy on the training images that are held back, after each epoch; empty if none are. */
  heldBackAccs: number[];
  /** Weights and Adam's moments; null before the first batch. */
  state: EngineState | null;
  /** Whether a signal stopped the run before its last epoch. */
  stopped: boolean;
  /** What the run depends on; null before the first batch. */
  settings: RunSettings | null;
}

/** An empty history. Declare it in a cell before the one that trains: the results so far then survive an interrupt. */
export function newHistory(): TrainingHistory {
  return {
    epoch: 0,
    epochs: 0,
    batch: 0,
    correct: 0,
    trainAccs: [],
    losses: [],
    testAccs: [],
    maxTestAcc: 0,
    heldBackAccs: [],
    state: null,
    stopped: false,
    settings: null,
  };
}

/**
 * @param batches of an epoch
 * @throws TypeError or RangeError in one line unless this is what `newHistory` made, and training has extended since
 */
export function checkHistory(history: TrainingHistory, batches: number): void {
  checkObject('history', history, 'what newHistory() returns');
  const { epoch, epochs, batch, correct, trainAccs, losses, testAccs, maxTestAcc, heldBackAccs } = history;
  for (const [name, value] of Object.entries({ epoch, epochs, correct })) checkWhole(`history.${name}`, value, 0);
  checkWhole('history.batch', batch, 0, batches);
  checkNumbers('history.maxTestAcc', [maxTestAcc], '');
  checkSwitch('history.stopped', history.stopped);
  for (const [name, values] of Object.entries({ trainAccs, losses, testAccs, heldBackAccs })) {
    checkArray(`history.${name}`, values, 'numbers');
    checkNumbers(`history.${name}`, values, '');
    const isTest = name === 'testAccs' || name === 'heldBackAccs';
    const most = isTest ? epoch : epoch * batches + batch;
    if (isTest ? values.length > most : values.length !== most)
      throw new RangeError(`history.${name}: expected ${most}, found ${values.length}`);
  }
  if (history.state !== null) checkObject('history.state', history.state, 'null or a state');
  if (history.settings !== null) checkObject('history.settings', history.settings, 'null or settings');
}
