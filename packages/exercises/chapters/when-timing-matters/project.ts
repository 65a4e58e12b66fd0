/** The small project of the chapter: a latency code for MNIST beside the Poisson code, by accuracy and by spikes. */
import { firingStep } from '../../../../src/common/latency';
import { exercise, mistake as m } from '../../engine/exercise';
import { sum, toList } from '../../engine/values';

type Step = (x: number, T: number) => number;
type Spikes = (pixels: number[], T: number, code: 'poisson' | 'latency') => number;
type Front = (accuracies: number[], spikes: number[]) => ArrayLike<number>;

const LATENCY = 'A latency code for MNIST';

const inked = (pixels: number[]) => pixels.filter((x) => x > 0).length;

/** The settings that no other one beats, by what "beats" means. */
const unbeaten =
  (beats: (other: { accuracy: number; spikes: number }, own: { accuracy: number; spikes: number }) => boolean): Front =>
  (accuracies, spikes) => {
    const all = accuracies.map((accuracy, i) => ({ accuracy, spikes: spikes[i], i }));
    return all.filter((own) => !all.some((other) => other.i !== own.i && beats(other, own))).map(({ i }) => i);
  };
const beats = (other: { accuracy: number; spikes: number }, own: { accuracy: number; spikes: number }) =>
  other.accuracy >= own.accuracy &&
  other.spikes <= own.spikes &&
  (other.accuracy > own.accuracy || other.spikes < own.spikes);

