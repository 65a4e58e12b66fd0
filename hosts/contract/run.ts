/** What a run, as a document has it, is made of: its data, its engine, and which images it holds back. */
import { eventFolder } from '../../packages/formats/datasets/events';
import type { Files } from '../../packages/formats/datasets/folders';
import { fromIdx, imageFolder } from '../../packages/formats/datasets/images';
import { randman } from '../../packages/formats/datasets/randman';
import { rows } from '../../packages/formats/datasets/rows';
import { atOnce, films } from '../../packages/formats/datasets/scenes';
import { readShd } from '../../packages/formats/datasets/shd';
import { yinYang } from '../../packages/formats/datasets/yin-yang';
import { AnnEngine } from '../../packages/networks/ann-engine';
import type { Images } from '../../packages/networks/images';
import type { Engine, EngineOptions } from '../../packages/networks/options/engine';
import { countClasses, type Dataset, isSpikeTrains, type SpikeTrains } from '../../packages/networks/spike-trains';
import { engineOptions, isOwn, type OwnData, type ResolvedRun } from '../../packages/runs/document';
import { listChoices } from '../../src/common/checks';
import { DatasetError, type Mnist } from '../../src/common/mnist';

/** The files of a folder of one's own, by a pattern of their names, and how they are read. */
const KINDS = {
  'PNG files in a folder for each class': {
    pattern: /\.png$/i,
    options: ['test', 'seed'],
    read: (files: Files, { test, seed }: Partial<OwnData>) => imageFolder(files, { test, seed }),
  },
  'idx files (train-images-idx3-ubyte, train-labels-idx1-ubyte, and t10k-… if the test images come apart)': {
    pattern: /^(train|t10k)-(images|labels)-idx\d-ubyte(\.gz)?$/,
    options: ['test', 'seed'],
    read: (files: Files, { test, seed }: Partial<OwnData>) => {
      const pair = (split: string) => ({
        images: idxIn(files, `${split}-images`),
        labels: idxIn(files, `${split}-labels`),
      });
      const isApart = Object.keys(files).some((name) => name.startsWith('t10k-'));
      return fromIdx({ ...pair('train'), test: isApart ? pair('t10k') : test, seed });
    },
  },
  'event files (.bin) in a folder for each class': {
    pattern: /\.bin$/i,
    options: ['test', 'seed', 'width', 'height', 'pool'],
    read: (files: Files, { test, seed, width, height, pool }: Partial<OwnData>, T?: number) =>
      eventFolder(files, { test, seed, width, height, pool, T }),
  },
  'shd_train.h5 and shd_test.h5': {
    pattern: /^shd_(train|test)\.h5$/,
    options: [],
    read: (files: Files, _: Partial<OwnData>, T?: number) =>
      readShd({ train: fileIn(files, 'shd_train.h5'), test: fileIn(files, 'shd_test.h5'), T }),
  },
} as const;

function fileIn(files: Files, name: string): Uint8Array {
  if (!Object.hasOwn(files, name)) throw new DatasetError(`${name}: expected this file, found none`);
  return files[name];
}

/** The first file of this name, plain before gzipped. */
function idxIn(files: Files, name: string): Uint8Array {
  const [first = `${name}-idx…-ubyte`] = Object.keys(files)
    .filter((path) => path.startsWith(`${name}-`))
    .sort();
  return fileIn(files, first);
}

/**
 * The data in the files of a folder of one's own, whatever kind they are.
 * @param T steps of what has events
 * @throws Error in one line if they are of no kind or of several, damaged, or do not have an option
 */
export function ownData(files: Files, own: Partial<OwnData>, T?: number): Images | SpikeTrains {
  const kinds = Object.entries(KINDS).filter(([, { pattern }]) =>
    Object.keys(files).some((path) => pattern.test(path)),
  );
  if (kinds.length !== 1) {
    const found = kinds.map(([name]) => name).join(' and ') || 'none of these';
    throw new DatasetError(`expected ${listChoices(Object.keys(KINDS))}, found ${found}`);
  }
  const [[name, { options, read }]] = kinds;
  for (const option of ['test', 'seed', 'width', 'height', 'pool'] as const)
    if (own[option] !== undefined && !(options as readonly string[]).includes(option))
      throw new RangeError(`data.${option}: expected other files with it, found ${name}; leave it out`);
  return read(files, own, T);
}

/** What a run says of data of its own. */
export const describeOwn = (data: Images | SpikeTrains): Pick<OwnData, 'shape' | 'classes'> => ({
  shape: isSpikeTrains(data) ? [data.units] : [data.channels, data.rows, data.columns],
  classes: countClasses(data),
});

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
