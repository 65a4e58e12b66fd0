/** 32-bit cyclic redundancy checks, which detect damaged bytes. */

/** The polynomials, the lowest bit first: CRC-32 of zip files, and CRC-32C of TensorFlow's record files. */
export const CRC32 = 0xedb88320;
export const CRC32C = 0x82f63b78;

const tables = new Map<number, Uint32Array>();

function tableOf(polynomial: number): Uint32Array {
  let table = tables.get(polynomial);
  if (!table) {
    table = Uint32Array.from({ length: 256 }, (_, n) => {
      let c = n;
      for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
      return c;
    });
    tables.set(polynomial, table);
  }
  return table;
}

/** The check of these bytes, a whole number from 0 to 2³² − 1. */
export function crc(polynomial: number, bytes: Uint8Array): number {
  const table = tableOf(polynomial);
  let check = 0xffffffff;
  for (const byte of bytes) check = table[(check ^ byte) & 255] ^ (check >>> 8);
  return ~check >>> 0;
}
