/** Every chapter runs in a browser tab from its first cell to its last, and puts out what is committed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import { readNpy } from '../../../../packages/runs/node';
import { inChromium } from '../../../../test/support/browser';
import { putsOutWhatIsCommitted } from '../../../../test/support/compare';
import { chosenChapters, chromiumAndSite, root, watchedPage } from '../../../../test/support/lite';
import { ISOLATION } from '../../../shared/serve';

/** Chapter 5 looks at what chapter 4 has left. */
const isTraining = (name: string) => /^0[45]/.test(name);
const chaptersOf = (part: (name: string) => boolean) => chosenChapters().filter(part);
/** Milliseconds that a chapter may take on a busy machine, and all of them. */
const [PATIENCE, ALL] = [1_500_000, 5_400_000];

/** The weights that chapter 4 left in the browser. */
async function savedWeights(page: Page, site: string): Promise<Uint8Array> {
  const bytes = await page.evaluate(
    (name) =>
      new Promise<number[]>((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const reading = opening.result.transaction('runs').objectStore('runs').get('run');
          reading.onerror = () => reject(reading.error);
          reading.onsuccess = () => resolve(Array.from(reading.result.files['lif_snn_mnist/weights.bin']));
        };
      }),
    `lif-fc-mnist ${new URL(site).pathname}`,
  );
  return Uint8Array.from(bytes);
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('In Chromium', { ...inChromium, concurrency: true, timeout: ALL }, () => {
  // As `npm run lite -- --serve` serves it, so with all cores.
  const site = chromiumAndSite({ headers: ISOLATION });

  /** Runs chapters one after the other in a separate profile. */
  async function runChapters(t: TestContext, names: string[], look?: (name: string, page: Page) => Promise<void>) {
    const context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
    for (const name of names) {
      await t.test(`${name} puts out what is committed`, { timeout: PATIENCE }, async () => {
        const { page, faults } = await watchedPage(context, site.url);
        await putsOutWhatIsCommitted(page, site.url, name, PATIENCE / 1000);
        assert.deepEqual(faults, []);
        await look?.(name, page);
        await page.close();
      });
    }
    await context.close();
  }

  test('the training and what is drawn of it', { timeout: ALL }, (t) =>
    runChapters(t, chaptersOf(isTraining), async (name, page) => {
      if (!name.endsWith('training-loop')) return;
      const weights = await savedWeights(page, site.url);
      assert.equal(weights.length, 4 * 7840);
      const ofNode = join(root, 'build', 'run');
      const accuracies = join(ofNode, 'test_accs.npy');
      if (!existsSync(accuracies) || readNpy(accuracies).data.length !== 100) {
        console.log('no run of 100 epochs in build/run: its weights are not compared');
        return;
      }
      const wanted = readFileSync(join(ofNode, 'lif_snn_mnist', 'weights.bin'));
      assert.equal(sha256(weights), sha256(wanted), "the weights are Node's, bit by bit");
    }),
  );

  test('the other chapters', { timeout: ALL }, (t) =>
    runChapters(
      t,
      chaptersOf((name) => !isTraining(name)),
    ),
  );
});
