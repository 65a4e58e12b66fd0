// The paths in the clone, and its files.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readFile, writeFileAtomic } from './files';

export const windows = process.platform === 'win32';

/** A failure that the user can fix: printed as one line, without a stack. */
export class UserError extends Error {
  override name = 'UserError'; // that of tools/machine.mjs is told by it, too
}

/**
 * A line that may hold the name of a file, and that anything, as a terminal can show it: without what moves the cursor
 * or turns the writing round. What joins letters or signs stays.
 */
export const printable = (line: string) => line.replace(/(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

export const root = resolve(__dirname, '..', '..');
/**
 * The command that runs a program of ours: its path from the root, its arguments.
 * @returns for `spawn` and the like
 */
export const program = (file: string, args: string[] = []): [string, string[]] => [
  process.execPath,
  [join(root, 'tools', 'start.mjs'), '--ready', file, ...args],
];

export const nodeModules = join(root, 'node_modules');
export const venv = join(root, '.venv');
/** The Python of an environment. */
export const pythonIn = (folder: string) =>
  windows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
export const venvPython = pythonIn(venv);

/**
 * SHA-256 of files and of a further text; a missing file is hashed as missing.
 * @param files as paths from the folder
 * @param folder the clone by default
 */
export function hashOf(files: string[], more: string = '', folder: string = root) {
  const hash = createHash('sha256');
  for (const file of files) {
    const path = join(folder, file);
    hash.update(`${file}\0`);
    hash.update(existsSync(path) ? readFileSync(path) : 'missing');
  }
  if (more !== '') hash.update(`\0${more}`);
  return hash.digest('hex');
}

/**
 * Writes a file so that a reader finds the old or the new content, never half of it, and makes the folders above it.
 * @param mode who may read it
 */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, content, mode);
}

/** The bytes of a file that others may have put there: errors are those of `openFile`. */
export const readWhole = (path: string, most = 2 ** 26) => readFile(path, most);

/** What `readWhole` returns, as a text; undefined where it throws. */
export function readText(path: string) {
  try {
    return readWhole(path).toString();
  } catch {
    return undefined;
  }
}

/** The content of a JSON file, undefined where it is missing or damaged. */
export function readJson(path: string) {
  try {
    return JSON.parse(readText(path) ?? '');
  } catch {
    return undefined;
  }
}

export const writeJson = (path: string, value: unknown) => writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);

export const remove = (path: string) => rmSync(path, { recursive: true, force: true, maxRetries: 5 });

/**
 * All files in a folder and below, as sorted paths from there; an empty list if the folder does not exist. Symbolic
 * links are not followed: `node_modules/lif-fc-mnist` leads back to the clone, and Node 22.23, 24.21 and 26.10 follow
 * links when they list a folder recursively. What JupyterLab keeps of a file that somebody saved there is not one of
 * ours.
 */
export function filesUnder(folder: string) {
  const below = (here: string): string[] =>
    readdirSync(join(folder, here), { withFileTypes: true }).flatMap((item) => {
      const path = join(here, item.name);
      if (item.isDirectory()) return item.name === '.ipynb_checkpoints' ? [] : below(path);
      return item.isFile() ? [path] : [];
    });
  return existsSync(folder) ? below('').sort() : [];
}

/** The chapters' folder. */
export const chaptersFolder = join(root, 'notebooks');

/** The files of the chapters in a folder, in order. Their names alone hold the chapters' numbers. */
export const chapterNames = (folder = chaptersFolder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();

/** A chapter's name with its number, such as 02-lif-neuron for lif-neuron. */
export function numbered(name: string) {
  const found = chapterNames().find((file) => /^\d+-(.*)\.ipynb$/.exec(file)?.[1] === name);
  if (!found) throw new Error(`expected a chapter notebooks/NN-${name}.ipynb, found none`);
  return found.slice(0, -'.ipynb'.length);
}

/**
 * Removes what killed builds left in `build/`: NAME-PROCESS and the like. Younger folders may belong to one that runs.
 */
export function removeLeftOvers(name: string) {
  const theirs = new RegExp(`^${name}-\\d`);
  for (const entry of readdirSync(join(root, 'build'))) {
    const path = join(root, 'build', entry);
    if (theirs.test(entry) && Date.now() - statSync(path).mtimeMs > 600_000) remove(path);
  }
}
