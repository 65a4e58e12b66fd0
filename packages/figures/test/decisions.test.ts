import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decisionMap } from '..';
import { COLORS } from '../theme';

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

test('a map that is no square, and an answer that is no class, are refused', () => {
  assert.throws(() => decisionMap([0, 1]), { message: 'answers: expected n × n, found 2' });
  assert.throws(() => decisionMap([]), { message: 'answers: expected n × n, found 0' });
  assert.throws(() => decisionMap([0.5]), { message: 'answers: expected whole numbers from 0 to 6, found 0.5' });
  assert.throws(() => decisionMap([7]), { message: 'answers: expected whole numbers from 0 to 6, found 7' });
});
