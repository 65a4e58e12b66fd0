/** The event camera in a browser: films as cameras, cameras that misbehave, and no camera at all. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { readEvents } from '../../../../packages/formats/datasets';
import { axeFaults, COLOURS, firefox, inChromium, inFirefox } from '../../../../test/support/browser';
import type {} from '../../event-camera/main';
import { PHONE } from './playground';
import { disk, openSite, type Site, type Watched } from './site';

const [WIDTH, HEIGHT] = [160, 120];
/** Pictures of a film before each way, in which nothing is to be seen, and of a way. */
const STILL = 20;
const WAY = 40;
const WAYS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;

interface Film {
  /** The depth of lamps of 50 Hz. */
  flicker?: number;
  /** Where the hand is in a picture, if it is in sight. */
  hand(picture: number): [x: number, y: number] | undefined;
  pictures: number;
}

/** A palm, four fingers and a thumb. */
function isHand(u: number, v: number): boolean {
  if ((u / 15) ** 2 + ((v - 9) / 15) ** 2 < 1) return true;
  if (Math.abs(u - 16 + (v - 5)) < 5 && Math.abs(u - 16 - (v - 5)) < 13) return true;
  return [-10, -3, 4, 11].some((finger) => Math.abs(u - finger) < 2.8 && v > -20 && v < 5);
}

/**
 * A film as the bytes of a y4m file, which Chromium takes for a camera. A strip at the left edge, which the page does
 * not see, has the number of the picture in bits.
 */
