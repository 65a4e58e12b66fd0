/** Base64, of files that the build puts into scripts and of data in addresses. */
import { t } from './words';

export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Base64 in the alphabet that is safe in addresses. */
export function toAddress(bytes: ArrayLike<number>): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * The bytes of a text from `toAddress`.
 * @param name of the data, for the message
 * @throws RangeError
 */
export function fromAddress(name: string, text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new RangeError(t`${name}: expected base64 of an address, found something else`);
  try {
    return bytes(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new RangeError(t`${name}: expected base64 of an address, found something else`);
  }
}
