/** Training images that are moved at random, by the same numbers on every host. */
import { IMAGE_SIDE, IMAGE_SIZE } from '../../src/common/mnist';
import { RandomStream } from '../../src/common/random';
import { Purpose } from './purposes';

/** How far an image is moved in an epoch, down and to the right, in whole pixels from −most to most. */
export function shiftOf(seed: number, epoch: number, index: number, most: number): [down: number, right: number] {
  const stream = new RandomStream(seed, Purpose.Shift, epoch, index);
  const draw = () => Math.floor(stream.uniform() * (2 * most + 1)) - most;
  return [draw(), draw()];
}

/** Copies an image to `out`, moved; what comes in at its edges is black, and what leaves it is lost. */
export function moveImage<A extends Uint8Array | Float32Array>(
  image: A,
  [down, right]: [number, number],
  out: A,
): void {
  out.fill(0);
  const [left, count] = [Math.max(0, -right), IMAGE_SIDE - Math.abs(right)];
  for (let y = Math.max(0, -down); y < IMAGE_SIDE - Math.max(0, down); y++) {
    const from = y * IMAGE_SIDE + left;
    out.set(image.subarray(from, from + count), (y + down) * IMAGE_SIDE + left + right);
  }
}

/** Images [count, 784], each moved as `shiftOf` says for its index. */
export function moveImages(
  images: Float32Array,
  indices: ArrayLike<number>,
  shift: (index: number) => [number, number],
) {
  const moved = new Float32Array(images.length);
  for (let i = 0; i < indices.length; i++) {
    const [from, to] = [i * IMAGE_SIZE, (i + 1) * IMAGE_SIZE];
    moveImage(images.subarray(from, to), shift(indices[i]), moved.subarray(from, to));
  }
  return moved;
}
