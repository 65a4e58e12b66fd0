// The addresses that the book links to besides its pages. Each may be empty: then no page has a link of that kind.
import { ADDRESSES } from '../../../packages/system/addresses.mjs';

/** Where the code is hosted. With it, names of source files link there; without it, to pages of the book that show them. */
export const REPOSITORY = ADDRESSES.repository;

/** Where to report a fault. */
export const ISSUES = ADDRESSES.issues;

/**
 * Where the browser edition is, an address or a folder as seen from build/book/, with a slash at its end: '../lite/' for
 * build/lite/. Empty without one.
 */
export const BROWSER_EDITION = '../lite/';

/**
 * Runs a chapter in the browser edition. `up` leads from the page to the top of the book.
 * @param {string} name
 */
export const runAddress = (name, up = '', edition = BROWSER_EDITION) =>
  `${/^(https?:|\/)/.test(edition) ? '' : up}${edition}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
