/**
 * numpy's .npy files of float32 and float64
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { writeFileAtomic } from '../files';
import { float32Of, float64Of, littleEndian } from './bytes';

/** An array as numpy has it: row by row, the last index fastest. No extents at all stand for a single number. */
export interface NpyArray {
  data: Float32Array | Float64Array;
  shape: number[];
}

const MAGIC = Buffer.from('\x93NUMPY', 'latin1');

/**
 * The bytes of a .npy file, format version 1.0, little-endian, row by row.
 * @throws TypeError for other types, RangeError for a shape that does not fit the values
 */
export function npyBytes({ data, shape }: NpyArray): Uint8Array {
  const descr = types.isFloat32Array(data) ? '<f4' : types.isFloat64Array(data) ? '<f8' : undefined;
  if (!descr) throw new TypeError(`npy: expected a Float32Array or a Float64Array, found ${nameOf(data)}`);
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0)) {
    throw new RangeError(`npy: expected a shape of whole numbers, 0 or more, found [${shape}]`);
  }
  const size = sizeOf(shape);
  if (size !== data.length) {
    throw new RangeError(`npy: expected ${size} values for the shape [${shape}], found ${data.length}`);
  }
  const extents = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${extents}), }`;
  const start = Math.ceil((10 + header.length + 1) / 64) * 64;
  const bytes = Buffer.alloc(start + data.byteLength);
  bytes.set(MAGIC);
  bytes[6] = 1;
  bytes.writeUInt16LE(start - 10, 8);
  bytes.write(`${header.padEnd(start - 11)}\n`, 10, 'latin1');
  bytes.set(littleEndian(data), start);
  return bytes;
}

/** Writes an array as a .npy file, atomically. */
export function writeNpy(file: string, array: NpyArray): void {
  writeFileAtomic(file, npyBytes(array));
}

/**
 * Reads a .npy file of float32 or float64: format versions 1 to 3, both byte orders, both orders of the axes.
 * @returns the values row by row, whatever the file's order
 * @throws Error in one line that names the file and says what was expected and what was found
 */
export function readNpy(file: string): NpyArray {
  const bytes = readBytes(file);
  const { start, header } = headerOf(file, bytes);
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
  const width = type === 'f4' ? 4 : 8;
  const length = start + sizeOf(shape) * width;
  if (bytes.length !== length) {
    const why = bytes.length < length ? 'is the file truncated?' : 'is there more than one array in it?';
    throw new Error(`${file}: expected ${length} bytes for the shape [${shape}], found ${bytes.length}; ${why}`);
  }
  const content = bytes.subarray(start);
  const data = width === 4 ? float32Of(content, byteOrder === '>') : float64Of(content, byteOrder === '>');
  return { data: order === 'True' ? rowByRow(data, shape) : data, shape };
}

function readBytes(file: string): Buffer {
  if (typeof file !== 'string') throw new TypeError(`npy: expected the name of a file, found ${nameOf(file)}`);
  try {
    return readFileSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `${file}: expected a .npy file, ${code === 'ENOENT' ? 'found none' : `cannot read it (${message})`}`,
    );
  }
}

function headerOf(file: string, bytes: Buffer): { start: number; header: string } {
  if (bytes.length < 12 || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new Error(`${file}: expected a .npy file, found other content`);
  }
  const version = bytes[6];
  if (version < 1 || version > 3) {
    throw new Error(`${file}: expected the .npy format 1.0, 2.0 or 3.0, found ${version}.${bytes[7]}`);
  }
  const begin = version === 1 ? 10 : 12;
  const start = begin + (version === 1 ? bytes.readUInt16LE(8) : bytes.readUInt32LE(8));
  if (start > bytes.length) {
    throw new Error(`${file}: expected a header of ${start} bytes, found ${bytes.length}; is the file truncated?`);
  }
  return { start, header: bytes.toString(version === 3 ? 'utf8' : 'latin1', begin, start) };
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

/** The values of an array whose first index is the fastest, in the order in which the last one is. */
function rowByRow<A extends Float32Array | Float64Array>(data: A, shape: readonly number[]): A {
  const rows = data.slice() as A;
  const indices = shape.map(() => 0);
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
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

const nameOf = (value: unknown): string =>
  value === undefined || value === null ? String(value) : (Object(value).constructor?.name ?? typeof value);
