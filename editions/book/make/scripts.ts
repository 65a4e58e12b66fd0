// The book's own scripts and style sheet, by esbuild.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TransformOptions, transform } from 'esbuild';
import { root } from '../../../packages/system/project';
import { bundle } from '../../shared/esbuild';

const book = join(root, 'editions', 'book');

/** The script of each page, and those that it loads later. */
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
 * Bundles each to one classic script: they work from disk, where modules do not.
 * @param define what the build puts in place of names that their sources declare
 */
export async function bundleScripts(folder: string, define: Record<string, string>) {
  const NETWORK = readFileSync(join(book, 'event-camera', 'network.json'), 'utf8');
  for (const [name, file] of Object.entries(SCRIPTS)) {
    const outfile = join(folder, `${name}.js`);
    await bundle({ entryPoints: [join(book, file)], outfile, format: 'iife', define: { NETWORK, ...define } });
  }
}

/** A classic script or a style sheet without comments and blanks; a script's global names stay. */
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
