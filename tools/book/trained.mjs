// A trained network for what is built without running the chapters first.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { root, SetupError } from '../system/project.mjs';
import { run } from '../system/run.mjs';

const require = createRequire(import.meta.url);

/** What chapter 4 leaves. */
export const runFolder = join(root, 'build', 'run');

/** The trained network as the bytes of a safetensors file. */
export function trainedNetwork() {
  const { decodeNetwork } = require(join(root, 'dist', 'records', 'layers-model.js'));
  const { toSafetensors } = require(join(root, 'dist', 'exchange', 'index.js'));
  const file = (/** @type {string} */ name) => join(runFolder, 'lif_snn_mnist', name);
  return toSafetensors(decodeNetwork(file, (/** @type {string} */ name) => readFileSync(file(name))));
}

/**
 * Trains a network for 20 epochs if chapter 4 has left none.
 * @param {string} who the program that wants it, for its line of text
 * @param {string} work a folder for what is not kept
 */
export async function trainIfNeeded(who, work) {
  if (existsSync(join(runFolder, 'lif_snn_mnist', 'weights.bin')) && existsSync(join(runFolder, 'v_t_array.npy')))
    return;
  console.log(`${who}: no trained network in build/run yet: training one for 20 epochs (some 20 s)`);
  const args = [
    join(root, 'tools', 'lif_fc_mnist.cjs'),
    // One that was interrupted is continued, never replaced.
    ...(existsSync(join(runFolder, 'checkpoint')) ? ['--resume'] : ['-N', '20']),
    '--out-dir',
    runFolder,
    '--log-dir',
    join(work, 'logs'),
  ];
  const { code, lines } = await run(process.execPath, args, { cwd: root });
  if (code !== 0) throw new SetupError(`training failed: ${lines.at(-1)}`);
}
