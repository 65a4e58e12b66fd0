/** Bars side by side. */
import { checkWhole } from '../../src/common/checks';
import { axis, COLORS, type Figure, figureLayout, INK, type Labels, type Spec } from './theme';
import { checkFigure, extent, gaps, items, labelsOf, list, nameOf, numbers, titled, toDigits } from './values';

/** Bars of one colour, a value for each label. */
export interface Bars {
  name: string;
  y: ArrayLike<number>;
}

export interface BarOptions extends Labels {
  yrange?: readonly [number, number];
  /** Whether the axis of values is logarithmic; all values must then be above 0. */
  logY?: boolean;
  /** Decimals of the values on top of the bars; default 3. */
  digits?: number;
}

/** The share of a label's width that its bars fill. */
const FILLED = 0.8;

/**
 * Bars side by side, a group for each label, with their values on top. Values that are not finite have no bar. `<br>`
 * breaks a label into lines.
 * @throws RangeError for a value that is not above 0 on a logarithmic axis
 */
export function bars(labels: readonly (string | number)[], series: readonly Bars[], options: BarOptions = {}): Figure {
  checkFigure('bars', options, ['title', 'xlabel', 'ylabel', 'yrange', 'logY', 'digits']);
  const digits = checkWhole('digits', options.digits ?? 3, 0, 20);
  const title = options.title ?? '';
  const names = labelsOf(labels, 'labels');
  const groups = items(series, 'bars', '{ name, y }').map((group) => checked(group, names.length, options.logY));
  const lines = Math.max(1, ...names.map((name) => name.split('<br>').length));
  const data = groups.map(
    ({ name, y }, i): Spec => ({
      type: 'bar',
      name,
      x: names,
      y: list(y),
      text: Array.from(y, (value) => (Number.isFinite(value) ? toDigits(value, digits) : '')),
      textposition: 'outside',
      cliponaxis: false,
      textangle: 0,
      showlegend: groups.length > 1,
      marker: {
        color: COLORS[i % COLORS.length],
        line: { color: INK, width: 0.5 },
        pattern: {
          shape: ['', '/', 'x', '.'][i % 4],
          fillmode: 'overlay',
          fgcolor: '#ffffff',
          size: 7,
          solidity: 0.25,
        },
      },
    }),
  );
  // Without bars Plotly would choose an arbitrary range.
  const yrange = options.yrange ?? (extent(...groups.map(({ y }) => y)) ? undefined : [0, 1]);
  const spoken = groups.map(
    ({ name, y }) =>
      `${name}: ${names.map((label, i) => `${label.replaceAll('<br>', ' ')} ${toDigits(y[i], digits)}`).join(', ')}`,
  );
  return {
    data,
    layout: figureLayout(title, 360, {
      margin: { l: 80, r: 30, t: groups.length > 1 ? 90 : 66, b: 58 + 16 * (lines - 1) },
      bargap: 1 - FILLED,
      xaxis: axis(options.xlabel ?? '', { type: 'category', showgrid: false, range: [-0.5, names.length - 0.5] }),
      yaxis: axis(
        options.ylabel ?? '',
        options.logY ? logAxis(groups) : yrange ? { range: [...yrange] } : { rangemode: 'tozero' },
      ),
    }),
    alt: titled(title, `${spoken.join('; ')}.`) + gaps(...groups.map(({ y }) => y)),
  };
}

function checked(group: Bars, length: number, logY = false): Bars {
  const name = nameOf(group?.name, 'name');
  const y = numbers(group?.y, `bars: y of series '${name}'`, '[labels]', length);
  const low = logY ? Array.from(y).find((value) => value <= 0) : undefined;
  if (low !== undefined) {
    throw new RangeError(`bars: series '${name}': expected values above 0 on a logarithmic axis, found ${low}`);
  }
  return { name, y };
}

/** An axis between powers of ten around all values; bars begin at the lower end. */
function logAxis(groups: readonly Bars[]): Spec {
  const [low, high] = extent(...groups.map(({ y }) => y)) ?? [1, 1];
  return { type: 'log', dtick: 1, range: [Math.ceil(Math.log10(low)) - 1, Math.floor(Math.log10(high)) + 1] };
}
