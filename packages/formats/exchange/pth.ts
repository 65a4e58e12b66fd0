/**
 * Reads the files of PyTorch's `torch.save` since version 1.6: a zip file with a pickle, and a file of numbers for each
 * tensor. Reading the pickle runs no code: see `pickle.ts`.
 */

import { checkUint8, inOneLine, reworded } from '../../../src/common/checks';
import { MAX_CLASSES } from '../../../src/common/mnist';
import { type EngineState, MAX_STEP } from '../../networks/options/engine';
import { MAX_HIDDEN, type ResolvedLayer } from '../../networks/options/layers';
import { countNumbers, countWeights, parameters } from '../../networks/options/weights';
import { product, strided } from '../bytes';
import type { FileNetwork } from '../layers-model';
import { type Pickled, type StoredTensor, unpickle } from './pickle';
import { checkLayers, fromOrderedTensors, fromTensors, type Tensor } from './tensors';
import { storedFiles } from './zip';

/** Weights and both moments of Adam of our widest network, with room for steps and biases. */
const MOST_NUMBERS = 4 * countWeights(MAX_HIDDEN, undefined, MAX_CLASSES);

/** Bytes; those of checkpoints have a few thousand. Each byte can become an object. */
const LONGEST_PICKLE = 500_000;

/** Bytes per number, by type of storage. */
const WIDTHS: Readonly<Record<string, number>> = { FloatStorage: 4, DoubleStorage: 8 };

/**
 * Reads a network from a `state_dict`, or from a checkpoint of SpikingJelly's example,
 * `{ net, optimizer, epoch, max_test_acc }`.
 * @param file its name, for the messages
 * @param layers `engine.options.layers` of a network with more than one hidden layer or with convolutions, whose stride,
 *   padding and pooling a state_dict does not have
 * @throws Error in one line for a damaged file, a pickled module, or another network
 */
export function fromPth(bytes: Uint8Array, file = 'pth', layers?: readonly ResolvedLayer[]): FileNetwork {
  checkLayers(layers);
  return inOneLine(() => readFile(bytes, file, layers));
}

function readFile(bytes: Uint8Array, file: string, layers?: readonly ResolvedLayer[]): FileNetwork {
  checkUint8(file, bytes);
  if (layers?.some(({ delay }) => delay))
    throw new Error(
      `${file}: expected layers without delay, which a state_dict cannot hold, found some; use safetensors`,
    );
  const entries = unzip(bytes, file);
  const root = readPickle(entries, file);
  const net = root.get('net') instanceof Map ? (root.get('net') as Map<Pickled, Pickled>) : root;
  const most = Math.max(MOST_NUMBERS, layers ? 4 * countNumbers(parameters(layers)) : 0);
  const networkIn = (tensors: Record<string, Tensor>) =>
    layers ? { weights: fromOrderedTensors(file, tensors, layers), layers } : fromTensors(file, tensors);
  let numbers = 0;
  const read = (name: string, tensor: StoredTensor) => {
    // Tensors can share numbers, and empty ones cost time as well, so everything that is decoded counts.
    numbers += 1 + tensor.shape.length + product(tensor.shape);
    // Not `>`: extents can multiply to Infinity · 0, which is NaN.
    if (!(numbers <= most)) throw new Error(`${file}: expected at most ${most} numbers, found more`);
    return readTensor(`${file}: ${name}`, tensor, entries);
  };
  const tensors = new Map<string, Tensor>();
  for (const [name, value] of net) {
    // Our batch norm does not need the number of batches.
    if (typeof name === 'string' && isTensor(value) && !name.endsWith('num_batches_tracked'))
      tensors.set(name, read(name, value));
  }
  if (tensors.size === 0) throw new Error(`${file}: expected a state_dict of tensors, found none`);
  const network = networkIn(Object.fromEntries(tensors));
  const { weights } = network;
  const epoch = root.get('epoch');
  const optimizer = root.get('optimizer');
  return {
    ...network,
    ...(optimizer instanceof Map && {
      state: { weights, ...readAdam(file, optimizer, tensors, read, (of) => networkIn(of).weights) },
    }),
    ...(Number.isSafeInteger(epoch) && Number(epoch) >= 0 && { epoch: Number(epoch) }),
  };
}

function unzip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip)
    throw new Error(`${file}: expected the zip file that torch.save writes since PyTorch 1.6, found other content`);
  const files = reworded(
    () => storedFiles(bytes),
    (why) => `${file}: expected a whole zip file, found a damaged one (${why})`,
  );
  return new Map([...files].map(([name, content]) => [name.slice(name.indexOf('/') + 1), content]));
}

