#!/usr/bin/env node
// The moving picture of the README: `node editions/book/make/animation.mjs` draws a digit on the playground of
// build/book/ in Chromium, lets the ten neurons race, and writes what is seen to editions/book/images/playground.gif.
import { existsSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { decode } from 'fast-png';
import { Encoder } from 'modern-gif';
import { describe } from '../../../packages/system/program.mjs';
import { root, UserError } from '../../../packages/system/project.mjs';
import { findChromium, launchChromium } from '../../../tools/checks/browsers.mjs';

const page = join(root, 'build', 'book', 'playground.html');
const target = join(root, 'editions', 'book', 'images', 'playground.gif');
/** About the width of a README. */
const WIDTH = 816;
/** GitHub and its like show pictures of this size at once. */
const MAX_BYTES = 1_000_000;
const COLOURS = 96;

/** A 7 on a paper from 0 to 1, over which other neurons than that of the 7 fire as well. */
const SEVEN = [
  [0.27, 0.322],
  [0.392, 0.253],
  [0.535, 0.219],
  [0.678, 0.197],
  [0.696, 0.302],
  [0.593, 0.386],
  [0.5, 0.59],
  [0.48, 0.723],
  [0.393, 0.851],
];
/** Places between two of them. */
const BETWEEN = 6;

/**
 * A smooth line through places (the spline of Catmull and Rom).
 * @param {number[][]} places
 */
function smooth(places) {
  const at = (/** @type {number} */ i) => places[Math.min(Math.max(i, 0), places.length - 1)];
  const between = (/** @type {number} */ i, /** @type {number} */ t) =>
    [0, 1].map((k) => {
      const [a, b, c, d] = [at(i - 1)[k], at(i)[k], at(i + 1)[k], at(i + 2)[k]];
      return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    });
  return places.flatMap((_, i) =>
    i === places.length - 1 ? [at(i)] : Array.from({ length: BETWEEN }, (_, j) => between(i, j / BETWEEN)),
  );
}

/** The pad with the pictures below it, the answer and the race, on the page's own paper. */
const STYLE = `
  .playground .pg-stage :is(.pg-tools, .pg-keys, .pg-transport, .pg-count, .pg-controls, .pg-heading, .pg-experiments) { display: none; }
  .playground { width: ${WIDTH}px; }
  .playground .pg-stage { padding: 18px 20px 10px; background: var(--color-background-primary); }
  .playground #pg-canvas { outline: none; }
`;

async function record() {
  const executable = findChromium();
  if (!executable) throw new UserError('expected Chromium, found none: CHROMIUM names one');
  const browser = await launchChromium(executable);
  try {
    /** @type {import('playwright-core').BrowserContextOptions} */
    const options = { viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce', colorScheme: 'light' };
    const tab = await (await browser.newContext(options)).newPage();
    await tab.goto(pathToFileURL(page).href);
    await tab.evaluate(() => /** @type {any} */ (window).playground.ready);
    await tab.addStyleTag({ content: STYLE });
    await tab.evaluate(() => document.fonts.ready);
    await tab.evaluate(() => /** @type {HTMLElement} */ (document.querySelector('[data-testid=clear]')).click());

    /** @type {{ width: number, height: number, delay: number, data: Uint8ClampedArray<ArrayBuffer> }[]} */
    const frames = [];
    /** Takes a picture of what is to be seen for so many milliseconds. */
    const take = async (/** @type {number} */ delay) => {
      await tab.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
      const { width, height, channels, data } = decode(await tab.locator('.pg-stage').screenshot());
      const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
      for (let i = 0; i < width * height; i++) rgba.set(data.subarray(i * channels, i * channels + 3), 4 * i);
      frames.push({ width, height, delay, data: rgba });
    };
    const goTo = (/** @type {number} */ step) =>
      tab.evaluate((to) => /** @type {any} */ (window).playground.goTo(to), step);

    await take(500);
    const box = await tab.getByTestId('canvas').boundingBox();
    if (!box) throw new Error('expected the pad on the page, found none');
    const places = smooth(SEVEN).map(
      ([x, y]) => /** @type {[number, number]} */ ([box.x + x * box.width, box.y + y * box.height]),
    );
    await tab.mouse.move(...places[0]);
    await tab.mouse.down();
    for (const [i, place] of places.entries()) {
      await tab.mouse.move(...place);
      if (i % 2 === 1) await take(70);
    }
    await tab.mouse.up();
    await take(900);
    for (let step = 0; step <= 100; step += step < 20 ? 1 : 4) {
      await goTo(step);
      await take(step === 0 ? 400 : 100);
    }
    await take(2600);
    return frames;
  } finally {
    await browser.close();
  }
}

async function main() {
  if (!existsSync(page)) throw new UserError('build/book: expected the book, found none: run `npm run book`');
  const frames = await record();
  const [{ width, height }] = frames;
  const encoder = new Encoder({ width, height, maxColors: COLOURS, looped: true });
  for (const { data, delay } of frames) await encoder.encode({ data, delay });
  const gif = new Uint8Array(await encoder.flush('arrayBuffer'));
  if (gif.length > MAX_BYTES)
    throw new UserError(`expected a picture of up to ${MAX_BYTES} bytes, found ${gif.length}`);
  writeFileSync(target, gif);
  const seconds = (frames.reduce((sum, { delay }) => sum + delay, 0) / 1000).toFixed(1);
  console.log(
    `animation: ${relative(root, target)}, ${frames.length} frames of ${width} × ${height}, ${seconds} s, ${(gif.length / 1000).toFixed(0)} kB`,
  );
}

main().catch((error) => {
  console.error(`animation: ${describe(error)}`);
  process.exitCode = 1;
});
