/** A value for each pair of two settings, as colours with numbers on them. */
import { axis, colorbar, type Figure, figureLayout, GAP, INK, type Spec, texts } from './theme';
import { checkFigure, extent, gaps, highest, labelsOf, list, numbers, round, rows, titled, toDigits } from './values';

export interface HeatmapOptions {
  title?: string;
  xlabel?: string;
  ylabel?: string;
  /** Label of the colour bar. */
  valueLabel?: string;
  /** Lowest and highest value of the colours, so that two figures can be compared; default: those of the values. */
  zrange?: readonly [number, number];
  /** Digits behind the point of the numbers; default 3. */
  digits?: number;
}

/**
 * Values of two settings as colours.
 * @param x labels of the columns, from left to right
 * @param y labels of the rows, from below
 * @param values [y, x], row-major; one that is not finite is a grey cell
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
  // Viridis is dark below and bright from its upper third on.
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

/** An axis with a name for each column or row. */
const ticks = (names: readonly string[]): Spec => ({
  tickmode: 'array',
  tickvals: names.map((_, i) => i),
  ticktext: [...names],
  range: [-0.5, names.length - 0.5],
  showgrid: false,
});
