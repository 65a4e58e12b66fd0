/**
 * Images of one's own with labels, from arrays, idx files (such as Fashion-MNIST's) or PNG files in a folder for each
 * class. A seed decides which of them are held out for the test.
 */
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { gunzipSync } from 'fflate';
import {
  checkArray,
  checkObject,
  checkOptions,
  checkUint8,
  checkWhole,
  formatValue,
  inOneLine,
  typeName,
} from '../../../src/common/checks';
import { DatasetError, MAX_CLASSES, sharedBytes } from '../../../src/common/mnist';
import {
  checkImageShape,
  countPixels,
  type ImageShape,
  type ImageSplit,
  type Images,
  MOST_SIDE,
} from '../../networks/images';
import { byClass, type Files, holdOut, MOST_TIMES, type SplitOptions, splitFiles } from './folders';

/** Bytes of all images together. */
const MOST_BYTES = 2 ** 30;
/** Bytes of a PNG file or of what it unpacks to: four channels of 16 bits at the largest size, and as much again. */
const MOST_FILE = 2 ** 21;
/** Bytes of the header and the end of a gzip file. */
const LEAST_GZIP = 18;

/** Images of any of these forms, and a class for each. */
export interface LabelledImages {
  /** One array of all, or one for each image: intensities from 0 to 255, row by row. */
  images: ArrayLike<number> | readonly ArrayLike<number>[];
  labels: ArrayLike<number>;
}

export interface ArrayOptions extends LabelledImages, Omit<SplitOptions, 'test'> {
  rows: number;
  columns: number;
  /** 1 or 3. Default 1. */
  channels?: number;
  /** What each class is called. */
  names?: readonly string[];
  /** The test images, or the share of the images that is held out for the test. Default 0.2. */
  test?: number | LabelledImages;
}

/**
 * Images in arrays as data for `createEngine`.
 * @example
 * const data = datasets.fromArrays({ rows: 8, columns: 8, images, labels, seed: 1 });
 * const engine = await createEngine('event', { data, hidden: 50 });
 * @throws TypeError or RangeError in one line: which image, what was expected, what was found
 */
export function fromArrays(options: ArrayOptions): Images {
  checkOptions('fromArrays', options, ['rows', 'columns', 'channels', 'images', 'labels', 'names', 'test', 'seed']);
  const { images, labels } = options;
  const shape = checkShape(options);
  return divide(shape, pack('images', { images, labels }, shape), options, (test) => pack('test.images', test, shape));
}

/** Bytes of two idx files, plain or gzipped. */
export interface IdxFiles {
  images: Uint8Array;
  labels: Uint8Array;
}

export interface IdxOptions extends IdxFiles, Omit<SplitOptions, 'test'> {
  /** The test files, or the share of the images that is held out for the test. Default 0.2. */
  test?: number | IdxFiles;
  names?: readonly string[];
}

/**
 * Images in idx files, the format of MNIST, Fashion-MNIST and others (http://yann.lecun.com/exdb/mnist).
 * @example
 * const [images, labels] = [await readFile('train-images-idx3-ubyte.gz'), await readFile('train-labels-idx1-ubyte.gz')];
 * const data = datasets.fromIdx({ images, labels });
 * @throws DatasetError in one line: which file, what was expected, what was found
 */
export function fromIdx(options: IdxOptions): Images {
  checkOptions('fromIdx', options, ['images', 'labels', 'test', 'seed', 'names']);
  const { shape, split } = readPair('', options);
  return divide(shape, split, options, (test) => {
    const apart = readPair('test.', test);
    const [expected, found] = [shape, apart.shape].map((each) => `${asText(each)} × ${each.channels}`);
    if (found !== expected) throw new DatasetError(`test.images: expected images of ${expected}, found ${found}`);
    return apart.split;
  });
}

/**
 * PNG files in a folder for each class, whose names are those of the classes, in the order of a dictionary. If folders
 * `train` and `test` hold these, they are the splits. Hidden files and what is not PNG are left out.
 * @example
 * const data = datasets.imageFolder({ 'cats/1.png': bytes, 'cats/2.png': more, 'dogs/1.png': others, … });
 * @param files bytes of each file by its path, with / between the folders
 * @throws DatasetError in one line: which file, what was expected, what was found
 */
export function imageFolder(files: Files, options: SplitOptions = {}): Images {
  checkOptions('imageFolder', options, ['test', 'seed']);
  return inOneLine(() => readFolder(files, options));
}

function readFolder(given: Files, options: SplitOptions): Images {
  const { names, files } = byClass(given, '.png');
  const decoded = files.map(({ path, content, label }) => ({ path, label, ...decodePng(path, content) }));
  const [first] = decoded;
  const channels = decoded.some((image) => image.channels === 3) ? 3 : 1;
  const shape = { rows: first.rows, columns: first.columns, channels };
  const size = countPixels(shape);
  const images = space(decoded.length, shape);
  for (const [i, { path, rows, columns, data, channels: own }] of decoded.entries()) {
    if (rows !== shape.rows || columns !== shape.columns)
      throw new DatasetError(
        `${path}: expected ${asText(shape)} pixels, as ${first.path} has, found ${asText({ rows, columns })}`,
      );
    // A grey one among colours has the same in each channel.
    for (let byte = 0; byte < size; byte++)
      images[i * size + byte] = data[own === channels ? byte : Math.floor(byte / 3)];
  }
  const all = { images, labels: Uint16Array.from(decoded, ({ label }) => label), count: decoded.length };
  return finish(shape, takeBoth(all, splitFiles(files, options), shape), names);
}

