// The shared style of all drawings: the figures' colours, two line weights, three type sizes, and the few
// shapes that come again in each drawing. Coordinates are those of a frame 760 wide, as the figures have it.
import { escapeHtml } from '../../../../packages/system/html.mjs';

/** The colours of the figures' theme (Okabe and Ito's), each with one meaning in all drawings, and a few greys. */
export const color = {
  potential: '#0072B2', // blue
  spike: '#D55E00', // vermilion
  weight: '#009E73', // green
  gradient: '#CC79A7', // purple
  leftover: '#E69F00', // orange
  current: '#56B4E9', // sky
  ink: '#222222',
  quiet: '#595959',
  silent: '#bdbdbd',
  rule: '#e6e6e6',
  white: '#ffffff',
  panel: '#fbfaf7',
};

/** Type sizes. Shown 390 pixels wide, on a phone, they are half as large. */
export const size = { heading: 20, label: 18, note: 16 };
/** Line weights: outlines and axes; curves, arrows and spikes. */
export const weight = { thin: 1.5, strong: 3 };

export const WIDTH = 760;
const FONT = 'DejaVu Sans, Verdana, sans-serif';

/** One decimal is a tenth of a pixel, and the same text on every machine. */
export const n = (/** @type {number} */ value) => String(Number(value.toFixed(1)) + 0);
/**
 * @typedef {{ fill?: string, opacity?: number | string, stroke?: string, width?: number, dash?: string, cap?: string }}
 * Paint
 *   stroke and fill of a shape, by short names
 * @typedef {{ align?: string, type?: number, fill?: string, bold?: boolean }} Type
 * @typedef {number[]} Point [x, y]
 * @typedef {string | undefined | false | any[]} Shapes SVG, in lists of any depth
 */

/** @param {Record<string, string | number | undefined>} values */
const attributes = (values) =>
  Object.entries(values)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}="${typeof value === 'number' ? n(value) : value}"`)
    .join('');

const paint = (/** @type {Paint} */ { fill = 'none', opacity, stroke, width = weight.thin, dash, cap } = {}) =>
  attributes({
    fill,
    'fill-opacity': opacity === undefined ? undefined : String(opacity),
    stroke,
    'stroke-width': stroke ? width : undefined,
    'stroke-dasharray': dash,
    'stroke-linecap': cap,
  });

/**
 * @param {number} x1
 * @param {number} y1
 * @param {number} x2
 * @param {number} y2
 * @param {Paint} style
 */
export const line = (x1, y1, x2, y2, { stroke = color.ink, ...style } = {}) =>
  `<path d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"${paint({ stroke, ...style })}/>`;
/**
 * @param {string} d
 * @param {Paint} style
 */
export const path = (d, style) => `<path d="${d}"${paint(style)} stroke-linejoin="round"/>`;
/**
 * A line through points; closed if it is filled.
 * @param {Point[]} points
 * @param {Paint} style
 */
export const polyline = (points, style) =>
  path(`M${points.map(([x, y]) => `${n(x)} ${n(y)}`).join('L')}${style.fill ? 'Z' : ''}`, style);
/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {Paint & { radius?: number }} style
 */
export const rect = (x, y, width, height, { radius, ...style }) =>
  `<rect${attributes({ x, y, width, height, rx: radius })}${paint(style)}/>`;
/**
 * @param {number} cx
 * @param {number} cy
 * @param {number} r
 * @param {Paint} style
 */
export const circle = (cx, cy, r, style) => `<circle${attributes({ cx, cy, r })}${paint(style)}/>`;

/**
 * A line of text on the baseline y; `align` is start, middle or end.
 * @param {number} x
 * @param {number} y
 * @param {string} string
 * @param {Type} type
 */
export const text = (x, y, string, { align = 'middle', type = size.label, fill = color.ink, bold } = {}) =>
  `<text${attributes({ x, y, 'font-size': type, fill, 'text-anchor': align === 'start' ? undefined : align, 'font-weight': bold ? 'bold' : undefined })}>${escapeHtml(string)}</text>`;
/**
 * @param {number} x
 * @param {number} y
 * @param {string} string
 * @param {Type} [options]
 */
