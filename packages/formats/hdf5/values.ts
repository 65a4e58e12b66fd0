/**
 * Decodes shapes, types, filters and values of HDF5 data sets for `reader.ts`, and limits what a file can cost.
 */
import { Unzlib } from 'fflate';
import { Cursor } from '../bytes';

/** How values are stored. Of long texts and lists, the data set has references to a heap. */
export interface Type {
  kind: 'float' | 'int' | 'text' | 'long text' | 'list';
  size: number;
  signed: boolean;
  /** The type of a list's values. */
  of?: Type;
}

/** Ensures that each address is read once, that parts do not overlap, and that limits are kept. */
export class Budget {
  private readonly visited = new Set<number>();
  private readonly counted = new Map<string, number>();
  private taken = 0;

  constructor(private readonly bytes: Uint8Array) {}

  /** A cursor at an address, which must not have been visited before. */
  visit(address: number, what: string): Cursor {
    if (!(address < this.bytes.length)) throw new Error(`${what} outside of the file; is it truncated?`);
    if (this.visited.has(address)) throw new Error(`${what} that is reached twice, as in a cycle`);
    this.visited.add(address);
    return new Cursor(this.bytes, address);
  }

  /** A cursor behind the signature at an address. */
  visitSigned(address: number, signature: string, what: string): Cursor {
    const cursor = this.visit(address, what);
    if (cursor.text(4) !== signature) throw new Error(`a damaged ${what}`);
    return cursor;
  }

  /** Takes a part of the file. A byte may be in two parts: a heap, and a text or list in it. */
  part(from: Cursor, size: number): Uint8Array {
    const content = from.take(size);
    this.taken += size;
    if (this.taken > 2 * this.bytes.length) throw new Error('parts that overlap');
    return content;
  }

  /** Counts objects of a kind, of which a file may have `most`. */
  limit(what: string, most: number, count = 1): void {
    const counted = (this.counted.get(what) ?? 0) + count;
    this.counted.set(what, counted);
    if (counted > most) throw new Error(`more than ${most} ${what}`);
  }
}

/** Keeps the result of the first call, since each part of a file can be read only once. */
export function once<R extends object>(read: () => R): () => R {
  let found: R | undefined;
  return () => {
    found ??= read();
    return found;
  };
}

const DEFLATE = 1;
const SHUFFLE = 2;

/** Bits of the exponent of IEEE floats, by their size in bytes. */
const EXPONENTS: Readonly<Record<number, number>> = { 2: 5, 4: 8, 8: 11 };

/** The shape of a data set; empty for a single value. */
export function readSpace(space: Cursor): number[] {
  const [version, rank] = [space.whole(1), space.whole(1)];
  if (version !== 1 && version !== 2) throw new Error(`a shape of version ${version}, where 1 and 2 are read`);
  space.skip(1);
  if (version === 1) space.skip(5);
  else if (space.whole(1) === 2) throw new Error('a data set without values');
  return Array.from({ length: rank }, () => space.whole(8));
}

/** @throws Error for an unsupported type */
export function readType(type: Cursor, isItem = false): Type {
  const kind = type.whole(1) & 0x0f;
  const bits = type.whole(1);
  const size = type.skip(2).whole(4);
  const plain = { size, signed: (bits & 8) !== 0 };
  const isBigEndian = (bits & 1) !== 0;
  if (kind === 1 && !isBigEndian && EXPONENTS[size] && type.skip(5).whole(1) === EXPONENTS[size])
    return { kind: 'float', ...plain };
  if (kind === 0 && !isBigEndian && [1, 2, 4, 8].includes(size)) return { kind: 'int', ...plain };
  if (kind === 3 && size > 0 && size < 1000) return { kind: 'text', ...plain };
  if (kind === 9 && size === 16 && !isItem) {
    if ((bits & 0x0f) === 1) return { kind: 'long text', ...plain };
    const of = readType(type, true);
    if (of.kind === 'float' || of.kind === 'int') return { kind: 'list', ...plain, of };
  }
  throw new Error(`values of ${size} bytes of an unsupported type`);
}

/**
 * @returns the filters of all chunks, in the order in which they were applied
 * @throws Error for an unsupported filter
 */
export function readFilters(filters: Cursor): number[] {
  const [version, count] = [filters.whole(1), filters.whole(1)];
  filters.skip(version === 1 ? 6 : 0);
  const ids = Array.from({ length: count }, () => {
    const id = filters.whole(2);
    if (id !== DEFLATE && id !== SHUFFLE) throw new Error('chunks with a filter other than gzip and shuffle');
    const name = version === 1 ? filters.whole(2) : 0;
    const values = filters.skip(2).whole(2);
    filters.skip(name + 4 * (version === 1 ? values + (values % 2) : values));
    return id;
  });
  if (new Set(ids).size < count) throw new Error('chunks that go through one filter twice');
  return ids;
}

