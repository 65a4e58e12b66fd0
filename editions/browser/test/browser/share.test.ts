/** Cells that go by link from one reader's browser to another's, where they run when that reader runs them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { inChromium } from '../../../../test/support/browser';
import {
  chapters,
  choose,
  chromiumAndSite,
  type Notebook,
  notebookOf,
  openChapter,
  openLink,
  printed,
  runAllCells,
  save,
  setCells,
  textOf,
  watchedPage,
} from '../../../../test/support/lite';
import { NOTE, shareAddress } from '../../page/share';

const SHARED = [
  { cell_type: 'markdown', source: '# Spikes\n[a](javascript:window.harmed=1)', metadata: {} },
  { cell_type: 'code', source: "console.log('It', 'runs');", metadata: {} },
];
const sources = ({ cells }: Notebook) => cells.map(({ source }) => textOf(source));
const isHarmed = (page: Page) => page.evaluate(() => 'harmed' in globalThis, null);

/** Opens a link in a browser that has nothing yet: nothing runs before the reader wants it. */
async function opensShared(page: Page, address: string): Promise<void> {
  await openLink(page, address);
  assert.deepEqual(sources(await notebookOf(page)), [NOTE, ...SHARED.map(({ source }) => source)]);
  assert.equal(printed(await notebookOf(page)), '');
  assert.equal(await isHarmed(page), false);
  assert.equal(printed(await runAllCells(page, 60)), 'It runs\n');
}

describe('A link with cells, in Chromium', inChromium, () => {
  const site = chromiumAndSite({ loadsAhead: false });
  const fresh = async (serviceWorkers: BrowserContextOptions['serviceWorkers'] = 'block') => {
    const context = await site.browser.newContext({
      viewport: { width: 1280, height: 900 },
      serviceWorkers,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    return { context, ...(await watchedPage(context, site.url)) };
  };

  test('is made by the menu, of the cells that are selected or of all, and opens elsewhere as a notebook', async () => {
    const from = await fresh();
    await openChapter(from.page, site.url, chapters()[0]);
    await setCells(from.page, [...SHARED, `// ${'α'.repeat(10)}`]);
    const copied = () => from.page.evaluate(() => navigator.clipboard.readText());
    await from.page.locator('.jp-Notebook-cell').nth(2).click();
    await choose(from.page, 'Share this cell');
    await from.page.getByText('A link to one cell is copied').waitFor();
    assert.equal(
      await copied(),
      await shareAddress({ cells: [{ cell_type: 'code', source: `// ${'α'.repeat(10)}` }] }, site.url),
    );
    await setCells(from.page, SHARED);
    await choose(from.page, 'Share all cells');
    await from.page.getByText('A link to 2 cells is copied').waitFor();
    const address = await copied();
    await setCells(from.page, [Array.from({ length: 3000 }, (_, i) => `${(i * 2654435761) % 4294967296}`).join()]);
    await choose(from.page, 'Share this cell');
    await from.page
      .getByText(/^Not shared: expected an address of up to 8192 characters, found \d+\. Share a file: File › Download/)
      .waitFor();
    await from.context.close();

    // On a plain host the service worker has a first visit loaded once more, and the link is still there.
    const to = await fresh('allow');
    await opensShared(to.page, address);
    const name = new URL(to.page.url()).searchParams.get('path');
    assert.match(name ?? '', /^shared-\w{8}\.ipynb$/);
    await setCells(to.page, [NOTE, 'mine']);
    await save(to.page);
    await opensShared(to.page, address);
    assert.notEqual(new URL(to.page.url()).searchParams.get('path'), name, 'what the reader changed keeps its place');
    assert.deepEqual(to.faults, []);
    await to.context.close();
  });

  test('that is none is showRefusal in one line, with the way to the chapters', async () => {
    const { page, context, faults } = await fresh();
    await page.goto(`${site.url}notebooks/index.html#cells=AAAA`);
    const why = 'expected cells, found something else, or a part of them';
    await page.getByText(`The cells of this link are not shown: ${why}.`).waitFor();
    await page.getByRole('link', { name: 'The chapters' }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });
});
