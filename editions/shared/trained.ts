// Trained networks for what is built without running the chapters first.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toSafetensors } from '../../packages/formats/exchange/safetensors';
import { decodeNetwork } from '../../packages/formats/layers-model';
import { root, UserError } from '../../packages/system/project';
import { run } from '../../packages/system/run';

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
 * @param count how many weights it should have
 */
export function networkIn(folder = runFolder, count?: number) {
  const file = (name: string) => join(folder, 'lif_snn_mnist', name);
  try {
    const network = decodeNetwork(file, (name) => readFileSync(file(name)));
    const found = network.weights.length;
    if (count === undefined || found === count) return network;
    throw new Error(`${folder}: expected ${count} weights, found ${found}`);
  } catch (error) {
    throw new UserError(`${(error as Error).message}: delete ${folder} and run this again`);
  }
}

/** The trained network as the bytes of a safetensors file. */
export const trainedNetwork = () => toSafetensors(networkIn());

/** How the book's networks are trained: as their chapters do, the first for as many epochs as it needs. */
const NETWORKS = {
  single: { folder: runFolder, what: 'trained network', epochs: 20, settings: '' },
  hidden: {
    folder: hiddenRunFolder,
    what: 'trained network with a hidden layer',
    epochs: 5,
    settings: `--hidden ${HIDDEN} -T 20 --lr 4e-3 --train-images 50000`,
  },
  convolutional: {
    folder: convolutionalRunFolder,
    what: 'trained convolutional network',
    epochs: 1,
    settings: '--convolve 12,24 --gain 6,12,6 --encoder direct -T 4 --batch-size 64 --lr 2e-2 --schedule cosine',
  },
};

/**
 * Trains a network unless its folder has one.
 * @param who the program that wants it, for its line of text
 * @param work a folder for what is not kept
 * @param network that of chapter 4 by default
 */
export async function trainIfNeeded(who: string, work: string, network: keyof typeof NETWORKS = 'single') {
  const { folder, what, epochs, settings } = NETWORKS[network];
  if (existsSync(join(folder, 'lif_snn_mnist', 'weights.bin')) && existsSync(join(folder, 'v_t_array.npy'))) return;
  // One that was interrupted is continued, never replaced.
  const resumed = existsSync(join(folder, 'checkpoint'));
  const doing = resumed ? 'going on with its training' : `training one for ${epochs} epochs`;
  console.log(`${who}: no ${what} in build/${basename(folder)} yet: ${doing}`);
  const args = [
    join(root, 'tools', 'lif_fc_mnist.cjs'),
    ...(resumed ? ['--resume'] : ['-N', `${epochs}`, ...settings.split(' ').filter(Boolean)]),
    '--out-dir',
    folder,
    '--log-dir',
    join(work, 'logs'),
  ];
  const onLine = (line: string) => {
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
