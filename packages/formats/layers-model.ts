/** The trained network as a layers model of TensorFlow.js (`model.json`, `weights.bin`), without TensorFlow. */

import { decodeFloat32, littleEndian } from '../../src/common/bytes';
import { formatValue, inOneLine } from '../../src/common/checks';
import { READOUT_NAMES, type ReadoutName } from '../../src/common/engine';
import { isWidth, MAX_HIDDEN } from '../../src/common/layers';
import { IMAGE_SIDE } from '../../src/common/mnist';
import {
  checkNeuron,
  type NeuronOptions,
  readNeuron,
  type StoredNeuron,
  storeNeuron,
} from '../../src/common/neuron-options';
import { countWeights, networkOf, weightShapes } from '../../src/common/weights';

/** Weights [784, 10], or [784, hidden] and [hidden, 10], and the options of the neurons. */
export interface SavedNetwork {
  weights: Float32Array;
  neuron: NeuronOptions;
  /** The potential that is read of outputs that never fire, if they do not. */
  readout?: ReadoutName;
}

/** The files of a layers model; in its folder nothing else is touched. */
export const MODEL_FILES = ['weights.bin', 'model.json'] as const;

export type ModelFile = (typeof MODEL_FILES)[number];

/**
 * The files of a layers model that `tf.loadLayersModel` reads.
 * @param weights [784, 10], or of a network with a hidden layer [784, hidden] and [hidden, 10]
 * @param neuron of the LIF neurons; without them the last layer is a softmax: the ANN
 * @param inputs of a network of spike trains, whose model has no Flatten; by default it takes images
 * @param readout of a network whose potential is read: its last layer is a NonSpikingLIFNode, which returns potentials
 * @throws RangeError unless these are the weights of a network, and as `checkNeuron`
 */
export function layersModelFiles(
  weights: Float32Array,
  neuron?: NeuronOptions,
  inputs?: number,
  readout: ReadoutName = 'spikes',
): Record<ModelFile, Uint8Array> {
  const shapes = weightShapes(networkOf(weights, inputs).hidden, inputs);
  if (neuron) checkNeuron(neuron);
  // As tfjs numbers layers of one kind.
  const named = (name: string, i: number) => (i === 0 ? name : `${name}_${i}`);
  const lif = (i: number) => {
    const config = { name: named('lif', i), trainable: true, ...(neuron && storeNeuron(neuron)) };
    return readout !== 'spikes' && i === shapes.length - 1
      ? layer('NonSpikingLIFNode', { ...config, readout })
      : layer('LIFNode', config);
  };
  const layer = (class_name: string, config: object) => ({ class_name, config });
  const takes = (...shape: number[]) => ({ batch_input_shape: [null, ...shape], dtype: 'float32' });
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: neuron ? 'lif_snn_mnist' : 'ann_mnist',
      layers: [
        ...(inputs === undefined
          ? [layer('Flatten', { name: 'flatten', trainable: true, ...takes(IMAGE_SIDE, IMAGE_SIDE) })]
          : []),
        ...shapes.flatMap(([, units], i) => [
          layer('Dense', {
            name: named('dense', i),
            trainable: true,
            ...(i === 0 && inputs !== undefined ? takes(inputs) : {}),
            units,
            activation: 'linear',
            use_bias: false,
          }),
          neuron ? lif(i) : layer('Softmax', { name: 'softmax', trainable: true, axis: -1 }),
        ]),
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
        weights: shapes.map((shape, i) => ({ name: `${named('dense', i)}/kernel`, shape, dtype: 'float32' })),
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
  return inOneLine(() => decode(name, read));
}

function decode(name: (file: ModelFile) => string, read: (file: ModelFile) => Uint8Array): SavedNetwork {
  const { hidden, ...saved } = savedLayers(name('model.json'), read('model.json'));
  const bytes = read('weights.bin');
  const size = countWeights(hidden) * 4;
  if (bytes.length !== size) {
    throw new Error(`${name('weights.bin')}: expected ${size} bytes of weights, found ${bytes.length}`);
  }
  const weights = decodeFloat32(bytes);
  if (!weights.every(Number.isFinite)) {
    throw new Error(`${name('weights.bin')}: expected finite numbers, found NaN or infinity`);
  }
  return { weights, ...saved };
}

/** The options of a model's neurons, how many hidden ones there are, and what is read of the outputs if it is a potential. */
function savedLayers(file: string, content: Uint8Array): Omit<SavedNetwork, 'weights'> & { hidden?: number } {
  let layers: unknown;
  try {
    layers = JSON.parse(new TextDecoder().decode(content))?.modelTopology?.config?.layers;
  } catch (error) {
    throw new Error(`${file}: expected a layers model, found other content (${(error as Error).message})`);
  }
  const configs = (kind: string): { units?: unknown; readout?: ReadoutName }[] =>
    Array.isArray(layers) ? layers.filter((layer) => layer?.class_name === kind).map(({ config }) => config ?? {}) : [];
  const [unspiking] = configs('NonSpikingLIFNode');
  const [found = unspiking] = configs('LIFNode');
  if (!found) throw new Error(`${file}: expected a network with a LIFNode layer, found none`);
  const [first, ...more] = configs('Dense');
  const hidden = more.length > 0 ? first.units : undefined;
  if (more.length > 1 || (hidden !== undefined && !isWidth(hidden))) {
    throw new Error(`${file}: expected at most one hidden layer, of 1 to ${MAX_HIDDEN} neurons, found another network`);
  }
  const readout = unspiking?.readout;
  if (unspiking && !(readout && readout !== 'spikes' && READOUT_NAMES.includes(readout))) {
    throw new Error(
      `${file}: expected a NonSpikingLIFNode that says which potential is read, found ${formatValue(readout)}`,
    );
  }
  try {
    return { neuron: readNeuron(found as StoredNeuron), hidden, ...(readout && { readout }) };
  } catch (error) {
    throw new Error(`${file}: expected the options of a LIFNode (${(error as Error).message})`);
  }
}
