// The book in another language, in a folder of its own below the book: the same pages at the same addresses, whose cells and
// sections are said in it, and whose figures, styles and scripts without words are the book's.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ADDRESSES, BROWSER_EDITION } from '../../../packages/system/addresses.mjs';
import { remove } from '../../../packages/system/project.mjs';
import { readPhrases, translateDocument, translateDrawing, wordsScript } from '../../../translations/phrases.mjs';
import {
  anchorOf,
  cellsOfPage,
  sourceOfPage,
  textOf,
  translate,
  twins,
  UNTRANSLATED,
} from '../../../translations/twins.mjs';
import { topicOf } from '../../shared/parts.mjs';
import { LOCALES } from '../../shared/translated.mjs';
import { linkHeadings } from './headings.mjs';
import { book, LOOK_UP, pageGroups, write } from './sources.mjs';
import { startPage } from './start.mjs';
import { TEACHING } from './teaching.mjs';

/** What a page of the book says of itself in each language. */
export const LANGUAGES = {
  zh: { sphinx: LOCALES.zh, lang: LOCALES.zh.replace('_', '-'), title: '脉冲神经元识别数字', name: '中文' },
};

/** @typedef {import('./sources.mjs').Chapter} Chapter */
/** @typedef {keyof typeof LANGUAGES} Language */

const HEADING = /^#{1,6} (.+?)\s*$/gm;
/** @typedef {import('../../../translations/twins.mjs').Cell[]} Cells */
/** The headings of some cells, in order. */
const sectionsOf = (/** @type {Cells} */ cells) =>
  cells
    .filter(({ cell_type }) => cell_type === 'markdown')
    .flatMap((cell) =>
      [
        ...textOf(cell)
          .replace(/^```[\s\S]*?^```/gm, '')
          .matchAll(HEADING),
      ].map(([, heading]) => heading),
    );
