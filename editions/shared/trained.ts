// Trained networks for the book and the browser edition, which are built without executing the chapters first.
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { toSafetensors } from '../../packages/formats/exchange/safetensors';
import { decodeNetwork } from '../../packages/formats/layers-model';
import { root, UserError } from '../../packages/system/project';
import { run, step } from '../../packages/system/run';

/** The run of chapter 4. */
export const runFolder = join(root, 'build', 'run');
/** The run of the chapter on a hidden layer. */
export const hiddenRunFolder = join(root, 'build', 'run-hidden');
/** Neurons in its hidden layer. */
export const HIDDEN = 96;
/** The run of a convolutional network. */
export const convolutionalRunFolder = join(root, 'build', 'run-convolutional');

/**
 * The trained network of a folder.
 * @param count number of weight matrices that it must have
 */
export function networkIn(folder = runFolder, count?: number) {
  const file = (name: string) => join(folder, 'lif_snn_mnist', name);
  try {
    const network = decodeNetwork(file, (name) => readFileSync(file(name)));
    const { length } = network.weights;
    if (count === undefined || length === count) return network;
    throw new Error(`${folder}: expected ${count} weights, found ${length}`);
  } catch (error) {
    throw new UserError(`${(error as Error).message}: delete ${folder} and run this again`);
  }
}

/** The trained network as the bytes of a safetensors file. */
export const trainedNetwork = () => toSafetensors(networkIn());

/** The networks, trained as in their chapters, the first for only as many epochs as it needs. */
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
 * Trains a network unless its folder has one. Resumes a run that was interrupted.
 * @param caller the program that needs it, which begins its line of text
 * @param work a folder for temporary files
 * @param network that of chapter 4 by default
 */
export async function trainIfNeeded(caller: string, work: string, network: keyof typeof NETWORKS = 'single') {
  const { folder, what, epochs, settings } = NETWORKS[network];
  if (existsSync(join(folder, 'lif_snn_mnist', 'weights.bin')) && existsSync(join(folder, 'v_t_array.npy'))) return;
  const isResumed = existsSync(join(folder, 'checkpoint'));
  console.log(`${caller}: no ${what} in build/${basename(folder)} yet`);
  const options = isResumed ? ['--resume'] : ['-N', `${epochs}`, ...settings.split(' ').filter(Boolean)];
  const folders = ['--out-dir', folder, '--log-dir', join(work, 'logs')];
  await step('Training', isResumed ? 'resuming its run' : `${epochs} epochs`, async (onLine) => {
    const program = join(root, 'tools', 'lif_fc_mnist.cjs');
    const { code, lines } = await run(process.execPath, [program, ...options, ...folders], { cwd: root, onLine });
    if (code !== 0) throw new UserError(`training failed: ${lines.at(-1)}`);
  });
}
