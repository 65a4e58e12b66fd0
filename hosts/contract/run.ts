/** What a run, as a document has it, is made of: its data, its engine, and which images it holds back. */
import { randman } from '../../packages/formats/datasets/randman';
import { rows } from '../../packages/formats/datasets/rows';
import { atOnce, films } from '../../packages/formats/datasets/scenes';
import { yinYang } from '../../packages/formats/datasets/yin-yang';
import { AnnEngine } from '../../packages/networks/ann-engine';
import type { Engine, EngineOptions } from '../../packages/networks/options/engine';
import type { Dataset } from '../../packages/networks/spike-trains';
import { engineOptions, isOwn, type ResolvedRun } from '../../packages/runs/document';
import type { Mnist } from '../../src/common/mnist';

/** The data of a run. @throws RangeError for those of one's own, which the command line alone reads */
export async function dataOf({ data, engine }: ResolvedRun, loadMnist: () => Promise<Mnist>): Promise<Dataset> {
  if (isOwn(data))
    throw new RangeError(
      `data: expected data with a name, found the folder '${data.folder}', which the command line reads`,
    );
  const T = engine.name === 'ann' ? undefined : engine.T;
  if (data === 'randman') return randman({ T });
  if (data === 'yin-yang') return yinYang({ T });
  if (data === 'films') return films();
  if (data === 'films-at-once') return atOnce(films());
  return data === 'rows' ? rows(await loadMnist()) : loadMnist();
}

/** The engine of a run. @param createEngine makes that of a spiking network */
export async function engineOf<E extends Engine>(
  run: ResolvedRun,
  data: Dataset,
  createEngine: (name: 'event' | 'tfjs', options: EngineOptions) => Promise<E>,
): Promise<E | AnnEngine> {
  const { engine } = run;
  if (engine.name !== 'ann') return createEngine(engine.name, { ...engineOptions(run), data });
  const { name: _, ...options } = engine;
  return new AnnEngine({ ...options, data });
}

/** How many training samples a run holds back. @throws RangeError if it trains on more than there are */
export function heldBackOf({ train: { images } }: ResolvedRun, { train: { count } }: Dataset): number {
  if (images !== undefined && images > count)
    throw new RangeError(`train.images: expected at most the ${count} training images, found ${images}`);
  return count - (images ?? count);
}
