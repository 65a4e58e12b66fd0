// One run of the map: `node tools/start.mjs editions/map/run.ts ROW.json -- OPTIONS of the command line`. The command
// line trains in a temporary folder; what stays is the row, and the weights beside it, both whole or not there.
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { dataOf } from '../../hosts/contract/recompute';
// The files and not the host's entry point, which loads TensorFlow.
import { loadMnist } from '../../hosts/node/data';
import { createEngine } from '../../hosts/node/engines';
import { engineOptions } from '../../packages/runs/engine-options';
import { readNpy } from '../../packages/runs/node';
import { HELD_BACK, MODEL_FOLDERS } from '../../packages/runs/run-files';
import { runInForeground } from '../../packages/system/foreground';
import { remove, root, writeJson, writeWhole } from '../../packages/system/project';
import { type Run, runOfOptions } from './settings';
import { EPOCHS, type Row, sealed, sha256, weightsFile } from './table';

/** The digits of a number that a table needs. */
const short = (value: number) => String(Number(value.toFixed(6)));

/** How many spikes go in and out, and what they cost: means per test image, of spikes also per step. */
async function countSpikes({ settings }: Run, weights: Float32Array) {
  if (settings.network === 'ann') return { output_spikes: '', input_spikes: '', rows_added: '' };
  const data = await dataOf(settings, loadMnist);
  const { count } = data.test;
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const test = { split: 'test', epoch: settings.epochs, indices } as const;
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

/** What the run in a folder found out. */
async function resultsOf(run: Run, folder: string) {
  const accs = Array.from(readNpy(join(folder, 'test_accs.npy')).data);
  const heldBack = join(folder, HELD_BACK);
  const bytes = readFileSync(join(folder, MODEL_FOLDERS[run.settings.network], 'weights.bin'));
  const weights = Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
  const best = Math.max(...accs);
  const row: Row = {
    ...run.columns,
    ...Object.fromEntries(EPOCHS.map((epoch) => [`acc_${epoch}`, epoch <= accs.length ? short(accs[epoch - 1]) : ''])),
    last: short(accs[accs.length - 1]),
    best: short(best),
    best_epoch: String(accs.indexOf(best) + 1),
    held_back: existsSync(heldBack) ? short(readNpy(heldBack).data.at(-1) as number) : '',
    ...(await countSpikes(run, weights)),
    weights_sha256: sha256(bytes),
  };
  return { row, bytes };
}

/**
 * Runs the command line with these options, and writes the row of it.
 * @param file of the row
 * @returns its exit status
 */
async function compute(file: string, options: string[]) {
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

async function main([file, , ...options]: string[]) {
  process.exitCode = await compute(resolve(file), options);
}

if (require.main === module) main(process.argv.slice(2));
