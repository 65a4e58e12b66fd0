// The learner's own copies of the chapters, in notebooks/my/: theirs to change, and never written over. Git ignores them,
// so a `git pull` that changes a chapter never meets an edited one.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { readJson, root } from '../system/project.mjs';
import { learnersCells, textOf } from './cells.mjs';

// The package looks at the same edition when a copy asks.
export const { editionOf, hashOfCells } = createRequire(import.meta.url)(
  join(root, 'dist', 'node', 'notebook', 'edition.js'),
);

export const chaptersFolder = join(root, 'notebooks');
export const copiesFolder = join(chaptersFolder, 'my');

/** Where a copy says, in its metadata, which chapter it was made from. */
const ORIGIN = 'lif_fc_mnist';

/** The names of the chapters in a folder, in order. */
export const chapterNames = (folder = chaptersFolder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ipynb'))
    .sort();

/** A link as it is from a folder further down: pictures and files are one step up, other chapters stay beside. */
function movedLink(target, chapters) {
  const isElsewhere = /^([a-z][a-z0-9+.-]*:|[/#])/i.test(target);
  return isElsewhere || chapters.includes(target.replace(/[?#].*$/, '')) ? target : `../${target}`;
}

/** Markdown whose links still lead where they led; code and formulas in it are left as they are. */
function movedText(markdown, chapters) {
  const move = (_, before, target) => before + movedLink(target, chapters);
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

/** The first cell of a copy: it says so when its chapter has become newer. */
const editionCell = (name, notebook) => ({
  cell_type: 'code',
  execution_count: null,
  id: 'edition',
  metadata: {},
  outputs: [],
  source: [
    '// Your own copy of this chapter: nothing overwrites it.\n',
    "import { exercises } from 'lif-fc-mnist';\n",
    `exercises.edition('${name}', '${editionOf(notebook)}');`,
  ],
});

/**
 * A learner's copy of a chapter that lies where the chapter is: stubs in place of solutions, no outputs, and where it comes
 * from.
 * @param {object} notebook of format 4
 * @param {string} name of its file
 */
export function openCopy(notebook, name) {
  const cells = learnersCells(notebook.cells).map((cell) =>
    cell.cell_type === 'code' ? { ...cell, execution_count: null, outputs: [] } : cell,
  );
  const origin = { chapter: name, cells: hashOfCells(notebook) };
  return {
    ...notebook,
    metadata: { ...notebook.metadata, [ORIGIN]: origin },
    cells: [editionCell(name, notebook), ...cells],
  };
}

/**
 * The same with links as they are from the folder of copies.
 * @param {string[]} chapters names of all chapters
 */
export function learnersCopy(notebook, name, chapters) {
  const copy = openCopy(notebook, name);
  const cells = copy.cells.map((cell) =>
    cell.cell_type === 'code' ? cell : { ...cell, source: movedText(textOf(cell), chapters).split(/(?<=\n)/) },
  );
  return { ...copy, cells };
}

/** A chapter as it is in a folder. */
export const readChapter = (name, folder = chaptersFolder) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

/** The copies whose chapter has changed since they were made. */
export function outdatedCopies(from = chaptersFolder, to = copiesFolder) {
  return chapterNames(from).filter((name) => {
    const origin = readJson(join(to, name))?.metadata?.[ORIGIN];
    return origin !== undefined && origin.cells !== hashOfCells(readChapter(name, from));
  });
}

/**
 * Makes the copies that are missing, and leaves all others alone.
 * @returns {{ names: string[], made: string[], outdated: string[] }} all copies, the new ones, and those whose chapter has
 * changed since they were made
 */
export function makeCopies(from = chaptersFolder, to = copiesFolder) {
  const names = chapterNames(from);
  mkdirSync(to, { recursive: true });
  const made = [];
  for (const name of names) {
    const text = `${JSON.stringify(learnersCopy(readChapter(name, from), name, names), null, 1)}\n`;
    try {
      writeFileSync(join(to, name), text, { flag: 'wx' }); // fails if there is one
      made.push(name);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
  }
  return { names, made, outdated: outdatedCopies(from, to) };
}

/**
 * Makes a new copy of a chapter, and keeps the one that is there under a name with the time.
 * @returns {string | undefined} that name
 */
export function resetCopy(name, from = chaptersFolder, to = copiesFolder, now = new Date()) {
  const copy = join(to, name);
  let kept;
  if (existsSync(copy)) {
    const two = (number) => String(number).padStart(2, '0');
    const day = [now.getFullYear(), two(now.getMonth() + 1), two(now.getDate())].join('-');
    const time = [now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join('');
    for (let n = 1; kept === undefined || existsSync(join(to, kept)); n++) {
      kept = name.replace(/\.ipynb$/, `.${day}-${time}${n > 1 ? `-${n}` : ''}.ipynb`);
    }
    renameSync(copy, join(to, kept));
  }
  makeCopies(from, to);
  return kept;
}
