/**
 * Saves and loads finished trainings, in a folder or under a name, and files that a notebook exchanges with other
 * programs.
 */
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { checkUint8 } from '../../../src/common/checks';
import { checkFloats, littleEndian } from '../../formats/bytes';
import { layersModelFiles, MODEL_FILES } from '../../formats/layers-model';
import { type NpyArray, npyArray } from '../../formats/npy';
import { encodeEvents } from '../../formats/tensorboard';
import { makeFolder, projectPath, readFile, readNamed, writeFileAtomic } from '../../system/files';
import { lockFolder } from '../../system/lock';
import type { Run, SavedRun } from '../run-files';
import {
  arrayFiles,
  CURVES,
  checkName,
  checkRunName,
  checkSavedName,
  decodeRun,
  modelFolder,
  modelOf,
} from '../run-files';
import { removeLeftovers } from './run-folder';

/**
 * SHA-256 of the values' bytes (float32, little-endian) in hexadecimal: equal for equal bits only, on every machine.
 */
export function fingerprint(values: Float32Array): string {
  checkFloats(values);
  return createHash('sha256').update(littleEndian(values)).digest('hex');
}

/**
 * Reads a .npy file of float32 or float64.
 * @returns the values in row-major order, whatever the file's order
 * @throws Error in one line if the file is invalid
 */
export const readNpy = (file: string): NpyArray => npyArray(file, readFile(file));

/**
 * Writes weights as a layers model that `tf.loadLayersModel` reads.
 * @param folder created if missing; a symbolic link is replaced by a folder, its target left alone
 * @param network input of `layersModelFiles`
 * @throws RangeError if the number of weights does not fit the network
 */
export function writeLayersModel(folder: string, ...network: Parameters<typeof layersModelFiles>): void {
  const files = layersModelFiles(...network);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(folder);
  makeFolder(folder);
  for (const name of MODEL_FILES) writeFileAtomic(join(folder, name), files[name]);
}

/**
 * Writes the original's four arrays and the model `lif_snn_mnist` into a folder, replacing those of an earlier run; for
 * the ANN, which has no trace, two arrays and the model `ann_mnist`.
 * @returns the names of the files and folders written
 * @throws RangeError if the parts do not fit each other or the weights are not finite, Error if the disk is full
 */
export function writeRun(
  folder: string,
  run: Pick<Run, 'history' | 'weights'> & Partial<Run> & { inputs?: number },
): string[] {
  const arrays = arrayFiles(run);
  makeFolder(folder);
  for (const [name, content] of Object.entries(arrays)) writeFileAtomic(join(folder, name), content);
  const model = modelFolder(run);
  writeLayersModel(join(folder, model), ...modelOf(run));
  return [...Object.keys(arrays), `${model}/`];
}

/**
 * Saves a finished training for a later chapter, replacing an earlier one of that name: the same arrays and model as
 * the command line, and TensorBoard's file.
 * @param name of the folder in `build/`, `run` by default; the environment variable `LIF_FC_MNIST_RUNS` names another
 *   parent folder
 * @returns the location, for people
 * @throws RangeError if the name contains a path, or as `writeRun`; Error if another run is writing there
 */
export async function saveRun(run: Run, name = 'run'): Promise<string> {
  checkRunName(name);
  const { path: folder, place } = resolvePlace(name);
  makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    removeLeftovers(folder);
    writeRun(folder, run);
    writeFileAtomic(join(folder, CURVES), encodeEvents(run.history));
  } finally {
    lock.release();
  }
  return place;
}

/**
 * Loads what `saveRun` or the command line saved.
 * @param name as for `saveRun`
 * @throws Error in one line if the name is unknown, or its files are damaged or do not belong together
 */
export async function loadRun(name = 'run'): Promise<SavedRun> {
  checkRunName(name);
  const { path: folder, place } = resolvePlace(name);
  if (!existsSync(join(folder, 'v_t_array.npy'))) {
    throw new Error(`${place}: expected the records of a run, found none; run the chapter "The training loop" first`);
  }
  return decodeRun(place, (name) => read(join(folder, name)));
}

function read(file: string): Uint8Array {
  try {
    return readFile(file);
  } catch (error) {
    throw new Error(`${file}: expected a file of a saved run, cannot read it (${(error as Error).message})`);
  }
}

/** Path and displayed location of a run or file: `build/NAME`, or in the folder named by `LIF_FC_MNIST_RUNS`. */
function resolvePlace(name: string): { path: string; place: string } {
  const parent = resolve(process.env.LIF_FC_MNIST_RUNS || projectPath('build'));
  return { path: join(parent, name), place: `${basename(parent)}/${name}` };
}

/**
 * Writes a file into `build/` (or the folder named by `LIF_FC_MNIST_RUNS`), replacing an earlier one of that name.
 * @returns the location, for people
 * @throws RangeError if the name has a path or no extension, or the content is not bytes; Error if the disk is full
 */
export async function saveFile(name: string, bytes: Uint8Array): Promise<string> {
  checkSavedName(name);
  checkUint8(name, bytes);
  const { path, place } = resolvePlace(name);
  makeFolder(dirname(path));
  writeFileAtomic(path, bytes);
  return place;
}

/**
 * Reads a file written by `saveFile`.
 * @throws RangeError if the name contains a path, Error in one line if the file is missing
 */
export async function loadFile(name: string): Promise<Uint8Array> {
  checkName('a file', name);
  const { path, place } = resolvePlace(name);
  if (!existsSync(path)) throw new Error(`${place}: expected a file, found none; put it there`);
  return new Uint8Array(readNamed(place, path));
}
