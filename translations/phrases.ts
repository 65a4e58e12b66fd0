// Translations of single sentences and words (in scripts of pages, drawings and checks of exercises), by their English:
// zh/phrases/*.json, { "Chapter {0} of {1}": "第 {0} 章，共 {1} 章" }. Everything else stays English.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import ts from 'typescript';
import { makeTranslator } from '../packages/exercises/engine/phrases';
import { filesUnder, readJson, root, UserError } from '../packages/system/project';
import { translationFolder } from './blocks';

const collapseSpaces = (text: string) => text.replace(/\s+/g, ' ').trim();

/**
 * @param files names without .json; default: all
 */
export function readPhrases(
  language: string,
  files: string[] = readdirSync(translationFolder(language, 'phrases')).map((file) => file.slice(0, -5)),
) {
  return makePhrases(
    files
      .sort()
      .flatMap((file) => Object.entries(readJson(join(translationFolder(language, 'phrases'), `${file}.json`)) ?? {})),
  );
}

/** The tags in a text, sorted. */
const tagsOf = (text: string) => (text.match(/<[/!?a-z][^>]*>?/gi) ?? []).sort().join(' ') || 'no tags';

/** @throws UserError if the tags of a phrase differ from its English's: a page would run a script in them */
export function makePhrases(entries: [english: string, other: string][]) {
  for (const [english, other] of entries) {
    const [expected, found] = [tagsOf(english), tagsOf(other)];
    if (expected !== found)
      throw new UserError(
        `phrases: "${english}": expected ${expected} as in the English, found ${found}; translate the text alone`,
      );
  }
  const translateText = makeTranslator(Object.fromEntries(entries));
  return {
    table: new Map(entries),
    /** The translation of a text; undefined if it has none. */
    translate(text: string) {
      const english = collapseSpaces(text);
      const other = translateText(english);
      return other === english ? undefined : other;
    },
  };
}

export type Phrases = ReturnType<typeof makePhrases>;

/** A classic script with the phrases that scripts of pages look up. */
export const phrasesScript = (language: string) =>
  `pageWords = ${JSON.stringify(Object.fromEntries(readPhrases(language, ['pages']).table))};\n`;

/** Scripts of pages; they look up their phrases with editions/shared/page/words.ts. */
const SCRIPTS = /^editions\/(?:book\/(?!make|test)|browser\/page\/|shared\/page\/).*\.ts$/;

/**
 * Texts in the scripts of pages: those tagged t`…` are looked up in pages.json; whole sentences without the tag would
 * stay English.
 */
export function scriptPhrases() {
  /** Key of a tagged text → its file. */
  const keys = new Map<string, string>();
  const plain: string[] = [];
  for (const file of filesUnder(join(root, 'editions')).map((name) => `editions/${name.replaceAll('\\', '/')}`)) {
    if (!SCRIPTS.test(file)) continue;
    const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.ESNext, true);
    const visit = (node: ts.Node) => {
      const isTagged =
        ts.isTaggedTemplateExpression(node.parent ?? node) && node.parent.getText(source).startsWith('t`');
      let text = '';
      if (ts.isStringLiteralLike(node)) text = node.text;
      if (ts.isTemplateExpression(node))
        text = node.templateSpans.reduce((text, { literal }, i) => `${text}{${i}}${literal.text}`, node.head.text);
      if (text !== '' && isTagged) keys.set(text.trim(), file);
      else if (/^[A-Z].* .*[.?!…]$/.test(text)) plain.push(`${file}: ${text}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { keys, plain };
}

/** The texts of a drawing that have no translation. */
export function untranslatedTexts(svg: string, phrases: Phrases) {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  const texts = [...document.querySelectorAll('text, title, desc')].filter(({ children }) => children.length === 0);
  const words = texts.map(({ textContent }) => collapseSpaces(textContent ?? ''));
  return [...new Set(words)].filter((word) => /[a-z]{3}/.test(word) && phrases.translate(word) === undefined);
}

/** Attributes that a reader sees or hears. */
const ATTRIBUTES = ['aria-label', 'title', 'placeholder', 'alt', 'content', 'aria-roledescription'];
/** Code, its outputs, and what is English on purpose. */
const SKIPPED = 'script, style, pre, code, .katex, .cell_output, .figure, [lang="en"]';

/** Translates whole elements, texts and attributes of a document (HTML or SVG), in place. */
export function translateDocument(top: Element, phrases: Phrases) {
  const document = top.ownerDocument;
  for (const element of top.querySelectorAll(
    'p, li, td, th, dd, dt, figcaption, label, legend, summary, button, a, text',
  )) {
    if (element.closest(SKIPPED) || element.children.length === 0) continue;
    const other = phrases.table.get(collapseSpaces(element.innerHTML));
    if (other === undefined) continue;
    element.innerHTML = other;
  }
  for (const element of top.querySelectorAll(ATTRIBUTES.map((name) => `[${name}]`).join())) {
    if (element.closest(SKIPPED)) continue;
    for (const name of ATTRIBUTES) {
      const english = element.getAttribute(name);
      if (
        !english ||
        (name === 'content' &&
          !/description|title|site_name/.test(`${element.getAttribute('name')}${element.getAttribute('property')}`))
      )
        continue;
      const other = phrases.translate(english);
      if (other !== undefined) element.setAttribute(name, other);
    }
  }
  const walker = document.createTreeWalker(top, 4 /* NodeFilter.SHOW_TEXT */);
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const node of texts) {
    if (!/[A-Za-z]/.test(node.data) || node.parentElement?.closest(SKIPPED)) continue;
    const other = phrases.translate(node.data);
    if (other !== undefined) node.data = node.data.replace(/\S[\s\S]*\S|\S/, () => other);
  }
}

export function translateDrawing(svg: string, phrases: Phrases) {
  const dom = new JSDOM(svg, { contentType: 'image/svg+xml' });
  translateDocument(dom.window.document.documentElement, phrases);
  return dom.serialize();
}
