// What is said in single sentences and words (pages' scripts, drawings, the checks of exercises) by its English:
// zh/phrases/*.json, { "Chapter {0} of {1}": "第 {0} 章，共 {1} 章" }. What is not in there stays English.
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import { readJson, root, UserError } from '../packages/system/project.mjs';
import { folderOf } from './twins.mjs';

const require = createRequire(import.meta.url);
/** @type {typeof import('typescript')} */
const ts = require('typescript');
const HOLE = /\{(\d)\}/g;
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

/**
 * The sentences and words that a script holds: literals, and templates with {0}, {1} in place of what they take in.
 * @param {string} code
 * @param {(phrase: string, literal: { start: number, end: number, holes: string[] }) => void} each
 */
export function eachLiteral(code, each) {
  const source = ts.createSourceFile('script.ts', code, ts.ScriptTarget.ESNext, true);
  const visit = (/** @type {import('typescript').Node} */ node) => {
    const place = { start: node.getStart(source), end: node.end };
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    const isName = node.parent && 'name' in node.parent && node.parent.name === node;
    if (isName) {
    } else if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node))
      each(node.text, { ...place, holes: [] });
    else if (ts.isTemplateExpression(node)) {
      const text = node.templateSpans.reduce((said, span, i) => `${said}{${i}}${span.literal.text}`, node.head.text);
      each(text, { ...place, holes: node.templateSpans.map(({ expression }) => expression.getText(source)) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

/**
 * A script whose sentences are said in another language. Blanks around a sentence stay.
 * @param {string} code
 * @param {Phrases} phrases
 */
export function translateScript(code, phrases) {
  /** @type {{ start: number, end: number, text: string }[]} */
  const found = [];
  const written = (/** @type {string} */ text) =>
    JSON.stringify(text).slice(1, -1).replaceAll('`', '\\`').replaceAll('\\"', '"').replaceAll('${', '\\${');
  eachLiteral(code, (phrase, { start, end, holes }) => {
    const key = squeeze(phrase);
    const other = phrases.table.get(key);
    if (other === undefined || key === '') return;
    const [before] = /^\s*/.exec(phrase) ?? [''];
    const [after] = /\s*$/.exec(phrase) ?? [''];
    const parts = other
      .split(HOLE)
      .map((part, i) => (i % 2 === 0 ? written(part) : `\${${translateScript(holes[Number(part)], phrases)}}`));
    found.push({ start, end, text: `\`${written(before)}${parts.join('')}${written(after)}\`` });
  });
  // A template within a template is written anew with it.
  const outer = found.filter(
    (one) => !found.some((other) => other !== one && other.start <= one.start && one.end <= other.end),
  );
  let at = 0;
  let result = '';
  for (const { start, end, text } of outer.sort((a, b) => a.start - b.start)) {
    result += code.slice(at, start) + text;
    at = end;
  }
  return result + code.slice(at);
}

/**
 * The sentences of a script, or the words of a drawing, that no phrase says.
 * @param {string} text a script, or SVG
 * @param {Phrases} phrases
 */
export function unsaid(text, phrases) {
  /** @type {Set<string>} */
  const found = new Set();
  const look = (/** @type {string} */ one, /** @type {RegExp} */ read) => {
    const english = squeeze(one);
    if (read.test(english) && phrases.say(english) === undefined) found.add(english);
  };
  if (!text.startsWith('<')) eachLiteral(text, (phrase) => look(phrase, /^[A-Z].* .*[.?!…]$/));
  else {
    const { document } = new JSDOM(text, { contentType: 'image/svg+xml' }).window;
    for (const one of document.querySelectorAll('text, title, desc'))
      if (one.children.length === 0) look(one.textContent ?? '', /[a-z]{3}/);
  }
  return [...found];
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
