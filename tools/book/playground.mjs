// The playground's script: TypeScript bundled to one classic script, with the kernel, the weights and the sample digits in it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root, SetupError } from '../setup/project.mjs';

const require = createRequire(import.meta.url);
export const run = join(root, 'build', 'run');

/** The trained weights, [784, 10] float32. */
export function weights() {
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

/**
 * Two test images of each digit, first ten easy ones, then ten that the network gets wrong: index (two bytes, low first),
 * then the pixels.
 */
async function samples(tau) {
  const { stateOf } = require(join(root, 'dist', 'common', 'engine.js'));
  const { loadMnist } = require(join(root, 'dist', 'node', 'data.js'));
  const { createEngine } = require(join(root, 'dist', 'node', 'engines.js'));
  const data = loadMnist();
  const { images, labels } = data.test;
  const engine = await createEngine('event', { data, batchSize: 1, neuron: { tau }, threads: 1 });
  const trained = new Float32Array(Uint8Array.from(weights()).buffer);
  await engine.restore(stateOf(trained));
  const looked = Uint32Array.from({ length: 2000 }, (_, i) => i);
  const rates = await engine.rates('test', 0, looked);
  await engine.close();
  /** By how much the right neuron's rate is above the highest of the others. */
  const lead = (i) => {
    const own = rates.slice(i * 10, i * 10 + 10);
    const right = own[labels[i]];
    own[labels[i]] = 0;
    return right - Math.max(...own);
  };
  const first = (digit, fits) => looked.find((i) => labels[i] === digit && fits(lead(i))) ?? labels.indexOf(digit);
  const digits = Array.from({ length: 10 }, (_, digit) => digit);
  const easy = digits.map((digit) => first(digit, (lead) => lead > 0.9));
  const hard = digits.map((digit) => first(digit, (lead) => lead < -0.3));
  const pack = (i) => Buffer.concat([Buffer.from([i & 255, i >> 8]), images.subarray(i * 784, (i + 1) * 784)]);
  return Buffer.concat([...easy, ...hard].map(pack));
}

/** The options the network was trained with. */
export function trainedTau() {
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
        SAMPLES: base64(await samples(trainedTau())),
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
