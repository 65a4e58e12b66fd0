/** Typed arrays as the bytes of a file, little-endian on every machine. */
import { isTyped, typeName } from '../../src/common/checks';

const isBigEndianMachine = () => new Uint8Array(Uint16Array.of(1).buffer)[0] === 0;

/** @throws TypeError unless these are the numbers of a Float32Array */
export function checkFloats(values: Float32Array): void {
  if (isTyped(values, 'Float32Array')) return;
  throw new TypeError(`values: expected a Float32Array, found ${typeName(values)}`);
}

/** The values' bytes, least significant first. */
export function littleEndian(values: Float32Array | Float64Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return isBigEndianMachine() ? swapped(bytes.slice(), values.BYTES_PER_ELEMENT) : bytes;
}

/** A whole number as so many bytes, 1 to 8, least significant first. */
export const wholeNumber = (bytes: number, value: number | bigint): Uint8Array =>
  Uint8Array.from({ length: bytes }, (_, i) => Number((BigInt(value) >> BigInt(8 * i)) & 0xffn));

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** @param bytes a multiple of 4, in the file's order */
export function decodeFloat32(bytes: Uint8Array, bigEndian = false): Float32Array {
  return new Float32Array(aligned(bytes, 4, bigEndian));
}

/** @param bytes a multiple of 8, in the file's order */
export function decodeFloat64(bytes: Uint8Array, bigEndian = false): Float64Array {
  return new Float64Array(aligned(bytes, 8, bigEndian));
}

/** All parts, one after the other. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let end = 0;
  for (const part of parts) {
    bytes.set(part, end);
    end += part.length;
  }
  return bytes;
}

/** A copy that begins where a typed array may begin, in this machine's order. */
function aligned(bytes: Uint8Array, width: number, bigEndian: boolean): ArrayBuffer {
  const copy = new Uint8Array(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  if (bigEndian !== isBigEndianMachine()) swapped(copy, width);
  return copy.buffer;
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  for (let at = 0; at < bytes.length; at += width) bytes.subarray(at, at + width).reverse();
  return bytes;
}
