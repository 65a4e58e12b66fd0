/** The exercises as Node has them: an answer that never ends is stopped, and an old copy of a chapter is noticed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { makeExercises } from '../../packages/exercises';
import { NeverEnds } from '../../packages/exercises/engine/exercise';
import type { Phrases } from '../../packages/exercises/engine/phrases';
import { recordProgress } from '../../packages/runs/node/progress';
import { projectPath } from '../../packages/system/files';
import { type Cells, editionOf } from './notebook/edition';

export * from '../../packages/exercises';

/**
 * Milliseconds for all calls of one check: a right answer takes a few of them. On a fast machine a list that never
 * stops growing reaches V8's largest size in less than two seconds, at which the whole kernel dies.
 */
const LIMIT = 1000;

/** Tries of a check whose thread did not get to compute: on a machine that does other things, an answer may wait long. */
const TRIES = 20;

/** V8 stops whatever runs below `vm` when the time is over, also a loop without an end in a cell's own function. */
export function limit<T>(work: () => T): T {
  const before = process.cpuUsage();
  const computed = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (let tries = 1; ; tries++) {
    try {
      return runInNewContext('work()', { work }, { timeout: LIMIT });
    } catch (error) {
      if ((error as NodeJS.ErrnoException | null)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      // V8 counts a clock's time: an answer that computed for less of it only waited for its turn.
      if (computed() < LIMIT / 2 && tries < TRIES) continue;
      throw new NeverEnds(`still running after ${LIMIT} ms`);
    }
  }
}

const notebooks = projectPath('notebooks');

/**
 * The chapter that a copy was made from, as it comes with the package. Its number may have changed, its name has not.
 */
export function currentEdition(chapter: string): { file: string; edition: string } | undefined {
  try {
    const file = readdirSync(notebooks).find((name) => /^\d\d-/.test(name) && name.slice(3) === chapter.slice(3));
    if (file === undefined) return undefined;
    return { file, edition: editionOf(JSON.parse(readFileSync(join(notebooks, file), 'utf8')) as Cells) };
  } catch {
    return undefined; // the package without its notebooks
  }
}

/** What checks say in a language, as it comes with the package. */
export function phrases(language: string): Phrases | undefined {
  const folder = projectPath('translations', language, 'phrases');
  if (!existsSync(folder)) return undefined;
  const files = readdirSync(folder).filter((name) => /^exercises.*\.json$/.test(name));
  const tables = files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Phrases);
  return Object.assign({}, ...tables);
}

export const { judge, check, solved, progress, edition } = makeExercises({
  limit,
  currentEdition,
  record: recordProgress,
  phrases,
});
