// Notebooks that were handed in: which there are below a folder, whose they are, and what of each is executed. A file
// that was handed in may hold anything, so nothing is taken for granted and only what is needed is taken over.
import { readdirSync } from 'node:fs';
import { basename, extname, join, sep } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { ALL } from '../../../packages/exercises';
import { storedFiles } from '../../../packages/formats/exchange/zip';
import { codeOf } from '../../../packages/system/processes';
import { chapterNames, filesUnder, readWhole } from '../../../packages/system/project';
import { type Cell, idsOf, learnersCells, type Notebook, partOf, sectionOf, textOf } from '../../shared/cells';
import { readChapter } from '../../shared/copies';

/** By ids, some of which come out of files. */
const EXERCISES: Record<string, { chapter: number }> = ALL;

/** A notebook that was handed in. */
interface Hand {
  path: string;
  /** of the folder: itself, or the zip file that it is in */
  file: string;
  learner: string;
  /** whether the file names none */
  isNameless: boolean;
}

/** What is executed of one. */
export interface Job extends Hand {
  trimmed: Notebook;
  /** see `executable` */
  numbers: number[];
  /** the exercises that it has an answer cell for */
  answers: string[];
  /** those of the answers */
  chapters: number[];
  /** whether every answer is still the stub */
  isUntouched: boolean;
  why?: undefined;
}

/** One that cannot be used. */
interface Useless extends Hand {
  /** '' for a chapter without exercises */
  why: string;
}

/** Printed as one line, with exit status 2. */
export class BadInput extends Error {}

const NUMBERED = /^(.*?)[ _.-]*\d\d-[a-z-]+(?:[ _.(-].*)?\.ipynb$/i;

/** As the browser edition names its downloads, or any other; a browser numbers the second one of a name. */
const ZIP = /^(.*?)(?:[ _.-]*notebooks-\d{4}-\d\d-\d\d)?(?: ?\(\d+\))?\.zip$/i;

/** The chapter that a file is called after, such as 02-lif-neuron. */
const chapterIn = (path: string) => /\d\d-[a-z-]*[a-z](?=[^/\\]*$)/.exec(path)?.[0];

/**
 * Who handed a file in: the folder that it lies in, or else what its name has before the chapter's or the download's.
 */
const learnerIn = (path: string) =>
  path.includes(sep) ? path.split(sep)[0] : (ZIP.exec(path) ?? NUMBERED.exec(path))?.[1];

/**
 * The notebooks and zip files below a folder, but not what programs keep for themselves. Links are not followed: a
 * hub's homes hold some into the clone, which holds one to itself.
 * @returns paths from the folder, and what in it is of no use
 */
export function notebooksBelow(folder: string): { paths: string[]; problems: string[] } {
  const isKept = (part: string) => part.startsWith('.') || part === 'node_modules';
  const unreadable: string[] = [];
  const files = readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return entry.isFile() && !isKept(entry.name) ? [entry.name] : [];
    try {
      const below = filesUnder(join(folder, entry.name)).map((path) => join(entry.name, path));
      return below.filter((path) => !path.split(sep).some(isKept));
    } catch (error) {
      unreadable.push(`${entry.name}: it cannot be read (${codeOf(error)})`);
      return [];
    }
  });
  const paths = files.filter((path) => /\.(?:ipynb|zip)$/i.test(path));
  const problems = files
    .filter((path) => !path.includes(sep) && !paths.includes(path) && !path.endsWith('.csv'))
    .map((path) => `${path}: expected a notebook (.ipynb), a zip file of notebooks, or a folder for each learner`);
  return { paths: paths.sort(), problems: [...unreadable, ...problems] };
}

const NO_EXERCISES =
  'it holds no exercises; expected a copy of a chapter, as `npm run exercises` makes it, whose cell exercises-setup is still there';

const sourceOf = (cell: Cell) => String(textOf(cell)).replaceAll('\r\n', '\n').trim();

