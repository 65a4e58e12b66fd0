/** Offers bytes as a file to be saved. */
export declare function download(name: string, bytes: Uint8Array, type?: string): void;
