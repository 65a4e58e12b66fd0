// What a browser needs to install a site as an app: a manifest, and icons drawn from the book's sign.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, writeJson, writeWhole } from '../../packages/system/project';

/** The sign of the book and of the browser edition. */
export const FAVICON = join(root, 'editions', 'shared', 'favicon.svg');

/** Writes them into the folder of a site. */
export function writeApp(folder: string, names: { name: string; short_name: string; description: string }) {
  // Only here: `--help` needs no machine code, and runs where none may be loaded.
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const sign = readFileSync(FAVICON, 'utf8');
  const icon = (side: number) => {
    const src = `app-${side}.png`;
    writeWhole(join(folder, src), new Resvg(sign, { fitTo: { mode: 'width', value: side } }).render().asPng());
    return { src, sizes: `${side}x${side}`, type: 'image/png' };
  };
  writeJson(join(folder, 'manifest.webmanifest'), {
    ...names,
    lang: 'en',
    start_url: './',
    scope: './',
    display: 'standalone',
    background_color: '#ffffff',
    theme_color: '#00527f',
    icons: [icon(192), icon(512)],
  });
}
