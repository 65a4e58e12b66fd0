/** Tests in a browser of this machine: `describe(name, inChromium, …)` skips them, with the reason, where there is none. */
import type { Browser, Page } from 'playwright-core';
import * as browsers from '../../editions/book/build/browsers.mjs';

const chromium = browsers.findChromium();
export const firefox = browsers.findFirefox();

export const inChromium = { skip: chromium ? false : 'no Chromium found (CHROMIUM names one)' };
export const inFirefox = { skip: firefox ? false : 'no Firefox found (FIREFOX names one)' };

export const launchChromium = (...more: string[]): Promise<Browser> =>
  browsers.launchChromium(chromium as string, more);
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
