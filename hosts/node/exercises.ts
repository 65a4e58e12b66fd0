/** Exercises on Node: stops answers that never end, and notices outdated copies of chapters. */
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
 * Time limit in milliseconds for all calls of one check; a right answer takes a few. It is short because a list that
 * never stops growing reaches V8's memory limit in less than two seconds on a fast machine, which would kill the
 * kernel.
 */
const LIMIT = 1000;

/** Number of attempts at a check if its thread hardly got any CPU time on a busy machine. */
const TRIES = 20;

/** `vm` stops even an endless loop in a cell's own function when the time is over. */
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
      // V8 measures wall time; an answer that used less CPU time was only waiting.
      if (computed() < LIMIT / 2 && tries < TRIES) continue;
      throw new NeverEnds(`still running after ${LIMIT} ms`);
    }
  }
}

const notebooks = projectPath('notebooks');

/** The package's version of the chapter from which a copy was made. Chapter numbers may change, names do not. */
export function currentEdition(chapter: string): { file: string; edition: string } | undefined {
  try {
    const file = readdirSync(notebooks).find((name) => /^\d\d-/.test(name) && name.slice(3) === chapter.slice(3));
    if (file === undefined) return undefined;
    return { file, edition: editionOf(JSON.parse(readFileSync(join(notebooks, file), 'utf8')) as Cells) };
  } catch {
    return undefined; // the package was installed without notebooks
  }
}

/** The package's translation of the checks' messages. */
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
