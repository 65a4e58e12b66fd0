// The paths in the clone, and the stamps that record which steps of set-up are done.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFile, writeFileAtomic } from './files.cjs';
import { nodeMajor, UserError, windows } from './requirements.cjs';

export { nodeMajor, UserError, windows };

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const nodeModules = join(root, 'node_modules');
export const venv = join(root, '.venv');
/** The Python of an environment. */
export const pythonIn = (/** @type {string} */ folder) =>
  windows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python');
export const venvPython = pythonIn(venv);

/**
 * SHA-256 of files and of a further text; a missing file is hashed as missing.
 * @param {string[]} files as paths from the folder
 * @param {string} more
 * @param {string} folder the clone by default
 */
export function hashOf(files, more = '', folder = root) {
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
 * @param {string} path
 * @param {string | Uint8Array} content
 * @param {number} [mode] who may read it
 */
export function writeWhole(path, content, mode) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileAtomic(path, content, mode);
}

/**
 * The bytes of a file that others may have put there: errors are those of `openFile`.
 * @param {string} path
 */
export const readWhole = (path, most = 2 ** 26) => readFile(path, most);

/** What `readWhole` returns, as a text; undefined where it throws. */
export function readText(/** @type {string} */ path) {
  try {
    return readWhole(path).toString();
  } catch {
    return undefined;
  }
}

/** The content of a JSON file, undefined where it is missing or damaged. */
export function readJson(/** @type {string} */ path) {
  try {
    return JSON.parse(readText(path) ?? '');
  } catch {
    return undefined;
  }
}

export const writeJson = (/** @type {string} */ path, /** @type {unknown} */ value) =>
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);

export const remove = (/** @type {string} */ path) => rmSync(path, { recursive: true, force: true, maxRetries: 5 });

/**
 * All files in a folder and below, as sorted paths from there; an empty list if the folder does not exist. Symbolic
 * links are not followed: `node_modules/lif-fc-mnist` leads back to the clone, and Node 22.23, 24.21 and 26.10 follow
 * links when they list a folder recursively. What JupyterLab keeps of a file that somebody saved there is not one of
 * ours.
 * @param {string} folder
 */
export function filesUnder(folder) {
  /** @type {string[]} */
  const files = [];
  const folders = existsSync(folder) ? [''] : [];
  for (let here = folders.pop(); here !== undefined; here = folders.pop()) {
    for (const item of readdirSync(join(folder, here), { withFileTypes: true })) {
      const path = join(here, item.name);
      if (item.isDirectory()) {
        if (item.name !== '.ipynb_checkpoints') folders.push(path);
      } else if (item.isFile()) files.push(path);
    }
  }
  return files.sort();
}

/** The chapters' folder. */
export const chaptersFolder = join(root, 'notebooks');

/** The files of the chapters in a folder, in order. Their names alone hold the chapters' numbers. */
export const chapterNames = (folder = chaptersFolder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();

/**
 * A chapter's name with its number, such as 02-lif-neuron for lif-neuron.
 * @param {string} name
 */
export function numbered(name) {
  const found = chapterNames().find((file) => /^\d+-(.*)\.ipynb$/.exec(file)?.[1] === name);
  if (!found) throw new Error(`expected a chapter notebooks/NN-${name}.ipynb, found none`);
  return found.slice(0, -'.ipynb'.length);
}

/**
 * What is compiled into `dist/`: sorted paths from the root, without tests. `requirements.cjs` is not, since older
 * Nodes read it.
 */
export function sourceFiles() {
  /** @type {string[]} */
  const folders = readJson(join(root, 'tsconfig.build.json')).include;
  return folders
    .flatMap((folder) => filesUnder(join(root, folder)).map((name) => join(folder, name)))
    .filter(
      (name) => /\.(ts|cjs|json)$/.test(name) && !/requirements\.cjs$/.test(name) && !name.split(sep).includes('test'),
    )
    .sort();
}

/**
 * Removes what killed builds left in `build/`: NAME-PROCESS and the like. Younger folders may belong to one that runs.
 */
export function removeLeftOvers(/** @type {string} */ name) {
  const folder = join(root, 'build');
  for (const entry of readdirSync(folder).filter(
    (one) => /^-\d/.test(one.slice(name.length)) && one.startsWith(name),
  )) {
    const path = join(folder, entry);
    if (Date.now() - statSync(path).mtimeMs > 600_000) remove(path);
  }
}

/** A stamp lies inside the folder that its step fills, so both are removed together. */
export const stamps = {
  packages: join(nodeModules, '.setup', 'packages.json'),
  native: join(nodeModules, '.setup', 'native.json'),
};
