/** Images side by side, of 28 × 28 pixels or of others: digits, spikes, and weights. */
import { checkChoice, checkWhole } from '../../src/common/checks';
import { CLASSES, IMAGE_SIDE, IMAGE_SIZE } from '../../src/common/mnist';
import { MOST_SIDE } from '../networks/images';
import { hiddenOf } from '../networks/options/weights';
import {
  colorbar,
  DIVERGING,
  type Figure,
  figureLayout,
  GAP,
  hiddenAxis,
  type Json,
  PAPER,
  type Spec,
  texts,
  WIDTH,
} from './theme';
import {
  checkFigure,
  extent,
  gaps,
  items,
  labelsOf,
  list,
  nameOf,
  numbers,
  plural,
  round,
  rows,
  titled,
  transpose,
} from './values';

/** Pixels between two images. */
const BETWEEN = 3;
/** From this many images on, bytes are stored as base64: in a notebook's JSON each number would take a line. */
const MIN_PACKED = 30;
/** Height of a caption above its image, in CSS pixels. */
const CAPTION = 26;

interface Mosaic {
  title: string;
  columns: number;
  /** Rows and columns of an image; those of MNIST by default. */
  size?: readonly [rows: number, columns: number];
  /** A caption above each image; may be empty. */
  captions: readonly string[];
  /** Names at the left of the rows. */
  names?: readonly string[];
  /** Options of the heatmap's trace for its colours. */
  colors: Spec;
}

/** Draws all images as a single heatmap, which is one picture in the SVG. */
function mosaic(images: readonly (number | null)[][], options: Mosaic): Pick<Figure, 'data' | 'layout'> {
  const { columns, captions, names = [], size = [IMAGE_SIDE, IMAGE_SIDE] } = options;
  const [high, wide] = size;
  const cell = wide + BETWEEN;
  // A column is at most 180 px wide, a single image 300; the rest becomes margins.
  const scale = options.colors.showscale === false ? 0 : 90;
  const label = Math.max(0, ...names.map((name) => name.length * 9 + 8));
  const inner = Math.min(WIDTH - 40 - scale - label, columns > 1 ? columns * 180 : 300);
  const side = (WIDTH - inner - scale - label) / 2;
  const w = columns * cell - BETWEEN;
  const caption = Math.ceil((CAPTION * w) / inner);
  const tops: number[] = [];
  let h = -BETWEEN;
  for (let row = 0; row < Math.ceil(images.length / columns); row++) {
    const captioned = captions.slice(row * columns, (row + 1) * columns).some((text) => text !== '');
    tops.push(h + BETWEEN + (captioned ? caption : 0));
    h = tops[row] + high;
  }
  const corner = (i: number): [number, number] => [(i % columns) * cell, tops[Math.floor(i / columns)]];
  const z: (number | null)[][] = Array.from({ length: h }, () => new Array(w).fill(null));
  for (const [i, image] of images.entries()) {
    const [left, top] = corner(i);
    for (const [pixel, value] of image.entries()) {
      z[top + Math.floor(pixel / wide)][left + (pixel % wide)] = value;
    }
  }
  const isPacked =
    images.length >= MIN_PACKED &&
    images.length % columns === 0 &&
    captions.length === 0 &&
    images.every((image) => image.every((value) => value !== null && Uint8Array.of(value)[0] === value));
  const rect = (x0: number, y0: number, x1: number, y1: number): Spec => ({ type: 'rect', x0, y0, x1, y1 });
  // Bytes cannot be null, so the space between packed images is covered.
  const paper = (...corners: Parameters<typeof rect>): Spec => {
    return { ...rect(...corners), line: { width: 0 }, fillcolor: PAPER };
  };
  const between = [
    ...Array.from({ length: columns - 1 }, (_, i) => (i + 1) * cell - BETWEEN - 0.5).map((x) =>
      paper(x, -0.5, x + BETWEEN, h - 0.5),
    ),
    ...tops.slice(1).map((top, row) => paper(-0.5, tops[row] + high - 0.5, w - 0.5, top - 0.5)),
  ];
  const outlines = images.flatMap((image, i): Spec[] => {
    const [x0, y0] = corner(i).map((at) => at - 0.5);
    const frame = rect(x0, y0, x0 + wide, y0 + high);
    const outline = { ...frame, line: { color: '#888888', width: 1 } };
    // White is a colour of the scale, so missing values are grey.
    const behind = { ...frame, line: { width: 0 }, fillcolor: GAP, layer: 'below' };
    return image.includes(null) ? [behind, outline] : [outline];
  });
  const shapes = isPacked ? [...between, ...outlines] : outlines;
  const data: Spec[] = [{ type: 'heatmap', z: isPacked ? pack(z) : z, hoverinfo: 'z', ...options.colors }];
  const named = images.map((_, i) => i).filter((i) => captions[i]);
  if (named.length > 0) {
    const x = named.map((i) => corner(i)[0] - 0.5 + wide / 2);
    const y = named.map((i) => corner(i)[1] - 0.5 - caption / 2);
    const text = named.map((i) => captions[i]);
    data.push(texts(x, y, text, { cliponaxis: false }));
  }
  const annotations = names.map((text, row): Spec => {
    const y = tops[row] + high / 2 - 0.5;
    return { x: -0.6, y, text, xanchor: 'right', showarrow: false, xshift: -8, font: { size: 14 } };
  });
  const height = Math.round((inner * h) / w) + 52 + 18;
  return {
    data,
    layout: figureLayout(options.title, height, {
      margin: { l: side + label, r: side + scale, t: 52, b: 18, autoexpand: false },
      shapes,
      ...(annotations.length > 0 ? { annotations } : {}),
      xaxis: { ...hiddenAxis, range: [-0.6, w - 0.4] },
      yaxis: { ...hiddenAxis, range: [h - 0.4, -0.6] },
    }),
  };
}

