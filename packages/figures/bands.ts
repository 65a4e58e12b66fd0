/** Curves of means, each in the band of its intervals. */
import { type LineOptions, lines } from './curves';
import { curveStyle, type Figure, type Spec } from './theme';
import { items, list, numbers } from './values';

/** A named curve of means; the band goes from low to high. */
export interface Band {
  name: string;
  x: ArrayLike<number>;
  mean: ArrayLike<number>;
  low: ArrayLike<number>;
  high: ArrayLike<number>;
}

/** Curves in one panel, such as accuracy by epoch for each setting, with the intervals over seeds around them. */
export function bands(series: readonly Band[], options: LineOptions = {}): Figure {
  const curves = items(series, 'bands', '{ name, x, mean, low, high }');
  const figure = lines(
    curves.map(({ name, x, mean }) => ({ name, x, y: mean })),
    options,
  );
  const around = curves.map(({ name, x, mean, low, high }, i): Spec => {
    for (const [what, values] of Object.entries({ low, high })) {
      const { length } = numbers(values, `bands: ${what} of '${name}'`, '[points]');
      if (length !== mean.length) {
        throw new RangeError(`bands: ${what} of '${name}': expected ${mean.length} values, found ${length}`);
      }
    }
    const kept = Array.from(mean, (_, at) => at).filter((at) => Number.isFinite(low[at]) && Number.isFinite(high[at]));
    const back = [...kept].reverse();
    return {
      type: 'scatter',
      mode: 'lines',
      x: list(
        [...kept, ...back].map((at) => x[at]),
        7,
      ),
      y: list([...kept.map((at) => high[at]), ...back.map((at) => low[at])]),
      fill: 'toself',
      fillcolor: curveStyle(i).color,
      opacity: 0.2,
      line: { width: 0 },
      hoverinfo: 'skip',
      showlegend: false,
      legendgroup: name,
    };
  });
  const means = figure.data.map((trace) => ({ ...trace, legendgroup: trace.name }));
  return { ...figure, data: [...means, ...around] };
}
