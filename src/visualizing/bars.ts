/** Bars side by side. */
import { axis, COLORS, type Figure, figureLayout, INK, type Spec } from './theme';
import { extent, gaps, items, list, numbers, round, titled, toDigits, whole } from './values';

/** Bars of one colour, a value for each label. */
export interface Bars {
  name: string;
  y: ArrayLike<number>;
}

export interface BarOptions {
  title?: string;
  xlabel?: string;
  ylabel?: string;
  yrange?: readonly [number, number];
  /** Digits behind the point of the values on top; default 3. */
  digits?: number;
  alt?: string;
}

/** The share of a label's place that its bars fill. */
const FILLED = 0.8;

/** Bars side by side, a group for each label, with their values on top; '–' stands for a value that is no finite number. */
export function bars(labels: readonly (string | number)[], series: readonly Bars[], options: BarOptions = {}): Figure {
  const digits = whole(options.digits ?? 3, 'digits', 0, 20);
  const title = options.title ?? '';
  const names = items(labels, 'labels', 'texts or numbers').map(String);
  const groups = items(series, 'bars', '{ name, y }').map((group): Bars => {
    const name = String(group?.name ?? '');
    const y = numbers(group?.y, `bars: y of series '${name}'`, '[labels]');
    if (y.length !== names.length) {
      throw new RangeError(`bars: series '${name}': expected ${names.length} values, found ${y.length}`);
    }
    return { name, y };
  });
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
  // A missing bar cannot carry a label, so the dash stands on the axis, where the bar would be.
  const dashes = groups.flatMap(({ y }, i) =>
    Array.from(y).flatMap((value, label): Spec[] => {
      if (Number.isFinite(value)) return [];
      const x = round(label - FILLED / 2 + (FILLED * (i + 0.5)) / groups.length);
      return [{ x, y: 0, yref: 'y domain', yanchor: 'bottom', text: '–', showarrow: false }];
    }),
  );
  // Without a bar Plotly would make up a range.
  const yrange = options.yrange ?? (extent(...groups.map(({ y }) => y)) ? undefined : [0, 1]);
  const spoken = groups.map(
    ({ name, y }) => `${name}: ${names.map((label, i) => `${label} ${toDigits(y[i], digits)}`).join(', ')}`,
  );
  return {
    data,
    layout: figureLayout(title, 360, {
      margin: { l: 80, r: 30, t: groups.length > 1 ? 90 : 66, b: 58 },
      bargap: 1 - FILLED,
      ...(dashes.length > 0 ? { annotations: dashes } : {}),
      xaxis: axis(options.xlabel ?? '', { type: 'category', showgrid: false, range: [-0.5, names.length - 0.5] }),
      yaxis: axis(options.ylabel ?? '', yrange ? { range: [...yrange] } : { rangemode: 'tozero' }),
    }),
    alt: (options.alt ?? titled(title, `${spoken.join('; ')}.`)) + gaps(...groups.map(({ y }) => y)),
  };
}
