/** The map in the book: runs are chosen and sorted, and one hands out the command that computes it again. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { formatCommand, parseMap } from '../../../../packages/runs/map';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import { book, bookFiles, disk, openSite, root, type Site } from './site';

describe('The map', inChromium, () => {
  const map = parseMap(readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8'));
  const [grid] = map.grids;
  const ofGrid = map.where({ grid }).rows;
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  test('shows the runs of a grid, sorts them, and hands out the command of one, over http and from disk', async () => {
    for (const start of [site.url, disk]) {
      const { page, faults } = await site.open(
        'map.html',
        { permissions: ['clipboard-read', 'clipboard-write'] },
        start,
      );
      await page.getByLabel('grid').selectOption(grid);
      const said = page.locator('.map-said');
      assert.match((await said.textContent()) ?? '', new RegExp(`^${ofGrid.length} runs, all with: `));

      const header = page.getByRole('columnheader', { name: 'last epoch' });
      await header.getByRole('button').press('Enter');
      assert.equal(await header.getAttribute('aria-sort'), 'descending');
      const highest = Math.max(...ofGrid.map(({ last }) => last));
      const first = page.locator('.map tbody tr').first();
      assert.match((await first.textContent()) ?? '', new RegExp(`${(100 * highest).toFixed(2)} %`));

      const open = first.getByRole('button');
      const id = /run (\w+)$/.exec((await open.getAttribute('aria-label')) ?? '')?.[1] ?? '';
      await open.press('Enter');
      const row = map.row(id);
      assert.equal(row.last, highest);
      const dialog = page.getByRole('dialog', { name: `Run ${id}` });
      const lines = await dialog.locator('pre').allTextContents();
      assert.deepEqual(lines.slice(0, 3), [formatCommand(row), row.weightsSha256, `npm run map -- --verify ${id}`]);
      await dialog.getByRole('button', { name: /^Copy: Compute/ }).press('Enter');
      await dialog.getByText('Copied').waitFor();
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), formatCommand(row));
      // From disk axe cannot read the style sheets, and says so on the console.
      if (start === site.url) assert.deepEqual(await axeFaults(page), []);
      await page.keyboard.press('Escape');
      await dialog.waitFor({ state: 'hidden' });
      assert.equal(
        await page.evaluate(() => document.activeElement?.getAttribute('aria-label')),
        `Compute again: run ${id}`,
      );
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('asks for the settings that differ in a grid, and shows the runs that have the chosen ones', async () => {
    const { page } = await site.open('map.html', { viewport: { width: 390, height: 844 } });
    await page.getByLabel('grid').selectOption(grid);
    const runs = map.where({ grid });
    const told = runs.varied.filter((name) => runs.values(name).filter((value) => value !== null).length > 1);
    const names = await page
      .locator('.map-filters select')
      .evaluateAll((all) => all.map((one) => one.getAttribute('name')));
    assert.deepEqual(names, ['grid', ...told]);
    const { loss } = ofGrid[0];
    await page.locator('select[name=loss]').selectOption(loss);
    const wanted = ofGrid.filter((row) => row.loss === loss).length;
    assert.match((await page.locator('.map-said').textContent()) ?? '', new RegExp(`^${wanted} runs?`));
    assert.equal(await page.locator('.map tbody tr').count(), Math.min(wanted, 25));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    assert.ok(overflow <= 0, `${overflow} pixels wider than the page`);
    await page.context().close();
  });

  test('shows each difference beside the line of zero, wide and narrow', async () => {
    const names = bookFiles().filter((file) => /figures\/map-[\w-]+-narrow\.svg$/.test(file));
    const { page } = await site.open('map.html');
    let beside = 0;
    for (const name of names.flatMap((narrow) => [narrow, narrow.replace('-narrow', '')])) {
      await page.setContent(readFileSync(join(book, name), 'utf8'));
      const texts = await page.locator('text').evaluateAll((all) =>
        all.map((text) => {
          const { left, right } = text.getBoundingClientRect();
          return { text: text.textContent ?? '', left, right };
        }),
      );
      const zero = texts.find(({ text }) => text === '0');
      const at = zero ? (zero.left + zero.right) / 2 : Number.NaN;
      const values = texts.filter(({ text }) => /^[+−]\d+\.\d\d$/.test(text));
      beside += zero ? values.length : 0;
      const covered = values.filter(({ left, right }) => left < at && right > at);
      assert.deepEqual(covered, [], name);
    }
    assert.ok(beside > 0, 'numbers beside a line of zero');
    await page.context().close();
  });

  test('without JavaScript hands out the table as a file', async () => {
    const { page } = await site.open('map.html', { javaScriptEnabled: false });
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: /^Download all \d+ rows as a CSV file$/ }).click(),
    ]);
    assert.equal(
      readFileSync(await download.path(), 'utf8'),
      readFileSync(join(root, 'editions', 'map', 'map.csv'), 'utf8'),
    );
    await page.context().close();
  });
});
