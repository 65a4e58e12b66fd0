/** `npm run lab`: notebooks run in JupyterLab, in a real browser, as a reader does. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { numbered, program } from '../../../packages/system/project';
import { inChromium, launchChromium, onlyHosts } from '../../../test/support/browser';
import {
  codeCells,
  drawnCurve,
  drawnFigure,
  goOn,
  interrupt,
  kernelOf,
  type Lab,
  openNotebook,
  openPage,
  runAll,
  runCell,
  shownText,
  startLab,
  startPlainLab,
  typed,
  waitUntilIdle,
  wordBreak,
} from '../../../test/support/lab';
import { root, temporaryFolder } from '../../../test/support/notebooks';
import { PYTHON } from '../../../test/support/python';

/** A kernel that ends with 1 at its first start, after four seconds. */
const FAILING = `import os, sys, time
log, *argv = sys.argv[1:]
if not os.path.exists(log):
    open(log, 'w').close()
    time.sleep(4)
    sys.exit(1)
os.execv(argv[0], argv)`;
/** Has figures of every kind, and folded cells, and trains nothing. */
const encoding = `${numbered('poisson-encoding')}.ipynb`;
const chapter = join(root, 'notebooks', encoding);
const canary = (name: string) => join(root, 'packages', 'notebook-runner', 'test', 'canaries', `${name}.ipynb`);
const copiesFolder = join(root, 'notebooks', 'my');
const jupyter = join(root, 'build', 'jupyter', 'lab');

