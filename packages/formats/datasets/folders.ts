/** Files of one's own in a folder for each class, and which samples are held out for the test. */
import { inflateSync } from 'fflate';
import { checkNumber, checkObject } from '../../../src/common/checks';
import { DatasetError } from '../../../src/common/mnist';
import { RandomStream, shuffle } from '../../../src/common/random';
import { Purpose } from '../../networks/purposes';
import { storedFiles } from '../exchange/zip';

/** The stream that splits; those of controls are 0 to 2, and of groups of recordings 3. */
const SPLIT = 4;

/** How samples are split unless those of the test come apart from the others. */
export interface SplitOptions {
  /** Share of the samples of each class that is held out for the test, at least one. Default 0.2. */
  test?: number;
  /** Which samples these are. Default 0. */
  seed?: number;
}

/** Bytes of each file by its path, with / between the folders. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** How many times smaller deflate can make a file. */
export const MOST_TIMES = 1032;
/** Bytes of all files of a folder. */
const MOST_BYTES = 2 ** 30;

/**
 * The files of a folder in a zip file, without the folder that most programs put around them.
 * @param name of the folder
 * @throws Error that says what is damaged, or that they would be too large unpacked
 */
export function unzipFolder(zip: Uint8Array, name: string): Files {
  let left = MOST_BYTES;
  const files = storedFiles(zip, (deflated, size, path) => {
    left -= size;
    if (left < 0 || size > MOST_TIMES * deflated.length) throw new Error(`${path} says that it has ${size} bytes`);
    return inflateSync(deflated, { out: new Uint8Array(size) });
  });
  const paths = [...files.keys()].filter((path) => !path.endsWith('/'));
  const start = paths.every((path) => path.startsWith(`${name}/`)) ? name.length + 1 : 0;
  return Object.fromEntries(paths.map((path) => [path.slice(start), files.get(path) as Uint8Array]));
}

/** A file of a class. */
export interface ClassFile {
  path: string;
  content: Uint8Array;
  label: number;
  /** Set if folders `train` and `test` hold the folders of the classes. */
  split?: 'train' | 'test';
}

/**
 * The files with this ending, `CLASS/NAME`, or all of them in `train/CLASS/NAME` and `test/CLASS/NAME`. Hidden ones are
 * left out. A class is called as its folder; their order is that of a dictionary.
 * @throws DatasetError in one line if there is no such file, or one elsewhere
 */
export function byClass(files: Files, ending: string): { names: string[]; files: ClassFile[] } {
  checkObject('files', files, 'bytes of files by their paths');
  const found = Object.entries(files)
    .map(([path, content]) => ({ path, content, parts: path.split('/') }))
    .filter(({ path, parts }) => path.toLowerCase().endsWith(ending) && !parts.some((part) => part.startsWith('.')))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (found.length === 0)
    throw new DatasetError(`folder: expected files *${ending} in a folder for each class, found none`);
  const isSplit = found.every(({ parts }) => parts.length === 3 && (parts[0] === 'train' || parts[0] === 'test'));
  const stray = found.find(({ parts }) => parts.length !== (isSplit ? 3 : 2));
  if (stray)
    throw new DatasetError(`${stray.path}: expected CLASS/NAME${ending}, or such folders in train/ and test/ alone`);
  const classOf = (parts: readonly string[]) => parts[parts.length - 2];
  const names = [...new Set(found.map(({ parts }) => classOf(parts)))].sort();
  return {
    names,
    files: found.map(({ path, content, parts }) => ({
      path,
      content,
      label: names.indexOf(classOf(parts)),
      ...(isSplit && { split: parts[0] as 'train' | 'test' }),
    })),
  };
}

/**
 * The indices of both splits, each in order: of every class the share, at least one, is held out for the test.
 * @throws RangeError in one line unless each class has two samples
 */
export function holdOut(labels: ArrayLike<number>, { test: share = 0.2, seed = 0 }: SplitOptions) {
  checkNumber('test', share, 0);
  if (!(share < 1)) throw new RangeError(`test: expected a share between 0 and 1, found ${share}`);
  const members = new Map<number, number[]>();
  const order = Uint32Array.from({ length: labels.length }, (_, i) => i);
  for (const i of shuffle(order, new RandomStream(seed, Purpose.Control, 0, SPLIT))) {
    const own = members.get(labels[i]);
    if (own) own.push(i);
    else members.set(labels[i], [i]);
  }
  const held = new Set<number>();
  for (const [label, own] of members) {
    if (own.length < 2) throw new RangeError(`test: expected two samples or more of class ${label}, found one`);
    const count = Math.max(1, Math.min(own.length - 1, Math.round(share * own.length)));
    for (const i of own.slice(0, count)) held.add(i);
  }
  const all = Array.from({ length: labels.length }, (_, i) => i);
  return { train: all.filter((i) => !held.has(i)), test: all.filter((i) => held.has(i)) };
}

/** The indices of both splits, as the files' folders say or held out. */
export function splitFiles(files: readonly ClassFile[], options: SplitOptions) {
  if (files[0].split === undefined)
    return holdOut(
      files.map(({ label }) => label),
      options,
    );
  const of = (split: 'train' | 'test') => [...files.keys()].filter((i) => files[i].split === split);
  const both = { train: of('train'), test: of('test') };
  for (const split of ['train', 'test'] as const)
    if (both[split].length === 0) throw new DatasetError(`${split}: expected files in its folders, found none`);
  return both;
}
