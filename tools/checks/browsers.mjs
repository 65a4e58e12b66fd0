// The browsers of this machine, for tests and for the picture that is recorded from the playground.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/**
 * The first of some programs that may be executed.
 * @param {string[]} names looked for in the folders of PATH
 * @param {string[]} places full paths, looked at after those
 * @returns {string | undefined}
 */
function firstProgram(names, places) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/snap/bin'];
  const candidates = [...names.flatMap((name) => folders.map((folder) => join(folder, name))), ...places];
  return candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * The Chromium of the system: `CHROMIUM`, or the first of its usual names; undefined without one. Before others its
 * headless shell, which draws the same pages for half of the computing.
 */
export const findChromium = () =>
  process.env.CHROMIUM ||
  firstProgram(
    ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'],
    [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ],
  );

/** The Firefox of the system: `FIREFOX`, or the first of its usual names; undefined without one. */
export const findFirefox = () =>
  process.env.FIREFOX || firstProgram(['firefox-esr', 'firefox'], ['/Applications/Firefox.app/Contents/MacOS/firefox']);

/**
 * A headless Chromium that makes no requests of its own.
 * @param {string} executablePath
 * @param {string[]} more further arguments
 */
export const launchChromium = (executablePath, more = []) =>
  chromium.launch({
    executablePath,
    // In a locale without UTF-8, a download whose name has other letters is called 'download'.
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
    args: [
      ...more,
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
    ],
  });
