// One run of the map: `node editions/map/run.mjs ROW.json -- OPTIONS of the command line`. The command line trains in a
// temporary folder; what stays is the row, and the weights beside it, both whole or not there.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { runInForeground } from '../../packages/system/foreground.mjs';
import { remove, root, writeJson, writeWhole } from '../../packages/system/project.mjs';
import { runOfOptions } from './settings.mjs';
import { EPOCHS, sealed, sha256, weightsFile } from './table.mjs';

/** @typedef {import('./table.mjs').Row} Row */
/** @typedef {import('./settings.mjs').Run} Run */

const require = createRequire(import.meta.url);
const dist = join(root, 'dist', 'hosts', 'node');

// The files and not the package's entry point, which loads TensorFlow.
/** @type {typeof import('../../hosts/node/data.js')} */
const { loadMnist } = require(join(dist, 'data.js'));
/** @type {typeof import('../../hosts/node/engines.js')} */
const { createEngine } = require(join(dist, 'engines.js'));
/** @type {typeof import('../../packages/runs/node/index.js')} */
const { readNpy } = require(join(root, 'dist', 'packages', 'runs', 'node', 'index.js'));
/** @type {typeof import('../../packages/runs/run-files.js')} */
const { HELD_BACK, MODEL_FOLDERS } = require(join(root, 'dist', 'packages', 'runs', 'run-files.js'));
/** @type {typeof import('../../hosts/contract/recompute.js')} */
const { dataOf } = require(join(root, 'dist', 'hosts', 'contract', 'recompute.js'));
/** @type {typeof import('../../packages/runs/engine-options.js')} */
const { engineOptions } = require(join(root, 'dist', 'packages', 'runs', 'engine-options.js'));

/** The digits of a number that a table needs. */
const short = (/** @type {number} */ value) => String(Number(value.toFixed(6)));

/**
 * How many spikes go in and out, and what they cost: means per test image, of spikes also per step.
 * @param {Run} run
 * @param {Float32Array} weights
 */
async function countSpikes({ settings }, weights) {
  if (settings.network === 'ann') return { output_spikes: '', input_spikes: '', rows_added: '' };
  const data = await dataOf(settings, loadMnist);
  const { count } = data.test;
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const test = /** @type {const} */ ({ split: 'test', epoch: settings.epochs, indices });
  const engine = await createEngine('event', { data, ...engineOptions(settings), threads: 1 });
  const zeros = new Float32Array(weights.length);
  await engine.restore({ weights, m: zeros, v: zeros, step: 0 });
  const rates = await engine.rates(test);
  const { spikes, rows } = await engine.statistics(test);
  const { T } = engine.options;
  await engine.close();
  return {
    // Outputs whose potential is read have none.
    output_spikes: settings.readout === 'spikes' ? short(rates.reduce((sum, rate) => sum + rate, 0) / count) : '0',
    input_spikes: settings.encoder === 'direct' ? '' : short(spikes),
    rows_added: short(rows * T),
  };
}

/**
 * What the run in a folder found out.
 * @param {Run} run
 * @param {string} folder
 */
async function resultsOf(run, folder) {
  const accs = Array.from(readNpy(join(folder, 'test_accs.npy')).data);
  const heldBack = join(folder, HELD_BACK);
  const bytes = readFileSync(join(folder, MODEL_FOLDERS[run.settings.network], 'weights.bin'));
  const weights = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  const best = Math.max(...accs);
  /** @type {Row} */
  const row = {
    ...run.columns,
    ...Object.fromEntries(EPOCHS.map((epoch) => [`acc_${epoch}`, epoch <= accs.length ? short(accs[epoch - 1]) : ''])),
    last: short(accs[accs.length - 1]),
    best: short(best),
    best_epoch: String(accs.indexOf(best) + 1),
    held_back: existsSync(heldBack) ? short(/** @type {number} */ (readNpy(heldBack).data.at(-1))) : '',
    ...(await countSpikes(run, weights)),
    weights_sha256: sha256(bytes),
  };
  return { row, bytes };
}

/**
 * Runs the command line with these options, and writes the row of it.
 * @param {string} file of the row
 * @param {string[]} options
 * @returns its exit status
 */
async function compute(file, options) {
  const run = runOfOptions(options);
  const folder = mkdtempSync(join(tmpdir(), 'lif-fc-mnist-map-'));
  try {
    const cli = join(root, 'tools', 'lif_fc_mnist.cjs');
    const args = [cli, ...options, '--log-dir', folder];
    const env = { ...process.env, LIF_FC_MNIST_THREADS: '1' };
    const status = await runInForeground(process.execPath, args, { cwd: folder, env });
    if (status !== 0) return status;
    const { row, bytes } = await resultsOf(run, folder);
    writeWhole(weightsFile(dirname(dirname(file)), basename(file, '.json')), bytes);
    writeJson(file, sealed(row));
    return 0;
  } finally {
    remove(folder);
  }
}

const [file, , ...options] = process.argv.slice(2);
process.exitCode = await compute(resolve(file), options);