/** A heading as Sphinx names it. */
const plain = (/** @type {string} */ heading) =>
  heading
    .replace(/[`*]|\$/g, '')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** The id that Sphinx gives to an English heading. */
const idOf = (/** @type {string} */ heading) =>
  heading
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[-0-9]+|-+$/g, '');

/** Pages that are only there in English: a link to one leads out of the translated book. */
const ENGLISH = new RegExp(
  `^(?:${[...[...UNTRANSLATED].map((file) => basename(file, '.md')), TEACHING].join('|')}|(?:src|hosts|packages)/.*)$`,
);
const LINK = /(?<!!)\[((?:[^\]\\]|\\.)*)\]\((?:([\w./-]+)\.(?:md|ipynb|html))?(?:#([^)\s]*))?\)/g;

/**
 * Markdown whose links to pages of the book are HTML: Sphinx knows the sections of a translated page by their English ids alone.
 * @param {string} markdown
 * @param {Map<string, string>} ids of the English sections by their anchors
 */
const linked = (markdown, ids) =>
  markdown.replace(LINK, (whole, label, page, hash) => {
    if (page === undefined && hash === undefined) return whole;
    const shown = label
      .replace(/`([^`]+)`/g, '<code class="docutils literal">$1</code>')
      .replace(/\*([^*]+)\*/g, '<em>$1</em>');
    const end = hash === undefined ? '' : `#${ids.get(hash) ?? hash}`;
    if (page === undefined) return `<a class="reference internal" href="${end}">${shown}</a>`;
    const outward = ENGLISH.test(page.replace(/^(?:\.\.\/)+/, ''));
    return outward
      ? `<a class="reference" href="../${page}.html${end}" hreflang="en">${shown}</a>`
      : `<a class="reference internal" href="${page}.html${end}">${shown}</a>`;
  });

/**
 * The texts of a language.
 * @param {Language} language
 */
export function languageOf(language) {
  const all = new Map(twins(language).map((twin) => [twin.name, twin]));
  const phrases = readPhrases(language, ['drawings', 'frame', 'html']);
  const blocksOf = (/** @type {string} */ name) => all.get(topicOf(name))?.blocks ?? new Map();
  /** The English headings' ids, by what links say. @type {Map<string, string>} */
  const ids = new Map(
    [...all.values()].flatMap(({ cells }) => sectionsOf(cells)).map((heading) => [anchorOf(heading), idOf(heading)]),
  );
  /** For each page, its translated headings with the English ids. @type {Record<string, Record<string, string>>} */
  const slugs = {};
  const keep = (/** @type {string} */ page, /** @type {Cells} */ english, /** @type {Cells} */ other) => {
    const [own, said] = [sectionsOf(english), sectionsOf(other)];
    slugs[page] = Object.fromEntries(own.flatMap((heading, i) => (said[i] ? [[plain(said[i]), idOf(heading)]] : [])));
    return other;
  };
  return {
    ...LANGUAGES[language],
    language,
    phrases,
    slugs,
    /** @param {string} name @param {import('./chapters.mjs').Notebook} notebook */
    chapter(name, notebook) {
      const cells = /** @type {Cells} */ (structuredClone(notebook.cells));
      return { ...notebook, cells: keep(name, cells, translate(cells, blocksOf(name))) };
    },
    /** @param {string} markdown */
    linked: (markdown) => linked(markdown, ids),
    /** @param {string} file an SVG file */
    drawing: (file) => translateDrawing(readFileSync(file, 'utf8'), phrases),
    /** A page of the book, with addresses of the English sections. @param {string} file */
    page(file) {
      const cells = cellsOfPage(readFileSync(join(book, file), 'utf8'));
      const name = file.slice(0, -'.md'.length);
      return sourceOfPage(keep(name, cells, translate(cells, blocksOf(name))));
    },
    /** @param {ParentNode & Element} top */
    translateDocument: (top) => translateDocument(top, phrases),
  };
}

/** @typedef {ReturnType<typeof languageOf>} Texts */

/**
 * Writes the pages beside the chapters for Sphinx.
 * @param {Texts} texts
 * @param {{ english: Chapter[], chapters: Chapter[], source: string, picture: string, map: (page: string) => string }} given
 */
export function writeTranslatedPages(texts, { english, chapters, source, picture, map }) {
  // A section is named by its English heading.
  const worded = (/** @type {string} */ name, /** @type {string} */ heading, /** @type {number} */ number) => {
    const at = english.findIndex((one) => one.name === name);
    const [own, other] = [english, chapters].map((list) => sectionsOf(/** @type {Cells} */ (list[at].notebook.cells)));
    return `第 ${number} 章“${other[own.indexOf(heading)] ?? heading}”`;
  };
  const { [LOOK_UP]: found = [], ...others } = pageGroups();
  const isTranslated = (/** @type {string} */ name) => !UNTRANSLATED.has(`${name}.md`);
  for (const name of ['glossary', ...found, ...Object.values(others).flat()].filter(isTranslated)) {
    const text = texts.page(`${name}.md`);
    // A blank stands around a name in English, and none around a chapter's in Chinese.
    const close = text.replace(/(?<=\p{Script=Han}) (?=\[\[)|(?<=\]\]) (?=\p{Script=Han})/gu, '');
    const told = linkHeadings(`translations/${texts.language}/pages/${name}.md`, close, english, worded);
    write(join(source, `${name}.md`), texts.linked(name === 'map' ? map(told) : told));
  }
  const groups = Object.fromEntries(
    Object.entries({ ...others, [LOOK_UP]: [...found, 'glossary'] })
      .map(([caption, names]) => /** @type {const} */ ([caption, names.filter(isTranslated)]))
      .filter(([, names]) => names.length > 0),
  );
  write(join(source, 'index.md'), texts.linked(startPage(picture, chapters, groups, texts.page('index.md'))));
  write(join(source, 'sections.json'), JSON.stringify(texts.slugs));
  // Sphinx's own Chinese lacks most of what its search says.
  const search = readPhrases(texts.language, ['search']).table;
  const messages = Object.fromEntries([...search].map(([english, other]) => [english, [other]]));
  write(
    join(source, 'locales', texts.sphinx, 'LC_MESSAGES', 'sphinx.js'),
    `Documentation.addTranslations(${JSON.stringify({ locale: texts.sphinx, messages, plural_expr: '0' })});\n`,
  );
}

/** What Sphinx writes for each language anew, and what scripts say in it (editions/shared/page/words.ts). */
const OWN = new Set(['language_data.js', 'translations.js', 'documentation_options.js', 'words.js']);

/**
 * Takes out of a translated book what the book above it has as well, and puts in what its scripts say.
 * @param {string} pages the folder of the language
 * @param {Texts} texts
 */
export function shareStatic(pages, { language }) {
  for (const name of readdirSync(join(pages, '_static'))) if (!OWN.has(name)) remove(join(pages, '_static', name));
  write(join(pages, '_static', 'words.js'), wordsScript(language));
  remove(join(pages, '_sources'));
}

/** The addresses of a page in all languages, for search engines: where the book is published these are absolute. */
export function alternates(/** @type {string} */ page) {
  if (!ADDRESSES.homepage) return '';
  const site = new URL('book/', ADDRESSES.homepage).href;
  const links = [
    ['en', ''],
    ...Object.entries(LANGUAGES).map(([folder, { lang }]) => [lang, `${folder}/`]),
    ['x-default', ''],
  ];
  return links
    .map(([lang, folder]) => `<link rel="alternate" hreflang="${lang}" href="${site}${folder}${page}">`)
    .join('');
}

/**
 * Leads to a page in another language; the section stays, since both have the same addresses.
 * @param {Document} document
 * @param {string} address
 * @param {string} lang
 * @param {string} name of the language, in itself
 */
function addLanguage(document, address, lang, name) {
  const link = `<a class="language" href="${address}" hreflang="${lang}" lang="${lang}" onclick="this.hash = location.hash">${name}</a>`;
  for (const toggle of document.querySelectorAll('.theme-toggle-container'))
    toggle.insertAdjacentHTML('afterbegin', link);
}

/**
 * An English page gets a link to it in each language that has it.
 * @param {Document} document
 * @param {string} page
 */
export function finishEnglish(document, page) {
  for (const [folder, { lang, name }] of Object.entries(LANGUAGES))
    addLanguage(document, `${folder}/${page}`, lang, name);
  document.head.insertAdjacentHTML('beforeend', alternates(page));
}

/**
 * A page in its language, once the rest of it is finished.
 * @param {Document} document
 * @param {string} page
 * @param {Texts} texts
 */
export function finishTranslated(document, page, texts) {
  document.documentElement.lang = texts.lang;
  document.documentElement.dataset.up = '../';
  document.head.insertAdjacentHTML('afterbegin', '<script src="_static/words.js"></script>');
  for (const note of document.querySelectorAll('article blockquote')) {
    if (!/以下为英文原文/.test(note.textContent)) continue;
    for (let next = note.nextElementSibling; next && next.tagName !== 'SECTION'; next = next.nextElementSibling)
      next.setAttribute('lang', 'en');
  }
  for (const em of document.querySelectorAll('article em')) if (/。$/.test(em.textContent)) em.className = 'aside';
  // The book's own words among what a cell printed.
  for (const link of document.querySelectorAll('.cell_output a[href^="train.html"]'))
    link.textContent = texts.phrases.say(link.textContent ?? '') ?? link.textContent;
  texts.translateDocument(document.documentElement);
  for (const element of document.querySelectorAll('[src], [href], [srcset], [data-src], [data-folder]')) {
    for (const { name, value } of [...element.attributes]) {
      if (!/^(?:src|href|srcset|data-\w+)$/.test(name)) continue;
      element.setAttribute(
        name,
        value.replace(
          /(^|, ?|\s)(_static\/([^\s?#,]*))/g,
          (_, before, path, file) => `${before}${OWN.has(file) ? '' : '../'}${path}`,
        ),
      );
    }
  }
  for (const link of document.querySelectorAll(`a[href^="${BROWSER_EDITION}"]`)) {
    const inside = link
      .getAttribute('href')
      ?.slice(BROWSER_EDITION.length)
      .replace('path=', `path=${texts.language}%2F`);
    link.setAttribute('href', `../${BROWSER_EDITION}${texts.language}/${inside}`);
  }
  // The source is shown once.
  for (const link of document.querySelectorAll('a[href^="src/"], a[href^="hosts/"], a[href^="packages/"]'))
    link.setAttribute('href', `../${link.getAttribute('href')}`);
  addLanguage(document, `../${page}`, 'en', 'English');
  document.head.insertAdjacentHTML('beforeend', alternates(page));
}
