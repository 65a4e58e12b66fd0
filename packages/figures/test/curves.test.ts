import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyCurve, bands, bars, differences, intervals, lines, liveCurve, lossAndAccuracy } from '..';
import { thinned } from '../curves';
import type { Spec } from '../theme';
import { everyFigure } from './figures';

test('few whole numbers get a tick each, and no halves', () => {
  const dtick = (x: number[], xrange?: [number, number]) =>
    (lines([{ name: 'a', x, y: x }], { xrange }).layout.xaxis as { dtick?: number }).dtick;
  assert.deepEqual([dtick([1, 2, 5]), dtick([0, 0.5, 1]), dtick([0, 100])], [1, undefined, undefined]);
  assert.equal(dtick([1, 2], [-2, 101]), undefined, 'of a range, not of the points');
});

test('a logarithmic axis is drawn over logarithms; of a few decades it has 2 and 5 of each, written out', () => {
  const { yaxis } = lines([{ name: 'a', y: [0.02, 1] }], { logY: true, yrange: [0.01, 1] }).layout;
  const { type, range, ticktext } = yaxis as { type: string; range: number[]; ticktext: string[] };
  assert.deepEqual([type, range], ['log', [-2, 0]]);
  for (const text of ['0.02', '0.05', '0.1', '0.2', '0.5', '1']) assert.ok(ticktext.includes(text), text);
});

test('values that a logarithmic axis cannot show are counted in the sentence', () => {
  assert.match(
    lines([{ name: 'a', y: [1, 0, -1] }], { logY: true }).alt,
    / 2 of 3 values are not above 0, which a logarithmic axis cannot show\.$/,
  );
});

test('the sentence says from where to where each curve goes, past gaps at its ends', () => {
  const series = [
    { name: 'a', x: [1, 2, 5], y: [3, 2, 1] },
    { name: 'b', y: [Number.NaN, 7, 8, Number.NaN] },
    { name: 'c', y: [9] },
    { name: 'guide', y: [1, 2], guide: true },
  ];
  const { alt } = lines(series, { title: 't', xlabel: 'batch', ylabel: 'loss' });
  assert.match(
    alt,
    /^t: loss against batch, a from 3 at 1 to 1 at 5; b from 7 at 1 to 8 at 2; c 9 at 0\. 2 of 10 values/,
  );
  assert.equal(lines(series.slice(0, 1), { alt: 'As you see.' }).alt, 'As you see.');
});

test('ten curves differ in colour, dash or symbol, and the first seven in their colour', () => {
  const series = Array.from({ length: 10 }, (_, i) => ({ name: String(i), y: [i, i + 1] }));
  for (const markers of [false, true]) {
    const looks = lines(series, { markers }).data.map(({ line, marker }) => JSON.stringify([line, marker]));
    assert.equal(new Set(looks).size, 10);
  }
  assert.equal(new Set(lines(series).data.map(({ line }) => (line as { color: string }).color)).size, 7);
});

const curve = { name: 'a', x: [1, 2, 5], mean: [1, 2, 3], low: [0.5, 1.5, 2.5], high: [1.5, 2.5, 3.5] };

test('a curve lies in the band of its intervals, which goes there and back', () => {
  assert.deepEqual(bands([{ ...curve, low: [0.5, Number.NaN, 2.5] }]).data[1].x, [1, 5, 5, 1], 'no band without ends');
  const { data, alt } = bands([curve, { ...curve, name: 'b' }], { title: 't', xlabel: 'epochs', ylabel: 'accuracy' });
  assert.deepEqual(
    data.map(({ name, legendgroup, showlegend }) => [name ?? '', legendgroup, showlegend]),
    [
      ['a', 'a', true],
      ['b', 'b', true],
      ['', 'a', false],
      ['', 'b', false],
    ],
  );
  assert.deepEqual(
    [data[2].x, data[2].y],
    [
      [1, 2, 5, 5, 2, 1],
      [1.5, 2.5, 3.5, 2.5, 1.5, 0.5],
    ],
  );
  const colors = data.map(({ line, fillcolor }) => fillcolor ?? (line as { color: string }).color);
  assert.deepEqual(colors, ['#0072B2', '#D55E00', '#0072B2', '#D55E00']);
  assert.equal(alt, 't: accuracy against epochs, a from 1 at 1 to 3 at 5; b from 1 at 1 to 3 at 5.');
});

