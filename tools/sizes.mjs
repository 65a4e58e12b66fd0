#!/usr/bin/env node
// Sizes of what is built, in texts: `<!-- size: build/lite -->40 MB in 535 files<!-- end -->`. After a build,
// `node tools/sizes.mjs` writes those of the folders that are there. Tests say so when one is out of date.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesUnder, root, writeWhole } from '../packages/system/project.mjs';

const PAGES = ['editions/book/hosting.md', 'editions/class/README.md'];
const SIZE = /(<!-- size: ([\w/ +-]+) -->)(\d+) MB(?: in (\d+) files)?(?=<!-- end -->)/g;

/**
 * Megabytes and number of files of folders, or undefined if one is not there.
 * @param {string} folders as in a mark, with ` + ` between two
 * @param {string} clone
 */
function sizeOf(folders, clone) {
  const all = folders
    .split(' + ')
    .map((folder) => filesUnder(join(clone, folder)).map((name) => join(clone, folder, name)));
  if (all.some((files) => files.length === 0)) return undefined;
  const sizes = all.flat().map((file) => statSync(file).size);
  return { megabytes: Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1e6), count: sizes.length };
}

/**
 * A text with the sizes of what is built in a clone.
 * @param {string} text
 * @param {string} [clone]
 */
export const writeSizes = (text, clone = root) =>
  text.replace(SIZE, (mark, begin, folders, _, files) => {
    const size = sizeOf(folders, clone);
    if (!size) return mark;
    return `${begin}${size.megabytes} MB${files === undefined ? '' : ` in ${size.count} files`}`;
  });

/**
 * The sizes in the pages that are more than 3 % away from what is built, each as a line.
 * @param {RegExp} which the folders, as in a mark
 * @param {string} [clone]
 */
export function outdatedSizes(which, clone = root) {
  return PAGES.flatMap((page) => {
    const text = readFileSync(join(clone, page), 'utf8');
    const now = [...writeSizes(text, clone).matchAll(SIZE)];
    return [...text.matchAll(SIZE)].flatMap(([, , folders, ...said], i) => {
      const isFar = said.some(
        (value, k) => Math.abs(Number(value ?? 0) - Number(now[i][3 + k] ?? 0)) > 0.03 * Number(value),
      );
      if (!which.test(folders) || !isFar) return [];
      return [`${page}: ${folders}: found ${now[i][0]}, the page says ${said[0]} MB: node tools/sizes.mjs writes it`];
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const page of PAGES) {
    const path = join(root, page);
    writeWhole(path, writeSizes(readFileSync(path, 'utf8')));
  }
}
