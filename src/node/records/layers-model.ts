/** The trained network as a layers model of TensorFlow.js (`model.json`, `weights.bin`), without TensorFlow. */
import { lstatSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../../common/mnist';
import { checkNeuron, type NeuronOptions } from '../../common/neuron-options';
import { makeFolder, writeFileAtomic } from '../files';
import { float32Of, littleEndian } from './bytes';

/** Weights [784, 10] and the options of the ten neurons. */
export interface SavedNetwork {
  weights: Float32Array;
  neuron: NeuronOptions;
}

/** The files of a layers model; in its folder nothing else is touched. */
export const MODEL_FILES = ['weights.bin', 'model.json'] as const;

/**
 * Writes weights [784, 10] as a layers model that `tf.loadLayersModel` reads.
 * @param folder made if it is missing; a link of that name is replaced by a folder, and what it leads to stays as it is
 * @throws RangeError unless there are 7,840 weights
 */
export function writeLayersModel(folder: string, weights: Float32Array, neuron: NeuronOptions): void {
  if (weights?.length !== IMAGE_SIZE * CLASSES) {
    throw new RangeError(`weights: expected ${IMAGE_SIZE} × ${CLASSES} numbers, found ${weights?.length ?? weights}`);
  }
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: 'lif_snn_mnist',
      layers: [
        layer('Flatten', {
          name: 'flatten',
          trainable: true,
          batch_input_shape: [null, IMAGE_SIDE, IMAGE_SIDE],
          dtype: 'float32',
        }),
        layer('Dense', { name: 'dense', trainable: true, units: CLASSES, activation: 'linear', use_bias: false }),
        layer('LIFNode', { name: 'lif', trainable: true, ...neuron }),
      ],
    },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  };
  const model = {
    format: 'layers-model',
    generatedBy: 'lif-fc-mnist',
    convertedBy: null,
    modelTopology,
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: [{ name: 'dense/kernel', shape: [IMAGE_SIZE, CLASSES], dtype: 'float32' }],
      },
    ],
  };
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink()) rmSync(folder);
  makeFolder(folder);
  writeFileAtomic(join(folder, 'weights.bin'), littleEndian(weights));
  writeFileAtomic(join(folder, 'model.json'), JSON.stringify(model, null, 1));
}

/**
 * Reads what `writeLayersModel` wrote.
 * @throws Error in one line if the model is missing, damaged, or another network
 */
export function readLayersModel(folder: string): SavedNetwork {
  const bytes = read(join(folder, 'weights.bin'));
  const size = IMAGE_SIZE * CLASSES * 4;
  if (bytes.length !== size) {
    throw new Error(`${join(folder, 'weights.bin')}: expected ${size} bytes of weights, found ${bytes.length}`);
  }
  return { weights: float32Of(bytes), neuron: savedNeuron(join(folder, 'model.json')) };
}

function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`${file}: expected a file of a layers model, cannot read it (${(error as Error).message})`);
  }
}

function savedNeuron(file: string): NeuronOptions {
  let layers: unknown;
  try {
    layers = JSON.parse(read(file).toString('utf8'))?.modelTopology?.config?.layers;
  } catch (error) {
    throw new Error(`${file}: expected a layers model, found other content (${(error as Error).message})`);
  }
  const found = Array.isArray(layers) ? layers.find((layer) => layer?.class_name === 'LIFNode')?.config : undefined;
  if (!found) throw new Error(`${file}: expected a network with a LIFNode layer, found none`);
  const { tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset } = found;
  const neuron = { tau, decayInput, vThreshold, vReset, surrogate, alpha, detachReset };
  try {
    checkNeuron(neuron);
  } catch (error) {
    throw new Error(`${file}: expected the options of a LIFNode (${(error as Error).message})`);
  }
  return neuron;
}
