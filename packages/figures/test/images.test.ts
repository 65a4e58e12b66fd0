import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  compareWeights,
  confusionMatrix,
  decisionMap,
  digits,
  type Figure,
  heatmap,
  hiddenWeights,
  weightImages,
} from '..';
import { COLORS, type Spec } from '../theme';

const pixels = (figure: Figure) => figure.data[0].z as (number | null)[][];
const captionsOf = (figure: Figure) => figure.data[1].text as string[];

/** Weights [784, n] of neurons with these weights in the centre of an otherwise small image. */
function weightsOf(centres: number[], small = 0.01): Float32Array {
  const weights = new Float32Array(784 * centres.length).fill(small);
  for (const [neuron, value] of centres.entries()) {
    for (let pixel = 400; pixel < 410; pixel++) weights[pixel * centres.length + neuron] = value;
  }
  return weights;
}

test('a pixel of an image is at its row and column of the picture, and images do not touch', () => {
  const images = new Uint8Array(2 * 784);
  images[28 * 5 + 3] = 200;
  images[784 + 28 * 27 + 27] = 255;
  const z = pixels(digits(images));
  assert.equal(z[5][3], 200);
  assert.equal(z[27][31 + 27], 255);
  assert.deepEqual(z[5].slice(28, 31), [null, null, null]);
  assert.equal(z.flat().filter((value) => value !== null && value > 0).length, 2);
});

test('many images of whole numbers are bytes, so a notebook stays small, and paper covers what lies between them', () => {
  const images = new Uint8Array(30 * 784);
  images[10 * 784 + 28 * 5 + 3] = 200; // The first image of the second row.
  const { data, layout } = digits(images, { columns: 10 });
  const { dtype, bdata, shape } = data[0].z as { dtype: string; bdata: string; shape: string };
  assert.deepEqual([dtype, shape], ['u1', '90, 307']);
  const bytes = Buffer.from(bdata, 'base64');
  assert.equal(bytes.length, 90 * 307);
  assert.deepEqual([bytes.indexOf(200), bytes.lastIndexOf(200)], [307 * (31 + 5) + 3, 307 * (31 + 5) + 3]);
  const papers = (layout.shapes as Spec[]).filter(({ fillcolor }) => fillcolor === '#ffffff');
  const has = (x: number, y: number) =>
    papers.some(({ x0, x1, y0, y1 }) => Number(x0) < x && x < Number(x1) && Number(y0) < y && y < Number(y1));
  for (let y = 0; y < 90; y++) {
    for (let x = 0; x < 307; x++) assert.equal(has(x, y), x % 31 > 27 || y % 31 > 27, `${x}, ${y}`);
  }
});

test('few images, other numbers, captions and a row that is not full keep a list, in which null is a gap', () => {
  const listed = (images: ArrayLike<number>, options = {}) => Array.isArray(digits(images, options).data[0].z);
  assert.ok(listed(new Uint8Array(29 * 784), { columns: 29 }));
  assert.ok(listed(new Uint8Array(31 * 784), { columns: 10 }));
  assert.ok(listed(new Uint8Array(30 * 784), { columns: 10, captions: ['a'] }));
  assert.ok(listed(Float32Array.of(0.5, ...new Uint8Array(30 * 784 - 1)), { columns: 10 }));
});

test('images go into rows of so many columns, each with its caption above', () => {
  const figure = digits(new Uint8Array(5 * 784), { columns: 2, captions: [7, 'b', '', 'd', 'e'] });
  assert.equal(pixels(figure)[0].length, 2 * 28 + 3);
  assert.deepEqual(captionsOf(figure), ['7', 'b', 'd', 'e']);
  const [x, y] = [figure.data[1].x as number[], figure.data[1].y as number[]];
  assert.deepEqual([x[0], x[1]], [13.5, 13.5 + 31]);
  assert.ok(y[0] === y[1] && y[2] > y[1] + 28 && y[3] > y[2] + 28);
  assert.match(digits(new Uint8Array(784), { captions: ['5, taken for 6'] }).alt, /captioned 5, taken for 6\.$/);
});

test('a pixel without a value is grey, not of a colour that stands for a number', () => {
  const weights = weightsOf([1, 1]);
  weights[0] = Number.NaN;
  const shapes = weightImages(weights).layout.shapes as { layer?: string; fillcolor?: string; x0: number }[];
  const below = shapes.filter(({ layer }) => layer === 'below');
  assert.deepEqual(
    below.map(({ fillcolor, x0 }) => [fillcolor, x0]),
    [['#c8c8c8', -0.5]],
  );
});

