/** The site as a whole: what a first visit costs, what works without the network, and where links lead. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { readMap } from '../../../../hosts/node/data';
import type { Choice } from '../../../../packages/runs/map';
import { numbered } from '../../../../packages/system/project';
import { axeFaults, holdBack, inChromium } from '../../../../test/support/browser';
import { typed, wordBreak } from '../../../../test/support/lab';
import {
  chapters,
  choose,
  chromiumAndSite,
  countsAsChanged,
  isChanged,
  linksOfChapters,
  openChapter,
  outputText,
  printed,
  ready,
  root,
  runAllCells,
  type Server,
  save,
  served,
  serveLite,
  setCells,
  watchedPage,
} from '../../../../test/support/lite';

/** Means, a difference and a run of the map, as a chapter takes them. */
const MAP = `import { readMap, recompute } from 'lif-fc-mnist';
const map = await readMap();
const groups = map.where({ grid: 'reset' }).by('reset');
const short = map.where({ grid: 'short' });
const [ann, randman] = [short.where({ network: 'ann' }).rows[0], short.where({ dataset: 'randman' }).rows[0]];
console.log(JSON.stringify({
  rows: map.rows.length,
  means: groups.map(({ runs }) => runs.mean()),
  differs: groups[0].runs.minus(groups[1].runs),
  sha256: [await recompute(ann), await recompute(randman)],
}));`;

/** A figure that grows for five seconds while a cell runs. */
const LIVE = `const figure = liveFigure();
for (let n = 2; n < 12; n++) {
  figure.update(curve(n));
  await new Promise((done) => setTimeout(done, 500));
}
await figure.done();`;
/** From now on ten seconds are over when `passTenSeconds` is called. */
const TEN_SECONDS = `{
  const { setTimeout, clearTimeout } = window;
  const waiting = new Map();
  let last = 1e9;
  window.setTimeout = (work, ms, ...given) => {
    if (ms !== 10_000) return setTimeout(work, ms, ...given);
    waiting.set(++last, work);
    return last;
  };
  window.clearTimeout = (id) => void (waiting.delete(id) || clearTimeout(id));
  window.passTenSeconds = () => {
    for (const [id, work] of [...waiting]) if (waiting.delete(id)) work();
  };
}`;

/** A cell that says something, later something more, and then runs without end. */
const LONG = `console.log('first');
await new Promise((done) => setTimeout(done, 5000));
console.log('second');
await new Promise((done) => setTimeout(done, 0));
while (true) {}`;
/** Another one before it, so that what draws them is there. */
const CURVE = `import { show, visualizing } from 'lif-fc-mnist';
import { liveFigure } from 'lif-fc-mnist/display';
const curve = (n: number) => visualizing.lines([{ name: 'y', y: Array.from({ length: n }, (_, i) => i) }], {
  title: 'Live', xlabel: 'x', ylabel: 'y',
});
await show(curve(2));`;

/** The colour behind the first figure. */
const paper = (page: Page) =>
  page
    .locator('.lif-figure .main-svg')
    .first()
    .evaluate((svg) => getComputedStyle(svg).backgroundColor);

/** A figure as an older notebook holds it: it says nothing about Plotly's servers. */
function wideFigure() {
  const layout = { width: 760, height: 420, title: { text: 'A title that is longer than a phone is wide, by far' } };
  const specification = {
    config: { displaylogo: false },
    data: [{ type: 'scatter', y: [1, 2, 3] }],
    layout: { ...layout, paper_bgcolor: '#ffffff', plot_bgcolor: '#ffffff' },
  };
  return { data: { 'application/vnd.plotly.v1+json': specification, 'text/plain': 'Three points.' } };
}

