/** The playground: the same bits as the engine in Node, and the right answers to digits that are drawn. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import type {} from '../../book/playground/main';
import type { Mnist } from '../../src/common/mnist';
import { DEFAULT_NEURON } from '../../src/common/neuron-options';
import { Purpose, RandomStream } from '../../src/common/random';
import type { EventEngine } from '../../src/event/engine';
import { readMnist } from '../../src/node/data';
import { createEngine } from '../../src/node/engines';
import { poissonBlock } from '../../src/snn/poisson-block';
import { inChromium, launchChromium } from '../support/browser';
import { openPage, type Site, serve, type Watched } from './site';

const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

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

describe('The playground', inChromium, () => {
  let data: Mnist;
  let weights: Float32Array;
  let site: Site;
  let browser: Browser;
  let watched: Watched;
  let page: Page;
  before(async () => {
    data = readMnist();
    site = await serve({ '/test-images': data.test.images });
    browser = await launchChromium();
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

  /** A page of its own, on which everything that goes wrong is noted. */
  async function opened(name: string, options: BrowserContextOptions = {}): Promise<Watched> {
    const other = await openPage(browser, site.url, options);
    await other.page.goto(new URL(name, `${site.url}/`).href);
    await other.page.evaluate(() => window.playground.ready);
    return other;
  }

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
      const trace = await engine.trace({ split: 'test', epoch: question.epoch, index });
      const mine = await engine.rates({ split: 'test', epoch: question.epoch, indices: [index] });
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
    const expected = await engine.rates({ split: 'test', epoch: 100, indices: all });
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
    const { page, faults } = await opened('playground.html', PHONE);
    const box = await page.getByTestId('canvas').boundingBox();
    assert.ok(box);
    const touch = await page.context().newCDPSession(page);
    const at = ([x, y]: [number, number]) => [{ x: box.x + box.width * x, y: box.y + box.height * y }];
    for (const [digit, strokes] of Object.entries(DIGITS)) {
      for (const [first, ...rest] of strokes) {
        await touch.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(first) });
        for (const place of rest) {
          await touch.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at(place) });
        }
        await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
      }
      assert.equal(await answer(page), digit);
      assert.equal(await page.evaluate(() => window.scrollY), 0);
      await page.getByTestId('clear').click();
      await page.getByTestId('answer').getByText('–').waitFor();
    }
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('On a phone the pad and the answer stay in view while the rest goes by', async () => {
    const { page } = await opened('playground.html', PHONE);
    for (const below of ['#pg-rates li:last-child', '#pg-tau', '#pg-experiments li:last-child button']) {
      await page.locator(below).evaluate((element) => element.scrollIntoView({ block: 'end' }));
      for (const id of ['canvas', 'answer']) {
        const box = await page.getByTestId(id).boundingBox();
        assert.ok(box && box.y >= 0 && box.y + box.height < 844 * 0.6, `${id}: ${JSON.stringify(box)}`);
      }
    }
    assert.ok((await page.evaluate(() => window.scrollY)) > 0);
    await page.context().close();
  });

  test('At 1,280 × 720 the race stands beside the pad, without scrolling', async () => {
    const { page } = await opened('playground.html', { viewport: { width: 1280, height: 720 } });
    const [pad, race] = [await page.getByTestId('canvas').boundingBox(), await page.getByTestId('race').boundingBox()];
    const last = await page.locator('#pg-rates li:last-child').boundingBox();
    const run = await page.getByTestId('run').boundingBox();
    assert.ok(pad && race && last && run);
    assert.ok(race.x > pad.x + pad.width && race.y < pad.y + pad.height);
    for (const box of [pad, race, last, run]) assert.ok(box.y >= 0 && box.y + box.height <= 720, JSON.stringify(box));
    await page.context().close();
  });

  test('It starts by itself with a 7 in slow motion, unless the reader wants no motion', async () => {
    const { page } = await opened('playground.html');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page
      .locator('#pg-note')
      .getByText(/fired in .*\b\d\d? steps/)
      .waitFor();
    await page.getByTestId('answer').getByText('7', { exact: true }).waitFor();
    await page.context().close();
    const { page: still } = await opened('playground.html', { reducedMotion: 'reduce' });
    assert.equal(await answer(still), '7');
    assert.match((await still.locator('#pg-note').textContent()) ?? '', /of 100 steps/);
    await still.context().close();
  });

  test('Where no neuron has fired, the answer is a question mark', async () => {
    await page.evaluate(() => window.playground.show(new Uint8Array(784), { T: 100, tau: 2, seed: 0 }));
    assert.equal(await answer(page), '?');
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /No neuron has fired in 100 steps/);
    await page.getByTestId('why').click();
    await page.getByText('No neuron has fired, so there is no winner to explain.').waitFor();
    await page.getByTestId('why').click();
  });

  test('Why? lays the weights of the winner over the drawing', async () => {
    await page.getByTestId('clear').click();
    await draw(page, DIGITS[7]);
    await answer(page);
    const drawn = () => page.getByTestId('canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    const before = await drawn();
    await page.getByTestId('why').press('Enter');
    await page.getByText(/Weights of neuron 7/).waitFor();
    const colours = await page.getByTestId('canvas').evaluate((element) => {
      const canvas = element as HTMLCanvasElement;
      const { image, weights } = window.playground;
      const [pixels, all] = [image(), weights()];
      const pen = canvas.getContext('2d') as CanvasRenderingContext2D;
      const size = canvas.width / 28;
      // Of the pixels with ink those whose weights are the largest, up and down.
      const inked = pixels.flatMap((ink, pixel) => (ink > 200 ? [{ pixel, weight: all[pixel * 10 + 7] }] : []));
      inked.sort((a, b) => a.weight - b.weight);
      const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
      return [inked[0], inked[inked.length - 1]].map(({ pixel, weight }) => {
        const [x, y] = [((pixel % 28) + 0.5) * size, (Math.floor(pixel / 28) + 0.5) * size];
        const [red, , blue] = data.subarray(4 * (y * canvas.width + x));
        return { weight, red, blue };
      });
    });
    const [down, up] = colours;
    assert.ok(down.weight < 0 && down.blue > down.red, JSON.stringify(down));
    assert.ok(up.weight > 0 && up.red > up.blue, JSON.stringify(up));
    await page.getByTestId('why').press('Enter');
    await answer(page);
    assert.equal(await drawn(), before);
  });

  test('Each experiment shows what it promises', async () => {
    const results = page.getByTestId('experiments').locator('li');
    const outcome = async (name: string) => {
      const card = results.filter({ has: page.getByRole('button', { name }) });
      await card.getByRole('button').click();
      await card.locator('b').nth(1).waitFor();
      const said = await card.locator('b').allTextContents();
      assert.equal(await answer(page), said[1], 'the page shows what is after the change');
      return said;
    };
    assert.deepEqual(await outcome('Remove the 7’s bar'), ['7', '1']);
    const [before, after] = await outcome('Raise τ');
    assert.equal(before, '7');
    assert.notEqual(after, '7');
    assert.ok((await page.locator('#pg-tau').inputValue()) > '2');
    const [sure, hasty] = await outcome('Set T to 1');
    assert.equal(await page.locator('#pg-T').inputValue(), '1');
    assert.match(sure, /^\d$/);
    assert.match(hasty, /^\d$/);
    assert.notEqual(sure, hasty);
    const text = await results.filter({ hasText: 'Set T to 1' }).textContent();
    assert.ok(text?.includes(`the digit ${sure}.`), text ?? '');
    await page.getByRole('button', { name: 'Reset settings' }).click();
    assert.equal(await page.locator('#pg-T').inputValue(), '100');
  });

  test('A link opened in a fresh browser shows the same drawing, spikes and answer', async () => {
    const seen = (page: Page) =>
      page.evaluate(() => ({ image: window.playground.image(), ...window.playground.spikes() }));
    const copy = async () => {
      await page.getByTestId('link').click();
      await page.getByText(/^The link is (copied|in the address bar)/).waitFor();
      return page.url();
    };
    const check = async (link: string) => {
      const here = { ...(await seen(page)), answer: await answer(page), rates: await rates(page) };
      const note = await page.locator('#pg-note').textContent();
      const other = await opened(link);
      const there = { ...(await seen(other.page)), answer: await answer(other.page), rates: await rates(other.page) };
      assert.deepEqual(there, here);
      assert.equal(await other.page.locator('#pg-note').textContent(), note);
      for (const id of ['T', 'tau', 'seed']) {
        const value = (page: Page) => page.locator(`#pg-${id}`).inputValue();
        assert.equal(await value(other.page), await value(page), id);
      }
      assert.deepEqual(other.faults, []);
      await other.page.context().close();
    };
    await page.getByTestId('clear').click();
    await draw(page, DIGITS[4]);
    await page.getByRole('slider', { name: /Steps T/ }).fill('77');
    await page.getByRole('slider', { name: /Time constant/ }).fill('3.4');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('4294967295');
    await answer(page);
    await check((await copy()).replace(site.url, ''));
    await page.getByRole('slider', { name: /Shown up to step/ }).fill('20');
    await answer(page);
    await check((await copy()).replace(site.url, ''));
    await page.getByRole('button', { name: 'Sample 5' }).click();
    assert.equal(new URL(page.url()).hash, '', 'the address does not lead to another drawing');
    await answer(page);
    await check((await copy()).replace(site.url, ''));
    await page.getByRole('button', { name: 'Reset settings' }).click();
  });

  test('A link that is damaged is refused in one line, and the page starts as ever', async () => {
    for (const hash of ['#v=1&T=0&tau=2&seed=0', '#v=1&T=9&tau=2&seed=0&strokes=%3Cimg%20src=x%3E']) {
      const { page, faults } = await opened(`/playground.html${hash}`);
      await page.getByText(/^The link of this page is not shown: (T|strokes): expected /).waitFor();
      await page.getByTestId('answer').getByText('7', { exact: true }).waitFor();
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('The keys are told to everybody, and work', async () => {
    const told = page.locator('#pg-keys');
    assert.ok(await told.isVisible());
    assert.match((await told.textContent()) ?? '', /0 to 9 .*Enter.*Space.*Delete/);
    await page.getByTestId('canvas').focus();
    await page.keyboard.press('8');
    await page.keyboard.press('Space');
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await answer(page);
    await page.keyboard.press('ArrowLeft');
    await answer(page);
    assert.match((await page.locator('#pg-note').textContent()) ?? '', /of 99 steps/);
    assert.ok(page.url().includes('playground.html'), 'the arrows turn no page');
    await page.keyboard.press('ArrowRight');
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
