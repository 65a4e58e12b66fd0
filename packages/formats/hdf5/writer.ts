/**
 * Writes HDF5 files (https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html) with superblock 2, groups of link messages, and
 * contiguous data sets. `reader.ts` reads these and more.
 */
import { concatenated, littleEndian, utf8, wholeNumber as whole } from '../bytes';

/** A data set of texts, int64, float32 or float64. Without a shape it is a single value. */
export interface DataSet {
  values: string[] | bigint[] | Float32Array | Float64Array;
  shape?: readonly number[];
}

/** The members of a group, by name. */
export interface Group {
  [name: string]: Group | DataSet;
}

/** The first bytes of every HDF5 file. */
export const SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);
const UNDEFINED = new Uint8Array(8).fill(0xff);
const SUPERBLOCK = 48;

/** The parts, followed by their checksum. */
function checked(...parts: Uint8Array[]): Uint8Array {
  const bytes = concatenated(parts);
  return concatenated([bytes, whole(4, lookup3(bytes))]);
}

function message(type: number, ...parts: Uint8Array[]): Uint8Array {
  const bytes = concatenated(parts);
  return concatenated([whole(1, type), whole(2, bytes.length), whole(1, 0), bytes]);
}

function objectHeader(...messages: Uint8Array[]): Uint8Array {
  const bytes = concatenated(messages);
  return checked(utf8('OHDR'), Uint8Array.of(2, 2), whole(4, bytes.length), bytes);
}

/** The type of IEEE floats: sizes and positions of sign, exponent and fraction in bits. */
const float = (size: number, sign: number, fraction: number, exponent: number, bias: number): Uint8Array =>
  concatenated([
    Uint8Array.of(0x11, 0x20, sign, 0),
    whole(4, size),
    whole(2, 0),
    whole(2, 8 * size),
    Uint8Array.of(fraction, exponent, 0, fraction),
    whole(4, bias),
  ]);

const FLOAT32 = float(4, 31, 23, 8, 127);
const FLOAT64 = float(8, 63, 52, 11, 1023);
const INT64 = concatenated([Uint8Array.of(0x10, 0x08, 0, 0), whole(4, 8), whole(2, 0), whole(2, 64)]);
/** The type of UTF-8 texts, padded with zeros. */
const text = (length: number) => concatenated([Uint8Array.of(0x13, 0x11, 0, 0), whole(4, length)]);

function encode(values: DataSet['values']): { type: Uint8Array; data: Uint8Array } {
  if (values instanceof Float32Array) return { type: FLOAT32, data: littleEndian(values) };
  if (values instanceof Float64Array) return { type: FLOAT64, data: littleEndian(values) };
  const list: readonly (string | bigint)[] = values;
  const texts = list.filter((value) => typeof value === 'string').map(utf8);
  if (texts.length === 0) return { type: INT64, data: concatenated(list.map((value) => whole(8, value as bigint))) };
  const longest = Math.max(1, ...texts.map(({ length }) => length));
  const data = new Uint8Array(longest * texts.length);
  for (const [i, bytes] of texts.entries()) data.set(bytes, longest * i);
  return { type: text(longest), data };
}

const isDataSet = (node: Group | DataSet): node is DataSet =>
  Array.isArray(node.values) || ArrayBuffer.isView(node.values);

/** The bytes of a file with this root group. */
export function hdf5Bytes(root: Group): Uint8Array {
  const parts: Uint8Array[] = [];
  let end = SUPERBLOCK;
  /** Appends bytes and returns their address. */
  const put = (bytes: Uint8Array): number => {
    parts.push(bytes);
    end += bytes.length;
    return end - bytes.length;
  };
  const putDataSet = ({ values, shape = [] }: DataSet): number => {
    const { type, data } = encode(values);
    const address = put(data);
    const extents = shape.map((extent) => whole(8, extent));
    return put(
      objectHeader(
        message(0x01, Uint8Array.of(2, shape.length, 0, Math.min(shape.length, 1)), ...extents),
        message(0x03, type),
        message(0x05, Uint8Array.of(3, 0x09)),
        message(0x08, Uint8Array.of(3, 1), whole(8, address), whole(8, data.length)),
      ),
    );
  };
  const putNode = (node: Group | DataSet): number => {
    if (isDataSet(node)) return putDataSet(node);
    const links = Object.entries(node).map(([name, child]) => {
      const letters = utf8(name);
      return message(0x06, Uint8Array.of(1, 0x10, 1, letters.length), letters, whole(8, putNode(child)));
    });
    const info = message(0x02, whole(2, 0), UNDEFINED, UNDEFINED);
    return put(objectHeader(info, message(0x0a, whole(2, 0)), ...links));
  };
  const address = putNode(root);
  const start = checked(SIGNATURE, Uint8Array.of(2, 8, 8, 0), whole(8, 0), UNDEFINED, whole(8, end), whole(8, address));
  return concatenated([start, ...parts]);
}

/** Bob Jenkins' lookup3 (hashlittle), the checksum of HDF5's metadata (http://burtleburtle.net/bob/c/lookup3.c). */
function lookup3(bytes: Uint8Array): number {
  const rotate = (x: number, n: number) => (x << n) | (x >>> (32 - n));
  let at = 0;
  const word = (offset: number) =>
    [3, 2, 1, 0].reduce((value, byte) => (value << 8) | (bytes[at + offset + byte] ?? 0), 0);
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  const add = () => {
    a = (a + word(0)) | 0;
    b = (b + word(4)) | 0;
    c = (c + word(8)) | 0;
  };
  // Each line of the original's rounds is the one before with the names rotated.
  for (; bytes.length - at > 12; at += 12) {
    add();
    for (const n of [4, 6, 8, 16, 19, 4]) [a, b, c] = [b, (c + b) | 0, (a - c) ^ rotate(c, n)];
  }
  if (at === bytes.length) return c >>> 0;
  add();
  for (const n of [14, 11, 25, 16, 4, 14, 24]) [a, b, c] = [b, (c ^ b) - rotate(b, n), a];
  return b >>> 0;
}
