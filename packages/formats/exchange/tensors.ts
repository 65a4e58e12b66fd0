/**
 * Converts a network's weights to and from PyTorch's named tensors: matrices [outputs, inputs], and kernels [channels,
 * input channels, height, width]. Inputs from a map are ordered by row, column and channel here, by channel, row and
 * column in PyTorch.
 */
import { checkArray, checkObject, isTyped, typeName } from '../../../src/common/checks';
import { CLASSES, IMAGE_SIZE, MAX_CLASSES } from '../../../src/common/mnist';
import {
  allMaps,
  isWidth,
  type LayerShape,
  MAX_HIDDEN,
  type MapShape,
  plainLayers,
} from '../../networks/options/layers';
import { NORM_PARTS } from '../../networks/options/norm';
import {
  checkRanges,
  countNumbers,
  networkOf,
  type Parameter,
  parameters,
  splitParameters,
} from '../../networks/options/weights';
import { strided } from '../bytes';
import type { FileNetwork } from '../layers-model';

/** Numbers in row-major order. An empty shape stands for a single number. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array;
}

/** @throws TypeError or RangeError unless these are an engine's layers, or undefined */
export function checkLayers(layers: readonly LayerShape[] | undefined): void {
  if (layers === undefined) return;
  for (const layer of checkArray('layers', layers, "an engine's layers"))
    checkObject('layers', layer, "an engine's layers");
  if (layers.length === 0) throw new RangeError('layers: expected at least one, found none');
}

/** Whether a value from a file is a list of whole numbers, 0 or more, such as a shape. */
export const areWhole = (values: unknown): values is number[] =>
  Array.isArray(values) && values.every((value) => Number.isSafeInteger(value) && value >= 0);

/**
 * A parameter's name in SpikingJelly's `state_dict` of such a network, whose `layer` is a Sequential: Flatten, Linear,
 * LIFNode, Linear, LIFNode …; with convolutions, Conv2d (BatchNorm2d), LIFNode (AvgPool2d) … or Conv2d (BatchNorm2d),
 * AvgPool2d, LIFNode …, then Flatten, Linear, LIFNode …. Delays are named like weights.
 */
export function tensorName({ kind, layer }: Pick<Parameter, 'kind' | 'layer'>, layers: readonly LayerShape[]): string {
  const convolved = layers.filter(({ convolve }) => convolve).length;
  const before = layers.slice(0, layer);
  const [pooled, normed] = [before.filter(({ pool }) => pool).length, before.filter(({ norm }) => norm).length];
  const at = 2 * layer + pooled + normed + Number(layer >= convolved);
  if (kind === 'weight' || kind === 'bias' || kind === 'delay') return `layer.${at}.${kind}`;
  const part = NORM_PARTS.find(([own]) => own === kind);
  if (part) return `layer.${at + 1}.${part[1]}`;
  const neurons = at + (layers[layer].pool === 'currents' ? 2 : 1) + (layers[layer].norm ? 1 : 0);
  return `layer.${neurons}.${kind === 'w' ? 'w' : 'recurrent.weight'}`;
}

/**
 * A parameter's shape in PyTorch: matrices [outputs, inputs], kernels [channels, input channels, height, width], w [1] or
 * [neurons], biases and norms [channels].
 */
function tensorShape(each: Parameter, layers: readonly LayerShape[]): number[] {
  const { kind, layer, shape } = each;
  const [rows, columns] = shape;
  if (kind !== 'weight' && kind !== 'recurrent' && kind !== 'delay') return [columns];
  const [height, width, channels] = mapOfRows(each, layers);
  return layers[layer].convolve ? [columns, channels, height, width] : [columns, rows];
}

/** The map [height, width, channels] that a parameter's rows correspond to. */
function mapOfRows({ kind, layer, shape: [rows] }: Parameter, layers: readonly LayerShape[]): MapShape {
  const { maps } = allMaps(layers);
  const { convolve } = layers[layer];
  if (convolve) return kind === 'weight' ? [convolve.kernel, convolve.kernel, maps[layer].reads[2]] : [1, 1, rows];
  return kind === 'weight' && layer > 0 && layer === maps.length ? maps[layer - 1].makes : [1, 1, rows];
}

/**
 * The weights as PyTorch's tensors.
 * @param weights [784, 10], or [784, hidden] and then [hidden, 10]
 * @param layers of any other network; its weights are in the order of `parameters`
 * @throws RangeError unless these are finite weights of such a network
 */
export function listTensors(
  weights: Float32Array,
  layers?: readonly LayerShape[],
): (Tensor & Omit<Parameter, 'shape'>)[] {
  const shapes = layers ?? plainLayers(networkOf(weights).hidden);
  const all = parameters(shapes);
  const found = isTyped(weights, 'Float32Array') ? weights.length : typeName(weights);
  if (found !== countNumbers(all))
    throw new RangeError(`weights: expected a Float32Array of ${countNumbers(all)} numbers, found ${found}`);
  if (!weights.every(Number.isFinite)) throw new RangeError('weights: expected finite numbers, found NaN or infinity');
  checkRanges(weights, shapes);
  const parts = splitParameters(weights, all);
  return all.map((each, i) => {
    const place = ourPlace(mapOfRows(each, shapes), each.shape[1]);
    const data = parts[i].map((_, at) => parts[i][place(at)]);
    return { ...each, name: tensorName(each, shapes), shape: tensorShape(each, shapes), data };
  });
}

/**
 * The inverse of `listTensors`.
 * @param file its name, for the messages
 * @throws Error in one line if a tensor is missing, has another shape, or holds a number that is not finite or out of
 *   range
 */
