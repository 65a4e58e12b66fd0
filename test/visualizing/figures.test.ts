import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accuracyCurve,
  bars,
  COLORS,
  confusionMatrix,
  digits,
  lines,
  liveCurve,
  neuronOf,
  neuronTrace,
  plot1dSpikes,
  plot2dHeatmap,
  weightImages,
} from '../../src/visualizing';

const T = 4;
// Neuron 2 of 3 fires at steps 0 and 3, neuron 0 at step 1.
const spikes = [0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1];

test('the raster has a stroke for each spike, at its step and neuron, and no other', () => {
  const [raster] = plot1dSpikes(spikes, { neurons: 3 }).data;
  const [x, y] = [raster.x as (number | null)[], raster.y as (number | null)[]];
  const strokes = [];
  for (let i = 0; i < x.length; i += 3) {
    assert.equal(x[i], x[i + 1]);
    assert.deepEqual([x[i + 2], y[i + 2]], [null, null]);
    strokes.push([x[i], ((y[i] as number) + (y[i + 1] as number)) / 2]);
  }
  assert.deepEqual(strokes, [
    [1, 0],
    [0, 2],
    [3, 2],
  ]);
});

test('the firing rate of each neuron stands beside the raster, as a colour and as a number', () => {
  const figure = plot1dSpikes(spikes, { neurons: 3 });
  assert.deepEqual(figure.data[1].z, [[0.25], [0], [0.5]]);
  assert.deepEqual(figure.data[2].text, ['0.25', '0.00', '0.50']);
  assert.match(figure.alt, /neuron 0 0\.25, neuron 2 0\.50; all others 0\.$/);
  assert.match(plot1dSpikes(new Float32Array(30)).alt, /None fires\.$/);
});

test('the raster may begin at another number than 0, and be of other things than neurons', () => {
  const figure = plot1dSpikes(spikes, { neurons: 3, first: 10, what: 'pixel' });
  assert.deepEqual([figure.data[1].y0, figure.data[2].y], [10, [10, 11, 12]]);
  assert.deepEqual((figure.layout.yaxis as { range: number[] }).range, [12.5, 9.5]);
  assert.match(figure.alt, /3 pixels over 4 steps.*pixel 10 0\.25, pixel 12 0\.50; all others 0\.$/);
});

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

test('the heatmap has a row for each neuron and a column for each step', () => {
  const [heatmap] = plot2dHeatmap([1, 2, 3, 4, 5, 6], { neurons: 2 }).data;
  assert.deepEqual(heatmap.z, [
    [1, 3, 5],
    [2, 4, 6],
  ]);
  assert.ok(heatmap.colorbar);
});

test('accuracy per epoch is the mean over its batches, and a star is at the first best epoch of each panel', () => {
  const figure = accuracyCurve([0.1, 0.3, 0.8, 0.6, 0.5, 0.7], [0.4, 0.9, 0.9]);
  const [train, test_, trainStar, testStar] = figure.data;
  assert.deepEqual(train.y, [0.2, 0.7, 0.6]);
  assert.deepEqual(test_.y, [0.4, 0.9, 0.9]);
  assert.deepEqual([trainStar.x, trainStar.y, testStar.x, testStar.y], [[1], [0.7], [1], [0.9]]);
  const labels = (figure.layout.annotations as { text: string }[]).map(({ text }) => text);
  assert.deepEqual(labels, ['(1, 0.700)', '(1, 0.900)']);
});

test('a curve of accuracies that are no whole epochs is refused', () => {
  assert.throws(() => accuracyCurve([1, 2, 3], [1, 2]), /expected a multiple of 2 training accuracies.*found 3/);
});

test('a pixel of an image is at its row and column of the picture, and images do not touch', () => {
  const images = new Uint8Array(2 * 784);
  images[28 * 5 + 3] = 200;
  images[784 + 28 * 27 + 27] = 255;
  const [heatmap] = digits(images).data;
  const z = heatmap.z as (number | null)[][];
  assert.equal(z[5][3], 200);
  assert.equal(z[27][31 + 27], 255);
  assert.deepEqual(z[5].slice(28, 31), [null, null, null]);
  assert.equal(z.flat().filter((value) => value !== null && value > 0).length, 2);
});

