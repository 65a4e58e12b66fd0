/**
 * The kernel's wheel as a stranger uses it: an empty folder, a fresh environment of Python, `pip install`, `jupyter lite
 * build`, and a notebook in Chromium and Firefox.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import puppeteer from 'puppeteer-core';
import { buildKernel } from '../../packages/typescript-kernel/jupyterlite/build.mjs';
import { makeWheel } from '../../tools/kernel/wheel.mjs';
import { serve } from '../../tools/lite/serve.mjs';
import { firefox, inChromium, inFirefox, launchChromium } from '../support/browser';
import { type AnyPage, openChapter, printed, runAllCells, setCells, typesReady, watchedPage } from '../support/lite';
import { PYTHON } from '../support/python';

const source = resolve(__dirname, '..', '..', 'packages', 'typescript-kernel');
const folder = mkdtempSync(join(tmpdir(), 'kernel-wheel-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const windows = process.platform === 'win32';
const fresh = join(folder, 'venv');
const freshPython = windows ? join(fresh, 'Scripts', 'python.exe') : join(fresh, 'bin', 'python');

function run(command: string, args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}: ${error?.message ?? ''}${stdout.slice(-1000)}${stderr.slice(-2000)}`);
  return stdout;
}

const NOTEBOOK = {
  cells: [
    'interface Greeting { to: string }\nconst greeting: Greeting = { to: "site" };',
    "'Hello, ' + greeting.to",
  ].map((text, i) => ({
    cell_type: 'code',
    id: `c${i}`,
    source: text,
    metadata: {},
    outputs: [],
    execution_count: null,
  })),
  metadata: { kernelspec: { name: 'typescript', display_name: 'TypeScript', language: 'typescript' } },
  nbformat: 4,
  nbformat_minor: 5,
};

/** What TypeScript, its libraries and this browser know today; what is not type correct. */
const OF_TODAY = `const names: string[] = [];
class Counter { @logged accessor step = 1; }
function logged(value: unknown, context: ClassAccessorDecoratorContext) { names.push(String(context.name)); }
namespace Limits { export const least = 1; }
{ using closed = { [Symbol.dispose]() { names.push('closed'); } }; }
[3, new Counter().step + 1, Limits.least].toSorted()`;
const WRONG = "const wrong: number = 'text';\nconsole.log(wrong);";

describe('The wheel in a fresh environment and an empty folder', { timeout: 300_000 }, () => {
  let site: { url: string; close(): void };
  before(async () => {
    const extension = join(folder, 'extension');
    await buildKernel({ out: extension });
    const text = (name: string) => readFileSync(join(source, name), 'utf8');
    const manifest = JSON.parse(text('package.json'));
    const { file, bytes } = makeWheel({ extension, manifest, readme: text('README.md'), licence: text('LICENSE') });
    writeFileSync(join(folder, file), bytes);

    run(PYTHON, ['-m', 'venv', '--without-pip', fresh]);
    // JupyterLite itself is read from where it is installed: nothing is downloaded. Its prefix is the fresh one.
    const [installed, own] = [PYTHON, freshPython].map((executable) =>
      run(executable, ['-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']).trim(),
    ) as [string, string];
    writeFileSync(join(own, 'jupyterlite.pth'), `${installed}\n`);
    run(PYTHON, ['-m', 'pip', '--python', freshPython, 'install', '--quiet', '--no-index', '--no-deps', file]);

    const lite = join(folder, 'lite');
    mkdirSync(join(lite, 'files'), { recursive: true });
    writeFileSync(join(lite, 'files', 'hello.ipynb'), JSON.stringify(NOTEBOOK));
    const config = { 'jupyter-lite-schema-version': 0, 'jupyter-config-data': { exposeAppInBrowser: true } };
    writeFileSync(join(lite, 'jupyter-lite.json'), JSON.stringify(config));
    run(freshPython, ['-m', 'jupyterlite_core', 'build', '--lite-dir', lite, '--output-dir', join(folder, 'site')]);
    const { port, close } = await serve(join(folder, 'site'));
    site = { url: `http://127.0.0.1:${port}/`, close };
  });
  after(() => site?.close());

  test('is found by JupyterLite without a word of configuration', () => {
    const found = readdirSync(join(folder, 'site', 'extensions'));
    assert.deepEqual(found, ['jupyterlite-typescript-kernel']);
  });

  const runs = async (page: AnyPage) => {
    await openChapter(page, site.url, 'hello');
    assert.equal(printed(await runAllCells(page, 60)), 'Hello, site\n');
    await typesReady(page);
    await setCells(page, [OF_TODAY]);
    assert.equal(printed(await runAllCells(page, 60)), '[ 1, 2, 3 ]\n');
    await setCells(page, [WRONG]);
    assert.match(printed(await runAllCells(page, 60)), /^1:7 - Type 'string' is not assignable to type 'number'\.\n$/);
  };

  test('runs the cells of a notebook in Chromium, and asks no other host for anything', inChromium, async () => {
    const browser = await launchChromium();
    try {
      const { page, faults } = await watchedPage(await browser.newContext(), site.url);
      await runs(page as unknown as AnyPage);
      assert.deepEqual(
        faults.filter((fault) => !fault.endsWith('/favicon.ico')),
        [],
      );
    } finally {
      await browser.close();
    }
  });

  test('shows type errors and runs the cell, or shows none, if the site says so', inChromium, async () => {
    const browser = await launchChromium();
    try {
      for (const [typeErrors, expected] of [
        ['warn', /^1:7 - Type 'string' is not assignable to type 'number'\.\ntext\n$/],
        ['off', /^text\n$/],
      ] as const) {
        const page = await (await browser.newContext({ serviceWorkers: 'block' })).newPage();
        await page.route('**/jupyter-lite.json*', async (route) => {
          const settings = await (await route.fetch()).json();
          const all = { 'jupyterlite-typescript-kernel:plugin': { typeErrors } };
          settings['jupyter-config-data'] = { ...settings['jupyter-config-data'], litePluginSettings: all };
          await route.fulfill({ json: settings });
        });
        await openChapter(page as unknown as AnyPage, site.url, 'hello');
        await typesReady(page as unknown as AnyPage);
        await setCells(page as unknown as AnyPage, [WRONG]);
        assert.match(printed(await runAllCells(page as unknown as AnyPage, 60)), expected);
      }
    } finally {
      await browser.close();
    }
  });

  test('runs them in Firefox', inFirefox, async () => {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true });
    try {
      await runs((await browser.newPage()) as unknown as AnyPage);
    } finally {
      await browser.close();
    }
  });

  test('leaves nothing behind when pip takes it away', () => {
    const share = join(fresh, 'share', 'jupyter', 'labextensions', 'jupyterlite-typescript-kernel');
    assert.ok(existsSync(share));
    run(PYTHON, [
      '-m',
      'pip',
      '--python',
      freshPython,
      'uninstall',
      '--quiet',
      '--yes',
      'jupyterlite-typescript-kernel',
    ]);
    assert.ok(!existsSync(share));
  });
});
