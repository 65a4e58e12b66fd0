/**
 * NumPy's .npy files of little-endian float32 and float64, format 1.0, which NumPy writes unless a header is longer
 * than 64 KB (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */

import { checkUint8, inOneLine, isTyped, typeName } from '../../src/common/checks';
import { concatenated, decodeFloat32, decodeFloat64, littleEndian, product, strided, utf8, wholeNumber } from './bytes';

/** An array in row-major order. An empty shape stands for a single number. */
export interface NpyArray {
  data: Float32Array | Float64Array;
  shape: number[];
}

const MAGIC = [0x93, ...[...'NUMPY'].map((letter) => letter.charCodeAt(0))];

/**
 * The bytes of a .npy file in row-major order.
 * @throws TypeError for other types, RangeError for a shape that does not fit the values
 */
export function npyBytes({ data, shape }: NpyArray): Uint8Array {
  const descr = isTyped(data, 'Float32Array') ? '<f4' : isTyped(data, 'Float64Array') ? '<f8' : undefined;
  if (!descr) throw new TypeError(`npy: expected a Float32Array or a Float64Array, found ${typeName(data)}`);
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new RangeError(`npy: expected a shape of whole numbers, 0 or more, found [${shape}]`);
  }
  const size = product(shape);
  if (size !== data.length) {
    throw new RangeError(`npy: expected ${size} values for the shape [${shape}], found ${data.length}`);
  }
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const version = Uint8Array.of(...MAGIC, 1, 0);
  const text = utf8(`${header.padEnd(start - 11)}\n`);
  return concatenated([version, wholeNumber(2, text.length), text, littleEndian(data)]);
}

/**
 * Reads the bytes of a .npy file, in C or Fortran order.
 * @param file its name, for the messages
 * @throws Error in one line that names the file and says what was expected and what was found
 */
export function npyArray(file: string, bytes: Uint8Array): NpyArray {
  return inOneLine(() => readFile(file, bytes));
}

function readFile(file: string, bytes: Uint8Array): NpyArray {
  checkUint8(file, bytes);
  const { start, header } = readHeader(file, bytes);
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(header)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(header)?.[1];
  const extents = /'shape'\s*:\s*\(([\dL,\s]*)\)/.exec(header)?.[1];
  const [, type] = /^<(f4|f8)$/.exec(descr ?? '') ?? [];
  if (!type) {
    const found = descr ?? (header.includes("'descr'") ? 'a record type' : 'no type');
    throw new Error(`${file}: expected float32 or float64 (<f4, <f8), found ${found}; convert it with numpy's astype`);
  }
  if (order === undefined || extents === undefined) {
    throw new Error(`${file}: expected a header with 'fortran_order' and 'shape', found ${header.trim()}`);
  }
  // NumPy on Python 2 wrote 3L for 3.
  const shape = extents.split(',').flatMap((extent) => (extent.trim() === '' ? [] : [Number.parseInt(extent, 10)]));
  const width = type === 'f4' ? 4 : 8;
  const length = start + product(shape) * width;
  if (bytes.length !== length) {
    const why = bytes.length < length ? 'is the file truncated?' : 'is there more than one array in it?';
    throw new Error(`${file}: expected ${length} bytes for the shape [${shape}], found ${bytes.length}; ${why}`);
  }
  const content = bytes.subarray(start);
  const data = width === 4 ? decodeFloat32(content) : decodeFloat64(content);
  return { data: order === 'True' ? rowByRow(data, shape) : data, shape };
}

function readHeader(file: string, bytes: Uint8Array): { start: number; header: string } {
  if (bytes.length < 12 || !MAGIC.every((byte, at) => bytes[at] === byte)) {
    throw new Error(`${file}: expected a .npy file, found other content`);
  }
  if (bytes[6] !== 1) throw new Error(`${file}: expected the .npy format 1.0, found ${bytes[6]}.${bytes[7]}`);
  const start = 10 + bytes[8] + 256 * bytes[9];
  if (start > bytes.length) {
    throw new Error(`${file}: expected a header of ${start} bytes, found ${bytes.length}; is the file truncated?`);
  }
  return { start, header: new TextDecoder('latin1').decode(bytes.subarray(10, start)) };
}

/** Reorders values from Fortran order (the first index varies fastest) to row-major order. */
function rowByRow<A extends Float32Array | Float64Array>(data: A, shape: readonly number[]): A {
  const place = strided(
    shape,
    shape.map((_, axis) => product(shape.slice(0, axis))),
  );
  const rows = data.slice() as A;
  for (let i = 0; i < rows.length; i++) rows[i] = data[place(i)];
  return rows;
}
