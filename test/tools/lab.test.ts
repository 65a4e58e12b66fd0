/** `npm run lab`: notebooks run in JupyterLab, in a real browser, as a reader does. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import {
  codeCells,
  drawnFigure,
  findChromium,
  interrupt,
  type Lab,
  launchChromium,
  openNotebook,
  runAll,
  runCell,
  startLab,
  waitUntilIdle,
} from '../support/lab';

const root = resolve(__dirname, '..', '..');
const chapter = join(root, 'notebooks', '02-lif-neuron.ipynb');
const canary = join(__dirname, '..', 'canaries', 'interrupt.ipynb');
const screenshots = join(root, 'build', 'screenshots');

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

function inJupyterLab(executable: string) {
  const committed = readFileSync(chapter);
  let browser: Browser;
  let lab: Lab;
  before(async () => {
    browser = await launchChromium(executable);
    lab = await startLab('chapter', [chapter, canary]);
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
  });

  test('It listens on this machine only, and shows nothing without its token', async () => {
    assert.match(lab.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await fetch(`${lab.url}/api/contents`)).status, 403);
  });

  test('Chapter 2 runs from top to bottom without an error, and its figures are drawn', async () => {
    const { page, outside } = await openNotebook(browser, lab, '02-lif-neuron.ipynb');
    await runAll(page);
    await waitUntilIdle(page);

    const cells = await codeCells(page);
    assert.deepEqual(
      cells.map((cell) => cell.executionCount),
      cells.map((_, i) => i + 1),
      'each code cell has run',
    );
    for (const { index, outputs } of cells) {
      const errors = outputs.filter((output) => output.output_type === 'error' || output.name === 'stderr');
      assert.deepEqual(errors, [], `no error output in cell ${index + 1}`);
    }
    const figures = cells.filter(({ outputs }) => outputs.some((output) => output.data?.['image/png']));
    assert.ok(figures.length > 0, 'there is a figure');
    mkdirSync(screenshots, { recursive: true });
    for (const [i, { index }] of figures.entries()) {
      const { width, height, available } = await drawnFigure(page, index);
      assert.ok(width > 300 && height > 100, `the figure of cell ${index + 1} is ${width} x ${height}`);
      assert.ok(width <= available, `the figure of cell ${index + 1} is cut off: ${width} of ${available} wide`);
      await page.screenshot({ path: join(screenshots, `lab-02-lif-neuron-${i + 1}.png`) });
    }
    assert.deepEqual(outside, [], 'nothing is asked of another host');
    assert.ok(readFileSync(chapter).equals(committed), 'the committed notebook is untouched');
    await page.close();
  });

  test('The interrupt button ends a long cell, and the next one has what it reached', async () => {
    const { page } = await openNotebook(browser, lab, 'interrupt.ipynb');
    await runAll(page);
    await page.locator('.jp-OutputArea-output', { hasText: 'ten steps' }).waitFor({ timeout: 60_000 });
    await interrupt(page);
    assert.deepEqual((await codeCells(page))[2]?.outputs, [], 'the cells behind it were not run');
    await runCell(page, 3);
    await page.locator('.jp-OutputArea-output', { hasText: 'true 0' }).waitFor({ timeout: 60_000 });
    await page.screenshot({ path: join(screenshots, 'lab-interrupt.png') });
    await page.close();
  });

  test('Ctrl-C ends it and its kernels, without asking back', async () => {
    const kernels = await lab.kernels();
    assert.equal(kernels.length, 2);
    await lab.stop();
    assert.deepEqual(kernels.filter(isRunning), []);
    await assert.rejects(fetch(lab.url), 'the server has ended');
  });
}

const executable = findChromium();
if (executable) describe('JupyterLab', () => inJupyterLab(executable));
else console.log('JupyterLab is not tested in a browser here: no Chromium was found (CHROMIUM may name one)');
