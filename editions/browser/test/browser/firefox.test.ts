/** The same site in Firefox: what the fast engine computes there has the same bits. */
import assert from 'node:assert/strict';
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

describe('In Firefox', { ...inFirefox, timeout: ALL }, () => {
  let browser: Browser;
  let server: Server;
  before(async () => {
    server = await serveLite();
    browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefox,
      headless: true,
      protocolTimeout: PATIENCE,
      extraPrefsFirefox: { 'services.settings.server': 'data:,#remote-settings-dummy/v1' },
    });
  });
  after(async () => {
    await browser?.close();
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
});
