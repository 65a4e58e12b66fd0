// The paths in the clone, and its files.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFile, writeFileAtomic } from './files';
import { filesUnder, hashOf, remove, root, UserError, windows } from './plain.mjs';

export { filesUnder, hashOf, remove, root, UserError, windows };

/**
 * A line that may hold the name of a file, and that anything, as a terminal can show it: without what moves the cursor
 * or turns the writing round. What joins letters or signs stays.
 */
export const printable = (line: string) => line.replace(/(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

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
 * Writes a file so that a reader finds the old or the new content, never half of it, and makes the folders above it.
 * @param mode who may read it
 */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, content, mode);
}

/** The bytes of a file that others may have put there: errors are those of `readFile`. */
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
