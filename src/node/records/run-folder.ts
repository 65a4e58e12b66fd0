/** Which files in a folder are a run's: nothing else is ever replaced or removed there. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { removeUnfinished } from '../files';
import { CHECKPOINT_NAME, isCheckpointName } from './checkpoint';
import { MODEL_FILES } from './layers-model';
import { LOCK_NAME } from './lock';

export const MODEL_FOLDER = 'lif_snn_mnist';

export const CURVES = 'events.out.tfevents.0.saved-run';

const RESULTS = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy', CURVES];
const MODEL = MODEL_FILES.map((name) => join(MODEL_FOLDER, name));

/** The checkpoint of a run. */
export function checkpointOf(folder: string): string {
  return join(folder, 'checkpoint', CHECKPOINT_NAME);
}

/** The files of a finished run that are in a folder. */
export function resultsIn(folder: string): string[] {
  return [...RESULTS, ...MODEL].map((name) => join(folder, name)).filter((file) => existsSync(file));
}

/** Removes what a killed run left half written in its folder. */
export function removeLeftovers(folder: string): void {
  removeUnfinished(folder, (name) => RESULTS.includes(name) || name === LOCK_NAME);
  removeUnfinished(join(folder, MODEL_FOLDER), (name) => MODEL_FILES.some((file) => file === name));
  removeUnfinished(dirname(checkpointOf(folder)), isCheckpointName);
}
