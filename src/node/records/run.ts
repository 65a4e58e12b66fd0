/** What a finished training leaves: the original's four arrays and its model, in a folder or in a named place. */
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { CLASSES } from '../../common/mnist';
import type { Run, SavedRun } from '../../host/contract';
import { makeFolder, projectPath } from '../files';
import { assertFinite } from './checkpoint';
import { readLayersModel, writeLayersModel } from './layers-model';
import { lockFolder } from './lock';
import { readNpy, writeNpy } from './npy';
import { CURVES, MODEL_FOLDER, removeLeftovers } from './run-folder';
import { writeCurves } from './tensorboard';

/**
 * Writes the original's four arrays and the model `lif_snn_mnist` into a folder, over those of an earlier run.
 * @throws RangeError if the parts do not fit each other or the weights are not finite, Error if the disk is full
 */
export function writeRun(folder: string, { trace, history, weights, neuron }: Run): void {
  const T = trace.v.length / CLASSES;
  if (!Number.isInteger(T) || trace.spike.length !== trace.v.length) {
    const found = `${trace.v.length} and ${trace.spike.length}`;
    throw new RangeError(`trace: expected ${CLASSES} potentials and ${CLASSES} spikes per step, found ${found}`);
  }
  assertFinite(weights);
  makeFolder(folder);
  writeNpy(join(folder, 'v_t_array.npy'), { data: trace.v, shape: [T, CLASSES] });
  writeNpy(join(folder, 's_t_array.npy'), { data: trace.spike, shape: [T, CLASSES] });
  writeNpy(join(folder, 'train_accs.npy'), vector(history.trainAccs));
  writeNpy(join(folder, 'test_accs.npy'), vector(history.testAccs));
  writeLayersModel(join(folder, MODEL_FOLDER), weights, neuron);
}

const vector = (values: readonly number[]) => ({ data: new Float64Array(values), shape: [values.length] });

/**
 * Saves a finished training for a later chapter, over an earlier one of that name: the arrays and the model as the command
 * line writes them, and TensorBoard's file.
 * @param name of the place, by default `build/run`; the environment variable `LIF_FC_MNIST_RUNS` names another parent folder
 * @returns where that is, for people
 * @throws RangeError if the name is no bare name, or as `writeRun`; Error if another run writes there
 */
export async function saveRun(run: Run, name = 'run'): Promise<string> {
  const { folder, place } = placeOf(name);
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
 * @throws Error in one line if there is no run of that name, or its files are damaged or do not belong together
 */
export async function loadRun(name = 'run'): Promise<SavedRun> {
  const { folder, place } = placeOf(name);
  if (!existsSync(join(folder, 'v_t_array.npy'))) {
    throw new Error(`${place}: expected the records of a run, found none; run chapter 4 first`);
  }
  const read = (file: string, rank: number) => {
    const { data, shape } = readNpy(join(folder, file));
    if (shape.length === rank && (rank === 1 || shape[1] === CLASSES)) return data;
    const wanted = rank === 1 ? '[count]' : `[T, ${CLASSES}]`;
    throw new Error(`${place}/${file}: expected the shape ${wanted}, found [${shape.join(', ')}]`);
  };
  const [v, spike] = ['v_t_array.npy', 's_t_array.npy'].map((file) => Float32Array.from(read(file, 2)));
  const [trainAccs, testAccs] = ['train_accs.npy', 'test_accs.npy'].map((file) => Float64Array.from(read(file, 1)));
  if (spike.length !== v.length) {
    const found = `${v.length / CLASSES} and ${spike.length / CLASSES}`;
    throw new Error(`${place}: expected potentials and spikes of one run, found ${found} steps; save the run again`);
  }
  return {
    trace: { v, spike },
    trainAccs,
    testAccs,
    ...readLayersModel(join(folder, MODEL_FOLDER)),
    T: v.length / CLASSES,
  };
}

/** The folder of a name, and what it is called. */
function placeOf(name: string): { folder: string; place: string } {
  if (typeof name !== 'string' || !/^\w[\w.-]*$/.test(name)) {
    throw new RangeError(`name of a run: expected letters, digits, '_', '-' and '.', found ${name}`);
  }
  const parent = resolve(process.env.LIF_FC_MNIST_RUNS || projectPath('build'));
  return { folder: join(parent, name), place: `${basename(parent)}/${name}` };
}
