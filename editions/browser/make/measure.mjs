// How fast a tab trains with one thread and with all cores (`npm run lite -- --measure`): the same batches in turns, so
// that other work on the machine slows both. The weights have to be the same bytes.
import puppeteer from 'puppeteer-core';
import { chapterNames, UserError } from '../../../packages/system/project.mjs';
import { findChromium, findFirefox, launchChromium } from '../../../tools/checks/browsers.mjs';
import { ISOLATION, serve } from '../../shared/serve.mjs';

/** Milliseconds of a batch, round by round: with one thread and with all. */
const CELL = `import { createEngine, fingerprint, loadMnist } from 'lif-fc-mnist';
const data = await loadMnist();
const results = [];
for (const [name, options] of [
  ['single layer, T = 100', {}],
  ['96 hidden neurons, T = 20', { hidden: 96, T: 20, learningRate: 2e-3 }],
] as const) {
  const engines = [];
  for (const threads of [1, navigator.hardwareConcurrency]) {
    const engine = await createEngine('event', { data, threads, ...options });
    await engine.ready();
    engines.push(engine);
  }
  const rounds: number[][] = [];
  for (let round = 0; round < 65; round++) {
    const times: number[] = [];
    for (const engine of engines) {
      const begin = performance.now();
      for (let b = 0; b < 20; b++) {
        const first = ((20 * round + b) % 468) * 128;
        await engine.trainBatch(round, Uint32Array.from({ length: 128 }, (_, i) => first + i));
      }
      times.push((performance.now() - begin) / 20);
    }
    // Of the first fifteen the browser is still compiling.
    if (round >= 15) rounds.push(times);
  }
  const prints: string[] = [];
  for (const engine of engines) prints.push(fingerprint((await engine.state()).weights));
  results.push({ name, threads: engines[1].threads, rounds, isSame: prints[0] === prints[1] });
  for (const engine of engines) await engine.close();
}
console.log('measured ' + JSON.stringify(results));`;

/** @typedef {{ name: string, threads: number, rounds: [number, number][], isSame: boolean }} Result */

/**
 * A page of either driver.
 * @typedef {{
 *   goto(url: string): Promise<unknown>,
 *   evaluate<A, R>(work: (argument: A) => R, argument: A): Promise<Awaited<R>>,
 * }} Page
 */

const median = (/** @type {number[]} */ values) => values.toSorted((a, b) => a - b)[values.length >> 1];

/**
 * Runs the cell in the kernel of a chapter; returns what it printed.
 * @param {string} code
 * @returns {Promise<string>}
 */
async function execute(code) {
  // In the page: JupyterLab's application, once its kernel takes cells.
  for (;;) {
    const { jupyterapp } = /** @type {any} */ (globalThis);
    const kernel = jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel;
    if (kernel?.status === 'idle') {
      let text = '';
      const future = kernel.requestExecute({ code });
      future.onIOPub = (/** @type {any} */ { content }) => {
        text += content.text ?? content.data?.['text/plain'] ?? '';
      };
      await future.done;
      return text;
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/**
 * @param {Page} page
 * @param {string} address of a chapter
 * @returns {Promise<Result[]>}
 */
async function measureIn(page, address) {
  await page.goto(address);
  const text = await page.evaluate(execute, CELL);
  const json = /^measured (.*)$/m.exec(text)?.[1];
  if (!json) throw new UserError(`the tab measured nothing:\n${text}`);
  return JSON.parse(json);
}

/**
 * @param {string} browser
 * @param {Result[]} results
 */
function report(browser, results) {
  for (const { name, threads, rounds, isSame } of results) {
    const [one, all] = [0, 1].map((i) => rounds.map((times) => times[i]));
    const bytes = isSame ? 'the same bytes' : 'OTHER BYTES';
    const ms = [one, all].map((times) => `${median(times).toFixed(2)} (${Math.min(...times).toFixed(2)} at best)`);
    const ratio = median(rounds.map(([a, b]) => a / b)).toFixed(2);
    const best = (Math.min(...one) / Math.min(...all)).toFixed(2);
    console.log(`${browser}, ${name}: ms per batch ${ms[0]} on one thread, ${ms[1]} on ${threads}:`);
    console.log(
      `  ${ratio} times as fast in the median of ${rounds.length} turns, ${best} best against best, ${bytes}`,
    );
    if (!isSame) process.exitCode = 1;
  }
}

/**
 * Measures in the browsers of this machine, and prints a line for each network.
 * @param {string} folder with the site in lite/
 */
export async function measure(folder) {
  const [chromium, firefox] = [findChromium(), findFirefox()];
  if (!chromium && !firefox) throw new UserError('expected Chromium or Firefox, found neither (CHROMIUM names one)');
  const { port, close } = await serve(folder, 0, '', { headers: ISOLATION });
  const address = `http://127.0.0.1:${port}/lite/notebooks/index.html?path=${chapterNames()[0]}`;
  try {
    const say = (/** @type {string} */ browser) =>
      console.log(`lite: measuring in ${browser}, on one thread and on all`);
    if (chromium) {
      say('Chromium');
      const browser = await launchChromium(chromium);
      const page = await browser.newPage({ serviceWorkers: 'block' });
      report('Chromium', await measureIn(page, address));
      await browser.close();
    }
    if (firefox) {
      say('Firefox');
      const browser = await puppeteer.launch({
        browser: 'firefox',
        executablePath: firefox,
        headless: true,
        protocolTimeout: 600_000,
      });
      const page = /** @type {Page} */ (/** @type {unknown} */ (await browser.newPage()));
      report('Firefox', await measureIn(page, address));
      await browser.close();
    }
  } finally {
    close();
  }
}
