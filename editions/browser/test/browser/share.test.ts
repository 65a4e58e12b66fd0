/** Cells that go by link from one reader's browser to another's, where they run when that reader runs them. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inChromium } from '../../../../test/support/browser';
import {
  chapters,
  choose,
  chromiumAndSite,
  openChapter,
  save,
  setCells,
  watchedPage,
} from '../../../../test/support/lite';
import { NOTE, shareAddress } from '../../page/share';
import { opensShared, SHARED } from './shared';

describe('A link with cells, in Chromium', inChromium, () => {
  const site = chromiumAndSite({ loadsAhead: false });
  const fresh = async () => {
    const context = await site.browser.newContext({
      viewport: { width: 1280, height: 900 },
      serviceWorkers: 'block',
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

    const to = await fresh();
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

  test('that is none is refused in one line, with the way to the chapters', async () => {
    const { page, context, faults } = await fresh();
    await page.goto(`${site.url}notebooks/index.html#cells=AAAA`);
    const why = 'expected cells, found something else, or a part of them';
    await page.getByText(`The cells of this link are not shown: ${why}.`).waitFor();
    await page.getByRole('link', { name: 'The chapters' }).waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });
});
