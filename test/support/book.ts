/** What makes the book, in ES modules, and a look at the HTML that they make. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';

export const root = resolve(__dirname, '..', '..');

/** A module of editions/book/make/ by its name, or another by its path from the root; both without an ending. */
export const load = async <T>(name: string) =>
  (await import(pathToFileURL(join(root, name.includes('/') ? '' : 'editions/book/make', `${name}.mjs`)).href)) as T;

/** The article of a page, or a piece of HTML as one. */
export function articleOf(html: string): Element {
  const page = html.includes('<article') ? html : `<article>${html}</article>`;
  return new JSDOM(page).window.document.querySelector('article') as Element;
}