const MANY = 300_000;
const noise = Float64Array.from({ length: MANY }, (_, i) => Math.sin(i * i * 0.001));

/** The lowest and the highest value of each of `columns` equal parts of the x axis, computed point by point. */
function columnsOf(x: number[], y: (number | null)[], columns: number, end: number): string {
  const ends = Array.from({ length: columns }, () => [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  for (const [i, value] of y.entries()) {
    const column = ends[Math.min(columns - 1, Math.floor((x[i] / end) * columns))];
    if (value !== null) column.splice(0, 2, Math.min(column[0], value), Math.max(column[1], value));
  }
  return ends.map((pair) => pair.map((value) => value.toPrecision(5)).join()).join(' ');
}

test('a curve of 300,000 points is drawn with some thousands, which reach as low and as high in each pixel column', () => {
  const [{ x, y }] = lines([{ name: 'noise', y: noise }]).data as { x: number[]; y: number[] }[];
  assert.ok(x.length < 4000, `${x.length} points`);
  const whole = Array.from(noise, (_, i) => i);
  for (const columns of [750, 50]) {
    assert.equal(columnsOf(x, y, columns, MANY - 1), columnsOf(whole, Array.from(noise), columns, MANY - 1));
  }
  assert.deepEqual([x[0], x[x.length - 1]], [0, MANY - 1]);
});

test('a gap of a long curve stays a gap', () => {
  const y = noise.slice();
  y.fill(Number.NaN, 100_000, 150_000);
  const [trace] = lines([{ name: 'a', y }]).data as { x: number[]; y: (number | null)[] }[];
  const inside = trace.y.filter((_, i) => trace.x[i] >= 100_000 && trace.x[i] < 150_000);
  assert.ok(inside.length > 0 && inside.every((value) => value === null));
});

test('points are chosen by where they are drawn: on a logarithmic axis, in a part of the axis, or in turn', () => {
  const x = Float64Array.from({ length: MANY }, (_, i) => i + 1);
  const early = thinned(noise, x, { log: true }).filter((i) => i < 1000).length;
  assert.ok(early > thinned(noise, x).filter((i) => i < 1000).length * 10, `${early} of the first thousand`);
  const zoomed = thinned(noise, x, { range: [1, 1000] });
  assert.ok(zoomed.filter((i) => i < 1000).length > 700);
  // x that falls and rises has no columns: equal parts of the array.
  const circle = Float64Array.from({ length: MANY }, (_, i) => Math.cos(i));
  const chosen = thinned(noise, circle);
  assert.ok(chosen.length > 700 && chosen.length < 4000 && chosen[chosen.length - 1] > MANY - 401);
});

test('no figure of a run overflows the stack or grows with its length', () => {
  for (const [name, { long }] of everyFigure) {
    if (typeof long === 'string') continue;
    const { length } = JSON.stringify(long());
    assert.ok(length < 250_000, `${name}: ${length} characters`);
  }
});

test('accuracy per epoch is the mean over its batches, and a star is at the first best epoch of each panel', () => {
  const figure = accuracyCurve([0.1, 0.3, 0.8, 0.6, 0.5, 0.7], [0.4, 0.9, 0.9]);
  const [train, test_, trainStar, testStar] = figure.data;
  assert.deepEqual(train.y, [0.2, 0.7, 0.6]);
  assert.deepEqual(test_.y, [0.4, 0.9, 0.9]);
  assert.deepEqual([trainStar.x, trainStar.y, testStar.x, testStar.y], [[1], [0.7], [1], [0.9]]);
  const labels = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(labels, ['(1, 0.700)', '(1, 0.900)']);
});

test('the live curve spans all epochs from the start', () => {
  for (const figure of [liveCurve([], [], { epochs: 50 }), liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 })]) {
    const { range } = figure.layout.xaxis as { range: number[] };
    assert.ok(range[0] < 0 && range[1] >= 49);
  }
  assert.match(
    liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 }).alt,
    /after 2 of 50 epochs, test accuracy 0\.800, best test accuracy 0\.850 in epoch 0\.$/,
  );
});

