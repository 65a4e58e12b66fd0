/** Trains, prints the same lines as the original, and records the same values. */

import { existsSync } from 'node:fs';
import type { AnnEngine } from '../../../packages/networks/ann-engine';
import type { Engine, EngineState } from '../../../packages/networks/options/engine';
import { followFromWeights } from '../../../packages/networks/options/layers';
import { countOwnInputs, type Dataset } from '../../../packages/networks/spike-trains';
import { train } from '../../../packages/networks/train';
import { formatRun, type ResolvedRun, type RunDocument } from '../../../packages/runs/document';
import {
  addCurves,
  type Checkpoint,
  fingerprint,
  formatRow,
  SummaryWriter,
  writeCheckpoint,
  writeRun,
} from '../../../packages/runs/node';
import { checkpointPath } from '../../../packages/runs/node/run-folder';
import { assertFinite } from '../../../packages/runs/run-files';
import { newHistory, type TrainingHistory } from '../../../src/training/history';
import { heldBackOf } from '../../contract/run';
import { progressBar } from '../notebook/cell';
import { writeExports } from './exchange';
import { say } from './failures';
import { drawFigures, saveFigures } from './figures';
import { type Earlier, type Places, removeEarlier } from './folder';
import type { Options } from './options';
import { digestData } from './resume';
import type { Stop } from './stop';

export interface Job {
  run: ResolvedRun;
  options: Options;
  data: Dataset;
  engine: Engine | AnnEngine;
  places: Places;
  /** Checkpoint to resume from. */
  checkpoint?: Checkpoint;
  /** Initial weights from a file. */
  start?: EngineState;
  /** An earlier run to replace. */
  earlier?: Earlier;
  stop: Stop;
}

export interface Outcome {
  /** Exit status. */
  status: number;
  /** Undefined if the run was stopped or no figures were requested. */
  figures?: ReturnType<typeof drawFigures>;
}

/** @throws Error in one line, for example if the training diverged */
export async function trainAndRecord(job: Job): Promise<Outcome> {
  const { places, checkpoint, start = null, stop } = job;
  const history = checkpoint?.history ?? { ...newHistory(), state: start };
  const writer = new SummaryWriter(places.logDir, checkpoint?.events);
  const save = saver(job, history, writer);
  try {
    // A run resumed with another log folder writes its whole curves there.
    if (!writer.continues) addCurves(writer, history);
    await trainEpochs(job, history, writer, save);
    if (history.stopped) {
      // An earlier run is replaced only once a whole epoch is done.
      const isSaved = history.trainAccs.length > 0 && (!job.earlier || history.epoch > 0);
      if (isSaved) save();
      say(stopped(job, history, isSaved));
      return { status: stop.status };
    }
    return { status: 0, figures: await record(job, history, save) };
  } catch (error) {
    throw explained(error as Error, job, history);
  } finally {
    writer.discard();
  }
}

/**
 * Saves everything that a resumed run needs. An earlier run is removed only now, after the first epoch.
 */
function saver(
  { run, options, data, places, checkpoint, earlier }: Job,
  history: TrainingHistory,
  writer: SummaryWriter,
) {
  const saveFigures = options.saveFigures ?? checkpoint?.saveFigures ?? false;
  const kept = { run: formatRun(run as RunDocument), digest: digestData(data), saveFigures };
  let toRemove = earlier;
  return () => {
    // Checked first, so that a diverged run adds to no file.
    if (history.state) assertFinite(history.state.weights);
    writeCheckpoint(checkpointPath(places.outDir), { ...kept, history, events: writer.flush() });
    if (toRemove) removeEarlier(places, toRemove);
    toRemove = undefined;
  };
}