function readPickle(entries: ReadonlyMap<string, Uint8Array>, file: string): Map<Pickled, Pickled> {
  const content = entries.get('data.pkl');
  if (!content)
    throw new Error(
      `${file}: expected data.pkl, stored as torch.save writes it, found ${[...entries.keys()].join(', ') || 'no files'}`,
    );
  if (new TextDecoder().decode(entries.get('byteorder') ?? new Uint8Array()) === 'big') {
    throw new Error(`${file}: expected numbers in little-endian order, found big-endian`);
  }
  if (content.length > LONGEST_PICKLE) {
    throw new Error(`${file}: expected data.pkl of at most ${LONGEST_PICKLE} bytes, found ${content.length}`);
  }
  const value = reworded(
    () => unpickle(content),
    (why) => `${file}: expected a state_dict, found ${why}; save net.state_dict(), not net`,
  );
  if (!(value instanceof Map)) throw new Error(`${file}: expected a state_dict, found another value`);
  return value;
}

const isTensor = (value: unknown): value is StoredTensor =>
  typeof value === 'object' && value !== null && 'storage' in value;

/** A tensor in row-major order, whatever its strides. */
function readTensor(
  name: string,
  { storage, offset, shape, strides }: StoredTensor,
  entries: ReadonlyMap<string, Uint8Array>,
): Tensor {
  const width = Object.hasOwn(WIDTHS, storage.type) ? WIDTHS[storage.type] : undefined;
  if (!width) throw new Error(`${name}: expected float32 or float64, found ${storage.type}; convert it with .float()`);
  const count = product(shape);
  const content = entries.get(`data/${storage.key}`);
  const last = shape.reduce((end, extent, axis) => end + (extent - 1) * strides[axis], offset);
  if (!content || (count > 0 && (last + 1) * width > content.length)) {
    throw new Error(
      `${name}: expected ${(last + 1) * width} bytes in data/${storage.key}, found ${content?.length ?? 'no such file'}`,
    );
  }
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  const place = strided(shape, strides);
  const data = Float32Array.from({ length: count }, (_, i) => {
    const at = width * (offset + place(i));
    return width === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
  });
  return { shape, data };
}

/** Adam's moments, in the order of the weights, and its number of steps. */
function readAdam(
  file: string,
  optimizer: Map<Pickled, Pickled>,
  tensors: ReadonlyMap<string, Tensor>,
  read: (name: string, tensor: StoredTensor) => Tensor,
  weightsOf: (tensors: Record<string, Tensor>) => Float32Array,
): Omit<EngineState, 'weights'> {
  const states = optimizer.get('state');
  // Adam does not change running statistics.
  const names = [...tensors.keys()].filter((name) => !/running_(mean|var)$/.test(name));
  const damaged = (what: string) =>
    new Error(`${file}: expected the state of Adam with ${what} for each of ${names.join(', ')}, found another one`);
  const of = (what: string) =>
    names.map((name, i) => {
      const state = states instanceof Map ? states.get(i) : undefined;
      const value = state instanceof Map ? state.get(what) : undefined;
      if (value === undefined) throw damaged(what);
      return [`${what} of ${name}`, value] as const;
    });
  const matrices = (what: string) => {
    const found = of(what).map(([name, value], i): [string, Tensor] => {
      if (!isTensor(value)) throw damaged(what);
      return [names[i], read(name, value)];
    });
    // Parameters without moments are filled with zeros, since readers tell tensors apart by order.
    const all = Array.from(tensors, ([name, { shape, data }]): [string, Tensor] => [
      name,
      { shape, data: new Float32Array(data.length) },
    ]);
    return weightsOf(Object.fromEntries([...all, ...found]));
  };
  // PyTorch stores the number of steps as a number, and since 1.12 as a tensor.
  const steps = of('step').map(([name, value]) => (isTensor(value) ? read(name, value).data[0] : value));
  const [step] = steps;
  if (!Number.isSafeInteger(step) || Number(step) < 1 || steps.some((other) => other !== step)) throw damaged('step');
  if (Number(step) > MAX_STEP) throw new Error(`${file}: expected at most ${MAX_STEP} steps of Adam, found ${step}`);
  return { m: matrices('exp_avg'), v: matrices('exp_avg_sq'), step: Number(step) };
}
