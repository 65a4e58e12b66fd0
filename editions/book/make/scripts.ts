// Bundles the book's scripts and style sheet with esbuild.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TransformOptions, transform } from 'esbuild';
import { root } from '../../../packages/system/project';
import { bundle } from '../../shared/esbuild';

const book = join(root, 'editions', 'book');

/** Scripts of all pages, and those loaded on demand. */
const SCRIPTS = {
  main: 'page/main.ts',
  live: 'page/live.ts',
  start: 'page/start.ts',
  map: 'page/map.ts',
  playground: 'playground/main.ts',
  'playground-exchange': 'playground/exchange.ts',
  train: 'train/main.ts',
  'train-worker': 'train/worker.ts',
  neuron: 'neuron/main.ts',
  'event-camera': 'event-camera/main.ts',
};

/**
 * Bundles each script as a classic script, since modules do not load from disk.
 * @param define replacements for names that the sources declare
 */
export async function bundleScripts(folder: string, define: Record<string, string>) {
  const NETWORK = readFileSync(join(book, 'event-camera', 'network.json'), 'utf8');
  for (const [name, file] of Object.entries(SCRIPTS)) {
    const outfile = join(folder, `${name}.js`);
    await bundle({ entryPoints: [join(book, file)], outfile, format: 'iife', define: { NETWORK, ...define } });
  }
}

/** Minifies a classic script or a style sheet, keeping a script's global names. */
export async function minify(text: string, loader: 'js' | 'css') {
  const options: TransformOptions = {
    loader,
    minifyWhitespace: true,
    minifySyntax: true,
    charset: 'utf8',
    logLevel: 'silent',
  };
  return (await transform(text, options)).code;
}
