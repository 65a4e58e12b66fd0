// The clone's paths and files.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFile, writeFileAtomic } from './files';
import { filesUnder, hashOf, remove, root, UserError, windows } from './plain.mjs';

export { filesUnder, hashOf, remove, root, UserError, windows };

/**
 * Makes a line safe to print that may contain a file name, and so any characters: replaces control characters and those
 * that change the direction of writing. Joiners of letters and emoji stay.
 */
export const printable = (line: string) => line.replace(/(?![\t\u200c\u200d])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');

/**
 * The command that runs one of our programs.
 * @param file its path from the root
 * @returns command and arguments for `spawn` and the like
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
 * Writes a file atomically, and creates the folders above it.
 * @param mode its permissions
 */
export function writeWhole(path: string, content: string | Uint8Array, mode?: number) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, content, mode);
}

/** A file's bytes, if it is not too large. @throws Error as `readFile` */
export const readWhole = (path: string, most = 2 ** 26) => readFile(path, most);

/** A file's text; undefined if it cannot be read. */
export function readText(path: string) {
  try {
    return readWhole(path).toString();
  } catch {
    return undefined;
  }
}

/** The content of a JSON file; undefined if it is missing or damaged. */
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

/** The names of the chapters' files in a folder, in order. */
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
 * Removes the folders `build/NAME-PROCESS` that killed builds left. One changed in the last ten minutes may be in use.
 */
export function removeLeftOvers(name: string) {
  const theirs = new RegExp(`^${name}-\\d`);
  for (const entry of readdirSync(join(root, 'build'))) {
    const path = join(root, 'build', entry);
    if (theirs.test(entry) && Date.now() - statSync(path).mtimeMs > 600_000) remove(path);
  }
}
