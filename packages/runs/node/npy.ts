/** .npy files on the disk; `packages/formats/npy.ts` knows the format. */
import { typeName } from '../../../src/common/checks';
import { type NpyArray, npyArray, npyBytes } from '../../formats/npy';
import { readFile, writeFileAtomic } from '../../system/files.cjs';

/** Writes an array as a .npy file, atomically. */
export function writeNpy(file: string, array: NpyArray): void {
  writeFileAtomic(file, npyBytes(array));
}

/**
 * Reads a .npy file of float32 or float64.
 * @returns the values row by row, whatever the file's order
 * @throws Error in one line that names the file and says what was expected and what was found
 */
export function readNpy(file: string): NpyArray {
  if (typeof file !== 'string') throw new TypeError(`npy: expected the name of a file, found ${typeName(file)}`);
  return npyArray(file, read(file));
}

function read(file: string): Uint8Array {
  try {
    return readFile(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const found = code === 'ENOENT' ? 'found none' : `cannot read it (${message})`;
    throw new Error(`${file}: expected a .npy file, ${found}`);
  }
}
