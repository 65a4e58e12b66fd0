import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionMatrix, heatmap } from '..';
import type { Spec } from '../theme';

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

test('numbers are white on dark cells and dark on bright ones', () => {
  const { color } = heatmap([1, 2], [1], [0, 1], titles).data[1].textfont as { color: string[] };
  assert.deepEqual(color, ['#ffffff', '#222222']);
});

test('a cell without a value stays empty and grey, and the colours can be those of another figure', () => {
  const { data, layout } = heatmap([1, 2], [1], [Number.NaN, 1], { ...titles, zrange: [0, 2] });
  assert.deepEqual([data[0].z, data[1].text], [[[null, 1]], ['1.0']]);
  assert.deepEqual([data[0].zmin, data[0].zmax], [0, 2]);
  assert.equal(layout.plot_bgcolor, '#c8c8c8');
});

test('another number of values than of cells is refused', () => {
  assert.throws(() => heatmap([1, 2], [1], [1]), { message: 'values: expected 1 × 2 = 2, found 1' });
  assert.throws(() => heatmap([], [1], []), { message: 'values: expected 1 × 0 = 0, found 0' });
});

test('a confusion matrix has the true digits as rows and names its most frequent mistake', () => {
  const figure = confusionMatrix([8, 2, 0, 0, 5, 5, 0, 0, 1]);
  assert.match(figure.alt, /14 of 21 right; .* a 1 answered as 2 \(5 times\)/);
  const [heatmap] = figure.data;
  assert.equal((heatmap.z as number[][])[0][1], Number(Math.sqrt(0.2).toPrecision(3)));
});

test('a confusion matrix without mistakes says so', () => {
  assert.match(confusionMatrix([1500, 0, 0, 1]).alt, /1,501 of 1,501 right; no mistakes\.$/);
});
