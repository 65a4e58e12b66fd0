/** Test images that come with the page. */
import { CLASSES, IMAGE_SIDE } from '../../../src/common/mnist';
import { bytes } from '../../shared/page/base64';
import { element } from '../../shared/page/dom';
import { t } from '../../shared/page/words';
import { type Colours, paintDigit } from './paint';

/** Defined in the bundle by editions/book/make/playground.ts, as base64. */
declare const SAMPLES: string;

export interface Sample {
  /** Index of the test image. */
  index: number;
  pixels: Uint8Array;
}

const packed = bytes(SAMPLES);

/** Two test images of each digit d: sample d is an easy one, sample 10 + d one that the network misreads. */
export const samples: Sample[] = Array.from({ length: 20 }, (_, i) => {
  const at = i * 786;
  return { index: packed[at] + 256 * packed[at + 1], pixels: packed.slice(at + 2, at + 786) };
});

/** Adds a button for each digit; returns a function that paints their pictures. */
export function showSamples(list: HTMLElement, take: (digit: number) => void): (colours: Colours) => void {
  const pictures = samples.slice(0, CLASSES).map((_, digit) => {
    const picture = element('canvas', { width: String(IMAGE_SIDE), height: String(IMAGE_SIDE) });
    const button = element('button', { type: 'button', 'aria-label': t`Sample ${digit}` }, picture);
    button.addEventListener('click', () => take(digit));
    list.append(button);
    return picture;
  });
  return (colours) => pictures.forEach((picture, digit) => void paintDigit(picture, samples[digit].pixels, colours));
}