async function trainEpochs(job: Job, history: TrainingHistory, writer: SummaryWriter, save: () => void): Promise<void> {
  const { run, data, engine, stop } = job;
  const { epochs, schedule } = run.train;
  if (history.epoch >= epochs && history.state) return engine.restore(history.state);
  let bar: ReturnType<typeof progressBar> | undefined;
  const finishBar = () => {
    bar?.finish();
    bar = undefined;
  };
  try {
    await train({
      engine,
      epochs,
      heldBack: heldBackOf(run, data),
      schedule,
      history,
      signal: stop.signal,
      onBatch: ({ epoch, batch, batches, accuracy, trainTimes }) => {
        if (!bar) {
          console.log(`Epoch ${epoch}:\nTraining...`);
          bar = progressBar(batches, 'training');
        }
        bar.update(batch);
        writer.addScalar('train_batch_accuracy', accuracy, trainTimes - 1);
      },
      onTest: () => {
        finishBar();
        console.log('Testing...');
      },
      onEpoch: ({ epoch, trainAcc, testAcc, maxTestAcc, heldBackAcc, trainTimes }) => {
        writer.addScalar('test_accuracy', testAcc, epoch);
        const isHeldBack = !Number.isNaN(heldBackAcc);
        if (isHeldBack) writer.addScalar('held_back_accuracy', heldBackAcc, epoch);
        save();
        console.log(
          `Epoch ${epoch}: train_acc = ${trainAcc}, test_acc = ${testAcc}, max_test_acc = ${maxTestAcc}, train_times = ${trainTimes}`,
        );
        if (isHeldBack) console.log(`Epoch ${epoch}: held_back_acc = ${heldBackAcc}`);
      },
    });
  } finally {
    finishBar();
  }
}

/** Writes the results of a finished training, and prints the original's last line and the weights' SHA-256. */
async function record(job: Job, history: TrainingHistory, save: () => void): Promise<Outcome['figures']> {
  const { run, options, data, engine, places, checkpoint, stop } = job;
  const { weights } = await engine.state();
  const spiking = engine.name === 'ann' ? undefined : await present(engine, run.train.epochs);
  const inputs = countOwnInputs(data);
  const files = writeRun(places.outDir, { history, weights, inputs, ...spiking });
  const readout = run.engine.name === 'ann' ? undefined : run.engine.readout;
  const what = readout === 'spikes' ? 'Firing rate' : 'Potential';
  if (spiking) console.log(`${what}: ${formatRow(spiking.rates)}`);
  console.log(`SHA-256 of the weights: ${fingerprint(weights)}`);
  // A resumed run may have started new TensorBoard logs or been asked to save figures.
  if (checkpoint) save();
  // Nothing is left to save, so Ctrl-C may end the program again.
  stop.unlisten();
  const figures =
    options.saveFigures || options.show ? drawFigures({ trace: spiking?.trace, history, data }) : undefined;
  if (figures && options.saveFigures) await saveFigures(figures, places.outDir);
  if (options.saveFigures) files.push('the figures');
  const exported = spiking
    ? writeExports(options, { weights, neuron: spiking.neuron, layers: spiking.layers, readout })
    : [];
  say(`Wrote ${files.join(', ')} to ${places.outDir}`);
  if (exported.length > 0) say(`Wrote the network to ${exported.join(' and ')}`);
  return figures;
}

/** Traces the trained neurons for the first test image or sample. */
async function present(engine: Engine, epoch: number) {
  const trace = await engine.trace({ split: 'test', epoch, index: 0 });
  const rates = await engine.rates({ split: 'test', epoch, indices: [0] });
  const { neuron, layers } = engine.options;
  return { trace, rates, neuron, layers: followFromWeights(layers) ? undefined : layers };
}

function stopped({ places, earlier }: Job, { epoch, batch, trainAccs }: TrainingHistory, isSaved: boolean): string {
  const when = trainAccs.length === 0 ? 'before the first batch' : `in epoch ${epoch} after ${batch} batches`;
  if (isSaved) return `Stopped ${when}; continue with --resume`;
  return `Stopped ${when}; nothing was saved${earlier ? `, and the run in ${places.outDir} stays` : ''}`;
}

/** The message after a diverged training: what to do, and which files remain. */
function explained(error: Error, { run, places }: Job, { trainAccs }: TrainingHistory): Error {
  if (!/no longer finite/.test(error.message)) return error;
  const left = existsSync(checkpointPath(places.outDir)) ? 'the last checkpoint stays' : 'nothing was saved';
  const advice = `lower --lr (it was ${run.engine.learningRate}); ${left}`;
  return new Error(
    `the weights are no longer finite after ${trainAccs.length} batches, the training diverged: ${advice}`,
  );
}