/** Rows of bytes in plotly.js's base64 form. */
function pack(z: readonly (number | null)[][]): Json {
  const text = z.map((row) => String.fromCharCode(...row.map((value) => value ?? 0))).join('');
  return { dtype: 'u1', bdata: btoa(text), shape: `${z.length}, ${z[0].length}` };
}

export interface DigitOptions {
  /** A caption above each image. */
  captions?: readonly (string | number)[];
  /** Images per row; default: all if at most six, otherwise at most eight. */
  columns?: number;
  /** Rows and columns of an image; default 28 × 28. */
  size?: readonly [rows: number, columns: number];
  title?: string;
}

/**
 * Images of 28 × 28 or other pixels; for spikes, the same as SpikingJelly's `plot_2d_spiking_feature_map`.
 * @param images [n, 784] or [n, rows × columns], row-major, 0 to 255 or 0 to 1 (or spikes, 0 and 1)
 */
export function digits(images: ArrayLike<number>, options: DigitOptions = {}): Figure {
  checkFigure('digits', options, ['captions', 'columns', 'size', 'title']);
  const [high, wide] = options.size ?? [IMAGE_SIDE, IMAGE_SIDE];
  checkWhole('rows', high, 1, MOST_SIDE);
  checkWhole('columns of an image', wide, 1, MOST_SIDE);
  const each = rows(images, high * wide, 'images').map((image) => list(image, 3));
  const captions = labelsOf(options.captions ?? [], 'captions');
  const usual = each.length > 6 ? Math.min(8, Math.ceil(each.length / 2)) : each.length;
  const columns = Math.min(checkWhole('columns', options.columns ?? usual, 1), each.length);
  const title = options.title ?? (each.length === 1 ? 'Image' : 'Images');
  const [, highest] = extent(images) ?? [0, 1];
  const colors: Spec = { colorscale: 'Viridis', zmin: 0, zmax: highest > 1 ? 255 : 1, showscale: false };
  const named =
    captions.length > 0
      ? `, captioned ${captions.slice(0, 20).join(captions.some((text) => text.includes(',')) ? '; ' : ', ')}`
      : '';
  const text = `${plural(each.length, 'image')} of ${wide} × ${high} pixels${named}.`;
  return {
    ...mosaic(each, { title, columns, captions, colors, size: [high, wide] }),
    alt: titled(title, `${text}${gaps(images)}`),
  };
}