test('weights are coloured evenly around 0, each neuron in its own image', () => {
  const weights = new Float32Array(784 * 10).fill(0.01);
  weights[(28 * 5 + 3) * 10 + 1] = -0.5;
  const figure = weightImages(weights, { captions: [] });
  assert.equal(pixels(figure)[5][31 + 3], -0.5);
  const [{ zmin, zmax, colorscale }] = figure.data;
  assert.equal(zmin, -(zmax as number));
  assert.deepEqual((colorscale as [number, string][])[2], [0.5, '#ffffff']);
});

test('the colours end at one weight for all neurons, or at one of its own for each', () => {
  const weights = weightsOf([4, -0.5]);
  weights[0] = 1000; // one outlier does not leave the others pale
  const all = weightImages(weights);
  assert.equal(all.data[0].zmax, 4);
  const each = weightImages(weights, { scale: 'each' });
  assert.equal(each.data[0].zmax, 1);
  const [row] = pixels(each).filter((line) => line.includes(1));
  assert.deepEqual([row.includes(1), row.includes(-1)], [true, true], 'both reach the end of the colours');
  assert.deepEqual(captionsOf(each), ['neuron 0, ±4', 'neuron 1, ±0.5']);
});

test('values that are not weights are called by their own name', () => {
  const weights = weightsOf([4, -0.5]);
  const nameOf = (figure: Figure) => (figure.data[0].colorbar as { title: { text: string } }).title.text;
  for (const scale of ['all', 'each'] as const) {
    const products = weightImages(weights, { scale, what: 'weight × mean ink' });
    assert.equal(nameOf(products), 'weight ×<br>mean ink', 'in two lines, for which there is room');
    assert.match(products.alt, /2 images of 28 × 28 values \(weight × mean ink\), .*; values beyond it/);
    assert.equal(nameOf(weightImages(weights, { scale })), 'weight');
    assert.match(weightImages(weights, { scale }).alt, /2 images of 28 × 28 weights, .*; weights beyond it/);
  }
});

test('two networks are compared in a row each, with each image on a scale of its own', () => {
  const [ann, snn] = [weightsOf([0.1, -0.2, 0.3]), weightsOf([10, 20, -30])];
  const figure = compareWeights([
    { name: 'ANN', weights: ann },
    { name: 'SNN', weights: snn },
  ]);
  const z = pixels(figure);
  assert.equal(z[0].length, 3 * 31 - 3);
  // Row 14 of an image holds its pixels 392 to 419, so the centre; the first row has captions above it.
  const tops = (figure.layout.shapes as { y0: number }[]).map(({ y0 }) => y0 + 0.5);
  const centre = (image: number) => z[tops[image] + 14][(image % 3) * 31 + 10];
  assert.deepEqual([0, 1, 2, 3, 4, 5].map(centre), [1, -1, 1, 1, 1, -1]);
  assert.deepEqual(captionsOf(figure), ['0', '1', '2']);
  const names = figure.layout.annotations as { text: string; y: number }[];
  assert.deepEqual(
    names.map(({ text }) => text),
    ['ANN', 'SNN'],
  );
  assert.ok(names[1].y - names[0].y === 31);
  assert.match(figure.alt, /2 rows \(ANN, SNN\) of 3 images/);
});

test('hidden neurons stand below the digit to which their spikes have the largest weights, the largest on top', () => {
  const hidden = 12;
  const first = weightsOf(Array.from({ length: hidden }, (_, neuron) => (neuron % 2 === 0 ? 1 : -1)));
  const second = new Float32Array(hidden * 10);
  for (let digit = 0; digit < 10; digit++) {
    second[digit * 10 + digit] = 1; // neuron d serves digit d most,
    second[11 * 10 + digit] = 0.5; // and neuron 11 is the second of all
  }
  const figure = hiddenWeights([...first, ...second]);
  assert.match(figure.alt, /for each digit 3 images .* 0: 0, 11, 1; 1: 1, 11, 0; .* 9: 9, 11, 0\./);
  const served = Array.from({ length: 10 }, (_, digit) => `${digit}: ${digit}`);
  assert.deepEqual(
    captionsOf(figure),
    [...served, ...new Array(10).fill('11'), '1', ...new Array(9).fill('0')],
    'each image has the number of its neuron',
  );
  const tops = (figure.layout.shapes as { y0: number }[]).map(({ y0 }) => y0 + 0.5);
  const centre = (image: number) => pixels(figure)[tops[image] + 14][(image % 10) * 31 + 10];
  assert.deepEqual([0, 1, 8, 9].map(centre), [1, -1, 1, -1]);
  assert.deepEqual([10, 19].map(centre), [-1, -1], 'neuron 11 in each column');
});

test('weights of a single layer are refused where those of a hidden layer are expected', () => {
  assert.throws(() => hiddenWeights(new Float32Array(7840)), {
    message: 'weights: expected [784, hidden] and [hidden, 10], found 7,840 values',
  });
  assert.match(hiddenWeights(new Float32Array(2 * 794)).alt, /for each digit 2 images /);
});

