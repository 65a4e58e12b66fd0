// The chapters in another language, for the learners' copies and the browser edition.

import { topicOf } from '../../packages/system/chapters';
import { LANGUAGES, listTranslations, textOf, translate, UNTRANSLATED } from '../../translations/blocks';
import type { Notebook } from './cells';

/** JupyterLab's name of each language. */
export const LOCALES: Record<string, string> = { zh: 'zh_CN' };

export const isLanguage = (text: string) => LANGUAGES.includes(text);
/** The message for an unknown language. */
export const noLanguage = (found: string) => `--language: expected ${LANGUAGES.join(', ')}, found ${found}`;

/** Returns a function that translates chapters, with links into the book's pages of that language where it has them. */
export function translator(language: string): (name: string, chapter: Notebook) => Notebook {
  const all = new Map(listTranslations(language).map((translation) => [translation.name, translation]));
  const inBook = (page: string) => !page.includes('/') && !UNTRANSLATED.has(`${page}.md`);
  const toBook = (whole: string, before: string, page: string) =>
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
