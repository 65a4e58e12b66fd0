/**
 * The checkpoint of a run, written after each epoch: `checkpoint.json`, and `checkpoint.<hash>.bin` with the long
 * arrays, so that the history of millions of batches is saved in a fraction of a second.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inOneLine } from '../../../src/common/checks';
import { CLASSES, MAX_CLASSES } from '../../../src/common/mnist';
import { newHistory, type RunSettings, type TrainingHistory } from '../../../src/training/history';
import { decodeFloat32, decodeFloat64, littleEndian } from '../../formats/bytes';
import { MAX_INPUTS } from '../../networks/images';
import { type EngineState, MAX_STEP } from '../../networks/options/engine';
import { countRemembered, type LayerShape, plainLayers } from '../../networks/options/layers';
import { countNumbers, parameters } from '../../networks/options/weights';
import { makeFolder, readFile, writeFileAtomic } from '../../system/files';
import { formatRun, type RunDocument } from '../document';
import { allLayersIn, assertFinite } from '../run-files';
import { type EventsPosition, isEventsName } from './tensorboard';

export interface Checkpoint {
  run: RunDocument;
  /** Fingerprint of the data. */
  digest: string;
  /** Whether the run saves figures. */
  saveFigures: boolean;
  history: TrainingHistory;
  /** The TensorBoard file, and how much of it belongs to this checkpoint. */
  events: EventsPosition;
}

/** The arrays in the order of their file, with bytes per number. */
const ARRAYS = [
  ...(['weights', 'm', 'v'] as const).map((name) => [name, 4] as const),
  ...(['trainAccs', 'losses', 'testAccs', 'heldBackAccs'] as const).map((name) => [name, 8] as const),
  ['potentials', 4] as const,
];
type Arrays = Pick<TrainingHistory, 'trainAccs' | 'losses' | 'testAccs' | 'heldBackAccs'> &
  Required<Omit<EngineState, 'step'>>;

/** The content of `checkpoint.json`, in file order. */
interface Header extends Omit<Checkpoint, 'history'> {
  format: string;
  version: number;
  /** `step` is Adam's, which includes those of an earlier run whose weights this one started from. */
  history: Pick<TrainingHistory, 'epoch' | 'epochs' | 'batch' | 'correct' | 'settings'> & { step: number };
  /** The file with the arrays, its SHA-256, and the arrays' lengths. */
  arrays: { file: string; sha256: string } & Record<keyof Arrays, number>;
}

export const CHECKPOINT_NAME = 'checkpoint.json';
/** Maximum size of `checkpoint.json` in bytes. */
const MOST_BYTES = 2 ** 20;
const FORMAT = 'lif_fc_mnist checkpoint';
/** Raise it whenever the content changes, so that no version misreads the files of another. */
const VERSION = 4;

/** The layers of a run. @throws RangeError or TypeError if the run is invalid */
const layersOf = (settings: RunSettings | null): readonly LayerShape[] =>
  settings ? allLayersIn(settings) : plainLayers();

/** Number of weights and other learnt parameters of a run. */
const weightsOf = (settings: RunSettings | null): number =>
  countNumbers(parameters(layersOf(settings), settings?.inputs));

