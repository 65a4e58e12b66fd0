/** The book: every page in a browser, over http and from disk, light and dark, wide and narrow. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { findChromium, launchChromium } from '../support/lab';
import { book, bookFiles, bookPages, openPage, root, type Site, serve } from './site';

const executable = findChromium();
const screenshots = join(root, 'build', 'screenshots');
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const html = (page: string) => readFileSync(join(book, page), 'utf8');
const chapters = () => bookPages().filter((page) => /^\d\d-/.test(page));

/** The serious and critical faults that axe finds. */
async function axeFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    type Results = {
      violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
    };
    const { axe } = window as unknown as { axe: { run(): Promise<Results> } };
    return (await axe.run()).violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
  });
}

interface Cell {
  metadata: { tags?: string[] };
  outputs?: { data?: Record<string, string | string[]> }[];
}

/** The sentences of a chapter's figures, of the committed notebook or, while that has none, of the executed one. */
function figuresOf(file: string): { sentence: string; stable: boolean }[] {
  const [committed, executed] = [join(root, 'notebooks', file), join(root, 'build', 'notebooks', file)].map((path) =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')).cells as Cell[]) : [],
  );
  const of = (cells: Cell[]) =>
    cells.flatMap(({ metadata, outputs }) =>
      (outputs ?? [])
        .filter(({ data }) => data?.['image/svg+xml'])
        .map(({ data }) => ({
          sentence: [data?.['text/plain'] ?? ''].flat().join('').trim(),
          stable: !metadata.tags?.some((tag) => tag === 'tfjs' || tag === 'timing'),
        })),
    );
  return of(committed).length > 0 ? of(committed) : of(executed);
}

/** Brings every picture of the page into view, since some load late, and names those that are broken. */
function brokenImages(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const images = Array.from(document.images);
    for (const image of images) {
      image.loading = 'eager';
      await image.decode().catch(() => undefined);
    }
    return images.filter(({ naturalWidth }) => naturalWidth === 0).map(({ src }) => src);
  });
}

/** Pictures that say nothing to somebody who cannot see them. */
function imagesWithoutText(page: Page): Promise<string[]> {
  // Nothing inside has a name: tsx would call a helper for it that the page does not have.
  return page.evaluate(() =>
    Array.from(document.querySelectorAll('article img, article canvas, article svg[role=img]'))
      .filter((element) => !element.closest('[aria-hidden=true], button[aria-label]'))
      .filter((element) => {
        const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
        const labelled = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
        return `${element.getAttribute('alt') ?? element.getAttribute('aria-label') ?? labelled}`.trim() === '';
      })
      .map((element) => element.outerHTML.slice(0, 200)),
  );
}

