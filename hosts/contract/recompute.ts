/** A row of the map, computed again. */
import { type Row, runOfRow } from '../../packages/runs/map';
import { checkOptions, checkText } from '../../src/common/checks';
import { checkMnist, type Mnist } from '../../src/common/mnist';
import type { Host } from './contract';
import { dataOf, engineOf, heldBackOf } from './run';
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
    const data = await dataOf(run, async () => loaded ?? (await host.loadMnist()));
    const engine = await engineOf(run, data, host.createEngine);
    try {
      const heldBack = heldBackOf(run, data);
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
