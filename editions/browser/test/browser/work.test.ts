/** The reader's work: kept in the browser, never hidden by a newer chapter nor hiding one, and to be taken home. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import type { BrowserContext, Page } from 'playwright-core';
import { toNir } from '../../../../packages/formats/exchange';
import { npyArray } from '../../../../packages/formats/npy';
import { fingerprint } from '../../../../packages/runs/node';
import { DEFAULT_NEURON } from '../../../../src/common/neuron-options';
import { initialNetwork } from '../../../../src/common/weights';
import { inChromium } from '../../../../test/support/browser';
import {
  chapters,
  choose,
  chromiumAndSite,
  notebookOf,
  openChapter,
  printed,
  runAllCells,
  save,
  served,
  setCells,
  textOf,
  watchedPage,
} from '../../../../test/support/lite';
import { axeFaults } from '../../../book/test/browser/site';

const sourcesOf = async (page: Page) => (await notebookOf(page)).cells.map(({ source }) => textOf(source));

/** The files of a zip that a click offers. */
async function downloaded(page: Page, label: string): Promise<Record<string, Uint8Array>> {
  const [download] = await Promise.all([page.waitForEvent('download'), choose(page, label)]);
  assert.match(download.suggestedFilename(), /\.zip$/);
  return unzipSync(readFileSync(await download.path()));
}

/** Chooses a file that the menu takes back in. */
async function takeIn(page: Page, name: string, buffer: Buffer, mimeType = 'application/zip'): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose(page, 'Take a file in…')]);
  await chooser.setFiles({ name, mimeType, buffer });
}

/** The part of JupyterLab's application that says whether all is saved. */
interface Lab {
  jupyterapp: { shell: { currentWidget: { context: { model: { dirty: boolean } } } } };
}

/** From now on the site has another first line in this chapter. */
async function publishNewer(context: BrowserContext, name: string, version: string): Promise<void> {
  const newer = { ...served(name), metadata: { lif_fc_mnist: { version } } };
  newer.cells[0].source = `# Newer\n${textOf(newer.cells[0].source)}`;
  await context.route(`**/files/${name}.ipynb*`, (route) => route.fulfill({ json: newer }));
  await context.route('**/lif-fc-mnist/chapters.json', (route) =>
    route.fulfill({ json: { [`${name}.ipynb`]: version } }),
  );
}

const SAVE_A_RUN = `import { createEngine, loadMnist, loadRun, saveRun, training, withBar } from 'lif-fc-mnist';
const data = await loadMnist();
const history = training.newHistory();
await withBar.train({ engine: 'event', data, history, epochs: 1, batchSize: 6000 });
const engine = await createEngine('event', { data });
const { weights } = history.state!;
const trace = await engine.trace({ split: 'test', epoch: 1, index: 0 });
console.log(await saveRun({ trace, history, weights, neuron: engine.options.neuron }, 'mine'));`;

const SAVE_A_NETWORK = `import { exchange, random, saveFile, surrogate } from 'lif-fc-mnist';
const dynamics = { tau: 2, decayInput: true, vThreshold: 1, vReset: 0 };
const neuron = { ...dynamics, surrogateFunction: new surrogate.ATan(2), detachReset: false };
const bytes = exchange.toNir({ weights: random.initialWeights(0, 784, 10), neuron });
console.log(await saveFile('network.nir', bytes));`;

