/** A look at the HTML of which the book is made. */
import { resolve } from 'node:path';
import { JSDOM } from 'jsdom';

export const root = resolve(__dirname, '..', '..');

/** The article of a page, or a piece of HTML as one. */
export function articleOf(html: string): Element {
  const page = html.includes('<article') ? html : `<article>${html}</article>`;
  return new JSDOM(page).window.document.querySelector('article') as Element;
}
