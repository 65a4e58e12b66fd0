// Which edition of the project this is: four characters that differ when the package or a chapter does.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chapterNames, chaptersFolder, readJson, root, sourceFiles } from '../../../packages/system/project.mjs';
import { textOf } from '../../shared/cells.mjs';

/**
 * Whether it was cloned or unpacked, on whichever system: line ends, outputs and folders' order do not count. It is
 * asked for before set-up, too, so nothing of `dist` is used.
 */
export function edition() {
  const hash = createHash('sha256');
  for (const name of sourceFiles()) hash.update(readFileSync(join(root, name), 'utf8').replaceAll('\r\n', '\n'));
  for (const name of chapterNames()) {
    const { cells } = readJson(join(chaptersFolder, name));
    hash.update(
      JSON.stringify(
        cells.map((/** @type {import('../../shared/cells.mjs').Cell} */ cell) => [cell.cell_type, textOf(cell)]),
      ),
    );
  }
  return hash.digest('hex').slice(0, 4);
}
