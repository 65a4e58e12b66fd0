// Trained networks for what is built without running the chapters first.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { root, UserError } from '../../packages/system/project.mjs';
import { run } from '../../packages/system/run.mjs';

const require = createRequire(import.meta.url);

/** What chapter 4 leaves. */
export const runFolder = join(root, 'build', 'run');
/** The network of the chapter on a hidden layer. */
export const hiddenRunFolder = join(root, 'build', 'run-hidden');
/** How many neurons its hidden layer has. */
export const HIDDEN = 96;
/** That with layers that convolve. */
export const convolutionalRunFolder = join(root, 'build', 'run-convolutional');

/**
 * The trained network of a folder.
 * @returns {import('../../packages/formats/layers-model.js').SavedNetwork}
 */
export function networkIn(folder = runFolder) {
  const { decodeNetwork } = require(join(root, 'dist', 'packages', 'formats', 'layers-model.js'));
  const file = (/** @type {string} */ name) => join(folder, 'lif_snn_mnist', name);
  return decodeNetwork(file, (/** @type {string} */ name) => readFileSync(file(name)));
}

/** The trained network as the bytes of a safetensors file. */
export function trainedNetwork() {
  const { toSafetensors } = require(join(root, 'dist', 'packages', 'formats', 'exchange', 'index.js'));
  return toSafetensors(networkIn());
}

/**
 * Trains a network unless the folder has one.
 * @param {string} who the program that wants it, for its line of text
 * @param {string} work a folder for what is not kept
 * @param {string} folder
 * @param {string} what is trained
 * @param {number} epochs
 * @param {string[]} settings
 */
async function train(who, work, folder, what, epochs, settings = []) {
  if (existsSync(join(folder, 'lif_snn_mnist', 'weights.bin')) && existsSync(join(folder, 'v_t_array.npy'))) return;
  // One that was interrupted is continued, never replaced.
  const resumed = existsSync(join(folder, 'checkpoint'));
  const doing = resumed ? 'going on with its training' : `training one for ${epochs} epochs`;
  console.log(`${who}: no ${what} in build/${basename(folder)} yet: ${doing}`);
  const args = [
    join(root, 'tools', 'lif_fc_mnist.cjs'),
    ...(resumed ? ['--resume'] : ['-N', `${epochs}`, ...settings]),
    '--out-dir',
    folder,
    '--log-dir',
    join(work, 'logs'),
  ];
  const onLine = (/** @type {string} */ line) => {
    const [, epoch, accuracy] = /^Epoch (\d+): .*\btest_acc = ([\d.]+)/.exec(line) ?? [];
    if (!epoch) return;
    const of = resumed ? '' : ` of ${epochs}`;
    console.log(
      `  Training: epoch ${Number(epoch) + 1}${of}, ${(100 * Number(accuracy)).toFixed(1)} % of the test images`,
    );
  };
  const { code, lines } = await run(process.execPath, args, { cwd: root, onLine });
  if (code !== 0) throw new UserError(`training failed: ${lines.at(-1)}`);
}

/**
 * Trains a network for 20 epochs if chapter 4 has left none.
 * @param {string} who the program that wants it, for its line of text
 * @param {string} work a folder for what is not kept
 */
export const trainIfNeeded = (who, work) => train(who, work, runFolder, 'trained network', 20);

/**
 * Trains a network with a hidden layer as its chapter does, unless it was done before.
 * @param {string} who the program that wants it, for its line of text
 * @param {string} work a folder for what is not kept
 */
export const trainHiddenIfNeeded = (who, work) =>
  train(who, work, hiddenRunFolder, 'trained network with a hidden layer', 5, [
    ...['--hidden', `${HIDDEN}`],
    ...['-T', '20'],
    ...['--lr', '4e-3'],
    ...['--train-images', '50000'],
  ]);

/**
 * Trains a network whose layers convolve, unless it was done before.
 * @param {string} who the program that wants it, for its line of text
 * @param {string} work a folder for what is not kept
 */
export const trainConvolutionalIfNeeded = (who, work) =>
  train(who, work, convolutionalRunFolder, 'trained convolutional network', 1, [
    ...['--convolve', '12,24'],
    ...['--gain', '6,12,6'],
    ...['--encoder', 'direct'],
    ...['-T', '4'],
    ...['--batch-size', '64'],
    ...['--lr', '2e-2'],
    ...['--schedule', 'cosine'],
  ]);

/**
 * The weights of a trained network, float32.
 * @param {string} folder
 * @param {number} count how many there should be
 */
export function readWeights(folder, count) {
  const file = join(folder, 'lif_snn_mnist', 'weights.bin');
  const bytes = readFileSync(file);
  if (bytes.length !== 4 * count) {
    throw new UserError(
      `${file}: expected ${4 * count} bytes, found ${bytes.length}: delete ${folder} and run this again`,
    );
  }
  return bytes;
}

/**
 * The time constant that a network was trained with.
 * @param {string} folder
 */
export function trainedTau(folder = runFolder) {
  const model = JSON.parse(readFileSync(join(folder, 'lif_snn_mnist', 'model.json'), 'utf8'));
  return model.modelTopology.config.layers.find(
    (/** @type {{ class_name: string }} */ layer) => layer.class_name === 'LIFNode',
  ).config.tau;
}
