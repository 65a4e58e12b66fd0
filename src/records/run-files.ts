/** What a finished training leaves, as bytes by name: the four arrays of SpikingJelly's example, its model, and TensorBoard's file. */
import { CLASSES } from '../common/mnist';
import type { NeuronOptions } from '../common/neuron-options';
import { encodeEvents } from './events';
import { decodeNetwork, layersModelFiles, MODEL_FILES } from './layers-model';
import { npyArray, npyBytes } from './npy';

/** What is saved of a training; `host/contract.ts` has more of it. */
interface FinishedRun {
  /** Of the spiking network alone, as its neurons. */
  trace?: { v: Float32Array; spike: Float32Array };
  history: { trainAccs: readonly number[]; testAccs: readonly number[]; heldBackAccs?: readonly number[] };
  weights: Float32Array;
  neuron?: NeuronOptions;
}

export const MODEL_FOLDER = 'lif_snn_mnist';

/** The folder of the model, by network. */
export const MODEL_FOLDERS = { snn: MODEL_FOLDER, ann: 'ann_mnist' } as const;

export const CURVES = 'events.out.tfevents.0.saved-run';

/** The names of the arrays of a spiking network's neurons. */
export const SPIKING_ARRAYS: readonly string[] = ['v_t_array.npy', 's_t_array.npy'];

/** The names of the arrays of SpikingJelly's example. */
export const ARRAYS = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy'] as const;

/** The name of the array of a run that holds images back. */
export const HELD_BACK = 'held_back_accs.npy';

/** The names of the files that `decodeRun` reads, with forward slashes. */
export const READ_FILES: readonly string[] = [...ARRAYS, ...MODEL_FILES.map((name) => `${MODEL_FOLDER}/${name}`)];

/** The names of all files of a saved run. */
export const RUN_FILES: readonly string[] = [...READ_FILES, CURVES];

/** The names of all files that a run may leave: those of a saved run, and what is written of the ANN and of held-back images. */
export const RESULT_FILES: readonly string[] = [
  ...RUN_FILES,
  HELD_BACK,
  ...MODEL_FILES.map((name) => `${MODEL_FOLDERS.ann}/${name}`),
];

/** @throws RangeError if a number is NaN or infinite: a run that diverged */
export function assertFinite(...arrays: readonly Float32Array[]): void {
  if (!arrays.every((values) => values.every(Number.isFinite))) throw new RangeError('weights are no longer finite');
}

/**
 * The arrays of SpikingJelly's example, by file name: four, or without a trace two; and the accuracies on held-back images, if
 * there are any.
 * @throws RangeError if the parts do not fit each other or the weights are not finite
 */
export function arrayFiles({ trace, history, weights }: FinishedRun): Record<string, Uint8Array> {
  assertFinite(weights);
  const { trainAccs, testAccs, heldBackAccs = [] } = history;
  return {
    ...(trace && traceFiles(trace)),
    'train_accs.npy': npyBytes(vector(trainAccs)),
    'test_accs.npy': npyBytes(vector(testAccs)),
    ...(heldBackAccs.length > 0 && { [HELD_BACK]: npyBytes(vector(heldBackAccs)) }),
  };
}

function traceFiles({ v, spike }: { v: Float32Array; spike: Float32Array }): Record<string, Uint8Array> {
  const T = v.length / CLASSES;
  if (!Number.isInteger(T) || spike.length !== v.length) {
    const found = `${v.length} and ${spike.length}`;
    throw new RangeError(`trace: expected ${CLASSES} potentials and ${CLASSES} spikes per step, found ${found}`);
  }
  const shape = [T, CLASSES];
  return { 'v_t_array.npy': npyBytes({ data: v, shape }), 's_t_array.npy': npyBytes({ data: spike, shape }) };
}

/** The name of the folder of its model. */
export const modelFolder = ({ neuron }: Pick<FinishedRun, 'neuron'>): string => MODEL_FOLDERS[neuron ? 'snn' : 'ann'];

const vector = (values: readonly number[]) => ({ data: new Float64Array(values), shape: [values.length] });

/**
 * All files of a saved run, by their names in {@link RUN_FILES}; without neurons it is a run of the ANN.
 * @throws RangeError as `arrayFiles`
 */
export function runFiles(run: FinishedRun): Record<string, Uint8Array> {
  const model = layersModelFiles(run.weights, run.neuron);
  // What a reader of the browser edition downloads has these files, and no others.
  const { trainAccs, testAccs } = run.history;
  return {
    ...arrayFiles({ ...run, history: { trainAccs, testAccs } }),
    ...Object.fromEntries(MODEL_FILES.map((name) => [`${modelFolder(run)}/${name}`, model[name]])),
    [CURVES]: encodeEvents(run.history),
  };
}

/**
 * What `runFiles` was made from, as far as it is kept.
 * @param place what the run is called, for the messages
 * @param read the content of a file of that name
 * @throws Error in one line if the files are damaged or do not belong together
 */
export function decodeRun(place: string, read: (name: string) => Uint8Array) {
  const array = (file: string, rank: number) => {
    const { data, shape } = npyArray(`${place}/${file}`, read(file));
    if (shape.length === rank && (rank === 1 || shape[1] === CLASSES)) return data;
    const wanted = rank === 1 ? '[count]' : `[T, ${CLASSES}]`;
    throw new Error(`${place}/${file}: expected the shape ${wanted}, found [${shape.join(', ')}]`);
  };
  const [v, spike] = ['v_t_array.npy', 's_t_array.npy'].map((file) => Float32Array.from(array(file, 2)));
  const [trainAccs, testAccs] = ['train_accs.npy', 'test_accs.npy'].map((file) => Float64Array.from(array(file, 1)));
  if (spike.length !== v.length) {
    const found = `${v.length / CLASSES} and ${spike.length / CLASSES}`;
    throw new Error(`${place}: expected potentials and spikes of one run, found ${found} steps; save the run again`);
  }
  const network = decodeNetwork(
    (file) => `${place}/${MODEL_FOLDER}/${file}`,
    (file) => read(`${MODEL_FOLDER}/${file}`),
  );
  return { trace: { v, spike }, trainAccs, testAccs, ...network, T: v.length / CLASSES };
}

/** @throws RangeError unless this may be the name of a run */
export function checkRunName(name: string): void {
  if (typeof name !== 'string' || !/^\w[\w.-]*$/.test(name)) {
    throw new RangeError(`name of a run: expected letters, digits, '_', '-' and '.', found ${name}`);
  }
}
