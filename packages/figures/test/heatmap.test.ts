import assert from 'node:assert/strict';
import { test } from 'node:test';
import { confusionMatrix, decisionMap, heatmap } from '..';
import { COLORS, type Spec } from '../theme';

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

test('a confusion matrix has the true digits as rows and names its most frequent mistake', () => {
  const figure = confusionMatrix([8, 2, 0, 0, 5, 5, 0, 0, 1]);
  assert.match(figure.alt, /14 of 21 right; .* a 1 answered as 2 \(5 times\)/);
  const [heatmap] = figure.data;
  assert.equal((heatmap.z as number[][])[0][1], Number(Math.sqrt(0.2).toPrecision(3)));
});

test('a confusion matrix without mistakes says so', () => {
  assert.match(confusionMatrix([1500, 0, 0, 1]).alt, /1,501 of 1,501 right; no mistakes\.$/);
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