const asText = ({ rows, columns }: Pick<ImageShape, 'rows' | 'columns'>) => `${columns} × ${rows}`;

function checkShape({ rows, columns, channels = 1 }: Partial<ImageShape>, where?: string): ImageShape {
  const shape = { rows, columns, channels } as ImageShape;
  checkImageShape(where === undefined ? '' : `${where}: `, shape);
  return shape;
}

/** Memory for the images, which threads share. @throws RangeError if it is more than may be had */
function space(count: number, shape: ImageShape): Uint8Array {
  const bytes = count * countPixels(shape);
  if (bytes > MOST_BYTES) throw new RangeError(`images: expected at most ${MOST_BYTES} bytes, found ${bytes}`);
  return sharedBytes(bytes);
}

/** Copies the images, each intensity checked. */
function pack(where: string, { images, labels }: LabelledImages, shape: ImageShape): ImageSplit {
  const size = countPixels(shape);
  const count = labels?.length;
  if (!Number.isInteger(count) || typeof labels !== 'object')
    throw new TypeError(`${where}: expected labels, a number for each image, found ${typeName(labels)}`);
  if (!Number.isInteger(images?.length) || typeof images !== 'object')
    throw new TypeError(`${where}: expected an array of intensities from 0 to 255, found ${typeName(images)}`);
  const each = typeof images[0] === 'object';
  if (images.length !== (each ? count : count * size)) {
    const found = each ? `${images.length} images` : `${images.length} numbers`;
    throw new RangeError(`${where}: expected ${count} images of ${size} numbers, as many as labels, found ${found}`);
  }
  const out = space(count, shape);
  for (let i = 0; i < count; i++) {
    const from = each ? (images[i] as ArrayLike<number>) : (images as ArrayLike<number>);
    if (each && from?.length !== size)
      throw new RangeError(`${where}: expected ${size} numbers of image ${i}, found ${from?.length ?? typeName(from)}`);
    for (let byte = 0; byte < size; byte++) {
      const value = from[each ? byte : i * size + byte];
      if (!(value >= 0 && value <= 255))
        throw new RangeError(`${where}: expected numbers from 0 to 255 in image ${i}, found ${formatValue(value)}`);
      out[i * size + byte] = Math.round(value);
    }
  }
  for (let i = 0; i < count; i++) checkWhole(`${where}: label of image ${i}`, labels[i], 0, MAX_CLASSES - 1);
  return { images: out, labels: Uint16Array.from(labels), count };
}

/** Holds a share of the images out for the test, unless the images of the test come apart. */
function divide<Apart extends object>(
  shape: ImageShape,
  all: ImageSplit,
  { test = 0.2, seed, names }: { test?: number | Apart; seed?: number; names?: readonly string[] },
  read: (apart: Apart) => ImageSplit,
): Images {
  if (typeof test === 'number') return finish(shape, takeBoth(all, holdOut(all.labels, { test, seed }), shape), names);
  checkObject('test', test, 'a share or { images, labels }');
  return finish(shape, { train: all, test: read(test) }, names);
}

interface Splits {
  train: ImageSplit;
  test: ImageSplit;
}

/** Copies of the images with these indices. */
function takeBoth(all: ImageSplit, indices: { train: number[]; test: number[] }, shape: ImageShape): Splits {
  const size = countPixels(shape);
  const take = (own: number[]): ImageSplit => {
    const images = space(own.length, shape);
    own.forEach((i, at) => {
      images.set(all.images.subarray(i * size, (i + 1) * size), at * size);
    });
    return { images, labels: Uint16Array.from(own, (i) => all.labels[i]), count: own.length };
  };
  return { train: take(indices.train), test: take(indices.test) };
}

/** The data, once both splits are seen to have images, and the training some of each class. */
function finish(shape: ImageShape, { train, test }: Splits, names?: readonly string[]): Images {
  for (const [name, { count }] of Object.entries({ train, test }))
    if (count === 0) throw new RangeError(`${name}: expected at least one image, found none`);
  const classes = 1 + [...train.labels, ...test.labels].reduce((most, label) => Math.max(most, label), 0);
  if (classes < 2) throw new RangeError(`labels: expected 2 to ${MAX_CLASSES} classes, found ${classes}`);
  if (names) checkArray('names', names, 'texts');
  if (names && names.length !== classes)
    throw new RangeError(`names: expected ${classes}, one for each class, found ${names.length}`);
  const trained = new Set(train.labels);
  for (let label = 0; label < classes; label++) {
    if (trained.has(label)) continue;
    const name = names?.[label] ?? label;
    throw new RangeError(`train: expected an image of each of ${classes} classes, found none of class ${name}`);
  }
  return { ...shape, classes, ...(names && { names }), train, test };
}

