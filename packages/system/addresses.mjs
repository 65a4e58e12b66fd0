// The project's own addresses. package.json is the one place where they are set; editions/book/hosting.md tells how.
import { join } from 'node:path';
import { readJson, root } from './project.mjs';

/** @typedef {string | { url?: string } | undefined} Field */
/** @typedef {{ homepage?: string, repository?: Field, bugs?: Field }} Manifest a package.json */

/**
 * @typedef {object} Addresses each '' where package.json has none
 * @property {string} homepage where book/ and lite/ are published, side by side, with a slash at its end
 * @property {string} repository where the code is hosted
 * @property {string} issues where to report a fault
 */

const urlOf = (/** @type {Field} */ field) => (typeof field === 'string' ? field : (field?.url ?? ''));

/**
 * The addresses in a package.json.
 * @param {Manifest} manifest
 * @returns {Addresses}
 */
export const addressesOf = ({ homepage, repository, bugs }) => ({
  homepage: homepage ? homepage.replace(/\/*$/, '/') : '',
  repository: urlOf(repository)
    .replace(/^git\+/, '')
    .replace(/\.git$/, ''),
  issues: urlOf(bugs),
});

export const ADDRESSES = addressesOf(readJson(join(root, 'package.json')) ?? {});

/** Where the browser edition, build/lite/, is as seen from build/book/. */
export const BROWSER_EDITION = '../lite/';

/** Runs a chapter in the browser edition. @param {string} name */
export const runAddress = (name) =>
  `${BROWSER_EDITION}notebooks/index.html?path=${encodeURIComponent(`${name}.ipynb`)}`;
