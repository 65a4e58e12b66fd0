/** The book: every page in a browser, over http and from disk, light and dark, wide and narrow. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { JSDOM } from 'jsdom';
import type { Page } from 'playwright-core';
import { valueIn } from '../../../../packages/runs/shorthands';
import { numbered } from '../../../../packages/system/project';
import { axeFaults, COLOURS, holdBack, inChromium } from '../../../../test/support/browser';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { isRun, readLink } from '../../train/link';
import { book, bookFiles, bookPages, chapterPages, disk, openSite, root, type Site, type Watched } from './site';

const screenshots = join(root, 'build', 'screenshots');
const html = (page: string) => readFileSync(join(book, page), 'utf8');
const parsed = new Map<string, Document>();
/** A page without a browser, for what no script of the page makes. */
function documentOf(page: string): Document {
  const known = parsed.get(page) ?? new JSDOM(html(page)).window.document;
  parsed.set(page, known);
  return known;
}
const attributesOf = (page: string, selector: string, name: string) =>
  Array.from(documentOf(page).querySelectorAll(selector), (element) => element.getAttribute(name) ?? '');
const lif = `${numbered('lif-neuron')}.html`;
/** One page that shows a source file looks like the others. */
const lookedAt = () =>
  bookPages().filter(
    (page) => !/^(src|hosts|packages|zh)\//.test(page) || /^src\/(index|snn\/neuron\.ts)\.html$/.test(page),
  );

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

/**
 * What a page has that it should not, once no colour is on its way to another: pictures that are broken, some of which
 * load late, or have no text alternative, how many pixels are beyond the window, and code and printed lines that are
 * partly out of sight.
 */
const wrongOn = (page: Page) =>
  // Nothing inside has a name: tsx would call a helper for it that the page does not have.
  page.evaluate(async () => {
    const changes = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
    await Promise.allSettled(changes.map(({ finished }) => finished));
    const images = Array.from(document.images);
    for (const image of images) {
      image.loading = 'eager';
      await image.decode().catch(() => undefined);
    }
    // What has got another size is told of it before the next frame is drawn.
    await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const pictures = 'article img, article canvas, article svg[role=img]';
    return {
      broken: images.filter(({ naturalWidth }) => naturalWidth === 0).map(({ src }) => src),
      withoutText: Array.from(document.querySelectorAll(pictures))
        .filter((element) => !element.closest('[aria-hidden=true], button[aria-label]'))
        .filter((element) => {
          const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? [];
          const labelled = ids.map((id) => document.getElementById(id)?.textContent ?? '').join(' ');
          return `${element.getAttribute('alt') ?? element.getAttribute('aria-label') ?? labelled}`.trim() === '';
        })
        .map((element) => element.outerHTML.slice(0, 200)),
      pixelsBeyond: Math.max(0, document.documentElement.scrollWidth - window.innerWidth),
      cutLines: Array.from(document.querySelectorAll('.highlight pre:not(.printed-table)'))
        .filter((pre) => pre.scrollWidth > pre.clientWidth)
        .map((pre) => pre.textContent),
      // The keyboard reaches what scrolls sideways.
      // (What is folded has no size yet.)
      unreached: Array.from(document.querySelectorAll<HTMLElement>('article *'))
        .filter((box) => box.checkVisibility())
        .filter((box) => box.scrollWidth > box.clientWidth + 1 && getComputedStyle(box).overflowX === 'auto')
        .filter((box) => box.tabIndex !== 0)
        .map((box) => box.outerHTML.slice(0, 200)),
      twice: Array.from(document.querySelectorAll('[id]'), ({ id }) => id).filter(
        (id, i, all) => all.indexOf(id) !== i,
      ),
    };
  });

/**
 * Pairs of controls that a finger confuses: less than 3 pixels apart, or less than 8 where one of them is smaller than
 * the 24 pixels of WCAG 2.5.8. Links in a line of text are as near as its words.
 */
