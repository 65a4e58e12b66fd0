/** Files in the browser's storage: what a reader downloads, and what they bring in. */

import { checkName, checkSavedName } from '../../packages/runs/run-files';
import { checkUint8 } from '../../src/common/checks';
import { kernel } from './kernel';
import { FILE_MIME, storedFile, storeFile } from './storage';

/**
 * Keeps a file in this browser, in place of an earlier one of that name, and puts a button below the cell that
 * downloads it.
 * @returns where it is, for people
 * @throws RangeError unless the name is bare with an ending and these are bytes, Error if this browser keeps nothing
 */
export async function saveFile(name: string, bytes: Uint8Array): Promise<string> {
  checkSavedName(name);
  checkUint8(name, bytes);
  const { siteUrl, display } = kernel();
  await storeFile(siteUrl, name, Uint8Array.from(bytes)).catch((error) => keepsNone(name, error));
  display({ data: { [FILE_MIME]: { name }, 'text/plain': `${name}: ${bytes.length} bytes` } });
  return `${name}, in this browser`;
}

/**
 * The bytes of a file that `saveFile` kept, or that "Take a file in…" in the menu Tutorial has brought.
 * @throws RangeError unless the name is bare, Error in one line if the file is missing, or this browser keeps none
 */
export async function loadFile(name: string): Promise<Uint8Array> {
  checkName('a file', name);
  const bytes = await storedFile(kernel().siteUrl, name).catch((error) => keepsNone(name, error));
  if (!bytes)
    throw new Error(
      `${name}: expected a file in this browser, found none; choose “Take a file in…” in the menu Tutorial`,
    );
  return bytes;
}

function keepsNone(name: string, { message }: Error): never {
  throw new Error(`${name}: expected a browser that keeps files, found one that does not (${message})`);
}
