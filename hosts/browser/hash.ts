import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { checkFloats, littleEndian } from '../../packages/formats/bytes';
import { type Cells, serializeCells } from '../contract/edition';

/** SHA-256 in hexadecimal. A browser's own is missing where a page comes over http from another machine. */
const hashBytes = (bytes: Uint8Array): string => bytesToHex(sha256(bytes));

/**
 * SHA-256 of the values' bytes (float32, little-endian) in hexadecimal: equal for equal bits only, on every machine.
 */
export function fingerprint(values: Float32Array): string {
  checkFloats(values);
  return hashBytes(littleEndian(values));
}

/** A hash of what a notebook says and does; outputs do not count. */
export const hashOfCells = (notebook: Cells): string => hashBytes(new TextEncoder().encode(serializeCells(notebook)));
