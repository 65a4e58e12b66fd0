/**
 * The kernel's wheel as a stranger uses it: an empty folder, a fresh environment of Python, `pip install`,
 * `jupyter lite build`, and a notebook in Chromium and Firefox.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { pythonIn } from '../../../../packages/system/project';
import { buildPackages } from '../../../../packages/typescript-kernel/publish/kernel';
import { inChromium, inFirefox, launchChromium, launchFirefox } from '../../../../test/support/browser';
import { openChapter, printed, runAllCells, setCells, typesReady, watchedPage } from '../../../../test/support/lite';
import { PYTHON } from '../../../../test/support/python';
import { serve } from '../../../shared/serve';

const folder = mkdtempSync(join(tmpdir(), 'kernel-wheel-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs Python; returns what it printed. */
function runPython(python: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(python, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, `${args.join(' ')}: ${error?.message ?? ''}${stdout.slice(-1000)}${stderr.slice(-2000)}`);
  return stdout;
}

/** Builds the wheel; returns its path. */
async function buildWheel(): Promise<string> {
  const out = join(folder, 'packages');
  await buildPackages(out, { python: PYTHON });
  return join(out, readdirSync(out).find((name) => name.endsWith('.whl')) as string);
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

/** Imports from another host, from the cell itself, and from the files of the site. */
const imports = (elsewhere: string) => `import name, { later } from '${elsewhere}elsewhere.js';
import { kind } from 'data:text/javascript,export const kind = "data"';
import { helper } from './helper.js';
import numbers from './numbers.json' with { type: 'json' };
[name, kind, helper(), await later(), numbers.size]`;

/** A host that lets other sites use its modules, as a CDN does. */
async function serveElsewhere(): Promise<{ url: string; close(): void }> {
  const scripts: Record<string, string> = {
    '/elsewhere.js': "export default 'elsewhere'; export const later = async () => (await import('./later.js')).what;",
    '/later.js': "export const what = 'loaded later';",
  };
  const server = createServer(({ url = '' }, response) => {
    const text = scripts[url];
    response.writeHead(text ? 200 : 404, { 'content-type': 'text/javascript', 'access-control-allow-origin': '*' });
    response.end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

const shows = async (page: Page, cell: string) => {
  await setCells(page, [cell]);
  return printed(await runAllCells(page, 60));
};

describe('The wheel in a fresh environment', { timeout: 900_000 }, () => {
  const environment = join(folder, 'venv');
  const python = pythonIn(environment);
  const output = join(folder, 'site');
  const pip = (...args: string[]) => runPython(PYTHON, '-m', 'pip', '--python', python, ...args);
  let site: { url: string; close(): void };
  let elsewhere: { url: string; close(): void };
  let browser: Browser;
  before(async () => {
    const wheel = await buildWheel();
    runPython(PYTHON, '-m', 'venv', '--without-pip', environment);
    // The project's own JupyterLite is read from where it is installed: nothing is downloaded.
    const [installed, own] = [PYTHON, python].map((executable) =>
      runPython(executable, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))').trim(),
    ) as [string, string];
    writeFileSync(join(own, 'installed.pth'), `${installed}\n`);
    pip('install', '--quiet', '--no-index', '--no-deps', wheel);

    const lite = join(folder, 'lite');
    mkdirSync(join(lite, 'files', 'deep'), { recursive: true });
    writeFileSync(join(lite, 'files', 'hello.ipynb'), JSON.stringify(NOTEBOOK));
    writeFileSync(join(lite, 'files', 'helper.js'), "export const helper = () => 'helper';\n");
    writeFileSync(join(lite, 'files', 'numbers.json'), '{ "size": 3 }');
    writeFileSync(join(lite, 'files', 'deep', 'inner.ipynb'), JSON.stringify(NOTEBOOK));
    writeFileSync(join(lite, 'files', 'deep', 'helper.js'), "export const helper = () => 'a deep helper';\n");
    elsewhere = await serveElsewhere();
    const config = { 'jupyter-lite-schema-version': 0, 'jupyter-config-data': { exposeAppInBrowser: true } };
    writeFileSync(join(lite, 'jupyter-lite.json'), JSON.stringify(config));
    runPython(python, '-m', 'jupyterlite_core', 'build', '--lite-dir', lite, '--output-dir', output);
    const { port, close } = await serve(output, 0, '', { compresses: false });
    site = { url: `http://127.0.0.1:${port}/`, close };
    if (!inChromium.skip) browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    site?.close();
    elsewhere?.close();
  });

  test('is found by JupyterLite without a word of configuration, and pip takes it away again', () => {
    assert.deepEqual(readdirSync(join(output, 'extensions')), ['jupyterlite-typescript-kernel']);
    const share = join(environment, 'share', 'jupyter', 'labextensions', 'jupyterlite-typescript-kernel');
    assert.ok(existsSync(share));
    pip('uninstall', '--quiet', '--yes', 'jupyterlite-typescript-kernel');
    assert.ok(!existsSync(share));
  });

  const runs = async (page: Page) => {
    await openChapter(page, site.url, 'hello');
    assert.equal(printed(await runAllCells(page, 60)), 'Hello, site\n');
    await typesReady(page);
    assert.equal(await shows(page, OF_TODAY), '[ 1, 2, 3 ]\n');
    assert.equal(await shows(page, imports(elsewhere.url)), "[ 'elsewhere', 'data', 'helper', 'loaded later', 3 ]\n");
    assert.match(
      await shows(page, `import { x } from '${elsewhere.url}gone.js';`),
      /^Error: Cannot load 'http.*gone\.js': no network, no such file/,
    );
    assert.match(
      await shows(page, "const load = async () => {\n  await fetch('bad://x');\n};\nawait load();"),
      /^TypeError: .*\n {4}at cell \[\d+\], line 2, in load: await fetch.*\n {4}at cell \[\d+\], line 4: await load/,
    );
    assert.match(await shows(page, WRONG), /^1:7 - Type 'string' is not assignable to type 'number'\.\n$/);
  };

  test('runs the cells of a notebook in Chromium, and asks no other host for anything', inChromium, async () => {
    const context = await browser.newContext();
    const { page, faults } = await watchedPage(context, site.url);
    await context.route(/\/(elsewhere|later|gone)\.js$/, (route) => route.continue());
    await runs(page);
    assert.deepEqual(
      faults.filter((fault) => !/\/(favicon\.ico|gone\.js)$/.test(fault)),
      [],
    );
  });

  test('imports the files beside a notebook, wherever that is', inChromium, async () => {
    const page = await browser.newPage();
    await openChapter(page, site.url, 'deep/inner');
    const cell =
      "import { helper } from './helper.js';\nimport { helper as above } from '../helper.js';\n[helper(), above()]";
    assert.equal(await shows(page, cell), "[ 'a deep helper', 'helper' ]\n");
  });

  test('runs them in Firefox, and asks no other host for anything', inFirefox, async () => {
    const browser = await launchFirefox();
    try {
      const page = await browser.newPage();
      const asked = new Set<string>();
      page.on('request', (request) => asked.add(new URL(request.url()).origin));
      await runs(page);
      const ours = [site, elsewhere].map(({ url }) => new URL(url).origin);
      const isOther = (origin: string) => origin !== 'null' && !ours.includes(origin); // `null` has data: and blob:
      assert.deepEqual([...asked].filter(isOther), []);
    } finally {
      await browser.close();
    }
  });
});
