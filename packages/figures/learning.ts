/** Learning curves: accuracy and loss against the epoch or the batch. */
import { checkWhole } from '../../src/common/checks';
import { lines, visible, wholeTicks } from './curves';
import { COLORS, type Figure, figureLayout, INK, inPanel, type Panel, type Spec, stacked } from './theme';
import { checkFigure, extent, gaps, highest, numbers, plural, round, rows, titled, toDigits } from './values';

/** A star at the best epoch; empty without finite values. */
function star(values: ArrayLike<number>, panel: number, more: Spec = {}): Spec[] {
  const best = highest(values);
  if (best === undefined) return [];
  const marker = { symbol: 'star', size: 15, color: COLORS[1], line: { color: INK, width: 0.6 } };
  return [
    {
      type: 'scatter',
      mode: 'markers',
      x: [best],
      y: [round(values[best])],
      ...inPanel(panel),
      marker,
      showlegend: false,
      name: 'best epoch',
      ...more,
    },
  ];
}

/** The best epoch and its accuracy, above the star: the star is the highest point, so the label covers nothing. */
function starLabel(values: ArrayLike<number>, panel: number, range: readonly [number, number]): Spec[] {
  const best = highest(values);
  if (best === undefined) return [];
  const { xaxis, yaxis } = inPanel(panel);
  // A label is an eighth as wide as the panel and has to stay inside.
  const part = (best - range[0]) / (range[1] - range[0]);
  return [
    {
      xref: xaxis,
      yref: yaxis,
      x: best,
      y: round(values[best]),
      text: `(${best}, ${toDigits(values[best], 3)})`,
      showarrow: false,
      yshift: 19,
      xanchor: part < 0.08 ? 'left' : part > 0.92 ? 'right' : 'center',
    },
  ];
}

/** A range with room for the label above the star. */
function headroom(...curves: ArrayLike<number>[]): Spec {
  const ends = extent(...curves);
  if (ends === undefined) return { range: [0, 1] };
  const [low, high] = ends;
  const span = high - low || Math.abs(high) * 0.1 || 1;
  return { range: [round(low - 0.07 * span), round(high + 0.3 * span)] };
}

/** The range of an axis of epochs 0 to `epochs` − 1, with a margin so that points do not touch the frame. */
function epochRange(epochs: number): [number, number] {
  const space = Math.max(0.5, epochs * 0.03);
  return [-space, epochs - 1 + space];
}

/**
 * The mean over the batches of each epoch.
 * @param trainAccs a value per batch, of whole epochs
 * @param epochs a whole number, at least 1
 */
export function perEpoch(trainAccs: ArrayLike<number>, epochs: number): number[] {
  const { length } = numbers(trainAccs, 'trainAccs', '[batches]');
  checkWhole('epochs', epochs, 1);
  if (length === 0 || length % epochs !== 0) {
    throw new RangeError(
      `trainAccs: expected a multiple of ${epochs} training accuracies (batches of whole epochs), found ${length}`,
    );
  }
  return rows(trainAccs, length / epochs, 'trainAccs').map(
    (batches) => batches.reduce((a, b) => a + b, 0) / batches.length,
  );
}

/** A curve in a panel. */
function curve(y: ArrayLike<number>, panel: number, name: string, markers = y.length <= 40): Spec {
  return {
    type: 'scatter',
    mode: markers ? 'lines+markers' : 'lines',
    ...visible(y),
    ...inPanel(panel),
    name,
    line: { color: COLORS[2 * panel], width: 2 },
    marker: { size: 5 },
    showlegend: false,
  };
}

/** "best on test data 0.925 in epoch 87" */
function describeBest(values: ArrayLike<number>, of: string): string {
  const best = highest(values);
  return best === undefined ? `no ${of}` : `best ${of} ${toDigits(values[best], 3)} in epoch ${best}`;
}

/**
 * Training accuracy above, test accuracy below, against the epoch. A star marks the best epoch, the first one on a tie.
 * @param trainAccs a value per batch, of whole epochs; each epoch is drawn as the mean over its batches
 * @param testAccs a value per epoch
 */
