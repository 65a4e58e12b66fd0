// [[What happens without the reset?]] on a page of book/ leads to the section of that heading, in whichever chapter it
// is. So a page need not know the number of a chapter, and a heading that is gone stops the build.
import { UserError } from '../../../packages/system/project.mjs';
import { anchorOf } from '../../../translations/twins.mjs';
import { text } from './chapters.mjs';

/** @typedef {Pick<import('./sources.mjs').Chapter, 'name' | 'notebook'>} Chapter */

/**
 * The headings of a chapter that have an anchor, down to the third level.
 * @param {Chapter} chapter
 */
function headingsOf({ name, notebook }) {
  const cells = notebook.cells.filter(({ cell_type }) => cell_type === 'markdown');
  const lines = cells.flatMap(({ source }) =>
    text(source)
      .replace(/^```[\s\S]*?^```/gm, '')
      .split('\n'),
  );
  return lines.flatMap((line) => {
    const [, heading] = /^#{2,3} (.+?)\s*$/.exec(line) ?? [];
    return heading ? [{ name, heading }] : [];
  });
}

/** The share of words that two headings have in common. */
const likeness = (/** @type {string} */ a, /** @type {string} */ b) => {
  const [words, others] = [a, b].map((heading) => new Set(heading.toLowerCase().match(/[\p{L}\p{N}]+/gu)));
  return [...words].filter((word) => others.has(word)).length / Math.max(words.size, others.size);
};

/**
 * Makes links of the [[headings]] of a page.
 * @param {string} page its path, for messages
 * @param {string} markdown
 * @param {Chapter[]} chapters
 * @param {(name: string, heading: string, number: number) => string} [worded] the link's words, in another language
 * @throws UserError in one line for a heading that no chapter has, or more than one
 */
export function linkHeadings(page, markdown, chapters, worded) {
  const all = chapters.flatMap(headingsOf);
  return markdown.replace(/\[\[([^\]]+)\]\]/g, (_, wanted, /** @type {number} */ at) => {
    const heading = wanted.replace(/\s+/g, ' ');
    const found = all.filter((one) => one.heading === heading);
    if (found.length !== 1) {
      const line = markdown.slice(0, at).split('\n').length;
      const [nearest] = all.toSorted((a, b) => likeness(heading, b.heading) - likeness(heading, a.heading));
      const instead =
        found.length > 1
          ? `found ${found.length}: ${found.map(({ name }) => name).join(', ')}`
          : `found none; the nearest is "${nearest?.heading}" in ${nearest?.name}`;
      throw new UserError(`${page}: line ${line}: expected one section "${heading}" in the chapters, ${instead}`);
    }
    const [{ name }] = found;
    const number = Number(/^\d+/.exec(name)?.[0]);
    const address = `${name}.ipynb#${anchorOf(heading)}`;
    if (worded) return `[${worded(name, heading, number)}](${address})`;
    const chapter = /(?:^|[.?!:]\s|\n\n\s*)$/.test(markdown.slice(0, at)) ? 'Chapter' : 'chapter';
    return `[${chapter} ${number}, *${heading}*](${address})`;
  });
}
