import type { Engine, SomeEngineOptions } from '../common/engine';
import { describeInterruption } from '../common/interruption';
import type { Mnist } from '../common/mnist';
import { nextTurn } from '../common/turn';
import { type AnnOptions, trainAnn } from '../training/ann';
import type { History } from '../training/history';
import type { TfjsEngineOptions } from '../training/tfjs-engine';
import { type TrainOptions, train } from '../training/train';
import { liveCurve, perEpoch } from '../visualizing';
import type { Host } from './contract';

/** Engine options and training options in one, and how to show the progress. */
export type TrainWithBarOptions = Partial<SomeEngineOptions> &
  Omit<TrainOptions, 'engine' | 'signal'> & {
    /** An engine, which stays open, or the name of one that is made for this run; default 'event'. */
    engine?: Engine | 'event' | 'tfjs';
    /** With engine 'tfjs': the network to train, as `networks.snn` makes it. */
    network?: TfjsEngineOptions['network'];
    /** Stands before the bar; default 'training'. */
    label?: string;
    /** Whether a curve of the accuracies grows below the bar. Default false. */
    live?: boolean;
  };

type Needed = Pick<Host, 'createEngine' | 'interruptible' | 'liveFigure' | 'progressBar'>;

/**
 * Makes a host's `trainWithBar`: `training.train` with a progress bar that an interrupt stops. What was reached until
 * then is in the `history` that was handed in.
 */
export function makeTrainWithBar(host: Needed): (options: TrainWithBarOptions) => Promise<History> {
  return async ({ engine: wanted = 'event', label = 'training', live = false, ...options }) => {
    const { data } = options;
    const engine =
      typeof wanted === 'string' ? await host.createEngine(wanted, { ...options, data: data as Mnist }) : wanted;
    const { epochs = 100 } = options;
    const figure = live ? host.liveFigure() : undefined;
    let bar: ReturnType<Host['progressBar']> | undefined;
    try {
      return await host.interruptible((signal) =>
        train({
          ...options,
          engine,
          signal,
          onBatch: (report, history) => {
            bar ??= host.progressBar(epochs * report.batches, label);
            bar.update(report.trainTimes);
            return options.onBatch?.(report, history);
          },
          onEpoch: (report, history) => {
            const trainAccs = perEpoch(history.trainAccs, history.epoch);
            figure?.update(liveCurve(trainAccs, history.testAccs, { epochs }));
            return options.onEpoch?.(report, history);
          },
        }),
      );
    } finally {
      bar?.finish();
      await figure?.done();
      if (engine !== wanted) await engine.close();
    }
  };
}

/** Makes a host's `trainAnnWithBar`: `training.trainAnn` with a progress bar that an interrupt stops. */
export function makeTrainAnnWithBar(host: Needed) {
  return async (
    net: Parameters<typeof trainAnn>[0],
    { label = 'training', ...options }: Omit<AnnOptions, 'signal'> & { label?: string },
  ): Promise<number[]> => {
    let bar: ReturnType<Host['progressBar']> | undefined;
    try {
      return await host.interruptible((signal) =>
        trainAnn(net, {
          ...options,
          signal,
          onBatch: (done, batches) => {
            bar ??= host.progressBar(batches, label);
            bar.update(done);
            options.onBatch?.(done, batches);
          },
        }),
      );
    } finally {
      bar?.finish();
    }
  };
}

/**
 * Makes a host's `mapWithBar`: like `items.map(work)`, one item after the other, with a bar below the cell that an
 * interrupt stops. So a cell with a loop of its own shows the loop's body alone.
 */
export function makeMapWithBar(host: Pick<Host, 'interruptible' | 'progressBar'>) {
  return async <T, R>(items: readonly T[], work: (item: T) => R | Promise<R>, label = 'working'): Promise<R[]> => {
    if (items.length === 0) return [];
    const bar = host.progressBar(items.length, label);
    try {
      return await host.interruptible(async (signal) => {
        const results: R[] = [];
        for (const item of items) {
          if (signal.aborted) break;
          results.push(await work(item));
          bar.update(results.length);
          await nextTurn();
        }
        describeInterruption(signal, `after ${results.length} of ${items.length}`);
        return results;
      });
    } finally {
      bar.finish();
    }
  };
}
