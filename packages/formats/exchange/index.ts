/** Networks in files of other programs; `fromFile` chooses the reader by the file's extension. */
import { checkText, checkUint8, inOneLine } from '../../../src/common/checks';
import type { ResolvedLayer } from '../../networks/options/layers';
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

/** Largest file in bytes; no checkpoint of our networks needs as many. */
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
    return fromTensors(file, { weights: { data: Float32Array.from(data), shape } });
  },
};

/**
 * Reads a network; the extension of the name determines the format.
 * @param layers as `fromPth` takes them
 * @throws Error in one line for an unknown extension, and as the format's reader
 */
export function fromFile(bytes: Uint8Array, file: string, layers?: readonly ResolvedLayer[]): FileNetwork {
  checkText('file', file);
  return inOneLine(() => {
    checkFileName(file);
    checkUint8(file, bytes);
    return READERS[endOf(file)](bytes, file, layers);
  });
}

/** @throws Error in one line for an unknown extension */
export function checkFileName(file: string): void {
  if (!Object.hasOwn(READERS, endOf(file)))
    throw new Error(`expected a file ${Object.keys(READERS).join(', ')}, found ${file}`);
}

const endOf = (file: string) => /\.[^.]*$/.exec(file)?.[0].toLowerCase() ?? '';
