import { bytes } from '../../shared/page/base64';

/** A picture for the page to show; what the network makes of it was tried when the page was built. */
interface Chosen {
  label: number;
  /** [784], base64. */
  pixels: string;
}

/** What editions/book/make/playground.ts puts into the bundle, bytes as base64. */
declare const KERNEL: string;
declare const WEIGHTS: string;
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

/** The compiled kernel of the event engine. */
export const kernelBytes = bytes(KERNEL);
/** [784, 10]. */
export const weights = new Float32Array(bytes(WEIGHTS).buffer);
/** The time constant that the weights were trained with. */
export const trainedTau = TRAINED_TAU;
export const chosen = CHOSEN;
