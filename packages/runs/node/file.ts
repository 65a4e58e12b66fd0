/** Files that a notebook writes for other programs, and reads from them. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { checkUint8 } from '../../../src/common/checks';
import { makeFolder, readFile, writeFileAtomic } from '../../system/files.cjs';
import { checkName, checkSavedName } from '../run-files';
import { resolvePlace } from './place';

/**
 * Writes a file into `build/` (or into the folder that `LIF_FC_MNIST_RUNS` names), over an earlier one of that name.
 * @returns where it is, for people
 * @throws RangeError unless the name is bare with an ending and these are bytes, Error if the disk is full
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
 * The bytes of a file where `saveFile` writes it.
 * @throws RangeError unless the name is bare, Error in one line if the file is missing
 */
export async function loadFile(name: string): Promise<Uint8Array> {
  checkName('a file', name);
  const { path, place } = resolvePlace(name);
  if (!existsSync(path)) throw new Error(`${place}: expected a file, found none; put it there`);
  try {
    return new Uint8Array(readFile(path));
  } catch (error) {
    throw new Error(`${place}: ${(error as Error).message}`);
  }
}
