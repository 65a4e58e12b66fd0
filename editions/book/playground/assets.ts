import { bytes } from '../../shared/page/base64';
import type { Stored } from './networks';

/** A picture for the page to show; what the network makes of it was tried when the page was built. */
interface Chosen {
  label: number;
  /** [784], base64. */
  pixels: string;
}

/** What editions/book/make/playground.ts puts into the bundle, bytes as base64. */
declare const KERNEL: string;
declare const SINGLE: Stored;
declare const CHOSEN: {
  /** A 7 over which another neuron fires as well. */
  race: Chosen;
  /** A 7 that is read at the trained time constant, and not at this one. */
  slow?: Chosen & { tau: number };
  /** An image that is misread after one step, and read after 100. */
  hasty?: Chosen;
  /** An image that the single layer misreads, and the network with a hidden layer reads. */
  deep?: Chosen;
};

/** The compiled kernel of the event engine. */
export const kernelBytes = bytes(KERNEL);
/** The network of one layer. */
export const single = SINGLE;
export const chosen = CHOSEN;
