/** The small project of the chapter: choose tau without looking at the test images. */
import { argmax } from '../../../../src/common/argmax';
import { counted, exercise, mistake as m, type Trial } from '../../engine/exercise';
import { toList } from '../../engine/values';

type Parts = { train: ArrayLike<number>; validation: ArrayLike<number> };
type Split = (count: number, held: number) => Parts;
type Choose = (validation: number[], askTest: (setting: number) => number) => number;
type Certain = (a: boolean[], b: boolean[]) => number;

const CHOOSE = 'Choose tau fairly';

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const numbers = ({ train, validation }: Parts) => ({ train: toList(train), validation: toList(validation) });

/** Accuracies on the test images, and a list of the settings that were asked for. */
const asking = (validation: number[], test: number[]) => (): Trial<[number[], (setting: number) => number]> => {
  const asked: number[] = [];
  const askTest = counted((setting: number) => {
    if (!(setting in test))
      throw new RangeError(`askTest(${setting}): the settings are numbered 0 to ${test.length - 1}`);
    asked.push(setting);
    return test[setting];
  });
  const description = () =>
    asked.length === 0 ? 'asks the test images nothing' : `asks for the settings ${asked.join(', ')}`;
  return { args: [[...validation], askTest], seen: () => [...asked].sort(), description };
};

/** Of two networks on the same images: how many images each alone is right about, and how many images there are. */
function compare(a: boolean[], b: boolean[]) {
  const count = (wanted: (i: number) => boolean) => a.filter((_, i) => wanted(i)).length;
  return { onlyA: count((i) => a[i] && !b[i]), onlyB: count((i) => b[i] && !a[i]), images: a.length };
}
type Counts = ReturnType<typeof compare>;
const fromCounts =
  (work: (counts: Counts) => number): Certain =>
  (a, b) =>
    work(compare(a, b));

/** Answers as 1 for right and 0 for wrong. */
const answers = (bits: string) => [...bits].map((bit) => bit === '1');
const share = (right: boolean[]) => right.filter(Boolean).length / right.length;
const variance = (p: number) => p * (1 - p);

