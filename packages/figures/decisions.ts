/** What a network answers at each point of a plane, and the samples that it was shown. */
import type { Series } from './curves';
import { axis, COLORS, type Figure, figureLayout, GAP, type Spec } from './theme';
import { checkFigure, enumerated, gaps, items, list, nameOf, numbers, rows, titled } from './values';

export interface DecisionOptions {
  title?: string;
  /** The classes' names; default 'class 0', 'class 1', … as far as there are answers. */
  classes?: readonly string[];
  /** Samples, those of class 0 first, in the colour of their class. */
  points?: readonly Pick<Series, 'name' | 'x' | 'y'>[];
}

/**
 * The decision map of two inputs from 0 to 1: a square whose colours are the answers.
 * @param answers [n, n] the class at the middle of each cell, row-major from below; no finite number where there is none
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
