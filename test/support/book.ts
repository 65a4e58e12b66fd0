/** The parts of editions/book/build/, which are ES modules, and a look at the HTML that they make. */
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JSDOM } from 'jsdom';

export const root = resolve(__dirname, '..', '..');

/** A module of editions/book/build/ by its name. */
export const load = async <T>(name: string) =>
  (await import(pathToFileURL(join(root, 'editions', 'book', 'build', `${name}.mjs`)).href)) as T;

/** The article of a page, or a piece of HTML as one. */
export function articleOf(html: string): Element {
  const page = html.includes('<article') ? html : `<article>${html}</article>`;
  return new JSDOM(page).window.document.querySelector('article') as Element;
}