export const worthItProject = {
  'choose-split': exercise<Split>({
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
    project: CHOOSE,
    minutes: 8,
    optional: true,
    names: ['validation', 'askTest'],
    probes: [
      asking([0.88, 0.91, 0.9, 0.85], [0.89, 0.9, 0.92, 0.86]),
      asking([0.7, 0.9, 0.9], [0.95, 0.6, 0.8]),
      asking([0.8, 0.85, 0.82, 0.95], [0.9, 0.7, 0.75, 0.8]),
    ],
    tolerance: 0,
    oracle: (validation, askTest) => askTest(argmax(validation)),
    mistakes: {
      'best-test': m(
        'asks for every setting and reports the best',
        'You ask the test images about every setting, so they choose. Which images may choose?',
        (validation, askTest) => Math.max(...validation.map((_, i) => askTest(i))),
      ),
      'asks-all': m(
        'asks for every setting, and then reports the right one',
        'You report the right number, but you asked the test images about every setting. About which one alone do you need to ask?',
        (validation, askTest) => validation.map((_, i) => askTest(i))[argmax(validation)],
      ),
      'both-choose': m(
        'chooses by both accuracies together',
        'The test images help to choose here. Which images may choose?',
        (validation, askTest) => {
          const test = validation.map((_, i) => askTest(i));
          return test[argmax(validation.map((share, i) => share + test[i]))];
        },
      ),
      'validation-reported': m(
        'reports the accuracy that chose',
        'The images that chose this setting make it look better than it is. Which images has nobody asked yet?',
        (validation, askTest) => {
          askTest(argmax(validation));
          return Math.max(...validation);
        },
        (validation) => Math.max(...validation),
      ),
      'index-itself': m(
        'returns the number of the setting',
        'This is the number of the setting that was chosen. How accurate is it on images that did not choose it?',
        (validation) => argmax(validation),
      ),
      'last-of-equals': m(
        'lets the last of equal accuracies win',
        'On a tie the last setting wins here. Which one should win, by the task?',
        (validation, askTest) => askTest(validation.lastIndexOf(Math.max(...validation))),
      ),
      'worst-chosen': m(
        'chooses the lowest accuracy',
        'You choose the setting with the lowest accuracy. Which one is the best?',
        (validation, askTest) => askTest(validation.indexOf(Math.min(...validation))),
      ),
    },
    forms: [
      (validation, askTest) => askTest(validation.indexOf(Math.max(...validation))),
      (validation, askTest) => {
        let best = 0;
        for (let i = 1; i < validation.length; i++) if (validation[i] > validation[best]) best = i;
        return askTest(best);
      },
    ],
  }),
  'choose-certain': exercise<Certain>({
    project: CHOOSE,
    minutes: 9,
    optional: true,
    names: ['a', 'b'],
    probes: [
      [answers('111100110000'), answers('111111101111')],
      [answers('1111111110'), answers('1110001011')],
      [answers('10110'), answers('11010')],
      [answers('0110100'), answers('1001011')],
    ],
    oracle: fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyA + onlyB)),
    mistakes: {
      independent: m(
        'treats the two accuracies as independent',
        'This adds two variances, as if each network had seen images of its own. Which images can tell the two apart, and which cannot?',
        (a, b) => (share(b) - share(a)) / Math.sqrt((variance(share(a)) + variance(share(b))) / a.length),
      ),
      'all-images': m(
        'takes the error of a coin for every image',
        'Your error counts all images. Which of them are a toss between the two?',
        fromCounts(({ onlyA, onlyB, images }) => (onlyB - onlyA) / Math.sqrt(images)),
      ),
      'difference-only': m(
        'returns the difference, of the counts or of the accuracies',
        'This is the difference alone. How large is the error of such a difference?',
        fromCounts(({ onlyA, onlyB }) => onlyB - onlyA),
        fromCounts(({ onlyA, onlyB, images }) => (onlyB - onlyA) / images),
      ),
      'no-root': m(
        'divides by the variance',
        'This divides by a variance. Of what is the error the root?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / (onlyA + onlyB)),
      ),
      squared: m(
        "squares the difference: McNemar's chi-squared",
        'This is the square of what the task asks for. What does a square no longer tell?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) ** 2 / (onlyA + onlyB)),
      ),
      'half-way': m(
        'takes the error of the number of heads for that of the difference',
        'By how much does the difference change when a single coin falls the other way?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / (Math.sqrt(onlyA + onlyB) / 2)),
        fromCounts(({ onlyA, onlyB }) => (onlyB - (onlyA + onlyB) / 2) / Math.sqrt(onlyA + onlyB)),
      ),
      corrected: m(
        'subtracts 1 from the distance first',
        'You correct the distance by 1, which the task does not ask for. What is the plain number of standard errors?',
        fromCounts(
          ({ onlyA, onlyB }) =>
            (Math.sign(onlyB - onlyA) * Math.max(0, Math.abs(onlyB - onlyA) - 1)) / Math.sqrt(onlyA + onlyB),
        ),
      ),
      'one-count': m(
        'takes the root of one of the two counts',
        'Only the images that one of the two networks is right about are coins here. Which other images are?',
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyB)),
        fromCounts(({ onlyA, onlyB }) => (onlyB - onlyA) / Math.sqrt(onlyA)),
      ),
      reversed: m(
        'subtracts the wrong way round',
        'The sign says that the other network is ahead. From which one do you subtract?',
        fromCounts(({ onlyA, onlyB }) => (onlyA - onlyB) / Math.sqrt(onlyA + onlyB)),
      ),
      'sign-lost': m(
        'returns the distance without its sign',
        'This does not say which of the two is ahead. What tells you that?',
        fromCounts(({ onlyA, onlyB }) => Math.abs(onlyB - onlyA) / Math.sqrt(onlyA + onlyB)),
      ),
    },
    forms: [
      (a, b) => {
        let [ahead, differ] = [0, 0];
        for (const [i, right] of a.entries()) {
          if (right === b[i]) continue;
          differ++;
          ahead += b[i] ? 1 : -1;
        }
        return ahead / Math.sqrt(differ);
      },
      (a, b) => {
        const toss = a.map((right, i) => Number(b[i]) - Number(right));
        return toss.reduce((x, y) => x + y, 0) / Math.hypot(...toss);
      },
    ],
  }),
};
