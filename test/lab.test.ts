/** `npm run lab`: a chapter run in JupyterLab, in a real browser, as its reader does. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import {
  codeCells,
  drawnFigure,
  findChromium,
  launchChromium,
  openNotebook,
  runAll,
  startLab,
  waitUntilIdle,
} from './support/lab';

const root = resolve(__dirname, '..');
const chapter = join(root, 'notebooks', '02-lif-neuron.ipynb');
const screenshots = join(root, 'build', 'screenshots');

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('Chapter 2 runs in JupyterLab from top to bottom, its figures are drawn, and Ctrl-C ends all of it', async () => {
  const executable = findChromium();
  if (!executable) {
    console.log('no Chromium found (CHROMIUM names one): JupyterLab is not tested in a browser here');
    return;
  }
  const committed = readFileSync(chapter);
  const browser = await launchChromium(executable);
  const lab = await startLab('chapter', [chapter]);
  try {
    assert.match(lab.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await fetch(`${lab.url}/api/contents`)).status, 403, 'without the token nothing is shown');

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

    const kernels = await lab.kernels();
    assert.equal(kernels.length, 1);
    await lab.stop();
    assert.deepEqual(kernels.filter(isRunning), []);
    await assert.rejects(fetch(lab.url), 'the server has ended');
  } finally {
    await browser.close();
    await lab.stop();
  }
});
