// Notebooks that were handed in: which there are below a folder, whose they are, and what of each is executed. A file
// that was handed in may hold anything, so nothing is taken for granted and only what is needed is taken over.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, extname, join, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { codeOf } from '../../../packages/system/processes.cjs';
import { chapterNames, readWhole, root } from '../../../packages/system/project.mjs';
import { idsOf, learnersCells, partOf, sectionOf, textOf } from '../../shared/cells.mjs';
import { readChapter } from '../../shared/copies.mjs';

/**
 * @typedef {import('../../shared/cells.mjs').Cell} Cell
 * @typedef {import('../../shared/cells.mjs').Notebook} Notebook
 *
 * The exercises of the package, by id, as far as they matter here.
 * @typedef {Record<string, Pick<typeof import('../../../packages/exercises/index.js').ALL['lif-charge'], 'chapter' | 'mistakes'>>} Exercises
 *
 * A notebook that was handed in: `path`, the `file` of the folder, itself or the zip file that it is in, `learner`, and
 * whether the file names none.
 * @typedef {{ path: string, file: string, learner: string, isNameless: boolean }} Hand
 * What is executed of one: `trimmed` and `numbers` (see `executable`), the exercises that it has an answer cell for,
 * their
 * `chapters`, whether it `lacksSetup`, and `isUntouched` if every answer is still the stub.
 * @typedef {Hand & { trimmed: Notebook, numbers: (number | undefined)[], answers: string[], chapters: number[],
 *   lacksSetup: boolean, isUntouched: boolean, why?: undefined }} Job
 */

/** Printed as one line, with exit status 2. */
export class BadInput extends Error {}

const NUMBERED = /^(.*?)[ _.-]*\d\d-[a-z-]+(?:[ _.(-].*)?\.ipynb$/i;

/** As the browser edition names its downloads, or any other; a browser numbers the second one of a name. */
const ZIP = /^(.*?)(?:[ _.-]*notebooks-\d{4}-\d\d-\d\d)?(?: ?\(\d+\))?\.zip$/i;

/** The chapter that a file is called after, such as 02-lif-neuron. */
const chapterIn = (/** @type {string} */ path) => /\d\d-[a-z-]*[a-z](?=[^/\\]*$)/.exec(path)?.[0];

const nameIn = (/** @type {string} */ path) => (ZIP.exec(path) ?? NUMBERED.exec(path))?.[1];

/**
 * Whether a file says whose it is: it lies in a folder, or its name has something before the chapter's or the
 * download's.
 */
const namesLearner = (/** @type {string} */ path) => path.includes(sep) || nameIn(path) !== '';

/**
 * Who handed a file in: the folder that it lies in, or else what its name has before the chapter's or the download's. A
 * file without a name stands for itself, since two of them may be of two learners.
 * @param {string} path
 */
export function learnerOf(path) {
  const parts = path.split(sep);
  return parts.length > 1 ? parts[0] : nameIn(path) || basename(path, extname(path));
}

/**
 * The notebooks and zip files below a folder. Links are not followed (a hub's homes hold some into the clone, which
 * holds one to itself), and what programs keep for themselves is left alone.
 * @param {string} folder
 * @returns {{ paths: string[], problems: string[] }} paths from the folder, and what cannot be read
 */
export function notebooksBelow(folder) {
  /** @type {[string[], string[]]} */
  const [paths, problems] = [[], []];
  const walk = (/** @type {string} */ below) => {
    let entries;
    try {
      entries = readdirSync(join(folder, below), { withFileTypes: true });
    } catch (error) {
      problems.push(`${below || folder}: it cannot be read (${codeOf(error)})`);
      return;
    }
    for (const entry of entries) {
      const path = join(below, entry.name);
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory() && entry.name !== 'node_modules') walk(path);
      else if (entry.isFile() && /\.(?:ipynb|zip)$/i.test(entry.name)) paths.push(path);
      else if (entry.isFile() && below === '' && !entry.name.endsWith('.csv'))
        problems.push(`${path}: expected a notebook (.ipynb), a zip file of notebooks, or a folder for each learner`);
    }
  };
  walk('');
  return { paths: paths.sort(), problems };
}

