/** Runs and files in the browser's storage: what one chapter leaves for another, and what a reader takes away or brings. */
import { unzipFolder } from '../../packages/formats/datasets/folders';
import {
  checkName,
  checkRunName,
  checkSavedName,
  decodeRun,
  READ_FILES,
  type Run,
  runFiles,
  type SavedRun,
} from '../../packages/runs/run-files';
import { checkText, checkUint8, reworded } from '../../src/common/checks';
import { kernel, siteFile } from './kernel';
import { FILE_MIME, storedFile, storedRun, storeFile, storeRun } from './storage';

/** Runs that a browser without storage keeps, for as long as the kernel lives. */
const inMemory = new Map<string, Record<string, Uint8Array>>();

/** The run that comes with the site. */
const OF_THE_SITE = 'run';

/**
 * Keeps a finished training in this browser for a later chapter, over an earlier one of that name: the arrays, the
 * model, and TensorBoard's file. "Download the run" in the menu Tutorial gets them as files.
 * @returns where that is, for people
 * @throws RangeError if the name is not bare, the parts do not fit each other, or the weights are not finite
 */
export async function saveRun(run: Run, name = OF_THE_SITE): Promise<string> {
  checkRunName(name);
  const files = runFiles(run);
  try {
    await storeRun(kernel().siteUrl, name, { files, saved: new Date().toISOString() });
  } catch (error) {
    inMemory.set(name, files);
    return `${name}, until this notebook is closed: this browser keeps nothing (${(error as Error).message})`;
  }
  return `${name}, in this browser`;
}

/**
 * Loads what `saveRun` kept; without one, the run that comes with the site.
 * @throws Error in one line if the name is unknown, or its files are damaged or do not belong together
 */
export async function loadRun(name = OF_THE_SITE): Promise<SavedRun> {
  checkRunName(name);
  const own = inMemory.get(name) ?? (await storedRun(kernel().siteUrl, name).catch(() => undefined))?.files;
  if (!own && name !== OF_THE_SITE)
    throw new Error(`${name}: expected the records of a run, found none; save one first`);
  const files = own ?? (await siteRun());
  return decodeRun(name, (file) => {
    if (!files[file])
      throw new Error(`${name}/${file}: expected a file of a saved run, found none; save the run again`);
    return files[file];
  });
}

async function siteRun(): Promise<Record<string, Uint8Array>> {
  const text = 'This is the run that comes with the site. Run the chapter "The training loop" to save one of your own.';
  kernel().display({ data: { 'text/plain': text } });
  return Object.fromEntries(await Promise.all(READ_FILES.map(async (file) => [file, await siteFile(`run/${file}`)])));
}

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

/**
 * The files of a folder that "Take a file in…" has brought as `name.zip`, by their paths in it.
 * @throws RangeError unless the name is bare, Error in one line if the file is missing or damaged
 */
export async function loadFolder(name: string): Promise<Record<string, Uint8Array>> {
  checkText('folder', name);
  const zip = await loadFile(`${name}.zip`);
  return reworded(
    () => unzipFolder(zip, name),
    (why) => `${name}.zip: expected a zip file of a folder, found a damaged one (${why})`,
  );
}

function keepsNone(name: string, { message }: Error): never {
  throw new Error(`${name}: expected a browser that keeps files, found one that does not (${message})`);
}