const hashParts = (parts: readonly (Uint8Array | string)[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
const arraysName = (hash: string) => `checkpoint.${hash.slice(0, 16)}.bin`;
const ARRAYS_NAME = /^checkpoint\.[0-9a-f]{16}\.bin$/;

/** Whether a file in the folder of a checkpoint belongs to it, by its name. */
export function isCheckpointName(name: string): boolean {
  return name === CHECKPOINT_NAME || ARRAYS_NAME.test(name);
}

/**
 * Replaces a checkpoint; if that fails, the old one is kept.
 * @param file path of `checkpoint.json`; its folder is created if missing
 * @throws RangeError if the weights are no longer finite or the parts contradict each other, Error if the disk is full
 */
export function writeCheckpoint(file: string, { history, events, ...about }: Checkpoint): void {
  const { epoch, epochs, batch, correct, settings, trainAccs, state } = history;
  const empty = new Float32Array();
  const content: Arrays = { weights: empty, m: empty, v: empty, potentials: empty, ...history, ...state };
  const { weights, m, v, potentials } = content;
  const count = weightsOf(settings);
  const step = state?.step ?? 0;
  if (step < trainAccs.length || (state && [weights, m, v].some((values) => values.length !== count))) {
    throw new RangeError(`checkpoint: expected the state after ${trainAccs.length} batches, found another`);
  }
  assertFinite(weights, m, v, potentials);
  const parts = ARRAYS.map(([name, width]) =>
    littleEndian(width === 4 ? (content[name] as Float32Array) : new Float64Array(content[name])),
  );
  const sha256 = hashParts(parts);
  const lengths = Object.fromEntries(ARRAYS.map(([name]) => [name, content[name].length])) as Record<
    keyof Arrays,
    number
  >;
  const header: Header = {
    format: FORMAT,
    version: VERSION,
    ...about,
    history: { epoch, epochs, batch, correct, settings, step },
    events,
    arrays: { file: arraysName(sha256), sha256, ...lengths },
  };
  const folder = dirname(file);
  makeFolder(folder);
  writeFileAtomic(join(folder, header.arrays.file), parts);
  const sum = hashParts([JSON.stringify(header)]);
  writeFileAtomic(file, `${JSON.stringify({ ...header, sum }, null, 1)}\n`);
  for (const name of readdirSync(folder)) {
    if (ARRAYS_NAME.test(name) && name !== header.arrays.file) rmSync(join(folder, name), { force: true });
  }
}

/**
 * Reads and checks a checkpoint.
 * @throws Error in one line if it is missing, damaged, of another version, or contradicts itself
 */
export const readCheckpoint = (file: string): Checkpoint => inOneLine(() => readWhole(file));

function readWhole(file: string): Checkpoint {
  const { run, digest, saveFigures, history, events, arrays } = readHeader(file);
  const bytes = readArrays(file, arrays);
  let end = 0;
  const decoded = ARRAYS.map(([name, width]) => {
    const start = end;
    end += width * arrays[name];
    const part = bytes.subarray(start, end);
    return [name, width === 4 ? decodeFloat32(part) : Array.from(decodeFloat64(part))];
  });
  const { weights, m, v, potentials, ...curves } = Object.fromEntries(decoded) as Arrays;
  const { losses, ...accuracies } = curves;
  const isTrained =
    [weights, m, v, potentials].every((values) => values.every(Number.isFinite)) &&
    Object.values(accuracies).every((accs) => accs.every((value) => value >= 0 && value <= 1)) &&
    losses.every((loss) => Number.isFinite(loss) && loss >= 0);
  if (!isTrained) throw unfit(file);
  const { step, ...position } = history;
  const state = { weights, m, v, step, ...(potentials.length > 0 && { potentials }) };
  const maxTestAcc = curves.testAccs.reduce((most, value) => Math.max(most, value), 0);
  const all = { ...newHistory(), ...position, ...curves, maxTestAcc, state: weights.length > 0 ? state : null };
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
    // The run is invalid, or its settings describe no network.
  }
  throw unfit(file);
}

/**
 * Whether all parts of a header are consistent. A checksum detects damage, but not tampering.
 * @throws Error if the run is invalid, or a part is missing
 */
function isFit({ run, digest, saveFigures, history, events, arrays }: Header): boolean {
  const { epoch, epochs, batch, correct, settings, step } = history;
  const { weights, m, v, trainAccs, losses, testAccs, heldBackAccs, potentials } = arrays;
  const { inputs = 1, classes = CLASSES } = settings ?? {};
  const counts = [
    epoch,
    epochs,
    batch,
    correct,
    step,
    inputs,
    classes,
    events.length,
    ...ARRAYS.map(([name]) => arrays[name]),
  ];
  const learnt = trainAccs > 0 ? weightsOf(settings) : 0;
  return (
    typeof digest === 'string' &&
    typeof saveFigures === 'boolean' &&
    counts.every((value) => Number.isSafeInteger(value) && value >= 0) &&
    // Checkpoints contain a run in its canonical form.
    JSON.stringify(formatRun(run)) === JSON.stringify(run) &&
    batch <= trainAccs &&
    epoch <= epochs &&
    (settings !== null || trainAccs === 0) &&
    losses === trainAccs &&
    testAccs === epoch &&
    (heldBackAccs === epoch || heldBackAccs === 0) &&
    inputs > 0 &&
    inputs <= MAX_INPUTS &&
    classes >= 2 &&
    classes <= MAX_CLASSES &&
    potentials % countRemembered(layersOf(settings)) === 0 &&
    step >= trainAccs &&
    step <= MAX_STEP &&
    [weights, m, v].every((length) => length === learnt) &&
    isEventsName(events.file) &&
    ARRAYS_NAME.test(arrays.file) &&
    arrays.file === arraysName(arrays.sha256)
  );
}

function readArrays(file: string, arrays: Header['arrays']): Uint8Array {
  const arraysFile = join(dirname(file), arrays.file);
  const length = ARRAYS.reduce((sum, [name, width]) => sum + width * arrays[name], 0);
  let bytes: Buffer;
  try {
    bytes = readFile(arraysFile, length);
  } catch (error) {
    throw damaged(arraysFile, (error as Error).message);
  }
  if (bytes.length !== length) throw damaged(arraysFile, `expected ${length} bytes, found ${bytes.length}`);
  if (hashParts([bytes]) !== arrays.sha256) throw damaged(arraysFile, 'its checksum differs');
  return bytes;
}

function damaged(file: string, why: string): Error {
  return new Error(`${file}: expected a whole checkpoint, found a damaged one (${why})`);
}

/** The error of a checkpoint whose parts contradict each other. */
export function unfit(file: string): Error {
  return new Error(`${file}: expected a checkpoint that fits what it says of itself, found one that does not`);
}
