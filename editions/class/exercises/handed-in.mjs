// Notebooks that were handed in: which there are below a folder, whose they are, and what of each is executed. A file that
// was handed in may hold anything, so nothing is taken for granted and only what is needed is taken over.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { codeOf } from '../../../packages/system/processes.cjs';
import { chapterNames } from '../../../packages/system/project.mjs';
import { idsOf, learnersCells, partOf, sectionOf, textOf } from './cells.mjs';
import { readChapter } from './copies.mjs';

/**
 * @typedef {import('./cells.mjs').Cell} Cell
 * @typedef {import('./cells.mjs').Notebook} Notebook
 *
 * The exercises of the package, by id, as far as they matter here.
 * @typedef {Record<string, Pick<typeof import('../../../packages/exercises/index.js').ALL['lif-charge'], 'chapter' | 'mistakes'>>} Exercises
 *
 * A notebook that was handed in: `path`, `learner`, and whether it names none.
 * @typedef {{ path: string, learner: string, isNameless: boolean }} Hand
 * What is executed of one: `trimmed` and `numbers` (see `executable`), the exercises that it has an answer cell for, their
 * `chapters`, whether it `lacksSetup`, and `isUntouched` if every answer is still the stub.
 * @typedef {Hand & { trimmed: Notebook, numbers: (number | undefined)[], answers: string[], chapters: number[],
 *   lacksSetup: boolean, isUntouched: boolean, why?: undefined }} Job
 */

/** Printed as one line, with exit status 2. */
export class BadInput extends Error {}

const NUMBERED = /^(.*?)[ _.-]*\d\d-[a-z-]+(?:[ _.(-].*)?\.ipynb$/i;

/** Whether a file says whose it is: it lies in a folder, or its name has something before the chapter's. */
const namesLearner = (/** @type {string} */ path) => path.includes(sep) || NUMBERED.exec(path)?.[1] !== '';

/**
 * Who handed a notebook in: the folder that it lies in, or else what its name has before the chapter's. A file without a
 * name stands for itself, since two of them may be of two learners.
 * @param {string} path
 */
export function learnerOf(path) {
  const parts = path.split(sep);
  return parts.length > 1 ? parts[0] : NUMBERED.exec(path)?.[1] || basename(path, '.ipynb');
}

/**
 * The notebooks below a folder. Links are not followed (a hub's homes hold some into the clone, which holds one to itself),
 * and what programs keep for themselves is left alone.
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
      else if (entry.isFile() && entry.name.endsWith('.ipynb')) paths.push(path);
    }
  };
  walk('');
  return { paths: paths.sort(), problems };
}

const sourceOf = (/** @type {Cell} */ cell) => String(textOf(cell)).replaceAll('\r\n', '\n').trim();

/** What the chapters say about a copy: the sources of unchanged cells, and the set-up of each exercise. */
export function knownCells(chapters = chapterNames().map((name) => readChapter(name))) {
  /** @type {Set<string>} */
  const untouched = new Set();
  /** @type {Map<string | undefined, Cell>} */
  const setups = new Map();
  for (const chapter of chapters) {
    for (const cell of learnersCells(sectionOf(chapter))) untouched.add(sourceOf(cell));
    const setup = chapter.cells.find((cell) => partOf(cell).role === 'setup');
    if (setup) for (const id of idsOf(chapter)) setups.set(id, setup);
  }
  return { untouched, setups };
}

/**
 * What is executed of a notebook: its exercises, without figures and long runs. A cell that fails does not end it.
 * @param {Pick<Notebook, 'cells'>} notebook
 * @param {Map<string | undefined, Cell>} setups for a notebook whose own set-up cell was deleted, the cell by exercise
 * @returns {{ trimmed: Notebook, numbers: (number | undefined)[], lacksSetup: boolean }} `numbers` says which cell of the
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

/**
 * A notebook from a file. Throws an error that says what is wrong.
 * @param {string} file
 * @returns {Pick<Notebook, 'cells'>}
 */
function parsed(file) {
  let text;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`it cannot be read (${codeOf(error)})`);
  }
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
 * A notebook that was handed in.
 * @param {string} path from the folder
 * @param {string} folder
 * @param {Exercises} exercises
 * @param {ReturnType<typeof knownCells>} known
 * @returns {Job | (Hand & { why: string })} or `why` it cannot be used
 */
export function handedIn(path, folder, exercises, { untouched, setups }) {
  const hand = { path, learner: learnerOf(path), isNameless: !namesLearner(path) };
  try {
    const { trimmed, numbers, lacksSetup } = executable(parsed(join(folder, path)), setups);
    const parts = trimmed.cells.map(partOf);
    for (const part of parts) if (!Object.hasOwn(exercises, part.id ?? '')) delete part.id;
    const answers = parts.flatMap(({ id, role }) => (role === 'answer' && id ? [id] : []));
    if (answers.length === 0) {
      return { ...hand, why: 'it holds no exercises; expected a copy of a chapter, as `npm run exercises` makes it' };
    }
    const chapters = [...new Set(answers.map((id) => exercises[id].chapter))];
    const isUntouched = trimmed.cells.every((cell) => untouched.has(sourceOf(cell)));
    return { ...hand, trimmed, numbers, lacksSetup, answers, chapters, isUntouched };
  } catch (error) {
    return { ...hand, why: /** @type {Error} */ (error).message };
  }
}