if (!executable) {
  test('the book in a browser', () => {
    console.log('no Chromium found (CHROMIUM names one): the book is not tested in a browser here');
  });
} else {
  describe('The book', () => {
    let browser: Browser;
    let site: Site;
    before(async () => {
      mkdirSync(screenshots, { recursive: true });
      browser = await launchChromium(executable);
      site = await serve();
    });
    after(async () => {
      site.close();
      await browser.close();
    });

    for (const name of bookPages()) {
      test(`${name} opens without a fault, wide and narrow, light and dark`, async () => {
        for (const colorScheme of ['light', 'dark'] as const) {
          const { page, faults } = await openPage(browser, site.url, { colorScheme });
          for (const width of [1280, 390]) {
            await page.setViewportSize({ width, height: 900 });
            await page.goto(`${site.url}/${name}`);
            assert.deepEqual(await brokenImages(page), [], 'no broken image');
            assert.deepEqual(await imagesWithoutText(page), [], 'every picture has a text alternative');
            const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
            assert.ok(overflow <= 0, `nothing is wider than the page of ${width}, but ${overflow} pixels`);
            assert.deepEqual(await axeFaults(page), [], `axe, ${colorScheme}, ${width} wide`);
            const file = `book-${name.replace('.html', '')}-${width}-${colorScheme}.png`;
            await page.screenshot({ path: join(screenshots, file), fullPage: true });
          }
          assert.deepEqual(faults, []);
          await page.context().close();
        }
      });
    }

    test('every link inside the book leads to a page and, where it names one, to a place in it', () => {
      const files = new Set(bookFiles());
      const broken = bookPages().flatMap((name) =>
        [...html(name).matchAll(/\s(?:href|src)="([^"]*)"/g)]
          .map(([, link]) => link)
          .filter((link) => !/^(https?:|data:|mailto:)/.test(link))
          .filter((link) => {
            const { pathname, hash } = new URL(link.replaceAll('&amp;', '&'), `http://book/${name}`);
            const target = decodeURIComponent(pathname).slice(1) || 'index.html';
            if (!files.has(target)) return true;
            return hash.length > 1 && !html(target).includes(`id="${decodeURIComponent(hash).slice(1)}"`);
          })
          .map((link) => `${name}: ${link}`),
      );
      assert.deepEqual(broken, []);
    });

    test('the chapters follow each other, and the playground follows the last', () => {
      const order = ['index.html', ...chapters(), 'playground.html'];
      order.forEach((name, i) => {
        const next = /<a class="next-page" href="([^"]+)"/.exec(html(name))?.[1];
        assert.equal(next, order[i + 1], `what comes after ${name}`);
      });
    });

    test('each chapter shows all figures of its notebook, with the sentences of their bundles', async () => {
      const { page } = await openPage(browser, site.url);
      for (const name of chapters()) {
        const figures = figuresOf(name.replace('.html', '.ipynb'));
        await page.goto(`${site.url}/${name}`);
        const alts = await page
          .locator('figure.figure img')
          .evaluateAll((images) => images.map((image) => image.getAttribute('alt') ?? ''));
        assert.ok(alts.length > 0 && alts.length === figures.length, `${name}: ${alts.length} of ${figures.length}`);
        alts.forEach((alt, i) => {
          // What depends on the machine is put otherwise in each execution.
          if (figures[i].stable) assert.equal(alt, figures[i].sentence, `${name}: figure ${i + 1}`);
          assert.ok(alt.split(' ').length > 5, `${name}: ${alt}`);
        });
      }
      await page.context().close();
    });

    test('formulas are set, in fonts of the book', async () => {
      const { page, faults } = await openPage(browser, site.url);
      await page.goto(`${site.url}/02-lif-neuron.html`);
      assert.ok((await page.locator('.katex-display').count()) >= 2);
      assert.ok((await page.locator('.katex math').count()) > 5, 'with MathML for screen readers');
      assert.equal(await page.locator('.tex').count(), 0, 'no formula is left as TeX');
      assert.ok(await page.evaluate(() => document.fonts.check('16px KaTeX_Math')));
      assert.deepEqual(faults, []);
      await page.context().close();
    });

    test('the search finds a chapter', async () => {
      const { page, faults } = await openPage(browser, site.url);
      await page.goto(`${site.url}/search.html?q=surrogate`);
      await page.locator('#search-results a', { hasText: 'LIF neuron' }).first().waitFor();
      assert.deepEqual(faults, []);
      await page.context().close();
    });

    test('all pages open from disk as well, with every picture', async () => {
      for (const name of bookPages()) {
        const { page, faults } = await openPage(browser, 'file://');
        await page.goto(pathToFileURL(join(book, name)).href);
        assert.deepEqual(await brokenImages(page), [], name);
        if (name === 'playground.html') {
          await page.getByRole('button', { name: 'Sample 3' }).click();
          await page.getByTestId('answer').getByText('3', { exact: true }).waitFor();
        }
        assert.deepEqual(faults, [], name);
        await page.context().close();
      }
    });

    test('no page tells of the machine that it was made on', () => {
      for (const file of bookFiles().filter((name) => /\.(html|js|css|svg)$/.test(name))) {
        assert.ok(!readFileSync(join(book, file), 'utf8').includes(root), file);
      }
    });
  });
}
