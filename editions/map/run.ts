// One run of the map: `node tools/start.mjs editions/map/run.ts ROW.json PLAN.json`, where the plan has the document of the
// run under the row's id. What stays is the row, and the weights beside it, both whole or not there.

import { basename, dirname, resolve } from 'node:path';
import { dataOf, engineOf, heldBackOf } from '../../hosts/contract/run';
// The files and not the host's entry point, which loads TensorFlow.
import { loadMnist } from '../../hosts/node/data';
import { createEngine } from '../../hosts/node/engines';
import { littleEndian } from '../../packages/formats/bytes';
import type { AnnEngine } from '../../packages/networks/ann-engine';
import { train } from '../../packages/networks/train';
import { type ResolvedRun, readRun } from '../../packages/runs/document';
import { runProgram } from '../../packages/system/program';
import { readJson, UserError, writeJson, writeWhole } from '../../packages/system/project';
import { asOneLine } from '../../src/common/checks';
import type { TrainingHistory } from '../../src/training/history';
import { predictions } from '../../src/training/metrics';
import { sha256 } from './plan';
import { EPOCHS, hitsFile, type Row, sealed, weightsFile } from './table';

type Engine = AnnEngine | Awaited<ReturnType<typeof createEngine>>;

/** The digits of a number that a table needs. */
const short = (value: number) => String(Number(value.toFixed(6)));

/** Trains a run, and finds out about it. */
async function compute(run: ResolvedRun) {
  const data = await dataOf(run, loadMnist);
  const engine = await engineOf(run, data, (_, options) => createEngine('event', { ...options, threads: 1 }));
  const { epochs, schedule } = run.train;
  try {
    const history = await train({ engine, epochs, schedule, heldBack: heldBackOf(run, data) });
    const { weights } = await engine.state();
    const bytes = littleEndian(weights);
    const spikes = await countSpikes(engine, epochs);
    const hits = await findHits(engine, epochs - 1);
    return { bytes, hits, results: { ...accuraciesOf(history), ...spikes, weights_sha256: sha256(bytes) } };
  } finally {
    await engine.close();
  }
}

function accuraciesOf({ testAccs, heldBackAccs }: TrainingHistory) {
  const best = Math.max(...testAccs);
  const after = (epoch: number) => (epoch <= testAccs.length ? short(testAccs[epoch - 1]) : '');
  return {
    ...Object.fromEntries(EPOCHS.map((epoch) => [`acc_${epoch}`, after(epoch)])),
    last: after(testAccs.length),
    best: short(best),
    best_epoch: String(testAccs.indexOf(best) + 1),
    held_back: heldBackAccs.length > 0 ? short(heldBackAccs[heldBackAccs.length - 1]) : '',
  };
}

/** How many spikes go in and out, and what they cost: means per test image, of spikes also per step. */
async function countSpikes(engine: Engine, epoch: number) {
  if (!('statistics' in engine)) return { output_spikes: '', input_spikes: '', rows_added: '' };
  const { data, readout, encoder, T } = engine.options;
  const { count } = data.test;
  const test = { split: 'test', epoch, indices: Uint32Array.from({ length: count }, (_, i) => i) } as const;
  const rates = await engine.rates(test);
  const { spikes, rows } = await engine.statistics(test);
  return {
    // Outputs whose potential is read have none.
    output_spikes: readout === 'spikes' ? short(rates.reduce((sum, rate) => sum + rate, 0) / count) : '0',
    input_spikes: encoder === 'direct' ? '' : short(spikes),
    rows_added: short(rows * T),
  };
}

/** Which test samples are read right: a 0 or 1 for each. @param epoch whose spikes they get, counted from 0 */
async function findHits(engine: Engine, epoch: number) {
  const { count, labels } = engine.options.data.test;
  const rates = await engine.rates({ split: 'test', epoch, indices: Uint32Array.from({ length: count }, (_, i) => i) });
  const answers = predictions(rates, rates.length / count);
  return Array.from(answers, (answer, i) => (answer === labels[i] ? '1' : '0')).join('');
}

/** Trains the run of a row. @throws UserError in one line */
async function work(file: string, plan: string) {
  const id = basename(file, '.json');
  const { run } = readJson(plan)?.runs?.[id] ?? {};
  if (!run) throw new UserError(`${plan}: expected the run ${id}, found none; \`npm run map\` writes it`);
  let done: Pick<Row, 'results'> & { bytes: Uint8Array; hits: string };
  try {
    done = await compute(readRun(run));
  } catch (error) {
    throw new UserError(asOneLine((error as Error).message));
  }
  const folder = dirname(dirname(file));
  writeWhole(weightsFile(folder, id), done.bytes);
  writeWhole(hitsFile(folder, id), done.hits);
  writeJson(file, sealed({ id, run, results: done.results }));
}

async function main([file, plan]: string[]) {
  await runProgram('map', () => work(resolve(file), resolve(plan ?? 'plan.json')));
  process.exit();
}

if (require.main === module) main(process.argv.slice(2));
