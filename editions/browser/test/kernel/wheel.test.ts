/**
 * The kernel's wheel as a stranger uses it: an empty folder, a fresh environment of Python, `pip install`,
 * `jupyter lite build`, and a notebook in Chromium and Firefox.
 */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { filesUnder } from '../../../../packages/system/project.mjs';
import { firefox, inChromium, inFirefox, launchChromium } from '../../../../test/support/browser';
import {
  type AnyPage,
  type Notebook,
  openChapter,
  printed,
  root,
  runAllCells,
  runAllCellsToTheLast,
  setCells,
  textOf,
  typesReady,
  watchedPage,
} from '../../../../test/support/lite';
import { buildInto, chosenReleases, Environment, OWN, type Packages, TOO_OLD } from '../../../../test/support/wheel';
import { serve } from '../../../shared/serve.mjs';

const source = join(root, 'packages', 'typescript-kernel');
const demo = join(source, 'demo', 'files');
const folder = mkdtempSync(join(tmpdir(), 'kernel-wheel-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let packages: Packages;
before(async () => {
  packages = await buildInto(join(folder, 'packages'));
});

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

/**
 * What code cells have put out. The picture of a chart is left out, which JupyterLab adds for those who cannot draw it.
 */
const putOut = ({ cells }: Notebook) =>
  cells
    .filter(({ cell_type }) => cell_type === 'code')
    .map(({ source, outputs = [] }) => {
      const parts = outputs.map(({ output_type, name, text, data }) => {
        if (text !== undefined) return { name, text: textOf(text) };
        const { 'image/png': _, ...rest } = data ?? {};
        return { output_type, data: rest };
      });
      return { source: textOf(source), outputs: parts };
    });

/** Names of the kernels that the page offers. */
const kernelsOf = () => {
  const { jupyterapp } = window as unknown as {
    jupyterapp: { serviceManager: { kernelspecs: { specs: { kernelspecs: object } } } };
  };
  return Object.keys(jupyterapp.serviceManager.kernelspecs.specs.kernelspecs).sort();
};

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

const testsWith = (release: string) => () => {
  const own = join(folder, release);
  const output = join(own, 'site');
  let environment: Environment;
  let site: { url: string; close(): void };
  let elsewhere: { url: string; close(): void };
  let browser: Browser;
  let plain: Page;
  before(async () => {
    mkdirSync(own);
    environment = new Environment(own, release);
    environment.install(packages.wheel);

    const lite = join(own, 'lite');
    cpSync(demo, join(lite, 'files'), { recursive: true });
    writeFileSync(join(lite, 'files', 'hello.ipynb'), JSON.stringify(NOTEBOOK));
    writeFileSync(join(lite, 'files', 'helper.js'), "export const helper = () => 'helper';\n");
    writeFileSync(join(lite, 'files', 'numbers.json'), '{ "size": 3 }');
    mkdirSync(join(lite, 'files', 'deep'));
    writeFileSync(join(lite, 'files', 'deep', 'inner.ipynb'), JSON.stringify(NOTEBOOK));
    writeFileSync(join(lite, 'files', 'deep', 'helper.js'), "export const helper = () => 'a deep helper';\n");
    elsewhere = await serveElsewhere();
    const config = { 'jupyter-lite-schema-version': 0, 'jupyter-config-data': { exposeAppInBrowser: true } };
    writeFileSync(join(lite, 'jupyter-lite.json'), JSON.stringify(config));
    environment.build(lite, output);
    const { port, close } = await serve(output, 0, '', { compresses: false });
    site = { url: `http://127.0.0.1:${port}/`, close };
    if (!inChromium.skip) browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    site?.close();
    elsewhere?.close();
  });

  afterEach(async () => {
    for (const context of browser?.contexts() ?? []) if (context !== plain?.context()) await context.close();
  });

  test('is found by JupyterLite without a word of configuration', () => {
    const found = readdirSync(join(output, 'extensions'));
    // JupyterLab's colours come with jupyter-server, and the neighbours are in a folder of their own.
    const others = release === OWN ? [] : ['@jupyterlite', 'jupyterlab_pygments'];
    assert.deepEqual(
      found.filter((name) => !others.includes(name)),
      ['jupyterlite-typescript-kernel'],
    );
  });

  const runs = async (page: AnyPage) => {
    await openChapter(page, site.url, 'hello');
    assert.equal(printed(await runAllCells(page, 60)), 'Hello, site\n');
    await typesReady(page);
    await setCells(page, [OF_TODAY]);
    assert.equal(printed(await runAllCells(page, 60)), '[ 1, 2, 3 ]\n');
    await setCells(page, [imports(elsewhere.url)]);
    assert.equal(printed(await runAllCells(page, 60)), "[ 'elsewhere', 'data', 'helper', 'loaded later', 3 ]\n");
    await setCells(page, [`import { x } from '${elsewhere.url}gone.js';`]);
    assert.match(
      printed(await runAllCells(page, 60)),
      /^Error: Cannot load 'http.*gone\.js': no network, no such file/,
    );
    await setCells(page, ["const load = async () => {\n  await fetch('bad://x');\n};\nawait load();"]);
    assert.match(
      printed(await runAllCells(page, 60)),
      /^TypeError: .*\n {4}at cell \[\d+\], line 2, in load: await fetch.*\n {4}at cell \[\d+\], line 4: await load/,
    );
    // As zod makes its errors.
    await setCells(page, [
      "const failed = new RangeError('captured');\n(Error as any).captureStackTrace(failed);\nthrow failed;",
    ]);
    assert.match(
      printed(await runAllCells(page, 60)),
      /^RangeError: captured\n {4}at cell \[\d+\], line 2: \(Error as any\)\.capture.*\n$/,
    );
    await setCells(page, [WRONG]);
    assert.match(printed(await runAllCells(page, 60)), /^1:7 - Type 'string' is not assignable to type 'number'\.\n$/);
  };

  test('runs the cells of a notebook in Chromium, and asks no other host for anything', inChromium, async () => {
    const context = await browser.newContext();
    const { page, faults } = await watchedPage(context, site.url);
    await context.route(/\/(elsewhere|later|gone)\.js$/, (route) => route.continue());
    plain = page;
    await runs(plain as unknown as AnyPage);
    assert.deepEqual(await plain.evaluate(kernelsOf), environment.kernels());
    assert.deepEqual(
      faults.filter((fault) => !/\/(favicon\.ico|gone\.js)$/.test(fault)),
      [],
    );
  });

  test('runs the demo as it is committed, and asks no other host for anything', inChromium, async () => {
    const runs = async (file: string) => {
      const { page, faults } = await watchedPage(await browser.newContext(), site.url);
      await openChapter(page as unknown as AnyPage, site.url, file.replace('.ipynb', ''));
      await typesReady(page as unknown as AnyPage);
      const ran = await runAllCellsToTheLast(page as unknown as AnyPage, 60);
      const left = join(root, 'build', `demo-${file}`);
      writeFileSync(left, `${JSON.stringify(ran, null, 1)}\n`);
      const committed = JSON.parse(readFileSync(join(demo, file), 'utf8'));
      assert.deepEqual(putOut(ran), putOut(committed), `${left} has what it put out now`);
      rmSync(left);
      assert.deepEqual(
        faults.filter((fault) => !fault.endsWith('/favicon.ico')),
        [],
      );
    };
    const notebooks = readdirSync(demo).filter((name) => name.endsWith('.ipynb'));
    assert.deepEqual(notebooks, ['1-language.ipynb']);
    await Promise.all(notebooks.map(runs));
  });

  const shows = async (page: AnyPage, cell: string) => {
    await setCells(page, [cell]);
    return printed(await runAllCells(page, 60));
  };

  test('imports the files beside a notebook, wherever that is', inChromium, async () => {
    const deep = await browser.newPage();
    await openChapter(deep as unknown as AnyPage, site.url, 'deep/inner');
    const cell =
      "import { helper } from './helper.js';\nimport { helper as above } from '../helper.js';\n[helper(), above()]";
    assert.equal(await shows(deep as unknown as AnyPage, cell), "[ 'a deep helper', 'helper' ]\n");
  });

  test('runs them in Firefox, and asks no other host for anything', inFirefox, async () => {
    const browser = await puppeteer.launch({ browser: 'firefox', executablePath: firefox, headless: true });
    try {
      const page = await browser.newPage();
      const asked = new Set<string>();
      page.on('request', (request) => asked.add(new URL(request.url()).origin));
      await runs(page as unknown as AnyPage);
      const ours = [site, elsewhere].map(({ url }) => new URL(url).origin);
      const isOther = (origin: string) => origin !== 'null' && !ours.includes(origin); // `null` has data: and blob:
      assert.deepEqual([...asked].filter(isOther), []);
    } finally {
      await browser.close();
    }
  });

  test('leaves nothing behind when pip takes it away, and the sdist installs the same files', () => {
    const share = join(environment.folder, 'share', 'jupyter', 'labextensions', 'jupyterlite-typescript-kernel');
    const installed = () =>
      filesUnder(share).map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(join(share, name)))
          .digest('hex'),
      ]);
    const ofWheel = installed();
    assert.ok(ofWheel.length > 5);
    environment.pip('uninstall', '--yes', 'jupyterlite-typescript-kernel');
    assert.ok(!existsSync(share));
    environment.install(packages.sdist);
    assert.deepEqual(installed(), ofWheel);
  });
};

for (const release of chosenReleases()) {
  const name = release === OWN ? 'The wheel in a fresh environment' : `The wheel with JupyterLite ${release}`;
  if (release !== TOO_OLD) describe(name, { timeout: 900_000 }, testsWith(release));
  else {
    test(`${name}, which is too old, says so in the console`, { ...inChromium, timeout: 300_000 }, async () => {
      const own = join(folder, release);
      mkdirSync(join(own, 'lite', 'files'), { recursive: true });
      const environment = new Environment(own, release);
      environment.install(packages.wheel);
      environment.build(join(own, 'lite'), join(own, 'site'));
      const { port, close } = await serve(join(own, 'site'));
      const browser = await launchChromium();
      try {
        const page = await browser.newPage();
        const isSaid = (message: { text(): string }) => /needs JupyterLite 0\.7 or newer/.test(message.text());
        const said = page.waitForEvent('console', { predicate: isSaid, timeout: 120_000 });
        await page.goto(`http://127.0.0.1:${port}/lab/index.html`);
        await said;
      } finally {
        await browser.close();
        close();
      }
    });
  }
}
