// Which edition of the project this is: four characters that differ when the package or a chapter does.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readJson, root, sourceFiles } from '../../../packages/system/project.mjs';
import { textOf } from './cells.mjs';

/**
 * Whether it was cloned or unpacked, on whichever system: line ends, outputs and folders' order do not count. It is asked
 * for before set-up, too, so nothing of `dist` is used.
 */
export function edition() {
  const hash = createHash('sha256');
  for (const name of sourceFiles()) hash.update(readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n'));
  const chapters = readdirSync(join(root, 'notebooks')).filter((name) => name.endsWith('.ipynb'));
  for (const name of chapters.sort()) {
    const { cells } = readJson(join(root, 'notebooks', name));
    hash.update(
      JSON.stringify(cells.map((/** @type {import('./cells.mjs').Cell} */ cell) => [cell.cell_type, textOf(cell)])),
    );
  }
  return hash.digest('hex').slice(0, 4);
}
