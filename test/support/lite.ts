/** The browser edition as a reader has it, below a folder of a static host, in Chromium and in Firefox. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type ISOLATION, serve } from '../../editions/shared/serve';
import { numbered } from '../../packages/system/project';
import { launchChromium } from './browser';
import { LEAVE_NOTHING_OUT } from './data';

export const root = resolve(__dirname, '..', '..');
const built = join(root, 'build', 'lite');

export interface Output {
  output_type: string;
  name?: string;
  text?: string | string[];
  ename?: string;
  evalue?: string;
  traceback?: string[];
  data?: Record<string, unknown>;
}

export interface Cell {
  id: string;
  cell_type: string;
  source: string | string[];
  metadata: { tags?: string[] };
  outputs?: Output[];
  execution_count?: number | null;
}

export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
}

interface Kernel {
  status: string;
  requestInspect(content: object): Promise<{ content: { found: boolean } }>;
}

/** JupyterLab's application object (`exposeAppInBrowser`), as far as it is used here. */
interface Lab {
  commands: { execute(id: string): Promise<unknown> };
  shell: {
    currentWidget: {
      context: { isReady: boolean; save(): Promise<void> };
      sessionContext: { session: { kernel: Kernel | null } | null };
      content: {
        widgets: { model: { isDisposed: boolean } }[];
        model: {
          dirty: boolean;
          stateChanged: { connect(slot: () => void): void };
          toJSON(): Notebook;
          sharedModel: {
            cells: { length: number };
            getCell(index: number): { setSource(source: string): void };
            deleteCellRange(from: number, to: number): void;
            insertCells(at: number, cells: object[]): void;
          };
        };
      };
    } | null;
  };
}
declare const window: { jupyterapp?: Lab; ranAll?: string };

export interface Server {
  /** The site, with a slash at its end. */
  url: string;
  close(): void;
}

interface Serving {
  /** Those of `npm run lite -- --serve`; by default none, as GitHub Pages has it. */
  headers?: typeof ISOLATION;
  /**
   * Whether a page loads in the background what cells may need: TypeScript, and the package. Where nothing that is
   * looked at depends on that, a page opens for less than two thirds of the CPU time without.
   */
  loadsAhead?: boolean;
}

/** The site's settings, in which the kernel finds no declarations and loads a module with the cell that imports it. */
function withoutLoadingAhead(): string {
  const settings = JSON.parse(readFileSync(join(built, 'jupyter-lite.json'), 'utf8'));
  const kernel = settings['jupyter-config-data'].litePluginSettings['jupyterlite-typescript-kernel:plugin'];
  delete kernel.declarations;
  kernel.preload = false;
  return JSON.stringify(settings);
}

/** Serves build/ below a folder. */
export async function serveLite({ headers, loadsAhead = true }: Serving = {}): Promise<Server> {
  if (!existsSync(join(built, 'index.html')))
    throw new Error('build/lite: expected the browser edition, found none; run `npm run lite`');
  const instead: Record<string, string> = loadsAhead ? {} : { '/lite/jupyter-lite.json': withoutLoadingAhead() };
  const { port, close } = await serve(join(root, 'build'), 0, '/some/folder', { headers, compresses: false, instead });
  return { url: `http://127.0.0.1:${port}/some/folder/lite/`, close };
}

/** Chromium, and the site's address, there while the tests of a `describe` run. */
export function chromiumAndSite(serving?: Serving): { browser: Browser; url: string } {
  const site = {} as { browser: Browser; url: string };
  let server: Server;
  before(async () => {
    [site.browser, server] = await Promise.all([launchChromium(), serveLite(serving)]);
    site.url = server.url;
  });
  after(async () => {
    await site.browser?.close();
    server?.close();
  });
  return site;
}

/** A chapter as it is committed. */
export const committed = (name: string): Notebook =>
  JSON.parse(readFileSync(join(root, 'notebooks', `${name}.ipynb`), 'utf8'));

/** A chapter as the site serves it: the learner's copy. */
export const served = (name: string): Notebook =>
  JSON.parse(readFileSync(join(built, 'files', `${name}.ipynb`), 'utf8'));