function y4m({ flicker = 0, hand, pictures }: Film): Buffer {
  let state = 1;
  const noise = Int8Array.from({ length: 4099 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >> 24) / 40;
  });
  const chroma = Buffer.alloc((WIDTH * HEIGHT) / 2, 128);
  const parts: Buffer[] = [Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F30:1 Ip A1:1 C420jpeg\n`)];
  for (let n = 0; n < pictures; n++) {
    const place = hand(n);
    const picture = Buffer.alloc(WIDTH * HEIGHT);
    for (let y = 0; y < HEIGHT; y++) {
      // A camera reads out row by row, and needs 30 ms for all of them.
      const light = 1 + flicker * Math.sin(2 * Math.PI * 100 * (n / 30 + (0.03 * y) / HEIGHT));
      for (let x = 0; x < WIDTH; x++) {
        const wall = 140 + 25 * Math.sin(x / 17) * Math.cos(y / 23);
        const grey = place && isHand(x - place[0], y - place[1]) ? 60 : wall;
        picture[y * WIDTH + x] = Math.min(255, grey * light + noise[(n * 7919 + y * WIDTH + x) % noise.length]);
      }
      const bit = Math.floor((16 * y) / HEIGHT);
      picture.fill((n >> bit) & 1 ? 235 : 16, y * WIDTH, y * WIDTH + 12);
    }
    parts.push(Buffer.from('FRAME\n'), picture, chroma);
  }
  return Buffer.concat(parts);
}

/** A hand that comes and goes four times, left, right, up and down. */
const gestures: Film = {
  pictures: 4 * (STILL + WAY),
  hand(n) {
    const since = (n % (STILL + WAY)) - STILL;
    if (since < 0) return undefined;
    const [dx, dy] = Object.values(WAYS)[Math.floor(n / (STILL + WAY))];
    const along = (since / WAY - 0.5) * 165;
    return [WIDTH / 2 + dx * along, HEIGHT / 2 + dy * along];
  },
};
const stillHand: Film = { pictures: 60, flicker: 0.2, hand: () => [WIDTH / 2, HEIGHT / 2] };

/** What the page said at a picture, and which picture of the film that was. */
interface Seen {
  answer: string;
  count: number;
  units: number[];
  picture: number;
}

/** What a test's own camera has. */
interface Painted {
  stream: MediaStream;
  paint(grey: number, ms: number): void;
}

declare global {
  interface Window {
    seen: Seen[];
  }
}

describe('An event camera', inChromium, () => {
  let site: Site;
  const folder = mkdtempSync(join(tmpdir(), 'lif-camera-'));
  before(async () => {
    site = await openSite();
  });
  after(async () => {
    await site.close();
    rmSync(folder, { recursive: true, force: true });
  });

  // New York has lamps of 60 Hz: the camera is asked for 30 pictures a second.
  const usual = { viewport: { width: 1280, height: 900 }, timezoneId: 'America/New_York' };
  const said = (page: Page) => page.getByTestId('said');

  /** Notes all that the page says from now on, and the number in the strip of the film. */
  const listen = (page: Page) =>
    page.evaluate(() => {
      window.seen = [];
      const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 16 });
      const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D;
      window.eventCamera.onPicture = (seen) => {
        const video = document.querySelector('video') as HTMLVideoElement;
        let picture = 0;
        if (video.videoWidth > 0) {
          pen.drawImage(video, 3, 0, 6, video.videoHeight, 0, 0, 1, 16);
          const { data } = pen.getImageData(0, 0, 1, 16);
          for (let bit = 0; bit < 16; bit++) if (data[4 * bit] > 128) picture += 1 << bit;
        }
        window.seen.push({ ...seen, picture });
      };
    });

  /** A page whose camera shows a film, over and over. */
  async function withFilm(film: Film, work: (watched: Watched) => Promise<void>): Promise<void> {
    const file = join(folder, 'film.y4m');
    writeFileSync(file, y4m(film));
    const own = await openSite({}, {}, [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${file}`,
    ]);
    try {
      const watched = await own.open('event-camera.html', usual);
      await watched.page.getByLabel('As in a mirror').uncheck();
      await work(watched);
      assert.deepEqual(watched.faults, []);
    } finally {
      await own.close();
    }
  }
  const useCamera = async ({ page }: Watched) => {
    await page.getByRole('button', { name: 'Use my camera' }).click();
    await said(page)
      .getByText(/^Your camera\./)
      .waitFor();
    await listen(page);
  };
  const seenAfter = async ({ page }: Watched, pictures: number) => {
    await page.waitForFunction((n) => window.seen.length >= n, pictures);
    return page.evaluate(() => window.seen);
  };

  test('reads which way a hand moves in a film, and nothing in between, and makes no request meanwhile', async () => {
    await withFilm(gestures, async (watched) => {
      const { page, requested } = watched;
      await page.waitForFunction(() => 'eventCamera' in window);
      requested.clear();
      await useCamera(watched);
      const seen = await seenAfter(watched, gestures.pictures + STILL);
      Object.keys(WAYS).forEach((way, i) => {
        const from = i * (STILL + WAY) + STILL;
        const answers = seen.filter(({ picture }) => picture >= from + 14 && picture < from + 36);
        const right = answers.filter(({ answer }) => answer === way).length;
        assert.ok(answers.length > 5 && right > 0.8 * answers.length, `${way}: ${right} of ${answers.length}`);
        const pause = seen.filter(({ picture }) => picture >= from - 4 && picture < from);
        assert.ok(
          pause.every(({ answer }) => answer === 'nothing'),
          `before ${way}: ${JSON.stringify(pause)}`,
        );
      });
      assert.deepEqual([...requested], []);
      const status = page.getByRole('status').first();
      await status.getByText(/^(left|right|up|down)$/).waitFor();
    });
  });

  test('sees lamps of 50 Hz at 30 pictures a second, until it is told to remove their flicker', async () => {
    await withFilm(stillHand, async (watched) => {
      await useCamera(watched);
      const events = (seen: Seen[]) => seen.slice(15).reduce((sum, { count }) => sum + count, 0) / (seen.length - 15);
      const flickering = events(await seenAfter(watched, 40));
      await watched.page.getByLabel('Remove lamp flicker, row by row').check();
      await listen(watched.page);
      const steady = await seenAfter(watched, 40);
      assert.ok(flickering > 100 && events(steady) < flickering / 20, `${flickering} and ${events(steady)} events`);
      assert.ok(steady.slice(15).every(({ answer }) => answer === 'nothing'));
    });
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
   * A camera whose pictures a test makes, by a clock of its own: `paint(grey, ms)` shows one, so much later than the
   * one before.
   */
  const painted = (width: number, height: number) =>
    `const canvas = Object.assign(document.createElement('canvas'), { width: ${width}, height: ${height} });
     const pen = canvas.getContext('2d');
     let now = 0;
     performance.now = () => now;
     window.paint = (grey, ms) => {
       now += ms;
       pen.fillStyle = 'rgb(' + [grey, grey, grey] + ')';
       pen.fillRect(0, 0, canvas.width, canvas.height);
       window.stream.getVideoTracks()[0].requestFrame();
     };
     ${instead('window.stream = canvas.captureStream(0); setTimeout(() => window.paint(90, 40), 50); return stream;')}`;

  test('says in a line why there is no camera, and a shape stands in', async () => {
    for (const [script, line] of [
      [instead(`throw new DOMException('', 'NotAllowedError');`), /^The camera was not allowed\. A shape stands in/],
      [instead(`throw new DOMException('', 'Odd');`), /^The camera did not start \(Odd\)\. A shape stands in/],
      [
        `Object.defineProperty(navigator, 'mediaDevices', { value: undefined });`,
        /^A browser lends its camera only to a page from this computer or over https\. A shape stands in/,
      ],
      // It shows one picture, and freezes.
      [painted(320, 240), /^The camera sends no pictures\. A shape stands in/],
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

  test('takes a camera of 4K, begins anew after a gap, and says when the camera goes', async () => {
    const watched = await withCamera(painted(3840, 2160));
    const { page, faults } = watched;
    await useCamera(watched);
    const paint = async (grey: number, ms = 40) => {
      const before = await page.evaluate(() => window.seen.length);
      await page.evaluate(([grey, ms]) => (window as unknown as Painted).paint(grey, ms), [grey, ms]);
      return (await seenAfter(watched, before + 1)).at(-1)?.count ?? 0;
    };
    await paint(90);
    assert.ok((await paint(180)) > 1000, 'all pixels are brighter');
    assert.equal(await paint(20, 700), 0, 'what was before the gap is forgotten');
    assert.ok((await paint(60)) > 1000);
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
    const extraPrefsFirefox = { 'privacy.resistFingerprinting': true, 'media.navigator.streams.fake': true };
    const options = { browser: 'firefox', executablePath: firefox, headless: true, extraPrefsFirefox } as const;
    const browser = await puppeteer.launch(options);
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
