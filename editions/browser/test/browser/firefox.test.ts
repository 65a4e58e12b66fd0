/** The same site in Firefox: what the fast engine computes there has the same bits. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrowserContext, Page } from 'playwright-core';
import { inFirefox, launchFirefox } from '../../../../test/support/browser';
import { putsOutWhatIsCommitted } from '../../../../test/support/compare';
import { LEAVE_NOTHING_OUT } from '../../../../test/support/data';
import { HIDDEN_PRINTS, HIDDEN_RUN, RANDMAN_PRINTS, RANDMAN_RUN } from '../../../../test/support/hidden-run';
import {
  chapters,
  chosenChapters,
  openChapter,
  printed,
  runAllCells,
  type Server,
  serveLite,
  setCells,
} from '../../../../test/support/lite';

/** For a chapter, so that by day one that never ends can be tried twice more. */
const PATIENCE = LEAVE_NOTHING_OUT ? 600_000 : 300_000;
/** For all tests: at night all chapters are among them. */
const ALL = LEAVE_NOTHING_OUT ? 5_400_000 : 4 * PATIENCE;

describe('In Firefox', { ...inFirefox, timeout: ALL }, () => {
  let context: BrowserContext;
  let server: Server;
  before(async () => {
    server = await serveLite();
    context = await (await launchFirefox()).newContext();
  });
  after(async () => {
    await context?.browser()?.close();
    server?.close();
  });

  /** The tab in which each test goes on that can, since a page takes seconds to open. */
  let tab: Page | undefined;
  const visit = async (opens = true) => {
    const isNew = !tab || tab.isClosed();
    if (!tab || isNew) tab = await context.newPage();
    if (isNew && opens) await openChapter(tab, server.url, chapters()[0]);
    return tab;
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
  async function again<T>(opens: boolean, work: (page: Page) => Promise<T>): Promise<T> {
    for (let left = 2; ; left--) {
      const page = await visit(opens);
      try {
        return await work(page);
      } catch (error) {
        if (left === 0 || !/the kernel is busy/.test(String(error))) throw error;
        console.log(`Firefox has not started a worker: ${(error as Error).message}`);
        tab = undefined;
        await Promise.race([page.close(), sleep(5000)]);
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
