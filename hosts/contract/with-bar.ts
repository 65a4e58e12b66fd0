import { liveCurve, perEpoch } from '../../packages/figures';
import { checkLearner, ENGINE_OPTIONS, type EngineOptions, type Learner } from '../../packages/networks/options/engine';
import { nextTurn } from '../../packages/networks/queue';
import type { TfjsEngineOptions } from '../../packages/networks/tfjs/engine';
import { TRAIN_OPTIONS, type TrainOptions, train } from '../../packages/networks/train';
import { checkArray, checkFunction, checkObject, checkOptions, checkSwitch, checkText } from '../../src/common/checks';
import { type AnnOptions, train as trainAnn } from '../../src/training/ann';
import type { TrainingHistory } from '../../src/training/history';
import type { Host } from './contract';
import { Interruption } from './interruption';

/** Engine options and training options in one, and how to show the progress. */
export type TrainWithBarOptions = Partial<EngineOptions> &
  Omit<TrainOptions, 'engine' | 'signal'> & {
    /** An engine (or an `AnnEngine`), which stays open, or the name of one to make for this run; default 'event'. */
    engine?: Learner | 'event' | 'tfjs';
    /** With engine 'tfjs': the network to train, as `networks.snn` makes it. */
    network?: TfjsEngineOptions['network'];
    /** Stands before the bar; default 'training'. */
    label?: string;
    /** Whether a curve of the accuracies grows below the bar. Default false. */
    live?: boolean;
  };

/** Long work with a bar below the cell, which an interrupt stops: the one way to ask for a bar. */
export interface WithBar {
  /**
   * `training.train`. What was reached before an interrupt is in the `history` that was handed in.
   * @example
   * const { testAccs } = await withBar.train({ data, epochs: 3 });
   */
  train(options: TrainWithBarOptions): Promise<TrainingHistory>;
  /**
   * `training.ann.train`.
   * @example
   * const accuracies = await withBar.trainAnn(networks.ann(), { data, loss: training.crossEntropy });
   */
  trainAnn(
    net: Parameters<typeof trainAnn>[0],
    options: Omit<AnnOptions, 'signal'> & { label?: string },
  ): Promise<number[]>;
  /**
   * Like `items.map(work)`, one item after the other. So a cell shows only the body of its loop.
   * @param work also gets a `withBar` of its own: what it is asked for, one training or one map, moves the same bar
   *   with every batch
   * @example
   * const accuracies = await withBar.map([0, 1, 2], (epoch) => training.accuracy(engine, epoch), 'testing');
   * const runs = await withBar.map([0, 1, 2], (seed, bar) => bar.train({ data, seed, epochs: 3 }), 'three seeds');
   */
  map<T, R>(items: readonly T[], work: (item: T, bar: WithBar) => R | Promise<R>, label?: string): Promise<R[]>;
}

/** What of its options the training takes. */
const OF_TRAINING = TRAIN_OPTIONS.filter((option) => option !== 'engine' && option !== 'signal');

type Needed = Pick<Host, 'createEngine' | 'interruptible' | 'liveFigure' | 'progressBar'> & {
  /** Says what the reader should know of an engine before it trains. */
  announce?: (engine: Learner) => void;
};

/** Runs work that says how far it is; the bar starts with its first report. */
async function run<R>(
  host: Needed,
  label: string,
  work: (signal: AbortSignal, report: (done: number, total: number) => void) => Promise<R>,
): Promise<R> {
  let bar: ReturnType<Host['progressBar']> | undefined;
  const report = (done: number, total: number) => {
    bar ??= host.progressBar(total, label);
    bar.update(done);
  };
  try {
    return await host.interruptible((signal) => work(signal, report));
  } finally {
    bar?.finish();
  }
}

async function trainWithBar(host: Needed, all: TrainWithBarOptions): Promise<TrainingHistory> {
  checkObject('withBar.train', all, 'an object of options');
  const { engine: wanted = 'event', label = 'training', live = false, ...options } = all;
  const { epochs = 100 } = options;
  const isMade = typeof wanted === 'string';
  // An engine that is handed in has its own options. Its data may be named again.
  const ofEngine = isMade ? ([...ENGINE_OPTIONS, 'network'] as const) : (['data'] as const);
  checkOptions('withBar.train', all, ['engine', 'label', 'live', ...OF_TRAINING, ...ofEngine]);
  checkText('label', label);
  checkSwitch('live', live);
  if (!isMade) checkLearner(wanted);
  // Wrapped below, where training would no longer see what they are.
  for (const name of ['onBatch', 'onEpoch'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  const part = (names: readonly string[]) =>
    Object.fromEntries(Object.entries(options).filter(([option]) => names.includes(option)));
  const engine = isMade ? await host.createEngine(wanted, part(ofEngine) as unknown as EngineOptions) : wanted;
  host.announce?.(engine);
  const figure = live ? host.liveFigure() : undefined;
  try {
    return await run(host, label, async (signal, report) => {
      const reached = await train({
        ...part(OF_TRAINING),
        engine,
        signal,
        onBatch: (batch, history) => {
          report(batch.trainTimes, epochs * batch.batches);
          return options.onBatch?.(batch, history);
        },
        onEpoch: (epoch, history) => {
          const trainAccs = perEpoch(history.trainAccs, history.epoch);
          figure?.update(liveCurve(trainAccs, history.testAccs, { epochs }));
          return options.onEpoch?.(epoch, history);
        },
      });
      // Only a history from outside survives the cell that is interrupted.
      const next = options.history ? 'Run the cell again to continue.' : '';
      if (reached.stopped) throw new Interruption(`after ${reached.epoch} of ${epochs} epochs`, next);
      return reached;
    });
  } finally {
    await figure?.done();
    if (engine !== wanted) await engine.close();
  }
}

/** Makes a host's `withBar`. */
export const makeWithBar = (host: Needed): WithBar => ({
  train: (all) => trainWithBar(host, all),

  async trainAnn(net, all) {
    checkObject('withBar.trainAnn', all, 'an object of options');
    const { label = 'training', ...options } = all;
    checkText('label', label);
    if (options.onBatch !== undefined) checkFunction('onBatch', options.onBatch);
    return run(host, label, (signal, report) =>
      trainAnn(net, {
        ...options,
        signal,
        onBatch: (done, batches) => {
          report(done, batches);
          options.onBatch?.(done, batches);
        },
      }),
    );
  },

  async map<T, R>(
    items: readonly T[],
    work: (item: T, bar: WithBar) => R | Promise<R>,
    label = 'working',
  ): Promise<R[]> {
    checkArray('items', items, 'items');
    checkFunction('work', work);
    checkText('label', label);
    return run(host, label, async (signal, report) => {
      const results: R[] = [];
      const within = makeWithBar({
        ...host,
        progressBar: (total) => ({
          update: (done) => report(results.length + done / total, items.length),
          finish: () => {},
        }),
        interruptible: (part) => part(signal),
      });
      const stop = () => new Interruption(`after ${results.length} of ${items.length}`);
      if (items.length > 0) report(0, items.length);
      for (const item of items) {
        if (signal.aborted) throw stop();
        try {
          results.push(await work(item, within));
        } catch (reason) {
          throw reason instanceof Interruption ? stop() : reason;
        }
        report(results.length, items.length);
        await nextTurn();
      }
      return results;
    });
  },
});
