/** Which files in a folder are a run's: nothing else is ever replaced or removed there. */
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MODEL_FILES } from '../../formats/layers-model';
import { identityOf, isDangling, removeUnfinished } from '../../system/files.cjs';
import { LOCK_NAME } from '../../system/lock.cjs';
import { ARRAYS, CURVES, HELD_BACK, HIDDEN_ARRAYS, MODEL_FOLDERS, RESULT_FILES } from '../run-files';
import { CHECKPOINT_NAME, isCheckpointName } from './checkpoint';
import { isEventsName, removeUnfinishedEvents } from './tensorboard';

const RESULTS: readonly string[] = [...ARRAYS, ...HIDDEN_ARRAYS, HELD_BACK, CURVES];

const MODELS = Object.values(MODEL_FOLDERS);

/** The checkpoint of a run. */
export function checkpointPath(folder: string): string {
  return join(folder, 'checkpoint', CHECKPOINT_NAME);
}

/** The files of a finished run that are in a folder. */
export function resultsIn(folder: string): string[] {
  return RESULT_FILES.map((name) => join(folder, name)).filter((file) => existsSync(file));
}

/**
 * What is in the way of a run in a folder: a folder where it writes a file, a file where it makes a folder, or a link
 * to nothing.
 * @param more names of files that it writes as well
 * @returns the path, and what is expected and found there; undefined if nothing is in the way
 */
export function obstacleIn(
  folder: string,
  more: readonly string[],
): { path: string; wanted: string; found: string } | undefined {
  const isFolder = (path: string) => existsSync(path) && statSync(path).isDirectory();
  const folders = [...MODELS.map((name) => join(folder, name)), dirname(checkpointPath(folder))];
  const files = [...[...RESULT_FILES, ...more].map((name) => join(folder, name)), checkpointPath(folder)];
  const file = folders.find((path) => existsSync(path) && !isFolder(path));
  if (file !== undefined) return { path: file, wanted: 'a folder', found: 'a file' };
  const dangling = folders.find(isDangling);
  if (dangling !== undefined) return { path: dangling, wanted: 'a folder', found: 'a link to nothing' };
  const path = files.find((one) => isFolder(one) || isDangling(one));
  if (path === undefined) return undefined;
  return { path, wanted: 'a file', found: isDangling(path) ? 'a link to nothing' : 'a folder' };
}

/**
 * Whether a run writes, replaces or removes what has this path, or makes it a folder.
 * @param more names of files that it may write as well
 */
export function isOfRun(
  path: string,
  { outDir, logDir }: { outDir: string; logDir: string },
  more: readonly string[],
): boolean {
  const whole = path.replace(/\.\d+\.unfinished$/, '');
  const [folder, name] = [identityOf(dirname(whole)), basename(whole).toLowerCase()];
  const own = [...RESULT_FILES, ...more, LOCK_NAME, ...MODELS].map((each) => join(outDir, each));
  const checkpoint = dirname(checkpointPath(outDir));
  const found = identityOf(whole);
  return (
    [...own, ...andAbove(checkpoint), ...andAbove(logDir)].some((each) => identityOf(each) === found) ||
    (folder === identityOf(checkpoint) && isCheckpointName(name)) ||
    (folder === identityOf(logDir) && isEventsName(name))
  );
}

/** A folder and all folders in which it lies. */
const andAbove = (folder: string): string[] =>
  dirname(folder) === folder ? [folder] : [folder, ...andAbove(dirname(folder))];

/** Removes what a killed run left half written in its folder, and in that of its TensorBoard file. */
export function removeLeftovers(folder: string, logDir = folder): void {
  removeUnfinished(folder, (name) => RESULTS.includes(name) || name === LOCK_NAME);
  for (const model of MODELS) {
    removeUnfinished(join(folder, model), (name) => MODEL_FILES.some((file) => file === name));
  }
  removeUnfinished(dirname(checkpointPath(folder)), isCheckpointName);
  removeUnfinishedEvents(logDir);
}
