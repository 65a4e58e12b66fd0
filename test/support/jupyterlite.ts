/** A JupyterLite site of its own for tests of the TypeScript kernel, opened in Chromium. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { serve } from '../../editions/shared/serve';
import { buildDeclarations, buildKernel } from '../../packages/typescript-kernel/jupyterlite/build';
import { typesReady } from './lite';
import { PYTHON } from './python';

const root = resolve(__dirname, '..', '..');

export interface KernelSite {
  /** With a slash at its end. */
  url: string;
  close(): void;
}

interface Modules {
  [name: string]: {
    /** Path of the ES module; a module without one has types alone. */
    module?: string;
    types: string;
  };
}

/** Builds a site in a folder, with one empty notebook, and serves it below a path. */
export async function startSite(folder: string, modules: Modules): Promise<KernelSite> {
  const contents = join(folder, 'contents');
  mkdirSync(contents, { recursive: true });
  // As tslab has them, with which cells are compared.
  const typescript = '@tslab/typescript-for-tslab';
  await buildKernel({ out: join(folder, 'kernel'), typescript, library: false });
  const entries = Object.entries(modules);
  const declared = Object.fromEntries(entries.map(([name, { types }]) => [name, types]));
  buildDeclarations({ out: join(contents, 'declarations.json'), root, modules: declared, typescript });
  for (const [name, { module }] of entries) if (module) copyFileSync(module, join(contents, `${name}.js`));
  const own = {
    modules: Object.fromEntries(entries.filter(([, { module }]) => module).map(([name]) => [name, `files/${name}.js`])),
    declarations: 'files/declarations.json',
    name: 'tslab',
    items: 5,
    displayName: 'TypeScript',
  };
  const kernelspec = { name: 'tslab', display_name: 'TypeScript', language: 'typescript' };
  const notebook = { cells: [], metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
  writeFileSync(join(contents, 'empty.ipynb'), JSON.stringify(notebook));
  const page = { exposeAppInBrowser: true, litePluginSettings: { 'jupyterlite-typescript-kernel:plugin': own } };
  const settings = { 'jupyter-lite-schema-version': 0, 'jupyter-config-data': page };
  writeFileSync(join(folder, 'jupyter-lite.json'), JSON.stringify(settings));
  const site = join(folder, 'site');
  const build = {
    contents: [contents],
    apps: ['notebooks'],
    no_sourcemaps: true,
    federated_extensions: [join(folder, 'kernel')],
    output_dir: site,
    ignore_sys_prefix: true,
  };
  writeFileSync(join(folder, 'jupyter_lite_config.json'), JSON.stringify({ LiteBuildConfig: build }));
  const args = ['-m', 'jupyterlite_core', 'build', '--lite-dir', folder];
  const { status, stdout, stderr, error } = spawnSync(PYTHON, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, `jupyter lite build: ${error?.message ?? ''}${stdout.slice(-1000)}${stderr.slice(-2000)}`);
  const { port, close } = await serve(site, 0, '/below', { compresses: false });
  return { url: `http://127.0.0.1:${port}/below/`, close };
}

/** What a cell left, in the order in which it came. */
export interface Ran {
  status: string;
  ename?: string;
  evalue?: string;
  stdout: string;
  stderr: string;
  displays: { data: Record<string, unknown>; id?: string; update: boolean }[];
  /** Milliseconds from the request to the reply. */
  took: number;
}

interface Message {
  header: { msg_type: string; msg_id: string };
  parent_header: { msg_id: string };
  content: {
    name: 'stdout' | 'stderr';
    text: string;
    data: Record<string, unknown>;
    transient?: { display_id?: string };
    status: string;
    ename?: string;
    evalue?: string;
  };
}

/** The kernel's connection in JupyterLab, as far as it is used here. */
interface Connection {
  status: string;
  requestExecute(content: object): { done: Promise<Message>; msg: Message };
  anyMessage: Record<'connect' | 'disconnect', (slot: (_: unknown, event: { msg: Message }) => void) => void>;
  interrupt(): Promise<void>;
}

declare const window: {
  jupyterapp?: {
    commands: { execute(id: string): Promise<unknown> };
    shell: { currentWidget: { sessionContext: { session: { kernel: Connection | null } | null } } | null };
  };
  kernel: Connection;
  /** Cells that were started and not waited for. */
  pending: Promise<Ran>[];
  runCell(code: string, stopOnError?: boolean): Promise<Ran>;
  /** The text for which `start` waits, what may be its beginning, and what tells that it was printed. */
  awaited: string | undefined;
  tail: string;
  noteAwaited(): void;
};

export interface KernelPage {
  page: Page;
  /** Requests to other places, and what scripts and the site failed at. */
  faults: string[];
  run(code: string): Promise<Ran>;
  /** Asks for all cells at once, as "Run All Cells" does; `mayFail` names those that stop no others. */
  runAll(codes: string[], mayFail?: number[]): Promise<Ran[]>;
  /** Starts a cell; waits until it has printed `text`; the promise is that of its end. */
  start(code: string, text: string): Promise<{ end: Promise<Ran> }>;
  /** Waits until the types have loaded. */
  typesReady(): Promise<void>;
  interrupt(): Promise<void>;
}

/**
 * Opens the empty notebook and waits until its kernel takes cells.
 * @param prepare what is to be done with the page before
 */
export async function openKernel(
  browser: Browser,
  site: KernelSite,
  prepare?: (page: Page) => Promise<unknown>,
): Promise<KernelPage> {
  // JupyterLite's service worker would ask for files past the page, so past what `prepare` does with them.
  const serviceWorkers = prepare ? 'block' : 'allow';
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 }, serviceWorkers });
  const faults: string[] = [];
  await page.route('**', (route) => {
    const url = route.request().url();
    if (url.startsWith(site.url) || /^(data|blob|about):/.test(url)) return route.continue();
    if (!url.endsWith('/favicon.ico')) faults.push(`request to ${url}`);
    return route.abort();
  });
  page.on('pageerror', (error) => faults.push(`script: ${error?.message}`));
  // Once, not for each message: a cell may print thousands.
  let isPrinted = false;
  await page.exposeFunction('noteAwaited', () => {
    isPrinted = true;
  });
  await prepare?.(page);
  await page.goto(`${site.url}notebooks/index.html?path=empty.ipynb`);
  const isIdle = () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle';
  await page.waitForFunction(isIdle, undefined, { timeout: 120_000 });
  await page.evaluate(() => {
    const { kernel } = window.jupyterapp?.shell.currentWidget?.sessionContext.session ?? {};
    window.kernel = kernel as Connection;
    window.pending = [];
    window.runCell = async (code, stopOnError = true) => {
      const began = performance.now();
      const ran: Ran = { status: '', stdout: '', stderr: '', displays: [], took: 0 };
      const future = window.kernel.requestExecute({ code, stop_on_error: stopOnError });
      // Not `future.onIOPub`: JupyterLab gives that of an earlier cell the updates of its displays.
      // A method: esbuild gives functions in variables their names by a helper, which the page has not.
      const { slot } = {
        slot(_: unknown, { msg: { header, parent_header: parent, content } }: { msg: Message }) {
          const { msg_type: type } = header;
          if (parent.msg_id !== future.msg.header.msg_id) return;
          if (type === 'stream') {
            ran[content.name] += content.text;
            if (window.awaited === undefined) return;
            const seen = window.tail + content.text;
            window.tail = seen.slice(-window.awaited.length);
            if (!seen.includes(window.awaited)) return;
            window.awaited = undefined;
            window.noteAwaited();
          } else if (type === 'display_data' || type === 'update_display_data') {
            const id = content.transient?.display_id;
            ran.displays.push({ data: content.data, update: type.startsWith('update'), ...(id ? { id } : {}) });
          }
        },
      };
      window.kernel.anyMessage.connect(slot);
      const { content } = await future.done;
      window.kernel.anyMessage.disconnect(slot);
      const { status, ename, evalue } = content;
      return { ...ran, status, ...(ename ? { ename, evalue } : {}), took: performance.now() - began };
    };
  });
  return {
    page,
    faults,
    run: (code) => page.evaluate((text) => window.runCell(text), code),
    runAll: (codes, mayFail = []) =>
      page.evaluate(([list, free]) => Promise.all(list.map((code, i) => window.runCell(code, !free.includes(i)))), [
        codes,
        mayFail,
      ] as const),
    async start(code, text) {
      isPrinted = false;
      const index = await page.evaluate(
        ([cell, awaited]) => {
          Object.assign(window, { awaited, tail: '' });
          return window.pending.push(window.runCell(cell)) - 1;
        },
        [code, text] as const,
      );
      for (const end = Date.now() + 60_000; !isPrinted; await sleep(50)) {
        assert.ok(Date.now() < end, `expected the cell to print ${text} within 60 s`);
      }
      return { end: page.evaluate((i) => window.pending[i] as Promise<Ran>, index) };
    },
    typesReady: () => typesReady(page),
    interrupt: () => page.evaluate(() => window.kernel.interrupt()),
  };
}
