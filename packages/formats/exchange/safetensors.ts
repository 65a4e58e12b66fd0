/**
 * Reads and writes safetensors (https://huggingface.co/docs/safetensors): the length of a header, the header in JSON,
 * and the numbers. Such a file cannot contain code.
 */

import { checkChoice, checkUint8, inOneLine, reworded } from '../../../src/common/checks';
import { READOUT_NAMES, type ReadoutName } from '../../networks/options/engine';
import { type ResolvedLayer, readLayers, resolveLayers, storeLayers } from '../../networks/options/layers';
import { readNeuron, storeNeuron } from '../../networks/options/neuron-options';
import { concatenated, decodeFloat32, decodeFloat64, littleEndian, product, utf8, wholeNumber } from '../bytes';
import { checkNetworkToSave, type FileNetwork, type SavedNetwork } from '../layers-model';
import {
  areWhole,
  checkLayers,
  fromNamedTensors,
  fromOrderedTensors,
  fromTensors,
  listTensors,
  type Tensor,
} from './tensors';

/**
 * Our keys in the file's metadata, all texts: options of neurons, and of networks that weights do not determine, the
 * layers and the readout.
 */
const NEURON = 'neuron';
const LAYERS = 'layers';
const READOUT = 'readout';

/** Bytes per number, by type. */
const WIDTHS: Readonly<Record<string, number>> = { F32: 4, F64: 8 };

/** PyTorch's batch norm stores a number of batches, which we skip. */
const COUNT_WIDTHS: Readonly<Record<string, number>> = { I64: 8 };
const isCount = (name: string) => name.endsWith('num_batches_tracked');

/** Bytes; more than any of our networks needs. */
const LONGEST_HEADER = 1e6;

/**
 * The bytes of a safetensors file, with the options of the neurons in its metadata. SpikingJelly's network of the
 * tutorial loads its tensors with `load_state_dict`.
 * @throws RangeError as `checkNeuron` and `listTensors`
 */
export function toSafetensors(network: SavedNetwork): Uint8Array {
  const { weights, neuron, readout, layers } = checkNetworkToSave(network);
  const tensors = listTensors(weights, layers);
  const header: Record<string, unknown> = {
    __metadata__: {
      format: 'pt',
      [NEURON]: JSON.stringify(storeNeuron(neuron)),
      ...(layers && { [LAYERS]: storeLayers(layers) }),
      ...(readout !== 'spikes' && { [READOUT]: readout }),
    },
  };
  let end = 0;
  for (const { name, shape, data } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  const json = JSON.stringify(header);
  // Spaces align the numbers to eight bytes.
  const text = utf8(json.padEnd(Math.ceil(json.length / 8) * 8));
  return concatenated([wholeNumber(8, text.length), text, ...tensors.map(({ data }) => littleEndian(data))]);
}

/**
 * Reads a network from a file of ours or of PyTorch: float32 or float64, [outputs, 784], or [hidden, 784] and [outputs,
 * hidden], with any names.
 * @param file its name, for the messages
 * @param known the layers of PyTorch's network, as for `fromPth`; layers in the file's metadata take precedence
 * @throws Error in one line for a damaged file or another network
 */
export function fromSafetensors(
  bytes: Uint8Array,
  file = 'safetensors',
  known?: readonly ResolvedLayer[],
): FileNetwork {
  checkLayers(known);
  return inOneLine(() => readFile(bytes, file, known));
}

function readFile(bytes: Uint8Array, file: string, known?: readonly ResolvedLayer[]): FileNetwork {
  checkUint8(file, bytes);
  const { header, start } = readHeader(bytes, file);
  const { __metadata__: metadata, ...entries } = header;
  const places = Object.entries(entries).map(([name, entry]) => ({
    name,
    ...readEntry(`${file}: ${name}`, entry, bytes.length - start),
  }));
  // The format forbids gaps and overlaps. Checked before decoding, since thousands of entries can name the same bytes.
  const inOrder = [...places].sort((a, b) => a.from - b.from || a.to - b.to);
  const end = inOrder.reduce((reached, { from, to }) => (from === reached ? to : Number.NaN), 0);
  if (end !== bytes.length - start)
    throw new Error(`${file}: expected tensors one after the other up to the end, found gaps or overlaps`);
  const numbered = places.filter(({ name }) => !isCount(name));
  const tensors = numbered.map(({ name, width, shape, from, to }): [string, Tensor] => {
    const numbers = bytes.subarray(start + from, start + to);
    return [name, { shape, data: width === 4 ? decodeFloat32(numbers) : Float32Array.from(decodeFloat64(numbers)) }];
  });
  // Metadata should be texts; `readNeuron` refuses anything else.
  const neuron = readMetadata(file, metadata, NEURON, 'the options of neurons', (found) =>
    readNeuron(typeof found === 'string' ? JSON.parse(found) : found),
  );
  const named = Object.fromEntries(tensors);
  if (!neuron && known) return { weights: fromOrderedTensors(file, named, known), layers: known };
  if (!neuron) return fromTensors(file, named);
  const stored = readMetadata(file, metadata, LAYERS, 'layers', (found) => readLayers(found, neuron));
  const readout = readMetadata(file, metadata, READOUT, 'what is read of the outputs', readReadout);
  const { weights, layers = stored } = stored
    ? { weights: fromNamedTensors(file, named, stored) }
    : fromTensors(file, named);
  return {
    weights,
    neuron,
    ...(layers && { layers: resolveLayers({ layers, neuron }) }),
    ...(readout && { readout }),
  };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  const refuse = (why: string) => new Error(`${file}: expected a safetensors file, found other content (${why})`);
  if (bytes.length < 8) throw refuse(`${bytes.length} bytes`);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  if (length > BigInt(bytes.length - 8))
    throw refuse(`a header of ${length} bytes in a file of ${bytes.length}; is it truncated?`);
  if (length > BigInt(LONGEST_HEADER)) throw refuse(`a header of ${length} bytes`);
  const start = 8 + Number(length);
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, start)));
  } catch {
    throw refuse('its header is no JSON');
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header))
    throw refuse('its header is no JSON object');
  return { header: header as Record<string, unknown>, start };
}