const NO_EXERCISES = 'it holds no exercises; expected a copy of a chapter, as `npm run exercises` makes it';

const sourceOf = (/** @type {Cell} */ cell) => String(textOf(cell)).replaceAll('\r\n', '\n').trim();

/**
 * What the chapters say about a copy: the sources of unchanged cells, the set-up of each exercise, and who has none.
 */
export function knownCells() {
  /** @type {Set<string>} */
  const untouched = new Set();
  /** @type {Map<string | undefined, Cell>} */
  const setups = new Map();
  /** @type {Set<string | undefined>} */
  const without = new Set();
  for (const name of chapterNames()) {
    const chapter = readChapter(name);
    const ids = idsOf(chapter);
    if (ids.length === 0) without.add(chapterIn(name));
    for (const cell of learnersCells(sectionOf(chapter))) untouched.add(sourceOf(cell));
    const setup = chapter.cells.find((cell) => partOf(cell).role === 'setup');
    if (setup) for (const id of ids) setups.set(id, setup);
  }
  return { untouched, setups, without };
}

/**
 * What is executed of a notebook: its exercises, without figures and long runs. A cell that fails does not end it.
 * @param {Pick<Notebook, 'cells'>} notebook
 * @param {Map<string | undefined, Cell>} setups for a notebook whose own set-up cell was deleted, the cell by exercise
 * @returns {{ trimmed: Notebook, numbers: (number | undefined)[], lacksSetup: boolean }} `numbers` says which cell of
 * the
 * notebook each is, counted from 1
 */
export function executable(notebook, setups = new Map()) {
  const isExercise = (/** @type {Cell} */ cell) => setups.has(partOf(cell).id);
  let section = sectionOf(notebook);
  let lacksSetup = false;
  if (section.length === 0 && notebook.cells.some(isExercise)) {
    const end = notebook.cells.findLastIndex((cell) => isExercise(cell) || partOf(cell).role === 'progress');
    const begin = notebook.cells.findIndex(isExercise);
    const setup = /** @type {Cell} */ (setups.get(partOf(notebook.cells[begin]).id));
    section = [setup, ...notebook.cells.slice(begin, end + 1)];
    lacksSetup = true;
  }
  const chosen = section.filter(
    (cell) =>
      cell.cell_type === 'code' && !['picture', 'run'].includes(partOf(cell).role ?? 'none') && sourceOf(cell) !== '',
  );
  const cells = chosen.map((cell, i) => {
    const { id, role } = partOf(cell);
    return {
      cell_type: 'code',
      execution_count: null,
      id: `cell-${i + 1}`,
      metadata: { exercise: { id, role }, tags: ['raises-exception'] },
      outputs: [],
      source: String(textOf(cell)),
    };
  });
  const kernelspec = { display_name: 'TypeScript (tslab)', language: 'typescript', name: 'tslab' };
  return {
    trimmed: { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 },
    numbers: chosen.map((cell) => notebook.cells.indexOf(cell) + 1 || undefined),
    lacksSetup,
  };
}

/** What all notebooks of a zip file may have: many times what a browser's download has. */
const MOST_BYTES = 200e6;

/**
 * The notebooks of a zip file by their paths. Throws an error that says what is wrong.
 * @param {Uint8Array} bytes
 */
function unzipped(bytes) {
  /** @type {typeof import('../../../packages/formats/exchange/zip.js')} */
  const { storedFiles } = createRequire(import.meta.url)(join(root, 'dist/packages/formats/exchange/zip.js'));
  let left = MOST_BYTES;
  const files = storedFiles(bytes, (deflated, size, name) => {
    if (!name.endsWith('.ipynb')) return undefined;
    left -= size;
    if (left < 0) throw new Error(`more than ${MOST_BYTES / 1e6} MB in it`);
    try {
      return inflateRawSync(deflated, { maxOutputLength: Math.max(size, 1) });
    } catch {
      throw new Error(`${name} in it is damaged`);
    }
  });
  const notebooks = [...files].filter(([name]) => name.endsWith('.ipynb') && !/(?:^|\/)\.(?!\.\/)/.test(name));
  if (notebooks.length === 0) throw new Error('no notebook in it; are they in a zip file within this one?');
  return notebooks;
}

