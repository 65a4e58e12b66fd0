// The files with which a browser installs a site as an app: a manifest, and icons drawn from the favicon.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, writeJson, writeWhole } from '../../packages/system/project';

/** The icon of the book and of the browser edition. */
export const FAVICON = join(root, 'editions', 'shared', 'favicon.svg');

/** Writes them into a site's folder. */
export function writeApp(folder: string, names: { name: string; short_name: string; description: string }) {
  // Loaded here, so that `--help` works where native code cannot be loaded.
  const { Resvg } = require('@resvg/resvg-js') as typeof import('@resvg/resvg-js');
  const svg = readFileSync(FAVICON, 'utf8');
  const icon = (side: number) => {
    const src = `app-${side}.png`;
    writeWhole(join(folder, src), new Resvg(svg, { fitTo: { mode: 'width', value: side } }).render().asPng());
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