const tooNear = (page: Page) =>
  page.evaluate(() => {
    const controls = 'button, select, input, textarea, summary, [role=button], a[href]';
    const boxes = Array.from(document.querySelectorAll<HTMLElement>(controls))
      .filter((one) => one.checkVisibility() && getComputedStyle(one).display !== 'inline')
      .filter((one) => !one.closest('.sidebar-drawer, .toc-drawer, .visually-hidden'))
      .map((one) => ({ one, box: one.getBoundingClientRect() }))
      .filter(({ box }) => box.width > 1 && box.height > 1);
    return boxes.flatMap(({ one, box }, i) =>
      boxes
        .slice(i + 1)
        .filter(({ one: other, box: its }) => {
          if (one.contains(other) || other.contains(one)) return false;
          const across = Math.max(0, box.left - its.right, its.left - box.right);
          const down = Math.max(0, box.top - its.bottom, its.top - box.bottom);
          const isSmall = Math.min(box.width, box.height, its.width, its.height) < 24;
          return Math.hypot(across, down) < (isSmall ? 8 : 3);
        })
        .map(({ one: other }) => [one, other].map((two) => two.outerHTML.slice(0, 120)).join(' | ')),
    );
  });

/** How many words of code of a kind, and how many formulas, axe is asked of. */
const ASKED = 3;

/** Spares axe thousands of words of code and signs of formulas, of which it says what it says of the first. */
const spareAxe = (page: Page) =>
  page.evaluate((most) => {
    const asked = new Map<string, number>();
    for (const one of document.querySelectorAll('.highlight pre span:not(:has(*)), .katex')) {
      const count = asked.get(one.className) ?? 0;
      asked.set(one.className, count + 1);
      if (count >= most) one.replaceWith(one.classList.contains('katex') ? 'x' : (one.textContent ?? ''));
    }
  }, ASKED);