/**
 * A notebook. Throws an error that says what is wrong.
 * @param {string} text
 * @returns {Pick<Notebook, 'cells'>}
 */
function parsed(text) {
  const again = 'ask for the .ipynb file once more';
  if (text.trim() === '') throw new Error(`it is empty; ${again}`);
  let notebook;
  try {
    notebook = JSON.parse(text);
  } catch (error) {
    const reason = /** @type {Error} */ (error).message.replace(/\s+/g, ' ').slice(0, 120);
    throw new Error(`it is no notebook, since it is no JSON (${reason}); ${again}`);
  }
  const isCells =
    Array.isArray(notebook?.cells) &&
    notebook.cells.every((/** @type {unknown} */ cell) => cell && typeof cell === 'object');
  if (!isCells) throw new Error(`it is no notebook, since its JSON has no list \`cells\`; ${again}`);
  return notebook;
}

/**
 * What is used of a notebook.
 * @param {Hand} hand
 * @param {Uint8Array} bytes
 * @param {Exercises} exercises
 * @param {ReturnType<typeof knownCells>} known
 * @returns {Job | (Hand & { why: string })}
 */
function used(hand, bytes, exercises, { untouched, setups, without }) {
  const { trimmed, numbers, lacksSetup } = executable(parsed(Buffer.from(bytes).toString()), setups);
  const parts = trimmed.cells.map(partOf);
  for (const part of parts) if (!Object.hasOwn(exercises, part.id ?? '')) delete part.id;
  const answers = parts.flatMap(({ id, role }) => (role === 'answer' && id ? [id] : []));
  if (answers.length === 0) return { ...hand, why: without.has(chapterIn(hand.path)) ? '' : NO_EXERCISES };
  const chapters = [...new Set(answers.map((id) => exercises[id].chapter))];
  const isUntouched = trimmed.cells.every((cell) => untouched.has(sourceOf(cell)));
  return { ...hand, trimmed, numbers, lacksSetup, answers, chapters, isUntouched };
}

/**
 * What was handed in with a file: a notebook, or those of a zip file.
 * @param {string} path from the folder
 * @param {string} folder
 * @param {Exercises} exercises
 * @param {ReturnType<typeof knownCells>} known
 * @returns {(Job | (Hand & { why: string }))[]} or `why` one cannot be used, '' for a chapter without exercises
 */
export function handedIn(path, folder, exercises, known) {
  const hand = { path, file: path, learner: learnerOf(path), isNameless: !namesLearner(path) };
  const attempt = (/** @type {Hand} */ one, /** @type {Uint8Array} */ bytes) => {
    try {
      return used(one, bytes, exercises, known);
    } catch (error) {
      return { ...one, why: /** @type {Error} */ (error).message };
    }
  };
  let bytes;
  try {
    bytes = readWhole(join(folder, path));
  } catch (error) {
    return [{ ...hand, why: `it cannot be read (${codeOf(error) ?? /** @type {Error} */ (error).message})` }];
  }
  if (!/\.zip$/i.test(path)) return [attempt(hand, bytes)];
  try {
    const hands = unzipped(bytes).map(([name, content]) => attempt({ ...hand, path: join(path, name) }, content));
    // A download also has what a learner tried in notebooks of their own.
    const own = hands.filter(({ why, path: name }) => why !== NO_EXERCISES || chapterIn(name) !== undefined);
    return own.length > 0 ? own : [{ ...hand, why: NO_EXERCISES }];
  } catch (error) {
    const reason = /** @type {Error} */ (error).message;
    return [{ ...hand, why: `expected notebooks in a zip file (${reason}); ask for it once more` }];
  }
}
