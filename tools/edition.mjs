// Which edition of the project this is: four characters that differ when the package or a chapter does.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chapterNames, chaptersFolder, hashOfCells } from './notebooks/copies.mjs';
import { root } from './setup/project.mjs';

/** Whether it was cloned or unpacked, on whichever system: line ends, outputs and folders' order do not count. */
export function edition() {
  const hash = createHash('sha256');
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
  for (const file of sources) hash.update(readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
  for (const name of chapterNames())
    hash.update(hashOfCells(JSON.parse(readFileSync(join(chaptersFolder, name), 'utf8'))));
  return hash.digest('hex').slice(0, 4);
}
