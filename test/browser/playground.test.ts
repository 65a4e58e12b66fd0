/** The playground: the same bits as the engine in Node, and the right answers to digits that are drawn. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type {} from '../../book/playground/main';
import type { Mnist } from '../../src/common/mnist';
import { DEFAULT_NEURON } from '../../src/common/neuron-options';
import { Purpose, RandomStream } from '../../src/common/random';
import type { EventEngine } from '../../src/event/engine';
import { loadMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { poissonBlock } from '../../src/snn/poisson-block';
import { findChromium, launchChromium } from '../support/lab';
import { openPage, type Site, serve, type Watched } from './site';

const executable = findChromium();

/** Strokes on a paper from 0 to 1 in both directions. */
type Strokes = [number, number][][];
const circle = Array.from({ length: 33 }, (_, i): [number, number] => {
  const angle = (i * Math.PI) / 16;
  return [0.5 + 0.22 * Math.sin(angle), 0.5 - 0.32 * Math.cos(angle)];
});
const DIGITS: Record<string, Strokes> = {
  0: [circle],
  1: [
    [
      [0.5, 0.15],
      [0.5, 0.85],
    ],
  ],
  2: [
    [
      [0.28, 0.32],
      [0.35, 0.2],
      [0.5, 0.15],
      [0.65, 0.2],
      [0.7, 0.35],
      [0.6, 0.5],
      [0.45, 0.65],
      [0.28, 0.82],
      [0.75, 0.8],
    ],
  ],
  3: [
    [
      [0.3, 0.2],
      [0.5, 0.14],
      [0.68, 0.25],
      [0.62, 0.4],
      [0.45, 0.48],
      [0.64, 0.56],
      [0.7, 0.7],
      [0.55, 0.84],
      [0.3, 0.8],
    ],
  ],
  4: [
    [
      [0.35, 0.15],
      [0.28, 0.5],
      [0.7, 0.5],
    ],
    [
      [0.65, 0.2],
      [0.6, 0.85],
    ],
  ],
  7: [
    [
      [0.25, 0.2],
      [0.75, 0.2],
      [0.45, 0.85],
    ],
  ],
};

/** Draws with the mouse, four moves to a line; gives the number of points. */
async function draw(page: Page, strokes: Strokes, size = 1, left = 0, top = 0): Promise<number> {
  const box = await page.getByTestId('canvas').boundingBox();
  assert.ok(box);
  let points = 0;
  for (const stroke of strokes) {
    const places = stroke.map(([x, y]) => [
      box.x + (left + x * size) * box.width,
      box.y + (top + y * size) * box.height,
    ]);
    await page.mouse.move(places[0][0], places[0][1]);
    await page.mouse.down();
    for (const [x, y] of places.slice(1)) await page.mouse.move(x, y, { steps: 4 });
    await page.mouse.up();
    points += 2 + 4 * (places.length - 1);
  }
  return points;
}

/** What the page says once it has been drawn. */
async function answer(page: Page): Promise<string | null> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.getByTestId('answer').textContent();
}

const rates = async (page: Page) => {
  const text = (await page.getByTestId('firing-rates').textContent()) ?? '';
  return text.trim().split(/\s+/).map(Number);
};