describe('The site', inChromium, () => {
  const [chapter, other] = chapters();
  const site = chromiumAndSite({ loadsAhead: false });
  const fresh = async (options: BrowserContextOptions = {}, url = site.url) => {
    const viewport = { width: 1280, height: 900 };
    const context = await site.browser.newContext({ viewport, serviceWorkers: 'block', ...options });
    return { context, ...(await watchedPage(context, url)) };
  };

  /** The site whole. */
  let whole: Server | undefined;
  after(() => whole?.close());

  /**
   * The page of the tests that need none of their own, since it takes seconds to open. In their order: none may leave
   * what the next one minds.
   */
  let visited:
    | Promise<Awaited<ReturnType<typeof fresh>> & { url: string; files: Set<string>; seconds: number }>
    | undefined;
  const visit = () => {
    visited ??= (async () => {
      whole = await serveLite();
      const { url } = whole;
      const opened = await fresh({}, url);
      const files = new Set<string>();
      opened.page.on('response', (response) => files.add(new URL(response.url()).pathname));
      return { ...opened, url, files, seconds: await openChapter(opened.page, url, chapter) };
    })();
    return visited;
  };

  /** The page of a phone whose system is dark, and the colour behind the sign that it is opening, which has gone. */
  let dark: Promise<Awaited<ReturnType<typeof fresh>> & { background: string }> | undefined;
  const visitInTheDark = () => {
    dark ??= (async () => {
      const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
      const opened = await fresh({ ...phone, colorScheme: 'dark' });
      const { page } = opened;
      const arrive = await holdBack(page, '**/bundle.js*');
      const opening = openChapter(page, site.url, chapter);
      const sign = page.getByText('Opening…');
      await sign.waitFor();
      const background = await sign.evaluate((node) => getComputedStyle(node.parentElement as Element).backgroundColor);
      arrive();
      await opening;
      await sign.waitFor({ state: 'hidden' });
      return { ...opened, background };
    })();
    return dark;
  };

  test('asks for less than 4 MB, compressed, before the first cell can run', async () => {
    const { faults, files, seconds, url } = await visit();
    const built = join(root, 'build', 'lite');
    // The language service loads in the background, and MNIST with the cell that asks for it.
    const counted = [...files]
      .map((path) => decodeURIComponent(path.slice(new URL(url).pathname.length)))
      .filter((path) => !/types-worker|declarations|mnist\//.test(path) && existsSync(join(built, path)));
    const sizes = counted.map((path) => gzipSync(readFileSync(join(built, path))).length);
    const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
    const much = counted.map((path, i) => `${(sizes[i] / 1e3).toFixed(0)} kB ${path}`);
    console.log(
      `${counted.length} files, ${megabytes.toFixed(2)} MB compressed, kernel ready after ${seconds.toFixed(1)} s`,
    );
    assert.ok(megabytes < 4, `${megabytes} MB:\n${much.join('\n')}`);
    assert.deepEqual(faults, []);
  });

  test('takes a chapter that nobody has touched for unchanged, so leaving it asks nothing', async () => {
    const { page } = await visit();
    // The page writes what the kernel says of its language into the notebook.
    await page.waitForTimeout(1000);
    assert.equal(await isChanged(page), false);
    assert.doesNotMatch(await page.title(), /^[*•]/);
    assert.equal(await countsAsChanged(page), true);
  });

  test('reads the map as Node does, and computes two runs of it again to the byte', async () => {
    const { page, faults } = await visit();
    await setCells(page, [MAP]);
    const { cells } = await runAllCells(page, 600);
    // The bar of the training is an output, too.
    const outputs = cells.flatMap(({ outputs = [] }) => outputs);
    const said = outputs.filter(({ name }) => name === 'stdout').map(outputText);
    const map = await readMap();
    const groups = map.where({ grid: 'reset' }).by('reset');
    const short = map.where({ grid: 'short' });
    const rows = [{ network: 'ann' }, { dataset: 'randman' }].map((choice) => short.where(choice as Choice).rows[0]);
    assert.deepEqual(JSON.parse(said.join('') || outputs.map(outputText).join('\n')), {
      rows: map.rows.length,
      means: groups.map(({ runs }) => runs.mean()),
      differs: groups[0].runs.minus(groups[1].runs),
      sha256: rows.map(({ weightsSha256 }) => weightsSha256),
    });
    assert.deepEqual(faults, []);
  });

  test('draws a live figure in place, with a sentence for those who cannot see it', async () => {
    const { page } = await visit();
    await setCells(page, [CURVE]);
    await runAllCells(page, 60);
    await page.locator('.lif-figure .scatterlayer .js-line').waitFor();
    await setCells(page, [CURVE, LIVE]);
    const running = runAllCells(page, 60);
    const curve = page.locator('.lif-figure .scatterlayer .js-line').nth(1);
    await curve.waitFor();
    const first = await curve.getAttribute('d');
    await page.waitForFunction((before) => {
      const now = document.querySelectorAll('.lif-figure .scatterlayer .js-line')[1]?.getAttribute('d');
      return now !== undefined && now !== before;
    }, first);
    const { cells } = await running;
    assert.equal(cells[1].outputs?.length, 1, 'one output, written over');
    assert.equal(await page.locator('.lif-figure').count(), 2);
    const label = (await page.locator('.lif-figure').nth(1).getAttribute('aria-label')) ?? '';
    assert.match(label, /^Live: /);
    assert.deepEqual(await axeFaults(page, '.lif-figure'), []);
    assert.equal(await page.locator('.lif-figure svg:not([aria-hidden=true])').count(), 0);
  });

  test('breaks printed lines between words, and indents code by two spaces, as the chapters are', async () => {
    const { page } = await visit();
    await setCells(page, ["console.log('some words');"]);
    await runAllCells(page, 60);
    assert.equal(await wordBreak(page), 'normal');
    assert.deepEqual(await typed(page, 'function f() {\nreturn 1;'), ['function f() {', '  return 1;']);
  });

  test('shows the drawings of a chapter', async () => {
    const { page, faults } = await visit();
    await setCells(page, served(numbered('lif-neuron')).cells);
    const drawing = page.locator('.jp-RenderedMarkdown img').first();
    await drawing.waitFor();
    await page.waitForFunction(() => {
      const image = document.querySelector<HTMLImageElement>('.jp-RenderedMarkdown img');
      return image?.src.startsWith('data:') && image.complete && image.naturalWidth > 100;
    });
    assert.match((await drawing.getAttribute('alt')) ?? '', /^Charge: /);
    assert.deepEqual(faults, []);
  });

  test('says of a cell that goes on without a word that it runs, and of those behind it that they wait', async () => {
    const { page } = await visit();
    await page.evaluate(TEN_SECONDS);
    const pass = () => page.evaluate(() => (window as unknown as { passTenSeconds(): void }).passTenSeconds());
    await setCells(page, [LONG, '1 + 1']);
    const running = runAllCells(page, 120);
    const lines = page.locator('.jp-CodeCell').getByRole('status');
    const runs = /^Still running; nothing new for 10 s\. The first time, loading and compiling come before/;
    const waits = 'Waits for the cell above, which is still running.';
    const all = async () => {
      await pass();
      await page.getByText(waits).waitFor();
      const texts = await lines.allInnerTexts();
      assert.match(texts[0] ?? '', runs);
      assert.deepEqual(texts.slice(1), [waits]);
    };
    await page.locator('.jp-OutputArea', { hasText: 'first' }).waitFor();
    assert.equal(await lines.count(), 0);
    await all();
    await page.locator('.jp-OutputArea', { hasText: 'second' }).waitFor();
    await page.waitForFunction(() => document.querySelector('.lif-waiting') === null);
    await all();
    assert.deepEqual(await axeFaults(page, '.lif-waiting'), []);
    await page.getByRole('button', { name: 'Interrupt the kernel' }).click();
    const text = printed(await running);
    assert.match(text, /^first\nsecond\nInterrupted\./);
    assert.doesNotMatch(text, /Still running|Waits for/);
    assert.equal(await lines.count(), 0);
  });

  test('leads to the same chapter of the book', async () => {
    const { context, page } = await visit();
    const link = page.getByRole('link', { name: 'The book' });
    assert.equal(new URL((await link.getAttribute('href')) ?? '').pathname, `/some/folder/book/${chapter}.html`);
    const [book] = await Promise.all([
      context.waitForEvent('request', (request) => request.url().includes('/book/')),
      choose(page, 'Read this in the book'),
    ]);
    assert.equal(new URL(book.url()).pathname, `/some/folder/book/${chapter}.html`);
    await context.close();
  });

  test('says at once that it is opening, in the colours of the system, and no more when it has', async () => {
    assert.equal((await visitInTheDark()).background, 'rgb(17, 17, 17)');
  });

  test('fits a phone, and is dark where the system is: page and figures', async () => {
    const { context, page } = await visitInTheDark();
    await page.getByRole('link', { name: 'The book' }).waitFor();
    await page.getByText(chapter, { exact: true }).waitFor();
    assert.equal(await page.getByText('Checkpoint').count(), 0);
    // A message there lies over the text, so it goes soon.
    const message = page.getByText('Your work stays in this browser');
    await message.waitFor();
    const help = await page.locator('.lm-MenuBar-item', { hasText: 'Help' }).boundingBox();
    assert.ok(help && help.x + help.width <= 360, JSON.stringify(help));
    await setCells(page, [{ cell_type: 'markdown', source: `$$x = ${'a + '.repeat(30)}b$$`, metadata: {} }]);
    const formula = page.locator('mjx-container[display=true]');
    const [overflow, wide] = await formula.evaluate((box) => [
      getComputedStyle(box).overflowX,
      box.scrollWidth > box.clientWidth,
    ]);
    assert.deepEqual([overflow, wide], ['auto', true], 'a formula scrolls');
    await message.waitFor({ state: 'hidden', timeout: 8000 });
    const text = 'a text that is long';
    const row = JSON.stringify({ one: text, two: text, three: text });
    await setCells(page, [`console.table([${row}]);`]);
    await runAllCells(page, 60);
    const table = page.locator('.jp-OutputArea pre.lif-printed-table');
    await table.waitFor();
    const lines = await table.evaluate((pre) => [pre.scrollWidth > pre.clientWidth, pre.scrollHeight / 5]);
    assert.ok(lines[0] && Number(lines[1]) < 40, `a row is a line, behind whose end the page scrolls: ${lines}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
    const saved = JSON.stringify(wideFigure());
    await setCells(page, [`(globalThis as any)[Symbol.for('jupyterlite-typescript-kernel')].display(${saved});`]);
    await runAllCells(page, 60);
    const drawn = page.locator('.lif-figure .main-svg').first();
    await drawn.waitFor();
    await page.waitForFunction(() => (document.querySelector('.lif-figure .main-svg')?.clientWidth ?? 999) <= 390);
    await page.locator('.lif-figure-title', { hasText: 'A title that is longer than a phone is wide' }).waitFor();
    assert.equal(await paper(page), 'rgb(27, 30, 35)');
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForFunction(() => document.body.dataset.jpThemeLight === 'true');
    await page.waitForFunction(
      () => (document.querySelector('.lif-figure .main-svg') as SVGElement).style.background === 'rgb(255, 255, 255)',
    );
    await context.close();
  });

  test('has a page in front that lists the chapters, with an icon', async () => {
    const { context, page, faults } = await fresh();
    await page.goto(site.url);
    const links = await page.locator('li a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
    assert.deepEqual(
      links,
      chapters()
        .sort()
        .map((name) => `notebooks/index.html?path=${name}.ipynb`),
    );
    const aims = await page.locator('li p').allTextContents();
    assert.deepEqual(
      aims.filter((aim) => !/\. About \w+ minutes[^.]*\.$/.test(aim)),
      [],
      'each with the time that it takes',
    );
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('link', { name: /^1\. / }).click();
    await page.locator('.jp-RenderedMarkdown h1').first().waitFor({ timeout: 60_000 });
    // The page's own, and later JupyterLab's.
    const icons = await page
      .locator('link[rel=icon]')
      .evaluateAll((all) => all.map((link) => (link as HTMLLinkElement).href));
    for (const later of icons) assert.equal((await page.request.get(later)).status(), 200);
    await page.waitForFunction(() => document.title.startsWith('1. The ANN baseline · '));
    await page.goto(`${site.url}tree/index.html`);
    await page.getByText(`${chapter}.ipynb`).waitFor();
    assert.equal(await page.getByText('images', { exact: true }).count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('works without the network once it was visited, on all cores', async () => {
    const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    const stopped = await serveLite({ loadsAhead: false });
    await openChapter(page, stopped.url, chapter);
    await page.waitForSelector('html[data-offline=ready]', { state: 'attached', timeout: 120_000 });
    stopped.close();
    await openChapter(page, stopped.url, other);
    const load = "import { loadMnist, createEngine } from 'lif-fc-mnist';\nconst data = await loadMnist();";
    const count = "(await createEngine('event', { data })).threads === navigator.hardwareConcurrency";
    await setCells(page, [load, count]);
    assert.equal(printed(await runAllCells(page, 60)).trim(), 'true');
    await context.close();
  });

  test('follows every kind of link that a chapter has by a left click, to a section of it as well', async () => {
    const { context, page } = await fresh();
    await openChapter(page, site.url, chapter);
    const links = linksOfChapters(site.url);
    await setCells(
      page,
      links.map(({ text }) => ({ cell_type: 'markdown', source: text, metadata: {} })),
    );
    for (const [i, { address }] of links.entries()) {
      const link = page.getByRole('link', { name: `Link ${i}`, exact: true });
      const asked = context.waitForEvent('request', (request) => request.url() === address.replace(/#.*/, ''));
      const [next] = await Promise.all([context.waitForEvent('page'), asked, link.click()]);
      const section = new URL(address).hash.slice(1);
      if (section !== '') {
        const heading = `[data-jupyter-id="${section}"]`;
        await next.locator(heading).waitFor({ timeout: 120_000 });
        const isShown = (selector: string) =>
          (document.querySelector(selector)?.getBoundingClientRect().top ?? 999) < 200;
        await next.waitForFunction(isShown, heading);
      }
      await next.close();
    }
    assert.deepEqual(await page.getByRole('dialog').allInnerTexts(), []);
    await context.close();
  });

  test('opens each chapter in one tab, and leaves what runs there', async () => {
    const { context, page } = await fresh();
    await openChapter(page, site.url, chapter);
    const notes = (...sources: string[]) => sources.map((source) => ({ cell_type: 'markdown', source, metadata: {} }));
    await setCells(page, notes(`[There](${other}.ipynb)`));
    const there = page.getByRole('link', { name: 'There' });
    const [second] = await Promise.all([context.waitForEvent('page'), there.click()]);
    await ready(second, other);
    for (const one of [page, second]) await one.evaluate(() => Object.assign(window, { isKept: true }));
    await there.click();
    await save(page);
    await setCells(second, notes(`[Back](${chapter}.ipynb)`));
    // The application points at a copy in memory: the page saves what was changed.
    await second.locator('a[href^="blob:"]', { hasText: 'Back' }).waitFor();
    await second.getByRole('link', { name: 'Back' }).click();
    await second.waitForTimeout(500); // in which a tab would open
    assert.equal(context.pages().length, 2);
    for (const one of [page, second])
      assert.equal(await one.evaluate(() => (window as unknown as { isKept?: boolean }).isKept), true);
    await context.close();
  });
});
