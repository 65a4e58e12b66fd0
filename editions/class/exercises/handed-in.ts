// The notebooks that a class handed in: which files they are in, whose they are, and what is executed of each. The files
// may contain anything, so everything is checked and only what is needed is taken over.
import { readdirSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { ALL } from '../../../packages/exercises';
import { storedFiles } from '../../../packages/formats/exchange/zip';
import { codeOf } from '../../../packages/system/processes';
import { chapterNames, filesUnder, readWhole } from '../../../packages/system/project';
import { type Cell, idsOf, learnersCells, type Notebook, partOf, sectionOf, textOf } from '../../shared/cells';
import { readChapter } from '../../shared/copies';

/** By ids, some of which come from handed-in files. */
const EXERCISES: Record<string, { chapter: number }> = ALL;

/** A notebook that was handed in. */
interface HandedIn {
  path: string;
  /** path from the folder, of the notebook or of its zip file */
  file: string;
  learner: string;
  /** whether the path does not name the learner */
  isNameless: boolean;
}

/** A notebook to execute. */
export interface Job extends HandedIn {
  trimmed: Notebook;
  /** of each cell of `trimmed`, its number in the learner's notebook, from 1 */
  numbers: number[];
  /** the exercises that it has an answer cell for */
  answers: string[];
  /** the chapters of these exercises */
  chapters: number[];
  /** whether every answer is still the stub */
  isUntouched: boolean;
  problem?: undefined;
}

/** A file or notebook that cannot be used. */
interface Unusable extends HandedIn {
  /** why, and what to do; '' for a chapter without exercises */
  problem: string;
}

/** Printed as one line, with exit status 2. */
export class BadInput extends Error {}

const NUMBERED = /^(.*?)[ _.-]*\d\d-[a-z-]+(?:[ _.(-].*)?\.ipynb$/i;

/** Any name, or one that the browser edition gives to downloads; browsers number files of the same name. */
const ZIP = /^(.*?)(?:[ _.-]*notebooks-\d{4}-\d\d-\d\d)?(?: ?\(\d+\))?\.zip$/i;

/** The chapter in a file's name, such as 02-lif-neuron. */
const chapterIn = (path: string) => /\d\d-[a-z-]*[a-z](?=[^/\\]*$)/.exec(path)?.[0];

/** The learner's name: the top folder of the path, or else the part of the file's name before the chapter's. */
const learnerIn = (path: string) =>
  path.includes(sep) ? path.split(sep)[0] : (ZIP.exec(path) ?? NUMBERED.exec(path))?.[1];

/**
 * The notebooks and zip files below a folder, without hidden files and packages. Links are not followed: the homes of a
 * hub have links into the clone, which has one to itself.
 * @returns paths from the folder, and a line for each file that is neither
 */
export function notebooksBelow(folder: string): { paths: string[]; problems: string[] } {
  const isIgnored = (part: string) => part.startsWith('.') || part === 'node_modules';
  const problems: string[] = [];
  const files = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return entry.isFile() && !isIgnored(entry.name) ? [entry.name] : [];
    try {
      const below = filesUnder(join(folder, entry.name)).map((path) => join(entry.name, path));
      return below.filter((path) => !path.split(sep).some(isIgnored));
    } catch (error) {
      problems.push(`${entry.name}: it cannot be read (${codeOf(error)})`);
      return [];
    }
  });
  const paths = files.filter((path) => /\.(?:ipynb|zip)$/i.test(path)).sort();
  for (const path of files)
    if (!path.includes(sep) && !paths.includes(path) && !path.endsWith('.csv'))
      problems.push(`${path}: expected a notebook (.ipynb), a zip file of notebooks, or a folder for each learner`);
  return { paths, problems };
}

const NO_EXERCISES =
  'it holds no exercises; expected a copy of a chapter, as `npm run exercises` makes it, whose cell exercises-setup is still there';

const sourceOf = (cell: Cell) => String(textOf(cell)).replaceAll('\r\n', '\n').trim();

/** The sources of the cells of fresh copies, and the chapters that have no exercises. */
export function knownCells() {
  const untouched = new Set<string>();
  const withoutExercises = new Set<string | undefined>();
  for (const name of chapterNames()) {
    const chapter = readChapter(name);
    if (idsOf(chapter).length === 0) withoutExercises.add(chapterIn(name));
    for (const cell of learnersCells(sectionOf(chapter))) untouched.add(sourceOf(cell));
  }
  return { untouched, withoutExercises };
}