export interface WeightOptions {
  title?: string;
  /** A caption above each image; default: the number of its neuron. */
  captions?: readonly string[];
  /** One colour scale for 'all' neurons, to compare them (the default), or one for 'each', to see its details. */
  scale?: 'all' | 'each';
  /** What a value is called in the colour bar and the description. Default 'weight'. */
  what?: string;
}

/** Splits weights [784, n] into [n][784]. */
function splitNeurons(weights: ArrayLike<number>, what: string): number[][] {
  const neurons = numbers(weights, what, '[784, n]').length / IMAGE_SIZE;
  if (!Number.isInteger(neurons) || neurons === 0) {
    throw new RangeError(`${what}: expected [784, n], found ${plural(weights.length, 'value')}`);
  }
  return transpose(rows(weights, neurons, what));
}

/** The 99.5th percentile of the absolute weights; with the maximum, a few outliers would make the rest pale. */
function findLimit(weights: number[]): number {
  const sizes = weights
    .filter(Number.isFinite)
    .map(Math.abs)
    .sort((a, b) => a - b);
  return round(sizes[Math.floor(sizes.length * 0.995)] || sizes[sizes.length - 1] || 1, 2) as number;
}

/** Breaks a long name into lines: there is room for about ten letters beside the images. */
const inLines = (name: string) => name.replace(/(.{8,}?) /g, '$1<br>');

const weightColors = (limit: number, title: string, more: Spec = {}): Spec => ({
  colorscale: DIVERGING,
  zmin: -limit,
  zmax: limit,
  colorbar: colorbar('', { title: { text: inLines(title), side: 'top', font: { size: 14 } }, ...more }),
});

/** Colours of weights divided by their neuron's limit. */
const ownColors = (what = 'weight'): Spec => ({
  ...weightColors(1, what, { tickvals: [-0.85, 0, 0.85], ticktext: ['negative', '0', 'positive'], ticks: '' }),
  hovertemplate: '%{z} of the limit<extra></extra>',
});

const divided = (weights: number[], by: number): (number | null)[] =>
  list(
    weights.map((weight) => weight / by),
    2,
  );

/**
 * The weights of each neuron as an image: red pixels are evidence for its digit, blue ones against it.
 * @param weights [784, n], row-major, as in a dense layer
 */
export function weightImages(weights: ArrayLike<number>, options: WeightOptions = {}): Figure {
  checkFigure('weightImages', options, ['title', 'captions', 'scale', 'what']);
  const images = splitNeurons(weights, 'weights');
  const { title = 'The weights of each neuron, as images', scale = 'all', what = 'weight' } = options;
  checkChoice('scale', scale, ['all', 'each']);
  const columns = Math.min(5, images.length);
  const isEach = scale === 'each';
  const limits = isEach ? images.map(findLimit) : [findLimit(images.flat())];
  const captions = items(
    options.captions ?? images.map((_, i) => `neuron ${i}${isEach ? `, ±${limits[i]}` : ''}`),
    'captions',
    'texts',
  );
  const drawn = mosaic(
    images.map((image, i) => (isEach ? divided(image, limits[i]) : list(image, 2))),
    { title, columns, captions, colors: isEach ? ownColors(what) : weightColors(limits[0], what) },
  );
  const [values, named] = what === 'weight' ? ['weights', 'weights'] : ['values', `values (${what})`];
  const text = `${plural(images.length, 'image')} of 28 × 28 ${named}, from blue (negative) over white (0) to red (positive)`;
  const ends = isEach
    ? `The colours of each end at the 99.5th percentile of its own ${values}`
    : `The colours end at ±${limits[0]}, the 99.5th percentile`;
  return {
    ...drawn,
    alt: titled(title, `${text}. ${ends}; ${values} beyond it have the colour of the end.${gaps(weights)}`),
  };
}

