import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars } from '..';

test('bars carry their values, and a legend if there are several series', () => {
  const { data, alt } = bars(['a', 'b'], [{ name: 's', y: [1, 2.5] }], { title: 't', digits: 1 });
  assert.deepEqual([data[0].y, data[0].text, data[0].showlegend], [[1, 2.5], ['1.0', '2.5'], false]);
  assert.equal(alt, 't: s: a 1.0, b 2.5.');
});

test('the bar of a value that is no finite number is absent, with a dash in its place', () => {
  const series = [
    { name: 'r', y: [1, Number.NaN] },
    { name: 's', y: [Number.POSITIVE_INFINITY, 2] },
  ];
  const { data, layout, alt } = bars(['a', 'b'], series, { title: 't' });
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
  const dashes = (layout.annotations as { x: number; text: string }[]).map(({ x, text }) => [x, text]);
  // The places of two bars are 0.2 to the left and to the right of their label.
  assert.deepEqual(dashes, [
    [0.8, '–'],
    [0.2, '–'],
  ]);
  assert.match(alt, /r: a 1\.000, b –; s: a –, b 2\.000\. 2 of 4 values are not finite/);
});

test('on a logarithmic axis bars begin at a power of ten below all of them, and a value that it cannot show is refused', () => {
  const axisOf = (y: number[]) =>
    bars(['a', 'b'], [{ name: 's', y }], { logY: true }).layout.yaxis as { range: number[] };
  assert.deepEqual(axisOf([0.9, 245]).range, [-1, 3]);
  assert.deepEqual(axisOf([1, 100]).range, [-1, 3], 'a bar of height 0 could not be seen');
  assert.throws(
    () => axisOf([1, 0]),
    /^RangeError: bars: series 's': expected values above 0 on a logarithmic axis, found 0$/,
  );
});

test('a label of several lines has room below the axis, and is one line in the sentence', () => {
  const figure = (label: string) => bars([label], [{ name: 's', y: [1] }], { title: 't', digits: 0 });
  const bottom = (label: string) => (figure(label).layout.margin as { b: number }).b;
  assert.ok(bottom('a<br>b<br>c') > bottom('a'));
  assert.equal(figure('a<br>b').alt, 't: s: a b 1.');
});