/** A list of numbers for a message. Any other value may be nested too deeply to be shown. */
const formatList = (value: unknown) =>
  Array.isArray(value) && value.every((each) => typeof each === 'number') ? JSON.stringify(value) : 'another value';

/** Checks a tensor's type, shape and place. */
function readEntry(name: string, entry: unknown, available: number) {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Record<string, unknown>;
  const widths = isCount(name) ? COUNT_WIDTHS : WIDTHS;
  const width = typeof dtype === 'string' && Object.hasOwn(widths, dtype) ? widths[dtype] : undefined;
  if (!width)
    throw new Error(
      `${name}: expected F32 or F64, found ${typeof dtype === 'string' ? dtype : 'no type'}; convert it with .float()`,
    );
  if (!areWhole(shape)) throw new Error(`${name}: expected a shape of whole numbers, found ${formatList(shape)}`);
  if (!areWhole(offsets) || offsets.length !== 2)
    throw new Error(`${name}: expected two data_offsets, found ${formatList(offsets)}`);
  const [from, to] = offsets;
  const size = width * product(shape);
  if (!(from <= to && to <= available))
    throw new Error(`${name}: expected data within ${available} bytes, found ${from} to ${to}`);
  if (to - from !== size)
    throw new Error(`${name}: expected ${size} bytes for the shape [${shape.join(', ')}], found ${to - from}`);
  return { width, shape, from, to };
}

/** Reads a key of the metadata; undefined if it is missing. */
function readMetadata<R>(file: string, metadata: unknown, key: string, what: string, read: (found: unknown) => R) {
  const found = (metadata as Record<string, unknown> | undefined)?.[key];
  if (found === undefined) return undefined;
  return reworded(
    () => read(found),
    (why) => `${file}: expected ${what} in its metadata (${why})`,
  );
}

/** @throws RangeError unless this is the name of a readout */
function readReadout(found: unknown): ReadoutName {
  checkChoice('readout', found, READOUT_NAMES);
  return found as ReadoutName;
}
