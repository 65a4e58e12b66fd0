/** What a resumed run takes over from its checkpoint, and whether that fits. */
import { createHash } from 'node:crypto';
import { layersOfRun } from '../../../packages/runs/engine-options';
import type { Checkpoint, RunOptions } from '../../../packages/runs/node';
import { unfit } from '../../../packages/runs/node/checkpoint';
import { tryRead } from '../../../packages/runs/read';
import { defaultValue } from '../../../packages/runs/settings';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { countRemembered } from '../../../src/common/remembered';
import { type Dataset, isSpikeTrains } from '../../../src/common/spike-trains';
import type { Arguments } from './arguments';
import { UsageError } from './failures';
import { type Entry, formatLabel, type Name, OPTIONS, type Settings, whyNot } from './options';

/** The options that may differ on resume and still are in a checkpoint. */
const CHANGEABLE_OPTIONS: readonly string[] = ['epochs', 'saveFigures'] satisfies Name[];

/** What a checkpoint calls an option; `dataset` is the checksum of the data there. */
const nameThere = ({ record, name }: Entry): string => record ?? name;

/** What a checkpoint keeps of the settings. */
export function collectOptions(settings: Settings, data: Dataset): RunOptions {
  const options: RunOptions = { dataset: digestData(data) };
  for (const option of OPTIONS) {
    const { name, keptOnResume, always } = option;
    if (!always && settings[name] === defaultValue(option)) continue;
    if (whyNot(option, settings)) continue;
    if (keptOnResume || CHANGEABLE_OPTIONS.includes(name)) options[nameThere(option)] = settings[name] ?? null;
  }
  return options;
}

/**
 * The settings of a resumed run: the checkpoint's, except those that were given and may differ.
 * @throws UsageError that names an option that was given and must not differ
 * @throws Error if the checkpoint holds an option that it should not, or one that the command line would refuse
 */
export function resumedSettings({ settings, given }: Arguments, checkpoint: Checkpoint, file: string): Settings {
  const resumed: Record<string, unknown> = { ...settings };
  const { dataset, saveFigures, ...options } = checkpoint.options;
  const kind = { network: options.network, dataset: options.data };
  const kept = OPTIONS.filter((option) => (option.keptOnResume || option.name === 'epochs') && !whyNot(option, kind));
  const isKept = (name: string) => kept.some((option) => nameThere(option) === name);
  if (typeof dataset !== 'string' || (saveFigures !== null && saveFigures !== true)) throw unfit(file);
  if (!Object.keys(options).every(isKept)) throw unfit(file);
  for (const option of kept) {
    const { name } = option;
    const missing = option.always ? undefined : defaultValue(option);
    const there = nameThere(option);
    const before = Object.hasOwn(options, there) ? options[there] : missing;
    if (!isValid(option, before)) throw unfit(file);
    if (!given.has(name)) resumed[name] = before;
    else if (option.keptOnResume && settings[name] !== before) {
      const advice = 'leave it out, or start a new run in another folder';
      // A switch that is given differs if the run began without it.
      const [expected, found] = option.read ? [before ?? 'none', settings[name]] : ['no such switch', 'it'];
      throw new UsageError(
        `${formatLabel(option)}: expected ${expected} as in the checkpoint, found ${found}; ${advice}`,
      );
    }
  }
  const { epoch } = checkpoint.history;
  const begun = options[nameThere(OPTIONS.find(({ name }) => name === 'epochs') as Entry)];
  if (resumed.schedule === 'cosine' && resumed.epochs !== begun) {
    throw new UsageError(
      `-N/--epoch: expected ${begun} as in the checkpoint, where --schedule cosine lets the rate fall to 0, found ${resumed.epochs}; leave it out, or start a new run in another folder`,
    );
  }
  if ((resumed.epochs as number) < epoch) {
    throw new UsageError(`-N/--epoch: expected at least the ${epoch} epochs that are done, found ${resumed.epochs}`);
  }
  return resumed as unknown as Settings;
}

/** Whether the command line would accept the value, as it stands. */
function isValid(option: Entry, value: unknown): boolean {
  const missing = defaultValue(option);
  if (!option.always && value === missing) return true;
  if (!option.read) return value === !missing;
  return value !== undefined && tryRead(option.read, String(value)) === value;
}

/**
 * @throws UsageError if the data are not those of the checkpoint
 * @throws Error if the checkpoint's batches do not match the data, or it lacks potentials that the run continues from
 */
export function checkAgainstData(
  { options, history }: Checkpoint,
  settings: Settings,
  data: Dataset,
  file: string,
): void {
  if (options.dataset !== digestData(data)) {
    const option = isSpikeTrains(data) ? '--dataset' : '--dataset-dir';
    throw new UsageError(`${option}: expected the data of the checkpoint, found other data`);
  }
  const batches = Math.floor((settings.trainImages ?? data.train.count) / settings.batchSize);
  const { epoch, batch, correct, trainAccs, state } = history;
  const potentials = settings.reset || !state ? 0 : settings.batchSize * countRemembered(layersOfRun(settings));
  const isWhole = batch <= batches && trainAccs.length === epoch * batches + batch;
  if (!isWhole || correct > batch * settings.batchSize || (state?.potentials?.length ?? 0) !== potentials)
    throw unfit(file);
}

/** Tells data sets apart: all training labels, and the first thousand images or all spikes. */
function digestData(data: Dataset): string {
  const hash = createHash('md5').update(data.train.labels);
  if (isSpikeTrains(data)) hash.update(data.train.units).update(data.train.times);
  else hash.update(data.train.images.subarray(0, 1000 * IMAGE_SIZE));
  return hash.digest('hex');
}
