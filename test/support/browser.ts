/**
 * Tests in a browser of this machine: `describe(name, inChromium, …)` skips them, with the reason, where there is none.
 */
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';
import { type Browser, chromium as chromiumDriver, firefox as firefoxDriver, type Page } from 'playwright-core';

/** The first of some programs that is there, by its name in a folder of PATH or by its whole path. */
const found = (...names: string[]) => {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/snap/bin'];
  return names.flatMap((name) => folders.map((folder) => resolve(folder, name))).find((path) => existsSync(path));
};
const chromium =
  process.env.CHROMIUM ||
  found(
    // It draws the same pages for half of the computing.
    'chromium-headless-shell',
    ...['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  );
const firefox =
  process.env.FIREFOX || found('firefox-esr', 'firefox', '/Applications/Firefox.app/Contents/MacOS/firefox');

export const inChromium = { skip: chromium ? false : 'no Chromium found (CHROMIUM names one)' };
export const inFirefox = { skip: firefox ? false : 'no Firefox found (FIREFOX names one)' };

/** Milliseconds that a page may take for what a test waits for: beside other tests it has a part of a core. */
const PATIENCE = 120_000;

/** A headless Chromium that makes no requests of its own. */
export async function launchChromium(...more: string[]): Promise<Browser> {
  const browser = await chromiumDriver.launch({
    executablePath: chromium,
    // In a locale without UTF-8, a download whose name has other letters is called 'download'.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    args: [
      ...more,
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
  return patient(browser);
}

/** What is used here of Playwright's side of the connection: it is not in its types. */
interface Inner {
  _connection: {
    toImpl(browser: Browser): { _browserSession: { send(command: string, parameters: object): Promise<unknown> } };
  };
}

/** A headless Firefox of this machine, with these settings (`about:config`). */
export async function launchFirefox(settings: Record<string, string | number | boolean> = {}): Promise<Browser> {
  const browser = await firefoxDriver.launch({
    // By WebDriver BiDi; without it, Playwright drives a Firefox of its own alone.
    channel: 'moz-firefox',
    executablePath: firefox,
    // Otherwise it asks Mozilla for lists.
    firefoxUserPrefs: { 'services.settings.server': 'data:,#remote-settings-dummy/v1', ...settings },
  });
  // playwright-core 1.65.1 opens no page without this command (of colour schemes), which Firefox 153 does not know.
  const session = (browser as unknown as Inner)._connection.toImpl(browser)._browserSession;
  const send = session.send.bind(session);
  session.send = async (command, parameters) =>
    command === 'emulation.setMediaFeaturesOverride' ? {} : send(command, parameters);
  return patient(browser);
}

/** The same browser, whose pages wait longer. */
function patient(browser: Browser): Browser {
  const newContext = browser.newContext.bind(browser);
  browser.newContext = async (options) => {
    const context = await newContext(options);
    context.setDefaultTimeout(PATIENCE);
    return context;
  };
  return browser;
}

/** For Chromium: no host is found but those that are named, such as this computer. */
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
