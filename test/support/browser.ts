/**
 * Tests in a browser of this machine: `describe(name, inChromium, …)` skips them, with the reason, where there is none.
 */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import * as browsers from '../../tools/checks/browsers.mjs';

const chromium = browsers.findChromium();
export const firefox = browsers.findFirefox();

export const inChromium = { skip: chromium ? false : 'no Chromium found (CHROMIUM names one)' };
export const inFirefox = { skip: firefox ? false : 'no Firefox found (FIREFOX names one)' };

/** Milliseconds that a page may take for what a test waits for: beside other tests it has a part of a core. */
const PATIENCE = 120_000;

export async function launchChromium(...more: string[]): Promise<Browser> {
  const browser = await browsers.launchChromium(chromium as string, more);
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE);
    return context;
  };
  return browser;
}
/** For it: no host is found but those that are named, such as this computer. */
export const onlyHosts = (...hosts: string[]) =>
  `--host-resolver-rules=MAP * ~NOTFOUND${hosts.map((host) => `, EXCLUDE ${host}`).join('')}`;

/** Requests of a page for these addresses wait until the function that this resolves to is called. */
export async function holdBack(page: Page, addresses: string | RegExp): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(addresses, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe asks of colours. All else that it finds in a page is the same in light and dark. */
export const COLOURS = ['color-contrast', 'link-in-text-block'];

/**
 * The serious and critical faults that axe finds on a page, or in the parts of it that a selector names, or in all but
 * those; by these rules, or by all.
 */
export async function axeFaults(
  page: Page,
  selector: string | { exclude: string } = 'html',
  rules?: readonly string[],
): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(
    async ({ part, only }) => {
      type Results = {
        violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
      };
      const { axe } = window as unknown as { axe: { run(part: unknown, options: object): Promise<Results> } };
      // Otherwise it describes all that has no fault, which takes a third of its time. What `region` finds is at most
      // moderate, and takes an eighth.
      // What is opened from disk may neither ask for its style sheets again nor speak with its frames.
      const isServed = location.protocol !== 'file:';
      const rules = only ? { runOnly: only } : { rules: { region: { enabled: false } } };
      const options = { resultTypes: ['violations'], ...rules, preload: isServed, iframes: isServed };
      return (await axe.run(part, options)).violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary}`));
    },
    { part: selector, only: rules },
  );
}
