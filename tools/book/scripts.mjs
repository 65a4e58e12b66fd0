// The book's own scripts and style sheet: TypeScript and CSS in book/page/ and book/_static/, by esbuild.
import { join } from 'node:path';
import { build, transform } from 'esbuild';
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

/** A classic script or a style sheet without comments and blanks; a script's global names stay. */
export async function minify(text, loader) {
  const options = { loader, minifyWhitespace: true, minifySyntax: true, charset: 'utf8', logLevel: 'silent' };
  return (await transform(text, options)).code;
}
