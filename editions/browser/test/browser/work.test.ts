/** The reader's work: kept in the browser, never hidden by a newer chapter nor hiding one, and to be taken home. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { unzipSync, zipSync } from 'fflate';
import type { BrowserContext, Page } from 'playwright-core';
import { hashOfCells } from '../../../../hosts/browser/hash';
import { toNir } from '../../../../packages/formats/exchange';
import { npyArray } from '../../../../packages/formats/npy';
import { DEFAULT_NEURON } from '../../../../packages/networks/options/neuron-options';
import { initialNetwork } from '../../../../packages/networks/options/weights';
import { fingerprint } from '../../../../packages/runs/node';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import {
  chapters,
  choose,
  chromiumAndSite,
  type Notebook,
  notebookOf,
  openChapter,
  printed,
  ready,
  runAllCells,
  save,
  served,
  setCells,
  textOf,
  type Watched,
  watchedPage,
} from '../../../../test/support/lite';

const sourcesOf = async (page: Page) => (await notebookOf(page)).cells.map(({ source }) => textOf(source));

/** The files of a zip of this name that a click offers. */
async function downloaded(page: Page, click: () => Promise<void>, name: RegExp): Promise<Record<string, Uint8Array>> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()]);
  assert.match(download.suggestedFilename(), name);
  return unzipSync(readFileSync(await download.path()));
}

/** Chooses a file that the menu takes back in. */
async function importDownload(page: Page, name: string, buffer: Buffer, mimeType = 'application/zip'): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), choose(page, 'Take a file in…')]);
  await chooser.setFiles({ name, mimeType, buffer });
}

/** The part of JupyterLab's application that says whether all is saved, and what is. */
interface Lab {
  jupyterapp: {
    shell: { currentWidget: { context: { model: { dirty: boolean }; save(): Promise<void> } } };
    serviceManager: {
      contents: {
        get(path: string, options: { content: boolean }): Promise<{ content: never }>;
        save(...given: unknown[]): Promise<unknown>;
      };
    };
  };
}

/** What the browser keeps under a path: a notebook, or the names in a folder. */
const stored = (page: Page, path: string): Promise<unknown> =>
  page.evaluate(async (path) => {
    const { contents } = (window as unknown as Lab).jupyterapp.serviceManager;
    return (await contents.get(path, { content: true })).content;
  }, path);

/** Where the site has a chapter, and the versions of all. */
const publishedAt = (name: string) => [`**/files/${name}.ipynb*`, '**/lif-fc-mnist/chapters.json'] as const;

