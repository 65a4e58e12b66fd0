/** Networks that leave for other programs, and come back; `fromFile` recognizes a format by the name. */
import { checkText, checkUint8, inOneLine } from '../../../src/common/checks';
import type { ResolvedLayer } from '../../../src/common/layers';
import type { FileNetwork } from '../layers-model';
import { npyArray } from '../npy';
import { fromNir } from './nir-reader';
import { fromPth } from './pth';
import { fromSafetensors } from './safetensors';
import { fromTensors } from './tensors';

export { fromAnn } from './ann';
export { toIntegers } from './integers';
export { checkNirLayer, toNir } from './nir';
export { toSafetensors } from './safetensors';
export { type FileNetwork, fromNir, fromPth, fromSafetensors };

/** Bytes that a file may have: more than any checkpoint of a network of ours needs. */
export const MOST_BYTES = 64 * 2 ** 20;

const READERS: Readonly<
  Record<string, (bytes: Uint8Array, file: string, layers?: readonly ResolvedLayer[]) => FileNetwork>
> = {
  '.safetensors': fromSafetensors,
  '.nir': (bytes, file) => fromNir(bytes, file),
  '.pth': fromPth,
  '.pt': fromPth,
  '.npy': (bytes, file) => {
    const { data, shape } = npyArray(file, bytes);
    return { weights: fromTensors(file, { weights: { data: Float32Array.from(data), shape } }) };
  },
};

/**
 * The network of a file; the end of its name says which format it has.
 * @param layers as `fromPth` takes them
 * @throws Error in one line if no format has such a name, or as the format's own reader
 */
export function fromFile(bytes: Uint8Array, file: string, layers?: readonly ResolvedLayer[]): FileNetwork {
  checkText('file', file);
  return inOneLine(() => {
    checkFileName(file);
    checkUint8(file, bytes);
    return READERS[endOf(file)](bytes, file, layers);
  });
}

/** @throws Error in one line unless a file of this name can be read */
export function checkFileName(file: string): void {
  if (!Object.hasOwn(READERS, endOf(file)))
    throw new Error(`expected a file ${Object.keys(READERS).join(', ')}, found ${file}`);
}

const endOf = (file: string) => /\.[^.]*$/.exec(file)?.[0].toLowerCase() ?? '';
