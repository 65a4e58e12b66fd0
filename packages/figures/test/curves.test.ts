import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COLORS, lines } from '..';

test('few whole numbers get a tick each, and no halves', () => {
  const dtick = (x: number[]) => (lines([{ name: 'a', x, y: x }]).layout.xaxis as { dtick?: number }).dtick;
  assert.deepEqual([dtick([1, 2, 5]), dtick([0, 0.5, 1]), dtick([0, 100])], [1, undefined, undefined]);
});

test('points lie on another curve without a line', () => {
  const modes = lines([
    { name: 'a', y: [1, 2] },
    { name: 'b', y: [1, 2], points: true },
  ]).data.map(({ mode }) => mode);
  assert.deepEqual(modes, ['lines+markers', 'markers']);
});

test('a guide to the eye takes no colour of the palette', () => {
  const figure = lines([
    { name: 'guide', y: [1, 2], guide: true },
    { name: 'curve', y: [1, 2] },
  ]);
  assert.equal((figure.data[0].line as { color: string }).color, '#777777');
  assert.equal((figure.data[1].line as { color: string }).color, COLORS[0]);
});

test('a logarithmic axis is drawn over logarithms and labelled with plain numbers', () => {
  const { xaxis } = lines([{ name: 'a', x: [1, 100], y: [1, 2] }], { logX: true, xrange: [1, 100] }).layout;
  const { type, range, ticktext } = xaxis as { type: string; range: number[]; ticktext: string[] };
  assert.equal(type, 'log');
  assert.deepEqual(range, [0, 2]);
  assert.ok(['1', '10', '100'].every((label) => ticktext.includes(label)));
});

test('ticks of whole numbers follow the range of the axis, not the points', () => {
  const dtick = (xrange: [number, number]) =>
    (lines([{ name: 'a', y: [1, 2] }], { xrange }).layout.xaxis as { dtick?: number }).dtick;
  assert.deepEqual([dtick([-2, 101]), dtick([-0.5, 11.5])], [undefined, 1]);
});

test('a logarithmic axis over all of double precision has few ticks, as powers of ten', () => {
  const { xaxis } = lines([{ name: 'a', x: [1e-300, 1e300], y: [1, 2] }], { logX: true }).layout;
  const { tickvals, ticktext } = xaxis as { tickvals: number[]; ticktext: string[] };
  assert.ok(tickvals.length >= 8 && tickvals.length <= 16, `${tickvals.length} ticks`);
  for (const [value, text] of [
    [1e-300, '10⁻³⁰⁰'],
    [1, '1'],
    [1e300, '10³⁰⁰'],
  ] as const) {
    assert.equal(ticktext[tickvals.indexOf(value)], text);
  }
});

test('a logarithmic axis of a few decades has 2 and 5 of each, written out', () => {
  const { yaxis } = lines([{ name: 'a', y: [0.02, 1] }], { logY: true }).layout;
  const { ticktext } = yaxis as { ticktext: string[] };
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
