/** A layers model on the disk; `packages/formats/layers-model.ts` knows the format. */
import { lstatSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { decodeNetwork, layersModelFiles, MODEL_FILES, type SavedNetwork } from '../../formats/layers-model';
import { makeFolder, readFile, writeFileAtomic } from '../../system/files.cjs';

/**
 * Writes weights as a layers model that `tf.loadLayersModel` reads.
 * @param folder made if it is missing; a link of that name is replaced by a folder, its target left alone
 * @param network as `layersModelFiles` takes it
 * @throws RangeError unless a network has so many weights
 */
export function writeLayersModel(folder: string, ...network: Parameters<typeof layersModelFiles>): void {
  const files = layersModelFiles(...network);
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(folder);
  makeFolder(folder);
  for (const name of MODEL_FILES) writeFileAtomic(join(folder, name), files[name]);
}

/**
 * Reads what `writeLayersModel` wrote.
 * @throws Error in one line if the model is missing, damaged, or another network
 */
export function readLayersModel(folder: string): SavedNetwork {
  return decodeNetwork(
    (name) => join(folder, name),
    (name) => read(join(folder, name)),
  );
}

function read(file: string): Uint8Array {
  try {
    return readFile(file);
  } catch (error) {
    throw new Error(`${file}: expected a file of a layers model, cannot read it (${(error as Error).message})`);
  }
}
