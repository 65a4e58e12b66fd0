import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { JSDOM } from 'jsdom';
import { encodePng } from '../../../src/node/drawing/png';
import { renderPng, renderSvg } from '../../../src/node/drawing/render';
import { accuracyCurve, digits, lines, plot1dSpikes, weightImages } from '../../../src/visualizing';

/** Decoded by another library than the one that encoded. */
async function decode(png: Uint8Array) {
  const image = await loadImage(Buffer.from(png));
  const context = createCanvas(image.width, image.height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const at = (x: number, y: number) => [...data.subarray(4 * (y * image.width + x), 4 * (y * image.width + x) + 3)];
  return { width: image.width, height: image.height, at };
}

const near = (found: number[], expected: number[]) => found.every((value, i) => Math.abs(value - expected[i]) <= 6);

const accuracy = () => accuracyCurve([0.8, 0.9, 0.95, 0.93], [0.85, 0.9, 0.88, 0.87]);

test('the PNG has the figure size times the scale', async () => {
  const { width, height } = accuracy().layout as { width: number; height: number };
  for (const scale of [1, 1.5]) {
    const header = Buffer.from(await renderPng(accuracy(), scale)).subarray(0, 24);
    assert.equal(header.subarray(1, 4).toString(), 'PNG');
    assert.deepEqual([header.readUInt32BE(16), header.readUInt32BE(20)], [width * scale, height * scale]);
  }
});

test('black and bright pixels of an image have the two ends of Viridis, in squares with sharp edges', async () => {
  const image = new Uint8Array(784).fill(0);
  for (let row = 0; row < 28; row++) image.fill(255, row * 28 + 14, row * 28 + 28);
  const figure = digits(image);
  const { l, t } = figure.layout.margin as { l: number; t: number };
  const png = await decode(await renderPng(figure, 1));
  // The picture is 300 pixels wide: the edge between left and right half is at its middle.
  const [y, edge] = [t + 150, l + 150];
  assert.ok(near(png.at(l + 20, y), [68, 1, 84]), `left: ${png.at(l + 20, y)}`);
  assert.ok(near(png.at(edge - 4, y), [68, 1, 84]), `left of the edge: ${png.at(edge - 4, y)}`);
  assert.ok(near(png.at(edge + 4, y), [253, 231, 37]), `right of the edge: ${png.at(edge + 4, y)}`);
  assert.deepEqual(png.at(2, 2), [255, 255, 255]);
});

test('positive weights are red, negative ones blue, and none white', async () => {
  const weights = new Float32Array(7840);
  for (let pixel = 0; pixel < 784; pixel++) {
    weights[pixel * 10] = 1;
    weights[pixel * 10 + 1] = -1;
  }
  const figure = weightImages(weights);
  const { l, r, t, b } = figure.layout.margin as { l: number; r: number; t: number; b: number };
  const { width, height } = figure.layout as { width: number; height: number };
  const png = await decode(await renderPng(figure, 1));
  const column = (i: number) => Math.round(l + ((width - l - r) * (i + 0.5)) / 5);
  const row = Math.round(t + (height - t - b) * 0.3);
  const [red, , blue] = png.at(column(0), row);
  assert.ok(red > blue + 50);
  const [red1, , blue1] = png.at(column(1), row);
  assert.ok(blue1 > red1 + 50);
  assert.deepEqual(png.at(column(2), row), [255, 255, 255]);
});

test('the SVG says what it is, has its texts as text, and parses as XML', async () => {
  const figure = lines([{ name: 'a', y: [1, 2] }], { title: 'Loss <small> & "big"', xlabel: 'batch', ylabel: 'loss' });
  const svg = await renderSvg(figure);
  const { document } = new JSDOM(svg, { contentType: 'image/svg+xml' }).window;
  const root = document.documentElement;
  assert.equal(root.getAttribute('role'), 'img');
  const labels = (root.getAttribute('aria-labelledby') ?? '').split(' ').map((id) => document.getElementById(id));
  assert.equal(labels[1]?.textContent, figure.alt);
  assert.match(labels[0]?.textContent ?? '', /Loss/);
  const texts = [...document.querySelectorAll('text')].map((text) => text.textContent);
  for (const text of ['batch', 'loss', '1.8']) assert.ok(texts.includes(text), `${text} is not among ${texts}`);
});

test('ids are defined once, references find them, and two figures share none', async () => {
  const svgs = [await renderSvg(accuracy()), await renderSvg(plot1dSpikes(new Float32Array(20).fill(1)))];
  const ids = svgs.map((svg) => [...svg.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));
  for (const [i, svg] of svgs.entries()) {
    assert.equal(new Set(ids[i]).size, ids[i].length);
    for (const [, id] of svg.matchAll(/url\(#([^)]+)\)/g)) assert.ok(ids[i].includes(id), `${id} is not defined`);
  }
  assert.equal(ids[0].filter((id) => ids[1].includes(id)).length, 0);
});

test('a legend is as wide as its names are in the font of the figure', async () => {
  const legend = async (name: string) => {
    const svg = await renderSvg(
      lines([
        { name, y: [1, 2] },
        { name: 'b', y: [2, 1] },
      ]),
    );
    const size = Number(new RegExp(`font-size: ([\\d.]+)px[^>]*>${name}<`).exec(svg)?.[1]);
    return { size, width: Number(/<rect width="(\d+)" height="30"/.exec(svg)?.[1]) };
  };
  const [short, long] = [await legend('m'.repeat(10)), await legend('m'.repeat(30))];
  // In DejaVu Sans an m is 1995 of 2048 units wide.
  const expected = (20 * short.size * 1995) / 2048;
  assert.ok(expected > 200, `${expected}`);
  assert.ok(Math.abs(long.width - short.width - expected) <= 1, `${long.width} - ${short.width}, expected ${expected}`);
});

test('nothing in a figure is fetched from elsewhere', async () => {
  const svg = await renderSvg(digits(new Uint8Array(784)));
  assert.equal(svg.replace(/xmlns(:\w+)?="[^"]*"/g, '').match(/https?:/), null);
});

test('each neuron that fires at every step has its strokes in the picture', async () => {
  const spikes = new Float32Array(100);
  for (let t = 0; t < 10; t++) spikes[t * 10 + 7] = 1;
  const png = await decode(await renderPng(plot1dSpikes(spikes), 1));
  // Rows of neurons 7 and 6 of 10 between the top and bottom of the panel.
  const dark = (neuron: number) => {
    let runs = 0;
    const y = Math.round(56 + ((420 - 56 - 58) * (neuron + 0.5)) / 10);
    for (let x = 76, was = false; x < 610; x++) {
      const is = png.at(x, y)[0] < 140;
      if (is && !was) runs++;
      was = is;
    }
    return runs;
  };
  assert.deepEqual([dark(7), dark(6)], [10, 0]);
});

const PROGRAM = `
  const { renderPng, renderSvg } = require('./src/node/drawing/render.ts');
  const { accuracyCurve, weightImages, confusionMatrix } = require('./src/visualizing/index.ts');
  const { createHash } = require('node:crypto');
  (async () => {
    const hash = createHash('sha256');
    const weights = Float32Array.from({ length: 7840 }, (_, i) => Math.sin(i));
    const figures = [accuracyCurve([0.8, 0.9], [0.8, 0.85]), weightImages(weights), confusionMatrix([5, 1, 0, 3])];
    if (process.env.BACKWARDS) figures.reverse();
    const parts = [];
    for (const figure of figures) parts.push((await renderSvg(figure)) + Buffer.from(await renderPng(figure)).toString('hex'));
    console.log(createHash('sha256').update(parts.sort().join()).digest('hex'));
  })();
`;

test('the bytes are the same in another process, in another order, with other fonts, another locale and time zone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lif-fonts-'));
  try {
    // A fontconfig that knows one font only, under the name of the package's own.
    const monospace = join(
      resolve(require.resolve('dejavu-fonts-ttf/package.json'), '..'),
      'ttf',
      'DejaVuSansMono.ttf',
    );
    writeFileSync(join(folder, 'mono.ttf'), require('node:fs').readFileSync(monospace));
    const config = join(folder, 'fonts.conf');
    const alias =
      '<alias binding="same"><family>DejaVu Sans</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>';
    writeFileSync(
      config,
      `<?xml version="1.0"?><fontconfig><dir>${folder}</dir><cachedir>${folder}</cachedir>${alias}</fontconfig>`,
    );
    const run = (env: NodeJS.ProcessEnv) =>
      execFileSync(process.execPath, ['--import', 'tsx', '-e', PROGRAM], {
        cwd: resolve(__dirname, '..', '..', '..'),
        env: { ...process.env, ...env },
        encoding: 'utf8',
      }).trim();
    const first = run({});
    assert.match(first, /^[0-9a-f]{64}$/);
    assert.equal(run({ FONTCONFIG_FILE: config, LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Tokyo', BACKWARDS: '1' }), first);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the PNG writer keeps every colour, with and without a palette', async () => {
  for (const colors of [3, 256, 400]) {
    const pixels = new Uint8Array(20 * 20 * 4);
    for (let i = 0; i < 400; i++) pixels.set([(i % colors) & 255, (i % colors) >> 8, 7, 255], i * 4);
    const image = await decode(encodePng(pixels, 20, 20));
    for (let i = 0; i < 400; i++) {
      assert.deepEqual(image.at(i % 20, Math.floor(i / 20)), [...pixels.subarray(i * 4, i * 4 + 3)]);
    }
  }
  assert.throws(() => encodePng(new Uint8Array(3), 1, 1), /expected 4 bytes for 1 × 1, found 3/);
});

test('many colours are merged only into ones that hardly differ', async () => {
  // 1,000 neighbouring colours fit into a palette with a small change; 600 that are far apart do not.
  const rows: [number, (i: number) => number[], number, number][] = [
    [1000, (i) => [i >> 2, 64 + (i & 3), 0], 3, 2],
    [600, (i) => [(i % 8) * 36, ((i >> 3) % 8) * 36, (i >> 6) * 25], 6, 0],
  ];
  for (const [count, color, type, most] of rows) {
    const pixels = new Uint8Array(count * 4);
    for (let i = 0; i < count; i++) pixels.set([...color(i), 255], i * 4);
    const png = encodePng(pixels, count, 1, true);
    assert.equal(png[25], type, 'colour type: 3 with a palette, 6 without');
    const image = await decode(png);
    for (let i = 0; i < count; i++) {
      const change = color(i).map((level, channel) => Math.abs(level - image.at(i, 0)[channel]));
      assert.ok(Math.max(...change) <= most, `${color(i)} became ${image.at(i, 0)}`);
    }
  }
});
