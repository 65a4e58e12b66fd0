import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars, differences, intervals } from '..';
import type { Spec } from '../theme';

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
