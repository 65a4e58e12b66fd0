/** The event camera in a browser: scenes before a camera, cameras that misbehave, and no camera at all. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { readEvents } from '../../../../packages/formats/datasets';
import { axeFaults, COLOURS, inChromium, inFirefox, launchFirefox } from '../../../../test/support/browser';
import type {} from '../../event-camera/main';
import { PHONE } from './playground';
import { disk, openSite, type Site, type Watched } from './site';

/** What is before the camera: a wall, perhaps a hand at a place, in the light of lamps of 50 Hz that are so deep. */
interface Scene {
  grey: number;
  hand?: [x: number, y: number];
  lamp?: number;
}

/** What a test's own camera has. */
interface Painted {
  stream: MediaStream;
  paint(scene: Scene, ms: number): void;
}

/** What the page said at a picture. */
interface Seen {
  answer: string;
  count: number;
}

declare global {
  interface Window {
    seen: Seen[];
  }
}

describe('An event camera', inChromium, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  // New York has lamps of 60 Hz: the camera is asked for 30 pictures a second.
  const usual = { viewport: { width: 1280, height: 900 }, timezoneId: 'America/New_York' };
  const said = (page: Page) => page.getByTestId('said');

  /** Notes all that the page says from now on. */
  const listen = (page: Page) =>
    page.evaluate(() => {
      window.seen = [];
      window.eventCamera.onPicture = (seen) => window.seen.push(seen);
    });
  /** A page whose camera is what a script makes of it before the page's own runs. */
  async function withCamera(script: string): Promise<Watched> {
    const watched = await site.open('index.html', usual);
    await watched.page.addInitScript(script);
    await watched.go('event-camera.html');
    return watched;
  }
  const instead = (body: string) => `navigator.mediaDevices.getUserMedia = async () => { ${body} };`;
  /**
   * A camera whose pictures a test makes, by a clock of its own: `paint(scene, ms)` shows one, so much later than the
   * one before.
   */
  const painted = `const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
     const pen = canvas.getContext('2d');
     let now = 0;
     performance.now = () => now;
     window.paint = ({ grey, hand, lamp = 0 }, ms) => {
       now += ms;
       for (let y = 0; y < canvas.height; y++) {
         // A camera reads out row by row, and needs 30 ms for all of them.
         const light = grey * (1 + lamp * Math.sin(2 * Math.PI * 100 * (now / 1000 + (0.03 * y) / canvas.height)));
         pen.fillStyle = 'rgb(' + [light, light, light] + ')';
         pen.fillRect(0, y, canvas.width, 1);
       }
       pen.fillStyle = 'rgb(50 50 50)';
       pen.beginPath();
       if (hand) pen.arc(...hand, 40, 0, 7);
       pen.fill();
       window.stream.getVideoTracks()[0].requestFrame();
     };
     ${instead('window.stream = canvas.captureStream(0); setTimeout(() => window.paint({ grey: 90 }, 40), 50); return stream;')}`;
  async function withPainted(): Promise<Watched> {
    const watched = await withCamera(painted);
    const { page } = watched;
    await page.getByLabel('As in a mirror').uncheck();
    await page.getByRole('button', { name: 'Use my camera' }).click();
    await said(page)
      .getByText(/^Your camera\./)
      .waitFor();
    await page.waitForTimeout(200); // in which the first picture comes
    await listen(page);
    return watched;
  }
  /** Shows scenes one after the other; what the page says of each. */
  const show = ({ page }: Watched, scenes: Scene[], ms = 1000 / 30): Promise<Seen[]> =>
    page.evaluate(
      async ([scenes, ms]) => {
        const from = window.seen.length;
        for (const [i, scene] of scenes.entries()) {
          (window as unknown as Painted).paint(scene, ms);
          while (window.seen.length <= from + i) await new Promise(requestAnimationFrame);
        }
        return window.seen.slice(from);
      },
      [scenes, ms] as const,
    );
  const still = (pictures: number, scene: Scene = { grey: 150 }) => Array.from({ length: pictures }, () => scene);

  test('reads which way a hand moves, and nothing in between, and makes no request meanwhile', async () => {
    const watched = await withPainted();
    const { page, requested, faults } = watched;
    requested.clear();
    for (const [way, [dx, dy]] of Object.entries({ left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] })) {
      const pause = await show(watched, still(24));
      assert.equal(pause.at(-1)?.answer, 'nothing', `before ${way}`);
      const goes = (n: number): Scene => ({ grey: 150, hand: [160 + dx * 8 * (n - 20), 120 + dy * 8 * (n - 20)] });
      const answers = (
        await show(
          watched,
          Array.from({ length: 40 }, (_, n) => goes(n)),
        )
      ).slice(14, 36);
      const right = answers.filter(({ answer }) => answer === way).length;
      assert.ok(right > 0.8 * answers.length, `${way}: ${right} of ${answers.length}`);
    }
    const status = page.getByRole('status').first();
    await status.getByText('down').waitFor();
    assert.deepEqual([[...requested], faults], [[], []]);
    await page.context().close();
  });

  test('sees lamps of 50 Hz at 30 pictures a second, until it is told to remove their flicker', async () => {
    const watched = await withPainted();
    const lit = still(40, { grey: 130, lamp: 0.2 });
    const events = (seen: Seen[]) => seen.slice(15).reduce((sum, { count }) => sum + count, 0) / (seen.length - 15);
    const flickering = events(await show(watched, lit));
    await watched.page.getByLabel('Remove lamp flicker, row by row').check();
    const steady = await show(watched, lit);
    assert.ok(flickering > 100 && events(steady) < flickering / 20, `${flickering} and ${events(steady)} events`);
    assert.equal(steady.at(-1)?.answer, 'nothing');
    assert.deepEqual(watched.faults, []);
    await watched.page.context().close();
  });

  test('says in a line why there is no camera, and a shape stands in', async () => {
    for (const [script, line] of [
      [instead(`throw new DOMException('', 'NotAllowedError');`), /^The camera was not allowed\. A shape stands in/],
      [instead(`throw new DOMException('', 'Odd');`), /^The camera did not start \(Odd\)\. A shape stands in/],
      [
        `Object.defineProperty(navigator, 'mediaDevices', { value: undefined });`,
        /^A browser lends its camera only to a page from this computer or over https\. A shape stands in/,
      ],
      [instead('return new MediaStream();'), /^The camera sends no pictures\. A shape stands in/],
      [
        `CanvasRenderingContext2D.prototype.getImageData = () => new ImageData(32, 32);`,
        /^This browser answers at random when a page reads a picture/,
      ],
    ] as const) {
      const { page, faults } = await withCamera(script);
      await page.getByRole('button', { name: 'Use my camera' }).click();
      await said(page).getByText(line).waitFor();
      await listen(page);
      await page.waitForFunction(() => window.seen.some(({ count }) => count > 0));
      assert.equal(await page.getByRole('button', { name: 'Move a shape' }).getAttribute('aria-pressed'), 'true');
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('begins anew after a gap, and says when the camera goes', async () => {
    const watched = await withPainted();
    const { page, faults } = watched;
    const count = async (grey: number, ms = 40) => (await show(watched, [{ grey }], ms))[0]?.count;
    await count(90);
    assert.equal(await count(20, 700), 0, 'what was before the gap is forgotten');
    assert.ok(Number(await count(60)) > 1000, 'all pixels are brighter');
    await page.evaluate(() => {
      const { stream } = window as unknown as Painted;
      stream.getVideoTracks()[0].dispatchEvent(new Event('ended'));
    });
    await said(page)
      .getByText(/^The camera has gone\. A shape stands in/)
      .waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('is played with the keyboard, and rests for those who want less motion', async () => {
    const { page, faults } = await site.open('event-camera.html', { ...usual, reducedMotion: 'reduce' });
    await page.waitForFunction(() => 'eventCamera' in window);
    await listen(page);
    await page.waitForTimeout(300);
    assert.equal(await page.evaluate(() => window.seen.length), 0);
    await page.getByTestId('seen').focus();
    for (const [key, way] of [
      ['ArrowRight', 'right'],
      ['ArrowUp', 'up'],
    ]) {
      await page.keyboard.down(key);
      await page.getByTestId('answer').getByText(way).waitFor();
      await page.keyboard.up(key);
      await page.getByTestId('answer').getByText('nothing').waitFor();
    }
    assert.match(page.url(), /event-camera\.html$/, 'the arrows turn no page');
    await page.getByRole('slider', { name: /Threshold/ }).focus();
    await page.keyboard.press('End');
    await page.locator('#ec-threshold-value').getByText('0.60').waitFor();
    await page.getByRole('slider', { name: /Look at every picture/ }).focus();
    await page.keyboard.press('ArrowRight');
    await page.locator('#ec-rate-value').getByText('every 2nd').waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('saves a gesture as a file of events', async () => {
    const { page, faults } = await site.open('event-camera.html', usual);
    await listen(page);
    await page.getByRole('button', { name: 'Record' }).click();
    await page.waitForFunction(() => window.seen.filter(({ count }) => count > 0).length > 20);
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Record' }).click(),
    ]);
    const { x, times } = readEvents(readFileSync(await saved.path()));
    const [, events, seconds] =
      /^(\d+) events in ([\d.]+) s saved\.$/.exec((await page.getByTestId('kept').textContent()) ?? '') ?? [];
    assert.equal(x.length, Number(events));
    assert.ok(Math.max(...times) / 1e6 <= Number(seconds) + 0.06);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('fits a phone with the answer first, and the dark, and works from disk', async () => {
    for (const [options, start] of [
      [{ ...PHONE, colorScheme: 'light', timezoneId: 'America/New_York' }, site.url],
      [{ ...PHONE, colorScheme: 'dark', timezoneId: 'Europe/Berlin' }, disk],
    ] as const) {
      const { page, faults } = await site.open('event-camera.html', options, start);
      await page
        .getByTestId('answer')
        .getByText(/right|down/)
        .waitFor();
      const { overflow, bottom } = await page.evaluate(() => ({
        overflow: document.documentElement.scrollWidth - window.innerWidth,
        bottom: document.querySelector('#ec-word')?.getBoundingClientRect().bottom,
      }));
      assert.ok(overflow <= 0, `${overflow} pixels wider than the page`);
      assert.equal(await page.getByLabel('50 Hz').isChecked(), start === disk, 'the lamps of the time zone');
      assert.ok(bottom !== undefined && bottom < PHONE.viewport.height, `the answer ends at ${bottom}`);
      await page.getByRole('button', { name: 'Pause' }).click();
      assert.deepEqual(await axeFaults(page, '#ec-root', start === disk ? COLOURS : undefined), []);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('reads the shape in Firefox, and notices a canvas that answers at random', inFirefox, async () => {
    const browser = await launchFirefox({ 'privacy.resistFingerprinting': true, 'media.navigator.streams.fake': true });
    try {
      const page = await browser.newPage();
      await page.goto(`${site.url}/event-camera.html`);
      await page.waitForFunction(() => document.querySelector('#ec-word')?.textContent === 'right');
      await page.waitForFunction(() => document.querySelector('#ec-word')?.textContent === 'down');
      await page.click('#ec-camera');
      await page.waitForFunction(() =>
        /^This browser answers at random when a page reads a picture/.test(
          document.querySelector('#ec-said')?.textContent ?? '',
        ),
      );
    } finally {
      await browser.close();
    }
  });
});
