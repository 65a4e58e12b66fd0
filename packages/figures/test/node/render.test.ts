import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { JSDOM } from 'jsdom';
import { FROM_SOURCES } from '../../../../test/support/python';
import { accuracyCurve, digits, type Figure, lines, plot1dSpikes, plot2dHeatmap, weightImages } from '../..';
import { encodePng } from '../../node/plotly';
import { rasterize, renderPng, renderSvg } from '../../node/render';

/** The pixels of a PNG file, decoded by another library than the one that encoded it. */
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
  assert.equal(svg.replace(/xmlns(:\w+)?="[^"]*"/g, '').match(/https?:/), null, 'nothing is fetched');
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

/** The bytes of some figures as one SHA-256, drawn by another process. */
function fingerprintOf(isBackwards: boolean, env = process.env): string {
  const program = `
    const { createHash } = require('node:crypto');
    const { accuracyCurve, confusionMatrix, weightImages } = require('./packages/figures/index.ts');
    const { rasterize, renderSvg } = require('./packages/figures/node/render.ts');
    (async () => {
      const weights = Float32Array.from({ length: 7840 }, (_, i) => Math.sin(i));
      const figures = [accuracyCurve([0.8, 0.9], [0.8, 0.85]), weightImages(weights), confusionMatrix([5, 1, 0, 3])];
      if (${isBackwards}) figures.reverse();
      const parts = [];
      for (const figure of figures) {
        const svg = await renderSvg(figure);
        parts.push(svg + Buffer.from(await rasterize(svg)).toString('hex'));
      }
      console.log(createHash('sha256').update(parts.sort().join()).digest('hex'));
    })();`;
  const cwd = resolve(__dirname, '..', '..', '..', '..');
  return execFileSync(process.execPath, [...FROM_SOURCES, '-e', program], { cwd, env, encoding: 'utf8' }).trim();
}

test('the bytes are the same in another order, with other fonts, another locale and time zone', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lif-fonts-'));
  try {
    // A fontconfig that knows one font only, under the name of the package's own.
    const monospace = join(
      resolve(require.resolve('dejavu-fonts-ttf/package.json'), '..'),
      'ttf',
      'DejaVuSansMono.ttf',
    );
    copyFileSync(monospace, join(folder, 'mono.ttf'));
    const config = join(folder, 'fonts.conf');
    const alias =
      '<alias binding="same"><family>DejaVu Sans</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>';
    writeFileSync(
      config,
      `<?xml version="1.0"?><fontconfig><dir>${folder}</dir><cachedir>${folder}</cachedir>${alias}</fontconfig>`,
    );
    const env = { ...process.env, FONTCONFIG_FILE: config, LC_ALL: 'de_DE.UTF-8', TZ: 'Asia/Tokyo' };
    const other = fingerprintOf(true, env);
    assert.match(other, /^[0-9a-f]{64}$/);
    assert.equal(fingerprintOf(false), other);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a curve of many points looks as if all of them were drawn', async () => {
  const y = Float64Array.from({ length: 30_000 }, (_, i) => Math.sin(i * i * 0.001) * (i % 9000));
  const thinned = lines([{ name: 'a', y }], { title: 't', xlabel: 'x', ylabel: 'y' });
  const whole = { ...thinned, data: [{ ...thinned.data[0], x: Array.from(y, (_, i) => i), y: Array.from(y) }] };
  const [a, b] = await Promise.all([thinned, whole].map(async (figure) => decode(await renderPng(figure, 1))));
  let different = 0;
  for (let x = 0; x < a.width; x++) {
    for (let row = 0; row < a.height; row++) different += Math.abs(a.at(x, row)[0] - b.at(x, row)[0]) > 64 ? 1 : 0;
  }
  assert.ok(different < 0.002 * a.width * a.height, `${different} pixels differ`);
});

test('a value that is not a finite number leaves the paper white', async () => {
  const array = new Float32Array(100).fill(1);
  array.fill(Number.NaN, 50, 60);
  const figure = plot2dHeatmap(array);
  const png = await decode(await renderPng(figure, 1));
  // The panel begins at 70, 56; its column 5 of 10 has no values.
  const panel = 612 - 70;
  const dot = (step: number) => png.at(70 + Math.round((panel * (step + 0.5)) / 10), 200);
  assert.deepEqual(dot(5), [255, 255, 255]);
  assert.ok(dot(3)[0] !== 255 && dot(7)[0] !== 255, `${dot(3)}, ${dot(7)}`);
});

test('a picture that cannot be drawn is refused in one line', async () => {
  const figure = accuracy();
  const svg = await renderSvg(figure);
  const message = /^renderPng: expected a scale for 1 to 50 million pixels, found [^\n]+ for 760 × 500$/;
  for (const scale of [1e9, 0.001, Number.NaN]) {
    await assert.rejects(rasterize(svg, scale), { name: 'RangeError', message });
  }
  for (const width of [1e6, 0, '760']) {
    const layout = { ...figure.layout, width };
    const expected = /^RangeError: render: expected a layout of 10 to 20000 pixels each way, found/;
    await assert.rejects(renderSvg({ ...figure, layout }), expected);
  }
  await assert.rejects(renderSvg({} as Figure), { name: 'TypeError', message: /expected a figure/ });
});

test('a figure of a kind that the package has not is drawn as well', async () => {
  const polar = { data: [{ type: 'scatterpolar', r: [1, 2, 1], theta: [0, 90, 180] }], layout: {}, alt: '' };
  assert.match(await renderSvg(polar), />90°</);
});

test('nothing is looked up or started before the first figure is drawn', () => {
  const program = `
    const Module = require('node:module');
    const resolve = Module._resolveFilename;
    Module._resolveFilename = function (name, ...rest) {
      if (/dejavu|jsdom|canvas|resvg|plotly\\.js/.test(name)) throw new Error('looked up: ' + name);
      return resolve.call(this, name, ...rest);
    };
    const { renderSvg } = require('./packages/figures/node/render.ts');
    renderSvg({ data: [], layout: {}, alt: '' }).catch((error) => console.log(error.message));
  `;
  const output = execFileSync(process.execPath, [...FROM_SOURCES, '-e', program], {
    cwd: resolve(__dirname, '..', '..', '..', '..'),
    encoding: 'utf8',
  });
  assert.match(output, /^looked up: .*jsdom.*\n$/, 'only the drawing looks up the first of them');
});

test('a PNG keeps every colour, with and without transparent pixels', async () => {
  for (const alpha of [255, 0]) {
    const pixels = new Uint8Array(20 * 20 * 4);
    for (let i = 0; i < 400; i++) pixels.set([i & 255, i >> 8, 7, 255], i * 4);
    pixels.set([0, 0, 0, alpha], 0);
    const png = encodePng(pixels, 20, 20);
    assert.equal(png[25], alpha === 255 ? 2 : 6, 'colour type: RGB where all is opaque');
    const image = await decode(png);
    assert.deepEqual([image.width, image.height], [20, 20]);
    for (let i = 1; i < 400; i++) {
      assert.deepEqual(image.at(i % 20, Math.floor(i / 20)), [...pixels.subarray(i * 4, i * 4 + 3)]);
    }
  }
});

test('the bytes depend on the pixels alone', () => {
  // Written down once: another machine, Node version or release of the library would show here.
  const pixels = Uint8Array.from({ length: 300 * 200 * 4 }, (_, i) => (i % 4 === 3 ? 255 : (i * i * 31) >> 9));
  const digest = createHash('sha256')
    .update(encodePng(pixels, 300, 200))
    .digest('hex');
  assert.equal(digest, '20a91dc47f22e7340db8bf0c19788fc683b551f3bb2e7c7b4d7b84a7e9f490fb');
});
