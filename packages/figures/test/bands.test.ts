import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bands } from '..';

const curve = { name: 'a', x: [1, 2, 5], mean: [1, 2, 3], low: [0.5, 1.5, 2.5], high: [1.5, 2.5, 3.5] };

test('a curve lies in the band of its intervals, which goes there and back', () => {
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

test('where there is no interval there is no band', () => {
  const { data } = bands([{ ...curve, low: [0.5, Number.NaN, 2.5] }]);
  assert.deepEqual(data[1].x, [1, 5, 5, 1]);
});

test('another number of ends than of means is refused', () => {
  assert.throws(() => bands([{ ...curve, high: [1] }]), { message: "bands: high of 'a': expected 3 values, found 1" });
});