const isRunning = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('JupyterLab', inChromium, () => {
  const committed = readFileSync(chapter);
  const temporary = temporaryFolder('lab');
  const failing = join(jupyter, 'data', 'kernels', 'failing');
  let browser: Browser;
  let lab: Lab;
  /** One page shows one notebook after the other: JupyterLab takes seconds to load. */
  let page: Page;
  before(async () => {
    browser = await launchChromium(onlyHosts('127.0.0.1'));
    const kernel = JSON.parse(
      readFileSync(join(dirname(PYTHON), '..', 'share/jupyter/kernels/tslab/kernel.json'), 'utf8'),
    );
    kernel.argv = [PYTHON, '-c', FAILING, join(temporary, 'started'), ...kernel.argv];
    mkdirSync(failing, { recursive: true });
    writeFileSync(join(failing, 'kernel.json'), JSON.stringify(kernel));
    const notebook = JSON.parse(readFileSync(canary('errors'), 'utf8'));
    notebook.metadata.kernelspec.name = 'failing';
    notebook.cells[1].source = ['console.log(6 * 7);'];
    writeFileSync(join(temporary, 'failing.ipynb'), JSON.stringify(notebook));
    const notebooks = [chapter, join(temporary, 'failing.ipynb'), ...['interrupt', 'live', 'errors'].map(canary)];
    const allowed = ['tslab', 'failing'].map((name) => `--KernelSpecManager.allowed_kernelspecs=${name}`);
    lab = await startLab('chapter', notebooks, ...allowed);
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
    rmSync(failing, { recursive: true, force: true });
  });

  test('It listens on this machine only, and shows nothing without its token; a missing book says how to build it', async () => {
    assert.match(lab.url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal((await fetch(`${lab.url}/api/contents`)).status, 403);
    for (const edition of ['book', 'lite']) {
      const answer = await fetch(`${lab.url}/build/${edition}/index.html?token=${lab.token}`);
      assert.equal(answer.status, 404);
      assert.match(await answer.text(), new RegExp(`is not built yet: run <code>npm run ${edition}</code> in the`));
    }
    assert.equal((await fetch(`${lab.url}/build/book/index.html`, { redirect: 'manual' })).status, 302, 'to the login');
  });

  test('A chapter runs from top to bottom without an error, and its figures are drawn', async () => {
    const opened = await openNotebook(browser, lab, encoding);
    ({ page } = opened);
    const configuration = JSON.parse((await page.locator('#jupyter-config-data').textContent()) ?? '');
    assert.equal(configuration.buildCheck, false, 'no look whether JupyterLab itself is to be built');
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
    for (const { index } of figures) {
      const { width, height, available } = await drawnFigure(page, index);
      assert.ok(width > 300 && height > 100, `the figure of cell ${index + 1} is ${width} x ${height}`);
      assert.ok(width <= available, `the figure of cell ${index + 1} is cut off: ${width} of ${available} wide`);
    }
    assert.deepEqual(opened.outside, [], 'nothing is asked of another host');
    assert.ok(readFileSync(chapter).equals(committed), 'the committed notebook is untouched');
  });

  test('A live curve grows while its cell runs, and ends interactive with all of its points', async () => {
    await goOn(page, 'live.ipynb');
    // JupyterLab shows no SVG that it does not trust; that of a cell which a person has run it does.
    assert.deepEqual(await shownText(page, 2), [{ text: 'an earlier run', isError: false }]);
    await runAll(page);
    const ends: number[] = [];
    for (const begin = Date.now(); Date.now() - begin < 90_000; await sleep(250)) {
      const curve = await drawnCurve(page, 2);
      if (curve === undefined && ends.length > 0) break; // the last state is not an SVG
      if (curve === undefined) continue;
      assert.ok(curve.width > 300, `the picture is ${curve.width} wide`);
      if (curve.end !== ends.at(-1)) ends.push(curve.end);
    }
    assert.ok(ends.length >= 3, `the curve was seen to end at ${ends}`);
    assert.deepEqual(
      ends,
      [...ends].sort((a, b) => a - b),
      'it never shrinks',
    );

    await waitUntilIdle(page);
    await drawnFigure(page, 2);
    // JupyterLab draws the interactive figure when the mouse comes.
    const box = (await page.locator('.jp-OutputArea-output img').last().boundingBox()) ?? assert.fail('no picture');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const graph = page.locator('.js-plotly-plot').last();
    await graph.locator('.scatterlayer .trace').first().waitFor({ timeout: 30_000 });
    const points = await graph.evaluate((node) => (node as unknown as { data: { x: number[] }[] }).data[0]?.x.length);
    assert.equal(points, 60);
  });

  test('The interrupt button ends a long cell in one calm line, and the next one has what it reached', async () => {
    await goOn(page, 'interrupt.ipynb');
    await runAll(page);
    await page.locator('.jp-OutputArea-output', { hasText: 'ten steps' }).waitFor({ timeout: 60_000 });
    await interrupt(page);
    const [{ text, isError } = assert.fail('no output'), ...more] = await shownText(page, 2);
    assert.match(text, /^ten steps\nInterrupted after \d+ of 1000 steps\. Run the cell again to continue\.\n$/);
    assert.deepEqual([isError, more], [false, []]);
    assert.deepEqual((await codeCells(page))[2]?.outputs, [], 'the cells behind it were not run');
    await runCell(page, 3);
    await page.locator('.jp-OutputArea-output', { hasText: 'true 0' }).waitFor({ timeout: 60_000 });
  });

  test('An error names the line of the cell that a person wrote, with the number beside that cell', async () => {
    await goOn(page, 'errors.ipynb');
    await runAll(page);
    await page.locator('.jp-OutputArea-output', { hasText: 'TypeError' }).waitFor({ timeout: 60_000 });
    await waitUntilIdle(page);
    assert.equal((await codeCells(page))[1]?.executionCount, 2);
    assert.deepEqual(await shownText(page, 2), [
      {
        text: `TypeError: Cannot read properties of undefined (reading 'toFixed')
    at cell [2], line 2: const x = values[5].toFixed(2);\n`,
        isError: true,
      },
    ]);
  });

  test('Printed lines break between words, and code is indented by two spaces, as the chapters are', async () => {
    assert.equal(await wordBreak(page), 'normal');
    assert.deepEqual(await typed(page, 'function f() {\nreturn 1;'), ['function f() {', '  return 1;']);
    await page.close();
  });

  test('A kernel that dies at its first start is started again: the first cell runs without a reload', async () => {
    const { page } = await openPage(browser, lab, 'failing.ipynb');
    assert.notEqual(await kernelOf(page), 'idle');
    await runCell(page, 1);
    await page.locator('.jp-OutputArea-output', { hasText: '42' }).waitFor({ timeout: 60_000 });
    await page.close();
  });

  test('Ctrl-C ends it and its kernels, without asking back', async () => {
    const kernels = await lab.kernels();
    assert.equal(kernels.length, 5);
    await lab.stop();
    assert.deepEqual(kernels.filter(isRunning), []);
    await assert.rejects(fetch(lab.url), 'the server has ended');
  });
});

describe('npm run lab', inChromium, () => {
  let browser: Browser;
  let lab: Lab;
  /** Copies that were there before are somebody's work. */
  const copies = () => (existsSync(copiesFolder) ? readdirSync(copiesFolder) : []);
  const former = copies();
  before(async () => {
    browser = await launchChromium(onlyHosts('127.0.0.1'));
    chmodSync(jupyter, 0o755); // as a copied clone may have it
    lab = await startPlainLab();
  });
  after(async () => {
    await browser?.close();
    await lab?.stop();
    for (const name of copies().filter((one) => !former.includes(one)))
      rmSync(join(copiesFolder, name), { recursive: true });
    if (former.length === 0) rmSync(copiesFolder, { recursive: true, force: true });
  });

  /** One page, since JupyterLab takes seconds to load: of the first chapter, from which a link leads to another. */
  let page: Page;
  const [first, other] = [numbered('start'), numbered('event-driven')].map((name) => `${name}.ipynb`);
  /** The first that is not folded in the notebook that is seen. */
  const linkTo = (target: string) =>
    page.locator(`.jp-NotebookPanel:not(.lm-mod-hidden) .jp-MarkdownOutput a[href*="${target}"]:visible`).first();
  /** Waits until the links of the notebook lead somewhere. */
  const linked = () => linkTo('/files/').waitFor({ timeout: 60_000 });
  const tab = (name: string) => page.locator('.lm-DockPanel .lm-TabBar-tabLabel').getByText(name, { exact: true });
  const tabs = () => page.locator('.lm-DockPanel .lm-TabBar-tabLabel').allTextContents();

  test("It opens the learner's own copy of the first chapter, and shows the whole project", async () => {
    assert.match(lab.start, /^\/lab\/tree\/notebooks\/my\/0\d-[a-z-]+\.ipynb$/);
    ({ page } = await openNotebook(browser, lab, lab.start));
    const outputs = (await codeCells(page)).flatMap((cell) => cell.outputs);
    assert.deepEqual(outputs, [], 'nothing has been run yet');
    const files = async (folder: string) => {
      const response = await fetch(`${lab.url}/api/contents/${folder}?token=${lab.token}`);
      return ((await response.json()) as { content: { name: string }[] }).content.map(({ name }) => name);
    };
    const project = await files('');
    for (const name of ['src', 'notebooks', 'build', 'README.md']) assert.ok(project.includes(name), name);
    assert.ok(!project.includes('node_modules'));
    await linked();
  });

  const noBook =
    !existsSync(join(root, 'build', 'book', 'index.html')) && 'no book in build/book: `npm run book` makes it';
  test('A left click on the glossary opens the book, with its styles, in a tab of its own', {
    skip: noBook,
  }, async () => {
    const [book] = await Promise.all([page.waitForEvent('popup'), linkTo('build/book/glossary.html').click()]);
    await book.waitForLoadState();
    assert.equal(new URL(book.url()).pathname, '/build/book/glossary.html');
    const rules = await book.evaluate(() => [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).length);
    assert.ok(rules > 100, `${rules} rules of style`);
    assert.deepEqual(await tabs(), [first], 'nothing new in JupyterLab');
    await book.close();
  });

  test('A left click on a chapter or a source file opens it in JupyterLab, and in no tab of the browser', async () => {
    const source = 'packages/event-engine/kernel/current.ts';
    for (const target of [other as string, source]) {
      await linkTo(target).click();
      await tab(basename(target)).waitFor({ timeout: 60_000 });
      if (target === other) await linked();
    }
    assert.equal(page.context().pages().length, 1);
    assert.deepEqual(await tabs(), [first, other, basename(source)]);
  });

  test('No other user of the machine can read its token', { skip: process.platform === 'win32' }, () => {
    assert.ok(readdirSync(join(jupyter, 'runtime')).some((name) => /^jpserver-\d+-open\.html$/.test(name)));
    assert.equal(statSync(jupyter).mode & 0o777, 0o700);
  });

  test('It ends, and all of its kernels, when npm is killed', async () => {
    const kernels = await lab.kernels();
    // Those of the chapters that earlier tests opened.
    assert.ok(kernels.length >= 1);
    await lab.kill();
    assert.deepEqual(kernels.filter(isRunning), []);
    await assert.rejects(fetch(lab.url), 'the server has ended');
  });

  // Only root can try it, as CI does.
  if (process.getuid?.() === 0) {
    test('It does not start as root, and says in a line how it would', () => {
      const { status, stdout, stderr } = spawnSync(...program('editions/lab/lab.ts'), { encoding: 'utf8' });
      assert.deepEqual([status, stdout], [2, '']);
      assert.match(stderr, /^lab: expected a user who is not root, .* npm run lab -- --allow-root\n$/);
    });
  }
});
