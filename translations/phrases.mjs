// What is said in single sentences and words (pages' scripts, drawings, the checks of exercises) by its English:
// zh/phrases/*.json, { "Chapter {0} of {1}": "第 {0} 章，共 {1} 章" }. What is not in there stays English.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { filesUnder, readJson, root, UserError } from '../packages/system/project.mjs';
import { folderOf } from './twins.mjs';

const require = createRequire(import.meta.url);
/** @type {typeof import('typescript')} */
const ts = require('typescript');
const squeeze = (/** @type {string} */ text) => text.replace(/\s+/g, ' ').trim();

/**
 * The phrases of some files in a language.
 * @param {string} language
 * @param {string[]} [files] without .json; all of them unless said
 */
export function readPhrases(
  language,
  files = readdirSync(folderOf(language, 'phrases')).map((file) => file.slice(0, -5)),
) {
  return makePhrases(
    files.sort().flatMap((file) => Object.entries(readJson(join(folderOf(language, 'phrases'), `${file}.json`)) ?? {})),
  );
}

/** The tags in a text, whatever their order. @param {string} text */
const tagsOf = (text) => (text.match(/<[/!?a-z][^>]*>?/gi) ?? []).sort().join(' ') || 'no tags';

/**
 * @param {[english: string, other: string][]} entries
 * @throws UserError if a phrase brings tags that its English does not have: pages would run what is in them
 */
export function makePhrases(entries) {
  for (const [english, other] of entries) {
    const [expected, found] = [tagsOf(english), tagsOf(other)];
    if (expected !== found)
      throw new UserError(
        `phrases: "${english}": expected ${expected} as in the English, found ${found}; translate the text alone`,
      );
  }
  // As the checks of exercises say theirs; it needs what set-up builds.
  /** @type {typeof import('../packages/exercises/engine/phrases.js')} */
  const { speaker } = require(join(root, 'dist', 'packages', 'exercises', 'engine', 'phrases.js'));
  const speak = speaker(Object.fromEntries(entries));
  return {
    table: new Map(entries),
    /** A text in the language, or undefined. @param {string} text */
    say(text) {
      const english = squeeze(text);
      const other = speak(english);
      return other === english ? undefined : other;
    },
  };
}

/** @typedef {ReturnType<typeof makePhrases>} Phrases */

/** The classic script by which the scripts of pages say their words in a language. @param {string} language */
export const wordsScript = (language) =>
  `pageWords = ${JSON.stringify(Object.fromEntries(readPhrases(language, ['pages']).table))};\n`;

/** Scripts of pages, which say their words by editions/shared/page/words.ts. */
const SCRIPTS = /^editions\/(?:book\/(?!make|test)|browser\/page\/|shared\/page\/).*\.ts$/;

/**
 * What the scripts of pages say: by t`…`, which is looked up by its key in pages.json, and whole sentences beside it, which
 * stay English.
 */
export function wordsOfScripts() {
  /** @type {Map<string, string>} The keys, and where they are said. */
  const keys = new Map();
  /** @type {string[]} */
  const plain = [];
  for (const file of filesUnder(join(root, 'editions')).map((name) => `editions/${name.replaceAll('\\', '/')}`)) {
    if (!SCRIPTS.test(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ESNext, true);
    const visit = (/** @type {import('typescript').Node} */ node) => {
      const isTagged =
        ts.isTaggedTemplateExpression(node.parent ?? node) && node.parent.getText(source).startsWith('t`');
      let text = '';
      if (ts.isStringLiteralLike(node)) text = node.text;
      if (ts.isTemplateExpression(node))
        text = node.templateSpans.reduce((said, { literal }, i) => `${said}{${i}}${literal.text}`, node.head.text);
      if (text !== '' && isTagged) keys.set(text.trim(), file);
      else if (/^[A-Z].* .*[.?!…]$/.test(text)) plain.push(`${file}: ${text}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { keys, plain };
}

/**
 * The words of a drawing that no phrase says.
 * @param {string} svg
 * @param {Phrases} phrases
 */
export function unsaid(svg, phrases) {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  const texts = [...document.querySelectorAll('text, title, desc')].filter(({ children }) => children.length === 0);
  const words = texts.map(({ textContent }) => squeeze(textContent ?? ''));
  return [...new Set(words)].filter((word) => /[a-z]{3}/.test(word) && phrases.say(word) === undefined);
}

/** What of an element is read or heard. */
const SAID = ['aria-label', 'title', 'placeholder', 'alt', 'content', 'aria-roledescription'];
/** Code, what it printed and drew, and what is English on purpose. */
const NOT_SAID = 'script, style, pre, code, .katex, .cell_output, .figure, [lang="en"]';

/**
 * Says in another language what a document (HTML or SVG) says in whole elements, texts and attributes.
 * @param {Element} top
 * @param {Phrases} phrases
 */
export function translateDocument(top, phrases) {
  const document = top.ownerDocument;
  for (const element of top.querySelectorAll(
    'p, li, td, th, dd, dt, figcaption, label, legend, summary, button, a, text',
  )) {
    if (element.closest(NOT_SAID) || element.children.length === 0) continue;
    const other = phrases.table.get(squeeze(element.innerHTML));
    if (other === undefined) continue;
    element.innerHTML = other;
  }
  for (const element of top.querySelectorAll(SAID.map((name) => `[${name}]`).join())) {
    if (element.closest(NOT_SAID)) continue;
    for (const name of SAID) {
      const english = element.getAttribute(name);
      if (
        !english ||
        (name === 'content' &&
          !/description|title|site_name/.test(`${element.getAttribute('name')}${element.getAttribute('property')}`))
      )
        continue;
      const other = phrases.say(english);
      if (other !== undefined) element.setAttribute(name, other);
    }
  }
  const walker = document.createTreeWalker(top, 4 /* NodeFilter.SHOW_TEXT */);
  /** @type {Text[]} */
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const node of texts) {
    if (!/[A-Za-z]/.test(node.data) || node.parentElement?.closest(NOT_SAID)) continue;
    const other = phrases.say(node.data);
    if (other !== undefined) node.data = node.data.replace(/\S[\s\S]*\S|\S/, () => other);
  }
}

/**
 * A drawing that says its words in another language.
 * @param {string} svg
 * @param {Phrases} phrases
 */
export function translateDrawing(svg, phrases) {
  const dom = new JSDOM(svg, { contentType: 'image/svg+xml' });
  translateDocument(dom.window.document.documentElement, phrases);
  return dom.serialize();
}
