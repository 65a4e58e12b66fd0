/** What tools/book/playground.mjs puts into the bundle, as base64. */
declare const KERNEL: string;
declare const WEIGHTS: string;
declare const SAMPLES: string;
declare const TRAINED_TAU: number;

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The compiled kernel of the event engine. */
export const kernelBytes = bytes(KERNEL);
/** [784, 10]. */
export const weights = new Float32Array(bytes(WEIGHTS).buffer);
/** The time constant that the weights were trained with. */
export const trainedTau = TRAINED_TAU;

export interface Sample {
  /** Which test image it is. */
  index: number;
  pixels: Uint8Array;
}

const packed = bytes(SAMPLES);

/** Two test images of each digit: sample d is an easy one, sample 10 + d one that the network got wrong. */
export const samples: Sample[] = Array.from({ length: 20 }, (_, i) => {
  const at = i * 786;
  return { index: packed[at] + 256 * packed[at + 1], pixels: packed.slice(at + 2, at + 786) };
});
