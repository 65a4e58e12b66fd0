/** 32-bit cyclic redundancy checks, which detect damaged bytes. */

/** What each byte adds to a check, for a polynomial whose lowest bit comes first. */
const tableOf = (polynomial: number) =>
  Uint32Array.from({ length: 256 }, (_, n) => {
    let c = n;
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ polynomial : c >>> 1;
    return c;
  });

/** CRC-32 of zip files, and CRC-32C of TensorFlow's record files. */
export const CRC32 = tableOf(0xedb88320);
export const CRC32C = tableOf(0x82f63b78);

/** The check of these bytes, a whole number from 0 to 2³² − 1. */
export function crc(table: Uint32Array, bytes: Uint8Array): number {
  let check = 0xffffffff;
  for (const byte of bytes) check = table[(check ^ byte) & 255] ^ (check >>> 8);
  return ~check >>> 0;
}
