import { createHash } from 'node:crypto';
import { checkFloats, littleEndian } from '../../../src/common/bytes';

/**
 * SHA-256 of the values' bytes (float32, little-endian) in hexadecimal: equal for equal bits only, on every machine.
 */
export function fingerprint(values: Float32Array): string {
  checkFloats(values);
  return createHash('sha256').update(littleEndian(values)).digest('hex');
}
