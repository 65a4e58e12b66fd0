import { bytes } from '../../shared/page/base64';
import type { Stored } from './networks';

/** An image chosen when the page was built, by how the network reads it. */
interface Chosen {
  label: number;
  /** [784], base64. */
  pixels: string;
}

/** Defined in the bundle by editions/book/make/playground.ts; bytes are base64. */
declare const KERNEL: string;
declare const SINGLE: Stored;
declare const CHOSEN: {
  /** A 7 for which a second neuron fires as well. */
  race: Chosen;
  /** A 7 that is read correctly at the trained time constant, but not at `tau`. */
  slow?: Chosen & { tau: number };
  /** An image misread after one step and read correctly after 100. */
  hasty?: Chosen;
  /** An image that the single layer misreads and the network with a hidden layer reads correctly. */
  deep?: Chosen;
};

/** The compiled kernel of the event engine. */
export const kernelBytes = bytes(KERNEL);
/** The single-layer network. */
export const single = SINGLE;
export const chosen = CHOSEN;
