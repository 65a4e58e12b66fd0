/** What browsers have, or some of them, and the libraries of TypeScript 5.9 do not. */
// biome-ignore-all lint/suspicious/noExplicitAny: its own types are a library's affair.
declare const Temporal: any;

interface RegExpConstructor {
  /** Puts a backslash before what would have a meaning in a regular expression. */
  escape(text: string): string;
}

interface Math {
  /** The sum, rounded once. */
  sumPrecise(numbers: Iterable<number>): number;
}

interface Base64Options {
  alphabet?: 'base64' | 'base64url';
  lastChunkHandling?: 'loose' | 'strict' | 'stop-before-partial';
}

interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: Base64Options): Uint8Array<ArrayBuffer>;
  fromHex(text: string): Uint8Array<ArrayBuffer>;
}

interface Uint8Array<TArrayBuffer extends ArrayBufferLike> {
  toBase64(options?: { alphabet?: 'base64' | 'base64url'; omitPadding?: boolean }): string;
  toHex(): string;
  setFromBase64(text: string, options?: Base64Options): { read: number; written: number };
  setFromHex(text: string): { read: number; written: number };
}
