// What is said in single sentences and words (pages' scripts, drawings, the checks of exercises) by its English:
// zh/phrases/*.json, { "Chapter {0} of {1}": "第 {0} 章，共 {1} 章" }. What is not in there stays English.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import ts from 'typescript';
import { speaker } from '../packages/exercises/engine/phrases';
import { filesUnder, readJson, root, UserError } from '../packages/system/project';
import { folderOf } from './twins';

const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();

/**
 * The phrases of some files in a language.
 * @param files without .json; all of them unless said
 */
export function readPhrases(
  language: string,
  files: string[] = readdirSync(folderOf(language, 'phrases')).map((file) => file.slice(0, -5)),
) {
  return makePhrases(
    files.sort().flatMap((file) => Object.entries(readJson(join(folderOf(language, 'phrases'), `${file}.json`)) ?? {})),
  );
}

/** The tags in a text, whatever their order. */
const tagsOf = (text: string) => (text.match(/<[/!?a-z][^>]*>?/gi) ?? []).sort().join(' ') || 'no tags';

/** @throws UserError if a phrase brings tags that its English does not have: pages would run what is in them */
export function makePhrases(entries: [english: string, other: string][]) {
  for (const [english, other] of entries) {
    const [expected, found] = [tagsOf(english), tagsOf(other)];
    if (expected !== found)
      throw new UserError(
        `phrases: "${english}": expected ${expected} as in the English, found ${found}; translate the text alone`,
      );
  }
  // As the checks of exercises say theirs.
  const speak = speaker(Object.fromEntries(entries));
  return {
    table: new Map(entries),
    /** A text in the language, or undefined. */
    say(text: string) {
      const english = squeeze(text);
      const other = speak(english);
      return other === english ? undefined : other;
    },
  };
}

export type Phrases = ReturnType<typeof makePhrases>;

/** The classic script by which the scripts of pages say their words in a language. */
export const wordsScript = (language: string) =>
  `pageWords = ${JSON.stringify(Object.fromEntries(readPhrases(language, ['pages']).table))};\n`;

/** Scripts of pages, which say their words by editions/shared/page/words.ts. */
const SCRIPTS = /^editions\/(?:book\/(?!make|test)|browser\/page\/|shared\/page\/).*\.ts$/;

/**
 * What the scripts of pages say: by t`…`, which is looked up by its key in pages.json, and whole sentences beside it,
 * which stay English.
 */
export function wordsOfScripts() {
  /** The keys, and where they are said. */
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
        text = node.templateSpans.reduce((said, { literal }, i) => `${said}{${i}}${literal.text}`, node.head.text);
      if (text !== '' && isTagged) keys.set(text.trim(), file);
      else if (/^[A-Z].* .*[.?!…]$/.test(text)) plain.push(`${file}: ${text}`);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { keys, plain };
}

/** The words of a drawing that no phrase says. */
export function unsaid(svg: string, phrases: Phrases) {
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  const texts = [...document.querySelectorAll('text, title, desc')].filter(({ children }) => children.length === 0);
  const words = texts.map(({ textContent }) => squeeze(textContent ?? ''));
  return [...new Set(words)].filter((word) => /[a-z]{3}/.test(word) && phrases.say(word) === undefined);
}

/** What of an element is read or heard. */
const SAID = ['aria-label', 'title', 'placeholder', 'alt', 'content', 'aria-roledescription'];
/** Code, what it printed and drew, and what is English on purpose. */
const NOT_SAID = 'script, style, pre, code, .katex, .cell_output, .figure, [lang="en"]';

/** Says in another language what a document (HTML or SVG) says in whole elements, texts and attributes. */
export function translateDocument(top: Element, phrases: Phrases) {
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
  const texts: Text[] = [];
  while (walker.nextNode()) texts.push(walker.currentNode as Text);
  for (const node of texts) {
    if (!/[A-Za-z]/.test(node.data) || node.parentElement?.closest(NOT_SAID)) continue;
    const other = phrases.say(node.data);
    if (other !== undefined) node.data = node.data.replace(/\S[\s\S]*\S|\S/, () => other);
  }
}

/** A drawing that says its words in another language. */
export function translateDrawing(svg: string, phrases: Phrases) {
  const dom = new JSDOM(svg, { contentType: 'image/svg+xml' });
  translateDocument(dom.window.document.documentElement, phrases);
  return dom.serialize();
}
