/** A button with a picture for each digit. */
import { CLASSES, IMAGE_SIDE } from '../../../src/common/mnist';
import { t } from '../../shared/page/words';
import { type Colours, paintDigit } from './paint';
import { samples } from './samples';

/** Makes the buttons; what is returned paints their pictures. */
export function showSamples(list: HTMLElement, take: (digit: number) => void): (colours: Colours) => void {
  const pictures = samples.slice(0, CLASSES).map((_, digit) => {
    const button = document.createElement('button');
    const picture = document.createElement('canvas');
    button.type = 'button';
    button.setAttribute('aria-label', t`Sample ${digit}`);
    picture.width = picture.height = IMAGE_SIDE;
    button.append(picture);
    button.addEventListener('click', () => take(digit));
    list.append(button);
    return picture;
  });
  return (colours) => pictures.forEach((picture, digit) => void paintDigit(picture, samples[digit].pixels, colours));
}
