/**
 * The files of a finished training, as bytes by name: the four arrays of SpikingJelly's example, the model, and
 * TensorBoard's file.
 */

import { asOneLine, checkNumbers, checkObject, formatValue, isTyped, typeName } from '../../src/common/checks';
import { CLASSES } from '../../src/common/mnist';
import type { Trace } from '../../src/common/trace';
import type { RunSettings, TrainingHistory } from '../../src/training/history';
import { decodeNetwork, layersModelFiles, MODEL_FILES } from '../formats/layers-model';
import { npyArray, npyBytes } from '../formats/npy';
import { encodeEvents } from '../formats/tensorboard';
import type { ReadoutName } from '../networks/options/engine';
import { followFromWeights, type ResolvedLayer, resolveLayers } from '../networks/options/layers';
import { checkNeuron, type NeuronOptions } from '../networks/options/neuron-options';
import { hiddenOf } from '../networks/options/weights';
import { withSurrogates } from './document';

/** Potentials after the reset, and spikes, [T, neurons]. */
interface SavedTrace {
  v: Float32Array;
  spike: Float32Array;
}

/** A finished training, with the network's trace for the first test image. */
export interface Run {
  trace: Trace;
  history: TrainingHistory;
  /** [784, outputs]; with a hidden layer [784, hidden], and then [hidden, outputs]. */
  weights: Float32Array;
  neuron: NeuronOptions;
}

/** The content of a saved run: the four arrays of SpikingJelly's example, and the model. */
export interface SavedRun {
  /** Potentials after the reset, and spikes, [T, outputs]; of the last hidden layer, if any, [T, its neurons]. */
  trace: Pick<Trace, 'v' | 'spike'> & { hidden?: Pick<Trace, 'v' | 'spike'> };
  /** A value per batch. */
  trainAccs: Float64Array;
  /** A value per epoch. */
  testAccs: Float64Array;
  /** [784, outputs]; with a hidden layer [784, hidden], and then [hidden, outputs]. */
  weights: Float32Array;
  neuron: NeuronOptions;
  /** The potential readout; undefined if spikes were read. */
  readout?: ReadoutName;
  /** All layers; left out for at most one hidden layer, these neuron options and ten outputs. */
  layers?: readonly ResolvedLayer[];
  /** Simulated steps per image. */
  T: number;
}

/** Input of `runFiles`: a `Run`, or the parts of one that the ANN and networks of spike trains have. */
interface FinishedRun {
  /** Only for spiking networks. */
  trace?: SavedTrace & { hidden?: SavedTrace };
  history: Pick<Partial<TrainingHistory>, 'heldBackAccs' | 'settings'> &
    Pick<TrainingHistory, 'trainAccs' | 'testAccs'>;
  weights: Float32Array;
  /** Number of inputs of a network of spike trains; images by default. */
  inputs?: number;
  neuron?: NeuronOptions;
}

export const MODEL_FOLDER = 'lif_snn_mnist';

/** Folder names of the models. */
export const MODEL_FOLDERS = { snn: MODEL_FOLDER, ann: 'ann_mnist' } as const;

export const CURVES = 'events.out.tfevents.0.saved-run';

/** Array names of the output neurons. */
export const SPIKING_ARRAYS: readonly string[] = ['v_t_array.npy', 's_t_array.npy'];

/** Array names of SpikingJelly's example. */
export const ARRAYS = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy'] as const;

/** Array names of the last hidden layer. */
export const HIDDEN_ARRAYS: readonly string[] = ['hidden_v_t_array.npy', 'hidden_s_t_array.npy'];

/** Array name of the accuracy on held-back images. */
export const HELD_BACK = 'held_back_accs.npy';

/** File names that `decodeRun` reads, with forward slashes. */
export const READ_FILES: readonly string[] = [...ARRAYS, ...MODEL_FILES.map((name) => `${MODEL_FOLDER}/${name}`)];

/** File names of a saved run. */
export const RUN_FILES: readonly string[] = [...READ_FILES, CURVES];

/** File names that any run may leave, including those of the ANN and of held-back images. */
export const RESULT_FILES: readonly string[] = [
  ...RUN_FILES,
  ...HIDDEN_ARRAYS,
  HELD_BACK,
  ...MODEL_FILES.map((name) => `${MODEL_FOLDERS.ann}/${name}`),
];

