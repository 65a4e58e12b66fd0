/** `npm run lab`, and a kernel that dies: its reader's next cell runs, or a line on the page says what to do. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { inChromium, launchChromium, onlyHosts } from '../../../test/support/browser';
import { kernelOf, type Lab, openPage, runCell, startLab, takePicture } from '../../../test/support/lab';
import { root, temporaryFolder } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

const temporary = temporaryFolder('lab-kernels');
const specs = join(root, 'build', 'jupyter', 'lab', 'data', 'kernels');
const real = JSON.parse(readFileSync(join(dirname(PYTHON), '..', 'share/jupyter/kernels/tslab/kernel.json'), 'utf8'));

/** A kernel that sleeps and ends with 1 in place of its first starts. */
const FAILING = `import os, sys, time
log, failures, seconds, *argv = sys.argv[1:]
with open(log, 'a') as file: file.write('start\\n')
if len(open(log).readlines()) <= int(failures):
    time.sleep(int(seconds))
    sys.exit(1)
os.execv(argv[0], argv)`;

const startsOf = (name: string) => readFileSync(join(temporary, `${name}.log`), 'utf8').split('\n').length - 1;

/**
 * Registers a kernel that fails so many times, each after so many seconds, and makes a notebook for it. Gives its path.
 */
function failing(name: string, failures: number, seconds: number, first = 'console.log(6 * 7);'): string {
  mkdirSync(join(specs, name), { recursive: true });
  const argv = [PYTHON, '-c', FAILING, join(temporary, `${name}.log`), String(failures), String(seconds), ...real.argv];
  writeFileSync(join(specs, name, 'kernel.json'), JSON.stringify({ ...real, argv }));
  const notebook = JSON.parse(
    readFileSync(join(root, 'packages', 'notebook-runner', 'test', 'canaries', 'errors.ipynb'), 'utf8'),
  );
  notebook.metadata.kernelspec.name = name;
  notebook.cells = [cell(first), cell('console.log(7 * 8);'), cell('console.log(8 * 9);')];
  const file = join(temporary, `${name}.ipynb`);
  writeFileSync(file, JSON.stringify(notebook));
  return file;
}

const cell = (source: string) => ({
  cell_type: 'code',
  id: `cell-${source.length}-${source.charCodeAt(12)}`,
  metadata: {},
  execution_count: null,
  outputs: [],
  source: [source],
});

const output = (page: Page, text: string) => page.locator('.jp-OutputArea-output', { hasText: text });

/** What a dialogue says, which is then closed. */
async function told(page: Page, timeout = 60_000): Promise<string> {
  const text = (await page.locator('.jp-Dialog-body').textContent({ timeout })) ?? '';
  await page.locator('.jp-Dialog-button').click();
  return text;
}

describe('A kernel that dies, or cannot start', inChromium, () => {
  const names = ['dies-once', 'broken'];
  let browser: Browser;
  let lab: Lab;
  let page: Page;
  before(async () => {
    browser = await launchChromium(onlyHosts('127.0.0.1'));
    const notebooks = [failing('dies-once', 1, 4), failing('broken', 0, 0, '(globalThis as any).JSON = null;')];
    const allowed = names.map((name) => `--KernelSpecManager.allowed_kernelspecs=${name}`);
    lab = await startLab('kernels', notebooks, '--author', ...allowed);
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
    for (const name of names) rmSync(join(specs, name), { recursive: true, force: true });
  });

  test('at its first start, after four seconds, is started again: the first cell runs without a reload', async () => {
    ({ page } = await openPage(browser, lab, 'dies-once.ipynb'));
    assert.notEqual(await kernelOf(page), 'idle');
    await runCell(page, 0);
    await output(page, '42').waitFor({ timeout: 60_000 });
    assert.equal(startsOf('dies-once'), 2);
    await takePicture(page, 'lab-dies-once.png');
  });

  test('while nothing runs is started again: the page says so, and the next cell runs', async () => {
    const [pid] = await lab.kernels();
    process.kill(pid as number, 'SIGKILL');
    assert.match(await told(page), /^The kernel for dies-once.ipynb appears to have died. It will/);
    await runCell(page, 1);
    await output(page, '56').waitFor({ timeout: 60_000 });
    await page.close();
  });

  test('as a cell broke what it needs works again when it is restarted', async () => {
    const { page } = await openPage(browser, lab, 'broken.ipynb');
    await kernelOf(page);
    await runCell(page, 0);
    await sleep(3000);
    await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:restart-kernel"]').first().click();
    await page.locator('.jp-Dialog-button.jp-mod-accept').click();
    await sleep(3000);
    await runCell(page, 2);
    await output(page, '72').waitFor({ timeout: 60_000 });
    await page.close();
  });
});
