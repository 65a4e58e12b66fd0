/** The live figures of the book: opened, read, zoomed and left, by key, by mouse and by finger. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { DARK, isPlate, LIGHT, type Spec } from '../../../shared/page/figure-theme';
import { book, chapterPages, disk, openSite, type Site, type Watched } from './site';

const lif = () => chapterPages().find((page) => page.includes('lif-neuron')) ?? '';

interface Axis {
  range: [number, number];
}
type Plot = HTMLElement & { _fullLayout: Record<string, unknown>; _fullData: { visible: unknown }[] };

/** What is seen of the live figure of a page, on its first axes. */
const view = (page: Page) =>
  page.locator('.figure-plot').evaluate((plot) => {
    const { _fullLayout, _fullData } = plot as Plot;
    const { xaxis, yaxis, paper_bgcolor: paper } = _fullLayout;
    return {
      x: [...(xaxis as Axis).range],
      y: [...(yaxis as Axis).range],
      paper,
      visible: _fullData.map(({ visible }) => visible),
    };
  });
const width = ([from, to]: number[]) => Math.abs(to - from);

/** The figures of a page, in their order. */
const idsOf = (page: string) =>
  [...readFileSync(join(book, page), 'utf8').matchAll(/data-figure="([^"]+)"/g)].map(([, id]) => id);

function figureOf(id: string) {
  const script = readFileSync(join(book, '_static', 'figures', `${id}.js`), 'utf8');
  return JSON.parse(script.slice(script.indexOf('{'), script.lastIndexOf(')')));
}

/** Figures of one kind have the same kinds of traces, and as much around them. */
function kindOf(id: string): string {
  const { data, layout } = figureOf(id);
  const axes = Object.entries(layout as Record<string, Spec>).filter(([name]) => /^[xy]axis\d*$/.test(name));
  const traces = new Set((data as Spec[]).map(({ type, mode }) => `${type} ${mode}`));
  const around = Object.keys(layout).filter((name) => !/^[xy]axis\d*$/.test(name));
  const scales = new Set(axes.map(([, { type }]) => type ?? 'linear'));
  return [...traces, ...around, ...scales, axes.length > 2, isPlate({ data, layout })].sort().join();
}

interface Lines {
  /** Which of the page's figures it is. */
  at: number;
  names: string[];
  /** What the second point of the first line reads as. */
  second: RegExp;
}