/** @throws RangeError if a number is not finite, because the training diverged */
export function assertFinite(...arrays: readonly Float32Array[]): void {
  if (!arrays.every((values) => values.every(Number.isFinite))) throw new RangeError('weights are no longer finite');
}

/** @throws TypeError in one line unless these are the parts of a finished training */
function checkRun({ trace, history, weights, neuron }: FinishedRun): void {
  if (!isTyped(weights, 'Float32Array'))
    throw new TypeError(`weights: expected a Float32Array, found ${typeName(weights)}`);
  checkObject('history', history, 'what newHistory() returns');
  for (const name of ['trainAccs', 'testAccs'] as const) checkNumbers(`history.${name}`, history[name], '');
  for (const [where, part] of [['trace', trace] as const, ['trace.hidden', trace?.hidden] as const]) {
    if (part === undefined) continue;
    checkObject(where, part, 'what an engine traces');
    for (const name of ['v', 'spike'] as const) {
      if (isTyped(part[name], 'Float32Array')) continue;
      throw new TypeError(`${where}.${name}: expected a Float32Array, found ${typeName(part[name])}`);
    }
  }
  if (neuron !== undefined) checkNeuron(neuron);
}

/**
 * The array files by name: the four of SpikingJelly's example (two without a trace) and, if any, potentials and spikes
 * of hidden neurons and accuracies on held-back images.
 * @throws RangeError if the parts do not fit each other or the weights are not finite
 */
export function arrayFiles(run: FinishedRun): Record<string, Uint8Array> {
  checkObject('run', run, 'an object with trace, history, weights and neuron');
  checkRun(run);
  const { trace, history, weights, inputs } = run;
  assertFinite(weights);
  const layers = layersIn(history.settings);
  const hidden = lastHidden({ weights, layers }, inputs);
  const { trainAccs, testAccs, heldBackAccs = [] } = history;
  return {
    ...(trace && traceFiles(SPIKING_ARRAYS, trace, countOutputs(layers))),
    'train_accs.npy': npyBytes(vector(trainAccs)),
    'test_accs.npy': npyBytes(vector(testAccs)),
    ...(trace?.hidden && traceFiles(HIDDEN_ARRAYS, trace.hidden, hidden)),
    ...(heldBackAccs.length > 0 && { [HELD_BACK]: npyBytes(vector(heldBackAccs)) }),
  };
}

/** Encodes potentials and spikes under two names. */
function traceFiles(
  [nameOfV, nameOfSpikes]: readonly string[],
  { v, spike }: SavedTrace,
  neurons: number,
): Record<string, Uint8Array> {
  const T = v.length / neurons;
  if (!Number.isInteger(T) || spike.length !== v.length) {
    const found = `${v.length} and ${spike.length}`;
    throw new RangeError(`trace: expected ${neurons} potentials and ${neurons} spikes per step, found ${found}`);
  }
  const shape = [T, neurons];
  return { [nameOfV]: npyBytes({ data: v, shape }), [nameOfSpikes]: npyBytes({ data: spike, shape }) };
}

/** Options of the model's file, which records readout and layers. */
export function modelOf({ weights, neuron, inputs, history: { settings } }: FinishedRun) {
  return [weights, neuron, inputs, settings?.engine.readout as ReadoutName | undefined, layersIn(settings)] as const;
}

/**
 * The layers in the history of a run; undefined if they follow from the weights.
 * @throws RangeError if they are invalid
 */
function layersIn(settings: RunSettings | null | undefined): ResolvedLayer[] | undefined {
  const layers = settings && allLayersIn(settings);
  return layers && !followFromWeights(layers) ? layers : undefined;
}

/** All layers of any network. @throws RangeError if they are invalid */
export const allLayersIn = ({ engine, classes }: Pick<RunSettings, 'engine' | 'classes'>): ResolvedLayer[] =>
  resolveLayers(withSurrogates(engine as Parameters<typeof withSurrogates>[0]), classes);

/** Number of outputs. */
const countOutputs = (layers?: readonly ResolvedLayer[]): number => layers?.[layers.length - 1].neurons ?? CLASSES;

