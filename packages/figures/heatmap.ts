/** Heatmaps: a value for each pair of two settings, a confusion matrix, and the answers of a network in a plane. */
import type { Series } from './curves';
import { axis, COLORS, colorbar, type Figure, figureLayout, GAP, INK, type Labels, type Spec, texts } from './theme';
import {
  checkFigure,
  enumerated,
  extent,
  gaps,
  grouped,
  highest,
  items,
  labelsOf,
  list,
  nameOf,
  numbers,
  plural,
  round,
  rows,
  titled,
  toDigits,
} from './values';

export interface HeatmapOptions extends Labels {
  /** Label of the colour bar. */
  valueLabel?: string;
  /** Ends of the colour scale, to compare figures; default: the lowest and the highest value. */
  zrange?: readonly [number, number];
  /** Decimals of the numbers; default 3. */
  digits?: number;
}

/**
 * Values as colours, with the numbers on them.
 * @param x labels of the columns, from left to right
 * @param y labels of the rows, from bottom to top
 * @param values [y, x], row-major; values that are not finite are grey
 */
export function heatmap(
  x: readonly (string | number)[],
  y: readonly (string | number)[],
  values: ArrayLike<number>,
  options: HeatmapOptions = {},
): Figure {
  checkFigure('heatmap', options, ['title', 'xlabel', 'ylabel', 'valueLabel', 'zrange', 'digits']);
  const { title = '', digits = 3, xlabel = '', ylabel = '' } = options;
  const [columns, lines] = [labelsOf(x, 'x'), labelsOf(y, 'y')];
  const count = columns.length * lines.length;
  if (count === 0 || numbers(values, 'values', '[y, x]').length !== count) {
    throw new RangeError(`values: expected ${lines.length} × ${columns.length} = ${count}, found ${values?.length}`);
  }
  const [low, high] = options.zrange ?? extent(values) ?? [0, 1];
  const cells = Array.from(values, (value, i) => ({
    value,
    column: i % columns.length,
    row: Math.floor(i / columns.length),
  }));
  const shown = cells.filter(({ value }) => Number.isFinite(value));
  // The upper third of Viridis is bright and needs dark text.
  const ink = (value: number) => ((value - low) / (high - low || 1) > 0.62 ? INK : '#ffffff');
  const [best, worst] = [highest(values), highest(Array.from(values, (value) => -value))];
  const spoken = (i: number) =>
    `${toDigits(values[i], digits)} at ${`${ylabel} ${lines[cells[i].row]}, ${xlabel} ${columns[cells[i].column]}`.trim()}`;
  const ends =
    best === undefined || worst === undefined ? 'without a value' : `highest ${spoken(best)}; lowest ${spoken(worst)}`;
  return {
    data: [
      {
        type: 'heatmap',
        z: rows(values, columns.length, 'values').map((row) => list(row)),
        zmin: round(low),
        zmax: round(high),
        xgap: 1,
        ygap: 1,
        colorscale: 'Viridis',
        colorbar: colorbar(options.valueLabel ?? ''),
        hoverinfo: 'skip',
      },
      texts(
        shown.map(({ column }) => column),
        shown.map(({ row }) => row),
        shown.map(({ value }) => toDigits(value, digits)),
        { textfont: { size: 12, color: shown.map(({ value }) => ink(value)) } },
      ),
    ],
    layout: figureLayout(title, 130 + Math.max(3, lines.length) * 42, {
      plot_bgcolor: GAP,
      margin: { l: 70, r: 110, t: 56, b: 58 },
      xaxis: axis(xlabel, ticks(columns)),
      yaxis: axis(ylabel, ticks(lines)),
    }),
    alt: titled(title, `${lines.length} × ${columns.length} values, ${ends}.`) + gaps(values),
  };
}

