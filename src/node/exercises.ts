/** The exercises as Node has them: an answer that never ends is stopped, and an old copy of a chapter is noticed. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { makeExercises } from '../exercises';
import { NeverEnds } from '../exercises/exercise';

export * from '../exercises';

/** Milliseconds for all calls of one check: a right answer takes a few of them. */
const LIMIT = 2000;

/** V8 stops whatever runs below `vm` when the time is over, also a loop without an end in a cell's own function. */
export function limit<T>(work: () => T): T {
  try {
    return runInNewContext('work()', { work }, { timeout: LIMIT });
  } catch (error) {
    if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw new NeverEnds(`still running after ${LIMIT} ms`);
  }
}

const notebooks = resolve(__dirname, '..', '..', 'notebooks');

/** A short hash of what a chapter says and does, as `tools/notebooks/copies.mjs` writes it into a copy. */
export function currentEdition(chapter: string): string | undefined {
  try {
    const { cells } = JSON.parse(readFileSync(join(notebooks, chapter), 'utf8')) as {
      cells: { cell_type: string; source: string | string[] }[];
    };
    const parts = cells.map(({ cell_type, source }) => [cell_type, [source].flat().join('')]);
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 8);
  } catch {
    return undefined; // the package without its notebooks
  }
}

export const { judge, check, solved, progress, edition } = makeExercises({ limit, currentEdition });
