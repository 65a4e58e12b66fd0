/**
 * The checkpoint of a run, written after each epoch: `checkpoint.json` with all that is short, and beside it
 * `checkpoint.<hash>.bin` with the long arrays, so that millions of batches are saved in a fraction of a second.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inOneLine } from '../../../src/common/checks';
import { type EngineState, MAX_STEP } from '../../../src/common/engine';
import { type LayerShape, plainLayers } from '../../../src/common/layers';
import { countRemembered } from '../../../src/common/remembered';
import { MAX_UNITS } from '../../../src/common/spike-trains';
import { countNumbers, parameters } from '../../../src/common/weights';
import { newHistory, type RunSettings, type TrainingHistory } from '../../../src/training/history';
import { decodeFloat32, decodeFloat64, littleEndian } from '../../formats/bytes';
import { makeFolder, readFile, writeFileAtomic } from '../../system/files';
import { formatRun, type RunDocument } from '../document';
import { allLayersIn, assertFinite } from '../run-files';
import { type EventsPosition, isEventsName } from './tensorboard';

export interface Checkpoint {
  run: RunDocument;
  /** Tells data apart, better than the history does. */
  digest: string;
  /** Whether figures are among what the run leaves. */
  saveFigures: boolean;
  history: TrainingHistory;
  /** The TensorBoard file and how much of it belongs to this checkpoint. */
  events: EventsPosition;
}

/** What `checkpoint.json` holds, in this order. */
interface Header {
  format: string;
  version: number;
  run: RunDocument;
  digest: string;
  saveFigures: boolean;
  history: { epoch: number; epochs: number; batch: number; correct: number; settings: RunSettings | null };
  events: EventsPosition;
  /** The file with the arrays, its SHA-256, and how many numbers of each kind are in it. */
  arrays: {
    file: string;
    sha256: string;
    weights: number;
    batches: number;
    epochs: number;
    /** Accuracies on held-back images; left out if none. */
    heldBack?: number;
    /** Left out if the run resets its neurons. */
    potentials?: number;
    /** Adam's steps before this run; left out if the run began with new weights. */
    earlierSteps?: number;
  };
}

export const CHECKPOINT_NAME = 'checkpoint.json';
/** More bytes than any `checkpoint.json` has. */
const MOST_BYTES = 2 ** 20;
const FORMAT = 'lif_fc_mnist checkpoint';
/** To be raised whenever the content changes: an older program must not misread a newer file, nor a newer an older. */
const VERSION = 3;

/** The layers of a run with these settings. @throws RangeError or TypeError unless they are those of a network */
const layersOf = (settings: RunSettings | null): readonly LayerShape[] =>
  settings ? allLayersIn(settings) : plainLayers();

/** How many weights, and what else is learnt, a run with these settings has. */
const weightsOf = (settings: RunSettings | null): number =>
  countNumbers(parameters(layersOf(settings), settings?.inputs));

const hashParts = (parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
const arraysName = (hash: string) => `checkpoint.${hash.slice(0, 16)}.bin`;
const ARRAYS_NAME = /^checkpoint\.[0-9a-f]{16}\.bin$/;

/** Whether a file of this name, in the folder of a checkpoint, belongs to it. */
export function isCheckpointName(name: string): boolean {
  return name === CHECKPOINT_NAME || ARRAYS_NAME.test(name);
}

/**
 * Replaces a checkpoint. If that fails, the old one is kept.
 * @param file `checkpoint.json` in its own folder, made if it is missing
 * @throws RangeError if the weights are no longer finite or the parts contradict each other, Error if the disk is full
 */
export function writeCheckpoint(file: string, { run, digest, saveFigures, history, events }: Checkpoint): void {
  const { epoch, epochs, batch, correct, settings, trainAccs, losses, testAccs, heldBackAccs, state } = history;
  const states = state ? [state.weights, state.m, state.v] : [];
  const count = weightsOf(settings);
  const earlierSteps = (state?.step ?? 0) - trainAccs.length;
  if (earlierSteps < 0 || states.some((values) => values.length !== count)) {
    throw new RangeError(`checkpoint: expected the state after ${trainAccs.length} batches, found another`);
  }
  const { potentials = new Float32Array() } = state ?? {};
  assertFinite(...states, potentials);
  const numbers = [trainAccs, losses, testAccs, heldBackAccs].map((values) => new Float64Array(values));
  const parts = [...states, ...numbers, potentials].map(littleEndian);
  const sha256 = hashParts(parts);
  const arrays = {
    file: arraysName(sha256),
    sha256,
    weights: state ? count : 0,
    batches: trainAccs.length,
    epochs: testAccs.length,
    ...(heldBackAccs.length > 0 ? { heldBack: heldBackAccs.length } : {}),
    ...(potentials.length > 0 ? { potentials: potentials.length } : {}),
    ...(earlierSteps > 0 ? { earlierSteps } : {}),
  };
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    run,
    digest,
    saveFigures,
    history: { epoch, epochs, batch, correct, settings },
    events,
    arrays,
  };
  const folder = dirname(file);
  makeFolder(folder);
  writeFileAtomic(join(folder, arrays.file), parts);
  const sum = hashParts([JSON.stringify(header)]);
  writeFileAtomic(file, `${JSON.stringify({ ...header, sum }, null, 1)}\n`);
  for (const name of readdirSync(folder)) {
    if (ARRAYS_NAME.test(name) && name !== arrays.file) rmSync(join(folder, name), { force: true });
  }
}

/**
 * Reads a checkpoint and trusts nothing unchecked.
 * @throws Error in one line if it is missing, damaged, of another version, or contradicts itself
 */
export function readCheckpoint(file: string): Checkpoint {
  return inOneLine(() => readWhole(file));
}