/** The ticks of an axis with a name for each column or row. */
const ticks = (names: readonly string[]): Spec => ({
  tickmode: 'array',
  tickvals: names.map((_, i) => i),
  ticktext: [...names],
  range: [-0.5, names.length - 0.5],
  showgrid: false,
});

/**
 * A confusion matrix: how often each digit (row) got each answer (column).
 * @param matrix [n, n] counts, row-major; rows are true digits
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
      // Colours show the square root of the share, so that 1 % of mistakes is visible beside 90 % on the diagonal.
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

export interface DecisionOptions {
  title?: string;
  /** Names of the classes; default 'class 0', 'class 1' and so on. */
  classes?: readonly string[];
  /** Samples to draw in the colour of their class, one series per class in order. */
  points?: readonly Pick<Series, 'name' | 'x' | 'y'>[];
}

/**
 * A decision map: answers to two inputs from 0 to 1, as colours of a square.
 * @param answers [n, n] the class at the middle of each cell, row-major from the bottom; NaN without an answer
 */
export function decisionMap(answers: ArrayLike<number>, options: DecisionOptions = {}): Figure {
  checkFigure('decisionMap', options, ['title', 'classes', 'points']);
  const { title = '', points = [] } = options;
  const side = Math.sqrt(numbers(answers, 'answers', '[n, n]').length);
  if (!Number.isInteger(side) || side === 0) throw new RangeError(`answers: expected n × n, found ${answers.length}`);
  const given = Array.from(answers).filter(Number.isFinite);
  const wrong = given.find((answer) => !(Number.isInteger(answer) && answer >= 0 && answer < COLORS.length));
  if (wrong !== undefined)
    throw new RangeError(`answers: expected whole numbers from 0 to ${COLORS.length - 1}, found ${wrong}`);
  const usual = Array.from({ length: Math.max(1, ...given.map((answer) => answer + 1)) }, (_, i) => `class ${i}`);
  const names = items(options.classes ?? usual, 'classes', 'texts').map((name) => nameOf(name, 'classes'));
  const shown = points.map(({ name, y }) => `${name} ${y?.length}`);
  const shares = names.map((name, i) => {
    const share = given.filter((answer) => answer === i).length / Math.max(1, given.length);
    return `${name} ${(100 * share).toFixed(1)} %`;
  });
  return {
    data: [
      {
        type: 'heatmap',
        z: rows(answers, side, 'answers').map((row) => list(row)),
        x0: 0.5 / side,
        dx: 1 / side,
        y0: 0.5 / side,
        dy: 1 / side,
        zmin: -0.5,
        zmax: COLORS.length - 0.5,
        showscale: false,
        opacity: 0.4,
        hoverinfo: 'skip',
        colorscale: COLORS.flatMap((color, i) => [i, i + 1].map((end) => [end / COLORS.length, color])),
      },
      ...items(points, 'points', '{ name, x, y }').map(
        ({ name, x = [], y }, i): Spec => ({
          type: 'scatter',
          mode: 'markers',
          name: nameOf(name, 'points'),
          x: list(numbers(x, 'points: x', '[points]')),
          y: list(numbers(y, 'points: y', '[points]')),
          marker: { color: COLORS[i % COLORS.length], size: 5, line: { color: '#ffffff', width: 0.7 } },
        }),
      ),
    ],
    layout: figureLayout(title, 500, {
      plot_bgcolor: GAP,
      margin: { l: 170, r: 170, t: points.length > 0 ? 82 : 56, b: 58 },
      xaxis: axis('x', { range: [0, 1], dtick: 0.25, showgrid: false }),
      yaxis: axis('y', { range: [0, 1], dtick: 0.25, showgrid: false }),
      showlegend: points.length > 0,
    }),
    alt:
      titled(
        title,
        given.length > 0 ? `${side} × ${side} answers, ${enumerated(shares)} of those given.` : 'no answers.',
      ) +
      (shown.length > 0 ? ` Points: ${enumerated(shown)}.` : '') +
      gaps(answers),
  };
}