/** A link of each kind that the chapters have, and one to a section, as Markdown, with the address where it leads. */
export function linksOfChapters(site: string): { text: string; address: string }[] {
  const textsOf = (name: string) => served(name).cells.map(({ source }) => textOf(source));
  const links = chapters()
    .flatMap(textsOf)
    .flatMap((text) => [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link));
  const first = (kind: RegExp): string => {
    const link = links.find((one) => kind.test(one));
    if (!link) throw new Error(`expected a link like ${kind} in a chapter, found none`);
    return link;
  };
  const chapter = first(/^0[^/]*\.ipynb$/);
  const [, section] = textsOf(chapter.replace('.ipynb', '')).flatMap((text) => /^## (.+)$/m.exec(text)?.[1] ?? []);
  const part = `${chapter}#${section.replaceAll(' ', '-')}`;
  const inBook = [/\/glossary\.html$/, /\/map\.html$/, /\/playground\.html$/, /\/book\/packages\/.*\.ts\.html$/].map(
    first,
  );
  const outside = first(/^https:/);
  return [
    ...[chapter, part].map((link) => [link, `notebooks/index.html?path=${link}`]),
    ...inBook.map((link) => [link, link.replace('../build/', '../')]),
    [outside, outside],
  ].map(([link, to], i) => ({ text: `[Link ${i}](${link})`, address: new URL(to, site).href }));
}

/** Names of the chapters of the site. */
export const chapters = (): string[] =>
  Object.keys(JSON.parse(readFileSync(join(built, 'lif-fc-mnist', 'chapters.json'), 'utf8')))
    .map((file) => file.replace(/\.ipynb$/, ''))
    .filter((name) => /^\d\d-/.test(name));

/** By day a few; the last two compute most of what they print in their cells. */
const BY_DAY = ['start', 'poisson-encoding', 'an-event-camera', 'exact-times'];

/** Those that are to run from first to last cell: at night all but one, which is in Python. */
export const chosenChapters = (): string[] => {
  const runs = (name: string) => served(name).cells.some(({ cell_type }) => cell_type === 'code');
  return (LEAVE_NOTHING_OUT ? chapters() : BY_DAY.map((topic) => numbered(topic))).filter(runs);
};

export interface Watched {
  page: Page;
  /** Requests to other places than the site, and answers of the site that say that there is no such file. */
  faults: string[];
}

/** A page on which requests to other places fail and are noted. */
export async function watchedPage(context: BrowserContext, site: string): Promise<Watched> {
  const faults: string[] = [];
  await context.route('**', (route) => {
    const url = route.request().url();
    if (url.startsWith(site) || /^(data|blob|about|attachment):/.test(url)) return route.continue();
    faults.push(`request to ${url}`);
    return route.abort();
  });
  const page = await context.newPage();
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  return { page, faults };
}

/** How long a page may take for an answer, in ms. Firefox's driver loses one sometimes, of which nothing is heard. */
const UNHEARD = 30_000;

async function until(what: string, look: () => Promise<boolean>, seconds: number): Promise<void> {
  const end = Date.now() + 1000 * seconds;
  for (;;) {
    const looking = look();
    looking.catch(() => {}); // of one that answers too late
    if (await Promise.race([looking, sleep(UNHEARD, false, { ref: false })])) return;
    if (Date.now() > end) throw new Error(`expected ${what} within ${seconds} s`);
    await sleep(250);
  }
}

/** Opens a notebook and waits until its kernel takes cells; returns how long that took, in seconds. */
export async function openChapter(page: Page, site: string, name: string): Promise<number> {
  const begin = performance.now();
  await page.goto(`${site}notebooks/index.html?path=${encodeURIComponent(name)}.ipynb`);
  await ready(page, name);
  return (performance.now() - begin) / 1000;
}

/** Opens an address that leads to a notebook, and waits until its kernel takes cells. */
export async function openLink(page: Page, address: string): Promise<void> {
  await page.goto(address);
  await ready(page, address);
}

/** Waits until the notebook that a page is opening is shown, and its kernel takes cells. */
export async function ready(page: Page, name: string): Promise<void> {
  const isReady = () =>
    page.evaluate(() => {
      const panel = window.jupyterapp?.shell.currentWidget;
      if (panel?.context?.isReady !== true || panel.sessionContext.session?.kernel?.status !== 'idle') return false;
      // Under load the kernel may be ready before all cells are shown.
      const { widgets, model } = panel.content;
      return widgets.length === model.sharedModel.cells.length && widgets.every((cell) => !cell.model.isDisposed);
    });
  // On a plain host the first visit is loaded once more, in the midst of a question perhaps.
  const isReadyNow = () =>
    isReady().catch((error: Error) => {
      if (/context was destroyed|navigat/i.test(error.message)) return false;
      throw error;
    });
  await until(`a kernel for ${name}`, isReadyNow, 90);
}

/** Waits until the kernel of the open notebook knows the types: they load in the background. */
export function typesReady(page: Page): Promise<void> {
  const found = () =>
    page.evaluate(async () => {
      const kernel = window.jupyterapp?.shell.currentWidget?.sessionContext.session?.kernel;
      const reply = await kernel?.requestInspect({ code: 'Math', cursor_pos: 2, detail_level: 0 });
      return reply?.content.found === true;
    });
  return until('the types', found, 120);
}

export const notebookOf = (page: Page): Promise<Notebook> =>
  page.evaluate(() => (window.jupyterapp as Lab).shell.currentWidget?.content.model.toJSON() as Notebook);

/** Runs all cells and returns what they put out. */
export async function runAllCells(page: Page, seconds: number): Promise<Notebook> {
  await page.evaluate(() => {
    window.ranAll = undefined;
    (window.jupyterapp as Lab).commands.execute('notebook:run-all-cells').then(
      () => {
        window.ranAll = 'yes';
      },
      (error) => {
        window.ranAll = String(error);
      },
    );
  });
  try {
    await until('all cells to end', async () => (await page.evaluate(() => window.ranAll)) !== undefined, seconds);
  } catch (error) {
    const kernel = await page.evaluate(
      () => window.jupyterapp?.shell.currentWidget?.sessionContext.session?.kernel?.status,
    );
    const { cells } = await notebookOf(page);
    const ended = cells.map(({ execution_count: count }) => count ?? '-').join(' ');
    const shown = printed(await notebookOf(page)).slice(-200);
    throw new Error(
      `${(error as Error).message}; the kernel is ${kernel}, the cells ended as ${ended} and printed …${shown}`,
    );
  }
  return notebookOf(page);
}

/** Replaces all cells of the open notebook, and waits until it shows those alone; a text stands for a code cell. */
export async function setCells(
  page: Page,
  cells: (string | Pick<Cell, 'cell_type' | 'source' | 'metadata'>)[],
): Promise<void> {
  const whole = cells.map((cell) => {
    const { cell_type, source, metadata } =
      typeof cell === 'string' ? { cell_type: 'code', source: cell, metadata: {} } : cell;
    const code = cell_type === 'code' ? { outputs: [], execution_count: null } : {};
    return { cell_type, source: textOf(source), metadata, ...code };
  });
  const replace = () =>
    page.evaluate((list) => {
      const notebook = (window.jupyterapp as Lab).shell.currentWidget?.content.model.sharedModel;
      notebook?.insertCells(0, list);
      notebook?.deleteCellRange(list.length, notebook.cells.length);
    }, whole);
  const state = () =>
    page.evaluate(() => {
      const { widgets, model } = (window.jupyterapp as Lab).shell.currentWidget?.content ?? {};
      return [
        model?.sharedModel.cells.length,
        widgets?.length,
        widgets?.filter((cell) => cell.model.isDisposed).length,
      ];
    });
  const isShown = async () => `${await state()}` === `${[whole.length, whole.length, 0]}`;
  for (let attempt = 1; ; attempt++) {
    await replace();
    try {
      return await until('the new cells to be shown', isShown, 5);
    } catch (error) {
      if (attempt === 3)
        throw new Error(`${(error as Error).message}; in the notebook, shown, gone but shown: ${await state()}`);
    }
    // JupyterLab that still draws a notebook under load may go on showing cells that were removed, which cannot be run.
    await save(page);
    await page.evaluate(() => globalThis.location.reload()).catch(() => {});
    await ready(page, 'the page that was loaded again');
  }
}

export function save(page: Page): Promise<void> {
  return page.evaluate(() => (window.jupyterapp as Lab).shell.currentWidget?.context.save());
}

/** Whether the open notebook counts as changed since it was opened or saved; leaving the page then asks. */
export function isChanged(page: Page): Promise<boolean | undefined> {
  return page.evaluate(() => (window.jupyterapp as Lab).shell.currentWidget?.content.model.dirty);
}

/**
 * Adds a cell, and resolves to whether the notebook then counted as changed, if only until the page saved it: that is
 * every five seconds, and may be at once.
 */
export function countsAsChanged(page: Page): Promise<boolean> {
  return page.evaluate(
    () =>
      new Promise<boolean>((resolve) => {
        const model = (window.jupyterapp as Lab).shell.currentWidget?.content.model;
        model?.stateChanged.connect(() => {
          if (model.dirty) resolve(true);
        });
        setTimeout(() => resolve(false), 10_000);
        const cell = { cell_type: 'code', source: '1 + 1', metadata: {}, outputs: [], execution_count: null };
        model?.sharedModel.insertCells(0, [cell]);
      }),
  );
}

export const textOf = (value: string | string[] | undefined): string => [value ?? ''].flat().join('');

/** What a notebook's cells have printed, all of it. */
export const printed = ({ cells }: Notebook): string =>
  cells
    .flatMap(({ outputs }) => outputs ?? [])
    .map(outputText)
    .join('');

export function outputText({ text, data, ename, evalue, traceback }: Output): string {
  if (text !== undefined) return textOf(text);
  if (data) return textOf(data['text/plain'] as string);
  return `${ename}: ${evalue}\n${(traceback ?? []).join('\n')}`;
}

/** Chooses an entry of the menu Tutorial. */
export async function choose(page: Page, label: string): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: /^Tutorial$/ }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: label }).click();
}
