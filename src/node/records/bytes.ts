/** Typed arrays as the bytes of a file, little-endian on every machine. */
import { endianness } from 'node:os';

const BIG_ENDIAN_MACHINE = endianness() === 'BE';

/** The values' bytes, least significant first. */
export function littleEndian(values: Float32Array | Float64Array): Uint8Array {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return BIG_ENDIAN_MACHINE ? swapped(Buffer.from(bytes), values.BYTES_PER_ELEMENT) : bytes;
}

/** @param bytes a multiple of 4, in the file's order */
export function float32Of(bytes: Uint8Array, bigEndian = false): Float32Array {
  return new Float32Array(aligned(bytes, 4, bigEndian));
}

/** @param bytes a multiple of 8, in the file's order */
export function float64Of(bytes: Uint8Array, bigEndian = false): Float64Array {
  return new Float64Array(aligned(bytes, 8, bigEndian));
}

/** A copy that begins where a typed array may begin, in this machine's order. */
function aligned(bytes: Uint8Array, width: number, bigEndian: boolean): ArrayBuffer {
  const copy = Buffer.from(new ArrayBuffer(bytes.length));
  copy.set(bytes);
  if (bigEndian !== BIG_ENDIAN_MACHINE) swapped(copy, width);
  return copy.buffer as ArrayBuffer;
}

function swapped(bytes: Buffer, width: number): Buffer {
  return width === 4 ? bytes.swap32() : bytes.swap64();
}
