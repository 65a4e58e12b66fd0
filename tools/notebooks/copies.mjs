// The learner's own copies of the chapters, in notebooks/my/: theirs to change, and never written over. Git ignores them,
// so a `git pull` that changes a chapter never meets an edited one.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root } from '../setup/project.mjs';

export const chaptersFolder = join(root, 'notebooks');
export const copiesFolder = join(chaptersFolder, 'my');

/** Where a copy says, in its metadata, which chapter it was made from. */
const ORIGIN = 'lif_fc_mnist';

const textOf = ({ source }) => [source].flat().join('');

/** A hash of what a notebook says and does; outputs do not count. */
export function hashOfCells({ cells }) {
  const parts = cells.map((cell) => [cell.cell_type, textOf(cell)]);
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

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

/**
 * A learner's copy of a chapter: no outputs, links as they are from the folder of copies, and where it comes from.
 * @param {object} notebook of format 4
 * @param {string} name of its file
 * @param {string[]} chapters names of all chapters
 */
export function learnersCopy(notebook, name, chapters) {
  const cells = notebook.cells.map((cell) => {
    if (cell.cell_type === 'code') return { ...cell, execution_count: null, outputs: [] };
    return { ...cell, source: movedText(textOf(cell), chapters).split(/(?<=\n)/) };
  });
  const origin = { chapter: name, cells: hashOfCells(notebook) };
  return { ...notebook, metadata: { ...notebook.metadata, [ORIGIN]: origin }, cells };
}

/**
 * Makes the copies that are missing, and leaves all others alone.
 * @returns {{ names: string[], made: string[], outdated: string[] }} all copies, the new ones, and those whose chapter has
 * changed since they were made
 */
export function makeCopies(from = chaptersFolder, to = copiesFolder) {
  const names = chapterNames(from);
  mkdirSync(to, { recursive: true });
  const [made, outdated] = [[], []];
  for (const name of names) {
    const chapter = JSON.parse(readFileSync(join(from, name), 'utf8'));
    try {
      const text = `${JSON.stringify(learnersCopy(chapter, name, names), null, 1)}\n`;
      writeFileSync(join(to, name), text, { flag: 'wx' }); // fails if there is one
      made.push(name);
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const origin = readJson(join(to, name))?.metadata?.[ORIGIN];
      if (origin && origin.cells !== hashOfCells(chapter)) outdated.push(name);
    }
  }
  return { names, made, outdated };
}