/** The weights of one network. */
export interface Weights {
  name: string;
  /** [784, n], row-major. */
  weights: ArrayLike<number>;
}

/**
 * The weights of several networks: a row for each network, a column for each neuron. Each image has its own colour scale,
 * since the weights of an ANN and an SNN differ in size.
 * @param networks all with the same number of neurons
 */
export function compareWeights(networks: readonly Weights[], options: { title?: string } = {}): Figure {
  checkFigure('compareWeights', options, ['title']);
  const each = items(networks, 'networks', '{ name, weights }').map((network) =>
    splitNeurons(network?.weights, 'weights'),
  );
  if (each.length === 0) throw new RangeError('networks: expected at least one, found none');
  const names = networks.map(({ name }) => nameOf(name, 'name'));
  const neurons = each[0].length;
  for (const [i, images] of each.entries()) {
    if (images.length === neurons) continue;
    throw new RangeError(
      `networks: expected ${neurons} neurons in each, as in ${names[0]}, found ${images.length} in ${names[i]}`,
    );
  }
  const title = options.title ?? 'The weights of each neuron';
  const drawn = mosaic(
    each.flatMap((images) => images.map((image) => divided(image, findLimit(image)))),
    { title, columns: neurons, captions: each[0].map((_, neuron) => String(neuron)), names, colors: ownColors() },
  );
  const text = `${plural(each.length, 'row')} (${names.join(', ')}) of ${plural(neurons, 'image')} of 28 × 28 weights, from blue (negative) over white (0) to red (positive)`;
  return {
    ...drawn,
    alt: titled(title, `${text}. Each image has a scale of its own.${gaps(...networks.map(({ weights }) => weights))}`),
  };
}

/**
 * The weights of hidden neurons as images. The column of a digit has up to three hidden neurons with the largest weights
 * to its output neuron, the largest on top. Captions give the neuron's number, in the first row after the digit. Each
 * image has its own colour scale.
 * @param weights [784, hidden] and then [hidden, classes], as in an engine's state
 */
export function hiddenWeights(weights: ArrayLike<number>, options: { title?: string; classes?: number } = {}): Figure {
  checkFigure('hiddenWeights', options, ['title', 'classes']);
  const classes = checkWhole('classes', options.classes ?? CLASSES, 2);
  const shape = `[784, hidden] + [hidden, ${classes}]`;
  const { hidden } = hiddenOf(numbers(weights, 'weights', shape).length, IMAGE_SIZE, classes) ?? {};
  if (hidden === undefined) {
    throw new RangeError(
      `weights: expected [784, hidden] and [hidden, ${classes}], found ${plural(weights.length, 'value')}`,
    );
  }
  const each = Math.min(3, hidden);
  const first = Array.from(weights).slice(0, IMAGE_SIZE * hidden);
  const images = splitNeurons(first, 'weights');
  const serving = Array.from({ length: classes }, (_, digit) => {
    const worth = images.map((_, neuron) => weights[IMAGE_SIZE * hidden + neuron * classes + digit]);
    return images.map((_, neuron) => neuron).sort((a, b) => worth[b] - worth[a] || a - b);
  });
  const shown = Array.from({ length: each }, (_, place) => serving.map((neurons) => neurons[place])).flat();
  const title = options.title ?? 'What hidden neurons look for';
  const drawn = mosaic(
    shown.map((neuron) => divided(images[neuron], findLimit(images[neuron]))),
    {
      title,
      columns: classes,
      captions: shown.map((neuron, i) => (i < classes ? `${i}: ${neuron}` : `${neuron}`)),
      colors: ownColors(),
    },
  );
  const served = serving.map((neurons, digit) => `${digit}: ${neurons.slice(0, each).join(', ')}`).join('; ');
  return {
    ...drawn,
    alt: titled(
      title,
      `for each ${options.classes === undefined ? 'digit' : 'class'} ${plural(each, 'image')} of 28 × 28 weights, from blue (negative) over white (0) to red (positive), of the hidden neurons that serve it most. ${served}. Each image has a scale of its own.${gaps(first)}`,
    ),
  };
}