test('weights are coloured evenly around 0, each neuron in its own image', () => {
  const weights = new Float32Array(784 * 10).fill(0.01);
  weights[(28 * 5 + 3) * 10 + 1] = -0.5;
  const [heatmap] = weightImages(weights, { captions: [] }).data;
  assert.equal((heatmap.z as number[][])[5][31 + 3], -0.5);
  assert.equal(heatmap.zmin, -(heatmap.zmax as number));
  const scale = heatmap.colorscale as [number, string][];
  assert.deepEqual(scale[2], [0.5, '#ffffff']);
});

test('arrays of the wrong size are refused with both sizes named', () => {
  assert.throws(() => digits(new Float32Array(785)), /images: expected a multiple of 784 values, found 785/);
  assert.throws(() => weightImages(new Float32Array(785)), /weights: expected/);
  assert.throws(() => plot2dHeatmap([1, 2, 3], { neurons: 2 }), /array: expected a multiple of 2 values, found 3/);
  assert.throws(() => confusionMatrix([1, 2, 3]), /expected n × n counts, found 3/);
  assert.throws(() => lines([{ name: 'a', x: [1], y: [1, 2] }]), /series 'a': expected as many x as y, found 1 and 2/);
  assert.throws(() => bars(['a'], [{ name: 'b', y: [1, 2] }]), /series 'b': expected 1 values, found 2/);
});

test('one column of a trace is the record of one neuron', () => {
  const v = [1, 2, 3, 4, 5, 6];
  const record = neuronOf({ v, spike: v }, 1, 2);
  assert.deepEqual(Array.from(record.v), [2, 4, 6]);
  assert.equal(record.current, undefined);
});

test('one neuron is drawn with its threshold, its spikes and, if known, its current', () => {
  const record = { current: [1, 1, 1, 1], h: [0.5, 1.2, 0.6, 1.1], v: [0.5, 0, 0.6, 0], spike: [0, 1, 0, 1] };
  const figure = neuronTrace(record, { vThreshold: 0.8 });
  const named = (name: string) => figure.data.find((trace) => trace.name === name);
  assert.deepEqual(named('threshold')?.y, [0.8, 0.8]);
  assert.deepEqual(named('x')?.y, record.current);
  assert.deepEqual(named('spike')?.x, [1, 1, null, 3, 3, null]);
  assert.match(figure.alt, /2 spikes in 4 steps \(firing rate 0\.50\)/);
  assert.equal(neuronTrace({ v: record.v, spike: record.spike }).data.length, 3);
  assert.equal(record.v.length, T);
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

test('the live curve spans all epochs from the start', () => {
  for (const figure of [liveCurve([], [], { epochs: 50 }), liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 })]) {
    const { range } = figure.layout.xaxis as { range: number[] };
    assert.ok(range[0] < 0 && range[1] >= 49);
  }
  assert.match(liveCurve([0.8, 0.9], [0.85, 0.8], { epochs: 50 }).alt, /after 2 of 50 epochs.*best 0\.850 in epoch 0/);
});

test('a confusion matrix has the true digits as rows and names its most frequent mistake', () => {
  const figure = confusionMatrix([8, 2, 0, 0, 5, 5, 0, 0, 1]);
  assert.match(figure.alt, /14 of 21 right; .* a 1 answered as 2 \(5 times\)/);
  const [heatmap] = figure.data;
  assert.equal((heatmap.z as number[][])[0][1], Number(Math.sqrt(0.2).toPrecision(3)));
});

test('every figure is plain JSON with a title, a sentence and axis titles', () => {
  const trace = { v: [0, 1], spike: [0, 1] };
  const figures = [
    digits(new Uint8Array(784)),
    weightImages(new Float32Array(7840)),
    accuracyCurve([1, 0], [1]),
    plot2dHeatmap(new Float32Array(20)),
    plot1dSpikes(new Float32Array(20)),
    neuronTrace(trace),
    lines([{ name: 'a', y: [Number.NaN, 1] }], { title: 't', xlabel: 'x', ylabel: 'y' }),
    bars(['a'], [{ name: 'b', y: [1] }], { title: 't', xlabel: 'x', ylabel: 'y' }),
    confusionMatrix([1, 0, 0, 1]),
    liveCurve([], []),
  ];
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
