/** Trains, prints the original's lines, and records what the original records. */
import { existsSync } from 'node:fs';
import type { Engine, ResolvedEngineOptions } from '../../common/engine';
import { assertFinite } from '../../records/run-files';
import { newHistory, type TrainingHistory } from '../../training/history';
import { train } from '../../training/train';
import { progressBar } from '../progress-bar';
import { addCurves, type Checkpoint, formatRow, SummaryWriter, writeCheckpoint, writeRun } from '../records';
import { checkpointPath } from '../records/run-folder';
import { drawFigures, saveFigures } from './figures';
import { type Earlier, type Places, removeEarlier } from './folder';
import type { Settings } from './options';
import { collectOptions } from './resume';
import type { Stop } from './stop';

export interface Job {
  settings: Settings;
  options: ResolvedEngineOptions;
  engine: Engine;
  places: Places;
  /** To resume from. */
  checkpoint?: Checkpoint;
  /** A run to be replaced. */
  earlier?: Earlier;
  stop: Stop;
}

export interface Outcome {
  /** The exit status. */
  status: number;
  /** Of a run that was not stopped, if they are wanted. */
  figures?: ReturnType<typeof drawFigures>;
}

/** @throws Error in one line, also if the training diverged */
export async function trainAndRecord(job: Job): Promise<Outcome> {
  const { places, checkpoint, stop } = job;
  const history = checkpoint?.history ?? newHistory();
  const writer = new SummaryWriter(places.logDir, checkpoint?.events);
  const save = saver(job, history, writer);
  try {
    // Resumed with another log dir: its curves are whole, too.
    if (!writer.continues) addCurves(writer, history);
    await trainEpochs(job, history, writer, save);
    if (history.stopped) {
      // A whole epoch or nothing in exchange for another run.
      const isSaved = history.trainAccs.length > 0 && (!job.earlier || history.epoch > 0);
      if (isSaved) save();
      console.error(stopped(job, history, isSaved));
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
 * Puts everything on the disk that a resumed run needs. What the run replaces is removed then, and not earlier: after the
 * first epoch.
 */
function saver(
  { settings, options, places, checkpoint, earlier }: Job,
  history: TrainingHistory,
  writer: SummaryWriter,
) {
  const saveFigures = settings.saveFigures ?? checkpoint?.options.saveFigures ?? null;
  const kept = { ...collectOptions(settings, options.data), saveFigures };
  let toRemove = earlier;
  return () => {
    // First of all: a run that diverged adds to no file.
    if (history.state) assertFinite(history.state.weights);
    writeCheckpoint(checkpointPath(places.outDir), { options: kept, history, events: writer.flush() });
    if (toRemove) removeEarlier(places, toRemove);
    toRemove = undefined;
  };
}

async function trainEpochs(job: Job, history: TrainingHistory, writer: SummaryWriter, save: () => void): Promise<void> {
  const { settings, engine, stop } = job;
  if (history.epoch >= settings.epoch && history.state) return engine.restore(history.state);
  let bar: ReturnType<typeof progressBar> | undefined;
  const finishBar = () => {
    bar?.finish();
    bar = undefined;
  };
  try {
    await train({
      engine,
      epochs: settings.epoch,
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
      onEpoch: ({ epoch, trainAcc, testAcc, maxTestAcc, trainTimes }) => {
        writer.addScalar('test_accuracy', testAcc, epoch);
        save();
        console.log(
          `Epoch ${epoch}: train_acc = ${trainAcc}, test_acc = ${testAcc}, max_test_acc = ${maxTestAcc}, train_times = ${trainTimes}`,
        );
      },
    });
  } finally {
    finishBar();
  }
}

/** Writes the results of a training that has ended, and prints the original's last line. */
async function record(job: Job, history: TrainingHistory, save: () => void): Promise<Outcome['figures']> {
  const { settings, options, engine, places, checkpoint, stop } = job;
  const trace = await engine.trace({ split: 'test', epoch: settings.epoch, index: 0 });
  const { weights } = await engine.state();
  writeRun(places.outDir, { trace, history, weights, neuron: options.neuron });
  const rates = await engine.rates({ split: 'test', epoch: settings.epoch, indices: [0] });
  console.log(`Firing rate: ${formatRow(rates)}`);
  // A resumed run may have begun new TensorBoard logs, or have been told to save figures.
  if (checkpoint) save();
  // From here on Ctrl-C ends the program as usual: nothing is left to be saved.
  stop.unlisten();
  const figures =
    settings.saveFigures || settings.show ? drawFigures({ trace, history, data: options.data }) : undefined;
  if (figures && settings.saveFigures) await saveFigures(figures, places.outDir);
  const drawn = settings.saveFigures ? ', the figures' : '';
  const files = `v_t_array.npy, s_t_array.npy, train_accs.npy, test_accs.npy, lif_snn_mnist/${drawn}`;
  console.error(`Wrote ${files} to ${places.outDir}`);
  return figures;
}

function stopped({ places, earlier }: Job, { epoch, batch, trainAccs }: TrainingHistory, isSaved: boolean): string {
  const when = trainAccs.length === 0 ? 'before the first batch' : `in epoch ${epoch} after ${batch} batches`;
  if (isSaved) return `Stopped ${when}; continue with --resume`;
  return `Stopped ${when}; nothing was saved${earlier ? `, and the run in ${places.outDir} stays` : ''}`;
}

/** Of a training that diverged: what to do, and what is left. */
function explained(error: Error, { settings, places }: Job, { trainAccs }: TrainingHistory): Error {
  if (!/no longer finite/.test(error.message)) return error;
  const left = existsSync(checkpointPath(places.outDir)) ? 'the last checkpoint stays' : 'nothing was saved';
  const advice = `lower --lr (it was ${settings.learningRate}); ${left}`;
  return new Error(
    `the weights are no longer finite after ${trainAccs.length} batches, the training diverged: ${advice}`,
  );
}
