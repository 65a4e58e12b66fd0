/** What a finished training leaves: the original's four arrays and its model, in a folder or in a named place. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, readFile, writeFileAtomic } from '../../system/files.cjs';
import { lockFolder } from '../../system/lock.cjs';
import type { Run, SavedRun } from '../run-files';
import { arrayFiles, CURVES, checkRunName, decodeRun, layersIn, modelFolder, readoutOf } from '../run-files';
import { writeLayersModel } from './layers-model';
import { resolvePlace } from './place';
import { removeLeftovers } from './run-folder';
import { writeCurves } from './tensorboard';

/**
 * Writes the original's four arrays and the model `lif_snn_mnist` into a folder, over those of an earlier run; of the
 * ANN, which has no trace and no neurons, two arrays and the model `ann_mnist`.
 * @param run `inputs` of a network of spike trains; by default it takes images
 * @throws RangeError if the parts do not fit each other or the weights are not finite, Error if the disk is full
 */
export function writeRun(
  folder: string,
  run: Pick<Run, 'history' | 'weights'> & Partial<Run> & { inputs?: number },
): void {
  const arrays = Object.entries(arrayFiles(run));
  makeFolder(folder);
  for (const [name, content] of arrays) writeFileAtomic(join(folder, name), content);
  writeLayersModel(
    join(folder, modelFolder(run)),
    run.weights,
    run.neuron,
    run.inputs,
    readoutOf(run),
    layersIn(run.history.settings),
  );
}

/**
 * Saves a finished training for a later chapter, over an earlier one of that name: the arrays and the model as the
 * command line writes them, and TensorBoard's file.
 * @param name of the place, by default `build/run`; the environment variable `LIF_FC_MNIST_RUNS` names another parent
 *   folder
 * @returns where that is, for people
 * @throws RangeError if the name is not bare, or as `writeRun`; Error if another run writes there
 */
export async function saveRun(run: Run, name = 'run'): Promise<string> {
  checkRunName(name);
  const { path: folder, place } = resolvePlace(name);
  makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    removeLeftovers(folder);
    writeRun(folder, run);
    writeCurves(join(folder, CURVES), run.history);
  } finally {
    lock.release();
  }
  return place;
}

/**
 * Loads what `saveRun` or the command line saved.
 * @param name as for `saveRun`
 * @throws Error in one line if the name is unknown, or its files are damaged or do not belong together
 */
export async function loadRun(name = 'run'): Promise<SavedRun> {
  checkRunName(name);
  const { path: folder, place } = resolvePlace(name);
  if (!existsSync(join(folder, 'v_t_array.npy'))) {
    throw new Error(`${place}: expected the records of a run, found none; run the chapter "The training loop" first`);
  }
  return decodeRun(place, (name) => read(join(folder, name)));
}

function read(file: string): Uint8Array {
  try {
    return readFile(file);
  } catch (error) {
    throw new Error(`${file}: expected a file of a saved run, cannot read it (${(error as Error).message})`);
  }
}
