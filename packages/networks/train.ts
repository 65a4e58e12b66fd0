/** The lesson's training for any network: learning rates that change, and histories that know what they belong to. */
import { checkChoice, checkOptions } from '../../src/common/checks';
import { CLASSES, IMAGE_SIZE } from '../../src/common/mnist';
import type { RunSettings, TrainingHistory } from '../../src/training/history';
import {
  TRAIN_OPTIONS as OF_THE_LESSON,
  type TrainOptions as OptionsOfTheLesson,
  type TrainedImages,
  train as trainLesson,
} from '../../src/training/train';
import { sinTurns } from './exact';
import { checkLearner, type Learner, type ResolvedEngineOptions, shortenEngine } from './options/engine';
import { flatten } from './options/schema';
import { countClasses, countInputs, isImages, isSpikeTrains } from './spike-trains';

/** How a learning rate changes while it is trained with. */
export const SCHEDULE_NAMES = ['constant', 'cosine'] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

/**
 * The learning rate when a share of all batches is done: that of the engine or, falling to 0 as half a cosine,
 * ½ (1 + cos(π done)) of it (PyTorch's `CosineAnnealingLR`).
 */
export const rateAt = (rate: number, schedule: ScheduleName, done: number): number =>
  schedule === 'constant' ? rate : 0.5 * rate * (1 + sinTurns(done / 2 + 0.25));

export type { BatchReport, EpochReport } from '../../src/training/train';

export interface TrainOptions extends OptionsOfTheLesson {
  /**
   * How the learning rate changes from batch to batch: 'cosine' lets it fall to 0 at the end of the last epoch, as
   * `rateAt` says. Default 'constant'.
   */
  schedule?: ScheduleName;
}

/** The names of `TrainOptions`. */
export const TRAIN_OPTIONS = [...OF_THE_LESSON, 'schedule'] as const satisfies readonly (keyof TrainOptions)[];

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
export async function train(options: TrainOptions): Promise<TrainingHistory> {
  checkOptions('train', options, TRAIN_OPTIONS, ['engine']);
  const { schedule = 'constant', ...others } = options;
  const { engine, epochs = 100 } = others;
  checkLearner(engine);
  checkChoice('schedule', schedule, SCHEDULE_NAMES);
  return trainLesson(others, {
    rateAt: (done) => rateAt(engine.options.learningRate, schedule, done),
    settings: (history, images) => {
      const settings = collectSettings(engine, { ...images, cosineEpochs: schedule === 'cosine' ? epochs : undefined });
      checkBelongs(history, settings);
      return settings;
    },
  });
}

/** What the results of a run depend on, beside the engine and its data. */
type Shown = TrainedImages & Pick<RunSettings, 'cosineEpochs'>;

export function collectSettings({ name, options }: Learner, { heldBack, ...shown }: Shown): RunSettings {
  const { data, threads, ...others } = options as Pick<ResolvedEngineOptions, 'data'> & Partial<ResolvedEngineOptions>;
  // Layers say it.
  const { hidden, ...own } = others;
  const inputs = countInputs(data);
  const classes = countClasses(data);
  const settings = {
    engine: { name, ...shortenEngine(others.layers ? own : others) },
    ...shown,
    heldBack: heldBack || undefined,
    inputs: inputs === IMAGE_SIZE ? undefined : inputs,
    classes: classes === CLASSES ? undefined : classes,
    data: isSpikeTrains(data)
      ? checksum(data.train.labels, data.train.units, data.train.times)
      : checksum(data.train.labels, ...(isImages(data) ? [data.train.images.subarray(0, SOME_BYTES)] : [])),
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as typeof settings;
}

/** Bytes of images of one's own that tell them apart: folders of as many files have the same labels. */
const SOME_BYTES = 2 ** 20;

/** FNV-1a of the labels, and of spike trains: enough to tell data sets apart. */
function checksum(...arrays: (Uint8Array | Uint16Array)[]): number {
  let hash = 0x811c9dc5;
  for (const array of arrays) for (const value of array) hash = Math.imul(hash ^ value, 0x01000193) >>> 0;
  return hash;
}

/** @throws RangeError that names what differs, if the history belongs to other options */
export function checkBelongs(history: TrainingHistory, settings: RunSettings): void {
  if (history.settings === null) return;
  const [former, now] = [history.settings, settings].map((all) => flatten(all));
  const differences = Object.keys({ ...now, ...former }).filter((name) => former[name] !== now[name]);
  if (differences.length === 0) return;
  // Defaults are left out.
  const list = (of: typeof now) =>
    differences.map((name) => `${name} = ${name in of ? of[name] : 'its default'}`).join(', ');
  throw new RangeError(
    `train: this history belongs to a run with ${list(former)}, but now ${list(now)}. Start with a newHistory(), or use the options of before`,
  );
}
