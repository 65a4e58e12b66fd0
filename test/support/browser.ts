/** Tests in a browser of this machine: `describe(name, inChromium, …)` skips them, with the reason, where there is none. */
import type { Browser } from 'playwright-core';
import * as browsers from '../../editions/book/build/browsers.mjs';

const chromium = browsers.findChromium();
export const firefox = browsers.findFirefox();

export const inChromium = { skip: chromium ? false : 'no Chromium found (CHROMIUM names one)' };
export const inFirefox = { skip: firefox ? false : 'no Firefox found (FIREFOX names one)' };

export const launchChromium = (): Promise<Browser> => browsers.launchChromium(chromium as string);
