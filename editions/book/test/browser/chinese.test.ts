/** The book in Chinese: the pages of the English one, section by section, found by Chinese words. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { JSDOM } from 'jsdom';
import { numbered } from '../../../../packages/system/project';
import { axeFaults } from '../../../../test/support/browser';
import { book, bookFiles, chapterPages, disk, openSite, type Site } from './site';

const folder = 'zh/';
const pages = () => bookFiles().filter((file) => /^zh\/[^/]*\.html$/.test(file));
const html = (page: string) => readFileSync(join(book, page), 'utf8');
/** Without code, what it printed and drew, and what is English in Chinese, too: names, titles and words that are quoted. */
const readIn = (page: string) =>
  (/<article[\s\S]*<\/article>/.exec(html(page))?.[0] ?? '')
    .replace(/<(pre|code|script|style|svg|kbd|cite|em|noscript|figure)\b[\s\S]*?<\/\1>/g, ' ` ')
    .replace(/<a [^>]*href="http[^>]*>[\s\S]*?<\/a>/g, ' ` ')
    .replace(/<(\w+)[^>]* lang="en"[\s\S]*?<\/\1>/g, ' ` ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/“[^”]*”|《[^》]*》/g, ' ` ');

describe('The book in Chinese', { timeout: 200_000 }, () => {
  let site: Site;
  before(async () => {
    site = await openSite();
  });
  after(() => site.close());

  test('has every chapter, and the pages that a reader needs', () => {
    for (const page of [...chapterPages(), 'index.html', 'glossary.html', 'questions.html', 'train.html', 'map.html'])
      assert.ok(existsSync(join(book, folder, page)), page);
  });

  test('has the sections of the English page at the same addresses, and each leads to the other', () => {
    const idsOf = (page: string) =>
      Array.from(html(page).matchAll(/<section(?: class="[^"]*")? id="([^"]*)"/g), ([, id]) => id);
    const linkOf = (page: string) => /<a class="language" href="([^"]*)"/.exec(html(page))?.[1];
    for (const page of pages()) {
      const english = page.slice(folder.length);
      if (english !== 'map.html') assert.deepEqual(idsOf(page), idsOf(english), page);
      assert.deepEqual([linkOf(page), linkOf(english)], [`../${english}`, page]);
      assert.match(html(page), /<html [^>]*lang="zh-CN"/);
    }
  });

  test('is Chinese: no sentence of English is left where nothing says that it is stale', () => {
    const left = pages().flatMap((page) =>
      (readIn(page).match(/(?:[A-Za-z’']{2,}[ ,]+){5,}[A-Za-z]+/g) ?? []).map((words) => `${page}: ${words}`),
    );
    // What is computed from the table of runs, and what people said in English.
    assert.deepEqual(
      left.filter((line) => !/^zh\/(?:map|questions)\.html/.test(line)),
      [],
    );
  });

  test('finds Chinese words from disk, of two letters and of more, where they are', async () => {
    const { page } = await site.open('zh/search.html', {}, disk);
    for (const word of ['阈值', '发放率', '混淆矩阵', '卷积核']) {
      await page.goto(`${disk}/zh/search.html?q=${encodeURIComponent(word)}`);
      await page.locator('.search-summary', { hasText: /搜索完成，找到 \d+ 页。/ }).waitFor();
      const first = await page.locator('#search-results li a').first().getAttribute('href');
      const [name, id] = (first ?? '').split('#');
      const term = new JSDOM(html(folder + name)).window.document.getElementById(id);
      assert.ok(term?.textContent?.includes(word), `${word}: ${first}`);
    }
  });

  test('keeps the section when the language is changed, there and back', async () => {
    const { page } = await site.open(`zh/${numbered('lif-neuron')}.html`);
    for (const id of ['what-does-a-neuron-do', 'how-fast-does-it-fire', 'exercises']) {
      await page.evaluate((hash) => (location.hash = hash), id);
      await page.locator('a.language:visible').click();
      await page.waitForURL(`${site.url}/${numbered('lif-neuron')}.html#${id}`);
      await page.locator('a.language:visible').click();
      await page.waitForURL(`${site.url}/zh/${numbered('lif-neuron')}.html#${id}`);
    }
  });

  for (const name of [
    'index',
    numbered('lif-neuron'),
    'playground',
    'train',
    'neuron',
    'event-camera',
    'map',
    'questions',
    'claims',
  ]) {
    test(`zh/${name}.html opens without a fault, wide and narrow, and nothing is wider than a phone`, async () => {
      const { page, faults } = await site.open(`zh/${name}.html`);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 900 });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(wide <= width, `${wide} pixels in ${width}`);
      }
      assert.deepEqual(await axeFaults(page, 'header, .sidebar-drawer, .content-icon-container'), []);
      assert.deepEqual(faults, []);
      await page.close();
    });
  }
});
