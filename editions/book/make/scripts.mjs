// The book's own scripts and style sheet: TypeScript and CSS in editions/book/page/ and editions/book/_static/, by
// esbuild.
import { join } from 'node:path';
import { transform } from 'esbuild';
import { bundle } from '../../../packages/system/esbuild.mjs';
import { root } from '../../../packages/system/project.mjs';

const entry = (/** @type {string} */ name) => join(root, 'editions', 'book', 'page', `${name}.ts`);

/**
 * A TypeScript module that is written for pages, for this process.
 * @param {string} file
 */
export async function importModule(file) {
  const { outputFiles = [] } = await bundle({
    entryPoints: [file],
    format: 'esm',
    platform: 'node',
    minify: false,
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/**
 * Classic scripts, one for each name: they work from disk, where modules do not.
 * @param {string[]} names
 * @param {string} folder
 */
export async function bundleScripts(names, folder) {
  await bundle({ entryPoints: names.map(entry), outdir: folder, format: 'iife' });
}

/**
 * One classic script.
 * @param {string} file
 * @param {string} outfile
 * @param {import('esbuild').BuildOptions} options
 */
export async function bundleScript(file, outfile, options = {}) {
  await bundle({ entryPoints: [file], outfile, format: 'iife', ...options });
}

/**
 * A style sheet whose rules for readers who chose the dark theme also hold where the system is dark and no theme was chosen.
 * @param {string} css
 */
export const darkTwice = (css) =>
  css.replace(
    /^ *body\[data-theme="dark"\] (\{[^}]*\})/gm,
    (rule, values) => `${rule}\n@media (prefers-color-scheme: dark) { body:not([data-theme="light"]) ${values} }`,
  );

/**
 * A classic script or a style sheet without comments and blanks; a script's global names stay.
 * @param {string} text
 * @param {'js' | 'css'} loader
 */
export async function minify(text, loader) {
  /** @type {import('esbuild').TransformOptions} */
  const options = { loader, minifyWhitespace: true, minifySyntax: true, charset: 'utf8', logLevel: 'silent' };
  return (await transform(text, options)).code;
}
