/** .npy files on the disk; `src/records/npy.ts` knows the format. */
import { readFileSync } from 'node:fs';
import { type NpyArray, npyArray, npyBytes, typeName } from '../../records/npy';
import { writeFileAtomic } from '../files';

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
  try {
    return npyArray(file, readFileSync(file));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!code) throw error;
    throw new Error(
      `${file}: expected a .npy file, ${code === 'ENOENT' ? 'found none' : `cannot read it (${message})`}`,
    );
  }
}
