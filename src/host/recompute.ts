/** A row of the map, computed again. */
import type { Mnist } from '../common/mnist';
import { engineOptions, type Row } from '../map';
import type { Host } from './contract';
import type { WithBar } from './with-bar';

export interface RecomputeOptions {
  /** MNIST, if the chapter has loaded it already. */
  data?: Mnist;
  /** Stands before the bar; default 'training again'. */
  label?: string;
}

/**
 * Trains a run of the map again, with a bar below the cell.
 * @example
 * const sha256 = await recompute(row);
 * console.log(sha256 === row.weightsSha256);
 * @returns the SHA-256 of the trained weights, to be compared with the row's `weightsSha256`
 */
export type Recompute = (row: Row, options?: RecomputeOptions) => Promise<string>;

/** Makes a host's `recompute`. */
export function makeRecompute(
  host: Pick<Host, 'createEngine' | 'fingerprint' | 'loadMnist'> & { withBar: WithBar },
): Recompute {
  return async (row, { data, label = 'training again' } = {}) => {
    const engine = await host.createEngine('event', { ...engineOptions(row), data: data ?? (await host.loadMnist()) });
    try {
      // The weights do not depend on the tests, which take as long as a fifth of an epoch.
      const { state } = await host.withBar.train({ engine, epochs: row.epochs, testImages: 0, label });
      if (!state) throw new Error(`run ${row.id}: expected trained weights, found none`);
      return host.fingerprint(state.weights);
    } finally {
      await engine.close();
    }
  };
}
