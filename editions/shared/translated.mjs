// The chapters in another language, for notebooks that run: the learner's copies and the browser edition.
import { LANGUAGES, textOf, translate, twins, UNTRANSLATED } from '../../translations/twins.mjs';
import { topicOf } from './parts.mjs';

/** The name by which JupyterLab knows each language, and the page of a text in it. @type {Record<string, string>} */
export const LOCALES = { zh: 'zh_CN' };

export const isLanguage = (/** @type {string} */ text) => LANGUAGES.includes(text);
/** A line for an option's value that is no language. @param {string} found */
export const noLanguage = (found) => `--language: expected ${LANGUAGES.join(', ')}, found ${found}`;

/** @typedef {import('./cells.mjs').Notebook} Notebook */

/**
 * Reads a chapter in a language: its own cells, with links that stay in it where the book has it, too.
 * @param {string} language
 * @returns {(name: string, chapter: Notebook) => Notebook}
 */
export function translator(language) {
  const all = new Map(twins(language).map((twin) => [twin.name, twin]));
  const inBook = (/** @type {string} */ page) => !page.includes('/') && !UNTRANSLATED.has(`${page}.md`);
  const toBook = (/** @type {string} */ whole, /** @type {string} */ before, /** @type {string} */ page) =>
    inBook(page) ? `${before}${language}/${page}.html` : whole;
  return (name, chapter) => {
    const cells = translate(chapter.cells, all.get(topicOf(name))?.blocks ?? new Map());
    return {
      ...chapter,
      cells: cells.map((cell) =>
        cell.cell_type === 'markdown'
          ? { ...cell, source: textOf(cell).replace(/(\]\(\.\.\/build\/book\/)([\w./-]+)\.html/g, toBook) }
          : cell,
      ),
    };
  };
}
