/** The same site in Firefox: what the fast engine computes there has the same bits. */
import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server as Listener } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { firefox, inFirefox } from '../../../../test/support/browser';
import { putsOutWhatIsCommitted } from '../../../../test/support/compare';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { HIDDEN_PRINTS, HIDDEN_RUN, RANDMAN_PRINTS, RANDMAN_RUN } from '../../../../test/support/hidden-run';
import {
  type AnyPage,
  chapters,
  chosenChapters,
  openChapter,
  printed,
  runAllCells,
  type Server,
  serveLite,
  setCells,
} from '../../../../test/support/lite';

const PATIENCE = 600_000;
/** For all tests: at night all chapters are among them. */
const ALL = LEAVE_NOTHING_OUT ? 5_400_000 : 2 * PATIENCE;

/** A proxy that lets nothing through and notes who was asked for. */
async function startProxy(asked: string[]): Promise<Listener> {
  const proxy = createServer((socket) => {
    socket.once('data', (data) => {
      asked.push(data.toString('latin1').split('\r\n')[0]);
      socket.destroy();
    });
    socket.on('error', () => undefined);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  return proxy;
}

describe('In Firefox', { ...inFirefox, timeout: ALL }, () => {
  const asked: string[] = [];
  let browser: Browser;
  let proxy: Listener;
  let server: Server;
  before(async () => {
    [proxy, server] = await Promise.all([startProxy(asked), serveLite()]);
    const { port } = proxy.address() as AddressInfo;
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      headless: true,
      protocolTimeout: PATIENCE,
      extraPrefsFirefox: {
        'network.proxy.type': 1,
        'network.proxy.http': '127.0.0.1',
        'network.proxy.http_port': port,
        'network.proxy.ssl': '127.0.0.1',
        'network.proxy.ssl_port': port,
        'network.proxy.no_proxies_on': '127.0.0.1',
        // Firefox's own questions to its makers.
        'services.settings.server': 'data:,#remote-settings-dummy/v1',
      },
    });
  });
  after(async () => {
    await browser?.close();
    proxy?.close();
    server?.close();
  });

  /** The tab in which each test goes on that can, since a page takes seconds to open. */
  let tab: Page | undefined;
  const visit = async (opens = true) => {
    const isNew = !tab || tab.isClosed();
    if (!tab || isNew) tab = await browser.newPage();
    const page = tab as unknown as AnyPage; // its `evaluate` takes the same arguments
    if (isNew && opens) await openChapter(page, server.url, chapters()[0]);
    return { tab, page };
  };

  for (const name of chosenChapters()) {
    test(`${name} puts out what is committed`, { timeout: 3 * PATIENCE }, async () => {
      await tab?.close();
      await again(false, (page) => putsOutWhatIsCommitted(page, server.url, name, PATIENCE / 1000));
    });
  }

  /**
   * What cells give that train. On a busy machine Firefox now and then never starts a worker that another worker asks
   * for: both threads sleep, and no timer of theirs runs. Another page then does, as for a reader who loads the page
   * again.
   */
  async function again<T>(opens: boolean, work: (page: AnyPage) => Promise<T>): Promise<T> {
    for (let left = 2; ; left--) {
      const { page, tab: hanging } = await visit(opens);
      try {
        return await work(page);
      } catch (error) {
        if (left === 0 || !/the kernel is busy/.test(String(error))) throw error;
        console.log(`Firefox has not started a worker: ${(error as Error).message}`);
        tab = undefined;
        await Promise.race([hanging.close(), sleep(5000)]);
      }
    }
  }

  const trained = (cells: string[]) =>
    again(true, async (page) => {
      await setCells(page, cells);
      return printed(await runAllCells(page, 150));
    });

  test("hidden layers, Randman, its controls and a training on it have Node's bytes", async () => {
    assert.equal(await trained([HIDDEN_RUN, RANDMAN_RUN]), HIDDEN_PRINTS + RANDMAN_PRINTS);
  });

  test('no other host is asked for anything', () => {
    const own = /mozilla|firefox/; // what Firefox asks for itself, whatever page is open
    assert.deepEqual(
      asked.filter((line) => !own.test(line)),
      [],
    );
  });
});
