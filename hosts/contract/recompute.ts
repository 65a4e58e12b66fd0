/** A row of the map, computed again. */

import { randman } from '../../packages/formats/datasets/randman';
import { rows } from '../../packages/formats/datasets/rows';
import { yinYang } from '../../packages/formats/datasets/yin-yang';
import { engineOptions } from '../../packages/runs/engine-options';
import { type Row, runOfRow } from '../../packages/runs/map';
import type { Some } from '../../packages/runs/settings';
import { checkOptions, checkText } from '../../src/common/checks';
import type { Engine, EngineOptions } from '../../src/common/engine';
import { checkMnist, type Mnist } from '../../src/common/mnist';
import { type Dataset, isSpikeTrains } from '../../src/common/spike-trains';
import { AnnEngine, type AnnLoss } from '../../src/training/ann-engine';
import type { Host } from './contract';
import * as runs from './run';
import type { WithBar } from './with-bar';

export interface RecomputeOptions {
  /** MNIST, if the chapter has loaded it already; a run on spike trains does not need it. */
  data?: Mnist;
  /** Stands before the bar; default 'training again'. */
  label?: string;
}

/**
 * Trains a run of the map again, with a bar below the cell.
 * @example
 * const sha256 = await recompute(row);
 * console.log(sha256 === row.weightsSha256);
 * @throws TypeError or RangeError in one line unless the row is one that the map could have
 * @returns the SHA-256 of the trained weights, to be compared with the row's `weightsSha256`
 */
export type Recompute = (row: Row, options?: RecomputeOptions) => Promise<string>;

/** The data of a run. */
export async function dataOf(
  { dataset, T }: Pick<Some, 'dataset' | 'T'>,
  loadMnist: () => Promise<Mnist>,
): Promise<Dataset> {
  if (dataset === 'randman') return randman({ T: T ?? undefined });
  if (dataset === 'yin-yang') return yinYang({ T: T ?? undefined });
  return dataset === 'rows' ? rows(await loadMnist()) : loadMnist();
}

/** The engine of a run. @param createEngine makes the event engine */
export async function engineOf(
  run: Some & { seed: number; batchSize: number; learningRate: number },
  data: Dataset,
  createEngine: (options: EngineOptions) => Promise<Engine>,
): Promise<Engine | AnnEngine> {
  if (run.network === 'snn' || isSpikeTrains(data)) return createEngine({ ...engineOptions(run), data });
  const { seed, batchSize, learningRate, loss } = run;
  return new AnnEngine({ data, seed, batchSize, learningRate, loss: loss as AnnLoss });
}

/** How many training images a run holds back. */
export const heldBackOf = ({ trainImages }: Pick<Some, 'trainImages'>, { train: { count } }: Dataset): number =>
  Math.max(0, count - (trainImages ?? count));

/** Makes a host's `recompute`. */
export function makeRecompute(
  host: Pick<Host, 'createEngine' | 'fingerprint' | 'loadMnist'> & { withBar: WithBar },
): Recompute {
  return async (row, options = {}) => {
    checkOptions('recompute', options, ['data', 'label']);
    const { data: loaded, label = 'training again' } = options;
    checkText('label', label);
    if (loaded !== undefined) checkMnist(loaded);
    const run = runOfRow(row);
    const data = await runs.dataOf(run, async () => loaded ?? (await host.loadMnist()));
    const engine = await runs.engineOf(run, data, host.createEngine);
    try {
      const heldBack = runs.heldBackOf(run, data);
      // The weights do not depend on the tests.
      const { state } = await host.withBar.train({
        engine,
        epochs: run.train.epochs,
        schedule: run.train.schedule,
        heldBack,
        testImages: 0,
        label,
      });
      if (!state) throw new Error(`run ${row.id}: expected trained weights, found none`);
      return host.fingerprint(state.weights);
    } finally {
      await engine.close();
    }
  };
}