export function fromNamedTensors(
  file: string,
  tensors: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
): Float32Array {
  const all = parameters(layers);
  const wanted = all.map((each) => `${tensorName(each, layers)} [${tensorShape(each, layers).join(', ')}]`);
  const found = Object.entries(tensors).map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  if (wanted.some((each) => !found.includes(each)) || found.length !== wanted.length) {
    throw new Error(`${file}: expected ${wanted.join(', ')}, found ${found.join(', ') || 'none'}`);
  }
  const numbers = new Float32Array(countNumbers(all));
  splitParameters(numbers, all).forEach((part, i) => {
    const place = ourPlace(mapOfRows(all[i], layers), all[i].shape[1]);
    tensors[tensorName(all[i], layers)].data.forEach((value, at) => {
      part[place(at)] = value;
    });
  });
  if (!numbers.every(Number.isFinite)) throw new Error(`${file}: expected finite numbers, found NaN or infinity`);
  checkRanges(numbers, layers, undefined, file);
  return numbers;
}

/**
 * The weights of a network from tensors with any names, in the order of its layers. Safetensors sorts the tensors of a
 * module by name, so the ends of names (`weight`, `bias` …) are compared, too. A bias of zeros is skipped where the
 * network has none.
 * @param file its name, for the messages
 * @throws Error in one line for tensors of another network
 */
export function fromOrderedTensors(
  file: string,
  tensors: Readonly<Record<string, Tensor>>,
  layers: readonly LayerShape[],
): Float32Array {
  // SpikingJelly's w is a number without a shape.
  const left = new Map(
    Object.entries(tensors).map(([name, { shape, data }]) => [name, { shape: shape.length === 0 ? [1] : shape, data }]),
  );
  const own: Record<string, Tensor> = Object.create(null); // a tensor may be named `__proto__`
  let module = '';
  for (const wanted of parameters(layers)) {
    const name = tensorName(wanted, layers);
    const shape = String(tensorShape(wanted, layers));
    const { end } = splitName(name);
    const isSameModule = end !== 'weight' && end !== 'w';
    const found = [...left].find(([other, tensor]) => {
      const theirs = splitName(other);
      const fits = !theirs.end || (theirs.end === end && (!isSameModule || theirs.module === module));
      return fits && String(tensor.shape) === shape;
    });
    if (!found) continue;
    own[name] = found[1];
    left.delete(found[0]);
    ({ module } = splitName(found[0]));
  }
  for (const [name, tensor] of left)
    if (!/bias$/.test(name) || tensor.data.some((value) => value !== 0)) own[name] = tensor;
  return fromNamedTensors(file, own, layers);
}

/** Splits a name into the module and the parameter, if it is one of PyTorch's. */
function splitName(name: string): { module: string; end?: string } {
  const [, module, end] = name.match(/^(.*?)\.?(weight|bias|running_mean|running_var|w)$/) ?? [];
  return { module: module ?? '', end };
}

/**
 * The weights from tensors with any names: one matrix [outputs, 784], or [hidden, 784] and [outputs, hidden]. A bias of
 * zeros is skipped.
 * @param file its name, for the messages
 * @returns weights [784, outputs], or [784, hidden] and then [hidden, outputs]; the layers, unless there are ten outputs
 * @throws Error in one line for tensors of another network
 */
export function fromTensors(
  file: string,
  tensors: Readonly<Record<string, Tensor>>,
): Pick<FileNetwork, 'weights' | 'layers'> {
  const matrices: [string, Tensor][] = [];
  for (const [name, tensor] of Object.entries(tensors)) {
    if (!tensor.data.every(Number.isFinite))
      throw new Error(`${file}: ${name}: expected finite numbers, found NaN or infinity`);
    if (tensor.shape.length === 2) matrices.push([name, tensor]);
    else if (tensor.shape.length === 4) {
      throw new Error(
        `${file}: ${name}: expected matrices of weights alone, found a kernel [${tensor.shape.join(', ')}]; pass the layers, whose stride and padding this file does not have`,
      );
    } else if (tensor.data.some((value) => value !== 0)) {
      const shape = `[${tensor.shape.join(', ')}]`;
      throw new Error(
        `${file}: ${name}: expected matrices of weights alone, found values of shape ${shape}; our layers have no bias`,
      );
    }
  }
  // Either matrix may come first; only one order fits, even if the hidden layer is as wide as the image.
  const orders = matrices.length === 2 ? [matrices, [...matrices].reverse()] : [matrices];
  for (const order of orders) {
    const hidden = order.length === 2 ? order[0][1].shape[0] : undefined;
    const outputs = order.at(-1)?.[1].shape[0] ?? 0;
    if ((hidden !== undefined && !isWidth(hidden)) || outputs < 2 || outputs > MAX_CLASSES) continue;
    const layers = plainLayers(hidden, outputs);
    const all = parameters(layers);
    const wanted = all.map((each) => tensorShape(each, layers));
    if (String(wanted) !== String(order.map(([, { shape }]) => shape))) continue;
    const named = order.map(([, tensor], i) => [tensorName(all[i], layers), tensor]);
    const weights = fromNamedTensors(file, Object.fromEntries(named), layers);
    return { weights, ...(outputs !== CLASSES && { layers }) };
  }
  const shapes = matrices.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`);
  const found = shapes.length > 0 ? shapes.join(' and ') : 'none';
  const wanted = `[C, ${IMAGE_SIZE}], or [H, ${IMAGE_SIZE}] and [C, H], C 2 to ${MAX_CLASSES}, H 1 to ${MAX_HIDDEN}`;
  throw new Error(`${file}: expected weights ${wanted}, found ${found}`);
}

/** Maps an index of PyTorch's [columns, channels, height, width] to its place in our [height, width, channels, columns]. */
const ourPlace = ([height, width, channels]: MapShape, columns: number) =>
  strided([columns, channels, height * width], [1, columns, channels * columns]);
