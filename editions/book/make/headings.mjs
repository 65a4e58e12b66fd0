// [[What happens without the reset?]] on a page of book/ leads to the section of that heading, in whichever chapter it
// is. So a page need not know the number of a chapter, and a heading that is gone stops the build.
import { UserError } from '../../../packages/system/project.mjs';
import { anchorOf } from '../../../translations/twins.mjs';
import { text, withoutCode } from './chapters.mjs';

/** @typedef {Pick<import('./sources.mjs').Chapter, 'name' | 'notebook' | 'english'>} Chapter */

/** The headings of a notebook that have an anchor, down to the third level. */
const headingsOf = (/** @type {import('./chapters.mjs').Notebook} */ notebook) =>
  notebook.cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .flatMap(({ source }) => [...withoutCode(text(source)).matchAll(/^#{2,3} (.+?)\s*$/gm)])
    .map(([, heading]) => heading);

/**
 * Makes links of the [[headings]] of a page; a section is named by its English heading.
 * @param {string} page its path, for messages
 * @param {string} markdown
 * @param {Chapter[]} chapters
 * @param {(number: number, heading: string) => string} [worded] the link's words, in another language
 * @throws UserError in one line for a heading that no chapter has, or more than one
 */
export function linkHeadings(page, markdown, chapters, worded) {
  const all = chapters.flatMap(({ name, notebook, english = notebook }) => {
    const said = headingsOf(notebook);
    return headingsOf(english).map((heading, i) => ({ name, heading, said: said[i] }));
  });
  return markdown.replace(/\[\[([^\]]+)\]\]/g, (_, wanted, /** @type {number} */ at) => {
    const heading = wanted.replace(/\s+/g, ' ');
    const found = all.filter((one) => one.heading === heading);
    if (found.length !== 1) {
      const line = markdown.slice(0, at).split('\n').length;
      const names = found.length > 0 ? found.map(({ name }) => name).join(', ') : 'none';
      throw new UserError(`${page}: line ${line}: expected one section "${heading}" in the chapters, found ${names}`);
    }
    const [{ name, said }] = found;
    const number = Number(/^\d+/.exec(name)?.[0]);
    const chapter = /(?:^|[.?!:]\s|\n\n\s*)$/.test(markdown.slice(0, at)) ? 'Chapter' : 'chapter';
    const shown = worded ? worded(number, said) : `${chapter} ${number}, *${heading}*`;
    return `[${shown}](${name}.ipynb#${anchorOf(heading)})`;
  });
}
