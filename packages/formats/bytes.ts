/** Bytes of files: numbers, texts, strides, checksums, and a cursor that reads within bounds. All is little-endian. */
import { isTyped, typeName } from '../../src/common/checks';

/** @throws TypeError unless these are the numbers of a Float32Array */
export function checkFloats(values: Float32Array): void {
  if (isTyped(values, 'Float32Array')) return;
  throw new TypeError(`values: expected a Float32Array, found ${typeName(values)}`);
}

/** A view of the values' bytes. WebAssembly memory is little-endian, so the engine runs on such machines alone. */
export const littleEndian = (values: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

/** A whole number as 1 to 8 bytes. */
export const wholeNumber = (bytes: number, value: number | bigint): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

// Both copy: an array of floats cannot begin at every address.
/** @param bytes a multiple of 4 */
export const decodeFloat32 = (bytes: Uint8Array): Float32Array => new Float32Array(new Uint8Array(bytes).buffer);

/** @param bytes a multiple of 8 */
export const decodeFloat64 = (bytes: Uint8Array): Float64Array => new Float64Array(new Uint8Array(bytes).buffer);

export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** How many values an array of this shape has. */
export const product = (shape: readonly number[]) => shape.reduce((all, extent) => all * extent, 1);

/**
 * Maps the row-major index of a value to its place in a strided array: Σ index along axis · strides[axis].
 * @param strides in values, one for each axis
 */
export function strided(shape: readonly number[], strides: readonly number[]): (index: number) => number {
  // A hostile file can have thousands of axes of extent 1.
  const axes = [...shape.keys()].filter((axis) => shape[axis] !== 1).reverse();
  return (index) => {
    let [rest, place] = [index, 0];
    for (const axis of axes) {
      place += (rest % shape[axis]) * strides[axis];
      rest = Math.floor(rest / shape[axis]);
    }
    return place;
  };
}

/** Reads bytes one after the other; throws an Error instead of reading beyond the end. */
export class Cursor {
  /** @param ended message of the error at the end */
  constructor(
    protected readonly bytes: Uint8Array,
    protected at = 0,
    private readonly ended = 'a file that ends too early; is it truncated?',
  ) {}

  take(count: number): Uint8Array {
    if (!(count >= 0 && count <= this.bytes.length - this.at)) throw new Error(this.ended);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  skip(count: number): this {
    this.take(count);
    return this;
  }

  /** A little-endian whole number. One above 2^53 is not exact, but larger than any file. */
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

/** Table of a cyclic redundancy check of 32 bits. @param polynomial with its lowest bit first */
const crcTable = (polynomial: number) =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let check = byte;
    for (let bit = 0; bit < 8; bit++) check = check & 1 ? (check >>> 1) ^ polynomial : check >>> 1;
    return check;
  });

/** CRC-32, as in zip files. */
export const CRC32 = crcTable(0xedb88320);
/** CRC-32C, as in TensorFlow's record files. */
export const CRC32C = crcTable(0x82f63b78);

/** The checksum of these bytes, from 0 to 2³² − 1. */
export function crc(table: Uint32Array, bytes: Uint8Array): number {
  let check = 0xffffffff;
  for (const byte of bytes) check = table[(check ^ byte) & 255] ^ (check >>> 8);
  return ~check >>> 0;
}