test('hidden neurons stand below each of as many classes as there are', () => {
  for (const classes of [2, 20, 100]) {
    const weights = new Float32Array(2 * (784 + classes)).fill(1, 2 * 784 + classes);
    const figure = hiddenWeights(weights, { classes });
    assert.match(figure.alt, new RegExp(`for each class 2 images .* ${classes - 1}: 1, 0\\.`));
    assert.equal(captionsOf(figure).length, 2 * classes);
  }
});

const titles = { title: 't', xlabel: 'T', ylabel: 'τ', digits: 1 };

test('each pair of settings is a cell with its number, and the sentence names the extremes', () => {
  const { data, layout, alt } = heatmap([5, 10, 100], [2, 3], [1, 2, 3, 4, 9, 6], titles);
  assert.deepEqual(data[0].z, [
    [1, 2, 3],
    [4, 9, 6],
  ]);
  assert.deepEqual([data[0].zmin, data[0].zmax], [1, 9]);
  assert.deepEqual(data[1].text, ['1.0', '2.0', '3.0', '4.0', '9.0', '6.0']);
  assert.deepEqual(
    [data[1].x, data[1].y],
    [
      [0, 1, 2, 0, 1, 2],
      [0, 0, 0, 1, 1, 1],
    ],
  );
  assert.deepEqual((layout.xaxis as Spec).ticktext, ['5', '10', '100']);
  assert.equal(alt, 't: 2 × 3 values, highest 9.0 at τ 3, T 10; lowest 1.0 at τ 2, T 5.');
});

test('a cell without a value stays empty and grey, and the colours can be those of another figure', () => {
  const { data, layout } = heatmap([1, 2], [1], [Number.NaN, 1], { ...titles, zrange: [0, 2] });
  assert.deepEqual([data[0].z, data[1].text], [[[null, 1]], ['1.0']]);
  assert.deepEqual([data[0].zmin, data[0].zmax], [0, 2]);
  assert.equal(layout.plot_bgcolor, '#c8c8c8');
});

test('a confusion matrix has the true digits as rows and names its most frequent mistake', () => {
  assert.match(confusionMatrix([1500, 0, 0, 1]).alt, /1,501 of 1,501 right; no mistakes\.$/);
  const figure = confusionMatrix([8, 2, 0, 0, 5, 5, 0, 0, 1]);
  assert.match(figure.alt, /14 of 21 right; .* a 1 answered as 2 \(5 times\)/);
  const [heatmap] = figure.data;
  assert.equal((heatmap.z as number[][])[0][1], Number(Math.sqrt(0.2).toPrecision(3)));
});

test('each cell has the colour of its answer at its place in the square, and the sentence says how many have which', () => {
  const { data, alt } = decisionMap([0, 1, 1, 2], { title: 't', classes: ['a', 'b', 'c'] });
  assert.deepEqual(data[0].z, [
    [0, 1],
    [1, 2],
  ]);
  assert.deepEqual([data[0].x0, data[0].dx, data[0].y0, data[0].dy], [0.25, 0.5, 0.25, 0.5]);
  const scale = data[0].colorscale as [number, string][];
  const [low, high] = [data[0].zmin as number, data[0].zmax as number];
  for (const answer of [0, 1, 2]) {
    const at = (answer - low) / (high - low);
    const [, color] = scale.filter(([end]) => end <= at).at(-1) ?? [];
    assert.equal(color, COLORS[answer]);
  }
  assert.equal(alt, 't: 2 × 2 answers, a 25.0 %, b 50.0 % and c 25.0 % of those given.');
});

test('a point without an answer is a grey cell, and counts in no share', () => {
  const { data, layout, alt } = decisionMap([0, Number.NaN, 1, 1]);
  assert.deepEqual(data[0].z, [
    [0, null],
    [1, 1],
  ]);
  assert.equal(layout.plot_bgcolor, '#c8c8c8');
  assert.match(alt, /class 0 33\.3 % and class 1 66\.7 % of those given\. 1 of 4 values is not a finite number/);
});

test('samples lie on it in the colours of their classes, with a legend', () => {
  const points = ['a', 'b'].map((name, i) => ({ name, x: [0.5], y: [i] }));
  const { data, layout } = decisionMap([0, 1, 1, 0], { points });
  assert.deepEqual(
    data.slice(1).map(({ name, x, y, marker }) => [name, x, y, (marker as { color: string }).color]),
    points.map(({ name, x, y }, i) => [name, x, y, COLORS[i]]),
  );
  assert.equal(layout.showlegend, true);
  const none = decisionMap([Number.NaN], { title: 't', points });
  assert.equal(none.alt, 't: no answers. Points: a 1 and b 1. 1 of 1 value is not a finite number (a gap).');
});