/** Size of the last hidden layer; 0 without one. */
const lastHidden = ({ weights, layers }: Pick<SavedRun, 'weights' | 'layers'>, inputs?: number): number =>
  (layers ? layers[layers.length - 2]?.neurons : hiddenOf(weights.length, inputs)?.hidden) ?? 0;

/** Folder name of the run's model. */
export const modelFolder = ({ neuron }: Pick<FinishedRun, 'neuron'>): string => MODEL_FOLDERS[neuron ? 'snn' : 'ann'];

const vector = (values: readonly number[]) => ({ data: new Float64Array(values), shape: [values.length] });

/**
 * All files of a saved run, named as in {@link RUN_FILES}; without neurons it is a run of the ANN.
 * @throws RangeError as `arrayFiles`
 */
export function runFiles(run: FinishedRun): Record<string, Uint8Array> {
  // The browser edition offers exactly these files for download.
  const arrays = arrayFiles({ ...run, history: { ...run?.history, heldBackAccs: [] } });
  const model = layersModelFiles(...modelOf(run));
  return {
    ...arrays,
    ...Object.fromEntries(MODEL_FILES.map((name) => [`${modelFolder(run)}/${name}`, model[name]])),
    [CURVES]: encodeEvents(run.history),
  };
}

/**
 * Decodes the files of a saved run.
 * @param place the run's name in messages
 * @param read returns the content of a file
 * @throws Error in one line if the files are damaged or do not belong together
 */
export function decodeRun(place: string, read: (name: string) => Uint8Array) {
  const array = (file: string, neurons?: number) => {
    const { data, shape } = npyArray(`${place}/${file}`, read(file));
    if (!data.every(Number.isFinite))
      throw new Error(`${place}/${file}: expected finite numbers, found NaN or infinity`);
    if (neurons === undefined ? shape.length === 1 : shape.length === 2 && shape[1] === neurons) return data;
    const wanted = neurons === undefined ? '[count]' : `[T, ${neurons}]`;
    throw new Error(`${place}/${file}: expected the shape ${wanted}, found [${shape.join(', ')}]`);
  };
  const stepsOf = (names: readonly string[], neurons: number) =>
    names.map((file) => Float32Array.from(array(file, neurons)));
  const [trainAccs, testAccs] = ['train_accs.npy', 'test_accs.npy'].map((file) => Float64Array.from(array(file)));
  const network = decodeNetwork(
    (file) => `${place}/${MODEL_FOLDER}/${file}`,
    (file) => read(`${MODEL_FOLDER}/${file}`),
  );
  const outputs = countOutputs(network.layers);
  const [v, spike] = stepsOf(SPIKING_ARRAYS, outputs);
  const hidden = lastHidden(network);
  const [hiddenV, hiddenSpike] = hidden > 0 ? stepsOf(HIDDEN_ARRAYS, hidden) : [];
  const all = [v, spike].map(({ length }) => length / outputs);
  if (hidden > 0) all.push(hiddenV.length / hidden, hiddenSpike.length / hidden);
  if (all.some((steps) => steps !== all[0])) {
    const found = all.join(' and ');
    throw new Error(`${place}: expected potentials and spikes of one run, found ${found} steps; save the run again`);
  }
  const layer = hidden > 0 ? { hidden: { v: hiddenV, spike: hiddenSpike } } : {};
  return { trace: { v, spike, ...layer }, trainAccs, testAccs, ...network, T: all[0] };
}

/** @throws RangeError if this is not a valid name of a run */
export const checkRunName = (name: string): void => checkName('a run', name);

/**
 * @throws RangeError if a file cannot be saved under this name; its extension distinguishes it from runs and build
 * folders
 */
export function checkSavedName(name: string): void {
  checkName('a file', name);
  if (!/\.\w+$/.test(name))
    throw new RangeError(`name of a file: expected one with an ending, such as .nir, found ${name}`);
}

/** @throws RangeError if the name contains a path */
export function checkName(what: string, name: string): void {
  if (typeof name !== 'string' || !/^\w[\w.-]*$/.test(name)) {
    const found = typeof name === 'string' ? asOneLine(name) : formatValue(name);
    throw new RangeError(`name of ${what}: expected letters, digits, '_', '-' and '.', found ${found}`);
  }
}
