/** One run of the command line: what it reads, where it writes, and what it says. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { contradiction, neuronOf } from '../../../packages/runs/engine-options';
import { type Checkpoint, readCheckpoint } from '../../../packages/runs/node';
import { checkpointPath, removeLeftovers } from '../../../packages/runs/node/run-folder';
import { TABLE } from '../../../packages/runs/settings';
import { makeFolder } from '../../../packages/system/files';
import { assertUnlocked, lockFolder } from '../../../packages/system/lock';
import { listChoices } from '../../../src/common/checks';
import type { Mnist } from '../../../src/common/mnist';
import { type Dataset, isSpikeTrains } from '../../../src/common/spike-trains';
import { ANN_LOSSES } from '../../../src/training/ann-engine';
import { dataOf, engineOf } from '../../contract/recompute';
import { readMnist } from '../data';
import { createEngine } from '../engines';
import { type Arguments, typedIn } from './arguments';
import { readStart, refuseExports } from './exchange';
import { say, UsageError } from './failures';
import { showFigures } from './figures';
import { checkFigures, describeProgress, findEarlier, type Places, refuseObstacles, refuseToOverwrite } from './folder';
import { formatLabel, OPTIONS, type Settings, whyNot } from './options';
import { checkAgainstData, resumedSettings } from './resume';
import type { Stop } from './stop';
import { type Outcome, trainAndRecord } from './train';

/** Runs the command; returns the exit status. */
export async function runCommand(args: Arguments, stop: Stop): Promise<number> {
  if (args.settings.resume && args.settings.overwrite) {
    throw new UsageError('--overwrite: expected --resume or --overwrite, found both');
  }
  if (args.settings.resume && args.settings.weights !== undefined) {
    throw new UsageError('--weights: expected --resume or --weights, found both: a checkpoint has weights of its own');
  }
  const places = resolvePlaces(args.settings);
  const { logDir, outDir } = places;
  const file = checkpointPath(outDir);
  assertUnlocked(outDir);
  const checkpoint = args.settings.resume ? readCheckpoint(file) : undefined;
  const settings = checkpoint ? resumedSettings(args, checkpoint, file) : args.settings;
  refuseStray(settings, args.given);
  refuseToLose(outDir, settings, checkpoint);
  const neuron = neuronOf(settings);
  refuseExports(settings, neuron, places);
  const start = readStart(settings);
  chooseDevice(settings);
  const data = await readData(settings);
  if (checkpoint) checkAgainstData(checkpoint, settings, data, file);

  // Before anything is written: an engine that cannot start leaves nothing behind.
  const engine = await engineOf(settings, data, (options) => createEngine(settings.engine, options));
  let outcome: Outcome;
  stop.listen();
  try {
    makeFolder(logDir);
    makeFolder(outDir);
    const lock = lockFolder(outDir);
    try {
      // Another run may have come and gone before the folder was locked.
      refuseToLose(outDir, settings, checkpoint);
      removeLeftovers(outDir);
      const earlier = settings.overwrite && findEarlier(outDir);
      if (checkpoint) say(describeResuming(file, checkpoint, settings));
      if (earlier) {
        const progress = earlier.checkpoint ? ` (${describeProgress(earlier.checkpoint)})` : '';
        say(`Replacing the run in ${outDir}${progress}`);
      }
      if (start) say(`Starting from ${start.description}`);
      say(`Writing to ${outDir}${logDir === outDir ? '' : `, the TensorBoard logs to ${logDir}`}`);
      outcome = await trainAndRecord({
        settings,
        data,
        engine,
        places,
        checkpoint,
        start: start?.state,
        earlier: earlier || undefined,
        stop,
      });
    } finally {
      lock.release();
    }
  } finally {
    stop.unlisten();
    await engine.close();
  }
  if (outcome.figures && settings.show) await showFigures(outcome.figures);
  return outcome.status;
}

function resolvePlaces(settings: Settings): Places {
  const from = typedIn();
  const logDir = resolve(from, settings.logDir);
  return { logDir, outDir: settings.outDir === undefined ? logDir : resolve(from, settings.outDir) };
}

function refuseToLose(outDir: string, settings: Settings, checkpoint: Checkpoint | undefined): void {
  refuseObstacles(outDir, settings);
  if (settings.overwrite) return;
  if (!checkpoint) refuseToOverwrite(outDir, settings);
  checkFigures(outDir, settings, checkpoint);
}

function describeResuming(file: string, checkpoint: Checkpoint, { epochs, schedule }: Settings): string {
  const { epoch } = checkpoint.history;
  if (epoch < epochs) return `Resuming from ${file}: ${describeProgress(checkpoint, epochs)}`;
  const done = epoch === 1 ? 'its only epoch is' : `all ${epoch} epochs are`;
  const further =
    schedule === 'cosine'
      ? 'its rate has fallen to 0, so a longer run begins anew, in another folder'
      : `a larger -N, such as \`-N ${2 * epoch}\`, trains on`;
  return `Nothing left to train in ${file}: ${done} done; ${further}`;
}

/**
 * @throws UsageError for an option that was given and means nothing for the network or the data, or a loss that the
 * network has not
 */
export function refuseStray(settings: Settings, given: Arguments['given']): void {
  const { network, loss } = settings;
  for (const option of OPTIONS) {
    const why = given.has(option.name) && whyNot(option, settings);
    if (why) throw new UsageError(`${formatLabel(option)}: ${why}`);
  }
  if (network === 'ann' && !ANN_LOSSES.some((name) => name === loss)) {
    throw new UsageError(`--loss: expected ${listChoices(ANN_LOSSES)} with --network ann, found ${loss}`);
  }
  const odd = contradiction(settings);
  if (odd) {
    const found = settings[odd.setting];
    throw new UsageError(
      `${formatLabel(TABLE[odd.setting])}: expected ${odd.expected}, found ${typeof found === 'boolean' ? 'none' : found}`,
    );
  }
}

function chooseDevice({ device, engine, gpu }: Settings): void {
  if (device === 'cpu') return;
  try {
    require.resolve('@tensorflow/tfjs-node-gpu');
  } catch {
    throw new UsageError(
      `--device: ${device} needs @tensorflow/tfjs-node-gpu, which is not installed; install it or use cpu`,
    );
  }
  if (engine !== 'tfjs') {
    throw new UsageError(`--device: ${device} needs --engine tfjs; the event engine runs on the cpu`);
  }
  process.env.LIF_FC_MNIST_GPU = '1';
  process.env.CUDA_VISIBLE_DEVICES = String(gpu);
}

async function readData(settings: Settings): Promise<Dataset> {
  const { trainImages, batchSize } = settings;
  const data = await dataOf(settings, async () => readImages(settings));
  const { count } = data.train;
  if (trainImages !== undefined && count < trainImages) {
    throw new UsageError(`--train-images: expected at most the ${count} training images, found ${trainImages}`);
  }
  const drawn = trainImages ?? count;
  if (drawn < batchSize) {
    throw new UsageError(
      `-b/--batch-size: expected at most the ${drawn} training ${isSpikeTrains(data) ? 'samples' : 'images'}, found ${batchSize}`,
    );
  }
  return data;
}

function readImages({ datasetDir, skipChecksum }: Settings): Mnist {
  const directory = datasetDir && resolve(typedIn(), datasetDir);
  if (directory && !existsSync(directory)) {
    throw new UsageError(`--dataset-dir: expected a folder with MNIST's four files, found nothing at ${directory}`);
  }
  return readMnist({ directory, skipChecksum });
}
