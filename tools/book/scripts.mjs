// The book's own scripts and style sheet: TypeScript and CSS in book/page/ and book/_static/, bundled by esbuild.
import { join } from 'node:path';
import { build, transform } from 'esbuild';
import { PurgeCSS } from 'purgecss';
import { root, SetupError } from '../system/project.mjs';

const entry = (name) => join(root, 'book', 'page', `${name}.ts`);

/** esbuild with what all our scripts have in common; an error of it in one line. */
async function bundle(options) {
  try {
    return await build({ bundle: true, charset: 'utf8', logLevel: 'silent', target: 'es2022', ...options });
  } catch (error) {
    const [first] = error.errors ?? [];
    if (!first) throw error;
    const where = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new SetupError(`${where}${first.text}`);
  }
}

/** A module of book/page/ for this process: what the page and the build share. */
export const importPageModule = (name) => importModule(entry(name));

/** A TypeScript module that is written for pages, for this process. */
export async function importModule(file) {
  const { outputFiles } = await bundle({
    entryPoints: [file],
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`);
}

/** Classic scripts, one for each name: they work from disk, where modules do not. */
export async function bundleScripts(names, folder) {
  await bundle({ entryPoints: names.map(entry), outdir: folder, minify: true, format: 'iife' });
}

/** One classic script. */
export async function bundleScript(file, outfile, options = {}) {
  await bundle({ entryPoints: [file], outfile, minify: true, format: 'iife', ...options });
}

/**
 * The book's style sheet: of the theme's rules and variables those that a page or a script can ask for, then our own, without
 * comments and blanks.
 * @param theme style sheets of the theme, as texts
 * @param own the book's
 * @param users texts that name classes and variables: pages, scripts, style sheets of single pages
 */
export async function joinStyles(theme, own, users) {
  const named = [...own, ...users].flatMap((text) => text.match(/--[\w-]+/g) ?? []);
  const purged = await new PurgeCSS().purge({
    content: users.map((raw) => ({ raw, extension: 'html' })),
    css: theme.map((raw) => ({ raw })),
    variables: true,
    safelist: { variables: [...new Set(named)] },
  });
  const css = [...purged.map((part) => part.css), ...own].join('\n');
  const { code } = await transform(css, { loader: 'css', minify: true, charset: 'utf8', logLevel: 'silent' });
  return code;
}

/** A classic script without comments and blanks; its global names stay. */
export async function minifyScript(script) {
  const options = { minifyWhitespace: true, minifySyntax: true, charset: 'utf8', logLevel: 'silent' };
  return (await transform(script, options)).code;
}