if (!executable) {
  test('the playground in a browser', () => {
    console.log('no Chromium found (CHROMIUM names one): the playground is not tested in a browser here');
  });
} else {
  describe('The playground', () => {
    let data: Mnist;
    let weights: Float32Array;
    let site: Site;
    let browser: Browser;
    let watched: Watched;
    let page: Page;
    before(async () => {
      data = loadMnist();
      site = await serve({ '/test-images': data.test.images });
      browser = await launchChromium(executable);
      watched = await openPage(browser, site.url, { viewport: { width: 1280, height: 1000 } });
      page = watched.page;
      await page.goto(`${site.url}/playground.html`);
      await page.evaluate(() => window.playground.ready);
      weights = Float32Array.from(await page.evaluate(() => window.playground.weights()));
    });
    after(async () => {
      site.close();
      await browser.close();
    });

    async function engineOf(seed: number, T: number, tau: number): Promise<EventEngine> {
      const neuron = { ...DEFAULT_NEURON, tau };
      const options = { data, seed, T, batchSize: 128, learningRate: 1e-3, neuron };
      const engine = await createEngine('event', options);
      const zeros = () => new Float32Array(weights.length);
      await engine.restore({ weights, m: zeros(), v: zeros(), step: 0 });
      return engine;
    }

    test('The page weighs under 1.5 MB', () => {
      const weight = watched.weight();
      console.log(`the page of the playground weighs ${(weight / 1e3).toFixed(0)} kB`);
      assert.ok(weight > 50_000 && weight < 1_500_000, `${weight} bytes`);
    });

    /** What the page did with a test image; spikes as one bit each. */
    const shown = (index: number, question: { epoch: number; seed: number; T: number; tau: number }) =>
      page.evaluate(
        ({ pixels, question }) => {
          const { inputs, h, v, fired, answer } = window.playground.show(pixels, question);
          const packed = new Uint8Array(inputs.length / 8);
          inputs.forEach((spike, i) => {
            packed[i >> 3] |= spike << (i & 7);
          });
          return { inputs: Array.from(packed), h: Array.from(h), v: Array.from(v), fired: Array.from(fired), answer };
        },
        {
          pixels: Array.from(data.test.images.subarray(index * 784, (index + 1) * 784)),
          question: { ...question, index },
        },
      );

    const unpacked = (packed: number[], length: number) =>
      Uint8Array.from({ length }, (_, i) => (packed[i >> 3] >> (i & 7)) & 1);

    /** Input spikes [T, 784] by the generator as it is written down in TypeScript. */
    function expectedSpikes(index: number, seed: number, epoch: number, T: number): Uint8Array {
      const out = new Uint8Array(T * 784);
      const thresholds = Array.from(data.test.images.subarray(index * 784, (index + 1) * 784), (k) => k * 65793);
      for (let block = 0; block * 128 < T; block++) {
        const words = new Uint32Array(784 * 4);
        poissonBlock(thresholds, new RandomStream(seed, Purpose.TestSpikes, epoch, index, block), words);
        for (let t = 0; t < Math.min(128, T - block * 128); t++) {
          for (let p = 0; p < 784; p++) out[(block * 128 + t) * 784 + p] = (words[p * 4 + (t >> 5)] >>> (t & 31)) & 1;
        }
      }
      return out;
    }

    async function compare(indices: number[], question: { epoch: number; seed: number; T: number; tau: number }) {
      const engine = await engineOf(question.seed, question.T, question.tau);
      for (const index of indices) {
        const page = await shown(index, question);
        const trace = await engine.trace('test', question.epoch, index);
        const mine = await engine.rates('test', question.epoch, Uint32Array.of(index));
        const spikes = expectedSpikes(index, question.seed, question.epoch, question.T);
        assert.deepEqual(unpacked(page.inputs, spikes.length), spikes, `input spikes of image ${index}`);
        assert.deepEqual(Float32Array.from(page.h), trace.h, `potentials of image ${index} before firing`);
        assert.deepEqual(Float32Array.from(page.v), trace.v, `potentials of image ${index}`);
        assert.deepEqual(Float32Array.from(page.fired), trace.spike, `output spikes of image ${index}`);
        assert.equal(page.answer, mine.indexOf(Math.max(...mine)), `answer to image ${index}`);
      }
      await engine.close();
    }

    test('The first 100 test images have the spikes, potentials and answers of the engine in Node', async () => {
      await compare(
        Array.from({ length: 100 }, (_, i) => i),
        { epoch: 100, seed: 0, T: 100, tau: 2 },
      );
    });

    test('So they have with another seed, time constant and more than a block of steps', async () => {
      await compare([0, 8, 9999], { epoch: 3, seed: 4294967295, T: 150, tau: 5 });
    });

    test('The answers to all 10,000 test images are those of the engine', async () => {
      const found = await page.evaluate(async () => {
        const images = new Uint8Array(await (await fetch('/test-images')).arrayBuffer());
        return Array.from(window.playground.rates(images, { epoch: 100, seed: 0, T: 100 }));
      });
      const engine = await engineOf(0, 100, 2);
      const all = Uint32Array.from({ length: data.test.count }, (_, i) => i);
      const expected = await engine.rates('test', 100, all);
      await engine.close();
      assert.deepEqual(Float32Array.from(found), expected);
    });

    for (const [digit, strokes] of Object.entries(DIGITS)) {
      test(`A ${digit} drawn with the mouse is answered with ${digit}, wherever and however large it is`, async () => {
        for (const [size, left, top] of [
          [1, 0, 0],
          [0.5, 0.02, 0.02],
          [0.6, 0.38, 0.2],
        ]) {
          await page.getByTestId('clear').click();
          assert.equal(await answer(page), '–');
          const points = await draw(page, strokes, size, left, top);
          assert.equal(await answer(page), digit, `size ${size} at ${left}, ${top}`);
          assert.equal(await page.evaluate(() => window.playground.points()), points, 'no move was dropped');
          const shownRates = await rates(page);
          assert.equal(shownRates.length, 10);
          assert.ok(shownRates[Number(digit)] > 0.3 && shownRates[Number(digit)] === Math.max(...shownRates));
          await page.getByTestId('run').click();
          assert.equal(await answer(page), digit, 'Run keeps the answer');
        }
      });
    }

    test('A drawing is scaled to 20 pixels and its centre of mass is put in the centre, as MNIST did', async () => {
      for (const strokes of Object.values(DIGITS)) {
        await page.getByTestId('clear').click();
        await draw(page, strokes, 0.4, 0.5, 0.1);
        await answer(page);
        const image = await page.evaluate(() => window.playground.image());
        const mass = image.reduce((a, b) => a + b);
        const centre = (of: (p: number) => number) => image.reduce((sum, k, p) => sum + k * (of(p) + 0.5), 0) / mass;
        assert.ok(Math.abs(centre((p) => p % 28) - 14) <= 0.5 + 1e-9);
        assert.ok(Math.abs(centre((p) => Math.floor(p / 28)) - 14) <= 0.5 + 1e-9);
        const inked = (of: (p: number) => number) => {
          const places = image.flatMap((k, p) => (k > 127 ? [of(p)] : []));
          return Math.max(...places) - Math.min(...places) + 1;
        };
        const longer = Math.max(
          inked((p) => p % 28),
          inked((p) => Math.floor(p / 28)),
        );
        assert.ok(longer >= 19 && longer <= 21, `${longer} pixels long`);
      }
    });

    test('It can be played with the keyboard alone', async () => {
      await page.getByTestId('clear').click();
      await page.getByTestId('canvas').focus();
      for (const digit of ['0', '3', '7']) {
        await page.keyboard.press(digit);
        assert.equal(await answer(page), digit);
      }
      await page.keyboard.press('Delete');
      assert.equal(await answer(page), '–');
      assert.deepEqual(await rates(page), new Array(10).fill(0));

      await page.getByRole('button', { name: 'Sample 6' }).focus();
      await page.keyboard.press('Enter');
      assert.equal(await answer(page), '6');
      await page.getByRole('slider', { name: /Steps T/ }).focus();
      await page.keyboard.press('Home');
      await answer(page);
      assert.match((await page.locator('#pg-note').textContent()) ?? '', /1 step/);
      await page.keyboard.press('End');
      await answer(page);
      assert.match((await page.locator('#pg-note').textContent()) ?? '', /of 200 steps/);
      await page
        .getByRole('status')
        .getByText(/^Answer 6/)
        .waitFor();
    });

    test('One step, the time slider and slow motion show a part of the presentation', async () => {
      await page.getByRole('slider', { name: /Steps T/ }).fill('100');
      await page.getByRole('button', { name: 'Sample 1' }).click();
      const note = page.locator('#pg-note');
      const step = page.getByRole('button', { name: 'One step' });
      await step.click();
      await answer(page);
      assert.match((await note.textContent()) ?? '', /1 step\b/);
      for (let i = 0; i < 4; i++) await step.click();
      await answer(page);
      assert.match((await note.textContent()) ?? '', /5 steps/);
      await page.getByRole('slider', { name: /Shown up to step/ }).fill('42');
      await answer(page);
      assert.match((await note.textContent()) ?? '', /42 steps/);
      await page.getByRole('button', { name: 'Slow motion' }).click();
      await note.getByText(/of 4[4-9] steps/).waitFor();
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByTestId('run').click();
      await answer(page);
      assert.match((await note.textContent()) ?? '', /of 100 steps/);
    });

    test('The seed decides the spikes', async () => {
      await page.getByTestId('clear').click();
      await draw(page, DIGITS[3]);
      const count = async (seed: string) => {
        await page.getByRole('spinbutton', { name: 'Seed' }).fill(seed);
        await answer(page);
        return page.locator('#pg-count').textContent();
      };
      const [first, other, again] = [await count('0'), await count('1'), await count('0')];
      assert.notEqual(first, other);
      assert.equal(first, again);
    });

    test('A finger draws, and the page does not move under it', async () => {
      const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
      const { page, faults } = await openPage(browser, site.url, options);
      await page.goto(`${site.url}/playground.html`);
      await page.evaluate(() => window.playground.ready);
      const box = await page.getByTestId('canvas').boundingBox();
      assert.ok(box);
      const touch = await page.context().newCDPSession(page);
      const at = (part: number) => [{ x: box.x + box.width / 2, y: box.y + box.height * part }];
      await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0.15) });
      for (let part = 0.2; part < 0.85; part += 0.05) {
        await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(part) });
      }
      await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      assert.equal(await answer(page), '1');
      assert.equal(await page.evaluate(() => window.scrollY), 0);
      assert.deepEqual(faults, []);
      await page.context().close();
    });

    test('Nothing has gone wrong on the page meanwhile', async () => {
      const milliseconds = await page.evaluate(async () => {
        const paper = document.querySelector('[data-testid=canvas]') as HTMLCanvasElement;
        (document.querySelector('[data-testid=clear]') as HTMLElement).click();
        await new Promise((done) => setTimeout(done, 200));
        const box = paper.getBoundingClientRect();
        const place = { clientX: box.left + box.width / 2, clientY: box.top + 40, pointerId: 1, bubbles: true };
        const text = document.querySelector('[data-testid=answer]') as HTMLElement;
        paper.setPointerCapture = () => undefined;
        const begin = performance.now();
        const seen = new Promise<number>((done) => {
          new MutationObserver(() => done(performance.now() - begin)).observe(text, { childList: true });
        });
        paper.dispatchEvent(new PointerEvent('pointerdown', place));
        paper.dispatchEvent(new PointerEvent('pointermove', { ...place, clientY: box.bottom - 40 }));
        paper.dispatchEvent(new PointerEvent('pointerup', { ...place, clientY: box.bottom - 40 }));
        return seen;
      });
      console.log(`a stroke at T = 100 was answered after ${milliseconds.toFixed(0)} ms`);
      assert.deepEqual(watched.faults, []);
    });
  });
}