/** What the chapters say about a copy: the sources of unchanged cells, and which chapter has no exercises. */
export function knownCells() {
  const untouched = new Set<string>();
  const without = new Set<string | undefined>();
  for (const name of chapterNames()) {
    const chapter = readChapter(name);
    if (idsOf(chapter).length === 0) without.add(chapterIn(name));
    for (const cell of learnersCells(sectionOf(chapter))) untouched.add(sourceOf(cell));
  }
  return { untouched, without };
}

/**
 * What is executed of a notebook: its exercises, without figures and long runs. A cell that fails does not end it.
 * @returns `numbers` says which cell of the notebook each is, counted from 1
 */
function executable(notebook: Pick<Notebook, 'cells'>): { trimmed: Notebook; numbers: number[] } {
  const chosen = sectionOf(notebook).filter(
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
    numbers: chosen.map((cell) => notebook.cells.indexOf(cell) + 1),
  };
}

/** What all notebooks of a zip file may have: many times what a browser's download has. */
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

/** A notebook. Throws an error that says what is wrong. */
function parsed(text: string): Pick<Notebook, 'cells'> {
  try {
    const notebook = JSON.parse(text);
    const isCell = (cell: unknown) => cell && typeof cell === 'object';
    if (!Array.isArray(notebook?.cells) || !notebook.cells.every(isCell)) throw new Error('it has no list `cells`');
    return notebook;
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ').slice(0, 120);
    throw new Error(`it is no notebook (${reason}); ask for the .ipynb file once more`);
  }
}

/** What is used of a notebook. */
function used(hand: Hand, bytes: Uint8Array, { untouched, without }: ReturnType<typeof knownCells>): Job | Useless {
  const { trimmed, numbers } = executable(parsed(Buffer.from(bytes).toString()));
  const parts = trimmed.cells.map(partOf);
  for (const part of parts) if (!Object.hasOwn(EXERCISES, part.id ?? '')) delete part.id;
  const answers = parts.flatMap(({ id, role }) => (role === 'answer' && id ? [id] : []));
  if (answers.length === 0) return { ...hand, why: without.has(chapterIn(hand.path)) ? '' : NO_EXERCISES };
  const chapters = [...new Set(answers.map((id) => EXERCISES[id].chapter))];
  const isUntouched = trimmed.cells.every((cell) => untouched.has(sourceOf(cell)));
  return { ...hand, trimmed, numbers, answers, chapters, isUntouched };
}

/**
 * What was handed in with a file: a notebook, or those of a zip file.
 * @param path from the folder
 */
export function handedIn(path: string, folder: string, known: ReturnType<typeof knownCells>): (Job | Useless)[] {
  const name = learnerIn(path);
  // A file without a name stands for itself, since two of them may be of two learners.
  const hand = { path, file: path, learner: name || basename(path, extname(path)), isNameless: name === '' };
  const attempt = (one: Hand, bytes: Uint8Array) => {
    try {
      return used(one, bytes, known);
    } catch (error) {
      return { ...one, why: (error as Error).message };
    }
  };
  let bytes: Buffer;
  try {
    bytes = readWhole(join(folder, path));
  } catch (error) {
    return [{ ...hand, why: `it cannot be read (${codeOf(error) ?? (error as Error).message})` }];
  }
  if (!/\.zip$/i.test(path)) return [attempt(hand, bytes)];
  try {
    const hands = unzipped(bytes).map(([inner, content]) => attempt({ ...hand, path: join(path, inner) }, content));
    // A download also has what a learner tried in notebooks of their own.
    const own = hands.filter((one) => one.why !== NO_EXERCISES || chapterIn(one.path) !== undefined);
    return own.length > 0 ? own : [{ ...hand, why: NO_EXERCISES }];
  } catch (error) {
    const reason = (error as Error).message;
    return [{ ...hand, why: `expected notebooks in a zip file (${reason}); ask for it once more` }];
  }
}