/**
 * Reverses the filters of a chunk.
 * @param mask bit i is set if filter i was not applied
 * @param wanted bytes of the decoded chunk
 * @param size bytes of a value
 */
export function unfilter(
  content: Uint8Array,
  filters: readonly number[],
  mask: number,
  wanted: number,
  size: number,
): Uint8Array {
  return filters.reduceRight((bytes, id, i) => {
    if ((mask >> i) & 1) return bytes;
    return id === DEFLATE ? inflate(bytes, wanted) : unshuffle(bytes, size);
  }, content);
}

/** Reverses HDF5's shuffle, which stores the first bytes of all values, then the second bytes, and so on. */
function unshuffle(bytes: Uint8Array, size: number): Uint8Array {
  const count = Math.floor(bytes.length / size);
  const out = bytes.slice();
  for (let i = 0; i < count; i++)
    for (let byte = 0; byte < size; byte++) out[i * size + byte] = bytes[byte * count + i];
  return out;
}

/** Bytes inflated at a time; their output, at most a thousand times as large, still fits into memory. */
const PIECE = 16384;
/** Bytes after which there must be output; a stored block has at most 65,535. */
const LONGEST_BLOCK = 8 * PIECE;

/**
 * Inflates a zlib stream.
 * @throws Error unless it has `wanted` bytes and the right checksum
 */
function inflate(content: Uint8Array, wanted: number): Uint8Array {
  // Compression makes data hardly longer; a stream of many empty blocks would cost 50 µs for each.
  if (content.length > 2 * wanted + PIECE) throw new Error(`a chunk of ${content.length} bytes for ${wanted}`);
  const values = new Uint8Array(wanted);
  let reached = 0;
  let idle = 0;
  try {
    const stream = new Unzlib((part) => {
      if (part.length > wanted - reached) throw new Error(`more than ${wanted} bytes`);
      values.set(part, reached);
      reached += part.length;
      if (part.length > 0) idle = 0;
    });
    for (let at = 0; at < content.length; at += PIECE) {
      // fflate keeps bytes after the stream's end and copies them again with each piece.
      if (idle > LONGEST_BLOCK) throw new Error('bytes without output');
      idle += PIECE;
      stream.push(content.subarray(at, at + PIECE), at + PIECE >= content.length);
    }
  } catch (error) {
    throw new Error(`a damaged chunk (${(error as Error).message})`);
  }
  if (reached !== wanted) throw new Error(`a damaged chunk (${reached} bytes of ${wanted})`);
  const end = content.subarray(-4).reduce((sum, byte) => 256 * sum + byte, 0);
  if (adler32(values) !== end) throw new Error('a damaged chunk (its checksum is wrong)');
  return values;
}

/** The checksum at the end of a zlib stream (RFC 1950). */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}

/** Copies a chunk to its place in the data; drops values outside the shape. */
export function putChunk(
  values: Uint8Array,
  chunk: readonly number[],
  from: readonly number[],
  data: Uint8Array,
  shape: readonly number[],
  size: number,
): void {
  const copy = (axis: number, source: number, target: number): void => {
    const count = Math.min(chunk[axis], shape[axis] - from[axis]);
    if (axis === chunk.length - 1) {
      const start = (target + from[axis]) * size;
      data.set(values.subarray(source * size, (source + count) * size), start);
      return;
    }
    for (let i = 0; i < count; i++)
      copy(axis + 1, (source + i) * chunk[axis + 1], (target + from[axis] + i) * shape[axis + 1]);
  };
  copy(0, 0, 0);
}

export function decodeNumbers(data: Uint8Array, { kind, size, signed }: Type): Float64Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const readers: Record<string, (at: number) => number> = {
    float2: (at) => float16(view.getUint16(at, true)),
    float4: (at) => view.getFloat32(at, true),
    float8: (at) => view.getFloat64(at, true),
    int1: (at) => (signed ? view.getInt8(at) : view.getUint8(at)),
    int2: (at) => (signed ? view.getInt16(at, true) : view.getUint16(at, true)),
    int4: (at) => (signed ? view.getInt32(at, true) : view.getUint32(at, true)),
    int8: (at) => Number(signed ? view.getBigInt64(at, true) : view.getBigUint64(at, true)),
  };
  const read = readers[kind + size];
  const values = new Float64Array(data.length / size);
  for (let i = 0; i < values.length; i++) values[i] = read(i * size);
  return values;
}

/** IEEE half precision: 1 bit for the sign, 5 for the exponent, 10 for the fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 0x1f, (bits & 0x3ff) / 1024];
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15));
}