test("the live curve names its star in the legend, so that no label covers the curves, a tick or the frame's edge", () => {
  const figure = liveCurve([0.8, 0.9], [0.85, 0.95], { epochs: 100 });
  const star = figure.data[2];
  assert.deepEqual([star.x, star.y, star.showlegend, star.name], [[1], [0.95], true, 'best test 0.950, epoch 1']);
  assert.equal(figure.layout.annotations, undefined);
});

test('a gap is never the best epoch', () => {
  const { data, alt } = accuracyCurve([Number.NaN, 0.5, 0.4], [Number.NaN, Number.POSITIVE_INFINITY, 0.3]);
  assert.deepEqual([data[2].x, data[3].x], [[1], [2]]);
  assert.match(alt, /best training accuracy 0\.500 in epoch 1, best test accuracy 0\.300 in epoch 2/);
  assert.equal(accuracyCurve([Number.NaN], [Number.NaN]).data.length, 2, 'no star');
});

test('loss and accuracy have a panel each, the loss from 0, the accuracy from 0 to 1', () => {
  const figure = lossAndAccuracy([0.1, 0.05, 0.02], [0.1, 0.5, 0.9]);
  const [loss, accuracy] = figure.data;
  assert.deepEqual([loss.yaxis, loss.y, accuracy.yaxis, accuracy.y], ['y', [0.1, 0.05, 0.02], 'y2', [0.1, 0.5, 0.9]]);
  const { yaxis, yaxis2, xaxis2 } = figure.layout as Record<
    string,
    { rangemode?: string; range?: number[]; title: { text: string } }
  >;
  assert.deepEqual([yaxis.rangemode, yaxis2.range, xaxis2.title.text], ['tozero', [-0.04, 1.04], 'batch']);
  assert.match(figure.alt, /the loss goes from 0\.1000 to 0\.0200, the accuracy from 0\.100 to 0\.900\.$/);
});

test('means stand as dots in rows from above, with the ends of their intervals', () => {
  const series = [{ name: 's', mean: [1, 2.5], low: [0.75, 2], high: [1.5, 3] }];
  const { data, layout, alt } = intervals(['a', 'b'], series, { title: 't', digits: 1 });
  const [{ x, y, text, showlegend, error_x }] = data;
  assert.deepEqual([x, y, text, showlegend], [[1, 2.5], [0, 1], ['1.0', '2.5'], false]);
  const { array, arrayminus } = error_x as Spec;
  assert.deepEqual(
    [array, arrayminus],
    [
      [0.5, 0.5],
      [0.25, 0.5],
    ],
  );
  const { range, ticktext } = layout.yaxis as { range: number[]; ticktext: string[] };
  assert.ok(range[0] > range[1], 'the first row is on top');
  assert.deepEqual(ticktext, ['a', 'b']);
  assert.equal(alt, 't: a 1.0 (0.8 to 1.5); b 2.5 (2.0 to 3.0).');
  const nothing = [Number.NaN];
  const one = intervals(['a'], [{ name: 's', mean: [1], low: nothing, high: nothing }], { title: 't' });
  assert.equal(one.alt, 't: a 1.000.', 'one seed has no interval');
});

test('a mean over its dot has room below the next dot, in rows of one, two and three series', () => {
  const one = { mean: [1, 1], low: [0, 0], high: [2, 2] };
  for (const count of [1, 2, 3]) {
    const series = Array.from({ length: count }, (_, i) => ({ name: `s${i}`, ...one }));
    const { data, layout } = intervals(['a', 'b'], series, { title: 't' });
    const { t, b } = layout.margin as Record<string, number>;
    const [bottom, top] = (layout.yaxis as { range: [number, number] }).range;
    const pixels = (Number(layout.height) - t - b) / (bottom - top);
    const heights = data.flatMap(({ y }) => y as number[]).sort((x, y) => x - y);
    // Letters of 11 pixels, and half a dot of 9 pixels below and above them.
    for (const [i, y] of heights.slice(1).entries()) assert.ok((y - heights[i]) * pixels > 20, `${count} series`);
  }
});

