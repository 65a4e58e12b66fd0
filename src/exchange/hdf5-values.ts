/** Shapes, types and values of the data sets of HDF5 files, for `hdf5-reader.ts`. */
import { unzlibSync } from 'fflate';

/** How values of a type are stored. */
export interface Type {
  kind: 'float' | 'int' | 'text' | 'long text';
  size: number;
  signed: boolean;
}

/** Steps through bytes and never leaves them. */
export class Cursor {
  constructor(
    private readonly bytes: Uint8Array,
    private at = 0,
  ) {}

  take(count: number): Uint8Array {
    if (!(count <= this.bytes.length - this.at)) throw new Error('a file that ends too early; is it truncated?');
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  skip(count: number): this {
    this.take(count);
    return this;
  }

  /** A whole number of so many bytes. One above 2^53 is not exact, and larger than any file. */
  whole(count: number): number {
    return this.take(count).reduceRight((value, byte) => 256 * value + byte, 0);
  }

  text(count: number): string {
    return new TextDecoder().decode(this.take(count));
  }

  get left(): number {
    return this.bytes.length - this.at;
  }
}

export const product = (extents: readonly number[]) => extents.reduce((all, extent) => all * extent, 1);

const DEFLATE = 1;

/** The extents of a data set: none of a single value. */
export function readSpace(space: Cursor): number[] {
  const [version, rank] = [space.whole(1), space.whole(1)];
  if (version !== 1 && version !== 2) throw new Error(`a shape of version ${version}, where 1 and 2 are read`);
  space.skip(1);
  if (version === 1) space.skip(5);
  else if (space.whole(1) === 2) throw new Error('a data set without values');
  return Array.from({ length: rank }, () => space.whole(8));
}

/** @throws Error for a type that is not read */
export function readType(type: Cursor): Type {
  const kind = type.whole(1) & 0x0f;
  const bits = type.whole(1);
  const size = type.skip(2).whole(4);
  const plain = { size, signed: (bits & 8) !== 0 };
  const isBigEndian = (bits & 1) !== 0;
  if (kind === 1 && !isBigEndian && (size === 4 || size === 8)) return { kind: 'float', ...plain };
  if (kind === 0 && !isBigEndian && [1, 2, 4, 8].includes(size)) return { kind: 'int', ...plain };
  if (kind === 3 && size > 0 && size < 1000) return { kind: 'text', ...plain };
  if (kind === 9 && (bits & 0x0f) === 1 && size === 16) return { kind: 'long text', ...plain };
  const names = [
    'whole numbers',
    'floats',
    'dates',
    'texts',
    'bits',
    'opaque values',
    'records',
    'references',
    'enums',
  ];
  const order = isBigEndian && kind < 2 ? ' in big-endian order' : '';
  throw new Error(`${names[kind] ?? 'values'} of ${size} bytes${order}, which are not read`);
}

/** @returns whether chunks are deflated: whether that filter is there. Every other is refused. */
export function readFilters(filters: Cursor): boolean {
  const [version, count] = [filters.whole(1), filters.whole(1)];
  if (count === 0) return false;
  const id = filters.skip(version === 1 ? 6 : 0).whole(2);
  if (count > 1 || id !== DEFLATE) throw new Error('chunks with another filter than gzip');
  return true;
}

/** So many bytes, and no more however many there are. */
export function inflate(content: Uint8Array, wanted: number): Uint8Array {
  try {
    return unzlibSync(content, { out: new Uint8Array(wanted + 1) });
  } catch (error) {
    throw new Error(`a damaged chunk (${(error as Error).message})`);
  }
}

/** Copies a chunk to its place. What lies outside of the shape is left out. */
export function place(
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
  const read = (at: number): number => {
    if (kind === 'float') return size === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true);
    let value = 0n;
    for (let byte = size - 1; byte >= 0; byte--) value = (value << 8n) | BigInt(view.getUint8(at + byte));
    return Number(signed ? BigInt.asIntN(8 * size, value) : value);
  };
  return Float64Array.from({ length: data.length / size }, (_, i) => read(i * size));
}
