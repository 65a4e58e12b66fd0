/** Checks whether a run can resume from a checkpoint. */
import { createHash } from 'node:crypto';
import { countRemembered } from '../../../packages/networks/options/layers';
import { type Dataset, isSpikeTrains } from '../../../packages/networks/spike-trains';
import { entryAt, flatten, formatRun, type ResolvedRun, type RunDocument } from '../../../packages/runs/document';
import type { Checkpoint } from '../../../packages/runs/node';
import { unfit } from '../../../packages/runs/node/checkpoint';
import { IMAGE_SIZE } from '../../../src/common/mnist';
import { UsageError } from './failures';

/** Options that may differ from the checkpoint's. */
const CHANGEABLE: readonly string[] = ['train.epochs', 'data.folder'];

/** @throws UsageError that names an option that differs from the checkpoint's but must not */
export function refuseChanges(run: ResolvedRun, { run: before, history: { epoch } }: Checkpoint): void {
  const [is, was] = [run as RunDocument, before].map((document) => flatten(formatRun(document)));
  const advice = 'leave it out, or start a new run in another folder';
  const changed = Object.keys({ ...was, ...is }).find((path) => is[path] !== was[path] && !CHANGEABLE.includes(path));
  if (changed !== undefined) {
    const standard = entryAt(changed).about.default ?? 'none';
    const [expected, found] = [was, is].map((values) => (changed in values ? values[changed] : standard));
    throw new UsageError(`${changed}: expected ${expected} as in the checkpoint, found ${found}; ${advice}`);
  }
  const { epochs, schedule } = run.train;
  const begun = before.train?.epochs ?? 100;
  if (schedule === 'cosine' && epochs !== begun) {
    throw new UsageError(
      `train.epochs: expected ${begun} as in the checkpoint, where the schedule lets the rate fall to 0, found ${epochs}; ${advice}`,
    );
  }
  if (epochs < epoch)
    throw new UsageError(`train.epochs: expected at least the ${epoch} epochs that are done, found ${epochs}`);
}

/**
 * @throws UsageError if the data differ from the checkpoint's
 * @throws Error if the checkpoint's batches do not match the data, or it lacks potentials that the run needs
 */
export function checkAgainstData(
  { digest, history }: Checkpoint,
  { engine, train }: ResolvedRun,
  data: Dataset,
  file: string,
): void {
  if (digest !== digestData(data)) {
    const option = isSpikeTrains(data) ? '--dataset' : '--dataset-dir';
    throw new UsageError(`${option}: expected the data of the checkpoint, found other data`);
  }
  const { batchSize } = engine;
  const batches = Math.floor((train.images ?? data.train.count) / batchSize);
  const { epoch, batch, correct, trainAccs, state } = history;
  const isReset = engine.name === 'ann' || engine.reset || !state;
  const potentials = isReset ? 0 : batchSize * countRemembered(engine.layers);
  const isWhole = batch <= batches && trainAccs.length === epoch * batches + batch;
  if (!isWhole || correct > batch * batchSize || (state?.potentials?.length ?? 0) !== potentials) throw unfit(file);
}

/** Fingerprint of a dataset: all training labels, and the first thousand images or all spikes. */
export function digestData(data: Dataset): string {
  const hash = createHash('md5').update(data.train.labels);
  if (isSpikeTrains(data)) hash.update(data.train.units).update(data.train.times);
  else hash.update(data.train.images.subarray(0, 1000 * IMAGE_SIZE));
  return hash.digest('hex');
}
