import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lines, plot2dHeatmap } from '..';
import { thinned } from '../thin';
import { everyFigure } from './figures';

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

test('a short curve keeps all its points', () => {
  const [{ x, y }] = lines([{ name: 'a', y: noise.slice(0, 4000) }]).data as { x: number[]; y: number[] }[];
  assert.deepEqual([x.length, y.length], [4000, 4000]);
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

test('columns of a long heatmap are means, at the middle of the steps that they stand for', () => {
  const T = 150_000;
  const figure = plot2dHeatmap(
    Float32Array.from({ length: T }, (_, t) => t),
    { neurons: 1 },
  );
  const [{ z, x0, dx }] = figure.data as unknown as { z: number[][]; x0: number; dx: number }[];
  assert.deepEqual([z[0].length, dx], [750, 200]);
  assert.equal(x0, 99.5);
  for (const column of [0, 300, 749]) {
    assert.ok(Math.abs(z[0][column] - (x0 + column * dx)) <= 0.0005 * (x0 + column * dx));
  }
  assert.match(figure.alt, /Each column is the mean of 200 steps\./);
});
