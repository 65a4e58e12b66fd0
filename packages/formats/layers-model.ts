/** The trained network as a layers model of TensorFlow.js (`model.json`, `weights.bin`), without TensorFlow. */

import { checkArray, checkChoice, checkObject, formatValue, inOneLine, reworded } from '../../src/common/checks';
import { type EngineState, READOUT_NAMES, type ReadoutName } from '../../src/common/engine';
import {
  type Convolution,
  type LayerShape,
  POOL,
  plainLayers,
  type ResolvedLayer,
  readLayers,
  resolveLayers,
  shortForm,
  storeLayers,
} from '../../src/common/layers';
import { CLASSES, IMAGE_SIDE } from '../../src/common/mnist';
import {
  checkNeuron,
  type NeuronOptions,
  readNeuron,
  type StoredNeuron,
  storeNeuron,
} from '../../src/common/neuron-options';
import type { Norm } from '../../src/common/norm';
import { checkRanges, countNumbers, networkOf, parameters } from '../../src/common/weights';
import { decodeFloat32, littleEndian } from './bytes';

/** Weights [784, 10], or [784, hidden] and [hidden, 10], and the options of the neurons. */
export interface SavedNetwork {
  weights: Float32Array;
  neuron: NeuronOptions;
  /** The potential that is read of outputs that never fire, if they do not. */
  readout?: ReadoutName;
  /** All layers of any other network, whose weights are the numbers that `parameters` lists; left out of these. */
  layers?: readonly ResolvedLayer[];
}

/** What a file says of a network. */
export interface FileNetwork extends Omit<SavedNetwork, 'neuron'> {
  /** The options of the neurons, if the format has them. */
  neuron?: NeuronOptions;
  /** The weights with the moments of Adam, if the file is a checkpoint that has them. */
  state?: EngineState;
  /** A checkpoint's last epoch, counted from 0. */
  epoch?: number;
}

/**
 * What goes into a file of another format, with its defaults filled in.
 * @throws TypeError or RangeError in one line unless these are the neurons, layers and readout of a network
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

/** The files of a layers model; in its folder nothing else is touched. */
export const MODEL_FILES = ['weights.bin', 'model.json'] as const;

export type ModelFile = (typeof MODEL_FILES)[number];

/**
 * The files of a layers model that `tf.loadLayersModel` reads.
 * @param weights [784, 10], or of a network with a hidden layer [784, hidden] and [hidden, 10]
 * @param neuron of the LIF neurons; without them the last layer is a softmax: the ANN
 * @param inputs of a network of spike trains, whose model has no Flatten; by default it takes images
 * @param readout of a network whose potential is read: its last layer is a NonSpikingLIFNode, which returns potentials
 * @param layers of a network that is none of these, whose weights are the numbers that `parameters` lists
 * @throws RangeError unless these are the weights of a network, and as `checkNeuron`
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
  // As tfjs numbers layers of one kind.
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
  // A map's channels are its last axis, as TensorFlow.js has it; zeros around it are a layer of their own.
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
    // What reads them here. A network of one hidden layer or none is known by its Dense layers and LIFNodes.
    ...(layers && { userDefinedMetadata: { layers: storeLayers(layers) } }),
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
  return { weights, neuron, ...(readout && { readout }), ...(!shortForm(layers) && { layers }) };
}

/** Layers whose neurons fire, or whose potential is read. */
const NEURONS = ['LIFNode', 'ParametricLIFNode', 'NonSpikingLIFNode'];
/** The kinds of layers of a network of one hidden layer or none, whose Dense layers say how many neurons it has. */
const PLAIN = /^(Flatten )?(Dense LIFNode )?(Dense )?(LIFNode|NonSpikingLIFNode)$/;

/** A model's layers, and what is read of the outputs if it is a potential. */
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
  const widths = parts.filter(({ kind }) => kind === 'Dense').map(({ config }) => config.units as number);
  if (own === undefined && (widths.at(-1) ?? CLASSES) !== CLASSES)
    throw new Error(`${file}: expected ${CLASSES} neurons in the last layer, found ${formatValue(widths.at(-1))}`);
  const layers = reworded(
    () => (own === undefined ? resolveLayers({ hidden: widths.at(-2), neuron }) : readLayers(own, neuron)),
    (why) => `${file}: expected layers of neurons (${why})`,
  );
  return { layers, ...(readout && { readout }) };
}

/** What is read of a `model.json`. */
interface SavedModel {
  modelTopology: { config?: { layers?: unknown } };
  userDefinedMetadata: { layers?: unknown };
}

/** A layer as a model holds it. */
interface Part {
  kind: string;
  config: Record<string, unknown>;
}

const listOf = (saved: unknown): Part[] =>
  (Array.isArray(saved) ? saved : []).flatMap((part) =>
    typeof part === 'object' && part !== null ? [{ kind: part.class_name, config: Object(part.config) }] : [],
  );
