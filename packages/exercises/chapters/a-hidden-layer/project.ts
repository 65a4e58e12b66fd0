/** The small project of the chapter: choose the width of the hidden layer without looking at the test images. */
import { countWeights } from '../../../../src/common/weights';
import { exercise, mistake as m } from '../../engine/exercise';
import { mean, toList } from '../../engine/values';

type Weights = (hidden: number) => number;
type Means = (accuracies: number[][]) => ArrayLike<number>;
type Choose = (widths: number[], means: number[], images: number) => number;

const WIDTH = 'Choose the width fairly';

const perRow =
  (of: (row: number[]) => number): Means =>
  (accuracies) =>
    accuracies.map(of);

/** The smallest width whose mean is at most so much below the highest. */
const within =
  (allowed: (best: number, images: number) => number): Choose =>
  (widths, means, images) => {
    const best = Math.max(...means);
    return Math.min(...widths.filter((_, i) => means[i] >= best - allowed(best, images)));
  };
const standardError = (p: number, images: number) => Math.sqrt((p * (1 - p)) / images);

export const hiddenLayerProject = {
  'width-weights': exercise<Weights>({
    project: WIDTH,
    minutes: 4,
    optional: true,
    names: ['hidden'],
    probes: [[96], [1], [10], [300]],
    tolerance: 0,
    oracle: (hidden) => countWeights(hidden),
    mistakes: {
      'all-multiplied': m(
        'multiplies all three sizes',
        'This grows far too fast. Is there a weight for each pixel, hidden neuron and digit together, or are there two layers of weights?',
        (hidden) => 784 * hidden * 10,
      ),
      'first-layer-only': m(
        'counts the first layer only',
        'These are the weights from the pixels to the hidden neurons. Which others are there?',
        (hidden) => 784 * hidden,
      ),
      'second-layer-only': m(
        'counts the second layer only',
        'These are the weights from the hidden neurons to the ten. Which others are there?',
        (hidden) => 10 * hidden,
      ),
      neurons: m(
        'adds up the neurons and pixels',
        'This counts pixels and neurons. Between which of them is there a weight?',
        (hidden) => 784 + hidden + 10,
        (hidden) => hidden + 10,
      ),
      'one-layer': m(
        'adds the weights of the single layer',
        'Weights from the pixels straight to the ten are counted, too. Which of them are still there?',
        (hidden) => 7840 + 784 * hidden,
        (hidden) => 7840 + 784 * hidden + 10 * hidden,
      ),
      biases: m(
        'counts a bias per neuron',
        'This counts one number per neuron in addition. Which option of “dense” do our networks set to “false”?',
        (hidden) => 784 * hidden + hidden + 10 * hidden + 10,
      ),
    },
    forms: [(hidden) => 794 * hidden, (hidden) => 784 * hidden + hidden * 10],
  }),
  'width-means': exercise<Means>({
    project: WIDTH,
    minutes: 5,
    optional: true,
    names: ['accuracies'],
    probes: [
      [
        [
          [0.9, 0.94],
          [0.95, 0.93],
          [0.96, 0.9],
        ],
      ],
      [
        [
          [0.5, 0.75, 0.25],
          [0.6, 0.9, 0.9],
        ],
      ],
    ],
    compared: toList,
    oracle: perRow(mean),
    mistakes: {
      'best-seed': m(
        'takes the best seed of each width',
        'This takes the luckiest seed of each width. What would a width gain from being tried more often?',
        perRow((row) => Math.max(...row)),
      ),
      'per-seed': m(
        'takes the mean of each seed',
        'These are means over the widths, one per seed. What does a row stand for?',
        (accuracies) => accuracies[0].map((_, seed) => mean(accuracies.map((row) => row[seed]))),
      ),
      'not-divided': m(
        'adds the accuracies up and does not divide',
        'These are sums. Can an accuracy be more than 1?',
        perRow((row) => row.reduce((a, b) => a + b)),
      ),
      'always-two': m(
        'divides by 2',
        'This divides by 2, but the check also tries three seeds. How many are in a row?',
        perRow((row) => row.reduce((a, b) => a + b) / 2),
      ),
      'first-seed': m(
        'takes the first seed only',
        'This is the first seed alone. What do the others say?',
        perRow(([first]) => first),
      ),
      'last-seed': m(
        'takes the last seed only',
        'This is the last seed alone. What do the others say?',
        perRow((row) => row.at(-1) as number),
      ),
      'worst-seed': m(
        'takes the worst seed of each width',
        'This takes the unluckiest seed of each width. What do the others say?',
        perRow((row) => Math.min(...row)),
      ),
    },
    forms: [
      (accuracies) => accuracies.map((row) => row.reduce((sum, accuracy) => sum + accuracy, 0) / row.length),
      (accuracies) => {
        const means = new Float64Array(accuracies.length);
        for (const [width, row] of accuracies.entries()) {
          for (const accuracy of row) means[width] += accuracy / row.length;
        }
        return means;
      },
    ],
  }),
  'width-choose': exercise<Choose>({
    project: WIDTH,
    minutes: 11,
    optional: true,
    names: ['widths', 'means', 'images'],
    probes: [
      [[12, 24, 48, 96], [0.9, 0.934, 0.948, 0.95], 10_000],
      [[96, 48, 24], [0.96, 0.9585, 0.95], 10_000],
      [[10, 20, 40, 80], [0.86, 0.882, 0.9, 0.895], 400],
      [[30, 60, 15], [0.8, 0.9, 0.7], 2_500],
      [[8, 16, 32], [0.46, 0.4985, 0.5], 100],
      [[16, 32, 64], [0.5, 0.98, 0.985], 1_000],
      [[5, 20, 40], [0.42, 0.4375, 0.5], 64], // the second is exactly one standard error below the best
    ],
    tolerance: 0,
    oracle: within(standardError),
    mistakes: {
      highest: m(
        'takes the width with the highest mean',
        'This takes the highest mean, however small its lead is. Is a smaller width within one standard error of it?',
        (widths, means) => widths[means.indexOf(Math.max(...means))],
      ),
      'index-itself': m('returns the index', 'This is an index. Which width stands there?', (widths, means, images) =>
        widths.indexOf(within(standardError)(widths, means, images)),
      ),
      variance: m(
        'forgets the root',
        'The distance that you allow is far too small. The error is the root of which number?',
        within((p, images) => (p * (1 - p)) / images),
      ),
      'images-lost': m(
        'forgets the number of images',
        'The distance that you allow does not shrink with the number of images. Where does “images” belong?',
        within((p) => Math.sqrt(p * (1 - p))),
      ),
      'first-in-list': m(
        'takes the first of the list that is good enough',
        'This takes the first width of the list that is good enough. Is it always the smallest?',
        (widths, means, images) => {
          const best = Math.max(...means);
          return widths[means.findIndex((p) => p >= best - standardError(best, images))];
        },
      ),
      'largest-of-them': m(
        'takes the largest width that is good enough',
        'Among those that are good enough this takes the largest. Which one is the cheapest?',
        (widths, means, images) => {
          const best = Math.max(...means);
          return Math.max(...widths.filter((_, i) => means[i] >= best - standardError(best, images)));
        },
      ),
      smallest: m(
        'takes the smallest width of all',
        'This takes the smallest width, however bad it is. How far below the best may it be?',
        (widths) => Math.min(...widths),
      ),
      'two-errors': m(
        'allows two standard errors',
        'This allows twice as much as the task does. How many standard errors below the best may a width be?',
        within((p, images) => 2 * standardError(p, images)),
      ),
      'accuracy-itself': m(
        'returns the accuracy',
        'This is an accuracy. Which width reached it?',
        (widths, means, images) => means[widths.indexOf(within(standardError)(widths, means, images))],
      ),
    },
    forms: [
      (widths, means, images) => {
        const best = Math.max(...means);
        const least = best - Math.sqrt((best * (1 - best)) / images);
        let chosen = Number.POSITIVE_INFINITY;
        for (const [i, width] of widths.entries()) if (means[i] >= least && width < chosen) chosen = width;
        return chosen;
      },
      (widths, means, images) => {
        const pairs = widths.map((width, i) => ({ width, p: means[i] })).sort((a, b) => a.width - b.width);
        const best = means.reduce((highest, p) => Math.max(highest, p));
        const found = pairs.find(({ p }) => best - p <= ((best * (1 - best)) / images) ** 0.5);
        return found?.width ?? 0;
      },
    ],
  }),
};