export const timingProject = {
  'latency-step': exercise<Step>({
    project: LATENCY,
    minutes: 6,
    optional: true,
    names: ['x', 'T'],
    probes: [
      [1, 8],
      [0, 8],
      [0.7, 8],
      [0.2, 16],
      [0.9, 4],
      [0.35, 100],
      [0.6, 8],
    ],
    tolerance: 0,
    oracle: firingStep,
    mistakes: {
      'bright-late': m(
        'lets bright pixels fire late',
        'A white pixel fires last here. Which pixel should be the first?',
        (x, T) => Math.round((T - 1) * x),
      ),
      'one-step-too-many': m(
        'multiplies by T instead of T − 1',
        'A black pixel fires in step T, after the end. What is the number of the last step?',
        (x, T) => Math.round(T * (1 - x)),
      ),
      floor: m(
        'rounds down',
        'Some pixels fire a step too early here. To which whole number does the task round?',
        (x, T) => Math.floor((T - 1) * (1 - x)),
        (x, T) => Math.trunc((T - 1) * (1 - x)),
      ),
      ceil: m(
        'rounds up',
        'Some pixels fire a step too late here. To which whole number does the task round?',
        (x, T) => Math.ceil((T - 1) * (1 - x)),
      ),
      'from-1': m(
        'counts the steps from 1',
        'A white pixel fires in step 1 here. What is the number of the first step?',
        (x, T) => Math.round((T - 1) * (1 - x)) + 1,
      ),
      'not-whole': m(
        'does not round',
        'This is not a whole number. Can a spike lie between two steps?',
        (x, T) => (T - 1) * (1 - x),
      ),
      count: m(
        'returns how many spikes a rate code has',
        'This grows with T and with the intensity, like a number of spikes. How many spikes does a latency code have?',
        (x, T) => Math.round(T * x),
        (x, T) => T * x,
      ),
    },
    forms: [(x, T) => Math.round((1 - x) * (T - 1)), (x, T) => T - 1 - Math.round((T - 1) * x)],
  }),
  'latency-spikes': exercise<Spikes>({
    project: LATENCY,
    minutes: 6,
    optional: true,
    names: ['pixels', 'T', 'code'],
    probes: [
      [[0, 0.5, 1, 0.25], 8, 'poisson'],
      [[0, 0.5, 1, 0.25], 8, 'latency'],
      [[0, 0, 0.75, 0, 0.5], 4, 'poisson'],
      [[0, 0, 0.75, 0, 0.5], 4, 'latency'],
      [[0.3, 0.5], 3, 'poisson'],
    ],
    oracle: (pixels, T, code) => (code === 'latency' ? pixels.length : T * sum(pixels)),
    mistakes: {
      'black-silent': m(
        'leaves black pixels out of the latency code',
        'Black pixels are silent in your latency code. In which step does the code of milestone 1 let them fire?',
        (pixels, T, code) => (code === 'latency' ? inked(pixels) : T * sum(pixels)),
      ),
      'latency-each-step': m(
        'lets each pixel fire in every step of the latency code',
        'Your latency code has more spikes the longer it is. How often does a pixel fire in it?',
        (pixels, T, code) => T * (code === 'latency' ? pixels.length : sum(pixels)),
      ),
      'poisson-one-step': m(
        'forgets the steps of the Poisson code',
        'Your Poisson code has the spikes of one step. How many steps are there?',
        (pixels, _, code) => (code === 'latency' ? pixels.length : sum(pixels)),
      ),
      'poisson-all-inked': m(
        'lets each pixel with ink fire in every step of the Poisson code',
        'A grey pixel fires in every step here. With which probability does it fire in one?',
        (pixels, T, code) => (code === 'latency' ? pixels.length : T * inked(pixels)),
      ),
      rounded: m(
        'rounds the mean',
        'This is a whole number. Must a mean over many images be one?',
        (pixels, T, code) => (code === 'latency' ? pixels.length : Math.round(T * sum(pixels))),
        (pixels, T, code) => (code === 'latency' ? pixels.length : Math.floor(T * sum(pixels))),
      ),
      'same-for-both': m(
        'takes one formula for both codes',
        'Both codes have the same number here. Which one depends on how bright the pixels are?',
        (pixels, T) => T * sum(pixels),
        (pixels) => pixels.length,
      ),
      exchanged: m(
        'exchanges the codes',
        'Each code has the number of the other one. Which code fires once per pixel?',
        (pixels, T, code) => (code === 'poisson' ? pixels.length : T * sum(pixels)),
      ),
    },
    forms: [
      (pixels, T, code) => pixels.reduce((total, x) => total + (code === 'latency' ? 1 : T * x), 0),
      (pixels, T, code) => {
        if (code === 'latency') return pixels.length;
        return T * pixels.reduce((a, b) => a + b, 0);
      },
    ],
  }),
  'latency-front': exercise<Front>({
    project: LATENCY,
    minutes: 10,
    optional: true,
    names: ['accuracies', 'spikes'],
    probes: [
      [
        [0.9, 0.8, 0.85, 0.95],
        [400, 100, 500, 800],
      ],
      [
        [0.7, 0.9, 0.9, 0.6],
        [300, 300, 500, 200],
      ],
      [
        [0.5, 0.4, 0.3],
        [10, 20, 30],
      ],
      [
        [0.9, 0.6, 0.9],
        [300, 100, 300],
      ],
      // More than ten settings, and one that is as cheap as another and less accurate.
      [
        [0.9, 0.4, 0.8, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.7, 0.6],
        [400, 100, 300, 300, 300, 300, 300, 300, 300, 300, 200, 200],
      ],
    ],
    compared: toList,
    tolerance: 0,
    oracle: unbeaten(beats),
    mistakes: {
      'best-only': m(
        'returns the most accurate setting alone',
        'Only the most accurate setting is left. Is one with fewer spikes beaten by it?',
        (accuracies) => [accuracies.indexOf(Math.max(...accuracies))],
      ),
      'cheapest-only': m(
        'returns the setting with the fewest spikes alone',
        'Only the cheapest setting is left. Is a more accurate one beaten by it?',
        (_, spikes) => [spikes.indexOf(Math.min(...spikes))],
      ),
      'beaten-by-one': m(
        'takes a setting out that is worse in one of both',
        'A setting is out here as soon as another one is better in one of both. What does "beaten" mean in the task?',
        unbeaten((other, own) => other.accuracy > own.accuracy || other.spikes < own.spikes),
      ),
      'equals-stay': m(
        'asks that the other one is better in both',
        'A setting stays although another one is as accurate with fewer spikes, or better with as many. When is it beaten?',
        unbeaten((other, own) => other.accuracy > own.accuracy && other.spikes < own.spikes),
        unbeaten((other, own) => other.accuracy > own.accuracy && other.spikes <= own.spikes),
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes < own.spikes),
      ),
      'beats-itself': m(
        'lets each setting beat itself',
        'Nothing is left here, since each setting is as good as itself. What does a setting that beats another one need besides?',
        () => [],
      ),
      'twins-gone': m(
        'lets two settings that are alike beat each other',
        'Two settings that are equal in both are missing here. Is one of them better than the other in anything?',
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes <= own.spikes),
        (accuracies, spikes) => {
          const good = Array.from(unbeaten(beats)(accuracies, spikes));
          const isNew = (i: number, place: number) =>
            !good.slice(0, place).some((j) => accuracies[j] === accuracies[i] && spikes[j] === spikes[i]);
          return good.filter(isNew);
        },
      ),
      'from-1': m(
        'counts the settings from 1',
        'Your numbers begin with 1. Which number does the first setting have?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes), (i) => i + 1),
      ),
      'by-spikes': m(
        'sorts by the spikes',
        'These are the right settings. In which order does the task ask for their numbers?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes)).sort((a, b) => spikes[a] - spikes[b]),
      ),
      'sorted-as-text': m(
        'sorts without comparing numbers',
        '“sort()” compares numbers as texts, so 11 comes before 2. Which function must you give it?',
        (accuracies, spikes) => Array.from(unbeaten(beats)(accuracies, spikes)).sort(),
      ),
      'more-is-better': m(
        'takes many spikes for good',
        'Settings with many spikes win here. Which of two equally accurate ones is cheaper?',
        unbeaten((other, own) => other.accuracy >= own.accuracy && other.spikes > own.spikes),
        unbeaten((other, own) => beats({ ...other, spikes: -other.spikes }, { ...own, spikes: -own.spikes })),
      ),
      'the-beaten': m(
        'returns the settings that are beaten',
        'These are the settings that another one beats. Which are asked for?',
        (accuracies, spikes) => {
          const good = toList(unbeaten(beats)(accuracies, spikes)) as number[];
          return accuracies.map((_, i) => i).filter((i) => !good.includes(i));
        },
      ),
    },
    forms: [
      (accuracies, spikes) =>
        accuracies
          .map((_, i) => i)
          .filter(
            (i) =>
              !accuracies.some(
                (accuracy, other) =>
                  accuracy >= accuracies[i] &&
                  spikes[other] <= spikes[i] &&
                  (accuracy > accuracies[i] || spikes[other] < spikes[i]),
              ),
          ),
      (accuracies, spikes) => {
        const order = accuracies
          .map((_, i) => i)
          .sort((a, b) => spikes[a] - spikes[b] || accuracies[b] - accuracies[a]);
        const front: number[] = [];
        for (const i of order) {
          const best = front[front.length - 1];
          const isTwin = accuracies[i] === accuracies[best] && spikes[i] === spikes[best];
          if (front.length === 0 || accuracies[i] > accuracies[best] || isTwin) front.push(i);
        }
        return front.sort((a, b) => a - b);
      },
    ],
  }),
};