/** Magic numbers of idx files of bytes, by their dimensions. */
const MAGIC = { 1: 0x801, 3: 0x803, 4: 0x804 } as const;

function readPair(where: string, files: IdxFiles): { shape: ImageShape; split: ImageSplit } {
  const [images, labels] = [
    readIdx(`${where}images`, files.images, [3, 4]),
    readIdx(`${where}labels`, files.labels, [1]),
  ];
  const [count, rows, columns, channels = 1] = images.sizes;
  if (labels.sizes[0] !== count)
    throw new DatasetError(`${where}labels: expected ${count}, one for each image, found ${labels.sizes[0]}`);
  const shape = checkShape({ rows, columns, channels }, `${where}images`);
  const shared = space(count, shape);
  shared.set(images.values);
  return { shape, split: { images: shared, labels: Uint16Array.from(labels.values), count } };
}

/** The extents and the bytes of an idx file. */
function readIdx(name: string, content: Uint8Array, dimensions: readonly (1 | 3 | 4)[]) {
  checkUint8(name, content);
  const bytes = content[0] === 0x1f && content[1] === 0x8b ? unzip(name, content) : content;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = bytes.length < 4 ? undefined : view.getUint32(0);
  const count = dimensions.find((each) => MAGIC[each] === magic);
  const header = 4 + 4 * (count ?? 0);
  if (count === undefined || bytes.length < header)
    throw new DatasetError(
      `${name}: expected an idx file of bytes in ${dimensions.join(' or ')} dimensions, found another`,
    );
  const sizes = Array.from({ length: count }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + sizes.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected)
    throw new DatasetError(`${name}: expected ${expected} bytes of ${sizes.join(' × ')}, found ${bytes.length}`);
  return { sizes, values: bytes.subarray(header) };
}

function unzip(name: string, content: Uint8Array): Uint8Array {
  if (content.length < LEAST_GZIP)
    throw new DatasetError(`${name}: expected a gzip file, found ${content.length} bytes`);
  // The last four bytes say how long the content is; a file that lies is cut off there.
  const length = new DataView(content.buffer, content.byteOffset).getUint32(content.length - 4, true);
  const most = Math.min(MOST_BYTES, MOST_TIMES * content.length);
  if (length > most) throw new DatasetError(`${name}: expected at most ${most} bytes unpacked, found ${length}`);
  try {
    return gunzipSync(content, { out: new Uint8Array(length) });
  } catch (error) {
    throw new DatasetError(`${name}: expected a gzip file, found ${(error as Error).message}`);
  }
}

/** Pixels of a PNG file with 8 bits a channel, grey or colours. What is transparent is taken as if it were not. */
function decodePng(path: string, content: Uint8Array) {
  checkUint8(path, content);
  const other = (found: string) => new DatasetError(`${path}: expected a PNG file, found ${found}`);
  if (content.length > MOST_FILE) throw other(`${content.length} bytes, more than any of ${MOST_SIDE} × ${MOST_SIDE}`);
  if (content.length < 33) throw other(`${content.length} bytes (file truncated?)`);
  // Before it is unpacked: a small file may say that it is huge.
  const view = new DataView(content.buffer, content.byteOffset);
  const [columns, rows] = [view.getUint32(16), view.getUint32(20)];
  if (view.getUint32(0) !== 0x89504e47) throw other('another kind of file');
  checkWhole(`${path}: columns`, columns, 1, MOST_SIDE);
  checkWhole(`${path}: rows`, rows, 1, MOST_SIDE);
  let png: DecodedPng;
  try {
    png = decode(content, { checkCrc: true });
  } catch (error) {
    throw other(`a damaged one (${(error as Error).message})`);
  }
  const { data, own } = samplesOf(png);
  const channels = own < 3 ? 1 : 3;
  const out = Uint8Array.from({ length: rows * columns * channels }, (_, byte) => {
    return data[Math.floor(byte / channels) * own + (byte % channels)];
  });
  return { rows, columns, channels, data: out };
}

/** A byte for each channel of each pixel, and how many channels the file itself has. */
function samplesOf(png: DecodedPng): { data: Uint8Array; own: number } {
  if (png.palette) return { data: convertIndexedToRgb(png), own: png.palette[0].length };
  const { depth, channels: own, width, height } = png;
  if (depth >= 8) return { data: Uint8Array.from(png.data, (value) => (depth === 16 ? value >> 8 : value)), own };
  // Several grey pixels in a byte, the first in its highest bits; each row begins with a byte of its own.
  const [rowBytes, most] = [Math.ceil((width * depth) / 8), (1 << depth) - 1];
  const data = Uint8Array.from({ length: width * height }, (_, pixel) => {
    const bit = (pixel % width) * depth;
    const byte = png.data[Math.floor(pixel / width) * rowBytes + (bit >> 3)];
    return (((byte >> (8 - depth - (bit & 7))) & most) * 255) / most;
  });
  return { data, own };
}
