// The learners' own copies of the chapters, in notebooks/my/: theirs to change, and never overwritten. Git ignores them,
// so pulling a changed chapter never conflicts with an edited copy.
import { lstatSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { editionOf, hashOfCells } from '../../hosts/node/notebook/edition';
import { isPython } from '../../packages/system/chapters';
import { moveToNew, removeUnfinished, writeFileNew } from '../../packages/system/files';
import { codeOf } from '../../packages/system/processes';
import { chapterNames, chaptersFolder, root, UserError } from '../../packages/system/project';
import type { Notebook } from './cells';
import { learnersCells, partOf, sectionOf, textOf } from './cells';
import { translator } from './translated';

export { editionOf, hashOfCells };

/** The language of copies; undefined for English. */
type Language = string | undefined;

/** The folder of the copies in a language, from the root. */
export const copiesPath = (language?: Language) => ['notebooks', 'my', ...(language ? [language] : [])].join('/');
export const copiesIn = (language?: Language) => join(root, copiesPath(language));

/**
 * Prefixes the relative links of a markdown text with `up`, as for a folder further down. Links to other chapters stay,
 * since their copies are in the same folder, and so do code and formulas.
 */
function relocateLinks(markdown: string, chapters: string[], up: string) {
  const move = (_: string, before: string, target: string) => {
    const stays = /^([a-z][a-z0-9+.-]*:|[/#])/i.test(target) || chapters.includes(target.replace(/[?#].*$/, ''));
    return before + (stays ? '' : up) + target;
  };
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
 * The call that warns when the chapter has become newer than its copy, and that sets the language of the checks.
 * @param chapter in English
 */
const editionCall = (name: string, chapter: Notebook, language?: Language) =>
  `exercises.edition('${name}', '${editionOf(chapter)}'${language ? `, '${language}'` : ''});`;

/** A cell with that call. */
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
 * Adds that call to the cell that sets up the exercises of a translated chapter: learners who begin there run no cell
 * above it.
 * @param name of its file
 * @param chapter in English
 */
export function withLanguage(translated: Notebook, name: string, chapter: Notebook, language: string): Notebook {
  const call = editionCall(name, chapter, language);
  const cells = translated.cells.map((cell) =>
    partOf(cell).role === 'setup' ? { ...cell, source: `${textOf(cell)}\n${call}`.split(/(?<=\n)/) } : cell,
  );
  return { ...translated, cells };
}

/** A chapter with stubs in place of solutions, and without outputs. */
export function withStubs(notebook: Notebook): Notebook {
  const cells = learnersCells(notebook.cells).map((cell) =>
    cell.cell_type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell,
  );
  return { ...notebook, cells };
}

/**
 * A learner's copy of a chapter: with stubs, links that work from the folder of copies, and the cell that looks for a newer
 * chapter. That cell is above the exercises, where the learner's own work begins, or at the end. A chapter in Python has
 * none, since it cannot make the call.
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
  const copy = withStubs(other?.translated ?? notebook);
  const up = other ? '../../' : '../';
  const cells = copy.cells.map((cell) =>
    cell.cell_type === 'code' ? cell : { ...cell, source: relocateLinks(textOf(cell), chapters, up).split(/(?<=\n)/) },
  );
  if (isPython(name)) return { ...copy, cells };
  if (other && sectionOf(copy).length > 0) return withLanguage({ ...copy, cells }, name, notebook, other.language);
  const heading = cells.findIndex(({ id }) => id === 'exercises');
  const cell = editionCell(editionCall(name, notebook, other?.language));
  return {
    ...copy,
    cells: cells.toSpliced(heading < 0 ? cells.length : heading, 0, cell),
  };
}

/** The content of a chapter. */
export const readChapter = (name: string, folder = chaptersFolder): Notebook =>
  JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** Whether a file of this name exists, even a broken link. */
const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/**
 * Renames a copy to an unused name with the time.
 * @returns that name
 */
function keepAside(name: string, folder: string, now: Date): string {
  const time = now.toLocaleString('sv').replace(' ', '-').replaceAll(':', ''); // as ISO 8601, but local
  for (let n = 1; ; n++) {
    const kept = name.replace(/\.ipynb$/, `.${time}${n > 1 ? `-${n}` : ''}.ipynb`);
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
 * Makes the missing copies, and leaves existing ones alone.
 * @returns the names of all copies, and of the new ones
 */
export function makeCopies(language?: Language, from = chaptersFolder, to = copiesIn(language)) {
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
 * Makes a new copy of a chapter, and renames an existing one to a name with the time.
 * @param name of the chapter
 * @returns that name
 */
export function resetCopy(
  name: string,
  language?: Language,
  from = chaptersFolder,
  to = copiesIn(language),
  now = new Date(),
) {
  const kept = isThere(join(to, name)) ? keepAside(name, to, now) : undefined;
  makeCopies(language, from, to);
  return kept;
}