/** The cells of a notebook that are executed: its exercises, without figures and long runs. */
const isExecuted = (cell: Cell) =>
  cell.cell_type === 'code' && !['picture', 'run'].includes(partOf(cell).role ?? '') && sourceOf(cell) !== '';

/** A notebook of these cells. A cell that fails does not end it. */
function notebookOf(cells: Cell[]): Notebook {
  const trimmed = cells.map((cell, i) => {
    const { id, role } = partOf(cell);
    return {
      cell_type: 'code',
      execution_count: null,
      id: `cell-${i + 1}`,
      metadata: {
        exercise: { id: Object.hasOwn(EXERCISES, id ?? '') ? id : undefined, role },
        tags: ['raises-exception'],
      },
      outputs: [],
      source: String(textOf(cell)),
    };
  });
  const kernelspec = { display_name: 'TypeScript (tslab)', language: 'typescript', name: 'tslab' };
  return { cells: trimmed, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
}

/** What the notebooks of a zip file may take unpacked: many times the size of a browser's download. */
const MOST_BYTES = 200e6;

/** The notebooks of a zip file by their paths. Throws an error that says what is wrong. */
function unzipped(bytes: Uint8Array) {
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

/** The cells of a notebook. Throws an error that says what is wrong. */
function cellsIn(bytes: Uint8Array): Cell[] {
  const { cells } = Object(JSON.parse(Buffer.from(bytes).toString()));
  if (Array.isArray(cells) && cells.every((cell) => cell && typeof cell === 'object')) return cells;
  throw new Error('it has no list `cells`');
}

/** What is used of a notebook. */
function readNotebook(from: HandedIn, bytes: Uint8Array, known: ReturnType<typeof knownCells>): Job | Unusable {
  let cells: Cell[];
  try {
    cells = cellsIn(bytes);
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ').slice(0, 120);
    return { ...from, problem: `it is no notebook (${reason}); ask for the .ipynb file once more` };
  }
  const executed = sectionOf({ cells }).filter(isExecuted);
  const trimmed = notebookOf(executed);
  const answers = trimmed.cells.map(partOf).flatMap(({ id, role }) => (role === 'answer' && id ? [id] : []));
  if (answers.length === 0)
    return { ...from, problem: known.withoutExercises.has(chapterIn(from.path)) ? '' : NO_EXERCISES };
  const numbers = executed.map((cell) => cells.indexOf(cell) + 1);
  const chapters = [...new Set(answers.map((id) => EXERCISES[id].chapter))];
  const isUntouched = executed.every((cell) => known.untouched.has(sourceOf(cell)));
  return { ...from, trimmed, numbers, answers, chapters, isUntouched };
}

/**
 * The notebooks in a file: itself, or those of a zip file.
 * @param path from the folder
 */
export function handedIn(path: string, folder: string, known: ReturnType<typeof knownCells>): (Job | Unusable)[] {
  const name = learnerIn(path);
  // A file that names no learner gets a row of its own, since two of them may be from two learners.
  const from = { path, file: path, learner: name || basename(path, extname(path)), isNameless: name === '' };
  let bytes: Buffer;
  try {
    bytes = readWhole(join(folder, path));
  } catch (error) {
    return [{ ...from, problem: `it cannot be read (${codeOf(error) ?? (error as Error).message})` }];
  }
  if (!/\.zip$/i.test(path)) return [readNotebook(from, bytes, known)];
  try {
    const all = unzipped(bytes).map(([inner, content]) =>
      readNotebook({ ...from, path: join(path, inner) }, content, known),
    );
    // A download also contains the learner's own notebooks.
    const ofChapters = all.filter((one) => one.problem !== NO_EXERCISES || chapterIn(one.path) !== undefined);
    return ofChapters.length > 0 ? ofChapters : [{ ...from, problem: NO_EXERCISES }];
  } catch (error) {
    const reason = (error as Error).message;
    return [{ ...from, problem: `expected notebooks in a zip file (${reason}); ask for it once more` }];
  }
}
