// The playground's script: TypeScript bundled to one classic script, with the kernel, the weights and the sample digits in it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, SetupError } from '../setup/project.mjs';

const require = createRequire(import.meta.url);
export const run = join(root, 'build', 'run');

/** The trained weights, [784, 10] float32. */
function weights() {
  const file = join(run, 'lif_snn_mnist', 'weights.bin');
  const bytes = readFileSync(file);
  if (bytes.length !== 784 * 10 * 4) {
    throw new SetupError(`${file}: expected 31360 bytes, found ${bytes.length}: delete build/run and run this again`);
  }
  return bytes;
}

function kernel() {
  const file = join(root, 'dist', 'event', 'kernel.wasm');
  if (!existsSync(file))
    throw new SetupError(`${file}: expected the compiled kernel, found none: run \`npm run build\``);
  return readFileSync(file);
}

/** The first two test images of each digit: index (two bytes, low first), then the pixels. */
function samples() {
  const { loadMnist } = require(join(root, 'dist', 'mnist.js'));
  const { images, labels } = loadMnist().test;
  const chosen = Array.from({ length: 20 }, (_, i) => {
    let index = labels.indexOf(i % 10);
    if (i >= 10) index = labels.indexOf(i % 10, index + 1);
    return index;
  });
  const pack = (i) => Buffer.concat([Buffer.from([i & 255, i >> 8]), images.subarray(i * 784, (i + 1) * 784)]);
  return Buffer.concat(chosen.map(pack));
}

/** The options the network was trained with. */
function trainedTau() {
  const model = JSON.parse(readFileSync(join(run, 'lif_snn_mnist', 'model.json'), 'utf8'));
  return model.modelTopology.config.layers.find((layer) => layer.class_name === 'LIFNode').config.tau;
}

/** Bundles the playground into one script. */
export async function bundlePlayground(outfile) {
  const base64 = (bytes) => JSON.stringify(bytes.toString('base64'));
  try {
    await build({
      entryPoints: [join(root, 'book', 'playground', 'main.ts')],
      outfile,
      bundle: true,
      minify: true,
      format: 'iife',
      target: 'es2022',
      charset: 'utf8',
      logLevel: 'silent',
      define: {
        KERNEL: base64(kernel()),
        WEIGHTS: base64(weights()),
        SAMPLES: base64(samples()),
        TRAINED_TAU: String(trainedTau()),
      },
    });
  } catch (error) {
    const [first] = error.errors ?? [];
    if (!first) throw error;
    const where = first.location ? `${first.location.file}:${first.location.line}: ` : '';
    throw new SetupError(`${where}${first.text}`);
  }
}
