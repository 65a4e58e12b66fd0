// The book's own scripts and style sheet: TypeScript and CSS in editions/book/page/ and editions/book/_static/, by
// esbuild.
import { join } from 'node:path';
import { type BuildOptions, type TransformOptions, transform } from 'esbuild';
import { root } from '../../../packages/system/project';
import { bundle } from '../../shared/esbuild';

const entry = (name: string) => join(root, 'editions', 'book', 'page', `${name}.ts`);

/** Classic scripts, one for each name: they work from disk, where modules do not. */
export async function bundleScripts(names: string[], folder: string) {
  await bundle({ entryPoints: names.map(entry), outdir: folder, format: 'iife' });
}

/** One classic script. */
export async function bundleScript(file: string, outfile: string, options: BuildOptions = {}) {
  await bundle({ entryPoints: [file], outfile, format: 'iife', ...options });
}

/**
 * A style sheet whose rules for readers who chose the dark theme also hold where the system is dark and no theme was
 * chosen.
 */
export const darkTwice = (css: string) =>
  css.replace(
    /^ *body\[data-theme="dark"\] (\{[^}]*\})/gm,
    (rule, values) => `${rule}\n@media (prefers-color-scheme: dark) { body:not([data-theme="light"]) ${values} }`,
  );

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
