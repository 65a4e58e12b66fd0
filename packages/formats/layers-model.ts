/** Reads and writes layers models of TensorFlow.js (`model.json`, `weights.bin`), without TensorFlow.js itself. */

import { checkArray, checkChoice, checkObject, formatValue, inOneLine, reworded } from '../../src/common/checks';
import { IMAGE_SIDE } from '../../src/common/mnist';
import { type EngineState, READOUT_NAMES, type ReadoutName } from '../networks/options/engine';
import {
  type Convolution,
  followFromWeights,
  type LayerShape,
  POOL,
  plainLayers,
  type ResolvedLayer,
  readLayers,
  resolveLayers,
  storeLayers,
} from '../networks/options/layers';
import {
  checkNeuron,
  type NeuronOptions,
  readNeuron,
  type StoredNeuron,
  storeNeuron,
} from '../networks/options/neuron-options';
import type { Norm } from '../networks/options/norm';
import { checkRanges, countNumbers, networkOf, parameters } from '../networks/options/weights';
import { decodeFloat32, littleEndian } from './bytes';

/** A network's weights, [784, 10], or [784, hidden] and [hidden, 10], and options of neurons. */
export interface SavedNetwork {
  weights: Float32Array;
  neuron: NeuronOptions;
  /** How outputs are read, if not by their spikes. */
  readout?: ReadoutName;
  /** All layers of any other network; its weights are in the order of `parameters`. */
  layers?: readonly ResolvedLayer[];
}

/** A network in a file, which may lack options of neurons or have a training state. */
export interface FileNetwork extends Omit<SavedNetwork, 'neuron' | 'layers'> {
  neuron?: NeuronOptions;
  layers?: readonly LayerShape[];
  /** Weights and Adam's moments of a checkpoint. */
  state?: EngineState;
  /** Last epoch of a checkpoint, from 0. */
  epoch?: number;
}

/**
 * Checks a network for saving, and fills in defaults.
 * @throws TypeError or RangeError in one line unless these are neurons, layers and readout of a network
 */
export function checkNetworkToSave(network: SavedNetwork): SavedNetwork & { readout: ReadoutName } {
  checkObject('network', network, 'an object with weights and neuron');
  const { weights, neuron, readout = 'spikes', layers } = network;
  checkNeuron(neuron);
  checkChoice('readout', readout, READOUT_NAMES);
  if (layers === undefined) return { weights, neuron, readout };
  checkArray('layers', layers, 'layers');
  return { weights, neuron, readout, layers: resolveLayers({ layers, neuron }) };
}

/** The files of a layers model. */
export const MODEL_FILES = ['weights.bin', 'model.json'] as const;

export type ModelFile = (typeof MODEL_FILES)[number];

/**
 * The files of a layers model for `tf.loadLayersModel`.
 * @param weights [784, 10], or [784, hidden] and [hidden, 10]
 * @param neuron options of the LIF neurons; without them the model is an ANN with a softmax
 * @param inputs number of inputs of a network of spike trains; default: images, which the model flattens
 * @param readout other than 'spikes' makes the last layer a NonSpikingLIFNode, which returns potentials
 * @param layers of any other network; its weights are in the order of `parameters`
 * @throws RangeError unless these are weights of a network, and as `checkNeuron`
 */
