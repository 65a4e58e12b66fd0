/** A network's weights as PyTorch has them: a matrix [outputs, inputs] per layer, under a name. */
import { isTyped, typeName } from '../../../src/common/checks';
import { isWidth, type LayerShape, MAX_HIDDEN, plainLayers } from '../../../src/common/layers';
import { CLASSES, IMAGE_SIZE } from '../../../src/common/mnist';
import {
  countNumbers,
  countWeights,
  networkOf,
  type Parameter,
  parameters,
  splitParameters,
  splitWeights,
  weightShapes,
} from '../../../src/common/weights';

/** Numbers row by row, the last index fastest. An empty shape stands for a single number. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** Whether a file's value is a list of whole numbers, 0 or more, such as a shape. */
export const areWhole = (values: unknown): values is number[] =>
  Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);

/**
 * The name of a parameter: of the weights that of SpikingJelly's `state_dict` of the tutorial's network, whose `layer`
 * is a Sequential of Flatten, Linear, LIFNode, Linear, LIFNode …; the others stand with the neurons.
 */
export const nameOf = ({ kind, layer }: Pick<Parameter, 'kind' | 'layer'>): string =>
  kind === 'weight'
    ? `layer.${2 * layer + 1}.weight`
    : `layer.${2 * layer + 2}.${kind === 'w' ? 'w' : 'recurrent.weight'}`;

/** A parameter's shape as PyTorch has it: matrices [outputs, inputs], w [1] or [neurons]. */
const shapeOf = ({ kind, shape: [rows, columns] }: Parameter): number[] => (kind === 'w' ? [columns] : [columns, rows]);

/**
 * The weights as tensors for PyTorch.
 * @param weights [784, 10], or [784, hidden] and [hidden, 10], one after the other
 * @param layers of another network, whose weights are the numbers that `parameters` lists
 * @throws RangeError unless these are the weights of a network, all of them finite
 */
export function listTensors(
  weights: Float32Array,
  layers?: readonly LayerShape[],
): (Tensor & Omit<Parameter, 'shape'>)[] {
  const all = parameters(layers ?? plainLayers(networkOf(weights).hidden));
  const found = isTyped(weights, 'Float32Array') ? weights.length : typeName(weights);
  if (found !== countNumbers(all))
    throw new RangeError(`weights: expected a Float32Array of ${countNumbers(all)} numbers, found ${found}`);
  if (!weights.every(Number.isFinite)) throw new RangeError('weights: expected finite numbers, found NaN or infinity');
  const parts = splitParameters(weights, all);
  return all.map((each, i) => {
    return { ...each, name: nameOf(each), shape: shapeOf(each), data: transposed(parts[i], ...each.shape) };
  });
}

/**
 * The opposite of `listTensors`, for a network whose layers are known.
 * @param file what is read, for the messages
 * @throws Error in one line if a tensor is missing, has another shape, or is not finite
 */
export function fromNamedTensors(
  file: string,
  tensors: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
): Float32Array {
  const all = parameters(layers);
  const wanted = all.map((each) => `${nameOf(each)} [${shapeOf(each).join(', ')}]`);
  const found = Object.entries(tensors).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  if (wanted.some((each) => !found.includes(each)) || found.length !== wanted.length) {
    throw new Error(`${file}: expected ${wanted.join(', ')}, found ${found.join(', ') || 'none'}`);
  }
  const numbers = new Float32Array(countNumbers(all));
  splitParameters(numbers, all).forEach((part, i) => {
    const [rows, columns] = all[i].shape;
    part.set(transposed(tensors[nameOf(all[i])].data, columns, rows));
  });
  if (!numbers.every(Number.isFinite)) throw new Error(`${file}: expected finite numbers, found NaN or infinity`);
  return numbers;
}

/**
 * The weights out of tensors of any names: one matrix [10, 784], or [hidden, 784] and [10, hidden]. A bias of zeros is
 * passed over.
 * @param file what is read, for the messages
 * @returns [784, 10], or [784, hidden] and [hidden, 10], one after the other
 * @throws Error in one line if they are another network's
 */
export function fromTensors(file: string, tensors: Readonly<Record<string, Tensor>>): Float32Array {
  const matrices: [string, Tensor][] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!tensor.data.every(Number.isFinite))
      throw new Error(`${file}: ${name}: expected finite numbers, found NaN or infinity`);
    if (tensor.shape.length === 2) matrices.push([name, tensor]);
    else if (tensor.data.some((value) => value !== 0)) {
      const shape = `[${tensor.shape.join(', ')}]`;
      throw new Error(
        `${file}: ${name}: expected matrices of weights alone, found values of shape ${shape}; our layers have no bias`,
      );
    }
  }
  // The layers in either order: only one fits, also where the hidden layer is as wide as the image.
  const orders = matrices.length === 2 ? [matrices, [...matrices].reverse()] : [matrices];
  const layers = orders.map((order) => order.map(([, tensor]) => tensor)).find(areLayers);
  if (!layers) {
    const shapes = matrices.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
    const found = shapes.length > 0 ? shapes.join(' and ') : 'none';
    const wanted = `[${CLASSES}, ${IMAGE_SIZE}], or [H, ${IMAGE_SIZE}] and [${CLASSES}, H] with H from 1 to ${MAX_HIDDEN}`;
    throw new Error(`${file}: expected weights ${wanted}, found ${found}`);
  }
  const hidden = hiddenLayer(layers);
  const weights = new Float32Array(countWeights(hidden));
  splitWeights(weights, hidden).forEach((layer, i) => {
    layer.set(transposed(layers[i].data, layers[i].shape[0], layers[i].shape[1]));
  });
  return weights;
}

/** How many neurons the first of two layers has. */
const hiddenLayer = (layers: readonly Tensor[]) => (layers.length === 2 ? layers[0].shape[0] : undefined);

/** Whether these matrices, in this order, are the layers of a network. */
function areLayers(layers: readonly Tensor[]): boolean {
  const hidden = hiddenLayer(layers);
  if (hidden !== undefined && !isWidth(hidden)) return false;
  const expected = weightShapes(hidden);
  return (
    layers.length === expected.length &&
    layers.every(({ shape }, i) => shape[0] === expected[i][1] && shape[1] === expected[i][0])
  );
}

/** The matrix [columns, rows] of a matrix [rows, columns]. */
function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = matrix[row * columns + column];
  }
  return turned;
}
