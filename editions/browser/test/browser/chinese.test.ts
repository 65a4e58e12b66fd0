/** The tab in Chinese: JupyterLab, chapters and checks speak it, and a reader's copies are apart from the English ones. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BrowserContext } from 'playwright-core';
import { numbered } from '../../../../packages/system/project';
import { axeFaults, inChromium } from '../../../../test/support/browser';
import {
  chromiumAndSite,
  type Notebook,
  notebookOf,
  openLink,
  outputText,
  ready,
  runAllCells,
  save,
  served,
  setCells,
  textOf,
  type Watched,
  watchedPage,
} from '../../../../test/support/lite';

const HAN = /\p{Script=Han}/u;
const chapter = numbered('lif-neuron');
const path = `zh/${chapter}`;
const WRONG = "const charge = (v: number, x: number, tau: number) => v + x / tau;\ncheck('lif-charge', charge);";

describe('The tab in Chinese', inChromium, () => {
  const site = chromiumAndSite({ loadsAhead: false });
  let context: BrowserContext;
  let opened: Watched;
  const addressOf = (name: string) => `${site.url}zh/notebooks/index.html?path=${encodeURIComponent(name)}.ipynb`;

  test('opens a chapter in Chinese, below menus in Chinese, also from an address of the English pages', async () => {
    context = await site.browser.newContext({ viewport: { width: 1280, height: 900 }, serviceWorkers: 'block' });
    opened = await watchedPage(context, site.url);
    const { page } = opened;
    await page.goto(`${site.url}notebooks/index.html?path=${encodeURIComponent(path)}.ipynb`);
    await page.waitForURL(addressOf(path));
    await ready(page, path);
    const menus = await page.locator('.lm-MenuBar-itemLabel').allInnerTexts();
    for (const word of ['文件', '编辑', '运行', '内核']) assert.ok(menus.includes(word), `${word} in ${menus}`);
    assert.match(textOf((await notebookOf(page)).cells[0].source), /^# 2\. .*\p{Script=Han}/u);
    assert.match(await page.title(), / · 脉冲神经元识别数字$/);
    assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  });

  test('says in Chinese what is wrong with an answer', async () => {
    const { page } = opened;
    const { cells } = served(path);
    const setUp = cells.find(({ id }) => id === 'exercises-setup');
    assert.ok(setUp);
    await setCells(page, [textOf(setUp.source), WRONG, "progress('lif-neuron');"]);
    const [, answer, progress] = (await runAllCells(page, 60)).cells.map(({ outputs }) =>
      (outputs ?? []).map(outputText).join(''),
    );
    assert.match(answer, /^✘ lif-charge \(no-leak\): /);
    assert.match(answer, HAN);
    assert.match(progress, /lif-charge: no-leak/);
  });

  test("keeps the reader's copy apart from the English one, and says on its front page that it is there", async () => {
    const { page, faults } = opened;
    await save(page);
    const english = await page.evaluate(async (name) => {
      const { jupyterapp } = window as unknown as {
        jupyterapp: {
          serviceManager: { contents: { get(path: string, options: object): Promise<{ content: unknown }> } };
        };
      };
      return (await jupyterapp.serviceManager.contents.get(name, { content: true })).content;
    }, `${chapter}.ipynb`);
    assert.deepEqual(
      (english as Notebook).cells.map(({ source }) => textOf(source)),
      served(chapter).cells.map(({ source }) => textOf(source)),
    );
    await page.goto(`${site.url}zh/index.html`);
    await page.locator('li small').waitFor();
    assert.equal(await page.locator('li small').count(), 1);
    assert.deepEqual(await axeFaults(page), []);
    await openLink(page, addressOf(path));
    assert.equal(textOf((await notebookOf(page)).cells[1].source), WRONG);
    assert.deepEqual(faults, []);
    await context.close();
  });
});
