import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyCurve, COLORS, neuronRace, neuronTrace, weightImages } from '..';
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

// Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
const SIGHT: Record<string, number[]> = {
  full: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

function lab(color: string, sight: number[]): number[] {
  const rgb = [1, 3, 5].map((at) => {
    const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  const times = (m: number[], v: number[]) => [0, 3, 6].map((i) => m[i] * v[0] + m[i + 1] * v[1] + m[i + 2] * v[2]);
  const seen = times(sight, rgb).map((c) => Math.min(1, Math.max(0, c)));
  const toXyz = [0.4124, 0.3576, 0.1805, 0.2126, 0.7152, 0.0722, 0.0193, 0.1192, 0.9505];
  const white = [0.9505, 1, 1.089];
  const [x, y, z] = times(toXyz, seen).map((c, i) => {
    const t = c / white[i];
    return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  });
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test('the first five colours stay apart for colour-blind readers', () => {
  for (const [name, sight] of Object.entries(SIGHT)) {
    const seen = COLORS.slice(0, 5).map((color) => lab(color, sight));
    for (let i = 0; i < seen.length; i++) {
      for (let j = 0; j < i; j++) {
        const distance = Math.hypot(...seen[i].map((c, k) => c - seen[j][k]));
        // More than six times the smallest difference that the eye sees.
        assert.ok(distance > 15, `${name}: ${COLORS[i]} and ${COLORS[j]} are ${distance.toFixed(1)} apart`);
      }
    }
  }
});
