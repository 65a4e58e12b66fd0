/** Performs a run of the command line. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { check } from '../../../packages/networks/options/schema';
import { type Dataset, isSpikeTrains } from '../../../packages/networks/spike-trains';
import {
  formatRun,
  isOwn,
  type ResolvedRun,
  RUN,
  type RunDocument,
  readRun,
  whyMeaningless,
} from '../../../packages/runs/document';
import { type Checkpoint, readCheckpoint } from '../../../packages/runs/node';
import { checkpointPath, removeLeftovers } from '../../../packages/runs/node/run-folder';
import { makeFolder } from '../../../packages/system/files';
import { assertUnlocked, lockFolder } from '../../../packages/system/lock';
import type { Mnist } from '../../../src/common/mnist';
import { dataOf, engineOf, heldBackOf } from '../../contract/run';
import { readMnist, readOwn } from '../data';
import { createEngine } from '../engines';
import { type Arguments, typedIn } from './arguments';
import { readStart, refuseExports } from './exchange';
import { asUsage, say, UsageError } from './failures';
import { showFigures } from './figures';
import { checkFigures, describeProgress, findEarlier, type Places, refuseObstacles, refuseToOverwrite } from './folder';
import { formatLabel, OPTIONS, type Options } from './options';
import { checkAgainstData, refuseChanges } from './resume';
import type { Stop } from './stop';
import { type Outcome, trainAndRecord } from './train';

/** Runs the command; returns the exit status. */
export async function runCommand(args: Arguments, stop: Stop): Promise<number> {
  const { options } = args;
  if (options.resume && options.overwrite) {
    throw new UsageError('--overwrite: expected --resume or --overwrite, found both');
  }
  if (options.resume && options.weights !== undefined) {
    throw new UsageError('--weights: expected --resume or --weights, found both: a checkpoint has weights of its own');
  }
  const places = resolvePlaces(options);
  const { logDir, outDir } = places;
  const file = checkpointPath(outDir);
  if (!options.printRun) assertUnlocked(outDir);
  const checkpoint = options.resume ? readCheckpoint(file) : undefined;
  const { run, own } = await runOf(args, checkpoint);
  if (checkpoint) refuseChanges(run, checkpoint);
  if (options.printRun) {
    await print(`${JSON.stringify(formatRun(run as RunDocument), null, 2)}\n`);
    return 0;
  }
  refuseToLose(outDir, options, checkpoint);
  refuseExports(run, options, places);
  const start = readStart(run, options);
  chooseDevice(run, options);
  const data = await readData(run, options, own);
  if (checkpoint) checkAgainstData(checkpoint, run, data, file);

  // An engine that cannot start must leave nothing behind, so it starts before anything is written.
  const { threads } = options;
  const engine = await engineOf(run, data, (name, all) => createEngine(name, { ...all, threads }));
  let outcome: Outcome;
  stop.listen();
  try {
    makeFolder(logDir);
    makeFolder(outDir);
    const lock = lockFolder(outDir);
    try {
      // Another run may have written here before the folder was locked.
      refuseToLose(outDir, options, checkpoint);
      removeLeftovers(outDir);
      const earlier = options.overwrite && findEarlier(outDir);
      if (checkpoint) say(describeResuming(file, checkpoint, run));
      if (earlier) {
        const progress = earlier.checkpoint ? ` (${describeProgress(earlier.checkpoint)})` : '';
        say(`Replacing the run in ${outDir}${progress}`);
      }
      if (start) say(`Starting from ${start.description}`);
      say(`Writing to ${outDir}${logDir === outDir ? '' : `, the TensorBoard logs to ${logDir}`}`);
      outcome = await trainAndRecord({
        run,
        options,
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
  if (outcome.figures && options.show) await showFigures(outcome.figures);
  return outcome.status;
}

/** Prints to stdout. @throws Error if that fails, unless the reader has closed the pipe */
function print(text: string): Promise<void> {
  return new Promise((done, fail) => {
    process.stdout.write(text, (error) => {
      // EOF is a closed pipe on Windows, EIO a closed terminal.
      const isLost = error && !['EPIPE', 'EOF', 'EIO'].includes(String((error as NodeJS.ErrnoException).code));
      if (isLost) fail(error);
      else done();
    });
  });
}

/**
 * The run to perform: the document named by --run or in the checkpoint, with the options given.
 * @throws UsageError that names the option or its path, what was expected and what was found
 */
async function runOf(
  args: Arguments,
  checkpoint: Checkpoint | undefined,
): Promise<{ run: ResolvedRun; own?: Dataset }> {
  const { named, fill, given, options } = args;
  if (options.data !== undefined && given.has('dataset'))
    throw new UsageError('--dataset: expected --dataset or --data, found both');
  let found: { run: ResolvedRun; own?: Dataset };
  try {
    found = await withOwn(fill(named() ?? checkpoint?.run ?? {}), options.data);
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
  const { run } = found;
  for (const option of OPTIONS) {
    const asked = !option.isOfRun && given.has(option.name);
    const why = asked && whyMeaningless(option.about.has, { data: run.data, name: run.engine.name });
    if (why) throw new UsageError(`${formatLabel(option)}: ${why}`);
  }
  return found;
}

/** The whole run, with data of one's own if it has them. @param folder their place, unless the document says it */
async function withOwn(document: RunDocument, folder?: string): Promise<{ run: ResolvedRun; own?: Dataset }> {
  const before = isOwn(document.data) ? document.data : {};
  if (folder === undefined && before.folder === undefined) return { run: readRun(document) };
  const given = { ...before, folder: folder ?? before.folder };
  check(RUN, { ...document, data: given }, '');
  const path = resolve(typedIn(), String(given.folder));
  if (!existsSync(path)) throw new UsageError(`--data: expected a folder, found nothing at ${path}`);
  let found: Awaited<ReturnType<typeof readOwn>>;
  try {
    found = await readOwn(path, given, document.engine?.T);
  } catch (error) {
    throw new UsageError(`--data: ${given.folder}: ${(error as Error).message}`);
  }
  return { run: readRun({ ...document, data: found.own }), own: found.data };
}

function resolvePlaces(options: Options): Places {
  const from = typedIn();
  const logDir = resolve(from, options.logDir);
  return { logDir, outDir: options.outDir === undefined ? logDir : resolve(from, options.outDir) };
}

function refuseToLose(outDir: string, options: Options, checkpoint: Checkpoint | undefined): void {
  refuseObstacles(outDir, options);
  if (options.overwrite) return;
  if (!checkpoint) refuseToOverwrite(outDir, options);
  checkFigures(outDir, options, checkpoint);
}

function describeResuming(file: string, checkpoint: Checkpoint, { train: { epochs, schedule } }: ResolvedRun): string {
  const { epoch } = checkpoint.history;
  if (epoch < epochs) return `Resuming from ${file}: ${describeProgress(checkpoint, epochs)}`;
  const done = epoch === 1 ? 'its only epoch is' : `all ${epoch} epochs are`;
  const further =
    schedule === 'cosine'
      ? 'its rate has fallen to 0, so a longer run begins anew, in another folder'
      : `a larger -N, such as \`-N ${2 * epoch}\`, trains on`;
  return `Nothing left to train in ${file}: ${done} done; ${further}`;
}

function chooseDevice({ engine }: ResolvedRun, { device, gpu }: Options): void {
  if (device === 'cpu') return;
  try {
    require.resolve('@tensorflow/tfjs-node-gpu');
  } catch {
    throw new UsageError(
      `--device: ${device} needs @tensorflow/tfjs-node-gpu, which is not installed; install it or use cpu`,
    );
  }
  if (engine.name !== 'tfjs') {
    throw new UsageError(`--device: ${device} needs --engine tfjs; the event engine runs on the cpu`);
  }
  process.env.LIF_FC_MNIST_GPU = '1';
  process.env.CUDA_VISIBLE_DEVICES = String(gpu);
}

async function readData(run: ResolvedRun, options: Options, own?: Dataset): Promise<Dataset> {
  const { batchSize } = run.engine;
  const data = own ?? (await dataOf(run, async () => readImages(options)));
  const drawn = data.train.count - asUsage(() => heldBackOf(run, data));
  if (drawn < batchSize) {
    throw new UsageError(
      `engine.batchSize: expected at most the ${drawn} training ${isSpikeTrains(data) ? 'samples' : 'images'}, found ${batchSize}`,
    );
  }
  return data;
}

function readImages({ datasetDir, skipChecksum }: Options): Mnist {
  const directory = datasetDir && resolve(typedIn(), datasetDir);
  if (directory && !existsSync(directory)) {
    throw new UsageError(`--dataset-dir: expected a folder with MNIST's four files, found nothing at ${directory}`);
  }
  return readMnist({ directory, skipChecksum });
}
