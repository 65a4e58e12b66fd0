// The addresses that the book links to beside its own pages. Each may be empty: then no page has a link of that kind.
import { join } from 'node:path';
import { readJson, root } from '../../../packages/system/project.mjs';

const manifest = readJson(join(root, 'package.json')) ?? {};
const urlOf = (/** @type {string | { url?: string } | undefined} */ field) =>
  typeof field === 'string' ? field : (field?.url ?? '');

/**
 * Where the code is hosted: "repository" of package.json. With it, names of source files link there; without it, to pages
 * of the book that show them.
 */
export const REPOSITORY = urlOf(manifest.repository)
  .replace(/^git\+/, '')
  .replace(/\.git$/, '');

/** Where to report a fault: "bugs" of package.json. */
export const ISSUES = urlOf(manifest.bugs);

/**
 * Where the browser edition is, an address or a folder as seen from build/book/, with a slash at its end: '../lite/' for
 * build/lite/. Empty while there is none.
 */
export const BROWSER_EDITION = '../lite/';

/**
 * Runs a chapter in the browser edition. `up` leads from the page to the top of the book.
 * @param {string} name
 */
export const runAddress = (name, up = '', edition = BROWSER_EDITION) =>
  `${/^(https?:|\/)/.test(edition) ? '' : up}${edition}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
