/** Test images that come with the page. */
import { bytes } from '../../shared/page/base64';

/** What editions/book/make/playground.mjs puts into the bundle, as base64. */
declare const SAMPLES: string;

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