/** The first figure of a chapter that has several lines on one pair of axes. */
function linesOf(chapter: string): Lines {
  for (const [at, id] of idsOf(chapter).entries()) {
    const { data, layout } = figureOf(id);
    if (data.length < 3 || layout.xaxis2 || data.some(({ type, name }: Spec) => type !== 'scatter' || !name)) continue;
    const [{ name, x, y }] = data;
    const number = (value: number) => `${Number(value.toPrecision(4))}`.replace('-', '−');
    const label = (axis: { title: { text: string } }) => axis.title.text;
    const said = `${name}: ${label(layout.xaxis)} ${number(x?.[1] ?? 1)}, ${label(layout.yaxis)} ${number(y[1])}`;
    const second = new RegExp(`^${said.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
    return { at, names: data.map((trace: { name: string }) => trace.name), second };
  }
  throw new Error(`${chapter}: expected a figure of several lines, found none`);
}

/** Opens a figure by key and waits until it is drawn. */
async function openByKey(page: Page, figure = 0): Promise<void> {
  const button = page.getByRole('button', { name: /^Explore the figure/ }).nth(figure);
  await button.focus();
  await page.keyboard.press('Enter');
  await page.locator('.figure-plot .main-svg').first().waitFor();
  await page.waitForFunction(() => document.activeElement?.classList.contains('figure-plot'));
}

describe('A live figure', inChromium, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  test('of images has a picture for a phone that cuts no caption and no label of the colours, and lays none over another', async () => {
    const folder = join(book, '_static', 'figures');
    const isOfImages = (name: string) => isPlate(figureOf(name.replace('-narrow.svg', '')));
    const names = readdirSync(folder).filter((name) => name.endsWith('-narrow.svg') && isOfImages(name));
    assert.ok(names.length > 0);
    const { page } = await site.open(lif());
    for (const name of names) {
      await page.setContent(readFileSync(join(folder, name), 'utf8'));
      const [edge, ...boxes] = await page.evaluate(() =>
        Array.from(document.querySelectorAll('svg, svg text'), (element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return { text: element.textContent, isText: element.matches('text'), left, right, top, bottom };
        }),
      );
      const texts = boxes.filter(({ isText, left, right }) => isText && right > left);
      const cut = texts.filter(
        ({ left, right, top, bottom }) =>
          Math.max(edge.left - left, right - edge.right, edge.top - top, bottom - edge.bottom) > 0.5,
      );
      const covered = texts.filter((one, i) =>
        texts
          .slice(i + 1)
          .some(
            (other) =>
              Math.min(one.right, other.right) - Math.max(one.left, other.left) > 0.5 &&
              Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 3,
          ),
      );
      for (const found of [cut, covered])
        assert.deepEqual(
          found.map(({ text }) => text),
          [],
          name,
        );
    }
    await page.context().close();
  });

  test('is opened, read, zoomed and left by key, over http and from disk, wide and narrow', async () => {
    const { at, second } = linesOf(lif());
    for (const [start, size] of [
      [site.url, 1280],
      [disk, 390],
    ] as const) {
      const { page, faults } = await site.open(lif(), { viewport: { width: size, height: 800 } }, start);
      await openByKey(page, at);
      const whole = await view(page);

      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      const readout = await page.locator('.figure-readout').textContent();
      assert.match(readout ?? '', second);
      assert.equal(await page.locator('.hoverlayer .hovertext').count(), 1, 'the point is marked');

      await page.keyboard.press('+');
      await page.waitForFunction((was) => {
        const { _fullLayout } = document.querySelector('.figure-plot') as Plot;
        return Math.abs((_fullLayout.xaxis as Axis).range[0] - was) > 1e-9;
      }, whole.x[0]);
      const near = await view(page);
      assert.ok(Math.abs(width(near.x) / width(whole.x) - 0.5) < 1e-6, JSON.stringify(near));
      await page.keyboard.press('Shift+ArrowRight');
      assert.ok((await view(page)).x[0] > near.x[0]);
      await page.keyboard.press('0');
      assert.deepEqual((await view(page)).x, whole.x);
      assert.ok(page.url().endsWith(lif()), 'arrow keys turn no page');

      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(overflow <= 0, `nothing is wider than the page, but ${overflow} pixels`);
      await page.keyboard.press('Escape');
      assert.equal(await page.locator('.figure-live').count(), 0);
      const focused = await page.evaluate(() => document.activeElement?.getAttribute('aria-label'));
      assert.match(focused ?? '', /^Explore the figure: /);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('has a legend that hides and shows lines, and a button back', async () => {
    const { at, names } = linesOf(lif());
    const { page, faults } = await site.open(lif());
    await openByKey(page, at);
    const name = page.locator('.is-live .figure-legend').getByRole('button', { name: names[1], exact: true });
    await name.press('Space');
    assert.equal(await name.getAttribute('aria-pressed'), 'false');
    assert.equal((await view(page)).visible[1], 'legendonly');
    await name.press('Space');
    assert.equal((await view(page)).visible[1], true);
    await page.getByRole('button', { name: 'Back to the picture' }).click();
    assert.equal(await page.locator('.figure-live, .figure-legend button').count(), 0);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('is zoomed by dragging the mouse, and tells what is under the pointer', async () => {
    const { page, faults } = await site.open(lif(), { viewport: { width: 1280, height: 900 } });
    await openByKey(page, 1);
    const area = page.locator('.figure-plot .nsewdrag').first();
    await area.scrollIntoViewIfNeeded();
    await page.waitForTimeout(600); // the page glides
    const box = await area.boundingBox();
    assert.ok(box);
    const at = (x: number, y: number): [number, number] => [box.x + box.width * x, box.y + box.height * y];
    await page.mouse.move(...at(0.5, 0.04));
    await page.mouse.move(...at(0.5, 0.07));
    await page.locator('.figure-readout').getByText('simulation step').waitFor();
    const whole = await view(page);
    await page.mouse.move(...at(0.25, 0.2));
    await page.mouse.down();
    await page.mouse.move(...at(0.6, 0.6), { steps: 4 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    const part = width((await view(page)).x) / width(whole.x);
    assert.ok(Math.abs(part - 0.35) < 0.02, `${part}`);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('fits the page in light and dark, also when that changes, and has no fault for axe', async () => {
    const { page, faults } = await site.open(lif(), { colorScheme: 'dark' });
    await page.locator('figure.figure .only-dark').first().waitFor({ state: 'visible' });
    assert.ok(await page.locator('figure.figure .only-light').first().isHidden());
    await openByKey(page);
    assert.equal((await view(page)).paper, DARK.paper);
    // The rest of the page is that of every chapter.
    assert.deepEqual(await axeFaults(page, 'figure.is-live'), []);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForFunction(
      (paper) => (document.querySelector('.figure-plot') as Plot)._fullLayout.paper_bgcolor === paper,
      LIGHT.paper,
    );
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('comes from each kind of figure, the first of it by day', async () => {
    const kinds = new Set<string>();
    let opened = 0;
    let watched: Watched | undefined;
    for (const name of chapterPages()) {
      const isNew = (id: string) => !kinds.has(kindOf(id)) && kinds.add(kindOf(id));
      const wanted = idsOf(name).filter((id) => isNew(id) || LEAVE_NOTHING_OUT);
      if (wanted.length === 0) continue;
      // In one page, whose browser has Plotly at hand.
      if (watched) await watched.go(name);
      watched ??= await site.open(name);
      const { page, faults } = watched;
      // Some are in solutions that are folded.
      await page.evaluate(() => {
        for (const folded of document.querySelectorAll('details')) folded.open = true;
      });
      for (const id of wanted) {
        await page.locator(`[data-figure="${id}"] .figure-open`).press('Enter');
        // Once it is drawn, the keys are its own.
        await page.waitForFunction(
          (id) => document.querySelector(`[data-figure="${id}"].is-live .figure-plot:has(.main-svg):focus`),
          id,
          { polling: 50 },
        );
      }
      opened += wanted.length;
      assert.deepEqual(faults, [], name);
    }
    await watched?.page.context().close();
    assert.ok(opened >= 10, `${opened} figures`);
  });

  test('that cannot be had says so and leaves the picture', async () => {
    const { page } = await site.open(lif());
    await page.route('**/plotly.js', (route) => route.abort());
    const button = page.getByRole('button', { name: /^Explore the figure/ }).first();
    await button.press('Enter');
    await page.getByText('Not available').waitFor();
    assert.ok(await page.locator('figure.figure img').first().isVisible());
    await page.context().close();
  });
});
