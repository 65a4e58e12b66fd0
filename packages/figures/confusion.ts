/** Which digits are taken for which. */
import { axis, colorbar, type Figure, figureLayout, INK, type Spec, texts } from './theme';
import { checkFigure, grouped, numbers, plural, round, rows, titled } from './values';

/**
 * How often the digit of each row was answered by the digit of each column.
 * @param matrix [n, n] counts, row-major: rows are the true digits
 */
export function confusionMatrix(matrix: ArrayLike<number>, options: { title?: string } = {}): Figure {
  checkFigure('confusionMatrix', options, ['title']);
  const n = Math.sqrt(numbers(matrix, 'matrix', '[n, n]').length);
  if (!Number.isInteger(n) || n === 0) {
    throw new RangeError(`matrix: expected n × n counts, found ${matrix.length}`);
  }
  const wrong = Array.from(matrix).findIndex((count) => !Number.isInteger(count) || count < 0);
  if (wrong >= 0) throw new RangeError(`matrix: expected whole counts from 0, found ${matrix[wrong]} at ${wrong}`);
  const cells = rows(matrix, n, 'matrix').flatMap((row, truth) => {
    const total = row.reduce((a, b) => a + b, 0) || 1;
    return row.map((count, answer) => ({ count, truth, answer, share: count / total }));
  });
  const shares = cells.map(({ share }) => share);
  const title = options.title ?? 'Confusion matrix';
  const shown = cells.filter(({ count }) => count > 0);
  const total = cells.reduce((sum, { count }) => sum + count, 0);
  const right = cells.reduce((sum, { count, truth, answer }) => sum + (truth === answer ? count : 0), 0);
  const worst = cells
    .filter(({ truth, answer }) => truth !== answer)
    .reduce((a, b) => (b.count > a.count ? b : a), { count: 0, truth: 0, answer: 0, share: 0 });
  const mistake =
    worst.count > 0
      ? `the most frequent mistake is a ${worst.truth} answered as ${worst.answer} (${plural(worst.count, 'time')})`
      : 'no mistakes';
  const ticks: Spec = { dtick: 1, showgrid: false };
  return {
    data: [
      // The root of the share: mistakes of one in a hundred must show next to a diagonal of nine in ten.
      {
        type: 'heatmap',
        z: rows(shares, n, 'matrix').map((row) => row.map((share) => round(Math.sqrt(share), 3))),
        zmin: 0,
        zmax: 1,
        colorscale: [
          [0, '#ffffff'],
          [0.5, '#6baed6'],
          [1, '#08306b'],
        ],
        colorbar: colorbar('share of the true digit', {
          tickvals: [0, 0.01, 0.1, 0.25, 0.5, 1].map(Math.sqrt),
          ticktext: ['0', '1%', '10%', '25%', '50%', '100%'],
        }),
        hovertemplate: 'a %{y} answered as %{x}<extra></extra>',
      },
      texts(
        shown.map(({ answer }) => answer),
        shown.map(({ truth }) => truth),
        shown.map(({ count }) => String(count)),
        { textfont: { size: 12, color: shown.map(({ share }) => (share > 0.3 ? '#ffffff' : INK)) } },
      ),
    ],
    layout: figureLayout(title, 560, {
      margin: { l: 90, r: 110, t: 56, b: 58 },
      xaxis: axis('answer', { ...ticks, range: [-0.5, n - 0.5] }),
      yaxis: axis('true digit', { ...ticks, range: [n - 0.5, -0.5] }),
    }),
    alt: titled(title, `${grouped(right)} of ${grouped(total)} right; ${mistake}.`),
  };
}
