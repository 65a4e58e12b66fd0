/** Training images that are moved at random, by the same numbers on every host. */
import { IMAGE_SIDE } from '../../src/common/mnist';
import { RandomStream } from '../../src/common/random';
import { Purpose } from './purposes';

/** How far an image is moved in an epoch, down and to the right, in whole pixels from −most to most. */
export function shiftOf(seed: number, epoch: number, index: number, most: number): [down: number, right: number] {
  const stream = new RandomStream(seed, Purpose.Shift, epoch, index);
  const draw = () => Math.floor(stream.uniform() * (2 * most + 1)) - most;
  return [draw(), draw()];
}

/**
 * Copies an image of so many columns to `out`, moved; what comes in at its edges is black, and what leaves it is lost.
 */
export function moveImage(
  image: Uint8Array,
  [down, right]: [number, number],
  out: Uint8Array,
  columns = IMAGE_SIDE,
): void {
  out.fill(0);
  const [left, count] = [Math.max(0, -right), columns - Math.abs(right)];
  if (count <= 0) return;
  for (let y = Math.max(0, -down); y < image.length / columns - Math.max(0, down); y++) {
    const from = y * columns + left;
    out.set(image.subarray(from, from + count), (y + down) * columns + left + right);
  }
}