function readWhole(file: string): Checkpoint {
  const header = readHeader(file);
  const { run, digest, saveFigures, history, events, arrays } = header;
  const { weights, batches, epochs, heldBack = 0, potentials: places = 0, earlierSteps = 0 } = arrays;
  const bytes = readArrays(file, arrays);
  let start = 0;
  const next = (length: number) => {
    start += length;
    return bytes.subarray(start - length, start);
  };
  const floats = (count = weights) => decodeFloat32(next(4 * count));
  const doubles = (count: number) => Array.from(decodeFloat64(next(8 * count)));
  const parts = { weights: floats(), m: floats(), v: floats() };
  const [trainAccs, losses, testAccs] = [doubles(batches), doubles(batches), doubles(epochs)];
  const heldBackAccs = doubles(heldBack);
  const potentials = floats(places);
  const state: EngineState | null = weights
    ? { ...parts, step: earlierSteps + batches, ...(places > 0 ? { potentials } : {}) }
    : null;
  const isShare = (value: number) => value >= 0 && value <= 1;
  const isTrained =
    [...Object.values(parts), potentials].every((values) => values.every(Number.isFinite)) &&
    [trainAccs, testAccs, heldBackAccs].every((accs) => accs.every(isShare)) &&
    losses.every((loss) => Number.isFinite(loss) && loss >= 0);
  if (!isTrained) throw unfit(file);
  const maxTestAcc = testAccs.reduce((most, value) => Math.max(most, value), 0);
  const { epoch, batch, correct, settings } = history;
  const all = {
    ...newHistory(),
    epoch,
    epochs: history.epochs,
    batch,
    correct,
    settings,
    trainAccs,
    losses,
    testAccs,
    maxTestAcc,
    heldBackAccs,
    state,
  };
  return { run, digest, saveFigures, history: all, events };
}

function readHeader(file: string): Header {
  if (!existsSync(file))
    throw new Error(`${file}: expected a checkpoint to resume from, found none; leave out --resume`);
  let parsed: (Header & { sum: string }) | null;
  try {
    parsed = JSON.parse(readFile(file, MOST_BYTES).toString());
  } catch (error) {
    throw damaged(file, (error as Error).message);
  }
  if (parsed?.format !== FORMAT) throw new Error(`${file}: expected a checkpoint, found other content`);
  if (parsed.version !== VERSION) {
    const found = JSON.stringify(parsed.version);
    throw new Error(
      `${file}: expected a checkpoint of version ${VERSION}, found version ${found}; start again with --overwrite`,
    );
  }
  const { sum, ...header } = parsed;
  if (hashParts([JSON.stringify(header)]) !== sum) throw damaged(file, 'its checksum differs');
  try {
    if (isFit(header)) return header;
  } catch {
    // The run is none, or its settings are those of no network.
  }
  throw unfit(file);
}

/**
 * Whether all that a header says fits together. Needed because a checksum detects damage, not tampering.
 * @throws Error if the run is none, or its settings are those of no network
 */
function isFit({ run, digest, saveFigures, history, events, arrays }: Header): boolean {
  const isWhole = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
  const isOption = (value: unknown) => value === null || ['string', 'number', 'boolean'].includes(typeof value);
  const areOptions = (value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isOption);
  if (![history && { ...history, settings: null }, events, arrays].every(areOptions)) return false;
  if (typeof digest !== 'string' || typeof saveFigures !== 'boolean') return false;
  const { epoch, batch, correct, settings } = history;
  const { weights, batches, epochs, sha256, heldBack = epoch, potentials = 0, earlierSteps = 0 } = arrays;
  const { inputs = 1 } = settings ?? {};
  const counts = [epoch, history.epochs, batch, correct, batches, potentials, earlierSteps, events.length];
  return (
    counts.every(isWhole) &&
    // Checkpoints have a run in one form alone.
    JSON.stringify(formatRun(run)) === JSON.stringify(run) &&
    // Batches of whole epochs, and those of one more.
    batch <= batches &&
    history.epochs >= epoch &&
    (settings !== null || batches === 0) &&
    epochs === epoch &&
    heldBack === epoch &&
    isWhole(inputs) &&
    inputs > 0 &&
    inputs <= MAX_UNITS &&
    potentials % countRemembered(layersOf(settings)) === 0 &&
    earlierSteps + batches <= MAX_STEP &&
    weights === (batches > 0 ? weightsOf(settings) : 0) &&
    isEventsName(events.file) &&
    ARRAYS_NAME.test(arrays.file) &&
    arrays.file === arraysName(String(sha256))
  );
}

function readArrays(
  file: string,
  { file: name, sha256, weights, batches, epochs, heldBack = 0, potentials = 0 }: Header['arrays'],
): Uint8Array {
  const arraysFile = join(dirname(file), name);
  const length = 3 * 4 * weights + 8 * (2 * batches + epochs + heldBack) + 4 * potentials;
  let bytes: Buffer;
  try {
    bytes = readFile(arraysFile, length);
  } catch (error) {
    throw damaged(arraysFile, (error as Error).message);
  }
  if (bytes.length !== length) throw damaged(arraysFile, `expected ${length} bytes, found ${bytes.length}`);
  if (hashParts([bytes]) !== sha256) throw damaged(arraysFile, 'its checksum differs');
  return bytes;
}

function damaged(file: string, why: string): Error {
  return new Error(`${file}: expected a whole checkpoint, found a damaged one (${why})`);
}

/** What is said of a checkpoint whose parts contradict each other, or that no run has written. */
export function unfit(file: string): Error {
  return new Error(`${file}: expected a checkpoint that fits what it says of itself, found one that does not`);
}
