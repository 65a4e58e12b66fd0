/** The playground in a browser, and what its tests do there: draw, and read the answer. */
import assert from 'node:assert/strict';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type {} from '../../playground/main';
import { openSite, type Site, type Watched } from './site';

export const PHONE = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

/** Strokes on a paper from 0 to 1 in both directions. */
type Strokes = [number, number][][];
const circle = Array.from({ length: 33 }, (_, i): [number, number] => {
  const angle = (i * Math.PI) / 16;
  return [0.5 + 0.22 * Math.sin(angle), 0.5 - 0.32 * Math.cos(angle)];
});
export const DIGITS: Record<string, Strokes> = {
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
export async function draw(page: Page, strokes: Strokes, size = 1, left = 0, top = 0): Promise<number> {
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
export async function answer(page: Page): Promise<string | null> {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  return page.getByTestId('answer').textContent();
}

export const rates = async (page: Page) => {
  const text = (await page.getByTestId('firing-rates').textContent()) ?? '';
  return text.trim().split(/\s+/).map(Number);
};

export interface Playground {
  site: Site;
  /** The page of the playground, at 1,280 pixels, on which everything that goes wrong is noted. */
  watched: Watched;
  page: Page;
  /** A separate page, in the same way. */
  opened(name: string, options?: BrowserContextOptions): Promise<Watched>;
  close(): Promise<void>;
}

/** Opens the playground; the server has `extra` as well. */
export async function openPlayground(extra: Record<string, Uint8Array> = {}): Promise<Playground> {
  const site = await openSite(extra);
  async function opened(name: string, options?: BrowserContextOptions): Promise<Watched> {
    const other = await site.open(name, options);
    await other.page.evaluate(() => window.playground.ready);
    return other;
  }
  const watched = await opened('playground.html', { viewport: { width: 1280, height: 1000 } });
  return {
    site,
    watched,
    page: watched.page,
    opened,
    close: () => site.close(),
  };
}