export const heading = (x, y, string, options) => text(x, y, string, { type: size.heading, bold: true, ...options });
/**
 * @param {number} x
 * @param {number} y
 * @param {string} string
 * @param {Type} [options]
 */
export const note = (x, y, string, options) => text(x, y, string, { type: size.note, fill: color.quiet, ...options });

/**
 * An arrow through points, its head at the last.
 * @param {Point[]} points
 * @param {Paint} style
 */
export function arrow(points, { stroke = color.ink, width = weight.strong, dash } = {}) {
  const [[x1, y1], [x2, y2]] = points.slice(-2);
  const length = Math.hypot(x2 - x1, y2 - y1);
  const [dx, dy] = [(x2 - x1) / length, (y2 - y1) / length];
  const [long, half] = [7 + 2 * width, 3 + width];
  const base = [x2 - dx * long, y2 - dy * long];
  const head = [
    [x2, y2],
    [base[0] - dy * half, base[1] + dx * half],
    [base[0] + dy * half, base[1] - dx * half],
  ];
  return polyline([...points.slice(0, -1), base], { stroke, width, dash }) + polyline(head, { fill: stroke });
}

/**
 * A spike: an upright stroke with its foot at y.
 * @param {number} x
 * @param {number} y
 * @param {number} height
 * @param {Paint} style
 */
export const spike = (x, y, height = 18, { stroke = color.spike, width = weight.strong } = {}) =>
  line(x, y, x, y - height, { stroke, width });

/**
 * A neuron, with a name or a number in it.
 * @param {number} x
 * @param {number} y
 * @param {number} r
 * @param {string} [string]
 * @param {Paint & Type} style
 */
export const neuron = (
  x,
  y,
  r,
  string,
  { fill = color.white, stroke = color.ink, width = weight.thin, ...style } = {},
) =>
  circle(x, y, r, { fill, stroke, width }) +
  (string === undefined ? '' : text(x, y + 6, string, { type: size.note, ...style }));

/**
 * Six of the pixels in one step, with their feet at y: those with a 1 fire.
 * @param {number} x
 * @param {number} y
 * @param {string} pattern
 */
export const inputSpikes = (x, y, pattern) =>
  [...pattern].map((s, i) => {
    const at = x - 35 + i * 14;
    return [line(at - 5, y, at + 5, y, { stroke: color.silent }), s === '1' && spike(at, y)];
  });

/**
 * A small bump: the surrogate's slope.
 * @param {number} x
 * @param {number} y
 */
export function bump(x, y) {
  const half = (/** @type {number} */ side) => `${n(x + side * 5)} ${n(y + 7)} ${n(x + side * 4)} ${n(y - 8)}`;
  const curve = `M${n(x - 12)} ${n(y + 7)}C${half(-1)} ${n(x)} ${n(y - 8)}C${n(x + 4)} ${n(y - 8)} ${n(x + 5)} ${n(y + 7)} ${n(x + 12)} ${n(y + 7)}`;
  return [
    circle(x, y, 16, { fill: color.white, stroke: color.gradient }),
    path(curve, { stroke: color.gradient, width: 2 }),
  ];
}

/**
 * A 28 × 28 image with its upper left corner at (x, y), in 16 shades.
 * @param {ArrayLike<number>} pixels
 * @param {number} x
 * @param {number} y
 * @param {number} cell
 */
export function digit(pixels, x, y, cell) {
  const shades = new Map();
  for (const [i, value] of Array.from(pixels).entries()) {
    const shade = Math.round((value / 255) * 15);
    if (shade === 0) continue;
    const square = `M${n(x + (i % 28) * cell)} ${n(y + Math.floor(i / 28) * cell)}h${n(cell)}v${n(cell)}h-${n(cell)}z`;
    shades.set(shade, (shades.get(shade) ?? '') + square);
  }
  const squares = [...shades].sort(([a], [b]) => a - b);
  return [
    '<g shape-rendering="crispEdges">',
    rect(x, y, 28 * cell, 28 * cell, { fill: color.ink }),
    squares.map(([shade, d]) => `<path d="${d}" fill="${color.white}" fill-opacity="${(shade / 15).toFixed(2)}"/>`),
    '</g>',
  ];
}

/** The line of the gradient's way back. */
export const back = { stroke: color.gradient, dash: '7 5' };