/** What axe asks of an article that it has seen in a wide page and in other colours. */
const WHILE_NARROW = [...COLOURS, 'scrollable-region-focusable'];
describe('The book', inChromium, () => {
  let site: Site;
  before(async () => {
    mkdirSync(screenshots, { recursive: true });
    site = await openSite();
  });
  after(() => site.close());

  // A page for each width, which goes from file to file: one that is made narrower loads other pictures, and a new one
  // takes the browser longer than all that it shows. The wide one comes from the server, the narrow one from disk.
  const widths = [
    { width: 1280, isServed: true, schemes: ['dark', 'light'] },
    { width: 390, isServed: false, schemes: ['light', 'dark'] },
  ] as const;
  const watched = new Map<number, Watched>();
  const later = chapterPages().slice(1);
  const pages = lookedAt();

  for (const name of pages) {
    test(`${name} opens without a fault, light and dark`, async () => {
      // Each opens in one scheme, and then changes to the other, as at sunset. axe looks at nothing twice: at all of
      // the wide page in light, and at the narrow page in dark. There the article is the same but for its colours and
      // for what scrolls; what is around it is the same in all chapters, of which the first shows it, and so it is in
      // the wide page in dark. By day every other page is looked at wide, and those between narrow; the first chapter both.
      const half = name === chapterPages()[0] ? undefined : pages.indexOf(name) % 2;
      for (const { width, isServed, schemes } of widths) {
        if (!LEAVE_NOTHING_OUT && half === (width === 390 ? 0 : 1)) continue;
        const viewport = { width, height: 900 };
        const one = watched.get(width) ?? (await site.open('bare.html', { viewport }, isServed ? site.url : disk));
        watched.set(width, one);
        const { page, faults, requested } = one;
        await page.emulateMedia({ colorScheme: schemes[0] });
        await one.go(name);
        for (const colorScheme of schemes) {
          const what = `${colorScheme}, ${width} wide`;
          await page.emulateMedia({ colorScheme });
          const nothing = { broken: [], withoutText: [], pixelsBeyond: 0, cutLines: [], unreached: [], twice: [] };
          assert.deepEqual(await wrongOn(page), nothing, what);
          if (width === 390) assert.deepEqual(await tooNear(page), [], what);
          // To be looked at. They take a third of the time, and those of CI would go unseen.
          const file = `book-${name.replace('.html', '').replaceAll('/', '-')}-${width}-${colorScheme}.png`;
          if (!process.env.CI) await page.screenshot({ path: join(screenshots, file), fullPage: true });
          const isAlike = later.includes(name);
          if (colorScheme === schemes[1]) {
            const [part, rules] = width === 390 && isAlike ? (['article', WHILE_NARROW] as const) : (['html'] as const);
            await spareAxe(page);
            assert.deepEqual(await axeFaults(page, part, rules), [], `axe, ${what}`);
          } else if (width === 1280 && !isAlike)
            assert.deepEqual(await axeFaults(page, { exclude: 'article' }, COLOURS), [], `axe, ${what}`);
          assert.deepEqual(faults, []);
        }
        const buttons = await page.locator('.figure-open[aria-label^="Explore the figure: "]').count();
        assert.equal(buttons, documentOf(name).querySelectorAll('[data-figure]').length, 'a button over each figure');
        const early = [...requested].filter((path) => /plotly|live\.js|figures\/.*\.js$/.test(path));
        assert.deepEqual(early, [], 'nothing of a figure is loaded before it is opened');
      }
    });
  }

  test('every link inside the book leads to a page and, where it names one, to a place in it', () => {
    const files = new Set(bookFiles());
    const broken = bookPages().flatMap((name) =>
      [...html(name).matchAll(/\s(?:href|src|srcset)="([^"]*)"/g)]
        .map(([, link]) => link)
        .filter((link) => !/^(https?:|data:|mailto:)/.test(link) && !/^(?:\.\.\/)+lite\//.test(link))
        .filter((link) => {
          const { pathname, hash } = new URL(link.replaceAll('&amp;', '&'), `http://book/${name}`);
          const target = decodeURIComponent(pathname).slice(1) || 'index.html';
          if (!files.has(target)) return true;
          if (/^(?:zh\/)?train\.html$/.test(target) && isRun(hash)) return readLink(hash).claim === undefined;
          return hash.length > 1 && !html(target).includes(`id="${decodeURIComponent(hash).slice(1)}"`);
        })
        .map((link) => `${name}: ${link}`),
    );
    assert.deepEqual(broken, []);
  });

  test('a run whose fingerprint a chapter prints has a link that checks it', () => {
    const runs = ['training-loop', 'a-hidden-layer', 'is-it-worth-it'].map((topic) => {
      const [, hash] = /train\.html(#run[^"]*)"/.exec(html(`${numbered(topic)}.html`)) ?? [];
      const { settings, claim } = readLink((hash ?? '').replaceAll('&amp;', '&'));
      return [settings.train.epochs, valueIn(settings, 'hidden'), claim?.sha256.length];
    });
    assert.deepEqual(runs, [
      [100, 0, 64],
      [5, 96, 64],
      [1, 0, 64],
    ]);
  });

  test('a link to an exercise shows its heading, on a phone below the bar, also when drawings and fonts come later', async () => {
    const [, id] = /<section id="exercises">.*?<section id="([^"]+)">/s.exec(html(lif)) ?? [];
    assert.ok(id, `${lif} has no exercise`);
    for (const width of [1280, 390]) {
      const { page } = await site.open('glossary.html', { viewport: { width, height: 900 } });
      const arrive = await holdBack(page, /\/_images\/.*\.svg$|\.woff2$/);
      await page.goto(`${site.url}/${lif}#${id}`, { waitUntil: 'commit' });
      const isInPlace = (exercise: string) => {
        const top = document.querySelector(`#${exercise} h3`)?.getBoundingClientRect().top ?? Number.NaN;
        const bar = document.querySelector('.mobile-header')?.getBoundingClientRect().bottom ?? 0;
        return top >= bar && top < bar + 100;
      };
      await page.waitForFunction(() => window.scrollY > 0);
      arrive();
      const haveCome = () =>
        document.documentElement.dataset.settled !== undefined &&
        [...document.querySelectorAll<HTMLImageElement>('img[src*="_images/"]')].every(
          (image) => image.naturalWidth > 0,
        );
      await page.waitForFunction(haveCome);
      await page.waitForFunction(isInPlace, id);
      await page.context().close();
    }
  });

  test('the button that copies a block of code covers none of it on a phone', async () => {
    const { page } = await site.open(lif, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
    await page.locator('button.copy').first().waitFor();
    const covering = await page.evaluate(() =>
      [...document.querySelectorAll('button.copy')]
        .filter((button) => {
          const code = button.parentElement?.querySelector('pre')?.getBoundingClientRect().bottom ?? Number.NaN;
          return !(button.getBoundingClientRect().top >= code);
        })
        .map((button) => button.parentElement?.textContent?.slice(0, 40)),
    );
    assert.deepEqual(covering, []);
    await page.context().close();
  });

  test('the chapters follow each other, and the playground follows the last', () => {
    const order = ['index.html', ...chapterPages(), 'playground.html'];
    const next = order.map((name) => /<a class="next-page" href="([^"]+)"/.exec(html(name))?.[1]);
    assert.deepEqual(next.slice(0, -1), order.slice(1));
  });

  test('each chapter shows all figures of its notebook, with the sentences of their bundles', () => {
    for (const name of chapterPages()) {
      const figures = figuresOf(name.replace('.html', '.ipynb'));
      const alts = attributesOf(name, 'figure.figure :is(.only-light img, figure > img)', 'alt');
      assert.equal(alts.length, figures.length, name);
      // Two chapters show programs side by side, and no figure.
      assert.ok(alts.length > 0 || /-(out-and-in|onwards)\.html$/.test(name), `${name}: no figure`);
      alts.forEach((alt, i) => {
        // What depends on the machine is put otherwise in each execution.
        if (figures[i].stable) assert.equal(alt, figures[i].sentence, `${name}: figure ${i + 1}`);
        assert.ok(alt.split(' ').length > 5, `${name}: ${alt}`);
      });
    }
  });

  test('formulas are set, with MathML for screen readers', () => {
    const page = documentOf(lif);
    assert.ok(page.querySelectorAll('.katex-display').length >= 2);
    assert.ok(page.querySelectorAll('.katex math').length > 5);
    assert.equal(page.querySelectorAll('.tex').length, 0, 'no formula is left as TeX');
  });

  test('a hidden solution opens as a hint does, under a name that is read aloud', () => {
    const all = chapterPages().flatMap((name) => [...documentOf(name).querySelectorAll('details.hide')]);
    assert.ok(all.length >= 10, `${all.length} hidden cells`);
    for (const details of all) {
      const [summary] = details.children;
      assert.equal(details.classList.contains('admonition'), false);
      assert.equal(summary.getAttribute('aria-label'), null);
      const names = Array.from(summary.children, (line) => `${line.className}: ${line.textContent}`);
      assert.match(names.join(', '), /^collapsed: Show (.+), expanded: Hide \1$/);
    }
  });

  test('the search finds words in both languages from disk, and shows the words around where the book is served', async () => {
    for (const [start, folder, word] of [
      [site.url, '', 'surrogate'],
      [disk, '', 'surrogate'],
      [disk, 'zh/', '替代梯度'],
    ] as const) {
      const { page, faults } = await site.open(`${folder}search.html`, {}, start);
      await page.locator('article input[name="q"]').fill(word);
      await page.keyboard.press('Enter');
      await page.getByText(/Search finished, found \d+ pages|搜索完成，找到 \d+ 页/).waitFor();
      const hit = page.locator('#search-results li', { has: page.locator(`a[href^="${lif}"]`) }).first();
      if (start === site.url) await hit.locator('.context', { hasText: word }).waitFor();
      assert.match(
        (await page.locator('#search-results a').first().getAttribute('href')) ?? '',
        /^glossary.html#term-/,
      );
      await hit.locator('a').click();
      await page.getByRole('heading', { level: 1, name: /LIF/ }).waitFor();
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('a question is found by words that people type', async () => {
    const { page, faults } = await site.open('index.html', { viewport: { width: 390, height: 844 } });
    for (const words of ['reset_net', 'backward through the graph a second time', 'network learns nothing']) {
      await page.goto(`${site.url}/search.html?q=${encodeURIComponent(words)}`);
      await page.getByText(/Search finished, found (one|\d+) page/).waitFor();
      const found = await page
        .locator('#search-results li > a')
        .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
      assert.ok(
        found.slice(0, 5).some((address) => address?.startsWith('questions.html')),
        `${words}: ${found}`,
      );
    }
    // Pages are left while they still load their icon.
    assert.deepEqual(
      faults.filter((fault) => !fault.startsWith('failed (net::ERR_ABORTED)')),
      [],
    );
    await page.context().close();
  });

  test('the playground answers from disk as well, with either network', async () => {
    const { page, faults } = await site.open('playground.html', {}, disk);
    await page.getByRole('button', { name: 'Sample 3' }).click();
    await page.getByTestId('answer').getByText('3', { exact: true }).waitFor();
    await page.getByRole('radio', { name: 'a hidden layer, too' }).press('Space');
    await page.locator('#pg-count').getByText('784-96-10').waitFor();
    await page.getByTestId('answer').getByText('3', { exact: true }).waitFor();
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('a page of 1,280 pixels has its contents beside it, and one of 390 a menu that opens by key', async () => {
    const { page } = await site.open(chapterPages()[0], { viewport: { width: 1280, height: 720 } });
    const contents = page.getByRole('complementary').getByText('On this page');
    const at = await contents.boundingBox();
    assert.ok(at && at.x > 1000 && at.x + at.width < 1280 && at.y < 100, JSON.stringify(at));
    await page.setViewportSize({ width: 390, height: 844 });
    const menu = page.getByRole('button', { name: 'Menu' });
    await menu.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      () => (document.querySelector('.sidebar-drawer')?.getBoundingClientRect().left ?? -1) === 0,
    );
    assert.equal(await menu.getAttribute('aria-expanded'), 'true');
    assert.ok(await page.evaluate(() => document.activeElement?.closest('.sidebar-drawer') !== null), 'focus is in it');
    await page.keyboard.press('Escape');
    assert.equal(await menu.getAttribute('aria-expanded'), 'false');
    await page.context().close();
  });

  test('each chapter hands out its notebook', () => {
    for (const name of chapterPages()) {
      const notebook = name.replace('.html', '.ipynb');
      assert.deepEqual(attributesOf(name, 'a[download]', 'href'), [`notebooks/${notebook}`]);
      const [got, committed] = [html(`notebooks/${notebook}`), readFileSync(join(root, 'notebooks', notebook), 'utf8')];
      assert.equal(JSON.parse(got).cells.length, JSON.parse(committed).cells.length, name);
    }
  });

  test('a button copies the code of a cell, over http and from disk', async () => {
    const source = JSON.parse(
      readFileSync(join(root, 'notebooks', chapterPages()[0].replace('.html', '.ipynb')), 'utf8'),
    );
    const first = (source.cells as { cell_type: string; source: string | string[] }[]).find(
      ({ cell_type }) => cell_type === 'code',
    );
    for (const start of [site.url, disk]) {
      const { page, faults } = await site.open(
        chapterPages()[0],
        { permissions: ['clipboard-read', 'clipboard-write'] },
        start,
      );
      const button = page.getByRole('button', { name: 'Copy the code' }).first();
      await button.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('The code is in the clipboard.').waitFor({ state: 'attached' });
      assert.equal(await page.evaluate(() => navigator.clipboard.readText()), [first?.source].flat().join(''));
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('a chapter links to the glossary where it first uses a word of it', () => {
    for (const name of chapterPages()) {
      const links = attributesOf(name, 'a.term', 'href');
      assert.ok(links.length >= 5, name);
      assert.equal(new Set(links).size, links.length, `${name}: each word once`);
    }
  });

  test('the start page moves, unless the reader wants none of it, and leads on', async () => {
    for (const reducedMotion of ['no-preference', 'reduce'] as const) {
      const { page, faults } = await site.open('index.html', { reducedMotion });
      const drawn = () => page.locator('#start-canvas').evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
      await page.waitForFunction(() => document.fonts.status === 'loaded');
      const before = await drawn();
      await page.waitForTimeout(400);
      assert.equal((await drawn()) !== before, reducedMotion === 'no-preference', reducedMotion);
      const button = page.getByRole('button', { name: reducedMotion === 'reduce' ? 'Play' : 'Pause' });
      await button.press('Enter');
      assert.equal(
        await page.locator('#start-canvas').getAttribute('data-playing'),
        String(reducedMotion === 'reduce'),
      );
      const links = await page.locator('.calls a').evaluateAll((all) => all.map((link) => link.getAttribute('href')));
      assert.deepEqual(links.slice(0, 2), ['playground.html', chapterPages()[0]]);
      assert.deepEqual(faults, []);
      await page.context().close();
    }
  });

  test('no page tells of the machine that it was made on', () => {
    const telling = bookFiles()
      .filter((name) => /\.(html|js|css|svg)$/.test(name))
      .filter((name) => readFileSync(join(book, name), 'utf8').includes(root));
    assert.deepEqual(telling, []);
  });
});
