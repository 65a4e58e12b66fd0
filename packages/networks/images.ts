/** Images of one's own: of any size up to 128 × 128, grey or in colours. */
import { checkWhole, formatValue, isTyped, typeName } from '../../src/common/checks';
import { IMAGE_SIDE, MAX_CLASSES } from '../../src/common/mnist';
import { moveImage } from './shift';

/** The largest image, in pixels a side. */
export const MOST_SIDE = 128;
/** Most inputs of a network: those of the largest image in colours. */
export const MAX_INPUTS = 3 * MOST_SIDE * MOST_SIDE;

export interface ImageShape {
  readonly rows: number;
  readonly columns: number;
  /** 1 for grey, 3 for red, green and blue. */
  readonly channels: number;
}

/** The shape of MNIST's images. */
export const MNIST_SHAPE: ImageShape = { rows: IMAGE_SIDE, columns: IMAGE_SIDE, channels: 1 };

/** The training or the test images with their labels. */
export interface ImageSplit {
  /** [count × rows × columns × channels] intensities from 0 to 255, row by row, the channels of a pixel together. */
  readonly images: Uint8Array;
  /** [count] classes from 0. */
  readonly labels: Uint16Array;
  readonly count: number;
}

/** Images of one size in two splits. */
export interface Images extends ImageShape {
  /** How many classes there are, and so outputs of a network: 2 to 1,000. */
  readonly classes: number;
  /** What each class is called, if it has a name. */
  readonly names?: readonly string[];
  readonly train: ImageSplit;
  readonly test: ImageSplit;
}

export const countPixels = ({ rows, columns, channels }: ImageShape) => rows * columns * channels;

/** @throws RangeError unless images can have this shape */
export function checkImageShape(where: string, { rows, columns, channels }: ImageShape): void {
  checkWhole(`${where}rows`, rows, 1, MOST_SIDE);
  checkWhole(`${where}columns`, columns, 1, MOST_SIDE);
  if (channels !== 1 && channels !== 3)
    throw new RangeError(`${where}channels: expected 1 (grey) or 3 (colours), found ${formatValue(channels)}`);
}

/** @throws TypeError or RangeError in one line unless both splits are there and whole */
export function checkImages(data: Images): void {
  checkImageShape('data.', data);
  checkWhole('data.classes', data.classes, 2, MAX_CLASSES);
  for (const name of ['train', 'test'] as const) {
    const { images, labels, count } = data[name] ?? {};
    const where = `data.${name}`;
    if (!isTyped(images, 'Uint8Array'))
      throw new TypeError(`${where}.images: expected a Uint8Array, found ${typeName(images)}`);
    if (!isTyped(labels, 'Uint16Array'))
      throw new TypeError(`${where}.labels: expected a Uint16Array, found ${typeName(labels)}`);
    checkWhole(`${where}.count`, count, 1);
    const size = countPixels(data);
    if (images.length !== count * size || labels.length !== count)
      throw new RangeError(
        `${where}: expected ${count} images of ${size} bytes and as many labels, found ${images.length} bytes and ${labels.length} labels`,
      );
    const stray = labels.find((label) => label >= data.classes);
    if (stray !== undefined)
      throw new RangeError(`${where}: expected labels from 0 to ${data.classes - 1}, found ${stray}`);
  }
}

/**
 * Reads images as inputs of a network: channel by channel, each row by row, as PyTorch has them. Convolutions read them
 * with `shape: [channels, rows, columns]`.
 */
export class ImageReader {
  private readonly size: number;
  private readonly planes: Uint8Array;
  private readonly moved: Uint8Array;

  /** @param shape by default that of MNIST */
  constructor(private readonly shape: ImageShape = MNIST_SHAPE) {
    this.size = countPixels(shape);
    this.planes = new Uint8Array(this.size);
    this.moved = new Uint8Array(this.size);
  }

  /** The intensities of an image, 0 to 255, until the next call. @param moves how far down and right it is moved */
  read(images: Uint8Array, index: number, moves?: [down: number, right: number]): Uint8Array {
    const { size, planes, moved, shape } = this;
    const { channels } = shape;
    const own = images.subarray(index * size, (index + 1) * size);
    const pixels = size / channels;
    if (channels > 1)
      for (let i = 0; i < size; i++) planes[(i % channels) * pixels + Math.floor(i / channels)] = own[i];
    const image = channels > 1 ? planes : own;
    if (!moves) return image;
    for (let from = 0; from < size; from += pixels)
      moveImage(image.subarray(from, from + pixels), moves, moved.subarray(from, from + pixels), shape.columns);
    return moved;
  }
}