/**
 * A network unrolled in time: half of a neuron's width, and how far what goes forward runs beside a column's middle, to
 * the left.
 */
export const UNROLLED = { neuron: 30, apart: 13 };

/**
 * A box of weights around a middle; `half` is half its width and half its height.
 * @param {number} x
 * @param {number} y
 * @param {string} name
 * @param {number[]} half
 */
export const weightsBox = (x, y, name, [across, down]) => [
  rect(x - across, y - down, 2 * across, 2 * down, {
    radius: 6,
    fill: color.white,
    stroke: color.weight,
    width: weight.strong,
  }),
  text(x, y + 6, name),
];

/**
 * One time step of an unrolled network, from its input spikes up to what they end in, and the gradient down to the
 * weights.
 * @param {{ x: number, name: string, pattern: string }} step
 * @param {{ top: number, bump: number, neuron: number, weights: number, input: number, name: number }} row
 * @param {number[]} half of the box of weights, as in `weightsBox`
 */
export function timeStep({ x, name, pattern }, row, half) {
  const [left, right] = [x - UNROLLED.apart, x + UNROLLED.apart];
  const [above, below] = [row.neuron - UNROLLED.neuron, row.neuron + UNROLLED.neuron];
  const up = (/** @type {number} */ from, /** @type {number} */ to, style = {}) =>
    arrow(
      [
        [left, from],
        [left, to],
      ],
      style,
    );
  const down = (/** @type {number} */ from, /** @type {number} */ to) =>
    arrow(
      [
        [right, from],
        [right, to],
      ],
      back,
    );
  return [
    inputSpikes(x, row.input + 26, pattern),
    line(left, row.input, left, row.weights, { width: weight.strong }),
    up(row.weights, below),
    down(below, row.weights - half[1] - 2),
    weightsBox(x, row.weights, 'W', half),
    up(above, row.top + 22, { stroke: color.spike }),
    down(row.top + 22, above + 2),
    bump(right, row.bump),
    circle(x, row.neuron, UNROLLED.neuron, { fill: color.white, stroke: color.ink, width: weight.strong }),
    text(x, row.neuron + 6, 'LIF'),
    note(x, row.name, name, { fill: color.ink }),
  ];
}

/**
 * Two boxes at the height y, the count of the spikes and the loss, with the way from one to the other and back.
 * @param {number} y
 * @param {{ left: number, right: number }} count
 * @param {{ left: number, right: number }} loss
 */
export function countAndLoss(y, count, loss) {
  const box = (/** @type {{ left: number, right: number }} */ { left, right }, /** @type {string} */ name) => [
    rect(left, y - 20, right - left, 40, { radius: 8, fill: color.white, stroke: color.ink }),
    text((left + right) / 2, y + 6, name),
  ];
  return [
    box(count, 'count the spikes'),
    box(loss, 'loss'),
    arrow([
      [count.right, y - 9],
      [loss.left - 1, y - 9],
    ]),
    arrow(
      [
        [loss.left, y + 9],
        [count.right + 1, y + 9],
      ],
      back,
    ),
  ];
}

/**
 * The document. Its ground is an opaque panel: the drawings are shown as <img>, where JupyterLab's dark theme does not
 * reach them and `prefers-color-scheme` follows the system instead of the page; dark lines on a transparent ground
 * would vanish there.
 * @param {{ name: string, title: string, desc: string, height: number }} about
 * @param {Shapes[]} shapes
 */
export function drawing({ name, title, desc, height }, ...shapes) {
  const svg = attributes({
    xmlns: 'http://www.w3.org/2000/svg',
    width: WIDTH,
    height,
    viewBox: `0 0 ${WIDTH} ${height}`,
    role: 'img',
    'aria-labelledby': `${name}-title ${name}-desc`,
    'font-family': FONT,
  });
  const panel = rect(0.5, 0.5, WIDTH - 1, height - 1, { radius: 12, fill: color.panel, stroke: color.rule });
  const body = [panel, ...shapes.flat(Number.POSITIVE_INFINITY)].filter(Boolean).join('\n');
  return `<svg${svg}>
<title id="${name}-title">${escapeHtml(title)}</title>
<desc id="${name}-desc">${escapeHtml(desc)}</desc>
${body}
</svg>
`;
}
