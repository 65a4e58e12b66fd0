// Builds the extension: a folder that `jupyter lite build` takes (`LiteBuildConfig.federated_extensions`). No builder of
// JupyterLab's is needed; esbuild makes one script for the page and one for each worker.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

export { buildDeclarations } from './declarations.mjs';
export { LANGUAGE_INFO } from './language.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const { name, version, description, license } = JSON.parse(readFileSync(join(here, '..', 'package.json'), 'utf8'));

/** Node's modules that TypeScript asks for where it runs in Node; in a page it finds nothing there. */
const NODE_MODULES = ['fs', 'path', 'os', 'crypto', 'inspector', 'perf_hooks', 'source-map-support', 'buffer', 'util'];

const nothingOfNode = {
  name: 'nothing of Node',
  setup(builder) {
    builder.onResolve({ filter: new RegExp(`^(${NODE_MODULES.join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'nothing',
    }));
    builder.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: 'module.exports = {}' }));
  },
};

/** The licences of the packages that files belong to. */
function licences(files) {
  const folders = files.flatMap(
    (file) => /^.*node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(resolve(file))?.[0] ?? [],
  );
  const texts = [...new Set(folders)].filter(existsSync).map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    const text = file ? readFileSync(join(folder, file), 'utf8').trim() : '';
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * Writes the extension.
 * @param {{ out: string }} options `out`: the folder to make; what was there before is removed
 * @returns {Promise<void>}
 */
export async function buildKernel({ out }) {
  const target = join(out, 'static');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const common = {
    bundle: true,
    minify: true,
    target: 'es2022',
    platform: 'browser',
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
    define: { VERSION: JSON.stringify(version) },
  };
  const script = (entry, file, options) =>
    build({ ...common, ...options, entryPoints: [join(here, 'src', entry)], outfile: join(target, file) });
  const built = await Promise.all([
    script('page/plugin.ts', 'remoteEntry.js', { format: 'iife' }),
    script('cells/worker.ts', 'cells-worker.js', { format: 'esm' }),
    script('types/worker.ts', 'types-worker.js', { format: 'esm', plugins: [nothingOfNode] }),
  ]);
  writeFileSync(join(target, 'LICENSES.txt'), licences(built.flatMap(({ metafile }) => Object.keys(metafile.inputs))));
  cpSync(join(here, 'src', 'logo.svg'), join(target, 'logo.svg'));
  const jupyterlab = { extension: true, _build: { load: 'static/remoteEntry.js', extension: './extension' } };
  writeFileSync(
    join(out, 'package.json'),
    `${JSON.stringify({ name, version, description, license, jupyterlab }, null, 2)}\n`,
  );
}