describe("The reader's work", inChromium, () => {
  const [chapter, other] = chapters();
  const site = chromiumAndSite();
  let context: BrowserContext;

  /** A page in a separate profile, without the service worker, whose requests a test cannot answer. */
  const fresh = async () => {
    context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
    return watchedPage(context, site.url);
  };

  test('is there again after the tab was closed, and is said to be kept', async () => {
    const { page, faults } = await fresh();
    await openChapter(page, site.url, chapter);
    await page.getByText('Your work stays in this browser').waitFor();
    await setCells(page, ['const mine = 1;']);
    await save(page);
    await page.close();
    const again = await context.newPage();
    await openChapter(again, site.url, chapter);
    assert.deepEqual(await sourcesOf(again), ['const mine = 1;']);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('is saved within seconds of an edit, and at once when the page is put away', async () => {
    const { page } = await fresh();
    await openChapter(page, site.url, chapter);
    const isSaved = () => !(window as unknown as Lab).jupyterapp.shell.currentWidget.context.model.dirty;
    await setCells(page, ['const first = 1;']);
    await page.waitForFunction(isSaved, null, { timeout: 9000 });
    await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden' }) && undefined);
    await setCells(page, ['const second = 2;']);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.waitForFunction(isSaved, null, { timeout: 1500 });
    const again = await context.newPage();
    await openChapter(again, site.url, chapter);
    assert.deepEqual(await sourcesOf(again), ['const second = 2;']);
    await context.close();
  });

  test('is asked about when the chapter has changed, and kept or put aside', async () => {
    for (const take of [false, true]) {
      const { page } = await fresh();
      await openChapter(page, site.url, chapter);
      const old = await sourcesOf(page);
      await setCells(page, [...old, '1 + 1']);
      await save(page);
      await publishNewer(context, chapter, '0123456789abcdef');
      await openChapter(page, site.url, chapter);
      const dialog = page.getByRole('dialog').filter({ hasText: 'This chapter has changed since you saved it' });
      await dialog.waitFor();
      await dialog.getByRole('button', { name: take ? 'Take the new one' : 'Keep mine' }).click();
      await dialog.waitFor({ state: 'detached' });
      if (take) {
        await page.getByRole('heading', { name: 'Newer' }).waitFor();
        const aside = await page.evaluate(async () => {
          const { contents } = (window as unknown as { jupyterapp: { serviceManager: { contents: never } } }).jupyterapp
            .serviceManager as unknown as {
            contents: { get(path: string): Promise<{ content: { name: string }[] }> };
          };
          return (await contents.get('')).content.map(({ name }) => name);
        });
        assert.ok(
          aside.some((name) => /\(mine until \d{4}-\d\d-\d\d\)\.ipynb$/.test(name)),
          aside.join(),
        );
      } else {
        assert.equal((await sourcesOf(page)).at(-1), '1 + 1');
        await page.waitForFunction(() => !document.title.startsWith('*'));
        // It is not asked again about the same newer chapter.
        await openChapter(page, site.url, chapter);
        await page.waitForTimeout(1000);
        assert.deepEqual(await page.getByRole('dialog').allInnerTexts(), []);
        assert.equal((await sourcesOf(page)).at(-1), '1 + 1');
      }
      await context.close();
    }
  });

  test('gives way to a newer chapter if nothing was changed in it', async () => {
    const { page } = await fresh();
    await openChapter(page, site.url, chapter);
    await save(page);
    await publishNewer(context, chapter, '0123456789abcdef');
    await openChapter(page, site.url, chapter);
    await page.getByText('You had changed nothing in it.').waitFor();
    await page.getByRole('heading', { name: 'Newer' }).waitFor();
    await context.close();
  });

  test('a network leaves by a button below the cell, and comes back in, byte by byte as in Node', async () => {
    const { page, faults } = await fresh();
    await openChapter(page, site.url, chapter);
    await setCells(page, [SAVE_A_NETWORK]);
    assert.match(printed(await runAllCells(page, 60)), /network\.nir, in this browser/);
    const button = page.getByRole('button', { name: 'Download network.nir' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.press('Enter')]);
    assert.equal(download.suggestedFilename(), 'network.nir');
    const bytes = readFileSync(await download.path());
    const weights = initialNetwork(0);
    assert.deepEqual(new Uint8Array(bytes), toNir({ weights, neuron: DEFAULT_NEURON }));
    assert.deepEqual(await axeFaults(page, '.jp-OutputArea'), []);

    await takeIn(page, 'network (1).nir', bytes, '');
    await page.getByText("Taken in: a cell reads it by loadFile('network-1-.nir').").waitFor();
    await setCells(page, [
      `import { exchange, fingerprint, loadFile } from 'lif-fc-mnist';
console.log(fingerprint(exchange.fromNir(await loadFile('network-1-.nir')).weights));`,
      `await loadFile('other.nir');`,
    ]);
    const text = printed(await runAllCells(page, 60));
    assert.ok(text.includes(fingerprint(weights)), text);
    assert.match(text, /other\.nir: expected a file in this browser, found none; choose “Take a file in…”/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test('is found by another notebook and after a reload, and is downloaded and removed', async () => {
    const { page, faults } = await fresh();
    await openChapter(page, site.url, chapter);
    await setCells(page, [SAVE_A_RUN]);
    assert.match(printed(await runAllCells(page, 120)), /mine, in this browser/);
    await save(page);

    await openChapter(page, site.url, other);
    const look = `import { loadRun } from 'lif-fc-mnist';
const { T, trainAccs, weights } = await loadRun('mine');
console.log(T, trainAccs.length, weights.length);`;
    await setCells(page, [look]);
    assert.match(printed(await runAllCells(page, 60)), /100 10 7840/);

    const run = await downloaded(page, 'Download the run');
    const model = ['lif_snn_mnist/model.json', 'lif_snn_mnist/weights.bin'];
    const arrays = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy'];
    const wanted = [...arrays, ...model, 'events.out.tfevents.0.saved-run'].map((name) => `mine/${name}`);
    assert.deepEqual(Object.keys(run).sort(), wanted.sort());
    assert.deepEqual(npyArray('v', run['mine/v_t_array.npy']).shape, [100, 10]);

    const notebooks = await downloaded(page, 'Download all my notebooks');
    for (const name of chapters()) assert.ok(notebooks[`${name}.ipynb`], name);
    const mine = JSON.parse(new TextDecoder().decode(notebooks[`${other}.ipynb`]));
    assert.equal(textOf(mine.cells[0].source), look, 'with what was changed just now');

    await choose(page, 'Start again clean');
    const dialog = page.getByRole('dialog').filter({ hasText: 'Remove your work from this browser?' });
    assert.deepEqual(await axeFaults(page, '.jp-Dialog'), []);
    await Promise.all([page.waitForNavigation(), dialog.getByRole('button', { name: 'Remove my work' }).click()]);
    await openChapter(page, site.url, other);
    const now = await sourcesOf(page);
    assert.deepEqual(now.length, served(other).cells.length);
    await setCells(page, [look]);
    assert.match(printed(await runAllCells(page, 60)), /mine: expected the records of a run, found none/);

    await setCells(page, ['const later = 1;']);
    const notebooksZip = Buffer.from(zipSync({ [`${other}.ipynb`]: notebooks[`${other}.ipynb`] }));
    await takeIn(page, 'notebooks.zip', notebooksZip);
    await page.getByText(/^Taken in: 1 notebook\. What you had changed here is now called .*\(mine until /).waitFor();
    await page.waitForFunction(() => document.querySelector('.cm-content')?.textContent?.includes('loadRun'));
    assert.deepEqual(await sourcesOf(page), [look]);
    await setCells(page, ['const latest = 2;']);
    await takeIn(page, `${other}.ipynb`, Buffer.from(notebooks[`${other}.ipynb`]), '');
    await page.getByText(/^Taken in: 1 notebook\. What you had changed here is now called .*-2\.ipynb/).waitFor();
    await page.waitForFunction(() => document.querySelector('.cm-content')?.textContent?.includes('loadRun'));
    await takeIn(page, 'my own (1).IPYNB', Buffer.from(JSON.stringify(mine)), '');
    await page.getByText('Taken in: 1 notebook. “All chapters and files” lists it as my own (1).ipynb.').waitFor();
    await takeIn(page, 'no.ipynb', Buffer.from('{}'), '');
    await page.getByText('no.ipynb: expected a notebook, found something else').waitFor();
    await takeIn(page, 'run.zip', Buffer.from(zipSync(run)));
    await page.getByText('Taken in: 1 run.').waitFor();
    assert.match(printed(await runAllCells(page, 60)), /100 10 7840/);
    await takeIn(page, 'other.zip', Buffer.from('something else'));
    await page.getByText(/^other\.zip: expected a zip file that the menu Tutorial has made, found /).waitFor();
    assert.deepEqual(await sourcesOf(page), [look]);
    await openChapter(page, site.url, 'my own (1)');
    assert.deepEqual(await sourcesOf(page), [look]);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
