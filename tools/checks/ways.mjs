#!/usr/bin/env node
// The ways into the tutorial, one line each, for README and book. package.json alone knows the addresses:
//   "homepage"     where book/ and lite/ are published, side by side
//   "repository"   where the code is hosted
// After changing one of them, `node tools/checks/ways.mjs` rewrites README.md and CITATION.cff.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ADDRESSES, BROWSER_EDITION, runAddress } from '../../packages/system/addresses.mjs';
import { chapterNames, root, writeWhole } from '../../packages/system/project.mjs';

/** @typedef {import('../../packages/system/addresses.mjs').Addresses} Addresses */

const FIRST = chapterNames()[0].replace('.ipynb', '');
/** The learner's copy of the first chapter, as a server in the image opens it. */
const FIRST_COPY = `lab/tree/notebooks/my/${FIRST}.ipynb`;

/** How a reader gets to the browser edition from a page that is not part of the site. */
function tabOf(/** @type {string} */ homepage, /** @type {string} */ hosting) {
  if (!homepage || !BROWSER_EDITION) {
    return `in a clone, \`npm run lite -- --serve\` sets up, builds the chapters for a browser, and serves them to yours. Any web server can [host it](${hosting}).`;
  }
  const book = new URL('book/', homepage).href;
  return `[run chapter 0](${new URL(runAddress(FIRST), book)}), or [read the book](${book}). Nothing to install.`;
}

/**
 * The list of the ways, as Markdown.
 * @param {Pick<Addresses, 'homepage' | 'repository'>} addresses
 * @param {{ tab?: string, hosting?: string }} [page] what differs on a page of the book
 */
export function ways(
  { homepage, repository },
  { hosting = 'editions/book/hosting.md', tab = tabOf(homepage, hosting) } = {},
) {
  const [, name] = /^https:\/\/github\.com\/([\w.-]+\/[\w.-]+)$/.exec(repository) ?? [];
  const clone = repository
    ? `\`git clone ${repository} lif-fc-mnist && cd lif-fc-mnist && npm run tutorial\``
    : 'in a clone of this repository, `npm run tutorial`';
  return [
    `- **A tab of your browser:** ${tab}`,
    name
      ? `- **Binder:** [JupyterLab on a public server](https://mybinder.org/v2/gh/${name}/HEAD?urlpath=${FIRST_COPY}), which forgets your work after ten idle minutes.`
      : `- **Binder:** give [mybinder.org](https://mybinder.org) the address of this repository, and \`${FIRST_COPY}\` as the URL to open. It forgets your work after ten idle minutes.`,
    name
      ? `- **Codespaces:** [open one](https://codespaces.new/${name}), then \`npm run lab\` in its terminal.`
      : '- **Codespaces:** on GitHub, *Code* → *Codespaces*, then `npm run lab` in its terminal.',
    `- **This machine:** ${clone} sets up, executes all chapters and builds the book; \`npm run lab\` opens your copies in JupyterLab.`,
  ].join('\n');
}

const BEGIN = '<!-- ways: node tools/checks/ways.mjs writes them -->';
const END = '<!-- end of the ways -->';

/**
 * A README with the list for these addresses between its marks.
 * @param {string} text
 * @param {Addresses} addresses
 */
export function writeWays(text, addresses) {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`README.md: expected the lines ${BEGIN} and ${END}`);
  return `${text.slice(0, from)}${BEGIN}\n${ways(addresses)}\n${text.slice(to)}`;
}

/**
 * A CITATION.cff with these addresses.
 * @param {string} text
 * @param {Addresses} addresses
 */
export function writeCitation(text, { homepage, repository }) {
  const lines = text.split('\n').filter((line) => !/^(url|repository-code):/.test(line));
  const own = [homepage && `url: "${homepage}"`, repository && `repository-code: "${repository}"`].filter(Boolean);
  lines.splice(lines.findIndex((line) => line.startsWith('license:')) + 1, 0, ...own);
  return lines.join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, written] of /** @type {const} */ ([
    ['README.md', writeWays],
    ['CITATION.cff', writeCitation],
  ])) {
    const path = join(root, name);
    writeWhole(path, written(readFileSync(path, 'utf8'), ADDRESSES));
  }
}
