/** Globals of some browsers that the libraries of TypeScript 5.9 lack. */
// biome-ignore lint/suspicious/noExplicitAny: a library's types are its own.
declare const Temporal: any;

interface RegExpConstructor {
  escape(text: string): string;
}

interface Math {
  sumPrecise(numbers: Iterable<number>): number;
}

interface Uint8ArrayConstructor {
  fromBase64(text: string, options?: object): Uint8Array<ArrayBuffer>;
  fromHex(text: string): Uint8Array<ArrayBuffer>;
}

interface Uint8Array<TArrayBuffer extends ArrayBufferLike> {
  toBase64(options?: object): string;
  toHex(): string;
}