test('several series lie beside each other in a row, with a legend', () => {
  const one = { mean: [1], low: [0], high: [2] };
  const { data, alt } = intervals(
    ['a'],
    [
      { name: 'r', ...one },
      { name: 's', ...one },
    ],
    { title: 't', digits: 0 },
  );
  assert.ok((data[0].y as number[])[0] < 0 && (data[1].y as number[])[0] > 0);
  assert.deepEqual([data[0].showlegend, data[1].showlegend], [true, true]);
  assert.equal(alt, 't: a r 1 (0 to 2), s 1 (0 to 2).');
});

test('differences that are larger than chance have a colour, and the others are grey', () => {
  const values = { mean: [0.3, -0.2, 0.01], low: [0.2, -0.3, -0.1], high: [0.4, -0.1, 0.12] };
  const { data, layout, alt } = differences(['a', 'b', 'c'], values, [true, true, false], {
    title: 't',
    reference: 'r',
    digits: 2,
  });
  assert.deepEqual(
    data.map(({ name, x, y, text, marker }) => [name, x, y, text, (marker as Spec).color]),
    [
      ['larger than chance', [0.3, -0.2], [0, 1], ['+0.30', '−0.20'], '#0072B2'],
      ['not larger than chance', [0.01], [2], ['+0.01'], '#777777'],
    ],
  );
  assert.equal((layout.xaxis as Spec).zeroline, true);
  // What is near the zero line is written next to it.
  assert.deepEqual(
    data.map(({ textposition }) => textposition),
    [['top center', 'top center'], ['top right']],
  );
  assert.equal(
    alt,
    't: 3 differences from r: a +0.30 (+0.20 to +0.40); b −0.20 (−0.30 to −0.10); c +0.01 (−0.10 to +0.12); ' +
      'larger than chance are a and b.',
  );
  const none = differences(['a'], { mean: [1], low: [-1], high: [3] }, [false], { title: 't', digits: 0 });
  assert.equal(none.alt, 't: a +1 (−1 to +3); none is larger than chance.');
});

test('bars carry their values, and a legend if there are several series', () => {
  const { data, alt } = bars(['a', 'b'], [{ name: 's', y: [1, 2.5] }], { title: 't', digits: 1 });
  assert.deepEqual([data[0].y, data[0].text, data[0].showlegend], [[1, 2.5], ['1.0', '2.5'], false]);
  assert.equal(alt, 't: s: a 1.0, b 2.5.');
});

test('the bar of a value that is no finite number is absent', () => {
  const series = [
    { name: 'r', y: [1, Number.NaN] },
    { name: 's', y: [Number.POSITIVE_INFINITY, 2] },
  ];
  const { data, alt } = bars(['a', 'b'], series, { title: 't' });
  assert.deepEqual(
    data.map(({ y, text }) => [y, text]),
    [
      [
        [1, null],
        ['1.000', ''],
      ],
      [
        [null, 2],
        ['', '2.000'],
      ],
    ],
  );
  assert.match(alt, /r: a 1\.000, b –; s: a –, b 2\.000\. 2 of 4 values are not finite/);
});

test('on a logarithmic axis bars begin at a power of ten below all of them', () => {
  const axisOf = (y: number[]) =>
    bars(['a', 'b'], [{ name: 's', y }], { logY: true }).layout.yaxis as { range: number[] };
  assert.deepEqual(axisOf([0.9, 245]).range, [-1, 3]);
  assert.deepEqual(axisOf([1, 100]).range, [-1, 3], 'a bar of height 0 could not be seen');
});

test('a label of several lines has room below the axis, and is one line in the sentence', () => {
  const figure = (label: string) => bars([label], [{ name: 's', y: [1] }], { title: 't', digits: 0 });
  const bottom = (label: string) => (figure(label).layout.margin as { b: number }).b;
  assert.ok(bottom('a<br>b<br>c') > bottom('a'));
  assert.equal(figure('a<br>b').alt, 't: s: a b 1.');
});
