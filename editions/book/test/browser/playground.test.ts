/**
 * The playground, played: digits that are drawn by mouse, finger and keys are answered, and every step can be looked
 * at.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { inChromium } from '../../../../test/support/browser';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { answer, DIGITS, draw, openPlayground, PHONE, type Playground, rates } from './playground';

describe('The playground', inChromium, () => {
  let playground: Playground;
  let page: Page;
  before(async () => {
    playground = await openPlayground();
    page = playground.page;
  });
  after(() => playground.close());

  const places = [
    [1, 0, 0],
    [0.5, 0.02, 0.02],
    [0.6, 0.38, 0.2],
  ];
  for (const [at, [digit, strokes]] of Object.entries(DIGITS).entries()) {
    // By day each place has two digits, and a 7 is drawn in all of them.
    const own = LEAVE_NOTHING_OUT || digit === '7' ? places : [places[at % places.length]];
    test(`A ${digit} drawn with the mouse is answered with ${digit}, wherever and however large it is`, async () => {
      for (const [size, left, top] of own) {
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
    // A high one, one of two strokes and one that is wide at the top; the others are as high as they are.
    for (const strokes of LEAVE_NOTHING_OUT ? Object.values(DIGITS) : [DIGITS[1], DIGITS[4], DIGITS[7]]) {
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
    const { page, faults } = await playground.opened('playground.html', PHONE);
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
    const { page } = await playground.opened('playground.html', PHONE);
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
    const { page } = await playground.opened('playground.html', { viewport: { width: 1280, height: 720 } });
    const [pad, race] = [await page.getByTestId('canvas').boundingBox(), await page.getByTestId('race').boundingBox()];
    const last = await page.locator('#pg-rates li:last-child').boundingBox();
    const run = await page.getByTestId('run').boundingBox();
    assert.ok(pad && race && last && run);
    assert.ok(race.x > pad.x + pad.width && race.y < pad.y + pad.height);
    for (const box of [pad, race, last, run]) assert.ok(box.y >= 0 && box.y + box.height <= 720, JSON.stringify(box));
    await page.context().close();
  });

  test('The networks to choose from fill their lines, on a phone and at 1,280 pixels', async () => {
    for (const options of [PHONE, { viewport: { width: 1280, height: 720 } }]) {
      const { page } = await playground.opened('playground.html', options);
      const gaps = await page.locator('.pg-network').evaluate((all) => {
        const places = Array.from(all.querySelectorAll('label:not([hidden])'), (label) =>
          label.getBoundingClientRect(),
        );
        const last = places.filter(({ top }, i) => top !== places[i + 1]?.top);
        return last.map(({ right }) => Math.round(all.getBoundingClientRect().right - right));
      });
      assert.deepEqual(
        gaps.filter((gap) => gap !== 0),
        [],
      );
      await page.context().close();
    }
  });

  test('Nothing has gone wrong on the page meanwhile', () => {
    assert.deepEqual(playground.watched.faults, []);
  });
});
