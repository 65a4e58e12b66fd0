/** JupyterLab as a reader has it: `npm run lab`, opened in a headless Chromium. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';

const root = resolve(__dirname, '..', '..');

export interface Lab {
  /** Where it serves, without a slash at the end. */
  url: string;
  token: string;
  /** The processes of its kernels. */
  kernels(): Promise<number[]>;
  /** The path of the page that it opens. */
  start: string;
  /** Ctrl-C in its terminal, then waits until all of it has ended. */
  stop(): Promise<void>;
  /** `kill` of npm alone, as `timeout` and CI jobs do it; resolves when all of it has ended. */
  kill(): Promise<void>;
}

/**
 * Starts `npm run lab` on a folder of its own in build/, with copies of the notebooks named, so that no committed one
 * is changed. From there the package is found by name as it is from notebooks/.
 */
export function startLab(name: string, notebooks: string[], ...more: string[]): Promise<Lab> {
  const folder = join(root, 'build', 'lab-tests', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const notebook of notebooks) copyFileSync(notebook, join(folder, basename(notebook)));
  return startPlainLab(`--ServerApp.root_dir=${folder}`, ...more);
}

/** Starts `npm run lab` as it is, on the whole project, without opening a browser. */
export async function startPlainLab(...more: string[]): Promise<Lab> {
  const options = ['--allow-root', '--no-browser', '--port=0', ...more];
  // Detached, so that it has a process group of its own, to which Ctrl-C can be sent as a terminal does.
  const npm = spawn('npm', ['run', 'lab', '--', ...options, '--LabApp.expose_app_in_browser=True'], {
    cwd: root,
    env: { ...process.env, LIF_FC_MNIST_CALLER: String(process.pid) }, // it ends if these tests are killed
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let printed = '';
  for (const pipe of [npm.stdout, npm.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  // "close" comes when the last process that holds its output has ended, not when npm itself has.
  const ended = new Promise<void>((done) => npm.on('close', () => done()));
  const address = await waitFor(
    () => /(http:\/\/\S+:\d+)(\/lab\S*)\?token=(\w+)/.exec(printed),
    npm,
    () => printed,
  );
  const [, url, start, token] = address as unknown as [string, string, string, string];
  // The address is printed a moment before the server answers.
  const answers = () =>
    fetch(`${url}/api`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) await sleep(100);

  return {
    url,
    token,
    start,
    async kernels() {
      const response = await fetch(`${url}/api/kernels?token=${token}`);
      const running = (await response.json()) as { id: string }[];
      const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
      return running.flatMap(({ id }) =>
        processes.filter((line) => line.includes(`kernel-${id}.json`)).map((line) => Number.parseInt(line, 10)),
      );
    },
    async stop() {
      if (npm.exitCode === null && npm.signalCode === null) process.kill(-(npm.pid as number), 'SIGINT');
      return ended;
    },
    async kill() {
      npm.kill('SIGTERM');
      return ended;
    },
  };
}

async function waitFor<T>(look: () => T | null | undefined, child: ChildProcess, printed: () => string): Promise<T> {
  for (;;) {
    const found = look();
    if (found) return found;
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`npm run lab ended with ${child.exitCode}:\n${printed()}`);
    await sleep(100);
  }
}

/** A code cell as JupyterLab's model has it. */
export interface LabCell {
  index: number;
  executionCount: number | null;
  outputs: { output_type: string; name?: string; text?: string; data?: Record<string, unknown> }[];
}

/** The part of JupyterLab's application object (`--LabApp.expose_app_in_browser`) that is used here. */
interface Shell {
  currentWidget: {
    dispose(): void;
    context: { isReady: boolean };
    sessionContext: { isReady: boolean; session: { kernel: { status: string } | null } | null };
    content: {
      scrollToItem(index: number, align?: string): Promise<void>;
      widgets: {
        node: HTMLElement;
        model: {
          type: string;
          /** Of a code cell. */
          executionState?: 'idle' | 'running';
          sharedModel: { execution_count: number | null };
          outputs: { toJSON(): LabCell['outputs'] };
        };
      }[];
    };
  } | null;
}
interface App {
  shell: Shell;
  commands: { execute(id: string, args: object): Promise<unknown> };
}
declare const window: { jupyterapp?: App };
/**
 * Milliseconds between two looks at a page. Playwright by itself looks at each frame, for which the browser then draws.
 */
const POLLING = 100;

/**
 * Opens a notebook of the folder that is served, or the page of a path; requests to other hosts are kept in `outside`.
 */
export async function openPage(browser: Browser, lab: Lab, name: string): Promise<{ page: Page; outside: string[] }> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const outside: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${lab.url}/`) && !/^(data|blob|about):/.test(url)) outside.push(url);
  });
  // `reset`: not the tabs that were open the last time.
  const path = name.startsWith('/') ? name : `/lab/tree/${encodeURIComponent(name)}`;
  await page.goto(`${lab.url}${path}?reset&token=${lab.token}`);
  return { page, outside };
}

/** Waits until the notebook has a kernel, which may still be starting; what is run before is lost. Gives its status. */
export async function kernelOf(page: Page): Promise<string> {
  const status = await page.waitForFunction(
    () => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status,
    undefined,
    { polling: POLLING },
  );
  return (await status.jsonValue()) as string;
}

/** Opens it, and waits until the notebook's kernel is idle. */
export async function openNotebook(...of: Parameters<typeof openPage>): ReturnType<typeof openPage> {
  const opened = await openPage(...of);
  await waitForKernel(opened.page);
  return opened;
}

/** Waits until the notebook is there, and its kernel idle. */
async function waitForKernel(page: Page): Promise<void> {
  await page.waitForFunction(
    () => {
      const panel = window.jupyterapp?.shell.currentWidget;
      return panel?.context?.isReady && panel.sessionContext.session?.kernel?.status === 'idle';
    },
    undefined,
    { timeout: 120_000, polling: POLLING },
  );
}

/** Goes on with another notebook in the page of one, whose kernel runs on, and waits as `openNotebook` does. */
export async function goOn(page: Page, name: string): Promise<void> {
  await page.evaluate(async (path) => {
    const { shell, commands } = window.jupyterapp as App;
    shell.currentWidget?.dispose();
    await commands.execute('docmanager:open', { path });
  }, name);
  await waitForKernel(page);
}

/** Chooses an entry of a menu. */
export async function choose(page: Page, menu: string, entry: string): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel').getByText(menu, { exact: true }).click();
  await page.locator('.lm-Menu-itemLabel').getByText(entry, { exact: true }).click();
}

export const runAll = (page: Page): Promise<void> => choose(page, 'Run', 'Run All Cells');

/** Selects a cell and runs it, as a click and Shift+Enter do. */
export async function runCell(page: Page, index: number): Promise<void> {
  await page.locator('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell .jp-InputPrompt').nth(index).click();
  await page.keyboard.press('Shift+Enter');
}

/** Presses the square in the toolbar, and waits until the kernel takes cells again. */
export async function interrupt(page: Page): Promise<void> {
  await page.locator('.jp-NotebookPanel-toolbar [data-command="notebook:interrupt-kernel"]').first().click();
  await waitUntilIdle(page);
  await sleep(500); // tslab skips what it is asked within 200 ms of an error
}

/** Waits until no cell is running or queued, and the kernel says that it is idle. */
export async function waitUntilIdle(page: Page, timeout = 300_000): Promise<void> {
  await page.waitForFunction(
    () => {
      const panel = window.jupyterapp?.shell.currentWidget;
      // A folded cell has no prompt that would show it.
      const running = panel?.content.widgets.some(({ model }) => model.executionState === 'running');
      return panel?.sessionContext.session?.kernel?.status === 'idle' && !running;
    },
    undefined,
    { timeout, polling: POLLING },
  );
}

/** The code cells with what they have put out. */
export function codeCells(page: Page): Promise<LabCell[]> {
  return page.evaluate(() =>
    (window.jupyterapp?.shell.currentWidget?.content.widgets ?? []).flatMap(({ model }, index) =>
      model.type === 'code'
        ? [{ index, executionCount: model.sharedModel.execution_count, outputs: model.outputs.toJSON() }]
        : [],
    ),
  );
}

/**
 * Scrolls to a cell and waits until a picture of its output is drawn; gives its size on the screen, and the width it
 * may have.
 */
export async function drawnFigure(
  page: Page,
  index: number,
): Promise<{ width: number; height: number; available: number }> {
  await page.evaluate((i) => window.jupyterapp?.shell.currentWidget?.content.scrollToItem(i, 'center'), index);
  const figure = await page.waitForFunction(
    (i) => {
      const node = window.jupyterapp?.shell.currentWidget?.content.widgets[i]?.node;
      const found = node?.querySelector('.jp-OutputArea-output img, .jp-OutputArea-output svg.main-svg');
      if (found instanceof HTMLImageElement && !(found.complete && found.naturalWidth > 0)) return undefined;
      const box = found?.getBoundingClientRect();
      const available = found?.closest('.jp-OutputArea-output')?.clientWidth;
      return box && available && box.width > 0 ? { width: box.width, height: box.height, available } : undefined;
    },
    index,
    { timeout: 30_000, polling: POLLING },
  );
  const size = await figure.jsonValue();
  assert.ok(size);
  return size;
}

/** What of a live figure's curve is on the screen. */
export interface DrawnCurve {
  /** Width of the picture in CSS pixels, as it is laid out. */
  width: number;
  /** How far to the right the curve reaches, in the picture's own units. */
  end: number;
}

/** The picture of an output and the end of the first curve in it; undefined while no picture is drawn. */
export function drawnCurve(page: Page, index: number): Promise<DrawnCurve | undefined> {
  return page.evaluate((i) => {
    const node = window.jupyterapp?.shell.currentWidget?.content.widgets[i]?.node;
    const image = node?.querySelector('.jp-OutputArea-output img');
    if (!(image instanceof HTMLImageElement) || !image.complete || image.naturalWidth === 0) return undefined;
    const svg = decodeURIComponent(image.src);
    const path = /<path[^>]*vector-effect[^>]* d="([^"]+)"/.exec(svg)?.[1];
    const end = Number(path?.split(/[ML]/).at(-1)?.split(',')[0]);
    return Number.isFinite(end) ? { width: image.getBoundingClientRect().width, end } : undefined;
  }, index);
}

/** The text of a cell's outputs as it stands on the screen, and whether JupyterLab draws it as an error. */
export function shownText(page: Page, index: number): Promise<{ text: string; isError: boolean }[]> {
  return page.evaluate((i) => {
    const node = window.jupyterapp?.shell.currentWidget?.content.widgets[i]?.node;
    return [...(node?.querySelectorAll('.jp-OutputArea-output') ?? [])].map((output) => ({
      text: output.textContent ?? '',
      isError: output.getAttribute('data-mime-type') === 'application/vnd.jupyter.stderr',
    }));
  }, index);
}

/** Where the text of the first output may be broken, as a browser computes it: CSS's `word-break`. */
export const wordBreak = (page: Page): Promise<string> =>
  page
    .locator('.jp-OutputArea-output pre')
    .first()
    .evaluate((text) => getComputedStyle(text).wordBreak);

/** The lines of the first code cell after somebody has typed this in place of what was there. */
export async function typed(page: Page, text: string): Promise<string[]> {
  const editor = page.locator('.jp-CodeCell .cm-content').first();
  await editor.click();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  return editor.locator('.cm-line').allTextContents();
}
