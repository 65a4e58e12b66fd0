/** The trained network as a layers model of TensorFlow.js (`model.json`, `weights.bin`), without TensorFlow. */
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../common/mnist';
import { type NeuronOptions, readNeuron, storeNeuron } from '../common/neuron-options';
import { decodeFloat32, littleEndian } from './bytes';

/** Weights [784, 10] and the options of the ten neurons. */
export interface SavedNetwork {
  weights: Float32Array;
  neuron: NeuronOptions;
}

/** The files of a layers model; in its folder nothing else is touched. */
export const MODEL_FILES = ['weights.bin', 'model.json'] as const;

export type ModelFile = (typeof MODEL_FILES)[number];

/**
 * The files of a layers model that `tf.loadLayersModel` reads.
 * @param weights [784, 10]
 * @param neuron of the LIF neurons; without them the last layer is a softmax: the ANN
 * @throws RangeError unless there are 7,840 weights
 */
export function layersModelFiles(weights: Float32Array, neuron?: NeuronOptions): Record<ModelFile, Uint8Array> {
  if (weights?.length !== IMAGE_SIZE * CLASSES) {
    throw new RangeError(`weights: expected ${IMAGE_SIZE} × ${CLASSES} numbers, found ${weights?.length ?? weights}`);
  }
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: neuron ? 'lif_snn_mnist' : 'ann_mnist',
      layers: [
        layer('Flatten', {
          name: 'flatten',
          trainable: true,
          batch_input_shape: [null, IMAGE_SIDE, IMAGE_SIDE],
          dtype: 'float32',
        }),
        layer('Dense', { name: 'dense', trainable: true, units: CLASSES, activation: 'linear', use_bias: false }),
        neuron
          ? layer('LIFNode', { name: 'lif', trainable: true, ...storeNeuron(neuron) })
          : layer('Softmax', { name: 'softmax', trainable: true, axis: -1 }),
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
  return {
    'weights.bin': littleEndian(weights),
    'model.json': new TextEncoder().encode(JSON.stringify(model, null, 1)),
  };
}

/**
 * The network of a layers model.
 * @param name the name of one of its files, for the messages
 * @param read the content of that file
 * @throws Error in one line if the model is damaged or another network
 */
export function decodeNetwork(name: (file: ModelFile) => string, read: (file: ModelFile) => Uint8Array): SavedNetwork {
  const bytes = read('weights.bin');
  const size = IMAGE_SIZE * CLASSES * 4;
  if (bytes.length !== size) {
    throw new Error(`${name('weights.bin')}: expected ${size} bytes of weights, found ${bytes.length}`);
  }
  return { weights: decodeFloat32(bytes), neuron: savedNeuron(name('model.json'), read('model.json')) };
}

function savedNeuron(file: string, content: Uint8Array): NeuronOptions {
  let layers: unknown;
  try {
    layers = JSON.parse(new TextDecoder().decode(content))?.modelTopology?.config?.layers;
  } catch (error) {
    throw new Error(`${file}: expected a layers model, found other content (${(error as Error).message})`);
  }
  const found = Array.isArray(layers) ? layers.find((layer) => layer?.class_name === 'LIFNode')?.config : undefined;
  if (!found) throw new Error(`${file}: expected a network with a LIFNode layer, found none`);
  try {
    return readNeuron(found);
  } catch (error) {
    throw new Error(`${file}: expected the options of a LIFNode (${(error as Error).message})`);
  }
}
