/** The files of a run in a folder. Nothing else is ever replaced or removed there. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { MODEL_FILES } from '../../formats/layers-model';
import { identityOf, removeUnfinished } from '../../system/files';
import { LOCK_NAME } from '../../system/lock';
import { ARRAYS, CURVES, HELD_BACK, HIDDEN_ARRAYS, MODEL_FOLDERS, RESULT_FILES } from '../run-files';
import { CHECKPOINT_NAME, isCheckpointName } from './checkpoint';
import { isEventsName } from './tensorboard';

const RESULTS: readonly string[] = [...ARRAYS, ...HIDDEN_ARRAYS, HELD_BACK, CURVES];

const MODELS = Object.values(MODEL_FOLDERS);

/** Path of a run's checkpoint. */
export function checkpointPath(folder: string): string {
  return join(folder, 'checkpoint', CHECKPOINT_NAME);
}

/** Lists the files of a finished run in a folder. */
export function resultsIn(folder: string): string[] {
  return RESULT_FILES.map((name) => join(folder, name)).filter((file) => existsSync(file));
}

/** Files that a run may write in a folder, and folders that it may create. */
export const pathsIn = (folder: string) => ({
  files: [...RESULT_FILES.map((name) => join(folder, name)), checkpointPath(folder)],
  folders: [...MODELS.map((name) => join(folder, name)), dirname(checkpointPath(folder))],
});

/** Whether a run may write, replace or remove this path, or create it as a folder. */
export function isOfRun(path: string, { outDir, logDir }: { outDir: string; logDir: string }): boolean {
  const { files, folders } = pathsIn(outDir);
  const [found, folder, name] = [identityOf(path), identityOf(dirname(path)), basename(path).toLowerCase()];
  return (
    [...files, ...folders, join(outDir, LOCK_NAME), logDir].some((own) =>
      `${identityOf(own)}/`.startsWith(`${found}/`),
    ) ||
    (folder === identityOf(dirname(checkpointPath(outDir))) && isCheckpointName(name)) ||
    (folder === identityOf(logDir) && isEventsName(name))
  );
}

/** Removes partly written files of a killed run. */
export function removeLeftovers(folder: string): void {
  removeUnfinished(folder, (name) => RESULTS.includes(name) || name === LOCK_NAME);
  for (const model of MODELS) {
    removeUnfinished(join(folder, model), (name) => MODEL_FILES.some((file) => file === name));
  }
  removeUnfinished(dirname(checkpointPath(folder)), isCheckpointName);
}
