/** A picture for the page to show; what the network makes of it was tried when the page was built. */
interface Chosen {
  label: number;
  /** [784], base64. */
  pixels: string;
}

/** What editions/book/build/playground.mjs puts into the bundle, bytes as base64. */
declare const KERNEL: string;
declare const WEIGHTS: string;
declare const SAMPLES: string;
declare const TRAINED_TAU: number;
declare const CHOSEN: {
  /** A 7 over which another neuron fires as well. */
  race: Chosen;
  /** A 7 that is read at the trained time constant, and not at this one. */
  slow?: Chosen & { tau: number };
  /** An image that is misread after one step with this seed, and read after 100. */
  hasty?: Chosen & { seed: number };
  /** An image that the single layer misreads, and the network with a hidden layer reads. */
  deep?: Chosen;
};

export function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

/** The compiled kernel of the event engine. */
export const kernelBytes = bytes(KERNEL);
/** [784, 10]. */
export const weights = new Float32Array(bytes(WEIGHTS).buffer);
/** The time constant that the weights were trained with. */
export const trainedTau = TRAINED_TAU;
export const chosen = CHOSEN;

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
