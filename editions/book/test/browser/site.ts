/** The book behind a web server on this machine alone, opened in a browser that can reach nothing else. */
import { existsSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { chapterNames, filesUnder } from '../../../../packages/system/project';
import { launchChromium, onlyHosts } from '../../../../test/support/browser';
import { serve } from '../../../shared/serve';

export const root = resolve(__dirname, '..', '..', '..', '..');
export const book = join(root, 'build', 'book');
/** Where a page starts that is opened from disk. */
export const disk = pathToFileURL(book).href;

/** All files of the book, with forward slashes. */
export function bookFiles(): string[] {
  if (!existsSync(book)) throw new Error('build/book: expected the book, found none; run `npm run book`');
  return filesUnder(book).map((name) => name.split(sep).join('/'));
}

/** The pages that Sphinx made: all but the one that has no library, and nothing of the book around it. */
export const bookPages = () => bookFiles().filter((file) => file.endsWith('.html') && !file.startsWith('bare/'));
/** Those of the chapters, in their order. */
export const chapterPages = () => chapterNames().map((name) => name.replace('.ipynb', '.html'));

export interface Site {
  url: string;
  /** A file of the book in a separate page, whose every fault is noted; from the server, or from `disk`. */
  open(name: string, options?: BrowserContextOptions, start?: string): Promise<Watched>;
  close(): Promise<void>;
}

/**
 * Serves the book, and besides it what `extra` has under a path, to its own Chromium, which gets these arguments, too;
 * each answer has these headers.
 */
export async function openSite(
  extra: Record<string, Uint8Array> = {},
  headers: Record<string, string> = {},
  more: readonly string[] = [],
): Promise<Site> {
  // A browser asks for an icon where a page names none.
  const instead = { '/favicon.ico': new Uint8Array(), ...extra };
  const server = await serve(book, 0, '', { headers, instead, compresses: false });
  const url = `http://127.0.0.1:${server.port}`;
  const browser = await launchChromium(onlyHosts('127.0.0.1'), ...more);
  return {
    url,
    async open(name, options = {}, start = url) {
      const watched = await watch(browser, start, options);
      await watched.go(name);
      return watched;
    },
    async close() {
      server.close();
      await browser.close();
    },
  };
}

const isFile = (path: string) => existsSync(path) && statSync(path).isFile();

export interface Watched {
  page: Page;
  /** Errors of the console and of scripts, requests that failed, and requests to another origin. */
  faults: string[];
  /** The paths of all that was requested. */
  requested: Set<string>;
  /** Bytes of all files of the book that were loaded. */
  weight(): number;
  /** Opens a file of the book in the same page, of which alone is noted what goes wrong then. */
  go(name: string): Promise<void>;
}

/** A page on which everything that goes wrong is noted, still empty; requests to other hosts fail. */
async function watch(browser: Browser, origin: string, options: BrowserContextOptions): Promise<Watched> {
  // A service worker's requests are seen by nobody: a test that wants one asks for it.
  const context = await browser.newContext({ serviceWorkers: 'block', ...options });
  const page = await context.newPage();
  const faults: string[] = [];
  const requested = new Set<string>();
  // What the page before was still loading is given up as the next one opens, which is no fault of either.
  let own = new WeakSet<Request>();
  let isOpening = false;
  page.on('framenavigated', (frame) => {
    if (!isOpening || frame !== page.mainFrame()) return;
    faults.length = 0;
    own = new WeakSet();
  });
  // Looked at only: a browser that has to ask before each request computes more, and keeps no file for the next page.
  page.on('request', (request) => {
    const url = request.url();
    own.add(request);
    requested.add(new URL(url).pathname);
    if (!url.startsWith(origin) && !/^(data|blob|about):/.test(url)) faults.push(`request to ${url}`);
  });
  page.on('console', (message) => {
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    if (['error', 'warning'].includes(message.type())) faults.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    // A browser gives a picture's request up, and makes it again, where a screenshot of the whole page changes the
    // view; and that of the icon where the next page is opened. Pictures that are missing have a status, or are found
    // as broken.
    const why = request.failure()?.errorText;
    const isPicture = request.resourceType() === 'image' || request.url().endsWith('/favicon.svg');
    if (!(why === 'net::ERR_ABORTED' && (isPicture || !own.has(request))))
      faults.push(`failed (${why}): ${request.url()}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) faults.push(`${response.status()}: ${response.url()}`);
  });
  const size = (path: string) => {
    const file = join(book, decodeURIComponent(path));
    return isFile(file) ? statSync(file).size : 0;
  };
  return {
    page,
    faults,
    requested,
    weight: () => [...requested].reduce((sum, path) => sum + size(path), 0),
    async go(name) {
      faults.length = 0;
      requested.clear();
      isOpening = true;
      const response = await page.goto(new URL(name, `${origin}/`).href).finally(() => (isOpening = false));
      // What is looked for in it would be waited for as long as a busy machine may take.
      if (response?.status() === 404) throw new Error(`${name}: expected this page, found none; run \`npm run book\``);
    },
  };
}
