// The learner's own copies of the chapters, in notebooks/my/: theirs to change, and never written over. Git ignores
// them, so a `git pull` that changes a chapter never meets an edited one.
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editionOf, hashOfCells } from '../../hosts/node/notebook/edition';
import { isPython } from '../../packages/system/chapters';
import { moveToNew, removeUnfinished, writeFileNew } from '../../packages/system/files';
import { codeOf } from '../../packages/system/processes';
import { chapterNames, chaptersFolder, UserError } from '../../packages/system/project';
import type { Notebook } from './cells';
import { learnersCells, partOf, sectionOf, textOf } from './cells';
import { translator } from './translated';

/** The package looks at the same edition when a copy asks. */
export { editionOf, hashOfCells };

export const copiesFolder = join(chaptersFolder, 'my');
/** That of copies; without one they are English. */
type Language = string | undefined;

/** Where the copies in a language are. */
export const copiesIn = (language: Language) => (language ? join(copiesFolder, language) : copiesFolder);

/** A link as it is from a folder further down: pictures and files are further up, other chapters stay beside. */
function movedLink(target: string, chapters: string[], up: string) {
  const isElsewhere = /^([a-z][a-z0-9+.-]*:|[/#])/i.test(target);
  return isElsewhere || chapters.includes(target.replace(/[?#].*$/, '')) ? target : up + target;
}

/** Markdown whose links still lead where they led; code and formulas in it are not touched. */
function movedText(markdown: string, chapters: string[], up: string) {
  const move = (_: string, before: string, target: string) => before + movedLink(target, chapters, up);
  const parts = markdown.split(/(^```[\s\S]*?^```|`[^`\n]+`|\$\$[^$]+\$\$|\$[^$\n]+\$)/m);
  return parts
    .map((part, i) =>
      i % 2 === 1
        ? part
        : part
            .replace(/(\]\(\s*<?)([^\s()<>]+)/g, move) // [text](target), ![text](target)
            .replace(/(<[^<>]*\s(?:src|href)=["'])([^"']+)/g, move)
            .replace(/(^\s{0,3}\[[^\]\n]+\]:\s*<?)([^\s<>]+)/gm, move),
    )
    .join('');
}

/**
 * The call that says so when the chapter of a copy has become newer, and in which language checks speak.
 * @param notebook in English
 */
const editionCall = (name: string, notebook: Notebook, language?: Language) =>
  `exercises.edition('${name}', '${editionOf(notebook)}'${language ? `, '${language}'` : ''});`;

/** The cell of a copy with that call. */
const editionCell = (call: string) => ({
  cell_type: 'code',
  execution_count: null,
  id: 'edition',
  metadata: {},
  outputs: [],
  source: [
    '// Your own copy of this chapter: nothing overwrites it.\n',
    "import { exercises } from 'lif-fc-mnist';\n",
    call,
  ],
});

/**
 * A chapter in another language with that call in the cell that sets up its exercises: who begins there runs none above.
 * @param name of its file
 * @param chapter in English
 */
export function speaking(translated: Notebook, name: string, chapter: Notebook, language: string): Notebook {
  const call = editionCall(name, chapter, language);
  const cells = translated.cells.map((cell) =>
    partOf(cell).role === 'setup' ? { ...cell, source: `${textOf(cell)}\n${call}`.split(/(?<=\n)/) } : cell,
  );
  return { ...translated, cells };
}

/** A learner's copy of a chapter that lies where the chapter is: stubs in place of solutions, and no outputs. */
export function openCopy(notebook: Notebook): Notebook {
  const cells = learnersCells(notebook.cells).map((cell) =>
    cell.cell_type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell,
  );
  return { ...notebook, cells };
}

/**
 * The same with links as they are from the folder of copies, and with the cell that looks for a newer chapter: above
 * the exercises, where the learner's own work begins, or at the end of a chapter without any. (Python cannot ask.)
 * @param name of its file
 * @param chapters names of all chapters
 * @param other the chapter in the language of the copy
 */
export function learnersCopy(
  notebook: Notebook,
  name: string,
  chapters: string[],
  other?: { language: string; translated: Notebook },
): Notebook {
  const copy = openCopy(other?.translated ?? notebook);
  const up = other ? '../../' : '../';
  const cells = copy.cells.map((cell) =>
    cell.cell_type === 'code' ? cell : { ...cell, source: movedText(textOf(cell), chapters, up).split(/(?<=\n)/) },
  );
  if (isPython(name)) return { ...copy, cells };
  if (other && sectionOf(copy).length > 0) return speaking({ ...copy, cells }, name, notebook, other.language);
  const heading = cells.findIndex(({ id }) => id === 'exercises');
  const cell = editionCell(editionCall(name, notebook, other?.language));
  return {
    ...copy,
    cells: cells.toSpliced(heading < 0 ? cells.length : heading, 0, cell),
  };
}

/** A chapter as it is in a folder. */
export const readChapter = (name: string, folder = chaptersFolder): Notebook =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** Whether something has this name; even a link to nothing, which takes the place of a copy, too. */
const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Moves a copy to a name with the time, which nothing has yet.
 * @returns that name
 */
function keepAside(name: string, folder: string, now: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
  const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('');
  for (let n = 1; ; n++) {
    const kept = name.replace(/\.ipynb$/, `.${day}-${time}${n > 1 ? `-${n}` : ''}.ipynb`);
    try {
      moveToNew(join(folder, name), join(folder, kept));
      return kept;
    } catch (error) {
      if (codeOf(error) === 'ENOTDIR')
        throw new UserError(`${join(folder, name)}: expected a notebook, found a folder; move it away`);
      if (codeOf(error) !== 'EEXIST') throw error;
    }
  }
}

/**
 * Makes the copies that are missing, and leaves all others alone.
 * @returns all copies, and the new ones
 */
export function makeCopies(from = chaptersFolder, to = copiesFolder, language?: Language) {
  const names = chapterNames(from);
  mkdirSync(to, { recursive: true });
  const translated = language && translator(language);
  removeUnfinished(to, (name) => names.includes(name));
  const made: string[] = [];
  for (const name of names) {
    if (isThere(join(to, name))) continue;
    const chapter = readChapter(name, from);
    const other = language && translated ? { language, translated: translated(name, chapter) } : undefined;
    const text = `${JSON.stringify(learnersCopy(chapter, name, names, other), null, 1)}\n`;
    if (writeFileNew(join(to, name), text)) made.push(name);
  }
  return { names, made };
}

/**
 * Makes a new copy of a chapter, and keeps an existing one under a name with the time.
 * @param name of the chapter
 * @returns that name
 */
export function resetCopy(
  name: string,
  from = chaptersFolder,
  to = copiesFolder,
  now = new Date(),
  language?: Language,
) {
  const kept = isThere(join(to, name)) ? keepAside(name, to, now) : undefined;
  makeCopies(from, to, language);
  return kept;
}