export function accuracyCurve(trainAccs: ArrayLike<number>, testAccs: ArrayLike<number>): Figure {
  const test = Array.from(numbers(testAccs, 'testAccs', '[epochs]'));
  if (test.length === 0) throw new RangeError('testAccs: expected at least one epoch, found none');
  const train = perEpoch(trainAccs, test.length);
  const title = 'Accuracy in each epoch';
  const range = epochRange(test.length);
  return {
    data: [curve(train, 0, 'train'), curve(test, 1, 'test'), ...star(train, 0), ...star(test, 1)],
    layout: figureLayout(title, 500, {
      margin: { l: 84, r: 30, t: 56, b: 58 },
      annotations: [...starLabel(train, 0, range), ...starLabel(test, 1, range)],
      ...stacked(
        [
          { label: 'train accuracy', share: 1, yaxis: headroom(train) },
          { label: 'test accuracy', share: 1, yaxis: headroom(test) },
        ],
        'epoch',
        { range, ...wholeTicks(range) },
        0.08,
      ),
    }),
    alt: titled(
      title,
      `${describeBest(train, 'training accuracy')}, ${describeBest(test, 'test accuracy')}, last test accuracy ${toDigits(test[test.length - 1], 3)}, of ${plural(test.length, 'epoch')}.${gaps(trainAccs, test)}`,
    ),
  };
}

/**
 * The curves of a run in progress: one panel, whose axis spans all epochs from the start.
 * @param train a value per epoch so far
 * @param test a value per epoch so far
 * @param options.epochs number of epochs of the whole run; default: the epochs so far
 */
export function liveCurve(
  train: ArrayLike<number>,
  test: ArrayLike<number>,
  options: { epochs?: number } = {},
): Figure {
  checkFigure('liveCurve', options, ['epochs']);
  numbers(train, 'train', '[epochs]');
  numbers(test, 'test', '[epochs]');
  const epochs = Math.max(checkWhole('epochs', options.epochs ?? 0, 0), train.length, test.length, 2);
  const title = 'Accuracy while training';
  const range = epochRange(epochs);
  const series = [
    { name: 'train', y: train },
    { name: 'test', y: test },
  ];
  const best = highest(test);
  // In the legend, since a label near the star could cover a curve.
  const starName = best === undefined ? '' : `best test ${toDigits(test[best], 3)}, epoch ${best}`;
  const figure = lines(series, {
    title,
    xlabel: 'epoch',
    ylabel: 'accuracy',
    markers: epochs <= 40 || train.length <= 10,
    xrange: range,
  });
  const last = `after ${test.length} of ${plural(epochs, 'epoch')}, test accuracy ${toDigits(test[test.length - 1], 3)}`;
  return {
    data: [...figure.data, ...star(test, 0, { showlegend: true, name: starName })],
    layout: { ...figure.layout, yaxis: { ...(figure.layout.yaxis as Spec), ...headroom(train, test) } },
    alt: titled(
      title,
      test.length > 0
        ? `${last}, ${describeBest(test, 'test accuracy')}.${gaps(train, test)}`
        : 'no epoch has ended yet.',
    ),
  };
}

/**
 * Loss above, accuracy below, against the batch.
 * @param losses [n]
 * @param accuracies [n]
 */
export function lossAndAccuracy(
  losses: ArrayLike<number>,
  accuracies: ArrayLike<number>,
  options: { title?: string } = {},
): Figure {
  checkFigure('lossAndAccuracy', options, ['title']);
  const [n, others] = [losses, accuracies].map(
    (values, i) => numbers(values, ['losses', 'accuracies'][i], '[n]').length,
  );
  if (n === 0 || n !== others) {
    throw new RangeError(`lossAndAccuracy: expected as many losses as accuracies, found ${n} and ${others}`);
  }
  const title = options.title ?? 'Loss and accuracy';
  const range = epochRange(n);
  const panels: Panel[] = [
    { label: 'loss', share: 1, yaxis: { rangemode: 'tozero' } },
    { label: 'accuracy', share: 1, yaxis: { range: [-0.04, 1.04] } },
  ];
  const ends = (values: ArrayLike<number>, digits: number) =>
    `from ${toDigits(values[0], digits)} to ${toDigits(values[n - 1], digits)}`;
  return {
    data: [curve(losses, 0, 'loss'), curve(accuracies, 1, 'accuracy')],
    layout: figureLayout(title, 460, {
      margin: { l: 84, r: 30, t: 56, b: 58 },
      ...stacked(panels, 'batch', { range, ...wholeTicks(range) }, 0.08),
    }),
    alt: titled(
      title,
      `over ${plural(n, 'value')} each, the loss goes ${ends(losses, 4)}, the accuracy ${ends(accuracies, 3)}.${gaps(losses, accuracies)}`,
    ),
  };
}