/** From now on the site has another first line in this chapter. */
async function publishNewer(context: BrowserContext, name: string, heading: string): Promise<void> {
  const newer = served(name);
  newer.cells[0].source = `# ${heading}\n${textOf(newer.cells[0].source)}`;
  const version = hashOfCells(newer);
  newer.metadata = { ...newer.metadata, lif_fc_mnist: { version } };
  const [file, versions] = publishedAt(name);
  await context.route(file, (route) => route.fulfill({ json: newer }));
  await context.route(versions, (route) => route.fulfill({ json: { [`${name}.ipynb`]: version } }));
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
  const site = chromiumAndSite({ loadsAhead: false });
  let context: BrowserContext;

  const open = async () => {
    const opened = await watchedPage(context, site.url);
    await openChapter(opened.page, site.url, chapter);
    return opened;
  };
  /**
   * The page in which each test goes on, since it takes seconds to open, in a profile without the service worker, whose
   * requests a test cannot answer.
   */
  let opened: Promise<Watched> | undefined;
  const visit = () => {
    opened ??= (async () => {
      context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
      return open();
    })();
    return opened;
  };

  test('is there again after the tab was closed, and is said to be kept', async () => {
    const { page, faults } = await visit();
    await page.getByText('Your work stays in this browser').waitFor();
    await setCells(page, ['const mine = 1;']);
    await save(page);
    await page.close();
    opened = open();
    assert.deepEqual(await sourcesOf((await opened).page), ['const mine = 1;']);
    assert.deepEqual(faults, []);
  });

  test('is saved within seconds of an edit, and at once when the page is put away', async () => {
    const { page } = await visit();
    const isSaved = () => !(window as unknown as Lab).jupyterapp.shell.currentWidget.context.model.dirty;
    await setCells(page, ['const first = 1;']);
    await page.waitForFunction(isSaved, null, { timeout: 9000 });
    await page.evaluate(() => Object.defineProperty(document, 'visibilityState', { value: 'hidden' }) && undefined);
    await setCells(page, ['const second = 2;']);
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await page.waitForFunction(isSaved, null, { timeout: 1500 });
    const { cells } = (await stored(page, `${chapter}.ipynb`)) as Notebook;
    assert.deepEqual(
      cells.map(({ source }) => textOf(source)),
      ['const second = 2;'],
    );
  });

  test('is saved twice at once without a question about a file that has changed', async () => {
    const { page } = await visit();
    await setCells(page, ['const twice = 2;']);
    const asked = await page.evaluate(async () => {
      const { shell, serviceManager } = (window as unknown as Lab).jupyterapp;
      const { context } = shell.currentWidget;
      const { contents } = serviceManager;
      const keep = contents.save;
      // As on a slow computer: the file is written, and JupyterLab hears of it later.
      contents.save = async (...given) => {
        const kept = await keep.apply(contents, given);
        await new Promise((done) => setTimeout(done, 1500));
        return kept;
      };
      const first = context.save();
      await new Promise((done) => setTimeout(done, 1000));
      const second = context.save();
      await new Promise((done) => setTimeout(done, 1000));
      contents.save = keep;
      const dialogs = Array.from(document.querySelectorAll('.jp-Dialog-header'), ({ textContent }) => textContent);
      if (dialogs.length === 0) await Promise.all([first, second]);
      return dialogs;
    });
    assert.deepEqual(asked, []);
  });

  test('is asked about when the chapter has changed, and kept or put aside', async () => {
    const { page } = await visit();
    await setCells(page, [...(await sourcesOf(page)), '1 + 1']);
    await save(page);
    const dialog = page.getByRole('dialog').filter({ hasText: 'This chapter has changed since you saved it' });
    const answer = async (name: string) => {
      await dialog.waitFor();
      await dialog.getByRole('button', { name }).click();
      await dialog.waitFor({ state: 'detached' });
    };
    await publishNewer(context, chapter, 'Newer');
    await openChapter(page, site.url, chapter);
    await answer('Keep mine');
    assert.equal((await sourcesOf(page)).at(-1), '1 + 1');
    await page.waitForFunction(() => !document.title.startsWith('*'));
    // It is not asked again about the same newer chapter.
    await openChapter(page, site.url, chapter);
    await page.waitForTimeout(1000);
    assert.deepEqual(await page.getByRole('dialog').allInnerTexts(), []);
    assert.equal((await sourcesOf(page)).at(-1), '1 + 1');

    await publishNewer(context, chapter, 'Newer still');
    await openChapter(page, site.url, chapter);
    await answer('Take the new one');
    await page.getByRole('heading', { name: 'Newer still' }).waitFor();
    const aside = ((await stored(page, '')) as { name: string }[]).map(({ name }) => name);
    assert.ok(
      aside.some((name) => /\(mine until \d{4}-\d\d-\d\d\)\.ipynb$/.test(name)),
      aside.join(),
    );
  });

  test('gives way to a newer chapter if nothing was changed in it', async () => {
    const { page } = await visit();
    await save(page);
    await publishNewer(context, chapter, 'Newest');
    await openChapter(page, site.url, chapter);
    await page.getByText('You had changed nothing in it.').waitFor();
    await page.getByRole('heading', { name: 'Newest' }).waitFor();
    for (const address of publishedAt(chapter)) await context.unroute(address);
  });

  test('a network leaves by a button below the cell, and comes back in, byte by byte as in Node', async () => {
    const { page, faults } = await visit();
    await setCells(page, [SAVE_A_NETWORK]);
    assert.match(printed(await runAllCells(page, 60)), /network\.nir, in this browser/);
    const button = page.getByRole('button', { name: 'Download network.nir' });
    const [download] = await Promise.all([page.waitForEvent('download'), button.press('Enter')]);
    assert.equal(download.suggestedFilename(), 'network.nir');
    const bytes = readFileSync(await download.path());
    const weights = initialNetwork(0);
    assert.deepEqual(new Uint8Array(bytes), toNir({ weights, neuron: DEFAULT_NEURON }));
    assert.deepEqual(await axeFaults(page, '.jp-OutputArea'), []);

    await importDownload(page, 'network (1).nir', bytes, '');
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
  });

  test('is found by another notebook and after a reload, and is downloaded and removed', async () => {
    const { page, faults } = await visit();
    await setCells(page, [SAVE_A_RUN]);
    assert.match(printed(await runAllCells(page, 120)), /mine, in this browser/);
    await save(page);

    await openChapter(page, site.url, other);
    const look = `import { loadRun } from 'lif-fc-mnist';
const { T, trainAccs, weights } = await loadRun('mine');
console.log(T, trainAccs.length, weights.length);`;
    await setCells(page, [look]);
    assert.match(printed(await runAllCells(page, 60)), /100 10 7840/);

    const run = await downloaded(page, () => choose(page, 'Download the run'), /^run-\d{4}-\d\d-\d\d\.zip$/);
    const model = ['lif_snn_mnist/model.json', 'lif_snn_mnist/weights.bin'];
    const arrays = ['v_t_array.npy', 's_t_array.npy', 'train_accs.npy', 'test_accs.npy'];
    const wanted = [...arrays, ...model, 'events.out.tfevents.0.saved-run'].map((name) => `mine/${name}`);
    assert.deepEqual(Object.keys(run).sort(), wanted.sort());
    assert.deepEqual(npyArray('v', run['mine/v_t_array.npy']).shape, [100, 10]);

    const all = () => choose(page, 'Download all my notebooks');
    const naming = page.getByRole('dialog').filter({ hasText: 'Whose notebooks are these?' });
    const named = async (name: string) => {
      await naming.getByRole('textbox').fill(name);
      await naming.getByRole('button', { name: 'Download' }).click();
    };
    await all();
    assert.deepEqual(await axeFaults(page, '.jp-Dialog'), []);
    const notebooks = await downloaded(page, () => named('Zoë O’Neil'), /^Zoë-O-Neil-notebooks-\d{4}-\d\d-\d\d\.zip$/);
    for (const name of chapters()) assert.ok(notebooks[`${name}.ipynb`], name);
    assert.ok(!Object.keys(notebooks).some((path) => path.startsWith('zh/')), 'no chapter in another language');
    const mine = JSON.parse(new TextDecoder().decode(notebooks[`${other}.ipynb`]));
    assert.equal(textOf(mine.cells[0].source), look, 'with what was changed just now');
    await downloaded(page, all, /^Zoë-O-Neil-notebooks-/); // asked once
    await page.getByRole('button', { name: 'Another name…' }).last().click();
    await downloaded(page, () => named(' '), /^notebooks-\d{4}-\d\d-\d\d\.zip$/);

    await choose(page, 'Start again clean');
    const dialog = page.getByRole('dialog').filter({ hasText: 'Remove your work from this browser?' });
    assert.deepEqual(await axeFaults(page, '.jp-Dialog'), []);
    await Promise.all([page.waitForNavigation(), dialog.getByRole('button', { name: 'Remove my work' }).click()]);
    await ready(page, other);
    assert.equal(
      await page.evaluate(() => localStorage.getItem('lif-fc-mnist name of the learner')),
      null,
      'the name is forgotten',
    );
    const now = await sourcesOf(page);
    assert.deepEqual(now.length, served(other).cells.length);
    await setCells(page, [look]);
    assert.match(printed(await runAllCells(page, 60)), /mine: expected the records of a run, found none/);

    await setCells(page, ['const later = 1;']);
    const notebooksZip = Buffer.from(zipSync({ [`${other}.ipynb`]: notebooks[`${other}.ipynb`] }));
    await importDownload(page, 'notebooks.zip', notebooksZip);
    await page.getByText(/^Taken in: 1 notebook\. What you had changed here is now called .*\(mine until /).waitFor();
    await page.waitForFunction(() => document.querySelector('.cm-content')?.textContent?.includes('loadRun'));
    assert.deepEqual(await sourcesOf(page), [look]);
    await importDownload(page, 'my own (1).IPYNB', Buffer.from(JSON.stringify(mine)), '');
    await page.getByText('Taken in: 1 notebook. “All chapters and files” lists it as my own (1).ipynb.').waitFor();
    await importDownload(page, 'run.zip', Buffer.from(zipSync(run)));
    await page.getByText('Taken in: 1 run.').waitFor();
    assert.match(printed(await runAllCells(page, 60)), /100 10 7840/);
    await importDownload(page, 'other.zip', Buffer.from('something else'));
    await page.getByText(/^other\.zip: expected a zip file that the menu Tutorial has made, found /).waitFor();
    assert.deepEqual(await sourcesOf(page), [look]);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
