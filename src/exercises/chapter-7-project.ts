/** The small project of chapter 7: choose tau without looking at the test images. */
import { argmax } from '../common/argmax';
import { exercise, mistake as m } from './exercise';
import { isTooLong } from './values';

type Parts = { train: ArrayLike<number>; validation: ArrayLike<number> };
type Split = (count: number, held: number) => Parts;
type Choose = (settings: number[], validation: number[], test: number[]) => number;
type Certain = (a: number, b: number, images: number) => number;

const CHOOSE = 'Choose tau fairly';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const toList = (values: ArrayLike<number>) => (isTooLong(values) ? values : Array.from(values));
const numbers = ({ train, validation }: Parts) => ({ train: toList(train), validation: toList(validation) });
const variance = (p: number) => p * (1 - p);

export const project7 = {
  'choose-split': exercise<Split>({
    chapter: 7,
    project: CHOOSE,
    minutes: 7,
    optional: true,
    names: ['count', 'held'],
    probes: [
      [10, 3],
      [6, 1],
      [5, 4],
    ],
    compared: (parts) => numbers(parts),
    tolerance: 0,
    oracle: (count, held) => ({ train: range(0, count - held), validation: range(count - held, count) }),
    mistakes: {
      overlap: m(
        'trains on all images',
        'The images that you hold back are also trained on. What would a good accuracy on them prove?',
        (count, held) => ({ train: range(0, count), validation: range(count - held, count) }),
      ),
      'one-missing': m(
        'loses the image at the border',
        'One image is in neither part. Where does the second part begin?',
        (count, held) => ({ train: range(0, count - held - 1), validation: range(count - held, count) }),
      ),
      exchanged: m(
        'exchanges the parts',
        'You train on the few images and hold back the many. Which part is which?',
        (count, held) => ({ train: range(count - held, count), validation: range(0, count - held) }),
      ),
      'one-more': m(
        'trains on the first image that should be held back',
        'You train on one image too many. Which number does the last training image have?',
        (count, held) => ({ train: range(0, count - held + 1), validation: range(count - held + 1, count) }),
      ),
      'trains-on-few': m(
        'cuts at `held` instead of `count - held`',
        'You train on as many images as should be held back. Where do the last ones begin?',
        (count, held) => ({ train: range(0, held), validation: range(held, count) }),
      ),
      'from-1': m(
        'numbers the images from 1',
        'Your numbers are one too high. Which number does the first image have?',
        (count, held) => ({ train: range(1, count - held + 1), validation: range(count - held + 1, count + 1) }),
      ),
      'held-first': m(
        'holds back the first images',
        'The parts do not overlap, but the first images are held back. Which ones does the task name?',
        (count, held) => ({ train: range(held, count), validation: range(0, held) }),
      ),
    },
    forms: [
      (count, held) => {
        const all = [...new Array(count).keys()];
        return { train: all.slice(0, -held), validation: all.slice(-held) };
      },
      (count, held) => {
        const train = Uint32Array.from({ length: count - held }, (_, i) => i);
        return { train, validation: Uint32Array.from({ length: held }, (_, i) => train.length + i) };
      },
    ],
  }),
  'choose-best': exercise<Choose>({
    chapter: 7,
    project: CHOOSE,
    minutes: 8,
    optional: true,
    names: ['settings', 'validation', 'test'],
    probes: [
      [
        [1.5, 2, 3, 5],
        [0.88, 0.91, 0.9, 0.85],
        [0.89, 0.9, 0.92, 0.86],
      ],
      [
        [2, 4, 8],
        [0.7, 0.9, 0.9],
        [0.95, 0.6, 0.8],
      ],
    ],
    tolerance: 0,
    oracle: (settings, validation, test) => test[argmax(validation.slice(0, settings.length))],
    mistakes: {
      'best-test': m(
        'reports the best test accuracy',
        'This is the best accuracy on the test images, so they chose the setting. Which images may choose?',
        (_settings, _validation, test) => Math.max(...test),
      ),
      'both-choose': m(
        'chooses by both accuracies together',
        'The test images help to choose here. Which images may choose?',
        (_settings, validation, test) => test[argmax(validation.map((share, i) => share + test[i]))],
      ),
      'validation-reported': m(
        'reports the accuracy that chose',
        'The images that chose this setting make it look better than it is. Which images has nobody asked yet?',
        (_settings, validation) => Math.max(...validation),
      ),
      'setting-itself': m(
        'returns the setting',
        'This is the setting that was chosen. How accurate is it on images that did not choose it?',
        (settings, validation) => settings[argmax(validation)],
      ),
      'index-itself': m(
        'returns the index of the setting',
        'This is the index of the setting that was chosen. Which number do you report for it?',
        (_settings, validation) => argmax(validation),
      ),
      'last-of-equals': m(
        'lets the last of equal accuracies win',
        'On a tie the last setting wins here. Which one should win, by the task?',
        (_settings, validation, test) => test[validation.lastIndexOf(Math.max(...validation))],
      ),
    },
    forms: [
      (_settings, validation, test) => test[validation.indexOf(Math.max(...validation))],
      (settings, validation, test) => {
        let best = 0;
        for (let i = 1; i < settings.length; i++) if (validation[i] > validation[best]) best = i;
        return test[best];
      },
    ],
  }),
  'choose-certain': exercise<Certain>({
    chapter: 7,
    project: CHOOSE,
    minutes: 9,
    optional: true,
    names: ['a', 'b', 'images'],
    probes: [
      [0.9, 0.91, 10_000],
      [0.8, 0.85, 500],
      [0.95, 0.92, 2000],
    ],
    oracle: (a, b, images) => (b - a) / Math.sqrt((variance(a) + variance(b)) / images),
    mistakes: {
      'difference-only': m(
        'returns the difference',
        'This is the difference alone. How large is the error of such a difference?',
        (a, b) => b - a,
      ),
      'one-error': m(
        'takes the error of one of the two',
        'Only one of the two accuracies has an error here. What is the variance of a difference?',
        (a, b, images) => (b - a) / Math.sqrt(variance(a) / images),
        (a, b, images) => (b - a) / Math.sqrt(variance(b) / images),
      ),
      'no-variance': m(
        'divides by the root of the number of images, or multiplies by it',
        'Here the error depends on the number of images alone. What is the variance of an accuracy of 0.9?',
        (a, b, images) => (b - a) / Math.sqrt(images),
        (a, b, images) => (b - a) * Math.sqrt(images),
        (a, b, images) => (b - a) * Math.sqrt(images / 2),
      ),
      reversed: m(
        'subtracts the wrong way round',
        'The sign says that the other accuracy is ahead. From which one do you subtract?',
        (a, b, images) => (a - b) / Math.sqrt((variance(a) + variance(b)) / images),
      ),
      'errors-added': m(
        'adds the errors instead of the variances',
        'You add the errors. Which quantity of two independent ones may be added?',
        (a, b, images) => (b - a) / (Math.sqrt(variance(a) / images) + Math.sqrt(variance(b) / images)),
      ),
      pooled: m(
        'takes one variance for both, from their mean',
        'You take the same variance for both, that of their mean. Which variance does each accuracy have of its own?',
        (a, b, images) => (b - a) / Math.sqrt((2 * variance((a + b) / 2)) / images),
      ),
      'mean-of-variances': m(
        'takes the mean of the two variances instead of their sum',
        'You take the mean of the two variances. Is a difference as certain as one of its two parts?',
        (a, b, images) => (b - a) / Math.sqrt((variance(a) + variance(b)) / (2 * images)),
      ),
      'no-root': m(
        'divides by the variance',
        'This divides by a variance. Of what is the error the root?',
        (a, b, images) => (b - a) / ((variance(a) + variance(b)) / images),
      ),
      'images-lost': m(
        'forgets the number of images',
        'This does not depend on how many images there are. Do more images make the error smaller or larger?',
        (a, b) => (b - a) / Math.sqrt(variance(a) + variance(b)),
      ),
      'sign-lost': m(
        'returns the distance without its sign',
        'This does not say which of the two is ahead. What tells you that?',
        (a, b, images) => Math.abs(b - a) / Math.sqrt((variance(a) + variance(b)) / images),
      ),
    },
    forms: [
      (a, b, images) => (b - a) / Math.hypot(Math.sqrt(variance(a) / images), Math.sqrt(variance(b) / images)),
      (a, b, images) => ((b - a) * Math.sqrt(images)) / Math.sqrt(a - a * a + b - b * b),
    ],
  }),
};
