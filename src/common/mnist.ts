/**
 * MNIST in typed arrays, and its idx files read from bytes (http://yann.lecun.com/exdb/mnist describes the format).
 * The host knows where the bytes come from.
 */
import { asOneLine, checkIndices, checkWhole, isTyped, typeName } from './checks';

/** Height and width of an image, in pixels. */
export const IMAGE_SIDE = 28;
/** Pixels of an image: 28 × 28. */
export const IMAGE_SIZE = IMAGE_SIDE * IMAGE_SIDE;
/** Digits, and so output neurons unless the data have other classes. */
export const CLASSES = 10;
/** Most classes, and so outputs, that a network may have. */
export const MAX_CLASSES = 1000;

/** The training or the test images with their labels. */
export interface MnistSplit {
  /** [count × 784] intensities from 0 to 255, row by row. Threads share this memory. */
  readonly images: Uint8Array;
  /** [count] digits from 0 to 9. */
  readonly labels: Uint8Array;
  readonly count: number;
}

/** What every split has: the labels of its samples. */
export interface Labelled {
  readonly labels: Uint8Array | Uint16Array;
  readonly count: number;
}

export interface Mnist {
  readonly train: MnistSplit;
  readonly test: MnistSplit;
  /** 2 to 256, and so outputs of a network. Default 10. */
  readonly classes?: number;
}

export type Split = 'train' | 'test';

/** Which images are shown. In each epoch they get new spikes. */
export interface Presentation {
  split: Split;
  epoch: number;
  /** The images' indices in their split. */
  indices: ArrayLike<number>;
}

/** The longest presentation, in steps. */
export const MAX_T = 10_000;

/** The data set, or a part of it, is unusable. The message is one line. */
export class DatasetError extends Error {
  override name = 'DatasetError';

  constructor(message: string) {
    super(asOneLine(message)); // the name of a file may hold anything
  }
}

/** The files of each split: images, labels. */
export const MNIST_FILES = {
  train: ['train-images-idx3-ubyte', 'train-labels-idx1-ubyte'],
  test: ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
} as const;

/** Space for a file's bytes, in memory that threads share where the host allows it. */
export function sharedBytes(length: number): Uint8Array {
  return new Uint8Array(
    typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(length) : new SharedArrayBuffer(length),
  );
}

type Kind = 'images' | 'labels';
const MAGIC: Record<Kind, number> = { images: 0x803, labels: 0x801 };

/**
 * One split from the contents of its two files.
 * @throws DatasetError in one line: which file, what was expected, what was found, what to do
 */
export function parseSplit(split: 'train' | 'test', imageFile: Uint8Array, labelFile: Uint8Array): MnistSplit {
  const [imageName, labelName] = MNIST_FILES[split];
  const [images, count] = parseIdx(imageName, 'images', imageFile);
  const [labels, labelCount] = parseIdx(labelName, 'labels', labelFile);
  if (count !== labelCount) {
    throw new DatasetError(`${labelName}: expected ${count} labels, one for each image, found ${labelCount}`);
  }
  const wrong = labels.findIndex((label) => label >= CLASSES);
  if (wrong >= 0) {
    throw new DatasetError(`${labelName}: expected labels from 0 to 9, found ${labels[wrong]} at ${wrong}`);
  }
  return { images, labels, count };
}

/** The bytes behind the header of one idx file, and how many items there are. */
function parseIdx(name: string, kind: Kind, content: Uint8Array): [Uint8Array, number] {
  const header = kind === 'images' ? 16 : 8;
  if (content.length < header) {
    throw new DatasetError(`${name}: expected at least ${header} bytes, found ${content.length} (file truncated?)`);
  }
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
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
  const expected = header + count * size;
  if (content.length !== expected) {
    const hint = content.length < expected ? 'file truncated?' : 'something appended?';
    throw new DatasetError(`${name}: expected ${expected} bytes, found ${content.length} (${hint} fetch it again)`);
  }
  return [content.subarray(header), count];
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, '0')}`;
}

/**
 * @throws TypeError or RangeError in one line unless both splits are there and whole: bytes, as many images as labels,
 * every label below the number of classes
 */
export function checkMnist(data: Mnist): void {
  if (!data?.train || !data.test) throw new TypeError('data: expected what loadMnist() returns, found none');
  const { classes = CLASSES } = data;
  checkWhole('data.classes', classes, 2, 256);
  for (const split of ['train', 'test'] as const) {
    const { images, labels, count } = data[split];
    for (const [name, values] of Object.entries({ images, labels })) {
      if (isTyped(values, 'Uint8Array')) continue;
      throw new TypeError(
        `data.${split}.${name}: expected a Uint8Array, as loadMnist() returns it, found ${typeName(values)}`,
      );
    }
    if (images.length !== count * IMAGE_SIZE || labels.length !== count) {
      throw new RangeError(
        `data.${split}: expected ${count} images of ${IMAGE_SIZE} bytes and as many labels, found ${images.length} bytes and ${labels.length} labels`,
      );
    }
    checkWhole(`data.${split}.count`, count, 1);
    const stray = labels.find((label) => label >= classes);
    if (stray !== undefined)
      throw new RangeError(`data.${split}: expected labels from 0 to ${classes - 1}, found ${stray}`);
  }
}

/**
 * Intensities k/255 of the images with these indices, as float32 [indices × 784].
 * @throws TypeError unless the split has images, RangeError if an index is out of range
 */
export function pixels(split: MnistSplit, indices: ArrayLike<number>): Float32Array {
  if (split?.images?.length !== split?.count * IMAGE_SIZE)
    throw new TypeError('split: expected images of MNIST, such as data.train, found none');
  checkIndices(indices, split.count);
  const out = new Float32Array(indices.length * IMAGE_SIZE);
  for (let i = 0; i < indices.length; i++) {
    const from = indices[i] * IMAGE_SIZE;
    for (let p = 0; p < IMAGE_SIZE; p++) out[i * IMAGE_SIZE + p] = split.images[from + p] / 255;
  }
  return out;
}
