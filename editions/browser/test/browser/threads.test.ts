/** All cores in a tab, where its threads can share memory. The bytes are those of Node on one thread. */

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { runInThisContext } from 'node:vm';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { createEngine, fingerprint } from '../../../../hosts/node/host';
import type { EngineOptions } from '../../../../packages/networks/options/engine';
import { train } from '../../../../packages/networks/train';
import { inChromium, inFirefox, launchChromium, launchFirefox } from '../../../../test/support/browser';
import {
  chapters,
  openChapter,
  outputText,
  printed,
  runAllCells,
  type Server,
  serveLite,
  setCells,
  type Watched,
  watchedPage,
} from '../../../../test/support/lite';
import { ISOLATION } from '../../../shared/serve';

const PATIENCE = 240_000;
/**
 * Ten batches of made-up images, a fifth of whose pixels have ink, as of MNIST's, without files to load. More
 * batches run the same code, as chapter 4 does for 100 epochs.
 */
const DATA = `const pixel = (_, i) => ((i * 2654435761) % 1009 < 200 ? (i * 40503) % 256 : 0);
const part = (count) => ({
  images: Uint8Array.from({ length: count * 784 }, pixel),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  count,
});
const data = { train: part(1280), test: part(256) };`;
const DEEP = { hidden: 30, T: 20, learningRate: 2e-3 };

/** Trains a single layer on as many threads as there are by default, and a hidden layer on three. */
const CELLS = [
  `import { createEngine, fingerprint, withBar } from 'lif-fc-mnist';
${DATA}
console.log('cores:', navigator.hardwareConcurrency);`,
  `const { state } = await withBar.train({ data, epochs: 1 });
console.log('single:', fingerprint(state!.weights));`,
  `const engine = await createEngine('event', { data, threads: 3, ...${JSON.stringify(DEEP)} });
await engine.ready();
const deep = await withBar.train({ engine, epochs: 1 });
await engine.close();
console.log('deep:', fingerprint(deep.state!.weights));`,
];

async function ofNode(options: Partial<EngineOptions>): Promise<string> {
  const data = runInThisContext(`(() => { ${DATA} return data; })()`);
  const engine = await createEngine('event', { data, threads: 1, ...options });
  const { state } = await train({ engine, epochs: 1 });
  await engine.close();
  assert.ok(state);
  return fingerprint(state.weights);
}

/** What the cells put out: the first output of each training, and the fingerprints. */
async function trainIn(page: Page) {
  await setCells(page, CELLS);
  const { cells } = await runAllCells(page, PATIENCE / 1000);
  const texts = cells.map(({ outputs = [] }) => outputs.map(outputText));
  const value = (name: string) =>
    texts
      .flat()
      .map((text) => new RegExp(`^${name}: (\\w+)$`, 'm').exec(text)?.[1])
      .find(Boolean);
  return {
    cores: Number(value('cores')),
    said: texts.slice(1).map(([first]) => first),
    single: value('single'),
    deep: value('deep'),
    all: texts.flat().join('\n'),
  };
}

const threads = (count: number) => `Event engine: ${count} thread${count === 1 ? '' : 's'}.`;
const ALONE = 'Event engine: 1 thread: this page has no shared memory.';

/** Engines one after the other, more than a browser may have workers. */
const MANY = `import { createEngine } from 'lif-fc-mnist';
${DATA}
for (let i = 1; i <= 60; i++) {
  const engine = await createEngine('event', { data, threads: 2, T: 20 });
  console.log(i, 'made');
  await engine.ready();
  console.log(i, 'ready');
  await engine.trainBatch(0, Uint32Array.from({ length: 128 }, (_, j) => j));
  console.log(i, 'trained');
  await engine.close();
}
console.log('60 engines');`;

const [chapter] = chapters();
let wanted: { single: string; deep: string };

async function helpMany(page: Page): Promise<void> {
  await setCells(page, [MANY]);
  assert.match(printed(await runAllCells(page, 120)), /\n60 engines\n$/);
}

async function trainsAsNode(page: Page, expected: (cores: number) => string[]): Promise<void> {
  wanted ??= { single: await ofNode({}), deep: await ofNode(DEEP) };
  const { cores, said, single, deep, all } = await trainIn(page);
  assert.deepEqual({ single, deep }, wanted, all);
  assert.deepEqual(said, expected(cores));
}

const allCores = (cores: number) => [threads(cores), threads(3)];

describe('Threads in Chromium', { ...inChromium, timeout: 3 * PATIENCE }, () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    browser = await launchChromium();
  });
  after(() => browser?.close());
  afterEach(() => server?.close());

  async function open(headers?: typeof ISOLATION, options: BrowserContextOptions = {}): Promise<Watched> {
    server = await serveLite({ headers, loadsAhead: false });
    return watchedPage(await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options }), server.url);
  }

  test('are as many as there are cores where the server sends the headers', { timeout: PATIENCE }, async () => {
    const { page, faults } = await open(ISOLATION);
    await openChapter(page, server.url, chapter);
    await trainsAsNode(page, allCores);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('are as many on a plain host, whose first visit is loaded once more, and help one engine after the other', {
    timeout: PATIENCE,
  }, async () => {
    const { page, faults } = await open();
    const asked: string[] = [];
    page.on(
      'request',
      (request) =>
        (request.isNavigationRequest() || request.url().includes('bundle.js')) &&
        asked.push(request.url().slice(server.url.length).replace(/\?.*/, '')),
    );
    await openChapter(page, server.url, chapter);
    assert.deepEqual(
      asked.filter((path) => path === 'notebooks/index.html' || path.endsWith('bundle.js')),
      ['notebooks/index.html', 'notebooks/index.html', 'build/notebooks/bundle.js'],
    );
    await trainsAsNode(page, allCores);
    await helpMany(page);
    assert.deepEqual(faults, []);
    await page.context().close();
  });

  test('are one, and it says why, where neither works', { timeout: PATIENCE }, async () => {
    const { page, faults } = await open(undefined, { serviceWorkers: 'block' });
    await openChapter(page, server.url, chapter);
    await trainsAsNode(page, () => [ALONE, ALONE]);
    assert.deepEqual(faults, []);
    await page.context().close();
  });
});

describe('Threads in Firefox', { ...inFirefox, timeout: PATIENCE }, () => {
  // Which threads there are depends on headers and the service worker, as Chromium's cases show.
  test('are as many as there are cores where the server sends the headers, and help one engine after the other', async () => {
    const server = await serveLite({ headers: ISOLATION, loadsAhead: false });
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      await openChapter(page, server.url, chapter);
      await trainsAsNode(page, allCores);
      await helpMany(page);
    } finally {
      await browser.close();
      server.close();
    }
  });
});
