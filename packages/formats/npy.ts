/**
 * numpy's .npy files of float32 and float64
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */

import { checkUint8, inOneLine, isTyped, typeName } from '../../src/common/checks';
import { concatenated, decodeFloat32, decodeFloat64, littleEndian, utf8, wholeNumber } from './bytes';

/** An array in numpy's order: row by row, the last index fastest. An empty shape stands for a single number. */
export interface NpyArray {
  data: Float32Array | Float64Array;
  shape: number[];
}

/** As numpy 2 has them. */
const MOST_AXES = 64;
/** Bytes. Nor does numpy read a longer one. */
const LONGEST_HEADER = 10_000;

const MAGIC = [0x93, ...[...'NUMPY'].map((letter) => letter.charCodeAt(0))];

/**
 * The bytes of a .npy file, format version 1.0, little-endian, row by row.
 * @throws TypeError for other types, RangeError for a shape that does not fit the values
 */
export function npyBytes({ data, shape }: NpyArray): Uint8Array {
  const descr = isTyped(data, 'Float32Array') ? '<f4' : isTyped(data, 'Float64Array') ? '<f8' : undefined;
  if (!descr) throw new TypeError(`npy: expected a Float32Array or a Float64Array, found ${typeName(data)}`);
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new RangeError(`npy: expected a shape of whole numbers, 0 or more, found [${shape}]`);
  }
  const size = countValues(shape);
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
 * Reads the bytes of a .npy file of float32 or float64: format versions 1 to 3, both byte orders, both orders of the
 * axes.
 * @param file its name, for the messages
 * @returns the values row by row, whatever the file's order
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
  const [, byteOrder, type] = /^([<>])(f4|f8)$/.exec(descr ?? '') ?? [];
  if (!type) {
    const found = descr ?? (header.includes("'descr'") ? 'a record type' : 'no type');
    throw new Error(`${file}: expected float32 or float64 (f4, f8), found ${found}; convert it with numpy's astype`);
  }
  if (order === undefined || extents === undefined) {
    throw new Error(`${file}: expected a header with 'fortran_order' and 'shape', found ${header.trim()}`);
  }
  // numpy on Python 2 wrote 3L for 3.
  const shape = extents.split(',').flatMap((extent) => (extent.trim() === '' ? [] : [Number.parseInt(extent, 10)]));
  if (shape.length > MOST_AXES)
    throw new Error(`${file}: expected at most ${MOST_AXES} axes, as in numpy, found ${shape.length}`);
  const width = type === 'f4' ? 4 : 8;
  const length = start + countValues(shape) * width;
  if (bytes.length !== length) {
    const why = bytes.length < length ? 'is the file truncated?' : 'is there more than one array in it?';
    throw new Error(`${file}: expected ${length} bytes for the shape [${shape}], found ${bytes.length}; ${why}`);
  }
  const content = bytes.subarray(start);
  const data = width === 4 ? decodeFloat32(content, byteOrder === '>') : decodeFloat64(content, byteOrder === '>');
  return { data: order === 'True' ? rowByRow(data, shape) : data, shape };
}

function readHeader(file: string, bytes: Uint8Array): { start: number; header: string } {
  if (bytes.length < 12 || !MAGIC.every((byte, at) => bytes[at] === byte)) {
    throw new Error(`${file}: expected a .npy file, found other content`);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new Error(`${file}: expected the .npy format 1.0, 2.0 or 3.0, found ${version}.${bytes[7]}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const begin = version === 1 ? 10 : 12;
  const start = begin + (version === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) {
    throw new Error(`${file}: expected a header of ${start} bytes, found ${bytes.length}; is the file truncated?`);
  }
  if (start - begin > LONGEST_HEADER) {
    throw new Error(`${file}: expected a header of at most ${LONGEST_HEADER} bytes, found ${start - begin}`);
  }
  const text = new TextDecoder(version === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(begin, start));
  return { start, header: text };
}

const countValues = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** The values of an array whose first index is the fastest, in the order in which the last one is. */
function rowByRow<A extends Float32Array | Float64Array>(data: A, extents: readonly number[]): A {
  // Axes of one place change no order, and would be gone through for each value.
  const shape = extents.filter((extent) => extent !== 1);
  const rows = data.slice() as A;
  const indices = shape.map(() => 0);
  const strides = shape.map((_, axis) => countValues(shape.slice(0, axis)));
  for (let i = 0, from = 0; i < rows.length; i++) {
    rows[i] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++indices[axis] < shape[axis]) break;
      from -= strides[axis] * shape[axis];
      indices[axis] = 0;
    }
  }
  return rows;
}
