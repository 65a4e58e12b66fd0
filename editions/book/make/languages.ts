// The book in another language, in a folder of its own: the same pages at the same addresses, with translated texts and
// the book's figures, styles and scripts.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { topicOf } from '../../../packages/system/chapters';
import {
  type Cell,
  cellsOfPage,
  listTranslations,
  sourceOfPage,
  translate,
  UNTRANSLATED,
} from '../../../translations/blocks';
import { phrasesScript, readPhrases, translateDocument, translateDrawing } from '../../../translations/phrases';
import { BROWSER_EDITION } from '../../shared/addresses';
import type { Notebook } from '../../shared/cells';
import { LOCALES } from '../../shared/translated';
import { inTexts } from './chapters';
import { book, TEACHING, write } from './sources';

/** Metadata of pages, and how links name a section, in each language. */
export const LANGUAGES = {
  zh: {
    /** Of Sphinx. */
    settings: { language: LOCALES.zh, html_title: '脉冲神经元识别数字' },
    lang: LOCALES.zh.replace('_', '-'),
    name: '中文',
    section: (number: number, heading: string) => `第 ${number} 章“${heading}”`,
  },
};

type Language = keyof typeof LANGUAGES;

/** The headings of cells, in order, with Sphinx's anchors. */
const headingsOf = (cells: Cell[]) =>
  inTexts({ cells }, /^#{1,6} (.+?)\s*$/gm).map((heading) =>
    heading.replace(/[`*$]/g, '').replace(/\s+/g, ' ').trim().toLowerCase(),
  );

/** Pages that exist only in English; links to them lead out of the translated book. */
const ENGLISH = new RegExp(
  `^(?:${[...[...UNTRANSLATED].map((file) => basename(file, '.md')), TEACHING].join('|')}|(?:src|hosts|packages)/.*)$`,
);
const LINK = /(?<!!)\[((?:[^\]\\]|\\.)*)\]\(([\w./-]+)\.(?:md|ipynb|html)(#[^)\s]*)?\)/g;

/** The texts of a language. */
export function languageOf(language: Language) {
  const all = new Map(listTranslations(language).map((translation) => [translation.name, translation]));
  const phrases = readPhrases(language, ['chapters', 'drawings', 'frame', 'html']);
  /** For each page, its translated headings with their English originals. */
  const sections: Record<string, Record<string, string>> = {};
  const translated = <T extends Cell>(page: string, english: T[]) => {
    const other = translate(english, all.get(topicOf(page))?.blocks ?? new Map());
    const [from, to] = [headingsOf(english), headingsOf(other)];
    sections[page] = Object.fromEntries(to.map((heading, i) => [heading, from[i]]));
    return other;
  };
  return {
    ...LANGUAGES[language],
    language,
    chapter: (name: string, notebook: Notebook) => ({
      ...notebook,
      cells: translated(name, structuredClone(notebook.cells)),
    }),
    /** A page of the book. */
    page(file: string) {
      const cells = cellsOfPage(readFileSync(join(book, file), 'utf8'));
      const text = sourceOfPage(translated(basename(file, '.md'), cells));
      // English names are surrounded by spaces; Chinese chapter titles are not.
      return text.replace(/(?<=\p{Script=Han}) (?=\[\[)|(?<=\]\]) (?=\p{Script=Han})/gu, '');
    },
    /** Redirects links to pages that exist only in English. */
    linked: (markdown: string) =>
      markdown.replace(LINK, (whole, label, page, hash = '') =>
        ENGLISH.test(page) ? `<a class="reference" href="../${page}.html${hash}" hreflang="en">${label}</a>` : whole,
      ),
    /** @param file an SVG file */
    drawing: (file: string) => translateDrawing(readFileSync(file, 'utf8'), phrases),
    say: (text: string) => phrases.translate(text) ?? text,
    translateDocument: (top: Element) => translateDocument(top, phrases),
    /** Sphinx's other input. */
    writeWords(source: string) {
      write(join(source, 'sections.json'), JSON.stringify(sections));
      // Sphinx's Chinese catalogue lacks most messages of its search.
      const search = readPhrases(language, ['search']).table;
      const messages = Object.fromEntries([...search].map(([english, other]) => [english, [other]]));
      const locale = LANGUAGES[language].settings.language;
      write(
        join(source, 'locales', locale, 'LC_MESSAGES', 'sphinx.js'),
        `Documentation.addTranslations(${JSON.stringify({ locale, messages, plural_expr: '0' })});\n`,
      );
    },
    words: () => phrasesScript(language),
  };
}

export type Texts = ReturnType<typeof languageOf>;

/** Scripts that each translated book has in its own `_static/`. */
const OWN = ['words.js', 'language_data.js', 'translations.js', 'documentation_options.js'];
export const isShared = (file: string) => file.startsWith('_static/') && !OWN.includes(file.slice('_static/'.length));

/** Makes a translated page load all other static files from the English book. */
export const shareStatic = (html: string) =>
  html.replace(/(?<=["\s])_static\/[^"\s?]+/g, (file) => (isShared(file) ? `../${file}` : file));

/**
 * A link to a page in another language; it keeps the section, since both have the same anchors.
 * @param name the language's own name
 */
function addLanguage(document: Document, address: string, lang: string, name: string) {
  const link = `<a class="language" href="${address}" hreflang="${lang}" lang="${lang}" onclick="this.hash = location.hash">${name}</a>`;
  for (const toggle of document.querySelectorAll('.theme-toggle-container'))
    toggle.insertAdjacentHTML('afterbegin', link);
}

/** Adds links from an English page to its translations. */
export function finishEnglish(document: Document, page: string) {
  if (ENGLISH.test(page.replace(/\.html$/, ''))) return;
  for (const [folder, { lang, name }] of Object.entries(LANGUAGES))
    addLanguage(document, `${folder}/${page}`, lang, name);
}

/** Translates the rest of a finished page. */
export function finishTranslated(document: Document, page: string, texts: Texts) {
  document.documentElement.lang = texts.lang;
  document.documentElement.dataset.up = '../';
  document.querySelector('script')?.insertAdjacentHTML('beforebegin', '<script src="_static/words.js"></script>');
  for (const note of document.querySelectorAll('article blockquote')) {
    if (!/以下为英文原文/.test(note.textContent)) continue;
    for (let next = note.nextElementSibling; next && next.tagName !== 'SECTION'; next = next.nextElementSibling)
      next.setAttribute('lang', 'en');
  }
  for (const em of document.querySelectorAll('article em')) if (/。$/.test(em.textContent)) em.className = 'aside';
  // Translates the package's own words in printed outputs.
  for (const link of document.querySelectorAll('.cell_output a[href^="train.html"]'))
    link.textContent = texts.say(link.textContent ?? '');
  texts.translateDocument(document.documentElement);
  for (const link of document.querySelectorAll(`a[href^="${BROWSER_EDITION}"]`)) {
    const inside = link
      .getAttribute('href')
      ?.slice(BROWSER_EDITION.length)
      .replace('path=', `path=${texts.language}%2F`);
    link.setAttribute('href', `../${BROWSER_EDITION}${texts.language}/${inside}`);
  }
  // Source pages exist only in English.
  for (const link of document.querySelectorAll('a[href^="src/"], a[href^="hosts/"], a[href^="packages/"]'))
    link.setAttribute('href', `../${link.getAttribute('href')}`);
  addLanguage(document, `../${page}`, 'en', 'English');
}
