/** What the build puts into a script as base64. */
import { t } from './words';
export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** Base64 with the letters that an address may hold. */
export function toAddress(bytes: ArrayLike<number>): string {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** @throws RangeError in one line that names what it was to be */
export function fromAddress(name: string, text: string): Uint8Array<ArrayBuffer> {
  if (!/^[\w-]*$/.test(text)) throw new RangeError(t`${name}: expected base64 of an address, found something else`);
  try {
    return bytes(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new RangeError(t`${name}: expected base64 of an address, found something else`);
  }
}