export function layersModelFiles(
  weights: Float32Array,
  neuron?: NeuronOptions,
  inputs?: number,
  readout: ReadoutName = 'spikes',
  layers?: readonly ResolvedLayer[],
): Record<ModelFile, Uint8Array> {
  const all: readonly LayerShape[] = layers ?? plainLayers(networkOf(weights, inputs).hidden);
  const numbers = parameters(all, inputs);
  if (weights.length !== countNumbers(numbers)) {
    throw new RangeError(`weights: expected ${countNumbers(numbers)} numbers, found ${weights.length}`);
  }
  checkRanges(weights, all, inputs);
  for (const each of [neuron, ...all.map((layer) => layer.neuron)]) if (each) checkNeuron(each);
  // TensorFlow.js numbers layers of the same kind like this.
  const layer = (class_name: string, name: string, i: number, config: object = {}) => ({
    class_name,
    config: { name: i === 0 ? name : `${name}_${i}`, trainable: true, ...config },
  });
  const neurons = (own: NeuronOptions, { synapse, recurrent, learn }: LayerShape, i: number) => {
    const start = { ...storeNeuron(own), ...(learn && { learn }) };
    const isRead = readout !== 'spikes' && i === all.length - 1;
    const lif = isRead
      ? layer('NonSpikingLIFNode', 'lif', i, { ...start, readout })
      : layer(learn ? 'ParametricLIFNode' : 'LIFNode', 'lif', i, start);
    const parts = [...(synapse ? [layer('Synapse', 'synapse', i, synapse)] : []), lif];
    return recurrent ? [layer('LinearRecurrentContainer', 'recurrent', i, { layers: parts })] : parts;
  };
  // In TensorFlow.js channels are the last axis, and padding is a layer of its own.
  const ofMap = { data_format: 'channels_last' };
  const square = (size: number) => [size, size];
  const convolution = ({ channels, kernel, stride, padding, bias = false }: Convolution, i: number) => [
    ...(padding > 0
      ? [layer('ZeroPadding2D', 'zero_padding2d', i, { padding: [square(padding), square(padding)], ...ofMap })]
      : []),
    layer('Conv2D', 'conv2d', i, {
      filters: channels,
      kernel_size: square(kernel),
      strides: square(stride),
      padding: 'valid',
      ...ofMap,
      activation: 'linear',
      use_bias: bias,
    }),
  ];
  const dense = ({ delay, neurons: units }: LayerShape, i: number) =>
    layer(delay ? 'DelayedDense' : 'Dense', 'dense', i, {
      ...(i === 0 && inputs !== undefined ? takes(inputs) : {}),
      units,
      ...(delay ?? { activation: 'linear', use_bias: false }),
    });
  const normed = (norm: Norm, i: number) => layer('BatchNorm2d', 'batch_norm2d', i, norm === 'batch' ? {} : norm);
  const pooled = (i: number) =>
    layer('AveragePooling2D', 'average_pooling2d', i, {
      pool_size: square(POOL),
      strides: square(POOL),
      padding: 'valid',
      ...ofMap,
    });
  const takes = (...shape: number[]) => ({ batch_input_shape: [null, ...shape], dtype: 'float32' });
  const start = inputs === undefined ? takes(IMAGE_SIDE, IMAGE_SIDE) : takes(inputs);
  const { convolve } = all[0];
  const beginning = convolve
    ? [
        layer('Reshape', 'reshape', 0, { ...start, target_shape: convolve.shape ?? [1, IMAGE_SIDE, IMAGE_SIDE] }),
        layer('Permute', 'permute', 0, { dims: [2, 3, 1] }),
      ]
    : inputs === undefined
      ? [layer('Flatten', 'flatten', 0, start)]
      : [];
  const modelTopology = {
    class_name: 'Sequential',
    config: {
      name: neuron ? 'lif_snn_mnist' : 'ann_mnist',
      layers: [
        ...beginning,
        ...all.flatMap((each, i) => [
          ...(each.convolve
            ? convolution(each.convolve, i)
            : [...(all[i - 1]?.convolve ? [layer('Flatten', 'flatten', 0)] : []), dense(each, i)]),
          ...(each.norm ? [normed(each.norm, i)] : []),
          ...(each.pool === 'currents' ? [pooled(i)] : []),
          ...(neuron ? neurons(each.neuron ?? neuron, each, i) : [layer('Softmax', 'softmax', 0, { axis: -1 })]),
          ...(each.pool === 'spikes' ? [pooled(i)] : []),
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
        weights: numbers.map(({ name, kind, layer: i, shape: [rows, columns] }) => {
          const { kernel = 0 } = (kind === 'weight' && all[i].convolve) || {};
          const matrix = kind === 'bias' ? [columns] : [rows, columns];
          const shape = kernel ? [kernel, kernel, rows / kernel ** 2, columns] : matrix;
          return { name, shape, dtype: 'float32' };
        }),
      },
    ],
    // Read back by `decodeNetwork`. Networks with at most one hidden layer follow from their Dense layers and LIFNodes.
    ...(neuron && layers && { userDefinedMetadata: { layers: storeLayers(layers) } }),
  };
  return {
    'weights.bin': littleEndian(weights),
    'model.json': new TextEncoder().encode(JSON.stringify(model, null, 1)),
  };
}

/**
 * Reads the network of a layers model.
 * @param name returns the name of one of its files, for messages
 * @param read returns the content of that file
 * @throws Error in one line for a damaged model or another network
 */
export function decodeNetwork(name: (file: ModelFile) => string, read: (file: ModelFile) => Uint8Array): SavedNetwork {
  return inOneLine(() => decode(name, read));
}

function decode(name: (file: ModelFile) => string, read: (file: ModelFile) => Uint8Array): SavedNetwork {
  const { layers, readout } = savedLayers(name('model.json'), read('model.json'));
  const bytes = read('weights.bin');
  const size = countNumbers(parameters(layers)) * 4;
  if (bytes.length !== size) {
    throw new Error(`${name('weights.bin')}: expected ${size} bytes of weights, found ${bytes.length}`);
  }
  const weights = decodeFloat32(bytes);
  if (!weights.every(Number.isFinite)) {
    throw new Error(`${name('weights.bin')}: expected finite numbers, found NaN or infinity`);
  }
  checkRanges(weights, layers, undefined, name('weights.bin'));
  const { neuron } = layers[layers.length - 1];
  return { weights, neuron, ...(readout && { readout }), ...(!followFromWeights(layers) && { layers }) };
}

/** Kinds of layers with neurons. */
const NEURONS = ['LIFNode', 'ParametricLIFNode', 'NonSpikingLIFNode'];
/** The kinds of layers of a network with at most one hidden layer; its Dense layers have the numbers of neurons. */
const PLAIN = /^(Flatten )?(Dense LIFNode )?(Dense )?(LIFNode|NonSpikingLIFNode)$/;

/** A model's layers, and the readout if it is a potential. */
function savedLayers(file: string, content: Uint8Array): { layers: ResolvedLayer[]; readout?: ReadoutName } {
  const saved: Partial<SavedModel> | null = reworded(
    () => JSON.parse(new TextDecoder().decode(content)),
    (why) => `${file}: expected a layers model, found other content (${why})`,
  );
  const parts = listOf(saved?.modelTopology?.config?.layers);
  const firing = parts.filter(({ kind }) => NEURONS.includes(kind));
  const outputs = firing.at(-1);
  if (!outputs) throw new Error(`${file}: expected a network with a LIFNode layer, found none`);
  const neurons = reworded(
    () => firing.map(({ config }) => readNeuron(config as unknown as StoredNeuron)),
    (why) => `${file}: expected the options of a LIFNode (${why})`,
  );
  const neuron = neurons[neurons.length - 1];
  const isRead = outputs.kind === 'NonSpikingLIFNode';
  const readout = isRead ? (outputs.config.readout as ReadoutName) : undefined;
  if (isRead && (readout === 'spikes' || !READOUT_NAMES.includes(readout as ReadoutName))) {
    throw new Error(
      `${file}: expected a NonSpikingLIFNode that says which potential is read, found ${formatValue(readout)}`,
    );
  }
  const own = saved?.userDefinedMetadata?.layers;
  const areAlike = neurons.every((each) => JSON.stringify(each) === JSON.stringify(neuron));
  if (own === undefined && !(areAlike && PLAIN.test(parts.map(({ kind }) => kind).join(' '))))
    throw new Error(`${file}: expected userDefinedMetadata.layers, found none beside layers that need them`);
  const dense = parts.filter(({ kind }) => kind === 'Dense').map(({ config }) => ({ neurons: config.units as number }));
  const layers = reworded(
    () =>
      own === undefined
        ? resolveLayers({ layers: dense.length > 0 ? dense : undefined, neuron })
        : readLayers(own, neuron),
    (why) => `${file}: expected layers of neurons (${why})`,
  );
  return { layers, ...(readout && { readout }) };
}

/** The parts of a `model.json` that we read. */
interface SavedModel {
  modelTopology: { config?: { layers?: unknown } };
  userDefinedMetadata: { layers?: unknown };
}

/** A layer in `model.json`. */
interface Part {
  kind: string;
  config: Record<string, unknown>;
}

const listOf = (saved: unknown): Part[] =>
  (Array.isArray(saved) ? saved : []).flatMap((part) =>
    typeof part === 'object' && part !== null ? [{ kind: part.class_name, config: Object(part.config) }] : [],
  );
