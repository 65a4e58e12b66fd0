import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyCurve, neuronRace, neuronTrace, weightImages } from '..';
import { everyFigure } from './figures';

test('every figure is plain JSON with a title, a sentence and axis titles', () => {
  const figures = everyFigure.map(([, { small }]) => small());
  figures.push(weightImages(new Float32Array(7840), { scale: 'each' }));
  for (const { data, layout, alt } of figures) {
    assert.deepEqual(JSON.parse(JSON.stringify({ data, layout })), { data, layout });
    const { text } = layout.title as { text: string };
    assert.ok(text.length > 0 && alt.startsWith(text) && alt.endsWith('.'), alt);
    for (const name of ['xaxis', 'yaxis']) {
      const { visible, title } = layout[name] as { visible?: boolean; title?: { text: string } };
      assert.ok(visible === false || title !== undefined, `${text}: ${name} has no title`);
    }
  }
});

test('panels above one another fill the height without touching and share their horizontal axis', () => {
  const ten = new Float32Array(20);
  for (const [count, { layout }] of [
    [2, accuracyCurve([1, 0], [1])],
    [3, neuronTrace({ v: [0, 1], spike: [0, 1], current: [1, 1] })],
    [4, neuronRace({ v: ten, spike: ten }, [1, 2])],
  ] as const) {
    const ids = Array.from({ length: count }, (_, i) => (i === 0 ? '' : String(i + 1)));
    const domains = ids.map((id) => (layout[`yaxis${id}`] as { domain: [number, number] }).domain);
    assert.deepEqual([domains[0][1], domains[count - 1][0]], [1, 0]);
    for (let i = 1; i < count; i++) assert.ok(domains[i][1] < domains[i - 1][0] && domains[i][0] < domains[i][1]);
    const matches = ids.map((id) => (layout[`xaxis${id}`] as { matches?: string }).matches);
    assert.deepEqual(matches, [...new Array(count - 1).fill(`x${count}`), undefined]);
  }
});
