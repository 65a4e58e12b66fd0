// Finishes Sphinx's pages: renders formulas, links source files and glossary terms, adds chapter heads, and makes
// horizontally scrolling parts accessible by keyboard.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { JSDOM } from 'jsdom';
import katex from 'katex';
import { root, UserError } from '../../../packages/system/project';
import { escapeHtml } from '../../shared/html';
import { namedSource, sourceAddress } from '../../shared/source-pages';
import { linkTerms, type Term } from './links';

/** Renders the formulas that Sphinx leaves as TeX. */
function setFormulas(article: Element, page: string) {
  const formulas = article.querySelectorAll('.tex');
  for (const element of formulas) {
    const tex = element.textContent;
    const displayMode = element.matches('.formula');
    try {
      element.innerHTML = katex.renderToString(tex, { displayMode, throwOnError: true, strict: 'error' });
    } catch (error) {
      throw new UserError(`${page}: formula ${tex.trim()}: ${(error as Error).message.split('\n')[0]}`);
    }
    if (displayMode) element.classList.remove('tex');
    else element.replaceWith(...element.childNodes);
  }
  // Only pages with formulas need the style sheet.
  const style = '<link rel="stylesheet" href="_static/katex/katex.min.css">';
  if (formulas.length > 0) article.ownerDocument.querySelector('link')?.insertAdjacentHTML('beforebegin', style);
}

/** KaTeX's style sheet, with WOFF2 fonts only, which every current browser supports. */
export const katexCss = (css: string) => css.replace(/,url\(fonts\/[^)]+\.(?:woff|ttf)\) format\("\w+"\)/g, '');

/** Links names of source files. */
function linkNames(article: Element, page: string) {
  for (const code of article.querySelectorAll('code.literal')) {
    if (code.closest('a, pre')) continue;
    const name = code.textContent.trim();
    let path = '';
    try {
      path = namedSource(name) ?? '';
    } catch (error) {
      throw new UserError(`${page}: ${(error as Error).message}`);
    }
    if (!path) continue;
    const link = article.ownerDocument.createElement('a');
    link.href = sourceAddress(path, '');
    link.className = 'reference source';
    code.replaceWith(link);
    link.append(code);
  }
}

/** Gives drawings their size before they load, so that the text does not move under the reader. */
function sizeDrawings(article: Element, page: string, readDrawing: (address: string) => string) {
  for (const image of article.querySelectorAll('img[src$=".svg"]:not([width])')) {
    const address = image.getAttribute('src') ?? '';
    const [, width, height] = /<svg[^>]* width="(\d+)" height="(\d+)"/.exec(readDrawing(address)) ?? [];
    if (!height) throw new UserError(`${page}: expected a width and a height in ${address}, found none`);
    image.setAttribute('width', width);
    image.setAttribute('height', height);
  }
}

/**
 * Puts drawings and printed tables, which may be too wide for a phone, into scrolling boxes that take keyboard focus.
 * Sphinx does so for other tables and for formulas.
 */
function boxWide(article: Element) {
  for (const image of article.querySelectorAll('p > img:only-child')) {
    const paragraph = image.parentElement;
    if (paragraph?.textContent.trim() !== '') continue;
    const box = article.ownerDocument.createElement('div');
    box.className = 'drawing';
    box.tabIndex = 0;
    box.setAttribute('role', 'group');
    box.setAttribute('aria-label', 'Drawing');
    paragraph.replaceWith(box);
    box.append(image);
  }
  for (const pre of article.querySelectorAll('.cell_output pre')) {
    if (!pre.textContent.includes('┌')) continue;
    pre.classList.add('printed-table');
    // Text printed around a table wraps as usual.
    const lines = pre.textContent.split(/(?<=\n)/).map((line) => {
      if (/^[┌│├└]/.test(line)) return line;
      const sentence = article.ownerDocument.createElement('span');
      sentence.className = 'sentence';
      sentence.textContent = line;
      return sentence;
    });
    pre.replaceChildren(...lines);
  }
  // Otherwise a narrow column on a phone would separate a unit from its number.
  for (const cell of article.querySelectorAll('td')) {
    if (/^[−-]?[\d.,]+ \S{1,3}$/.test(cell.textContent.trim())) cell.classList.add('value');
  }
}

/** Embeds the page of one neuron at the end of a chapter's first section. */
function embedNeuron(article: Element) {
  const page = readFileSync(join(root, 'editions', 'book', 'neuron.md'), 'utf8');
  const [, html] = /```\{raw\} html\n(.*?)```/s.exec(page) ?? [];
  const sentence = 'Now try it yourself. This is the same neuron, with the same equations.';
  const link = '<a href="neuron.html">Open it on a page of its own.</a>';
  const section = article.querySelector('section > section');
  section?.insertAdjacentHTML('beforeend', `<div class="embed"><p>${sentence} ${link}</p>${html}</div>`);
}

interface ChapterHead {
  name: string;
  /** Counts from 1. */
  position: number;
  /** Number of chapters. */
  chapters: { name: string; title: string }[];
  /** Path of the notebook within the book. */
  notebook: string;
  /** Address in the browser edition. */
  run?: string;
}

/** The head of a chapter: its place in the book, and links to run or download it. */
export function chapterHead({ name, position, chapters, notebook, run }: ChapterHead) {
  const where = `Chapter ${Number(/^\d+/.exec(name)?.[0])} · ${position} of ${chapters.length}`;
  const steps = chapters.map((chapter, i) => {
    const here = i + 1 === position ? ' aria-current="page"' : '';
    const title = escapeHtml(chapter.title);
    return `<li><a href="${chapter.name}.html" title="${title}"${here}></a></li>`;
  });
  const actions = [`<a href="${notebook}" download>Download the notebook</a>`];
  if (run) actions.unshift(`<a class="run" href="${escapeHtml(run)}">Run this chapter</a>`);
  return (
    `<div class="chapter-head"><p class="chapter-number">${where}</p>` +
    `<ol class="chapter-steps" aria-label="Chapters">${steps.join('')}</ol>` +
    `<p class="chapter-actions">${actions.join('')}</p></div>`
  );
}

/** Options of `finishPage`. */
export interface Finishing {
  /** Glossary terms to link. */
  terms?: Term[];
  /** The head, if the page is a chapter. */
  head?: string;
  /** Whether to embed the page of one neuron. */
  neuron?: boolean;
  /** Reads an SVG file, by its address relative to the page. */
  readDrawing?(address: string): string;
  /** Called last. */
  last?(document: Document): void;
}

/**
 * Finishes a page.
 * @param html Sphinx's output
 * @param page its path within the book
 */
export function finishPage(html: string, page: string, more: Finishing = {}) {
  const { terms = [], head, neuron, readDrawing, last } = more;
  const dom = new JSDOM(html);
  const { document } = dom.window;
  const article = document.querySelector('article');
  if (!article) throw new UserError(`${page}: expected an article, found none`);
  setFormulas(article, page);
  linkNames(article, page);
  if (terms.length > 0) linkTerms(article, terms);
  if (neuron) embedNeuron(article);
  if (readDrawing) sizeDrawings(article, page, readDrawing);
  boxWide(article);
  if (head) {
    const title = article.querySelector('h1');
    if (!title) throw new UserError(`${page}: expected a title, found none: begin the notebook with "# …"`);
    title.insertAdjacentHTML('beforebegin', head);
  }
  last?.(document);
  const finished = dom.serialize();
  dom.window.close();
  return finished;
}
